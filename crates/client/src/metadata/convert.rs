//! Values between types of ours and types of the chain. Where both have the same bytes, these are taken as they are; else
//! the value is carried over part by part, by name.

use std::sync::{Arc, PoisonError};

use codec::Decode;
use frame_decode::constants::ConstantTypeInfo as _;
use scale_decode::visitor::{IgnoreVisitor, decode_with_visitor};
use scale_info::{MetaType, PortableRegistry, TypeInfo};
use scale_value::{Value, scale};

use super::{
    Metadata,
    plan::{Plan, described},
    shape::{Fields, Pair},
    typed::Typed,
};
use crate::{Error, Result};

/// Longest value that is carried over part by part, which takes many times its size.
const CONVERTED_MAX: usize = 1 << 20;

impl Metadata {
    /// A constant of a pallet.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Shape`].
    pub(crate) fn constant<T: Decode + TypeInfo + 'static>(&self, pallet: &str, name: &str) -> Result<T> {
        self.pallet(pallet)?;
        let what = format!("constant {pallet}.{name}");
        let found = self.described.constant_info(pallet, name);
        let found = found.map_err(|_| self.missing(what.clone()))?;
        self.read(&what, found.type_id, &mut &*found.bytes)
    }

    /// Reads a value of the chain's type `id` into a type of ours, and moves `bytes` behind it.
    ///
    /// # Errors
    /// [`Error::Shape`] if the type cannot stand for ours, [`Error::Undecodable`] if the bytes are not of it.
    pub(crate) fn read<T: Decode + TypeInfo + 'static>(&self, what: &str, id: u32, bytes: &mut &[u8]) -> Result<T> {
        let undecodable = |reason: String| Error::Undecodable {
            what: what.to_owned(),
            reason,
        };
        match self.plan(MetaType::new::<T>(), Fields::MayBeMore, what, id)? {
            Plan::Same => T::decode(bytes).map_err(|e| undecodable(e.to_string())),
            Plan::ByName(ours) => {
                let value = self.value(what, id, bytes)?;
                let mut same = Vec::new();
                scale::encode_as_type(&value, ours.1, &ours.0, &mut same)
                    .map_err(|e| self.misshapen(what, e.to_string()))?;
                T::decode(&mut &*same).map_err(|e| undecodable(e.to_string()))
            }
        }
    }

    /// Checks that a type of ours can be read from the chain's type `id`.
    #[cfg(test)]
    pub(crate) fn fits<T: TypeInfo + 'static>(&self, what: &str, id: u32) -> Result<()> {
        self.plan(MetaType::new::<T>(), Fields::MayBeMore, what, id).map(|_| ())
    }

    /// Checks that a type of ours can be written as the chain's type `id`.
    #[cfg(test)]
    pub(crate) fn takes<T: TypeInfo + 'static>(&self, what: &str, id: u32) -> Result<()> {
        self.plan(MetaType::new::<T>(), Fields::AreTheSame, what, id)
            .map(|_| ())
    }

    /// How a type of ours and the chain's type `id` go together; found out once.
    fn plan(&self, ty: MetaType, fields: Fields, what: &str, id: u32) -> Result<Plan> {
        let key = (ty.type_id(), id, fields);
        // A poisoned lock holds plans that are as good as before.
        let known = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = known.get(&key) {
            return Ok(plan.clone());
        }
        drop(known);
        let ours = described(ty);
        let pair = Pair {
            ours: &ours.0,
            theirs: self.types(),
            fields,
        };
        let same = pair.same(ours.1, id, "").map_err(|e| self.misshapen(what, e))?;
        let plan = match same {
            true => Plan::Same,
            false => Plan::ByName(Arc::new(ours)),
        };
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.insert(key, plan.clone());
        Ok(plan)
    }

    /// Reads a value of the chain's type `id` as it is, and moves `bytes` behind it.
    ///
    /// # Errors
    /// [`Error::Shape`] if values of the type have no bounds, [`Error::Undecodable`] if the bytes are not of it.
    pub(crate) fn value(&self, what: &str, id: u32, bytes: &mut &[u8]) -> Result<Value<u32>> {
        let undecodable = |reason: String| Error::Undecodable {
            what: what.to_owned(),
            reason: crate::visible(&reason).into_owned(),
        };
        self.bounded(what, id)?;
        if bytes.len() > CONVERTED_MAX {
            return Err(undecodable(format!("it is longer than {CONVERTED_MAX} bytes")));
        }
        scale::decode_as_type(bytes, id, self.types()).map_err(|e| undecodable(e.to_string()))
    }

    /// Takes the bytes of a value of the chain's type `id` off the start.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub(crate) fn take<'a>(&self, what: &str, id: u32, bytes: &mut &'a [u8]) -> Result<&'a [u8]> {
        self.bounded(what, id)?;
        let whole = *bytes;
        decode_with_visitor(bytes, id, self.types(), IgnoreVisitor::<PortableRegistry>::new()).map_err(|e| {
            Error::Undecodable {
                what: what.to_owned(),
                reason: crate::visible(&e.to_string()).into_owned(),
            }
        })?;
        let length = whole.len() - bytes.len();
        Ok(whole.get(..length).unwrap_or_default())
    }

    fn bounded(&self, what: &str, id: u32) -> Result<()> {
        // A poisoned lock holds sizes that are as good as before.
        let mut bounds = self.bounds.lock().unwrap_or_else(PoisonError::into_inner);
        bounds.check(self.types(), id).map_err(|e| self.misshapen(what, e))
    }

    /// Writes a value of ours as the chain's type `id`. Nothing of it is lost, and nothing invented.
    ///
    /// # Errors
    /// [`Error::Shape`] if the type cannot stand for ours, or the value does not fit.
    pub(crate) fn write(&self, what: &str, id: u32, typed: &Typed, out: &mut Vec<u8>) -> Result<()> {
        match self.plan(typed.ty, Fields::AreTheSame, what, id)? {
            Plan::Same => out.extend_from_slice(&typed.bytes),
            Plan::ByName(ours) => {
                let value = scale::decode_as_type(&mut &*typed.bytes, ours.1, &ours.0)
                    .map_err(|e| self.misshapen(what, e.to_string()))?;
                scale::encode_as_type(&value, id, self.types(), out)
                    .map_err(|e| self.misshapen(what, e.to_string()))?;
            }
        }
        Ok(())
    }
}
