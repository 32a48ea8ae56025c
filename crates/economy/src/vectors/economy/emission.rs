use alloc::{collections::BTreeMap, string::ToString, vec::Vec};
use serde_json::{Value, json};

use super::{Inputs, Problem, bool_or, decimals, floor, int_or, pool, price, refused, unknown, wide};
use crate::{
    Alpha, Ledger, NetUid, Tao, emission,
    emission::{Claimant, Division, Gate},
    fixed::{I64F64, I96F32, U64F64, U96F32},
    issuance, market,
    memory::MemoryLedger,
    moving_price::{self, Speed},
    pool::{self as pools, Pool},
    presets::LOCAL,
    rule_sets::RuleSet,
    schedule::{Schedule, Turn},
};

/// Defaults of the chain that vectors leave out (`docs/rules/storage.md#totals-and-parameters`).
const HALVING_BLOCKS: u64 = LOCAL.halving_blocks;
const MOVING_ALPHA: I96F32 = I96F32::from_bits(LOCAL.moving_alpha as i128);

pub(super) fn issuance(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("issuance") {
        return Ok(json!({ "block_emission": issuance::block_emission(inputs.int("issuance")?) }));
    }
    if inputs.has("requested") {
        let minted = issuance::mintable(inputs.int("requested")?, Tao(inputs.int("balances_total_issuance")?));
        return Ok(json!({ "minted": minted }));
    }
    let issued = issuance::alpha_issuance(
        Alpha(inputs.int("SubnetAlphaIn")?),
        Alpha(inputs.int("SubnetAlphaOut")?),
    );
    Ok(json!({ "alpha_emission": issuance::block_emission(issued) }))
}

fn claimant(stored: I96F32) -> Claimant {
    Claimant {
        moving_price: moving_price::effective(NetUid(1), 1, stored),
        miner_burned: U96F32::from_num(0),
        enabled: true,
        flow: I64F64::from_num(0),
        root_proportion: U96F32::from_num(0),
    }
}

pub(super) fn shares(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut claimants: Vec<_> = if inputs.has("moving_prices") {
        let prices = decimals(inputs, "moving_prices")?;
        prices
            .into_iter()
            .map(I96F32::saturating_from_num)
            .map(claimant)
            .collect()
    } else {
        let bits = inputs.ints("moving_price_bits_I96F32")?;
        bits.into_iter().map(I96F32::from_bits).map(claimant).collect()
    };
    if inputs.has("enabled") {
        for (claimant, enabled) in claimants.iter_mut().zip(inputs.bools("enabled")?) {
            claimant.enabled = enabled;
        }
    }
    if inputs.has("MinerBurned") {
        for (claimant, burned) in claimants.iter_mut().zip(decimals(inputs, "MinerBurned")?) {
            claimant.miner_burned = U96F32::saturating_from_num(burned);
        }
    }
    let shares = emission::shares(RuleSet::PriceBurn, &claimants, &mut Gate::default());
    let block = Tao(int_or(inputs, "block_emission", 0)?);
    Ok(json!({
        "share_bits_U64F64": shares.iter().map(|share| wide(share.to_bits())).collect::<Vec<_>>(),
        "share_decimal": shares.iter().map(|share| share.to_num::<f64>()).collect::<Vec<_>>(),
        "emissions_rao_floor": shares.iter().map(|share| floor(emission::tao_emission(block, *share))).collect::<Vec<_>>(),
    }))
}

pub(super) fn flow(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let flows: Vec<_> = inputs.ints::<i64>("flows")?.into_iter().map(I64F64::from_num).collect();
    let exponent = I64F64::saturating_from_num(inputs.float("p")?);
    let shares = emission::flow_shares(&flows, I64F64::from_num(0), exponent);
    Ok(json!({ "shares": shares.iter().map(|share| share.to_num::<f64>()).collect::<Vec<_>>() }))
}

/// A subnet as the coinbase sees it.
struct Subnet {
    pool: Pool,
    alpha_out: u64,
    pending: [u64; 4],
    moving_price: I96F32,
}

/// What root weighs and what the owner gets.
struct Parameters {
    root_tao: Tao,
    tao_weight: U96F32,
    owner_cut: u16,
    root_sell: bool,
}

/// What a block did to a subnet besides its state.
#[derive(Default)]
struct Done {
    tao_in: u64,
    alpha_in: u64,
    excess: u64,
    bought: u64,
    created: u64,
}

