//! One subnet's part of a block: injection, chain buy, and what waits for its epoch
//! (`docs/rules/emission.md#injection-and-chain-buy`).
//!
//! Every item of a subnet is read once a block and written once, if it changed.

use super::{money, swaps, weights};
use crate::{
    Account, Alpha, Error, Ledger, NetUid, Tao,
    emission::{self, Division, Terms},
    fixed::{I96F32, U96F32},
    issuance,
    pool::{self, Pool},
    rule_sets::RuleSet,
};

/// A subnet that emits in this block.
#[derive(Clone, Debug)]
pub struct Emitting {
    pub(super) netuid: NetUid,
    /// Block from which it emits, for the age of its moving price.
    pub(super) first_block: u64,
    /// The stored moving price, before this block.
    pub(super) moving_price: I96F32,
    pub(super) mechanism: u16,
    pub(super) pool: Pool,
    pub(super) alpha_out: Alpha,
}

impl Emitting {
    /// A subnet's state, if it emits: started, open for registration (`docs/rules/block.md#coinbase` step 3).
    pub fn read<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Option<Self> {
        let first_block = ledger.first_emission_block_number(netuid)?;
        if !ledger.subtoken_enabled(netuid) || !ledger.network_registration_allowed(netuid) {
            return None;
        }
        Some(Self {
            netuid,
            first_block,
            moving_price: ledger.subnet_moving_price(netuid),
            mechanism: ledger.subnet_mechanism(netuid),
            pool: swaps::pool(ledger, netuid),
            alpha_out: ledger.subnet_alpha_out(netuid),
        })
    }

    fn supply(&self) -> u64 {
        issuance::alpha_issuance(self.pool.alpha, self.alpha_out)
    }
}

/// The weighted TAO on root, against which the alpha of each subnet stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct RootWeight {
    tao: Tao,
    weight: U96F32,
}

impl RootWeight {
    pub(super) fn read<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Self {
        Self {
            tao: ledger.subnet_tao(NetUid::ROOT),
            weight: weights::tao_weight(ledger),
        }
    }

    pub(super) fn proportion(&self, alpha_in: Alpha, alpha_out: Alpha) -> U96F32 {
        emission::root_proportion(self.tao, self.weight, issuance::alpha_issuance(alpha_in, alpha_out))
    }
}

/// What is the same for all subnets of a block.
#[derive(Clone, Debug)]
pub struct Context {
    rules: RuleSet,
    root_sells: bool,
    root: RootWeight,
    owner_cut: u16,
}

impl Context {
    /// Reads it. `root_sells` says whether root's part is kept for its stakers, or recycled.
    pub fn read<Acc: Account, L: Ledger<Acc>>(ledger: &L, rules: RuleSet, root_sells: bool) -> Self {
        Self {
            rules,
            root_sells,
            root: RootWeight::read(ledger),
            owner_cut: ledger.subnet_owner_cut(),
        }
    }

    /// What a subnet may inject, buy and emit of `tao_emission` (`docs/rules/emission.md#terms`).
    pub fn terms(&self, subnet: &Emitting, tao_emission: U96F32) -> Terms {
        emission::terms(
            self.rules,
            tao_emission,
            issuance::block_emission(subnet.supply()),
            pool::price(&subnet.pool),
            self.root.proportion(subnet.pool.alpha, subnet.alpha_out),
        )
    }
}

/// How the alpha of a subnet is divided: the network's owner's cut (`SubnetOwnerCut`), where the subnet has not switched
/// it off. The one place that a split chosen by owners would be read in: what pacts pledge is a part of what the owner
/// gets of it ([`super::pact`]), whatever it is.
pub fn division<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, owner_cut: u16) -> Division {
    Division::with_cut(if ledger.owner_cut_enabled(netuid) { owner_cut } else { 0 })
}

/// What one subnet took from the block.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// TAO put into its account.
    pub deposited: Tao,
    /// TAO by which `TotalStake` grows.
    pub pooled: Tao,
    /// Its alpha emission; none where its supply is exhausted.
    pub alpha_emission: Option<u64>,
}

