//! What `desk inspect` shows of the channel to somebody who has only the file. Not here: what it says of files that are no
//! channel; that is in `hostile.rs`.

use std::process::Command;

use anyhow::ensure;
use e2e::desk_program;

fn inspect(arguments: &[&str]) -> anyhow::Result<(bool, String, String)> {
    let mut command = Command::new(desk_program()?);
    let output = command.args(["inspect", guests::VIBER_CHANNEL]).args(arguments).output()?;
    let text = |bytes| String::from_utf8(bytes);
    Ok((output.status.success(), text(output.stdout)?, text(output.stderr)?))
}

/// S2, S20: all that a vendor decides on before loading it, on one screen.
#[test]
fn the_manifest_is_shown() -> anyhow::Result<()> {
    let (done, shown, _) = inspect(&[])?;
    ensure!(done && shown.lines().count() < 45, "one screen: {shown}");
    for part in [
        "viber 0.1.0 — Viber\n",
        "contract  helpdesk:channel@0.1.0\n",
        "imports   none\n",
        "hosts     chatapi.viber.com\n",
        "features  delivered, seen, failed,",
        "picture-bytes             1000000\n",
        "api_key                    secret                   -  API key\n",
        "task_template              picks task-template      -  Template for tasks\n",
        "send_as_employee           boolean                  false  Send messages on behalf",
        "languages en, ru, uk",
    ] {
        ensure!(shown.contains(part), "`{part}` is missing:\n{shown}");
    }
    Ok(())
}

/// S6, S22: the guide of each language, as Markdown and nothing else; a language that is missing is named.
#[test]
fn the_guides_are_shown() -> anyhow::Result<()> {
    for (language, title) in
        [("en", "# Connect Viber\n"), ("ru", "# Подключение Viber\n"), ("uk", "# Підключення Viber\n")]
    {
        let (done, guide, _) = inspect(&["--guide", language])?;
        ensure!(
            done && guide.starts_with(title) && guide.contains("viber://pa?chatURI="),
            "{language}: {guide}"
        );
    }
    let (done, guide, error) = inspect(&["--guide", "de"])?;
    ensure!(!done && guide.is_empty() && error.contains("no texts in `de`, only in en, ru, uk"), "{error}");
    Ok(())
}

/// For programs: the whole manifest, schemas and guides included.
#[test]
fn a_program_gets_all_of_it() -> anyhow::Result<()> {
    let (done, json, _) = inspect(&["--json"])?;
    let shown: serde_json::Value = serde_json::from_str(&json)?;
    ensure!(done && shown["manifest"]["id"] == "viber", "{json}");
    ensure!(shown["inspection"]["imports"].as_array().is_some_and(Vec::is_empty), "{json}");
    let texts = shown["manifest"]["texts"].as_array().map_or(0, Vec::len);
    ensure!(
        texts == 3 && shown["inspection"]["size_bytes"].as_u64().is_some_and(|size| size < 300_000),
        "{json}"
    );
    Ok(())
}
