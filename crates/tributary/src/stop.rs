//! Stopping when asked to.

use anyhow::{Context as _, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT and SIGTERM, from now on.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

/// Takes the signals over.
///
/// # Errors
/// If the system does not allow it.
pub fn signals() -> Result<Stop> {
    let take = |kind| signal(kind).context("cannot listen for signals");
    Ok(Stop {
        interrupt: take(SignalKind::interrupt())?,
        terminate: take(SignalKind::terminate())?,
    })
}

impl Stop {
    /// Waits for either.
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
