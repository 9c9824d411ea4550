//! Logs to standard error, a line an event: for people as text, for programs as JSON. Not here: numbers (`metrics`).
//!
//! A line says what happened and by which ids of the desk's own it is found: `account.id`, `task.id`, `call.seq`,
//! `media.id`, `attempt`, `duration_ms`, `size_bytes`.
//!
//! | never in a line | instead |
//! |---|---|
//! | names, texts, phones, places, file names, links, bodies | the id of the row that has them |
//! | a messenger's id of a person, of a conversation too: it follows them through every log | the same |
//! | keys, tokens, signatures, tickets, paths of requests (which have some of them) | the route's pattern |
//! | what a channel says in words, which may be what a customer wrote: its standard error, its problems' texts | how much it was; the problem's code, if it looks like one ([`code`]) |
//! | the text of a panic, unless it stands in the source | where it happened |
//!
//! Nor does it depend on libraries being discreet: below a warning they say nothing, whatever `DESK_LOG` asks for.

use std::any::Any;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, filter};

/// Whose lines are shown at every level. A library's are only from a warning on: below that it may print what it handles.
const OURS: [&str; 3] = ["desk", "desk_store", "channel_engine"];
/// What is logged where `DESK_LOG` says nothing.
const LEVEL: &str = "info";
/// Longest code of a problem, characters.
const CODE_CHARS_MAX: usize = 40;

/// How a line is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// An object a line: `timestamp`, `level`, `target`, `message`, and the fields beside them.
    Json,
}

/// Starts logging; `DESK_LOG` chooses what (`info` by default), in tracing's filter language. Panics are logged too.
///
/// # Errors
/// `DESK_LOG` is no filter.
pub fn start(format: LogFormat) -> anyhow::Result<()> {
    let text = std::env::var("DESK_LOG").ok().filter(|text| !text.is_empty());
    let asked = asked(text.as_deref().unwrap_or(LEVEL))?;
    let started = subscriber(asked, format, io::stderr().is_terminal(), io::stderr).try_init();
    // A second start in one process (tests) keeps the first one's settings.
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            tracing::error!(
                place,
                text = told(panic.payload()),
                "a part of the desk panicked, which is a bug"
            );
        }));
    }
    Ok(())
}

/// What may be logged of a problem's code. A channel of ours has short ones in kebab-case; another's may be anything.
#[must_use]
pub fn code(code: &str) -> &str {
    let is_kebab = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '-' | '_');
    let is_code = code.starts_with(|first: char| first.is_ascii_lowercase()) && code.chars().all(is_kebab);
    if is_code && code.len() <= CODE_CHARS_MAX { code } else { "(no code)" }
}

/// A reader's complaint without what it quotes of the text it read: a key in the wrong place must not come out again
/// (S26, G21).
#[must_use]
pub fn unquoted(message: &str) -> String {
    let message = match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}…{}", &message[..=first], &message[last..])
        }
        _ => message.to_owned(),
    };
    // One that should have been a word of a list.
    let parts = message.split_once("unknown variant `");
    match parts.and_then(|(before, rest)| Some((before, rest.split_once('`')?.1))) {
        Some((before, after)) => format!("{before}unknown variant{after}"),
        None => message,
    }
}

/// A span of time as lines have it.
#[must_use]
pub fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn asked(text: &str) -> anyhow::Result<EnvFilter> {
    EnvFilter::builder().parse(text).context(
        "DESK_LOG is no filter: give a level, as `info`, or targets too, as `info,desk::access=debug`",
    )
}

fn subscriber<W>(asked: EnvFilter, format: LogFormat, colours: bool, writer: W) -> impl Subscriber
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_ansi(colours).with_writer(writer);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
    };
    tracing_subscriber::registry().with(asked).with(filter::filter_fn(is_discreet)).with(lines)
}

fn is_discreet(line: &Metadata<'_>) -> bool {
    let is_of = |ours: &str| {
        line.target().strip_prefix(ours).is_some_and(|rest| matches!(rest.get(..2), None | Some("::")))
    };
    *line.level() <= Level::WARN || OURS.iter().any(|ours| is_of(ours))
}

