//! What a failed call is called and what the chain says about it, from the chain's own metadata.

use scale_value::{Composite, Value, ValueDef, Variant};

use crate::{
    Result,
    explain::{explain, explain_kind},
    metadata::Metadata,
};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `Pallet.Error`, or the kind of a failure that is no pallet's.
    pub name: String,
    /// What that means, and what to do: ours if we have words for it, else the chain's own.
    pub docs: String,
}

const WHAT: &str = "a dispatch error";

impl Failure {
    /// Of a dispatch error, or of a result that may be one.
    ///
    /// # Errors
    /// [`crate::Error::Shape`] if it is neither.
    pub(crate) fn of(metadata: &Metadata, value: &Value<u32>) -> Result<Option<Self>> {
        let strange = || metadata.misshapen(WHAT, "it is of no known kind");
        let error = variant(value).ok_or_else(strange)?;
        match error.name.as_str() {
            "Ok" => Ok(None),
            "Err" => Self::of(metadata, only(&error.values).ok_or_else(strange)?),
            "Module" => Self::of_pallet(metadata, error).map(Some),
            name => Ok(Some(Self::of_kind(metadata, name, error))),
        }
    }

    fn of_pallet(metadata: &Metadata, error: &Variant<u32>) -> Result<Self> {
        let strange = || metadata.misshapen(WHAT, "its pallet and number are in an unknown form");
        let fields = match only(&error.values).map(|value| &value.value) {
            Some(ValueDef::Composite(fields)) => fields,
            _ => &error.values,
        };
        let (Some(pallet), Some(number)) = (field(fields, "index"), field(fields, "error")) else {
            return Err(strange());
        };
        let pallet = byte(pallet).ok_or_else(strange)?;
        // The number, and room for numbers of errors within errors.
        let number = match &number.value {
            ValueDef::Composite(bytes) => bytes.values().next().and_then(byte),
            _ => byte(number),
        };
        let number = number.ok_or_else(strange)?;
        let found = metadata.described().pallet_by_error_index(pallet);
        let found = found.and_then(|pallet| Some((pallet, pallet.error_variant_by_index(number)?)));
        Ok(match found {
            None => Self {
                name: format!("pallet {pallet}, error {number}"),
                docs: "unknown to the metadata".to_owned(),
            },
            Some((pallet, error)) => {
                let name = format!("{}.{}", pallet.name(), error.name);
                let docs = explain(metadata, &name).unwrap_or_else(|| {
                    let words = error.docs.join(" ");
                    words.split_whitespace().collect::<Vec<_>>().join(" ")
                });
                Self {
                    name: crate::visible(&name).into_owned(),
                    docs: crate::visible(&docs).into_owned(),
                }
            }
        })
    }

    fn of_kind(metadata: &Metadata, name: &str, error: &Variant<u32>) -> Self {
        let name = match only(&error.values).and_then(variant) {
            Some(within) => format!("{name}.{}", within.name),
            None => name.to_owned(),
        };
        let docs = explain_kind(metadata, &name).unwrap_or_else(|| "the chain says no more".to_owned());
        Self {
            name: crate::visible(&name).into_owned(),
            docs,
        }
    }
}

fn variant(value: &Value<u32>) -> Option<&Variant<u32>> {
    match &value.value {
        ValueDef::Variant(variant) => Some(variant),
        _ => None,
    }
}

fn only(values: &Composite<u32>) -> Option<&Value<u32>> {
    let mut values = values.values();
    values.next().filter(|_| values.next().is_none())
}

fn field<'a>(fields: &'a Composite<u32>, name: &str) -> Option<&'a Value<u32>> {
    match fields {
        Composite::Named(fields) => fields.iter().find(|(own, _)| own == name).map(|(_, value)| value),
        Composite::Unnamed(_) => None,
    }
}

fn byte(value: &Value<u32>) -> Option<u8> {
    value.as_u128().and_then(|number| u8::try_from(number).ok())
}

const CANNOT_PAY: &str = "the account cannot pay the fee; send it some TAO";

/// What a transaction would come to: nothing, a failure of its call, or words why no block could take it.
pub(crate) enum Applied {
    Well,
    Failed(Failure),
    Invalid(String),
}

