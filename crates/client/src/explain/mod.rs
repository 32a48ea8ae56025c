//! What an error of the chain means for the person who meets it: what happened, and what to do. One table for all
//! pallets whose calls the commands and the clients of the field make, cut by what the errors are about; a test holds
//! it against the runtime's metadata.

mod keys;
mod kinds;
mod money;
mod neurons;
mod others;
mod pact;
mod subnets;

use tributary_economy::{UNIT, market::MIN_STAKE};

use crate::metadata::Metadata;

/// The errors of `SubtensorModule`.
const SUBTENSOR: [&[(&str, &str)]; 4] = [money::MONEY, neurons::NEURONS, keys::KEYS, subnets::SUBNETS];

/// Text for an error that is called `Pallet.Error`, with the amounts of the chain that it is of.
pub(crate) fn explain(metadata: &Metadata, name: &str) -> Option<String> {
    text(name).map(|text| with_amounts(metadata, text))
}

fn text(name: &str) -> Option<&'static str> {
    let (pallet, error) = name.split_once('.')?;
    let (tables, key) = match pallet {
        "SubtensorModule" => (&SUBTENSOR[..], error),
        "Pact" => (&[pact::PACT][..], error),
        _ => (&[others::OTHERS][..], name),
    };
    let mut known = tables.iter().copied().flatten();
    known.find(|(known, _)| *known == key).map(|(_, text)| *text)
}

/// Text for what is no pallet's error: tokens, sums, and the executive's own.
pub(crate) fn explain_kind(metadata: &Metadata, kind: &str) -> Option<String> {
    kinds::text(kind).map(|text| with_amounts(metadata, text))
}

/// Writes the chain's own constants where a text names them.
fn with_amounts(metadata: &Metadata, text: &str) -> String {
    // A chain without such a constant does not ask for it.
    let deposit = metadata.constant("Balances", "ExistentialDeposit").unwrap_or_default();
    text.replace("{MIN_STAKE}", &tao(MIN_STAKE.0))
        .replace("{EXISTENTIAL_DEPOSIT}", &tao(deposit))
}

/// An amount of rao in TAO, without zeros at the end.
fn tao(rao: u64) -> String {
    let text = format!("{}.{:09}", rao / UNIT, rao % UNIT);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sp_runtime::{ArithmeticError, DispatchError, TokenError};

    use super::*;
    use crate::{failure::Failure, testing::metadata};

    /// Pallets whose errors a command or a client of the field can meet. The others' calls are root's alone.
    const MET: [&str; 9] = [
        "SubtensorModule",
        "Pact",
        "Swap",
        "Balances",
        "Commitments",
        "AdminUtils",
        "Utility",
        "Proxy",
        "Multisig",
    ];

    fn errors() -> BTreeSet<String> {
        let metadata = metadata();
        let mut names = BTreeSet::new();
        for pallet in metadata.described().pallets() {
            let errors = pallet.error_variants().unwrap_or_default();
            names.extend(errors.iter().map(|error| format!("{}.{}", pallet.name(), error.name)));
        }
        names
    }

    #[test]
    fn every_error_that_can_be_met_has_a_text() {
        let errors = errors();
        let silent: Vec<&String> = errors
            .iter()
            .filter(|name| MET.iter().any(|pallet| name.starts_with(&format!("{pallet}."))))
            .filter(|name| text(name).is_none())
            .collect();
        assert!(silent.is_empty(), "without text: {silent:?}");
        assert!(text("Sudo.RequireSudo").is_some() && text("System.CallFiltered").is_some());
    }

    #[test]
    fn amounts_in_texts_are_the_chains() {
        let metadata = metadata();
        let text = |name| explain(&metadata, name).unwrap();
        assert!(text("SubtensorModule.AmountTooLow").contains("staked or unstaked, 0.002 TAO"));
        assert!(text("Balances.Expendability").contains("the 0.0000005 TAO"));
        let tables = SUBTENSOR.into_iter().chain([pact::PACT, others::OTHERS]);
        for (name, text) in tables.flatten() {
            assert!(!with_amounts(&metadata, text).contains('{'), "{name}: {text}");
        }
    }

    #[test]
    fn every_text_is_of_an_error_that_there_is() {
        let errors = errors();
        let pallet = |name: &'static str| move |(error, _): &(&str, &str)| format!("{name}.{error}");
        let told = SUBTENSOR.into_iter().flatten().map(pallet("SubtensorModule"));
        let told = told.chain(pact::PACT.iter().map(pallet("Pact")));
        let told: Vec<String> = told
            .chain(others::OTHERS.iter().map(|(name, _)| (*name).to_owned()))
            .collect();
        for name in &told {
            assert!(errors.contains(name), "{name}");
        }
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "one text each");
    }

    #[test]
    fn what_is_no_pallets_error_is_told_as_well() {
        let metadata = metadata();
        let id = metadata.described().dispatch_error_ty().unwrap();
        let token = [
            TokenError::FundsUnavailable,
            TokenError::OnlyProvider,
            TokenError::BelowMinimum,
            TokenError::CannotCreate,
            TokenError::UnknownAsset,
            TokenError::Frozen,
            TokenError::Unsupported,
            TokenError::CannotCreateHold,
            TokenError::NotExpendable,
            TokenError::Blocked,
        ];
        let sums = [
            ArithmeticError::Underflow,
            ArithmeticError::Overflow,
            ArithmeticError::DivisionByZero,
        ];
        let others = [
            DispatchError::BadOrigin,
            DispatchError::CannotLookup,
            DispatchError::ConsumerRemaining,
            DispatchError::NoProviders,
            DispatchError::TooManyConsumers,
            DispatchError::Exhausted,
            DispatchError::Corruption,
            DispatchError::Unavailable,
            DispatchError::RootNotAllowed,
        ];
        let all = token.into_iter().map(DispatchError::Token);
        let all = all.chain(sums.into_iter().map(DispatchError::Arithmetic)).chain(others);
        for error in all {
            let bytes = codec::Encode::encode(&error);
            let value = metadata.value("an error", id, &mut &*bytes).unwrap();
            let Failure { name, docs } = Failure::of(&metadata, &value).unwrap().unwrap();
            assert_eq!(explain_kind(&metadata, &name), Some(docs), "{error:?}");
        }
    }
}
