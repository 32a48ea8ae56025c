//! The constants of the presets, each written down once: the public network's as recorded, and what the test chains
//! have instead.

use alloc::vec::Vec;

use crate::rule_sets::RuleSet;

/// 18 % over 65535: the owner's cut, and the highest take of delegates and childkeys.
const EIGHTEEN_PERCENT: u16 = 11_796;

/// A named set of constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// The public network, as recorded in its blocks from 3 August to 11 October 2026
    /// (`docs/rules/emission.md#constants-of-the-public-network`).
    Mainnet,
    /// The reference's local network: the defaults of its code. Storage items that are not set read as these.
    Local,
    /// A chain for tests: short waits, low prices.
    Fast,
}

impl Preset {
    /// All of them, the public network first.
    pub const ALL: [Self; 3] = [Self::Mainnet, Self::Local, Self::Fast];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Local => "local",
            Self::Fast => "fast",
        }
    }

    /// Its constants.
    pub const fn constants(self) -> Constants {
        match self {
            Self::Mainnet => MAINNET,
            Self::Local => LOCAL,
            Self::Fast => FAST,
        }
    }

    /// The constants in which it differs from the public network.
    pub fn deviations(self) -> Vec<(&'static Row, u64)> {
        let own = self.constants().values();
        let rows = TABLE.iter().zip(MAINNET.values().into_iter().zip(own));
        rows.filter(|(_, (network, own))| network != own)
            .map(|(row, (_, own))| (row, own))
            .collect()
    }
}

/// What is known of a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Name of its storage item.
    pub storage: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// How the public network's value is known.
    pub source: &'static str,
}

macro_rules! constants {
    ($($(#[doc = $doc:literal])+ $name:ident: $ty:ty, $storage:ident, $unit:literal,
        mainnet $mainnet:expr, local $local:expr, fast $fast:expr, $source:literal;)*) => {
        /// The constants of a chain.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Constants {
            /// The dated rules (`EmissionRules`).
            pub rules: RuleSet,
            $($(#[doc = $doc])+ pub $name: $ty,)*
        }

        /// The public network's.
        pub const MAINNET: Constants = Constants { rules: RuleSet::Gate32, $($name: $mainnet,)* };

        /// The reference's local network's: the defaults of its code.
        pub const LOCAL: Constants = Constants { rules: RuleSet::PriceBurn, $($name: $local,)* };

        /// Those of the chain for tests.
        pub const FAST: Constants = Constants { rules: RuleSet::PriceBurn, $($name: $fast,)* };

        /// What is known of each constant but the rules.
        pub const TABLE: &[Row] = &[$(Row { storage: stringify!($storage), unit: $unit, source: $source },)*];

        impl Constants {
            /// The values, parallel to [`TABLE`].
            pub fn values(&self) -> Vec<u64> {
                Vec::from([$(u64::from(self.$name),)*])
            }
        }
    };
}

constants! {
    /// The owner's cut over 65535.
    owner_cut: u16, SubnetOwnerCut, "of 65,535",
        mainnet EIGHTEEN_PERCENT, local EIGHTEEN_PERCENT, fast EIGHTEEN_PERCENT, "recorded: not in storage";
    /// Highest take of a delegate, and the take it starts with, over 65535.
    delegate_take: u16, MaxDelegateTake, "of 65,535",
        mainnet EIGHTEEN_PERCENT, local EIGHTEEN_PERCENT, fast EIGHTEEN_PERCENT, "default of the code";
    /// Highest take of a childkey over 65535.
    childkey_take: u16, MaxChildkeyTake, "of 65,535",
        mainnet EIGHTEEN_PERCENT, local EIGHTEEN_PERCENT, fast EIGHTEEN_PERCENT, "default of the code";
    /// Weight of root's TAO over `u64::MAX`.
    tao_weight: u64, TaoWeight, "of 2^64 - 1",
        mainnet 3_320_413_933_267_719_290, local 971_718_665_099_567_868, fast 971_718_665_099_567_868,
        "recorded: 0.18";
    /// Weight of a new price in the moving price in the long run, in steps of 2^-32.
    moving_alpha: u32, SubnetMovingAlpha, "of 2^32",
        mainnet 1_288_490, local 12_885, fast u32::MAX / 100, "recorded: 0.0003, a half-life of 2,310 blocks";
    /// Blocks until a new price has half of that weight.
    halving_blocks: u64, EMAPriceHalvingBlocks, "blocks",
        mainnet 201_600, local 201_600, fast 100, "recorded";
    /// Blocks for which a new subnet is not pruned.
    network_immunity_period: u64, NetworkImmunityPeriod, "blocks",
        mainnet 864_000, local 1_296_000, fast 10_000, "recorded";
    /// Blocks between registrations of subnets.
    network_rate_limit: u64, NetworkRateLimit, "blocks",
        mainnet 14_400, local 7_200, fast 0, "recorded; 28,800 at block 7,000,020";
    /// Blocks in which the price of a subnet falls by its last value.
    network_lock_reduction_interval: u64, NetworkLockReductionInterval, "blocks",
        mainnet 115_200, local 100_800, fast 1_000, "recorded; 57,600 at block 7,000,020";
    /// Least price of a subnet, in rao.
    network_min_lock_cost: u64, NetworkMinLockCost, "rao",
        mainnet crate::UNIT, local 1_000 * crate::UNIT, fast crate::UNIT, "recorded";
    /// How many subnets there may be beside root.
    subnet_limit: u16, SubnetLimit, "subnets",
        mainnet 128, local 128, fast 128, "recorded";
    /// Least stake of a nominator, in millionths of the least stake.
    nominator_min_required_stake: u64, NominatorMinRequiredStake, "millionths",
        mainnet 10_000_000, local 0, fast 0, "recorded";
    /// Swap fee over 65535.
    fee_rate: u16, FeeRate, "of 65,535",
        mainnet 33, local 33, fast 33, "default of the code";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ledger, NetUid, memory::MemoryLedger};

    #[test]
    fn what_is_not_set_reads_as_the_local_network() {
        let ledger = MemoryLedger::<u64>::genesis();
        assert_eq!(ledger.rule_set(), LOCAL.rules);
        assert_eq!(ledger.subnet_owner_cut(), LOCAL.owner_cut);
        assert_eq!(ledger.tao_weight(), LOCAL.tao_weight);
        assert_eq!(ledger.subnet_moving_alpha().to_bits(), i128::from(LOCAL.moving_alpha));
        assert_eq!(ledger.ema_price_halving_blocks(NetUid(1)), LOCAL.halving_blocks);
        assert_eq!(ledger.network_min_lock_cost().0, LOCAL.network_min_lock_cost);
        assert_eq!(ledger.fee_rate(NetUid(1)), LOCAL.fee_rate);
    }

    #[test]
    fn the_public_network_deviates_from_itself_in_nothing() {
        assert!(Preset::Mainnet.deviations().is_empty());
        let local: Vec<_> = Preset::Local
            .deviations()
            .into_iter()
            .map(|(row, _)| row.storage)
            .collect();
        assert!(
            local.contains(&"SubnetMovingAlpha") && !local.contains(&"SubnetOwnerCut"),
            "{local:?}"
        );
    }
}
