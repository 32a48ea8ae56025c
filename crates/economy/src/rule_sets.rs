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
    #[codec(index = 0)]
    Dtao,
    /// From November 2025: net staking flow.
    #[serde(rename = "2025-11-taoflow")]
    #[codec(index = 1)]
    TaoFlow,
    /// From 13 December 2025: net staking flow, and TAO that does not fit into a pool buys alpha.
    #[serde(rename = "2025-12-chain-buys")]
    #[codec(index = 6)]
    ChainBuys,
    /// From 23 June 2026: moving price times root proportion times one less the burned share of miner pay, renormalised.
    #[serde(rename = "2026-06-root-price")]
    #[codec(index = 5)]
    RootPrice,
    /// From 17 July 2026: moving price times one less the burned share of miner pay, renormalised.
    #[default]
    #[serde(rename = "2026-06-price-burn")]
    #[codec(index = 2)]
    PriceBurn,
    /// From 27 July 2026: as `PriceBurn`, then a gate at the share where the largest reach a part of the mass.
    #[serde(rename = "2026-07-gate")]
    #[codec(index = 3)]
    Gate,
    /// From 3 August 2026: the same gate at the 32nd largest share.
    #[serde(rename = "2026-08-gate32")]
    #[codec(index = 4)]
    Gate32,
}

impl RuleSet {
    /// All of them by their dates, each with its first block on the public network.
    pub const DATED: [(u64, Self); 7] = [
        (0, Self::Dtao),
        (6_811_690, Self::TaoFlow),
        (7_091_126, Self::ChainBuys),
        (8_466_530, Self::RootPrice),
        (8_636_190, Self::PriceBurn),
        (8_713_793, Self::Gate),
        (8_765_683, Self::Gate32),
    ];

    /// The rules of the public network in a block of its own.
    pub fn at(block: u64) -> Self {
        let dated = Self::DATED.iter().rev().find(|(first, _)| *first <= block);
        dated.map_or(Self::Dtao, |(_, rules)| *rules)
    }

    /// Whether shares follow the smoothed flow of stakers, and not prices.
    pub const fn follows_flow(self) -> bool {
        match self {
            Self::TaoFlow | Self::ChainBuys => true,
            Self::Dtao | Self::RootPrice | Self::PriceBurn | Self::Gate | Self::Gate32 => false,
        }
    }

    /// Whether the burned part of miner pay lowers a share.
    pub const fn counts_burn(self) -> bool {
        match self {
            Self::Dtao | Self::TaoFlow | Self::ChainBuys => false,
            Self::RootPrice | Self::PriceBurn | Self::Gate | Self::Gate32 => true,
        }
    }

    /// Whether shares pass the gate ([`crate::emission::Gate`]).
    pub const fn gated(self) -> bool {
        match self {
            Self::Gate | Self::Gate32 => true,
            Self::Dtao | Self::TaoFlow | Self::ChainBuys | Self::RootPrice | Self::PriceBurn => false,
        }
    }

    /// Whether the alpha that joins a pool is within root's part of the alpha emission, and TAO that does not fit buys
    /// alpha for the protocol. Until 13 December 2025 the cap was the whole alpha emission, and TAO beyond it was not
    /// issued.
    pub const fn buys_with_excess(self) -> bool {
        match self {
            Self::Dtao | Self::TaoFlow => false,
            Self::ChainBuys | Self::RootPrice | Self::PriceBurn | Self::Gate | Self::Gate32 => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_the_rules_of_their_date() {
        assert_eq!(RuleSet::at(1), RuleSet::Dtao);
        assert_eq!(RuleSet::at(7_000_020), RuleSet::TaoFlow);
        assert_eq!(RuleSet::at(8_500_000), RuleSet::RootPrice);
        assert_eq!(RuleSet::at(8_765_682), RuleSet::Gate);
        assert_eq!(RuleSet::at(9_240_382), RuleSet::Gate32);
        assert!(RuleSet::DATED.is_sorted_by_key(|(first, _)| *first));
    }

    #[test]
    fn stored_rule_sets_keep_their_numbers() {
        let numbers = RuleSet::DATED.map(|(_, rules)| rules.encode()[0]);
        assert_eq!(numbers, [0, 1, 6, 5, 2, 3, 4]);
    }
}
