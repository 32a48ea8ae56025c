//! Values of ours on their way to a chain.

use codec::Encode;
use scale_encode::{EncodeAsFields, EncodeAsType, FieldIter, TypeResolver};
use scale_info::{MetaType, TypeInfo};

/// A value of ours with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(super) bytes: Vec<u8>,
    pub(super) ty: MetaType,
}

impl Typed {
    pub(crate) fn new<T: Encode + TypeInfo + 'static>(value: &T) -> Self {
        Self {
            bytes: value.encode(),
            ty: MetaType::new::<T>(),
        }
    }
}

/// Bytes that are encoded already, for libraries that want to encode.
pub(crate) struct Encoded(pub Vec<u8>);

impl EncodeAsType for Encoded {
    fn encode_as_type_to<R: TypeResolver>(
        &self,
        _: R::TypeId,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}

impl EncodeAsFields for Encoded {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _: &mut dyn FieldIter<'_, R::TypeId>,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}
