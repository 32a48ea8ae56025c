//! What people and subnets say of themselves (`docs/rules/endpoints.md#identity-of-a-coldkey`,
//! `docs/rules/subnets.md#symbol`).

use alloc::vec::Vec;

use frame_support::{ensure, pallet_prelude::DispatchResult};
use tributary_economy::{NetUid, registration};

use crate::{
    ChainIdentityV2, Config, Error, Event, IdentitiesV2, NetworksAdded, OwnedHotkeys, Pallet, SubnetIdentitiesV3,
    SubnetIdentityV3, TokenSymbol,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn identify(coldkey: T::AccountId, identity: ChainIdentityV2) -> DispatchResult {
        let registered = OwnedHotkeys::<T>::get(&coldkey)
            .iter()
            .any(Self::is_registered_anywhere);
        ensure!(registered, Error::<T>::HotKeyNotRegisteredInNetwork);
        ensure!(identity.is_valid(), Error::<T>::InvalidIdentity);
        IdentitiesV2::<T>::insert(&coldkey, identity);
        Self::deposit_event(Event::ChainIdentitySet(coldkey));
        Ok(())
    }

    pub(crate) fn identify_subnet(netuid: NetUid, identity: SubnetIdentityV3) -> DispatchResult {
        ensure!(identity.is_valid(), Error::<T>::InvalidIdentity);
        SubnetIdentitiesV3::<T>::insert(netuid, identity);
        Self::deposit_event(Event::SubnetIdentitySet(netuid));
        Ok(())
    }

    pub(crate) fn change_symbol(netuid: NetUid, symbol: Vec<u8>) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(registration::is_symbol(&symbol), Error::<T>::SymbolDoesNotExist);
        ensure!(
            !TokenSymbol::<T>::iter_values().any(|used| used == symbol),
            Error::<T>::SymbolAlreadyInUse
        );
        TokenSymbol::<T>::insert(netuid, &symbol);
        Self::deposit_event(Event::SymbolUpdated { netuid, symbol });
        Ok(())
    }
}
