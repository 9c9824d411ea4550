//! What goes out, and what Viber answers. Not here: the properties; `main.rs` lists them.

use unicode_segmentation::UnicodeSegmentation as _;

use super::*;

// --- 4: what goes out

/// Any characters, and runs of the same few: long words, blanks, ends of sentences and paragraphs.
pub(super) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        any::<String>(),
        "[a-z]{1,12}|[а-я]{1,12}",
        select(
            &[
                " ",
                "\n",
                "\n\n",
                ". ",
                "。",
                "\u{a0}",
                "\r\n",
                "\t",
                "\u{1}",
                "\"",
                "🙂",
                "👩‍👩‍👧",
                "e\u{301}",
                "🇺🇦",
                "👍🏽",
                " \u{301}",
                "\u{300}",
                "\u{1100}\u{1161}\u{11a8}",
                "क्ष"
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    let run = (piece, prop_oneof![4 => 1..4_usize, 1 => 1..9_000_usize]);
    vec(run, 0..40).prop_map(|runs| {
        let pieces = runs.iter().flat_map(|(piece, times)| std::iter::repeat_n(piece, *times));
        pieces.flat_map(|piece| piece.chars()).take(REPLY_CHARS_MAX).collect()
    })
}

pub(super) fn sent_whole(text: &str) -> TestCaseResult {
    let outcome = match reply(text, TextFormat::Plain) {
        Err(problem) if text.trim().is_empty() => {
            prop_assert_eq!(problem.code, "empty-reply");
            return Ok(());
        }
        result => outcome(result)?,
    };
    let mut rest = text;
    for piece in texts(&outcome.commands)? {
        // Pieces that are blank are not sent; nothing else is left out.
        let Some((gap, after)) = rest.split_once(piece.as_str()) else {
            return Err(TestCaseError::fail("a piece that is not in the text"));
        };
        prop_assert!(gap.trim().is_empty(), "left out: {:?}", gap);
        rest = after;
        between_graphemes(text, text.len() - rest.len())?;
    }
    prop_assert!(rest.trim().is_empty(), "left out: {:?}", rest);
    Ok(())
}

/// Nothing is cut inside a grapheme, but one that is too long for a message.
fn between_graphemes(text: &str, at: usize) -> TestCaseResult {
    let inside = text.grapheme_indices(true).find(|(start, it)| (start + 1..start + it.len()).contains(&at));
    if let Some((_, grapheme)) = inside {
        let too_long = grapheme.encode_utf16().count() > 7_000 || grapheme.len() > 20_000;
        prop_assert!(too_long, "cut inside {:?}", grapheme);
    }
    Ok(())
}

/// The texts of the calls, each below every limit; every part has a delivery.
pub(super) fn texts(commands: &[Command]) -> Result<Vec<String>, TestCaseError> {
    let mut texts = Vec::new();
    for call in calls(commands) {
        prop_assert!(call.body.len() < 30_000, "{} bytes", call.body.len());
        let body: Value = serde_json::from_slice(&call.body).expect("a call's body is JSON");
        let text = body["text"].as_str().expect("a text").to_owned();
        prop_assert!(text.encode_utf16().count() <= 7_000);
        prop_assert!(!text.trim().is_empty());
        texts.push(text);
    }
    prop_assert_eq!(deliveries(commands).count(), texts.len());
    prop_assert!(commands.len() <= 64);
    Ok(texts)
}

pub(super) const MARKS: &[&str] = &[
    "<a href=\"https://x.example/?a=1&amp;b\">",
    "<!--",
    "-->",
    "<!",
    "<",
    ">",
    "&",
    "&#32;",
    "&#x20AC;",
    "&nbsp;",
    "&#0;",
    ";",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "`",
    "```",
    "\n```\n",
    "~~~",
    "[",
    "](",
    ")",
    "![",
    "<https://",
    "# ",
    "###### ",
    "- ",
    "> ",
    "\\",
    "\\&",
    "---",
    "1. ",
    "\n",
    "\n\n",
    " ",
    "    ",
    "\t",
    "'",
    "\"",
    "=",
    "href=",
    "ſ",
    "İ",
];

/// Pieces of HTML and of Markdown, good and broken, between words of any length in bytes.
pub(super) fn markup() -> impl Strategy<Value = String> {
    let html = "</?(b|i|em|s|a|code|pre|p|div|br|ul|li|td|h1|script|style|x)/?>|<(b|a|img) (href|alt)=[\"']?";
    let piece = prop_oneof![
        3 => html.prop_map(String::from),
        4 => select(MARKS).prop_map(str::to_owned),
        2 => select(&["a", "word", "é", "€", "🙂", "ж ж", "\u{a0}", "\u{2028}"][..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    // Few pieces, so that blanks, line breaks and open elements meet often.
    let layout = select(&["<pre>", "</pre>", "<b>", "</b>", "<br>", "   ", "€", "x"][..]);
    prop_oneof![
        vec(piece, 0..MARKUP_PIECES_MAX).prop_map(|pieces| pieces.concat()),
        vec(layout, 0..20).prop_map(|pieces| pieces.concat()),
    ]
}

pub(super) fn marked_up(text: &str, format: TextFormat) -> TestCaseResult {
    match reply(text, format) {
        Ok(outcome) => prop_assert!(!texts(&outcome.commands)?.is_empty()),
        Err(problem) => prop_assert_eq!(problem.code, "empty-reply"),
    }
    Ok(())
}

// --- 5: what Viber answers

pub(super) fn result() -> impl Strategy<Value = AnswerResult> {
    let status = prop_oneof![-2..30_i64, Just(999), any::<i64>()];
    let status = prop_oneof![
        4 => status.clone().prop_map(Value::from),
        1 => status.prop_map(|status| status.to_string().into()),
        1 => odd_value(),
    ];
    let envelope = (status, odd_value(), odd_value(), odd_value()).prop_map(|(status, token, said, billing)| {
        json!({ "status": status, "message_token": token, "status_message": said, "billing_status": billing })
            .to_string()
            .into_bytes()
    });
    let body = prop_oneof![3 => envelope, 1 => body()];
    let code = prop_oneof![
        3 => Just(200),
        2 => select(&[401, 403, 404, 429, 500, 502, 503, 504][..]),
        1 => any::<u16>(),
    ];
    let wait =
        proptest::option::of(prop_oneof![any::<u64>().prop_map(|wait| wait.to_string()), any::<String>()]);
    let response = (code, body, wait).prop_map(|(status, body, wait)| {
        let header = |value| Header { name: "Retry-After".to_owned(), value };
        AnswerResult::Response(HttpResponse { status, headers: wait.into_iter().map(header).collect(), body })
    });
    prop_oneof![
        6 => response,
        1 => any::<String>().prop_map(AnswerResult::NotSent),
        1 => any::<String>().prop_map(AnswerResult::Unknown),
        1 => any::<String>().prop_map(AnswerResult::RefusedByPolicy),
        1 => any::<String>().prop_map(AnswerResult::Other),
    ]
}

/// `known`: the customer wrote before.
pub(super) fn answered(result: AnswerResult, attempt: u32, known: bool) -> TestCaseResult {
    let account = account("");
    let mut conversation = Conversation { id: USER.to_owned(), state: Vec::new() };
    if known {
        happen(&account, &mut conversation, &Happens::Message(1))?;
    }
    let sent = outcome(reply("hello", TextFormat::Plain))?;
    let call = calls(&sent.commands).next().expect("a call");
    let unknown = matches!(result, AnswerResult::Unknown(_) | AnswerResult::Other(_));
    let answer = Answer {
        call: call.id.clone(),
        attempt,
        began_at: 1,
        result,
        body: call.body.clone(),
        context: call.context.clone(),
    };
    let commands = outcome(viber::handle_answer(&account, &conversation, &answer))?.commands;
    let states: Vec<&DeliveryState> = deliveries(&commands).map(|delivery| &delivery.state).collect();
    let retries = commands.iter().filter(|command| matches!(command, Command::Retry(_))).count();
    prop_assert!(!states.is_empty());
    // A part that waits is pending, and one that does not wait is not.
    prop_assert!(retries <= 1);
    prop_assert!(states.iter().all(|state| (**state == DeliveryState::Pending) == (retries == 1)));
    if unknown {
        prop_assert_eq!((states, retries), (vec![&DeliveryState::Unconfirmed], 0));
    }
    Ok(())
}
