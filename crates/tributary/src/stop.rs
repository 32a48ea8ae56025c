//! Stopping when asked to.

use anyhow::{Context as _, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT, SIGTERM and SIGHUP, from now on.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
    hangup: Option<Signal>,
}

/// Takes the signals over. A terminal that is closed asks to stop like the others, unless `nohup` said otherwise.
///
/// # Errors
/// If the system does not allow it.
pub fn signals() -> Result<Stop> {
    let take = |kind| signal(kind).context("cannot listen for signals");
    Ok(Stop {
        interrupt: take(SignalKind::interrupt())?,
        terminate: take(SignalKind::terminate())?,
        hangup: match hears_hangups() {
            true => Some(take(SignalKind::hangup())?),
            false => None,
        },
    })
}

impl Stop {
    /// Waits for any of them.
    pub async fn wait(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether SIGHUP is not ignored. Where the system does not tell, it is left as it is.
fn hears_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored(&status).is_some_and(|signals| signals & 1 == 0)
}

/// The signals that a process ignores, the first one in the lowest bit.
fn ignored(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_ignored() {
        assert_eq!(ignored("Name:\tx\nSigIgn:\t0000000000001001\n"), Some(0x1001));
        assert_eq!(ignored("Name:\tx\n"), None);
    }
}
