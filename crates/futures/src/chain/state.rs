//! The chain's part of a future as it is now.

use tributary_economy::{
    Alpha, Error, NetUid, Tao,
    approximate::{self, Reserves},
    emission::{self, Claimant, Gate},
    fixed::{I64F64, I96F32, U64F64, U96F32},
    issuance, moving_price,
    pool::{self, Pool},
    registration::Prunable,
    rule_sets::RuleSet,
};

use super::{Arithmetic, Constants, Flows, Holder, Holdings, Pacts, Paid, Pools};
use crate::vector::{CHUNK, Lanes, load};

/// State of the chain in one future; vectors have an entry a slot.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Constants.
    pub constants: Constants,
    /// Rules in force.
    pub rules: RuleSet,
    /// How they are computed.
    pub arithmetic: Arithmetic,
    /// The gate of the rules that have one, with its stored bar.
    pub gate: Gate,
    /// Block of the last step's end.
    pub block: u64,
    /// TAO that exists (`TotalIssuance`).
    pub issued: Tao,
    /// TAO staked on root.
    pub root: Tao,
    /// TAO of everybody, not staked.
    pub free: Tao,
    /// TAO on the accounts of subnets that no pool counts: what a refused or partial purchase leaves.
    pub idle: Tao,
    /// Pools.
    pub pools: Pools,
    /// Alpha outside the pools.
    pub holdings: Holdings,
    /// Alpha that exists, by the record of what was created and recycled.
    pub alpha_issued: Vec<u64>,
    /// Stored moving prices (`SubnetMovingPrice`), in steps of 2^-32: whole numbers.
    pub moving: Vec<f64>,
    /// `FirstEmissionBlockNumber`; none before the start call.
    pub first_block: Vec<Option<u64>>,
    /// Block of registration.
    pub registered: Vec<u64>,
    /// Whether it may receive TAO.
    pub enabled: Vec<bool>,
    /// Whether its slot is taken at all.
    pub occupied: Vec<bool>,
    /// Part of miner pay that is withheld.
    pub withheld: Vec<f64>,
    /// Smoothed net flow of stakers in rao a block, for the rules that share by it.
    pub flow: Vec<I64F64>,
    /// Net flow of stakers since the last step, in rao.
    pub flow_now: Vec<i64>,
    /// Cost of the last slot.
    pub lock_cost_last: Tao,
    /// Block in which it was paid.
    pub lock_block: u64,
    /// What the last step paid.
    pub paid: Paid,
    /// TAO that moved into and out of the pools.
    pub flows: Flows,
    /// Pacts and their tribute.
    pub pacts: Pacts,
    /// Blocks since a slot's first emission block at the end of the last step, that block included; zero if it did not
    /// emit.
    pub(crate) age: Vec<f64>,
    pub(super) halving: Vec<Halving>,
    pub(super) swaps: Swaps,
    pub(super) scratch: Scratch,
}

/// A round of swaps, one in every pool.
#[derive(Clone, Debug, Default)]
pub(super) struct Swaps {
    pub(super) offered: Vec<u64>,
    pub(super) paid_in: Vec<u64>,
    pub(super) paid_out: Vec<u64>,
}

/// What a slot's alpha emits a block, and the supply from which that is not so any more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Halving {
    pub(super) emission: u64,
    pub(super) until: u64,
}

/// Buffers that steps reuse.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// Alpha that the step emits.
    pub(super) alpha: Vec<u64>,
    pub(super) exact: Vec<U64F64>,
    pub(super) sorted: Vec<f64>,
    pub(super) claimants: Vec<Claimant>,
    pub(super) prunable: Vec<Prunable>,
}

/// The mechanism number of a subnet whose alpha has a price of its own.
const DYNAMIC: u16 = 1;

