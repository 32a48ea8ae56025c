//! The owner's cut of an epoch under a pact (`docs/rules/pacts.md#the-owners-cut`).

use super::Play;
use crate::{
    Alpha,
    pact::{Error, Event, Pact, Sink, Source, Vesting, vesting},
};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    /// The pledge is tribute, the rest vests, and earlier cut vests on. Without terms in force all of it is the owner's.
    pub(super) fn share_cut(&mut self, owner: Acc, hotkey: Acc, cut: Alpha) -> Result<(), Error> {
        let at_once = |coldkey, hotkey| Sink::Staked { coldkey, hotkey };
        let Some(mut pact) = self.state.pact.take() else {
            self.alpha(Source::Cut, at_once(owner, hotkey), cut);
            return Ok(());
        };
        self.watch(&mut pact);
        let mut vested = self.settle_vesting(&mut pact)?;
        let Some(terms) = pact.in_force().copied() else {
            self.keep(pact);
            self.alpha(Source::Cut, at_once(owner, hotkey), cut);
            return Ok(());
        };
        let (pledged, rest) = vesting::split_cut(cut, terms.pledge);
        self.receive_alpha(&mut pact, Source::Cut, pledged)?;
        let now = if terms.vesting_half_life == 0 {
            self.alpha(Source::Cut, at_once(owner, hotkey), rest);
            rest
        } else {
            let earned = Vesting {
                coldkey: owner,
                hotkey,
                alpha: rest,
                half_life: terms.vesting_half_life,
            };
            self.alpha(Source::Cut, Sink::Unvested, rest);
            if let Some(first) = vesting::add(&mut pact.vesting, earned)? {
                vested = vested.plus(first.alpha)?;
                self.pay_vested(&mut pact, first.coldkey, first.hotkey, first.alpha)?;
            }
            Alpha::ZERO
        };
        pact.totals.cut = pact.totals.cut.plus(cut)?;
        pact.totals.pledged = pact.totals.pledged.plus(pledged)?;
        pact.totals.vested = pact.totals.vested.plus(now)?;
        let unvested = pact.unvested()?;
        self.keep(pact);
        self.tell(Event::CutShared {
            netuid: self.context.netuid,
            cut,
            pledged,
            vested: vested.plus(now)?,
            unvested,
        });
        Ok(())
    }

    /// Lets all cut vest up to this block and stakes what has vested to its earners. Returns how much that was.
    pub(super) fn settle_vesting(&mut self, pact: &mut Pact<Acc>) -> Result<Alpha, Error> {
        let blocks = self.now().saturating_sub(pact.vested_at);
        pact.vested_at = self.now();
        let mut total = Alpha::ZERO;
        let mut entries = core::mem::take(&mut pact.vesting);
        for entry in &mut entries {
            let vested = vesting::step(entry.alpha, blocks, entry.half_life);
            entry.alpha = vested.kept;
            total = total.plus(vested.paid)?;
            self.pay_vested(pact, entry.coldkey.clone(), entry.hotkey.clone(), vested.paid)?;
        }
        entries.retain(|entry| !entry.alpha.is_zero());
        pact.vesting = entries;
        Ok(total)
    }

    /// Stakes cut that has vested to whoever earned it.
    pub(super) fn pay_vested(
        &mut self,
        pact: &mut Pact<Acc>,
        coldkey: Acc,
        hotkey: Acc,
        alpha: Alpha,
    ) -> Result<(), Error> {
        self.alpha(Source::Unvested, Sink::Staked { coldkey, hotkey }, alpha);
        pact.totals.vested = pact.totals.vested.plus(alpha)?;
        Ok(())
    }
}
