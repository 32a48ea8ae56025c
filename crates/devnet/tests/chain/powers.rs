//! What a development chain can do beyond a node: it ends when asked, has bounds, and is undone by going back.

use std::time::{Duration, Instant};

use jsonrpsee::{rpc_params, ws_client::WsClientBuilder};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use tributary_devnet::{At, Clock, Config, Database, Devnet, Error, Genesis};
use tributary_runtime::{Runtime, RuntimeCall, RuntimeEvent};

use crate::{
    common::*,
    rpc::{ask, error, start},
};

/// The last millisecond of the year 9999.
const END: u64 = 253_402_300_799_999;
/// Longer than any machine takes for what is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until something is so.
fn until(what: &str, so: impl Fn() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the chain makes no blocks any more. A chain that does makes many in a second.
fn stands_still(chain: &Devnet) {
    let start = Instant::now();
    loop {
        let before = chain.head().number;
        std::thread::sleep(Duration::from_millis(1_000));
        if chain.head().number == before {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "the chain goes on");
    }
}

#[test]
fn times_without_bounds_are_refused_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for clock in [Clock::Wall, Clock::default()] {
        let config = Config {
            clock,
            database: Database::File(folder.path().join(format!("{clock:?}"))),
            ..Config::default()
        };
        let chain = Devnet::new(config.clone()).unwrap();
        chain.advance(1).unwrap();
        for beyond in [END + 1, i64::MAX as u64, u64::MAX] {
            assert!(matches!(chain.set_time(beyond), Err(Error::TimeTooLate { .. })));
            assert!(matches!(chain.advance_time(beyond), Err(Error::TimeTooLate { .. })));
        }
        let before = chain.time_ms();
        chain.advance(3).unwrap();
        assert!(chain.time_ms() < before + 3_600_000);
        drop(chain);
        Devnet::new(config).unwrap().advance(1).unwrap();
    }
    // At the end of time there are no more blocks, and it is said why; going back helps.
    let chain = chain();
    chain.advance(1).unwrap();
    let snapshot = chain.snapshot().unwrap();
    chain.set_time(END - 250).unwrap();
    chain.advance(2).unwrap();
    let refused = chain.advance(1).unwrap_err();
    assert!(refused.to_string().contains("year 9999"), "{refused}");
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
    chain.revert(snapshot).unwrap();
    chain.advance(2).unwrap();
    // A beginning after the end is none.
    let late = Devnet::new(Config {
        clock: Clock::Slots { start_ms: u64::MAX },
        ..Config::default()
    });
    assert!(late.unwrap().advance(1).unwrap_err().to_string().contains("year 9999"));
}

#[test]
fn going_back_undoes_clock_and_impersonation() {
    for clock in [Clock::Wall, Clock::default()] {
        let chain = Devnet::new(Config {
            clock,
            ..Config::default()
        })
        .unwrap();
        chain.advance(1).unwrap();
        let before = chain.time_ms();
        chain.impersonate(account(Bob)).unwrap();
        let snapshot = chain.snapshot().unwrap();
        chain.advance_time(30 * 86_400_000).unwrap();
        chain.impersonate(account(Charlie)).unwrap();
        chain.stop_impersonating(&account(Bob)).unwrap();
        chain.advance(1).unwrap();
        assert!(chain.time_ms() >= before + 30 * 86_400_000);
        let later = chain.snapshot().unwrap();
        chain.revert(snapshot).unwrap();
        chain.advance(1).unwrap();
        assert!(chain.time_ms() < before + 86_400_000, "the time travel is undone");
        let call = transfer(&account(Alice), TAO);
        chain.submit(&unsigned(&chain, &account(Bob), &call, 0)).unwrap();
        chain
            .submit(&unsigned(&chain, &account(Charlie), &call, 0))
            .unwrap_err();
        // The later snapshot is gone, and its number is not used again.
        assert!(matches!(chain.revert(later), Err(Error::UnknownSnapshot(_))));
        assert!(chain.snapshot().unwrap() > later);
    }
}

