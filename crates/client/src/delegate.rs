//! Which hotkey to stake to, and which to unstake from, if none is named.

use sp_core::crypto::AccountId32;
use tributary_economy::{Alpha, NetUid};

use crate::{Result, View, items, stored::StakeInfo, view::Arguments};

/// Why a hotkey was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The staker's own hotkey is registered on the subnet.
    Own,
    /// Of all hotkeys with a validator permit it has the most stake.
    MostStake,
    /// Nobody is registered on root; of all hotkeys it has the most stake there.
    MostRootStake,
    /// Nobody has a permit yet; it is the subnet owner's.
    Owner,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Own => "your own hotkey there",
            Self::MostStake => "the validator with the most stake",
            Self::MostRootStake => "the hotkey with the most stake on root",
            Self::Owner => "the owner's hotkey, as nobody validates there yet",
        })
    }
}

/// The hotkey to stake to: the staker's `own` if it is registered on the subnet, else the validator with the most
/// stake, else the owner's. Root has no owner, and stake on it counts wherever its hotkey validates, so there it is the
/// hotkey with the most stake on root if nobody is registered. Nothing if there is none of these.
///
/// # Errors
/// As [`View::get`].
pub async fn choose(view: &View<'_>, netuid: NetUid, own: Option<&AccountId32>) -> Result<Option<(AccountId32, Why)>> {
    if let Some(own) = own
        && view.find(&items::UIDS, (netuid, own.clone())).await?.is_some()
    {
        return Ok(Some((own.clone(), Why::Own)));
    }
    let hotkeys = crate::market::hotkeys(view, netuid).await?;
    let permits: Vec<bool> = view.get(&items::VALIDATOR_PERMIT, (netuid,)).await?;
    let weights: Vec<u16> = view.get(&items::STAKE_WEIGHT, (netuid,)).await?;
    let at = |list: &[u16], uid: u16| list.get(usize::from(uid)).copied().unwrap_or_default();
    let mut best = None;
    for (uid, hotkey) in hotkeys {
        // Everybody on root validates.
        if !netuid.is_root() && !permits.get(usize::from(uid)).copied().unwrap_or_default() {
            continue;
        }
        let alpha: Alpha = view.get(&items::TOTAL_HOTKEY_ALPHA, (hotkey.clone(), netuid)).await?;
        // Consensus counts stake on root too; its weights are of the last epoch, and equal before the first.
        let rank = (at(&weights, uid), alpha.0, std::cmp::Reverse(uid));
        if best.as_ref().is_none_or(|(highest, _)| rank > *highest) {
            best = Some((rank, hotkey));
        }
    }
    if let Some((_, hotkey)) = best {
        return Ok(Some((hotkey, Why::MostStake)));
    }
    if netuid.is_root() {
        let staked = view
            .entries_of_two(&items::TOTAL_HOTKEY_ALPHA)
            .await?
            .into_iter()
            .filter(|((_, on), alpha)| on.is_root() && !alpha.is_zero())
            .max_by_key(|(_, alpha)| alpha.0);
        return Ok(staked.map(|((hotkey, _), _)| (hotkey, Why::MostRootStake)));
    }
    // A subnet without owner has the account of all zeros.
    let owner: AccountId32 = view.get(&items::SUBNET_OWNER_HOTKEY, (netuid,)).await?;
    let known: AccountId32 = view.get(&items::OWNER, (owner.clone(),)).await?;
    let nobody = AccountId32::from([0; 32]);
    Ok((owner != nobody && known != nobody).then_some((owner, Why::Owner)))
}

/// What a coldkey has staked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stake {
    /// The subnet.
    pub netuid: NetUid,
    /// To whom.
    pub hotkey: AccountId32,
    /// How much; on root, TAO.
    pub alpha: Alpha,
}

/// All that a coldkey has staked, by subnet and hotkey, by the runtime's own reckoning.
///
/// # Errors
/// As [`View::get`].
pub async fn stakes(view: &View<'_>, coldkey: &AccountId32) -> Result<Vec<Stake>> {
    let asked = Arguments::default().with(coldkey.clone());
    let method = "get_stake_info_for_coldkey";
    let found: Vec<StakeInfo> = view.api("StakeInfoRuntimeApi", method, asked).await?;
    let mut stakes: Vec<Stake> = found
        .into_iter()
        .map(|info| Stake {
            netuid: info.netuid.0,
            hotkey: info.hotkey,
            alpha: info.stake.0,
        })
        .filter(|stake| !stake.alpha.is_zero())
        .collect();
    stakes.sort_by(|a, b| (a.netuid, &a.hotkey).cmp(&(b.netuid, &b.hotkey)));
    Ok(stakes)
}
