//! One epoch of Yuma consensus over one weight matrix (`docs/rules/yuma.md`): validators' weights in; consensus,
//! incentives, dividends, bonds, permits and emissions out.
//!
//! [`run`] is a pure function. All vectors have one entry a uid, rows are lists of (uid, value).

mod bonds;
pub mod math;
mod parameters;
mod sparse;

pub use bonds::{LiquidAlpha, moved as moved_bond};
pub use parameters::Parameters;
pub use sparse::Sparse;

use alloc::{vec, vec::Vec};

use crate::{
    Alpha,
    fixed::{I32F32, I64F64},
};
use math::Bits;

/// What an epoch reads (`docs/rules/yuma.md#inputs`). `stake.len()` is the number of neurons, n.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochInput {
    /// Parameters of the subnet.
    pub parameters: Parameters,
    /// Current block.
    pub block: u64,
    /// Block of the previous successful epoch (`LastMechansimStepBlock`), 0 if none.
    pub last_step_block: u64,
    /// Uid of the subnet owner's hotkey, if it has one.
    pub owner_uid: Option<u16>,
    /// Stake weight of each hotkey (`docs/rules/yuma.md#stake-weight`).
    pub stake: Vec<I64F64>,
    /// Permits of the previous epoch. Uids beyond its end have none; if it is empty, all have one.
    pub validator_permit: Vec<bool>,
    /// Block of each uid's last weights or commit, for this mechanism. Uids beyond its end: 0.
    pub last_update: Vec<u64>,
    /// Block at which each uid's hotkey registered. Uids beyond its end: 0.
    pub block_at_registration: Vec<u64>,
    /// With commit-reveal on: block of each uid's earliest unexpired commit, `u64::MAX` for none.
    pub commit_blocks: Option<Vec<u64>>,
    /// Stored weights, in the order submitted. Rows beyond its end are empty, targets from n on are ignored.
    pub weights: Vec<Vec<(u16, u16)>>,
    /// Stored bonds, likewise.
    pub bonds: Vec<Vec<(u16, u16)>>,
    /// What to distribute: the pending alpha of servers, validators and root.
    pub emission: Alpha,
}

/// What an epoch returns (`docs/rules/yuma.md#amounts-and-output`), n entries each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpochOutput {
    /// Not inactive.
    pub active: Vec<bool>,
    /// Share of the stake, in 1/65535.
    pub stake_weight: Vec<u16>,
    /// Weight that the majority of the stake agrees on, in 1/65535. Does not sum to one.
    pub consensus: Vec<u16>,
    /// Share of the miners' pay, in 1/65535.
    pub incentive: Vec<u16>,
    /// Share of the validators' pay, in 1/65535.
    pub dividends: Vec<u16>,
    /// Part of a validator's weights within consensus, in 1/65535.
    pub validator_trust: Vec<u16>,
    /// Permits for the next epoch.
    pub validator_permit: Vec<bool>,
    /// What each uid earns in all, rounded down by itself (so not always the sum of the next two).
    pub emission: Vec<Alpha>,
    /// What each uid earns as a miner.
    pub server_emission: Vec<Alpha>,
    /// What each uid earns as a validator.
    pub validator_emission: Vec<Alpha>,
    /// Stake weight of each hotkey in whole units, before the threshold.
    pub stake: Vec<u64>,
    /// Bonds to store: empty rows for uids without a new permit.
    pub bonds: Vec<Vec<(u16, u16)>>,
}