impl Chain {
    /// Empties the chain and makes room for `slots`.
    pub fn reset(&mut self, slots: usize) {
        fn fill<T: Clone>(row: &mut Vec<T>, slots: usize, value: T) {
            row.clear();
            row.resize(slots, value);
        }
        (self.block, self.lock_block) = (0, 0);
        self.gate.bar = None;
        self.flows = Flows::default();
        self.pacts.reset(slots);
        (self.issued, self.root, self.free, self.idle, self.lock_cost_last) =
            (Tao::ZERO, Tao::ZERO, Tao::ZERO, Tao::ZERO, Tao::ZERO);
        self.pools.reset(slots);
        for holder in [
            Holder::Owner,
            Holder::Miners,
            Holder::Stakers,
            Holder::Protocol,
            Holder::Burned,
        ] {
            fill(self.holdings.of(holder), slots, Alpha::ZERO);
        }
        fill(&mut self.alpha_issued, slots, 0);
        fill(&mut self.moving, slots, 0.0);
        fill(&mut self.halving, slots, Halving::default());
        fill(&mut self.first_block, slots, None);
        fill(&mut self.registered, slots, 0);
        fill(&mut self.enabled, slots, false);
        fill(&mut self.occupied, slots, false);
        fill(&mut self.withheld, slots, 0.0);
        fill(&mut self.flow, slots, I64F64::from_bits(0));
        fill(&mut self.flow_now, slots, 0);
        fill(&mut self.paid.share, slots, 0.0);
        fill(&mut self.paid.tao, slots, 0);
        fill(&mut self.paid.price, slots, 0.0);
        for row in [
            &mut self.paid.created,
            &mut self.paid.owner,
            &mut self.paid.miners,
            &mut self.paid.stakers,
            &mut self.paid.root,
        ] {
            fill(row, slots, Alpha::ZERO);
        }
        fill(&mut self.age, slots, 0.0);
        fill(&mut self.scratch.alpha, slots, 0);
        for row in [
            &mut self.swaps.offered,
            &mut self.swaps.paid_in,
            &mut self.swaps.paid_out,
        ] {
            fill(row, slots, 0);
        }
        self.scratch.sorted.clear();
        self.scratch.sorted.reserve(slots);
        self.scratch.prunable.clear();
        self.scratch.prunable.reserve(slots);
        self.scratch.claimants.clear();
        self.scratch.claimants.reserve(slots);
    }

    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.pools.tao.len()
    }

    /// Whether a slot emits: taken and started.
    pub fn emits(&self, slot: usize) -> bool {
        self.occupied[slot] && self.first_block[slot].is_some_and(|first| first <= self.block + 1)
    }

    /// TAO for one alpha; zero of an empty pool.
    pub fn price(&self, slot: usize) -> f64 {
        if self.pools.quote_weight[slot] == pool::EQUAL_WEIGHT {
            return approximate::price(Reserves {
                tao: self.pools.tao[slot].0,
                alpha: self.pools.alpha[slot].0,
            });
        }
        pool::price(&self.pool(slot)).to_num()
    }

    /// Alpha outside the pool: what the record says exists, less the pool.
    pub fn alpha_outside(&self, slot: usize) -> Alpha {
        Alpha(self.alpha_issued[slot]).minus_or_zero(self.pools.alpha[slot])
    }

    /// The stored moving price in the chain's own numbers.
    pub fn moving_price(&self, slot: usize) -> I96F32 {
        I96F32::from_bits(self.moving[slot] as i128)
    }

    /// The moving price as the rules use it.
    pub(super) fn effective_price(&self, slot: usize) -> U64F64 {
        moving_price::effective(NetUid(slot as u16 + 1), DYNAMIC, self.moving_price(slot))
    }

    /// Root's part in a subnet's emission.
    pub fn root_proportion(&self, slot: usize) -> U96F32 {
        emission::root_proportion(
            self.root,
            self.constants.tao_weight,
            issuance::alpha_issuance(self.pools.alpha[slot], self.alpha_outside(slot)),
        )
    }

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

    /// Moves free TAO to root stake, or back if negative; as much as there is.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn stake_on_root(&mut self, rao: i64) -> Result<(), Error> {
        let amount = Tao(rao.unsigned_abs());
        if rao >= 0 {
            let amount = amount.min(self.free);
            self.free = self.free.minus(amount)?;
            self.root = self.root.plus(amount)?;
        } else {
            let amount = amount.min(self.root);
            self.root = self.root.minus(amount)?;
            self.free = self.free.plus(amount)?;
        }
        Ok(())
    }

    /// Moves alpha between holders of one subnet without a trade; as much as there is.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn hand_over(&mut self, slot: usize, from: Holder, to: Holder, alpha: Alpha) -> Result<(), Error> {
        let source = self.holdings.of(from);
        let alpha = alpha.min(source[slot]);
        source[slot] = source[slot].minus(alpha)?;
        let target = self.holdings.of(to);
        target[slot] = target[slot].plus(alpha)?;
        Ok(())
    }
}
