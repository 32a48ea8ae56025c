//! The chains that a node knows by name.

use sc_service::{ChainType, Properties};
use serde_json::{Value, json};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::crypto::Ss58Codec;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use tributary_runtime::genesis;

use crate::start_state::Extensions;

/// Specification of a chain.
pub type ChainSpec = sc_service::GenericChainSpec<Extensions>;

/// The runtime, as built beside this program: compressed, as chains store it.
pub const WASM: &[u8] = include_bytes!(env!("TRIBUTARY_RUNTIME"));

/// Development validators, in order.
const VALIDATORS: [(Sr25519Keyring, Ed25519Keyring); 4] = [
    (Sr25519Keyring::Alice, Ed25519Keyring::Alice),
    (Sr25519Keyring::Bob, Ed25519Keyring::Bob),
    (Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
    (Sr25519Keyring::Dave, Ed25519Keyring::Dave),
];

/// Validators of a chain that does not say how many.
const DEFAULT_VALIDATORS: usize = 2;

/// The chain of this name: `dev`, a preset (`mainnet`, `local`, `fast`) with two development validators, or one with
/// another number of them (`fast-4`); else a file.
///
/// # Errors
/// The name is none of these and there is no such file, or the file is no specification.
pub fn load(id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
    if id.is_empty() || id == "dev" {
        return Ok(Box::new(development("dev", genesis::FAST, 1)?));
    }
    let (preset, count) = match id.rsplit_once('-') {
        Some((preset, count)) if genesis::PRESETS.contains(&preset) => {
            let known = count
                .parse()
                .ok()
                .filter(|count| (1..=VALIDATORS.len()).contains(count));
            let count = known.ok_or(format!(
                "{id}: there are 1 to {} development validators",
                VALIDATORS.len()
            ))?;
            (preset, count)
        }
        _ => (id, DEFAULT_VALIDATORS),
    };
    if genesis::PRESETS.contains(&preset) {
        return Ok(Box::new(development(id, preset, count)?));
    }
    let path = std::path::PathBuf::from(id);
    if !path.is_file() {
        return Err(format!(
            "there is no chain and no file {id}; the chains are dev, {}, and those with 1 to {} validators, such as fast-4",
            genesis::PRESETS.join(", "),
            VALIDATORS.len()
        ));
    }
    Ok(Box::new(ChainSpec::from_json_file(path)?))
}

/// A preset with development validators.
fn development(id: &str, preset: &str, validators: usize) -> Result<ChainSpec, String> {
    let mut patch = genesis::patch(preset).ok_or(format!("there is no preset {preset}"))?;
    let validators = &VALIDATORS[..validators];
    let aura: Vec<AuraId> = validators.iter().map(|(aura, _)| aura.public().into()).collect();
    let grandpa: Vec<(GrandpaId, u64)> = validators.iter().map(|(_, key)| (key.public().into(), 1)).collect();
    patch["aura"] = json!({ "authorities": aura.iter().map(Ss58Codec::to_ss58check).collect::<Vec<_>>() });
    patch["grandpa"] = json!({
        "authorities": grandpa.iter().map(|(key, weight)| json!([key.to_ss58check(), weight])).collect::<Vec<Value>>()
    });
    let kind = if id == "dev" {
        ChainType::Development
    } else {
        ChainType::Local
    };
    Ok(ChainSpec::builder(WASM, Extensions::default())
        .with_name(&format!("Tributary {id}"))
        .with_id(&format!("tributary_{}", id.replace('-', "_")))
        .with_chain_type(kind)
        .with_protocol_id("trib")
        .with_properties(properties())
        .with_genesis_config_patch(patch)
        .build())
}

/// What clients show amounts and addresses by.
fn properties() -> Properties {
    let properties = json!({ "tokenSymbol": "TAO", "tokenDecimals": 9, "ss58Format": 42 });
    properties.as_object().cloned().unwrap_or_default()
}
