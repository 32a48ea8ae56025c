//! The coinbase: one subnet's part of a block, and whole blocks, on the chain.

use serde_json::{Value, json};
use tributary_economy::{
    Account, Alpha, Ledger, NetUid, Tao,
    emission::{self, Division, Gate},
    fixed::{I96F32, U64F64, U96F32},
    issuance,
    market::{
        block,
        injection::{self, Context, Emitting},
    },
    memory::MemoryLedger,
    pool,
    rule_sets::RuleSet,
};

use super::{
    emission::claimant,
    read::{self, bool_or, floor, int_or, wide, write_pool},
};
use crate::{
    Inputs, Problem,
    chain::{self, Chain, account, fund, go_to, refused},
};

/// Blocks of a trace.
const TRACE_BLOCKS: u64 = 3;

pub fn coinbase(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("alpha_out") {
        let split = emission::split(
            U96F32::from_num(inputs.int::<u64>("alpha_out")?),
            Division::with_cut(int_or(inputs, "SubnetOwnerCut", 0)?),
            U96F32::from_num(0),
        );
        return Ok(json!({ "PendingOwnerCut": split.owner }));
    }
    if inputs.has("alpha_issuance") {
        let tao_weight = emission::tao_weight(int_or(inputs, "TaoWeight", 0)?);
        let root_tao = Tao(int_or(inputs, "root_SubnetTAO", 0)?);
        let proportion = emission::root_proportion(root_tao, tao_weight, inputs.int("alpha_issuance")?);
        return Ok(json!({
            "tao_weight_bits_U96F32": wide(tao_weight.to_bits()),
            "root_proportion_bits_U96F32": wide(proportion.to_bits()),
            "decimal": proportion.to_num::<f64>(),
        }));
    }
    if inputs.has("subnets") {
        return chain::run(|chain| trace(chain, inputs));
    }
    if inputs.has("excess_tao") {
        return injected(inputs);
    }
    // The chain has one least reserve. A vector with another one is of the same rule in memory.
    let least: u64 = int_or(inputs, "MinimumReserve", pool::MINIMUM_RESERVE)?;
    if least == pool::MINIMUM_RESERVE {
        chain::run(|chain| emitted(chain, inputs))
    } else {
        let mut ledger = MemoryLedger::<u64>::genesis();
        ledger.set_minimum_reserve(least);
        emitted(&mut ledger, inputs)
    }
}

/// An injection of given amounts.
fn injected(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut pool = read::pool(inputs)?;
    let [tao, alpha, excess] = ["tao_in", "alpha_in", "excess_tao"].map(|key| inputs.int(key));
    let injected = pool::inject(&mut pool, Tao(tao?), Alpha(alpha?), Tao(excess?)).map_err(refused)?;
    let bought = injected.bought.unwrap_or_default().paid_out;
    Ok(json!({
        "new_quote_weight_e18": wide(pool.quote_weight),
        "bought_alpha": bought,
        "SubnetTAO": pool.tao,
        "SubnetAlphaIn": pool.alpha,
        "SubnetProtocolAlpha": bought,
    }))
}

fn tao_emission(inputs: Inputs<'_>) -> Result<U96F32, Problem> {
    if inputs.has("tao_emission_bits_U96F32") {
        return inputs.int("tao_emission_bits_U96F32").map(U96F32::from_bits);
    }
    inputs.int::<u64>("tao_emission").map(U96F32::from_num)
}

/// Writes what a subnet is, if it emits, and how much alpha it has out.
fn write_subnet<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    inputs: Inputs<'_>,
) -> Result<(), Problem> {
    let before = inputs.optional_int("SubnetAlphaOut_before")?;
    write_pool(ledger, netuid, &read::pool(inputs)?);
    ledger.set_networks_added(netuid, true);
    ledger.set_subnet_mechanism(netuid, 1);
    ledger.set_tempo(netuid, 0);
    ledger.set_subtoken_enabled(netuid, true);
    ledger.set_subnet_alpha_out(netuid, Alpha(int_or(inputs, "SubnetAlphaOut", before.unwrap_or(0))?));
    ledger.set_first_emission_block_number(netuid, Some(int_or(inputs, "FirstEmissionBlockNumber", 1)?));
    let moving_price = int_or(inputs, "SubnetMovingPrice_bits_I96F32", 0)?;
    ledger.set_subnet_moving_price(netuid, I96F32::from_bits(moving_price));
    Ok(())
}

