//! Randomness by address: one stream per (seed, future, class of agents), in it one number per step and slot.
//!
//! A number depends on its address alone. So another class, another slot or another decision shifts nobody else's
//! numbers, and two rule sets can be compared on the same noise. All functions are made of operations that give the
//! same bits on every machine.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// Numbers that a stream keeps for a step, whether or not so many slots exist.
pub const STRIDE: u64 = 256;

/// Who uses the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Class {
    /// Parameters of a future.
    Parameters = 1,
    /// What the data do not tell about the subnets at the start.
    Start = 2,
    /// Product quality.
    Quality = 3,
    /// Speculators, subnet by subnet.
    Speculators = 4,
    /// What moves all speculators at once, and TAO.
    Crowd = 5,
    /// Attention.
    Attention = 6,
    /// Owners' choices.
    Owners = 7,
    /// Newcomers: whether one arrives, and who it is.
    Newcomers = 8,
    /// Rare shocks.
    Shocks = 9,
    /// Who signs a pact.
    Pacts = 10,
}

/// The stream of one class in one future.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// Opens the stream.
    pub fn new(seed: u64, future: u64, class: Class) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&future.to_le_bytes());
        key[16..24].copy_from_slice(&(class as u64).to_le_bytes());
        key[24..].copy_from_slice(b"tributry");
        Self(ChaCha8Rng::from_seed(key))
    }

    /// The numbers of a step, for slots 0, 1, …; at most [`STRIDE`].
    pub fn fill(&mut self, step: u64, bits: &mut [u64]) {
        self.0.set_word_pos(u128::from(step) * u128::from(STRIDE) * 2);
        for word in bits.iter_mut().take(STRIDE as usize) {
            *word = self.0.next_u64();
        }
    }

    /// The number at one address.
    pub fn at(&mut self, step: u64, slot: u64) -> u64 {
        self.0
            .set_word_pos((u128::from(step) * u128::from(STRIDE) + u128::from(slot)) * 2);
        self.0.next_u64()
    }
}

