//! What is known of a customer, and what of it a card has to be told; not cards that customers send.

use conversation::Contact;

use crate::callback::User;
use crate::chars;
use crate::ids;
use crate::limits::URL_CHARS_MAX;
use crate::phone::{Phone, Source};
use crate::prelude::*;
use crate::settings::Settings;
use crate::state::{Card, Dialogue};

/// The name of a customer who has none.
pub(crate) const NAMELESS: &str = "Viber user";

/// What Viber calls a customer who hides their name. Captured 2019 and 2022.
const PLACEHOLDER_NAME: &str = "Subscriber";

/// In the path of the picture that Viber gives a customer who hides theirs. Captured 2019 and 2022.
const PLACEHOLDER_AVATAR: &str = "/generic-avatar";

/// The extra that says how the phone number came: [`Source::word`].
const PHONE_SOURCE: &str = "phone-source";

/// Characters of a name that are kept; Viber's own limit is far lower.
const NAME_CHARS_MAX: usize = 200;

/// Bytes of a language tag: the longest that RFC 5646 asks software to take.
const TAG_BYTES_MAX: usize = 35;

/// Takes over what a callback says of the customer. What their card has to be told: everything the first time if
/// `make` is set, later only what changed; none if there is nothing to tell.
pub(crate) fn refresh(
    dialogue: &mut Dialogue,
    id: &str,
    user: &User,
    phone: Option<Phone>,
    make: Option<&Settings>,
) -> Option<Contact> {
    let first = dialogue.card.is_none();
    if first && make.is_none() {
        return None;
    }
    let card = dialogue.card.get_or_insert_with(Card::default);
    let phone = phone.and_then(|phone| learn(card, phone));
    let mut told = Contact {
        id: ids::contact(id),
        name: changed(&mut card.name, name(user)),
        avatar: changed(&mut card.avatar, avatar(user)),
        extras: phone.iter().map(|it| (PHONE_SOURCE.to_owned(), it.source.word().to_owned())).collect(),
        phone: phone.map(|it| it.number),
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

/// Takes over a number, if it is news: a shared one stands until another is shared, a typed one until the next of either.
fn learn(card: &mut Card, phone: Phone) -> Option<Phone> {
    let shared = card.phone.is_some() && card.phone_source != Some(Source::Typed);
    let known = card.phone.as_ref() == Some(&phone.number) && card.phone_source == Some(phone.source);
    if known || (shared && phone.source == Source::Typed) {
        return None;
    }
    card.phone = Some(phone.number.clone());
    card.phone_source = Some(phone.source);
    Some(phone)
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
