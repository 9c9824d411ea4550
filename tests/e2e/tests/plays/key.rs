//! A bot's key changes: somebody made a new one on Viber's site, and the old one is worth nothing from then on.

use anyhow::ensure;
use serde_json::json;

use crate::{Shop, shows, statuses};

/// I12, I13, G5: answers wait for the new key, the operator and the administrator are told why, a wrong key changes
/// nothing, and with the right one everything goes out, once and in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_wait_for_the_new_key() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    let (petro, his_task) = shop.customer("Petro").await?;
    bench.viber.patch(&format!("bots/{}", shop.bot), json!({"token": "the-new-key"})).await?;
    for text in ["one", "two"] {
        desk.reply(&task, text).await?;
    }
    bench
        .sees(
            &task,
            "
            account Bike Shop: failed Viber does not know the API key (Viber's status 2, invalidAuthToken: invalidAuthToken)
              → The key is wrong or was replaced: enter it again.
            task “hello”, active, for Olena
            fact session-until: 24 h left
            fact session-until-at-most: 24 h left
            fact subscribed: yes (The customer gets messages.)
            Olena: hello
            Administrator: one [pending] Viber does not know the API key (Viber's status 2, invalidAuthToken: invalidAuthToken)
              → The key is wrong or was replaced: enter it again.
            Administrator: two [pending]
            ",
        )
        .await?;
    // Whatever else is written waits too, and is not tried with the old key.
    desk.reply(&his_task, "three").await?;

    let path = format!("accounts/{}", shop.account);
    desk.patch(&path, json!({"settings": {"api_key": "a-typing-error"}})).await?;
    bench
        .sees_account(
            &shop.account,
            "
            account Bike Shop: failed Viber does not know the API key (Viber's status 2, invalidAuthToken: invalidAuthToken)
              → The key is wrong or was replaced: enter it again.
            ",
        )
        .await?;
    ensure!(statuses(&bench.viber).await? == [2], "one call found out");

    desk.patch(&path, json!({"settings": {"api_key": "the-new-key"}})).await?;
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
            ",
        )
        .await?;
    bench.sees_talk(&his_task, "Petro: hello\nAdministrator: three [delivered]").await?;
    ensure!(shows(&olena, 2).await? == ["one", "two"] && petro.texts().await? == ["three"], "once each");
    // Signed with the new key.
    olena.write("thanks").await
}
