//! Every family of methods, registered.

use std::sync::Arc;

use jsonrpsee::RpcModule;
use serde_json::json;

use super::{
    author, chain,
    config::RpcConfig,
    context::{Context, Module, setup},
    dev,
    gate::{Lanes, is_unsafe},
    payment, state, system,
};
use crate::{Devnet, Error};

/// All methods that are served.
pub fn methods(devnet: Devnet, config: RpcConfig, lanes: Arc<Lanes>) -> Result<Module, Error> {
    let dumps = config.dump_folder.is_some();
    let has_unsafe = config.methods.has_unsafe(config.all_interfaces);
    let mut module = RpcModule::new(Context::new(devnet, config, lanes));
    chain::register(&mut module)?;
    state::register(&mut module)?;
    author::register(&mut module)?;
    system::register(&mut module)?;
    payment::register(&mut module)?;
    dev::register(&mut module, dumps)?;
    let mut names: Vec<&str> = module.method_names().chain(["rpc_methods"]).collect();
    names.retain(|name| has_unsafe || !is_unsafe(name));
    names.sort_unstable();
    let answer = json!({ "methods": names });
    module
        .register_method("rpc_methods", move |_, _, _| answer.clone())
        .map_err(setup)?;
    Ok(module)
}
