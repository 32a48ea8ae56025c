//! The chain as a library.

use crate::common::*;
use codec::Encode;
use frame_support::storage::storage_prefix;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::{AccountId32, transaction_validity::InvalidTransaction};
use tributary_devnet::{
    At, Clock, Config, Database, Devnet, Error, Genesis, Mining, PoolError, TransactionStatus, state::StateMap,
};

fn refused(result: Result<sp_core::H256, Error>) -> PoolError {
    match result {
        Err(Error::Pool(error)) => error,
        other => panic!("{other:?} should have been refused by the pool"),
    }
}

#[test]
fn a_transfer_goes_into_a_block() {
    let chain = chain();
    let before = free(&chain, &account(Bob));
    let (hash, mut statuses) = chain
        .submit_and_watch(&sign(
            &chain,
            Alice,
            &transfer(&account(Bob), 5 * TAO),
            Extra::default(),
        ))
        .unwrap();
    assert_eq!(chain.next_nonce(&account(Alice)).unwrap(), 1);
    let head = chain.advance(1).unwrap();
    assert_eq!(head.number, 1);
    assert_eq!(free(&chain, &account(Bob)), before + 5 * TAO);
    let block = chain.block(At::Best).unwrap().unwrap();
    // The inherent with the time, then the transfer.
    assert_eq!(block.extrinsics.len(), 2);
    assert_eq!(tributary_devnet::extrinsic_hash(&block.extrinsics[1]), hash);
    assert!(succeeded(&chain, 1));
    assert_eq!(statuses.try_recv().unwrap(), TransactionStatus::Ready);
    assert_eq!(
        statuses.try_recv().unwrap(),
        TransactionStatus::InBlock {
            block: head.hash,
            index: 1
        }
    );
    assert_eq!(
        statuses.try_recv().unwrap(),
        TransactionStatus::Finalized {
            block: head.hash,
            index: 1
        }
    );
    assert_eq!(chain.next_nonce(&account(Alice)).unwrap(), 1);
}

#[test]
fn the_pool_refuses_what_a_node_refuses() {
    let chain = chain();
    let call = transfer(&account(Bob), TAO);
    let good = sign(&chain, Alice, &call, Extra::default());
    let mut forged = good.clone();
    let position = forged.len() - 60;
    forged[position] ^= 1;
    assert!(matches!(
        refused(chain.submit(&forged)),
        PoolError::Invalid(InvalidTransaction::BadProof) | PoolError::BadFormat(_)
    ));
    assert!(matches!(refused(chain.submit(&[1, 2, 3])), PoolError::BadFormat(_)));
    assert_eq!(
        refused(chain.submit(&unsigned(&chain, &account(Alice), &call, 0))),
        PoolError::Invalid(InvalidTransaction::BadProof)
    );
    assert_eq!(
        refused(chain.submit(&unsigned(&chain, &account(Alice), &call, 0))),
        PoolError::TemporarilyBanned
    );
    let hash = chain.submit(&good).unwrap();
    assert_eq!(refused(chain.submit(&good)), PoolError::AlreadyImported(hash));
    chain.advance(1).unwrap();
    assert_eq!(
        refused(chain.submit(&good)),
        PoolError::Invalid(InvalidTransaction::Stale)
    );
    let poor = sp_core::sr25519::Public::from_raw([7; 32]).into();
    chain.impersonate(poor).unwrap();
    let poor = AccountId32::new([7; 32]);
    assert_eq!(
        refused(chain.submit(&unsigned(&chain, &poor, &call, 0))),
        PoolError::Invalid(InvalidTransaction::Payment)
    );
}

#[test]
fn nonces_go_in_order_and_gaps_wait() {
    let chain = chain();
    let call = transfer(&account(Bob), TAO);
    for nonce in [3, 1, 2] {
        chain
            .submit(&sign(&chain, Alice, &call, Extra { nonce, tip: 0 }))
            .unwrap();
    }
    assert_eq!(chain.pool_counts(), (0, 3));
    chain.submit(&sign(&chain, Alice, &call, Extra::default())).unwrap();
    assert_eq!(chain.pool_counts(), (4, 0));
    assert_eq!(chain.next_nonce(&account(Alice)).unwrap(), 4);
    chain.advance(1).unwrap();
    assert_eq!(chain.block(At::Best).unwrap().unwrap().extrinsics.len(), 5);
    assert_eq!(chain.pool_counts(), (0, 0));
}

