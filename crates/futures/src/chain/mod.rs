//! The chain's part of a future: pools, emission, prices, slots. Every rule is `tributary_economy`'s.
//!
//! Amounts are integers and every one that moves is booked from somewhere to somewhere. [`Chain::check`] compares
//! what was issued with what is held after each step.

mod emit;
pub mod flows;
pub mod pacts;
mod pools;
mod rows;
mod slots;
mod tribute;

use tributary_economy::{
    Alpha, Error, Tao,
    approximate::{self, Parts, Reserves},
    emission::{self, Claimant, Division, Gate},
    fixed::{I64F64, I96F32, U64F64, U96F32},
    issuance,
    pool::{self, HIGHEST_PRICE, LOWEST_PRICE, Side},
    presets::MAINNET,
    registration::Prunable,
    rule_sets::RuleSet,
};

use crate::vector;

pub use flows::Flows;
pub use pacts::{Pacts, Who};
pub use pools::Pools;
pub use slots::Registered;
pub use tribute::Tribute;

/// Blocks of a day (12 seconds each).
pub const BLOCKS_PER_DAY: u64 = 7_200;

/// How the rules are computed in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// By the functions of `tributary_economy`, in its fixed-point numbers: at steps of one block, to the rao.
    Exact,
    /// The same formulas in floating point, with whole rao booked: see [`tributary_economy::approximate`] for the bounds
    /// and for why.
    #[default]
    Float,
}

/// Constants of the chain (defaults: the public network's, [`tributary_economy::presets`]).
#[derive(Clone, Debug)]
pub struct Constants {
    /// How the alpha of every subnet is divided (`SubnetOwnerCut`).
    pub division: Division,
    /// Weight of root's TAO (`TaoWeight`).
    pub tao_weight: U96F32,
    /// Weight of a new price in the moving price (`SubnetMovingAlpha`).
    pub moving_alpha: I96F32,
    /// Blocks until half of that weight (`EMAPriceHalvingBlocks`).
    pub halving_blocks: u64,
    /// Swap fee over 65535 (`FeeRate`).
    pub fee_rate: u16,
    /// Least reserve of a pool that can be traded against, in its units.
    pub minimum_reserve: u64,
    /// Blocks in which a new subnet cannot be replaced (`NetworkImmunityPeriod`).
    pub immunity_blocks: u64,
    /// Least cost of a slot (`NetworkMinLockCost`).
    pub lock_cost_min: Tao,
    /// Blocks in which that cost falls by its last value (`NetworkLockReductionInterval`).
    pub lock_reduction_blocks: u64,
    /// Blocks between two registrations (`NetworkRateLimit`).
    pub network_rate_limit_blocks: u64,
}

impl Default for Constants {
    fn default() -> Self {
        Self {
            division: Division::with_cut(MAINNET.owner_cut),
            tao_weight: emission::tao_weight(MAINNET.tao_weight),
            moving_alpha: I96F32::from_bits(MAINNET.moving_alpha.into()),
            halving_blocks: MAINNET.halving_blocks,
            fee_rate: MAINNET.fee_rate,
            minimum_reserve: pool::MINIMUM_RESERVE,
            immunity_blocks: MAINNET.network_immunity_period,
            lock_cost_min: Tao(MAINNET.network_min_lock_cost),
            lock_reduction_blocks: MAINNET.network_lock_reduction_interval,
            network_rate_limit_blocks: MAINNET.network_rate_limit,
        }
    }
}

impl Constants {
    /// The parts of the alpha in floating point.
    pub fn parts(&self) -> Parts {
        Parts::of(self.division)
    }
}

/// Who holds alpha of a subnet outside its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Its owner.
    Owner,
    /// Its miners.
    Miners,
    /// Validators and everybody who stakes.
    Stakers,
    /// The chain, from purchases with emission.
    Protocol,
    /// Nobody: withheld miner pay.
    Burned,
}

/// Alpha outside the pools by class of holder, a row a class and a column a slot.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// Of the owners.
    pub owner: Vec<Alpha>,
    /// Of the miners.
    pub miners: Vec<Alpha>,
    /// Of the stakers.
    pub stakers: Vec<Alpha>,
    /// Of the protocol.
    pub protocol: Vec<Alpha>,
    /// Out of reach.
    pub burned: Vec<Alpha>,
}

