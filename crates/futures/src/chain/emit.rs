//! The coinbase of many blocks at once (`economy.md` 2.2 to 2.5).
//!
//! Within a step the shares, the price and root's part are those of its beginning; a halving of TAO or of an alpha
//! inside a step splits it at the block where the threshold is crossed. At steps of one block this is
//! `market::coinbase` (tested to the rao).

use tributary_economy::{
    Alpha, Error, MAX_SUPPLY, NetUid, Tao,
    emission::{self, Claimant},
    fixed::{I64F64, U64F64, U96F32},
    issuance,
    moving_price::{self, Speed},
    pool,
    rule_sets::RuleSet,
};

use super::{Arithmetic, Chain, Halving, float, moving};

/// The mechanism number of a subnet whose alpha has a price of its own.
const DYNAMIC: u16 = 1;

/// What a stretch of blocks with one TAO emission does to a slot's pool and participants.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Portion {
    pub(super) tao_in: u64,
    pub(super) alpha_in: u64,
    pub(super) created: u64,
    pub(super) owner: u64,
    pub(super) server: u64,
    pub(super) root: u64,
}

impl Chain {
    /// Advances by `blocks`: mints, injects, buys with the excess, pays the participants, moves the averages.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn emit(&mut self, blocks: u64) -> Result<(), Error> {
        self.paid.tao.fill(0);
        for row in [
            &mut self.paid.owner,
            &mut self.paid.miners,
            &mut self.paid.stakers,
            &mut self.paid.root,
        ] {
            row.fill(Alpha::ZERO);
        }
        let mut left = blocks;
        while left > 0 {
            let emission = issuance::block_emission(self.issued.0);
            let run = left.min(blocks_until_halving(self.issued.0, emission));
            self.emit_run(run, emission)?;
            left -= run;
        }
        Ok(())
    }

    fn emit_run(&mut self, blocks: u64, emission: u64) -> Result<(), Error> {
        let allowed = issuance::mintable(emission, self.issued);
        let exact = self.arithmetic == Arithmetic::Exact;
        if self.rules == RuleSet::TaoFlow {
            self.smooth_flows(blocks);
        }
        let root_sells = if exact {
            self.exact_shares()
        } else {
            self.float_shares()
        };
        self.favour_pacts();
        let tao_weight = emission::tao_weight(self.constants.tao_weight);
        let root_weight = self.root.0 as f64 * tao_weight.to_num::<f64>();
        let last = self.block + blocks;
        for slot in 0..self.slots() {
            if !self.emits(slot) {
                self.paid.share[slot] = 0.0;
                continue;
            }
            let outside = self.alpha_outside(slot);
            let supply = issuance::alpha_issuance(self.pools[slot].alpha, outside);
            let alpha = self.halving[slot].emitted(supply, blocks);
            let (portion, bought, spent, idle) = if exact {
                let tao =
                    emission::tao_emission(allowed, self.scratch.exact[slot]).saturating_mul(U96F32::from_num(blocks));
                let before = &self.pools[slot];
                let terms = emission::terms(tao, alpha, pool::price(before), self.root_proportion(slot));
                let excess = if self.rules.buys_with_excess() {
                    terms.excess.saturating_to_num()
                } else {
                    0
                };
                let (tao_in, alpha_in) = (terms.tao_in.saturating_to_num(), terms.alpha_in.saturating_to_num());
                let injected = pool::inject(&mut self.pools[slot], Tao(tao_in), Alpha(alpha_in), Tao(excess))?;
                let bought = injected.bought.unwrap_or_default();
                let after = Alpha(bought.paid_out).plus(outside)?.plus(Alpha(alpha))?;
                let proportion = emission::root_proportion(
                    self.root,
                    tao_weight,
                    issuance::alpha_issuance(self.pools[slot].alpha, after),
                );
                let split = emission::split(terms.alpha_out, self.constants.owner_cut, proportion);
                let portion = Portion {
                    tao_in: injected.tao.0,
                    alpha_in: injected.alpha.0,
                    created: split.created.0,
                    owner: split.owner.0,
                    server: split.server.0,
                    root: split.root.0,
                };
                (portion, bought.paid_out, bought.paid_in, excess - bought.paid_in)
            } else {
                let tao = allowed.0 as f64 * self.scratch.shares[slot] * blocks as f64;
                let cut = f64::from(self.constants.owner_cut) / 65_535.0;
                let buys = self.rules.buys_with_excess();
                float::emit(&mut self.pools[slot], supply, tao, alpha, root_weight, cut, buys)?
            };
            self.book(slot, portion, bought, spent, idle, root_sells)?;
            let speed = Speed {
                alpha: self.constants.moving_alpha,
                halving_blocks: self.constants.halving_blocks,
                first_emission_block: self.first_block[slot].unwrap_or(last),
            };
            let now = self.price(slot);
            self.paid.price[slot] = now;
            self.moving[slot] = if exact && blocks == 1 {
                moving::block(self.moving[slot], pool::price(&self.pools[slot]), speed, last)
            } else {
                moving::advance(self.moving[slot], now, speed, last, blocks)
            };
        }
        self.block = last;
        Ok(())
    }

    /// Writes what a slot got into the books.
    fn book(
        &mut self,
        slot: usize,
        portion: Portion,
        bought: u64,
        spent: u64,
        idle: u64,
        root_sells: bool,
    ) -> Result<(), Error> {
        let minted = Tao(portion.tao_in).plus(Tao(spent))?.plus(Tao(idle))?;
        self.issued = self.issued.plus(minted)?;
        self.flows.minted = self.flows.minted.plus(minted.minus(Tao(idle))?)?;
        self.idle = self.idle.plus(Tao(idle))?;
        self.paid.tao[slot] += minted.0;
        let holdings = &mut self.holdings;
        let add = |row: &mut Vec<Alpha>, amount: Alpha| -> Result<(), Error> {
            row[slot] = row[slot].plus(amount)?;
            Ok(())
        };
        add(&mut holdings.protocol, Alpha(bought))?;
        add(&mut holdings.owner, Alpha(portion.owner))?;
        add(&mut self.paid.owner, Alpha(portion.owner))?;
        let withheld = Alpha((portion.server as f64 * self.withheld[slot]) as u64).min(Alpha(portion.server));
        let pay = Alpha(portion.server).minus(withheld)?;
        add(&mut holdings.burned, withheld)?;
        add(&mut holdings.miners, pay)?;
        add(&mut self.paid.miners, pay)?;
        // What cuts leave over is the stakers'.
        let parts = portion.owner + portion.server + portion.root;
        let stakers = Alpha(portion.created).minus(Alpha(parts))?;
        add(&mut holdings.stakers, stakers)?;
        add(&mut self.paid.stakers, stakers)?;
        let root = if root_sells { Alpha(portion.root) } else { Alpha::ZERO };
        add(&mut holdings.stakers, root)?;
        add(&mut self.paid.root, root)?;
        // Root's part is recycled while root does not sell.
        let created = portion.created - portion.root + root.0;
        self.alpha_issued[slot] = Alpha(self.alpha_issued[slot])
            .plus(Alpha(created))?
            .plus(Alpha(portion.alpha_in))?
            .0;
        Ok(())
    }

    /// The shares by the rules themselves. Returns whether root sells its part: whether the moving prices add up to
    /// more than one.
    fn exact_shares(&mut self) -> bool {
        let mut claimants = core::mem::take(&mut self.scratch.claimants);
        claimants.clear();
        let mut sum = U64F64::from_bits(0);
        for slot in (0..self.slots()).filter(|slot| self.emits(*slot)) {
            let price = moving_price::effective(NetUid(slot as u16 + 1), DYNAMIC, self.moving_price(slot));
            sum = sum.saturating_add(price);
            claimants.push(Claimant {
                moving_price: price,
                miner_burned: U96F32::from_num(self.withheld[slot]),
                enabled: self.enabled[slot],
                flow: self.flow[slot],
            });
        }
        let shares = emission::shares(self.rules, &claimants);
        self.scratch.claimants = claimants;
        let mut shares_of_emitting = shares.iter();
        self.scratch.exact.clear();
        for slot in 0..self.slots() {
            let share = if self.emits(slot) {
                shares_of_emitting.next().copied().unwrap_or_default()
            } else {
                U64F64::from_bits(0)
            };
            self.paid.share[slot] = share.to_num();
            self.scratch.exact.push(share);
        }
        sum > U64F64::from_num(1)
    }

    fn float_shares(&mut self) -> bool {
        let mut sum = 0.0;
        for slot in 0..self.slots() {
            let emits = self.emits(slot);
            let scratch = &mut self.scratch;
            scratch.prices[slot] = if emits { self.moving[slot] / moving::STEPS } else { 0.0 };
            sum += scratch.prices[slot];
            scratch.shares[slot] = match self.rules {
                RuleSet::TaoFlow if emits => self.flow[slot].to_num::<f64>(),
                RuleSet::TaoFlow => 0.0,
                _ => scratch.prices[slot],
            };
        }
        let scratch = &mut self.scratch;
        float::shares(
            self.rules,
            &mut scratch.shares,
            &self.withheld,
            &self.enabled,
            &mut scratch.sorted,
        );
        self.paid.share.copy_from_slice(&scratch.shares);
        sum > 1.0
    }

    /// Moves the average of every subnet's flow over `blocks`, as if the flow had come evenly.
    fn smooth_flows(&mut self, blocks: u64) {
        let keep = 1.0 - emission::FLOW_SMOOTHING as f64 / i64::MAX as f64;
        let rest = libm::pow(keep, blocks as f64);
        for slot in 0..self.slots() {
            if !self.emits(slot) {
                continue;
            }
            let flow = core::mem::take(&mut self.flow_now[slot]);
            self.flow[slot] = if blocks == 1 {
                emission::smooth_flow(self.flow[slot], flow, emission::FLOW_SMOOTHING)
            } else {
                let a_block = flow as f64 / blocks as f64;
                I64F64::saturating_from_num(rest * self.flow[slot].to_num::<f64>() + (1.0 - rest) * a_block)
            };
        }
    }
}

