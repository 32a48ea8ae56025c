//! Checks before a call may wait in the pool (`consensus.md` 8.1), with the codes that clients know (`wire.md` 2, errors
//! at submission). They keep out of blocks what is free of charge and would fail; whatever passes is checked again when
//! it runs.

use frame_support::ensure;
use sp_core::H256;
use sp_io::hashing::blake2_256;
use tributary_economy::{
    Ledger, MechId, NetUid,
    commits::{self, Window},
    market::weights as weighing,
    rate_limits,
};

use crate::{
    AxonInfo, Call, Chain, CommitRevealWeightsEnabled, Config, Error, LastUpdate, MechanismCountCurrent, Pallet,
    PrometheusInfo, RevealPeriodEpochs, SubnetOwnerHotkey, Uids, WeightCommits, WeightsSetRateLimit,
};

/// Why a call may not wait in the pool: the code of `InvalidTransaction::Custom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CustomError {
    /// The stake is below the threshold for weights.
    StakeAmountTooLow = 1,
    /// Too soon.
    RateLimitExceeded = 6,
    /// The hotkey has no uid there.
    HotKeyNotRegisteredInNetwork = 10,
    /// The address cannot be reached.
    InvalidIpAddress = 11,
    /// Too soon after the last announcement of an endpoint.
    ServingRateLimitExceeded = 12,
    /// The port is 0.
    InvalidPort = 13,
    /// There is no commit to reveal.
    CommitNotFound = 16,
    /// The commit may not be revealed in this epoch.
    CommitBlockNotInRevealRange = 17,
    /// Anything else.
    BadRequest = 255,
}

impl<T: Config> From<Error<T>> for CustomError {
    fn from(error: Error<T>) -> Self {
        match error {
            Error::HotKeyNotRegisteredInNetwork => Self::HotKeyNotRegisteredInNetwork,
            Error::InvalidIpAddress | Error::InvalidIpType => Self::InvalidIpAddress,
            Error::ServingRateLimitExceeded => Self::ServingRateLimitExceeded,
            Error::InvalidPort => Self::InvalidPort,
            _ => Self::BadRequest,
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Whether a call signed by `who` may wait in the pool.
    ///
    /// # Errors
    /// The code that clients are told.
    pub fn validate_call(who: &T::AccountId, call: &Call<T>) -> Result<(), CustomError> {
        const MAIN: MechId = MechId(0);
        match call {
            Call::set_weights { netuid, .. } => Self::validate_set(who, *netuid, MAIN),
            Call::set_mechanism_weights { netuid, mecid, .. } => Self::validate_set(who, *netuid, *mecid),
            Call::commit_weights { netuid, .. } => Self::validate_commit(who, *netuid, MAIN),
            Call::commit_mechanism_weights { netuid, mecid, .. } => Self::validate_commit(who, *netuid, *mecid),
            Call::reveal_weights {
                netuid,
                uids,
                values,
                salt,
                version_key,
            } => Self::validate_reveal(who, *netuid, MAIN, (uids, values, salt, *version_key)),
            Call::reveal_mechanism_weights {
                netuid,
                mecid,
                uids,
                values,
                salt,
                version_key,
            } => Self::validate_reveal(who, *netuid, *mecid, (uids, values, salt, *version_key)),
            Call::register_network { .. } | Call::register_network_with_identity { .. } => {
                let chain = Chain::<T>::default();
                let passed = rate_limits::passes(
                    chain.network_last_registered(),
                    chain.block(),
                    chain.network_rate_limit(),
                );
                ensure!(passed, CustomError::RateLimitExceeded);
                Ok(())
            }
            Call::serve_axon {
                netuid,
                version,
                ip,
                port,
                ip_type,
                ..
            }
            | Call::serve_axon_tls {
                netuid,
                version,
                ip,
                port,
                ip_type,
                ..
            } => {
                let axon = AxonInfo {
                    version: *version,
                    ip: *ip,
                    port: *port,
                    ip_type: *ip_type,
                    ..AxonInfo::default()
                };
                Ok(Self::try_axon(who, *netuid, &axon)?)
            }
            Call::serve_prometheus {
                netuid,
                version,
                ip,
                port,
                ip_type,
            } => {
                let info = PrometheusInfo {
                    block: 0,
                    version: *version,
                    ip: *ip,
                    port: *port,
                    ip_type: *ip_type,
                };
                Ok(Self::try_prometheus(who, *netuid, &info)?)
            }
            _ => Ok(()),
        }
    }

    fn validate_stake(hotkey: &T::AccountId, netuid: NetUid) -> Result<(), CustomError> {
        let enough = SubnetOwnerHotkey::<T>::try_get(netuid).as_ref() == Ok(hotkey)
            || weighing::has_stake(&Chain::<T>::default(), hotkey, netuid);
        ensure!(enough, CustomError::StakeAmountTooLow);
        Ok(())
    }

    fn validate_rate(hotkey: &T::AccountId, netuid: NetUid, mecid: MechId) -> Result<(), CustomError> {
        let Some(uid) = Uids::<T>::get(netuid, hotkey) else {
            return Ok(());
        };
        let last = LastUpdate::<T>::get(netuid.index(mecid))
            .get(usize::from(uid))
            .copied()
            .unwrap_or_default();
        let passed = rate_limits::passes(last, Self::now(), WeightsSetRateLimit::<T>::get(netuid));
        ensure!(
            passed && mecid < MechanismCountCurrent::<T>::get(netuid),
            CustomError::RateLimitExceeded
        );
        Ok(())
    }

    fn validate_set(hotkey: &T::AccountId, netuid: NetUid, mecid: MechId) -> Result<(), CustomError> {
        Self::validate_stake(hotkey, netuid)?;
        if CommitRevealWeightsEnabled::<T>::get(netuid) {
            return Ok(());
        }
        Self::validate_rate(hotkey, netuid, mecid)
    }

    fn validate_commit(hotkey: &T::AccountId, netuid: NetUid, mecid: MechId) -> Result<(), CustomError> {
        Self::validate_stake(hotkey, netuid)?;
        Self::validate_rate(hotkey, netuid, mecid)
    }

    fn validate_reveal(
        hotkey: &T::AccountId,
        netuid: NetUid,
        mecid: MechId,
        (uids, values, salt, version_key): (&[u16], &[u16], &[u16], u64),
    ) -> Result<(), CustomError> {
        Self::validate_stake(hotkey, netuid)?;
        let index = netuid.index(mecid);
        let hash = H256(blake2_256(&commits::preimage(
            hotkey,
            index,
            uids,
            values,
            salt,
            version_key,
        )));
        let queue = WeightCommits::<T>::get(index, hotkey).ok_or(CustomError::CommitNotFound)?;
        let commit = queue
            .iter()
            .find(|(committed, ..)| *committed == hash)
            .ok_or(CustomError::CommitNotFound)?;
        let window = commits::window(
            commit.1,
            RevealPeriodEpochs::<T>::get(netuid),
            Self::epoch_of_commits(netuid),
        );
        ensure!(window == Window::Open, CustomError::CommitBlockNotInRevealRange);
        Ok(())
    }
}
