//! `tributary futures start`: a running chain as the start of futures.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use pallet_subtensor::{Chain, SubnetIdentitiesV3};
use tributary_devnet::{At, Config, Devnet, Genesis};
use tributary_economy::{
    Alpha, Ledger, NetUid, Tao,
    market::{
        audit::{self, SubnetSums},
        staking::stake_of,
    },
    pact::Books,
    pool::{EQUAL_WEIGHT, WEIGHT_ONE},
};
use tributary_futures::start::{Settings, Subnet, Taken, VERSION};
use tributary_runtime::{AccountId, Runtime};

use crate::{
    amount::Amount,
    output::{self, say},
};

/// Weights of a pool that are nearer than this to one half count as equal: the price is wrong by 0.4 % at most.
const NEARLY: u64 = WEIGHT_ONE / 1_000;

/// Turn the dump of a chain into a starting point for scenarios: `[run] start = "start.json"`
#[derive(Debug, Args)]
pub struct Start {
    /// The state of a chain, as written by `tributary chain --dump` or `dev_dump`
    #[arg(value_name = "DUMP")]
    pub dump: PathBuf,
    /// The file to write; its name must end in .json
    #[arg(long, value_name = "FILE", default_value = "start.json", value_parser = json_file)]
    pub out: PathBuf,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}

fn json_file(name: &str) -> Result<PathBuf, String> {
    if name.ends_with(".json") {
        Ok(name.into())
    } else {
        Err("a scenario knows a start by a name that ends in .json".into())
    }
}

/// Writes the start.
///
/// # Errors
/// If the dump cannot be read, its sums do not close, or it has no subnet with a pool.
pub fn run(args: &Start) -> Result<()> {
    let taken = take(&args.dump)?;
    taken.write(&args.dump, &args.out)?;
    if args.json {
        output::json(&taken)?;
    }
    say!(
        "{}: block {}, {} subnets in {} slots, {} TAO issued, {} on root",
        args.out.display(),
        taken.block,
        taken.subnets.len(),
        taken.slots,
        Amount(taken.issuance_rao),
        Amount(taken.root_rao)
    );
    for assumed in &taken.assumed {
        say!("assumed: {assumed}");
    }
    Ok(())
}

/// Reads a start off the dump of a chain.
fn take(dump: &Path) -> Result<Taken> {
    let chain = Devnet::new(Config {
        genesis: Genesis::Dump(dump.to_owned()),
        ..Config::default()
    })
    .with_context(|| format!("cannot start from {}", dump.display()))?;
    let head = chain.head();
    let (genesis, hash) = (format!("{:?}", chain.genesis_hash()), format!("{:?}", head.hash));
    chain.read(At::Best, || read(genesis, hash))?
}

/// Reads a start off the state that the runtime sees.
fn read(genesis: String, block_hash: String) -> Result<Taken> {
    let ledger = Chain::<Runtime>::default();
    let broken = |error: &dyn core::fmt::Debug| anyhow!("the chain's totals do not add up: {error:?}");
    let sums = audit::audit(&ledger).map_err(|error| broken(&error))?;
    let mut assumed = vec![
        "the price of TAO, what people believe and what products earn are the scenario's".to_owned(),
        "no lock: this chain has none, all alpha of owners can be sold".to_owned(),
        "flows under the rules of November 2025 start at zero".to_owned(),
    ];
    if ledger.rule_set().gated() {
        assumed.push(
            "the bar of the gate is computed anew at the start, with the public network's rank, quantile and exponent"
                .to_owned(),
        );
    }
    // TAO that nobody can spend: what left the accounts untold, what is burned or waits in pacts, and what subnets'
    // accounts have beyond their pools.
    let mut idle = sums.issued.minus_or_zero(sums.held);
    let root = ledger.balance(&ledger.subnet_account(NetUid::ROOT));
    let stray = sums.subnets.iter().map(|subnet| subnet.stray);
    let others = [
        ledger.balance(&ledger.burn_account()),
        ledger.balance(&ledger.pact_account()),
        root.minus_or_zero(sums.root_stake),
    ];
    for amount in stray.chain(others) {
        idle = idle.plus(amount).map_err(|error| broken(&error))?;
    }
    let mut subnets = Vec::new();
    let mut settings = BTreeSet::new();
    for sums in &sums.subnets {
        settings.insert((
            ledger.ema_price_halving_blocks(sums.netuid),
            ledger.fee_rate(sums.netuid),
        ));
        if ledger.subnet_mechanism(sums.netuid) != 1 {
            assumed.push(format!("subnet {} has an alpha with a price of its own", sums.netuid.0));
        }
        if ledger.quote_weight(sums.netuid).abs_diff(EQUAL_WEIGHT) > NEARLY {
            assumed.push(format!(
                "the pool of subnet {} has equal weights: float arithmetic takes its TAO over its alpha for its price, \
                 `arithmetic = \"exact\"` keeps the chain's weights",
                sums.netuid.0
            ));
        }
        if ledger.pact(sums.netuid).is_some() {
            assumed.push(format!("subnet {} has no pact", sums.netuid.0));
        }
        subnets.push(subnet(&ledger, sums).map_err(|error| broken(&error))?);
    }
    subnets.sort_unstable_by_key(|subnet| subnet.netuid);
    let (halving_blocks, fee_rate) = settings.first().copied().unwrap_or_default();
    if settings.len() > 1 {
        assumed.push(format!(
            "every moving price halves its weight in {halving_blocks} blocks, every fee is {fee_rate} over 65535: the \
             subnets differ"
        ));
    }
    Ok(Taken {
        version: VERSION,
        genesis,
        block: ledger.block(),
        block_hash,
        slots: ledger.subnet_limit(),
        rules: ledger.rule_set(),
        issuance_rao: sums.issued.0,
        root_rao: sums.root_stake.0,
        idle_rao: idle.0,
        lock_cost_rao: ledger.network_last_lock_cost().0,
        lock_block: ledger.network_last_registered(),
        constants: Settings {
            owner_cut: ledger.subnet_owner_cut(),
            tao_weight: ledger.tao_weight(),
            moving_alpha_bits: i64::try_from(ledger.subnet_moving_alpha().to_bits())?,
            halving_blocks,
            fee_rate,
            minimum_reserve: ledger.minimum_reserve(),
            immunity_blocks: ledger.network_immunity_period(),
            lock_cost_min_rao: ledger.network_min_lock_cost().0,
            lock_reduction_blocks: ledger.network_lock_reduction_interval(),
            network_rate_limit_blocks: ledger.network_rate_limit(),
        },
        assumed,
        subnets,
    })
}

