//! Epochs: when they are due, what they hand to consensus, and who is paid (`docs/rules/epochs.md`,
//! `docs/rules/dividends.md`).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{pact, payouts, uids::indices, weights};
use crate::{
    Account, Alpha, Error, Event, Ledger, NetUid, NetUidStorageIndex, Tao, delegation,
    dividends::{self, Child, Earned, Parent, Stake},
    epoch::{self, EpochInput, EpochOutput, Parameters},
    fixed::{I64F64, U96F32},
    mechanisms,
    pact::release,
    schedule::{Schedule, Turn, activity_cutoff},
};

/// A subnet whose epoch runs in this block, with what it distributes.
struct Drained<Acc> {
    netuid: NetUid,
    /// The hotkeys, by uid.
    hotkeys: Vec<Acc>,
    server: Alpha,
    validator: Alpha,
    root: Alpha,
    owner_cut: Alpha,
}

/// Advances the schedule of every subnet, runs the epochs that are due, at most `MaxEpochsPerBlock`, and pays
/// (`docs/rules/epochs.md#draining` and `docs/rules/dividends.md`). `subnets` are all networks but root, in their
/// order. Returns those whose slot it was.
///
/// # Errors
/// [`Error::Overflow`] and [`Error::Underflow`]: corrupt state.
pub(super) fn run_due<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, subnets: &[NetUid]) -> Result<Vec<NetUid>, Error> {
    let (mut drained, slots) = drain(ledger, subnets)?;
    drained.sort_by_key(|drained| drained.netuid);
    for drained in drained {
        let netuid = drained.netuid;
        distribute(ledger, drained)?;
        ledger.set_last_mechanism_step_block(netuid, ledger.block());
    }
    Ok(slots)
}

/// Takes the pending alpha of the subnets whose epoch is due (`docs/rules/epochs.md#draining`). Also returns whose slot
/// this block was, those with inconsistent keys included.
fn drain<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    subnets: &[NetUid],
) -> Result<(Vec<Drained<Acc>>, Vec<NetUid>), Error> {
    let now = ledger.block();
    let mut drained: Vec<Drained<Acc>> = Vec::new();
    let mut slots = Vec::new();
    let (mut ran, cap) = (0u8, ledger.max_epochs_per_block());
    for &netuid in subnets {
        let mut schedule = Schedule::read(ledger, netuid);
        let blocks_since = schedule.blocks_since_last_step.checked_add(1).ok_or(Error::Overflow)?;
        schedule.blocks_since_last_step = blocks_since;
        match schedule.turn(now, ran, cap) {
            Turn::Wait => {
                ledger.set_blocks_since_last_step(netuid, blocks_since);
                continue;
            }
            Turn::Defer { until } => {
                ledger.set_blocks_since_last_step(netuid, blocks_since);
                ledger.set_pending_epoch_at(netuid, until);
                ledger.emit(Event::EpochDeferred {
                    netuid,
                    from_block: now,
                    to_block: until,
                });
                continue;
            }
            Turn::Run => {}
        }
        match consistent_hotkeys(ledger, netuid) {
            Some(hotkeys) => {
                ledger.set_blocks_since_last_step(netuid, 0);
                ran = ran.saturating_add(1);
                drained.push(Drained {
                    netuid,
                    hotkeys,
                    server: ledger.pending_server_emission(netuid),
                    validator: ledger.pending_validator_emission(netuid),
                    root: ledger.pending_root_alpha_divs(netuid),
                    owner_cut: ledger.pending_owner_cut(netuid),
                });
                ledger.set_pending_server_emission(netuid, Alpha::ZERO);
                ledger.set_pending_validator_emission(netuid, Alpha::ZERO);
                ledger.set_pending_root_alpha_divs(netuid, Alpha::ZERO);
                ledger.set_pending_owner_cut(netuid, Alpha::ZERO);
            }
            None => {
                ledger.set_blocks_since_last_step(netuid, blocks_since);
                ledger.emit(Event::EpochSkipped { netuid, block: now });
            }
        }
        ledger.set_last_epoch_block(netuid, now);
        ledger.set_pending_epoch_at(netuid, 0);
        let epoch = ledger
            .subnet_epoch_index(netuid)
            .checked_add(1)
            .ok_or(Error::Overflow)?;
        ledger.set_subnet_epoch_index(netuid, epoch);
        slots.push(netuid);
    }
    Ok((drained, slots))
}

