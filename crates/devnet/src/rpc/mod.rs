//! JSON-RPC around an embedded chain, as a Substrate node speaks it (`wire.md` 1 and 2), with the `dev_*` family.
//!
//! There are no origin checks, as in a node's development mode: everybody on this machine, pages in its browsers
//! included, may call everything. Nothing that can be called reaches beyond the chain and the folder for dumps.

mod author;
mod chain;
mod dev;
mod error;
mod limits;
mod params;
mod payment;
mod server;
mod state;
mod system;

use std::{path::PathBuf, sync::Arc};

use jsonrpsee::{
    RpcModule, SubscriptionSink,
    types::{ErrorObjectOwned, Params},
};
use serde::Serialize;
use serde_json::{Value, json, value::to_raw_value};
use tokio_util::sync::CancellationToken;

use crate::{Devnet, Error, panics};
pub use server::{RpcHandle, serve};

/// How the chain is offered.
#[derive(Clone, Debug)]
pub struct RpcConfig {
    /// The port for WebSocket and HTTP; 0 takes a free one.
    pub port: u16,
    /// A second port with the same service. The local network of the reference has nodes on 9944 and 9945, and each
    /// client's tests use one of the two.
    pub second_port: Option<u16>,
    /// Listen on all interfaces instead of 127.0.0.1 and ::1. There is no protection against strangers: whoever
    /// reaches the port may do everything, the `dev_*` methods included.
    pub all_interfaces: bool,
    /// Answer to `system_chain`.
    pub chain_name: String,
    /// Connections at once.
    pub connections_max: u32,
    /// The folder of the files of `dev_dump` and `dev_load`, which take plain file names; without it there are no such
    /// methods.
    pub dump_folder: Option<PathBuf>,
}

impl Default for RpcConfig {
    fn default() -> Self {
        Self {
            port: 9944,
            second_port: None,
            all_interfaces: false,
            chain_name: "Tributary Local".into(),
            connections_max: 500,
            dump_folder: None,
        }
    }
}

/// What the methods work on.
struct Context {
    devnet: Devnet,
    config: RpcConfig,
}

type Module = RpcModule<Context>;
type Answer = Result<Value, ErrorObjectOwned>;

/// Registers a method that may block. A panic in it is an error of that call.
fn method(
    module: &mut Module,
    name: &'static str,
    answer: fn(&Context, &mut params::Reader<'_>) -> Answer,
) -> Result<(), Error> {
    let call = move |params: Params<'static>, context: Arc<Context>, _| async move {
        let gone = CancellationToken::new();
        // The server drops this future when the connection ends before there is an answer.
        let _leaves = gone.clone().drop_guard();
        let work = move |context: &Context| {
            let answer = panics::catch(|| answer(context, &mut params::Reader::waited_for(&params, gone)));
            let answer = answer.map_err(error::internal)??;
            to_raw_value(&answer).map_err(error::internal)
        };
        blocking(&context, work).await?
    };
    module.register_async_method(name, call).map(|_| ()).map_err(setup)
}

/// Registers further names of a method.
fn aliases(module: &mut Module, name: &'static str, others: &[&'static str]) -> Result<(), Error> {
    others
        .iter()
        .try_for_each(|other| module.register_alias(other, name).map_err(setup))
}

fn setup(error: impl ToString) -> Error {
    Error::Server(error.to_string())
}

/// All methods.
fn methods(devnet: Devnet, config: RpcConfig) -> Result<Module, Error> {
    let dumps = config.dump_folder.is_some();
    let mut module = RpcModule::new(Context { devnet, config });
    chain::register(&mut module)?;
    state::register(&mut module)?;
    author::register(&mut module)?;
    system::register(&mut module)?;
    payment::register(&mut module)?;
    dev::register(&mut module, dumps)?;
    let mut names: Vec<&str> = module.method_names().chain(["rpc_methods"]).collect();
    names.sort_unstable();
    let answer = json!({ "methods": names });
    module
        .register_method("rpc_methods", move |_, _, _| answer.clone())
        .map_err(setup)?;
    Ok(module)
}

/// Runs something that blocks beside the asynchronous threads.
async fn blocking<R: Send + 'static>(
    context: &Arc<Context>,
    action: impl FnOnce(&Context) -> R + Send + 'static,
) -> Result<R, ErrorObjectOwned> {
    let context = context.clone();
    tokio::task::spawn_blocking(move || action(&context))
        .await
        .map_err(error::internal)
}

/// Sends a notification; false when nobody listens any more.
async fn notify(sink: &SubscriptionSink, result: &impl Serialize) -> bool {
    match to_raw_value(result) {
        Ok(message) => sink.send(message).await.is_ok(),
        Err(error) => {
            tracing::error!(%error, "a notification could not be written as JSON");
            false
        }
    }
}