#[test]
fn snapshots_go_back_and_archive_reads_see_every_block() {
    let chain = chain();
    let key = storage_prefix(b"System", b"Number");
    chain.advance(3).unwrap();
    let snapshot = chain.snapshot().unwrap();
    let (hash, root) = (chain.head().hash, chain.state_hash());
    chain
        .submit(&sign(&chain, Alice, &transfer(&account(Bob), TAO), Extra::default()))
        .unwrap();
    chain.advance(600).unwrap();
    for number in [1, 2, 3, 4, 255, 256, 257, 300, 511, 512, 513, 602, 603] {
        assert_eq!(
            chain.query(&key, number).unwrap(),
            Some(number.encode()),
            "block {number}"
        );
        let at: u32 = chain
            .read(number, frame_system::Pallet::<tributary_runtime::Runtime>::block_number)
            .unwrap();
        assert_eq!(at, number);
    }
    // The whole state of an old block, not only one value of it.
    let keys = chain.keys(&[], None, usize::MAX, 3).unwrap();
    let mut state = StateMap::default();
    let mut commitment = tributary_devnet::state::Commitment::default();
    for (key, value) in keys.iter().zip(chain.query_all(&keys, 3).unwrap()) {
        commitment.insert(key, value.as_ref().unwrap());
        state.set(key, value.as_deref());
    }
    assert_eq!(commitment.root(), root);
    assert_eq!(chain.head_at(3).unwrap().unwrap().header.state_root, root);

    let head = chain.revert(snapshot).unwrap();
    assert_eq!((head.number, head.hash, chain.state_hash()), (3, hash, root));
    assert!(chain.head_at(4).unwrap().is_none());
    assert_eq!(chain.block_hash(4).unwrap(), None);
    assert!(matches!(chain.query(&key, 4), Err(Error::UnknownBlock(_))));
    chain.advance(2).unwrap();
    assert_eq!(chain.query(&key, At::Best).unwrap(), Some(5u32.encode()));
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
    assert!(matches!(chain.revert(99), Err(Error::UnknownSnapshot(99))));
}

#[test]
fn writes_from_outside_are_state_and_are_replayed() {
    let chain = chain();
    chain.advance(2).unwrap();
    let before = chain.snapshot().unwrap();
    chain
        .set_storage(vec![
            (b"a key of mine".to_vec(), Some(vec![1])),
            (b"another".to_vec(), None),
        ])
        .unwrap();
    assert_eq!(chain.query(b"a key of mine", 2).unwrap(), Some(vec![1]));
    assert_eq!(chain.query(b"a key of mine", 1).unwrap(), None);
    chain.advance(2).unwrap();
    chain
        .set_storage(vec![(b"a key of mine".to_vec(), Some(vec![2]))])
        .unwrap();
    assert_eq!(chain.query(b"a key of mine", 3).unwrap(), Some(vec![1]));
    assert_eq!(chain.query(b"a key of mine", At::Best).unwrap(), Some(vec![2]));
    chain.advance(1).unwrap();
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
    assert_eq!(chain.head().header.state_root, chain.state_hash());
    chain.revert(before).unwrap();
    assert_eq!(chain.query(b"a key of mine", 2).unwrap(), None);
}

#[test]
fn impersonation_spares_the_signature_and_nothing_else() {
    let chain = chain();
    let call = transfer(&account(Bob), 3 * TAO);
    let before = free(&chain, &account(Charlie));
    let bytes = unsigned(&chain, &account(Charlie), &call, 0);
    refused(chain.submit(&bytes));
    chain.impersonate(account(Charlie)).unwrap();
    // Another account's signature is asked for as before.
    refused(chain.submit(&unsigned(&chain, &account(Alice), &call, 0)));
    chain.submit(&bytes).unwrap();
    chain.submit(&sign(&chain, Alice, &call, Extra::default())).unwrap();
    chain.advance(1).unwrap();
    assert!(succeeded(&chain, 1) && succeeded(&chain, 2));
    let paid = before - free(&chain, &account(Charlie));
    assert!(paid > 3 * TAO, "the fee is paid");
    chain.stop_impersonating(&account(Charlie)).unwrap();
    refused(chain.submit(&unsigned(&chain, &account(Charlie), &call, 1)));
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
}

#[test]
fn equal_inputs_make_equal_chains() {
    // A signature has randomness in it, so both chains get the same bytes.
    let signer = chain();
    let inputs: Vec<Vec<u8>> = (0..5)
        .map(|nonce| sign(&signer, Alice, &transfer(&account(Bob), TAO), Extra { nonce, tip: 0 }))
        .collect();
    let run = || {
        let chain = chain();
        for input in &inputs {
            chain.submit(input).unwrap();
            chain.advance(3).unwrap();
        }
        (chain.head().hash, chain.state_hash())
    };
    assert_eq!(run(), run());
}

