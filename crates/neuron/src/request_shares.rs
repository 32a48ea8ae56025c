//! Places among the requests that an axon works on, and how they are shared out.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

/// How many places there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sharing {
    /// In all.
    pub all_max: usize,
    /// For each.
    pub each_max: usize,
    /// Beyond all, for those who have none yet.
    pub first_max: usize,
}

/// Who holds how many places.
#[derive(Debug)]
pub(crate) struct Shares<K> {
    sharing: Sharing,
    taken: Mutex<Taken<K>>,
}

#[derive(Debug)]
struct Taken<K> {
    all: usize,
    by: BTreeMap<K, usize>,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Share<K: Ord> {
    of: K,
    shares: Arc<Shares<K>>,
}

impl<K: Ord + Copy> Shares<K> {
    pub(crate) fn new(sharing: Sharing) -> Arc<Self> {
        Arc::new(Self {
            sharing,
            taken: Mutex::new(Taken {
                all: 0,
                by: BTreeMap::new(),
            }),
        })
    }

    /// A place, if one is left for `of`. Those who have none get one even if the others have taken all.
    pub(crate) fn take(self: &Arc<Self>, of: K) -> Option<Share<K>> {
        let Sharing {
            all_max,
            each_max,
            first_max,
        } = self.sharing;
        let mut taken = self.taken.lock();
        let has = taken.by.get(&of).copied().unwrap_or(0);
        let max = if has == 0 { all_max + first_max } else { all_max };
        if taken.all >= max || has >= each_max {
            return None;
        }
        taken.all += 1;
        *taken.by.entry(of).or_default() += 1;
        Some(Share {
            of,
            shares: self.clone(),
        })
    }
}

impl<K: Ord> Drop for Share<K> {
    fn drop(&mut self) {
        let mut taken = self.shares.taken.lock();
        taken.all -= 1;
        if let Some(count) = taken.by.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.by.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nobody_takes_more_than_a_share(steps in proptest::collection::vec((0u8..6, any::<bool>(), any::<usize>()), 0..200)) {
            let shares = Shares::new(Sharing { all_max: 6, each_max: 4, first_max: 3 });
            let mut held: Vec<Share<u8>> = Vec::new();
            for (of, takes, which) in steps {
                if !takes {
                    if !held.is_empty() {
                        held.swap_remove(which % held.len());
                    }
                    continue;
                }
                let has = held.iter().filter(|share| share.of == of).count();
                let may = has < 4 && held.len() < if has == 0 { 9 } else { 6 };
                let got = shares.take(of);
                prop_assert_eq!(got.is_some(), may);
                held.extend(got);
                let taken = shares.taken.lock();
                prop_assert_eq!(taken.all, held.len());
                prop_assert_eq!(taken.by.values().sum::<usize>(), held.len());
                prop_assert!(taken.by.values().all(|count| (1..=4).contains(count)));
            }
        }
    }
}
