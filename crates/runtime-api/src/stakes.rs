//! Stakes and delegates (`docs/rules/clients.md#runtime-apis`).
#![allow(missing_docs)] // Fields are named and ordered by the reference.

use alloc::vec::Vec;

use codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;
use tributary_economy::{Alpha as AlphaBalance, NetUid, Tao as TaoBalance};

/// What a coldkey has staked to a hotkey on a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct StakeInfo {
    pub hotkey: AccountId32,
    pub coldkey: AccountId32,
    pub netuid: Compact<NetUid>,
    pub stake: Compact<AlphaBalance>,
    pub locked: Compact<u64>,
    pub emission: Compact<AlphaBalance>,
    pub tao_emission: Compact<TaoBalance>,
    pub drain: Compact<u64>,
    pub is_registered: bool,
}

/// A coldkey with subnet and amount of each of its stakes to one hotkey.
pub type Nominator = (AccountId32, Vec<(Compact<NetUid>, Compact<u64>)>);

/// A delegate, with subnet and amount of one stake with it.
pub type Delegated = (DelegateInfo, (Compact<NetUid>, Compact<AlphaBalance>));

/// A hotkey that others may stake to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DelegateInfo {
    pub delegate_ss58: AccountId32,
    pub take: Compact<u16>,
    pub nominators: Vec<Nominator>,
    pub owner_ss58: AccountId32,
    pub registrations: Vec<Compact<NetUid>>,
    pub validator_permits: Vec<Compact<NetUid>>,
    pub return_per_1000: Compact<u64>,
    pub total_daily_return: Compact<u64>,
}

sp_api::decl_runtime_apis! {
    /// Who has staked what.
    pub trait StakeInfoRuntimeApi {
        /// All stakes of a coldkey.
        fn get_stake_info_for_coldkey(coldkey_account: AccountId32) -> Vec<StakeInfo>;
        /// All stakes of some coldkeys: an entry for each asked, also if it has none.
        fn get_stake_info_for_coldkeys(coldkey_accounts: Vec<AccountId32>) -> Vec<(AccountId32, Vec<StakeInfo>)>;
        /// The stake of a coldkey with a hotkey on a subnet, also if it is zero.
        fn get_stake_info_for_hotkey_coldkey_netuid(
            hotkey_account: AccountId32,
            coldkey_account: AccountId32,
            netuid: NetUid,
        ) -> Option<StakeInfo>;
    }

    /// Hotkeys that others may stake to.
    pub trait DelegateInfoRuntimeApi {
        /// All delegates.
        fn get_delegates() -> Vec<DelegateInfo>;
        /// One delegate; none if the hotkey is not one.
        fn get_delegate(delegate_account: AccountId32) -> Option<DelegateInfo>;
        /// The delegates with which a coldkey has stake, with subnet and amount of each stake.
        fn get_delegated(
            delegatee_account: AccountId32,
        ) -> Vec<Delegated>;
    }
}
