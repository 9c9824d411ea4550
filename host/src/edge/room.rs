//! The places for connections: who is in, who has to go. Not here: what they do inside.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::guest::Guest;
use super::limits::Limits;

/// How often overdue connections are looked for: they stay that much longer at most.
const SWEEP_EVERY: Duration = Duration::from_millis(250);
/// How soon to look again for a place when there is none to be made.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(10);

/// A fixed number of places.
pub(super) struct Room {
    pub(super) limits: Limits,
    guests: Mutex<HashMap<u64, Arc<Guest>>>,
    next: AtomicU64,
    left: Notify,
    /// How many guests there are, for whoever asks.
    open: Arc<AtomicUsize>,
}

/// A place, until it is dropped.
pub(super) struct Place {
    room: Arc<Room>,
    id: u64,
    pub(super) guest: Arc<Guest>,
}

impl Room {
    pub(super) fn new(limits: Limits, open: Arc<AtomicUsize>) -> Arc<Self> {
        let (guests, next, left) = (Mutex::default(), AtomicU64::new(0), Notify::new());
        Arc::new(Self { limits, guests, next, left, open })
    }

    fn guests(&self) -> MutexGuard<'_, HashMap<u64, Arc<Guest>>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new connection: a free one, or that of who has waited longest for its client. Where every
    /// connection waits for the desk or has just come, this waits too, and the system's queue with it.
    pub(super) async fn enter(self: &Arc<Self>) -> Place {
        loop {
            if let Some(place) = self.try_enter() {
                return place;
            }
            // However it ends, look again.
            let _ = tokio::time::timeout(LOOK_AGAIN_AFTER, self.left.notified()).await;
        }
    }

    fn try_enter(self: &Arc<Self>) -> Option<Place> {
        let mut guests = self.guests();
        // More than one too many where somebody was sent away and had to be kept.
        while guests.len() >= self.limits.connections_max {
            Self::displace(&mut guests, &self.limits)?;
        }
        let (id, guest) = (self.next.fetch_add(1, Ordering::Relaxed), Arc::new(Guest::new()));
        guests.insert(id, guest.clone());
        self.open.store(guests.len(), Ordering::Relaxed);
        Some(Place { room: self.clone(), id, guest })
    }

    /// Sends away who has waited longest; none if nobody has long enough.
    fn displace(guests: &mut HashMap<u64, Arc<Guest>>, limits: &Limits) -> Option<()> {
        let now = Instant::now();
        let waiting =
            guests.iter().filter_map(|(id, guest)| Some((guest.stand().waits_since(now, limits)?, *id)));
        let (_, id) = waiting.min()?;
        guests.remove(&id)?.send_away();
        Some(())
    }

    /// Makes a place free, for when the system has no more files: whether there was one to make.
    pub(super) fn make_place(&self) -> bool {
        Self::displace(&mut self.guests(), &self.limits).is_some()
    }

    /// Sends away who is overdue, for ever.
    pub(super) async fn sweep(self: Arc<Self>) {
        let mut tick = tokio::time::interval(SWEEP_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let now = Instant::now();
            for guest in self.guests().values().filter(|guest| guest.is_overdue(now, &self.limits)) {
                guest.send_away();
            }
        }
    }

    /// Waits until everybody has left; after the time for it, sends away who is still there and says how many.
    pub(super) async fn empty(&self) -> usize {
        let all_left = async {
            while !self.guests().is_empty() {
                let _ = tokio::time::timeout(LOOK_AGAIN_AFTER, self.left.notified()).await;
            }
        };
        if tokio::time::timeout(self.limits.drain_max, all_left).await.is_ok() {
            return 0;
        }
        let guests = self.guests();
        guests.values().for_each(|guest| guest.cut());
        guests.len()
    }
}

impl Place {
    /// Whether to go, for one who was sent away. Who has begun a request meanwhile stays, with one place too many.
    pub(super) fn is_lost(&self) -> bool {
        if self.guest.must_go(Instant::now(), &self.room.limits) {
            return true;
        }
        self.room.guests().insert(self.id, self.guest.clone());
        false
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Not there any more if it was displaced.
        let mut guests = self.room.guests();
        guests.remove(&self.id);
        self.room.open.store(guests.len(), Ordering::Relaxed);
        drop(guests);
        self.room.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who was sent away while their request came is answered; the places are as many as before once somebody else has gone.
    #[tokio::test]
    async fn a_request_that_comes_at_the_last_moment_is_kept() {
        let limits = Limits { connections_max: 2, grace: Duration::ZERO, ..Limits::default() };
        let open = Arc::new(AtomicUsize::new(0));
        let room = Room::new(limits, open.clone());
        let (first, second) = (room.enter().await, room.enter().await);
        let third = room.enter().await;
        first.guest.on_request(false);
        assert!(!first.is_lost(), "it has sent a whole request");
        let fourth = room.enter().await;
        assert!(second.is_lost() && third.is_lost(), "they have sent nothing");
        assert!(!first.is_lost() && open.load(Ordering::Relaxed) == 2);
        first.guest.cut();
        assert!(first.is_lost(), "the desk ends");
        drop((first, second, third, fourth));
        assert_eq!(open.load(Ordering::Relaxed), 0);
    }
}
