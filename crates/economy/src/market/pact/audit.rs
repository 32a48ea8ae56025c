//! The sums of pacts and channels (`docs/rules/pacts.md#invariants`, I1 to I3).

use alloc::collections::BTreeMap;

use super::books;
use crate::{
    Account, Error as Rule, Ledger, Tao,
    pact::{Error, Hold, arrivals},
};

/// What an audit of pacts adds up, in rao.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PactSums {
    /// In all reservoirs.
    pub reservoirs: Tao,
    /// On the account of the reservoirs beyond them and its existential deposit: what somebody sent there unasked.
    pub stray: Tao,
    /// All bonds.
    pub bonds: Tao,
    /// What is left of the deposits of all channels.
    pub channels: Tao,
    /// Deposits of all open reports.
    pub reports: Tao,
}

/// Adds up pacts and channels and checks that
///
/// * the record of each pact balances (I1 and I2) and belongs to the registration of its slot;
/// * the account of the reservoirs holds all of them, and its existential deposit, to the rao (I1);
/// * the blocks of open questions are those of its reports and its loosening;
/// * what is on hold of each account is the sum of its bonds, of what is left of its channels, of its reports (I3).
///
/// It walks all pacts and channels: for tests and `try_state`, not for blocks.
///
/// # Errors
/// [`Error::Rule`] with [`Rule::BrokenSum`], or with what an overflowing sum gives.
pub fn audit<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Result<PactSums, Error> {
    let broken = || Error::Rule(Rule::BrokenSum);
    let mut sums = PactSums::default();
    let mut holds: BTreeMap<(Hold, Acc), Tao> = BTreeMap::new();
    let mut add = |reason: Hold, who: &Acc, amount: Tao| -> Result<(), Error> {
        let sum = holds.entry((reason, who.clone())).or_default();
        *sum = sum.plus(amount)?;
        Ok(())
    };
    for netuid in ledger.networks() {
        if ledger.open_questions(netuid) != arrivals::questions(&books::load(ledger, netuid, true)) {
            return Err(broken());
        }
        let Some(pact) = ledger.pact(netuid) else {
            if !ledger.reports(netuid).is_empty() || !ledger.objections(netuid).is_empty() {
                return Err(broken());
            }
            continue;
        };
        pact.check()?;
        if pact.registered_at != ledger.network_registered_at(netuid)
            || (pact.in_force().is_none() && !(pact.bond.is_zero() && pact.vesting.is_empty()))
        {
            return Err(broken());
        }
        sums.reservoirs = sums.reservoirs.plus(pact.reservoir.tao)?;
        sums.bonds = sums.bonds.plus(pact.bond)?;
        add(Hold::Bond, &pact.signer, pact.bond)?;
        for report in ledger.reports(netuid) {
            sums.reports = sums.reports.plus(report.deposit)?;
            add(Hold::Report, &report.reporter, report.deposit)?;
        }
    }
    for channel in ledger.channels() {
        let left = channel.left()?;
        sums.channels = sums.channels.plus(left)?;
        add(Hold::Channel, &channel.payer, left)?;
    }
    if holds
        .iter()
        .any(|((reason, who), sum)| ledger.held(*reason, who) != *sum)
    {
        return Err(broken());
    }
    let held = ledger.balance(&ledger.pact_account());
    if held.is_zero() && sums.reservoirs.is_zero() {
        return Ok(sums);
    }
    let needed = sums.reservoirs.plus(ledger.existential_deposit())?;
    sums.stray = held.minus(needed).map_err(|_| broken())?;
    Ok(sums)
}
