//! Calls inside calls, as deep as anybody sends them, through every way in. A stack that ends would end this program.

use codec::Encode;
use jsonrpsee::{core::params::ArrayParams, rpc_params, ws_client::WsClient};
use serde_json::Value;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::transaction_validity::TransactionSource;
use tributary_devnet::Devnet;

use crate::{
    common::*,
    rpc::{ask, hex, start},
};

/// Every method that takes an extrinsic or a call, with its parameters: 1 for those that answer with how it went.
fn ways_in(chain: &Devnet, call: &[u8], nonce: u32) -> Vec<(&'static str, ArrayParams)> {
    let extrinsic = sign_bytes(chain, Alice, call, Extra { nonce, tip: 0 });
    let with_length = [&extrinsic[..], &(extrinsic.len() as u32).to_le_bytes()].concat();
    let call_with_length = [call, &(call.len() as u32).to_le_bytes()].concat();
    let signed_call = [account(Alice).as_ref(), call].concat();
    let head = chain.head();
    let sourced = [
        &TransactionSource::External.encode()[..],
        &extrinsic,
        &head.hash.encode(),
    ]
    .concat();
    let block = [head.header.encode(), vec![4], extrinsic.clone()].concat();
    let inherents = [&block[..], &[0]].concat();
    let at = |name: &'static str, arguments: &[u8]| ("state_call", rpc_params![name, hex(arguments)]);
    vec![
        ("payment_queryInfo", rpc_params![hex(&extrinsic)]),
        ("payment_queryFeeDetails", rpc_params![hex(&extrinsic)]),
        ("system_dryRun", rpc_params![hex(&extrinsic)]),
        at("TransactionPaymentApi_query_info", &with_length),
        at("TransactionPaymentApi_query_fee_details", &with_length),
        at("TransactionPaymentCallApi_query_call_info", &call_with_length),
        at("TransactionPaymentCallApi_query_call_fee_details", &call_with_length),
        at("DryRunRuntimeApi_dry_run_call", &signed_call),
        at("TaggedTransactionQueue_validate_transaction", &sourced),
        at("BlockBuilder_apply_extrinsic", &extrinsic),
        at("BlockBuilder_check_inherents", &inherents),
        at("Core_execute_block", &block),
        ("author_submitExtrinsic", rpc_params![hex(&extrinsic)]),
    ]
}

/// Sends a call through all ways in. Returns how many took it.
async fn send(chain: &Devnet, client: &WsClient, call: &[u8], nonce: u32) -> usize {
    use jsonrpsee::core::{ClientError, client::ClientT};
    let mut taken = 0;
    for (method, params) in ways_in(chain, call, nonce) {
        match client.request::<Value, _>(method, params).await {
            Ok(_) => taken += 1,
            Err(ClientError::Call(error)) => {
                let text = format!("{} {:?}", error.message(), error.data());
                assert!(text.len() < 1_200, "{method}: {} bytes of error", text.len());
            }
            Err(other) => panic!("{method}: {other}"),
        }
    }
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn no_depth_ends_the_process() {
    let (chain, _handle, client) = start().await;
    chain.advance(1).unwrap();
    let wrappers = wrappers();
    let batch = &wrappers[0];
    for depth in [100, 255, 256, 257, 1_300, 20_000, 100_000] {
        let call = nested(std::iter::repeat_n(batch, depth));
        let nonce = ask(
            &client,
            "system_accountNextIndex",
            rpc_params![hex(account(Alice).as_ref())],
        )
        .await;
        let taken = send(&chain, &client, &call, nonce.as_u64().unwrap() as u32).await;
        // A block fails whatever is in it, and a transaction is taken once.
        if depth <= 256 {
            assert!(taken >= 11, "{taken} of depth {depth}");
        } else {
            assert_eq!(taken, 0, "depth {depth}");
        }
        assert_eq!(
            chain.advance(1).unwrap().number,
            ask(&client, "dev_advance", rpc_params![1]).await["number"]
                .as_u64()
                .unwrap() as u32
                - 1
        );
    }
}

/// The deepest call of every kind is weighed, dispatched and dropped in a block.
#[tokio::test(flavor = "multi_thread")]
async fn the_deepest_calls_of_every_kind_run() {
    let (chain, _handle, client) = start().await;
    for wrapper in &wrappers() {
        for depth in [200, 256, 257, 5_000, 50_000] {
            let nonce = chain.next_nonce(&account(Alice)).unwrap();
            let call = nested(std::iter::repeat_n(wrapper, depth));
            let taken = send(&chain, &client, &call, nonce).await;
            let deep = if depth > 256 { "refused" } else { "taken" };
            assert_eq!(taken > 0, depth <= 256, "{} {depth} deep is {deep}", wrapper.0);
            chain.advance(1).unwrap();
        }
    }
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
}

#[tokio::test(flavor = "multi_thread")]
async fn random_nestings_end_nothing() {
    let mut random = Random::from_environment();
    let (chain, _handle, client) = start().await;
    let wrappers = wrappers();
    for _ in 0..60 {
        let depth = [3, 40, 256, 300, 3_000][random.below(5) as usize];
        let around: Vec<_> = (0..1 + random.below(depth))
            .map(|_| &wrappers[random.below(wrappers.len() as u64) as usize])
            .collect();
        let mut call = nested(around.into_iter());
        // Half of them are damaged: bytes changed, cut off.
        if random.below(2) == 0 {
            for _ in 0..1 + random.below(4) {
                let at = random.below(call.len() as u64) as usize;
                call[at] = random.below(256) as u8;
            }
            call.truncate(1 + random.below(call.len() as u64) as usize);
        }
        let nonce = chain.next_nonce(&account(Alice)).unwrap();
        send(&chain, &client, &call, nonce).await;
        chain.advance(1).unwrap();
    }
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
}

/// A prefix of four gigabytes is no reason to ask for them.
#[test]
fn a_length_prefix_is_not_believed() {
    let chain = chain();
    let mut bytes = codec::Compact(u32::MAX).encode();
    bytes.extend([4, 0, 0, 0]);
    for method in ["BlockBuilder_apply_extrinsic", "TransactionPaymentApi_query_info"] {
        let error = chain.call(method, &bytes, tributary_devnet::At::Best).unwrap_err();
        assert!(error.to_string().contains("length prefix"), "{error}");
    }
    let error = chain.submit(&bytes).unwrap_err();
    assert!(error.to_string().contains("length prefix"), "{error}");
}
