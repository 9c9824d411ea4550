//! The one hole that Viber leaves: it knows no repeat of a message, so an answer that is lost leaves a doubt. What never
//! left is another matter: that is sent again.

use anyhow::ensure;
use e2e::{Bench, Cable, Desk, DeskOptions, HOUR_MS, SimClient};
use serde_json::json;

use crate::{Shop, shows, statuses};

/// G6: Viber took the message and its answer was lost. The customer has it, the operator is told of the doubt, and
/// nothing is repeated, however long one waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_told_and_never_repeated() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    // Her phone is off: no receipt will tell.
    olena.change(json!({"online": false})).await?;
    bench.viber.fault("send_message", 1, json!({"drop": "after"})).await?;
    desk.reply(&task, "The bill is 120.").await?;
    let seen = "
        Olena: hello
        Administrator: The bill is 120. [unconfirmed] nobody knows whether it arrived: the connection broke before the answer
          → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
        ";
    bench.sees_talk(&task, seen).await?;
    ensure!(shows(&olena, 1).await? == ["The bill is 120."], "she will read it once her phone is on");
    for _ in 0..2 {
        bench.pass(12 * HOUR_MS).await?;
        // What is sent afterwards is not held up, and shows that the desk has looked at its queue since.
        let (_, other) = shop.customer("Petro").await?;
        let reply = desk.reply(&other, "hi").await?;
        desk.delivered(&other, &reply, "delivered").await?;
    }
    bench.sees_talk(&task, seen).await?;
    ensure!(statuses(&bench.viber).await?.len() == 3, "one call for hers, two for his");
    Ok(())
}

/// G6, G7: a receipt tells what the answer did not. It comes as soon as her phone is on, and the doubt is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_settles_a_lost_answer() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    olena.change(json!({"online": false})).await?;
    bench.viber.fault("send_message", 1, json!({"drop": "after"})).await?;
    let reply = desk.reply(&task, "The bill is 120.").await?;
    desk.delivered(&task, &reply, "unconfirmed").await?;
    bench.pass(8 * HOUR_MS).await?;
    olena.change(json!({"online": true})).await?;
    bench.sees_talk(&task, "Olena: hello\nAdministrator: The bill is 120. [delivered]").await?;
    olena.act("read", json!({})).await?;
    bench.sees_talk(&task, "Olena: hello\nAdministrator: The bill is 120. [seen]").await?;
    ensure!(olena.texts().await? == ["The bill is 120."], "once");
    Ok(())
}

/// G6, G7: the phone's receipt is there before the answer is lost: there never is a doubt to be shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_that_came_before_settles_it_too() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    let lost = json!({"drop": "after", "receipt_before_answer": true, "answer_delay_ms": 300});
    bench.viber.fault("send_message", 1, lost).await?;
    desk.reply(&task, "The bill is 120.").await?;
    bench.sees_talk(&task, "Olena: hello\nAdministrator: The bill is 120. [delivered]").await?;
    ensure!(olena.texts().await? == ["The bill is 120."], "once");
    Ok(())
}

/// G6: the request was lost on its way, and the desk cannot know that it was not the answer. A person sends it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_request_is_sent_again_by_a_person_and_arrives_once() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    bench.viber.fault("send_message", 1, json!({"drop": "before"})).await?;
    let reply = desk.reply(&task, "The bill is 120.").await?;
    desk.delivered(&task, &reply, "unconfirmed").await?;
    desk.reply(&task, "Did you get the bill?").await?;
    olena.write("no").await?;
    desk.reply(&task, "The bill is 120.").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: The bill is 120. [unconfirmed] nobody knows whether it arrived: the connection broke before the answer
              → Ask the customer, or wait for a receipt, before sending it again: they may have it already.
            Administrator: Did you get the bill? [delivered]
            Olena: no
            Administrator: The bill is 120. [delivered]
            ",
        )
        .await?;
    ensure!(olena.texts().await? == ["Did you get the bill?", "The bill is 120."], "once");
    Ok(())
}

/// G5: no way to Viber at all. Nothing left, so nothing is in doubt: it waits, and goes out once, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_left_waits_and_is_sent_when_the_way_is_open() -> anyhow::Result<()> {
    let sim = viber_sim::Sim::start("127.0.0.1:0").await?;
    let mut cable = Cable::to(sim.base_url()).await?;
    let egress = vec![format!("chatapi.viber.com=http://{}", cable.address)];
    let options = DeskOptions { egress, movable_clock: true, ..DeskOptions::default() };
    let desk = Desk::start(options).await?;
    let shop = Shop::on(Bench { viber: SimClient::new(sim.base_url()), desk, sim }).await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    cable.pull().await;
    desk.reply(&task, "one").await?;
    desk.reply(&task, "two").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: one [pending] the request did not get out: no connection: Connection refused (os error 111)
              → It is tried again by itself.
            Administrator: two [pending]
            ",
        )
        .await?;
    cable.plug().await?;
    bench.pass(HOUR_MS).await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: one [delivered]
            Administrator: two [delivered]
            ",
        )
        .await?;
    ensure!(olena.texts().await? == ["one", "two"], "once each, in order");
    Ok(())
}
