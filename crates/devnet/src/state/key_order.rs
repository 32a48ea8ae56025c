//! The order of the keys.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use triomphe::Arc;

/// Length of what all keys of one storage item share: twox128 of the pallet and of the item.
const PREFIX_LENGTH: usize = 32;
/// Keys that a page has when it is split.
const PAGE_MAX: usize = 64;
/// Keys that a page has when it is joined with a neighbour, if there is room.
const PAGE_MIN: usize = 16;

type Bytes = Arc<[u8]>;
/// Keys of one item without what they share, in order. No page is empty.
type Pages = Vec<Arc<Vec<Bytes>>>;

/// An ordered set of keys in two levels: the first 32 bytes (a storage item), then the rest. Copies of it share what
/// neither of them changes, so a copy costs next to nothing.
#[derive(Clone, Debug, Default)]
pub struct Order {
    items: Arc<BTreeMap<Bytes, Arc<Pages>>>,
}

/// What a key shares with those of its storage item, and the rest.
pub fn split(key: &[u8]) -> (&[u8], &[u8]) {
    key.split_at(key.len().min(PREFIX_LENGTH))
}

fn last(page: &[Bytes]) -> &[u8] {
    page.last().map_or(&[], |key| key)
}

/// The page that a key is on, if it is anywhere.
fn page_of(pages: &Pages, suffix: &[u8]) -> usize {
    pages.partition_point(|page| last(page) < suffix)
}

impl Order {
    /// Adds a key.
    pub fn insert(&mut self, key: &[u8]) {
        let (prefix, suffix) = split(key);
        let items = Arc::make_mut(&mut self.items);
        let Some(pages) = items.get_mut(prefix) else {
            items.insert(prefix.into(), Arc::new(vec![Arc::new(vec![suffix.into()])]));
            return;
        };
        let pages = Arc::make_mut(pages);
        // A key after all others goes onto the last page.
        let at = page_of(pages, suffix).min(pages.len() - 1);
        let page = Arc::make_mut(&mut pages[at]);
        let Err(place) = page.binary_search_by(|key| (**key).cmp(suffix)) else {
            return;
        };
        page.insert(place, suffix.into());
        if page.len() > PAGE_MAX {
            let second = page.split_off(PAGE_MAX / 2);
            pages.insert(at + 1, Arc::new(second));
        }
    }

    /// Takes out a key.
    pub fn remove(&mut self, key: &[u8]) {
        let (prefix, suffix) = split(key);
        let items = Arc::make_mut(&mut self.items);
        let Some(shared) = items.get_mut(prefix) else { return };
        let at = page_of(shared, suffix);
        let Some(Ok(place)) = shared
            .get(at)
            .map(|page| page.binary_search_by(|key| (**key).cmp(suffix)))
        else {
            return;
        };
        let pages = Arc::make_mut(shared);
        let page = Arc::make_mut(&mut pages[at]);
        page.remove(place);
        let (length, next) = (page.len(), pages.get(at + 1).map_or(usize::MAX, |next| next.len()));
        if length == 0 {
            pages.remove(at);
        } else if length < PAGE_MIN && next <= PAGE_MAX / 2 {
            let next = pages.remove(at + 1);
            Arc::make_mut(&mut pages[at]).extend(next.iter().cloned());
        }
        if pages.is_empty() {
            items.remove(prefix);
        }
    }

    /// The first key after `key`.
    pub fn next_key(&self, key: &[u8]) -> Option<Vec<u8>> {
        let (prefix, suffix) = split(key);
        if let Some(pages) = self.items.get(prefix) {
            let at = pages.partition_point(|page| last(page) <= suffix);
            if let Some(page) = pages.get(at)
                && let Some(next) = page.get(page.partition_point(|key| **key <= *suffix))
            {
                return Some([prefix, next].concat());
            }
        }
        let (prefix, pages) = self.items.range::<[u8], _>((Excluded(prefix), Unbounded)).next()?;
        Some([&**prefix, pages.first()?.first()?].concat())
    }

    /// The rest of each key of one storage item, by what they share.
    pub fn item<'a>(&'a self, prefix: &[u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let pages = self.items.get(prefix).map(|pages| pages.iter());
        pages
            .into_iter()
            .flatten()
            .flat_map(|page| page.iter().map(|key| &**key))
    }

    /// The first bytes of all storage items.
    pub fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.items.keys().map(|prefix| &**prefix)
    }
}
