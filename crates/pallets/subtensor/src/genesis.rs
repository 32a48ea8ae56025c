//! The market in the first block (`docs/rules/subnets.md#genesis`).

use serde::{Deserialize, Serialize};
use tributary_economy::{NewSubnet, Tao, presets::LOCAL, rule_sets::RuleSet};

/// Parameters of the market at genesis, root, and the first subnet. The defaults are the reference's local network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Genesis<AccountId> {
    /// The dated rules that share a block's TAO.
    pub rules: RuleSet,
    /// What a new subnet starts with.
    pub new_subnet: NewSubnet,
    /// How fast moving prices follow prices, in units of 2^-32 a block (`SubnetMovingAlpha`). The default of the
    /// reference's code means weeks, in the first minutes of which a moving price is too small to be more than zero.
    pub price_smoothing: u32,
    /// Weight of root's TAO over `u64::MAX` (`TaoWeight`).
    pub tao_weight: u64,
    /// Least stake of a nominator, in millionths of the least stake.
    pub nominator_min_required_stake: u64,
    /// Blocks between registration of a subnet and its start call.
    pub start_call_delay: u64,
    /// Blocks between registrations of subnets.
    pub network_rate_limit: u64,
    /// Least price of a subnet, and price of the first.
    pub network_min_lock_cost: Tao,
    /// Blocks in which the price of a subnet falls by its last value.
    pub network_lock_reduction_interval: u64,
    /// Blocks for which a subnet is not pruned.
    pub network_immunity_period: u64,
    /// How many subnets there may be beside root.
    pub subnet_limit: u16,
    /// Epochs that one block may run.
    pub max_epochs_per_block: u8,
    /// Blocks before an epoch in which hyperparameters are fixed.
    pub admin_freeze_window: u16,
    /// Blocks between key swaps of a coldkey.
    pub tx_rate_limit: u64,
    /// Blocks between the announcement of a coldkey swap and the swap.
    pub coldkey_swap_announcement_delay: u32,
    /// Blocks after those before it may be announced anew, or taken back.
    pub coldkey_swap_reannouncement_delay: u32,
    /// How many consensus mechanisms a subnet may have.
    pub max_mechanism_count: u8,
    /// Whether TAO may be staked on root from the start, as on the main network.
    pub root_staking: bool,
    /// Coldkey and hotkey of the owner of root, if any.
    pub root_owner: Option<(AccountId, AccountId)>,
    /// Whether there is subnet 1, "apex", which belongs to nobody. Its pool says that it holds 10 TAO that no account
    /// holds, as in the reference.
    pub apex: bool,
}

impl<AccountId> Default for Genesis<AccountId> {
    fn default() -> Self {
        Self {
            rules: LOCAL.rules,
            new_subnet: NewSubnet::default(),
            price_smoothing: LOCAL.moving_alpha,
            tao_weight: LOCAL.tao_weight,
            nominator_min_required_stake: LOCAL.nominator_min_required_stake,
            start_call_delay: 0,
            network_rate_limit: LOCAL.network_rate_limit,
            network_min_lock_cost: Tao(LOCAL.network_min_lock_cost),
            network_lock_reduction_interval: LOCAL.network_lock_reduction_interval,
            network_immunity_period: LOCAL.network_immunity_period,
            subnet_limit: LOCAL.subnet_limit,
            max_epochs_per_block: 2,
            admin_freeze_window: 10,
            tx_rate_limit: 1_000,
            coldkey_swap_announcement_delay: 36_000,
            coldkey_swap_reannouncement_delay: 7_200,
            max_mechanism_count: 2,
            root_staking: false,
            root_owner: None,
            apex: true,
        }
    }
}