impl Parameters {
    fn read(inputs: Inputs<'_>) -> Result<Self, Problem> {
        Ok(Self {
            root_tao: Tao(int_or(inputs, "root_SubnetTAO", 0)?),
            tao_weight: emission::tao_weight(int_or(inputs, "TaoWeight", 0)?),
            owner_cut: int_or(inputs, "SubnetOwnerCut", 0)?,
            root_sell: bool_or(inputs, "root_sell", false)?,
        })
    }

    fn root_proportion(&self, alpha_issuance: u64) -> U96F32 {
        emission::root_proportion(self.root_tao, self.tao_weight, alpha_issuance)
    }
}

impl Subnet {
    fn read(inputs: Inputs<'_>) -> Result<Self, Problem> {
        let before = inputs.optional_int("SubnetAlphaOut_before")?;
        Ok(Self {
            pool: pool(inputs)?,
            alpha_out: int_or(inputs, "SubnetAlphaOut", before.unwrap_or(0))?,
            pending: [0; 4],
            moving_price: I96F32::from_bits(int_or(inputs, "SubnetMovingPrice_bits_I96F32", 0)?),
        })
    }

    fn issued(&self) -> u64 {
        issuance::alpha_issuance(self.pool.alpha, Alpha(self.alpha_out))
    }

    fn terms(&self, tao_emission: U96F32, parameters: &Parameters) -> emission::Terms {
        emission::terms(
            RuleSet::PriceBurn,
            tao_emission,
            issuance::block_emission(self.issued()),
            pools::price(&self.pool),
            parameters.root_proportion(self.issued()),
        )
    }

    /// One block of injection, chain buy and split (`docs/rules/emission.md`).
    fn emit(&mut self, tao_emission: U96F32, parameters: &Parameters) -> Result<Done, Problem> {
        let terms = self.terms(tao_emission, parameters);
        let [tao, alpha, excess] = [terms.tao_in, terms.alpha_in, terms.excess].map(floor);
        let injected = pools::inject(&mut self.pool, Tao(tao), Alpha(alpha), Tao(excess)).map_err(refused)?;
        let bought = injected.bought.unwrap_or_default();
        let created = floor(terms.alpha_out);
        self.alpha_out = self.alpha_out.saturating_add(bought.paid_out).saturating_add(created);
        let split = emission::split(
            terms.alpha_out,
            Division::with_cut(parameters.owner_cut),
            parameters.root_proportion(self.issued()),
        );
        let root = if parameters.root_sell {
            split.root
        } else {
            self.alpha_out = self.alpha_out.saturating_sub(split.root.0);
            Alpha::ZERO
        };
        let parts = [split.owner, split.server, split.validator, root];
        for (pending, part) in self.pending.iter_mut().zip(parts) {
            *pending = pending.saturating_add(part.0);
        }
        Ok(Done {
            tao_in: injected.tao.0,
            alpha_in: injected.alpha.0,
            excess: bought.paid_in,
            bought: bought.paid_out,
            created,
        })
    }

    fn outputs(&self, done: &Done) -> Value {
        json!({
            "SubnetTaoInEmission": done.tao_in,
            "SubnetAlphaInEmission": done.alpha_in,
            "SubnetExcessTao": done.excess,
            "protocol_alpha_delta": done.bought,
            "SubnetAlphaOutEmission": done.created,
            "SubnetTAO": self.pool.tao,
            "SubnetAlphaIn": self.pool.alpha,
            "SubnetAlphaOut": self.alpha_out,
            "PendingOwnerCut": self.pending[0],
            "PendingServerEmission": self.pending[1],
            "PendingValidatorEmission": self.pending[2],
            "PendingRootAlphaDivs": self.pending[3],
        })
    }
}

fn tao_emission(inputs: Inputs<'_>) -> Result<U96F32, Problem> {
    if inputs.has("tao_emission_bits_U96F32") {
        return inputs.int("tao_emission_bits_U96F32").map(U96F32::from_bits);
    }
    inputs.int::<u64>("tao_emission").map(U96F32::from_num)
}

