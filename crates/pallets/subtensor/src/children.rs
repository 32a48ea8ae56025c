//! Children: hotkeys to which another lends shares of its stake weight (`docs/rules/delegation.md`).

use alloc::{collections::BTreeSet, vec::Vec};

use frame_support::{ensure, pallet_prelude::DispatchResult};
use tributary_economy::{
    Ledger, NetUid,
    delegation::{self, ChildkeyTakeRefused, NoRoom},
    market::staking,
    rate_limits,
};

use crate::{
    Chain, ChildKeys, ChildkeyTake, Config, Error, Event, MaxChildkeyTake, MinChildkeyTake, MinChildkeyTakePerSubnet,
    NetworksAdded, Owner, Pallet, ParentKeys, PendingChildKeyCooldown, PendingChildKeys, PendingChildKeysCursor,
    StakeThreshold, SubnetOwnerHotkey, SubtokenEnabled, TransactionKeyLastBlock, TransactionKind,
    TxChildkeyTakeRateLimit,
};

type Relations<T> = Vec<(u64, <T as frame_system::Config>::AccountId)>;

/// A hotkey, the children that it is to have, and the block after which.
type Scheduled<T> = (<T as frame_system::Config>::AccountId, (Relations<T>, u64));

impl<T: Config> Pallet<T> {
    fn ensure_owned(coldkey: &T::AccountId, hotkey: &T::AccountId) -> DispatchResult {
        let owner = Owner::<T>::try_get(hotkey).map_err(|()| Error::<T>::HotKeyAccountNotExists)?;
        ensure!(owner == *coldkey, Error::<T>::NonAssociatedColdKey);
        Ok(())
    }

    /// What must hold of children when they are set and again when they take effect.
    fn ensure_consistent(hotkey: &T::AccountId, netuid: NetUid, children: &Relations<T>) -> DispatchResult {
        let parents = ParentKeys::<T>::get(hotkey, netuid);
        let circular = children
            .iter()
            .any(|(_, child)| parents.iter().any(|(_, parent)| parent == child));
        ensure!(!circular, Error::<T>::ChildParentInconsistency);
        Ok(())
    }

    pub(crate) fn schedule_children(
        coldkey: &T::AccountId,
        hotkey: T::AccountId,
        netuid: NetUid,
        children: Relations<T>,
    ) -> DispatchResult {
        Self::ensure_may_repeat(
            &hotkey,
            netuid,
            TransactionKind::SetChildren,
            rate_limits::CHILDREN_CHANGE,
        )?;
        ensure!(!netuid.is_root(), Error::<T>::RegistrationNotPermittedOnRootSubnet);
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        Self::ensure_owned(coldkey, &hotkey)?;
        ensure!(children.len() <= delegation::MAX_CHILDREN, Error::<T>::TooManyChildren);
        let distinct: BTreeSet<_> = children.iter().map(|(_, child)| child).collect();
        ensure!(distinct.len() == children.len(), Error::<T>::DuplicateChild);
        ensure!(!distinct.contains(&hotkey), Error::<T>::InvalidChild);
        let shares = children.iter().map(|(share, _)| *share);
        ensure!(delegation::may_lend(shares), Error::<T>::ProportionOverflow);
        Self::ensure_consistent(&hotkey, netuid, &children)?;
        for (share, child) in &children {
            Self::displaced(&hotkey, *share, child, netuid).map_err(|NoRoom| Error::<T>::TooManyParents)?;
        }
        let may = delegation::may_have_children(
            !children.is_empty(),
            SubnetOwnerHotkey::<T>::try_get(netuid).as_ref() == Ok(&hotkey),
            staking::total_value(&Chain::<T>::default(), &hotkey).0,
            StakeThreshold::<T>::get(),
        );
        ensure!(may, Error::<T>::NotEnoughStakeToSetChildkeys);
        Self::note_operation(&hotkey, netuid, TransactionKind::SetChildren);
        if !SubtokenEnabled::<T>::get(netuid) {
            Self::put_children(&hotkey, netuid, children);
            return Ok(());
        }
        let block = Self::now().saturating_add(PendingChildKeyCooldown::<T>::get());
        PendingChildKeys::<T>::insert(netuid, &hotkey, (&children, block));
        Self::deposit_event(Event::SetChildrenScheduled(hotkey, netuid, block, children));
        Ok(())
    }

    /// Forgets the scheduled children of a hotkey whose stake has fallen below the threshold
    /// (`docs/rules/delegation.md#children`).
    pub(crate) fn forget_children_if_poor(hotkey: &T::AccountId) {
        let (chain, threshold) = (Chain::<T>::default(), StakeThreshold::<T>::get());
        if threshold > 0
            && !delegation::may_have_children(true, false, staking::total_value(&chain, hotkey).0, threshold)
        {
            for netuid in chain.networks() {
                PendingChildKeys::<T>::remove(netuid, hotkey);
            }
        }
    }

    /// How many of these children have all the parents that there may be.
    pub(crate) fn crowded(netuid: NetUid, children: &Relations<T>) -> usize {
        let is_full = |child| ParentKeys::<T>::decode_len(child, netuid) >= Some(delegation::MAX_PARENTS);
        children.iter().filter(|(_, child)| is_full(child)).count()
    }