/// One subnet's part of the block (`docs/rules/emission.md#injection-and-chain-buy`).
///
/// # Errors
/// [`Error::BrokenSum`] if the subnet's books do not add up, [`Error::Overflow`] and [`Error::Underflow`]: corrupt state.
pub fn emit<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    subnet: &mut Emitting,
    tao_emission: U96F32,
    context: &Context,
) -> Result<Step, Error> {
    let netuid = subnet.netuid;
    let before = subnet.pool.clone();
    let supply = subnet.supply();
    let alpha_emission = issuance::block_emission(supply);
    let terms = context.terms(subnet, tao_emission);

    // The pool's side. TAO of a purchase that the pool refuses stays on the account, uncounted.
    let (injected, deposited) = inject(ledger, subnet, &terms)?;
    let bought = injected.bought.unwrap_or_default();
    let traded = if injected.bought.is_some() {
        Tao(terms.excess.saturating_to_num())
    } else {
        Tao::ZERO
    };

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
        count_purchase(ledger, netuid, Alpha(bought.paid_out), traded)?;
    }
    money::add_protocol_flow(ledger, netuid, tao_in);
    count_alpha(ledger, netuid, injected.alpha, split.created, recycled)?;
    let pending_root = if context.root_sells { split.root } else { Alpha::ZERO };
    add_pending(ledger, netuid, &split, pending_root)?;
    Ok(Step {
        deposited,
        pooled: injected.tao.plus(traded)?,
        alpha_emission: (supply < crate::MAX_SUPPLY).then_some(alpha_emission),
    })
}

/// Mints the TAO of the terms into the subnet's account and moves the pool by them. Returns what the pool took and what
/// was minted.
fn inject<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    subnet: &mut Emitting,
    terms: &Terms,
) -> Result<(pool::Injected, Tao), Error> {
    let before = subnet.pool.clone();
    let excess = Tao(terms.excess.saturating_to_num());
    let (tao, alpha) = (
        Tao(terms.tao_in.saturating_to_num()),
        Alpha(terms.alpha_in.saturating_to_num()),
    );
    let injected = pool::inject(&mut subnet.pool, tao, alpha, excess)?;
    let deposited = injected.tao.plus(excess)?;
    let account = ledger.subnet_account(subnet.netuid);
    if ledger.deposit(&account, deposited).is_ok() {
        return Ok((injected, deposited));
    }
    // An account that does not exist yet cannot start with dust: the TAO is not issued.
    subnet.pool = before;
    Ok((pool::inject(&mut subnet.pool, Tao::ZERO, alpha, Tao::ZERO)?, Tao::ZERO))
}

/// Counts what the chain bought.
fn count_purchase<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    bought: Alpha,
    traded: Tao,
) -> Result<(), Error> {
    let protocol = ledger.subnet_protocol_alpha(netuid).plus(bought)?;
    ledger.set_subnet_protocol_alpha(netuid, protocol);
    let volume = ledger
        .subnet_volume(netuid)
        .checked_add(traded.0.into())
        .ok_or(Error::Overflow)?;
    ledger.set_subnet_volume(netuid, volume);
    Ok(())
}

/// Counts the alpha that the block brought into being, and what of it was recycled at once.
fn count_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    injected: Alpha,
    created: Alpha,
    recycled: Alpha,
) -> Result<(), Error> {
    if ledger.subnet_alpha_out_emission(netuid) != created {
        ledger.set_subnet_alpha_out_emission(netuid, created);
    }
    let issued = ledger.total_alpha_issuance(netuid).plus(injected)?.plus(created)?;
    ledger.set_total_alpha_issuance(netuid, issued.minus(recycled)?);
    if !recycled.is_zero() {
        ledger.set_alpha_recycled(netuid, ledger.alpha_recycled(netuid).plus(recycled)?);
    }
    Ok(())
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