pub(super) fn coinbase(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let parameters = Parameters::read(inputs)?;
    if inputs.has("alpha_out") {
        let split = emission::split(
            U96F32::from_num(inputs.int::<u64>("alpha_out")?),
            Division::with_cut(parameters.owner_cut),
            U96F32::from_num(0),
        );
        return Ok(json!({ "PendingOwnerCut": split.owner }));
    }
    if inputs.has("alpha_issuance") {
        let proportion = parameters.root_proportion(inputs.int("alpha_issuance")?);
        return Ok(json!({
            "tao_weight_bits_U96F32": wide(parameters.tao_weight.to_bits()),
            "root_proportion_bits_U96F32": wide(proportion.to_bits()),
            "decimal": proportion.to_num::<f64>(),
        }));
    }
    if inputs.has("subnets") {
        return trace(inputs);
    }
    let mut subnet = Subnet::read(inputs)?;
    if inputs.has("excess_tao") {
        let [tao, alpha, excess] = ["tao_in", "alpha_in", "excess_tao"].map(|key| inputs.int(key));
        let injected = pools::inject(&mut subnet.pool, Tao(tao?), Alpha(alpha?), Tao(excess?)).map_err(refused)?;
        let bought = injected.bought.unwrap_or_default().paid_out;
        return Ok(json!({
            "new_quote_weight_e18": wide(subnet.pool.quote_weight),
            "bought_alpha": bought,
            "SubnetTAO": subnet.pool.tao,
            "SubnetAlphaIn": subnet.pool.alpha,
            "SubnetProtocolAlpha": bought,
        }));
    }
    let tao_emission = tao_emission(inputs)?;
    let terms = subnet.terms(tao_emission, &parameters);
    let done = subnet.emit(tao_emission, &parameters)?;
    let mut outputs = subnet.outputs(&done);
    for (key, value) in [
        ("tao_in", terms.tao_in),
        ("alpha_in", terms.alpha_in),
        ("alpha_out", terms.alpha_out),
        ("excess", terms.excess),
    ] {
        outputs[[key, "_bits"].concat()] = wide(value.to_bits());
        outputs[[key, "_floor"].concat()] = floor(value).into();
    }
    Ok(outputs)
}

/// Blocks of a trace.
const TRACE_BLOCKS: u64 = 3;

/// Whole blocks of the market over a ledger in memory. No epoch is due.
fn trace(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut ledger = MemoryLedger::<u64>::genesis();
    ledger.fund(&1, Tao(inputs.int("TotalIssuance")?)).map_err(refused)?;
    ledger.set_minimum_reserve(inputs.int("MinimumReserve")?);
    ledger.set_subnet_tao(NetUid::ROOT, Tao(inputs.int("root_SubnetTAO")?));
    ledger.set_tao_weight(inputs.int("TaoWeight")?);
    ledger.set_subnet_owner_cut(inputs.int("SubnetOwnerCut")?);
    let mut netuids = Vec::new();
    for (netuid, subnet) in (1..).map(NetUid).zip(inputs.list("subnets")?) {
        let start = Subnet::read(Inputs(subnet))?;
        ledger.set_networks_added(netuid, true);
        ledger.set_subnet_mechanism(netuid, 1);
        ledger.set_tempo(netuid, 0);
        ledger.set_subtoken_enabled(netuid, true);
        ledger.set_first_emission_block_number(netuid, Some(Inputs(subnet).int("FirstEmissionBlockNumber")?));
        ledger.set_subnet_moving_price(netuid, start.moving_price);
        ledger.set_subnet_tao(netuid, start.pool.tao);
        ledger.set_subnet_alpha_in(netuid, start.pool.alpha);
        ledger.set_subnet_alpha_out(netuid, Alpha(start.alpha_out));
        ledger.set_quote_weight(netuid, start.pool.quote_weight);
        ledger.set_swap_initialized(netuid, start.pool.initialized);
        netuids.push(netuid);
    }
    let first: u64 = inputs.int("first_block")?;
    let mut blocks = Vec::new();
    for block in first..first.saturating_add(TRACE_BLOCKS) {
        let minted = issuance::block_emission(ledger.total_issuance().0);
        let claimants: Vec<_> = netuids
            .iter()
            .map(|netuid| claimant(ledger.subnet_moving_price(*netuid)))
            .collect();
        let shares = emission::shares(RuleSet::PriceBurn, &claimants, &mut Gate::default());
        let prices = claimants
            .iter()
            .fold(U64F64::from_num(0), |sum, c| sum.saturating_add(c.moving_price));
        ledger.set_block(block, [0; 32]);
        market::block::on_initialize(&mut ledger).map_err(refused)?;
        let outputs: Vec<_> = netuids
            .iter()
            .zip(shares)
            .map(|(&netuid, share)| {
                json!({
                    "tao_emission_floor": floor(emission::tao_emission(Tao(minted), share)),
                    "SubnetTaoInEmission": ledger.subnet_tao_in_emission(netuid),
                    "SubnetAlphaInEmission": ledger.subnet_alpha_in_emission(netuid),
                    "SubnetExcessTao": ledger.subnet_excess_tao(netuid),
                    "SubnetProtocolAlpha": ledger.subnet_protocol_alpha(netuid),
                    "SubnetTAO": ledger.subnet_tao(netuid),
                    "SubnetAlphaIn": ledger.subnet_alpha_in(netuid),
                    "SubnetAlphaOut": ledger.subnet_alpha_out(netuid),
                    "quote_weight_e18": ledger.quote_weight(netuid),
                    "PendingOwnerCut": ledger.pending_owner_cut(netuid),
                    "PendingServerEmission": ledger.pending_server_emission(netuid),
                    "PendingValidatorEmission": ledger.pending_validator_emission(netuid),
                    "PendingRootAlphaDivs": ledger.pending_root_alpha_divs(netuid),
                    "SubnetMovingPrice_bits_I96F32": wide(ledger.subnet_moving_price(netuid).to_bits()),
                })
            })
            .collect();
        blocks.push(json!({
            "block": block,
            "block_emission": minted,
            "root_sell": prices > U64F64::from_num(1),
            "subnets": outputs,
            "TotalIssuance_after": ledger.total_issuance(),
        }));
    }
    Ok(json!({ "blocks": blocks }))
}

