//! What a proxy of each kind may do for the account behind it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::InstanceFilter;
use scale_info::TypeInfo;

use pallet_admin_utils::Call as SetterCall;
use pallet_balances::Call as Money;
use pallet_subtensor::Call as Market;

use crate::{Runtime, RuntimeCall};
use moves::Moves;

mod moves;

type Setter = SetterCall<Runtime>;

/// Kinds of proxies, in the order of the reference (`docs/rules/proxies.md#kinds`). Kinds of organs that no longer
/// exist (`Senate`, `Triumvirate`, `Governance`, `RootWeights`) allow nothing.
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

/// Calls that run a subnet, for its owner.
fn runs_a_subnet(call: &RuntimeCall) -> bool {
    match call {
        RuntimeCall::AdminUtils(call) => !matches!(
            call,
            Setter::sudo_set_sn_owner_hotkey { .. } | Setter::sudo_set_subnet_owner_hotkey { .. }
        ),
        RuntimeCall::SubtensorModule(call) => matches!(
            call,
            Market::set_subnet_identity { .. }
                | Market::update_symbol { .. }
                | Market::set_tempo { .. }
                | Market::set_activity_cutoff_factor { .. }
                | Market::trigger_epoch { .. }
        ),
        _ => false,
    }
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        let market = if let RuntimeCall::SubtensorModule(call) = call {
            Some(call)
        } else {
            None
        };
        let is = |test: fn(&Market<Runtime>) -> bool| market.is_some_and(test);
        let moves_stake = is(|call| matches!(call, Market::transfer_stake { .. }));
        match self {
            Self::Any => true,
            Self::NonTransfer => moves::of(call) != Moves::Away,
            Self::NonFungible => moves::of(call) == Moves::Nothing,
            Self::NonCritical => {
                !matches!(call, RuntimeCall::Sudo(_))
                    && !is(|call| {
                        matches!(
                            call,
                            Market::root_register { .. }
                                | Market::burned_register { .. }
                                | Market::root_dissolve_network { .. }
                        )
                    })
            }
            Self::Owner => runs_a_subnet(call),
            Self::SubnetLeaseBeneficiary => runs_a_subnet(call) || is(|call| matches!(call, Market::start_call { .. })),
            Self::Staking => moves::of(call) == Moves::Stake,
            Self::Registration => is(|call| {
                matches!(
                    call,
                    Market::burned_register { .. } | Market::register { .. } | Market::register_limit { .. }
                )
            }),
            Self::ChildKeys => {
                is(|call| matches!(call, Market::set_children { .. } | Market::set_childkey_take { .. }))
            }
            Self::RootClaim => is(|call| matches!(call, Market::claim_root { .. })),
            Self::Transfer => {
                moves_stake
                    || matches!(
                        call,
                        RuntimeCall::Balances(
                            Money::transfer_keep_alive { .. }
                                | Money::transfer_allow_death { .. }
                                | Money::transfer_all { .. }
                        )
                    )
            }
            Self::SmallTransfer => match call {
                RuntimeCall::Balances(
                    Money::transfer_keep_alive { value, .. } | Money::transfer_allow_death { value, .. },
                ) => *value < SMALL_TRANSFER,
                RuntimeCall::SubtensorModule(Market::transfer_stake { alpha_amount, .. }) => {
                    alpha_amount.get() < SMALL_TRANSFER
                }
                _ => false,
            },
            Self::SudoUncheckedSetCode => matches!(
                call,
                RuntimeCall::Sudo(pallet_sudo::Call::sudo_unchecked_weight { call, .. })
                    if matches!(**call, RuntimeCall::System(frame_system::Call::set_code { .. }))
            ),
            // Hotkeys cannot be swapped yet.
            Self::SwapHotkey | Self::Senate | Self::Triumvirate | Self::Governance | Self::RootWeights => false,
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

#[cfg(test)]
mod tests {
    use tributary_economy::{Alpha, NetUid};

    use super::*;
    use crate::AccountId;

    #[test]
    fn stake_counts_as_money() {
        let who = AccountId::new([1; 32]);
        let transfer = |amount| {
            RuntimeCall::SubtensorModule(Market::transfer_stake {
                destination_coldkey: who.clone(),
                hotkey: who.clone(),
                origin_netuid: NetUid(1),
                destination_netuid: NetUid(1),
                alpha_amount: Alpha(amount),
            })
        };
        assert!(ProxyType::Transfer.filter(&transfer(SMALL_TRANSFER)));
        assert!(!ProxyType::SmallTransfer.filter(&transfer(SMALL_TRANSFER)));
        assert!(ProxyType::SmallTransfer.filter(&transfer(SMALL_TRANSFER - 1)));
        assert!(!ProxyType::NonTransfer.filter(&transfer(1)));
        assert!(!ProxyType::Staking.filter(&transfer(1)));
        let kappa = RuntimeCall::AdminUtils(Setter::sudo_set_kappa {
            netuid: NetUid(1),
            kappa: 1,
        });
        assert!(ProxyType::Owner.filter(&kappa) && !ProxyType::Staking.filter(&kappa));
        let hotkey = RuntimeCall::AdminUtils(Setter::sudo_set_sn_owner_hotkey {
            netuid: NetUid(1),
            hotkey: who,
        });
        assert!(!ProxyType::Owner.filter(&hotkey));
    }
}
