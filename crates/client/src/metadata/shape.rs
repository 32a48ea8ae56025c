//! Whether a type of the chain can stand for a type of ours. Names decide: fields and variants are matched by them, the
//! order and the numbers of variants may differ, and integers may have another width.

use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive, TypeDefVariant, form::PortableForm};

/// Wrappers of one field that are looked through, at most.
const WRAPPERS_MAX: usize = 32;

/// What becomes of the fields of the one side that the other side does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fields {
    /// The chain's may be left unread.
    MayBeMore,
    /// None may be lost or invented: what is sent means what was meant.
    AreTheSame,
}

/// A type of ours and one of the chain's, side by side.
pub(super) struct Pair<'a> {
    pub ours: &'a PortableRegistry,
    pub theirs: &'a PortableRegistry,
    pub fields: Fields,
}

/// A type, as far as its shape goes.
enum Form<'a> {
    Fields(Vec<(Option<&'a str>, u32)>),
    Variants(&'a TypeDefVariant<PortableForm>),
    Sequence(u32),
    Array(u32, u32),
    Primitive(&'a TypeDefPrimitive),
    Compact(u32),
    Bits,
}

impl Form<'_> {
    /// In words.
    fn kind(&self) -> String {
        match self {
            Self::Fields(fields) => format!("a structure of {} fields", fields.len()),
            Self::Variants(_) => "an enumeration".to_owned(),
            Self::Sequence(_) => "a list".to_owned(),
            Self::Array(length, _) => format!("{length} values"),
            Self::Primitive(primitive) => format!("a {}", format!("{primitive:?}").to_lowercase()),
            Self::Compact(_) => "a compact integer".to_owned(),
            Self::Bits => "a sequence of bits".to_owned(),
        }
    }
}

fn form(types: &PortableRegistry, id: u32) -> Result<Form<'_>, String> {
    let ty = types.resolve(id).ok_or_else(|| format!("type {id} is not described"))?;
    Ok(match &ty.type_def {
        TypeDef::Composite(composite) => Form::Fields(named(&composite.fields)),
        TypeDef::Tuple(tuple) => Form::Fields(tuple.fields.iter().map(|field| (None, field.id)).collect()),
        TypeDef::Variant(variants) => Form::Variants(variants),
        TypeDef::Sequence(sequence) => Form::Sequence(sequence.type_param.id),
        TypeDef::Array(array) => Form::Array(array.len, array.type_param.id),
        TypeDef::Primitive(primitive) => Form::Primitive(primitive),
        TypeDef::Compact(compact) => Form::Compact(compact.type_param.id),
        TypeDef::BitSequence(_) => Form::Bits,
    })
}

fn named(fields: &[Field<PortableForm>]) -> Vec<(Option<&str>, u32)> {
    fields
        .iter()
        .map(|field| (field.name.as_deref(), field.ty.id))
        .collect()
}

fn is_integer(primitive: &TypeDefPrimitive) -> bool {
    !matches!(
        primitive,
        TypeDefPrimitive::Bool | TypeDefPrimitive::Char | TypeDefPrimitive::Str
    )
}

impl Pair<'_> {
    /// Whether the bytes of the two are the same. If not, values can be carried over one by one.
    ///
    /// # Errors
    /// Where and how they differ, if the one cannot stand for the other.
    pub(super) fn same(&self, ours: u32, theirs: u32, at: &str) -> Result<bool, String> {
        let (ours, theirs) = self.unwrapped(ours, theirs)?;
        let differ = || {
            let place = if at.is_empty() { "it" } else { at };
            Err(format!("{place} is {} there and {} here", theirs.kind(), ours.kind()))
        };
        match (&ours, &theirs) {
            (Form::Fields(ours), Form::Fields(theirs)) => self.same_fields(ours, theirs, at),
            (Form::Variants(ours), Form::Variants(theirs)) => self.same_variants(ours, theirs, at),
            (Form::Sequence(ours), Form::Sequence(theirs)) => self.same(*ours, *theirs, at),
            (Form::Array(ours, one), Form::Array(theirs, other)) if ours == theirs => self.same(*one, *other, at),
            (Form::Sequence(one), Form::Array(_, other)) | (Form::Array(_, one), Form::Sequence(other)) => {
                self.same(*one, *other, at).map(|_| false)
            }
            (Form::Primitive(ours), Form::Primitive(theirs)) if ours == theirs => Ok(true),
            (Form::Primitive(ours), Form::Primitive(theirs)) if is_integer(ours) && is_integer(theirs) => Ok(false),
            (Form::Compact(ours), Form::Compact(theirs)) => self.same(*ours, *theirs, at),
            (Form::Compact(ours), Form::Primitive(theirs)) if is_integer(theirs) => {
                self.whole(self.ours, *ours).map_or_else(differ, |()| Ok(false))
            }
            (Form::Primitive(ours), Form::Compact(theirs)) if is_integer(ours) => {
                self.whole(self.theirs, *theirs).map_or_else(differ, |()| Ok(false))
            }
            _ => differ(),
        }
    }

    /// Whether what a compact holds is an integer, whatever wraps it.
    fn whole(&self, types: &PortableRegistry, mut id: u32) -> Option<()> {
        for _ in 0..WRAPPERS_MAX {
            match form(types, id).ok()? {
                Form::Primitive(primitive) => return is_integer(primitive).then_some(()),
                Form::Fields(fields) => match fields[..] {
                    [(_, only)] => id = only,
                    _ => return None,
                },
                _ => return None,
            }
        }
        None
    }

    /// The two without the wrappers of one field that only one of them has.
    fn unwrapped(&self, mut ours: u32, mut theirs: u32) -> Result<(Form<'_>, Form<'_>), String> {
        for _ in 0..WRAPPERS_MAX {
            let (one, other) = (form(self.ours, ours)?, form(self.theirs, theirs)?);
            match (&one, &other) {
                (Form::Fields(a), Form::Fields(b)) => match (&a[..], &b[..]) {
                    ([(_, a)], [(_, b)]) => (ours, theirs) = (*a, *b),
                    // By name the one may be a part of the other.
                    ([(Some(_), _)], [(Some(_), _), ..]) | ([(Some(_), _), ..], [(Some(_), _)]) => {
                        return Ok((one, other));
                    }
                    ([(_, a)], _) => ours = *a,
                    (_, [(_, b)]) => theirs = *b,
                    _ => return Ok((one, other)),
                },
                (Form::Fields(a), _) if a.len() == 1 => ours = a[0].1,
                (_, Form::Fields(b)) if b.len() == 1 => theirs = b[0].1,
                _ => return Ok((one, other)),
            }
        }
        Err(format!("it is wrapped more than {WRAPPERS_MAX} times"))
    }

    fn same_fields(
        &self,
        ours: &[(Option<&str>, u32)],
        theirs: &[(Option<&str>, u32)],
        at: &str,
    ) -> Result<bool, String> {
        let by_name = |fields: &[(Option<&str>, u32)]| fields.iter().all(|(name, _)| name.is_some());
        if !by_name(ours) || !by_name(theirs) {
            if ours.len() != theirs.len() {
                let place = if at.is_empty() { "it" } else { at };
                return Err(format!(
                    "{place} has {} parts there and {} here",
                    theirs.len(),
                    ours.len()
                ));
            }
            let mut same = true;
            for (place, ((_, one), (_, other))) in ours.iter().zip(theirs).enumerate() {
                same &= self.same(*one, *other, &below(at, &place.to_string()))?;
            }
            return Ok(same);
        }
        if self.fields == Fields::AreTheSame
            && let Some((name, _)) = theirs.iter().find(|(name, _)| !ours.iter().any(|(own, _)| own == name))
        {
            return Err(format!(
                "it wants `{}`, which is unknown here",
                below(at, name.unwrap_or_default())
            ));
        }
        let mut same = ours.len() == theirs.len();
        for (place, (name, one)) in ours.iter().enumerate() {
            let found = theirs.iter().position(|(other, _)| other == name);
            let path = below(at, name.unwrap_or_default());
            let Some((there, (_, other))) = found.and_then(|there| Some((there, theirs.get(there)?))) else {
                return Err(format!("it has no `{path}`"));
            };
            same &= self.same(*one, *other, &path)? && there == place;
        }
        Ok(same)
    }

    fn same_variants(
        &self,
        ours: &TypeDefVariant<PortableForm>,
        theirs: &TypeDefVariant<PortableForm>,
        at: &str,
    ) -> Result<bool, String> {
        let mut same = true;
        let mut known = false;
        for one in &ours.variants {
            // A variant that the chain does not have never comes from there; one that cannot be sent is told then.
            let Some(other) = theirs.variants.iter().find(|other| other.name == one.name) else {
                same = false;
                continue;
            };
            known = true;
            same &= one.index == other.index;
            same &= self.same_fields(&named(&one.fields), &named(&other.fields), &below(at, &one.name))?;
        }
        if !known && !ours.variants.is_empty() {
            let place = if at.is_empty() { "it" } else { at };
            return Err(format!("{place} has none of the variants that are known here"));
        }
        Ok(same)
    }
}

