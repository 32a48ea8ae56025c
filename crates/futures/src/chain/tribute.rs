//! Tribute in a step: the owner's cut, what vests, the reservoir and its release (`docs/rules/pacts.md`).
//!
//! A step stands for its tempos. Dividends of a release are paid to the classes of holders at once, as all dividends here
//! are.

use tributary_economy::{
    Alpha, Error, Tao,
    approximate::sum,
    pact::{Arbiters, Earning, Input, Look, Purse, Quote, Terms, release, strength},
    pool::Side,
};

use super::{Arithmetic, Chain, Who, constants::TEMPO};

impl Chain {
    /// The owner of a slot signs: its bond goes on hold. False, and nothing moves, if not enough TAO is free or a pact is in
    /// force already.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn sign(&mut self, slot: usize, terms: Terms) -> Result<bool, Error> {
        let input = Input::Sign {
            who: self.pacts.owner(slot),
            terms,
            arbiters: Arbiters::default(),
            // Owners here keep their cut on and their hotkeys registered.
            look: Look {
                cut_enabled: true,
                owner_registered: true,
                last_artifact: None,
            },
        };
        Ok(self.try_play(slot, input)?.is_some())
    }

    /// Customers pay an owner on the network, with as much of it as there is of free TAO.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn pay_on_rail(&mut self, slot: usize, payer: Who, amount: Tao) -> Result<(), Error> {
        let amount = amount.min(self.free);
        if amount.is_zero() {
            return Ok(());
        }
        let input = Input::Pay {
            from: Purse::Free(payer),
            payer,
            payee: self.pacts.owner(slot),
            amount,
            receipt: [0; 32],
        };
        self.account(slot, input)
    }

    /// Alpha of a slot that somebody can hold: outside the pool, less what is the chain's, burned, or kept by the pact.
    pub fn holdable(&self, slot: usize) -> Alpha {
        let held = &self.holdings;
        self.alpha_outside(slot)
            .minus_or_zero(held.protocol[slot])
            .minus_or_zero(held.burned[slot])
            .minus_or_zero(Alpha(self.pacts.alpha(slot) as u64))
    }

    /// Does for pacts what the epochs of a step of `blocks` do: releases what is due, shares the owners' cut, lets earlier
    /// cut vest. After it [`super::Paid`] has what owners, holders and root really got.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn step_pacts(&mut self, blocks: u64) -> Result<(), Error> {
        if !self.pacts.any() {
            return Ok(());
        }
        for slot in 0..self.slots() {
            if self.pacts.pact(slot).is_some() && self.emits(slot) {
                // The coinbase has paid the cut already; what the pact takes of it leaves the owner again.
                let owned = self.holdings.owner[slot].minus(self.paid.owner[slot])?;
                self.holdings.owner[slot] = owned;
                self.release(slot, blocks.div_ceil(TEMPO))?;
                self.share_cut(slot)?;
                self.paid.owner[slot] = self.holdings.owner[slot].minus(owned)?;
            }
        }
        Ok(())
    }

    /// Of the cut that the coinbase paid (`docs/rules/pacts.md#the-owners-cut`).
    fn share_cut(&mut self, slot: usize) -> Result<(), Error> {
        let (owner, cut) = (self.pacts.owner(slot), self.paid.owner[slot]);
        let input = Input::ShareCut {
            owner,
            hotkey: owner,
            cut,
        };
        self.account(slot, input)
    }

    /// Within the limits of so many releases (`docs/rules/pacts.md#release`).
    fn release(&mut self, slot: usize, releases: u64) -> Result<(), Error> {
        let quote = self.quote_release(slot, releases)?;
        let earning = Earning {
            alpha: self.holdings.stakers[slot].plus(self.holdings.owner[slot])?,
            root: self.root,
        };
        let input = Input::Release {
            earning,
            quote,
            fee_rate: self.constants.fee_rate,
            releases,
        };
        self.account(slot, input)
    }

    /// What the pool would give now for the TAO that is due, all of it or nothing.
    fn quote_release(&self, slot: usize, releases: u64) -> Result<Quote, Error> {
        let state = &self.pacts.states[slot];
        if state.pact.as_ref().is_none_or(|pact| pact.reservoir.tao.is_zero()) {
            return Ok(Quote::default());
        }
        let largest = release::largest_purchase(&self.pool(slot));
        let due = state.purchase(&self.pact_context(slot), largest, releases);
        Ok(match self.quote(slot, Side::Buy, due.0, false)? {
            Some((paid, bought, _)) if paid == due.0 => Quote {
                tao: Tao(paid),
                alpha: Alpha(bought),
            },
            _ => Quote::default(),
        })
    }

    /// Settles the pact of a slot that is dissolved (`docs/rules/pacts.md#dissolution`). The slot has another owner
    /// after it.
    ///
    /// # Errors
    /// [`Error::Overflow`]: a broken book.
    pub(super) fn dissolve_pact(&mut self, slot: usize) -> Result<(), Error> {
        if self.pacts.pact(slot).is_some() {
            self.account(slot, Input::Dissolve)?;
        }
        self.change_owner(slot);
        Ok(())
    }

    /// Multiplies the shares of a step by what pacts are worth in emission, and brings them back to their sum.
    pub(super) fn favour_pacts(&mut self) {
        if !self.pacts.weighs() {
            return;
        }
        if self.arithmetic == Arithmetic::Exact {
            let strengths: Vec<_> = (0..self.slots()).map(|slot| self.pacts.strength(slot)).collect();
            strength::weigh(&mut self.scratch.exact, &strengths, self.pacts.parameters.pact_weight);
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
