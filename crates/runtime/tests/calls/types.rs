//! All calls of the runtime, from its types, and random values of any type. Nothing here names a call: one that is added
//! to a pallet is made like all others.

use std::collections::BTreeMap;

use codec::{Compact, Decode, Encode};
use frame_support::storage::storage_prefix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scale_info::{Field, PortableRegistry, Registry, TypeDef, TypeDefPrimitive, form::PortableForm, meta_type};
use tributary_economy::{NetUid, UNIT};
use tributary_runtime::{AccountId, RuntimeCall, System};

/// How deep calls are nested at most.
const DEPTH: u32 = 3;

/// Arguments that are keys of the storage.
const RAW: [&str; 3] = ["prefix", "keys", "items"];

/// A call, by the names of pallet and call.
pub type Name = (String, String);

/// Who and what values are made of.
pub struct Cast {
    /// Accounts of all kinds.
    pub accounts: Vec<AccountId>,
    /// Hotkeys among them.
    pub hotkeys: Vec<AccountId>,
}

/// Makes calls.
pub struct Calls {
    pub random: ChaCha8Rng,
    pub cast: Cast,
    registry: PortableRegistry,
    outer: u32,
    depth: u32,
    /// The subnet that the last call spoke of.
    pub netuid: NetUid,
    /// Encoded values of the arguments of these names, instead of random ones.
    fixed: BTreeMap<&'static str, Vec<u8>>,
}

