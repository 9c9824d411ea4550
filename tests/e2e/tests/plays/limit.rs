//! Viber takes 100 messages an hour for somebody who does not answer, counted from full hour to full hour.

use anyhow::ensure;
use e2e::HOUR_MS;

use crate::{Shop, shows, statuses};

/// G26, C6: 300 answers to somebody who stays silent are out in three clock hours, in order and once each, with one
/// refusal an hour; nobody else waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_answers_to_a_silent_customer_take_three_hours() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    let (petro, his_task) = shop.customer("Petro").await?;
    let answers: Vec<_> = (1..=300).map(|number| format!("answer {number}")).collect();
    for text in &answers {
        desk.reply(&task, text).await?;
    }
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
            Administrator: answer 1 … answer 100 (100 entries) [delivered]
            Administrator: answer 101 [pending] Viber's limit of 100 messages an hour without an answer is used up (Viber's status 12, tooManyRequests: tooManyRequests)
              → It goes on by itself at the next full hour.
            Administrator: answer 102 … answer 300 (199 entries) [pending]
            ",
        )
        .await?;
    let reply = desk.reply(&his_task, "yours goes out at once").await?;
    desk.delivered(&his_task, &reply, "delivered").await?;
    ensure!(petro.texts().await? == ["yours goes out at once"], "others do not wait");

    bench.pass(HOUR_MS).await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: answer 1 … answer 200 (200 entries) [delivered]
            Administrator: answer 201 [pending] Viber's limit of 100 messages an hour without an answer is used up (Viber's status 12, tooManyRequests: tooManyRequests)
              → It goes on by itself at the next full hour.
            Administrator: answer 202 … answer 300 (99 entries) [pending]
            ",
        )
        .await?;

    bench.pass(HOUR_MS).await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: answer 1 … answer 300 (300 entries) [delivered]
            ",
        )
        .await?;
    ensure!(shows(&olena, 300).await? == answers, "each once, in order");
    let refused = statuses(&bench.viber).await?.iter().filter(|status| **status == 12).count();
    ensure!(refused == 2, "one refusal for each of the first two hours: {refused}");
    Ok(())
}

/// G26, C9: the customer answers while the rest waits for the next hour. The limit is counted anew, and what waits goes
/// out at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_goes_out_when_the_customer_answers() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    for number in 1..=103 {
        desk.reply(&task, &format!("answer {number}")).await?;
    }
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: answer 1 … answer 100 (100 entries) [delivered]
            Administrator: answer 101 [pending] Viber's limit of 100 messages an hour without an answer is used up (Viber's status 12, tooManyRequests: tooManyRequests)
              → It goes on by itself at the next full hour.
            Administrator: answer 102 [pending]
            Administrator: answer 103 [pending]
            ",
        )
        .await?;
    olena.write("so many answers!").await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: answer 1 … answer 103 (103 entries) [delivered]
            Olena: so many answers!
            ",
        )
        .await?;
    let answers: Vec<_> = (1..=103).map(|number| format!("answer {number}")).collect();
    ensure!(olena.texts().await? == answers, "each once, in order");
    let refused = statuses(&bench.viber).await?.iter().filter(|status| **status == 12).count();
    ensure!(refused == 1, "{refused}");
    Ok(())
}
