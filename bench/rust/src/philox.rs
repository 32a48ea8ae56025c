//! Philox 4x64-10 (Salmon, Moraes, Dror and Shaw 2011), word for word the stream of `numpy.random.Philox`.
//!
//! The registry has 4x32 generators of this family, but no 4x64 one.

/// Multipliers of a round.
const MULTIPLIERS: [u64; 2] = [0xD2E7_470E_E14C_6C93, 0xCA5A_8263_9512_1157];

/// What a round adds to the key.
const WEYL: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// Rounds of a block.
const ROUNDS: usize = 10;

/// Words of a block.
pub const BLOCK: usize = 4;

/// The four words at a counter.
#[inline(always)]
pub fn block(mut counter: [u64; 4], mut key: [u64; 2]) -> [u64; 4] {
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let products = [
            u128::from(MULTIPLIERS[0]) * u128::from(counter[0]),
            u128::from(MULTIPLIERS[1]) * u128::from(counter[2]),
        ];
        counter = [
            (products[1] >> 64) as u64 ^ counter[1] ^ key[0],
            products[1] as u64,
            (products[0] >> 64) as u64 ^ counter[3] ^ key[1],
            products[0] as u64,
        ];
    }
    counter
}

/// The words of a stream from `first` on, which is a whole number of blocks. As in numpy, the first block is that of
/// counter 1.
#[inline(always)]
pub fn fill(key: [u64; 2], first: u64, words: &mut [u64]) {
    let start = first / BLOCK as u64 + 1;
    for (at, four) in words.chunks_exact_mut(BLOCK).enumerate() {
        four.copy_from_slice(&block([start + at as u64, 0, 0, 0], key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers for `philox4x64 10` that the authors publish with Random123 (`kat_vectors`).
    #[test]
    fn known_answers() {
        let pi = [
            0x243f_6a88_85a3_08d3,
            0x1319_8a2e_0370_7344,
            0xa409_3822_299f_31d0,
            0x082e_fa98_ec4e_6c89,
        ];
        let cases = [
            (
                [0; 4],
                [0; 2],
                [
                    0x1655_4d9e_ca36_314c,
                    0xdb20_fe9d_672d_0fdc,
                    0xd7e7_72ce_e186_176b,
                    0x7e68_b68a_ec7b_a23b,
                ],
            ),
            (
                [u64::MAX; 4],
                [u64::MAX; 2],
                [
                    0x87b0_92c3_013f_e90b,
                    0x438c_3c67_be8d_0224,
                    0x9cc7_d7c6_9cd7_77b6,
                    0xa09c_aebf_594f_0ba0,
                ],
            ),
            (
                pi,
                [0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6c],
                [
                    0xa528_f454_03e6_1d95,
                    0x38c7_2dbd_566e_9788,
                    0xa5a1_610e_72fd_18b5,
                    0x57bd_43b5_e52b_7fe6,
                ],
            ),
        ];
        for (counter, key, words) in cases {
            assert_eq!(block(counter, key), words);
        }
    }

    /// `numpy.random.Philox(counter=0, key=[1, 7]).random_raw(52932)[52800:52932]`, from its fourth word.
    #[test]
    fn the_stream_is_that_of_numpy() {
        let mut words = [0; 132];
        fill([1, 7], 400 * 132, &mut words);
        assert_eq!(
            words[3..8],
            [
                0x19e8_7b92_83e7_2ebe,
                0x1faf_7fd1_3c25_418c,
                0x9209_7bd5_7963_6b49,
                0x6a00_0b3c_aa04_6dfe,
                0x4dd7_93e7_5aa8_b60f
            ]
        );
    }
}