/// Runs one epoch.
pub fn run(input: &EpochInput) -> EpochOutput {
    let n = input.stake.len();
    let parameters = &input.parameters;
    let active = active(input);
    let permitted = permitted(input);
    let owner = input.owner_uid.map(usize::from).filter(|&uid| uid < n);

    let stake = stake_shares(input, owner);
    let mut validator_permit = math::top_k_nonzero(&stake, parameters.max_allowed_validators.into());
    if let Some(uid) = owner {
        validator_permit[uid] = true;
    }
    let mut active_stake: Vec<Bits> = (0..n)
        .map(|uid| if active[uid] && permitted[uid] { stake[uid] } else { 0 })
        .collect();
    math::normalize(&mut active_stake);

    let weights = weights(input, &permitted, owner);
    let consensus = consensus(&weights, &active_stake, math::proportion(parameters.kappa));
    let clipped = weights.clip(&consensus);
    let validator_trust: Vec<Bits> = (0..n)
        .map(|row| math::sum(clipped.row(row).1.iter().copied()))
        .collect();
    let mut incentive = clipped.weighted_column_sums(&active_stake, n);
    math::normalize(&mut incentive);

    let followed = match parameters.bonds_penalty {
        0 => weights,
        u16::MAX => clipped,
        penalty => Sparse::interpolate(&weights, &clipped, math::proportion(penalty), n),
    };
    let bonds::Updated { bonds, dividends } = bonds::update(
        bonds::Market {
            weights: followed,
            bonds: surviving_bonds(input),
            active_stake: &active_stake,
            consensus: &consensus,
            incentive: &incentive,
        },
        parameters,
    );

    let pay = pay(&incentive, &dividends, &stake, &active_stake);
    let amounts = |shares: &[Bits]| shares.iter().map(|&share| amount(share, input.emission)).collect();
    let quantised = |shares: &[Bits]| shares.iter().map(|&share| math::to_u16(share)).collect();
    let stored = |uid| {
        bonds
            .iter(uid)
            .map(|(column, bond)| (column as u16, math::to_u16(bond)))
            .collect()
    };
    EpochOutput {
        active,
        stake_weight: quantised(&stake),
        consensus: quantised(&consensus),
        incentive: quantised(&incentive),
        dividends: quantised(&dividends),
        validator_trust: quantised(&validator_trust),
        bonds: (0..n)
            .map(|uid| if validator_permit[uid] { stored(uid) } else { Vec::new() })
            .collect(),
        validator_permit,
        emission: amounts(&pay.combined),
        server_emission: amounts(&pay.server),
        validator_emission: amounts(&pay.validator),
        stake: input.stake.iter().map(|&stake| stake.saturating_to_num()).collect(),
    }
}

/// Who set weights recently enough (`docs/rules/epochs.md#activity`).
fn active(input: &EpochInput) -> Vec<bool> {
    let cutoff = input.parameters.activity_cutoff;
    (0..input.stake.len())
        .map(|uid| at(&input.last_update, uid).saturating_add(cutoff) >= input.block)
        .collect()
}

/// Whose weights count: the permits of the previous epoch, and the owner
/// (`docs/rules/yuma.md#activity-stake-and-permits` step 4).
fn permitted(input: &EpochInput) -> Vec<bool> {
    let mut permits = input.validator_permit.clone();
    if let Some(permit) = input.owner_uid.and_then(|uid| permits.get_mut(usize::from(uid))) {
        *permit = true;
    }
    if permits.is_empty() {
        return vec![true; input.stake.len()];
    }
    permits.resize(input.stake.len(), false);
    permits
}

const NOTHING: I64F64 = I64F64::from_bits(0);

/// Shares of the stake above the threshold (`docs/rules/yuma.md#activity-stake-and-permits` steps 2 and 3): normalised
/// in I64F64, then cut.
fn stake_shares(input: &EpochInput, owner: Option<usize>) -> Vec<Bits> {
    let counts = |(uid, stake): (usize, &I64F64)| {
        let enough = stake.saturating_to_num::<u64>() >= input.parameters.stake_threshold;
        if enough || owner == Some(uid) { *stake } else { NOTHING }
    };
    let stake: Vec<I64F64> = input.stake.iter().enumerate().map(counts).collect();
    // Wraps like the reference's plain sum; all alpha and TAO together stay far below 2^63.
    let total = I64F64::from_bits(
        stake
            .iter()
            .fold(0, |total: i128, stake| total.wrapping_add(stake.to_bits())),
    );
    // Dividing nothing is as slow as dividing anything else, and most neurons have no stake.
    let share = |stake: &I64F64| match *stake == NOTHING {
        true => NOTHING,
        false => stake.checked_div(total).unwrap_or(NOTHING),
    };
    stake
        .iter()
        .map(|stake| share(stake).saturating_to_num::<I32F32>().to_bits())
        .collect()
}

