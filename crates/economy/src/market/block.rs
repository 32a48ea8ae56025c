//! What happens at the beginning of every block, before its transactions (`economy.md` 2.1).

use alloc::vec::Vec;

use super::{coinbase, epochs, root};
use crate::{Account, Error, Ledger, NetUid, Tao, registration, schedule::Schedule};

/// Runs the block step: registration prices, the coinbase, epochs that are due, moving prices, scheduled children,
/// automatic claims. Weights that are to be revealed in this block are the caller's to reveal first
/// (`economy.md` 2.1 step 3). Ends with [`check`].
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

/// How much TAO there is, by the two counters that must agree (`economy.md` 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// `TotalIssuance`, which decides the halving.
    pub issued: Tao,
    /// What accounts hold.
    pub held: Tao,
}

impl Totals {
    /// Reads both counters.
    pub fn read<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Self {
        Self {
            issued: ledger.total_issuance(),
            held: ledger.balances_issuance(),
        }
    }
}

/// What a block minted and where it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minted {
    /// What the block may issue.
    pub allowed: Tao,
    /// What it put into the accounts of subnets. The rest is not issued.
    pub deposited: Tao,
}

/// Checks that a block made no TAO but what it was allowed, and that both counters of all TAO moved alike. What accounts
/// hold may have grown by less than was deposited: the dust of an account that a payment emptied is destroyed, and
/// leaves both counters.
///
/// # Errors
/// [`Error::BrokenSum`].
pub fn check(before: Totals, after: Totals, minted: Minted) -> Result<(), Error> {
    let difference = |after: Tao, before: Tao| i128::from(after.0) - i128::from(before.0);
    let held = difference(after.held, before.held);
    if held != difference(after.issued, before.issued)
        || held > i128::from(minted.deposited.0)
        || minted.deposited > minted.allowed
    {
        return Err(Error::BrokenSum);
    }
    Ok(())
}

/// Lets the prices of neurons fall, on root too, and starts to count registrations anew (`economy.md` 7.2).
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
    if networks.contains(&root) && ledger.registrations_this_interval(root) != 0 {
        let schedule = Schedule {
            tempo: ledger.tempo(root),
            last_epoch_block: ledger.last_epoch_block(root),
            pending_epoch_at: ledger.pending_epoch_at(root),
            blocks_since_last_step: ledger.blocks_since_last_step(root),
        };
        if schedule.is_due(now) {
            ledger.set_registrations_this_interval(root, 0);
        }
    }
}
