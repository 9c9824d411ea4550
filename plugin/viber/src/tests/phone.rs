//! Which messages give a number, and what is kept of it (S23).

use super::*;
use crate::callback::{self, Event};
use crate::support::fixture;

fn message(name: &str) -> Message {
    let Event::Message { message, .. } = callback::parse(&fixture(name)).unwrap().event else {
        panic!("{name}")
    };
    *message
}

#[test]
fn a_number_alone_is_a_typed_one() {
    for (text, number) in [
        ("+380 50 111-22-33", Some("+380501112233")),
        ("  +38 (050) 111.22.33 ", Some("+380501112233")),
        ("(+380) 501112233", Some("+380501112233")),
        ("00 380 50 111 22 33", Some("+380501112233")),
        ("+3725551", Some("+3725551")),
        ("+1/202/555\u{2011}0123", Some("+12025550123")),
        ("050\u{a0}111\u{2013}22\u{2013}33", Some("0501112233")),
        // A national number stays national; one without any sign of a country, too.
        (" (050) 111 22 33 ", Some("0501112233")),
        ("380501112233", Some("380501112233")),
        // No number is better than a wrong one: dates, prices, orders.
        ("01.12.2026", None),
        ("2026-12-01", None),
        ("1234567", None),
        ("12345678", None),
        ("+123456", None),
        ("1234567890123456", None),
        ("+1234567890123456", None),
        ("00 0 123 456 789", None),
        ("+0501112233", None),
        ("050+1112233", None),
        ("++380501112233", None),
        ("call 0501112233", None),
        ("0501112233 (heart)", None),
        ("0501112233\n0671112233", None),
        ("+", None),
        ("()", None),
        ("", None),
    ] {
        assert_eq!(typed(text).as_deref(), number, "{text}");
    }
}

#[test]
fn a_typed_number_counts_only_where_it_is_asked_for() {
    let text = |kind: &str| Message {
        kind: kind.to_owned(),
        text: Some("+380501112233".to_owned()),
        ..Message::default()
    };
    let number = Phone { number: "+380501112233".to_owned(), source: Source::Typed };
    assert_eq!(given(&text("text"), true), Some(number));
    assert_eq!(given(&text("text"), false), None);
    for kind in ["picture", "location", "contact", "hologram", ""] {
        assert_eq!(given(&text(kind), true), None, "{kind}");
    }
}

/// Only our button's own words make a card the sender's; the client's word it is in any case.
#[test]
fn only_a_card_that_our_button_sent_is_the_customers_own() {
    let shared = Phone { number: "380671234567".to_owned(), source: Source::Shared };
    for asked in [true, false] {
        assert_eq!(given(&message("message-contact-own-number"), asked), Some(shared.clone()));
        assert_eq!(given(&message("message-contact"), asked), None, "from the address book");
        assert_eq!(given(&message("message-contact-other-words"), asked), None, "another bot's button");
    }
    let mut card = message("message-contact-own-number");
    card.text = Some(" share-phone\n".to_owned());
    assert_eq!(given(&card, true), Some(shared));
    card.contact = Some(callback::Card { phone_number: Some("1".repeat(41)), ..Default::default() });
    assert_eq!(given(&card, true), None, "absurdly long");
    card.contact = Some(callback::Card { name: Some("Olena".to_owned()), ..Default::default() });
    assert_eq!(given(&card, true), None, "a card without a number");
}

#[test]
fn sources_have_words() {
    for source in [Source::Shared, Source::Typed] {
        assert_eq!(Source::of(source.word()), Some(source));
        assert_eq!(serde_json::to_string(&source).unwrap(), format!("\"{}\"", source.word()));
    }
    assert_eq!(Source::of("guessed"), None);
}
