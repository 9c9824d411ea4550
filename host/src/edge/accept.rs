//! The accept loop. Not here: a connection's life (`connection`), and whom to send away (`room`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::connection::converse;
use super::limits::Limits;
use super::room::Room;
use crate::shutdown::Stop;

/// After the system had no file or memory for a connection: others end meanwhile, and the loop does not spin.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);
/// Most connections that the system queues for the listener, as far as its own settings allow. One that finds the queue
/// full takes itself for connected, and is looked at again only after seconds.
const QUEUED_MAX: u32 = 4_096;

/// Listens on an address.
///
/// # Errors
/// It is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As for every server: one that starts again must not wait until the system has forgotten old connections.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUED_MAX)
}

/// Accepts connections and serves them until `stop`; then takes in those that the system has queued, and waits for every
/// request that was read to be answered, no longer than the limit says. `open` is kept at the number of connections.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    open: Arc<AtomicUsize>,
    stop: Stop,
) {
    let room = Room::new(limits, open);
    let sweeper = tokio::spawn(room.clone().sweep());
    let take_in = async |stream: TcpStream| {
        let place = room.enter().await;
        tokio::spawn(converse(stream, place, router.clone(), room.limits.clone(), stop.clone()));
    };
    let mut stopped = stop.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => take_in(stream).await,
                Err(error) => recover(&error, &room).await,
            },
            () = stopped.asked() => break,
        }
    }
    // Their clients think themselves connected, and may have sent a request.
    for _ in 0..QUEUED_MAX {
        let Some(Ok((stream, _))) = now(listener.accept()).await else { break };
        take_in(stream).await;
    }
    drop(listener);
    let cut = room.empty().await;
    if cut > 0 {
        tracing::warn!(connections = cut, "cut connections that were not done in time");
    }
    sweeper.abort();
}

/// A connection that broke before it was accepted is nobody's concern; anything else may last.
async fn recover(error: &io::Error, room: &Room) {
    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    let made_place = room.make_place();
    tracing::warn!(%error, made_place, "a connection could not be accepted");
    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
}

/// The future's value if it has one now.
async fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(Duration::ZERO, future).await.ok()
}
