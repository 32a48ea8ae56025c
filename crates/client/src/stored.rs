//! What the chain keeps and answers, as far as it is used here. The chain's own types may have more fields, in any order.

use codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;
use sp_core::crypto::AccountId32;
use tributary_economy::{Alpha, NetUid};

/// An account as the chain keeps it, as far as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct AccountInfo {
    /// Reasons for which it exists by itself.
    pub providers: u32,
    /// Reasons for which it exists without TAO.
    pub sufficients: u32,
    /// Its TAO.
    pub data: Balance,
}

/// TAO of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Decode, TypeInfo)]
pub struct Balance {
    /// Its own, in rao.
    pub free: u64,
    /// Put on hold: bonds, deposits.
    pub reserved: u64,
    /// Part of the free that it may not send now.
    pub frozen: u64,
}

impl Balance {
    /// What it can part with, its existence aside.
    pub fn spendable(&self) -> u64 {
        self.free.saturating_sub(self.frozen)
    }
}

/// Where a neuron serves requests, as far as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct Axon {
    /// Address, IPv4 in the low 32 bits.
    pub ip: u128,
    /// Port.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
}

/// What a subnet says that it is. Texts are UTF-8 by custom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Identity {
    /// Name.
    pub subnet_name: Vec<u8>,
    /// Source code.
    pub github_repo: Vec<u8>,
    /// Whom to ask.
    pub subnet_contact: Vec<u8>,
    /// Web page.
    pub subnet_url: Vec<u8>,
    /// Discord handle.
    pub discord: Vec<u8>,
    /// What it does.
    pub description: Vec<u8>,
    /// Picture.
    pub logo_url: Vec<u8>,
    /// Anything else.
    pub additional: Vec<u8>,
}

/// What a coldkey has staked to a hotkey (`docs/rules/clients.md#runtime-apis`), as far as it is used.
#[derive(Decode, TypeInfo)]
pub(crate) struct StakeInfo {
    pub hotkey: AccountId32,
    pub netuid: Compact<NetUid>,
    pub stake: Compact<Alpha>,
}
