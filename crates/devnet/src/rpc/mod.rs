//! JSON-RPC around an embedded chain, as a Substrate node speaks it (`docs/rules/clients.md#transport` and
//! `docs/rules/clients.md#methods`), with the `dev_*` family.
//!
//! Programs of this machine may call everything. Pages in its browsers may if they come from this machine or from an
//! origin that the user named; others are refused before anything of their requests is read ([`RpcConfig::origins`]).

mod author;
mod chain;
mod dev;
mod error;
mod gate;
pub mod limits;
mod params;
mod payment;
mod quota;
mod server;
mod state;
mod storage;
mod system;

use std::{path::PathBuf, sync::Arc};

use jsonrpsee::{
    Extensions, RpcModule, SubscriptionSink,
    types::{ErrorObjectOwned, Params},
};
use serde::Serialize;
use serde_json::{Value, json, value::to_raw_value};
use tokio_util::sync::CancellationToken;
pub use tributary_http::{Hosts, Limits, Origins};
use tributary_http::{Peer, Presence, Working};

use crate::{Devnet, Error, panics};
use gate::Lanes;
pub use gate::{MethodSet, is_unsafe};
use quota::{Amounts, Part, Quota};
pub use server::{RpcHandle, serve};

/// How the chain is offered.
#[derive(Clone, Debug)]
pub struct RpcConfig {
    /// The port for WebSocket and HTTP; 0 takes a free one.
    pub port: u16,
    /// A second port with the same service. The local network of the reference has nodes on 9944 and 9945, and each
    /// client's tests use one of the two.
    pub second_port: Option<u16>,
    /// Listen on all interfaces instead of 127.0.0.1 and ::1.
    pub all_interfaces: bool,
    /// Which methods are served.
    pub methods: MethodSet,
    /// Pages that may call methods through a browser.
    pub origins: Origins,
    /// Names that the server is asked for by, beside addresses and localhost.
    pub hosts: Hosts,
    /// Answer to `system_chain`.
    pub chain_name: String,
    /// What it bears of connections.
    pub connections: Limits,
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
            methods: MethodSet::default(),
            origins: default_origins(),
            hosts: Hosts::default(),
            chain_name: "Tributary Local".into(),
            connections: Limits::default(),
            dump_folder: None,
        }
    }
}

/// Pages of this machine, and polkadot.js.org, as in a Substrate node; that one has the safe methods only.
pub fn default_origins() -> Origins {
    let local = Origins::default();
    local.clone().with_limited("https://polkadot.js.org").unwrap_or(local)
}

/// What the methods work on.
struct Context {
    devnet: Devnet,
    config: RpcConfig,
    lanes: Arc<Lanes>,
    hub: Arc<storage::Hub>,
    /// Keys that subscriptions watch. Each costs the server something in every block.
    watched: Arc<Quota>,
}

/// Keys that subscriptions may watch. Heads and the like count as [`HEADS_KEYS`] keys.
const WATCHED: Amounts = Amounts {
    own: 1_000,
    each_max: 100_000,
    common: 500_000,
};
const HEADS_KEYS: usize = 10;

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
fn methods(devnet: Devnet, config: RpcConfig, lanes: Arc<Lanes>) -> Result<Module, Error> {
    let dumps = config.dump_folder.is_some();
    let has_unsafe = config.methods.has_unsafe(config.all_interfaces);
    let mut module = RpcModule::new(Context {
        lanes,
        hub: storage::Hub::new(devnet.clone()),
        watched: Quota::new(WATCHED),
        devnet,
        config,
    });
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

/// What a subscription holds as long as it goes on.
struct Watching {
    _part: Part,
    _working: Option<Working>,
}

/// Lets a subscription begin that costs as much as watching so many keys, or says why it may not.
fn watch(context: &Context, extensions: &Extensions, keys: usize) -> Result<Watching, ErrorObjectOwned> {
    let connection = extensions.get::<Peer>().map_or(0, |peer| peer.connection);
    let part = context.watched.take(connection, keys).ok_or_else(|| {
        error::bad_params(format!(
            "a subscription to {keys} keys is more than this server can watch for you beside the rest; close others first"
        ))
    })?;
    Ok(Watching {
        _part: part,
        _working: extensions.get::<Presence>().map(Presence::begin),
    })
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
