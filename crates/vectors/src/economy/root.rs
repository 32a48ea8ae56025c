//! Root dividends and their claims, on the chain.

use std::collections::BTreeSet;

use pallet_subtensor::Call;
use serde_json::{Value, json};
use tributary_economy::{
    Alpha, Ledger, NetUid, RootClaimType, Tao, UNIT,
    fixed::I96F32,
    market::{block, root, staking},
    safe_float::SafeFloat,
};
use tributary_runtime::AccountId;

use super::read::{int_or, unknown, wide};
use crate::{
    Inputs, Problem,
    chain::{self, Chain, account, fund, go_to, refused, sign},
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
struct World {
    chain: Chain,
    hotkey: AccountId,
}

impl World {
    /// On a new chain.
    fn run<R>(
        inputs: Inputs<'_>,
        stakers: &[(u64, u64)],
        f: impl FnOnce(&mut Self) -> Result<R, Problem>,
    ) -> Result<R, Problem> {
        chain::run(|_| f(&mut Self::new(inputs, stakers)?))
    }

    fn new(inputs: Inputs<'_>, stakers: &[(u64, u64)]) -> Result<Self, Problem> {
        let (mut ledger, hotkey) = (Chain::default(), account(HOTKEY));
        ledger.set_networks_added(SUBNET, true);
        ledger.set_subnet_mechanism(SUBNET, 1);
        ledger.set_subtoken_enabled(SUBNET, true);
        ledger.set_tempo(SUBNET, TEMPO);
        ledger.set_subnetwork_n(SUBNET, 1);
        ledger.set_key(SUBNET, 0, Some(hotkey.clone()));
        ledger.set_uids(SUBNET, &hotkey, Some(0));
        ledger.set_owner(&hotkey, Some(account(OWNER)));
        ledger.set_delegate_take(&hotkey, Some(int_or(inputs, "Delegates", 0)?));
        ledger.set_swap_initialized(SUBNET, true);
        ledger.set_subnet_tao(SUBNET, Tao(int_or(inputs, "SubnetTAO", 0)?));
        ledger.set_subnet_alpha_in(SUBNET, Alpha(int_or(inputs, "SubnetAlphaIn", 0)?));
        // Nobody but the chosen coldkeys claims.
        ledger.set_num_root_claim(0);
        let mut world = Self { chain: ledger, hotkey };
        world.hold(
            SUBNET,
            &[(OWNER, int_or(inputs, "validator_initial_alpha", 10_000_000)?)],
        );
        world.hold(NetUid::ROOT, stakers);
        let staked = world.chain.total_hotkey_alpha(&world.hotkey, NetUid::ROOT);
        world.chain.set_subnet_tao(NetUid::ROOT, Tao(staked.0));
        for netuid in [NetUid::ROOT, SUBNET] {
            let tao = world.chain.subnet_tao(netuid);
            let account = world.chain.subnet_account(netuid);
            if !tao.is_zero() {
                fund(&mut world.chain, &account, tao)?;
            }
        }
        for (coldkey, _) in stakers {
            fund(&mut world.chain, &account(*coldkey), Tao(UNIT))?;
        }
        Ok(world)
    }

    /// Writes stakes to the validator, as many shares as alpha.
    fn hold(&mut self, netuid: NetUid, stakes: &[(u64, u64)]) {
        let (chain, hotkey) = (&mut self.chain, &self.hotkey);
        let total = stakes.iter().fold(0u64, |sum, (_, stake)| sum.saturating_add(*stake));
        for (coldkey, stake) in stakes {
            let coldkey = account(*coldkey);
            chain.set_stake_share(hotkey, &coldkey, netuid, SafeFloat::from_u64(*stake));
            chain.set_staking_hotkeys(&coldkey, [hotkey.clone()].into());
        }
        chain.set_total_hotkey_alpha(hotkey, netuid, Alpha(total));
        chain.set_total_hotkey_shares(hotkey, netuid, SafeFloat::from_u64(total));
        chain.set_subnet_alpha_out(netuid, Alpha(total));
    }

    /// An epoch that pays nothing but `alpha` to root.
    fn epoch(&mut self, alpha: u64) -> Result<(), Problem> {
        let chain = &mut self.chain;
        let issued = chain.subnet_alpha_out(SUBNET).plus(Alpha(alpha)).map_err(refused)?;
        chain.set_subnet_alpha_out(SUBNET, issued);
        chain.set_pending_root_alpha_divs(SUBNET, Alpha(alpha));
        go_to(chain.block().saturating_add(TEMPO.into()))?;
        block::on_initialize(chain).map_err(refused)
    }

    fn claim(&self, coldkey: u64) -> Result<(), Problem> {
        let subnets = BTreeSet::from([SUBNET]);
        sign(&account(coldkey), Call::claim_root { subnets }).map_err(Problem::Input)
    }

    fn choose(&self, coldkey: u64, new_root_claim_type: RootClaimType) -> Result<(), Problem> {
        sign(&account(coldkey), Call::set_root_claim_type { new_root_claim_type }).map_err(Problem::Input)
    }

    fn owed(&self, coldkey: u64) -> Alpha {
        root::owed(&self.chain, &self.hotkey, &account(coldkey), SUBNET)
    }

    fn stake(&self, coldkey: u64, netuid: NetUid) -> Alpha {
        staking::stake_of(&self.chain, &self.hotkey, &account(coldkey), netuid)
    }

    fn claimed(&self, coldkey: u64) -> u128 {
        self.chain.root_claimed(SUBNET, &self.hotkey, &account(coldkey))
    }

    fn rate(&self) -> Value {
        let rate = self.chain.root_claimable(&self.hotkey).get(&SUBNET).copied();
        wide(rate.unwrap_or(I96F32::from_bits(0)).to_bits())
    }
}

pub fn claims(inputs: Inputs<'_>) -> Result<Value, Problem> {
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
        return World::run(inputs, &[(ALICE, alice), (BOB, bob), (OTHERS, others)], |world| {
            world.epoch(inputs.int("pending_root_alpha")?)?;
            Ok(json!({ "alice": world.owed(ALICE), "bob": world.owed(BOB) }))
        });
    }
    if inputs.has("validator_initial_alpha") {
        kept(inputs)
    } else {
        unknown()
    }
}

