//! Loops of the chain over all slots, with the formulas of `tributary_economy::approximate`.
//!
//! Amounts are added and taken in whole rao. A carry or a borrow anywhere is an error at the end of the loop: nobody
//! reads the books after it.

use tributary_economy::{
    Alpha, Error, Tao,
    approximate::{self, Claims, Moving, Reserves, Terms, sum},
    emission::Gate,
    pool::Side,
    rule_sets::RuleSet,
};

use super::{Chain, Sales};
use crate::vector::{CHUNK, Lanes, Loop, load, store};

/// Adds; remembers a carry.
#[inline(always)]
fn add(to: &mut u64, amount: u64, broken: &mut u64) {
    let (sum, carried) = to.overflowing_add(amount);
    *to = sum;
    *broken |= u64::from(carried);
}

/// Takes; remembers a borrow.
#[inline(always)]
fn take(from: &mut u64, amount: u64, broken: &mut u64) {
    let (rest, borrowed) = from.overflowing_sub(amount);
    *from = rest;
    *broken |= u64::from(borrowed);
}

/// Adds amounts to a row.
#[inline(always)]
fn add_row(row: &mut [Alpha], from: usize, amounts: &Lanes<u64>, broken: &mut u64) {
    let mut chunk = load(row, from);
    for k in 0..CHUNK {
        add(&mut chunk[k].0, amounts[k], broken);
    }
    store(row, from, &chunk);
}

/// The sum of a row of whole numbers in u64; an error past it.
fn total(amounts: &[u64]) -> Result<u64, Error> {
    let sum: u128 = amounts.iter().copied().map(u128::from).sum();
    u64::try_from(sum).map_err(|_| Error::Overflow)
}

fn intact(broken: u64) -> Result<(), Error> {
    if broken == 0 { Ok(()) } else { Err(Error::Overflow) }
}

/// [`approximate::shares`].
pub(super) struct Shares<'a> {
    pub(super) rules: RuleSet,
    pub(super) shares: &'a mut [f64],
    pub(super) of: Claims<'a>,
    pub(super) gate: &'a mut Gate,
    pub(super) sorted: &'a mut Vec<f64>,
}

impl Loop for Shares<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        approximate::shares(self.rules, self.shares, self.of, self.gate, self.sorted);
    }
}

/// [`approximate::emission`] of every slot, booked to pools and holders.
pub(super) struct Coinbase<'a> {
    pub(super) chain: &'a mut Chain,
    pub(super) terms: Terms,
    /// TAO of the step, in rao.
    pub(super) tao: f64,
    pub(super) root_sells: bool,
}

/// TAO of a step: what is in the pools, and what a pool refused.
pub(super) struct Minted {
    pub(super) joined: Tao,
    pub(super) idle: Tao,
}

impl Loop for Coinbase<'_> {
    type Output = Result<Minted, Error>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let chain = self.chain;
        let mut broken = 0;
        let (mut all_joined, mut all_idle) = (Lanes::of(0u64), Lanes::of(0u64));
        for from in (0..chain.slots()).step_by(CHUNK) {
            let (mut tao, mut alpha) = (load(&chain.pools.tao, from), load(&chain.pools.alpha, from));
            let mut issued = load(&chain.alpha_issued, from);
            let (share, withheld) = (load(&chain.paid.share, from), load(&chain.withheld, from));
            let emitted = load(&chain.scratch.alpha, from);
            let (mut paid_tao, mut price) = (load(&chain.paid.tao, from), Lanes::of(0.0));
            let (mut bought, mut owner, mut miners) = (Lanes::of(0), Lanes::of(0), Lanes::of(0));
            let (mut burned, mut stakers, mut root) = (Lanes::of(0), Lanes::of(0), Lanes::of(0));
            for k in 0..CHUNK {
                let reserves = Reserves {
                    tao: tao[k].0,
                    alpha: alpha[k].0,
                };
                let got = approximate::emission(reserves, issued[k], self.tao * share[k], emitted[k], self.terms);
                add(&mut tao[k].0, got.spent, &mut broken);
                take(&mut alpha[k].0, got.bought, &mut broken);
                add(&mut tao[k].0, got.tao_in, &mut broken);
                add(&mut alpha[k].0, got.alpha_in, &mut broken);
                let joined = got.tao_in.wrapping_add(got.spent);
                add(&mut all_joined[k], joined, &mut broken);
                add(&mut all_idle[k], got.idle, &mut broken);
                add(&mut paid_tao[k], joined.wrapping_add(got.idle), &mut broken);
                price[k] = approximate::price(Reserves {
                    tao: tao[k].0,
                    alpha: alpha[k].0,
                });
                let kept = approximate::whole(got.server as f64 * withheld[k]).min(got.server);
                (bought[k], owner[k]) = (got.bought, got.owner);
                (burned[k], miners[k]) = (kept, got.server.wrapping_sub(kept));
                // What cuts leave over is the stakers'.
                let mut rest = emitted[k];
                take(&mut rest, got.owner, &mut broken);
                take(&mut rest, got.server, &mut broken);
                take(&mut rest, got.root, &mut broken);
                stakers[k] = rest;
                root[k] = if self.root_sells { got.root } else { 0 };
                // Root's part is recycled while root does not sell.
                let recycled = got.root.wrapping_sub(root[k]);
                add(&mut issued[k], emitted[k].wrapping_sub(recycled), &mut broken);
                add(&mut issued[k], got.alpha_in, &mut broken);
            }
            store(&mut chain.pools.tao, from, &tao);
            store(&mut chain.pools.alpha, from, &alpha);
            store(&mut chain.alpha_issued, from, &issued);
            store(&mut chain.paid.tao, from, &paid_tao);
            store(&mut chain.paid.price, from, &price);
            let (held, paid) = (&mut chain.holdings, &mut chain.paid);
            add_row(&mut paid.created, from, &emitted, &mut broken);
            add_row(&mut held.protocol, from, &bought, &mut broken);
            add_row(&mut held.burned, from, &burned, &mut broken);
            for (held, paid, amounts) in [
                (&mut held.owner, &mut paid.owner, &owner),
                (&mut held.miners, &mut paid.miners, &miners),
                (&mut held.stakers, &mut paid.stakers, &stakers),
            ] {
                add_row(held, from, amounts, &mut broken);
                add_row(paid, from, amounts, &mut broken);
            }
            add_row(&mut held.stakers, from, &root, &mut broken);
            add_row(&mut paid.root, from, &root, &mut broken);
        }
        intact(broken)?;
        Ok(Minted {
            joined: Tao(total(&all_joined)?),
            idle: Tao(total(&all_idle)?),
        })
    }
}

