//! What operators of a desk rely on: its numbers, its doctor, what it forgets. Not here: what people in tasks see.

use anyhow::{Context, ensure};
use e2e::Bench;
use e2e::callback::{self, Hook};
use serde_json::json;

/// G10, G21: the numbers tell what happened, add up before and after a kill, need a token, and name nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_count_everything_and_name_nobody() -> anyhow::Result<()> {
    let mut bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let olena = bench.viber.add_user(&bot, "Olena", json!({"phone_number": "+380501112233"})).await?;
    olena.write("a red bicycle").await?;
    let task = bench.desk.tasks(&account).await?.pop().context("a task")?;
    let reply = bench.desk.reply(&task, "we have three").await?;
    bench.desk.delivered(&task, &reply, "delivered").await?;
    let hook = Hook::of(&bench.viber, &bot).await?;
    let body = callback::text(7_000, "some-user-id", "once more");
    for _ in 0..3 {
        hook.post(&body).await?;
    }
    let before = bench.desk.metrics().await?;
    before.conserved()?;
    ensure!(before.get("desk_inbound_repeated_total")? == 2.0, "{}", before.text);
    ensure!(before.get("desk_webhook_responses_total{status=\"200\"}")? >= 5.0, "{}", before.text);
    ensure!(
        before.get("desk_plugin_calls_total{function=\"reply\",result=\"ok\"}")? == 1.0,
        "{}",
        before.text
    );
    ensure!(before.get("desk_plugin_call_seconds_count{function=\"inbound\"}")? >= 2.0, "{}", before.text);
    ensure!(before.get("desk_connections")? >= 1.0, "this one: {}", before.text);
    let connected = format!("desk_account_connected{{account=\"{account}\",channel=\"viber\"}}");
    ensure!(before.get(&connected)? == 1.0, "{}", before.text);
    for secret in ["Olena", "bicycle", "three", "380501112233", "some-user-id", "Bike Shop"] {
        ensure!(!before.text.contains(secret), "{secret} in:\n{}", before.text);
    }
    let nobody = reqwest::get(format!("{}/metrics", bench.desk.base)).await?;
    ensure!(nobody.status() == 401, "{}", nobody.status());
    bench.desk.kill()?;
    bench.desk.start_again()?;
    let after = bench.desk.metrics().await?;
    after.conserved()?;
    for line in ["desk_inbound_received_total", "desk_inbound_repeated_total", "desk_calls{state=\"done\"}"] {
        ensure!(after.get(line)? == before.get(line)?, "{line}: {}", after.text);
    }
    Ok(())
}
