//! What the tests share. Extrinsics are put together byte by byte, as `docs/rules/clients.md#transaction-format`
//! describes them, not with the runtime's own types: this is what clients send.

use codec::{Compact, Encode};
use sp_core::{Pair, sr25519};
use sp_keyring::Sr25519Keyring;
use sp_runtime::AccountId32;
use tributary_devnet::{Config, Devnet};
use tributary_runtime::{Runtime, RuntimeCall, RuntimeEvent, VERSION};

pub const TAO: u64 = 1_000_000_000;

/// A deterministic chain in memory.
pub fn chain() -> Devnet {
    Devnet::new(Config::default()).expect("a chain in memory starts")
}

pub fn account(key: Sr25519Keyring) -> AccountId32 {
    key.to_account_id()
}

pub fn transfer(to: &AccountId32, rao: u64) -> RuntimeCall {
    RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
        dest: to.clone().into(),
        value: rao,
    })
}

/// How a transaction departs from the ordinary.
#[derive(Clone, Copy, Default)]
pub struct Extra {
    pub nonce: u32,
    pub tip: u64,
}

fn signed_bytes(chain: &Devnet, call: &[u8], extra: Extra) -> (Vec<u8>, Vec<u8>) {
    let mut explicit = vec![0]; // immortal
    Compact(extra.nonce).encode_to(&mut explicit);
    Compact(extra.tip).encode_to(&mut explicit);
    explicit.push(0); // no metadata hash
    let genesis = chain.genesis_hash();
    let implicit = (
        VERSION.spec_version,
        VERSION.transaction_version,
        genesis,
        genesis,
        None::<[u8; 32]>,
    )
        .encode();
    let payload = [call, &explicit, &implicit].concat();
    let payload = if payload.len() > 256 {
        sp_crypto_hashing::blake2_256(&payload).to_vec()
    } else {
        payload
    };
    (explicit, payload)
}

fn assemble(signer: &AccountId32, signature: [u8; 64], explicit: &[u8], call: &[u8]) -> Vec<u8> {
    let mut body = vec![0x84, 0];
    signer.encode_to(&mut body);
    body.push(1); // sr25519
    body.extend(signature);
    body.extend(explicit);
    body.extend(call);
    body.encode()
}

/// A transaction as a client would send it.
pub fn sign(chain: &Devnet, from: Sr25519Keyring, call: &RuntimeCall, extra: Extra) -> Vec<u8> {
    sign_bytes(chain, from, &call.encode(), extra)
}

/// A transaction with a call in bytes.
pub fn sign_bytes(chain: &Devnet, from: Sr25519Keyring, call: &[u8], extra: Extra) -> Vec<u8> {
    let (explicit, payload) = signed_bytes(chain, call, extra);
    let signature = sr25519::Pair::from_string(&format!("//{}", <&str>::from(from)), None)
        .unwrap()
        .sign(&payload);
    assemble(&account(from), signature.0, &explicit, call)
}

/// The same with a signature that nobody made.
pub fn unsigned(chain: &Devnet, from: &AccountId32, call: &RuntimeCall, nonce: u32) -> Vec<u8> {
    let call = call.encode();
    let (explicit, _) = signed_bytes(chain, &call, Extra { nonce, tip: 0 });
    assemble(from, [1; 64], &explicit, &call)
}

/// What an account holds and may spend, in rao.
pub fn free(chain: &Devnet, of: &AccountId32) -> u64 {
    chain
        .read(tributary_devnet::At::Best, || {
            pallet_balances::Pallet::<Runtime>::free_balance(of)
        })
        .unwrap()
}

/// Whether the extrinsic at this position of the best block succeeded.
pub fn succeeded(chain: &Devnet, index: u32) -> bool {
    chain.events(tributary_devnet::At::Best).unwrap().iter().any(|record| {
        record.phase == frame_system::Phase::ApplyExtrinsic(index)
            && matches!(
                record.event,
                RuntimeEvent::System(frame_system::Event::ExtrinsicSuccess { .. })
            )
    })
}

/// A call that says nothing, as a place for another one.
const HERE: &[u8] = b"~ another call here ~";

fn here() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: HERE.to_vec() })
}