impl Holdings {
    fn of(&mut self, holder: Holder) -> &mut Vec<Alpha> {
        match holder {
            Holder::Owner => &mut self.owner,
            Holder::Miners => &mut self.miners,
            Holder::Stakers => &mut self.stakers,
            Holder::Protocol => &mut self.protocol,
            Holder::Burned => &mut self.burned,
        }
    }

    fn clear(&mut self, slot: usize) {
        for row in [
            &mut self.owner,
            &mut self.miners,
            &mut self.stakers,
            &mut self.protocol,
            &mut self.burned,
        ] {
            row[slot] = Alpha::ZERO;
        }
    }

    /// All of a slot's alpha outside its pool.
    pub fn total(&self, slot: usize) -> Result<Alpha, Error> {
        self.owner[slot]
            .plus(self.miners[slot])?
            .plus(self.stakers[slot])?
            .plus(self.protocol[slot])?
            .plus(self.burned[slot])
    }
}

/// What a step did to a slot, for the people.
#[derive(Clone, Debug, Default)]
pub struct Paid {
    /// Share of the TAO that the rules gave the slot.
    pub share: Vec<f64>,
    /// TAO that went into its pool, in rao: injected and spent on purchases.
    pub tao: Vec<u64>,
    /// Alpha of all participants, what is withheld or recycled of it too.
    pub created: Vec<Alpha>,
    /// TAO for one alpha after it.
    pub price: Vec<f64>,
    /// Owner's cut.
    pub owner: Vec<Alpha>,
    /// Miner pay that was not withheld.
    pub miners: Vec<Alpha>,
    /// Pay of validators and stakers.
    pub stakers: Vec<Alpha>,
    /// Root's part, not yet sold; it is in the stakers' holdings until then.
    pub root: Vec<Alpha>,
}

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
    halving: Vec<Halving>,
    swaps: Swaps,
    scratch: Scratch,
}

/// A round of swaps, one in every pool.
#[derive(Clone, Debug, Default)]
struct Swaps {
    offered: Vec<u64>,
    paid_in: Vec<u64>,
    paid_out: Vec<u64>,
}

/// Alpha that is sold in a round, an entry a slot.
#[derive(Clone, Debug, Default)]
pub struct Sales {
    /// By owners.
    pub owner: Vec<Alpha>,
    /// By miners.
    pub miners: Vec<Alpha>,
    /// By stakers.
    pub stakers: Vec<Alpha>,
    /// The part of the stakers' that belongs to stakers on root.
    pub root: Vec<Alpha>,
}

impl Sales {
    /// Makes room for `slots`, with nothing sold.
    pub fn reset(&mut self, slots: usize) {
        for row in [&mut self.owner, &mut self.miners, &mut self.stakers, &mut self.root] {
            row.clear();
            row.resize(slots, Alpha::ZERO);
        }
    }
}

/// What a round of sales brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// To owners and miners.
    pub work: Tao,
    /// To stakers on root.
    pub root: Tao,
}

/// What a slot's alpha emits a block, and the supply from which that is not so any more.
#[derive(Clone, Copy, Debug, Default)]
struct Halving {
    emission: u64,
    until: u64,
}

