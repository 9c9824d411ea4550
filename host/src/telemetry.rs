//! Logs to standard error. A line carries ids, never a message's text, a name, a phone number or a token.

use tracing_subscriber::EnvFilter;

/// Starts logging; `DESK_LOG` chooses what (`info` by default), in tracing's filter language.
pub fn start() {
    let filter = EnvFilter::try_from_env("DESK_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    // A second start in one process (tests) keeps the first one's settings.
    let _ = started;
}