#[test]
fn time_is_an_input() {
    let chain = chain();
    chain.advance(1).unwrap();
    let first = chain.time_ms();
    let Clock::Slots { start_ms } = Clock::default() else {
        panic!("the default counts slots")
    };
    assert_eq!(first, start_ms);
    chain.set_time(first + 1_000_000).unwrap();
    chain.advance(1).unwrap();
    assert_eq!(chain.time_ms(), first + 1_000_000);
    chain.advance_time(5_000).unwrap();
    chain.advance(1).unwrap();
    assert_eq!(chain.time_ms(), first + 1_000_000 + 250 + 5_000);
    assert!(matches!(chain.set_time(first), Err(Error::TimeGoesBack { .. })));
}

#[test]
fn blocks_come_on_a_timer_or_with_a_transaction() {
    let chain = Devnet::new(Config {
        mining: Mining::OnExtrinsic,
        ..Config::default()
    })
    .unwrap();
    chain
        .submit(&sign(&chain, Alice, &transfer(&account(Bob), TAO), Extra::default()))
        .unwrap();
    assert_eq!(chain.head().number, 1);
    let mut heads = chain.subscribe_heads();
    chain.set_mining(Mining::Timer(std::time::Duration::from_millis(5)));
    let seen: Vec<u32> = (0..5).map(|_| heads.blocking_recv().unwrap().number).collect();
    assert_eq!(seen, [2, 3, 4, 5, 6]);
    chain.set_mining(Mining::OnDemand);
}

#[test]
fn a_file_outlives_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some/where/chain.redb");
    let config = Config {
        database: Database::File(file.clone()),
        ..Config::default()
    };
    let chain = Devnet::new(config.clone()).unwrap();
    chain.advance(700).unwrap();
    chain.impersonate(account(Charlie)).unwrap();
    let snapshot = chain.snapshot().unwrap();
    chain
        .submit(&sign(&chain, Alice, &transfer(&account(Bob), TAO), Extra::default()))
        .unwrap();
    chain
        .submit(&unsigned(&chain, &account(Charlie), &transfer(&account(Bob), TAO), 0))
        .unwrap();
    let (head, state) = (chain.head(), chain.state_hash());
    assert!(matches!(Devnet::new(config.clone()), Err(Error::DatabaseInUse { .. })));
    drop(chain);

    let chain = Devnet::new(config.clone()).unwrap();
    assert_eq!((chain.head(), chain.state_hash()), (head, state));
    assert_eq!(chain.pool_counts(), (2, 0));
    chain.advance(1).unwrap();
    assert_eq!(chain.block(At::Best).unwrap().unwrap().extrinsics.len(), 3);
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
    assert_eq!(chain.revert(snapshot).unwrap().number, 700);
    drop(chain);

    let other = Config {
        genesis: Genesis::Preset("local".into()),
        ..config.clone()
    };
    let error = Devnet::new(other).err().unwrap();
    assert!(matches!(error, Error::OtherGenesis { .. }), "{error}");
    let chain = Devnet::new(config.clone()).unwrap();
    assert_eq!(chain.head().number, 700);
    drop(chain);

    // Whatever is broken: an error, and the file as it was.
    let whole = std::fs::read(&file).unwrap();
    for broken in [
        whole[..whole.len() / 3].to_vec(),
        b"something else entirely".repeat(100),
        {
            let mut flipped = whole.clone();
            flipped
                .iter_mut()
                .skip(4096)
                .step_by(997)
                .for_each(|byte| *byte ^= 0x55);
            flipped
        },
    ] {
        std::fs::write(&file, &broken).unwrap();
        let error = Devnet::new(config.clone()).err().expect("a broken file is noticed");
        assert!(matches!(error, Error::DatabaseCorrupt { .. }), "{error}");
    }
}

/// What nodes write and read: the state alone, from which block and parent are read.
#[test]
fn a_dump_as_a_specification_goes_on_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let chain = chain();
    let pay = |on: &Devnet, nonce| {
        let signed = sign(on, Alice, &transfer(&account(Bob), TAO), Extra { nonce, tip: 0 });
        on.submit(&signed).unwrap();
    };
    pay(&chain, 0);
    chain.advance(5).unwrap();
    chain.dump(&file).unwrap();

    let start = || {
        Devnet::new(Config {
            genesis: Genesis::Dump(file.clone()),
            ..Config::default()
        })
    };
    let other = start().unwrap();
    assert_eq!(other.head().number, 5);
    assert_eq!(
        (other.state_hash(), other.genesis_hash()),
        (chain.state_hash(), chain.genesis_hash())
    );
    pay(&other, 1);
    other.advance(1).unwrap();
    assert!(succeeded(&other, 1));
    assert_eq!(other.verify().unwrap(), other.state_hash());

    let mut spec: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let top = spec["genesis"]["raw"]["top"].as_object_mut().unwrap();
    // The runtime that nodes have in their state is not the embedded chain's.
    top.insert(format!("0x{}", hex::encode(":code")), "0x00".into());
    std::fs::write(&file, spec.to_string()).unwrap();
    assert_eq!(start().unwrap().state_hash(), chain.state_hash());
    use serde_json::json;
    for (path, value, complaint) in [
        ("/genesis/raw", json!({}), "genesis.raw.top is missing"),
        ("/genesis/raw/top", json!({ "0xzz": "0x" }), "not hex"),
        ("/genesis/raw/top", json!({ "0x00": "0x" }), "System.LastRuntimeUpgrade"),
    ] {
        let mut broken = spec.clone();
        *broken.pointer_mut(path).unwrap() = value;
        std::fs::write(&file, broken.to_string()).unwrap();
        let error = start().err().expect("a broken file is noticed").to_string();
        assert!(error.contains(complaint), "{error}");
    }
}

