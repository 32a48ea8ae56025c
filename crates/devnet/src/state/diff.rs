//! What one step of the chain changed.

use codec::{Compact, Decode, Encode, Input};

use super::{Key, Value};

/// The change of one key; `None` is absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: Key,
    /// Its value before the step.
    pub old: Option<Value>,
    /// Its value after the step.
    pub new: Option<Value>,
}

/// The changes of one step, each key at most once.
///
/// Encoded, they are in byte order of the keys, and a key is the number of bytes that it shares with the one before and the rest, as keys of one storage item
/// share 32 bytes and more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff(pub Vec<Change>);

/// A stored difference could not be read.
#[derive(Debug, thiserror::Error)]
#[error("a stored state difference is not readable: {0}")]
pub struct DiffError(#[from] codec::Error);

impl Diff {
    /// The bytes that are kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 48);
        Compact(self.0.len() as u32).encode_to(&mut out);
        let mut sorted: Vec<&Change> = self.0.iter().collect();
        sorted.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let mut last: &[u8] = &[];
        for change in sorted {
            let shared = last.iter().zip(&change.key).take_while(|(a, b)| a == b).count();
            Compact(shared as u32).encode_to(&mut out);
            change.key[shared..].encode_to(&mut out);
            change.old.encode_to(&mut out);
            change.new.encode_to(&mut out);
            last = &change.key;
        }
        out
    }

    /// Bytes of all keys and values, old and new.
    pub fn weight(&self) -> usize {
        let length = |value: &Option<Value>| value.as_ref().map_or(0, Vec::len);
        let weigh = |change: &Change| change.key.len() + length(&change.old) + length(&change.new);
        self.0.iter().map(weigh).sum()
    }

    /// Reads what [`Diff::to_bytes`] wrote.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, DiffError> {
        let input = &mut bytes;
        let count = Compact::<u32>::decode(input)?.0 as usize;
        let mut changes = Vec::<Change>::with_capacity(count.min(input.len() / 4));
        for _ in 0..count {
            let shared = Compact::<u32>::decode(input)?.0 as usize;
            let mut key = match changes.last() {
                Some(last) => last
                    .key
                    .get(..shared)
                    .ok_or(codec::Error::from("shares more than there is"))?
                    .to_vec(),
                None => Vec::new(),
            };
            key.extend(Vec::<u8>::decode(input)?);
            changes.push(Change {
                key,
                old: Decode::decode(input)?,
                new: Decode::decode(input)?,
            });
        }
        if input.remaining_len()? != Some(0) {
            return Err(DiffError("bytes are left over".into()));
        }
        Ok(Self(changes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_back() {
        let change = |key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>| Change {
            key: key.to_vec(),
            old: old.map(<[u8]>::to_vec),
            new: new.map(<[u8]>::to_vec),
        };
        let diff = Diff(vec![
            change(b"", None, Some(b"")),
            change(b"abc", Some(b"1"), None),
            change(b"abcd", None, Some(&[9; 300])),
            change(b"b", Some(b"x"), Some(b"y")),
        ]);
        let bytes = diff.to_bytes();
        assert_eq!(Diff::from_bytes(&bytes).unwrap(), diff);
        let turned = Diff(diff.0.iter().rev().cloned().collect());
        assert_eq!(turned.to_bytes(), bytes);
        assert_eq!(diff.weight(), 8 + 2 + 301);
        for end in 0..bytes.len() {
            assert!(Diff::from_bytes(&bytes[..end]).is_err());
        }
    }
}
