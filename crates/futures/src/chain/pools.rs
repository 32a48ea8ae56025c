//! The pools of all slots.

use tributary_economy::{Alpha, Tao, pool::EQUAL_WEIGHT};

/// What changes in pools, an entry a slot.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    /// TAO in reserve.
    pub tao: Vec<Tao>,
    /// Alpha in reserve.
    pub alpha: Vec<Alpha>,
    /// Weight of the TAO side, in parts of 10^18; equal weights always in floating point.
    pub quote_weight: Vec<u64>,
    /// Whether a real swap has happened.
    pub initialized: Vec<bool>,
}

impl Pools {
    /// Empties the pools and makes room for `slots`.
    pub(super) fn reset(&mut self, slots: usize) {
        fn fill<T: Clone>(row: &mut Vec<T>, slots: usize, value: T) {
            row.clear();
            row.resize(slots, value);
        }
        fill(&mut self.tao, slots, Tao::ZERO);
        fill(&mut self.alpha, slots, Alpha::ZERO);
        fill(&mut self.quote_weight, slots, EQUAL_WEIGHT);
        fill(&mut self.initialized, slots, true);
    }
}
