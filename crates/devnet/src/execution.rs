//! Running the runtime, natively, over a state.

use codec::{Decode, DecodeAll};
use sp_core::H256;

use crate::{
    Error, arguments,
    call_stack::deep,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use codec::Encode as _;
    use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
    use scale_info::{PortableRegistry, TypeDef, form::PortableForm};

    use super::*;
    use crate::{
        arguments::takes_calls,
        state::{Commitment, StateMap},
    };

    /// Whether a type holds calls: an extrinsic, a block, or anything that holds itself.
    fn holds_calls(types: &PortableRegistry, id: u32, inside: &mut BTreeSet<u32>) -> bool {
        if !inside.insert(id) {
            return true;
        }
        let ty = types.resolve(id).expect("every type is registered");
        let name = ty.path.segments.last().map(String::as_str);
        let fields = |fields: &[scale_info::Field<PortableForm>]| fields.iter().map(|f| f.ty.id).collect();
        let parts: Vec<u32> = match &ty.type_def {
            TypeDef::Composite(composite) => fields(&composite.fields),
            TypeDef::Variant(variant) => variant.variants.iter().flat_map(|v| fields(&v.fields)).collect(),
            TypeDef::Sequence(sequence) => vec![sequence.type_param.id],
            TypeDef::Array(array) => vec![array.type_param.id],
            TypeDef::Tuple(tuple) => tuple.fields.iter().map(|field| field.id).collect(),
            TypeDef::Compact(compact) => vec![compact.type_param.id],
            TypeDef::Primitive(_) | TypeDef::BitSequence(_) => Vec::new(),
        };
        let holds = matches!(
            name,
            Some("UncheckedExtrinsic" | "OpaqueExtrinsic" | "RuntimeCall" | "Block" | "LazyBlock")
        ) || parts.into_iter().any(|part| holds_calls(types, part, inside));
        inside.remove(&id);
        holds
    }

    /// Every method of every runtime API that takes calls is known here, whatever is added to the runtime.
    #[test]
    fn no_method_that_takes_calls_is_missing() {
        let empty = StateMap::default();
        let mut session = Session::new(StateView::new(&empty, Commitment::default()));
        let bytes: Option<Vec<u8>> = session
            .call_as("Metadata_metadata_at_version", &15u32.encode())
            .expect("the runtime has metadata");
        let bytes = bytes.expect("of this version");
        let RuntimeMetadataPrefixed(_, RuntimeMetadata::V15(metadata)) =
            Decode::decode(&mut &bytes[..]).expect("the metadata reads back")
        else {
            panic!("another version");
        };
        let (mut with, mut without) = (0, 0);
        for api in &metadata.apis {
            for method in &api.methods {
                let takes = method
                    .inputs
                    .iter()
                    .any(|input| holds_calls(&metadata.types, input.ty.id, &mut BTreeSet::new()));
                let name = format!("{}_{}", api.name, method.name);
                assert_eq!(takes, takes_calls(&name), "{name}");
                if takes {
                    with += 1;
                } else {
                    without += 1;
                }
            }
        }
        assert!(with >= 9 && without > 40, "{with} and {without} methods");
    }
}
