//! The pools of all slots.

use tributary_economy::{
    Alpha, Tao,
    approximate::{self, Reserves},
    pool::{EQUAL_WEIGHT, Pool},
};

use super::{Arithmetic, Chain};
use crate::vector::{CHUNK, Lanes, load};

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

impl Chain {
    /// A slot's pool, as the rules know it.
    pub fn pool(&self, slot: usize) -> Pool {
        let pools = &self.pools;
        Pool {
            tao: pools.tao[slot],
            alpha: pools.alpha[slot],
            quote_weight: pools.quote_weight[slot],
            initialized: pools.initialized[slot],
            dynamic: true,
            fee_rate: self.constants.fee_rate,
            minimum_reserve: self.constants.minimum_reserve,
        }
    }

    /// TAO for one alpha in the slots from `from` on; zero of an empty pool.
    #[inline(always)]
    pub(crate) fn prices(&self, from: usize) -> Lanes<f64> {
        let mut prices = Lanes::of(0.0);
        if self.arithmetic == Arithmetic::Exact {
            for (k, price) in prices.iter_mut().enumerate().take(self.slots() - from) {
                *price = self.price(from + k);
            }
            return prices;
        }
        let (tao, alpha) = (load(&self.pools.tao, from), load(&self.pools.alpha, from));
        for k in 0..CHUNK {
            prices[k] = approximate::price(Reserves {
                tao: tao[k].0,
                alpha: alpha[k].0,
            });
        }
        prices
    }

    /// Writes back what rules have changed in a slot's pool.
    pub(super) fn set_pool(&mut self, slot: usize, pool: &Pool) {
        let pools = &mut self.pools;
        (pools.tao[slot], pools.alpha[slot]) = (pool.tao, pool.alpha);
        (pools.quote_weight[slot], pools.initialized[slot]) = (pool.quote_weight, pool.initialized);
    }
}
