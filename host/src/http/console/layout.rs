//! What is around every page of the console: the document, the bar, the headers. Nothing here comes from customers.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::super::language::Language;
use super::look::Look;
use super::session::Reader;
use super::words::put;

/// Nothing but our own files: another host would learn who looks. No inline script or style, no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Which part of the console a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Tasks,
    Settings,
}

/// What every page of somebody who is signed in has.
pub(super) struct Frame<'a> {
    pub(super) reader: &'a Reader,
    pub(super) place: Place,
    /// This page's path and query, to come back to.
    pub(super) here: &'a str,
    /// Accounts that are not connected though they should be.
    pub(super) broken: &'a [String],
}

/// A page of somebody who is signed in.
pub(super) fn page(frame: &Frame, title: &str, main: &Markup) -> Markup {
    let look = &frame.reader.look;
    let body = html! {
        (bar(frame))
        (banner(look, frame.broken, frame.reader.may_administer()))
        (main)
        p.unseen #live aria-live="polite" {}
    };
    document(look, title, &body)
}

fn bar(frame: &Frame) -> Markup {
    let (look, words) = (&frame.reader.look, frame.reader.look.words);
    let current = |place| (frame.place == place).then_some("page");
    html! {
        a.skip href="#content" { (words.skip) }
        header #bar {
            nav aria-label=(words.desk) {
                a href="/" aria-current=[current(Place::Tasks)] { (words.tasks) }
                @if frame.reader.may_administer() {
                    a href="/settings" aria-current=[current(Place::Settings)] { (words.settings) }
                }
            }
            p #line role="status" data-offline=(words.offline) {}
            (languages(look, frame.here))
            form method="post" action="/logout" {
                button.plain title=(frame.reader.me.name) { (words.sign_out) }
            }
        }
    }
}

/// Says which accounts do not work. It is live: it may come and go.
pub(super) fn banner(look: &Look, broken: &[String], may_mend: bool) -> Markup {
    html! {
        div #banner role="status" data-live hidden[broken.is_empty()] {
            @if !broken.is_empty() {
                (put(look.words.account_trouble, "names", &broken.join(", "))) " "
                @if may_mend { a href="/settings" { (look.words.look_at_accounts) } }
            }
        }
    }
}

/// A choice of the other languages; `to` is where it comes back to.
pub(super) fn languages(look: &Look, to: &str) -> Markup {
    html! {
        form.languages method="post" action="/language" role="group" aria-label=(look.words.language) {
            input type="hidden" name="to" value=(to);
            @for language in Language::ALL {
                button.plain name="language" value=(language.code()) lang=(language.code()) title=(language.own_name())
                    aria-label={ (language.code().to_uppercase()) " " (language.own_name()) } aria-current=[(language == look.language).then_some("true")] {
                    (language.code().to_uppercase())
                }
            }
        }
    }
}

/// A page without the bar.
pub(super) fn bare(look: &Look, title: &str, body: &Markup) -> Markup {
    document(look, title, body)
}

fn document(look: &Look, title: &str, body: &Markup) -> Markup {
    let title =
        if title.is_empty() { look.words.desk.to_owned() } else { format!("{title} · {}", look.words.desk) };
    html! {
        (DOCTYPE)
        html lang=(look.language.code()) data-offset=[look.offset_minutes] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="/go/assets/go.svg" type="image/svg+xml";
                link rel="stylesheet" href="/console/console.css";
                script src="/console/console.js" type="module" {}
            }
            body { (body) }
        }
    }
}

/// A page as a response: never kept by a browser or a proxy, since it is one person's.
pub(super) fn answer(status: StatusCode, language: Language, page: Markup) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_LANGUAGE, language.code()),
    ];
    (status, headers, page.into_string()).into_response()
}
