//! What happens at the beginning of every block, before its transactions (`docs/rules/block.md#order`).

use alloc::vec::Vec;

use super::{
    coinbase, epochs, root,
    totals::{Totals, check, rao},
};
use crate::{Account, Error, Ledger, NetUid, Tao, registration, schedule::Schedule};

/// Runs the block step: registration prices, the coinbase, epochs that are due, moving prices, scheduled children,
/// automatic claims. Weights that are to be revealed in this block are the caller's to reveal first
/// (`docs/rules/block.md#order` step 3). Ends with [`check`].
///
/// # Errors
/// Any error means that the state is corrupt: [`Error::BrokenSum`] that the books do not balance.
pub fn on_initialize<Acc: Account, L: Ledger<Acc>>(ledger: &mut L) -> Result<(), Error> {
    let before = Totals::read(ledger);
    let networks = ledger.networks();
    decay_registration_prices(ledger, &networks);
    let subnets: Vec<NetUid> = networks.iter().copied().filter(|netuid| !netuid.is_root()).collect();
    let (emitting, minted) = coinbase::run(ledger, &subnets)?;
    let touched = epochs::run_due(ledger, &subnets)?;
    coinbase::update_prices(ledger, &emitting, &touched);
    for netuid in touched {
        ledger.apply_pending_children(netuid);
    }
    root::auto_claim(ledger);
    check(before, Totals::read(ledger), minted)
}

/// Ends a block whose block step left `before`: what accounts burned by other means than the rules has left the
/// issuance too, as recycled TAO has, and can be minted again. Returns how much that was.
///
/// # Errors
/// [`Error::BrokenSum`] if accounts hold more than was issued to them since.
pub fn on_finalize<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, before: Totals) -> Result<Tao, Error> {
    let outside = before.outside(Totals::read(ledger));
    if outside > 0 {
        return Err(Error::BrokenSum);
    }
    let burned = rao(-outside)?;
    if !burned.is_zero() {
        ledger.set_total_issuance(ledger.total_issuance().minus(burned)?);
    }
    Ok(burned)
}

/// Lets the prices of neurons fall, on root too, and starts to count registrations anew
/// (`docs/rules/neurons.md#price`).
fn decay_registration_prices<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, networks: &[NetUid]) {
    let now = ledger.block();
    for &netuid in networks {
        let before = ledger.burn(netuid);
        let (min, max) = (ledger.min_burn(netuid), ledger.max_burn(netuid));
        let after = registration::decay(before, ledger.burn_half_life(netuid), now, min, max);
        if after != before {
            ledger.set_burn(netuid, after);
        }
        if ledger.registrations_this_block(netuid) != 0 {
            ledger.set_registrations_this_block(netuid, 0);
        }
    }
    let root = NetUid::ROOT;
    let counted = networks.contains(&root) && ledger.registrations_this_interval(root) != 0;
    if counted && Schedule::read(ledger, root).is_due(now) {
        ledger.set_registrations_this_interval(root, 0);
    }
}
