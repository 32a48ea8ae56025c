//! Writes the market of the first block (`docs/rules/subnets.md#genesis`).

use frame_support::traits::{Get, fungible::Inspect};
use tributary_economy::{Ledger, Tao, fixed::I96F32, market::genesis};

use crate::{
    AdminFreezeWindow, Chain, ColdkeySwapAnnouncementDelay, ColdkeySwapReannouncementDelay, Config, EmissionRules,
    Genesis, MaxMechanismCount, Pallet, TxRateLimit, defaults::ZeroAccount,
};

impl<T: Config> Pallet<T> {
    /// Writes a genesis. The balances must be there already: they are the issuance.
    pub(crate) fn open_market(market: &Genesis<T::AccountId>) {
        let mut chain = Chain::<T>::default();
        chain.set_total_issuance(Tao(T::Currency::total_issuance()));
        chain.set_new_subnet(market.new_subnet);
        chain.set_subnet_moving_alpha(I96F32::from_bits(market.price_smoothing.into()));
        chain.set_tao_weight(market.tao_weight);
        chain.set_nominator_min_required_stake(market.nominator_min_required_stake);
        chain.set_start_call_delay(market.start_call_delay);
        chain.set_network_rate_limit(market.network_rate_limit);
        chain.set_network_min_lock_cost(market.network_min_lock_cost);
        chain.set_network_last_lock_cost(market.network_min_lock_cost);
        chain.set_network_lock_reduction_interval(market.network_lock_reduction_interval);
        chain.set_network_immunity_period(market.network_immunity_period);
        chain.set_subnet_limit(market.subnet_limit);
        chain.set_max_epochs_per_block(market.max_epochs_per_block);
        EmissionRules::<T>::put(market.rules);
        AdminFreezeWindow::<T>::put(market.admin_freeze_window);
        TxRateLimit::<T>::put(market.tx_rate_limit);
        ColdkeySwapAnnouncementDelay::<T>::put(market.coldkey_swap_announcement_delay);
        ColdkeySwapReannouncementDelay::<T>::put(market.coldkey_swap_reannouncement_delay);
        MaxMechanismCount::<T>::put(market.max_mechanism_count);
        genesis::root(&mut chain, market.root_owner.as_ref(), market.root_staking);
        if market.apex {
            let nobody = ZeroAccount::<T::AccountId>::get();
            genesis::apex(&mut chain, &nobody).expect("the first subnet of an empty market; qed");
        }
    }
}
