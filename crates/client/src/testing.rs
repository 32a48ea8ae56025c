//! The description of the chain that this repository has, for tests.

use std::sync::Arc;

use codec::{Decode as _, Encode as _};

use crate::metadata::{Metadata, Version};

/// Of version 15, as a chain gives it.
pub(crate) fn blob() -> Vec<u8> {
    // Some constants of pallets are read from storage.
    let answer = sp_io::TestExternalities::default()
        .execute_with(|| tributary_runtime::apis::api::dispatch("Metadata_metadata_at_version", &15u32.encode()));
    let opaque = Option::<Vec<u8>>::decode(&mut &*answer.unwrap()).unwrap();
    opaque.unwrap()
}

/// Which rules it runs.
pub(crate) fn version() -> Version {
    let ours = tributary_runtime::VERSION;
    Version {
        spec_name: ours.spec_name.into_owned(),
        spec_version: ours.spec_version,
        transaction_version: ours.transaction_version,
    }
}

/// The description.
pub(crate) fn metadata() -> Arc<Metadata> {
    Arc::new(Metadata::decode(&blob(), version()).unwrap())
}