impl Calls {
    pub fn new(seed: u64, cast: Cast) -> Self {
        let mut registry = Registry::new();
        let outer = registry.register_type(&meta_type::<RuntimeCall>()).id;
        Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            cast,
            registry: registry.into(),
            outer,
            depth: 0,
            netuid: NetUid(0),
            fixed: BTreeMap::new(),
        }
    }

    /// A call with random arguments but for those of these names.
    pub fn make_with(&mut self, name: &Name, fixed: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> RuntimeCall {
        self.fixed = fixed.into_iter().collect();
        let call = self.make(name);
        self.fixed.clear();
        call
    }

    fn variants(&self, ty: u32) -> Vec<scale_info::Variant<PortableForm>> {
        match &self.registry.resolve(ty).expect("a known type").type_def {
            TypeDef::Variant(def) => def.variants.clone(),
            other => panic!("an enum of calls is not {other:?}"),
        }
    }

    /// All calls of all pallets.
    pub fn names(&self) -> Vec<Name> {
        self.variants(self.outer)
            .into_iter()
            .flat_map(|pallet| {
                self.variants(pallet.fields[0].ty.id)
                    .into_iter()
                    .map(move |call| (pallet.name.clone(), call.name))
            })
            .collect()
    }

    /// Whether a call has calls among its arguments.
    pub fn nests(&self, name: &Name) -> bool {
        let (_, call) = self.find(name);
        call.fields.iter().any(|field| self.reaches(field.ty.id, 0))
    }

    /// Whether there are values of all arguments of a call: of a type without any, nobody can make one.
    pub fn is_possible(&self, name: &Name) -> bool {
        let (_, call) = self.find(name);
        call.fields.iter().all(|field| {
            let ty = self.registry.resolve(field.ty.id).expect("a known type");
            !matches!(&ty.type_def, TypeDef::Variant(def) if def.variants.is_empty())
        })
    }

    fn reaches(&self, ty: u32, depth: u32) -> bool {
        if ty == self.outer {
            return true;
        }
        let any = |fields: &[Field<PortableForm>]| fields.iter().any(|field| self.reaches(field.ty.id, depth + 1));
        // Types that hold themselves are calls alone.
        depth < 8
            && match &self.registry.resolve(ty).expect("a known type").type_def {
                TypeDef::Composite(def) => any(&def.fields),
                TypeDef::Variant(def) => def.variants.iter().any(|variant| any(&variant.fields)),
                TypeDef::Sequence(def) => self.reaches(def.type_param.id, depth + 1),
                TypeDef::Array(def) => self.reaches(def.type_param.id, depth + 1),
                TypeDef::Tuple(def) => def.fields.iter().any(|field| self.reaches(field.id, depth + 1)),
                TypeDef::Compact(def) => self.reaches(def.type_param.id, depth + 1),
                TypeDef::Primitive(_) | TypeDef::BitSequence(_) => false,
            }
    }

    fn find(&self, (pallet, call): &Name) -> (u8, scale_info::Variant<PortableForm>) {
        let outer = self
            .variants(self.outer)
            .into_iter()
            .find(|variant| variant.name == *pallet);
        let outer = outer.expect("a known pallet");
        let inner = self.variants(outer.fields[0].ty.id).into_iter();
        let inner = inner.clone().find(|variant| variant.name == *call);
        (outer.index, inner.expect("a known call"))
    }

    /// A call with random arguments.
    pub fn make(&mut self, name: &Name) -> RuntimeCall {
        let (pallet, call) = self.find(name);
        let mut bytes = vec![pallet, call.index];
        for field in &call.fields {
            self.value(field.ty.id, field.name.as_deref().unwrap_or_default(), &mut bytes);
        }
        RuntimeCall::decode(&mut &bytes[..]).unwrap_or_else(|error| panic!("{name:?} does not decode: {error}"))
    }

    /// Any call, seldom one that holds others when nested itself.
    fn any(&mut self) -> RuntimeCall {
        let names = self.names();
        loop {
            let name = self.pick(&names);
            if !self.is_possible(&name) {
                continue;
            }
            if self.depth < DEPTH || !self.nests(&name) {
                self.depth += 1;
                let call = self.make(&name);
                self.depth -= 1;
                return call;
            }
        }
    }

    /// One of some choices.
    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.random.random_range(0..choices.len())].clone()
    }

    /// One in so many.
    pub fn chance(&mut self, of: u32) -> bool {
        self.random.random_range(0..of) == 0
    }

    pub fn account(&mut self, name: &str) -> AccountId {
        match name {
            "hotkey" | "origin_hotkey" | "destination_hotkey" if !self.chance(8) => {
                let hotkeys = self.cast.hotkeys.clone();
                self.pick(&hotkeys)
            }
            _ if self.chance(30) => AccountId::new([self.random.random(); 32]),
            _ => {
                let accounts = self.cast.accounts.clone();
                self.pick(&accounts)
            }
        }
    }

    /// Money: mostly what accounts can afford.
    pub fn amount(&mut self) -> u64 {
        match self.random.random_range(0..12) {
            0 => self.random.random_range(0..1_000),
            1 => self.random.random(),
            2 => 0,
            3..7 => self.random.random_range(0..UNIT),
            _ => self.random.random_range(0..300 * UNIT),
        }
    }

    /// A number of so many bits, for the argument of this name.
    fn number(&mut self, name: &str, bits: u32) -> u128 {
        let now = u128::from(System::block_number());
        let money = [
            "value",
            "new_free",
            "delta",
            "amount",
            "amount_staked",
            "alpha_amount",
            "amount_unstaked",
            "limit_price",
            "swap_cost",
            "deposit",
            "limit",
            "bond",
        ];
        let number = match name {
            "ref_time" => 1 << 38,
            "proof_size" => 1 << 32,
            "when" | "height" => now + self.random.random_range(0..20),
            "expiry" => now + self.random.random_range(0..60),
            "after" | "notice" | "delay" => self.random.random_range(0..10),
            "threshold" | "ip_type" | "mecid" if !self.chance(6) => self.pick(&[1, 4, 2, 0, 6]),
            "version_key" if !self.chance(6) => 0,
            "channel" | "report" | "number" => self.random.random_range(0..12),
            "ip" => self.pick(&[0x0808_0808, 0, 0x7f00_0001, u128::from(u32::MAX)]),
            name if money.contains(&name) => u128::from(self.amount()),
            _ => match self.random.random_range(0..8) {
                0 => 0,
                1 => 1,
                2 => u128::MAX,
                3 => self.random.random(),
                4 => self.random.random_range(0..70_000),
                _ => self.random.random_range(0..12),
            },
        };
        if bits == 128 {
            number
        } else {
            number & ((1 << bits) - 1)
        }
    }

    fn value(&mut self, ty: u32, name: &str, out: &mut Vec<u8>) {
        if let Some(fixed) = self.fixed.get(name) {
            return out.extend(fixed);
        }
        let known = self.registry.resolve(ty).expect("a known type").clone();
        let path = known.path.segments.last().map(String::as_str).unwrap_or_default();
        match path {
            _ if ty == self.outer => return self.any().encode_to(out),
            "AccountId32" => return self.account(name).encode_to(out),
            "MultiAddress" => {
                out.push(0);
                return self.account(name).encode_to(out);
            }
            "NetUid" => {
                // Mostly those that there are.
                let any = if self.chance(4) { 0..6 } else { 1..4 };
                self.netuid = NetUid(self.random.random_range(any));
                return self.netuid.encode_to(out);
            }
            "Tao" | "Alpha" => return self.amount().encode_to(out),
            "MechId" if !self.chance(8) => return out.push(self.random.random_range(0..2)),
            _ => {}
        }
        match known.type_def {
            TypeDef::Composite(def) => self.fields(&def.fields, name, out),
            TypeDef::Variant(def) => {
                let variant = self.pick(&def.variants);
                out.push(variant.index);
                self.fields(&variant.fields, name, out);
            }
            TypeDef::Sequence(def) => {
                let bytes = matches!(
                    self.registry.resolve(def.type_param.id).expect("a known type").type_def,
                    TypeDef::Primitive(TypeDefPrimitive::U8)
                );
                if bytes && RAW.contains(&name) {
                    // With raw writes root can break anything: here they stay apart, or are refused.
                    let money = storage_prefix(b"System", b"Account").to_vec();
                    return if self.chance(4) { money } else { b"apart".to_vec() }.encode_to(out);
                }
                let length = if bytes {
                    self.random.random_range(0..40)
                } else {
                    self.random.random_range(0..4u32)
                };
                Compact(length).encode_to(out);
                (0..length).for_each(|_| self.value(def.type_param.id, name, out));
            }
            TypeDef::Array(def) => (0..def.len).for_each(|_| self.value(def.type_param.id, name, out)),
            TypeDef::Tuple(def) => def.fields.iter().for_each(|field| self.value(field.id, name, out)),
            TypeDef::Compact(def) => {
                let bits = self.bits(def.type_param.id);
                Compact(self.number(name, bits)).encode_to(out);
            }
            TypeDef::Primitive(primitive) => self.primitive(&primitive, name, out),
            TypeDef::BitSequence(_) => panic!("no call has a bit sequence"),
        }
    }

    fn fields(&mut self, fields: &[Field<PortableForm>], outer: &str, out: &mut Vec<u8>) {
        for field in fields {
            self.value(field.ty.id, field.name.as_deref().unwrap_or(outer), out);
        }
    }

    fn bits(&self, ty: u32) -> u32 {
        match &self.registry.resolve(ty).expect("a known type").type_def {
            TypeDef::Primitive(TypeDefPrimitive::U8) => 8,
            TypeDef::Primitive(TypeDefPrimitive::U16) => 16,
            TypeDef::Primitive(TypeDefPrimitive::U32) => 32,
            TypeDef::Primitive(TypeDefPrimitive::U64) => 64,
            TypeDef::Primitive(TypeDefPrimitive::U128) => 128,
            TypeDef::Composite(def) => self.bits(def.fields[0].ty.id),
            other => panic!("a compact number is not {other:?}"),
        }
    }

    fn primitive(&mut self, primitive: &TypeDefPrimitive, name: &str, out: &mut Vec<u8>) {
        use TypeDefPrimitive as Is;
        let bytes = match primitive {
            Is::Bool => return out.push(u8::from(self.chance(2))),
            Is::Str => return "text".encode_to(out),
            Is::Char => return u32::from('c').encode_to(out),
            Is::U8 | Is::I8 => 1,
            Is::U16 | Is::I16 => 2,
            Is::U32 | Is::I32 => 4,
            Is::U64 | Is::I64 => 8,
            Is::U128 | Is::I128 => 16,
            Is::U256 | Is::I256 => panic!("no call has so wide a number"),
        };
        out.extend_from_slice(&self.number(name, 8 * bytes as u32).to_le_bytes()[..bytes]);
    }
}
