//! Share pools: how the alpha staked to one hotkey on one subnet belongs to its stakers (`docs/rules/stake-pools.md`).

use crate::{Alpha, Error, safe_float::SafeFloat};

/// What a hotkey holds on a subnet, and how many shares that is. The shares themselves are kept by the caller,
/// one number a coldkey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharePool {
    /// Alpha in the pool (`TotalHotkeyAlpha`).
    pub value: Alpha,
    /// Sum of the shares, up to rounding (`TotalHotkeyShares`).
    pub denominator: SafeFloat,
}

impl SharePool {
    /// The alpha that a share is worth, by floor, and nothing if there is no denominator.
    ///
    /// Never more than the pool holds: after a staker who held nearly all has left, the denominator keeps that
    /// staker's rounding, and the quotient alone could exceed it. All shares together can be worth more than the pool
    /// by as little; the last who leaves bears it.
    pub fn value_of(&self, share: SafeFloat) -> Alpha {
        let value = SafeFloat::from_u64(self.value.0).mul_div(share, self.denominator);
        Alpha(value.unwrap_or(SafeFloat::ZERO).to_u64()).min(self.value)
    }

    /// The shares that an amount of alpha is; zero where the pool has shares but nothing in it.
    fn shares_of(&self, amount: Alpha) -> SafeFloat {
        SafeFloat::from_u64(amount.0)
            .mul_div(self.denominator, SafeFloat::from_u64(self.value.0))
            .unwrap_or(SafeFloat::ZERO)
    }

    /// Whether the pool can represent that `amount` joins it: a pool with shares but (almost) no value cannot.
    pub fn accepts(&self, amount: Alpha) -> bool {
        self.denominator.is_zero() || !self.shares_of(amount).is_zero()
    }

    /// Adds `amount` for everybody, in proportion to the shares.
    ///
    /// # Errors
    /// [`Error::Overflow`] past `u64::MAX`.
    pub fn add_to_all(&mut self, amount: Alpha) -> Result<(), Error> {
        self.value = self.value.plus(amount)?;
        Ok(())
    }

    /// Adds `amount` for one share.
    ///
    /// # Errors
    /// [`Error::Overflow`] past `u64::MAX`; nothing has changed then.
    pub fn add(&mut self, share: &mut SafeFloat, amount: Alpha) -> Result<(), Error> {
        let value = self.value.plus(amount)?;
        if self.denominator.is_zero() {
            *share = SafeFloat::from_u64(amount.0);
            self.denominator = *share;
        } else {
            let added = self.shares_of(amount);
            let (denominator, sum) = (self.denominator.plus(added)?, share.plus(added)?);
            self.denominator = denominator;
            *share = sum;
        }
        self.value = value;
        Ok(())
    }

    /// Takes `amount` from one share. The caller has compared it with [`SharePool::value_of`].
    ///
    /// # Errors
    /// [`Error::Underflow`] if the pool holds less; nothing has changed then.
    pub fn remove(&mut self, share: &mut SafeFloat, amount: Alpha) -> Result<(), Error> {
        let value = self.value.minus(amount)?;
        if self.denominator.is_zero() {
            *share = SafeFloat::from_u64(amount.0);
            self.denominator = *share;
        } else {
            let removed = self.shares_of(amount);
            // Taking from zero leaves zero.
            self.denominator = self.denominator.minus(removed).unwrap_or(self.denominator);
            *share = share.minus(removed).unwrap_or(*share);
        }
        self.value = value;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Op {
        All(u64),
        Add(usize, u64),
        Remove(usize, u64),
    }

    fn op() -> impl Strategy<Value = Op> {
        let amount = prop_oneof![0u64..100, 0u64..10_000_000_000, 0u64..21_000_000_000_000_000];
        prop_oneof![
            amount.clone().prop_map(Op::All),
            (0usize..5, amount.clone()).prop_map(|(i, x)| Op::Add(i, x)),
            (0usize..5, amount).prop_map(|(i, x)| Op::Remove(i, x)),
        ]
    }

    fn magnitude(number: SafeFloat) -> f64 {
        number.mantissa() as f64 * 10f64.powi(number.exponent() as i32)
    }

    proptest! {
        #[test]
        fn nobody_owns_more_than_there_is(ops in prop::collection::vec(op(), 1..40)) {
            let mut pool = SharePool::default();
            let mut shares = [SafeFloat::ZERO; 5];
            let (mut total, mut peak, count) = (0u128, 0f64, ops.len() as f64);
            for op in ops {
                match op {
                    // What is added for everybody while nobody has a share belongs to the first who comes.
                    Op::All(_) if pool.denominator.is_zero() => {}
                    Op::All(x) => {
                        pool.add_to_all(Alpha(x)).unwrap();
                        total += u128::from(x);
                    }
                    Op::Add(i, x) if pool.accepts(Alpha(x)) => {
                        let before = pool.value_of(shares[i]);
                        pool.add(&mut shares[i], Alpha(x)).unwrap();
                        total += u128::from(x);
                        let after = pool.value_of(shares[i]).0;
                        prop_assert!(after <= before.0 + x + 1, "{after} of {} + {x}", before.0);
                    }
                    Op::Add(..) => {}
                    Op::Remove(i, x) => {
                        let x = x.min(pool.value_of(shares[i]).0);
                        pool.remove(&mut shares[i], Alpha(x)).unwrap();
                        total -= u128::from(x);
                    }
                }
                prop_assert_eq!(u128::from(pool.value.0), total);
                let values: Vec<u64> = shares.iter().map(|s| pool.value_of(*s).0).collect();
                let sum: u128 = values.iter().map(|x| u128::from(*x)).sum();
                // Shares and denominator have 21 digits and are cut apart from each other; what a large denominator
                // was off by stays when it has become small.
                let denominator = magnitude(pool.denominator);
                peak = peak.max(denominator);
                let slack = if denominator > 0.0 { total as f64 * count * 1e-20 * peak / denominator } else { 0.0 };
                prop_assert!(
                    sum <= total + 1 + slack as u128,
                    "{values:?} add up to {sum}, the pool holds {total}"
                );
            }
        }
    }
}
