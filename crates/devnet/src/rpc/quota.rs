//! A fixed amount of something that connections share: each may always have a little, and beyond that takes from what
//! is left for all.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Amounts {
    /// What each may have in any case.
    pub own: usize,
    /// What each may have at most.
    pub each_max: usize,
    /// What all may have together beyond their own.
    pub common: usize,
}

/// Who has how much.
#[derive(Debug)]
pub struct Quota {
    amounts: Amounts,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    common: usize,
    by: BTreeMap<u64, usize>,
}

/// Some of it, which is given back when this is dropped.
#[derive(Debug)]
pub struct Part {
    quota: Arc<Quota>,
    connection: u64,
    amount: usize,
}

impl Quota {
    pub fn new(amounts: Amounts) -> Arc<Self> {
        Arc::new(Self {
            amounts,
            taken: Mutex::default(),
        })
    }

    /// Takes `amount` for a connection, if there is so much.
    pub fn take(self: &Arc<Self>, connection: u64, amount: usize) -> Option<Part> {
        let mut taken = self.taken.lock();
        let has = taken.by.get(&connection).copied().unwrap_or(0);
        let will_have = has.checked_add(amount).filter(|sum| *sum <= self.amounts.each_max)?;
        let beyond = |amount: usize| amount.saturating_sub(self.amounts.own);
        let common = taken.common + beyond(will_have) - beyond(has);
        if beyond(will_have) > 0 && common > self.amounts.common {
            return None;
        }
        taken.common = common;
        taken.by.insert(connection, will_have);
        Some(Part {
            quota: self.clone(),
            connection,
            amount,
        })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let own = self.quota.amounts.own;
        let mut taken = self.quota.taken.lock();
        let Some(has) = taken.by.get_mut(&self.connection) else {
            return;
        };
        let left = has.saturating_sub(self.amount);
        let freed = has.saturating_sub(own) - left.saturating_sub(own);
        *has = left;
        if left == 0 {
            taken.by.remove(&self.connection);
        }
        taken.common -= freed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_and_all_share_the_rest() {
        let quota = Quota::new(Amounts {
            own: 10,
            each_max: 60,
            common: 70,
        });
        let first = quota.take(1, 60).unwrap();
        assert!(quota.take(1, 1).is_none(), "no more than each may have");
        let second = quota.take(2, 30).unwrap();
        assert!(quota.take(3, 11).is_none(), "all is taken");
        let third = quota.take(3, 10).expect("but for what is its own");
        drop(first);
        let more = quota.take(3, 50).unwrap();
        drop((second, third));
        assert_eq!(quota.taken.lock().common, 40);
        drop(more);
        let taken = quota.taken.lock();
        assert_eq!((taken.common, taken.by.len()), (0, 0));
    }

    /// A fixed mix of takes and returns, held against plain sums.
    #[test]
    fn the_sums_hold() {
        let amounts = Amounts {
            own: 5,
            each_max: 40,
            common: 50,
        };
        let quota = Quota::new(amounts);
        let mut held: Vec<Part> = Vec::new();
        let mut seed = 1u64;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (connection, amount) = ((seed >> 33) % 6, (seed >> 40) as usize % 20);
            if (seed >> 60).is_multiple_of(3) && !held.is_empty() {
                held.swap_remove(seed as usize % held.len());
            } else {
                held.extend(quota.take(connection, amount));
            }
            let sums: Vec<usize> = (0..6)
                .map(|of| {
                    held.iter()
                        .filter(|part| part.connection == of)
                        .map(|part| part.amount)
                        .sum()
                })
                .collect();
            let common: usize = sums.iter().map(|sum| sum.saturating_sub(amounts.own)).sum();
            assert!(common <= amounts.common && sums.iter().all(|sum| *sum <= amounts.each_max));
            assert_eq!(quota.taken.lock().common, common);
        }
    }
}
