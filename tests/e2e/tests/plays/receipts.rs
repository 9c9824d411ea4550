//! What phones report: in any order, several times, for messages that nobody sent, and that they show one not at all.

use anyhow::{Context, ensure};
use e2e::User;
use serde_json::{Value, json};

use crate::Shop;

/// I14, G7: the phone shows a message not at all, minutes after Viber accepted it; with words, and without any (T16).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_phone_refuses() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    for (text, refusal) in
        [("one", json!({"desc": "media type not supported"})), ("two", json!({"desc": ""}))]
    {
        olena.act("refuse", refusal).await?;
        let reply = desk.reply(&task, text).await?;
        desk.delivered(&task, &reply, "failed").await?;
    }
    desk.reply(&task, "three").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: one [failed] the customer's Viber app refused the message: media type not supported
              → Check the file's type and size and send it again, or send it as plain text.
            Administrator: two [failed] the customer's Viber app refused the message
              → Check the file's type and size and send it again, or send it as plain text.
            Administrator: three [delivered]
            ",
        )
        .await
}

/// G7, C7, T17, T18: receipts before the answer, from four devices, `seen` without `delivered`, and `seen` for a whole
/// chat. Each reply is shown as far as it came.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_in_any_order() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    olena.change(json!({"devices": 4})).await?;
    let early = json!({"receipt_before_answer": true, "answer_delay_ms": 50});
    bench.viber.fault("send_message", 1, early).await?;
    let reply = desk.reply(&task, "its receipts come first").await?;
    desk.delivered(&task, &reply, "delivered").await?;
    // Devices that report nothing: only that it was read.
    olena.change(json!({"devices": 0})).await?;
    let reply = desk.reply(&task, "nobody says that it arrived").await?;
    desk.delivered(&task, &reply, "sent").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: its receipts come first [delivered]
            Administrator: nobody says that it arrived [sent]
            ",
        )
        .await?;
    olena.act("read", json!({})).await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: its receipts come first [seen]
            Administrator: nobody says that it arrived [seen]
            ",
        )
        .await
}

/// G7, T17: receipts for tokens that nobody knows, and late ones of lower rank: each is answered 200, and changes
/// nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_for_what_nobody_sent() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    let reply = desk.reply(&task, "one").await?;
    let delivery = desk.delivered(&task, &reply, "delivered").await?;
    let own = delivery["parts"][0]["message_id"].as_str().context("a token")?.parse()?;
    for token in [7, 6_164_600_000_000_000_999] {
        for event in ["delivered", "seen", "failed"] {
            report(&shop, &olena, event, token).await?;
        }
    }
    for event in ["failed", "delivered"] {
        report(&shop, &olena, event, own).await?;
    }
    bench.sees_talk(&task, "Olena: hello\nAdministrator: one [delivered]").await?;
    report(&shop, &olena, "seen", own).await?;
    bench.sees_talk(&task, "Olena: hello\nAdministrator: one [seen]").await?;
    ensure!(desk.list("parked").await?.is_empty(), "nothing was beyond the channel");
    Ok(())
}

/// A receipt of the test's own making, sent twice.
async fn report(shop: &Shop, person: &User, event: &str, token: u64) -> anyhow::Result<()> {
    let at = shop.bench.sim.now();
    let body =
        json!({"event": event, "timestamp": at, "message_token": token, "user_id": person.id, "desc": "x"});
    let path = format!("bots/{}/callback", shop.bot);
    let sent: Value = shop.bench.viber.post(&path, json!({"event": body, "repeat": 2})).await?;
    ensure!(sent["answers"] == json!([200, 200]), "{event}: {sent}");
    Ok(())
}
