//! All TAO, by the two counters that must agree (`docs/rules/issuance.md#the-two-totals`).

use codec::{Decode, Encode};

use crate::{Account, Error, Ledger, MAX_SUPPLY, Tao};

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
    pub(super) fn outside(self, after: Self) -> i128 {
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

pub(super) fn rao(amount: i128) -> Result<Tao, Error> {
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