/// [`Moving::advance`] of every slot that emits. `left` blocks of the step follow the run; ages are those at its end.
pub(super) struct Average<'a> {
    pub(super) run: Moving,
    pub(super) left: f64,
    pub(super) moving: &'a mut [f64],
    pub(super) price: &'a [f64],
    pub(super) age: &'a [f64],
}

impl Loop for Average<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let run = self.run;
        if run.is_smooth() {
            self.each(|steps, price, age| run.advance_smoothly(steps, price, age));
        } else {
            self.each(|steps, price, age| run.advance_by_levels(steps, price, age));
        }
    }
}

impl Average<'_> {
    #[inline(always)]
    fn each(self, advance: impl Fn(f64, f64, f64) -> f64) {
        for from in (0..self.moving.len()).step_by(CHUNK) {
            let mut moving = load(self.moving, from);
            let (price, age) = (load(self.price, from), load(self.age, from));
            for k in 0..CHUNK {
                let moved = advance(moving[k], price[k], age[k] - self.left);
                moving[k] = if age[k] > 0.0 { moved } else { moving[k] };
            }
            store(self.moving, from, &moving);
        }
    }
}

/// [`approximate::swap`] in every pool that can be traded against, with what `chain.swaps.offered` says.
pub(super) struct Swaps<'a> {
    pub(super) chain: &'a mut Chain,
    pub(super) side: Side,
}

impl Loop for Swaps<'_> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let chain = self.chain;
        let fee_rate = approximate::fee_part(chain.constants.fee_rate);
        let minimum = chain.constants.minimum_reserve;
        let mut broken = 0;
        for from in (0..chain.slots()).step_by(CHUNK) {
            let (mut tao, mut alpha) = (load(&chain.pools.tao, from), load(&chain.pools.alpha, from));
            let (age, offered) = (load(&chain.age, from), load(&chain.swaps.offered, from));
            let (mut paid_in, mut paid_out) = (Lanes::of(0), Lanes::of(0));
            for k in 0..CHUNK {
                let (input, output) = match self.side {
                    Side::Buy => (&mut tao[k].0, &mut alpha[k].0),
                    Side::Sell => (&mut alpha[k].0, &mut tao[k].0),
                };
                let amount = if age[k] > 0.0 { offered[k] } else { 0 };
                let traded = approximate::swap(*input, *output, amount, fee_rate, minimum);
                add(input, traded.paid_in, &mut broken);
                take(output, traded.paid_out, &mut broken);
                (paid_in[k], paid_out[k]) = (traded.paid_in, traded.paid_out);
            }
            store(&mut chain.pools.tao, from, &tao);
            store(&mut chain.pools.alpha, from, &alpha);
            store(&mut chain.swaps.paid_in, from, &paid_in);
            store(&mut chain.swaps.paid_out, from, &paid_out);
        }
        intact(broken)
    }
}

/// Books the sales of a round ([`Chain::sell_all`]): alpha from holders, fees to stakers. Gives, in rao, what all sales
/// brought, and of that what belongs to owners, to miners, and to stakers on root.
pub(super) struct Sold<'a> {
    pub(super) chain: &'a mut Chain,
    pub(super) sales: &'a Sales,
}