impl Applied {
    /// Of the result of applying a transaction.
    ///
    /// # Errors
    /// [`crate::Error::Shape`] if it is none.
    pub(crate) fn of(metadata: &Metadata, value: &Value<u32>) -> Result<Self> {
        let strange = || metadata.misshapen("the result of a transaction", "it is of no known kind");
        let applied = variant(value).ok_or_else(strange)?;
        let within = only(&applied.values).ok_or_else(strange)?;
        match applied.name.as_str() {
            "Ok" => Ok(Failure::of(metadata, within)?.map_or(Self::Well, Self::Failed)),
            "Err" => {
                let invalid = variant(within).ok_or_else(strange)?;
                let why = only(&invalid.values).and_then(variant).ok_or_else(strange)?;
                let code = only(&why.values).and_then(byte);
                Ok(Self::Invalid(invalidity(&why.name, code)))
            }
            _ => Err(strange()),
        }
    }
}

/// Words why a transaction could not be in a block.
fn invalidity(kind: &str, code: Option<u8>) -> String {
    let text = match kind {
        "Payment" => CANNOT_PAY,
        "Custom" => {
            let code = code.unwrap_or_default();
            return custom_reason(code).map_or_else(|| format!("custom error {code}"), str::to_owned);
        }
        "Call" => "Transaction call is not expected",
        "Future" => "Transaction will be valid in the future",
        "Stale" => "Transaction is outdated",
        "BadProof" => "Transaction has a bad signature",
        "AncientBirthBlock" => "Transaction has an ancient birth block",
        "ExhaustsResources" => "Transaction would exhaust the block limits",
        "BadMandatory" => "A call was labelled as mandatory, but resulted in an Error.",
        "MandatoryValidation" => "Transaction dispatch is mandatory; transactions must not be validated.",
        "BadSigner" => "Invalid signing address",
        "IndeterminateImplicit" => "The implicit data was unable to be calculated",
        "UnknownOrigin" => "The transaction extension did not authorize any origin",
        "CannotLookup" => "Could not lookup information required to validate the transaction",
        "NoUnsignedValidator" => "Could not find an unsigned validator for the unsigned transaction",
        other => return crate::visible(other).into_owned(),
    };
    text.to_owned()
}

/// Words the pool's refusal by its code, message and data (`docs/rules/clients.md#errors-at-submission`).
pub(crate) fn refusal(code: i32, message: String, data: &str) -> String {
    let custom = data
        .strip_prefix("Custom error: ")
        .and_then(|code| code.trim().parse().ok())
        .and_then(custom_reason);
    match (code, custom) {
        (_, Some(reason)) => reason.to_owned(),
        (1012, _) => "it was refused a moment ago; wait, or change it".to_owned(),
        (1013, _) => "the same transaction is waiting already".to_owned(),
        (1014, _) => {
            "another transaction of this account is waiting with the same nonce; try again after it".to_owned()
        }
        (1010, _) if data.starts_with("Inability to pay") => CANNOT_PAY.to_owned(),
        _ if data.is_empty() => message,
        _ => format!("{message}: {data}"),
    }
}

