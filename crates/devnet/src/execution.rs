//! Running the runtime, natively, over a state.

use std::panic::{AssertUnwindSafe, catch_unwind};

use codec::{Decode, DecodeAll};
use sp_core::{Blake2Hasher, H256, storage::StateVersion};
use sp_externalities::Extensions;
use sp_state_machine::{Ext, OverlayedChanges};

use crate::{
    Error,
    state::{Commitment, Key, StateView, Value},
};

/// One state and what the runtime wrote over it so far.
pub struct Session<'a> {
    view: StateView<'a>,
    overlay: OverlayedChanges<Blake2Hasher>,
    extensions: Extensions,
}

/// What a session changed.
pub struct Changes {
    /// Keys and their new values, in no particular order; some may be what they were.
    pub writes: Vec<(Key, Option<Value>)>,
    /// Commitment of the state with them.
    pub commitment: Commitment,
}

impl<'a> Session<'a> {
    /// A session over a state, with nothing written.
    pub fn new(view: StateView<'a>) -> Self {
        Self {
            view,
            overlay: OverlayedChanges::default(),
            extensions: Extensions::new(),
        }
    }

    /// Runs `action` inside the state. A panic becomes an error; what was written before it stays, unless the runtime
    /// opened a storage transaction around it.
    pub fn run<R>(&mut self, name: &str, action: impl FnOnce() -> R) -> Result<R, Error> {
        let failed = |reason: String| Error::Execution {
            method: name.into(),
            reason,
        };
        self.overlay
            .enter_runtime()
            .map_err(|_| failed("the state is in use by an outer call".into()))?;
        let mut externalities = Ext::new(&mut self.overlay, &self.view, Some(&mut self.extensions));
        let result = catch_unwind(AssertUnwindSafe(|| {
            sp_externalities::set_and_run_with_externalities(&mut externalities, action)
        }));
        self.overlay
            .exit_runtime()
            .map_err(|_| failed("a storage transaction was closed twice".into()))?;
        result.map_err(|panic| {
            let reason = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
                (Some(text), _) => text.to_string(),
                (_, Some(text)) => text.clone(),
                _ => "without a message".into(),
            };
            failed(reason)
        })
    }

    /// Calls a runtime API by its full name with SCALE-encoded arguments.
    pub fn call(&mut self, method: &str, arguments: &[u8]) -> Result<Vec<u8>, Error> {
        self.run(method, || tributary_runtime::apis::api::dispatch(method, arguments))?
            .ok_or_else(|| Error::UnknownMethod(method.into()))
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
        self.overlay.start_transaction();
        let (keep, result) = action(self);
        let closed = if keep {
            self.overlay.commit_transaction()
        } else {
            self.overlay.rollback_transaction()
        };
        debug_assert!(closed.is_ok(), "opened five lines above");
        result
    }

    /// What was written in this session, with the commitment of the state that it makes.
    pub fn into_changes(mut self) -> Result<Changes, Error> {
        let refused = |reason: &str| Error::Execution {
            method: "commit".into(),
            reason: reason.into(),
        };
        let changes = self
            .overlay
            .drain_storage_changes(&self.view, StateVersion::V1)
            .map_err(|error| refused(&error))?;
        if !changes.child_storage_changes.is_empty() {
            return Err(refused(
                "the runtime wrote into a child trie, which the embedded chain does not keep",
            ));
        }
        let commitment = self
            .view
            .take_computed()
            .ok_or_else(|| refused("no state root was computed"))?;
        Ok(Changes {
            writes: changes.main_storage_changes,
            commitment,
        })
    }
}

/// Hash of an extrinsic: blake2-256 over its whole encoding, length prefix included (`wire.md` 2).
pub fn extrinsic_hash(bytes: &[u8]) -> H256 {
    H256(sp_crypto_hashing::blake2_256(bytes))
}