impl Loop for Sold<'_> {
    type Output = Result<(u64, [f64; 3]), Error>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let (chain, sales) = (self.chain, self.sales);
        let mut broken = 0;
        let mut brought = Lanes::of(0u64);
        let [mut of_owners, mut of_miners, mut of_root] = [Lanes::of(0.0); 3];
        for from in (0..chain.slots()).step_by(CHUNK) {
            let (paid_in, paid_out) = (load(&chain.swaps.paid_in, from), load(&chain.swaps.paid_out, from));
            let offered = load(&chain.swaps.offered, from);
            let (owner, miners) = (load(&sales.owner, from), load(&sales.miners, from));
            let (stakers, root) = (load(&sales.stakers, from), load(&sales.root, from));
            let held = &mut chain.holdings;
            let (mut held_owner, mut held_miners) = (load(&held.owner, from), load(&held.miners, from));
            let (mut held_stakers, mut flow) = (load(&held.stakers, from), load(&chain.flow_now, from));
            for k in 0..CHUNK {
                let sold = paid_in[k] > 0;
                let of = |amount: Alpha| if sold { amount.0 } else { 0 };
                take(&mut held_owner[k].0, of(owner[k]), &mut broken);
                take(&mut held_miners[k].0, of(miners[k]), &mut broken);
                take(&mut held_stakers[k].0, of(stakers[k]), &mut broken);
                let fee = of(Alpha(offered[k])).wrapping_sub(paid_in[k]);
                add(&mut held_stakers[k].0, fee, &mut broken);
                flow[k] = flow[k].wrapping_sub(paid_out[k] as i64);
                add(&mut brought[k], paid_out[k], &mut broken);
                let each = paid_out[k] as f64 / (offered[k] as f64).max(1.0);
                of_owners[k] += owner[k].0 as f64 * each;
                of_miners[k] += miners[k].0 as f64 * each;
                of_root[k] += root[k].0 as f64 * each;
            }
            store(&mut held.owner, from, &held_owner);
            store(&mut held.miners, from, &held_miners);
            store(&mut held.stakers, from, &held_stakers);
            store(&mut chain.flow_now, from, &flow);
        }
        intact(broken)?;
        Ok((total(&brought)?, [sum(&of_owners), sum(&of_miners), sum(&of_root)]))
    }
}

/// Books the purchases of a round for stakers ([`Chain::buy_all`]). Gives the TAO paid.
pub(super) struct Bought<'a> {
    pub(super) chain: &'a mut Chain,
}

impl Loop for Bought<'_> {
    type Output = Result<Tao, Error>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let chain = self.chain;
        let mut broken = 0;
        let mut paid = Lanes::of(0u64);
        for from in (0..chain.slots()).step_by(CHUNK) {
            let paid_in = load(&chain.swaps.paid_in, from);
            let mut flow = load(&chain.flow_now, from);
            for k in 0..CHUNK {
                flow[k] = flow[k].wrapping_add(paid_in[k] as i64);
                add(&mut paid[k], paid_in[k], &mut broken);
            }
            store(&mut chain.flow_now, from, &flow);
            let bought = load(&chain.swaps.paid_out, from);
            add_row(&mut chain.holdings.stakers, from, &bought, &mut broken);
        }
        intact(broken)?;
        Ok(Tao(total(&paid)?))
    }
}

/// Whether the alpha of every slot closes, and the TAO in all pools.
pub(super) struct Check<'a> {
    pub(super) chain: &'a Chain,
}

impl Loop for Check<'_> {
    type Output = (bool, u128);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let (chain, held) = (self.chain, &self.chain.holdings);
        // Sums of halves of 32 bits: no number of slots carries past 64.
        let (mut low, mut high, mut open) = (Lanes::of(0u64), Lanes::of(0u64), 0);
        for from in (0..chain.slots()).step_by(CHUNK) {
            let tao = load(&chain.pools.tao, from);
            for k in 0..CHUNK {
                low[k] = low[k].wrapping_add(tao[k].0 & 0xffff_ffff);
                high[k] = high[k].wrapping_add(tao[k].0 >> 32);
            }
            let (mut left, pool) = (load(&chain.alpha_issued, from), load(&chain.pools.alpha, from));
            let (owner, miners) = (load(&held.owner, from), load(&held.miners, from));
            let (stakers, protocol) = (load(&held.stakers, from), load(&held.protocol, from));
            let burned = load(&held.burned, from);
            for k in 0..CHUNK {
                for own in [pool[k], owner[k], miners[k], stakers[k], protocol[k], burned[k]] {
                    take(&mut left[k], own.0, &mut open);
                }
                open |= left[k];
            }
        }
        let halves = |values: &[u64]| values.iter().copied().map(u128::from).sum::<u128>();
        (open == 0, (halves(&high) << 32) + halves(&low))
    }
}
