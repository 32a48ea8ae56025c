//! What was written over a state and is not part of it yet.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    ops::Bound::{Excluded, Included, Unbounded},
};

use codec::{Compact, CompactLen, Decode, Encode};
use hashbrown::{HashTable, hash_table::Entry as Slot};
use sp_externalities::MultiRemovalResults;

use super::{Change, Element, Key, StateView, Value};

/// Writes over a [`StateView`], in transactions that can be nested.
///
/// What a key is like here is found through a hash table, by the hash that the state below finds it by. The order of
/// the keys is worked out only for those who walk. A write inside a transaction leaves in a journal what was before
/// it, once a transaction and key; rolling back plays the journal backwards.
#[derive(Debug, Default)]
pub struct Overlay {
    entries: Vec<Entry>,
    /// Places in `entries`, by the hash of the key.
    places: HashTable<usize>,
    /// The first `sorted.len()` entries, by key.
    sorted: BTreeMap<Key, usize>,
    journal: Vec<Undo>,
    transactions: Vec<Transaction>,
    /// Transactions so far.
    opened: u64,
}

#[derive(Debug)]
struct Entry {
    key: Key,
    hash: u64,
    content: Content,
    /// The transaction in whose part of the journal the whole content is.
    saved_in: u64,
    /// The transaction in whose part of the journal the length of the list is.
    measured_in: u64,
}

/// What the overlay says about a key.
#[derive(Debug)]
enum Content {
    /// Nothing: the state below counts.
    Below,
    Removed,
    Value(Value),
    /// A SCALE list that was appended to: how many elements, and their encodings without the count before them.
    List {
        count: u32,
        elements: Vec<u8>,
    },
}

#[derive(Debug)]
struct Transaction {
    number: u64,
    /// Length of the journal when it was opened.
    begins: usize,
}

#[derive(Debug)]
enum Undo {
    Restore { place: usize, content: Content },
    Shorten { place: usize, count: u32, length: usize },
}

/// The number of elements that a value begins with, if it is a SCALE list, and the length of that number.
fn list_header(value: &[u8]) -> Option<(u32, usize)> {
    let count = Compact::<u32>::decode(&mut &*value).ok()?.0;
    Some((count, Compact::<u32>::compact_len(&count)))
}

impl Content {
    fn is_present(&self) -> bool {
        matches!(self, Self::Value(_) | Self::List { .. })
    }

    /// What the overlay says: nothing, that there is no value, or the value.
    fn read(&self) -> Option<Option<Cow<'_, [u8]>>> {
        match self {
            Self::Below => None,
            Self::Removed => Some(None),
            Self::Value(value) => Some(Some(Cow::Borrowed(value))),
            Self::List { count, elements } => {
                let mut value = Vec::with_capacity(elements.len() + 5);
                Compact(*count).encode_to(&mut value);
                value.extend_from_slice(elements);
                Some(Some(Cow::Owned(value)))
            }
        }
    }
}

impl Overlay {
    fn place(&self, hash: u64, key: &[u8]) -> Option<usize> {
        self.places.find(hash, |place| self.entries[*place].key == key).copied()
    }

