//! Between a connection and the methods: which of them it may call, and how many calls of it run at one time.
//!
//! Calls run in lanes, so that cheap ones never stand behind dear ones, and a connection has few places in each lane
//! at one time, so that the calls of one never stand behind all of another's.

use std::sync::Arc;

use jsonrpsee::{
    core::middleware::{Batch, BatchEntry, Notification, Request, RpcServiceT},
    server::{BatchResponseBuilder, MethodResponse},
    types::{ErrorObjectOwned, error::ErrorObject},
};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower::Layer;
use tributary_http::{Presence, Trust, Working};

/// Code of a method that may not be called, as in a Substrate node.
const NOT_ALLOWED: i32 = -32601;
/// Code of a call that is one too many.
const TOO_MANY: i32 = -32005;
/// Calls and subscriptions of one connection under way at one time, those that wait for their turn included.
const CALLS_MAX: usize = 2048;

/// Which methods are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MethodSet {
    /// All if only this machine is listened to, else the safe ones.
    #[default]
    Auto,
    /// Those that no stranger can do harm with: no `dev_*`, no dry runs.
    Safe,
    /// All, to everybody who reaches the port.
    Unsafe,
}

impl MethodSet {
    /// Whether a server that listens to this machine only, or to all, has the unsafe methods.
    pub fn has_unsafe(self, all_interfaces: bool) -> bool {
        match self {
            Self::Auto => !all_interfaces,
            Self::Safe => false,
            Self::Unsafe => true,
        }
    }
}

/// Whether a method is only for those who own the chain.
pub fn is_unsafe(method: &str) -> bool {
    method.starts_with("dev_") || matches!(method, "system_dryRun" | "system_dryRunAt")
}

/// How dear a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Looks something up.
    Cheap,
    /// Runs the runtime, or reads much.
    Dear,
    /// May take as long as its caller wishes.
    Long,
}

fn lane(method: &str) -> Lane {
    match method {
        "dev_advance" | "dev_advanceTo" | "dev_verify" | "dev_dump" | "dev_load" => Lane::Long,
        "state_getMetadata"
        | "state_getKeys"
        | "state_getKeysPaged"
        | "state_getKeysPagedAt"
        | "state_queryStorageAt"
        | "state_call"
        | "state_callAt"
        | "system_dryRun"
        | "system_dryRunAt"
        | "chain_getBlock" => Lane::Dear,
        _ if method.starts_with("payment_") => Lane::Dear,
        _ => Lane::Cheap,
    }
}

/// Places for calls, of one connection or of all.
#[derive(Debug)]
pub struct Lanes {
    cheap: Semaphore,
    dear: Semaphore,
    long: Semaphore,
}

impl Lanes {
    /// Of a whole server. Dear calls leave the processor something for blocks.
    pub fn of_server() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cheap: Semaphore::new(128),
            dear: Semaphore::new(processors.max(2)),
            long: Semaphore::new(16),
        }
    }

    fn of_connection() -> Self {
        Self {
            cheap: Semaphore::new(32),
            dear: Semaphore::new(2),
            long: Semaphore::new(4),
        }
    }

    /// Waits for a place.
    pub async fn enter(&self, lane: Lane) -> Option<SemaphorePermit<'_>> {
        let places = match lane {
            Lane::Cheap => &self.cheap,
            Lane::Dear => &self.dear,
            Lane::Long => &self.long,
        };
        // They are never closed.
        places.acquire().await.ok()
    }
}

/// What all connections of a server have in common, and each layer of one connection.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Whether anybody may call the unsafe methods, from this listener.
    unsafe_served: bool,
    /// Whether pages with limited trust may, too.
    unsafe_to_all: bool,
    response_bytes_max: usize,
    server: Arc<Lanes>,
    connection: Arc<Lanes>,
    presence: Presence,
}

impl Gate {
    /// For one server that listens to this machine only, or to all.
    pub fn new(methods: MethodSet, all_interfaces: bool, response_bytes_max: usize, server: Arc<Lanes>) -> Self {
        Self {
            unsafe_served: methods.has_unsafe(all_interfaces),
            unsafe_to_all: methods == MethodSet::Unsafe,
            response_bytes_max,
            server,
            connection: Arc::new(Lanes::of_connection()),
            presence: Presence::new(u64::MAX),
        }
    }

