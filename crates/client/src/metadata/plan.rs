//! How a type of ours is read from a type of the chain.

use std::sync::Arc;

use scale_info::{MetaType, PortableRegistry, Registry};

/// How a type of ours is read from a type of the chain.
#[derive(Clone)]
pub(super) enum Plan {
    /// The bytes are the same.
    Same,
    /// By name, into the type of this description and number.
    ByName(Arc<(PortableRegistry, u32)>),
}

/// A type of ours: a description, and its number there.
pub(super) fn described(ty: MetaType) -> (PortableRegistry, u32) {
    let mut registry = Registry::new();
    let id = registry.register_type(&ty).id;
    (registry.into(), id)
}
