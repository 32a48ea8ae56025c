//! Pacts on the chain of a future: the owner's cut, what vests, the reservoir and its release, bonds
//! (`docs/rules/pacts.md`).
//!
//! The rules are those of `tributary_economy::pact`; a step stands for its tempos. Dividends of a release are paid to
//! the classes of holders at once, as all dividends here are.

use tributary_economy::{
    Alpha, Error, Tao,
    approximate::{self, sum},
    pact::{Reservoir, Route, Terms, decay, release, strength, vesting},
    pool::Side,
};

use super::{Arithmetic, Chain};

/// Blocks between two releases: the default tempo of the main network.
const TEMPO: u64 = 360;

/// A release pays root at most this part of its stake, as a number of alpha (`economy::market::pact`).
const ROOT_PART: u64 = 8;

/// What tribute moved, all slots together. Alpha is valued at the pool's price of the step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tribute {
    /// Pledged cut, in rao.
    pub pledged: f64,
    /// Shares of payments, in rao.
    pub paid: f64,
    /// Bonds that were lost to breaches, in rao.
    pub slashed: f64,
    /// Cut that had not vested when its owner left, in rao.
    pub forfeited: f64,
    /// Burned, in rao.
    pub burned: f64,
    /// Paid to holders of alpha, in rao.
    pub to_holders: f64,
    /// Paid to stakers on root, in rao.
    pub to_root: f64,
}

impl Tribute {
    /// The numbers, in the order of the fields.
    pub fn values(&self) -> [f64; 7] {
        [
            self.pledged,
            self.paid,
            self.slashed,
            self.forfeited,
            self.burned,
            self.to_holders,
            self.to_root,
        ]
    }
}

/// The pacts of all slots; vectors have an entry a slot.
#[derive(Clone, Debug, Default)]
pub struct Pacts {
    /// Terms in force.
    pub terms: Vec<Option<Terms>>,
    /// TAO on hold of the owners.
    pub bond: Vec<Tao>,
    /// Owner's cut that has not vested.
    pub unvested: Vec<Alpha>,
    /// Half-life of that, in blocks: of the terms under which it was earned.
    pub half_life: Vec<u64>,
    /// Where tribute goes, also of what still waits when the terms have ended.
    pub route: Vec<Route>,
    /// Tribute that waits.
    pub reservoir: Vec<Reservoir>,
    /// What tribute moved since the beginning.
    pub moved: Tribute,
    /// How much emission favours pacts, in millionths.
    pub weight: u32,
    /// Half-life of a reservoir, in blocks.
    pub release_half_life: u64,
    /// Whether any slot has ever had a pact: else there is nothing to do.
    any: bool,
}

impl Pacts {
    pub(super) fn reset(&mut self, slots: usize) {
        *self = Self {
            terms: vec![None; slots],
            bond: vec![Tao::ZERO; slots],
            unvested: vec![Alpha::ZERO; slots],
            half_life: vec![0; slots],
            route: vec![Route::default(); slots],
            reservoir: vec![Reservoir::default(); slots],
            release_half_life: 7_200,
            ..Self::default()
        };
    }

    /// TAO that pacts keep, in rao.
    pub(super) fn tao(&self) -> u128 {
        if !self.any {
            return 0;
        }
        let bonds = self.bond.iter().map(|bond| u128::from(bond.0));
        let waiting = self.reservoir.iter().map(|reservoir| u128::from(reservoir.tao.0));
        bonds.chain(waiting).sum()
    }

    /// Alpha of a slot that the pact keeps.
    pub(super) fn alpha(&self, slot: usize) -> u128 {
        if !self.any {
            return 0;
        }
        let reservoir = &self.reservoir[slot];
        [self.unvested[slot], reservoir.holders, reservoir.root]
            .iter()
            .map(|alpha| u128::from(alpha.0))
            .sum()
    }

    /// Whether any slot has ever had a pact.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// Whether emission favours pacts, and there is one.
    pub(super) fn weighs(&self) -> bool {
        self.any && self.weight > 0
    }

    /// What a slot's share is multiplied by, before all are brought back to their sum.
    pub(super) fn factor(&self, slot: usize) -> f64 {
        let Some(terms) = &self.terms[slot] else {
            return 1.0;
        };
        approximate::favour(self.weight, strength::strength(terms))
    }
}

