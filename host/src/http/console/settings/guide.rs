//! A channel's guide, Markdown, as a page's part. It comes with the plugin: HTML in it is text, and links lead to the web.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The guide. What an angle bracket would begin is escaped by the renderer, which is given no HTML.
pub(in super::super) fn shown(markdown: &str) -> Markup {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(harmless);
    let mut page = String::new();
    pulldown_cmark::html::push_html(&mut page, events);
    PreEscaped(page)
}

fn harmless(event: Event) -> Event {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        // Pictures would tell their host who reads.
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Emphasis),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let is_web = dest_url.starts_with("https://") || dest_url.starts_with("http://");
            let dest_url = if is_web { dest_url } else { CowStr::Borrowed("#") };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        // The page has a first heading of its own.
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: lower(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        other => other,
    }
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        _ => HeadingLevel::H3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_is_no_markup_of_its_own() {
        let page = shown("# A\n\n**b** <script>x</script> [c](javascript:alert(1)) [d](https://d.example) ![e](https://e.example/x.png)\n\n<div onclick=x>\n").into_string();
        assert!(page.contains("<h2>A</h2>") && page.contains("<strong>b</strong>"));
        assert!(page.contains("href=\"https://d.example\""));
        for never in ["<script", "javascript:", "<img", "<div"] {
            assert!(!page.contains(never), "{never} in {page}");
        }
    }
}
