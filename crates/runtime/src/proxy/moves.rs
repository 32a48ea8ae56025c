//! What a call may do to the money of the account that makes it (`docs/rules/proxies.md#money`).
//!
//! A call of a pallet of ours, and a pallet, that is not named here does not compile; a call of any other pallet that is
//! not named counts as one that moves money away.

use pallet_pact::Call as Pact;
use pallet_subtensor::Call as Market;

use crate::{Runtime, RuntimeCall};

/// What becomes of the money of the account that makes a call, fees and deposits left aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moves {
    /// It stays where it is.
    Nothing,
    /// TAO turns into stake or back, or stake moves, within the coldkey.
    Stake,
    /// It is destroyed, or buys something.
    Spends,
    /// It may come to others or into their hands: also where the call acts as another account, or as root, because no
    /// filter follows it there.
    Away,
}

/// What a call may do to the money of the account that makes it. Calls inside batches are asked about one by one, when
/// each is dispatched.
pub(super) fn of(call: &RuntimeCall) -> Moves {
    use pallet_multisig::Call as Multisig;
    use pallet_proxy::Call as Proxy;
    use pallet_utility::Call as Utility;
    match call {
        RuntimeCall::SubtensorModule(call) => of_market(call),
        RuntimeCall::Pact(call) => of_pact(call),
        RuntimeCall::AdminUtils(_)
        | RuntimeCall::Commitments(_)
        | RuntimeCall::Swap(_)
        | RuntimeCall::Preimage(_)
        | RuntimeCall::System(frame_system::Call::remark { .. } | frame_system::Call::remark_with_event { .. })
        | RuntimeCall::Utility(
            Utility::batch { .. }
            | Utility::batch_all { .. }
            | Utility::force_batch { .. }
            | Utility::if_else { .. }
            | Utility::as_derivative { .. },
        )
        | RuntimeCall::Multisig(Multisig::cancel_as_multi { .. } | Multisig::poke_deposit { .. })
        // The pallet itself lets a proxy add and remove only proxies of kinds that its own includes.
        | RuntimeCall::Proxy(
            Proxy::add_proxy { .. }
            | Proxy::remove_proxy { .. }
            | Proxy::remove_proxies { .. }
            | Proxy::create_pure { .. }
            | Proxy::kill_pure { .. }
            | Proxy::remove_announcement { .. }
            | Proxy::reject_announcement { .. }
            | Proxy::poke_deposit { .. },
        ) => Moves::Nothing,
        RuntimeCall::Balances(_)
        | RuntimeCall::Sudo(_)
        | RuntimeCall::Scheduler(_)
        | RuntimeCall::SafeMode(_)
        | RuntimeCall::System(_)
        | RuntimeCall::Timestamp(_)
        | RuntimeCall::Grandpa(_)
        | RuntimeCall::Utility(_)
        | RuntimeCall::Multisig(_)
        | RuntimeCall::Proxy(_) => Moves::Away,
    }
}

fn of_market(call: &Market<Runtime>) -> Moves {
    match call {
        Market::add_stake { .. }
        | Market::add_stake_limit { .. }
        | Market::remove_stake { .. }
        | Market::remove_stake_limit { .. }
        | Market::remove_stake_full_limit { .. }
        | Market::unstake_all { .. }
        | Market::unstake_all_alpha { .. }
        | Market::move_stake { .. }
        | Market::swap_stake { .. }
        | Market::swap_stake_limit { .. } => Moves::Stake,
        Market::burned_register { .. }
        | Market::register { .. }
        | Market::register_limit { .. }
        | Market::root_register { .. }
        | Market::register_network { .. }
        | Market::register_network_with_identity { .. }
        | Market::recycle_alpha { .. }
        | Market::burn_alpha { .. }
        | Market::add_stake_burn { .. } => Moves::Spends,
        Market::transfer_stake { .. }
        | Market::announce_coldkey_swap { .. }
        | Market::swap_coldkey_announced { .. }
        | Market::swap_coldkey { .. } => Moves::Away,
        Market::claim_root { .. }
        | Market::clear_coldkey_swap_announcement { .. }
        | Market::commit_mechanism_weights { .. }
        | Market::commit_weights { .. }
        | Market::decrease_take { .. }
        | Market::dispute_coldkey_swap { .. }
        | Market::increase_take { .. }
        | Market::reset_coldkey_swap { .. }
        | Market::reveal_mechanism_weights { .. }
        | Market::reveal_weights { .. }
        | Market::root_dissolve_network { .. }
        | Market::serve_axon { .. }
        | Market::serve_axon_tls { .. }
        | Market::serve_prometheus { .. }
        | Market::set_activity_cutoff_factor { .. }
        | Market::set_childkey_take { .. }
        | Market::set_children { .. }
        | Market::set_coldkey_auto_stake_hotkey { .. }
        | Market::set_identity { .. }
        | Market::set_mechanism_weights { .. }
        | Market::set_pending_childkey_cooldown { .. }
        | Market::set_root_claim_type { .. }
        | Market::set_subnet_identity { .. }
        | Market::set_tempo { .. }
        | Market::set_weights { .. }
        | Market::start_call { .. }
        | Market::sudo_set_num_root_claims { .. }
        | Market::sudo_set_root_claim_threshold { .. }
        | Market::trigger_epoch { .. }
        | Market::try_associate_hotkey { .. }
        | Market::update_symbol { .. } => Moves::Nothing,
        Market::__Ignore(..) => Moves::Away,
    }
}

fn of_pact(call: &Pact<Runtime>) -> Moves {
    match call {
        // Bonds and deposits of reports can be lost to others, and terms give them shares.
        Pact::sign { .. }
        | Pact::tighten { .. }
        | Pact::loosen { .. }
        | Pact::post_bond { .. }
        | Pact::announce_exit { .. }
        | Pact::report { .. }
        | Pact::pay { .. }
        | Pact::open_channel { .. }
        | Pact::top_up { .. }
        | Pact::settle { .. }
        | Pact::close { .. } => Moves::Away,
        Pact::propose { .. }
        | Pact::object { .. }
        | Pact::apply_loosening { .. }
        | Pact::cancel_exit { .. }
        | Pact::exit { .. }
        | Pact::establish_breach { .. }
        | Pact::vote { .. }
        | Pact::resolve { .. }
        | Pact::commit_artifact { .. }
        | Pact::confirm_artifact { .. }
        | Pact::finalise_close { .. }
        | Pact::set_parameters { .. } => Moves::Nothing,
        Pact::__Ignore(..) => Moves::Away,
    }
}
