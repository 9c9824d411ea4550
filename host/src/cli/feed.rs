//! `desk feed`: the channel without a server or a store. A line in, a line out; the same input gives the same bytes.

mod line;
mod result;
mod session;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use channel_engine::contract::Secret;
use clap::Args;
use serde_json::{Map, Value};

use line::Line;
use session::Session;

#[derive(Debug, Args)]
pub(super) struct FeedArgs {
    /// The channel's component
    #[arg(long)]
    plugin: PathBuf,
    /// The account's settings, a JSON object
    #[arg(long)]
    settings: Option<PathBuf>,
    /// The account's secret settings, a JSON object of texts
    #[arg(long)]
    secrets: Option<PathBuf>,
    /// One event a line; standard input if there is none
    events: Option<PathBuf>,
}

pub(super) fn run(args: &FeedArgs) -> anyhow::Result<()> {
    let channel = super::authors_engine()?.load(&args.plugin)?;
    let settings = args.settings.as_deref().map(read_object).transpose()?.unwrap_or_default();
    let secrets = args.secrets.as_deref().map(read_object).transpose()?.unwrap_or_default();
    let secrets = secrets
        .into_iter()
        .filter_map(|(name, value)| Some(Secret { name, value: value.as_str()?.to_owned() }));
    let mut session = Session::new(channel, Value::Object(settings).to_string(), secrets.collect());
    let input: Box<dyn BufRead> = match &args.events {
        Some(path) => Box::new(BufReader::new(
            File::open(path).with_context(|| format!("cannot open {}", path.display()))?,
        )),
        None => Box::new(std::io::stdin().lock()),
    };
    let mut output = BufWriter::new(std::io::stdout().lock());
    for (index, text) in input.lines().enumerate() {
        let text = text.with_context(|| format!("line {}", index + 1))?;
        if text.trim().is_empty() || text.starts_with("//") {
            continue;
        }
        let line: Line =
            serde_json::from_str(&text).with_context(|| format!("line {} is no event", index + 1))?;
        let result = session.feed(line).with_context(|| format!("line {}", index + 1))?;
        serde_json::to_writer(&mut output, &result)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(())
}

fn read_object(path: &Path) -> anyhow::Result<Map<String, Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} must be a JSON object", path.display()))
}
