//! Payment channels (`docs/rules/pacts.md#channels`): a deposit on hold of the payer, and vouchers of which only the
//! newest counts.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::Error;
use crate::{NetUid, Tao};

/// What every voucher begins with.
pub const VOUCHER_TAG: &[u8; 19] = b"tributary-voucher-1";

/// Length of the signed bytes of a voucher.
pub const VOUCHER_LEN: usize = 67;

/// The bytes that a payer signs: tag, hash of the chain's genesis, channel, cumulative amount in rao, both numbers
/// little-endian. The amount is all that was ever paid through the channel, so replays and older vouchers pay nothing.
pub fn voucher_bytes(genesis: &[u8; 32], channel: u64, amount: Tao) -> [u8; VOUCHER_LEN] {
    let mut bytes = [0; VOUCHER_LEN];
    bytes[..19].copy_from_slice(VOUCHER_TAG);
    bytes[19..51].copy_from_slice(genesis);
    bytes[51..59].copy_from_slice(&channel.to_le_bytes());
    bytes[59..].copy_from_slice(&amount.0.to_le_bytes());
    bytes
}

/// An open channel.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Channel<Acc> {
    /// The subnet whose service is paid.
    pub netuid: NetUid,
    /// `NetworkRegisteredAt` of the subnet: another registration of the slot gets no tribute of this channel.
    pub registered_at: u64,
    /// Who pays.
    pub payer: Acc,
    /// Who serves.
    pub payee: Acc,
    /// Rao that were ever put in. What is not settled is on hold of the payer.
    pub deposit: Tao,
    /// Rao that were paid out of it.
    pub settled: Tao,
    /// Block from which the payer may take back what is left without a challenge.
    pub expiry: u64,
    /// Block from which what is left can be returned, once the payer has asked for it.
    pub closing: Option<u64>,
}

impl<Acc> Channel<Acc> {
    /// What is on hold of the payer for it.
    ///
    /// # Errors
    /// [`crate::Error::Underflow`]: more was settled than deposited, which cannot be.
    pub fn left(&self) -> Result<Tao, crate::Error> {
        self.deposit.minus(self.settled)
    }

    /// Whether the payee has no right to be waited for any more.
    pub fn is_over(&self, now: u64) -> bool {
        now >= self.expiry || self.closing.is_some_and(|at| now >= at)
    }

    /// Adds to the deposit of a channel that is neither expired nor closing.
    ///
    /// # Errors
    /// [`Error::NothingToPay`], [`Error::ChannelClosing`], [`crate::Error::Overflow`].
    pub fn top_up(&mut self, amount: Tao, now: u64) -> Result<(), Error> {
        if amount.is_zero() {
            return Err(Error::NothingToPay);
        }
        if now >= self.expiry || self.closing.is_some() {
            return Err(Error::ChannelClosing);
        }
        self.deposit = self.deposit.plus(amount)?;
        Ok(())
    }

    /// Redeems a voucher for a cumulative amount. Returns what it pays beyond what was settled. A voucher is good as
    /// long as the channel exists.
    ///
    /// # Errors
    /// [`Error::VoucherNotNewer`], [`Error::VoucherExceedsDeposit`]. The channel is unchanged then.
    pub fn redeem(&mut self, amount: Tao) -> Result<Tao, Error> {
        if amount <= self.settled {
            return Err(Error::VoucherNotNewer);
        }
        if amount > self.deposit {
            return Err(Error::VoucherExceedsDeposit);
        }
        let due = amount.minus(self.settled)?;
        self.settled = amount;
        Ok(due)
    }

    /// The payer asks for what is left. Returns whether it can be returned at once.
    ///
    /// # Errors
    /// [`Error::ChannelClosing`] if that was asked before.
    pub fn ask_to_close(&mut self, now: u64, challenge_period: u64) -> Result<bool, Error> {
        if now >= self.expiry {
            return Ok(true);
        }
        if self.closing.is_some() {
            return Err(Error::ChannelClosing);
        }
        self.closing = Some(now.saturating_add(challenge_period));
        Ok(challenge_period == 0)
    }
}