/// A subnet, its alpha outside the pool by class of holder. What nobody else has is the stakers'.
fn subnet(ledger: &Chain<Runtime>, sums: &SubnetSums) -> Result<Subnet, tributary_economy::Error> {
    let netuid = sums.netuid;
    let owner_key = ledger.subnet_owner(netuid);
    let permits = ledger.validator_permit(netuid);
    let miner_keys: BTreeSet<AccountId> = (0..ledger.subnetwork_n(netuid))
        .filter(|uid| !permits.get(usize::from(*uid)).copied().unwrap_or(false))
        .filter_map(|uid| ledger.key(netuid, uid))
        .collect();
    let (mut owner, mut miners) = (ledger.pending_owner_cut(netuid), ledger.pending_server_emission(netuid));
    if let Some(pact) = ledger.pact(netuid) {
        owner = owner.plus(pact.unvested()?)?;
    }
    for hotkey in ledger.hotkeys_with_stake(netuid) {
        let miner = ledger.owner(&hotkey).filter(|_| miner_keys.contains(&hotkey));
        for coldkey in ledger.stakers(&hotkey, netuid) {
            let stake = stake_of(ledger, &hotkey, &coldkey, netuid);
            if owner_key.as_ref() == Some(&coldkey) {
                owner = owner.plus(stake)?;
            } else if miner.as_ref() == Some(&coldkey) {
                miners = miners.plus(stake)?;
            }
        }
    }
    let taken: Alpha = owner.plus(miners)?.plus(sums.protocol)?.plus(sums.unowned)?;
    let name = SubnetIdentitiesV3::<Runtime>::get(netuid).map(|identity| identity.subnet_name);
    let Tao(pool_tao_rao) = sums.pooled;
    Ok(Subnet {
        netuid: netuid.0,
        name: String::from_utf8_lossy(&name.unwrap_or_default()).into_owned(),
        registered_block: ledger.network_registered_at(netuid),
        first_emission_block: ledger.first_emission_block_number(netuid),
        pool_tao_rao,
        pool_alpha_rao: sums.alpha_in.0,
        quote_weight: ledger.quote_weight(netuid),
        weights_initialized: ledger.swap_initialized(netuid),
        alpha_outside_rao: sums.alpha_out.0,
        owner_alpha_rao: owner.0,
        miners_alpha_rao: miners.0,
        stakers_alpha_rao: sums.alpha_out.minus(taken)?.0,
        protocol_alpha_rao: sums.protocol.0,
        burned_alpha_rao: sums.unowned.0,
        owner_locked_alpha_rao: 0,
        withheld_bits: ledger.miner_burned(netuid).to_bits().min(1 << 32) as u64,
        emission_enabled: ledger.subnet_emission_enabled(netuid),
        moving_price_bits: ledger.subnet_moving_price(netuid).to_bits().clamp(0, i64::MAX.into()) as i64,
    })
}
