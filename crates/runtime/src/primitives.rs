//! What the chain is made of, as clients know it (`docs/rules/clients.md`).

use sp_runtime::{
    MultiAddress, MultiSignature, generic,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
};

/// Any of the signatures that the chain accepts.
pub type Signature = MultiSignature;
/// An account: 32 bytes.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Rao, 1e-9 TAO.
pub type Balance = u64;
/// Count of transactions of an account.
pub type Nonce = u32;
/// Height of a block.
pub type BlockNumber = u32;
/// Blake2-256.
pub type Hash = sp_core::H256;
/// How calls name an account.
pub type Address = MultiAddress<AccountId, ()>;
/// Head of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// Rao in a TAO.
pub const TAO: Balance = tributary_economy::UNIT;
/// Below this an account ceases to exist, in rao.
pub const EXISTENTIAL_DEPOSIT: Balance = 500;
