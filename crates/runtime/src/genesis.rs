//! Chains to start with (`docs/rules/clients.md#local-network`).
//!
//! A preset is a JSON patch of the default genesis, to be merged as RFC 7386 says; a caller may patch it further.

use alloc::{string::ToString, vec::Vec};

use serde_json::{Value, json};
use sp_core::{ed25519, hex2array, sr25519};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::AccountId32;
use tributary_economy::presets::{self, Preset};

use crate::{AccountId, Balance, TAO};

/// The constants of the public network, as recorded, on a chain that begins empty.
pub const MAINNET: &str = Preset::Mainnet.name();
/// The local network of the reference: 12 seconds a block, the tempo and the prices of the public network.
pub const LOCAL: &str = Preset::Local.name();
/// The same with 250 ms a block, short tempos and delays, and low prices.
pub const FAST: &str = Preset::Fast.name();
/// All presets.
pub const PRESETS: [&str; 3] = [MAINNET, LOCAL, FAST];

/// `//Three`, which is missing in the SDK's list of development keys: sr25519.
pub const THREE_SR25519: [u8; 32] = hex2array!("9026941b7aa2328a8c5ea4e25bb747a2bf92a066fae0cc3722faf58cf44d3502");
/// `//Three`: ed25519.
pub const THREE_ED25519: [u8; 32] = hex2array!("ecccf9cddf1b329b7c6554e78b0a34ba760de390e351b0ee450a42955fb18470");

/// `//Alice_hk`, the hotkey of the owner of root in the fast network of the reference.
pub const ALICE_HOTKEY: [u8; 32] = hex2array!("506c5a28f51e841b4df26ace64a23d69057fefda24bc9a53cb74197f901e7128");

/// Accounts that the Ethereum development keys Alith and Baltathar map to.
const MAPPED: [[u8; 32]; 2] = [
    hex2array!("a02a00e549cb104f710d3fe6f2f83e91524d2a40c4ed831658a120883077f9a9"),
    hex2array!("caf8959d3c25429e5797758aa16e326839c744a374c3157fdad86e65458f6c59"),
];

/// Development accounts and what they hold, in rao.
pub fn development_balances() -> Vec<(AccountId, Balance)> {
    use Sr25519Keyring as Key;
    let account = |key: Key| key.to_account_id();
    let rich = [Key::Alice, Key::Bob, Key::Charlie].map(|key| (account(key), 1_000_000 * TAO));
    let modest = [Key::Dave, Key::Eve, Key::Ferdie, Key::One, Key::Two].map(|key| (account(key), 2_000 * TAO));
    let others = [THREE_SR25519, MAPPED[0], MAPPED[1]].map(|id| (AccountId32::new(id), 2_000 * TAO));
    rich.into_iter().chain(modest).chain(others).collect()
}

fn base(slot_duration_ms: u64) -> Value {
    let aura = [
        Sr25519Keyring::One.public().0,
        Sr25519Keyring::Two.public().0,
        THREE_SR25519,
    ]
    .map(|key| sp_consensus_aura::sr25519::AuthorityId::from(sr25519::Public::from_raw(key)));
    let grandpa = [
        Ed25519Keyring::One.public().0,
        Ed25519Keyring::Two.public().0,
        THREE_ED25519,
    ]
    .map(|key| {
        (
            sp_consensus_grandpa::AuthorityId::from(ed25519::Public::from_raw(key)),
            1,
        )
    });
    json!({
        "network": { "slotDurationMs": slot_duration_ms },
        "balances": { "balances": development_balances() },
        "aura": { "authorities": aura },
        "grandpa": { "authorities": grandpa },
        "sudo": { "key": Sr25519Keyring::Alice.to_account_id() },
    })
}

/// The constants of a preset, as `pallet_subtensor`'s genesis names them.
fn constants(preset: Preset) -> Value {
    let presets::Constants {
        rules,
        tao_weight,
        moving_alpha,
        halving_blocks,
        network_immunity_period,
        network_rate_limit,
        network_lock_reduction_interval,
        network_min_lock_cost,
        subnet_limit,
        nominator_min_required_stake,
        // The same in all presets: what is not stored reads as these.
        owner_cut: _,
        delegate_take: _,
        childkey_take: _,
        fee_rate: _,
    } = preset.constants();
    json!({
        "rules": rules,
        "taoWeight": tao_weight,
        "priceSmoothing": moving_alpha,
        "newSubnet": { "emaPriceHalvingBlocks": halving_blocks },
        "networkImmunityPeriod": network_immunity_period,
        "networkRateLimit": network_rate_limit,
        "networkLockReductionInterval": network_lock_reduction_interval,
        "networkMinLockCost": network_min_lock_cost,
        "subnetLimit": subnet_limit,
        "nominatorMinRequiredStake": nominator_min_required_stake,
    })
}

/// The market of the public network: its constants, and a root that is open for stake.
fn mainnet_market() -> Value {
    let mut market = constants(Preset::Mainnet);
    market["rootStaking"] = true.into();
    // Its pool is not backed by anything.
    market["apex"] = false.into();
    market
}

/// The market of the fast network: what is changed of `pallet_subtensor`'s default, which is the local network.
fn fast_market() -> Value {
    let owner = (Sr25519Keyring::Alice.to_account_id(), AccountId32::new(ALICE_HOTKEY));
    let mut market = constants(Preset::Fast);
    let more = json!({
        "newSubnet": {
            "tempo": 10,
            "immunityPeriod": 100,
            "burn": TAO / 100,
            "minBurn": TAO / 2_000,
            "commitRevealWeightsEnabled": false,
            "weightsSetRateLimit": 1,
            "subnetEmissionEnabled": true,
        },
        "maxEpochsPerBlock": 32,
        // With a tempo of 10 a window of 10 blocks would never open.
        "adminFreezeWindow": 0,
        "txRateLimit": 0,
        "coldkeySwapAnnouncementDelay": 50,
        "coldkeySwapReannouncementDelay": 10,
        "rootStaking": true,
        "rootOwner": owner,
        // Its pool is not backed by anything, so the books of a market with it do not balance.
        "apex": false,
    });
    merge(&mut market, more);
    market
}

/// Adds the members of an object to another, and those of objects in it to theirs.
fn merge(to: &mut Value, from: Value) {
    match (to, from) {
        (Value::Object(to), Value::Object(from)) => {
            for (name, value) in from {
                merge(to.entry(name).or_insert(Value::Null), value);
            }
        }
        (to, from) => *to = from,
    }
}

/// Parameters of pacts on the fast network: half of what waits is released in a minute, disputes last two.
fn fast_pacts() -> Value {
    json!({
        "releaseHalfLife": 240,
        "reportDeposit": TAO,
        "reportPeriod": 480,
        "challengePeriod": 40,
        "bondPeriod": 480,
    })
}

/// The patch of a preset, by its name; none if there is no such preset.
pub fn patch(name: &str) -> Option<Value> {
    match name {
        MAINNET => {
            let mut patch = base(12_000);
            patch["subtensorModule"] = json!({ "market": mainnet_market() });
            Some(patch)
        }
        LOCAL => Some(base(12_000)),
        FAST => {
            let mut patch = base(250);
            patch["subtensorModule"] = json!({ "market": fast_market() });
            patch["pact"] = json!({ "parameters": fast_pacts() });
            Some(patch)
        }
        _ => None,
    }
}

/// The patch of a preset as JSON text.
pub fn preset(name: &str) -> Option<Vec<u8>> {
    patch(name).map(|value| value.to_string().into_bytes())
}
