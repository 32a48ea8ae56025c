//! Time of the beginning of a block: 64 subnets of 256 neurons each, 64 of them validators with 192 weights, with an
//! epoch every 360 blocks on each subnet; once without root stake, so that all TAO buys alpha, and once with it.

use criterion::{Criterion, criterion_group, criterion_main};
use tributary_economy::{
    Ledger, MechId, NetUid, NewSubnet, Tao, UNIT,
    market::{block, networks, registration, staking},
    memory::MemoryLedger,
};

const SUBNETS: u16 = 64;
const NEURONS: u16 = 256;
const VALIDATORS: u16 = 64;
const WEIGHTS: u16 = 192;
const COLDKEY: u64 = 1;

fn next_block(ledger: &mut MemoryLedger<u64>) {
    let block = ledger.block() + 1;
    ledger.set_block(block, [block as u8; 32]);
    block::on_initialize(ledger).unwrap();
}

fn market(root_stake: u64) -> MemoryLedger<u64> {
    let mut ledger = MemoryLedger::genesis();
    ledger.fund(&COLDKEY, Tao(5_000_000 * UNIT)).unwrap();
    ledger.set_network_rate_limit(0);
    ledger.set_network_min_lock_cost(Tao(100 * UNIT));
    ledger.set_network_last_lock_cost(Tao(100 * UNIT));
    // The price of a network falls back at once.
    ledger.set_network_lock_reduction_interval(1);
    ledger.set_new_subnet(NewSubnet {
        burn: Tao(500_000),
        max_burn: Tao(500_000),
        subnet_emission_enabled: true,
        ..NewSubnet::default()
    });
    let hotkey = |uid: u16| 1000 + u64::from(uid);
    for _ in 0..SUBNETS {
        (0..3).for_each(|_| next_block(&mut ledger));
        let netuid = networks::register_network(&mut ledger, &COLDKEY, &hotkey(0)).unwrap();
        networks::start_call(&mut ledger, &COLDKEY, netuid).unwrap();
        for uid in 1..NEURONS {
            registration::register(&mut ledger, &COLDKEY, &hotkey(uid), netuid, None).unwrap();
        }
        for uid in 0..VALIDATORS {
            staking::add_stake(&mut ledger, &COLDKEY, &hotkey(uid), netuid, Tao(UNIT)).unwrap();
            let row = (0..WEIGHTS)
                .map(|to| (VALIDATORS + to, 1 + (uid * 31 + to * 17) % 97))
                .collect();
            ledger.set_weights(netuid.index(MechId(0)), uid, row);
        }
    }
    if root_stake > 0 {
        staking::add_stake(&mut ledger, &COLDKEY, &hotkey(0), NetUid::ROOT, Tao(root_stake * UNIT)).unwrap();
    }
    (0..400).for_each(|_| next_block(&mut ledger));
    ledger
}

fn blocks(c: &mut Criterion) {
    for (name, root_stake) in [("without root stake", 0), ("with root stake", 1_000_000)] {
        let mut ledger = market(root_stake);
        c.bench_function(&format!("block of 64 subnets x 256 neurons, {name}"), |b| {
            b.iter(|| next_block(&mut ledger))
        });
    }
}

criterion_group!(benches, blocks);
criterion_main!(benches);
