//! Half-lives in fixed point: 2^(-blocks / half-life).

/// One, in the unit of [`factor`].
pub const ONE: u128 = 1 << 64;

/// Place k: 2^(-2^-(k+1)) in steps of 2^-64, by floor: each is the square root of the one before.
const ROOTS: [u64; 64] = roots();

const fn roots() -> [u64; 64] {
    let mut roots = [0; 64];
    // The root of one half, in steps of 2^-64, squared: 2^127.
    let mut square = 1u128 << 127;
    let mut k = 0;
    while k < 64 {
        // Below 2^64, as the square is below 2^128.
        let root = square.isqrt() as u64;
        roots[k] = root;
        square = (root as u128) << 64;
        k += 1;
    }
    roots
}

/// 2^(-blocks / half_life) in steps of 2^-64: never above the true value, and below it by less than 2^-55. One for no
/// block, zero for a half-life of none.
///
/// Each of the at most 64 factors is a root that is off by less than 2^-62.5 of itself, and each product is cut by
/// less than 2^-63 of itself.
pub fn factor(blocks: u64, half_life: u64) -> u128 {
    if blocks == 0 {
        return ONE;
    }
    if half_life == 0 {
        return 0;
    }
    let whole = blocks / half_life;
    if whole >= 64 {
        return 0;
    }
    // Rounded up, so that the power is rounded down. Below one: the fraction is at most 1 - 2^-64 away from it, or one.
    let fraction = (u128::from(blocks % half_life) << 64).div_ceil(half_life.into());
    let Ok(mut bits) = u64::try_from(fraction) else {
        return ONE >> 1 >> whole;
    };
    let mut power = ONE;
    // From the highest bit that is set to the next.
    while bits != 0 {
        let k = bits.leading_zeros();
        power = (power * u128::from(ROOTS[k as usize])) >> 64;
        bits ^= 1 << (63 - k);
    }
    power >> whole
}

/// What is left of an amount after some blocks, rounded down.
pub fn remaining(amount: u64, blocks: u64, half_life: u64) -> u64 {
    scaled(amount, factor(blocks, half_life))
}

/// An amount times a [`factor`], rounded down.
pub fn scaled(amount: u64, factor: u128) -> u64 {
    // At most the amount, as the factor is at most one.
    ((u128::from(amount) * factor) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_factor_is_the_power(blocks in 0u64..10_000_000, half_life in 1u64..10_000_000) {
            let exact = (-(blocks as f64) / half_life as f64).exp2();
            let ours = factor(blocks, half_life) as f64 / ONE as f64;
            // A double knows 53 bits.
            prop_assert!((exact - ours).abs() < 1e-14, "{exact} {ours}");
        }

        #[test]
        fn the_error_is_below_its_bound_and_on_one_side(r in 0u64..4096, whole in 0u64..8) {
            // Eighth roots of one half can be checked exactly: the eighth power of the factor of r / 8.
            let (blocks, half_life) = (whole * 8 + r % 8, 8);
            let power = factor(blocks, half_life);
            let exact = num_bigint::BigUint::from(1u8) << (64 * 8 - usize::try_from(blocks).unwrap());
            let at_most = num_bigint::BigUint::from(power).pow(8);
            let above = num_bigint::BigUint::from(power + (1 << 9)).pow(8);
            prop_assert!(at_most <= exact && exact < above);
        }

        #[test]
        fn it_falls_with_time_and_two_steps_are_one(amount: u64, a in 0u64..100_000, b in 0u64..100_000, half_life in 1u64..50_000) {
            let at_once = remaining(amount, a + b, half_life);
            let in_two = remaining(remaining(amount, a, half_life), b, half_life);
            prop_assert!(at_once <= remaining(amount, a, half_life));
            // Two cuts of a unit, and the error of the factor.
            let slack = 2 + (amount >> 53);
            prop_assert!(at_once.abs_diff(in_two) <= slack, "{at_once} {in_two}");
        }
    }

    #[test]
    fn ends() {
        assert_eq!(factor(0, 0), ONE);
        assert_eq!(factor(1, 0), 0);
        assert_eq!(factor(7, 7), ONE / 2);
        assert_eq!(factor(63, 1), 2);
        assert_eq!(factor(64, 1), 0);
        assert_eq!(remaining(u64::MAX, 0, 5), u64::MAX);
        assert_eq!(remaining(1000, 7200, 7200), 500);
        assert!(factor(u64::MAX - 1, u64::MAX) < ONE);
    }
}