/// Uniform in (0, 1), never at its ends.
pub fn uniform(bits: u64) -> f64 {
    ((bits >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// A standard normal number.
pub fn normal(bits: u64) -> f64 {
    normal_quantile(uniform(bits))
}

/// The quantile of the standard normal distribution (Wichura, algorithm AS 241, to about 1e-16).
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(
            r,
            [
                3.387_132_872_796_366_5,
                133.141_667_891_784_38,
                1_971.590_950_306_551_3,
                13_731.693_765_509_46,
                45_921.953_931_549_87,
                67_265.770_927_008_7,
                33_430.575_583_588_13,
                2_509.080_928_730_122_7,
            ],
        ) / polynomial(
            r,
            [
                1.0,
                42.313_330_701_600_91,
                687.187_007_492_057_9,
                5_394.196_021_424_751,
                21_213.794_301_586_597,
                39_307.895_800_092_71,
                28_729.085_735_721_943,
                5_226.495_278_852_545,
            ],
        );
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let value = if r <= 5.0 {
        let r = r - 1.6;
        polynomial(
            r,
            [
                1.423_437_110_749_683_5,
                4.630_337_846_156_546,
                5.769_497_221_460_691,
                3.647_848_324_763_204_5,
                1.270_458_252_452_368_4,
                0.241_780_725_177_450_6,
                0.022_723_844_989_269_184,
                7.745_450_142_783_414e-4,
            ],
        ) / polynomial(
            r,
            [
                1.0,
                2.053_191_626_637_759,
                1.676_384_830_183_803_8,
                0.689_767_334_985_1,
                0.148_103_976_427_480_08,
                0.015_198_666_563_616_457,
                5.475_938_084_995_345e-4,
                1.050_750_071_644_416_9e-9,
            ],
        )
    } else {
        let r = r - 5.0;
        polynomial(
            r,
            [
                6.657_904_643_501_103,
                5.463_784_911_164_114,
                1.784_826_539_917_291_3,
                0.296_560_571_828_504_87,
                0.026_532_189_526_576_124,
                0.001_242_660_947_388_078_4,
                2.711_555_568_743_487_6e-5,
                2.010_334_399_292_288_1e-7,
            ],
        ) / polynomial(
            r,
            [
                1.0,
                0.599_832_206_555_888,
                0.136_929_880_922_735_8,
                0.014_875_361_290_850_615,
                7.868_691_311_456_133e-4,
                1.846_318_317_510_054_8e-5,
                1.421_511_758_316_446e-7,
                2.044_263_103_389_939_8e-15,
            ],
        )
    };
    if q < 0.0 { -value } else { value }
}

/// The share of the standard normal distribution below `x`.
pub fn normal_share(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

fn polynomial(x: f64, coefficients: [f64; 8]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// [`student`] of every number. In a loop of its own, the machine works on several at once.
pub fn students(bits: &[u64], numbers: &mut [f64]) {
    for (number, bits) in numbers.iter_mut().zip(bits) {
        *number = student(*bits);
    }
}

/// [`normal`] of every number.
pub fn normals(bits: &[u64], numbers: &mut [f64]) {
    for (number, bits) in numbers.iter_mut().zip(bits) {
        *number = normal(*bits);
    }
}

/// A number with Student's distribution of four degrees of freedom, scaled to variance one: heavy tails, of which
/// four degrees is where daily returns of small markets lie.
///
/// Its quantile at p is closed: with s² = 4p(1 - p) and c the root of 4c³ - 3c = s in [√3/2, 1], it is
/// ±2 √(c/s - 1).
pub fn student(bits: u64) -> f64 {
    let p = uniform(bits);
    let s = (4.0 * p * (1.0 - p)).sqrt();
    // A cubic with c's values and slopes at both ends, within 2e-4: two steps of Newton reach 1e-15.
    let mut c = 0.866_025_403_784_438_6 + s * (1.0 / 6.0 + s * (-0.042_520_655_353_237 + s * 0.009_828_584_902_132));
    for _ in 0..2 {
        let square = c * c;
        c -= (c * (4.0 * square - 3.0) - s) / (12.0 * square - 3.0);
    }
    let size = (c / s - 1.0).max(0.0).sqrt() * core::f64::consts::SQRT_2;
    size.copysign(p - 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_do_not_depend_on_each_other() {
        let mut stream = Stream::new(7, 3, Class::Quality);
        let mut row = [0; 128];
        stream.fill(900, &mut row);
        let mut other = Stream::new(7, 3, Class::Quality);
        other.fill(5, &mut [0; 256]);
        assert_eq!(other.at(900, 77), row[77]);
        let mut short = [0; 4];
        other.fill(900, &mut short);
        assert_eq!(short, row[..4]);
        assert_ne!(Stream::new(7, 3, Class::Owners).at(900, 77), row[77]);
        assert_ne!(Stream::new(7, 4, Class::Quality).at(900, 77), row[77]);
        assert_ne!(Stream::new(8, 3, Class::Quality).at(900, 77), row[77]);
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, x) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813_5),
        ] {
            assert!((normal_quantile(p) - x).abs() < 1e-13, "{p}");
        }
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-12);
        assert!((normal_share(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
        // t with four degrees: 97.5 % at 2.776445, 99.95 % at 8.610302.
        for (p, t) in [
            (0.975, 2.776_445_105_197_793),
            (0.9995, 8.610_301_581_379_2),
            (0.5, 0.0),
        ] {
            let bits = (p * 2f64.powi(53)) as u64;
            let found = student(bits << 11) * core::f64::consts::SQRT_2;
            assert!((found - t).abs() < 1e-6, "{p}: {found}");
        }
    }

    #[test]
    fn a_million_numbers_have_variance_one() {
        let mut stream = Stream::new(1, 1, Class::Crowd);
        let mut row = [0; 256];
        let (mut n, mut t) = (0.0, 0.0);
        for step in 0..4096 {
            stream.fill(step, &mut row);
            n += row.iter().map(|b| normal(*b).powi(2)).sum::<f64>();
            t += row.iter().map(|b| student(*b).powi(2)).sum::<f64>();
        }
        let count = 4096.0 * 256.0;
        assert!((n / count - 1.0).abs() < 0.005, "{}", n / count);
        assert!((t / count - 1.0).abs() < 0.05, "{}", t / count);
    }
}
