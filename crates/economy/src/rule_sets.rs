//! Dated rule sets (`docs/rules/emission.md#rule-sets`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Which rules share a block's TAO among the subnets.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum RuleSet {
    /// From 14 February 2025: moving price over the sum of moving prices.
    #[serde(rename = "2025-02-dtao")]
    Dtao,
    /// From November 2025: net staking flow.
    #[serde(rename = "2025-11-taoflow")]
    TaoFlow,
    /// From June 2026: moving price times one less the burned share of miner pay, renormalised.
    #[default]
    #[serde(rename = "2026-06-price-burn")]
    PriceBurn,
    /// From 27 July 2026: as `PriceBurn`, then a gate at the share where the largest reach 75 % of the mass.
    #[serde(rename = "2026-07-gate")]
    Gate,
    /// From 3 August 2026: the same gate at the 32nd largest share.
    #[serde(rename = "2026-08-gate32")]
    Gate32,
}
