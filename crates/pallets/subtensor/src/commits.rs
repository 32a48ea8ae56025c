//! Weights that are committed as a hash first and revealed an epoch later (`docs/rules/weights.md#commit-and-reveal`).

use alloc::{collections::VecDeque, vec::Vec};

use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_core::H256;
use tributary_economy::{
    MechId, NetUid, NetUidStorageIndex,
    commits::{self as rules, Window},
    market::weights as weighing,
};

use crate::{
    CommitRevealWeightsEnabled, Config, Error, Event, LastUpdate, MechanismCountCurrent, NetworksAdded, Pallet,
    RevealPeriodEpochs, SubnetEpochIndex, Uids, WeightCommits,
};

/// Hash, epoch, block and a number that is not used.
type Commit = (H256, u64, u64, u64);

/// The commits of a hotkey, the oldest first.
pub(crate) type Commits = VecDeque<Commit>;

impl<T: Config> Pallet<T> {
    /// The epoch to which a commit of this block belongs.
    pub(crate) fn epoch_of_commits(netuid: NetUid) -> u64 {
        let due = Self::schedule(netuid).is_due(Self::now());
        rules::epoch(SubnetEpochIndex::<T>::get(netuid), due)
    }

    fn ensure_mechanism(netuid: NetUid, mecid: MechId) -> DispatchResult {
        let exists = NetworksAdded::<T>::get(netuid) && mecid < MechanismCountCurrent::<T>::get(netuid);
        ensure!(exists, Error::<T>::MechanismDoesNotExist);
        Ok(())
    }

    /// Block of the first commit of the hotkey that has not expired (`docs/rules/yuma.md#weights-that-count` step 5).
    pub(crate) fn earliest_commit(index: NetUidStorageIndex, hotkey: &T::AccountId) -> Option<u64> {
        let (netuid, _) = index.split();
        let (now, period) = (SubnetEpochIndex::<T>::get(netuid), RevealPeriodEpochs::<T>::get(netuid));
        let commits = WeightCommits::<T>::get(index, hotkey)?;
        commits
            .iter()
            .find(|(_, epoch, ..)| rules::window(*epoch, period, now) != Window::Expired)
            .map(|(_, _, block, _)| *block)
    }

    pub(crate) fn commit(hotkey: T::AccountId, netuid: NetUid, mecid: MechId, hash: H256) -> DispatchResult {
        Self::guard_commit(&hotkey, netuid, mecid)?;
        Self::ensure_mechanism(netuid, mecid)?;
        ensure!(
            CommitRevealWeightsEnabled::<T>::get(netuid),
            Error::<T>::CommitRevealDisabled
        );
        let uid = Uids::<T>::get(netuid, &hotkey).ok_or(Error::<T>::HotKeyNotRegisteredInSubNet)?;
        let (index, now) = (netuid.index(mecid), Self::now());
        let mut updates = LastUpdate::<T>::get(index);
        let last = updates
            .get_mut(usize::from(uid))
            .ok_or(Error::<T>::HotKeyNotRegisteredInSubNet)?;
        let mut commits = WeightCommits::<T>::get(index, &hotkey).unwrap_or_default();
        Self::drop_expired(netuid, &mut commits);
        ensure!(rules::has_room(commits.len()), Error::<T>::TooManyUnrevealedCommits);
        commits.push_back((hash, Self::epoch_of_commits(netuid), now, 0));
        *last = now;
        LastUpdate::<T>::insert(index, updates);
        WeightCommits::<T>::insert(index, &hotkey, commits);
        Self::deposit_event(Event::WeightsCommitted(hotkey, index, hash));
        Ok(())
    }

    /// Takes expired commits from the front.
    fn drop_expired(netuid: NetUid, commits: &mut Commits) {
        let (now, period) = (Self::epoch_of_commits(netuid), RevealPeriodEpochs::<T>::get(netuid));
        rules::drop_expired(commits, |(_, epoch, ..)| rules::window(*epoch, period, now));
    }

    pub(crate) fn reveal(
        hotkey: T::AccountId,
        netuid: NetUid,
        mecid: MechId,
        uids: Vec<u16>,
        values: Vec<u16>,
        salt: Vec<u16>,
        version_key: u64,
    ) -> DispatchResult {
        let revealed = (&uids[..], &values[..], &salt[..], version_key);
        let (commits, hash) = Self::guard_reveal(&hotkey, netuid, mecid, revealed)?;
        ensure!(
            CommitRevealWeightsEnabled::<T>::get(netuid),
            Error::<T>::CommitRevealDisabled
        );
        let index = netuid.index(mecid);
        if commits.is_empty() {
            WeightCommits::<T>::remove(index, &hotkey);
        } else {
            WeightCommits::<T>::insert(index, &hotkey, commits);
        }
        Self::rule(|chain| weighing::store_weights(chain, &hotkey, netuid, mecid, &uids, &values, version_key))?;
        Self::deposit_event(Event::WeightsRevealed(hotkey, index, hash));
        Ok(())
    }
}
