//! Constants of the chain, and how its rules are computed.

use tributary_economy::{
    Tao,
    approximate::Parts,
    emission::{self, Division},
    fixed::{I96F32, U96F32},
    new_subnet::DEFAULT_TEMPO,
    pool,
    presets::MAINNET,
};

pub use tributary_economy::units::BLOCKS_PER_DAY;

/// Blocks between two releases: the tempo of nearly all subnets of the main network.
pub(super) const TEMPO: u64 = DEFAULT_TEMPO as u64;

/// Age in blocks from which conviction can change a subnet's owner (`docs/rules/subnets.md#conviction`,
/// `exit_event_protocol_answers` of the moments file).
pub const CONTEST_AGE: u64 = 2_629_800;

/// The part of a subnet's alpha that one challenger needs for it, since 14 August 2026 (`takeover_threshold` of the
/// moments file).
pub const CHALLENGER: f64 = 0.18;

/// How the rules are computed in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// By the functions of `tributary_economy`, in its fixed-point numbers: at steps of one block, to the rao.
    Exact,
    /// The same formulas in floating point, with whole rao booked: see [`tributary_economy::approximate`] for the bounds
    /// and for why.
    #[default]
    Float,
}

/// Constants of the chain (defaults: the public network's, [`tributary_economy::presets`]).
#[derive(Clone, Debug)]
pub struct Constants {
    /// How the alpha of every subnet is divided (`SubnetOwnerCut`).
    pub division: Division,
    /// Weight of root's TAO (`TaoWeight`).
    pub tao_weight: U96F32,
    /// Weight of a new price in the moving price (`SubnetMovingAlpha`).
    pub moving_alpha: I96F32,
    /// Blocks until half of that weight (`EMAPriceHalvingBlocks`).
    pub halving_blocks: u64,
    /// Swap fee over 65535 (`FeeRate`).
    pub fee_rate: u16,
    /// Least reserve of a pool that can be traded against, in its units.
    pub minimum_reserve: u64,
    /// Blocks in which a new subnet cannot be replaced (`NetworkImmunityPeriod`).
    pub immunity_blocks: u64,
    /// Least cost of a slot (`NetworkMinLockCost`).
    pub lock_cost_min: Tao,
    /// Blocks in which that cost falls by its last value (`NetworkLockReductionInterval`).
    pub lock_reduction_blocks: u64,
    /// Blocks between two registrations (`NetworkRateLimit`).
    pub network_rate_limit_blocks: u64,
}

impl Default for Constants {
    fn default() -> Self {
        Self {
            division: Division::with_cut(MAINNET.owner_cut),
            tao_weight: emission::tao_weight(MAINNET.tao_weight),
            moving_alpha: I96F32::from_bits(MAINNET.moving_alpha.into()),
            halving_blocks: MAINNET.halving_blocks,
            fee_rate: MAINNET.fee_rate,
            minimum_reserve: pool::MINIMUM_RESERVE,
            immunity_blocks: MAINNET.network_immunity_period,
            lock_cost_min: Tao(MAINNET.network_min_lock_cost),
            lock_reduction_blocks: MAINNET.network_lock_reduction_interval,
            network_rate_limit_blocks: MAINNET.network_rate_limit,
        }
    }
}

impl Constants {
    /// The parts of the alpha in floating point.
    pub fn parts(&self) -> Parts {
        Parts::of(self.division)
    }
}
