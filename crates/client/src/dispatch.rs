//! What a dispatch error is called and what the chain says about it, from the chain's own metadata.

use std::collections::BTreeMap;

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use scale_info::TypeDef;
use sp_runtime::{DispatchError, ModuleError};

use crate::{
    Error, Result,
    connection::decode,
    explain::{explain, explain_kind},
};

/// Names and docs of the errors of every pallet.
#[derive(Debug, Default)]
pub(crate) struct ErrorNames(BTreeMap<(u8, u8), (String, String)>);

impl ErrorNames {
    /// Reads them from metadata V14, the blob of `state_getMetadata`.
    pub(crate) fn decode(blob: &[u8]) -> Result<Self> {
        let unknown = |reason: String| Error::Undecodable {
            what: "state_getMetadata".to_owned(),
            reason,
        };
        let RuntimeMetadata::V14(metadata) = decode::<RuntimeMetadataPrefixed>("state_getMetadata", blob)?.1 else {
            return Err(unknown("it is not of version 14".to_owned()));
        };
        let mut names = BTreeMap::new();
        for pallet in metadata.pallets {
            let Some(ty) = pallet.error.and_then(|error| metadata.types.resolve(error.ty.id)) else {
                continue;
            };
            let TypeDef::Variant(variants) = &ty.type_def else {
                continue;
            };
            for variant in &variants.variants {
                let docs = variant.docs.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
                names.insert(
                    (pallet.index, variant.index),
                    (format!("{}.{}", pallet.name, variant.name), docs),
                );
            }
        }
        Ok(Self(names))
    }

    /// Name of an error, and what it means: ours if we have words for it, else the chain's own.
    pub(crate) fn describe(&self, error: &DispatchError) -> (String, String) {
        if let DispatchError::Module(ModuleError { index, error, .. }) = error {
            let (name, docs) = self.0.get(&(*index, error[0])).cloned().unwrap_or_else(|| {
                (
                    format!("pallet {index}, error {}", error[0]),
                    "unknown to the metadata".into(),
                )
            });
            let docs = explain(&name).unwrap_or(docs);
            return (name, crate::visible(&docs).into_owned());
        }
        let name = match error {
            DispatchError::Token(kind) => format!("Token.{kind:?}"),
            DispatchError::Arithmetic(kind) => format!("Arithmetic.{kind:?}"),
            DispatchError::Transactional(kind) => format!("Transactional.{kind:?}"),
            other => {
                let name = format!("{other:?}");
                name.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
            }
        };
        let docs = match error {
            DispatchError::Other(text) => crate::visible(text).into_owned(),
            _ => explain_kind(&name).unwrap_or_else(|| "the chain says no more".to_owned()),
        };
        (name, docs)
    }
}

/// What the custom codes of transaction extensions mean (`docs/rules/transactions.md#codes`).
pub(crate) fn custom_reason(code: u8) -> Option<&'static str> {
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
