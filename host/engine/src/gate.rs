//! A counting gate in front of the pool of instances. Not here: fairness between tenants, which is the host's.

use std::sync::{Condvar, Mutex, PoisonError};

/// Lets a fixed number of calls through at once.
pub(crate) struct Gate {
    free: Mutex<u32>,
    returned: Condvar,
}

/// One call's way through; dropping it lets the next one in.
pub(crate) struct Pass<'a>(&'a Gate);

impl Gate {
    /// A gate for that many calls.
    pub(crate) fn new(calls: u32) -> Self {
        Self { free: Mutex::new(calls), returned: Condvar::new() }
    }

    /// Waits for a place. Bounded, since every call in front ends by its deadline.
    pub(crate) fn enter(&self) -> Pass<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free =
            self.returned.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Pass(self)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.returned.notify_one();
    }
}
