//! The desk's pages in a real browser, each file of specs over a desk of its own. Not here: what is done on the pages; that
//! stands in `tests/browser/specs`.

use e2e::{Bench, browser};
use tokio::sync::Semaphore;

/// Browsers at a time: each keeps a core busy.
static BROWSERS: Semaphore = Semaphore::const_new(2);

async fn drive(spec: &str) -> anyhow::Result<()> {
    let _one = BROWSERS.acquire().await?;
    let said = browser::drive(&Bench::start().await?, spec).await?;
    said.into_iter().for_each(|said| eprintln!("{said}"));
    Ok(())
}

/// S3, S4, S5, S14, S15, S17, S18, S23, S29, S30, S31, S37, S38, S40, S42, S44, I14: a customer at the phone and an operator at the console.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_and_an_operator_talk() -> anyhow::Result<()> {
    drive("specs/conversation.spec.js").await
}

/// S12, S19, S20, S25, S26, S27, S32, S35: from the empty desk to the first customer's task.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_sets_the_desk_up() -> anyhow::Result<()> {
    drive("specs/settings.spec.js").await
}

/// S21, S22, I17: with Viber and without, on a computer and on a phone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_landing_page_helps_whom_the_link_does_not() -> anyhow::Result<()> {
    drive("specs/landing.spec.js").await
}

/// On every page, in each language, light and dark, on a wide window and on a phone's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_for_everybody() -> anyhow::Result<()> {
    drive("specs/pages.spec.js").await
}
