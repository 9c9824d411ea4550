//! `desk doctor`: says whether all is well with a desk. Not here: what it looks at (`doctor`).

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::doctor::{self, Report};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// The desk's data folder; the desk may run or not
    #[arg(long, env = "DESK_DATA")]
    data: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &DoctorArgs) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(doctor::examine(&super::serve::database(&args.data)));
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&as_json(&report)?)?)?;
    } else {
        print(&report, &mut out)?;
    }
    let wrong = report.findings.iter().filter(|finding| !finding.good).count();
    anyhow::ensure!(
        report.is_good(),
        "{wrong} of {} things are not as they should be",
        report.findings.len()
    );
    Ok(())
}

fn versions() -> [(&'static str, &'static str); 4] {
    [
        ("desk", env!("CARGO_PKG_VERSION")),
        ("contract", channel_engine::CONTRACT_VERSION),
        ("wasmtime", channel_engine::WASMTIME_VERSION),
        ("sqlite", desk_store::sqlite_version()),
    ]
}

fn as_json(report: &Report) -> anyhow::Result<Value> {
    let versions: serde_json::Map<_, _> =
        versions().into_iter().map(|(name, version)| (name.to_owned(), version.into())).collect();
    Ok(json!({
        "good": report.is_good(),
        "versions": versions,
        "findings": serde_json::to_value(&report.findings)?,
        "counts": report.counts.as_ref().map(serde_json::to_value).transpose()?,
        "started": report.started.as_ref().map(serde_json::to_value).transpose()?,
    }))
}

fn print(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let names = versions().map(|(name, version)| format!("{name} {version}"));
    writeln!(out, "{}", names.join(" · "))?;
    for finding in &report.findings {
        let mark = if finding.good { '✓' } else { '✗' };
        writeln!(out, "  {mark} {:<9} {}", finding.area, finding.says)?;
        if !finding.advice.is_empty() {
            writeln!(out, "              → {}", finding.advice)?;
        }
    }
    if let Some(counts) = &report.counts {
        let open = counts.calls_waiting + counts.calls_sending;
        writeln!(
            out,
            "  received {}, done {}, waiting {}, parked {}, repeated {}; calls open {open}, done {}",
            counts.received,
            counts.done,
            counts.waiting_inbound,
            counts.parked_inbound,
            counts.repeated,
            counts.calls_done
        )?;
    }
    Ok(())
}
