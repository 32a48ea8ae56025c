//! A disk without room stops the chain with a clear error. Nothing is acknowledged that was not kept, and with room
//! again the chain goes on from the last block that was acknowledged.

use std::{
    path::Path,
    process::{Command, Output},
};

use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use tributary_devnet::{Config, Database, Devnet, Error, Head};

use crate::common::*;

const FOLDER: &str = "TRIBUTARY_DISK_TEST_FOLDER";
/// What a child says when all of its checks hold.
const DONE: &str = "all as it should be";
/// Room for a chain and some hundred blocks.
const ROOM_KB: usize = 12 << 10;

fn open(folder: &Path) -> Result<Devnet, Error> {
    Devnet::new(Config {
        database: Database::File(folder.join("chain.redb")),
        ..Config::default()
    })
}

/// Where a chain stands: its best block and the hash of its state.
fn stand(chain: &Devnet) -> (u32, H256, H256) {
    let head = chain.head();
    (head.number, head.hash, chain.state_hash())
}

/// Writes until the disk has no room, and checks what the chain says and shows from then on. Returns where it stands.
fn fill(chain: &Devnet) -> (u32, H256, H256) {
    let mut heads = chain.subscribe_heads();
    let mut told = chain.head();
    let mut hear = |told: &mut std::sync::Arc<Head>| {
        while let Ok(head) = heads.try_recv() {
            *told = head;
        }
    };
    let mut acknowledged = stand(chain);
    let mut word = 1u64;
    let error = loop {
        // What the disk cannot compress away, then blocks, alone and many at once.
        let value: Vec<u8> = std::iter::repeat_with(|| {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (word >> 56) as u8
        })
        .take(100_000)
        .collect();
        let done = chain
            .set_storage(vec![(vec![word as u8 % 3; 40], Some(value))])
            .and_then(|()| {
                acknowledged = stand(chain);
                chain.advance(1).map(|_| ())
            })
            .and_then(|()| {
                acknowledged = stand(chain);
                chain.advance(200).map(|_| ())
            });
        hear(&mut told);
        match done {
            Ok(()) => acknowledged = stand(chain),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::DiskFull), "{error:?}");
    assert!(error.to_string().contains("no space left"), "{error}");

    // Every block that was told of is there, and none besides; nothing acknowledged is lost.
    let left = stand(chain);
    assert_eq!((told.number, told.hash), (left.0, left.1));
    assert!(left.0 >= acknowledged.0);
    if left.0 == acknowledged.0 {
        assert_eq!(left, acknowledged);
    }
    // Nothing more is taken, and the reason is given.
    let stopped = |result: Result<(), Error>| match result {
        Err(Error::Stopped(reason)) => assert!(reason.contains("no space left"), "{reason}"),
        other => panic!("{other:?} after the disk was full"),
    };
    stopped(chain.advance(1).map(|_| ()));
    stopped(chain.set_storage(vec![(vec![9; 40], Some(vec![1]))]));
    stopped(chain.snapshot().map(|_| ()));
    let transfer = sign(chain, Alice, &transfer(&account(Bob), TAO), Extra::default());
    stopped(chain.submit(&transfer).map(|_| ()));
    assert_eq!(chain.pool_counts(), (0, 0));
    assert_eq!(stand(chain), left);
    let reason = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(chain.stopped());
    stopped(Err(reason));
    left
}

/// Goes on where a chain stood, with room.
fn go_on(folder: &Path, left: (u32, H256, H256)) {
    let chain = open(folder).unwrap();
    assert_eq!(stand(&chain), left);
    assert_eq!(chain.verify().unwrap(), left.2);
    let transfer = sign(&chain, Alice, &transfer(&account(Bob), TAO), Extra::default());
    chain.submit(&transfer).unwrap();
    let before = free(&chain, &account(Bob));
    chain.advance(5).unwrap();
    assert_eq!(free(&chain, &account(Bob)), before + TAO);
    assert_eq!(chain.head().number, left.0 + 5);
}

/// Runs a script in which `$0` is this program.
fn run(script: &str, folder: &Path) -> Output {
    Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder)
        .output()
        .unwrap()
}

/// How a script runs one test of `$0` in its place.
fn only(test: &str) -> String {
    format!("exec \"$0\" --exact disk::{test} --nocapture --test-threads=1")
}

fn check(output: &Output) {
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && stdout.contains(DONE),
        "{}\n{stdout}\n{stderr}",
        output.status
    );
}

/// Fills a disk of its own, makes room, and goes on in the same process. Does nothing by itself.
#[test]
fn child_on_a_small_file_system() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![0; 2 << 20]).unwrap();
    let left = fill(&open(folder).unwrap());
    std::fs::remove_file(ballast).unwrap();
    go_on(folder, left);

    // A chain that has no room to begin leaves nothing behind.
    let other = folder.join("other");
    std::fs::create_dir(&other).unwrap();
    let filler = folder.join("filler");
    let _ = std::fs::write(&filler, vec![0; ROOM_KB << 10]);
    assert!(matches!(open(&other), Err(Error::DiskFull)));
    assert_eq!(std::fs::read_dir(&other).unwrap().count(), 0);
    std::fs::remove_file(filler).unwrap();
    open(&other).unwrap().advance(1).unwrap();
    println!("{DONE}");
}

/// On a file system without room. It takes a mount in a namespace of its own, as root or with user namespaces. Where
/// neither is allowed this fails; `TRIBUTARY_TEST_WITHOUT_MOUNT=1` leaves it out and relies on the limit of a file.
#[test]
fn a_full_file_system_stops_the_chain() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    if std::env::var_os("TRIBUTARY_TEST_WITHOUT_MOUNT").is_some() {
        eprintln!("NOT RUN: a full file system, because TRIBUTARY_TEST_WITHOUT_MOUNT is set");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let allowed = ["unshare --mount", "unshare --user --map-root-user --mount"]
        .into_iter()
        .find(|unshare| {
            let mount = format!("{unshare} mount -t tmpfs none {}", folder.path().display());
            Command::new("sh")
                .args(["-c", &mount])
                .output()
                .is_ok_and(|output| output.status.success())
        })
        .expect("this test mounts a small file system: run it as root, or set TRIBUTARY_TEST_WITHOUT_MOUNT=1");
    let child = only("child_on_a_small_file_system");
    let mount = format!("mount -t tmpfs -o size={ROOM_KB}k none \"${FOLDER}\"");
    let script = format!("exec {allowed} sh -c '{mount} && {child}' \"$0\"");
    check(&run(&script, folder.path()));
}

/// Fills a file that may not grow further. Does nothing by itself.
#[test]
fn child_with_a_limited_file() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let left = fill(&open(folder).unwrap());
    let text = format!("{} {:?} {:?}", left.0, left.1, left.2);
    std::fs::write(folder.join("left"), text).unwrap();
    println!("{DONE}");
}

/// The same with a file that may not grow, which needs no rights at all.
#[test]
fn a_file_that_may_not_grow_stops_the_chain() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The unit of the limit is 512 bytes in some shells and 1024 in others; either will do.
    let child = only("child_with_a_limited_file");
    let script = format!("trap '' XFSZ; ulimit -f {ROOM_KB}; {child}");
    check(&run(&script, folder.path()));
    let text = std::fs::read_to_string(folder.path().join("left")).unwrap();
    let words: Vec<&str> = text.split(' ').collect();
    let left = (
        words[0].parse().unwrap(),
        words[1].parse().unwrap(),
        words[2].parse().unwrap(),
    );
    go_on(folder.path(), left);
}
