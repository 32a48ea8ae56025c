//! Calls, by name: which pallet, which call, and its arguments by their names. The chain's metadata says how they are
//! written.

use codec::{Compact, Encode};
use scale_info::{TypeDef, TypeInfo};
use sp_core::crypto::AccountId32;

use crate::{
    Result,
    metadata::{Metadata, Typed},
};

/// Calls within calls, at most, as chains have it too.
const NESTED_MAX: usize = 8;

/// A call, ready to be written for any chain that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pallet: &'static str,
    name: &'static str,
    arguments: Vec<(&'static str, Argument)>,
}

/// What a call or a runtime API is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    Value(Typed),
    Call(Box<Call>),
    Calls(Vec<Call>),
}

/// An account as signers and calls of Balances name one.
#[derive(Encode, TypeInfo)]
pub(crate) enum Address {
    Id(AccountId32),
}

impl Call {
    /// The call of this name, without arguments.
    pub fn new(pallet: &'static str, name: &'static str) -> Self {
        Self {
            pallet,
            name,
            arguments: Vec::new(),
        }
    }

    /// With an argument.
    pub fn with<T: Encode + TypeInfo + 'static>(self, name: &'static str, value: T) -> Self {
        self.argument(name, Argument::Value(Typed::new(&value)))
    }

    fn argument(mut self, name: &'static str, argument: Argument) -> Self {
        self.arguments.push((name, argument));
        self
    }

    /// Pays an account, and keeps the payer's alive.
    pub fn transfer(to: &AccountId32, rao: u64) -> Self {
        Self::new("Balances", "transfer_keep_alive")
            .with("dest", Address::Id(to.clone()))
            .with("value", rao)
    }

    /// Makes a call as the chain's administrator.
    pub fn sudo(call: Self) -> Self {
        Self::new("Sudo", "sudo").argument("call", Argument::Call(Box::new(call)))
    }

    /// Makes all calls, or none if one of them fails.
    pub fn batch_all(calls: Vec<Self>) -> Self {
        Self::new("Utility", "batch_all").argument("calls", Argument::Calls(calls))
    }

    /// Makes all calls, also if some of them fail.
    pub fn force_batch(calls: Vec<Self>) -> Self {
        Self::new("Utility", "force_batch").argument("calls", Argument::Calls(calls))
    }

    /// The pallet.
    pub fn pallet(&self) -> &'static str {
        self.pallet
    }

    /// The call's name in the pallet.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The arguments as this chain writes them, one after the other.
    ///
    /// # Errors
    /// [`crate::Error::Missing`] if the chain does not have the call, [`crate::Error::Shape`] if it takes other
    /// arguments.
    pub(crate) fn arguments(&self, metadata: &Metadata) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.write_arguments(metadata, 0, &mut out)?;
        Ok(out)
    }

    /// The call as this chain writes it.
    ///
    /// # Errors
    /// As [`Self::arguments`].
    pub(crate) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.write(metadata, 0, &mut out)?;
        Ok(out)
    }

    fn write(&self, metadata: &Metadata, depth: usize, out: &mut Vec<u8>) -> Result<()> {
        let pallet = metadata.pallet(self.pallet)?;
        let variant = pallet.call_variant_by_name(self.name);
        let variant = variant.ok_or_else(|| metadata.missing(format!("call {self}")))?;
        out.extend([pallet.call_index(), variant.index]);
        self.write_arguments(metadata, depth, out)
    }

    fn write_arguments(&self, metadata: &Metadata, depth: usize, out: &mut Vec<u8>) -> Result<()> {
        let pallet = metadata.pallet(self.pallet)?;
        let variant = pallet.call_variant_by_name(self.name);
        let variant = variant.ok_or_else(|| metadata.missing(format!("call {self}")))?;
        let what = || format!("call {self}");
        let wanted = |name: &str| variant.fields.iter().any(|field| field.name.as_deref() == Some(name));
        if let Some((extra, _)) = self.arguments.iter().find(|(name, _)| !wanted(name)) {
            return Err(metadata.misshapen(what(), format!("it takes no `{extra}`")));
        }
        for field in &variant.fields {
            let name = field.name.as_deref().unwrap_or_default();
            let given = self.arguments.iter().find(|(own, _)| *own == name);
            let Some((_, argument)) = given else {
                return Err(metadata.misshapen(what(), format!("it wants `{name}`, which is unknown here")));
            };
            argument.write(metadata, &format!("{} of call {self}", name), field.ty.id, depth, out)?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Call {
    /// `Pallet.call`, as users know it from other tools.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

impl Argument {
    /// Writes the argument as the chain's type `id`, at a depth of calls within calls.
    pub(crate) fn write(
        &self,
        metadata: &Metadata,
        what: &str,
        id: u32,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let is_call = |id| id == metadata.described().outer_enums().call_enum_ty();
        let deeper = depth + 1;
        match self {
            Self::Value(value) => metadata.write(what, id, value, out),
            Self::Call(_) | Self::Calls(_) if deeper > NESTED_MAX => {
                Err(metadata.misshapen(what, format!("calls nest deeper than {NESTED_MAX}")))
            }
            Self::Call(call) if is_call(id) => call.write(metadata, deeper, out),
            Self::Calls(calls) => match metadata.types().resolve(id).map(|ty| &ty.type_def) {
                Some(TypeDef::Sequence(list)) if is_call(list.type_param.id) => {
                    let count = u32::try_from(calls.len())
                        .map_err(|_| metadata.misshapen(what, "there are more calls than a list holds"))?;
                    Compact(count).encode_to(out);
                    calls.iter().try_for_each(|call| call.write(metadata, deeper, out))
                }
                _ => Err(metadata.misshapen(what, "it is not a list of calls")),
            },
            Self::Call(_) => Err(metadata.misshapen(what, "it is not a call")),
        }
    }
}
