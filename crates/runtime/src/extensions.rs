//! The transaction extensions of the reference that the SDK does not have, under the names that clients sign with
//! (`docs/rules/clients.md#transaction-format`). All but the nonce are empty on the wire.

use alloc::vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{dispatch::Pays, weights::Weight};
use scale_info::TypeInfo;
use sp_runtime::{
    DispatchResult, impl_tx_ext_default,
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, DispatchOriginOf, Implication, PostDispatchInfoOf, TransactionExtension,
        ValidateResult,
    },
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction},
};
use tributary_economy::market::totals::Totals;

use crate::{AccountId, Nonce, Runtime, RuntimeCall, SubtensorModule, issuance};

/// The nonce check of the SDK, except that an account without any balance may make calls that cost nothing
/// (`docs/rules/transactions.md#free-calls`): hotkeys serve and set weights without ever holding TAO.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct CheckNonce(#[codec(compact)] pub Nonce);

impl TypeInfo for CheckNonce {
    type Identity = frame_system::CheckNonce<Runtime>;
    fn type_info() -> scale_info::Type {
        frame_system::CheckNonce::<Runtime>::type_info()
    }
}

impl TransactionExtension<RuntimeCall> for CheckNonce {
    const IDENTIFIER: &'static str = "CheckNonce";
    type Implicit = ();
    type Val = Option<AccountId>;
    type Pre = ();

    fn weight(&self, _: &RuntimeCall) -> Weight {
        use frame_system::ExtensionsWeightInfo as _;
        <Runtime as frame_system::Config>::ExtensionsWeightInfo::check_nonce()
    }

    fn validate(
        &self,
        origin: DispatchOriginOf<RuntimeCall>,
        _call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        _len: usize,
        _implicit: Self::Implicit,
        _inherited_implication: &impl Implication,
        _source: TransactionSource,
    ) -> ValidateResult<Self::Val, RuntimeCall> {
        let Some(who) = origin.as_system_origin_signer().cloned() else {
            return Ok((ValidTransaction::default(), None, origin));
        };
        let account = frame_system::Account::<Runtime>::get(&who);
        if info.pays_fee == Pays::Yes && account.providers == 0 && account.sufficients == 0 {
            return Err(InvalidTransaction::Payment.into());
        }
        if self.0 < account.nonce {
            return Err(InvalidTransaction::Stale.into());
        }
        let before = self.0.checked_sub(1).filter(|before| *before >= account.nonce);
        let valid = ValidTransaction {
            provides: vec![(who.clone(), self.0).encode()],
            requires: before
                .map(|before| (who.clone(), before).encode())
                .into_iter()
                .collect(),
            ..ValidTransaction::default()
        };
        Ok((valid, Some(who), origin))
    }

    fn prepare(
        self,
        val: Self::Val,
        _origin: &DispatchOriginOf<RuntimeCall>,
        _call: &RuntimeCall,
        _info: &DispatchInfoOf<RuntimeCall>,
        _len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        val.map_or(Ok(()), |who| {
            frame_system::CheckNonce::<Runtime>::prepare_nonce_for_account(&who, self.0)
        })
    }
}

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

/// Keeps transactions of the market out of the pool that are bound to fail, with the codes that clients know
/// (`docs/rules/transactions.md#guards`, `docs/rules/transactions.md#codes`), and those that would break the sum of all
/// TAO ([`issuance`]). That free calls are free for those alone who may make them is [`crate::free`]'s to see.
///
/// Takes of delegates are not looked at here: published clients expect those errors from the block
/// (`docs/rules/clients.md#version-skew`).
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SubtensorTransactionExtension;

impl TransactionExtension<RuntimeCall> for SubtensorTransactionExtension {
    const IDENTIFIER: &'static str = "SubtensorTransactionExtension";
    type Implicit = ();
    /// Whether the call may set balances.
    type Val = bool;
    /// How much TAO there was before, if it may.
    type Pre = Option<Totals>;

    fn weight(&self, call: &RuntimeCall) -> Weight {
        // The calls that are looked at count the reads of their checks themselves.
        issuance::weight(call)
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
        if let Some(signer) = origin.as_system_origin_signer() {
            let ours = match call {
                RuntimeCall::SubtensorModule(call) => Some(call),
                _ => None,
            };
            SubtensorModule::validate_while_swapping(signer, ours)
                .and_then(|()| ours.map_or(Ok(()), |call| SubtensorModule::validate_call(signer, call)))
                .map_err(|code| InvalidTransaction::Custom(code as u8))?;
        }
        let sets = issuance::sets_balances(call)?;
        if sets {
            issuance::attempt(&origin, call)?;
        }
        Ok((ValidTransaction::default(), sets, origin))
    }

    fn prepare(
        self,
        sets: Self::Val,
        _origin: &DispatchOriginOf<RuntimeCall>,
        _call: &RuntimeCall,
        _info: &DispatchInfoOf<RuntimeCall>,
        _len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        // The fee is paid: from here on only the call moves TAO.
        Ok(sets.then(SubtensorModule::totals))
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        _info: &DispatchInfoOf<RuntimeCall>,
        _post_info: &PostDispatchInfoOf<RuntimeCall>,
        _len: usize,
        _result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        if let Some(before) = pre {
            issuance::count(before)?;
        }
        Ok(Weight::zero())
    }
}
