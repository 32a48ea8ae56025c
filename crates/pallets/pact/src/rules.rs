//! How calls reach the rules, and what the rules say of them.

use frame_support::pallet_prelude::{DispatchError, DispatchResult};
use pallet_subtensor::Chain;
use sp_core::sr25519;
use tributary_economy::{
    Tao,
    market::pact::{PactSums, audit},
    pact::{Error as RuleError, channel},
};

use crate::{Channels, Config, Error, Pallet};

impl<T: Config> Pallet<T> {
    /// Calls a rule.
    ///
    /// # Errors
    /// What the rule says, as an error of this pallet or of the one whose rule it is; `BrokenSum` of `SubtensorModule` if
    /// it lost or made TAO.
    pub fn rule<R>(change: impl FnOnce(&mut Chain<T>) -> Result<R, RuleError>) -> Result<R, DispatchError> {
        pallet_subtensor::Pallet::<T>::balanced(|chain| change(chain).map_err(dispatch::<T>))
    }

    /// Calls a rule for what it does.
    pub(crate) fn apply<R>(change: impl FnOnce(&mut Chain<T>) -> Result<R, RuleError>) -> DispatchResult {
        Self::rule(change).map(|_| ())
    }

    /// Adds up pacts, channels and holds and checks that they balance: what `try_state` checks. It walks them all.
    ///
    /// # Errors
    /// The first sum that does not hold.
    pub fn check_pacts() -> Result<PactSums, RuleError> {
        audit(&Chain::<T>::default())
    }

    /// Checks the signature of a voucher: by the channel's payer, over [`channel::voucher_bytes`] of this chain, plain
    /// or wrapped in `<Bytes>` as browser wallets do.
    ///
    /// # Errors
    /// [`Error::NoChannel`], [`Error::BadSignature`].
    pub(crate) fn check_voucher(id: u64, amount: Tao, signature: &[u8; 64]) -> DispatchResult {
        let payer = Channels::<T>::get(id).ok_or(Error::<T>::NoChannel)?.payer;
        let mut genesis = [0; 32];
        let hash = frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::default());
        let length = hash.as_ref().len().min(32);
        genesis[..length].copy_from_slice(&hash.as_ref()[..length]);
        let bytes = channel::voucher_bytes(&genesis, id, amount);
        let key: &[u8; 32] = payer.as_ref();
        let key = sr25519::Public::from_raw(*key);
        let signature = sr25519::Signature::from_raw(*signature);
        let signed = |bytes: &[u8]| sp_io::crypto::sr25519_verify(&signature, bytes, &key);
        let wrapped = [b"<Bytes>", bytes.as_slice(), b"</Bytes>"].concat();
        if signed(&bytes) || signed(&wrapped) {
            Ok(())
        } else {
            Err(Error::<T>::BadSignature.into())
        }
    }
}

/// The error of a call for that of a rule.
fn dispatch<T: Config>(error: RuleError) -> DispatchError {
    match error {
        RuleError::Rule(rule) => pallet_subtensor::Error::<T>::from(rule).into(),
        RuleError::InvalidTerms => Error::<T>::InvalidTerms.into(),
        RuleError::InvalidArbiters => Error::<T>::InvalidArbiters.into(),
        RuleError::NoPact => Error::<T>::NoPact.into(),
        RuleError::PactInForce => Error::<T>::PactInForce.into(),
        RuleError::PactEnded => Error::<T>::PactEnded.into(),
        RuleError::NotTighter => Error::<T>::NotTighter.into(),
        RuleError::Leaving => Error::<T>::Leaving.into(),
        RuleError::NotLeaving => Error::<T>::NotLeaving.into(),
        RuleError::NoticeRunning => Error::<T>::NoticeRunning.into(),
        RuleError::NoticeOver => Error::<T>::NoticeOver.into(),
        RuleError::LooseningPending => Error::<T>::LooseningPending.into(),
        RuleError::NoLoosening => Error::<T>::NoLoosening.into(),
        RuleError::NoStake => Error::<T>::NoStake.into(),
        RuleError::TooSmall => Error::<T>::TooSmall.into(),
        RuleError::NoBreach => Error::<T>::NoBreach.into(),
        RuleError::TooManyReports => Error::<T>::TooManyReports.into(),
        RuleError::NoReport => Error::<T>::NoReport.into(),
        RuleError::ReportOpen => Error::<T>::ReportOpen.into(),
        RuleError::ReportUndecided => Error::<T>::ReportUndecided.into(),
        RuleError::ReportClosed => Error::<T>::ReportClosed.into(),
        RuleError::NotArbiter => Error::<T>::NotArbiter.into(),
        RuleError::AlreadyVoted => Error::<T>::AlreadyVoted.into(),
        RuleError::NoArtifactPromised => Error::<T>::NoArtifactPromised.into(),
        RuleError::NotCommitter => Error::<T>::NotCommitter.into(),
        RuleError::RoundTooLate => Error::<T>::RoundTooLate.into(),
        RuleError::LocationTooLong => Error::<T>::LocationTooLong.into(),
        RuleError::NoArtifact => Error::<T>::NoArtifact.into(),
        RuleError::NoPermit => Error::<T>::NoPermit.into(),
        RuleError::BondPosted => Error::<T>::BondPosted.into(),
        RuleError::NoChannel => Error::<T>::NoChannel.into(),
        RuleError::NotParty => Error::<T>::NotParty.into(),
        RuleError::NothingToPay => Error::<T>::NothingToPay.into(),
        RuleError::PayingOneself => Error::<T>::PayingOneself.into(),
        RuleError::VoucherNotNewer => Error::<T>::VoucherNotNewer.into(),
        RuleError::VoucherExceedsDeposit => Error::<T>::VoucherExceedsDeposit.into(),
        RuleError::BadSignature => Error::<T>::BadSignature.into(),
        RuleError::ChannelClosing => Error::<T>::ChannelClosing.into(),
        RuleError::ChannelChallenged => Error::<T>::ChannelChallenged.into(),
        RuleError::ExpiryPassed => Error::<T>::ExpiryPassed.into(),
        RuleError::BreachVisible => Error::<T>::BreachVisible.into(),
        RuleError::RouteBound => Error::<T>::RouteBound.into(),
        RuleError::ArtifactWaits => Error::<T>::ArtifactWaits.into(),
    }
}
