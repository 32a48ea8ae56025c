//! Events, by name: which pallet, which event, and its fields by their names or places, as the chain's metadata
//! describes them.

use std::sync::Arc;

use codec::Decode;
use scale_info::{TypeDef, TypeInfo};

use crate::{Error, Result, failure::Failure, metadata::Metadata};

const WHAT: &str = "storage item System.Events";

/// Something that happened in a block.
#[derive(Clone)]
pub struct Event {
    metadata: Arc<Metadata>,
    pallet: String,
    name: String,
    fields: Vec<Field>,
}

/// A part of an event: its name if it has one, its type on the chain, its bytes.
#[derive(Clone)]
struct Field {
    name: Option<String>,
    ty: u32,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for Event {
    /// `Pallet.Event`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

/// When in a block something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum Phase {
    /// As this extrinsic ran.
    ApplyExtrinsic(u32),
    /// At the block's end.
    Finalization,
    /// At its start.
    Initialization,
}

impl Event {
    /// The pallet whose event it is.
    pub fn pallet(&self) -> &str {
        &self.pallet
    }

    /// Its name in the pallet.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is this event of this pallet.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        self.pallet == pallet && self.name == name
    }

    /// A field by its name.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is none of this name and type.
    pub fn field<T: Decode + TypeInfo + 'static>(&self, name: &str) -> Result<T> {
        self.read(
            name,
            self.fields.iter().find(|field| field.name.as_deref() == Some(name)),
        )
    }

    /// A field by its place, from 0.
    ///
    /// # Errors
    /// As [`Self::field`].
    pub fn at<T: Decode + TypeInfo + 'static>(&self, place: usize) -> Result<T> {
        self.read(&place.to_string(), self.fields.get(place))
    }

    /// The failure that a field tells of, by the field's name: an error, or a result that is one.
    ///
    /// # Errors
    /// As [`Self::field`].
    pub fn failure(&self, name: &str) -> Result<Option<Failure>> {
        let found = self.fields.iter().find(|field| field.name.as_deref() == Some(name));
        let found = found.ok_or_else(|| self.lacks(name))?;
        let what = format!("event {self}");
        let value = self.metadata.value(&what, found.ty, &mut &*found.bytes)?;
        Failure::of(&self.metadata, &value)
    }

    fn lacks(&self, name: &str) -> Error {
        self.metadata
            .misshapen(format!("event {self}"), format!("it has no `{name}`"))
    }

    fn read<T: Decode + TypeInfo + 'static>(&self, name: &str, found: Option<&Field>) -> Result<T> {
        let found = found.ok_or_else(|| self.lacks(name))?;
        let what = format!("{name} of event {self}");
        self.metadata.read(&what, found.ty, &mut &*found.bytes)
    }
}

/// The events of a block, in order, with when they happened.
///
/// # Errors
/// [`Error::Missing`] or [`Error::Shape`] if the chain tells events in a way that is unknown here,
/// [`Error::Undecodable`] if the bytes are not what the metadata says.
pub(crate) fn decode(metadata: &Arc<Metadata>, mut bytes: &[u8]) -> Result<Vec<(Phase, Event)>> {
    let list = metadata.storage("System", "Events")?.value_id;
    let misshapen = |reason: &str| metadata.misshapen(WHAT, reason);
    let record = match metadata.types().resolve(list).map(|ty| &ty.type_def) {
        Some(TypeDef::Sequence(list)) => metadata.types().resolve(list.type_param.id),
        _ => return Err(misshapen("it is not a list")),
    };
    let Some(TypeDef::Composite(record)) = record.map(|ty| &ty.type_def) else {
        return Err(misshapen("its entries are no records"));
    };
    let count = codec::Compact::<u32>::decode(&mut bytes).map_err(|e| Error::Undecodable {
        what: WHAT.to_owned(),
        reason: e.to_string(),
    })?;
    let mut events = Vec::new();
    for _ in 0..count.0 {
        let (mut phase, mut event) = (None, None);
        for field in &record.fields {
            match field.name.as_deref() {
                Some("phase") => phase = Some(metadata.read(WHAT, field.ty.id, &mut bytes)?),
                Some("event") => event = Some(one(metadata, field.ty.id, &mut bytes)?),
                _ => {
                    metadata.take(WHAT, field.ty.id, &mut bytes)?;
                }
            }
        }
        let (Some(phase), Some(event)) = (phase, event) else {
            return Err(misshapen("its records have no phase or no event"));
        };
        events.push((phase, event));
    }
    Ok(events)
}

/// One event of a runtime's enumeration of all of them.
fn one(metadata: &Arc<Metadata>, id: u32, bytes: &mut &[u8]) -> Result<Event> {
    let outer = variant(metadata, id, bytes)?;
    let [inner] = &outer.fields[..] else {
        return Err(metadata.misshapen(WHAT, format!("{} is not the events of a pallet", outer.name)));
    };
    let happened = variant(metadata, inner.ty.id, bytes)?;
    let mut fields = Vec::with_capacity(happened.fields.len());
    for field in &happened.fields {
        fields.push(Field {
            name: field.name.clone(),
            ty: field.ty.id,
            bytes: metadata.take(WHAT, field.ty.id, bytes)?.to_vec(),
        });
    }
    Ok(Event {
        metadata: metadata.clone(),
        pallet: outer.name.clone(),
        name: happened.name.clone(),
        fields,
    })
}

/// The variant whose number is the first of the bytes.
fn variant<'a>(
    metadata: &'a Metadata,
    id: u32,
    bytes: &mut &[u8],
) -> Result<&'a scale_info::Variant<scale_info::form::PortableForm>> {
    let variants = &metadata.variants(WHAT, id)?.variants;
    let undecodable = |reason: String| Error::Undecodable {
        what: WHAT.to_owned(),
        reason,
    };
    let (first, rest) = bytes
        .split_first()
        .ok_or_else(|| undecodable("it ends too early".to_owned()))?;
    *bytes = rest;
    let found = variants.iter().find(|variant| variant.index == *first);
    found.ok_or_else(|| undecodable(format!("no event has the number {first}")))
}

#[cfg(test)]
pub(crate) mod testing {
    //! Events made by hand.

    use codec::Encode;

    use super::*;

    /// An event of this chain from values in the order of its fields.
    pub(crate) fn made(metadata: &Arc<Metadata>, pallet: &str, name: &str, values: &[crate::metadata::Typed]) -> Event {
        let id = metadata.described().outer_enums().event_enum_ty();
        let outer = metadata.variants("events", id).unwrap();
        let outer = outer.variants.iter().find(|variant| variant.name == pallet).unwrap();
        let inner = metadata.variants("events", outer.fields[0].ty.id).unwrap();
        let inner = inner.variants.iter().find(|variant| variant.name == name).unwrap();
        assert_eq!(inner.fields.len(), values.len());
        let mut bytes = (outer.index, inner.index).encode();
        for (field, value) in inner.fields.iter().zip(values) {
            metadata.write("a value", field.ty.id, value, &mut bytes).unwrap();
        }
        one(metadata, id, &mut &*bytes).unwrap()
    }
}
