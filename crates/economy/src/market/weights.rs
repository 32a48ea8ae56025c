//! Setting weights (`docs/rules/weights.md#setting`), and how much stake counts for them
//! (`docs/rules/yuma.md#stake-weight`).

use crate::{
    Account, Alpha, Error, Event, Ledger, MechId, NetUid, emission,
    fixed::{I64F64, U96F32},
    stake_weight,
    weights::{self, Caller, Rate},
};

use super::uids;

/// Stores the weights of the hotkey's neuron, scaled so that the largest is 65535.
///
/// # Errors
/// [`Error::CommitRevealEnabled`] where weights must be committed first, [`Error::CanNotSetRootNetworkWeights`], and
/// those of [`weights::accept`].
pub fn set_weights<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    netuid: NetUid,
    mecid: MechId,
    uids: &[u16],
    values: &[u16],
    version_key: u64,
) -> Result<(), Error> {
    if ledger.commit_reveal_weights_enabled(netuid) {
        return Err(Error::CommitRevealEnabled);
    }
    store_weights(ledger, hotkey, netuid, mecid, uids, values, version_key)
}

/// What [`set_weights`] does after its first check, and what a reveal of committed weights does: with commit-reveal on,
/// the commit has been rate limited and has marked the update already.
///
/// # Errors
/// [`Error::CanNotSetRootNetworkWeights`], and those of [`weights::accept`].
pub fn store_weights<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    netuid: NetUid,
    mecid: MechId,
    uids: &[u16],
    values: &[u16],
    version_key: u64,
) -> Result<(), Error> {
    if netuid.is_root() {
        return Err(Error::CanNotSetRootNetworkWeights);
    }
    let index = netuid.index(mecid);
    let uid = ledger.uids(netuid, hotkey);
    let committed = ledger.commit_reveal_weights_enabled(netuid);
    let place = uid.map(usize::from);
    let caller = Caller {
        n: ledger.subnetwork_n(netuid),
        mechanism_exists: ledger.networks_added(netuid) && mecid < ledger.mechanism_count_current(netuid),
        uid,
        is_owner: ledger.subnet_owner_hotkey(netuid).as_ref() == Some(hotkey),
        has_stake: has_stake(ledger, hotkey, netuid),
        has_permit: place
            .and_then(|place| ledger.validator_permit(netuid).get(place).copied())
            .unwrap_or_default(),
        least_version: ledger.weights_version_key(netuid),
        rate: (!committed).then(|| Rate {
            last_update: place
                .and_then(|place| ledger.last_update(index).get(place).copied())
                .unwrap_or_default(),
            block: ledger.block(),
            limit: ledger.weights_set_rate_limit(netuid),
        }),
        min_allowed_weights: ledger.min_allowed_weights(netuid),
    };
    let row = weights::accept(&caller, uids, values, version_key)?;
    let uid = uid.ok_or(Error::HotKeyNotRegisteredInSubNet)?;
    ledger.set_weights(index, uid, row);
    if !committed {
        uids::mark_update(ledger, index, uid);
    }
    ledger.emit(Event::WeightsSet(index, uid));
    Ok(())
}

/// Whether the hotkey has stake enough for weights, or needs none (`docs/rules/weights.md#setting` check 5).
pub fn may_weigh<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, netuid: NetUid) -> bool {
    let is_owner = ledger.subnet_owner_hotkey(netuid).as_ref() == Some(hotkey);
    weights::is_enough(is_owner, || has_stake(ledger, hotkey, netuid))
}

/// Whether the hotkey's stake weight reaches what setting weights asks for (`docs/rules/weights.md#setting` check 5).
pub fn has_stake<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, netuid: NetUid) -> bool {
    let threshold = ledger.stake_threshold();
    threshold == 0 || stake_weight(ledger, hotkey, netuid) >= I64F64::saturating_from_num(threshold)
}

/// The weight of root stake against alpha (`docs/rules/emission.md#root-proportion`).
pub fn tao_weight<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> U96F32 {
    emission::tao_weight(ledger.tao_weight())
}

/// How much the hotkey's stake counts on a subnet: its own alpha and weighted root stake, less what it lends to
/// children, plus what parents lend it (`docs/rules/yuma.md#stake-weight`).
pub fn stake_weight<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, netuid: NetUid) -> I64F64 {
    let alpha = ledger.total_hotkey_alpha(hotkey, netuid);
    let root = ledger.total_hotkey_alpha(hotkey, NetUid::ROOT);
    weigh(ledger, hotkey, netuid, alpha, root, tao_weight(ledger))
}

/// As [`stake_weight`], with the hotkey's own stakes at hand.
pub(super) fn weigh<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    hotkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
    root: Alpha,
    tao_weight: U96F32,
) -> I64F64 {
    let children = ledger.child_keys(hotkey, netuid);
    let parents = ledger.parent_keys(hotkey, netuid);
    let inherited = |own: Alpha, on: NetUid| {
        let lent = parents
            .iter()
            .map(|(part, parent)| (*part, ledger.total_hotkey_alpha(parent, on).0));
        stake_weight::inherited(own.0, children.iter().map(|(part, _)| *part), lent)
    };
    let alpha = if netuid.is_root() {
        alpha.0
    } else {
        inherited(alpha, netuid)
    };
    stake_weight::total(alpha, inherited(root, NetUid::ROOT), tao_weight)
}
