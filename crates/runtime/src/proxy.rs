//! What a proxy of each kind may do for the account behind it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::InstanceFilter;
use scale_info::TypeInfo;

use crate::RuntimeCall;

/// Kinds of proxies, in the order of the reference (`wire.md` 5). Kinds of organs that no longer exist
/// (`Senate`, `Triumvirate`, `Governance`, `RootWeights`) allow nothing.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[allow(missing_docs)]
pub enum ProxyType {
    #[default]
    Any,
    Owner,
    NonCritical,
    NonTransfer,
    Senate,
    NonFungible,
    Triumvirate,
    Governance,
    Staking,
    Registration,
    Transfer,
    SmallTransfer,
    RootWeights,
    ChildKeys,
    SudoUncheckedSetCode,
    SwapHotkey,
    SubnetLeaseBeneficiary,
    RootClaim,
}

/// A small transfer moves less than this: half a TAO, in rao.
pub const SMALL_TRANSFER: u64 = 500_000_000;

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        use pallet_balances::Call as Money;
        match self {
            Self::Any => true,
            Self::NonTransfer | Self::NonFungible => !matches!(call, RuntimeCall::Balances(_)),
            Self::NonCritical => !matches!(call, RuntimeCall::Sudo(_)),
            Self::Transfer => matches!(
                call,
                RuntimeCall::Balances(
                    Money::transfer_keep_alive { .. } | Money::transfer_allow_death { .. } | Money::transfer_all { .. }
                )
            ),
            Self::SmallTransfer => matches!(
                call,
                RuntimeCall::Balances(
                    Money::transfer_keep_alive { value, .. } | Money::transfer_allow_death { value, .. }
                ) if *value < SMALL_TRANSFER
            ),
            Self::SudoUncheckedSetCode => matches!(
                call,
                RuntimeCall::Sudo(pallet_sudo::Call::sudo_unchecked_weight { call, .. })
                    if matches!(**call, RuntimeCall::System(frame_system::Call::set_code { .. }))
            ),
            Self::Owner
            | Self::Senate
            | Self::Triumvirate
            | Self::Governance
            | Self::Staking
            | Self::Registration
            | Self::RootWeights
            | Self::ChildKeys
            | Self::SwapHotkey
            | Self::SubnetLeaseBeneficiary
            | Self::RootClaim => false,
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (one, two) if one == two => true,
            (Self::Any, _) => true,
            (Self::NonTransfer, Self::NonFungible) => true,
            (Self::Transfer, Self::SmallTransfer) => true,
            _ => false,
        }
    }
}
