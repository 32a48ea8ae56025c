//! What the screen shows besides the frame, and what its keys ask for.

use crate::{output::visible, up::steps::Steps};

/// What the screen shows besides the frame.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Where the chain listens.
    pub endpoint: String,
    /// Where the market lives.
    pub folder: String,
    /// What is going on.
    pub activity: String,
    /// How far the market is.
    pub steps: Steps,
    /// What happened lately, the newest last.
    pub recent: Vec<String>,
}

/// Lines of what happened lately that are kept.
const RECENT: usize = 20;

impl Notes {
    /// Adds what happened.
    pub fn tell(&mut self, line: &str) {
        self.recent.push(visible(line).into_owned());
        let surplus = self.recent.len().saturating_sub(RECENT);
        self.recent.drain(..surplus);
    }
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To draw again.
    Draw,
    /// To leave.
    Leave,
}
