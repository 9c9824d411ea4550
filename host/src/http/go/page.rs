//! The landing page as markup. It decides nothing, and everything that comes from outside goes through maud's escaping.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::language::Language;
use super::words::words;

/// The messenger, as people know it.
pub(super) struct Messenger {
    /// Its app's name.
    pub(super) app: String,
    /// Where to get it.
    pub(super) download: Option<&'static str>,
}

/// What the page shows.
pub(super) struct Landing<'a> {
    pub(super) language: Language,
    pub(super) messenger: &'a Messenger,
    /// The bot's name.
    pub(super) name: &'a str,
    /// Its picture, https.
    pub(super) avatar: Option<&'a str>,
    /// The deep link with what it carries.
    pub(super) link: &'a str,
    /// What the link carries, as a query: empty, or beginning with `&`.
    pub(super) query: &'a str,
    /// The QR code, SVG.
    pub(super) qr: &'a str,
}

/// The page for an account that can be written to.
pub(super) fn landing(page: &Landing) -> Markup {
    let words = words(page.language);
    let app = page.messenger.app.as_str();
    let with_app = |text: &str| text.replace("{app}", app);
    let lead = with_app(words.lead);
    let title = format!("{} · {app}", page.name);
    let body = html! {
        main #card {
            (avatar(page))
            h1 { (page.name) }
            p.lead { (lead) }
            a #open.button href=(page.link) { (with_app(words.open)) }
            p #status role="status" aria-live="polite" data-opening=(with_app(words.opening)) {}
            button #ask type="button" hidden { (words.nothing_happens) }
            (help(page, &with_app))
        }
        (languages(page.language, page.query))
    };
    let shared = html! {
        meta property="og:title" content=(title);
        meta property="og:description" content=(lead);
        @if let Some(url) = page.avatar { meta property="og:image" content=(url); }
        script src="/go/assets/go.js" {}
    };
    shell(page.language, &title, &shared, &body)
}

fn avatar(page: &Landing) -> Markup {
    let initial = page.name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string());
    html! {
        div.avatar aria-hidden="true" {
            (initial.as_deref().unwrap_or("?"))
            @if let Some(url) = page.avatar { img src=(url) alt="" referrerpolicy="no-referrer"; }
        }
    }
}

/// What to do where the click does nothing (S22). Shown without a script, too.
fn help(page: &Landing, with_app: &impl Fn(&str) -> String) -> Markup {
    let words = words(page.language);
    html! {
        section #help tabindex="-1" aria-labelledby="help-title" {
            h2 #help-title { (with_app(words.help_title)) }
            p { (with_app(words.desktop_needed)) }
            div.ways {
                div.way.scan {
                    div.qr role="img" aria-label=(words.qr_alt) { (PreEscaped(page.qr)) }
                    div { h3 { (words.scan_title) } p { (words.scan) } }
                }
                div.way.install {
                    h3 { (with_app(words.install_title)) }
                    p { (words.install) }
                    @if let Some(url) = page.messenger.download {
                        a.button.second href=(url) rel="noopener noreferrer" { (with_app(words.install_link)) }
                    }
                    p.faint { (words.other_app) }
                }
            }
        }
    }
}

/// The page for a link that leads nowhere.
pub(super) fn gone(language: Language) -> Markup {
    let words = words(language);
    let body = html! {
        main #card.message {
            div.avatar.none aria-hidden="true" { "?" }
            h1 { (words.gone_title) }
            p.lead { (words.gone) }
            p.faint { (words.gone_owner) }
        }
        (languages(language, ""))
    };
    shell(language, words.gone_title, &html! {}, &body)
}

/// The page for a link that carries more than a link can.
pub(super) fn too_long(language: Language) -> Markup {
    let words = words(language);
    let body = html! {
        main #card.message {
            div.avatar.none aria-hidden="true" { "…" }
            h1 { (words.long_title) }
            p.lead { (words.long) }
            a.button href={ "?lang=" (language.code()) } { (words.go_on) }
        }
    };
    shell(language, words.long_title, &html! {}, &body)
}

/// `#help`: who changes the language has seen that Viber did not open, and is not sent there again.
fn languages(now: Language, query: &str) -> Markup {
    html! {
        nav aria-label=(words(now).languages) {
            @for language in Language::ALL {
                @if language == now {
                    span aria-current="true" lang=(language.code()) { (language.own_name()) }
                } @else {
                    @let href = format!("?lang={}{query}#help", language.code());
                    a href=(href) lang=(language.code()) hreflang=(language.code()) { (language.own_name()) }
                }
            }
        }
    }
}

fn shell(language: Language, title: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="/go/assets/go.svg" type="image/svg+xml";
                link rel="stylesheet" href="/go/assets/go.css";
                (head)
            }
            body { (body) }
        }
    }
}
