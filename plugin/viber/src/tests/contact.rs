//! What a card is told, and when.

use super::*;

fn user(name: &str, avatar: &str) -> User {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    User { id: "u".to_owned(), name: some(name), avatar: some(avatar), ..User::default() }
}

const GENERIC: &str = "http://dl-media.viber.com/1/share/2/long/bots/generic-avatar%402x.png";

fn shared(number: &str) -> Phone {
    Phone { number: number.to_owned(), source: Source::Shared }
}

fn typed(number: &str) -> Phone {
    Phone { number: number.to_owned(), source: Source::Typed }
}

#[test]
fn a_card_is_made_once_and_told_what_changed() {
    let settings = Settings { contact_template: Some("ct".to_owned()), ..Settings::default() };
    let mut dialogue = Dialogue::default();
    dialogue.subscribed = Some(true);
    let mut tell = |user: &User, phone: Option<&str>| {
        refresh(&mut dialogue, "u", user, phone.map(shared), Some(&settings))
    };
    let first = tell(&user("Ada", "https://a/1"), None).unwrap();
    assert_eq!(
        (first.id.as_str(), first.name.as_deref(), first.avatar.as_deref()),
        ("c:u", Some("Ada"), Some("https://a/1"))
    );
    // S34, S23: the template of a new card; no phone, for Viber does not tell it.
    assert_eq!((first.template.as_deref(), first.phone, first.subscribed), (Some("ct"), None, Some(true)));
    assert_eq!(tell(&user("Ada", "https://a/1"), None), None, "nothing new");
    assert_eq!(tell(&user("", ""), None), None, "nothing said is nothing new");
    let renamed = tell(&user("Ada L.", "https://a/1"), None).unwrap();
    assert_eq!((renamed.name.as_deref(), renamed.avatar, renamed.template), (Some("Ada L."), None, None));
    let phone = tell(&user("Ada L.", "https://a/1"), Some("+380")).unwrap();
    assert_eq!((phone.name, phone.phone.as_deref()), (None, Some("+380")));
    assert_eq!(phone.extras, [("phone-source".to_owned(), "shared".to_owned())]);
}

/// S4, S29: each field that changes is told alone, and told once.
#[test]
fn a_change_is_told_without_what_stayed() {
    let text = |text: &str| Some(text.to_owned());
    let before = User {
        id: "u".to_owned(),
        name: text("Ada"),
        avatar: text("https://a/1"),
        country: text("UA"),
        language: text("uk-UA"),
        api_version: Some(7),
    };
    let card = |told: Contact| Some(Contact { id: "c:u".to_owned(), ..told });
    let (old, none) = (before.clone(), Contact::default());
    for (user, told) in [
        (
            User { name: text("Ada L."), ..old.clone() },
            card(Contact { name: text("Ada L."), ..none.clone() }),
        ),
        (
            User { avatar: text("https://a/2"), ..old.clone() },
            card(Contact { avatar: text("https://a/2"), ..none.clone() }),
        ),
        (
            User { language: text("en-GB"), ..old.clone() },
            card(Contact { language: text("en-GB"), ..none.clone() }),
        ),
        (User { country: text("PL"), ..old.clone() }, card(Contact { country: text("PL"), ..none.clone() })),
        (User { api_version: Some(10), ..old.clone() }, None),
        (User { name: text("Subscriber"), avatar: text(GENERIC), ..old.clone() }, None),
        (User { name: text("  "), ..old.clone() }, None),
        (user("", ""), None),
    ] {
        for make in [None, Some(&Settings::default())] {
            let mut dialogue = Dialogue::default();
            refresh(&mut dialogue, "u", &before, None, Some(&Settings::default())).unwrap();
            assert_eq!(refresh(&mut dialogue, "u", &user, None, make), told, "{user:?}");
            assert_eq!(refresh(&mut dialogue, "u", &user, None, make), None, "told once: {user:?}");
        }
    }
}

/// S23: a shared number is better than a typed one, and the newer better than the older.
#[test]
fn numbers_replace_each_other_by_how_they_came() {
    let old = |number: &str| Card { phone: Some(number.to_owned()), ..Card::default() };
    let of = |phone: Phone| Card { phone_source: Some(phone.source), ..old(&phone.number) };
    for (known, new, news) in [
        (Card::default(), typed("+1"), true),
        (Card::default(), shared("+1"), true),
        (of(typed("+1")), typed("+1"), false),
        (of(typed("+1")), typed("+2"), true),
        (of(typed("+1")), shared("+1"), true),
        (of(typed("+1")), shared("+2"), true),
        (of(shared("+1")), typed("+2"), false),
        (of(shared("+1")), shared("+1"), false),
        (of(shared("+1")), shared("+2"), true),
        // Written before sources were kept.
        (old("+1"), typed("+2"), false),
        (old("+1"), typed("+1"), false),
        (old("+1"), shared("+1"), true),
        (old("+1"), shared("+2"), true),
    ] {
        let mut dialogue = Dialogue::default();
        dialogue.card = Some(known.clone());
        let told = refresh(&mut dialogue, "u", &user("", ""), Some(new.clone()), None);
        let expected = news.then(|| Contact {
            id: "c:u".to_owned(),
            phone: Some(new.number.clone()),
            extras: vec![("phone-source".to_owned(), new.source.word().to_owned())],
            ..Contact::default()
        });
        assert_eq!(told, expected, "{known:?}, then {new:?}");
        assert_eq!(dialogue.card, Some(if news { of(new) } else { known }));
    }
}

#[test]
fn a_placeholder_names_nobody() {
    let settings = Settings::default();
    let mut dialogue = Dialogue::default();
    let mut tell = |user: &User| refresh(&mut dialogue, "u", user, None, Some(&settings));
    let first = tell(&user("Subscriber", GENERIC)).unwrap();
    assert_eq!((first.name.as_deref(), first.avatar), (Some("Viber user"), None));
    assert_eq!(tell(&user("Ada", "https://a/1")).unwrap().name.as_deref(), Some("Ada"));
    assert_eq!(tell(&user("Subscriber", GENERIC)), None, "a real name stays");
}

#[test]
fn without_a_card_nothing_is_told() {
    let mut dialogue = Dialogue::default();
    assert_eq!(refresh(&mut dialogue, "u", &user("Ada", ""), None, None), None);
    assert_eq!(subscribe(&mut dialogue, "u", false), None);
    assert_eq!((dialogue.card.clone(), dialogue.subscribed), (None, Some(false)));
    dialogue.card = Some(Card::default());
    assert_eq!(subscribe(&mut dialogue, "u", false), None, "nothing new");
    assert_eq!(subscribe(&mut dialogue, "u", true).unwrap().subscribed, Some(true));
}

#[test]
fn what_is_absurdly_long_does_not_fill_the_state() {
    let long = "x".repeat(100_000);
    let user = User { language: Some(long.clone()), country: Some(long.clone()), ..user(&long, &long) };
    let mut dialogue = Dialogue::default();
    let told = refresh(&mut dialogue, "u", &user, None, Some(&Settings::default())).unwrap();
    assert_eq!(told.name.map(|name| name.chars().count()), Some(200));
    assert_eq!((told.avatar, told.language, told.country), (None, None, None));
    assert!(dialogue.write().unwrap().len() < 2_000);
}

#[test]
fn a_name_is_one_line_without_control_characters() {
    let mut dialogue = Dialogue::default();
    let told =
        refresh(&mut dialogue, "u", &user(" \nAda\r\u{8}L.\nMore", ""), None, Some(&Settings::default()));
    assert_eq!(told.unwrap().name.as_deref(), Some("Ada  L."));
}