impl Halving {
    /// Alpha of `blocks` blocks, from `supply` on. If a halving falls among them, the rest have the halved emission.
    fn emitted(&mut self, supply: u64, blocks: u64) -> u64 {
        // A block adds at most as much again to the pool as it emits. Supply never falls while a subnet lives.
        let most = 2 * self.emission * blocks;
        if supply.saturating_add(most) < self.until {
            return self.emission * blocks;
        }
        let emission = issuance::block_emission(supply);
        let run = blocks.min(blocks_until_halving(supply, 2 * emission));
        *self = Self {
            emission,
            until: threshold_after(supply),
        };
        if run == blocks {
            return emission * blocks;
        }
        self.until = 0;
        emission * run + issuance::block_emission(supply.saturating_add(2 * emission * run)) * (blocks - run)
    }
}

/// The next issuance at which an asset's emission halves; the maximum beyond the last.
fn threshold_after(issued: u64) -> u64 {
    if issued >= MAX_SUPPLY {
        return MAX_SUPPLY;
    }
    let halvings = (MAX_SUPPLY / (MAX_SUPPLY - issued)).ilog2();
    MAX_SUPPLY - (MAX_SUPPLY >> (halvings + 1))
}

/// Blocks of `emission` until the next threshold of the halving is reached, at least one.
fn blocks_until_halving(issued: u64, emission: u64) -> u64 {
    if emission == 0 || issued >= MAX_SUPPLY {
        return u64::MAX;
    }
    threshold_after(issued).saturating_sub(issued).div_ceil(emission).max(1)
}
