//! The coinbase: a block's new TAO and alpha, from the mint to the pools and to what waits for the epochs
//! (`docs/rules/block.md#coinbase` and `docs/rules/emission.md`).
//!
//! Every item of a subnet is read once a block and written once, if it changed.

use alloc::vec::Vec;

use super::{block::Minted, money, pact, swaps, weights};
use crate::{
    Account, Alpha, Error, Ledger, NetUid, Tao,
    emission::{self, Claimant, Division, Gate},
    fixed::{I64F64, I96F32, U64F64, U96F32},
    issuance, moving_price,
    pool::{self, Pool},
    rule_sets::RuleSet,
};

/// A subnet that emits in this block.
pub(super) struct Emitting {
    pub(super) netuid: NetUid,
    /// Block from which it emits, for the age of its moving price.
    first_block: u64,
    /// The stored moving price, before this block.
    moving_price: I96F32,
    mechanism: u16,
    pool: Pool,
    alpha_out: Alpha,
}

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
        .filter_map(|netuid| read_emitting(ledger, *netuid))
        .collect();
    let claimants: Vec<Claimant> = emitting.iter().map(|subnet| claimant(ledger, subnet, rules)).collect();
    let mut shares = share(ledger, rules, &claimants);
    pact::weigh_shares(ledger, emitting.iter().map(|subnet| subnet.netuid), &mut shares);
    let sum = claimants.iter().fold(U64F64::from_bits(0), |sum, claimant| {
        sum.saturating_add(claimant.moving_price)
    });
    let context = Context {
        rules,
        root_sells: sum > U64F64::from_num(1),
        root: RootWeight::read(ledger),
        owner_cut: ledger.subnet_owner_cut(),
    };

    let mut pooled = Tao::ZERO;
    for (subnet, share) in emitting.iter_mut().zip(&shares) {
        let tao = emission::tao_emission(minted.allowed, *share);
        let step = emit(ledger, subnet, tao, &context)?;
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

/// The weighted TAO on root, against which the alpha of each subnet stands.
struct RootWeight {
    tao: Tao,
    weight: U96F32,
}

impl RootWeight {
    fn read<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Self {
        Self {
            tao: ledger.subnet_tao(NetUid::ROOT),
            weight: weights::tao_weight(ledger),
        }
    }

    fn proportion(&self, alpha_in: Alpha, alpha_out: Alpha) -> U96F32 {
        emission::root_proportion(self.tao, self.weight, issuance::alpha_issuance(alpha_in, alpha_out))
    }
}

/// What is the same for all subnets of a block.
struct Context {
    rules: RuleSet,
    root_sells: bool,
    root: RootWeight,
    owner_cut: u16,
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

/// How the alpha of a subnet is divided: the network's owner's cut (`SubnetOwnerCut`), where the subnet has not switched
/// it off. The one place that a split chosen by owners would be read in: what pacts pledge is a part of what the owner
/// gets of it ([`super::pact`]), whatever it is.
pub fn division<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, owner_cut: u16) -> Division {
    Division::with_cut(if ledger.owner_cut_enabled(netuid) { owner_cut } else { 0 })
}

/// A subnet's state, if it emits: started, open for registration (`docs/rules/block.md#coinbase` step 3).
fn read_emitting<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Option<Emitting> {
    let first_block = ledger.first_emission_block_number(netuid)?;
    if !ledger.subtoken_enabled(netuid) || !ledger.network_registration_allowed(netuid) {
        return None;
    }
    Some(Emitting {
        netuid,
        first_block,
        moving_price: ledger.subnet_moving_price(netuid),
        mechanism: ledger.subnet_mechanism(netuid),
        pool: swaps::pool(ledger, netuid),
        alpha_out: ledger.subnet_alpha_out(netuid),
    })
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

/// What one subnet took from the block.
struct Step {
    /// TAO put into its account.
    deposited: Tao,
    /// TAO by which `TotalStake` grows.
    pooled: Tao,
    /// Its alpha emission; none where its supply is exhausted.
    alpha_emission: Option<u64>,
}

/// One subnet's part of the block (`docs/rules/emission.md#injection-and-chain-buy`).
fn emit<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    subnet: &mut Emitting,
    tao_emission: U96F32,
    context: &Context,
) -> Result<Step, Error> {
    let netuid = subnet.netuid;
    let before = subnet.pool.clone();
    let supply = issuance::alpha_issuance(before.alpha, subnet.alpha_out);
    let alpha_emission = issuance::block_emission(supply);
    let proportion = context.root.proportion(before.alpha, subnet.alpha_out);
    let price = pool::price(&before);
    let terms = emission::terms(context.rules, tao_emission, alpha_emission, price, proportion);

    // The pool's side. TAO of a purchase that the pool refuses stays on the account, uncounted.
    let excess = Tao(terms.excess.saturating_to_num());
    let (tao, alpha) = (
        Tao(terms.tao_in.saturating_to_num()),
        Alpha(terms.alpha_in.saturating_to_num()),
    );
    let mut injected = pool::inject(&mut subnet.pool, tao, alpha, excess)?;
    let mut deposited = injected.tao.plus(excess)?;
    let account = ledger.subnet_account(netuid);
    if ledger.deposit(&account, deposited).is_err() {
        // An account that does not exist yet cannot start with dust: the TAO is not issued.
        subnet.pool = before.clone();
        injected = pool::inject(&mut subnet.pool, Tao::ZERO, alpha, Tao::ZERO)?;
        deposited = Tao::ZERO;
    }
    let bought = injected.bought.unwrap_or_default();
    let traded = if injected.bought.is_some() { excess } else { Tao::ZERO };

    // The participants' side.
    let alpha_out = subnet.alpha_out.plus(Alpha(bought.paid_out))?;
    let after_created = alpha_out.plus(Alpha(alpha_emission))?;
    let proportion = context.root.proportion(subnet.pool.alpha, after_created);
    let split = emission::split(terms.alpha_out, division(ledger, netuid, context.owner_cut), proportion);
    let recycled = if context.root_sells { Alpha::ZERO } else { split.root };
    subnet.alpha_out = alpha_out.plus(split.created)?.minus(recycled)?;

    // Nothing appears or vanishes but what this block created and recycled.
    let expected = u128::from(before.alpha.0) + u128::from(alpha_out.0) - u128::from(bought.paid_out)
        + u128::from(injected.alpha.0)
        + u128::from(split.created.0)
        - u128::from(recycled.0);
    let parts = split
        .owner
        .plus(split.server)?
        .plus(split.validator)?
        .plus(split.root)?;
    let tao_in = injected.tao.plus(Tao(bought.paid_in))?;
    if u128::from(subnet.pool.alpha.0) + u128::from(subnet.alpha_out.0) != expected
        || parts > split.created
        || subnet.pool.tao != before.tao.plus(tao_in)?
        || tao_in > deposited
    {
        return Err(Error::BrokenSum);
    }

    write_pool(ledger, &before, subnet, &injected);
    if traded > Tao::ZERO {
        let protocol = ledger.subnet_protocol_alpha(netuid).plus(Alpha(bought.paid_out))?;
        ledger.set_subnet_protocol_alpha(netuid, protocol);
        let volume = ledger
            .subnet_volume(netuid)
            .checked_add(traded.0.into())
            .ok_or(Error::Overflow)?;
        ledger.set_subnet_volume(netuid, volume);
    }
    money::add_protocol_flow(ledger, netuid, tao_in);
    if ledger.subnet_alpha_out_emission(netuid) != split.created {
        ledger.set_subnet_alpha_out_emission(netuid, split.created);
    }
    let issued = ledger
        .total_alpha_issuance(netuid)
        .plus(injected.alpha)?
        .plus(split.created)?;
    ledger.set_total_alpha_issuance(netuid, issued.minus(recycled)?);
    if !recycled.is_zero() {
        ledger.set_alpha_recycled(netuid, ledger.alpha_recycled(netuid).plus(recycled)?);
    }
    let pending_root = if context.root_sells { split.root } else { Alpha::ZERO };
    add_pending(ledger, netuid, &split, pending_root)?;
    Ok(Step {
        deposited,
        pooled: injected.tao.plus(traded)?,
        alpha_emission: (supply < crate::MAX_SUPPLY).then_some(alpha_emission),
    })
}

fn write_pool<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    before: &Pool,
    subnet: &Emitting,
    injected: &pool::Injected,
) {
    let (netuid, after) = (subnet.netuid, &subnet.pool);
    ledger.set_subnet_excess_tao(netuid, Tao(injected.bought.unwrap_or_default().paid_in));
    ledger.set_subnet_tao_in_emission(netuid, injected.tao);
    ledger.set_subnet_alpha_in_emission(netuid, injected.alpha);
    ledger.set_subnet_alpha_out(netuid, subnet.alpha_out);
    if after.tao != before.tao {
        ledger.set_subnet_tao(netuid, after.tao);
    }
    if after.alpha != before.alpha {
        ledger.set_subnet_alpha_in(netuid, after.alpha);
    }
    if after.quote_weight != before.quote_weight {
        ledger.set_quote_weight(netuid, after.quote_weight);
    }
    if after.initialized != before.initialized {
        ledger.set_swap_initialized(netuid, after.initialized);
    }
    if after != before {
        ledger.pool_changed(netuid, pool::price(after));
    }
}

fn add_pending<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    split: &emission::Split,
    root: Alpha,
) -> Result<(), Error> {
    if !split.owner.is_zero() {
        ledger.set_pending_owner_cut(netuid, ledger.pending_owner_cut(netuid).plus(split.owner)?);
    }
    if !split.server.is_zero() {
        ledger.set_pending_server_emission(netuid, ledger.pending_server_emission(netuid).plus(split.server)?);
    }
    if !split.validator.is_zero() {
        let pending = ledger.pending_validator_emission(netuid).plus(split.validator)?;
        ledger.set_pending_validator_emission(netuid, pending);
    }
    if !root.is_zero() {
        ledger.set_pending_root_alpha_divs(netuid, ledger.pending_root_alpha_divs(netuid).plus(root)?);
    }
    Ok(())
}
