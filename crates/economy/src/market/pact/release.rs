//! The release of tribute, once a tempo (`docs/rules/pacts.md#release`).

use super::super::{money, swaps};
use crate::{
    Account, Alpha, Error, Existence, Ledger, NetUid, Tao,
    pact::{Event, Pact, release as rules},
    pool::Side,
};

/// Stake that earns dividends in this epoch: on the subnet and on root, in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::market) struct Earning {
    pub alpha: Alpha,
    pub root: Tao,
}

/// What joins the dividends of an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::market) struct Tribute {
    pub holders: Alpha,
    pub root: Alpha,
}

/// At most this part of root's stake is paid to it at once, as a number of alpha: beyond the stake itself the rate of
/// root dividends is too coarse (`docs/rules/root.md#accrual`).
const ROOT_PART: u64 = 8;

/// Releases what is due of a subnet's reservoir, within the limits of [`rules`]: buys alpha with the TAO, burns, and
/// returns what joins the dividends of this epoch. What nobody could receive, or the pool does not take, waits.
///
/// # Errors
/// [`Error::Overflow`], [`Error::Underflow`] and [`Error::InsufficientBalance`]: corrupt state.
pub(in crate::market) fn release<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    earning: Earning,
) -> Result<Tribute, Error> {
    let Some(mut pact) = ledger.pact(netuid) else {
        return Ok(Tribute::default());
    };
    let now = ledger.block();
    let blocks = now.saturating_sub(pact.reservoir.released_at);
    pact.reservoir.released_at = now;
    if pact.reservoir.is_empty() {
        ledger.set_pact(netuid, Some(pact));
        return Ok(Tribute::default());
    }
    let half_life = ledger.pact_parameters().release_half_life;
    let due = |amount: u64| rules::due(amount, blocks, half_life);
    let due_tao = Tao(due(pact.reservoir.tao.0));
    let (due_holders, due_root) = (due(pact.reservoir.holders.0), due(pact.reservoir.root.0));

    let (spent, bought) = buy(ledger, netuid, due_tao)?;
    let parts = pact.terms.route.split(bought.0);
    money::burn_alpha(ledger, netuid, Alpha(parts.burn))?;
    let holders = Alpha(due_holders).plus(Alpha(parts.holders))?;
    let root = Alpha(due_root).plus(Alpha(parts.root))?;
    let tribute = Tribute {
        holders: holders.min(rules::largest_dividend(earning.alpha, ledger.fee_rate(netuid))),
        root: root.min(Alpha(earning.root.0 / ROOT_PART)),
    };
    book(&mut pact, spent, bought, parts, tribute)?;
    ledger.set_pact(netuid, Some(pact));
    if !spent.is_zero() || tribute != Tribute::default() {
        ledger.tell(Event::Released {
            netuid,
            tao: spent,
            bought,
            burned: Alpha(parts.burn),
            holders: tribute.holders,
            root: tribute.root,
        });
    }
    Ok(tribute)
}

/// Buys alpha with TAO of the reservoirs, as much of `due` as one release may. Returns the TAO spent and the alpha
/// bought: nothing where the pool refuses.
fn buy<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, due: Tao) -> Result<(Tao, Alpha), Error> {
    let pool = swaps::pool(ledger, netuid);
    let tao = due.min(rules::largest_purchase(&pool));
    let refused = tao.is_zero()
        || !ledger.subtoken_enabled(netuid)
        || crate::pool::simulate(&pool, Side::Buy, tao.0, swaps::HIGHEST_PRICE.0, true)
            .map_or(true, |done| done.paid_in != tao.0);
    if refused {
        return Ok((Tao::ZERO, Alpha::ZERO));
    }
    let (from, to) = (ledger.pact_account(), ledger.subnet_account(netuid));
    ledger.transfer(&from, &to, tao, Existence::Preserve)?;
    let done = swaps::buy(ledger, netuid, tao, swaps::HIGHEST_PRICE, true)?;
    money::add_protocol_flow(ledger, netuid, tao);
    Ok((tao, Alpha(done.paid_out)))
}

fn book<Acc>(
    pact: &mut Pact<Acc>,
    spent: Tao,
    bought: Alpha,
    parts: crate::pact::route::Parts,
    tribute: Tribute,
) -> Result<(), Error> {
    let (waiting, totals) = (&mut pact.reservoir, &mut pact.totals);
    waiting.tao = waiting.tao.minus(spent)?;
    waiting.holders = waiting.holders.plus(Alpha(parts.holders))?.minus(tribute.holders)?;
    waiting.root = waiting.root.plus(Alpha(parts.root))?.minus(tribute.root)?;
    totals.spent = totals.spent.plus(spent)?;
    totals.bought = totals.bought.plus(bought)?;
    totals.burned = totals.burned.plus(Alpha(parts.burn))?;
    totals.to_holders = totals.to_holders.plus(tribute.holders)?;
    totals.to_root = totals.to_root.plus(tribute.root)?;
    Ok(())
}