/// The hotkeys by uid; none if a uid has no hotkey or a hotkey has two uids.
fn consistent_hotkeys<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Option<Vec<Acc>> {
    let hotkeys: Vec<Acc> = (0..ledger.subnetwork_n(netuid))
        .map(|uid| ledger.key(netuid, uid))
        .collect::<Option<_>>()?;
    let different: BTreeSet<&Acc> = hotkeys.iter().collect();
    (different.len() == hotkeys.len()).then_some(hotkeys)
}

/// Runs consensus over what was drained and pays everybody (`docs/rules/dividends.md`).
fn distribute<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, drained: Drained<Acc>) -> Result<(), Error> {
    let Drained {
        netuid,
        hotkeys,
        server,
        validator,
        root,
        owner_cut,
    } = drained;
    let total = server.plus(validator)?.plus(root)?;
    let stakes: Vec<Stake> = hotkeys.iter().map(|hotkey| own_stake(ledger, hotkey, netuid)).collect();
    let (incentives, earned) = consensus(ledger, netuid, &hotkeys, &stakes, total);

    let paid_to_miners = incentives.iter().any(|amount| !amount.is_zero());
    let validator_pot = if paid_to_miners {
        validator
    } else {
        validator.plus(server)?
    };
    let (holders, burned) = with_parents(ledger, netuid, &hotkeys, &stakes, &earned)?;
    let (validator_pot, root) = payouts::recycle_from_pots(ledger, netuid, burned, validator_pot, root)?;
    let tao_weight = weights::tao_weight(ledger);
    let split: Vec<(U96F32, Stake)> = holders.values().copied().collect();
    // After consensus, which pays miners in proportion to all that it is given.
    let earners = earning(&split, tao_weight);
    let tribute = pact::release(ledger, netuid, earners.sum())?;
    let mut payouts = dividends::split_alpha_and_root(&split, validator_pot, root, tao_weight);
    earners.pay(tribute, &mut payouts);

    payouts::pay_owner_cut(ledger, netuid, owner_cut)?;
    payouts::pay_miners(ledger, netuid, &hotkeys, &incentives)?;
    let alpha = holders
        .keys()
        .zip(&payouts)
        .map(|(hotkey, earned)| (hotkey, earned.alpha));
    payouts::pay_alpha_dividends(ledger, netuid, alpha)?;
    let root = holders
        .keys()
        .zip(&payouts)
        .map(|(hotkey, earned)| (hotkey, earned.root));
    payouts::pay_root_dividends(ledger, netuid, root)
}

/// The stake that earns dividends, by hotkey: that of hotkeys with any, and with a claim on the respective pot.
struct Earners {
    alpha: Vec<u64>,
    root: Vec<u64>,
}

fn earning(holders: &[(U96F32, Stake)], tao_weight: U96F32) -> Earners {
    let nothing = U96F32::from_bits(0);
    let of = |earns: bool, stake: u64| if earns { stake } else { 0 };
    let holders = holders.iter().map(|(dividend, stake)| (*dividend > nothing, stake));
    Earners {
        alpha: holders.clone().map(|(earns, stake)| of(earns, stake.alpha)).collect(),
        root: holders
            .map(|(earns, stake)| of(earns && tao_weight > nothing, stake.root))
            .collect(),
    }
}

impl Earners {
    fn sum(&self) -> pact::Earning {
        let sum = |stakes: &[u64]| stakes.iter().fold(0, |sum: u64, stake| sum.saturating_add(*stake));
        pact::Earning {
            alpha: Alpha(sum(&self.alpha)),
            root: Tao(sum(&self.root)),
        }
    }

    /// Adds tribute to what the hotkeys earn, by their own stakes and not by their dividends
    /// (`docs/rules/pacts.md#release`).
    fn pay(&self, tribute: pact::Tribute, payouts: &mut [Earned]) {
        let alpha = release::divide(tribute.holders, &self.alpha);
        let root = release::divide(tribute.root, &self.root);
        for ((earned, alpha), root) in payouts.iter_mut().zip(alpha).zip(root) {
            earned.alpha = earned.alpha.saturating_add(U96F32::saturating_from_num(alpha.0));
            earned.root = earned.root.saturating_add(U96F32::saturating_from_num(root.0));
        }
    }
}

