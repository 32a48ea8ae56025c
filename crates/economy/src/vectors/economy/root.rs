use alloc::{collections::BTreeSet, vec::Vec};
use serde_json::{Value, json};

use super::{Inputs, Problem, int_or, refused, unknown, wide};
use crate::{
    Alpha, Ledger, NetUid, RootClaimType, Tao,
    fixed::I96F32,
    market::{block, root, staking},
    memory::MemoryLedger,
    safe_float::SafeFloat,
};

const SUBNET: NetUid = NetUid(1);
/// The only validator of the subnet and its coldkey.
const HOTKEY: u64 = 10;
const OWNER: u64 = 11;
/// Stakers of root.
const ALICE: u64 = 20;
const BOB: u64 = 21;
const OTHERS: u64 = 22;
/// Blocks between epochs.
const TEMPO: u16 = 10;

/// One subnet with one validator, to whom people have staked on root.
struct World(MemoryLedger<u64>);

impl World {
    fn new(inputs: Inputs<'_>, stakers: &[(u64, u64)]) -> Result<Self, Problem> {
        let mut ledger = MemoryLedger::genesis();
        ledger.set_networks_added(SUBNET, true);
        ledger.set_subnet_mechanism(SUBNET, 1);
        ledger.set_subtoken_enabled(SUBNET, true);
        ledger.set_tempo(SUBNET, TEMPO);
        ledger.set_subnetwork_n(SUBNET, 1);
        ledger.set_key(SUBNET, 0, Some(HOTKEY));
        ledger.set_uids(SUBNET, &HOTKEY, Some(0));
        ledger.set_owner(&HOTKEY, Some(OWNER));
        ledger.set_delegate_take(&HOTKEY, Some(int_or(inputs, "Delegates", 0)?));
        ledger.set_swap_initialized(SUBNET, true);
        ledger.set_subnet_tao(SUBNET, Tao(int_or(inputs, "SubnetTAO", 0)?));
        ledger.set_subnet_alpha_in(SUBNET, Alpha(int_or(inputs, "SubnetAlphaIn", 0)?));
        // Nobody but the chosen coldkeys claims.
        ledger.set_num_root_claim(0);
        let mut world = Self(ledger);
        world.hold(
            SUBNET,
            &[(OWNER, int_or(inputs, "validator_initial_alpha", 10_000_000)?)],
        );
        world.hold(NetUid::ROOT, stakers);
        let staked = world.0.total_hotkey_alpha(&HOTKEY, NetUid::ROOT);
        world.0.set_subnet_tao(NetUid::ROOT, Tao(staked.0));
        for netuid in [NetUid::ROOT, SUBNET] {
            let tao = world.0.subnet_tao(netuid);
            let account = world.0.subnet_account(netuid);
            if !tao.is_zero() {
                world.0.fund(&account, tao).map_err(refused)?;
            }
        }
        for (coldkey, _) in stakers {
            world.0.fund(coldkey, Tao(crate::UNIT)).map_err(refused)?;
        }
        Ok(world)
    }

    /// Writes stakes to the validator, as many shares as alpha.
    fn hold(&mut self, netuid: NetUid, stakes: &[(u64, u64)]) {
        let total = stakes.iter().fold(0u64, |sum, (_, stake)| sum.saturating_add(*stake));
        for (coldkey, stake) in stakes {
            self.0
                .set_stake_share(&HOTKEY, coldkey, netuid, SafeFloat::from_u64(*stake));
            self.0.set_staking_hotkeys(coldkey, [HOTKEY].into());
        }
        self.0.set_total_hotkey_alpha(&HOTKEY, netuid, Alpha(total));
        self.0
            .set_total_hotkey_shares(&HOTKEY, netuid, SafeFloat::from_u64(total));
        self.0.set_subnet_alpha_out(netuid, Alpha(total));
    }

    /// An epoch that pays nothing but `alpha` to root.
    fn epoch(&mut self, alpha: u64) -> Result<(), Problem> {
        let issued = self.0.subnet_alpha_out(SUBNET).plus(Alpha(alpha)).map_err(refused)?;
        self.0.set_subnet_alpha_out(SUBNET, issued);
        self.0.set_pending_root_alpha_divs(SUBNET, Alpha(alpha));
        let block = self.0.block().saturating_add(TEMPO.into());
        self.0.set_block(block, [0; 32]);
        block::on_initialize(&mut self.0).map_err(refused)
    }

    fn claim(&mut self, coldkey: u64) -> Result<(), Problem> {
        root::claim_root(&mut self.0, &coldkey, &BTreeSet::from([SUBNET])).map_err(refused)
    }

    fn owed(&self, coldkey: u64) -> Alpha {
        root::owed(&self.0, &HOTKEY, &coldkey, SUBNET)
    }

    fn stake(&self, coldkey: u64, netuid: NetUid) -> Alpha {
        staking::stake_of(&self.0, &HOTKEY, &coldkey, netuid)
    }

    fn claimed(&self, coldkey: u64) -> u128 {
        self.0.root_claimed(SUBNET, &HOTKEY, &coldkey)
    }

    fn rate(&self) -> Value {
        let rate = self.0.root_claimable(&HOTKEY).get(&SUBNET).copied();
        wide(rate.unwrap_or(I96F32::from_bits(0)).to_bits())
    }
}

