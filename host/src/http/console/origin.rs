//! Refuses what another site makes a visitor's browser send. Over the console's routes only: webhooks and the API carry
//! their own proof with each request, and no cookie counts there.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::look::Look;
use super::refusal::Refusal;
use crate::app::App;
use crate::clock::{now_ms, to_column};

/// A layer: a request that changes something has to come from a page of ours.
pub(super) async fn refuse_cross_site(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_ours(request.headers(), &app.public_url) {
        return next.run(request).await;
    }
    Refusal::cross_site(Look::of(request.headers(), to_column(now_ms()))).into_response()
}

/// Whether a browser says that the request comes from this desk's own pages. Every browser of the last years says it, with
/// one header or the other; what says nothing is refused.
fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        // `none`: the person's own doing, such as loading the page again.
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    // Behind a proxy the desk may see another host than the browser does.
    origin == public_url || (host.is_some() && host == text(header::HOST.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &[(&'static str, &'static str)], expected: bool) {
        let pairs = given
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        let headers: HeaderMap = pairs.collect();
        assert_eq!(is_ours(&headers, "https://desk.example.com"), expected, "{given:?}");
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "cross-site"), ("origin", "https://desk.example.com")], false);
        check(&[("origin", "https://desk.example.com")], true);
        check(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], true);
        check(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")], false);
        check(&[("origin", "https://desk.example.com.evil.example")], false);
        check(&[("origin", "null"), ("host", "null")], false);
        check(&[("host", "127.0.0.1:8080")], false);
        check(&[], false);
    }
}