    /// What the overlay says about a key: nothing, that it has no value, or its value.
    pub fn get(&self, hash: u64, key: &[u8]) -> Option<Option<Cow<'_, [u8]>>> {
        self.entries[self.place(hash, key)?].content.read()
    }

    /// Whether the overlay says that a key has a value; nothing if it says nothing.
    pub fn contains(&self, hash: u64, key: &[u8]) -> Option<bool> {
        match &self.entries[self.place(hash, key)?].content {
            Content::Below => None,
            content => Some(content.is_present()),
        }
    }

    /// The place of a key, made if there is none.
    fn place_or_insert(&mut self, hash: u64, key: Key) -> usize {
        let entries = &mut self.entries;
        match self
            .places
            .entry(hash, |place| entries[*place].key == key, |place| entries[*place].hash)
        {
            Slot::Occupied(slot) => *slot.get(),
            Slot::Vacant(slot) => {
                let place = entries.len();
                slot.insert(place);
                entries.push(Entry {
                    key,
                    hash,
                    content: Content::Below,
                    saved_in: 0,
                    measured_in: 0,
                });
                place
            }
        }
    }

    /// Number of the innermost transaction; 0 outside of all.
    fn current(&self) -> u64 {
        self.transactions.last().map_or(0, |transaction| transaction.number)
    }

    fn replace(&mut self, place: usize, content: Content) {
        let current = self.current();
        let entry = &mut self.entries[place];
        let old = std::mem::replace(&mut entry.content, content);
        if current != 0 && entry.saved_in != current {
            entry.saved_in = current;
            self.journal.push(Undo::Restore { place, content: old });
        }
    }

    /// Sets the value of a key, or removes it.
    pub fn set(&mut self, hash: u64, key: Key, value: Option<Value>) {
        let place = self.place_or_insert(hash, key);
        self.replace(place, value.map_or(Content::Removed, Content::Value));
    }

    /// Appends an encoded element to the SCALE list that a key holds. What is no list is replaced by a list of the one
    /// element. `below` is the value that the state has for the key.
    pub fn append(&mut self, hash: u64, key: Key, element: &[u8], below: Option<&[u8]>) {
        let place = self.place_or_insert(hash, key);
        let current = self.current();
        let entry = &mut self.entries[place];
        if let Content::List { count, elements } = &mut entry.content {
            if current != 0 && entry.saved_in != current && entry.measured_in != current {
                entry.measured_in = current;
                self.journal.push(Undo::Shorten {
                    place,
                    count: *count,
                    length: elements.len(),
                });
            }
            *count = count.saturating_add(1);
            elements.extend_from_slice(element);
            return;
        }
        let before = match &entry.content {
            Content::Below => below,
            Content::Value(value) => Some(&value[..]),
            Content::Removed | Content::List { .. } => None,
        };
        let list = match before.and_then(|value| Some((value, list_header(value)?))) {
            Some((value, (count, header))) => Content::List {
                count: count.saturating_add(1),
                elements: [&value[header..], element].concat(),
            },
            None => Content::List {
                count: 1,
                elements: element.to_vec(),
            },
        };
        self.replace(place, list);
    }

    /// Opens a transaction.
    pub fn start_transaction(&mut self) {
        self.opened += 1;
        self.transactions.push(Transaction {
            number: self.opened,
            begins: self.journal.len(),
        });
    }

    /// How many transactions are open.
    pub fn depth(&self) -> usize {
        self.transactions.len()
    }

    /// Makes what was written in the innermost transaction part of the one around it. False if none is open.
    pub fn commit_transaction(&mut self) -> bool {
        let closed = self.transactions.pop().is_some();
        if self.transactions.is_empty() {
            self.journal.clear();
        }
        closed
    }

    /// Undoes what was written in the innermost transaction. False if none is open.
    pub fn rollback_transaction(&mut self) -> bool {
        let Some(transaction) = self.transactions.pop() else {
            return false;
        };
        for undo in self.journal.drain(transaction.begins..).rev() {
            match undo {
                Undo::Restore { place, content } => self.entries[place].content = content,
                Undo::Shorten { place, count, length } => {
                    if let Content::List { count: now, elements } = &mut self.entries[place].content {
                        *now = count;
                        elements.truncate(length);
                    }
                }
            }
        }
        true
    }

    fn sort(&mut self) {
        for place in self.sorted.len()..self.entries.len() {
            self.sorted.insert(self.entries[place].key.clone(), place);
        }
    }

    /// The first key after `key` that has a value.
    pub fn next_key(&mut self, view: &StateView<'_>, key: &[u8]) -> Option<Key> {
        self.sort();
        let mut below = view.next_key(key);
        while let Some(next) = &below
            && self.contains(view.hash(next), next) == Some(false)
        {
            below = view.next_key(next);
        }
        let above = self
            .sorted
            .range::<[u8], _>((Excluded(key), Unbounded))
            .take_while(|(key, _)| below.as_ref().is_none_or(|below| *key < below))
            .find(|(_, place)| self.entries[**place].content.is_present())
            .map(|(key, _)| key.clone());
        above.or(below)
    }

    /// Removes the keys that start with `prefix`: all that were written here, and of those of the state up to `limit`,
    /// from `cursor` on.
    pub fn clear_prefix(
        &mut self,
        view: &StateView<'_>,
        prefix: &[u8],
        limit: Option<u32>,
        cursor: Option<&[u8]>,
    ) -> MultiRemovalResults {
        self.sort();
        let written: Vec<usize> = self
            .sorted
            .range::<[u8], _>((Included(prefix), Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(_, place)| *place)
            .filter(|place| self.entries[*place].content.is_present())
            .collect();
        let above = written.len() as u32;
        for place in written {
            self.replace(place, Content::Removed);
        }

        let (mut removed, mut loops) = (0u32, 0u32);
        let start = cursor.filter(|cursor| *cursor >= prefix).unwrap_or(prefix);
        let mut next = match view.get(start) {
            Some(_) => Some(start.to_vec()),
            None => view.next_key(start),
        };
        while let Some(key) = next.take_if(|key| key.starts_with(prefix)) {
            if limit == Some(loops) {
                return MultiRemovalResults {
                    maybe_cursor: Some(key),
                    backend: removed,
                    unique: above + removed,
                    loops,
                };
            }
            next = view.next_key(&key);
            let hash = view.hash(&key);
            if self.contains(hash, &key) != Some(false) {
                self.set(hash, key, None);
                removed += 1;
            }
            loops += 1;
        }
        MultiRemovalResults {
            maybe_cursor: None,
            backend: removed,
            unique: above + removed,
            loops,
        }
    }

    /// The keys whose values are others here than in the state below.
    pub fn changed<'o, 'v>(&'o self, view: &'o StateView<'v>) -> impl Iterator<Item = Changed<'o, 'v>> {
        self.entries.iter().enumerate().filter_map(move |(place, entry)| {
            let new = entry.content.read()?;
            let old = view.get_with_element(entry.hash, &entry.key);
            (old.map(|(value, _)| value) != new.as_deref()).then_some(Changed {
                place,
                key: &entry.key,
                old,
                new,
            })
        })
    }

    /// The changes of the keys in these places, from these old values, in the order of the places, each place at most
    /// once.
    pub fn into_changes<'v>(self, changed: impl IntoIterator<Item = (usize, Option<&'v [u8]>)>) -> Vec<Change> {
        let mut changed = changed.into_iter().peekable();
        let mut changes = Vec::with_capacity(changed.size_hint().0);
        for (place, entry) in self.entries.into_iter().enumerate() {
            let Some((_, old)) = changed.next_if(|(next, _)| *next == place) else {
                continue;
            };
            let new = match entry.content {
                Content::Value(value) => Some(value),
                content => content.read().flatten().map(Cow::into_owned),
            };
            changes.push(Change {
                key: entry.key,
                old: old.map(<[u8]>::to_vec),
                new,
            });
        }
        changes
    }
}

/// A key whose value is another in an [`Overlay`] than in the state below.
#[derive(Debug)]
pub struct Changed<'o, 'v> {
    /// Where the overlay has it.
    pub place: usize,
    /// The key.
    pub key: &'o [u8],
    /// Its value in the state below, with the element, if that is known.
    pub old: Option<(&'v [u8], Option<&'v Element>)>,
    /// Its value in the overlay.
    pub new: Option<Cow<'o, [u8]>>,
}
