//! The transaction extensions of the reference that the SDK does not have, under the names that clients sign with
//! (`wire.md` 4). All of them are empty on the wire.

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::weights::Weight;
use scale_info::TypeInfo;
use sp_runtime::{
    impl_tx_ext_default,
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, DispatchOriginOf, Implication, TransactionExtension, ValidateResult,
    },
    transaction_validity::{InvalidTransaction, TransactionSource, ValidTransaction},
};

use crate::{Runtime, RuntimeCall};

/// Keeps calls to `Sudo` out of the pool unless the sudo key signs them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SudoTransactionExtension;

impl TransactionExtension<RuntimeCall> for SudoTransactionExtension {
    const IDENTIFIER: &'static str = "SudoTransactionExtension";
    type Implicit = ();
    type Val = ();
    type Pre = ();

    fn weight(&self, _: &RuntimeCall) -> Weight {
        Weight::zero()
    }

    fn validate(
        &self,
        origin: DispatchOriginOf<RuntimeCall>,
        call: &RuntimeCall,
        _info: &DispatchInfoOf<RuntimeCall>,
        _len: usize,
        _implicit: Self::Implicit,
        _inherited_implication: &impl Implication,
        _source: TransactionSource,
    ) -> ValidateResult<Self::Val, RuntimeCall> {
        if let (RuntimeCall::Sudo(_), Some(signer)) = (call, origin.as_system_origin_signer())
            && pallet_sudo::Key::<Runtime>::get().as_ref() != Some(signer)
        {
            return Err(InvalidTransaction::BadSigner.into());
        }
        Ok((ValidTransaction::default(), (), origin))
    }

    impl_tx_ext_default!(RuntimeCall; prepare);
}

macro_rules! placeholder {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
        pub struct $name;

        impl TransactionExtension<RuntimeCall> for $name {
            const IDENTIFIER: &'static str = stringify!($name);
            type Implicit = ();
            type Val = ();
            type Pre = ();

            impl_tx_ext_default!(RuntimeCall; weight validate prepare);
        }
    };
}

placeholder! {
    /// Checks encrypted transactions in the reference. This chain takes none, so there is nothing to check; the
    /// extension is there because clients sign for it.
    CheckShieldedTxValidity
}
placeholder! {
    /// Raises the priority of pulses of the drand beacon in the reference. This chain takes none.
    DrandPriority
}
placeholder! {
    /// Refuses transactions of the market that are bound to fail before they cost anything.
    SubtensorTransactionExtension
}
