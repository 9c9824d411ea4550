//! Bodies that tell their connection when they come to their end. What is in them is not looked at.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::guest::Guest;

/// A request's body on its way in.
pub(super) struct Incoming {
    inner: hyper::body::Incoming,
    guest: Arc<Guest>,
    ended: bool,
}

impl Incoming {
    pub(super) fn new(inner: hyper::body::Incoming, guest: Arc<Guest>) -> Self {
        let ended = inner.is_end_stream();
        Self { inner, guest, ended }
    }

    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.guest.on_body_end(false);
        }
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => self.guest.on_body_bytes(frame.data_ref().map_or(0, Bytes::len)),
            Some(Err(_)) => {}
            None => self.end(),
        }
        if self.inner.is_end_stream() {
            self.end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.ended {
            self.guest.on_body_end(true);
        }
    }
}

/// An answer's body on its way out. hyper drops it when it has all of it.
pub(super) struct Outgoing {
    pub(super) inner: axum::body::Body,
    pub(super) guest: Arc<Guest>,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.guest.on_answer_end();
    }
}
