//! Pacts over the books (`docs/rules/pacts.md`). The rules are [`crate::pact::transition`]: what is here reads what an input
//! needs from the ledger and books what it moves.
//!
//! A subnet without a pact behaves as if this module did not exist: the hooks of blocks, epochs and dissolution read
//! one absent entry and change nothing.

mod artifacts;
mod audit;
mod books;
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
pub use exits::{announce_exit, cancel_exit, establish_breach, exit, look};
pub use loosening::{apply_loosening, loosen, object};
pub use owners::post_bond;
pub use payments::pay;
pub use reports::{report, resolve, vote};
pub use signing::{propose, sign, tighten};

pub use cut::share_cut;
pub use release::{Tribute, release};

pub(super) use crate::pact::Earning;
pub(super) use exits::dissolve;
pub(super) use owners::rename;

use crate::{
    Account, Alpha, Error as Rule, Ledger, NetUid, PerMillion,
    fixed::U64F64,
    pact::{Error, Pact, State, strength},
};

fn check_subnet<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<(), Error> {
    if netuid.is_root() || !ledger.networks_added(netuid) {
        return Err(Rule::SubnetNotExists.into());
    }
    Ok(())
}

/// The alpha of a subnet that somebody may hold: outside the pool, less what the chain bought, what is burned, what waits
/// for an epoch and what pacts keep.
fn holdable<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, state: &State<Acc>) -> Result<Alpha, Error> {
    let kept = state.pact.as_ref().map_or(Ok(Alpha::ZERO), Pact::alpha)?;
    Ok(ledger
        .subnet_alpha_out(netuid)
        .minus_or_zero(ledger.subnet_protocol_alpha(netuid))
        .minus_or_zero(ledger.alpha_burned(netuid))
        .minus_or_zero(ledger.pending_server_emission(netuid))
        .minus_or_zero(ledger.pending_validator_emission(netuid))
        .minus_or_zero(ledger.pending_root_alpha_divs(netuid))
        .minus_or_zero(ledger.pending_owner_cut(netuid))
        .minus_or_zero(kept))
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
