//! Counters of a pact: where value came from and where it went.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::{Error, Reservoir};
use crate::{Alpha, Error as Rule, Tao};

/// Counters since the pact was first signed. TAO in rao, alpha in its smallest unit.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Totals {
    /// Tribute of payments.
    pub from_payments: Tao,
    /// Slashed bonds, without the part that rewarded a reporter.
    pub from_bonds: Tao,
    /// Deposits of refused reports.
    pub from_deposits: Tao,
    /// TAO that bought alpha.
    pub spent: Tao,
    /// Owner's cut under the pact.
    pub cut: Alpha,
    /// Of it: pledged.
    pub pledged: Alpha,
    /// Of it: vested and staked to its earner.
    pub vested: Alpha,
    /// Of it: forfeited.
    pub forfeited: Alpha,
    /// Alpha bought with `spent`.
    pub bought: Alpha,
    /// Alpha burned.
    pub burned: Alpha,
    /// Alpha that joined the dividends of alpha holders.
    pub to_holders: Alpha,
    /// Alpha that joined the dividends of root stakers.
    pub to_root: Alpha,
}

fn sum(parts: &[u64]) -> u128 {
    parts.iter().map(|part| u128::from(*part)).sum()
}

impl Totals {
    /// Checks, for what has not vested and what waits:
    ///
    /// * I1 received TAO = spent + waiting, and pledged + forfeited + bought alpha = burned + paid + waiting;
    /// * I2 cut = pledged + vested + unvested + forfeited.
    ///
    /// # Errors
    /// [`Error::Rule`] with [`Rule::BrokenSum`].
    pub fn check(&self, unvested: Alpha, waiting: &Reservoir) -> Result<(), Error> {
        let tao_in = sum(&[self.from_payments.0, self.from_bonds.0, self.from_deposits.0]);
        let alpha_in = sum(&[self.pledged.0, self.forfeited.0, self.bought.0]);
        let alpha_out = sum(&[
            self.burned.0,
            self.to_holders.0,
            self.to_root.0,
            waiting.holders.0,
            waiting.root.0,
        ]);
        let cut = sum(&[self.pledged.0, self.vested.0, unvested.0, self.forfeited.0]);
        if tao_in == sum(&[self.spent.0, waiting.tao.0]) && alpha_in == alpha_out && cut == u128::from(self.cut.0) {
            Ok(())
        } else {
            Err(Error::Rule(Rule::BrokenSum))
        }
    }
}
