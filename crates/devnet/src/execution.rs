//! Running the runtime, natively, over a state.

use codec::{Decode, DecodeAll};
use sp_core::H256;

use crate::{
    Error, arguments,
    stack::deep,
    state::{ChildWritten, Host, StateView, Written},
};

/// One state and what the runtime wrote over it so far.
pub struct Session<'a> {
    host: Host<'a>,
}

impl<'a> Session<'a> {
    /// A session over a state, with nothing written.
    pub fn new(view: StateView<'a>) -> Self {
        Self { host: Host::new(view) }
    }

    /// Runs `action` inside the state. A panic becomes an error; what was written before it stays, unless the runtime
    /// opened a storage transaction around it.
    pub fn run<R>(&mut self, name: &str, action: impl FnOnce() -> R) -> Result<R, Error> {
        deep(|| self.host.run(action)).map_err(|reason| Error::Execution {
            method: name.into(),
            reason,
        })
    }

    /// Calls a runtime API by its full name with SCALE-encoded arguments, which may come from anybody.
    pub fn call(&mut self, method: &str, arguments: &[u8]) -> Result<Vec<u8>, Error> {
        deep(|| {
            arguments::check(method, arguments).map_err(|reason| Error::Arguments {
                method: method.into(),
                reason: arguments::reason(&reason),
            })?;
            self.run(method, || tributary_runtime::apis::api::dispatch(method, arguments))?
                .ok_or_else(|| Error::UnknownMethod(method.into()))
        })
    }

    /// [`Session::call`] with the answer decoded.
    pub fn call_as<T: Decode>(&mut self, method: &str, arguments: &[u8]) -> Result<T, Error> {
        let answer = self.call(method, arguments)?;
        T::decode_all(&mut &answer[..]).map_err(|error| Error::BadAnswer {
            method: method.into(),
            reason: error.to_string(),
        })
    }

    /// Runs `action`, and undoes what it wrote unless it says to keep it.
    pub fn transaction<R>(&mut self, action: impl FnOnce(&mut Self) -> (bool, R)) -> R {
        self.host.start_transaction();
        let (keep, result) = action(self);
        let closed = self.host.close_transaction(keep);
        debug_assert!(closed, "opened three lines above");
        result
    }

    /// What was written in this session, with the commitment of the state that it makes.
    pub fn into_written(self) -> Result<Written, Error> {
        self.host.into_written().map_err(|ChildWritten| Error::Execution {
            method: "commit".into(),
            reason: "the runtime wrote into a child trie, which the embedded chain does not keep".into(),
        })
    }
}

/// Hash of an extrinsic: blake2-256 over its whole encoding, length prefix included (`docs/rules/clients.md#methods`).
pub fn extrinsic_hash(bytes: &[u8]) -> H256 {
    H256(sp_crypto_hashing::blake2_256(bytes))
}
