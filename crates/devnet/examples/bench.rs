//! Blocks a second of the embedded chain, idle and with a full market (64 subnets of 256 neurons, 64 of them
//! validators with 192 weights, an epoch every 360 blocks on each), in memory and in a file; start-up to the first
//! block; memory. Prints one line a figure, or with `--json` one object.
//!
//! `cargo run --release -p tributary-devnet --example bench [-- --json]`

use std::{
    path::Path,
    time::{Duration, Instant},
};

use pallet_subtensor::Chain;
use sp_runtime::AccountId32;
use tributary_devnet::{At, Config, Database, Devnet, Genesis};
use tributary_economy::{
    Ledger, MechId, NetUid, NewSubnet, Tao, UNIT,
    market::{networks, registration, staking},
};
use tributary_runtime::Runtime;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SUBNETS: u16 = 64;
const NEURONS: u16 = 256;
const VALIDATORS: u16 = 64;
const WEIGHTS: u16 = 192;
/// Each rate is the median of this many runs.
const RUNS: usize = 5;

fn config(file: Option<&Path>) -> Config {
    let coldkey = coldkey();
    let patch = serde_json::json!({ "balances": { "balances": [[coldkey, 10_000_000 * UNIT]] } });
    Config {
        genesis: Genesis::Patched {
            preset: "local".into(),
            patch,
        },
        database: file.map_or(Database::Memory, |file| Database::File(file.into())),
        ..Config::default()
    }
}

fn coldkey() -> AccountId32 {
    AccountId32::new([1; 32])
}

fn hotkey(uid: u16) -> AccountId32 {
    let mut bytes = [2; 32];
    bytes[..2].copy_from_slice(&uid.to_le_bytes());
    AccountId32::new(bytes)
}

/// Fills the market through the rules' own functions on the chain's storage.
fn market(chain: &Devnet) {
    let prepare = || {
        let mut ledger = Chain::<Runtime>::default();
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
    };
    chain.write(prepare).unwrap();
    for _ in 0..SUBNETS {
        chain.advance(3).unwrap();
        let open = || {
            let mut ledger = Chain::<Runtime>::default();
            let coldkey = coldkey();
            let netuid = networks::register_network(&mut ledger, &coldkey, &hotkey(0)).unwrap();
            networks::start_call(&mut ledger, &coldkey, netuid).unwrap();
            for uid in 1..NEURONS {
                registration::register(&mut ledger, &coldkey, &hotkey(uid), netuid, None).unwrap();
            }
            for uid in 0..VALIDATORS {
                staking::add_stake(&mut ledger, &coldkey, &hotkey(uid), netuid, Tao(UNIT)).unwrap();
                let row = (0..WEIGHTS)
                    .map(|to| (VALIDATORS + to, 1 + (uid * 31 + to * 17) % 97))
                    .collect();
                ledger.set_weights(netuid.index(MechId(0)), uid, row);
            }
        };
        chain.write(open).unwrap();
    }
    let full = chain.read(At::Best, || {
        let ledger = Chain::<Runtime>::default();
        (1..=SUBNETS)
            .map(NetUid)
            .filter(|netuid| ledger.subnetwork_n(*netuid) == NEURONS)
            .count()
    });
    assert!(full.unwrap() >= usize::from(SUBNETS) - 1, "the market is full");
    // Every subnet has had an epoch with its weights.
    chain.advance(400).unwrap();
}

/// Median blocks a second over [`RUNS`] runs of `blocks` blocks.
fn rate(chain: &Devnet, blocks: u32) -> f64 {
    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            chain.advance(blocks).unwrap();
            f64::from(blocks) / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[RUNS / 2]
}

fn seconds<R>(action: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = action();
    (result, start.elapsed())
}

/// Memory of this process in MB, as Linux has it.
fn resident_mb() -> f64 {
    let pages: Option<f64> = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    pages.unwrap_or(f64::NAN) * 4096.0 / 1e6
}

fn main() {
    // The program has a subscriber, which is not interested in spans of storage calls; with none at all each of them
    // would be written out for a log that nobody reads.
    tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut figures: Vec<(&str, f64)> = Vec::new();

    let mut starts: Vec<f64> = (0..RUNS)
        .map(|run| {
            let file = folder.path().join(format!("start {run}"));
            let (_, passed) = seconds(|| Devnet::new(config(Some(&file))).unwrap().advance(1).unwrap());
            passed.as_secs_f64() * 1e3
        })
        .collect();
    starts.sort_by(f64::total_cmp);
    figures.push(("start to first block, new file, ms", starts[RUNS / 2]));

    let memory = Devnet::new(config(None)).unwrap();
    figures.push(("idle, in memory, blocks/s", rate(&memory, 2_000)));
    drop(memory);
    let idle = Devnet::new(config(Some(&folder.path().join("idle")))).unwrap();
    figures.push(("idle, in a file, blocks/s", rate(&idle, 2_000)));
    let one_by_one = seconds(|| (0..200).for_each(|_| drop(idle.advance(1).unwrap()))).1;
    figures.push((
        "idle, in a file, each block forced to the disk, blocks/s",
        200.0 / one_by_one.as_secs_f64(),
    ));
    let (_, passed) = seconds(|| {
        idle.call("Metadata_metadata_at_version", &[15, 0, 0, 0], At::Best)
            .unwrap()
    });
    figures.push(("metadata V15, ms", passed.as_secs_f64() * 1e3));
    figures.push(("memory of an idle chain, MB", resident_mb()));
    drop(idle);

    let file = folder.path().join("market");
    let full = Devnet::new(config(Some(&file))).unwrap();
    market(&full);
    let (keys, bytes) = full.state_size();
    figures.push(("64 x 256: keys", keys as f64));
    figures.push(("64 x 256: state, MB", bytes as f64 / 1e6));
    let size_before = std::fs::metadata(&file).map_or(0, |metadata| metadata.len());
    figures.push(("64 x 256, in a file, blocks/s", rate(&full, 360)));
    let written = std::fs::metadata(&file).map_or(0, |metadata| metadata.len()) - size_before;
    figures.push((
        "64 x 256, file grows by, kB a block",
        written as f64 / 1e3 / (360.0 * RUNS as f64),
    ));
    figures.push(("memory with 64 x 256, MB", resident_mb()));
    let old = full.head().number - 1_500;
    let (_, passed) = seconds(|| full.query(b"", old).unwrap());
    figures.push((
        "64 x 256: first read of a state 1,500 blocks back, ms",
        passed.as_secs_f64() * 1e3,
    ));
    let (root, passed) = seconds(|| full.state_hash());
    figures.push(("64 x 256: state hash, ms", passed.as_secs_f64() * 1e3));
    drop(full);
    let (again, passed) = seconds(|| Devnet::new(config(Some(&file))).unwrap());
    assert_eq!(again.state_hash(), root);
    figures.push(("64 x 256: start from the file, ms", passed.as_secs_f64() * 1e3));

    if std::env::args().any(|argument| argument == "--json") {
        let object: serde_json::Map<_, _> = figures
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        println!("{}", serde_json::Value::Object(object));
    } else {
        for (name, value) in figures {
            println!("{value:12.2}  {name}");
        }
    }
}
