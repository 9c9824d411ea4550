//! The HTTP edge: sockets in, requests to the router, and no client that holds more than its share. HTTP/1.1 only; TLS
//! and HTTP/2 end at the proxy before the desk. Not here: routes (`http`), and when the desk is full (`pressure`).
//!
//! A connection is always in one [`Phase`], and in each of them it may stay for so long:
//!
//! ```text
//! accepted ─► Head ─► Body ─► Work ─► Answer ─► Idle ─► Head …
//!             5 s     10 s            10 s      75 s
//! ```
//!
//! A body that keeps coming may take longer, an answer that is being taken too: files are large.
//!
//! In `Work` it waits for us, in every other phase for its client. When all places are taken, the connection that has
//! waited longest for its client gives its place to the new one, so a flood of slow clients displaces only itself.

mod accept;
mod body;
mod connection;
mod guest;
mod limits;
mod phase;
mod room;
mod socket;

pub use accept::{listen, serve};
pub use limits::{Limits, READ_BYTES_MAX, allow_open_files};
pub use phase::Phase;
