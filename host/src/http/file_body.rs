//! A file's bytes as the body of an answer: read from the disk as fast as the client takes them, never held whole. Not
//! here: which file, and who may read it.

use std::fs::File;
use std::io::{self, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::task::JoinHandle;

/// Most bytes in memory for one answer.
const CHUNK_BYTES: u64 = 64 << 10;

/// So many bytes of a file, from where it stands.
pub(super) struct FileBody {
    state: State,
    left: u64,
}

enum State {
    Idle(File),
    /// The disk may make it wait, so another thread reads.
    Reading(JoinHandle<io::Result<(File, Vec<u8>)>>),
    Over,
}

impl FileBody {
    pub(super) fn new(file: File, bytes: u64) -> Self {
        Self { state: State::Idle(file), left: bytes }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            self.state = State::Over;
            return Poll::Ready(None);
        }
        let mut reading = match std::mem::replace(&mut self.state, State::Over) {
            State::Idle(file) => {
                let most = self.left.min(CHUNK_BYTES);
                tokio::task::spawn_blocking(move || read(file, most))
            }
            State::Reading(reading) => reading,
            State::Over => return Poll::Ready(None),
        };
        let Poll::Ready(read) = Pin::new(&mut reading).poll(cx) else {
            self.state = State::Reading(reading);
            return Poll::Pending;
        };
        let (file, bytes) = read.map_err(io::Error::other).flatten()?;
        self.left -= bytes.len() as u64;
        self.state = State::Idle(file);
        Poll::Ready(Some(Ok(Frame::data(bytes.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn read(mut file: File, most: u64) -> io::Result<(File, Vec<u8>)> {
    let mut bytes = Vec::new();
    (&mut file).take(most).read_to_end(&mut bytes)?;
    // The client was promised them.
    if bytes.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok((file, bytes)) }
}
