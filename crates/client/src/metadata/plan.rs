//! How a type of ours and a type of the chain go together.

use std::sync::Arc;

use scale_info::{MetaType, PortableRegistry, Registry};

/// How values of the one become values of the other.
#[derive(Clone)]
pub(super) enum Plan {
    /// The bytes are the same.
    Same,
    /// Part by part, by name; ours is the type of this description and number.
    ByName(Arc<(PortableRegistry, u32)>),
}

/// A type of ours: a description, and its number there.
pub(super) fn described(ty: MetaType) -> (PortableRegistry, u32) {
    let mut registry = Registry::new();
    let id = registry.register_type(&ty).id;
    (registry.into(), id)
}
