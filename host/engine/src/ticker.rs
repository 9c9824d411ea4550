//! The clock that ends calls: a thread that counts ticks. Not here: which call ends when; each store has its deadline.

use std::io;
use std::thread;
use std::time::Duration;

/// Milliseconds of a tick: the exactness of a deadline.
const TICK_MS: u64 = 10;

/// How many ticks a call may see. One more than needed, since the first may come at once.
pub(crate) fn ticks(time_ms: u64) -> u64 {
    time_ms.div_ceil(TICK_MS) + 1
}

/// Starts the thread. It is one of its own, because a busy async runtime would stop the clock when it matters most; it
/// ends by itself once the engine is gone.
pub(crate) fn start(engine: &wasmtime::Engine) -> io::Result<()> {
    let engine = engine.weak();
    let run = move || {
        loop {
            thread::sleep(Duration::from_millis(TICK_MS));
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    };
    thread::Builder::new().name("channel-ticker".into()).spawn(run).map(|_| ())
}
