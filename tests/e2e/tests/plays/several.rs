//! Several accounts side by side: what is the same in Viber's ids is not the same in the helpdesk.

use anyhow::{Context, ensure};
use e2e::callback::{self, Hook};
use reqwest::StatusCode;
use serde_json::json;

use crate::Shop;

/// S12, I4, G2: two bots know two people by the same id, and name messages and receipts by the same tokens. Nothing of
/// the one account shows in the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_ids_in_two_accounts_are_never_mixed() -> anyhow::Result<()> {
    const TOKEN: u64 = 6_164_600_000_000_000_001;
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (other, other_bot) = bench.connect("Ski Shop", json!({})).await?;
    let (olena, _) = shop.customer("Olena").await?;
    let hooks = [Hook::of(&bench.viber, &shop.bot).await?, Hook::of(&bench.viber, &other_bot).await?];
    for (hook, text) in hooks.iter().zip(["about bikes", "about skis"]) {
        let (status, _) = hook.post(&callback::text(TOKEN, &olena.id, text)).await?;
        ensure!(status == StatusCode::OK, "{text}: {status}");
    }
    let bikes = desk.tasks(&shop.account).await?.pop().context("a task of bikes")?;
    let skis = desk.tasks(&other).await?.pop().context("a task of skis")?;
    let reply = desk.reply(&bikes, "Which bike?").await?;
    let delivery = desk.delivered(&bikes, &reply, "delivered").await?;
    // The other bot reports that its user has seen, and then not got, a message with the token of ours.
    let token: u64 = delivery["parts"][0]["message_id"].as_str().context("a token")?.parse()?;
    for event in ["seen", "failed"] {
        let at = bench.sim.now();
        let body = json!({"event": event, "timestamp": at, "message_token": token, "user_id": olena.id});
        let (status, _) = hooks[1].post(body.to_string().as_bytes()).await?;
        ensure!(status == StatusCode::OK, "{event}: {status}");
    }
    let user = format!("User {}", olena.id);
    let talk = format!("Olena: hello\n{user}: about bikes\nAdministrator: Which bike? [delivered]");
    bench.sees_talk(&bikes, &talk).await?;
    bench.sees_talk(&skis, &format!("{user}: about skis")).await?;
    ensure!(bikes["requester"]["id"] != skis["requester"]["id"], "a card each");
    Ok(())
}

/// G26: what stops one account does not stop the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trouble_of_one_account_is_not_the_others() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (_, other_bot) = bench.connect("Ski Shop", json!({})).await?;
    let (_, task) = shop.customer("Olena").await?;
    let petro = bench.viber.add_user(&other_bot, "Petro", json!({})).await?;
    petro.write("skis").await?;
    let skis = desk.list("tasks").await?.remove(0);
    bench.viber.patch(&format!("bots/{}", shop.bot), json!({"suspended": true})).await?;
    desk.reply(&task, "Which bike?").await?;
    bench
        .sees_account(
            &shop.account,
            "
            account Bike Shop: failed Viber suspended the bot (Viber's status 9, publicAccountSuspended: publicAccountSuspended)
              → Contact Viber support: terms or payment may be the reason.
            ",
        )
        .await?;
    desk.reply(&skis, "Which skis?").await?;
    bench
        .sees(
            &skis,
            "
            account Ski Shop: connected
            task “skis”, active, for Petro
            fact session-until: 24 h left
            fact session-until-at-most: 24 h left
            fact price: in-session (The last message was inside the session: free of charge.)
            fact subscribed: yes (The customer gets messages.)
            Petro: skis
            Administrator: Which skis? [delivered]
            ",
        )
        .await
}