/// What the custom codes of transaction extensions mean (`docs/rules/transactions.md#codes`).
fn custom_reason(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "ColdkeyInSwapSchedule: the coldkey is being swapped and may not act",
        1 => "StakeAmountTooLow: the amount is below the smallest stake",
        2 => "BalanceTooLow: the account does not hold that much",
        3 => "SubnetNotExists: there is no such subnet",
        4 => "HotkeyAccountDoesntExist: no coldkey owns this hotkey; register it first",
        5 => "NotEnoughStakeToWithdraw: the stake is smaller than that",
        6 => "RateLimitExceeded: too soon after the last transaction of this kind; wait some blocks",
        7 => "InsufficientLiquidity: the pool is too small for this amount",
        8 => "SlippageTooHigh: the price would pass the limit",
        9 => "TransferDisallowed: the subnet does not allow stake to be transferred",
        10 => "HotKeyNotRegisteredInNetwork: the hotkey is not registered on this subnet",
        11 => "InvalidIpAddress: the address cannot be reached from outside",
        12 => "ServingRateLimitExceeded: the endpoint was announced too recently; wait some blocks",
        13 => "InvalidPort: the port is reserved",
        14 => "ZeroMaxAmount: not even the smallest amount can be traded within the price limit",
        15 => "InvalidRevealRound: the round of the reveal has passed",
        16 => "CommitNotFound: there is no such commit to reveal",
        17 => "CommitBlockNotInRevealRange: the commit cannot be revealed now",
        18 => "InputLengthsUnequal: lists that belong together differ in length",
        19 => "UidNotFound: a uid is not in use on this subnet",
        20 => "EvmKeyAssociateRateLimitExceeded: the key was associated too recently",
        21 => "ColdkeySwapDisputed: the coldkey's swap is disputed",
        22 => "InvalidRealAccount: the account to act for does not exist",
        23 => "FailedShieldedTxParsing: the sealed transaction does not decode",
        24 => "InvalidShieldedTxPubKeyHash: the transaction was sealed for another key",
        25 => "NonAssociatedColdKey: another coldkey owns this hotkey",
        26 => "DelegateTakeTooLow: the take is below the smallest allowed",
        27 => "DelegateTakeTooHigh: the take is above the largest allowed",
        100 => "NeuronNoValidatorPermit: the neuron may not set weights until an epoch gives it a permit",
        101 => "IncorrectWeightVersionKey: the subnet asks for weights of a newer version",
        102 => "CommitRevealEnabled: weights are committed and revealed on this subnet",
        103 => "CommitRevealDisabled: weights are set on this subnet, not committed",
        104 => "WeightVecLengthIsLow: the subnet asks for more weights",
        255 => "BadRequest: the call would fail, and the account holds no TAO to pay for that",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_refusals() {
        let text = |code, data: &str| refusal(code, "Invalid Transaction".to_owned(), data);
        assert!(text(1010, "Custom error: 3").contains("SubnetNotExists"));
        assert!(text(1010, "Custom error: 77").contains("Invalid Transaction: Custom error: 77"));
        assert!(text(1010, "Inability to pay some fees (e.g. account balance too low)").contains("cannot pay"));
        assert!(text(1012, "").contains("refused a moment ago"));
    }

    #[test]
    fn words_what_a_dry_run_finds() {
        use sp_runtime::{
            ApplyExtrinsicResult, DispatchError,
            transaction_validity::{InvalidTransaction, TransactionValidityError, UnknownTransaction},
        };
        let metadata = crate::testing::metadata();
        let applied = |result: ApplyExtrinsicResult| {
            let api = metadata.api("DryRunRuntimeApi", "dry_run_call").unwrap();
            let bytes = codec::Encode::encode(&result);
            let value = metadata.value("a result", api.output_id, &mut &*bytes).unwrap();
            Applied::of(&metadata, &value).unwrap()
        };
        let text = |invalid: TransactionValidityError| match applied(Err(invalid)) {
            Applied::Invalid(text) => text,
            _ => panic!("{invalid:?} is taken for something else"),
        };
        assert!(text(InvalidTransaction::Custom(3).into()).contains("SubnetNotExists"));
        assert!(text(InvalidTransaction::Payment.into()).contains("send it some TAO"));
        // Our words are those of the library.
        let invalid = [
            InvalidTransaction::Call,
            InvalidTransaction::Future,
            InvalidTransaction::Stale,
            InvalidTransaction::BadProof,
            InvalidTransaction::AncientBirthBlock,
            InvalidTransaction::ExhaustsResources,
            InvalidTransaction::BadMandatory,
            InvalidTransaction::MandatoryValidation,
            InvalidTransaction::BadSigner,
            InvalidTransaction::IndeterminateImplicit,
            InvalidTransaction::UnknownOrigin,
        ];
        for invalid in invalid {
            assert_eq!(text(invalid.into()), <&str>::from(invalid));
        }
        for unknown in [
            UnknownTransaction::CannotLookup,
            UnknownTransaction::NoUnsignedValidator,
        ] {
            assert_eq!(text(unknown.into()), <&str>::from(unknown));
        }
        assert!(matches!(applied(Ok(Ok(()))), Applied::Well));
        let Applied::Failed(failure) = applied(Ok(Err(DispatchError::BadOrigin))) else {
            panic!("a failure is taken for something else");
        };
        assert_eq!(failure.name, "BadOrigin");
    }
}
