//! `desk feed` prints the same bytes for the same events, today and tomorrow: every feed in `tests/data/feed` against the
//! golden file beside it, every payload in `tests/data/viber` against its own. Not here: whether a rule is right; the
//! goldens are read by people when they change. `UPDATE_GOLDEN=1` writes them anew.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use e2e::{Feed, feed_folder, json_files};
use serde_json::{Value, json};

/// The time of the first event of a generated feed, ms.
const NOW: u64 = 1_767_225_700_000;

/// Compares with a golden file, or writes it.
fn check(path: &Path, printed: &str) -> anyhow::Result<()> {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
        return Ok(std::fs::write(path, printed)?);
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    let line = golden.lines().zip(printed.lines()).position(|(old, new)| old != new);
    let line = line.unwrap_or(golden.lines().count().min(printed.lines().count())) + 1;
    ensure!(
        golden == printed,
        "{}, line {line}:\n  golden  {}\n  printed {}\nread both; if the new one is right: UPDATE_GOLDEN=1",
        path.display(),
        golden.lines().nth(line - 1).unwrap_or("(nothing)"),
        printed.lines().nth(line - 1).unwrap_or("(nothing)"),
    );
    Ok(())
}

/// The feeds of the folder by name: `*.jsonl` that are not golden.
fn feeds() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(feed_folder())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".jsonl").filter(|it| !it.ends_with(".golden")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// The settings of a feed: `settings-one-task.json` for `…-one-task.jsonl`, else `settings.json`.
fn settings_of(name: &str) -> anyhow::Result<PathBuf> {
    let special = json_files(&feed_folder(), "settings-")?;
    let special = special.iter().map(|(file, _)| file);
    let mut fitting = special.filter(|file| name.ends_with(&file["settings".len()..]));
    let file = fitting.next().map_or("settings", String::as_str);
    Ok(feed_folder().join(file).with_extension("json"))
}

fn feed_of(name: &str) -> anyhow::Result<Feed> {
    Ok(Feed::new(Some(&settings_of(name)?), Some(&feed_folder().join("secrets.json"))))
}

#[test]
fn every_feed_prints_its_golden_file() -> anyhow::Result<()> {
    let names = feeds()?;
    for wanted in ["answers", "connect", "conversation", "reply", "shapes"] {
        ensure!(names.iter().any(|name| name == wanted), "the feed {wanted}.jsonl is gone");
    }
    for name in names {
        let events = feed_folder().join(format!("{name}.jsonl"));
        let printed = feed_of(&name)?.file(&events).with_context(|| name.clone())?;
        let lines = std::fs::read_to_string(&events)?.lines().filter(|it| !it.starts_with("//")).count();
        ensure!(printed.lines().count() == lines, "{name}: a result for each event");
        check(&feed_folder().join(format!("{name}.golden.jsonl")), &printed)?;
    }
    Ok(())
}

#[test]
fn the_same_events_give_the_same_bytes_from_a_file_and_from_standard_input() -> anyhow::Result<()> {
    for name in feeds()? {
        let events = feed_folder().join(format!("{name}.jsonl"));
        let feed = feed_of(&name)?;
        let first = feed.file(&events)?;
        ensure!(first == feed.file(&events)?, "{name}: the second run differs");
        ensure!(first == feed.text(&std::fs::read_to_string(&events)?)?, "{name}: standard input differs");
    }
    Ok(())
}

/// One payload alone: what a new customer's callback of that shape leads to.
#[test]
fn every_payload_alone_prints_its_golden_file() -> anyhow::Result<()> {
    let feed = feed_of("shapes")?;
    let folder = feed_folder().join("shapes");
    let payloads = json_files(&feed_folder().join("../viber"), "")?;
    for (index, (name, body)) in (0..).zip(&payloads) {
        let printed = feed.text(&format!("{}\n", Feed::signed(NOW + 1_000 * index, body)))?;
        check(&folder.join(format!("{name}.golden.json")), &indented(&printed))?;
    }
    let named = |name: &str| payloads.iter().any(|(known, _)| *known == name.trim_end_matches(".golden"));
    for (golden, _) in json_files(&folder, "")? {
        ensure!(named(&golden), "shapes/{golden}.json is golden for a payload that is gone");
    }
    Ok(())
}

/// The feed that others may run is what the payloads say, in the order of their names: none is forgotten.
#[test]
fn the_feed_of_shapes_has_every_payload() -> anyhow::Result<()> {
    let feed = std::fs::read_to_string(feed_folder().join("shapes.jsonl"))?;
    let lines = feed.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    ensure!(lines.windows(2).all(|pair| pair[0]["now"].as_u64() < pair[1]["now"].as_u64()), "time goes on");
    let signed = lines.iter().filter(|line| line["webhook"]["sign"] == json!(true));
    let bodies: Vec<_> = signed.map(|line| line["webhook"]["body"].clone()).collect();
    for (place, (name, body)) in json_files(&feed_folder().join("../viber"), "")?.iter().enumerate() {
        ensure!(bodies.get(place) == Some(&json!(body)), "line {}: not the payload {name}", place + 1);
    }
    Ok(())
}

/// JSON with a member a line, in the order in which it came: goldens are read by people.
fn indented(json: &str) -> String {
    let (mut text, mut depth) = (String::new(), 0);
    let (mut opened, mut quoted, mut escaped) = (false, false, false);
    for c in json.trim().chars() {
        if quoted {
            text.push(c);
            (quoted, escaped) = (escaped || c != '"', c == '\\' && !escaped);
            continue;
        }
        let closes = matches!(c, '}' | ']');
        depth -= usize::from(closes);
        // What is empty stays on its line.
        if opened != closes {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        }
        text.push(c);
        (opened, quoted) = (matches!(c, '{' | '['), c == '"');
        depth += usize::from(opened);
        match c {
            ',' => text.extend(["\n", &"  ".repeat(depth)]),
            ':' => text.push(' '),
            _ => {}
        }
    }
    text + "\n"
}

#[test]
fn a_golden_file_is_the_result_with_line_breaks() -> anyhow::Result<()> {
    let json = r#"{"b":[],"a":[{"x":1},[2,"a{,\":\\"]],"c":{"d":null}}"#;
    let text = indented(json);
    ensure!(serde_json::from_str::<Value>(&text)? == serde_json::from_str::<Value>(json)?, "{text}");
    ensure!(text.lines().nth(1) == Some("  \"b\": [],") && text.lines().count() == 15, "{text}");
    Ok(())
}
