//! Something keeps answers from being sent for longer than they are worth anything.

use anyhow::ensure;
use e2e::{HOUR_MS, until};
use serde_json::json;

use crate::{Shop, shows, statuses};

/// G5: after a day without a good key each answer ends as failed, with the reason; nothing of it is sent when the key
/// comes, what a person sends again is, and so is what is new.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_sent_for_a_day_ends_as_failed() -> anyhow::Result<()> {
    let shop = Shop::open_on_the_hour().await?;
    let (bench, desk) = (&shop.bench, &shop.bench.desk);
    let (olena, task) = shop.customer("Olena").await?;
    bench.viber.patch(&format!("bots/{}", shop.bot), json!({"token": "the-new-key"})).await?;
    let first = desk.reply(&task, "one").await?;
    desk.reply(&task, "two").await?;
    until("the first attempt is refused", || async {
        Ok((!statuses(&bench.viber).await?.is_empty()).then_some(()))
    })
    .await?;
    bench.pass(23 * HOUR_MS).await?;
    ensure!(desk.delivery(&task, &first).await?["state"] == "pending", "a day is not over");
    bench.pass(HOUR_MS + 60_000).await?;
    bench
        .sees_talk(
            &task,
            "
            Olena: hello
            Administrator: one [failed] the helpdesk does not allow the request: it could not be sent within 24 hours; what it waited for: Viber does not know the API key (Viber's status 2, invalidAuthToken: invalidAuthToken)
              → Send it again if it still matters. What the helpdesk forbids, an administrator of it can allow.
            Administrator: two [failed] the helpdesk does not allow the request: it could not be sent within 24 hours
              → Send it again if it still matters. What the helpdesk forbids, an administrator of it can allow.
            ",
        )
        .await?;
    let path = format!("accounts/{}", shop.account);
    desk.patch(&path, json!({"settings": {"api_key": "the-new-key"}})).await?;
    desk.post(&format!("tasks/{}/actions/{}/retry", task["id"], first["id"]), json!({})).await?;
    desk.reply(&task, "three").await?;
    ensure!(shows(&olena, 2).await? == ["one", "three"], "only what somebody wants now");
    ensure!(desk.diagnosis()?.0, "nothing is left over");
    desk.metrics().await?.conserved()
}
