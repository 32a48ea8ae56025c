//! Blocks a second beside readers of old state: a chain of some thousand blocks, on a timer of 250 ms and as fast as
//! it can, while 0, 1 and 16 threads list a thousand keys of random old blocks, one after the other.
//!
//! `cargo run --release -p tributary-devnet --example readers`

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use tributary_devnet::{Config, Devnet, Mining};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BLOCKS: u32 = 4_000;
/// Keys beside those of the runtime; a tenth of them changes every hundred blocks.
const KEYS: u32 = 20_000;
const READERS: [usize; 3] = [0, 1, 16];
const WATCHED: Duration = Duration::from_secs(8);

/// A key of an item of its own.
fn key(number: u32) -> Vec<u8> {
    [&[0xee; 32][..], &number.to_be_bytes()].concat()
}

fn chain() -> Devnet {
    let chain = Devnet::new(Config::default()).expect("a chain in memory starts");
    for round in 0..BLOCKS / 100 {
        let value = |number: u32| (key(number), Some(round.to_le_bytes().to_vec()));
        let changed = (0..KEYS).filter(|number| round == 0 || number % 10 == round % 10);
        chain
            .set_storage(changed.map(value).collect())
            .expect("memory has room");
        chain.advance(100).expect("blocks are made");
    }
    chain
}

/// Blocks and reads a second while `readers` threads read.
fn watch(chain: &Devnet, readers: usize, work: impl Fn()) -> (f64, f64) {
    let (stop, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for reader in 0..readers {
            let (stop, reads) = (&stop, &reads);
            scope.spawn(move || {
                let mut word = 0x9e37_79b9_u32.wrapping_mul(reader as u32 + 1) | 1;
                while !stop.load(Relaxed) {
                    word ^= word << 13;
                    word ^= word >> 17;
                    word ^= word << 5;
                    let keys = chain.keys(&[], None, 1_000, 1 + word % BLOCKS);
                    assert_eq!(keys.expect("old states are there").len(), 1_000);
                    reads.fetch_add(1, Relaxed);
                }
            });
        }
        let (start, first) = (Instant::now(), chain.head().number);
        while start.elapsed() < WATCHED {
            work();
        }
        let seconds = start.elapsed().as_secs_f64();
        stop.store(true, Relaxed);
        (
            f64::from(chain.head().number - first) / seconds,
            reads.load(Relaxed) as f64 / seconds,
        )
    })
}

fn main() {
    tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new()).expect("there is none yet");
    let chain = chain();
    for readers in READERS {
        chain.set_mining(Mining::Timer(Duration::from_millis(250)));
        let (blocks, reads) = watch(&chain, readers, || std::thread::sleep(Duration::from_millis(50)));
        println!("{readers:3} readers, timer of 250 ms: {blocks:8.2} blocks/s, {reads:8.1} reads/s");
        chain.set_mining(Mining::OnDemand);
        let (blocks, reads) = watch(&chain, readers, || {
            chain.advance(10).expect("blocks are made");
        });
        println!("{readers:3} readers, on demand:       {blocks:8.2} blocks/s, {reads:8.1} reads/s");
    }
}
