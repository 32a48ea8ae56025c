//! Entries of storage maps under keys that begin with constants.
//!
//! The key of an entry begins with the hashes of two names, the pallet's and the item's. frame-support works both out
//! anew for every key, although the macros know them at compile time. A block reads thousands of entries of the
//! ledger, so here the constants are used, and short values are read into place. The keys are the same to the byte.

use core::any::TypeId;

use alloc::{vec, vec::Vec};

use codec::{Compact, Decode, Encode, EncodeLike, FullCodec, FullEncode, MaxEncodedLen};
use frame_support::{
    Identity, StorageHasher,
    storage::{
        generator::{StorageDoubleMap, StorageMap, StorageNMap},
        types::{EncodeLikeTuple, KeyGenerator, TupleToEncodedIter},
        unhashed,
    },
};

/// Longest value that is read without asking for memory.
const SHORT: usize = 64;

fn begin(prefix: [u8; 32]) -> Vec<u8> {
    // Room for the longest key of the rules: three hashed parts.
    let mut key = Vec::with_capacity(prefix.len() + 3 * 48);
    key.extend_from_slice(&prefix);
    key
}

fn extend<H: StorageHasher>(key: &mut Vec<u8>, part: &impl Encode) {
    part.using_encoded(|part| {
        // Most maps have this one, which would copy the part into memory of its own.
        if TypeId::of::<H>() == TypeId::of::<Identity>() {
            key.extend_from_slice(part);
        } else {
            key.extend_from_slice(H::hash(part).as_ref());
        }
    });
}

fn read<V: FullCodec>(key: &[u8]) -> Option<V> {
    // What owns no memory has one short encoding.
    if !core::mem::needs_drop::<V>() && core::mem::size_of::<V>() <= SHORT {
        let mut value = [0; SHORT];
        let length = sp_io::storage::read(key, &mut value, 0)?;
        let value = usize::try_from(length).ok().and_then(|length| value.get(..length));
        if let Some(decoded) = value.and_then(|mut value| V::decode(&mut value).ok()) {
            return Some(decoded);
        }
    }
    unhashed::get(key)
}

/// The key of an entry of a map.
pub fn key<M, K, V>(of: impl EncodeLike<K>) -> Vec<u8>
where
    M: StorageMap<K, V>,
    K: FullEncode,
    V: FullCodec,
{
    let mut key = begin(M::prefix_hash());
    extend::<M::Hasher>(&mut key, &of);
    key
}

/// Reads an entry of a map.
pub fn get<M, K, V>(of: impl EncodeLike<K>) -> M::Query
where
    M: StorageMap<K, V>,
    K: FullEncode,
    V: FullCodec,
{
    M::from_optional_value_to_query(find::<M, K, V>(of))
}

/// Reads an entry of a map if it is stored.
pub fn find<M, K, V>(of: impl EncodeLike<K>) -> Option<V>
where
    M: StorageMap<K, V>,
    K: FullEncode,
    V: FullCodec,
{
    read(&key::<M, K, V>(of))
}

/// Reads at most `most` elements of a list from the place `from` on, and how many it has. All elements have one size.
pub fn part<M, K, E>(of: impl EncodeLike<K>, from: u64, most: usize) -> (Vec<E>, u64)
where
    M: StorageMap<K, Vec<E>>,
    K: FullEncode,
    E: FullCodec + MaxEncodedLen,
{
    let key = key::<M, K, Vec<E>>(of);
    let mut head = [0; 5];
    let Some(all) = sp_io::storage::read(&key, &mut head, 0) else {
        return (Vec::new(), 0);
    };
    let mut rest = &head[..head.len().min(all as usize)];
    let before = rest.len();
    let Ok(Compact(len)) = Compact::<u32>::decode(&mut rest) else {
        return (Vec::new(), 0);
    };
    let (begin, len, each) = ((before - rest.len()) as u64, u64::from(len), E::max_encoded_len());
    let count = len.saturating_sub(from).min(most as u64) as usize;
    let offset = begin.saturating_add(from.saturating_mul(each as u64));
    let mut bytes = vec![0; count.saturating_mul(each)];
    let Ok(offset) = u32::try_from(offset) else {
        return (Vec::new(), len);
    };
    if sp_io::storage::read(&key, &mut bytes, offset).is_none() {
        return (Vec::new(), len);
    }
    let mut bytes = &bytes[..];
    let part = (0..count).map_while(|_| E::decode(&mut bytes).ok()).collect();
    (part, len)
}

