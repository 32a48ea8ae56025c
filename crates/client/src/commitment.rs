//! What neurons commit to (`docs/rules/commitments.md#fields`).

use codec::Encode;
use scale_info::TypeInfo;
use scale_value::{Composite, Primitive, Value, ValueDef};
use sp_core::crypto::AccountId32;
use tributary_economy::NetUid;

use crate::{Result, View, items::Item};

const COMMITMENT_OF: Item<(NetUid, AccountId32), Value<u32>> = Item::new("Commitments", "CommitmentOf");

/// A field of a commitment. The chain has more kinds, which nobody here writes or reads.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum Field {
    /// SHA-256 of something.
    Sha256([u8; 32]),
    /// Up to 512 bytes.
    BigRaw(Vec<u8>),
}

/// What is committed to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub struct Information {
    /// At most three.
    pub fields: Vec<Field>,
}

/// A commitment that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// In which block.
    pub block: u64,
    /// To what, as far as the kinds of fields are known here.
    pub fields: Vec<Field>,
}

/// What an account has committed to on a subnet, if it has.
///
/// # Errors
/// As [`View::find`].
pub async fn commitment(view: &View<'_>, netuid: NetUid, account: &AccountId32) -> Result<Option<Commitment>> {
    let found = view.value(&COMMITMENT_OF, (netuid, account.clone())).await?;
    match found {
        None => Ok(None),
        Some(value) => Ok(Some(read(view, &value).await?)),
    }
}

/// What all accounts have committed to on a subnet.
///
/// # Errors
/// As [`View::find`].
pub async fn commitments(view: &View<'_>, netuid: NetUid) -> Result<Vec<(AccountId32, Commitment)>> {
    let mut made = Vec::new();
    for (account, value) in view.values_under(&COMMITMENT_OF, netuid).await? {
        made.push((account, read(view, &value).await?));
    }
    Ok(made)
}

async fn read(view: &View<'_>, value: &Value<u32>) -> Result<Commitment> {
    let block = part(value, "block").and_then(Value::as_u128);
    let block = block.and_then(|block| u64::try_from(block).ok());
    let fields = part(value, "info").and_then(|info| part(info, "fields"));
    let (Some(block), Some(fields)) = (block, fields) else {
        let metadata = view.metadata().await?;
        return Err(metadata.misshapen(COMMITMENT_OF.what(), "it has no `block` or no `info.fields`"));
    };
    Ok(Commitment {
        block,
        fields: list(fields).iter().filter_map(|value| field(value)).collect(),
    })
}

/// A part by its name.
fn part<'a>(value: &'a Value<u32>, name: &str) -> Option<&'a Value<u32>> {
    match &value.value {
        ValueDef::Composite(Composite::Named(parts)) => {
            parts.iter().find(|(own, _)| own == name).map(|(_, value)| value)
        }
        _ => None,
    }
}

/// The variants in a list, whatever wraps it.
fn list(mut value: &Value<u32>) -> Vec<&Value<u32>> {
    loop {
        let ValueDef::Composite(parts) = &value.value else {
            return Vec::new();
        };
        let mut values = parts.values();
        match (values.next(), values.next()) {
            (Some(only), None) if matches!(only.value, ValueDef::Composite(_)) => value = only,
            _ => return parts.values().collect(),
        }
    }
}

fn field(value: &Value<u32>) -> Option<Field> {
    let ValueDef::Variant(variant) = &value.value else {
        return None;
    };
    let mut bytes = Vec::new();
    variant
        .values
        .values()
        .try_for_each(|value| collect(value, &mut bytes))?;
    match variant.name.as_str() {
        "Sha256" => Some(Field::Sha256(bytes.try_into().ok()?)),
        "BigRaw" => Some(Field::BigRaw(bytes)),
        _ => None,
    }
}

/// All bytes in a value; nothing if something else is in it.
fn collect(value: &Value<u32>, bytes: &mut Vec<u8>) -> Option<()> {
    match &value.value {
        ValueDef::Primitive(Primitive::U128(byte)) => bytes.push(u8::try_from(*byte).ok()?),
        ValueDef::Composite(parts) => parts.values().try_for_each(|value| collect(value, bytes))?,
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use codec::Encode as _;
    use pallet_commitments::{CommitmentInfo, Data, Registration};

    use super::*;

    #[test]
    fn known_fields_are_read_and_others_passed_over() {
        let metadata = crate::testing::metadata();
        let id = metadata.storage("Commitments", "CommitmentOf").unwrap().value_id;
        let fields = vec![
            Data::Raw(vec![1, 2, 3].try_into().unwrap()),
            Data::Sha256([9; 32]),
            Data::BigRaw(vec![7; 300].try_into().unwrap()),
        ];
        for fields in [fields.clone(), fields[1..2].to_vec(), Vec::new()] {
            let known = fields.iter().filter_map(|field| match field {
                Data::Sha256(hash) => Some(Field::Sha256(*hash)),
                Data::BigRaw(bytes) => Some(Field::BigRaw(bytes.to_vec())),
                _ => None,
            });
            let known: Vec<Field> = known.collect();
            let made = Registration {
                deposit: 0,
                block: 12,
                info: CommitmentInfo {
                    fields: fields.try_into().unwrap(),
                },
            };
            let value = metadata.value("it", id, &mut &*made.encode()).unwrap();
            assert_eq!(part(&value, "block").and_then(Value::as_u128), Some(12));
            let fields = part(&value, "info").and_then(|info| part(info, "fields")).unwrap();
            let read: Vec<Field> = list(fields).into_iter().filter_map(field).collect();
            assert_eq!(read, known);
        }
    }
}
