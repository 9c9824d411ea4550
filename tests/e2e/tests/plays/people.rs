//! Customers who switch messages off, in the open and in silence.

use anyhow::ensure;
use serde_json::json;

use crate::Shop;

/// I14, S39: she unsubscribes between two answers. The task says so at once, the next answer fails with what to do, and
/// once she writes again answers reach her.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unsubscribed_between_two_answers() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    let reply = desk.reply(&task, "What size?").await?;
    desk.delivered(&task, &reply, "delivered").await?;
    olena.act("unsubscribe", json!({})).await?;
    bench
        .sees(
            &task,
            "
            account Bike Shop: connected
            task “hello”, active, for Olena, who gets no messages
            fact session-until: 24 h left
            fact session-until-at-most: 24 h left
            fact price: in-session (The last message was inside the session: free of charge.)
            fact subscribed: no (The customer has not written yet, or switched messages off: they must write first.)
            Olena: hello
            Administrator: What size? [delivered]
            note: The customer switched messages off in Viber: answers do not reach them until they write again.
            ",
        )
        .await?;
    let reply = desk.reply(&task, "We have three.").await?;
    desk.delivered(&task, &reply, "failed").await?;
    olena.write("Size 54!").await?;
    let reply = desk.reply(&task, "Then it is the blue one.").await?;
    desk.delivered(&task, &reply, "delivered").await?;
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
            Administrator: What size? [delivered]
            note: The customer switched messages off in Viber: answers do not reach them until they write again.
            Administrator: We have three. [failed] the customer switched messages off or never wrote (Viber's status 6, receiverNotSubscribed: notSubscribed)
              → The customer must write first; send again after that, or reach them in another way.
            Olena: Size 54!
            Administrator: Then it is the blue one. [delivered]
            ",
        )
        .await?;
    ensure!(olena.texts().await? == ["What size?", "Then it is the blue one."], "the failed one stays so");
    Ok(())
}

/// I14: she blocks the bot, of which Viber tells nobody. The first answer finds out, and the card says so from then on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocked_in_silence() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    olena.act("block", json!({})).await?;
    bench.viber.quiet().await?;
    let view = |who: &str, subscribed: &str, last: &str| {
        format!(
            "account Bike Shop: connected\ntask “hello”, active, for Olena{who}\nfact session-until: 24 h left\n\
             fact session-until-at-most: 24 h left\n\
             fact subscribed: {subscribed}\nOlena: hello\n{last}"
        )
    };
    bench.sees(&task, &view("", "yes (The customer gets messages.)", "")).await?;
    desk.reply(&task, "What size?").await?;
    let failed = "Administrator: What size? [failed] the customer switched messages off or never wrote (Viber's status 6, \
                  receiverNotSubscribed: notSubscribed)\n  → The customer must write first; send again after that, or \
                  reach them in another way.";
    let off = "no (The customer has not written yet, or switched messages off: they must write first.)";
    bench.sees(&task, &view(", who gets no messages", off, failed)).await?;
    let contact = desk.get(&format!("contacts/{}", task["requester"]["id"])).await?;
    ensure!(contact["subscribed"] == false, "I14: {contact}");
    Ok(())
}