fn below(at: &str, name: &str) -> String {
    match at {
        "" => name.to_owned(),
        at => format!("{at}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use scale_info::{MetaType, Registry, TypeInfo};

    use super::*;

    fn types<T: TypeInfo + 'static>() -> (PortableRegistry, u32) {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<T>()).id;
        (registry.into(), id)
    }

    fn compare<A: TypeInfo + 'static, B: TypeInfo + 'static>(fields: Fields) -> Result<bool, String> {
        let ((ours, one), (theirs, other)) = (types::<A>(), types::<B>());
        let pair = Pair {
            ours: &ours,
            theirs: &theirs,
            fields,
        };
        pair.same(one, other, "")
    }

    #[allow(dead_code)] // Only their shapes count.
    mod shapes {
        #[derive(scale_info::TypeInfo)]
        pub struct Two {
            a: u32,
            b: bool,
        }
        #[derive(scale_info::TypeInfo)]
        pub struct Turned {
            b: bool,
            a: u32,
        }
        #[derive(scale_info::TypeInfo)]
        pub struct Three {
            a: u32,
            b: bool,
            c: u8,
        }
        #[derive(scale_info::TypeInfo)]
        pub struct Text {
            a: String,
            b: bool,
        }
        #[derive(scale_info::TypeInfo)]
        pub struct First {
            a: u32,
        }
        #[derive(scale_info::TypeInfo)]
        pub enum Kind {
            One(u8),
            Two,
        }
        #[derive(scale_info::TypeInfo)]
        pub enum Moved {
            Zero,
            Two,
            One(u8),
        }
        #[derive(scale_info::TypeInfo)]
        pub enum Strange {
            Other,
        }
    }
    use shapes::{First, Kind, Moved, Strange, Text, Three, Turned, Two};

    #[test]
    fn names_decide() {
        use Fields::{AreTheSame, MayBeMore};
        assert_eq!(compare::<Two, Two>(AreTheSame), Ok(true));
        assert_eq!(compare::<Two, Turned>(AreTheSame), Ok(false));
        assert_eq!(compare::<Two, Three>(MayBeMore), Ok(false));
        assert_eq!(compare::<First, Three>(MayBeMore), Ok(false));
        assert!(compare::<Two, Three>(AreTheSame).unwrap_err().contains("wants `c`"));
        assert!(compare::<Three, Two>(MayBeMore).unwrap_err().contains("no `c`"));
        assert!(compare::<Three, Two>(AreTheSame).unwrap_err().contains("no `c`"));
        assert_eq!(
            compare::<Two, Text>(MayBeMore).unwrap_err(),
            "a is a str there and a u32 here"
        );
    }

    #[test]
    fn variants_may_move_and_wrappers_do_not_count() {
        let same = compare::<Kind, Moved>(Fields::MayBeMore);
        assert_eq!(same, Ok(false));
        assert!(compare::<Kind, Strange>(Fields::MayBeMore).is_err());
        assert_eq!(compare::<(u32,), First>(Fields::AreTheSame), Ok(true));
        assert_eq!(compare::<u32, First>(Fields::AreTheSame), Ok(true));
        assert_eq!(compare::<u32, u64>(Fields::AreTheSame), Ok(false));
        assert_eq!(compare::<u32, codec::Compact<u32>>(Fields::AreTheSame), Ok(false));
        assert!(compare::<u32, bool>(Fields::AreTheSame).is_err());
        assert!(compare::<[u8; 32], [u8; 20]>(Fields::AreTheSame).is_err());
        assert_eq!(compare::<Vec<u8>, [u8; 20]>(Fields::AreTheSame), Ok(false));
    }
}