pub(super) fn moving(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut speed = Speed {
        alpha: MOVING_ALPHA,
        halving_blocks: int_or(inputs, "EMAPriceHalvingBlocks", HALVING_BLOCKS)?,
        first_emission_block: int_or(inputs, "FirstEmissionBlockNumber", 1)?,
    };
    if inputs.has("prices") {
        let first_move = |price: f64| {
            let price = U64F64::saturating_from_num(price);
            (1..100_000u64).find(|block| moving_price::update(I96F32::from_num(0), price, speed, *block) > 0)
        };
        let blocks: Vec<_> = decimals(inputs, "prices")?.into_iter().map(first_move).collect();
        return Ok(json!({ "blocks_since_start": blocks }));
    }
    if inputs.has("SubnetMovingAlpha") {
        speed.alpha = I96F32::saturating_from_num(inputs.float("SubnetMovingAlpha")?);
    }
    let price = price(inputs)?;
    let old = if inputs.has("old_bits_I96F32") {
        I96F32::from_bits(inputs.int("old_bits_I96F32")?)
    } else {
        I96F32::saturating_from_num(inputs.float("old")?)
    };
    let block = inputs.int("block")?;
    let average = |price| {
        (0..int_or(inputs, "updates", 1).unwrap_or(1u32))
            .fold(old, |average, _| moving_price::update(average, price, speed, block))
    };
    let new = average(price);
    Ok(json!({
        "new_bits_I96F32": wide(new.to_bits()),
        "decimal": new.to_num::<f64>(),
        "same_as_price_1": wide(average(U64F64::from_num(1)).to_bits()),
        "unchanged": new == old,
    }))
}

pub(super) fn scheduler(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let block = inputs.int("block")?;
    if inputs.has("due_subnets") {
        let most = inputs.int("MaxEpochsPerBlock")?;
        let due = Schedule {
            tempo: 1,
            last_epoch_block: 0,
            pending_epoch_at: 0,
            blocks_since_last_step: 0,
        };
        let (mut run, mut deferred) = (Vec::new(), BTreeMap::new());
        for netuid in inputs.ints::<u16>("due_subnets")? {
            match due.turn(block, u8::try_from(run.len()).unwrap_or(u8::MAX), most) {
                Turn::Run => run.push(netuid),
                Turn::Defer { until } => drop(deferred.insert(netuid.to_string(), until)),
                Turn::Wait => {}
            }
        }
        return Ok(json!({ "run": run, "deferred_PendingEpochAt": deferred }));
    }
    let schedule = Schedule {
        tempo: inputs.int("tempo")?,
        last_epoch_block: inputs.int("LastEpochBlock")?,
        pending_epoch_at: 0,
        blocks_since_last_step: 0,
    };
    if !inputs.has("PendingServerEmission") {
        return Ok(json!({ "blocks": wide(schedule.blocks_until_next(block)) }));
    }
    let keys = [
        "PendingServerEmission",
        "PendingValidatorEmission",
        "PendingRootAlphaDivs",
        "PendingOwnerCut",
    ];
    let pending = keys
        .into_iter()
        .map(|key| inputs.int(key))
        .collect::<Result<Vec<u64>, _>>()?;
    match schedule.turn(block, 0, 1) {
        Turn::Run => Ok(json!({
            "drained": pending,
            "pending_after": [0, 0, 0, 0],
            "BlocksSinceLastStep": 0,
            "LastEpochBlock": block,
        })),
        Turn::Wait | Turn::Defer { .. } => unknown(),
    }
}
