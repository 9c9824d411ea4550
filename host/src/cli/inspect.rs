//! `desk inspect`: what a component is, without running a desk.

use std::io::{self, Write};
use std::path::PathBuf;

use channel_engine::Channel;
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The component
    plugin: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &InspectArgs) -> anyhow::Result<()> {
    let channel = super::engine(super::user_cache())?.load(&args.plugin)?;
    if args.json {
        let shown = json!({"inspection": channel.inspection(), "manifest": channel.manifest()});
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&shown)?)?;
    } else {
        print(&channel, &mut io::stdout().lock())?;
    }
    Ok(())
}

fn print(channel: &Channel, out: &mut impl Write) -> io::Result<()> {
    let (inspection, manifest) = (channel.inspection(), channel.manifest());
    let name = manifest.texts.first().map_or("", |texts| texts.name.as_str());
    writeln!(out, "{} {} — {name}", manifest.id, manifest.version)?;
    writeln!(out, "  file      {}", inspection.file)?;
    writeln!(out, "  size      {} bytes", inspection.size_bytes)?;
    writeln!(out, "  digest    sha256:{}", inspection.digest)?;
    writeln!(out, "  contract  helpdesk:channel@{}", inspection.contract_version)?;
    writeln!(out, "  headers   {}", manifest.headers.join(", "))?;
    writeln!(out, "  hosts     {}", manifest.hosts.join(", "))?;
    writeln!(out, "  secrets   {}", manifest.secrets.join(", "))?;
    writeln!(out, "  features  {}", manifest.features.join(", "))?;
    let limits: Vec<_> =
        manifest.limits.iter().map(|limit| format!("{} {}", limit.name, limit.value)).collect();
    writeln!(out, "  limits    {}", limits.join(", "))?;
    let languages: Vec<_> = manifest.texts.iter().map(|texts| texts.language.as_str()).collect();
    writeln!(out, "  languages {}", languages.join(", "))?;
    writeln!(out, "  imports   {}", if inspection.imports.is_empty() { "none" } else { "" })?;
    for import in &inspection.imports {
        writeln!(out, "            {import}")?;
    }
    Ok(())
}
