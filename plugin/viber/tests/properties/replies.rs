//! Replies of any parts with any buttons. Not here: the property; `main.rs` has it.

use conversation::{Author, ContactCard, Link, Location, Media, OtherPart, Sticker, Suggestion};
use proptest::option::of;

use super::*;

// --- 4b: whatever a helpdesk sends

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zа-я ]{0,20}",
        1 => any::<String>(),
        2 => (select(&["&", "<", "🙂", "\u{1}", "👩‍👩‍👧", "x", "\""][..]), 1..800_usize).prop_map(|(it, times)| it.repeat(times)),
        1 => markup(),
    ]
}

fn url() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "https://f.example/a.jpg",
            "http://f.example/b.mp4",
            "https://f.example/c.exe",
            "ftp://f.example/d",
        ][..],
    );
    prop_oneof![
        4 => known.prop_map(str::to_owned),
        1 => words(),
        1 => (1..9_000_usize).prop_map(|times| format!("https://f.example/{}", "я".repeat(times))),
    ]
}

fn media() -> impl Strategy<Value = Media> {
    let size = prop_oneof![0..100_000_000_u64, any::<u64>()];
    let kind =
        select(&["image/jpeg", "image/gif", "video/mp4", "audio/ogg", "x"][..]).prop_map(str::to_owned);
    let looks = (of(url()), of(words()), of(kind), of(url()), of(words()));
    (looks, of(size), of(any::<u64>())).prop_map(
        |((url, name, media_type, thumbnail, caption), size_bytes, duration_ms)| Media {
            url,
            url_until: None,
            name,
            media_type,
            size_bytes,
            duration_ms,
            thumbnail,
            caption,
        },
    )
}

fn part() -> impl Strategy<Value = Part> {
    let format = select(vec![
        TextFormat::Plain,
        TextFormat::Markdown,
        TextFormat::Html,
        TextFormat::Other("x".to_owned()),
    ]);
    let card = (of(words()), of(prop_oneof!["[0-9+ ()-]{0,25}", words()]));
    prop_oneof![
        (words(), format).prop_map(|(text, format)| Part::Text(Text { text, format })),
        media().prop_map(Part::Image),
        media().prop_map(Part::Video),
        media().prop_map(Part::Audio),
        media().prop_map(Part::File),
        (any::<f64>(), -181.0..181.0, of(words())).prop_map(|(latitude, longitude, caption)| Part::Location(
            Location { latitude, longitude, caption }
        )),
        card.prop_map(|(name, phone)| Part::Contact(ContactCard { name, phone, ..ContactCard::default() })),
        (prop_oneof!["[0-9]{0,25}", words()], of(url()))
            .prop_map(|(id, url)| Part::Sticker(Sticker { id, url })),
        (url(), of(words())).prop_map(|(url, caption)| Part::Link(Link { url, caption })),
        (words(), words()).prop_map(|(kind, summary)| Part::Other(OtherPart {
            kind,
            summary,
            json: String::new()
        })),
    ]
}

pub(super) fn any_reply() -> impl Strategy<Value = Reply> {
    let suggestion = (words(), words()).prop_map(|(title, value)| Suggestion { title, value });
    let author = (words(), of(url())).prop_map(|(name, avatar)| Author { id: "e1".to_owned(), name, avatar });
    (vec(part(), 0..9), vec(suggestion, 0..16), author).prop_map(|(parts, suggestions, author)| Reply {
        id: "r1".to_owned(),
        notify: vec![format!("c:{USER}")],
        parts,
        suggestions,
        author,
        ..Reply::default()
    })
}

