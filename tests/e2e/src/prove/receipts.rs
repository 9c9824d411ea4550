//! G7 at full size: 1,000 answers whose receipt is there 50 ms before Viber's answer to the call.

use std::time::Duration;

use e2e::Bench;
use e2e::answers::{answer_each, customers, settled};
use serde_json::json;

use crate::report::Report;

const PEOPLE: usize = 50;
const ANSWERS: usize = 20;
const ALL: usize = PEOPLE * ANSWERS;
const REST_MAX: Duration = Duration::from_secs(300);

pub(crate) async fn prove(report: &mut Report) -> anyhow::Result<()> {
    let bench = Bench::start().await?;
    let (account, bot) = bench.connect("Bike Shop", json!({})).await?;
    let people = customers(&bench, &account, &bot, PEOPLE, |_| json!({})).await?;
    let early = json!({"receipt_before_answer": true, "answer_delay_ms": 50});
    bench.viber.fault("send_message", u32::try_from(ALL)?, early).await?;
    answer_each(&bench, &people, ANSWERS).await?;
    report.progress(format!("{ALL} answers are written"));
    let all = settled(&bench, &people, &["pending", "sent"], REST_MAX).await?;
    let delivered = all.iter().flatten().filter(|(_, state)| state == "delivered").count();
    let calls = bench.viber.calls("send_message").await?.len();
    report.figure("calls whose receipt came before their answer:", calls, "1,000", calls == ALL);
    report.figure("of their receipts lost:", ALL - delivered, "0", delivered == ALL);
    bench.desk.metrics().await?.conserved()
}
