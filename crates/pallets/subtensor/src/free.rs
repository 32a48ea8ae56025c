//! Free calls: what the pool tells those who may not make one for nothing (`docs/rules/transactions.md#free-calls`).

use codec::Decode;
use frame_support::{pallet_prelude::DispatchError, traits::PalletInfoAccess};
use tributary_economy::{Ledger, MechId, NetUid};

use crate::{Axons, Call, Chain, Config, CustomError, Error, LastUpdate, NetworksAdded, Pallet, Prometheus, Uids};

/// The subnet and the mechanism whose weights a call sets, commits or reveals.
fn weighs<T: Config>(call: &Call<T>) -> Option<(NetUid, MechId)> {
    match call {
        Call::set_weights { netuid, .. }
        | Call::commit_weights { netuid, .. }
        | Call::reveal_weights { netuid, .. } => Some((*netuid, MechId(0))),
        Call::set_mechanism_weights { netuid, mecid, .. }
        | Call::commit_mechanism_weights { netuid, mecid, .. }
        | Call::reveal_mechanism_weights { netuid, mecid, .. } => Some((*netuid, *mecid)),
        _ => None,
    }
}

impl<T: Config> Pallet<T> {
    /// The code that says why a free call of `who` fails with `error`: first that there is no such subnet or no uid on
    /// it, whatever the call would have said before.
    pub fn refusal(who: &T::AccountId, call: &Call<T>, error: DispatchError) -> CustomError {
        Self::nowhere(who, call).unwrap_or_else(|| match error {
            DispatchError::Module(module) if usize::from(module.index) == Self::index() => {
                Error::<T>::decode(&mut &module.error[..]).map_or(CustomError::BadRequest, CustomError::from)
            }
            _ => CustomError::BadRequest,
        })
    }

    /// Why a call of `who` is not free, as far as a few reads tell: it repeats another, or its guards refuse it. One
    /// that passes may still fail.
    pub fn refusal_at_sight(who: &T::AccountId, call: &Call<T>) -> Option<CustomError> {
        Self::repeats(who, call).or_else(|| {
            let code = Self::validate_call(who, call).err()?;
            Some(Self::nowhere(who, call).unwrap_or(code))
        })
    }

    /// That there is no such subnet, or no uid on it, where a call speaks of weights.
    fn nowhere(who: &T::AccountId, call: &Call<T>) -> Option<CustomError> {
        let (netuid, _) = weighs(call)?;
        if !NetworksAdded::<T>::get(netuid) {
            return Some(CustomError::SubnetNotExists);
        }
        (!Uids::<T>::contains_key(netuid, who)).then_some(CustomError::HotKeyNotRegisteredInNetwork)
    }

    /// Whether somebody has made this free call in this block already: where a rate limit is off, only the first one
    /// is free. Reveals are bounded by the commits before them.
    fn repeats(who: &T::AccountId, call: &Call<T>) -> Option<CustomError> {
        let now = Self::now();
        match call {
            Call::reveal_weights { .. } | Call::reveal_mechanism_weights { .. } => None,
            Call::serve_axon { netuid, .. } | Call::serve_axon_tls { netuid, .. } => Axons::<T>::get(netuid, who)
                .is_some_and(|axon| axon.block == now)
                .then_some(CustomError::ServingRateLimitExceeded),
            Call::serve_prometheus { netuid, .. } => Prometheus::<T>::get(netuid, who)
                .is_some_and(|info| info.block == now)
                .then_some(CustomError::ServingRateLimitExceeded),
            Call::increase_take { hotkey, .. } | Call::decrease_take { hotkey, .. } => {
                let last = Chain::<T>::default().last_delegate_take_block(hotkey);
                (last == now).then_some(CustomError::RateLimitExceeded)
            }
            _ => {
                let (netuid, mecid) = weighs(call)?;
                let uid = Uids::<T>::get(netuid, who)?;
                let updates = LastUpdate::<T>::get(netuid.index(mecid));
                (updates.get(usize::from(uid)) == Some(&now)).then_some(CustomError::RateLimitExceeded)
            }
        }
    }
}