impl Chain {
    /// The owner of a slot signs: its bond goes on hold. False, and nothing moves, if not enough TAO is free or there is
    /// a pact already.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn sign(&mut self, slot: usize, terms: Terms) -> Result<bool, Error> {
        if self.pacts.terms[slot].is_some() || self.free < terms.bond {
            return Ok(false);
        }
        self.free = self.free.minus(terms.bond)?;
        self.pacts.bond[slot] = self.pacts.bond[slot].plus(terms.bond)?;
        self.pacts.terms[slot] = Some(terms);
        self.pacts.route[slot] = terms.route;
        self.pacts.any = true;
        Ok(true)
    }

    /// Ends a pact after its notice: what has not vested is forfeited, the bond goes back
    /// (`docs/rules/pacts.md#leaving`).
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn end_pact(&mut self, slot: usize) -> Result<(), Error> {
        self.forfeit(slot)?;
        let bond = core::mem::take(&mut self.pacts.bond[slot]);
        self.free = self.free.plus(bond)?;
        self.pacts.terms[slot] = None;
        Ok(())
    }

    /// The owner has gone without notice: what has not vested and the bond are forfeited
    /// (`docs/rules/pacts.md#breach`). Returns the bond.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn break_pact(&mut self, slot: usize) -> Result<Tao, Error> {
        self.forfeit(slot)?;
        let bond = core::mem::take(&mut self.pacts.bond[slot]);
        let reservoir = &mut self.pacts.reservoir[slot];
        reservoir.tao = reservoir.tao.plus(bond)?;
        self.pacts.moved.slashed += bond.0 as f64;
        self.pacts.terms[slot] = None;
        Ok(bond)
    }

    /// The owner changes, the pact's newcomer does not take it on: the earlier owner's cut vests to it at once (its
    /// alpha is counted with the stakers'), and its bond goes back (`docs/rules/pacts.md#another-owner`).
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn hand_over_pact(&mut self, slot: usize) -> Result<(), Error> {
        let unvested = core::mem::take(&mut self.pacts.unvested[slot]);
        let stakers = &mut self.holdings.stakers[slot];
        *stakers = stakers.plus(unvested)?;
        let bond = core::mem::take(&mut self.pacts.bond[slot]);
        self.free = self.free.plus(bond)?;
        self.pacts.terms[slot] = None;
        Ok(())
    }

    fn forfeit(&mut self, slot: usize) -> Result<(), Error> {
        let forfeited = core::mem::take(&mut self.pacts.unvested[slot]);
        self.pacts.moved.forfeited += forfeited.0 as f64 * self.price(slot);
        self.tribute_alpha(slot, forfeited)
    }

    /// Alpha becomes tribute: burned, or waiting, by the route of the terms.
    fn tribute_alpha(&mut self, slot: usize, alpha: Alpha) -> Result<(), Error> {
        let route = self.pacts.route[slot];
        let burned = self.pacts.reservoir[slot].add_alpha(alpha, &route)?;
        let row = &mut self.holdings.burned[slot];
        *row = row.plus(burned)?;
        self.pacts.moved.burned += burned.0 as f64 * self.price(slot);
        Ok(())
    }

    /// A part of what customers paid becomes tribute; as much as there is of free TAO.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn pay_tribute(&mut self, slot: usize, tao: Tao) -> Result<(), Error> {
        let tao = tao.min(self.free);
        self.free = self.free.minus(tao)?;
        let reservoir = &mut self.pacts.reservoir[slot];
        reservoir.tao = reservoir.tao.plus(tao)?;
        self.pacts.moved.paid += tao.0 as f64;
        Ok(())
    }

    /// Shares the owners' cut of a step of `blocks`, lets earlier cut vest, and releases what is due of the reservoirs.
    /// After it [`super::Paid`] has what owners, holders and root really got.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn step_pacts(&mut self, blocks: u64) -> Result<(), Error> {
        if !self.pacts.any {
            return Ok(());
        }
        let kept = decay::factor(blocks, self.pacts.release_half_life);
        for slot in 0..self.slots() {
            if self.pacts.terms[slot].is_some() || !self.pacts.unvested[slot].is_zero() {
                self.share_cut(slot, blocks)?;
            }
            if !self.pacts.reservoir[slot].is_empty() && self.emits(slot) {
                self.release(slot, blocks.div_ceil(TEMPO), kept)?;
            }
        }
        Ok(())
    }

    /// The owner's cut under a pact (`docs/rules/pacts.md#the-owners-cut`).
    fn share_cut(&mut self, slot: usize, blocks: u64) -> Result<(), Error> {
        let vested = vesting::step(self.pacts.unvested[slot], blocks, self.pacts.half_life[slot]);
        self.pacts.unvested[slot] = vested.kept;
        let owner = &mut self.holdings.owner[slot];
        *owner = owner.plus(vested.paid)?;
        let Some(terms) = self.pacts.terms[slot] else {
            let paid = &mut self.paid.owner[slot];
            *paid = paid.plus(vested.paid)?;
            return Ok(());
        };
        let cut = self.paid.owner[slot];
        let (pledged, rest) = vesting::split_cut(cut, terms.pledge);
        *owner = owner.minus(cut)?;
        let now = if terms.vesting_half_life == 0 {
            rest
        } else {
            self.pacts.unvested[slot] = vested.kept.plus(rest)?;
            self.pacts.half_life[slot] = terms.vesting_half_life;
            Alpha::ZERO
        };
        *owner = owner.plus(now)?;
        self.paid.owner[slot] = vested.paid.plus(now)?;
        self.pacts.moved.pledged += pledged.0 as f64 * self.price(slot);
        self.tribute_alpha(slot, pledged)
    }

    /// A release (`docs/rules/pacts.md#release`): within the limits of so many releases, of what a step does not keep.
    fn release(&mut self, slot: usize, releases: u64, kept: u128) -> Result<(), Error> {
        let due = |amount: u64| release::due_by(amount, kept);
        let reservoir = self.pacts.reservoir[slot];
        let most = release::largest_purchase(&self.pool(slot)).0.saturating_mul(releases);
        let offered = due(reservoir.tao.0).min(most);
        let (spent, bought) = self.trade(slot, Side::Buy, offered, false)?.unwrap_or_default();
        let parts = self.pacts.route[slot].split(bought);
        let fee_rate = self.constants.fee_rate;
        let earning = self.holdings.stakers[slot].plus(self.holdings.owner[slot])?;
        let most = release::largest_dividend(earning, fee_rate).0.saturating_mul(releases);
        let holders = due(reservoir.holders.0).saturating_add(parts.holders).min(most);
        let most = (self.root.0 / ROOT_PART).saturating_mul(releases);
        let root = due(reservoir.root.0).saturating_add(parts.root).min(most);

        let waiting = &mut self.pacts.reservoir[slot];
        waiting.tao = waiting.tao.minus(Tao(spent))?;
        waiting.holders = waiting.holders.plus(Alpha(parts.holders))?.minus(Alpha(holders))?;
        waiting.root = waiting.root.plus(Alpha(parts.root))?.minus(Alpha(root))?;
        self.flows.tribute = self.flows.tribute.plus(Tao(spent))?;
        let held = &mut self.holdings;
        held.burned[slot] = held.burned[slot].plus(Alpha(parts.burn))?;
        held.stakers[slot] = held.stakers[slot].plus(Alpha(holders))?.plus(Alpha(root))?;
        let paid = &mut self.paid;
        paid.stakers[slot] = paid.stakers[slot].plus(Alpha(holders))?;
        paid.root[slot] = paid.root[slot].plus(Alpha(root))?;
        let price = self.price(slot);
        let moved = &mut self.pacts.moved;
        moved.burned += parts.burn as f64 * price;
        moved.to_holders += holders as f64 * price;
        moved.to_root += root as f64 * price;
        Ok(())
    }

    /// Settles the pact of a slot that is dissolved (`docs/rules/pacts.md#dissolution`): reservoir and bond join the
    /// pool, what has not vested and what waits as alpha vanish with the subnet.
    ///
    /// # Errors
    /// [`Error::Overflow`]: a broken book.
    pub(super) fn dissolve_pact(&mut self, slot: usize) -> Result<(), Error> {
        let pacts = &mut self.pacts;
        let joined = pacts.reservoir[slot].tao.plus(pacts.bond[slot])?;
        (pacts.reservoir[slot], pacts.bond[slot]) = (Reservoir::default(), Tao::ZERO);
        (pacts.unvested[slot], pacts.half_life[slot], pacts.terms[slot]) = (Alpha::ZERO, 0, None);
        let tao = &mut self.pools.tao[slot];
        *tao = tao.plus(joined)?;
        self.flows.tribute = self.flows.tribute.plus(joined)?;
        Ok(())
    }

    /// Multiplies the shares of a step by what pacts are worth in emission, and brings them back to their sum.
    pub(super) fn favour_pacts(&mut self) {
        if !self.pacts.weighs() {
            return;
        }
        if self.arithmetic == Arithmetic::Exact {
            let strengths: Vec<_> = self
                .pacts
                .terms
                .iter()
                .map(|terms| terms.as_ref().map_or(Default::default(), strength::strength))
                .collect();
            strength::weigh(&mut self.scratch.exact, &strengths, self.pacts.weight);
            for (share, exact) in self.paid.share.iter_mut().zip(&self.scratch.exact) {
                *share = exact.to_num();
            }
            return;
        }
        let before = sum(&self.paid.share);
        for slot in 0..self.slots() {
            self.paid.share[slot] *= self.pacts.factor(slot);
        }
        let after = sum(&self.paid.share);
        if after > 0.0 {
            for share in &mut self.paid.share {
                *share *= before / after;
            }
        }
    }
}