/// The weights that count, each row scaled to sum to one (`docs/rules/yuma.md#weights-that-count`).
fn weights(input: &EpochInput, permitted: &[bool], owner: Option<usize>) -> Sparse {
    let n = input.stake.len();
    Sparse::gather(&input.weights, n, |from, to| {
        let registered = at(&input.block_at_registration, to);
        let committed = input
            .commit_blocks
            .as_ref()
            .map(|blocks| blocks.get(from).copied().unwrap_or(u64::MAX));
        permitted[from]
            && (to != from || owner == Some(from))
            && at(&input.last_update, from) > registered
            && committed.is_none_or(|block| block >= registered)
    })
    .normalize_rows()
}

/// The weight on each miner that the majority of the active stake agrees on
/// (`docs/rules/yuma.md#consensus-and-incentive`).
fn consensus(weights: &Sparse, active_stake: &[Bits], kappa: Bits) -> Vec<Bits> {
    let n = active_stake.len();
    let validators: Vec<usize> = (0..n).filter(|&uid| active_stake[uid] > 0).collect();
    let mut stake: Vec<Bits> = validators.iter().map(|&uid| active_stake[uid]).collect();
    math::normalize(&mut stake);
    let total = math::sum(stake.iter().copied());
    let minority = total.saturating_sub(kappa);

    // Scores by miner, then by validator.
    let mut scores: Vec<Bits> = vec![0; n * validators.len()];
    for (position, &uid) in validators.iter().enumerate() {
        for (to, weight) in weights.iter(uid) {
            scores[to * validators.len() + position] = weight;
        }
    }
    let mut scratch = math::Median::default();
    (0..n)
        .map(|to| {
            let column = &scores[to * validators.len()..(to + 1) * validators.len()];
            math::weighted_median(&stake, column, minority, 0, total, &mut scratch)
        })
        .collect()
}

/// Stored bonds without those toward miners registered since the last epoch (`docs/rules/yuma.md#surviving-bonds`).
fn surviving_bonds(input: &EpochInput) -> Sparse {
    let n = input.stake.len();
    let last = match input.last_step_block {
        0 => input.block.saturating_sub(input.parameters.tempo.into()),
        block => block.saturating_add(1),
    };
    Sparse::gather(&input.bonds, n, |_, to| last > at(&input.block_at_registration, to))
}

/// Shares of the emission.
struct Pay {
    combined: Vec<Bits>,
    server: Vec<Bits>,
    validator: Vec<Bits>,
}

/// Halves the emission between incentives and dividends; with neither, pays by stake
/// (`docs/rules/yuma.md#amounts-and-output`).
fn pay(incentive: &[Bits], dividends: &[Bits], stake: &[Bits], active_stake: &[Bits]) -> Pay {
    let combined: Vec<Bits> = incentive
        .iter()
        .zip(dividends)
        .map(|(i, d)| i.saturating_add(*d))
        .collect();
    let total = math::sum(combined.iter().copied());
    if total == 0 {
        let source = if math::sum(active_stake.iter().copied()) == 0 {
            stake
        } else {
            active_stake
        };
        return Pay {
            combined: source.to_vec(),
            server: incentive.to_vec(),
            validator: source.to_vec(),
        };
    }
    let shares = |values: &[Bits]| values.iter().map(|&value| math::safe_div(value, total)).collect();
    Pay {
        combined: shares(&combined),
        server: shares(incentive),
        validator: shares(dividends),
    }
}

/// A share of an amount, rounded down. Nobody gets the dust (`docs/rules/yuma.md#amounts-and-output`).
fn amount(share: Bits, emission: Alpha) -> Alpha {
    let product = (i128::from(share) * i128::from(emission.get())) >> 32;
    Alpha(u64::try_from(product.max(0)).unwrap_or(u64::MAX))
}

/// An entry of a vector that may be too short.
fn at(blocks: &[u64], uid: usize) -> u64 {
    blocks.get(uid).copied().unwrap_or(0)
}
