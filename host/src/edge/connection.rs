//! One connection from its first byte to its last. Not here: which connections there are (`room`).

use axum::Router;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;

use super::body::{Incoming, Outgoing};
use super::limits::Limits;
use super::room::Place;
use super::socket::Socket;
use crate::shutdown::Stop;

/// Serves a connection until its client leaves, it is sent away, or the desk stops and its request is answered.
pub(super) async fn converse(
    stream: TcpStream,
    place: Place,
    router: Router,
    limits: Limits,
    mut stop: Stop,
) {
    // Answers are one write; waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let guest = place.guest.clone();
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        let guest = guest.clone();
        guest.on_request(!hyper::body::Body::is_end_stream(request.body()));
        let answer = router.call(request.map(|body| Incoming::new(body, guest.clone())));
        async move {
            let mut response = answer.await?;
            let (size_bytes, cut_short) = guest.on_answer();
            if cut_short {
                // The rest of the body would be taken for a request.
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                tracing::info!(size_bytes, "a body over the limit was refused after so much of it");
            }
            Ok::<_, std::convert::Infallible>(response.map(|inner| Outgoing { inner, guest }))
        }
    });
    let socket = Socket::new(stream, place.guest.clone(), limits.linger_max);
    let connection = http1::Builder::new()
        .max_buf_size(limits.read_bytes_max)
        .serve_connection(TokioIo::new(socket), service);
    tokio::pin!(connection);
    let mut stopping = false;
    loop {
        tokio::select! {
            // First: a request that has come is read before the wish to stop is heard.
            biased;
            // How a client leaves is its own affair.
            _ = connection.as_mut() => return,
            () = guest.sent_away() => if place.is_lost() { return },
            () = stop.asked(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
