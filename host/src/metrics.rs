//! What this process has done, as numbers; what must outlive it is counted in the store. Not here: how they are shown
//! (`http`). No number is kept by anything that tells of a person.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use channel_engine::CallError;
use desk_store::Histogram;

/// The numbers.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Connections that are open.
    pub connections: Arc<AtomicUsize>,
    plugin: Mutex<BTreeMap<&'static str, Function>>,
    webhooks: Mutex<BTreeMap<u16, u64>>,
}

/// Calls of one function of the plugins.
#[derive(Debug, Default)]
pub struct Function {
    /// How long they took.
    pub took: Histogram,
    /// How they ended: `ok`, `refused`, or how the plugin failed.
    pub results: BTreeMap<&'static str, u64>,
}

impl Metrics {
    /// Calls a plugin's function and measures it.
    ///
    /// # Errors
    /// The call's own.
    pub fn call<T, E>(
        &self,
        function: &'static str,
        call: impl FnOnce() -> Result<Result<T, E>, CallError>,
    ) -> Result<Result<T, E>, CallError> {
        let began = Instant::now();
        let called = call();
        let result = match &called {
            Ok(Ok(_)) => "ok",
            Ok(Err(_)) => "refused",
            Err(error) => error.kind(),
        };
        let mut functions = self.functions();
        let counted = functions.entry(function).or_default();
        counted.took.add(began.elapsed());
        *counted.results.entry(result).or_default() += 1;
        called
    }

    /// Counts an answer to a webhook.
    pub fn webhook(&self, status: u16) {
        *self.webhooks().entry(status).or_default() += 1;
    }

    /// The plugins' functions by name.
    pub fn functions(&self) -> MutexGuard<'_, BTreeMap<&'static str, Function>> {
        self.plugin.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers to webhooks by status.
    pub fn webhooks(&self) -> MutexGuard<'_, BTreeMap<u16, u64>> {
        self.webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
