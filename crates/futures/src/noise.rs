//! Randomness by address: one stream per (seed, future, class of agents), in it one number per step and slot.
//!
//! A number depends on its address alone. So another class, another slot or another decision shifts nobody else's
//! numbers, and two rule sets can be compared on the same noise. All functions are made of operations that give the
//! same bits on every machine.

use crate::vector::{self, CHUNK, Lanes, ln, load, store};

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

/// The stream of one class in one future: Philox-4x32-10 (Salmon and others 2011), whose every number is computed from
/// its address.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    /// The upper half of counters: with the key, it tells streams of one seed apart for certain.
    high: [u32; 2],
}

impl Stream {
    /// Opens the stream.
    pub fn new(seed: u64, future: u64, class: Class) -> Self {
        let halves = |x: u64| [x as u32, (x >> 32) as u32];
        let [a, b] = halves(future);
        let [c, d] = halves(class as u64);
        let [k0, k1, high @ ..] = philox([a, b, c, d].map(u64::from), halves(seed)).map(|x| x as u32);
        Self { key: [k0, k1], high }
    }

    /// The numbers of a step, for slots 0, 1, …; at most [`STRIDE`].
    pub fn fill(&self, step: u64, bits: &mut [u64]) {
        let most = bits.len().min(STRIDE as usize);
        let bits = &mut bits[..most];
        if most < CHUNK {
            for (slot, bits) in bits.iter_mut().enumerate() {
                *bits = self.at(step, slot as u64);
            }
        } else {
            vector::run(Fill {
                stream: self,
                step,
                bits,
            });
        }
    }

    /// The number at one address.
    pub fn at(&self, step: u64, slot: u64) -> u64 {
        let chunk = CHUNK as u64;
        let [a, b, c, d] = self.block(step, slot / (2 * chunk) * chunk + slot % chunk);
        if (slot / chunk).is_multiple_of(2) {
            a | b << 32
        } else {
            c | d << 32
        }
    }

    /// A block of four words: two numbers, those of two slots that are a [`CHUNK`] apart.
    #[inline(always)]
    fn block(&self, step: u64, block: u64) -> [u64; 4] {
        let low = step.wrapping_mul(STRIDE / 2).wrapping_add(block);
        let [high_a, high_b] = self.high.map(u64::from);
        philox([low & WORD, low >> 32, high_a, high_b], self.key)
    }
}

/// The bits of a word of 32.
const WORD: u64 = u32::MAX as u64;

/// Philox-4x32-10. Words are kept in 64 bits, of which they use the lower half.
#[inline(always)]
fn philox([mut a, mut b, mut c, mut d]: [u64; 4], [mut k0, mut k1]: [u32; 2]) -> [u64; 4] {
    for _ in 0..10 {
        let (x, y) = (a * 0xd251_1f53, c * 0xcd9e_8d57);
        [a, b, c, d] = [
            (y >> 32) ^ b ^ u64::from(k0),
            y & WORD,
            (x >> 32) ^ d ^ u64::from(k1),
            x & WORD,
        ];
        k0 = k0.wrapping_add(0x9e37_79b9);
        k1 = k1.wrapping_add(0xbb67_ae85);
    }
    [a, b, c, d]
}

struct Fill<'a> {
    stream: &'a Stream,
    step: u64,
    bits: &'a mut [u64],
}

impl vector::Loop for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for from in (0..self.bits.len()).step_by(2 * CHUNK) {
            let (mut first, mut second) = (Lanes::of(0), Lanes::of(0));
            for k in 0..CHUNK {
                let [a, b, c, d] = self.stream.block(self.step, (from / 2 + k) as u64);
                first[k] = a | b << 32;
                second[k] = c | d << 32;
            }
            store(self.bits, from, &first);
            if from + CHUNK < self.bits.len() {
                store(self.bits, from + CHUNK, &second);
            }
        }
    }
}

