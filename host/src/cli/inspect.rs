//! `desk inspect`: what a component is, without running a desk.

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
        println!("{}", serde_json::to_string_pretty(&shown)?);
    } else {
        print(&channel);
    }
    Ok(())
}

fn print(channel: &Channel) {
    let (inspection, manifest) = (channel.inspection(), channel.manifest());
    let name = manifest.texts.first().map_or("", |texts| texts.name.as_str());
    println!("{} {} — {name}", manifest.id, manifest.version);
    println!("  file      {}", inspection.file);
    println!("  size      {} bytes", inspection.size_bytes);
    println!("  digest    sha256:{}", inspection.digest);
    println!("  contract  helpdesk:channel@{}", inspection.contract_version);
    println!("  headers   {}", manifest.headers.join(", "));
    println!("  hosts     {}", manifest.hosts.join(", "));
    println!("  secrets   {}", manifest.secrets.join(", "));
    println!("  features  {}", manifest.features.join(", "));
    let limits: Vec<_> =
        manifest.limits.iter().map(|limit| format!("{} {}", limit.name, limit.value)).collect();
    println!("  limits    {}", limits.join(", "));
    let languages: Vec<_> = manifest.texts.iter().map(|texts| texts.language.as_str()).collect();
    println!("  languages {}", languages.join(", "));
    println!("  imports   {}", if inspection.imports.is_empty() { "none" } else { "" });
    for import in &inspection.imports {
        println!("            {import}");
    }
}
