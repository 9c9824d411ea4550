//! Any reply of an operator's; not what Viber answers, which is `answer`'s.
//!
//! The input is a list of parts, each begun by a line `@kind words`: `@text`, `@html` or `@markdown` with how often the
//! lines that follow are repeated, `@image`, `@video`, `@audio` or `@file` with URL, size and duration, `@place` with two
//! numbers, `@card` with a phone number, `@sticker`, `@link` and `@button`. The lines that follow are text or caption.

use std::sync::LazyLock;

use conversation::{
    Account, Call, Command, ContactCard, Conversation, DeliveryState, Link, Location, Media, OtherPart,
    Outcome, Part, Reply, Sticker, Suggestion, Text, TextFormat,
};
use serde_json::Value;

use crate::{check, given};

/// Bytes of a body, UTF-16 units of a text. developers.viber.com, Send Message; checked 2026-11.
const BODY_BYTES_MAX: usize = 29_999;
const TEXT_UTF16_MAX: usize = 7_000;

/// Bytes that repeating makes of a text at most: enough for three messages.
const REPEATED_BYTES_MAX: usize = 16_000;

/// A conversation in which the customer wrote.
static KNOWN: LazyLock<Conversation> = LazyLock::new(|| {
    let fresh = given::conversation(given::USER, &[]);
    let outcome = viber::handle_inbound(&given::account(""), &fresh, &given::message());
    given::conversation(given::USER, &outcome.expect("a message is handled").state)
});

/// Sends the reply.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let reply = read(&text);
    let known = Account { profile: Some(given::profile()), ..given::account(given::ALL) };
    for account in [given::account(""), known] {
        sent(&account, &reply);
    }
}

fn read(text: &str) -> Reply {
    let mut reply = given::reply(Vec::new());
    for block in text.split("\n@").map(|block| block.strip_prefix('@').unwrap_or(block)) {
        let (line, words) = block.split_once('\n').unwrap_or((block, ""));
        let (kind, about) = line.split_once(' ').unwrap_or((line, ""));
        if kind == "button" {
            let suggestion = Suggestion { title: about.to_owned(), value: words.to_owned() };
            reply.suggestions.push(suggestion);
        } else {
            reply.parts.push(part(kind, about, words));
        }
    }
    reply
}

fn part(kind: &str, about: &str, words: &str) -> Part {
    let caption = Some(words.to_owned()).filter(|words| !words.is_empty());
    let mut about_words = about.split(' ');
    let mut next = || about_words.next().unwrap_or_default();
    let formatted = |format| Part::Text(Text { text: repeated(words, about), format });
    match kind {
        "html" => formatted(TextFormat::Html),
        "markdown" => formatted(TextFormat::Markdown),
        "image" => Part::Image(media(about, caption)),
        "video" => Part::Video(media(about, caption)),
        "audio" => Part::Audio(media(about, caption)),
        "file" => Part::File(media(about, caption)),
        "place" => {
            let (latitude, longitude) = (next().parse().unwrap_or(0.0), next().parse().unwrap_or(0.0));
            Part::Location(Location { latitude, longitude, caption })
        }
        "card" => Part::Contact(ContactCard {
            phone: Some(about.to_owned()),
            name: caption,
            ..ContactCard::default()
        }),
        "sticker" => Part::Sticker(Sticker { id: about.to_owned(), url: None }),
        "link" => Part::Link(Link { url: about.to_owned(), caption }),
        "other" => Part::Other(OtherPart {
            kind: about.to_owned(),
            summary: words.to_owned(),
            json: "{}".to_owned(),
        }),
        _ => formatted(TextFormat::Plain),
    }
}

fn repeated(words: &str, times: &str) -> String {
    let most = REPEATED_BYTES_MAX / words.len().max(1);
    words.repeat(times.trim().parse().unwrap_or(1).min(most.max(1)))
}

fn media(about: &str, caption: Option<String>) -> Media {
    let mut words = about.split(' ');
    let url = words.next().filter(|url| !url.is_empty()).map(str::to_owned);
    let mut number = || words.next().and_then(|word| word.parse().ok());
    Media {
        url,
        size_bytes: number(),
        duration_ms: number(),
        thumbnail: words.next().map(str::to_owned),
        caption,
        ..Media::default()
    }
}

