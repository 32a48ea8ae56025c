//! Checks that run before a call does (`docs/rules/transactions.md#guards`): in the pool, where they keep out of blocks
//! what is free of charge and would fail, and again at every dispatch, with the inner origin, so that a batch, a proxy
//! or a multisig passes nothing that a plain call does not. Their errors win over those of the call.

use frame_support::{
    ensure,
    pallet_prelude::{DispatchError, DispatchResult},
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use tributary_economy::{
    Ledger, MechId, NetUid,
    commits::{self, Window},
    market::{networks, weights as weighing},
    rate_limits,
};

use crate::{
    AxonInfo, Call, Chain, CommitRevealWeightsEnabled, Config, Error, LastUpdate, MechanismCountCurrent, Pallet,
    PrometheusInfo, RevealPeriodEpochs, Uids, WeightCommits, WeightsSetRateLimit, commits::Commits,
};

/// Why a call may not wait in the pool: the code of `InvalidTransaction::Custom` (`docs/rules/transactions.md#codes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CustomError {
    /// The account has announced a coldkey swap.
    ColdkeySwapAnnounced = 0,
    /// The stake is below the threshold for weights.
    StakeAmountTooLow = 1,
    /// There is no such subnet, or not this mechanism of it.
    SubnetNotExists = 3,
    /// Nobody owns the hotkey.
    HotkeyAccountDoesntExist = 4,
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
    /// Two lists that belong together differ in length.
    InputLengthsUnequal = 18,
    /// No neuron has this uid.
    UidNotFound = 19,
    /// The account disputes its coldkey swap.
    ColdkeySwapDisputed = 21,
    /// Another coldkey owns the hotkey.
    NonAssociatedColdKey = 25,
    /// The take is below the lowest, or not below the one that it is to lower.
    DelegateTakeTooLow = 26,
    /// The take is above the highest.
    DelegateTakeTooHigh = 27,
    /// Beyond the reference: the neuron has no validator permit.
    NoValidatorPermit = 100,
    /// Beyond the reference: the subnet asks for weights of a newer version.
    IncorrectWeightVersionKey = 101,
    /// Beyond the reference: weights must be committed first here.
    CommitRevealEnabled = 102,
    /// Beyond the reference: weights are set here, not committed.
    CommitRevealDisabled = 103,
    /// Beyond the reference: too few weights.
    WeightVecLengthIsLow = 104,
    /// Anything else.
    BadRequest = 255,
}

impl<T: Config> From<Error<T>> for CustomError {
    fn from(error: Error<T>) -> Self {
        match error {
            Error::NotEnoughStakeToSetWeights => Self::StakeAmountTooLow,
            Error::SubnetNotExists | Error::MechanismDoesNotExist => Self::SubnetNotExists,
            Error::HotKeyAccountNotExists => Self::HotkeyAccountDoesntExist,
            Error::CommittingWeightsTooFast
            | Error::SettingWeightsTooFast
            | Error::NetworkTxRateLimitExceeded
            | Error::DelegateTxRateLimitExceeded
            | Error::TooManyUnrevealedCommits => Self::RateLimitExceeded,
            Error::HotKeyNotRegisteredInNetwork | Error::HotKeyNotRegisteredInSubNet => {
                Self::HotKeyNotRegisteredInNetwork
            }
            Error::InvalidIpAddress | Error::InvalidIpType => Self::InvalidIpAddress,
            Error::ServingRateLimitExceeded => Self::ServingRateLimitExceeded,
            Error::InvalidPort => Self::InvalidPort,
            Error::NoWeightsCommitFound => Self::CommitNotFound,
            Error::RevealTooEarly => Self::CommitBlockNotInRevealRange,
            Error::WeightVecNotEqualSize => Self::InputLengthsUnequal,
            Error::UidVecContainInvalidOne => Self::UidNotFound,
            Error::NeuronNoValidatorPermit => Self::NoValidatorPermit,
            Error::IncorrectWeightVersionKey => Self::IncorrectWeightVersionKey,
            Error::CommitRevealEnabled => Self::CommitRevealEnabled,
            Error::CommitRevealDisabled => Self::CommitRevealDisabled,
            Error::WeightVecLengthIsLow => Self::WeightVecLengthIsLow,
            Error::NonAssociatedColdKey => Self::NonAssociatedColdKey,
            Error::DelegateTakeTooLow => Self::DelegateTakeTooLow,
            Error::DelegateTakeTooHigh => Self::DelegateTakeTooHigh,
            _ => Self::BadRequest,
        }
    }
}

/// Weights and salt as a reveal states them: uids, values, salt, version.
pub(crate) type Revealed<'a> = (&'a [u16], &'a [u16], &'a [u16], u64);

