//! What a chain says of itself: its calls, its storage, its events and their types. Everything that is signed or read
//! goes through it by name, so that a chain whose calls, items or fields stand in another order is served, and a chain
//! that lacks one is told about.

mod bounds;
mod convert;
mod plan;
mod shape;
mod typed;

use std::{any::TypeId, collections::BTreeMap, fmt, sync::Mutex};

use frame_decode::{
    runtime_apis::{RuntimeApiInfo, RuntimeApiTypeInfo as _},
    storage::{StorageInfo, StorageTypeInfo as _},
};
use scale_info::{PortableRegistry, TypeDef, TypeDefVariant, form::PortableForm};

use crate::{Error, Result};

pub(crate) use typed::{Encoded, Typed};

/// Which rules a chain runs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    pub spec_name: String,
    pub spec_version: u32,
    pub transaction_version: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", crate::visible(&self.spec_name), self.spec_version)
    }
}

/// The description of one version of a chain's runtime.
pub(crate) struct Metadata {
    pub version: Version,
    described: subxt_metadata::Metadata,
    /// How types of ours and types of the chain go together, as far as that was found out.
    plans: Mutex<BTreeMap<(TypeId, u32, shape::Fields), plan::Plan>>,
    bounds: Mutex<bounds::Bounds>,
}

impl Metadata {
    /// Reads a description of version 14, 15 or 16.
    ///
    /// # Errors
    /// [`Error::Undecodable`].
    pub(crate) fn decode(blob: &[u8], version: Version) -> Result<Self> {
        let described = subxt_metadata::Metadata::decode_from(blob).map_err(|e| Error::Undecodable {
            what: "the metadata".to_owned(),
            reason: crate::visible(&e.to_string()).into_owned(),
        })?;
        Ok(Self {
            version,
            described,
            plans: Mutex::default(),
            bounds: Mutex::default(),
        })
    }

    pub(crate) fn described(&self) -> &subxt_metadata::Metadata {
        &self.described
    }

    pub(crate) fn types(&self) -> &PortableRegistry {
        self.described.types()
    }

    /// The chain does not have something.
    pub(crate) fn missing(&self, what: impl Into<String>) -> Error {
        Error::Missing {
            what: what.into(),
            chain: self.version.to_string(),
        }
    }

    /// The chain has something in a shape that is unknown here.
    pub(crate) fn misshapen(&self, what: impl Into<String>, reason: impl AsRef<str>) -> Error {
        Error::Shape {
            what: what.into(),
            chain: self.version.to_string(),
            reason: crate::visible(reason.as_ref()).into_owned(),
        }
    }

    /// A pallet.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub(crate) fn pallet(&self, name: &str) -> Result<subxt_metadata::PalletMetadata<'_>> {
        let found = self.described.pallet_by_name(name);
        found.ok_or_else(|| self.missing(format!("pallet {name}")))
    }

    /// A storage item.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub(crate) fn storage(&self, pallet: &str, item: &str) -> Result<StorageInfo<'_, u32>> {
        self.pallet(pallet)?;
        let found = self.described.storage_info(pallet, item);
        found.map_err(|_| self.missing(format!("storage item {pallet}.{item}")))
    }

    /// A method of a runtime API.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub(crate) fn api(&self, api: &str, method: &str) -> Result<RuntimeApiInfo<'_, u32>> {
        let found = self.described.runtime_api_info(api, method);
        found.map_err(|_| self.missing(format!("runtime API {api}.{method}")))
    }

    /// The variants of an enumeration.
    pub(crate) fn variants(&self, what: &str, id: u32) -> Result<&TypeDefVariant<PortableForm>> {
        match self.types().resolve(id).map(|ty| &ty.type_def) {
            Some(TypeDef::Variant(variants)) => Ok(variants),
            _ => Err(self.misshapen(what, "it is not an enumeration")),
        }
    }
}