/// Uniform in (0, 1), never at its ends: the middle of one of 2^52 equal parts.
#[inline(always)]
pub fn uniform(bits: u64) -> f64 {
    f64::from_bits(0x3ff0_0000_0000_0000 | (bits >> 12)) - (1.0 - f64::EPSILON / 2.0)
}

/// A standard normal number.
#[inline(always)]
pub fn normal(bits: u64) -> f64 {
    normal_quantile(uniform(bits))
}

/// The quantile of the standard normal distribution (Wichura, algorithm AS 241, to about 1e-16), for normal numbers in
/// (0, 1).
#[inline(always)]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    let r = 0.180_625 - q * q;
    let centre = q * polynomial(r, CENTRE) / polynomial(r, CENTRE_BELOW);
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-ln(tail)).sqrt();
    let far = r > 5.0;
    let r = r - if far { 5.0 } else { 1.6 };
    let (above, below) = (polynomial(r, TAIL), polynomial(r, TAIL_BELOW));
    let (far_above, far_below) = (polynomial(r, FAR), polynomial(r, FAR_BELOW));
    let size = if far { far_above } else { above } / if far { far_below } else { below };
    if q.abs() <= 0.425 { centre } else { size.copysign(q) }
}

const CENTRE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
const TAIL: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// The share of the standard normal distribution below `x`.
pub fn normal_share(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

#[inline(always)]
fn polynomial(x: f64, coefficients: [f64; 8]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// [`student`] of every number.
pub fn students(bits: &[u64], numbers: &mut [f64]) {
    struct Students<'a>(&'a [u64], &'a mut [f64]);
    impl vector::Loop for Students<'_> {
        type Output = ();

        #[inline(always)]
        fn run(self) {
            map(self.0, self.1, student);
        }
    }
    vector::run(Students(bits, numbers));
}

/// [`normal`] of every number.
pub fn normals(bits: &[u64], numbers: &mut [f64]) {
    struct Normals<'a>(&'a [u64], &'a mut [f64]);
    impl vector::Loop for Normals<'_> {
        type Output = ();

        #[inline(always)]
        fn run(self) {
            map(self.0, self.1, normal);
        }
    }
    vector::run(Normals(bits, numbers));
}

#[inline(always)]
fn map(bits: &[u64], numbers: &mut [f64], number: impl Fn(u64) -> f64) {
    for from in (0..bits.len().min(numbers.len())).step_by(CHUNK) {
        let bits = load(bits, from);
        let mut chunk = Lanes::of(0.0);
        for (own, bits) in chunk.iter_mut().zip(bits.iter()) {
            *own = number(*bits);
        }
        store(numbers, from, &chunk);
    }
}

/// A number with Student's distribution of four degrees of freedom, scaled to variance one: heavy tails, of which
/// four degrees is where daily returns of small markets lie.
///
/// Its quantile at p is closed: with s² = 4p(1 - p) and c the root of 4c³ - 3c = s in [√3/2, 1], it is
/// ±2 √(c/s - 1).
#[inline(always)]
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
        let stream = Stream::new(7, 3, Class::Quality);
        let mut row = [0; 128];
        stream.fill(900, &mut row);
        let other = Stream::new(7, 3, Class::Quality);
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
    fn philox_gives_the_published_answers() {
        // Known answers of Random123 (`kat_vectors`).
        for (counter, key, answer) in [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (
                [WORD; 4],
                [u32::MAX; 2],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd],
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ] {
            assert_eq!(philox(counter, key), answer);
        }
    }

    #[test]
    fn uniform_numbers_stay_between_zero_and_one() {
        assert!(uniform(0) > 0.0 && uniform(u64::MAX) < 1.0);
        assert!(normal(0) < -8.0 && normal(u64::MAX) > 8.0);
        assert!(student(0) < -1e3 && student(u64::MAX) > 1e3);
    }

    #[test]
    fn a_million_numbers_have_variance_one() {
        let stream = Stream::new(1, 1, Class::Crowd);
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
