//! What a card is told, and when.

use super::*;

fn user(name: &str, avatar: &str) -> User {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    User { id: "u".to_owned(), name: some(name), avatar: some(avatar), ..User::default() }
}

const GENERIC: &str = "http://dl-media.viber.com/1/share/2/long/bots/generic-avatar%402x.png";

#[test]
fn a_card_is_made_once_and_told_what_changed() {
    let settings = Settings { contact_template: Some("ct".to_owned()), ..Settings::default() };
    let mut dialogue = Dialogue::default();
    dialogue.subscribed = Some(true);
    let mut tell = |user: &User, phone: Option<&str>| {
        refresh(&mut dialogue, "u", user, phone.map(str::to_owned), Some(&settings))
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
fn a_typed_phone_number_is_one() {
    for (text, phone) in [
        ("+380 50 111-22-33", Some("+380501112233")),
        (" (050) 111 22 33 ", Some("0501112233")),
        ("380501112233", Some("380501112233")),
        ("123456", None),
        ("1234567890123456", None),
        ("call 0501112233", None),
        ("050+1112233", None),
        ("", None),
    ] {
        assert_eq!(phone_in(text).as_deref(), phone, "{text}");
    }
}

#[test]
fn what_is_absurdly_long_does_not_fill_the_state() {
    let long = "x".repeat(100_000);
    let user = User { language: Some(long.clone()), country: Some(long.clone()), ..user(&long, &long) };
    let mut dialogue = Dialogue::default();
    let told = refresh(&mut dialogue, "u", &user, Some(long), Some(&Settings::default())).unwrap();
    assert_eq!(told.name.map(|name| name.chars().count()), Some(200));
    assert_eq!((told.avatar, told.language, told.country, told.phone), (None, None, None, None));
    assert!(dialogue.write().unwrap().len() < 2_000);
}

#[test]
fn a_name_is_one_line_without_control_characters() {
    let mut dialogue = Dialogue::default();
    let told =
        refresh(&mut dialogue, "u", &user(" \nAda\r\u{8}L.\nMore", ""), None, Some(&Settings::default()));
    assert_eq!(told.unwrap().name.as_deref(), Some("Ada  L."));
}