/// A subnet's part of a block that emits a given amount of TAO to it.
fn emitted<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let netuid = NetUid(1);
    write_subnet(ledger, netuid, inputs)?;
    ledger.set_subnet_tao(NetUid::ROOT, Tao(int_or(inputs, "root_SubnetTAO", 0)?));
    ledger.set_tao_weight(int_or(inputs, "TaoWeight", 0)?);
    ledger.set_subnet_owner_cut(int_or(inputs, "SubnetOwnerCut", 0)?);
    let account = ledger.subnet_account(netuid);
    ledger.deposit(&account, ledger.subnet_tao(netuid)).map_err(refused)?;

    let tao_emission = tao_emission(inputs)?;
    let context = Context::read(ledger, RuleSet::PriceBurn, bool_or(inputs, "root_sell", false)?);
    let mut subnet = Emitting::read(ledger, netuid).ok_or_else(|| Problem::Input("the subnet does not emit".into()))?;
    let terms = context.terms(&subnet, tao_emission);
    injection::emit(ledger, &mut subnet, tao_emission, &context).map_err(refused)?;
    let mut outputs = state(ledger, netuid);
    outputs["protocol_alpha_delta"] = json!(ledger.subnet_protocol_alpha(netuid));
    outputs["SubnetAlphaOutEmission"] = json!(ledger.subnet_alpha_out_emission(netuid));
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

/// What the ledger says of a subnet after a block.
fn state<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Value {
    json!({
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
}

/// Whole blocks of the chain. No epoch is due.
fn trace(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    fund(chain, &account(1), Tao(inputs.int("TotalIssuance")?))?;
    if inputs.int::<u64>("MinimumReserve")? != pool::MINIMUM_RESERVE {
        return read::unknown();
    }
    chain.set_subnet_tao(NetUid::ROOT, Tao(inputs.int("root_SubnetTAO")?));
    chain.set_tao_weight(inputs.int("TaoWeight")?);
    chain.set_subnet_owner_cut(inputs.int("SubnetOwnerCut")?);
    let mut netuids = Vec::new();
    for (netuid, subnet) in (1..).map(NetUid).zip(inputs.list("subnets")?) {
        write_subnet(chain, netuid, Inputs(subnet))?;
        netuids.push(netuid);
    }
    let first: u64 = inputs.int("first_block")?;
    let mut blocks = Vec::new();
    for block in first..first.saturating_add(TRACE_BLOCKS) {
        let minted = issuance::block_emission(chain.total_issuance().0);
        let claimants: Vec<_> = netuids
            .iter()
            .map(|netuid| claimant(chain.subnet_moving_price(*netuid)))
            .collect();
        let shares = emission::shares(RuleSet::PriceBurn, &claimants, &mut Gate::default());
        let prices = claimants
            .iter()
            .fold(U64F64::from_num(0), |sum, c| sum.saturating_add(c.moving_price));
        go_to(block)?;
        block::on_initialize(chain).map_err(refused)?;
        let subnets = netuids.iter().zip(shares).map(|(&netuid, share)| {
            let mut subnet = state(chain, netuid);
            subnet["tao_emission_floor"] = floor(emission::tao_emission(Tao(minted), share)).into();
            subnet
        });
        blocks.push(json!({
            "block": block,
            "block_emission": minted,
            "root_sell": prices > U64F64::from_num(1),
            "subnets": subnets.collect::<Vec<_>>(),
            "TotalIssuance_after": chain.total_issuance(),
        }));
    }
    Ok(json!({ "blocks": blocks }))
}
