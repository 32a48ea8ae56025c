//! What can still be settled in time.
//!
//! A payer can begin to close all its channels in one block; the vouchers of all of them must then be settled within the
//! challenge period. So a voucher counts only while the number of those that must be settled before it, at what the chain
//! takes in a block, leaves it a place before its own deadline. Earlier promises keep their place.

use super::Tab;

/// What decides about time. All in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Height of the newest block.
    pub height: u64,
    /// Between a payer's wish to close a channel and its end.
    pub challenge: u64,
    /// Settlements that the chain takes in a block.
    pub per_block: u64,
    /// What passes before the first of them is in a block: until the closing is seen, and until the chain has it.
    pub delay: u64,
}

impl Horizon {
    /// For those that never ask for time.
    pub const UNBOUNDED: Self = Self {
        height: 0,
        challenge: u64::MAX,
        per_block: u64::MAX,
        delay: 0,
    };

    /// Whether what has so many before it is settled before this block.
    pub fn is_in_time(&self, before: u64, deadline: u64) -> bool {
        let blocks = (before / self.per_block.max(1)).saturating_add(1);
        let done = self.height.saturating_add(self.delay).saturating_add(blocks);
        done < deadline
    }

    /// Vouchers that can wait at the same time, if all their channels began to close now.
    pub fn capacity(&self) -> u64 {
        let blocks = self.challenge.saturating_sub(self.delay).saturating_sub(1);
        blocks.saturating_mul(self.per_block)
    }

    /// Whether so many waiting vouchers are too many to wait for the next regular turn.
    pub fn is_pressed(&self, waiting: u64) -> bool {
        waiting > self.capacity() / 2
    }

    pub(super) fn deadline(&self, tab: &Tab) -> u64 {
        tab.deadline(self.height, self.challenge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_in_time_as_the_blocks_hold() {
        let horizon = Horizon {
            height: 100,
            challenge: 40,
            per_block: 3,
            delay: 10,
        };
        assert_eq!(horizon.capacity(), 87);
        let in_time = (0..1_000).filter(|before| horizon.is_in_time(*before, 140)).count();
        assert_eq!(in_time, 87);
        assert!(!horizon.is_in_time(0, 111), "seen too late");
        assert!(horizon.is_in_time(0, 112) && !horizon.is_in_time(3, 112));
        assert!(!horizon.is_pressed(43) && horizon.is_pressed(44));
        assert!(Horizon::UNBOUNDED.is_in_time(u64::MAX, u64::MAX));
        let hopeless = Horizon {
            challenge: 5,
            ..horizon
        };
        assert_eq!(hopeless.capacity(), 0);
        assert!(hopeless.is_pressed(1));
    }
}