fn threshold(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let threshold = I96F32::saturating_from_num(inputs.int::<u64>("RootClaimableThreshold")?);
    let claims = |owed| {
        World::run(inputs, &[(ALICE, owed)], |world| {
            world.choose(ALICE, RootClaimType::Keep)?;
            let one = [(SUBNET, I96F32::from_num(1))].into();
            world.chain.set_root_claimable_threshold(SUBNET, threshold);
            world.chain.set_root_claimable(&world.hotkey, one);
            world.claim(ALICE)?;
            Ok(world.claimed(ALICE) > 0)
        })
    };
    let all = inputs.ints("owed")?.into_iter().map(claims);
    Ok(json!({ "claims": all.collect::<Result<Vec<_>, _>>()? }))
}

fn kept(inputs: Inputs<'_>) -> Result<Value, Problem> {
    World::run(inputs, &[(ALICE, inputs.int("root_stake")?)], |world| {
        world.choose(ALICE, RootClaimType::Keep)?;
        let pending: u64 = inputs.int("pending_root_alpha_each_round")?;
        let before = world.stake(OWNER, SUBNET);
        world.epoch(pending)?;
        let after = world.stake(OWNER, SUBNET);
        let first_rate = world.rate();
        let stakers = world.chain.root_alpha_dividends_per_subnet(SUBNET, &world.hotkey);
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
    })
}

fn across_changes(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let stakers = [(ALICE, inputs.int("alice_root")?), (BOB, inputs.int("bob_root")?)];
    World::run(inputs, &stakers, |world| {
        for coldkey in [ALICE, BOB] {
            world.choose(coldkey, RootClaimType::Keep)?;
        }
        let pending = inputs.int("pending_root_alpha_each_round")?;
        let (hotkey, netuid) = (world.hotkey.clone(), NetUid::ROOT);
        let changes = [
            Some(Call::remove_stake {
                hotkey: hotkey.clone(),
                netuid,
                amount_unstaked: Alpha(inputs.int("bob_removes_after_round_1")?),
            }),
            Some(Call::add_stake {
                hotkey,
                netuid,
                amount_staked: Tao(inputs.int("bob_adds_after_round_2")?),
            }),
            None,
        ];
        let mut rounds = Vec::new();
        for change in changes {
            world.epoch(pending)?;
            rounds.push(json!({ "alice": world.owed(ALICE), "bob": world.owed(BOB) }));
            world.claim(ALICE)?;
            world.claim(BOB)?;
            if let Some(change) = change {
                sign(&account(BOB), change).map_err(Problem::Input)?;
            }
        }
        Ok(json!({
            "round_1": rounds[0],
            "round_2": rounds[1],
            "round_3": rounds[2],
            "RootClaimed": { "alice": wide(world.claimed(ALICE)), "bob": wide(world.claimed(BOB)) },
        }))
    })
}

fn swapped(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let stakers = [
        (ALICE, inputs.int("root_stake")?),
        (OTHERS, inputs.int("other_root_stake")?),
    ];
    World::run(inputs, &stakers, |world| {
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
    })
}