fn sent(account: &Account, reply: &Reply) {
    match check::twice(|| viber::handle_reply(account, &KNOWN, reply)) {
        Ok(outcome) => {
            check::outcome(account, given::USER, &outcome);
            asks_once(account, reply, &outcome);
            accounted_for(&outcome.commands);
            let calls = given::calls(&outcome.commands);
            let bodies: Vec<Value> = calls.into_iter().map(message).collect();
            keyboards(&bodies);
            // Buttons can make a message too large, which is then told and not sent.
            if outcome.commands.len() == bodies.len() * 2 {
                whole(reply, &bodies);
            }
        }
        Err(problem) => {
            check::problem(&problem);
            assert!(["empty-reply", "reply-too-long"].contains(&problem.code.as_str()), "{problem:?}");
            let speaks = |part: &Part| match part {
                Part::Text(text) => text.format == TextFormat::Plain && !text.text.trim().is_empty(),
                _ => true,
            };
            let silent = !reply.parts.iter().any(speaks);
            assert!(problem.code == "reply-too-long" || silent, "the reply says something");
        }
    }
}

/// What a state says, but for the calls that are under way, which every reply counts.
fn remembered(state: &[u8]) -> serde_json::Value {
    let mut state: serde_json::Value = serde_json::from_slice(state).expect("a state is JSON");
    if let Some(fields) = state.as_object_mut() {
        fields.remove("sends");
    }
    state
}

/// A reply that asks for the phone number is remembered, and the next one does not ask: it changes nothing more.
fn asks_once(account: &Account, reply: &Reply, outcome: &Outcome) {
    let asked = remembered(&outcome.state) != remembered(&KNOWN.state);
    assert!(!asked || !account.settings.is_empty(), "a reply changes nothing, if it is not to ask");
    let next = given::conversation(given::USER, &outcome.state);
    match viber::handle_reply(account, &next, reply) {
        Ok(again) => {
            assert_eq!(remembered(&again.state), remembered(&outcome.state), "a reply asks again");
        }
        Err(problem) => panic!("what was sent once is not sent again: {problem:?}"),
    }
}

/// First every part's state, from 0 on: it waits and has a call, or it failed and has none; then the calls, in order.
fn accounted_for(commands: &[Command]) {
    let (mut parts, mut waiting, mut called) = (0, Vec::new(), Vec::new());
    for command in commands {
        match command {
            Command::Delivery(delivery) => {
                assert!(called.is_empty() && delivery.part == parts && delivery.reply == "r-1");
                parts += 1;
                match delivery.state {
                    DeliveryState::Pending => {
                        waiting.push(format!("send:r-1:{}:{}", given::USER, delivery.part))
                    }
                    DeliveryState::Failed => assert!(delivery.problem.is_some()),
                    _ => panic!("not before it is sent: {:?}", delivery.state),
                }
            }
            Command::Call(call) => called.push(call.id.clone()),
            other => panic!("not what a reply leads to: {other:?}"),
        }
    }
    assert!(parts > 0, "a reply without parts");
    assert_eq!(waiting, called);
}

/// A body within Viber's limits.
fn message(call: &Call) -> Value {
    assert!(call.body.len() <= BODY_BYTES_MAX, "{} bytes", call.body.len());
    let body: Value = serde_json::from_slice(&call.body).expect("a body is JSON");
    assert_eq!(body["receiver"], given::USER);
    let name = body["sender"]["name"].as_str().expect("a sender's name");
    assert!(!name.is_empty() && name.chars().count() <= 28);
    if let Some(text) = body["text"].as_str() {
        assert!(text.encode_utf16().count() <= TEXT_UTF16_MAX);
        assert!(body["type"] != "text" || !text.trim().is_empty(), "a message that says nothing");
    }
    body
}

/// Only the last message has a keyboard, of twelve buttons at most, each with a text and something to say.
fn keyboards(bodies: &[Value]) {
    for (at, body) in bodies.iter().enumerate() {
        let Some(buttons) = body["keyboard"]["Buttons"].as_array() else { continue };
        assert_eq!(at + 1, bodies.len(), "a keyboard that the next message removes");
        assert!((1..=12).contains(&buttons.len()));
        for button in buttons {
            let says = |field: &str| {
                button[field].as_str().is_some_and(|text| (1..=250).contains(&text.chars().count()))
            };
            assert!(says("Text") && says("ActionBody"), "{button}");
        }
    }
}

/// The words of plain texts arrive: all of them, in order.
fn whole(reply: &Reply, bodies: &[Value]) {
    let plain = |part: &Part| match part {
        Part::Text(text) if text.format == TextFormat::Plain => Some(text.text.clone()),
        _ => None,
    };
    let Some(texts) = reply.parts.iter().map(plain).collect::<Option<Vec<_>>>() else { return };
    let words = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let arrived: String = bodies.iter().filter_map(|body| body["text"].as_str()).map(words).collect();
    // Behind them may stand a question for the phone number.
    assert!(arrived.starts_with(&words(&texts.concat())), "words are lost");
}
