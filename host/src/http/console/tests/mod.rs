//! What a customer, an operator or an administrator writes is text on every page of the console, whatever it is: the page
//! has the same elements and attributes as with a harmless letter. Pages are read as browsers read them.

mod sample;

use proptest::prelude::*;
use scraper::{Html, Node};

use sample::pages;

/// Texts that were markup somewhere.
const PAYLOADS: &str = include_str!("payloads.txt");

/// Attributes that hold an address, and what one may begin with.
const ADDRESSES: [&str; 5] = ["href", "src", "action", "formaction", "srcset"];
const HARMLESS: [&str; 6] = ["/", "#", "https://", "http://", "viber://", "tel:"];

/// Every element with its attributes' names, in order. Links that a text's addresses became are left out: that they are
/// made of a text is their purpose, and where they lead is looked at.
fn elements(page: &str) -> Vec<String> {
    let document = Html::parse_document(page);
    let mut found = Vec::new();
    for node in document.tree.nodes() {
        let Node::Element(element) = node.value() else {
            assert!(!matches!(node.value(), Node::Comment(_)), "a comment: {:?}", node.value());
            continue;
        };
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && name != "style", "{element:?}");
            let is_address = ADDRESSES.contains(&name);
            let is_harmless = value.is_empty() || HARMLESS.iter().any(|scheme| value.starts_with(scheme));
            assert!(!is_address || is_harmless, "{name}={value}");
        }
        if element.attr("class") != Some("ext") {
            let mut names: Vec<_> = element.attrs().map(|(name, _)| name).collect();
            names.sort_unstable();
            found.push(format!("{} {}", element.name(), names.join(" ")));
        }
    }
    found
}

/// As with "x". A letter goes before, since a blank text is left out of some places, as it should be.
fn check(text: &str) {
    for ((name, plain), (_, page)) in pages("x").iter().zip(pages(&format!("x{text}"))) {
        let (expected, found) = (elements(plain), elements(&page));
        assert!(expected.len() > 15, "{name} shows something");
        assert_eq!(found, expected, "{name} with {text:?}");
    }
}

fn unescaped(line: &str) -> String {
    let line = line.replace("\\0", "\0").replace("\\n", "\n");
    ["2028", "2029", "202e"].iter().fold(line, |line, code| {
        let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32).unwrap_or_default();
        line.replace(&format!("\\u{{{code}}}"), &c.to_string())
    })
}

#[test]
fn sixty_payloads_are_text() {
    let payloads: Vec<_> = PAYLOADS.lines().map(unescaped).collect();
    assert!(payloads.len() >= 60);
    payloads.iter().for_each(|payload| check(payload));
}

/// What was written comes back as it was, to be sent: the box is no place where a text may change.
#[test]
fn a_draft_comes_back_as_it_was() {
    for text in ["\n\nfirst", "a\n<b>", "</textarea>", " & &amp; ", ""] {
        let page = sample::task_page("x", text);
        let document = Html::parse_document(&page);
        let selector = scraper::Selector::parse("#text").expect("a selector");
        let shown: String = document.select(&selector).flat_map(|node| node.text()).collect();
        assert_eq!(shown, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn whatever_looks_like_markup_is_text(text in "[<>\"'&/=a-z !\\-\\[\\]\u{0}\n]{0,40}") {
        check(&text);
    }
}