#[test]
fn clock_snapshots_and_impersonation_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    for clock in [Clock::Wall, Clock::default()] {
        let config = Config {
            clock,
            database: Database::File(folder.path().join(format!("{clock:?}"))),
            ..Config::default()
        };
        let chain = Devnet::new(config.clone()).unwrap();
        chain.advance(1).unwrap();
        let before = chain.time_ms();
        let early = chain.snapshot().unwrap();
        chain.set_time(before + 86_400_000).unwrap();
        chain.impersonate(account(Bob)).unwrap();
        let late = chain.snapshot().unwrap();
        drop(chain);

        let chain = Devnet::new(config.clone()).unwrap();
        chain.advance(1).unwrap();
        let day = before + 86_400_000..before + 2 * 86_400_000;
        assert!(day.contains(&chain.time_ms()), "the clock is kept");
        let call = transfer(&account(Alice), TAO);
        chain.submit(&unsigned(&chain, &account(Bob), &call, 0)).unwrap();
        chain.revert(late).unwrap();
        chain.advance(1).unwrap();
        assert!(day.contains(&chain.time_ms()));
        chain.revert(early).unwrap();
        chain.advance(1).unwrap();
        assert!(chain.time_ms() < before + 3_600_000);
        chain.submit(&unsigned(&chain, &account(Bob), &call, 1)).unwrap_err();
        drop(chain);

        // What was undone stays so.
        let chain = Devnet::new(config).unwrap();
        chain.submit(&unsigned(&chain, &account(Bob), &call, 2)).unwrap_err();
        assert!(chain.snapshot().unwrap() > late);
    }
}