/// A call that holds another one, and its name.
type Wrapper = (&'static str, RuntimeCall);

fn in_utility(call: impl Fn() -> Box<RuntimeCall>) -> Vec<Wrapper> {
    use pallet_utility::Call as Utility;
    let bob = account(Sr25519Keyring::Bob);
    let origin = || Box::new(frame_system::RawOrigin::Signed(account(Sr25519Keyring::Alice)).into());
    vec![
        ("batch", Utility::batch { calls: vec![here()] }.into()),
        ("batch_all", Utility::batch_all { calls: vec![here()] }.into()),
        ("force_batch", Utility::force_batch { calls: vec![here()] }.into()),
        (
            "as_derivative",
            Utility::as_derivative { index: 1, call: call() }.into(),
        ),
        (
            "dispatch_as",
            Utility::dispatch_as {
                as_origin: origin(),
                call: call(),
            }
            .into(),
        ),
        (
            "dispatch_as_fallible",
            Utility::dispatch_as_fallible {
                as_origin: origin(),
                call: call(),
            }
            .into(),
        ),
        (
            "with_weight",
            Utility::with_weight {
                call: call(),
                weight: WEIGHT,
            }
            .into(),
        ),
        (
            "if_else",
            Utility::if_else {
                main: call(),
                fallback: Box::new(transfer(&bob, 1)),
            }
            .into(),
        ),
        (
            "if_else fallback",
            Utility::if_else {
                main: Box::new(transfer(&bob, 1)),
                fallback: call(),
            }
            .into(),
        ),
    ]
}

/// Calls in the name of others: multisigs, proxies, sudo.
fn in_others_names(call: impl Fn() -> Box<RuntimeCall>) -> Vec<Wrapper> {
    use pallet_multisig::Call as Multisig;
    use pallet_proxy::Call as Proxy;
    use pallet_sudo::Call as Sudo;
    let (alice, bob) = (account(Sr25519Keyring::Alice), account(Sr25519Keyring::Bob));
    vec![
        (
            "as_multi_threshold_1",
            Multisig::as_multi_threshold_1 {
                other_signatories: vec![bob.clone()],
                call: call(),
            }
            .into(),
        ),
        (
            "as_multi",
            Multisig::as_multi {
                threshold: 2,
                other_signatories: vec![bob.clone()],
                maybe_timepoint: None,
                call: call(),
                max_weight: WEIGHT,
            }
            .into(),
        ),
        (
            "proxy",
            Proxy::proxy {
                real: alice.clone().into(),
                force_proxy_type: None,
                call: call(),
            }
            .into(),
        ),
        (
            "proxy_announced",
            Proxy::proxy_announced {
                delegate: bob.clone().into(),
                real: alice.clone().into(),
                force_proxy_type: None,
                call: call(),
            }
            .into(),
        ),
        ("sudo", Sudo::sudo { call: call() }.into()),
        (
            "sudo_unchecked_weight",
            Sudo::sudo_unchecked_weight {
                call: call(),
                weight: WEIGHT,
            }
            .into(),
        ),
        (
            "sudo_as",
            Sudo::sudo_as {
                who: alice.clone().into(),
                call: call(),
            }
            .into(),
        ),
    ]
}

fn in_the_scheduler(call: impl Fn() -> Box<RuntimeCall>) -> Vec<Wrapper> {
    use pallet_scheduler::Call as Scheduler;
    vec![
        (
            "schedule",
            Scheduler::schedule {
                when: 9,
                maybe_periodic: None,
                priority: 0,
                call: call(),
            }
            .into(),
        ),
        (
            "schedule_after",
            Scheduler::schedule_after {
                after: 9,
                maybe_periodic: None,
                priority: 0,
                call: call(),
            }
            .into(),
        ),
    ]
}

const WEIGHT: frame_support::weights::Weight = frame_support::weights::Weight::from_parts(1_000, 0);

/// The bytes before and after the call inside each call that holds one: every way to nest calls.
pub fn wrappers() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let call = || Box::new(here());
    let all = in_utility(call)
        .into_iter()
        .chain(in_others_names(call))
        .chain(in_the_scheduler(call));
    let marker = here().encode();
    all.map(|(name, call)| {
        let bytes = call.encode();
        let at = bytes.windows(marker.len()).position(|window| window == marker).unwrap();
        (name, bytes[..at].to_vec(), bytes[at + marker.len()..].to_vec())
    })
    .collect()
}

/// The bytes of a call inside these others, the outermost first.
pub fn nested<'a>(around: impl DoubleEndedIterator<Item = &'a (&'static str, Vec<u8>, Vec<u8>)> + Clone) -> Vec<u8> {
    let mut bytes: Vec<u8> = around
        .clone()
        .flat_map(|(_, before, _)| before.iter().copied())
        .collect();
    bytes.extend(RuntimeCall::System(frame_system::Call::remark { remark: vec![7] }).encode());
    bytes.extend(around.rev().flat_map(|(_, _, after)| after.iter().copied()));
    bytes
}

/// Random numbers from a seed (splitmix64).
pub struct Random(pub u64);

impl Random {
    /// A seed from the clock, printed so that a failure can be repeated with `SEED=`.
    pub fn from_environment() -> Self {
        let seed = match std::env::var("SEED") {
            Ok(seed) => seed.parse().expect("SEED is a number"),
            Err(_) => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |now| now.as_nanos() as u64),
        };
        println!("SEED={seed}");
        Self(seed)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound
    }
}
