//! The link by which a customer comes in, as the account's channel gave it (S19). Not here: the page around it.

use desk_store::AccountRow;

/// What a link may carry besides the bot.
#[derive(Debug, Clone, Default)]
pub struct Carried {
    /// Comes back with the first message: where the customer was when they followed the link.
    pub context: Option<String>,
    /// Stands in the customer's input; they still have to press send.
    pub text: Option<String>,
}

/// The account's link, if it may be published: its bot is known, and nobody took the account down. An account that has
/// failed keeps it, since the bot is still there for who follows it.
#[must_use]
pub fn deep_link(row: &AccountRow) -> Option<&str> {
    if row.health == "disconnected" {
        return None;
    }
    let links = row.profile.as_ref()?["links"].as_array()?;
    let link = links.iter().find(|link| link[0] == "deep")?[1].as_str()?;
    // Nothing that a browser would run: the messenger's own scheme, or the web.
    let (scheme, _) = link.split_once("://")?;
    (scheme == row.channel || scheme == "https").then_some(link)
}

/// The link with what it carries, percent-encoded.
#[must_use]
pub fn carrying(link: &str, carried: &Carried) -> String {
    let mut whole = link.to_owned();
    for (name, value) in [("context", &carried.context), ("text", &carried.text)] {
        let Some(value) = value.as_deref().filter(|value| !value.is_empty()) else { continue };
        whole.push(if whole.contains('?') { '&' } else { '?' });
        whole.push_str(name);
        whole.push('=');
        push_encoded(&mut whole, value);
    }
    whole
}

/// Everything but RFC 3986's unreserved characters: safe in any part of a URL and in any attribute.
pub(crate) fn push_encoded(url: &mut String, value: &str) {
    use std::fmt::Write;
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(health: &str, link: &str) -> AccountRow {
        AccountRow {
            id: "viber-1".into(),
            channel: "viber".into(),
            name: "Shop".into(),
            settings: json!({}),
            health: health.into(),
            problem: None,
            profile: Some(json!({"links": [["deep", link]]})),
            configured_by: None,
            created_at: 0,
        }
    }

    /// S19, S20.
    #[test]
    fn only_a_link_that_leads_somewhere_is_published() {
        let link = "viber://pa?chatURI=shop";
        for health in ["connected", "pending", "failed"] {
            assert_eq!(deep_link(&row(health, link)), Some(link), "{health}");
        }
        assert_eq!(deep_link(&row("disconnected", link)), None);
        assert_eq!(deep_link(&row("connected", "javascript://%0Aalert(1)")), None);
        assert_eq!(deep_link(&row("connected", "data:text/html,hi")), None);
        assert_eq!(deep_link(&AccountRow { profile: None, ..row("failed", link) }), None);
    }

    /// I17.
    #[test]
    fn what_a_link_carries_is_encoded() {
        let carried = |context: Option<&str>, text: Option<&str>| {
            let carried = Carried { context: context.map(str::to_owned), text: text.map(str::to_owned) };
            carrying("viber://pa?chatURI=shop", &carried)
        };
        assert_eq!(carried(None, None), "viber://pa?chatURI=shop");
        assert_eq!(carried(Some(""), None), "viber://pa?chatURI=shop");
        assert_eq!(
            carried(Some("a b&c=\"<\n+"), Some("Є")),
            "viber://pa?chatURI=shop&context=a%20b%26c%3D%22%3C%0A%2B&text=%D0%84"
        );
    }
}
