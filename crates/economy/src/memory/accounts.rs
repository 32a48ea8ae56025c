//! Keys of the maps, and the accounts that they are made of.

use crate::{Account, NetUid, NetUidStorageIndex};

/// A component of a storage key.
pub trait KeyPart {
    /// Whether a key with this component belongs to the subnet and goes when it is dissolved.
    fn is_of(&self, _netuid: NetUid) -> bool {
        false
    }
}

impl KeyPart for u16 {}
impl KeyPart for u64 {}
impl KeyPart for [u8; 32] {}

impl KeyPart for NetUid {
    fn is_of(&self, netuid: NetUid) -> bool {
        *self == netuid
    }
}

impl KeyPart for NetUidStorageIndex {
    fn is_of(&self, netuid: NetUid) -> bool {
        self.split().0 == netuid
    }
}

/// An account type that a [`super::MemoryLedger`] can hold: it also names the accounts of the chain itself
/// (`docs/rules/issuance.md#accounts-of-the-chain`).
pub trait MemoryAccount: Account + KeyPart + Send + Sync + 'static {
    /// The account that holds the TAO of a subnet's pool.
    fn of_subnet(netuid: NetUid) -> Self;
    /// The account whose TAO nobody can move.
    fn burn() -> Self;
    /// The account that holds the tribute of pacts.
    fn pacts() -> Self;
    /// The first of all accounts.
    const FIRST: Self;
}

impl MemoryAccount for u64 {
    /// The upper half of the numbers is the chain's.
    fn of_subnet(netuid: NetUid) -> Self {
        (1 << 63) | Self::from(netuid.0)
    }

    fn burn() -> Self {
        Self::MAX
    }

    fn pacts() -> Self {
        Self::MAX - 1
    }

    const FIRST: Self = 0;
}

impl MemoryAccount for [u8; 32] {
    /// The sub-account of PalletId `subtensr`, as the chain derives it.
    fn of_subnet(netuid: NetUid) -> Self {
        let mut id = [0; 32];
        id[..12].copy_from_slice(b"modlsubtensr");
        id[12..14].copy_from_slice(&netuid.0.to_le_bytes());
        id
    }

    fn burn() -> Self {
        let mut id = [0; 32];
        id[..12].copy_from_slice(b"modlburntnsr");
        id
    }

    fn pacts() -> Self {
        let mut id = [0; 32];
        id[..12].copy_from_slice(b"modltributes");
        id
    }

    const FIRST: Self = [0; 32];
}
