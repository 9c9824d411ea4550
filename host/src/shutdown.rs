//! The wish to stop: from a signal to whoever has to end. Not here: how each part ends; the order is `cli::serve`'s.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Says whether the desk has been asked to stop. Clones hear the same.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Asks every [`Stop`] that came with it.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// A wish not yet spoken, and who hears it.
    #[must_use]
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Asks to stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether it has been asked already.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked; at once if it was.
    pub async fn asked(&mut self) {
        // Nobody left who could ask is as good as having been asked.
        let _ = self.0.wait_for(|asked| *asked).await;
    }
}

/// Stops on SIGTERM or Ctrl-C. The second one ends the process at once: whoever sends it has waited long enough.
///
/// # Errors
/// The system does not let signals be caught.
pub fn on_signal() -> std::io::Result<Stop> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (stopper, stop) = Stopper::new();
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping: what was read is answered; once more ends at once");
        stopper.stop();
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::warn!("stopped at once");
        std::process::exit(1);
    });
    Ok(stop)
}
