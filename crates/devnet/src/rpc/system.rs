//! `system_*`: the node, accounts, dry runs.

use codec::Encode;
use serde_json::{Value, json};

use super::{
    context::{Module, aliases, method},
    error::from_chain,
    params::hex,
};
use crate::Error;

pub fn register(module: &mut Module) -> Result<(), Error> {
    method(module, "system_chain", |context, _| {
        Ok(json!(context.config.chain_name))
    })?;
    method(module, "system_chainType", |_, _| Ok(json!("Development")))?;
    method(module, "system_name", |_, _| Ok(json!("Tributary Devnet")))?;
    method(module, "system_version", |_, _| Ok(json!(env!("CARGO_PKG_VERSION"))))?;
    method(module, "system_properties", |_, _| {
        Ok(json!({ "ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO" }))
    })?;
    method(module, "system_health", |_, _| {
        Ok(json!({ "peers": 0, "isSyncing": false, "shouldHavePeers": false }))
    })?;
    method(module, "system_peers", |_, _| Ok(json!([])))?;
    method(module, "system_localListenAddresses", |_, _| Ok(json!([])))?;
    method(module, "system_nodeRoles", |_, _| Ok(json!(["Authority"])))?;
    method(module, "system_syncState", |context, _| {
        let best = context.devnet.head().number;
        Ok(json!({ "startingBlock": 0, "currentBlock": best, "highestBlock": best }))
    })?;
    method(module, "system_accountNextIndex", |context, params| {
        context
            .devnet
            .next_nonce(&params.account()?)
            .map(Value::from)
            .map_err(from_chain)
    })?;
    aliases(module, "system_accountNextIndex", &["account_nextIndex"])?;
    method(module, "system_dryRun", |context, params| {
        let extrinsic = params.bytes("extrinsic")?;
        let result = context.devnet.dry_run(&extrinsic, params.at()?).map_err(from_chain)?;
        Ok(hex(result.encode()))
    })?;
    aliases(module, "system_dryRun", &["system_dryRunAt"])
}
