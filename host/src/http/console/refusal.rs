//! What the console answers when something cannot be done: a page that says so in the visitor's language, and what to do.

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use maud::html;

use super::super::error::ApiError;
use super::look::Look;
use super::words::{Words, put};
use super::{layout, login};

/// Why a page is not shown.
pub(super) struct Refusal {
    status: StatusCode,
    look: Look,
    kind: Kind,
}

enum Kind {
    /// Nobody is signed in; where they wanted to go.
    SignIn(String),
    /// A sentence.
    Says(String),
}

impl Refusal {
    /// Nobody is signed in.
    pub(super) fn sign_in(look: Look, uri: &Uri) -> Self {
        let to = uri.path_and_query().map_or("/", |path| path.as_str());
        Self { status: StatusCode::UNAUTHORIZED, look, kind: Kind::SignIn(to.to_owned()) }
    }

    /// The token may not do it.
    pub(super) fn scope(look: Look, needs: &str) -> Self {
        let says = put(look.words.needs_scope, "scope", needs);
        Self { status: StatusCode::FORBIDDEN, look, kind: Kind::Says(says) }
    }

    /// Another site sent the form.
    pub(super) fn cross_site(look: Look) -> Self {
        let says = look.words.cross_site.to_owned();
        Self { status: StatusCode::FORBIDDEN, look, kind: Kind::Says(says) }
    }

    /// There is no such page.
    pub(super) fn not_found(look: Look) -> Self {
        let says = look.words.no_such_thing.to_owned();
        Self { status: StatusCode::NOT_FOUND, look, kind: Kind::Says(says) }
    }

    /// What the API refuses.
    pub(super) fn new(look: Look, error: impl Into<ApiError>) -> Self {
        let error = error.into();
        let says = says(look.words, &error);
        Self { status: error.status(), look, kind: Kind::Says(says) }
    }
}

/// An error of the API in the visitor's language where we have a word for it.
pub(super) fn says(words: &Words, error: &ApiError) -> String {
    let known = match error.code() {
        "not-found" => words.no_such_thing,
        "changed" => words.changed,
        "empty-text" => words.empty_text,
        "too-long" => words.too_long,
        "account-disconnected" => words.disconnected,
        "nothing-to-retry" => words.nothing_to_retry,
        "may-double" => words.may_double,
        "no-message" => words.no_message,
        "disk-full" | "behind" | "not-kept" => words.full,
        _ => return error.detail().to_owned(),
    };
    known.to_owned()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let page = match &self.kind {
            Kind::SignIn(to) => login::form(&self.look, to, None),
            Kind::Says(says) => {
                let body = html! {
                    main.alone #content {
                        h1 { (self.look.words.something_wrong) }
                        p.lead role="alert" { (says) }
                        p { a.button href="/" { (self.look.words.to_tasks) } }
                    }
                };
                layout::bare(&self.look, self.look.words.something_wrong, &body)
            }
        };
        layout::answer(self.status, self.look.language, page)
    }
}