fn own_stake<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, netuid: NetUid) -> Stake {
    Stake {
        alpha: ledger.total_hotkey_alpha(hotkey, netuid).0,
        root: ledger.total_hotkey_alpha(hotkey, NetUid::ROOT).0,
    }
}

/// Runs the epochs of the subnet's mechanisms and stores what they decide. Returns incentives and dividends by uid.
fn consensus<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    hotkeys: &[Acc],
    stakes: &[Stake],
    emission: Alpha,
) -> (Vec<Alpha>, Vec<Alpha>) {
    let count = ledger.mechanism_count_current(netuid).0;
    let parts = mechanisms::split(emission, count, ledger.mechanism_emission_split(netuid).as_deref());
    let mut input = common_input(ledger, netuid, hotkeys, stakes);
    let mut outputs: Vec<(Alpha, EpochOutput)> = Vec::with_capacity(parts.len());
    for (index, part) in indices(ledger, netuid).into_iter().zip(parts) {
        input.emission = part;
        read_mechanism(ledger, netuid, index, hotkeys, &mut input);
        let output = epoch::run(&input);
        store_mechanism(ledger, index, &input, &output);
        outputs.push((part, output));
    }
    let all = mechanisms::aggregate(&outputs, emission);
    ledger.set_active(netuid, all.active);
    ledger.set_emission(netuid, all.emission);
    ledger.set_consensus(netuid, all.consensus);
    ledger.set_dividends(netuid, all.dividends);
    ledger.set_validator_trust(netuid, all.validator_trust);
    ledger.set_validator_permit(netuid, all.validator_permit);
    ledger.set_stake_weight(netuid, all.stake_weight);
    (all.server_emission, all.validator_emission)
}

/// What the epochs of all mechanisms read alike (`docs/rules/yuma.md#inputs`).
fn common_input<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuid: NetUid,
    hotkeys: &[Acc],
    stakes: &[Stake],
) -> EpochInput {
    let tempo = ledger.tempo(netuid);
    let tao_weight = weights::tao_weight(ledger);
    let stake: Vec<I64F64> = hotkeys
        .iter()
        .zip(stakes)
        .map(|(hotkey, own)| weights::weigh(ledger, hotkey, netuid, Alpha(own.alpha), Alpha(own.root), tao_weight))
        .collect();
    let owner_hotkey = ledger.subnet_owner_hotkey(netuid);
    EpochInput {
        parameters: Parameters {
            tempo,
            activity_cutoff: activity_cutoff(ledger.activity_cutoff_factor_milli(netuid), tempo),
            kappa: ledger.kappa(netuid),
            bonds_penalty: ledger.bonds_penalty(netuid),
            bonds_moving_average: ledger.bonds_moving_average(netuid),
            yuma3_on: ledger.yuma3_on(netuid),
            liquid_alpha_on: ledger.liquid_alpha_on(netuid),
            alpha_values: ledger.alpha_values(netuid),
            alpha_sigmoid_steepness: ledger.alpha_sigmoid_steepness(netuid),
            max_allowed_validators: ledger.max_allowed_validators(netuid),
            stake_threshold: ledger.stake_threshold(),
        },
        block: ledger.block(),
        last_step_block: ledger.last_mechanism_step_block(netuid),
        owner_uid: owner_hotkey.and_then(|hotkey| ledger.uids(netuid, &hotkey)),
        stake,
        validator_permit: ledger.validator_permit(netuid),
        block_at_registration: uids(hotkeys)
            .map(|uid| ledger.block_at_registration(netuid, uid))
            .collect(),
        ..EpochInput::default()
    }
}

fn uids<Acc>(hotkeys: &[Acc]) -> impl Iterator<Item = u16> + use<Acc> {
    // There are SubnetworkN hotkeys, a u16.
    0..hotkeys.len() as u16
}