    /// The same for one more connection.
    pub fn of_connection(&self, connection: u64) -> Self {
        Self {
            connection: Arc::new(Lanes::of_connection()),
            presence: Presence::new(connection),
            ..self.clone()
        }
    }

    fn check(&self, method: &str, trust: Option<Trust>) -> Result<(), ErrorObjectOwned> {
        if !is_unsafe(method) {
            return Ok(());
        }
        let reason = match trust {
            _ if !self.unsafe_served => "this server has only the safe methods (--rpc-methods)",
            Some(Trust::Full) => return Ok(()),
            _ if self.unsafe_to_all => return Ok(()),
            _ => "the page that asks may not (--rpc-cors)",
        };
        let text = format!("RPC call is unsafe to be called externally: {method}: {reason}");
        Err(ErrorObject::owned(NOT_ALLOWED, text, None::<()>))
    }

    fn count(&self) -> Result<Working, ErrorObjectOwned> {
        if self.presence.under_way() < CALLS_MAX {
            return Ok(self.presence.begin());
        }
        let text = format!("{CALLS_MAX} calls and subscriptions of this connection are under way; end some first");
        Err(ErrorObject::owned(TOO_MANY, text, None::<()>))
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, service: S) -> Gated<S> {
        Gated {
            service: Arc::new(service),
            gate: self.clone(),
        }
    }
}

/// Methods behind a gate.
pub struct Gated<S> {
    service: Arc<S>,
    gate: Gate,
}

impl<S> Clone for Gated<S> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
            gate: self.gate.clone(),
        }
    }
}

impl<S> RpcServiceT for Gated<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        > + Send
        + Sync
        + 'static,
{
    type MethodResponse = MethodResponse;
    type BatchResponse = MethodResponse;
    type NotificationResponse = MethodResponse;

    fn call<'a>(&self, mut request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let Self { service, gate } = self.clone();
        async move {
            let trust = request.extensions().get::<Trust>().copied();
            let method = request.method_name();
            let counted = gate.check(method, trust).and_then(|()| gate.count());
            let _counted = match counted {
                Ok(counted) => counted,
                Err(error) => {
                    let extensions = request.extensions().clone();
                    return MethodResponse::error(request.id(), error).with_extensions(extensions);
                }
            };
            let lane = lane(method);
            request.extensions_mut().insert(gate.presence.clone());
            // First its own place, so that it has few in the queue of all.
            let _own = gate.connection.enter(lane).await;
            let _common = gate.server.enter(lane).await;
            service.call(request).await
        }
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move {
            let mut answers = BatchResponseBuilder::new_with_limit(this.gate.response_bytes_max);
            let mut notified = false;
            for entry in batch {
                let answer = match entry {
                    Ok(BatchEntry::Call(request)) => this.call(request).await,
                    Ok(BatchEntry::Notification(notification)) => {
                        notified = true;
                        this.notification(notification).await;
                        continue;
                    }
                    Err(error) => {
                        let (error, id) = error.into_parts();
                        MethodResponse::error(id, error)
                    }
                };
                if let Err(too_large) = answers.append(answer) {
                    return too_large;
                }
            }
            if answers.is_empty() && notified {
                MethodResponse::notification()
            } else {
                MethodResponse::from_batch(answers.finish())
            }
        }
    }

    fn notification<'a>(&self, notification: Notification<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.service.notification(notification)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_for_owners() {
        let lanes = Arc::new(Lanes::of_server());
        let gate = |methods, all| Gate::new(methods, all, 1 << 20, lanes.clone());
        let may = |methods, all, trust| gate(methods, all).check("dev_impersonate", trust).is_ok();
        use MethodSet::{Auto, Safe, Unsafe};
        for (methods, all, trust, expected) in [
            (Auto, false, Some(Trust::Full), true),
            (Auto, false, Some(Trust::Limited), false),
            (Auto, false, None, false),
            (Auto, true, Some(Trust::Full), false),
            (Safe, false, Some(Trust::Full), false),
            (Unsafe, true, Some(Trust::Full), true),
            (Unsafe, true, Some(Trust::Limited), true),
        ] {
            assert_eq!(
                may(methods, all, trust),
                expected,
                "{methods:?}, all interfaces {all}, {trust:?}"
            );
        }
        assert!(gate(Safe, true).check("chain_getHeader", None).is_ok());
        for method in ["dev_mining", "system_dryRun", "system_dryRunAt"] {
            assert!(is_unsafe(method));
        }
    }
}