    /// The parent that gives way where a hotkey becomes a parent, if one must.
    fn displaced(
        hotkey: &T::AccountId,
        share: u64,
        child: &T::AccountId,
        netuid: NetUid,
    ) -> Result<Option<T::AccountId>, NoRoom> {
        let parents = ParentKeys::<T>::get(child, netuid);
        if parents.iter().any(|(_, parent)| parent == hotkey) {
            return Ok(None);
        }
        let chain = Chain::<T>::default();
        let lent = |share: u64, parent: &T::AccountId| {
            let (alpha, root) = (
                chain.total_hotkey_alpha(parent, netuid),
                chain.total_hotkey_alpha(parent, NetUid::ROOT),
            );
            delegation::lent(share, alpha.0, root.0)
        };
        let all = parents.iter().map(|(share, parent)| lent(*share, parent));
        let place = delegation::displaced(all, lent(share, hotkey))?;
        Ok(place
            .and_then(|place| parents.get(place))
            .map(|(_, parent)| parent.clone()))
    }

    /// Applies the scheduled children of a subnet whose time has come (`docs/rules/block.md#order` step 7).
    pub(crate) fn apply_children(netuid: NetUid) {
        let (block, enabled) = (Self::now(), SubtokenEnabled::<T>::get(netuid));
        let mut ready = Self::scheduled(netuid);
        ready.retain(|(_, (_, cooldown))| delegation::children_apply(*cooldown, block, enabled));
        ready.sort_by_key(|(_, (_, cooldown))| *cooldown);
        ready.truncate(delegation::MAX_CHANGES_PER_EPOCH);
        for (hotkey, (children, _)) in ready {
            PendingChildKeys::<T>::remove(netuid, &hotkey);
            if Self::ensure_consistent(&hotkey, netuid, &children).is_ok() {
                Self::put_children(&hotkey, netuid, children);
            }
        }
    }

    /// The scheduled children that an epoch looks at: all, or a bounded part where strangers have scheduled many, which
    /// goes round from epoch to epoch.
    fn scheduled(netuid: NetUid) -> Vec<Scheduled<T>> {
        let mut changes = match PendingChildKeysCursor::<T>::take(netuid) {
            Some(last) => {
                PendingChildKeys::<T>::iter_prefix_from(netuid, PendingChildKeys::<T>::hashed_key_for(netuid, last))
            }
            None => PendingChildKeys::<T>::iter_prefix(netuid),
        };
        let seen: Vec<_> = changes.by_ref().take(delegation::MAX_CHANGES_SEEN).collect();
        if let Some((last, _)) = seen.last()
            && changes.next().is_some()
        {
            PendingChildKeysCursor::<T>::insert(netuid, last);
        }
        seen
    }

    fn put_children(hotkey: &T::AccountId, netuid: NetUid, mut children: Relations<T>) {
        children.sort_by(|one, other| one.1.cmp(&other.1));
        // Who found room when this was scheduled may find none now.
        children.retain(|(share, child)| match Self::displaced(hotkey, *share, child, netuid) {
            Ok(None) => true,
            Ok(Some(former)) => {
                let mut others = ChildKeys::<T>::get(&former, netuid);
                others.retain(|(_, at)| at != child);
                Self::put_children(&former, netuid, others);
                true
            }
            Err(NoRoom) => false,
        });
        for (_, former) in ChildKeys::<T>::get(hotkey, netuid) {
            if !children.iter().any(|(_, child)| *child == former) {
                Self::change_parents(&former, netuid, |parents| {
                    parents.retain(|(_, parent)| parent != hotkey)
                });
            }
        }
        for (share, child) in &children {
            Self::change_parents(child, netuid, |parents| {
                match parents.iter_mut().find(|(_, at)| at == hotkey) {
                    Some(parent) => parent.0 = *share,
                    None => parents.push((*share, hotkey.clone())),
                }
            });
        }
        if children.is_empty() {
            ChildKeys::<T>::remove(hotkey, netuid);
        } else {
            ChildKeys::<T>::insert(hotkey, netuid, &children);
        }
        Self::deposit_event(Event::SetChildren(hotkey.clone(), netuid, children));
    }

    fn change_parents(child: &T::AccountId, netuid: NetUid, change: impl FnOnce(&mut Relations<T>)) {
        let mut parents = ParentKeys::<T>::get(child, netuid);
        change(&mut parents);
        if parents.is_empty() {
            ParentKeys::<T>::remove(child, netuid);
        } else {
            ParentKeys::<T>::insert(child, netuid, parents);
        }
    }

    pub(crate) fn change_childkey_take(
        coldkey: &T::AccountId,
        hotkey: &T::AccountId,
        netuid: NetUid,
        take: u16,
    ) -> DispatchResult {
        Self::ensure_owned(coldkey, hotkey)?;
        let present = delegation::ChildkeyTake {
            stored: ChildkeyTake::<T>::get(hotkey, netuid),
            least: MinChildkeyTake::<T>::get(),
            least_here: MinChildkeyTakePerSubnet::<T>::get(netuid),
            most: MaxChildkeyTake::<T>::get(),
            last_change: TransactionKeyLastBlock::<T>::get((hotkey, netuid, TransactionKind::SetChildkeyTake as u16)),
            block: Self::now(),
            limit: TxChildkeyTakeRateLimit::<T>::get(),
        };
        present.check(take).map_err(|refused| match refused {
            ChildkeyTakeRefused::OutOfRange => Error::<T>::InvalidChildkeyTake,
            ChildkeyTakeRefused::TooSoon => Error::<T>::TxChildkeyTakeRateLimitExceeded,
        })?;
        ChildkeyTake::<T>::insert(hotkey, netuid, take);
        Self::note_operation(hotkey, netuid, TransactionKind::SetChildkeyTake);
        Self::deposit_event(Event::ChildKeyTakeSet(hotkey.clone(), take));
        Ok(())
    }
}