/// What one mechanism's epoch reads for itself.
fn read_mechanism<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuid: NetUid,
    index: NetUidStorageIndex,
    hotkeys: &[Acc],
    input: &mut EpochInput,
) {
    input.last_update = ledger.last_update(index);
    input.weights = uids(hotkeys).map(|uid| ledger.weights(index, uid)).collect();
    input.bonds = uids(hotkeys).map(|uid| ledger.bonds(index, uid)).collect();
    // Commits hide weights only, so they matter to those who have some.
    input.commit_blocks = ledger.commit_reveal_weights_enabled(netuid).then(|| {
        let committed = |(hotkey, row): (&Acc, &Vec<(u16, u16)>)| match row.is_empty() {
            true => u64::MAX,
            false => ledger.earliest_weight_commit(index, hotkey).unwrap_or(u64::MAX),
        };
        hotkeys.iter().zip(&input.weights).map(committed).collect()
    });
}

/// Stores what one mechanism's epoch decides (`docs/rules/yuma.md#amounts-and-output`).
fn store_mechanism<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    index: NetUidStorageIndex,
    input: &EpochInput,
    output: &EpochOutput,
) {
    ledger.set_incentive(index, output.incentive.clone());
    for (uid, (row, before)) in (0u16..).zip(output.bonds.iter().zip(&input.bonds)) {
        if row != before {
            ledger.set_bonds(index, uid, row.clone());
        }
    }
    ledger.emit(Event::IncentiveAlphaEmittedToMiners {
        netuid: index,
        emissions: output.server_emission.clone(),
    });
}

/// Dividend and own stake by hotkey.
type Holders<Acc> = BTreeMap<Acc, (U96F32, Stake)>;

/// Each hotkey's dividend after parents have had their part, with its own stake
/// (`docs/rules/dividends.md#parents-and-children`), and what the child key burn takes of all of them.
fn with_parents<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuid: NetUid,
    hotkeys: &[Acc],
    stakes: &[Stake],
    earned: &[Alpha],
) -> Result<(Holders<Acc>, Alpha), Error> {
    let mut holders: Holders<Acc> = hotkeys
        .iter()
        .cloned()
        .zip(stakes.iter().map(|stake| (U96F32::from_bits(0), *stake)))
        .collect();
    let tao_weight = weights::tao_weight(ledger);
    let ck_burn = ledger.ck_burn();
    let mut burned = Alpha::ZERO;
    // By account, because later sums round.
    let mut order: Vec<usize> = (0..hotkeys.len()).collect();
    order.sort_by_key(|place| &hotkeys[*place]);
    for place in order {
        let (hotkey, dividend) = (&hotkeys[place], earned.get(place).copied().unwrap_or_default());
        let links = ledger.parent_keys(hotkey, netuid);
        let mut add = |hotkey: &Acc, stake: Stake, amount: Alpha| {
            let holder = holders.entry(hotkey.clone()).or_insert((U96F32::from_bits(0), stake));
            holder.0 = holder.0.saturating_add(U96F32::saturating_from_num(amount.0));
        };
        if links.is_empty() {
            add(hotkey, stakes[place], dividend);
            continue;
        }
        let owner = ledger.owner(hotkey);
        let parents: Vec<Parent> = links
            .iter()
            .map(|(proportion, parent)| Parent {
                proportion: *proportion,
                stake: own_stake(ledger, parent, netuid),
                same_owner: ledger.owner(parent) == owner,
            })
            .collect();
        let lent: Vec<u64> = ledger
            .child_keys(hotkey, netuid)
            .iter()
            .map(|(part, _)| *part)
            .collect();
        let take = delegation::effective_childkey_take(
            ledger.childkey_take(hotkey, netuid),
            ledger.min_childkey_take(),
            ledger.min_childkey_take_per_subnet(netuid),
        );
        let child = Child {
            stake: stakes[place],
            lent: &lent,
            take,
        };
        let family = dividends::split_with_parents(dividend, child, &parents, ck_burn, tao_weight);
        for (((_, parent), about), amount) in links.iter().zip(&parents).zip(&family.parents) {
            add(parent, about.stake, *amount);
        }
        add(hotkey, stakes[place], family.child);
        burned = burned.plus(family.recycled)?;
    }
    Ok((holders, burned))
}
