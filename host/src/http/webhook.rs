//! The webhook's HTTP side: bytes in, the plugin's answer out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use channel_engine::contract::{Header, HttpRequest, HttpResponse};

use desk_store::faults::is_planted;

use crate::app::App;
use crate::edge::READ_BYTES_MAX;
use crate::inbox::{WebhookAnswer, receive};
use crate::pressure::Pressure;

/// Most bytes of a webhook that are read. Viber's own requests stay under 30 kB (Viber REST API, "request size").
const BODY_BYTES_MAX: usize = 128 << 10;

/// From a webhook's last byte to its answer. Viber takes nothing after 5 s for an answer and repeats; a 503 before says
/// so to whoever else is in between.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// `POST /webhooks/{account}`.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let answer = answer(&app, account, method, &uri, &headers, request).await;
    app.metrics.webhook(answer.status().as_u16());
    answer
}

async fn answer(
    app: &Arc<App>,
    account: String,
    method: Method,
    uri: &Uri,
    headers: &HeaderMap,
    request: Request,
) -> Response {
    let body = match read(request).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let request = HttpRequest {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers.iter().map(contract_header).collect(),
        body,
    };
    let shared = app.clone();
    let work = async move { receive(&shared, &account, request).await };
    match in_time(&app.pressure, work).await {
        WebhookAnswer::Accepted(answer) => to_response(answer),
        WebhookAnswer::Refused(status) => to_response(HttpResponse { status, ..HttpResponse::default() }),
        WebhookAnswer::Unknown => StatusCode::NOT_FOUND.into_response(),
        WebhookAnswer::TryAgain => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The body; 413 for one over the limit, 400 for one that broke off. Of one that says itself that it is over the limit
/// not a byte is read; one that does not say how long it is must end a read earlier, since only the next read shows
/// whether it ends.
async fn read(mut request: Request) -> Result<Vec<u8>, StatusCode> {
    let size = request.body().size_hint();
    let taken = if size.exact().is_some() { BODY_BYTES_MAX } else { BODY_BYTES_MAX - READ_BYTES_MAX };
    let taken = if is_planted("body-limit-removed") { usize::MAX } else { taken };
    if size.lower() > taken as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    DefaultBodyLimit::max(taken).apply(&mut request);
    match Bytes::from_request(request, &()).await {
        Ok(body) => Ok(body.to_vec()),
        Err(rejection) => Err(rejection.status()),
    }
}

/// The answer, or at the latest after 2 s that it should be repeated. The event itself goes on to its end: cut off
/// between the plugin and the commit it would leave its conversation's lane too early. A repeat finds it done.
async fn in_time<Work>(pressure: &Pressure, work: Work) -> WebhookAnswer
where
    Work: Future<Output = WebhookAnswer> + Send + 'static,
{
    let permit = match pressure.admit() {
        Ok(permit) => permit,
        Err(full) => {
            tracing::warn!(reason = full.code(), "a webhook was refused for now");
            return WebhookAnswer::TryAgain;
        }
    };
    let work = tokio::spawn(async move {
        let answer = work.await;
        drop(permit);
        answer
    });
    match tokio::time::timeout(ANSWER_MAX, work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::error!(%error, "a webhook ended early");
            WebhookAnswer::TryAgain
        }
        Err(_) => {
            tracing::warn!("a webhook was not kept in time; the messenger will repeat it");
            WebhookAnswer::TryAgain
        }
    }
}

/// A header that is no text is passed as an empty value: a signature in it will not hold.
fn contract_header((name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)) -> Header {
    Header { name: name.to_string(), value: value.to_str().unwrap_or_default().to_owned() }
}

fn to_response(answer: HttpResponse) -> Response {
    let mut response = Response::builder().status(answer.status);
    for header in &answer.headers {
        response = response.header(&header.name, &header.value);
    }
    response.body(Body::from(answer.body)).unwrap_or_else(|error| {
        tracing::error!(%error, "the plugin's answer is no HTTP response");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    /// G1, G27: while commits do not come, each webhook is answered after 2 s, and once too many wait, at once; when
    /// they come again, so do the answers.
    #[tokio::test(start_paused = true)]
    async fn a_commit_that_does_not_come_is_a_503_in_time() {
        let pressure = Arc::new(Pressure::default());
        let disk = Arc::new(tokio::sync::Semaphore::new(0));
        let callback = |pressure: Arc<Pressure>, disk: Arc<tokio::sync::Semaphore>| async move {
            let start = Instant::now();
            let commit = async move {
                drop(disk.acquire().await);
                WebhookAnswer::Refused(200)
            };
            (in_time(&pressure, commit).await, start.elapsed())
        };
        let mut waiting = tokio::task::JoinSet::new();
        while pressure.is_ready().is_ok() {
            waiting.spawn(callback(pressure.clone(), disk.clone()));
            tokio::task::yield_now().await;
        }
        let (answer, took) = callback(pressure.clone(), disk.clone()).await;
        assert!(matches!(answer, WebhookAnswer::TryAgain) && took.is_zero(), "{answer:?} after {took:?}");
        while let Some(ended) = waiting.join_next().await {
            let (answer, took) = ended.expect("no panic");
            assert!(matches!(answer, WebhookAnswer::TryAgain), "{answer:?}");
            assert!(took <= ANSWER_MAX + Duration::from_millis(1), "{took:?}");
        }
        assert!(pressure.is_ready().is_err(), "what was begun is still under way");
        disk.add_permits(1);
        while pressure.is_ready().is_err() {
            tokio::task::yield_now().await;
        }
        let (answer, _) = callback(pressure, disk).await;
        assert!(matches!(answer, WebhookAnswer::Refused(200)), "{answer:?}");
    }
}
