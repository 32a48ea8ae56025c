//! One who watches the steps of the chain.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::{chain::Head, state::Diff};

/// Steps that a watcher may be behind.
const STEPS_MAX: usize = 4096;

/// A step that is on the disk.
#[derive(Clone, Debug)]
pub(crate) struct Stepped {
    /// Its number.
    pub step: u64,
    /// The block whose state it is part of.
    pub head: Arc<Head>,
    /// What it changed; none if everything may be another now: after a revert, a load, or steps that the watcher was
    /// too slow for.
    pub diff: Option<Arc<Diff>>,
}

/// One who watches.
pub struct Watcher {
    sender: mpsc::Sender<Stepped>,
    missed: bool,
}

impl Watcher {
    /// A watcher, and where it hears of steps.
    pub fn new() -> (Self, mpsc::Receiver<Stepped>) {
        let (sender, receiver) = mpsc::channel(STEPS_MAX);
        (Self { sender, missed: false }, receiver)
    }

    /// False when it is gone.
    pub fn tell(&mut self, mut stepped: Stepped) -> bool {
        if self.missed {
            stepped.diff = None;
        }
        match self.sender.try_send(stepped) {
            Ok(()) => self.missed = false,
            Err(mpsc::error::TrySendError::Full(_)) => self.missed = true,
            Err(mpsc::error::TrySendError::Closed(_)) => return false,
        }
        true
    }
}