/// A panic's text if it stands in the source as it is: one that was put together may quote what was being handled.
fn told(panic: &(dyn Any + Send)) -> &'static str {
    panic.downcast_ref::<&'static str>().copied().unwrap_or("(not shown: it may quote data)")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile.
    fn logged(asked_for: &str, format: LogFormat, what: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let to = subscriber(asked(asked_for).expect("a filter"), format, false, move || writer.clone());
        tracing::subscriber::with_default(to, what);
        String::from_utf8(lines.0.lock().expect("nobody panicked").clone()).expect("text")
    }

    fn everybody_speaks() {
        tracing::trace!(target: "desk::inbox", "ours, in detail");
        tracing::trace!(target: "desk", "ours, of the root");
        tracing::trace!(target: "desk_store::store", "ours, of the store");
        tracing::trace!(target: "channel_engine", "ours, of the engine");
        tracing::trace!(target: "hyper::proto", "a body");
        tracing::debug!(target: "reqwest", "a link");
        tracing::info!(target: "deskjockey", "a name");
        tracing::warn!(target: "hyper::proto", "a warning");
    }

    /// G21: no filter, however it is written, lets libraries speak below a warning.
    #[test]
    fn libraries_stay_silent_whatever_is_asked_for() {
        for asked_for in [
            "trace",
            "hyper=trace,reqwest=trace,deskjockey=trace,desk=trace,desk_store=trace,channel_engine=trace",
        ] {
            let text = logged(asked_for, LogFormat::Text, everybody_speaks);
            for theirs in ["a body", "a link", "a name"] {
                assert!(!text.contains(theirs), "{asked_for}: {text}");
            }
            assert_eq!(text.matches("ours, ").count(), 4, "{asked_for}: {text}");
            assert!(text.contains("a warning"), "{asked_for}: {text}");
        }
        let text = logged("info", LogFormat::Text, everybody_speaks);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(asked("info,,=,nothing=loud").is_err());
    }

    #[test]
    fn a_line_is_one_object_with_its_fields_beside_the_message() {
        let text = logged("info", LogFormat::Json, || {
            tracing::info!(account.id = "viber-1", attempt = 2, "two\nlines \u{1b}[31m");
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["message"], "two\nlines \u{1b}[31m");
        assert_eq!((&line["account.id"], &line["attempt"]), (&"viber-1".into(), &2.into()), "{line}");
        assert_eq!((&line["level"], &line["target"]), (&"INFO".into(), &module_path!().into()), "{line}");
        assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    }

    /// G21: words are no code, and numbers are none.
    #[test]
    fn only_what_looks_like_a_code_is_one() {
        for good in ["signature-wrong", "plugin-trap", "viber-12", "not_a_component"] {
            assert_eq!(code(good), good);
        }
        for bad in
            ["", "I am Olena", "380501112233", "+380501112233", "Olena", "олена", &"a".repeat(41), "a\nb"]
        {
            assert_eq!(code(bad), "(no code)");
        }
    }

    /// G21.
    #[test]
    fn a_panic_tells_what_stands_in_the_source_and_no_more() {
        let text = |panic: fn()| told(&*std::panic::catch_unwind(panic).expect_err("it panics"));
        assert_eq!(text(|| panic!("the list is empty")), "the list is empty");
        let name = |panic: fn()| text(panic).contains("Olena");
        assert!(!name(|| panic!("no such name: {}", "Olena".to_owned())));
    }

    /// G21: serde quotes what it did not expect, which may be a key; the kind of fault and its place stay.
    #[test]
    fn a_refusal_does_not_quote_what_came() {
        #[derive(Debug, serde::Deserialize)]
        struct Wanted {
            #[expect(dead_code, reason = "only its type counts")]
            settings: std::collections::BTreeMap<String, String>,
        }
        for sent in [r#"{"settings": "the-key"}"#, r#"{"settings": "the \"key\" of it"}"#] {
            let error = serde_json::from_str::<Wanted>(sent).expect_err("no map").to_string();
            assert!(error.contains("key"), "it would be quoted: {error}");
            let shown = unquoted(&error);
            assert!(!shown.contains("key"), "{shown}");
            assert!(shown.contains("invalid type") && shown.contains("expected a map at line 1"), "{shown}");
        }
        for plain in ["EOF while parsing", "a single \" in it", ""] {
            assert_eq!(unquoted(plain), plain);
        }
    }
}
