//! `desk inspect`: what a component is, without running a desk.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use channel_engine::Channel;
use channel_engine::contract::{Localized, Manifest};
use clap::Args;
use serde_json::{Value, json};

/// Characters of a setting's title or default in the table.
const CELL_CHARS_MAX: usize = 60;

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The component
    plugin: PathBuf,
    /// Print all of it as JSON: the guides and the settings' schemas too
    #[arg(long)]
    json: bool,
    /// Print the onboarding guide in this language, as Markdown, and nothing else
    #[arg(long, value_name = "LANGUAGE", conflicts_with = "json")]
    guide: Option<String>,
}

pub(super) fn run(args: &InspectArgs) -> anyhow::Result<()> {
    let channel = super::authors_engine()?.load(&args.plugin)?;
    let mut out = io::stdout().lock();
    if let Some(language) = &args.guide {
        write!(out, "{}", texts(channel.manifest(), language)?.guide)?;
    } else if args.json {
        let shown = json!({"inspection": channel.inspection(), "manifest": channel.manifest()});
        writeln!(out, "{}", serde_json::to_string_pretty(&shown)?)?;
    } else {
        print(&channel, &mut out)?;
    }
    Ok(())
}

fn texts<'a>(manifest: &'a Manifest, language: &str) -> anyhow::Result<&'a Localized> {
    let found = manifest.texts.iter().find(|texts| texts.language == language);
    found
        .with_context(|| format!("the channel has no texts in `{language}`, only in {}", languages(manifest)))
}

fn languages(manifest: &Manifest) -> String {
    manifest.texts.iter().map(|texts| texts.language.as_str()).collect::<Vec<_>>().join(", ")
}

fn print(channel: &Channel, out: &mut impl Write) -> anyhow::Result<()> {
    let (inspection, manifest) = (channel.inspection(), channel.manifest());
    let name = manifest.texts.first().map_or("", |texts| texts.name.as_str());
    writeln!(out, "{} {} — {name}", manifest.id, manifest.version)?;
    writeln!(out, "  file      {}", inspection.file)?;
    writeln!(out, "  size      {} bytes", inspection.size_bytes)?;
    writeln!(out, "  digest    sha256:{}", inspection.digest)?;
    writeln!(out, "  contract  helpdesk:channel@{}", inspection.contract_version)?;
    list(out, "imports", &inspection.imports)?;
    list(out, "headers", &[manifest.headers.join(", ")])?;
    list(out, "hosts", &[manifest.hosts.join(", ")])?;
    list(out, "features", &[manifest.features.join(", ")])?;
    let limits: Vec<_> =
        manifest.limits.iter().map(|limit| format!("{:<22} {:>10}", limit.name, limit.value)).collect();
    list(out, "limits", &limits)?;
    if let Some(english) = manifest.texts.first() {
        list(out, "settings", &settings(&english.settings_schema, &manifest.secrets))?;
    }
    writeln!(out, "  languages {} (--guide LANGUAGE prints the onboarding guide)", languages(manifest))?;
    Ok(())
}

/// A name, and what belongs to it, a line each.
fn list(out: &mut impl Write, name: &str, items: &[String]) -> io::Result<()> {
    let mut label = name;
    for item in items {
        writeln!(out, "  {label:<9} {}", item.trim_end())?;
        label = "";
    }
    if items.is_empty() {
        writeln!(out, "  {name:<9} none")?;
    }
    Ok(())
}

/// The settings, by name: name, kind, default, title.
fn settings(schema: &str, secrets: &[String]) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let line = |(name, about): (&String, &Value)| {
        let kind = match about["x-picker"].as_str() {
            _ if secrets.contains(name) => "secret".to_owned(),
            Some(picker) => format!("picks {picker}"),
            None => about["type"].as_str().unwrap_or_default().to_owned(),
        };
        let default = match &about["default"] {
            Value::Null => "-".to_owned(),
            default => brief(&default.to_string()),
        };
        format!("{name:<26} {kind:<24} {default}  {}", brief(about["title"].as_str().unwrap_or_default()))
    };
    properties.iter().map(line).collect()
}

fn brief(text: &str) -> String {
    match text.char_indices().nth(CELL_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
