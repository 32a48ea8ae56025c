//! Pacts over the books (`docs/rules/pacts.md`). The terms, half-lives, routes and votes themselves are in
//! [`crate::pact`].
//!
//! A subnet without a pact behaves as if this module did not exist: the hooks of blocks, epochs and dissolution read
//! one absent entry and change nothing.

mod artifacts;
mod audit;
mod channels;
mod cut;
mod exits;
mod loosening;
mod owners;
mod payments;
mod release;
mod reports;
mod signing;

pub use artifacts::{commit_artifact, confirm_artifact};
pub use audit::{PactSums, audit};
pub use channels::{close, finalise_close, open_channel, settle, top_up};
pub use exits::{announce_exit, cancel_exit, establish_breach, exit};
pub use loosening::{apply_loosening, loosen, object};
pub use owners::post_bond;
pub use payments::pay;
pub use reports::{report, resolve, vote};
pub use signing::{propose, sign, tighten};

pub(super) use cut::share_cut;
pub(super) use exits::dissolve;
pub(super) use owners::rename;
pub(super) use release::{Earning, release};

use crate::{
    Account, Alpha, Error as Rule, Ledger, NetUid, PerMillion, Tao,
    fixed::U64F64,
    pact::{Error, Pact, Terms, strength},
};

/// The pact of a subnet.
///
/// # Errors
/// [`Error::NoPact`].
fn load<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<Pact<Acc>, Error> {
    ledger.pact(netuid).ok_or(Error::NoPact)
}

/// The pact of a subnet, if its terms bind.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`].
fn load_in_force<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<Pact<Acc>, Error> {
    let pact = load(ledger, netuid)?;
    pact.in_force().ok_or(Error::PactEnded)?;
    Ok(pact)
}

fn check_subnet<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<(), Error> {
    if netuid.is_root() || !ledger.networks_added(netuid) {
        return Err(Rule::SubnetNotExists.into());
    }
    Ok(())
}

fn check_owner<Acc: Account, L: Ledger<Acc>>(ledger: &L, who: &Acc, netuid: NetUid) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    if ledger.subnet_owner(netuid).as_ref() != Some(who) {
        return Err(Rule::NotSubnetOwner.into());
    }
    Ok(())
}

/// The alpha of a subnet that somebody may hold: outside the pool, less what the chain bought, what is burned, what waits
/// for an epoch and what pacts keep.
fn holdable<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, pact: &Pact<Acc>) -> Result<Alpha, Error> {
    Ok(ledger
        .subnet_alpha_out(netuid)
        .minus_or_zero(ledger.subnet_protocol_alpha(netuid))
        .minus_or_zero(ledger.alpha_burned(netuid))
        .minus_or_zero(ledger.pending_server_emission(netuid))
        .minus_or_zero(ledger.pending_validator_emission(netuid))
        .minus_or_zero(ledger.pending_root_alpha_divs(netuid))
        .minus_or_zero(ledger.pending_owner_cut(netuid))
        .minus_or_zero(pact.alpha()?))
}

/// Takes TAO into a reservoir. It is on the account of the pallet already.
fn receive<Acc>(pact: &mut Pact<Acc>, amount: Tao) -> Result<(), Error> {
    pact.reservoir.tao = pact.reservoir.tao.plus(amount)?;
    Ok(())
}

/// Sends alpha that nobody holds along the route of the terms: what is to be burned is burned, the rest waits.
fn receive_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    pact: &mut Pact<Acc>,
    alpha: Alpha,
) -> Result<(), Rule> {
    let route = pact.terms.route;
    let burned = pact.reservoir.add_alpha(alpha, &route)?;
    if !burned.is_zero() {
        super::money::burn_alpha(ledger, netuid, burned)?;
        pact.totals.burned = pact.totals.burned.plus(burned)?;
    }
    Ok(())
}

/// The part of payments on a subnet that is tribute.
fn revenue_share<Acc>(pact: Option<&Pact<Acc>>) -> PerMillion {
    let share = |terms: &Terms| terms.revenue_share;
    pact.and_then(Pact::in_force).map_or(PerMillion::ZERO, share)
}

/// Lets emission favour pacts, if the chain's parameters say so (`docs/rules/pacts.md#strength`).
pub(super) fn weigh_shares<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuids: impl Iterator<Item = NetUid>,
    shares: &mut [U64F64],
) {
    let weight = ledger.pact_parameters().pact_weight;
    if weight == 0 {
        return;
    }
    let strengths: alloc::vec::Vec<PerMillion> = netuids
        .map(|netuid| ledger.pact(netuid).map_or(PerMillion::ZERO, |pact| pact.strength()))
        .collect();
    strength::weigh(shares, &strengths, weight);
}
