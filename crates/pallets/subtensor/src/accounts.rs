//! Accounts of the chain itself (`docs/rules/issuance.md#accounts-of-the-chain`).

use frame_support::PalletId;

/// Each subnet's TAO is on the sub-account of this with its netuid.
pub const SUBNETS: PalletId = PalletId(*b"subtensr");

/// Tribute of pacts waits here.
pub const TRIBUTES: PalletId = PalletId(*b"tributes");

/// What is burned stays here.
pub const BURNED: PalletId = PalletId(*b"burntnsr");
