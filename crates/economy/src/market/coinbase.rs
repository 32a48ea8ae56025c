//! The coinbase: a block's new TAO and alpha, from the mint to the pools and to what waits for the epochs
//! (`docs/rules/block.md#coinbase` and `docs/rules/emission.md`).

use alloc::vec::Vec;

use super::{
    injection::{self, Context, Emitting, RootWeight},
    pact,
    totals::Minted,
};
use crate::{
    Account, Error, Ledger, NetUid, Tao,
    emission::{self, Claimant, Gate},
    fixed::{I64F64, U64F64, U96F32},
    issuance, moving_price, pool,
    rule_sets::RuleSet,
};

/// Mints, injects into the pools and fills the pending amounts. `subnets` are all networks but root, in their order.
/// Returns the subnets that emitted.
///
/// # Errors
/// [`Error::BrokenSum`] if a subnet's books do not add up, [`Error::Overflow`] and [`Error::Underflow`]: corrupt state.
pub(super) fn run<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    subnets: &[NetUid],
) -> Result<(Vec<Emitting>, Minted), Error> {
    for &netuid in subnets {
        if !ledger.subnet_root_sell_tao(netuid).is_zero() {
            ledger.set_subnet_root_sell_tao(netuid, Tao::ZERO);
        }
    }
    let issued = ledger.total_issuance();
    let mut last_emission = issuance::block_emission(issued.0);
    let mut minted = Minted {
        allowed: issuance::mintable(last_emission, ledger.balances_issuance()),
        deposited: Tao::ZERO,
    };
    let rules = ledger.rule_set();
    let mut emitting: Vec<Emitting> = subnets
        .iter()
        .filter_map(|netuid| Emitting::read(ledger, *netuid))
        .collect();
    let claimants: Vec<Claimant> = emitting.iter().map(|subnet| claimant(ledger, subnet, rules)).collect();
    let mut shares = share(ledger, rules, &claimants);
    pact::weigh_shares(ledger, emitting.iter().map(|subnet| subnet.netuid), &mut shares);
    let sum = claimants.iter().fold(U64F64::from_bits(0), |sum, claimant| {
        sum.saturating_add(claimant.moving_price)
    });
    let context = Context::read(ledger, rules, sum > U64F64::from_num(1));

    let mut pooled = Tao::ZERO;
    for (subnet, share) in emitting.iter_mut().zip(&shares) {
        let tao = emission::tao_emission(minted.allowed, *share);
        let step = injection::emit(ledger, subnet, tao, &context)?;
        minted.deposited = minted.deposited.plus(step.deposited)?;
        pooled = pooled.plus(step.pooled)?;
        last_emission = step.alpha_emission.unwrap_or(last_emission);
    }
    if !minted.deposited.is_zero() {
        ledger.set_total_issuance(issued.plus(minted.deposited)?);
    }
    if !pooled.is_zero() {
        ledger.set_total_stake(ledger.total_stake().plus(pooled)?);
    }
    // The last evaluation of the emission stays, whatever it was of (`docs/rules/issuance.md#block-emission`).
    if ledger.block_emission() != last_emission {
        ledger.set_block_emission(last_emission);
    }
    Ok((emitting, minted))
}

/// Moves the moving prices and shows the root proportions of the subnets that emitted (`docs/rules/block.md#order`
/// steps 5 and 6). `touched` are those whose alpha may have changed since.
pub(super) fn update_prices<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, emitting: &[Emitting], touched: &[NetUid]) {
    let now = ledger.block();
    let alpha = ledger.subnet_moving_alpha();
    let root = RootWeight::read(ledger);
    for subnet in emitting {
        let netuid = subnet.netuid;
        let speed = moving_price::Speed {
            alpha,
            halving_blocks: ledger.ema_price_halving_blocks(netuid),
            first_emission_block: subnet.first_block,
        };
        let moved = moving_price::update(subnet.moving_price, pool::price(&subnet.pool), speed, now);
        if moved != subnet.moving_price {
            ledger.set_subnet_moving_price(netuid, moved);
        }
        let alpha_out = if touched.contains(&netuid) {
            ledger.subnet_alpha_out(netuid)
        } else {
            subnet.alpha_out
        };
        let proportion = root.proportion(subnet.pool.alpha, alpha_out);
        if ledger.root_prop(netuid) != proportion {
            ledger.set_root_prop(netuid, proportion);
        }
    }
}

/// The shares of the subnets. Where the rules have a gate, its bar is read, and written when it was refreshed.
fn share<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, rules: RuleSet, claimants: &[Claimant]) -> Vec<U64F64> {
    if !rules.gated() {
        return emission::shares(rules, claimants, &mut Gate::default());
    }
    let stored = ledger.emission_gate_bar();
    let mut gate = Gate {
        bar: stored,
        rank: ledger.emission_bar_rank(),
        quantile: ledger.emission_bar_quantile(),
        exponent: ledger.emission_gate_exponent(),
    };
    gate.open(ledger.block(), ledger.block());
    let shares = emission::shares(rules, claimants, &mut gate);
    if gate.bar != stored {
        ledger.set_emission_gate_bar(gate.bar);
    }
    shares
}

fn claimant<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, subnet: &Emitting, rules: RuleSet) -> Claimant {
    let netuid = subnet.netuid;
    Claimant {
        moving_price: moving_price::effective(netuid, subnet.mechanism, subnet.moving_price),
        miner_burned: ledger.miner_burned(netuid),
        enabled: ledger.subnet_emission_enabled(netuid),
        flow: if rules.follows_flow() {
            smooth_flow(ledger, netuid)
        } else {
            I64F64::from_bits(0)
        },
        root_proportion: if rules == RuleSet::RootPrice {
            ledger.root_prop(netuid)
        } else {
            U96F32::from_bits(0)
        },
    }
}

/// Moves the average of a subnet's flow by the flow of the last block, which starts again at zero.
fn smooth_flow<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> I64F64 {
    let before = ledger
        .subnet_ema_tao_flow(netuid)
        .map_or(I64F64::from_bits(0), |(_, flow)| flow);
    let smoothed = emission::smooth_flow(before, ledger.subnet_tao_flow(netuid), emission::FLOW_SMOOTHING);
    ledger.set_subnet_tao_flow(netuid, 0);
    ledger.set_subnet_ema_tao_flow(netuid, Some((ledger.block(), smoothed)));
    smoothed
}