/// Buffers that steps reuse.
#[derive(Clone, Debug, Default)]
struct Scratch {
    /// Alpha that the step emits.
    alpha: Vec<u64>,
    exact: Vec<U64F64>,
    sorted: Vec<f64>,
    claimants: Vec<Claimant>,
    prunable: Vec<Prunable>,
}

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

    /// Root's part in a subnet's emission.
    pub fn root_proportion(&self, slot: usize) -> U96F32 {
        emission::root_proportion(
            self.root,
            self.constants.tao_weight,
            issuance::alpha_issuance(self.pools.alpha[slot], self.alpha_outside(slot)),
        )
    }

    /// Buys alpha with free TAO. Returns what it cost and brought; zeros if the pool refuses.
    ///
    /// # Errors
    /// [`Error::Underflow`] if less TAO is free, [`Error::Overflow`]: a broken book.
    pub fn buy(&mut self, slot: usize, tao: Tao, holder: Holder) -> Result<(Tao, Alpha), Error> {
        let Some((paid, bought)) = self.trade(slot, Side::Buy, tao.0, true)? else {
            return Ok((Tao::ZERO, Alpha::ZERO));
        };
        // The fee stays free: it goes to a validator's account.
        self.free = self.free.minus(Tao(paid))?;
        let row = self.holdings.of(holder);
        row[slot] = row[slot].plus(Alpha(bought))?;
        self.flows.bought = self.flows.bought.plus(Tao(paid))?;
        self.flow_now[slot] = self.flow_now[slot].saturating_add_unsigned(paid);
        Ok((Tao(paid), Alpha(bought)))
    }

    /// Sells a holder's alpha. The TAO becomes free. Returns what it brought; nothing if the pool refuses.
    ///
    /// # Errors
    /// [`Error::Underflow`] if the holder has less, [`Error::Overflow`]: a broken book.
    pub fn sell(&mut self, slot: usize, alpha: Alpha, holder: Holder) -> Result<Tao, Error> {
        let [mut owner, mut miners, mut stakers] = [Alpha::ZERO; 3];
        match holder {
            Holder::Owner => owner = alpha,
            Holder::Miners => miners = alpha,
            Holder::Stakers => stakers = alpha,
            // Nobody can sell these.
            Holder::Protocol | Holder::Burned => return Err(Error::Underflow),
        }
        self.sell_of(slot, [owner, miners, stakers])
    }

    /// Sells alpha of owner, miners and stakers in one trade. Returns what it brought; the fee, in alpha, goes to the
    /// stakers. Nothing moves if the pool refuses.
    ///
    /// # Errors
    /// [`Error::Underflow`] if one of them has less, [`Error::Overflow`]: a broken book.
    pub fn sell_of(&mut self, slot: usize, [owner, miners, stakers]: [Alpha; 3]) -> Result<Tao, Error> {
        let all = owner.plus(miners)?.plus(stakers)?;
        let Some((paid, brought)) = self.trade(slot, Side::Sell, all.0, true)? else {
            return Ok(Tao::ZERO);
        };
        let fee = all.minus(Alpha(paid))?;
        let held = &mut self.holdings;
        held.owner[slot] = held.owner[slot].minus(owner)?;
        held.miners[slot] = held.miners[slot].minus(miners)?;
        held.stakers[slot] = held.stakers[slot].minus(stakers)?.plus(fee)?;
        self.free = self.free.plus(Tao(brought))?;
        self.flows.sold([owner, miners, all], Tao(brought))?;
        self.flow_now[slot] = self.flow_now[slot].saturating_sub_unsigned(brought);
        Ok(Tao(brought))
    }

    /// Trades with a slot's pool: what entered and what left it for `amount` offered, fee included if there is one; none if
    /// it refuses.
    fn trade(&mut self, slot: usize, side: Side, amount: u64, fee: bool) -> Result<Option<(u64, u64)>, Error> {
        let quote = self.quote(slot, side, amount, fee)?;
        Ok(quote.map(|(paid_in, paid_out, pool)| {
            self.set_pool(slot, &pool);
            (paid_in, paid_out)
        }))
    }

    /// What a trade would do: what enters and leaves the pool, and the pool after it; none if it refuses.
    fn quote(&self, slot: usize, side: Side, amount: u64, fee: bool) -> Result<Option<(u64, u64, pool::Pool)>, Error> {
        if amount == 0 || !self.occupied[slot] || self.first_block[slot].is_none() {
            return Ok(None);
        }
        let mut pool = self.pool(slot);
        if self.arithmetic == Arithmetic::Float {
            let (input, output) = match side {
                Side::Buy => (pool.tao.0, pool.alpha.0),
                Side::Sell => (pool.alpha.0, pool.tao.0),
            };
            let rate = if fee { f64::from(pool.fee_rate) / 65_535.0 } else { 0.0 };
            let traded = approximate::swap(input, output, amount, rate, pool.minimum_reserve);
            if traded.paid_in == 0 {
                return Ok(None);
            }
            let (paid_in, paid_out) = (traded.paid_in, traded.paid_out);
            (pool.tao, pool.alpha) = match side {
                Side::Buy => (pool.tao.plus(Tao(paid_in))?, pool.alpha.minus(Alpha(paid_out))?),
                Side::Sell => (pool.tao.minus(Tao(paid_out))?, pool.alpha.plus(Alpha(paid_in))?),
            };
            return Ok(Some((paid_in, paid_out, pool)));
        }
        let limit = match side {
            Side::Buy => HIGHEST_PRICE,
            Side::Sell => LOWEST_PRICE,
        };
        match pool::swap(&mut pool, side, amount, limit, !fee) {
            Ok(swapped) => Ok(Some((swapped.paid_in, swapped.paid_out, pool))),
            Err(error @ (Error::Overflow | Error::Underflow)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Trades in every pool what `swaps.offered` says, fee included.
    fn trade_all(&mut self, side: Side) -> Result<(), Error> {
        if self.arithmetic == Arithmetic::Float {
            return vector::run(rows::Swaps { chain: self, side });
        }
        for slot in 0..self.slots() {
            let traded = self.trade(slot, side, self.swaps.offered[slot], true)?;
            (self.swaps.paid_in[slot], self.swaps.paid_out[slot]) = traded.unwrap_or_default();
        }
        Ok(())
    }

    /// A round of sales, one in every pool. The TAO becomes free; fees, in alpha, go to the stakers. Nothing moves where
    /// the pool refuses.
    ///
    /// # Errors
    /// [`Error::Overflow`] if a holder has less than it sells: a broken book.
    pub fn sell_all(&mut self, sales: &Sales) -> Result<Brought, Error> {
        for slot in 0..self.slots() {
            let (owner, miners) = (sales.owner[slot].0, sales.miners[slot].0);
            self.swaps.offered[slot] = owner.wrapping_add(miners).wrapping_add(sales.stakers[slot].0);
        }
        self.trade_all(Side::Sell)?;
        let (brought, of) = vector::run(rows::Sold { chain: self, sales })?;
        let brought = Tao(brought);
        self.free = self.free.plus(brought)?;
        let [owners, miners, root] = of.map(|rao| Tao(rao as u64));
        self.flows.sold_all(brought, [owners, miners, root])?;
        Ok(Brought {
            work: owners.plus(miners)?,
            root,
        })
    }

    /// A round of purchases by stakers, one in every pool, with what `budgets` says of free TAO; the first slots come
    /// first if that is not enough.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn buy_all(&mut self, budgets: &[u64]) -> Result<(), Error> {
        self.swaps.offered.copy_from_slice(budgets);
        let mut left = self.free.0;
        for offered in &mut self.swaps.offered {
            *offered = left.min(*offered);
            left -= *offered;
        }
        self.trade_all(Side::Buy)?;
        let paid = vector::run(rows::Bought { chain: self })?;
        self.free = self.free.minus(paid)?;
        self.flows.bought = self.flows.bought.plus(paid)?;
        Ok(())
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

    /// Compares what was issued with what is held: TAO, and the alpha of every slot. Returns the first sum that does
    /// not close: its name, what was issued, what is held; else the TAO in all pools, in rao.
    pub fn check(&self) -> Result<u128, (String, u128, u128)> {
        let (closes, pools) = vector::run(rows::Check { chain: self });
        let people = u128::from(self.root.0) + u128::from(self.free.0) + u128::from(self.idle.0);
        let held = pools + people + self.pacts.tao();
        if held != u128::from(self.issued.0) {
            return Err(("TAO in rao".into(), self.issued.0.into(), held));
        }
        if closes && !self.pacts.any() {
            return Ok(pools);
        }
        let holdings = &self.holdings;
        for slot in 0..self.slots() {
            self.pacts.check(slot)?;
            let held = u128::from(self.pools.alpha[slot].0)
                + u128::from(holdings.owner[slot].0)
                + u128::from(holdings.miners[slot].0)
                + u128::from(holdings.stakers[slot].0)
                + u128::from(holdings.protocol[slot].0)
                + u128::from(holdings.burned[slot].0)
                + self.pacts.alpha(slot);
            if held != u128::from(self.alpha_issued[slot]) {
                return Err((
                    format!("alpha of slot {}", slot + 1),
                    self.alpha_issued[slot].into(),
                    held,
                ));
            }
        }
        Ok(pools)
    }
}
