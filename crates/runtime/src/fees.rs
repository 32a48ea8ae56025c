//! What a transaction costs, who earns it, and who goes first (`docs/rules/transactions.md#fees`).

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
    dispatch::{DispatchClass, DispatchInfo, Pays},
    traits::{FindAuthor, Get, OnUnbalanced, fungible},
    weights::{Weight, WeightToFee},
};
use pallet_transaction_payment::ChargeTransactionPayment as Inner;
use scale_info::TypeInfo;
use sp_runtime::{
    DispatchResult,
    traits::{DispatchInfoOf, DispatchOriginOf, Implication, PostDispatchInfoOf, TransactionExtension, ValidateResult},
    transaction_validity::{TransactionPriority, TransactionSource, TransactionValidityError},
};
use tributary_economy::fees as rules;

use crate::{AccountId, Aura, Balance, Balances, Runtime, RuntimeCall, System, free};

/// Weight to rao.
pub struct WeightFee;
impl WeightToFee for WeightFee {
    type Balance = Balance;
    fn weight_to_fee(weight: &Weight) -> Balance {
        rules::weight_fee(weight.ref_time()).0
    }
}

/// Length to rao.
pub struct LengthFee;
impl WeightToFee for LengthFee {
    type Balance = Balance;
    fn weight_to_fee(weight: &Weight) -> Balance {
        rules::length_fee(weight.ref_time()).0
    }
}

/// The account of the authority whose slot this block fills: its id is the authority's Aura key.
pub struct BlockAuthor;
impl Get<Option<AccountId>> for BlockAuthor {
    fn get() -> Option<AccountId> {
        let digest = System::digest();
        let index = Aura::find_author(digest.logs().iter().filter_map(|item| item.as_pre_runtime()))?;
        let authorities = pallet_aura::Authorities::<Runtime>::get();
        let key: &sp_core::sr25519::Public = authorities.get(usize::try_from(index).ok()?)?.as_ref();
        Some(AccountId::new(key.0))
    }
}

/// Gives fees and tips to the author. Without an author they are recycled, as dust is.
pub struct FeesToAuthor;
impl OnUnbalanced<fungible::Credit<AccountId, Balances>> for FeesToAuthor {
    fn on_nonzero_unbalanced(amount: fungible::Credit<AccountId, Balances>) {
        let nobodys = match BlockAuthor::get() {
            // Refused only if the author's account does not exist and this is below the existential deposit.
            Some(author) => <Balances as fungible::Balanced<AccountId>>::resolve(&author, amount).err(),
            None => Some(amount),
        };
        if let Some(nobodys) = nobodys {
            pallet_subtensor::RecycleDust::<Runtime>::on_unbalanced(nobodys);
        }
    }
}

/// Priority of normal and mandatory calls, whatever the tip.
pub const NORMAL_PRIORITY: TransactionPriority = 1;
/// Priority of operational calls.
pub const OPERATIONAL_PRIORITY: TransactionPriority = 10_000_000_000;

/// The fee payment of the SDK, with a priority that no tip can buy, and with free calls for those alone who may make
/// them ([`free`]). Clients know it by the name of what it wraps.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ChargeTransactionPayment(Inner<Runtime>);

impl ChargeTransactionPayment {
    /// Pays the fee and a tip.
    pub fn from(tip: Balance) -> Self {
        Self(Inner::from(tip))
    }
}

impl TypeInfo for ChargeTransactionPayment {
    type Identity = Inner<Runtime>;
    fn type_info() -> scale_info::Type {
        Inner::<Runtime>::type_info()
    }
}

impl TransactionExtension<RuntimeCall> for ChargeTransactionPayment {
    const IDENTIFIER: &'static str = "ChargeTransactionPayment";
    type Implicit = ();
    /// What the SDK's payment says, and whether the signer pays a fee.
    type Val = (<Inner<Runtime> as TransactionExtension<RuntimeCall>>::Val, Pays);
    type Pre = (<Inner<Runtime> as TransactionExtension<RuntimeCall>>::Pre, Pays);

    fn weight(&self, call: &RuntimeCall) -> Weight {
        self.0.weight(call).saturating_add(free::weight(call))
    }

    fn validate(
        &self,
        origin: DispatchOriginOf<RuntimeCall>,
        call: &RuntimeCall,
        info: &DispatchInfo,
        len: usize,
        implicit: Self::Implicit,
        inherited_implication: &impl Implication,
        source: TransactionSource,
    ) -> ValidateResult<Self::Val, RuntimeCall> {
        let refusal = free::refusal(&origin, call, info);
        let info = &DispatchInfo {
            pays_fee: if refusal.is_some() { Pays::Yes } else { info.pays_fee },
            ..*info
        };
        let (mut valid, val, origin) = self
            .0
            .validate(origin, call, info, len, implicit, inherited_implication, source)
            // Who cannot pay for a call that should be free is told why it is not.
            .map_err(|error| refusal.map_or(error, Into::into))?;
        valid.priority = match info.class {
            DispatchClass::Operational => OPERATIONAL_PRIORITY,
            _ => NORMAL_PRIORITY,
        };
        Ok((valid, (val, info.pays_fee), origin))
    }

    fn prepare(
        self,
        (val, pays_fee): Self::Val,
        origin: &DispatchOriginOf<RuntimeCall>,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        let info = &DispatchInfo { pays_fee, ..*info };
        Ok((self.0.prepare(val, origin, call, info, len)?, pays_fee))
    }

    fn post_dispatch_details(
        (pre, pays_fee): Self::Pre,
        info: &DispatchInfoOf<RuntimeCall>,
        post_info: &PostDispatchInfoOf<RuntimeCall>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        let info = &DispatchInfo { pays_fee, ..*info };
        <Inner<Runtime> as TransactionExtension<RuntimeCall>>::post_dispatch_details(pre, info, post_info, len, result)
    }
}
