//! The one hole that Viber leaves: it knows no repeat of a message, so an answer that is lost leaves a doubt. What never
//! left is another matter: that is sent again.

use std::time::Duration;

use anyhow::ensure;
use e2e::{Bench, Cable, Desk, DeskOptions, HOUR_MS, SimClient, until};
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
    for (name, wait) in [("Petro", HOUR_MS / 12), ("Ivan", 12 * HOUR_MS), ("Stepan", 12 * HOUR_MS)] {
        bench.pass(wait).await?;
        // The desk looks once a second whether a minute is over: time for it to do what it must not.
        tokio::time::sleep(Duration::from_secs(2)).await;
        // What is sent afterwards is not held up, and shows that the desk has looked at its queue since.
        let (_, other) = shop.customer(name).await?;
        let reply = desk.reply(&other, "hi").await?;
        desk.delivered(&other, &reply, "delivered").await?;
    }
    bench.sees_talk(&task, seen).await?;
    ensure!(statuses(&bench.viber).await?.len() == 4, "one call for hers, one for each of theirs");
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

/// G6: a desk that was told so sends what nobody confirmed again by itself: after two minutes, then after four, until it has
/// arrived. What may have arrived comes twice, and what a receipt settled does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_may_sends_what_was_lost_again() -> anyhow::Result<()> {
    let more = ["--resend-minutes", "2"].map(str::to_owned).to_vec();
    let options = DeskOptions { movable_clock: true, more, ..DeskOptions::default() };
    let shop = Shop::on(Bench::start_with(options, "127.0.0.1:0").await?).await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    let drop = || bench.viber.fault("send_message", 1, json!({"drop": "before"}));
    drop().await?;
    let reply = desk.reply(&task, "The bill is 120.").await?;
    desk.delivered(&task, &reply, "unconfirmed").await?;
    drop().await?;
    // The first wait, then twice as long after the second loss; a minute more, since the desk looks once a minute.
    for other in ["Petro", "Stepan"] {
        bench.pass(3 * 60_000).await?;
        let attempted = || async {
            let calls = bench.viber.calls("send_message").await?;
            let hers = calls.iter().filter(|call| call["request"]["text"] == "The bill is 120.").count();
            Ok((hers >= 2).then_some(hers))
        };
        until("it is sent again", attempted).await?;
        // What is sent afterwards shows that the desk has looked at its queue since.
        let (_, other) = shop.customer(other).await?;
        let hi = desk.reply(&other, "hi").await?;
        desk.delivered(&other, &hi, "delivered").await?;
        ensure!(attempted().await? == Some(2), "too early");
        desk.delivered(&task, &reply, "unconfirmed").await?;
    }
    bench.pass(2 * 60_000).await?;
    desk.delivered(&task, &reply, "delivered").await?;
    ensure!(olena.texts().await? == ["The bill is 120."], "it arrived once");

    let (ivan, his) = shop.customer("Ivan").await?;
    ivan.change(json!({"online": false})).await?;
    for (text, is_settled) in [("At nine.", true), ("At ten.", false)] {
        bench.viber.fault("send_message", 1, json!({"drop": "after"})).await?;
        let reply = desk.reply(&his, text).await?;
        desk.delivered(&his, &reply, "unconfirmed").await?;
        if is_settled {
            ivan.change(json!({"online": true})).await?;
            desk.delivered(&his, &reply, "delivered").await?;
            ivan.change(json!({"online": false})).await?;
        }
    }
    bench.pass(3 * 60_000).await?;
    let texts = shows(&ivan, 3).await?;
    ensure!(texts == ["At nine.", "At ten.", "At ten."], "{texts:?}");
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
