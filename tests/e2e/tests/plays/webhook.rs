//! A bot has one webhook, whoever sets it, and Viber tells nobody that it was taken or removed.

use anyhow::{Context, ensure};
use e2e::until;
use serde_json::{Value, json};

use crate::{Shop, shows, statuses};

/// What another program does with the same key: `url` may be empty, which removes the webhook.
async fn set_webhook(shop: &Shop, url: &str, more: Value) -> anyhow::Result<()> {
    let bots = shop.bench.viber.get("bots").await?;
    let bots = bots["items"].as_array().cloned().unwrap_or_default();
    let bot = bots.iter().find(|bot| bot["alias"] == shop.bot.as_str()).context("the bot")?;
    let mut body = more;
    body["url"] = url.into();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let request = http.post(format!("{}/pa/set_webhook", shop.bench.sim.base_url()));
    let request = request.header("X-Viber-Auth-Token", bot["token"].as_str().unwrap_or_default());
    let answer: Value = request.json(&body).send().await?.json().await?;
    ensure!(answer["status"] == 0, "{answer}");
    Ok(())
}

/// T26, I13: another system takes the webhook. A check says so and takes nothing back: two that take it from each other
/// in turn would both lose messages. Connecting again does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_system_takes_the_webhook() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    // Any page that answers a POST with 200 will do: this one resets a simulator that nobody uses.
    let elsewhere = viber_sim::Sim::start("127.0.0.1:0").await?;
    set_webhook(&shop, &format!("{}/control/reset", elsewhere.base_url()), json!({})).await?;
    desk.post(&format!("accounts/{}/check", shop.account), json!({})).await?;
    bench
        .sees_account(
            &shop.account,
            "
            account Bike Shop: failed another system has set its own webhook for the bot, and gets its messages
              → Disconnect the bot in the other system, or give it a bot of its own, then connect the account again.
            ",
        )
        .await?;
    desk.patch(&format!("accounts/{}", shop.account), json!({})).await?;
    bench.sees_account(&shop.account, "account Bike Shop: connected").await?;
    shop.customer("Olena").await.map(drop)
}

/// T26, G5: somebody removes the webhook. The next answer finds out: the webhook is set again and the answer goes out, with
/// nobody's help; and so does the next customer's message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_webhook_is_set_again_by_an_answer() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    set_webhook(&shop, "", json!({})).await?;
    desk.reply(&task, "one").await?;
    desk.reply(&task, "two").await?;
    shows(&olena, 2).await?;
    olena.write("thanks").await?;
    bench
        .sees(
            &task,
            "
            account Bike Shop: connected
            task “hello”, active, for Olena
            fact session-until: 24 h left
            fact session-until-at-most: 24 h left
            fact price: in-session (The last message was inside the session: free of charge.)
            fact subscribed: yes (The customer gets messages.)
            Olena: hello
            Administrator: one [delivered]
            Administrator: two [delivered]
            Olena: thanks
            ",
        )
        .await?;
    ensure!(olena.texts().await? == ["one", "two"], "once each, in order");
    let refused = statuses(&bench.viber).await?;
    ensure!(refused == [10, 0, 0], "one refusal: {refused:?}");
    Ok(())
}

/// T16, T26: the webhook is ours and is called for less than was asked: refusals by phones would stay unheard. A check
/// sets it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_narrowed_webhook_is_set_again_by_a_check() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let account = desk.get(&format!("accounts/{}", shop.account)).await?;
    let own = account["webhook_url"].as_str().context("a webhook")?;
    let fewer = ["message", "delivered", "seen", "subscribed", "unsubscribed", "conversation_started"];
    set_webhook(&shop, own, json!({"event_types": fewer, "send_name": true})).await?;
    let (olena, task) = shop.customer("Olena").await?;
    olena.act("refuse", json!({"desc": "too large"})).await?;
    let reply = desk.reply(&task, "unheard").await?;
    desk.delivered(&task, &reply, "sent").await?;
    desk.post(&format!("accounts/{}/check", shop.account), json!({})).await?;
    until("all events are asked for again", || async {
        let bots = bench.viber.get("bots").await?;
        Ok(bots["items"][0]["event_types"].to_string().contains("failed").then_some(()))
    })
    .await?;
    bench.sees_account(&shop.account, "account Bike Shop: connected").await?;
    olena.act("refuse", json!({"desc": "too large"})).await?;
    desk.reply(&task, "heard").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: unheard [sent]
            Administrator: heard [failed] the customer's Viber app refused the message: too large
              → Check the file's type and size and send it again, or send it as plain text.
            ",
        )
        .await
}
