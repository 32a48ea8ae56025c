//! Block times.

use std::time::{SystemTime, UNIX_EPOCH};

use codec::{Decode, Encode};

use crate::{Clock, Error};

/// No block is later: the last millisecond of the year 9999, until which every date has a name. Slots, and what
/// clients make of a time, have room for it.
pub const TIME_MAX_MS: u64 = 253_402_300_799_999;

/// What `set_time` and `advance_time` made of the clock. It is part of snapshots, dumps and the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Shift {
    /// Added to the wall clock, in milliseconds.
    offset_ms: i64,
    /// When the chain counts slots: the next block is not before this.
    not_before_ms: u64,
}

impl Shift {
    /// The time of the block after one at `parent_ms`: at least a slot later.
    pub fn next_ms(&self, clock: Clock, parent_ms: u64, slot_ms: u64) -> u64 {
        let earliest = parent_ms.saturating_add(slot_ms);
        let wanted = match clock {
            Clock::Wall => u64::try_from(wall_ms().saturating_add(self.offset_ms)).unwrap_or(0),
            Clock::Slots { start_ms } => self.not_before_ms.max(start_ms),
        };
        earliest.max(wanted)
    }

    /// The next block is at `time_ms`, and a wall clock runs on from there.
    ///
    /// # Errors
    /// [`Error::TimeGoesBack`], [`Error::TimeTooLate`].
    pub fn set(&mut self, time_ms: u64, parent_ms: u64) -> Result<(), Error> {
        if time_ms <= parent_ms {
            return Err(Error::TimeGoesBack {
                asked_ms: time_ms,
                last_ms: parent_ms,
            });
        }
        if time_ms > TIME_MAX_MS {
            return Err(Error::TimeTooLate { asked_ms: time_ms });
        }
        self.offset_ms = time_ms as i64 - wall_ms();
        self.not_before_ms = time_ms;
        Ok(())
    }

    /// The next block is `by_ms` later than it would have been, and a wall clock runs on from there.
    ///
    /// # Errors
    /// [`Error::TimeTooLate`].
    pub fn advance(&mut self, by_ms: u64, clock: Clock, parent_ms: u64, slot_ms: u64) -> Result<(), Error> {
        let time_ms = self.next_ms(clock, parent_ms, slot_ms).saturating_add(by_ms);
        self.set(time_ms, parent_ms)
    }
}

/// Milliseconds since 1970. A machine whose clock is beyond all bounds gets the bound.
fn wall_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |passed| passed.as_millis().min(TIME_MAX_MS.into()) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_beyond_the_bound_and_nothing_wraps() {
        for clock in [Clock::Wall, Clock::Slots { start_ms: 5 }] {
            let mut shift = Shift::default();
            let before = shift;
            for beyond in [TIME_MAX_MS + 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
                assert!(matches!(shift.set(beyond, 0), Err(Error::TimeTooLate { .. })));
                assert!(matches!(
                    shift.advance(beyond, clock, 0, 250),
                    Err(Error::TimeTooLate { .. })
                ));
                assert_eq!(shift, before, "a refused time changes nothing");
            }
            shift.set(TIME_MAX_MS - 1_000_000, 0).unwrap();
            let next = shift.next_ms(clock, 0, 250);
            assert!((TIME_MAX_MS - 1_000_000..=TIME_MAX_MS).contains(&next));
            assert!(shift.advance(2_000_000, clock, 0, 250).is_err());
        }
    }

    /// A chain that made its blocks faster than the clock is ahead of it; the next block is later all the same.
    #[test]
    fn advancing_counts_from_where_the_chain_is() {
        let mut shift = Shift::default();
        let ahead = wall_ms() as u64 + 3_600_000;
        shift.advance(60_000, Clock::Wall, ahead, 250).unwrap();
        let next = shift.next_ms(Clock::Wall, ahead, 250);
        assert!((ahead + 60_250..ahead + 120_000).contains(&next));
    }
}
