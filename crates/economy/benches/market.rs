//! What a block spends on pools, emission and prices.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tributary_economy::{
    Alpha, Tao, emission,
    emission::{Claimant, Division, Gate},
    fixed::{I64F64, U64F64, U96F32},
    issuance,
    pool::{self, EQUAL_WEIGHT, HIGHEST_PRICE, LOWEST_PRICE, Pool, Side, WEIGHT_ONE},
    presets, registration,
    rule_sets::RuleSet,
};

/// A pool of mainnet's size.
fn pool(quote_weight: u64) -> Pool {
    Pool {
        tao: Tao(40_000_000_000_000),
        alpha: Alpha(1_000_000_000_000_000),
        quote_weight,
        initialized: true,
        dynamic: true,
        fee_rate: 33,
        minimum_reserve: 1_000_000,
    }
}

fn swaps(c: &mut Criterion) {
    let near = pool(499_999_999_999_997_750);
    let equal = pool(EQUAL_WEIGHT);
    let far = pool(WEIGHT_ONE / 5 + 7);
    let buy = |pool: &Pool, tao, limit| pool::simulate(black_box(pool), Side::Buy, tao, limit, true);
    c.bench_function("chain buy, equal weights", |b| {
        b.iter(|| buy(&equal, 33_224_540, HIGHEST_PRICE))
    });
    c.bench_function("chain buy, weights near 0.5", |b| {
        b.iter(|| buy(&near, 33_224_540, HIGHEST_PRICE))
    });
    c.bench_function("buy half the reserve, weights near 0.5", |b| {
        b.iter(|| buy(&near, 20_000_000_000_000, HIGHEST_PRICE))
    });
    c.bench_function("buy half the reserve, weight 0.2", |b| {
        b.iter(|| buy(&far, 20_000_000_000_000, HIGHEST_PRICE))
    });
    c.bench_function("buy up to a limit, weights near 0.5", |b| {
        b.iter(|| buy(&near, 20_000_000_000_000, 50_000_000))
    });
    c.bench_function("sell 1000 alpha, weights near 0.5", |b| {
        b.iter(|| pool::simulate(black_box(&near), Side::Sell, 1_000_000_000_000, LOWEST_PRICE, false))
    });
    c.bench_function("inject with excess", |b| {
        b.iter(|| {
            pool::inject(
                &mut near.clone(),
                Tao(3_812_496),
                Alpha(95_312_409),
                black_box(Tao(33_224_540)),
            )
        })
    });
}

fn block(c: &mut Criterion) {
    let claimants: Vec<_> = (1..=128u64)
        .map(|i| Claimant {
            moving_price: U64F64::from_num(i).saturating_mul(U64F64::from_num(0.0007)),
            miner_burned: U96F32::from_num(0.1),
            enabled: i % 9 != 0,
            flow: I64F64::from_num(i),
            root_proportion: U96F32::from_num(0.5),
        })
        .collect();
    for rules in [RuleSet::PriceBurn, RuleSet::Gate32] {
        c.bench_function(&format!("shares of 128 subnets, {rules:?}"), |b| {
            b.iter(|| emission::shares(rules, black_box(&claimants), &mut Gate::default()))
        });
    }
    let tao_weight = emission::tao_weight(presets::MAINNET.tao_weight);
    c.bench_function("pure part of a block's emission, 128 subnets", |b| {
        b.iter(|| {
            let shares = emission::shares(RuleSet::PriceBurn, black_box(&claimants), &mut Gate::default());
            for share in shares {
                let mut pool = pool(499_999_999_999_997_750);
                let issued = issuance::alpha_issuance(pool.alpha, Alpha(1_500_000_000_000_000));
                let root = emission::root_proportion(Tao(5_000_000_000_000_000), tao_weight, issued);
                let price = pool::price(&pool);
                let tao = emission::tao_emission(Tao(500_000_000), share);
                let terms = emission::terms(RuleSet::PriceBurn, tao, issuance::block_emission(issued), price, root);
                let [tao, alpha, excess] =
                    [terms.tao_in, terms.alpha_in, terms.excess].map(|x| x.saturating_to_num::<u64>());
                let _ = black_box(pool::inject(&mut pool, Tao(tao), Alpha(alpha), Tao(excess)));
                black_box(emission::split(
                    terms.alpha_out,
                    Division::with_cut(presets::MAINNET.owner_cut),
                    root,
                ));
            }
        })
    });
    c.bench_function("decay of a registration price, half-life 1000", |b| {
        b.iter(|| registration::decay(Tao(1_000_000_000), black_box(1000), 2, Tao(1), Tao(u64::MAX)))
    });
}

criterion_group! {
    name = market;
    config = Criterion::default().sample_size(50).measurement_time(std::time::Duration::from_secs(1)).warm_up_time(std::time::Duration::from_millis(300));
    targets = swaps, block
}
criterion_main!(market);
