//! The release of tribute, once a tempo (`docs/rules/pacts.md#release`).

use super::Play;
use crate::{
    Alpha, Error as Rule,
    pact::{
        Error, Event, Move, Sink, Source,
        input::{Earning, Quote},
        release as rules,
        state::release_factor,
    },
};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    /// Buys alpha with what is due of the TAO, burns, and pays dividends within the limits of [`rules`]. What nobody could
    /// receive, or the pool does not take, waits.
    pub(super) fn release(
        &mut self,
        earning: Earning,
        quote: Quote,
        fee_rate: u16,
        releases: u64,
    ) -> Result<(), Error> {
        let Some(mut pact) = self.state.pact.take() else {
            return Ok(());
        };
        let now = self.now();
        if pact.reservoir.is_empty() {
            pact.reservoir.released_at = now;
            self.keep(pact);
            return Ok(());
        }
        let factor = release_factor(&pact.reservoir, self.context);
        pact.reservoir.released_at = now;
        if quote.tao.0 > rules::due_by(pact.reservoir.tao.0, factor) {
            return Err(Rule::Underflow.into());
        }
        let due = |amount: Alpha| Alpha(rules::due_by(amount.0, factor));
        let (due_holders, due_root) = (due(pact.reservoir.holders), due(pact.reservoir.root));
        let parts = pact.terms.route.split(quote.alpha.0);
        let (burned, for_holders, for_root) = (Alpha(parts.burn), Alpha(parts.holders), Alpha(parts.root));
        let limit = |one: u64| Alpha(one.saturating_mul(releases));
        let holders = due_holders
            .plus(for_holders)?
            .min(limit(rules::largest_dividend(earning.alpha, fee_rate).0));
        let root = due_root
            .plus(for_root)?
            .min(limit(rules::largest_root_dividend(earning.root).0));

        let (waiting, totals) = (&mut pact.reservoir, &mut pact.totals);
        waiting.tao = waiting.tao.minus(quote.tao)?;
        waiting.holders = waiting.holders.plus(for_holders)?.minus(holders)?;
        waiting.root = waiting.root.plus(for_root)?.minus(root)?;
        totals.spent = totals.spent.plus(quote.tao)?;
        totals.bought = totals.bought.plus(quote.alpha)?;
        totals.burned = totals.burned.plus(burned)?;
        totals.to_holders = totals.to_holders.plus(holders)?;
        totals.to_root = totals.to_root.plus(root)?;
        self.keep(pact);

        if quote != Quote::default() {
            let Quote { tao, alpha } = quote;
            self.moves.push(Move::Buy { tao, alpha });
        }
        self.alpha(Source::Bought, Sink::Burned, burned);
        self.alpha(Source::Bought, Sink::Waiting, for_holders.plus(for_root)?);
        self.alpha(Source::Waiting, Sink::Holders, holders);
        self.alpha(Source::Waiting, Sink::Root, root);
        if !(quote.tao.is_zero() && holders.is_zero() && root.is_zero()) {
            self.tell(Event::Released {
                netuid: self.context.netuid,
                tao: quote.tao,
                bought: quote.alpha,
                burned,
                holders,
                root,
            });
        }
        Ok(())
    }
}
