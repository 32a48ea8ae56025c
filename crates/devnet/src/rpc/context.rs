//! What the methods work on, and how they are registered and answered.

use std::sync::Arc;

use jsonrpsee::{
    Extensions, RpcModule, SubscriptionSink,
    types::{ErrorObjectOwned, Params},
};
use serde::Serialize;
use serde_json::{Value, value::to_raw_value};
use tokio_util::sync::CancellationToken;
use tributary_http::{Peer, Presence, Working};

use super::{
    config::RpcConfig,
    error,
    gate::Lanes,
    params,
    quota::{Amounts, Part, Quota},
    storage_hub::Hub,
};
use crate::{Devnet, Error, panics};

/// What the methods work on.
pub struct Context {
    pub devnet: Devnet,
    pub config: RpcConfig,
    pub lanes: Arc<Lanes>,
    pub hub: Arc<Hub>,
    /// Keys that subscriptions watch. Each costs the server something in every block.
    watched: Arc<Quota>,
}

impl Context {
    /// Of a chain that is offered in this way.
    pub fn new(devnet: Devnet, config: RpcConfig, lanes: Arc<Lanes>) -> Self {
        Self {
            lanes,
            hub: Hub::new(devnet.clone()),
            watched: Quota::new(WATCHED),
            devnet,
            config,
        }
    }
}

/// Keys that subscriptions may watch. Heads and the like count as [`HEADS_KEYS`] keys.
const WATCHED: Amounts = Amounts {
    own: 1_000,
    each_max: 100_000,
    common: 500_000,
};
pub const HEADS_KEYS: usize = 10;

/// Methods and what they work on.
pub type Module = RpcModule<Context>;
/// What a method answers.
pub type Answer = Result<Value, ErrorObjectOwned>;

/// Registers a method that may block. A panic in it is an error of that call.
pub fn method(
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
pub fn aliases(module: &mut Module, name: &'static str, others: &[&'static str]) -> Result<(), Error> {
    others
        .iter()
        .try_for_each(|other| module.register_alias(other, name).map_err(setup))
}

pub fn setup(error: impl ToString) -> Error {
    Error::Server(error.to_string())
}

/// What a subscription holds as long as it goes on.
pub struct Watching {
    _part: Part,
    _working: Option<Working>,
}

/// Lets a subscription begin that costs as much as watching so many keys, or says why it may not.
pub fn watch(context: &Context, extensions: &Extensions, keys: usize) -> Result<Watching, ErrorObjectOwned> {
    let connection = extensions.get::<Peer>().map_or(0, |peer| peer.connection);
    let part = context.watched.take(connection, keys).ok_or_else(|| {
        error::bad_params(format!(
            "a subscription to {keys} keys is more than this server can watch for you in addition to the others; close some first"
        ))
    })?;
    Ok(Watching {
        _part: part,
        _working: extensions.get::<Presence>().map(Presence::begin),
    })
}

/// Runs something that blocks beside the asynchronous threads.
pub async fn blocking<R: Send + 'static>(
    context: &Arc<Context>,
    action: impl FnOnce(&Context) -> R + Send + 'static,
) -> Result<R, ErrorObjectOwned> {
    let context = context.clone();
    tokio::task::spawn_blocking(move || action(&context))
        .await
        .map_err(error::internal)
}

/// Sends a notification; false when nobody listens any more.
pub async fn notify(sink: &SubscriptionSink, result: &impl Serialize) -> bool {
    match to_raw_value(result) {
        Ok(message) => sink.send(message).await.is_ok(),
        Err(error) => {
            tracing::error!(%error, "a notification could not be written as JSON");
            false
        }
    }
}
