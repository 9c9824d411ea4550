//! What an answer costs, before it is sent and after. Viber's session is 24 hours from the customer's message; outside of
//! it a bot pays, or has a quota for the month. Also here: the clock that these plays move.

use anyhow::ensure;
use e2e::HOUR_MS;
use serde_json::json;

use crate::Shop;

/// T33: the session's end is shown before anybody sends, and what the last answer cost after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_and_its_price_are_shown() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    bench.viber.patch(&format!("bots/{}", shop.bot), json!({"billable": true})).await?;
    desk.reply(&task, "in the session").await?;
    let subscribed = "fact subscribed: yes (The customer gets messages.)";
    let view = |facts: &str, talk: &str| {
        format!(
            "account Bike Shop: connected\ntask “hello”, active, for Olena\n{facts}\n{subscribed}\n{talk}"
        )
    };
    let free = "fact price: in-session (The last message was inside the session: free of charge.)";
    let charged = "fact price: charged (The last message was outside the session: Viber charged for it.)";
    let one = "Olena: hello\nAdministrator: in the session [delivered]";
    bench
        .sees(
            &task,
            &view(
                &format!("fact session-until: 24 h left\nfact session-until-at-most: 24 h left\n{free}"),
                one,
            ),
        )
        .await?;

    bench.pass(20 * HOUR_MS).await?;
    bench
        .sees(
            &task,
            &view(
                &format!("fact session-until: 4 h left\nfact session-until-at-most: 4 h left\n{free}"),
                one,
            ),
        )
        .await?;

    bench.pass(5 * HOUR_MS).await?;
    bench
        .sees(
            &task,
            &view(&format!("fact session-until: over\nfact session-until-at-most: over\n{free}"), one),
        )
        .await?;
    desk.reply(&task, "and after it").await?;
    let two = format!("{one}\nAdministrator: and after it [delivered]");
    bench
        .sees(
            &task,
            &view(&format!("fact session-until: over\nfact session-until-at-most: over\n{charged}"), &two),
        )
        .await?;

    olena.write("I am back").await?;
    desk.reply(&task, "for free again").await?;
    let three = format!("{two}\nOlena: I am back\nAdministrator: for free again [delivered]");
    bench
        .sees(
            &task,
            &view(
                &format!("fact session-until: 24 h left\nfact session-until-at-most: 24 h left\n{free}"),
                &three,
            ),
        )
        .await
}

/// T33: Viber's documents do not agree whether a later message makes the session longer, so both ends are shown. Here
/// Viber counts from the first message, and charges when the earlier end has passed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_readings_of_the_session_are_shown() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    bench.viber.patch(&format!("bots/{}", shop.bot), json!({"billable": true})).await?;
    bench.pass(20 * HOUR_MS).await?;
    olena.write("still there?").await?;
    bench
        .sees(
            &task,
            "
            account Bike Shop: connected
            task “hello”, active, for Olena
            fact session-until: 4 h left
            fact session-until-at-most: 24 h left
            fact subscribed: yes (The customer gets messages.)
            Olena: hello
            Olena: still there?
            ",
        )
        .await?;
    bench.pass(5 * HOUR_MS).await?;
    desk.reply(&task, "yes").await?;
    bench
        .sees(
            &task,
            "
            account Bike Shop: connected
            task “hello”, active, for Olena
            fact session-until: over
            fact session-until-at-most: 19 h left
            fact price: charged (The last message was outside the session: Viber charged for it.)
            fact subscribed: yes (The customer gets messages.)
            Olena: hello
            Olena: still there?
            Administrator: yes [delivered]
            ",
        )
        .await
}

/// T33: the bot has no balance. Answers wait until it has, and the next check lets them out; inside of the session they
/// would have gone at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_no_balance() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (_, task) = shop.customer("Olena").await?;
    let bot = format!("bots/{}", shop.bot);
    bench.viber.patch(&bot, json!({"billable": true, "no_balance": true})).await?;
    let reply = desk.reply(&task, "in the session").await?;
    desk.delivered(&task, &reply, "delivered").await?;
    bench.pass(25 * HOUR_MS).await?;
    desk.reply(&task, "too late").await?;
    bench
        .sees(
            &task,
            "
            account Bike Shop: failed the bot has no balance (Viber's status 24, noBalance: noBalance)
              → Top up the bot's balance with Viber or the partner.
            task “hello”, active, for Olena
            fact session-until: over
            fact session-until-at-most: over
            fact price: no-balance (The bot has no balance: messages wait until it is topped up.)
            fact subscribed: yes (The customer gets messages.)
            Olena: hello
            Administrator: in the session [delivered]
            Administrator: too late [pending] the bot has no balance (Viber's status 24, noBalance: noBalance)
              → Top up the bot's balance with Viber or the partner.
            ",
        )
        .await?;
    bench.viber.patch(&bot, json!({"no_balance": false})).await?;
    desk.post(&format!("accounts/{}/check", shop.account), json!({})).await?;
    bench.sees_account(&shop.account, "account Bike Shop: connected").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: in the session [delivered]
            Administrator: too late [delivered]
            ",
        )
        .await
}

/// T33: outside of the session the month's free messages are used up. What to do is shown, and works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_quota_is_used_up() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    bench.viber.patch(&format!("bots/{}", shop.bot), json!({"quota_used_up": true})).await?;
    let reply = desk.reply(&task, "in the session").await?;
    desk.delivered(&task, &reply, "delivered").await?;
    bench.pass(25 * HOUR_MS).await?;
    let reply = desk.reply(&task, "too late").await?;
    desk.delivered(&task, &reply, "failed").await?;
    olena.write("I am back").await?;
    desk.reply(&task, "just in time").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: in the session [delivered]
            Administrator: too late [failed] the month's free messages are used up (Viber's status 23, freeMessagesExceeded: freeMessagesExceeded)
              → Answering works once the customer writes again; for more, switch the bot to billing.
            Olena: I am back
            Administrator: just in time [delivered]
            ",
        )
        .await?;
    ensure!(olena.texts().await? == ["in the session", "just in time"]);
    Ok(())
}

/// The plays' clock: it moves the desk's own times, and still does after another start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desks_clock_is_moved_by_a_file() -> anyhow::Result<()> {
    let mut shop = Shop::open_on_the_hour().await?;
    let (olena, task) = shop.customer("Olena").await?;
    let before = shop.bench.desk.actions(&task).await?;
    shop.bench.pass(HOUR_MS).await?;
    olena.write("an hour later").await?;
    shop.bench.desk.kill()?;
    shop.bench.desk.start_again()?;
    olena.write("still later").await?;
    let after = shop.bench.desk.actions(&task).await?;
    let at: Vec<_> = after.iter().filter_map(|action| action["at"].as_u64()).collect();
    ensure!(before.len() == 1 && at.len() == 3, "{after:?}");
    ensure!(at[1] - at[0] >= HOUR_MS && at[1] - at[0] < 2 * HOUR_MS && at[2] >= at[1], "{at:?}");
    // The customers' times are Viber's; these are the desk's own.
    let shown = shop.bench.desk.get(&format!("tasks/{}", task["id"])).await?;
    let moved = shown["updated_at"].as_u64().zip(shown["created_at"].as_u64());
    ensure!(moved.is_some_and(|(last, first)| last - first >= HOUR_MS), "{shown}");
    Ok(())
}
