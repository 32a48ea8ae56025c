//! What happens at the beginning of every block, before its transactions (`docs/rules/block.md#order`).

use alloc::vec::Vec;

use codec::{Decode, Encode};

use super::{coinbase, epochs, root};
use crate::{Account, Error, Ledger, MAX_SUPPLY, NetUid, Tao, registration, schedule::Schedule};

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

/// How much TAO there is, by the two counters that must agree (`docs/rules/issuance.md#the-two-totals`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
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

    /// By how much more rao `held` has grown than `issued` from here to `after`. The rules move both alike, so this is
    /// what something else made, or destroyed if it is below zero.
    fn outside(self, after: Self) -> i128 {
        let difference = |after: Tao, before: Tao| i128::from(after.0) - i128::from(before.0);
        difference(after.held, self.held) - difference(after.issued, self.issued)
    }
}

/// Checks that a rule moved both counters of all TAO alike.
///
/// # Errors
/// [`Error::BrokenSum`].
pub fn check_rule(before: Totals, after: Totals) -> Result<(), Error> {
    if before.outside(after) == 0 {
        Ok(())
    } else {
        Err(Error::BrokenSum)
    }
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

/// Counts what was made or destroyed since `before`, when somebody with the power to do so set balances by hand.
///
/// # Errors
/// [`Error::Overflow`] if more was made and there is now more than [`MAX_SUPPLY`].
pub fn count_set_balances<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, before: Totals) -> Result<(), Error> {
    let outside = before.outside(Totals::read(ledger));
    let issued = ledger.total_issuance();
    match outside {
        0 => {}
        1.. => {
            let more = issued.plus(rao(outside)?)?;
            if more.0 > MAX_SUPPLY {
                return Err(Error::Overflow);
            }
            ledger.set_total_issuance(more);
        }
        _ => ledger.set_total_issuance(issued.minus(rao(-outside)?)?),
    }
    Ok(())
}

fn rao(amount: i128) -> Result<Tao, Error> {
    u64::try_from(amount).map(Tao).map_err(|_| Error::BrokenSum)
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
    let held = i128::from(after.held.0) - i128::from(before.held.0);
    if held > i128::from(minted.deposited.0) || minted.deposited > minted.allowed {
        return Err(Error::BrokenSum);
    }
    check_rule(before, after)
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
