//! The few operations on BLS12-381 that the scheme is made of, in the encodings of `docs/rules/timelock.md#functions`.

use blst::{blst_fp12, min_sig};
use primitive_types::U256;
use sha2::{Digest as _, Sha256};

use crate::Error;

/// Domain of hashing to G1.
pub const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
/// Order of the groups.
const ORDER: U256 = U256([
    0xffff_ffff_0000_0001,
    0x53bd_a402_fffe_5bfe,
    0x3339_d808_09a1_d805,
    0x73ed_a753_299d_7d48,
]);
/// Bytes of a number of the base field.
const FIELD: usize = 48;

/// What a beacon signs for a round.
pub fn message(round: u64) -> [u8; 32] {
    Sha256::digest(round.to_be_bytes()).into()
}

/// The scalar that a sealing uses, of its mask and its key (H3).
///
/// # Errors
/// [`Error::Closed`] if it is 0, which nobody can bring about.
pub fn scalar(mask: &[u8; 32], key: &[u8; 32]) -> Result<min_sig::SecretKey, Error> {
    let hash = Sha256::new().chain_update(mask).chain_update(key).finalize();
    let reduced = U256::from_big_endian(&hash) % ORDER;
    min_sig::SecretKey::from_bytes(&reduced.to_big_endian()).map_err(|_| Error::Closed)
}

/// The secret that the sealer and whoever has the round's signature share, hashed (H2 of the pairing of a point of G1 with
/// one of G2).
pub fn shared(left: &min_sig::Signature, right: &min_sig::PublicKey) -> [u8; 32] {
    let paired = blst_fp12::miller_loop(right.into(), left.into()).final_exp();
    Sha256::digest(encode(&paired)).into()
}

/// Twelve numbers of the base field, little-endian, in the order of the tower: six, three, two. The library gives them
/// big-endian, with the outer two innermost.
fn encode(element: &blst_fp12) -> [u8; 12 * FIELD] {
    let given = element.to_bendian();
    let mut bytes = [0; 12 * FIELD];
    for (place, field) in bytes.chunks_exact_mut(FIELD).enumerate() {
        let (outer, middle, inner) = (place / 6, place / 2 % 3, place % 2);
        let from = ((2 * middle + outer) * 2 + inner) * FIELD;
        field.copy_from_slice(&given[from..from + FIELD]);
        field.reverse();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_group() {
        let text = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
        assert_eq!(hex::encode(ORDER.to_big_endian()), text);
    }
}
