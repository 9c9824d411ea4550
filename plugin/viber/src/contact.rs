//! What is known of a customer, and what of it a card has to be told; not cards that customers send.

use conversation::Contact;

use crate::callback::User;
use crate::chars;
use crate::ids;
use crate::limits::URL_CHARS_MAX;
use crate::prelude::*;
use crate::settings::Settings;
use crate::state::{Card, Dialogue};

/// The name of a customer who has none.
pub(crate) const NAMELESS: &str = "Viber user";

/// What Viber calls a customer who hides their name. Captured 2019 and 2022.
const PLACEHOLDER_NAME: &str = "Subscriber";

/// In the path of the picture that Viber gives a customer who hides theirs. Captured 2019 and 2022.
const PLACEHOLDER_AVATAR: &str = "/generic-avatar";

/// Characters of a name that are kept; Viber's own limit is far lower.
const NAME_CHARS_MAX: usize = 200;

/// Bytes of a language tag: the longest that RFC 5646 asks software to take.
const TAG_BYTES_MAX: usize = 35;

/// Bytes of a phone number that is kept: E.164 has 15 digits, people add blanks and brackets.
const PHONE_BYTES_MAX: usize = 40;

/// Takes over what a callback says of the customer. What their card has to be told: everything the first time if
/// `make` is set, later only what changed; none if there is nothing to tell.
pub(crate) fn refresh(
    dialogue: &mut Dialogue,
    id: &str,
    user: &User,
    phone: Option<String>,
    make: Option<&Settings>,
) -> Option<Contact> {
    let first = dialogue.card.is_none();
    if first && make.is_none() {
        return None;
    }
    let card = dialogue.card.get_or_insert_with(Card::default);
    let mut told = Contact {
        id: ids::contact(id),
        name: changed(&mut card.name, name(user)),
        avatar: changed(&mut card.avatar, avatar(user)),
        phone: changed(&mut card.phone, phone.filter(|phone| phone.len() <= PHONE_BYTES_MAX)),
        language: changed(&mut card.language, tag(user.language.as_deref())),
        country: changed(&mut card.country, tag(user.country.as_deref())),
        ..Contact::default()
    };
    if let (true, Some(settings)) = (first, make) {
        told.name.get_or_insert_with(|| NAMELESS.to_owned());
        told.subscribed = dialogue.subscribed;
        told.template.clone_from(&settings.contact_template);
        return Some(told);
    }
    let nothing = Contact { id: told.id.clone(), ..Contact::default() };
    (told != nothing).then_some(told)
}

/// Sets whether messages can be sent; the card has to be told if that is new and there is a card.
pub(crate) fn subscribe(dialogue: &mut Dialogue, id: &str, subscribed: bool) -> Option<Contact> {
    let new = dialogue.subscribed.replace(subscribed) != Some(subscribed);
    (new && dialogue.card.is_some()).then(|| Contact {
        id: ids::contact(id),
        subscribed: Some(subscribed),
        ..Contact::default()
    })
}

/// A phone number and nothing else: what a customer types where the button for it does nothing, as on a computer.
pub(crate) fn phone_in(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let only =
        text.char_indices().all(|(at, c)| c.is_ascii_digit() || " -()".contains(c) || (c == '+' && at == 0));
    // 7 digits are the shortest that are dialled from elsewhere, 15 the longest of E.164.
    (only && (7..=15).contains(&digits))
        .then(|| text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect())
}

/// One line: it stands in titles and lists.
fn name(user: &User) -> Option<String> {
    let name = chars::first_line(user.name.as_deref()?)?;
    (name != PLACEHOLDER_NAME).then(|| chars::cut(&name, NAME_CHARS_MAX))
}

fn avatar(user: &User) -> Option<String> {
    user.avatar.clone().filter(|url| !url.contains(PLACEHOLDER_AVATAR) && url.len() <= URL_CHARS_MAX)
}

/// A language or a country; what is longer than any tag is none.
fn tag(text: Option<&str>) -> Option<String> {
    text.filter(|text| text.len() <= TAG_BYTES_MAX).map(str::to_owned)
}

/// The new value if there is one and it differs.
fn changed(known: &mut Option<String>, new: Option<String>) -> Option<String> {
    if new.is_some() && *known != new {
        known.clone_from(&new);
        new
    } else {
        None
    }
}

#[cfg(test)]
#[path = "tests/contact.rs"]
mod tests;