/// Writes an entry of a map, or removes it, as the value says.
pub fn set<M, K, V>(of: impl EncodeLike<K>, value: M::Query)
where
    M: StorageMap<K, V>,
    K: FullEncode,
    V: FullCodec,
{
    write(&key::<M, K, V>(of), M::from_query_to_optional_value(value));
}

/// The key of an entry of a map of two keys.
pub fn double_key<M, K1, K2, V>(one: impl EncodeLike<K1>, two: impl EncodeLike<K2>) -> Vec<u8>
where
    M: StorageDoubleMap<K1, K2, V>,
    K1: FullEncode,
    K2: FullEncode,
    V: FullCodec,
{
    let mut key = begin(M::prefix_hash());
    extend::<M::Hasher1>(&mut key, &one);
    extend::<M::Hasher2>(&mut key, &two);
    key
}

/// Reads an entry of a map of two keys.
pub fn double_get<M, K1, K2, V>(one: impl EncodeLike<K1>, two: impl EncodeLike<K2>) -> M::Query
where
    M: StorageDoubleMap<K1, K2, V>,
    K1: FullEncode,
    K2: FullEncode,
    V: FullCodec,
{
    M::from_optional_value_to_query(double_find::<M, K1, K2, V>(one, two))
}

/// Reads an entry of a map of two keys if it is stored.
pub fn double_find<M, K1, K2, V>(one: impl EncodeLike<K1>, two: impl EncodeLike<K2>) -> Option<V>
where
    M: StorageDoubleMap<K1, K2, V>,
    K1: FullEncode,
    K2: FullEncode,
    V: FullCodec,
{
    read(&double_key::<M, K1, K2, V>(one, two))
}

/// Writes an entry of a map of two keys, or removes it: as the value says, and always if the value is `default`.
pub fn double_set<M, K1, K2, V>(one: impl EncodeLike<K1>, two: impl EncodeLike<K2>, value: M::Query, default: &M::Query)
where
    M: StorageDoubleMap<K1, K2, V, Query: PartialEq>,
    K1: FullEncode,
    K2: FullEncode,
    V: FullCodec,
{
    let value = if value == *default {
        None
    } else {
        M::from_query_to_optional_value(value)
    };
    write(&double_key::<M, K1, K2, V>(one, two), value);
}

/// The key of an entry of a map of any number of keys.
pub fn many_key<M, G, V, A>(of: A) -> Vec<u8>
where
    M: StorageNMap<G, V>,
    G: KeyGenerator,
    V: FullCodec,
    A: EncodeLikeTuple<G::KArg> + TupleToEncodedIter,
{
    let mut key = begin(M::prefix_hash());
    key.extend_from_slice(&G::final_key(of));
    key
}

/// Reads an entry of a map of any number of keys.
pub fn many_get<M, G, V, A>(of: A) -> M::Query
where
    M: StorageNMap<G, V>,
    G: KeyGenerator,
    V: FullCodec,
    A: EncodeLikeTuple<G::KArg> + TupleToEncodedIter,
{
    M::from_optional_value_to_query(read(&many_key::<M, G, V, A>(of)))
}

/// Writes an entry of a map of any number of keys, or removes it without a value.
pub fn many_set<M, G, V, A>(of: A, value: Option<V>)
where
    M: StorageNMap<G, V>,
    G: KeyGenerator,
    V: FullCodec,
    A: EncodeLikeTuple<G::KArg> + TupleToEncodedIter,
{
    write(&many_key::<M, G, V, A>(of), value);
}

fn write<V: FullCodec>(key: &[u8], value: Option<V>) {
    match value {
        Some(value) => unhashed::put(key, &value),
        None => unhashed::kill(key),
    }
}
