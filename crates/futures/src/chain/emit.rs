//! The coinbase of many blocks at once (`docs/rules/block.md#coinbase` and `docs/rules/emission.md`).
//!
//! Within a step the shares, the price and root's part are those of its beginning; a halving of TAO or of an alpha
//! inside a step splits it at the block where the threshold is crossed. At steps of one block this is
//! `market::coinbase` (tested to the rao).

use tributary_economy::{
    Alpha, Error, Tao, UNIT,
    approximate::{self, Claims, Emission, Moving, Terms},
    emission::{self, Claimant},
    fixed::{I96F32, U64F64, U96F32},
    issuance,
    moving_price::{self, Speed},
    pool::{self, EQUAL_WEIGHT},
    rule_sets::RuleSet,
};

use super::{Arithmetic, BLOCKS_PER_DAY, Chain, Constants, rows, state::Halving};
use crate::vector;

impl Chain {
    /// Advances by `blocks`: mints, injects, buys with the excess, pays the participants, moves the averages.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn emit(&mut self, blocks: u64) -> Result<(), Error> {
        self.paid.tao.fill(0);
        for row in [
            &mut self.paid.created,
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
            let run = left.min(issuance::blocks_until_halving(self.issued.0, emission));
            self.emit_run(run, emission)?;
            left -= run;
        }
        Ok(())
    }

    fn emit_run(&mut self, blocks: u64, emission: u64) -> Result<(), Error> {
        let allowed = issuance::mintable(emission, self.issued);
        if self.rules.follows_flow() {
            self.smooth_flows(blocks);
        }
        let last = self.block + blocks;
        if self.rules.gated() {
            self.gate.open(self.block + 1, last);
        }
        for slot in 0..self.slots() {
            let first = self.first_block[slot].unwrap_or(last);
            self.age[slot] = if self.emits(slot) {
                (last + 1 - first.max(1)) as f64
            } else {
                0.0
            };
        }
        match self.arithmetic {
            Arithmetic::Exact => self.exact_run(blocks, allowed),
            Arithmetic::Float => self.float_run(blocks, allowed),
        }
    }

    fn exact_run(&mut self, blocks: u64, allowed: Tao) -> Result<(), Error> {
        let root_sells = self.exact_shares();
        self.favour_pacts();
        let last = self.block + blocks;
        for slot in 0..self.slots() {
            if !self.emits(slot) {
                self.paid.share[slot] = 0.0;
                continue;
            }
            let outside = self.alpha_outside(slot);
            let supply = issuance::alpha_issuance(self.pools.alpha[slot], outside);
            let alpha = self.halving[slot].emitted(supply, blocks);
            let tao =
                emission::tao_emission(allowed, self.scratch.exact[slot]).saturating_mul(U96F32::from_num(blocks));
            let mut pool = self.pool(slot);
            let price = pool::price(&pool);
            let terms = emission::terms(self.rules, tao, alpha, price, self.root_proportion(slot));
            let [tao_in, alpha_in, excess]: [u64; 3] =
                [terms.tao_in, terms.alpha_in, terms.excess].map(|amount| amount.saturating_to_num());
            let before = (pool.quote_weight, pool.initialized);
            let injected = pool::inject(&mut pool, Tao(tao_in), Alpha(alpha_in), Tao(excess))?;
            if blocks > 1 {
                // Block by block the injection follows the price that purchases move, and leaves the weights alone.
                pool.quote_weight = if before.1 == pool.initialized {
                    before.0
                } else {
                    EQUAL_WEIGHT
                };
            }
            let now = pool::price(&pool);
            let bought = injected.bought.unwrap_or_default();
            let after = Alpha(bought.paid_out).plus(outside)?.plus(Alpha(alpha))?;
            let supply = issuance::alpha_issuance(pool.alpha, after);
            self.set_pool(slot, &pool);
            let proportion = emission::root_proportion(self.root, self.constants.tao_weight, supply);
            let split = emission::split(terms.alpha_out, self.constants.division, proportion);
            let portion = Emission {
                tao_in: injected.tao.0,
                alpha_in: injected.alpha.0,
                spent: bought.paid_in,
                bought: bought.paid_out,
                idle: excess - bought.paid_in,
                owner: split.owner.0,
                server: split.server.0,
                root: split.root.0,
            };
            self.book(slot, portion, split.created, root_sells)?;
            let speed = Speed {
                alpha: self.constants.moving_alpha,
                halving_blocks: self.constants.halving_blocks,
                first_emission_block: self.first_block[slot].unwrap_or(last),
            };
            self.paid.price[slot] = self.price(slot);
            self.moving[slot] = if blocks == 1 {
                let before = I96F32::from_bits(self.moving[slot] as i128);
                moving_price::update(before, now, speed, last).to_bits() as f64
            } else {
                let mut left = blocks as f64;
                runs(&self.constants, blocks).fold(self.moving[slot], |steps, run| {
                    left -= run.blocks;
                    run.advance(steps, self.paid.price[slot], self.age[slot] - left)
                })
            };
        }
        self.block = last;
        Ok(())
    }

    fn float_run(&mut self, blocks: u64, allowed: Tao) -> Result<(), Error> {
        let root_sells = self.float_shares();
        self.favour_pacts();
        let last = self.block + blocks;
        for slot in 0..self.slots() {
            self.scratch.alpha[slot] = if self.age[slot] > 0.0 {
                self.halving[slot].emitted(self.alpha_issued[slot], blocks)
            } else {
                0
            };
        }
        let minted = vector::run(rows::Coinbase {
            terms: Terms {
                root_weighted: self.root_weighted(),
                owner: self.constants.division.owner.to_num(),
                miners: self.constants.division.miners.to_num(),
                buys: self.rules.buys_with_excess(),
                minimum_reserve: self.constants.minimum_reserve,
            },
            tao: allowed.0 as f64 * blocks as f64,
            root_sells,
            chain: self,
        })?;
        self.mint(minted.joined, minted.idle)?;
        let mut left = blocks as f64;
        for run in runs(&self.constants, blocks) {
            left -= run.blocks;
            vector::run(rows::Average {
                run,
                left,
                moving: &mut self.moving,
                price: &self.paid.price,
                age: &self.age,
            });
        }
        self.block = last;
        Ok(())
    }

    /// Alpha that a subnet with this supply emits in so many days.
    pub fn emission_of(&self, supply: u64, days: f64) -> f64 {
        issuance::block_emission(supply) as f64 / UNIT as f64 * BLOCKS_PER_DAY as f64 * days
    }

    /// The owner's cut of that.
    pub fn owner_cut_of(&self, supply: u64, days: f64) -> f64 {
        self.constants.parts().owner * self.emission_of(supply, days)
    }

    /// Root's TAO times its weight, in rao.
    fn root_weighted(&self) -> f64 {
        self.root.0 as f64 * self.constants.tao_weight.to_num::<f64>()
    }

    /// Books new TAO: in the pools, and on the accounts of subnets.
    fn mint(&mut self, joined: Tao, idle: Tao) -> Result<(), Error> {
        self.issued = self.issued.plus(joined)?.plus(idle)?;
        self.flows.minted = self.flows.minted.plus(joined)?;
        self.idle = self.idle.plus(idle)?;
        Ok(())
    }

    /// Writes what a slot got into the books.
    fn book(&mut self, slot: usize, portion: Emission, created: Alpha, root_sells: bool) -> Result<(), Error> {
        let joined = Tao(portion.tao_in).plus(Tao(portion.spent))?;
        self.mint(joined, Tao(portion.idle))?;
        self.paid.tao[slot] += joined.plus(Tao(portion.idle))?.0;
        self.paid.created[slot] = self.paid.created[slot].plus(created)?;
        let holdings = &mut self.holdings;
        let add = |row: &mut Vec<Alpha>, amount: Alpha| -> Result<(), Error> {
            row[slot] = row[slot].plus(amount)?;
            Ok(())
        };
        add(&mut holdings.protocol, Alpha(portion.bought))?;
        add(&mut holdings.owner, Alpha(portion.owner))?;
        add(&mut self.paid.owner, Alpha(portion.owner))?;
        let withheld = Alpha((portion.server as f64 * self.withheld[slot]) as u64).min(Alpha(portion.server));
        let pay = Alpha(portion.server).minus(withheld)?;
        add(&mut holdings.burned, withheld)?;
        add(&mut holdings.miners, pay)?;
        add(&mut self.paid.miners, pay)?;
        // What cuts leave over is the stakers'.
        let parts = portion.owner + portion.server + portion.root;
        let stakers = created.minus(Alpha(parts))?;
        add(&mut holdings.stakers, stakers)?;
        add(&mut self.paid.stakers, stakers)?;
        let root = if root_sells { Alpha(portion.root) } else { Alpha::ZERO };
        add(&mut holdings.stakers, root)?;
        add(&mut self.paid.root, root)?;
        // Root's part is recycled while root does not sell.
        let created = created.minus(Alpha(portion.root))?.plus(root)?;
        self.alpha_issued[slot] = Alpha(self.alpha_issued[slot])
            .plus(created)?
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
            let price = self.effective_price(slot);
            sum = sum.saturating_add(price);
            claimants.push(Claimant {
                moving_price: price,
                miner_burned: U96F32::from_num(self.withheld[slot]),
                enabled: self.enabled[slot],
                flow: self.flow[slot],
                root_proportion: if self.rules == RuleSet::RootPrice {
                    self.root_proportion(slot)
                } else {
                    U96F32::from_bits(0)
                },
            });
        }
        let shares = emission::shares(self.rules, &claimants, &mut self.gate);
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

    /// The shares in floating point, and whether root sells.
    fn float_shares(&mut self) -> bool {
        let claims = &mut self.paid.share;
        for ((claim, moving), age) in claims.iter_mut().zip(&self.moving).zip(&self.age) {
            *claim = if *age > 0.0 {
                moving / approximate::PRICE_ONE
            } else {
                0.0
            };
        }
        let root_sells = approximate::sum(claims) > 1.0;
        if self.rules == RuleSet::RootPrice {
            let weighted = self.root_weighted();
            for (claim, issued) in self.paid.share.iter_mut().zip(&self.alpha_issued) {
                *claim *= approximate::root_proportion(weighted, *issued as f64);
            }
        }
        if self.rules.follows_flow() {
            for ((claim, flow), age) in self.paid.share.iter_mut().zip(&self.flow).zip(&self.age) {
                *claim = if *age > 0.0 { flow.to_num() } else { 0.0 };
            }
        }
        vector::run(rows::Shares {
            rules: self.rules,
            shares: &mut self.paid.share,
            of: Claims {
                withheld: &self.withheld,
                enabled: &self.enabled,
            },
            gate: &mut self.gate,
            sorted: &mut self.scratch.sorted,
        });
        root_sells
    }

    /// Moves the average of every subnet's flow over `blocks`, as if the flow had come evenly.
    fn smooth_flows(&mut self, blocks: u64) {
        for slot in 0..self.slots() {
            if !self.emits(slot) {
                continue;
            }
            let flow = core::mem::take(&mut self.flow_now[slot]);
            self.flow[slot] = if blocks == 1 {
                emission::smooth_flow(self.flow[slot], flow, emission::FLOW_SMOOTHING)
            } else {
                approximate::smooth_flow(self.flow[slot], flow, blocks)
            };
        }
    }
}

/// The runs of a step whose moving prices are advanced at once.
fn runs(constants: &Constants, blocks: u64) -> impl Iterator<Item = Moving> + use<> {
    let alpha: f64 = constants.moving_alpha.to_num();
    let halving_blocks = constants.halving_blocks as f64;
    let longest = approximate::longest_run(alpha);
    let longest = longest.min(blocks).max(1);
    (0..blocks).step_by(longest as usize).map(move |from| Moving {
        alpha,
        halving_blocks,
        blocks: longest.min(blocks - from) as f64,
    })
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
        let run = blocks.min(issuance::blocks_until_halving(supply, 2 * emission));
        *self = Self {
            emission,
            until: issuance::next_halving(supply),
        };
        if run == blocks {
            return emission * blocks;
        }
        self.until = 0;
        emission * run + issuance::block_emission(supply.saturating_add(2 * emission * run)) * (blocks - run)
    }
}
