//! Time of one epoch: 256 neurons, 64 validators with 192 weights each.

use criterion::{Criterion, criterion_group, criterion_main};
use tributary_economy::{
    Alpha,
    epoch::{self, EpochInput, Parameters},
    fixed::I64F64,
};

const NEURONS: u16 = 256;
const VALIDATORS: u16 = 64;
const SEED: u64 = 0x5eed;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A subnet that has run two epochs, so that it has bonds.
fn subnet(parameters: Parameters) -> EpochInput {
    let mut random = Random(SEED);
    let validator = |uid| uid < VALIDATORS;
    let mut input = EpochInput {
        parameters,
        block: 1000,
        stake: (0..NEURONS)
            .map(|uid| {
                if validator(uid) {
                    1 + random.next() % 1_000_000_000_000_000
                } else {
                    0
                }
            })
            .map(I64F64::saturating_from_num)
            .collect(),
        validator_permit: (0..NEURONS).map(validator).collect(),
        last_update: vec![900; NEURONS.into()],
        block_at_registration: vec![1; NEURONS.into()],
        weights: (0..NEURONS)
            .map(|uid| match validator(uid) {
                true => (VALIDATORS..NEURONS)
                    .map(|miner| (miner, random.next() as u16))
                    .collect(),
                false => Vec::new(),
            })
            .collect(),
        emission: Alpha(360_000_000_000),
        ..EpochInput::default()
    };
    for _ in 0..2 {
        input.bonds = epoch::run(&input).bonds;
        input.last_step_block = input.block;
        input.block += 360;
    }
    input
}

fn epochs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("epoch of 256 neurons");
    let base = Parameters::default();
    for (name, parameters) in [
        ("yuma3", base),
        (
            "yuma2",
            Parameters {
                yuma3_on: false,
                ..base
            },
        ),
        (
            "yuma3, liquid alpha",
            Parameters {
                liquid_alpha_on: true,
                ..base
            },
        ),
        (
            "yuma3, half bonds penalty",
            Parameters {
                bonds_penalty: 32_767,
                ..base
            },
        ),
    ] {
        let input = subnet(parameters);
        group.bench_function(name, |bencher| {
            bencher.iter(|| epoch::run(std::hint::black_box(&input)))
        });
    }
    group.finish();
}

criterion_group!(benches, epochs);
criterion_main!(benches);
