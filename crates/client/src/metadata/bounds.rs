//! What a description of types may ask of this program. A chain describes its own types, so that a hostile one could
//! describe values that nest without end, or that are made of nothing many times over.

use std::collections::BTreeMap;

use scale_info::{Field, PortableRegistry, TypeDef, form::PortableForm};

/// Types within types, at most.
const DEPTH_MAX: usize = 64;
/// Parts of one value of fixed size, at most.
const PARTS_MAX: u64 = 1 << 20;

/// What is known of a type.
#[derive(Clone, Copy)]
struct Size {
    /// Values that it is made of, those of lists not counted.
    parts: u64,
    /// The fewest bytes of a value, as far as it matters: none, or some.
    empty: bool,
}

/// The types that were looked at.
#[derive(Default)]
pub(super) struct Bounds(BTreeMap<u32, Size>);

impl Bounds {
    /// Checks that values of a type can be read: they nest to a bounded depth, and a list costs its bytes.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn check(&mut self, types: &PortableRegistry, id: u32) -> Result<(), String> {
        self.size(types, id, 0).map(|_| ())
    }

    fn size(&mut self, types: &PortableRegistry, id: u32, depth: usize) -> Result<Size, String> {
        if let Some(known) = self.0.get(&id) {
            return Ok(*known);
        }
        // A type that holds itself gets here too.
        if depth > DEPTH_MAX {
            return Err(format!("its values nest deeper than {DEPTH_MAX} times"));
        }
        let ty = types.resolve(id).ok_or_else(|| format!("type {id} is not described"))?;
        let size = match &ty.type_def {
            TypeDef::Composite(composite) => self.fields(types, &composite.fields, depth)?,
            TypeDef::Tuple(tuple) => {
                let ids = tuple.fields.iter().map(|field| field.id);
                self.all(types, ids, depth)?
            }
            TypeDef::Variant(variants) => {
                let mut parts = 1;
                for variant in &variants.variants {
                    parts = parts.max(self.fields(types, &variant.fields, depth)?.parts.saturating_add(1));
                }
                Size { parts, empty: false }
            }
            TypeDef::Sequence(sequence) => {
                if self.size(types, sequence.type_param.id, depth + 1)?.empty {
                    return Err("it is a list of nothing".to_owned());
                }
                Size { parts: 1, empty: false }
            }
            TypeDef::Array(array) => {
                let each = self.size(types, array.type_param.id, depth + 1)?;
                Size {
                    parts: each.parts.saturating_mul(u64::from(array.len)).saturating_add(1),
                    empty: each.empty || array.len == 0,
                }
            }
            TypeDef::Compact(compact) => {
                self.size(types, compact.type_param.id, depth + 1)?;
                Size { parts: 1, empty: false }
            }
            TypeDef::Primitive(_) | TypeDef::BitSequence(_) => Size { parts: 1, empty: false },
        };
        if size.parts > PARTS_MAX {
            return Err(format!("a value of it has more than {PARTS_MAX} parts"));
        }
        self.0.insert(id, size);
        Ok(size)
    }

    fn fields(
        &mut self,
        types: &PortableRegistry,
        fields: &[Field<PortableForm>],
        depth: usize,
    ) -> Result<Size, String> {
        self.all(types, fields.iter().map(|field| field.ty.id), depth)
    }

    fn all(&mut self, types: &PortableRegistry, ids: impl Iterator<Item = u32>, depth: usize) -> Result<Size, String> {
        let mut whole = Size { parts: 1, empty: true };
        for id in ids {
            let part = self.size(types, id, depth + 1)?;
            whole.parts = whole.parts.saturating_add(part.parts);
            whole.empty &= part.empty;
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use scale_info::{MetaType, Registry, TypeInfo};

    use super::*;

    #[allow(dead_code)] // Only their shapes count.
    #[derive(TypeInfo)]
    enum Nested {
        Leaf,
        Deeper(Box<Nested>),
    }

    fn check<T: TypeInfo + 'static>() -> Result<(), String> {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<T>()).id;
        Bounds::default().check(&registry.into(), id)
    }

    #[test]
    fn values_without_bounds_are_refused() {
        assert!(check::<(Vec<[u8; 32]>, Option<u64>)>().is_ok());
        assert!(check::<Nested>().unwrap_err().contains("nest"));
        assert!(check::<Vec<()>>().unwrap_err().contains("nothing"));
        assert!(check::<[[(); 4096]; 4096]>().unwrap_err().contains("parts"));
    }
}
