//! Futures per second: 128 subnets from the main network's cross-section, steps of a day.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tributary_futures::{Plan, Scenario, people::World, simulate::Series};

fn future(c: &mut Criterion) {
    let mut group = c.benchmark_group("one future, 128 subnets, 365 days");
    group.sample_size(10);
    for (name, arithmetic) in [("float", "float"), ("exact", "exact")] {
        let text = format!("[run]\ndays = 365\narithmetic = \"{arithmetic}\"\n");
        let scenario = Scenario::parse("bench", &text).expect("the scenario is valid");
        let plan = Plan::new(scenario, 1, 1).expect("the start is valid");
        let mut world = World::new(&plan.setting.scenario);
        let mut number = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                number += 1;
                let mut series = Series::default();
                black_box(
                    plan.setting
                        .simulate(&mut world, number, &mut series)
                        .expect("sums close"),
                )
            })
        });
    }
    group.finish();
}

criterion_group!(benches, future);
criterion_main!(benches);
