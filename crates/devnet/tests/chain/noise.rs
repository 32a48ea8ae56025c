//! What strangers send, damaged at random: parameters of JSON-RPC, and SCALE through every way in. Coverage-guided targets
//! are in `fuzz/`; these two need the whole runtime, which takes too long to instrument, and so are plain loops over
//! seeds. `TRIES=100000 SEED=7 cargo test --release --workspace --test chain noise` runs them longer.

use codec::Encode;
use jsonrpsee::core::{
    ClientError,
    client::ClientT,
    params::{ArrayParams, ObjectParams},
};
use serde_json::{Value, json};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::transaction_validity::TransactionSource;
use tributary_devnet::At;

use crate::{
    common::*,
    rpc::{hex, start},
};

/// How often, unless `TRIES` says.
fn tries(usual: u64) -> u64 {
    std::env::var("TRIES").map_or(usual, |tries| tries.parse().expect("TRIES is a number"))
}

/// Changes bytes, cuts some out, repeats some, or writes what parsers stumble over.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    const TRAPS: &[&[u8]] = &[
        &[0xff; 8],
        &[0xfe, 0xff, 0xff, 0xff],
        &[0x03, 0xff, 0xff, 0xff, 0xff],
        &[0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0; 16],
        &[0x80; 4],
    ];
    for _ in 0..1 + random.below(4) {
        let length = bytes.len() as u64;
        let at = random.below(length + 1) as usize;
        let end = at + random.below(length + 1 - at as u64) as usize;
        match random.below(6) {
            0 | 1 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            2 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            3 => drop(bytes.drain(at..end)),
            4 if bytes.len() < 1 << 16 => drop(bytes.splice(at..at, bytes[at..end].to_vec()).count()),
            _ => {
                let trap = TRAPS[random.below(TRAPS.len() as u64) as usize];
                bytes.splice(at..at, trap.iter().copied()).for_each(drop);
            }
        }
    }
}

/// A value where another stood: of another type, at its edge, or the old one damaged.
fn twist(value: &Value, random: &mut Random) -> Value {
    let edges = [
        json!(null),
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1.5e300),
        json!(""),
        json!("0x"),
        json!("0x0"),
        json!("0xzz"),
        json!("\u{202e}\u{0}"),
        json!([]),
        json!([[[[[[[[]]]]]]]]),
        json!({}),
        json!({"": null}),
        json!("0x".to_owned() + &"00".repeat(5_000)),
        json!(vec![0; 3_000]),
    ];
    match (random.below(4), value) {
        (0, Value::Array(values)) if !values.is_empty() => {
            let mut values = values.clone();
            let at = random.below(values.len() as u64) as usize;
            values[at] = twist(&values[at], random);
            values.into()
        }
        (1, Value::String(text)) if text.starts_with("0x") => {
            let mut bytes = hex::decode(&text[2..]).unwrap_or_default();
            damage(&mut bytes, random);
            hex(&bytes).into()
        }
        (2, Value::String(text)) => {
            let mut bytes = text.clone().into_bytes();
            damage(&mut bytes, random);
            String::from_utf8_lossy(&bytes).into()
        }
        _ => edges[random.below(edges.len() as u64) as usize].clone(),
    }
}

