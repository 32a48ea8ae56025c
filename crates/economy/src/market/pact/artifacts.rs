//! Artefacts over the books (`docs/rules/pacts.md#artefacts`).

use alloc::vec::Vec;

use super::{books, check_subnet};
use crate::{
    Account, Ledger, MechId, NetUid,
    pact::{Artifact, Error, Event, artifact as rules},
};

/// Commits the artefact of a period: hashes of plaintext and ciphertext, the drand round that opens it, and where it
/// is. The owner may, its hotkey, and the miner with the highest incentive, who lets one of somebody else be confirmed
/// first.
///
/// # Errors
/// [`crate::Error::SubnetNotExists`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::NoArtifactPromised`],
/// [`Error::NotCommitter`], [`Error::ArtifactWaits`], [`Error::LocationTooLong`], [`Error::RoundTooLate`].
pub fn commit_artifact<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    plaintext: [u8; 32],
    ciphertext: [u8; 32],
    round: u64,
    location: Vec<u8>,
) -> Result<u32, Error> {
    check_subnet(ledger, netuid)?;
    let state = books::load(ledger, netuid, false);
    let pact = state.pact.as_ref().ok_or(Error::NoPact)?;
    let terms = pact.in_force().ok_or(Error::PactEnded)?;
    if terms.artifact_period == 0 {
        return Err(Error::NoArtifactPromised);
    }
    let owner = [ledger.subnet_owner(netuid), ledger.subnet_owner_hotkey(netuid)];
    let owns = owner.iter().flatten().any(|key| key == who);
    if !owns && best_miner(ledger, netuid).as_ref() != Some(who) {
        return Err(Error::NotCommitter);
    }
    let (last, now) = (ledger.artifact(netuid), ledger.block());
    if !owns
        && last
            .as_ref()
            .is_some_and(|last| last.waits(who, now, terms.artifact_period))
    {
        return Err(Error::ArtifactWaits);
    }
    if location.len() > rules::MAX_LOCATION {
        return Err(Error::LocationTooLong);
    }
    let block_ms = ledger.block_ms();
    rules::check_round(round, ledger.now_ms(), terms.open_after, block_ms)?;
    let number = match last {
        Some(last) => last.number.checked_add(1).ok_or(crate::Error::Overflow)?,
        None => 0,
    };
    let artifact = Artifact {
        number,
        committer: who.clone(),
        plaintext,
        ciphertext,
        round,
        location,
        at: now,
        confirmed_by: Vec::new(),
        confirmed: false,
    };
    ledger.set_artifact(netuid, Some(artifact));
    ledger.tell(Event::ArtifactCommitted {
        netuid,
        number,
        plaintext,
        ciphertext,
        round,
    });
    Ok(number)
}

/// The hotkey with the highest incentive on the first mechanism, if anybody has any.
fn best_miner<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Option<Acc> {
    let incentive = ledger.incentive(netuid.index(MechId(0)));
    let best = (0u16..).zip(incentive).filter(|(_, incentive)| *incentive > 0);
    // Of equals the first.
    let (uid, _) = best.max_by_key(|(uid, incentive)| (*incentive, core::cmp::Reverse(*uid)))?;
    ledger.key(netuid, uid)
}

/// A validator confirms that the ciphertext of the last artefact holds the plaintext, which it has seen. Returns whether
/// three quarters of the weight of permitted validators have.
///
/// # Errors
/// [`Error::NoArtifact`], [`Error::NoPermit`], [`Error::AlreadyVoted`].
pub fn confirm_artifact<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    netuid: NetUid,
    number: u32,
) -> Result<bool, Error> {
    let mut artifact = ledger.artifact(netuid).ok_or(Error::NoArtifact)?;
    if artifact.number != number {
        return Err(Error::NoArtifact);
    }
    let permits = ledger.validator_permit(netuid);
    let permitted = |uid: u16| permits.get(usize::from(uid)).copied().unwrap_or_default();
    if !ledger.uids(netuid, hotkey).is_some_and(permitted) {
        return Err(Error::NoPermit);
    }
    if artifact.confirmed_by.contains(hotkey) {
        return Err(Error::AlreadyVoted);
    }
    artifact.confirmed_by.push(hotkey.clone());
    // Whoever lost the uid no longer counts, and makes room: the list is no longer than there are neurons.
    artifact.confirmed_by.retain(|key| ledger.uids(netuid, key).is_some());
    let weights = ledger.stake_weight(netuid);
    let weight = |uid: u16| u64::from(weights.get(usize::from(uid)).copied().unwrap_or_default());
    let all: u64 = (0..ledger.subnetwork_n(netuid))
        .filter(|uid| permitted(*uid))
        .map(weight)
        .sum();
    let confirming: u64 = artifact
        .confirmed_by
        .iter()
        .filter_map(|key| ledger.uids(netuid, key))
        .filter(|uid| permitted(*uid))
        .map(weight)
        .sum();
    let before = artifact.confirmed;
    artifact.confirmed = before || rules::is_confirmed(confirming, all);
    let confirmed = artifact.confirmed;
    ledger.set_artifact(netuid, Some(artifact));
    if confirmed && !before {
        ledger.tell(Event::ArtifactConfirmed { netuid, number });
    }
    Ok(confirmed)
}
