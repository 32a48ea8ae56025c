//! How quickly the chain takes settlements: what it can take at best, corrected by what was seen.

/// Settlements of which a round can say something about the chain.
const TELLING: u64 = 16;
/// Blocks until a transaction is in one, before anything was seen.
const DELAY: u64 = 3;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    best: u64,
    per_block: u64,
    delay: u64,
}

impl Pace {
    /// Of a chain that takes at best so many in a block.
    pub fn new(best: u64) -> Self {
        let best = best.max(1);
        Self {
            best,
            per_block: best,
            delay: DELAY,
        }
    }

    /// Settlements a block that can be counted on.
    pub fn per_block(&self) -> u64 {
        self.per_block
    }

    /// Blocks that can pass before the first of many is in one.
    pub fn delay(&self) -> u64 {
        self.delay
    }

    /// Takes note of a round that was sent at a height: so many settlements were in blocks from the first to the last of
    /// these. A slow chain is believed at once, a quick one by and by.
    pub fn round(&mut self, settled: u64, sent: u64, first: u64, last: u64) {
        self.delay = first.saturating_sub(sent).max(self.delay - self.delay / 8).max(2);
        if settled < TELLING {
            return;
        }
        // They may have been sent just before the end of a block.
        let expected = settled.div_ceil(self.per_block) + 1;
        let blocks = last.saturating_sub(first) + 1;
        self.per_block = match blocks > expected {
            true => (settled / blocks).max(1),
            false => self.per_block.saturating_mul(2).min(self.best),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_chain_is_believed_at_once_and_a_quick_one_by_and_by() {
        let mut pace = Pace::new(100);
        assert_eq!((pace.per_block(), pace.delay()), (100, DELAY));
        pace.round(200, 50, 51, 53);
        assert_eq!(pace.per_block(), 100, "as expected");
        pace.round(1, 50, 59, 59);
        assert_eq!((pace.per_block(), pace.delay()), (100, 9), "one says nothing of many");
        pace.round(200, 50, 51, 90);
        assert_eq!(pace.per_block(), 5);
        for _ in 0..40 {
            pace.round(200, 50, 51, 52);
        }
        assert_eq!((pace.per_block(), pace.delay()), (100, 7), "{pace:?}");
        assert_eq!(Pace::new(0).per_block(), 1);
    }
}
