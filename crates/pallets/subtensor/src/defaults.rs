//! Defaults of the storage items that the rules use, from the rules' own table, so that an absent key reads the same
//! on chain and in memory. Each type bears the name of its item.

use core::marker::PhantomData;

use codec::Decode;
use frame_support::traits::Get;
use sp_runtime::{Vec, traits::TrailingZeroInput};
use tributary_economy::{
    Alpha, MechId, RootClaimType, Tao,
    fixed::{I64F64, I96F32, U64F64, U96F32},
    for_each_ledger_item,
    safe_float::SafeFloat,
};

extern crate alloc;
use alloc::collections::BTreeMap;
use tributary_economy::NetUid;

/// The account of 32 zero bytes, which the reference returns where there is none
/// (`docs/rules/clients.md#storage-that-clients-read`).
pub struct ZeroAccount<Acc>(PhantomData<Acc>);

impl<Acc: Decode> Get<Acc> for ZeroAccount<Acc> {
    fn get() -> Acc {
        Acc::decode(&mut TrailingZeroInput::zeroes()).expect("every account type decodes from zeroes; qed")
    }
}

macro_rules! declare {
    ($($get:ident, $set:ident, $storage:ident, $keys:tt, $value:ty, $default:expr;)*) => {
        $(
            #[doc = concat!("Default of `", stringify!($storage), "`.")]
            pub struct $storage<Acc>(PhantomData<Acc>);
        )*
    };
}

macro_rules! implement {
    ($($get:ident, $set:ident, $storage:ident, $keys:tt, $value:ty, $default:expr;)*) => {
        $(
            impl<Acc> Get<$value> for items::$storage<Acc> {
                fn get() -> $value {
                    $default
                }
            }
        )*
    };
}

/// The types.
pub mod items {
    use super::{PhantomData, for_each_ledger_item};

    for_each_ledger_item!(declare);
}

for_each_ledger_item!(implement);
