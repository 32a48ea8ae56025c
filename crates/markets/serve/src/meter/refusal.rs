//! Why a request or a voucher is not taken, with the numbers that help.

use super::NoAmount;
use crate::rao::{Rao, decimal};

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncovered {
    /// The channel is not known.
    #[error("there is no open channel {0} to this gateway")]
    Unknown(u64),
    /// A new voucher would help.
    #[error("{}", voucher_text(.0))]
    Voucher(Missing),
    /// Only a larger deposit would help.
    #[error(
        "with this request, channel {} may cost {}, and its deposit is {}: top it up by {}{}",
        .0.channel, Rao(.0.needed), Rao(.0.deposit), Rao(.0.needed.saturating_sub(.0.deposit)), debt_text(.0)
    )]
    Deposit(Missing),
    /// The voucher is there, and so many others that it could not be settled before the channel can be closed.
    #[error(
        "so many vouchers wait for settlement that the one of channel {0} could not be settled in time if the channel were closed now; it counts as soon as it is settled: try again in a minute"
    )]
    Backlog(u64),
    /// No deposit could pay for it.
    #[error(transparent)]
    NoAmount(#[from] NoAmount),
}

/// What a request needs and what there is, in rao.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The channel.
    pub channel: u64,
    /// Charged to the channel so far, requests under way at their highest price included.
    pub used: u64,
    /// What this request costs at most.
    pub cost: u64,
    /// What the channel comes to with this request: all of the above and the debt.
    pub needed: u64,
    /// What the account owes for the use of channels that are closed.
    pub debt: u64,
    /// What the channel's vouchers and settlements cover.
    pub covered: u64,
    /// What is left of the account's credit.
    pub credit: u64,
    /// The channel's deposit.
    pub deposit: u64,
}

impl Missing {
    /// The least voucher with which the request is let in.
    pub fn sign(&self) -> u64 {
        self.needed.saturating_sub(self.credit)
    }
}

fn debt_text(missing: &Missing) -> String {
    match missing.debt {
        0 => String::new(),
        debt => format!(
            "; in that are {} that this account owes for the use of closed channels, which are paid first and until then nothing is lent",
            Rao(debt)
        ),
    }
}

fn voucher_text(missing: &Missing) -> String {
    let Missing {
        channel,
        used,
        cost,
        covered,
        credit,
        ..
    } = *missing;
    let sign = missing.sign();
    format!(
        "channel {channel} has used {}, this request may cost {} more, vouchers cover {} and the credit left is {}: sign a new voucher for at least {} in all (`tributary channel wallet {channel}` signs as you go, `tributary channel voucher {channel} {}` once){}",
        Rao(used),
        Rao(cost),
        Rao(covered),
        Rao(credit),
        Rao(sign),
        decimal(sign),
        debt_text(missing)
    )
}

/// Why a voucher is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadVoucher {
    /// Not signed by the payer of a channel to this gateway. Whoever sends such a one is a stranger, and learns nothing
    /// about the channel, not even whether there is one.
    #[error("it is not signed, for this chain, by the payer of an open channel to this gateway")]
    Stranger,
    /// The chain would not pay it.
    #[error("it is for {} and the channel's deposit is {}: top the channel up, or sign for less", Rao(*.amount), Rao(*.deposit))]
    AboveDeposit {
        /// What it is for.
        amount: u64,
        /// The deposit.
        deposit: u64,
    },
    /// It is worth less than the trouble of keeping it.
    #[error(
        "it is for {}, and {} are covered already: the next one must be for at least {}, or for all that is used",
        Rao(*.amount), Rao(*.covered), Rao(*.least)
    )]
    SmallStep {
        /// What it is for.
        amount: u64,
        /// What is covered without it.
        covered: u64,
        /// What the next one must be for.
        least: u64,
    },
}