impl<T: Config> Pallet<T> {
    /// Whether a call signed by `who` may wait in the pool. The calls run the same guards themselves. Takes of
    /// delegates are guarded at dispatch only: published clients expect those errors from the block
    /// (`docs/rules/clients.md#version-skew`).
    ///
    /// # Errors
    /// The code that clients are told.
    pub fn validate_call(who: &T::AccountId, call: &Call<T>) -> Result<(), CustomError> {
        const MAIN: MechId = MechId(0);
        match call {
            Call::set_weights { netuid, .. } => Self::guard_set(who, *netuid, MAIN),
            Call::set_mechanism_weights { netuid, mecid, .. } => Self::guard_set(who, *netuid, *mecid),
            Call::commit_weights { netuid, .. } => Self::guard_commit(who, *netuid, MAIN),
            Call::commit_mechanism_weights { netuid, mecid, .. } => Self::guard_commit(who, *netuid, *mecid),
            Call::reveal_weights {
                netuid,
                uids,
                values,
                salt,
                version_key,
            } => Self::guard_reveal(who, *netuid, MAIN, (uids, values, salt, *version_key)).map(drop),
            Call::reveal_mechanism_weights {
                netuid,
                mecid,
                uids,
                values,
                salt,
                version_key,
            } => Self::guard_reveal(who, *netuid, *mecid, (uids, values, salt, *version_key)).map(drop),
            Call::register_network { .. } | Call::register_network_with_identity { .. } => Self::guard_new_network(),
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
                Self::try_axon(who, *netuid, &axon)
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
                Self::try_prometheus(who, *netuid, &info)
            }
            _ => Ok(()),
        }
        .map_err(CustomError::from)
    }

    /// # Errors
    /// `NotEnoughStakeToSetWeights`; with commit-reveal off also `SettingWeightsTooFast`, which a mechanism that does
    /// not exist gets too.
    pub(crate) fn guard_set(hotkey: &T::AccountId, netuid: NetUid, mecid: MechId) -> Result<(), Error<T>> {
        Self::guard_stake(hotkey, netuid)?;
        let passed = CommitRevealWeightsEnabled::<T>::get(netuid) || Self::may_update(hotkey, netuid, mecid);
        ensure!(passed, Error::<T>::SettingWeightsTooFast);
        Ok(())
    }

    /// # Errors
    /// `NotEnoughStakeToSetWeights`, and `CommittingWeightsTooFast`, which a mechanism that does not exist gets too.
    pub(crate) fn guard_commit(hotkey: &T::AccountId, netuid: NetUid, mecid: MechId) -> Result<(), Error<T>> {
        Self::guard_stake(hotkey, netuid)?;
        ensure!(
            Self::may_update(hotkey, netuid, mecid),
            Error::<T>::CommittingWeightsTooFast
        );
        Ok(())
    }

    /// The commits of the hotkey that the reveal leaves, and the hash of the revealed one.
    ///
    /// # Errors
    /// `NotEnoughStakeToSetWeights`, `NoWeightsCommitFound`, and `RevealTooEarly`, also when it is too late.
    pub(crate) fn guard_reveal(
        hotkey: &T::AccountId,
        netuid: NetUid,
        mecid: MechId,
        (uids, values, salt, version_key): Revealed<'_>,
    ) -> Result<(Commits, H256), Error<T>> {
        Self::guard_stake(hotkey, netuid)?;
        let index = netuid.index(mecid);
        let preimage = commits::preimage(hotkey, index, uids, values, salt, version_key);
        let hash = H256(blake2_256(&preimage));
        let mut commits = WeightCommits::<T>::get(index, hotkey).ok_or(Error::<T>::NoWeightsCommitFound)?;
        let (_, epoch, ..) = commits::take_through(&mut commits, |(committed, ..)| *committed == hash)
            .ok_or(Error::<T>::NoWeightsCommitFound)?;
        let period = RevealPeriodEpochs::<T>::get(netuid);
        let window = commits::window(epoch, period, Self::epoch_of_commits(netuid));
        ensure!(window == Window::Open, Error::<T>::RevealTooEarly);
        Ok((commits, hash))
    }

    /// # Errors
    /// `NetworkTxRateLimitExceeded`.
    pub(crate) fn guard_new_network() -> Result<(), Error<T>> {
        let chain = Chain::<T>::default();
        let passed = rate_limits::passes(
            chain.network_last_registered(),
            chain.block(),
            chain.network_rate_limit(),
        );
        ensure!(passed, Error::<T>::NetworkTxRateLimitExceeded);
        Ok(())
    }

    /// Sets weights, guarded.
    pub(crate) fn weigh(
        hotkey: &T::AccountId,
        netuid: NetUid,
        mecid: MechId,
        uids: &[u16],
        values: &[u16],
        version_key: u64,
    ) -> DispatchResult {
        Self::guard_set(hotkey, netuid, mecid)?;
        Self::apply(|chain| weighing::set_weights(chain, hotkey, netuid, mecid, uids, values, version_key))
    }

    /// Buys a subnet, guarded.
    pub(crate) fn buy_network(coldkey: &T::AccountId, hotkey: &T::AccountId) -> Result<NetUid, DispatchError> {
        Self::guard_new_network()?;
        Self::rule(|chain| networks::register_network(chain, coldkey, hotkey))
    }

    fn guard_stake(hotkey: &T::AccountId, netuid: NetUid) -> Result<(), Error<T>> {
        let enough = weighing::may_weigh(&Chain::<T>::default(), hotkey, netuid);
        ensure!(enough, Error::<T>::NotEnoughStakeToSetWeights);
        Ok(())
    }

    /// Whether the hotkey, if it has a uid, may set or commit weights on the mechanism now.
    fn may_update(hotkey: &T::AccountId, netuid: NetUid, mecid: MechId) -> bool {
        let Some(uid) = Uids::<T>::get(netuid, hotkey) else {
            return true;
        };
        let last = LastUpdate::<T>::get(netuid.index(mecid))
            .get(usize::from(uid))
            .copied()
            .unwrap_or_default();
        mecid < MechanismCountCurrent::<T>::get(netuid)
            && rate_limits::passes(last, Self::now(), WeightsSetRateLimit::<T>::get(netuid))
    }
}