#[test]
fn a_dump_goes_on_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.dump");
    let chain = chain();
    chain
        .submit(&sign(&chain, Alice, &transfer(&account(Bob), TAO), Extra::default()))
        .unwrap();
    chain.advance(5).unwrap();
    chain.dump(&file).unwrap();
    let dumped = (chain.head(), chain.state_hash(), chain.genesis_hash());
    chain.advance(5).unwrap();

    let other = Devnet::new(Config {
        genesis: Genesis::Dump(file.clone()),
        ..Config::default()
    })
    .unwrap();
    assert_eq!((other.head(), other.state_hash(), other.genesis_hash()), dumped);
    assert_eq!(other.block_hash(3).unwrap(), chain.block_hash(3).unwrap());
    assert!(matches!(other.query(b"", 3), Err(Error::Discarded(_))));
    other
        .submit(&sign(
            &other,
            Alice,
            &transfer(&account(Bob), TAO),
            Extra { nonce: 1, tip: 0 },
        ))
        .unwrap();
    other.advance(1).unwrap();
    assert!(succeeded(&other, 1));
    assert_eq!(other.verify().unwrap(), other.state_hash());

    assert_eq!(chain.load(&file).unwrap().hash, dumped.0.hash);
    assert_eq!(chain.advance(1).unwrap().number, 6);
    assert_eq!(chain.verify().unwrap(), chain.state_hash());

    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(matches!(chain.load(&file), Err(Error::BadDump { .. })));
    assert_eq!(chain.head().number, 6);
}

#[test]
fn presets_can_be_patched() {
    let patch = serde_json::json!({ "network": { "slotDurationMs": 777 } });
    let genesis = Genesis::Patched {
        preset: "fast".into(),
        patch,
    };
    let chain = Devnet::new(Config {
        genesis,
        ..Config::default()
    })
    .unwrap();
    chain.advance(2).unwrap();
    let Clock::Slots { start_ms } = Clock::default() else {
        panic!("the default counts slots")
    };
    assert_eq!(chain.time_ms(), start_ms + 777);
    let error = Devnet::new(Config {
        genesis: Genesis::Preset("none".into()),
        ..Config::default()
    })
    .err()
    .unwrap();
    assert!(error.to_string().contains("fast"), "{error}");
    let nonsense = Genesis::Json(serde_json::json!({ "nonsense": 1 }));
    assert!(matches!(
        Devnet::new(Config {
            genesis: nonsense,
            ..Config::default()
        }),
        Err(Error::Genesis(_))
    ));
}

#[test]
fn calls_answer_and_never_take_the_chain_down() {
    let chain = chain();
    chain.advance(1).unwrap();
    let metadata: Option<sp_core::OpaqueMetadata> = chain
        .call_as("Metadata_metadata_at_version", &15u32.encode(), At::Best)
        .unwrap();
    assert!(metadata.is_some_and(|metadata| metadata.starts_with(b"meta\x0f")));
    assert!(matches!(
        chain.call("No_such_thing", &[], At::Best),
        Err(Error::UnknownMethod(_))
    ));
    assert!(matches!(
        chain.call("AccountNonceApi_account_nonce", &[1], At::Best),
        Err(Error::Execution { .. })
    ));
    assert_eq!(chain.advance(1).unwrap().number, 2);
    assert!(matches!(
        chain.advance_to(1),
        Err(Error::BehindBest { asked: 1, best: 2 })
    ));
    assert_eq!(chain.advance_to(10).unwrap().number, 10);
}

#[test]
fn a_scene_is_set_with_the_pallets_own_functions() {
    let chain = chain();
    let poor = AccountId32::new([7; 32]);
    let mint = || {
        pallet_balances::Pallet::<tributary_runtime::Runtime>::force_set_balance(
            frame_system::RawOrigin::Root.into(),
            poor.clone().into(),
            TAO,
        )
    };
    chain.write(mint).unwrap().unwrap();
    assert_eq!(free(&chain, &poor), TAO);
    assert!(matches!(
        chain.write(|| panic!("on purpose")),
        Err(Error::Execution { .. })
    ));
    chain.advance(1).unwrap();
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
}