pub(super) fn obeys(reply: &Reply, settings: &str) -> TestCaseResult {
    let conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
    let outcome = match viber::handle_reply(&account(settings), &conversation, reply) {
        Ok(outcome) => outcome,
        Err(problem) => {
            let known = ["empty-reply", "reply-too-long", "settings-unreadable"];
            prop_assert!(known.contains(&problem.code.as_str()), "{:?}", problem);
            return Ok(());
        }
    };
    prop_assert!(outcome.commands.len() <= 64);
    // Every part is named once, in order, and calls are those of the parts that wait, in their order.
    let parts: Vec<u32> = deliveries(&outcome.commands).map(|delivery| delivery.part).collect();
    prop_assert_eq!(&parts, &(0..u32::try_from(parts.len()).unwrap_or(0)).collect::<Vec<_>>());
    let waiting = deliveries(&outcome.commands).filter(|delivery| delivery.state == DeliveryState::Pending);
    let waiting: Vec<String> = waiting.map(|delivery| format!("send:r1:{USER}:{}", delivery.part)).collect();
    let calls: Vec<&Call> = calls(&outcome.commands).collect();
    prop_assert_eq!(&waiting, &calls.iter().map(|call| call.id.clone()).collect::<Vec<_>>());
    for delivery in deliveries(&outcome.commands).filter(|delivery| delivery.state != DeliveryState::Pending)
    {
        prop_assert!(delivery.state == DeliveryState::Failed && delivery.problem.is_some());
    }
    for (at, call) in calls.iter().enumerate() {
        prop_assert!(call.body.len() < 30_000 && call.context.len() <= 4_096);
        let body: Value = serde_json::from_slice(&call.body).expect("a call's body is JSON");
        prop_assert!(
            at + 1 == calls.len() || body.get("keyboard").is_none(),
            "a keyboard that is taken away"
        );
        allowed(&body)?;
    }
    Ok(())
}

/// The fields that a message may have beside those that all have, and which of them it must.
/// developers.viber.com, Send Message, Message types; checked 2026-11.
fn allowed(body: &Value) -> TestCaseResult {
    let kind = body["type"].as_str().unwrap_or_default();
    let own: &[&str] = match kind {
        "text" => &["text"],
        "picture" => &["media", "text", "thumbnail"],
        "video" => &["media", "size", "text", "thumbnail", "duration"],
        "file" => &["file_name", "media", "size"],
        "location" => &["location"],
        "contact" => &["contact"],
        "sticker" => &["sticker_id"],
        "url" => &["media"],
        _ => return Err(TestCaseError::fail(format!("Viber has no type {kind}"))),
    };
    let all = ["type", "receiver", "sender", "min_api_version", "keyboard"];
    for (key, value) in body.as_object().expect("an object") {
        prop_assert!(own.contains(&key.as_str()) || all.contains(&key.as_str()), "{} of a {}", key, kind);
        prop_assert!(!value.is_null());
    }
    let must = own.iter().filter(|key| !["thumbnail", "duration"].contains(*key));
    must.chain(&all[..4]).try_for_each(|key| {
        prop_assert!(body.get(key).is_some(), "a {} without {}", kind, key);
        Ok(())
    })?;
    let chars = |text: &Value| text.as_str().map_or(0, |text| text.encode_utf16().count());
    prop_assert!((1..=28).contains(&chars(&body["sender"]["name"])));
    let most = if kind == "text" { 7_000 } else { 768 };
    prop_assert!(chars(&body["text"]) <= most);
    prop_assert!(kind != "text" || !body["text"].as_str().unwrap_or_default().trim().is_empty());
    prop_assert!(chars(&body["media"]) <= 2_000 && chars(&body["file_name"]) <= 256);
    if kind == "contact" {
        prop_assert!(chars(&body["contact"]["name"]) <= 28 && chars(&body["contact"]["phone_number"]) <= 18);
    }
    body.get("keyboard").map_or(Ok(()), keyboard)
}

fn keyboard(keyboard: &Value) -> TestCaseResult {
    prop_assert_eq!(&keyboard["Type"], "keyboard");
    let buttons = keyboard["Buttons"].as_array().expect("buttons");
    prop_assert!((1..=12).contains(&buttons.len()));
    for button in buttons {
        let count = |key: &str| button[key].as_str().map_or(0, |text| text.chars().count());
        prop_assert!((1..=250).contains(&count("ActionBody")) && (1..=250).contains(&count("Text")));
        prop_assert!(["reply", "share-phone"].contains(&button["ActionType"].as_str().unwrap_or_default()));
        let text = button["Text"].as_str().unwrap_or_default();
        prop_assert!(!text.contains(['<', '>']), "{}", text);
        let escapes = ["&amp;", "&lt;", "&gt;"].iter().map(|it| text.matches(it).count()).sum::<usize>();
        prop_assert_eq!(text.matches('&').count(), escapes, "a cut escape in {}", text);
    }
    Ok(())
}