#[test]
fn a_dump_takes_the_clock_along_and_no_powers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    let chain = Devnet::new(Config {
        clock: Clock::Wall,
        ..Config::default()
    })
    .unwrap();
    chain.advance(1).unwrap();
    let before = chain.time_ms();
    chain.advance_time(86_400_000).unwrap();
    chain.impersonate(account(Bob)).unwrap();
    chain.dump(&file).unwrap();
    let other = Devnet::new(Config {
        clock: Clock::Wall,
        genesis: Genesis::Dump(file.clone()),
        ..Config::default()
    })
    .unwrap();
    other.advance(1).unwrap();
    assert!(other.time_ms() >= before + 86_400_000);
    let bytes = unsigned(&other, &account(Bob), &transfer(&account(Alice), TAO), 0);
    other.submit(&bytes).unwrap_err();
    assert!(other.is_made_from(&Genesis::Dump(file.clone())).unwrap());
    assert!(!other.is_made_from(&Genesis::Preset("fast".into())).unwrap());

    assert!(Devnet::probe_dump(&file).is_ok());
    assert!(matches!(
        Devnet::probe_dump(&folder.path().join("no/such/folder")),
        Err(Error::File { .. })
    ));
    assert!(matches!(Devnet::probe_dump(folder.path()), Err(Error::File { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn making_blocks_ends_when_it_is_cancelled_or_the_chain_goes_back() {
    let chain = chain();
    chain.advance(1).unwrap();
    let snapshot = chain.snapshot().unwrap();
    let begin = || {
        let running = chain.clone();
        let thread = std::thread::spawn(move || running.advance(u32::MAX));
        let at = chain.head().number;
        until("blocks are made", || chain.head().number > at);
        thread
    };
    let running = begin();
    chain.cancel();
    match running.join().unwrap() {
        Err(Error::Interrupted { made, asked, reason }) => {
            assert!(made > 0 && asked == u32::MAX && reason.contains("cancelled"));
        }
        other => panic!("{other:?}"),
    }
    stands_still(&chain);

    let running = begin();
    assert_eq!(chain.revert(snapshot).unwrap().number, 1);
    assert!(matches!(running.join().unwrap(), Err(Error::Interrupted { .. })));
    assert_eq!(chain.head().number, 1, "the chain stands where it was set");
    assert_eq!(chain.advance(2).unwrap().number, 3);
}

/// Whoever asked for four thousand million blocks and left, over WebSocket or HTTP, does not get them.
#[tokio::test(flavor = "multi_thread")]
async fn making_blocks_ends_with_the_connection() {
    use jsonrpsee::core::client::ClientT;
    let (chain, handle, client) = start().await;
    for method in ["dev_advance", "dev_advanceTo"] {
        let other = WsClientBuilder::default().build(handle.url()).await.unwrap();
        let at = chain.head().number;
        tokio::select! {
            answer = other.request::<serde_json::Value, _>(method, rpc_params![4_000_000_000u32]) => panic!("{answer:?}"),
            () = async { while chain.head().number <= at { tokio::time::sleep(Duration::from_millis(5)).await } } => {}
        }
        // Others get in meanwhile, and the answer to who cancels comes at once.
        ask(&client, "chain_getHeader", rpc_params![]).await;
        drop(other);
        let chain = chain.clone();
        tokio::task::spawn_blocking(move || stands_still(&chain)).await.unwrap();
    }
    let address = handle.addresses()[0];
    let watched = chain.clone();
    tokio::task::spawn_blocking(move || {
        use std::io::Write as _;
        let at = watched.head().number;
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"dev_advance","params":[4000000000]}"#;
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        until("blocks are made", || watched.head().number > at);
        drop(stream);
        stands_still(&watched);
    })
    .await
    .unwrap();

    // `dev_cancel` of another client ends it with an error for the first.
    let other = WsClientBuilder::default()
        .request_timeout(PATIENCE)
        .build(handle.url())
        .await
        .unwrap();
    let at = chain.head().number;
    let asked = tokio::spawn(async move { error(&other, "dev_advance", rpc_params![4_000_000_000u32]).await });
    while chain.head().number <= at {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ask(&client, "dev_cancel", rpc_params![]).await;
    let (code, message, _) = asked.await.unwrap();
    assert!(
        code == -32000 && message.contains("of 4000000000 blocks were made"),
        "{message}"
    );
}

#[test]
fn code_of_another_runtime_is_refused_in_words() {
    let chain = chain();
    let system = |call| RuntimeCall::System(call);
    let code = vec![0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    let sudo = |call| RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(call) });
    let calls = [
        sudo(system(frame_system::Call::set_code { code: code.clone() })),
        sudo(system(frame_system::Call::authorize_upgrade {
            code_hash: sp_core::H256(sp_crypto_hashing::blake2_256(&code)),
        })),
        // Anybody may apply what root authorised.
        system(frame_system::Call::apply_authorized_upgrade { code }),
    ];
    for (nonce, call) in (0..).zip(&calls) {
        let extra = Extra {
            nonce,
            ..Extra::default()
        };
        chain.submit(&sign(&chain, Alice, call, extra)).unwrap();
        chain.advance(1).unwrap();
        let block = chain.head().number;
        assert_eq!(block, nonce + 1, "{call:?}");
        assert_eq!(nonce_of(&chain), nonce + 1, "{call:?} is in the block");
        let refused = chain
            .events(At::Best)
            .unwrap()
            .into_iter()
            .find_map(|record| match record.event {
                RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result }) => sudo_result.err(),
                RuntimeEvent::System(
                    frame_system::Event::ExtrinsicFailed { dispatch_error, .. }
                    | frame_system::Event::RejectedInvalidAuthorizedUpgrade {
                        error: dispatch_error, ..
                    },
                ) => Some(dispatch_error),
                _ => None,
            });
        let version = frame_system::Error::<Runtime>::FailedToExtractRuntimeVersion.into();
        assert_eq!(refused, (nonce != 1).then_some(version), "{call:?}");
    }
}

fn nonce_of(chain: &Devnet) -> u32 {
    chain
        .read(At::Best, || {
            frame_system::Pallet::<Runtime>::account_nonce(account(Alice))
        })
        .unwrap()
}
