//! How much is minted: the halving of TAO and of every alpha (`docs/rules/issuance.md`).

use crate::{MAX_SUPPLY, Tao, UNIT};

/// What one block issues of an asset of which `issuance` exists, in its smallest unit
/// (`docs/rules/issuance.md#block-emission`): one whole unit, halved each time that half of what was left has been
/// issued, and nothing at [`MAX_SUPPLY`].
///
/// The reference takes the base-2 logarithm of a fixed-point quotient; this is the same number in closed form.
pub const fn block_emission(issuance: u64) -> u64 {
    if issuance >= MAX_SUPPLY {
        return 0;
    }
    let halvings = (MAX_SUPPLY / (MAX_SUPPLY - issuance)).ilog2();
    UNIT >> halvings
}

/// The issuance at which [`block_emission`] halves next; [`MAX_SUPPLY`] beyond the last.
pub const fn next_halving(issuance: u64) -> u64 {
    if issuance >= MAX_SUPPLY {
        return MAX_SUPPLY;
    }
    let halvings = (MAX_SUPPLY / (MAX_SUPPLY - issuance)).ilog2();
    MAX_SUPPLY - (MAX_SUPPLY >> (halvings + 1))
}

/// Blocks that each add `a_block` to `issuance` until it is past the next halving, at least one; `u64::MAX` if that
/// never happens.
pub const fn blocks_until_halving(issuance: u64, a_block: u64) -> u64 {
    if a_block == 0 || issuance >= MAX_SUPPLY {
        return u64::MAX;
    }
    let blocks = next_halving(issuance).saturating_sub(issuance).div_ceil(a_block);
    if blocks == 0 { 1 } else { blocks }
}

/// What a block mints of TAO: its emission, but never past [`MAX_SUPPLY`] in accounts
/// (`docs/rules/issuance.md#minting-recycling-burning`).
pub fn mintable(emission: u64, balances_issuance: Tao) -> Tao {
    Tao(emission).min(Tao(MAX_SUPPLY).minus_or_zero(balances_issuance))
}

/// Alpha of a subnet that its halving counts: in the pool and outside (`docs/rules/issuance.md#alpha-emission`). Stops
/// at `u64::MAX`, which emits nothing either.
pub const fn alpha_issuance(alpha_in: crate::Alpha, alpha_out: crate::Alpha) -> u64 {
    alpha_in.0.saturating_add(alpha_out.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::{I96F32, SafeDiv, log2};
    use proptest::prelude::*;

    /// The reference's way (`docs/rules/issuance.md#block-emission`), step by step.
    fn by_logarithm(issuance: u64) -> u64 {
        if issuance >= MAX_SUPPLY {
            return 0;
        }
        let one = I96F32::from_num(1);
        let twice = I96F32::from_num(2).saturating_mul(I96F32::from_num(10_500_000_000_000_000u64));
        let part = I96F32::from_num(issuance).safe_div(twice);
        let residual = one.safe_div(one.saturating_sub(part));
        let halvings = log2::<I96F32, I96F32>(residual).unwrap().floor().to_num::<u64>();
        let mut multiplier = one;
        for _ in 0..halvings {
            multiplier = multiplier.saturating_mul(I96F32::from_num(2));
        }
        one.safe_div(multiplier).saturating_mul(I96F32::from_num(UNIT)).to_num()
    }

    #[test]
    fn equals_the_logarithm_around_every_threshold() {
        for k in 1..=30u32 {
            let threshold = MAX_SUPPLY - (MAX_SUPPLY >> k);
            for issuance in threshold.saturating_sub(3)..=(threshold + 3).min(MAX_SUPPLY) {
                assert_eq!(
                    block_emission(issuance),
                    by_logarithm(issuance),
                    "at {issuance}, halving {k}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn emission_halves_at_the_next_halving_and_not_before(issuance in 0..MAX_SUPPLY) {
            let next = next_halving(issuance);
            let now = block_emission(issuance);
            prop_assert!(next > issuance || now == 0);
            if now > 0 {
                prop_assert_eq!(block_emission(next - 1), now);
                prop_assert!(block_emission(next) <= now / 2);
                let blocks = blocks_until_halving(issuance, now);
                prop_assert!(issuance + blocks * now >= next && issuance + (blocks - 1) * now < next);
            }
        }

        #[test]
        fn equals_the_logarithm(issuance in 0..=MAX_SUPPLY, left in 0u64..10_000_000_000) {
            prop_assert_eq!(block_emission(issuance), by_logarithm(issuance));
            let late = MAX_SUPPLY - left;
            prop_assert_eq!(block_emission(late), by_logarithm(late));
        }
    }
}
