//! Endpoints that neurons announce (`docs/rules/endpoints.md`).

use frame_support::{ensure, pallet_prelude::DispatchResult};
use tributary_economy::{
    NetUid, rate_limits,
    serving::{is_address, is_ip_type},
};

use crate::{
    AxonInfo, Axons, Config, Error, Event, IsNetworkMember, NeuronCertificate, NeuronCertificates, Pallet, Prometheus,
    PrometheusInfo, ServingRateLimit, Uids,
};

impl<T: Config> Pallet<T> {
    fn ensure_not_serving_too_fast(netuid: NetUid, previous: u64) -> Result<(), Error<T>> {
        let limit = ServingRateLimit::<T>::get(netuid);
        ensure!(
            rate_limits::passes(previous, Self::now(), limit),
            Error::<T>::ServingRateLimitExceeded
        );
        Ok(())
    }

    /// Whether the hotkey may announce this endpoint now.
    ///
    /// # Errors
    /// In the order of the reference: `HotKeyNotRegisteredInNetwork`, `InvalidIpType`, `InvalidIpAddress`,
    /// `ServingRateLimitExceeded`, `InvalidPort`.
    pub fn check_axon(hotkey: &T::AccountId, netuid: NetUid, axon: &AxonInfo) -> DispatchResult {
        Ok(Self::try_axon(hotkey, netuid, axon)?)
    }

    pub(crate) fn try_axon(hotkey: &T::AccountId, netuid: NetUid, axon: &AxonInfo) -> Result<(), Error<T>> {
        ensure!(
            Uids::<T>::contains_key(netuid, hotkey),
            Error::<T>::HotKeyNotRegisteredInNetwork
        );
        ensure!(is_ip_type(axon.ip_type), Error::<T>::InvalidIpType);
        ensure!(is_address(axon.ip_type, axon.ip, true), Error::<T>::InvalidIpAddress);
        let previous = Axons::<T>::get(netuid, hotkey).map_or(0, |axon| axon.block);
        Self::ensure_not_serving_too_fast(netuid, previous)?;
        ensure!(axon.port != 0, Error::<T>::InvalidPort);
        Ok(())
    }

    pub(crate) fn announce_axon(
        hotkey: T::AccountId,
        netuid: NetUid,
        axon: AxonInfo,
        certificate: Option<NeuronCertificate>,
    ) -> DispatchResult {
        Self::try_axon(&hotkey, netuid, &axon)?;
        let block = Self::now();
        Axons::<T>::insert(netuid, &hotkey, AxonInfo { block, ..axon });
        if let Some(certificate) = certificate {
            NeuronCertificates::<T>::insert(netuid, &hotkey, certificate);
        }
        Self::deposit_event(Event::AxonServed(netuid, hotkey));
        Ok(())
    }

    /// Whether the hotkey may announce its metrics here now.
    ///
    /// # Errors
    /// In the order of the reference: `InvalidIpType`, `InvalidIpAddress`, `HotKeyNotRegisteredInNetwork`,
    /// `ServingRateLimitExceeded`, `InvalidPort`.
    pub fn check_prometheus(hotkey: &T::AccountId, netuid: NetUid, info: &PrometheusInfo) -> DispatchResult {
        Ok(Self::try_prometheus(hotkey, netuid, info)?)
    }

    pub(crate) fn try_prometheus(hotkey: &T::AccountId, netuid: NetUid, info: &PrometheusInfo) -> Result<(), Error<T>> {
        ensure!(is_ip_type(info.ip_type), Error::<T>::InvalidIpType);
        ensure!(is_address(info.ip_type, info.ip, false), Error::<T>::InvalidIpAddress);
        ensure!(
            Uids::<T>::contains_key(netuid, hotkey),
            Error::<T>::HotKeyNotRegisteredInNetwork
        );
        let previous = Prometheus::<T>::get(netuid, hotkey).map_or(0, |info| info.block);
        Self::ensure_not_serving_too_fast(netuid, previous)?;
        ensure!(info.port != 0, Error::<T>::InvalidPort);
        Ok(())
    }

    pub(crate) fn announce_prometheus(hotkey: T::AccountId, netuid: NetUid, info: PrometheusInfo) -> DispatchResult {
        Self::try_prometheus(&hotkey, netuid, &info)?;
        let block = Self::now();
        Prometheus::<T>::insert(netuid, &hotkey, PrometheusInfo { block, ..info });
        Self::deposit_event(Event::PrometheusServed(netuid, hotkey));
        Ok(())
    }

    /// Whether the hotkey has a uid on any network.
    pub fn is_registered_anywhere(hotkey: &T::AccountId) -> bool {
        IsNetworkMember::<T>::iter_prefix_values(hotkey).any(|member| member)
    }
}