/// Requests that are answered.
fn requests(head: &str, extrinsic: &str) -> Vec<(&'static str, Vec<Value>)> {
    const ACCOUNTS: &str = "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9";
    let alice = hex(account(Alice).as_ref());
    vec![
        ("author_pendingExtrinsics", vec![]),
        ("author_submitExtrinsic", vec![json!(extrinsic)]),
        ("chain_getBlock", vec![json!(head)]),
        ("chain_getBlockHash", vec![json!([0, 1, "0x2"])]),
        ("chain_getFinalizedHead", vec![]),
        ("chain_getHeader", vec![json!(head)]),
        ("payment_queryFeeDetails", vec![json!(extrinsic), json!(head)]),
        ("payment_queryInfo", vec![json!(extrinsic), json!(head)]),
        ("rpc_methods", vec![]),
        ("state_call", vec![json!("Core_version"), json!("0x"), json!(head)]),
        (
            "state_call",
            vec![
                json!("SubnetInfoRuntimeApi_get_metagraph"),
                json!("0x0000"),
                json!(head),
            ],
        ),
        (
            "state_call",
            vec![json!("AccountNonceApi_account_nonce"), json!(alice), json!(head)],
        ),
        ("state_getKeys", vec![json!(ACCOUNTS)]),
        (
            "state_getKeysPaged",
            vec![json!(ACCOUNTS), json!(10), json!(ACCOUNTS), json!(head)],
        ),
        ("state_getMetadata", vec![json!(head)]),
        ("state_getRuntimeVersion", vec![json!(head)]),
        ("state_getStorage", vec![json!(ACCOUNTS), json!(head)]),
        ("state_getStorageHash", vec![json!(ACCOUNTS), json!(head)]),
        ("state_getStorageSize", vec![json!(ACCOUNTS), json!(head)]),
        ("state_queryStorageAt", vec![json!([ACCOUNTS]), json!(head)]),
        ("system_accountNextIndex", vec![json!(alice)]),
        ("system_dryRun", vec![json!(extrinsic), json!(head)]),
        ("system_health", vec![]),
        ("system_properties", vec![]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_any_kind_are_answered() {
    let mut random = Random::from_environment();
    let (chain, _handle, client) = start().await;
    chain.advance(3).unwrap();
    let head = hex(chain.head().hash.as_ref());
    let extrinsic = hex(&sign(&chain, Alice, &transfer(&account(Bob), TAO), Extra::default()));
    let requests = requests(&head, &extrinsic);
    let (mut answered, mut refused) = (0, 0);
    let whole = requests.iter().map(|(method, params)| (*method, params.clone(), false));
    let damaged = (0..tries(4_000)).map(|_| {
        let (method, params) = &requests[random.below(requests.len() as u64) as usize];
        let mut params = params.clone();
        for _ in 0..1 + random.below(2) {
            match random.below(6) {
                0 => params.push(twist(&Value::Null, &mut random)),
                1 => drop(params.pop()),
                _ if params.is_empty() => {}
                _ => {
                    let at = random.below(params.len() as u64) as usize;
                    params[at] = twist(&params[at], &mut random);
                }
            }
        }
        (*method, params, random.below(10) == 0)
    });
    for (method, params, by_name) in whole.chain(damaged) {
        let answer = if by_name {
            let mut named = ObjectParams::new();
            for (index, value) in params.iter().enumerate() {
                named.insert(["hash", "key", "at", "name"][index % 4], value).unwrap();
            }
            client.request::<Value, _>(method, named).await
        } else {
            let mut listed = ArrayParams::new();
            params.iter().for_each(|value| listed.insert(value).unwrap());
            client.request::<Value, _>(method, listed).await
        };
        match answer {
            Ok(_) => answered += 1,
            Err(ClientError::Call(error)) => {
                assert_ne!(error.code(), -32603, "{method} {params:?}: {error}");
                refused += 1;
            }
            Err(other) => panic!("{method} {params:?}: {other}"),
        }
    }
    println!("{answered} answered, {refused} refused");
    assert!(answered > requests.len() && refused > requests.len());
    chain.advance(1).unwrap();
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
}

#[test]
fn extrinsics_of_any_bytes_are_taken_or_refused() {
    let mut random = Random::from_environment();
    let chain = chain();
    chain.advance(1).unwrap();
    let wrappers = wrappers();
    let head = chain.head();
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..tries(6_000) {
        // A call of any kind, damaged inside a whole transaction, or a transaction damaged itself.
        let depth = random.below(4) as usize;
        let around: Vec<_> = (0..depth)
            .map(|_| &wrappers[random.below(wrappers.len() as u64) as usize])
            .collect();
        let mut call = match random.below(3) {
            0 => transfer(&account(Bob), random.below(TAO)).encode(),
            _ => nested(around.into_iter()),
        };
        let inside = random.below(2) == 0;
        if inside {
            damage(&mut call, &mut random);
        }
        let nonce = chain.next_nonce(&account(Alice)).unwrap();
        let mut extrinsic = sign_bytes(&chain, Alice, &call, Extra { nonce, tip: 0 });
        if !inside {
            damage(&mut extrinsic, &mut random);
        }
        let sourced = [
            &TransactionSource::External.encode()[..],
            &extrinsic,
            &head.hash.encode(),
        ]
        .concat();
        let (method, arguments) = match random.below(6) {
            0 => (
                "DryRunRuntimeApi_dry_run_call",
                [account(Alice).as_ref(), &call[..]].concat(),
            ),
            1 => ("TaggedTransactionQueue_validate_transaction", sourced),
            2 => ("BlockBuilder_apply_extrinsic", extrinsic),
            3 => ("TransactionPaymentApi_query_info", [&extrinsic[..], &[0; 4]].concat()),
            4 => (
                "Core_execute_block",
                [head.header.encode(), vec![4], extrinsic].concat(),
            ),
            _ => {
                let done = chain.submit(&extrinsic).is_ok();
                taken += u64::from(done);
                refused += u64::from(!done);
                continue;
            }
        };
        let done = chain.call(method, &arguments, At::Best).is_ok();
        taken += u64::from(done);
        refused += u64::from(!done);
        if random.below(200) == 0 {
            // Whatever the pool holds goes into a block, which checks its sums.
            chain.advance(1).unwrap();
        }
    }
    println!("{taken} taken, {refused} refused");
    assert!(taken > 100 && refused > 100);
    chain.advance(1).unwrap();
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
}