pub(super) fn claims(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("block_hash") {
        let text = inputs.text("block_hash")?;
        let byte = |i: usize| {
            text.get(2 * i..2 * i + 2)
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
        };
        let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
        let hash: [u8; 32] = bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Problem::Input("block_hash is not 32 bytes in hex".into()))?;
        return Ok(json!({ "indices_sorted": root::chosen_indices(&hash, inputs.int("k")?, inputs.int("n")?) }));
    }
    if inputs.has("owed") {
        return threshold(inputs);
    }
    if inputs.has("SubnetTAO") {
        return swapped(inputs);
    }
    if inputs.has("alice_root") {
        return across_changes(inputs);
    }
    if inputs.has("alice") {
        let (alice, bob): (u64, u64) = (inputs.int("alice")?, inputs.int("bob")?);
        let others = inputs
            .int::<u64>("total_root_stake")?
            .saturating_sub(alice)
            .saturating_sub(bob);
        let mut world = World::new(inputs, &[(ALICE, alice), (BOB, bob), (OTHERS, others)])?;
        world.epoch(inputs.int("pending_root_alpha")?)?;
        return Ok(json!({ "alice": world.owed(ALICE), "bob": world.owed(BOB) }));
    }
    if inputs.has("validator_initial_alpha") {
        kept(inputs)
    } else {
        unknown()
    }
}

fn threshold(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut claims = Vec::new();
    for owed in inputs.ints("owed")? {
        let mut world = World::new(inputs, &[(ALICE, owed)])?;
        let threshold = I96F32::saturating_from_num(inputs.int::<u64>("RootClaimableThreshold")?);
        world.0.set_root_claimable_threshold(SUBNET, threshold);
        world.0.set_root_claim_type(&ALICE, RootClaimType::Keep);
        world
            .0
            .set_root_claimable(&HOTKEY, [(SUBNET, I96F32::from_num(1))].into());
        world.claim(ALICE)?;
        claims.push(world.claimed(ALICE) > 0);
    }
    Ok(json!({ "claims": claims }))
}

fn kept(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut world = World::new(inputs, &[(ALICE, inputs.int("root_stake")?)])?;
    world.0.set_root_claim_type(&ALICE, RootClaimType::Keep);
    let pending: u64 = inputs.int("pending_root_alpha_each_round")?;
    let before = world.stake(OWNER, SUBNET);
    world.epoch(pending)?;
    let after = world.stake(OWNER, SUBNET);
    let first_rate = world.rate();
    let stakers = world.0.root_alpha_dividends_per_subnet(SUBNET, &HOTKEY);
    world.claim(ALICE)?;
    let first_claim = world.stake(ALICE, SUBNET);
    world.epoch(pending)?;
    world.claim(ALICE)?;
    Ok(json!({
        "validator_take": after.minus_or_zero(before),
        "to_stakers": stakers,
        "validator_alpha_after_round_1": after,
        "rate_bits_I96F32_round_1": first_rate,
        "claimed_round_1": first_claim,
        "rate_bits_I96F32_round_2": world.rate(),
        "RootClaimed_after_round_2": wide(world.claimed(ALICE)),
    }))
}

fn across_changes(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut world = World::new(
        inputs,
        &[(ALICE, inputs.int("alice_root")?), (BOB, inputs.int("bob_root")?)],
    )?;
    for coldkey in [ALICE, BOB] {
        world.0.set_root_claim_type(&coldkey, RootClaimType::Keep);
    }
    let pending = inputs.int("pending_root_alpha_each_round")?;
    let mut rounds = Vec::new();
    for round in 0..3 {
        world.epoch(pending)?;
        rounds.push(json!({ "alice": world.owed(ALICE), "bob": world.owed(BOB) }));
        world.claim(ALICE)?;
        world.claim(BOB)?;
        match round {
            0 => {
                let amount = Alpha(inputs.int("bob_removes_after_round_1")?);
                staking::remove_stake(&mut world.0, &BOB, &HOTKEY, NetUid::ROOT, amount).map(drop)
            }
            1 => {
                let amount = Tao(inputs.int("bob_adds_after_round_2")?);
                staking::add_stake(&mut world.0, &BOB, &HOTKEY, NetUid::ROOT, amount).map(drop)
            }
            _ => Ok(()),
        }
        .map_err(refused)?;
    }
    Ok(json!({
        "round_1": rounds[0],
        "round_2": rounds[1],
        "round_3": rounds[2],
        "RootClaimed": { "alice": wide(world.claimed(ALICE)), "bob": wide(world.claimed(BOB)) },
    }))
}

fn swapped(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (alice, others) = (inputs.int("root_stake")?, inputs.int("other_root_stake")?);
    let mut world = World::new(inputs, &[(ALICE, alice), (OTHERS, others)])?;
    let pending = inputs.int("pending_root_alpha_each_round")?;
    let mut rounds = Vec::new();
    for _ in 0..3 {
        world.epoch(pending)?;
        let (owed, rate, before) = (world.owed(ALICE), world.rate(), world.stake(ALICE, NetUid::ROOT));
        world.claim(ALICE)?;
        let after = world.stake(ALICE, NetUid::ROOT);
        rounds.push(json!({
            "owed_alpha": owed,
            "tao_received": after.minus_or_zero(before),
            "root_stake_after": after,
            "RootClaimed_after": wide(world.claimed(ALICE)),
            "rate_bits_I96F32": rate,
        }));
    }
    Ok(json!({ "rounds": rounds }))
}
