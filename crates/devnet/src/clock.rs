//! Block times.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Clock, Error};

/// Says when the next block is.
#[derive(Clone, Copy, Debug)]
pub struct BlockClock {
    clock: Clock,
    /// Added to the wall clock, in milliseconds; `None` of it when the chain counts slots.
    offset_ms: i128,
    /// The next block is not before this, when the chain counts slots.
    not_before_ms: u64,
}

impl BlockClock {
    pub fn new(clock: Clock) -> Self {
        let not_before_ms = match clock {
            Clock::Wall => 0,
            Clock::Slots { start_ms } => start_ms,
        };
        Self {
            clock,
            offset_ms: 0,
            not_before_ms,
        }
    }

    /// The time of the block after one at `parent_ms`: at least a slot later.
    pub fn next_ms(&self, parent_ms: u64, slot_ms: u64) -> u64 {
        let earliest = parent_ms.saturating_add(slot_ms);
        let wanted = match self.clock {
            Clock::Wall => (wall_ms() as i128 + self.offset_ms).clamp(0, u64::MAX as i128) as u64,
            Clock::Slots { .. } => self.not_before_ms,
        };
        earliest.max(wanted)
    }

    /// The next block is at `time_ms`, and a wall clock runs on from there.
    pub fn set(&mut self, time_ms: u64, parent_ms: u64) -> Result<(), Error> {
        if time_ms <= parent_ms {
            return Err(Error::TimeGoesBack {
                asked_ms: time_ms,
                last_ms: parent_ms,
            });
        }
        self.offset_ms = time_ms as i128 - wall_ms() as i128;
        self.not_before_ms = time_ms;
        Ok(())
    }

    /// The next block is `by_ms` later than it would have been.
    pub fn advance(&mut self, by_ms: u64, parent_ms: u64, slot_ms: u64) {
        self.offset_ms += by_ms as i128;
        self.not_before_ms = self
            .not_before_ms
            .max(parent_ms.saturating_add(slot_ms))
            .saturating_add(by_ms);
    }
}

fn wall_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |passed| passed.as_millis() as u64)
}
