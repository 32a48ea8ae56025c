//! The market as people look at it: figures of the whole, of each subnet, of each neuron, all at one block.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::Serialize;
use sp_core::{H256, crypto::AccountId32};
use sp_crypto_hashing::blake2_256;
use tributary_economy::{Alpha, MechId, NetUid, NetUidStorageIndex, Tao, commits};

use crate::{Call, Result, View, items, keys::address, stored::StakeInfo, view::Arguments};

pub use crate::stored::{Axon, Identity};

/// The chain's time after a block, in milliseconds since 1970.
///
/// # Errors
/// As [`View::get`].
pub async fn now_ms(view: &View<'_>) -> Result<u64> {
    view.get(&items::NOW, ()).await
}

/// Milliseconds between blocks, as the chain counts.
///
/// # Errors
/// As [`View::get`].
pub async fn block_ms(view: &View<'_>) -> Result<u64> {
    view.get(&items::SLOT_DURATION, ()).await
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subnet {
    /// Its number.
    pub netuid: u16,
    /// Name in its identity; empty if it has none.
    pub name: String,
    /// Symbol of its alpha.
    pub symbol: String,
    /// Who owns it.
    pub owner: String,
    /// Price of one alpha, in rao.
    pub price_rao: u64,
    /// The average price that emission follows, in TAO.
    pub moving_price_tao: f64,
    /// TAO of this block that the chain gave to the subnet: put into the pool, or spent there on alpha.
    pub emission_rao: u64,
    /// That, as a part of what all subnets got.
    pub emission_share: f64,
    /// TAO in the pool.
    pub tao_in_pool_rao: u64,
    /// Alpha in the pool.
    pub alpha_in_pool_rao: u64,
    /// Alpha outside the pool.
    pub alpha_outside_rao: u64,
    /// Neurons registered.
    pub neurons: u16,
    /// Blocks between epochs.
    pub tempo: u16,
    /// What registering a neuron costs now.
    pub registration_rao: u64,
    /// Whether emission and staking have started.
    pub started: bool,
}

/// A neuron.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Neuron {
    /// Its slot.
    pub uid: u16,
    /// The key that works.
    pub hotkey: String,
    /// The key that owns it.
    pub coldkey: String,
    /// Alpha staked on the hotkey in this subnet.
    pub stake_alpha_rao: u64,
    /// Weight of its stake in consensus, from 0 to 1.
    pub stake_weight: f64,
    /// Whether it may set weights on others.
    pub validator_permit: bool,
    /// Pay for work, from 0 to 1.
    pub incentive: f64,
    /// Pay for judging, from 0 to 1.
    pub dividends: f64,
    /// What stake-weighted validators agree on, from 0 to 1.
    pub consensus: f64,
    /// How much of a validator's weights survives clipping, from 0 to 1.
    pub validator_trust: f64,
    /// Alpha it was paid in the last epoch.
    pub emission_alpha_rao: u64,
    /// Block of its last weights.
    pub last_update: u64,
    /// Where it serves; nothing if it does not say.
    pub axon: Option<std::net::SocketAddr>,
}

/// Where the TAO is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// What the market says that it has issued (`SubtensorModule.TotalIssuance`).
    pub issuance_rao: u64,
    /// What all accounts hold, counted one by one: people's and pools' alike.
    pub held_rao: u64,
    /// Number of accounts.
    pub accounts: usize,
}

/// Counts all TAO.
///
/// # Errors
/// As [`View::get`].
pub async fn holdings(view: &View<'_>) -> Result<Holdings> {
    let issuance: Tao = view.get(&items::TOTAL_ISSUANCE, ()).await?;
    let accounts = view.entries(&items::ACCOUNT).await?;
    let held = accounts
        .iter()
        .map(|(_, account)| u128::from(account.data.free) + u128::from(account.data.reserved));
    let held_rao = u64::try_from(held.sum::<u128>()).unwrap_or(u64::MAX);
    Ok(Holdings {
        issuance_rao: issuance.0,
        held_rao,
        accounts: accounts.len(),
    })
}

/// The numbers of all subnets but root, ascending.
///
/// # Errors
/// As [`View::get`].
pub async fn netuids(view: &View<'_>) -> Result<Vec<NetUid>> {
    let added = view.entries(&items::NETWORKS_ADDED).await?;
    let mut netuids: Vec<NetUid> = added
        .into_iter()
        .filter(|(netuid, there)| *there && !netuid.is_root())
        .map(|(netuid, _)| netuid)
        .collect();
    netuids.sort();
    Ok(netuids)
}

/// Price of one alpha in rao, by the runtime's own reckoning.
///
/// # Errors
/// As [`View::get`].
pub async fn price_rao(view: &View<'_>, netuid: NetUid) -> Result<u64> {
    let asked = Arguments::default().with(netuid);
    view.api("SwapRuntimeApi", "current_alpha_price", asked).await
}

/// What a coldkey has staked on a hotkey, by the runtime's own reckoning.
///
/// # Errors
/// As [`View::get`].
pub async fn stake_of(view: &View<'_>, hotkey: &AccountId32, coldkey: &AccountId32, netuid: NetUid) -> Result<Alpha> {
    let asked = Arguments::default()
        .with(hotkey.clone())
        .with(coldkey.clone())
        .with(netuid);
    let method = "get_stake_info_for_hotkey_coldkey_netuid";
    let found: Option<StakeInfo> = view.api("StakeInfoRuntimeApi", method, asked).await?;
    Ok(found.map(|info| info.stake.0).unwrap_or_default())
}

/// All subnets but root, by number.
///
/// # Errors
/// As [`View::get`].
pub async fn subnets(view: &View<'_>) -> Result<Vec<Subnet>> {
    let mut subnets = Vec::new();
    for netuid in netuids(view).await? {
        subnets.push(subnet(view, netuid).await?);
    }
    let total: u64 = subnets.iter().map(|subnet| subnet.emission_rao).sum();
    if total > 0 {
        for subnet in &mut subnets {
            subnet.emission_share = subnet.emission_rao as f64 / total as f64;
        }
    }
    Ok(subnets)
}

/// TAO of the view's block that the chain gave to a subnet, in rao: put into the pool, or spent there on alpha.
///
/// # Errors
/// As [`View::get`].
pub async fn emission_rao(view: &View<'_>, netuid: NetUid) -> Result<u64> {
    let injected: Tao = view.get(&items::SUBNET_TAO_IN_EMISSION, (netuid,)).await?;
    let spent: Tao = view.get(&items::SUBNET_EXCESS_TAO, (netuid,)).await?;
    Ok(injected.0 + spent.0)
}

/// The name in a subnet's identity, as its owner wrote it; empty if it has none.
///
/// # Errors
/// As [`View::get`].
pub async fn subnet_name(view: &View<'_>, netuid: NetUid) -> Result<String> {
    let identity = view.find(&items::SUBNET_IDENTITIES, (netuid,)).await?;
    Ok(identity
        .map(|identity| String::from_utf8_lossy(&identity.subnet_name).into_owned())
        .unwrap_or_default())
}

async fn subnet(view: &View<'_>, netuid: NetUid) -> Result<Subnet> {
    let symbol: Vec<u8> = view.get(&items::TOKEN_SYMBOL, (netuid,)).await?;
    let owner: AccountId32 = view.get(&items::SUBNET_OWNER, (netuid,)).await?;
    let tao: Tao = view.get(&items::SUBNET_TAO, (netuid,)).await?;
    let alpha_in: Alpha = view.get(&items::SUBNET_ALPHA_IN, (netuid,)).await?;
    let alpha_out: Alpha = view.get(&items::SUBNET_ALPHA_OUT, (netuid,)).await?;
    let burn: Tao = view.get(&items::BURN, (netuid,)).await?;
    Ok(Subnet {
        netuid: netuid.0,
        name: subnet_name(view, netuid).await?,
        symbol: String::from_utf8_lossy(&symbol).into_owned(),
        owner: address(&owner),
        price_rao: price_rao(view, netuid).await?,
        moving_price_tao: view.get(&items::SUBNET_MOVING_PRICE, (netuid,)).await?.to_num(),
        emission_rao: emission_rao(view, netuid).await?,
        emission_share: 0.0,
        tao_in_pool_rao: tao.0,
        alpha_in_pool_rao: alpha_in.0,
        alpha_outside_rao: alpha_out.0,
        neurons: view.get(&items::SUBNETWORK_N, (netuid,)).await?,
        tempo: view.get(&items::TEMPO, (netuid,)).await?,
        registration_rao: burn.0,
        started: view.find(&items::FIRST_EMISSION_BLOCK, (netuid,)).await?.is_some(),
    })
}

/// The hotkeys of a subnet by ascending uid.
///
/// # Errors
/// As [`View::get`].
pub async fn hotkeys(view: &View<'_>, netuid: NetUid) -> Result<Vec<(u16, AccountId32)>> {
    let mut hotkeys = view.entries_under(&items::KEYS, netuid).await?;
    hotkeys.sort();
    Ok(hotkeys)
}

/// A part of 65535 that the chain keeps for a neuron, from 0 to 1.
fn share(parts: &[u16], uid: usize) -> f64 {
    f64::from(parts.get(uid).copied().unwrap_or_default()) / f64::from(u16::MAX)
}

/// All neurons of a subnet by ascending uid.
///
/// # Errors
/// As [`View::get`].
pub async fn neurons(view: &View<'_>, netuid: NetUid) -> Result<Vec<Neuron>> {
    let index = netuid.index(MechId(0));
    let stake_weight: Vec<u16> = view.get(&items::STAKE_WEIGHT, (netuid,)).await?;
    let permits: Vec<bool> = view.get(&items::VALIDATOR_PERMIT, (netuid,)).await?;
    let incentive: Vec<u16> = view.get(&items::INCENTIVE, (index,)).await?;
    let dividends: Vec<u16> = view.get(&items::DIVIDENDS, (netuid,)).await?;
    let consensus: Vec<u16> = view.get(&items::CONSENSUS, (netuid,)).await?;
    let trust: Vec<u16> = view.get(&items::VALIDATOR_TRUST, (netuid,)).await?;
    let emission: Vec<Alpha> = view.get(&items::EMISSION, (netuid,)).await?;
    let last_update: Vec<u64> = view.get(&items::LAST_UPDATE, (index,)).await?;
    let axons = view.entries_under(&items::AXONS, netuid).await?;
    let mut neurons = Vec::new();
    for (uid, hotkey) in hotkeys(view, netuid).await? {
        let at = usize::from(uid);
        let coldkey: AccountId32 = view.get(&items::OWNER, (hotkey.clone(),)).await?;
        let stake: Alpha = view.get(&items::TOTAL_HOTKEY_ALPHA, (hotkey.clone(), netuid)).await?;
        neurons.push(Neuron {
            uid,
            coldkey: address(&coldkey),
            stake_alpha_rao: stake.0,
            stake_weight: share(&stake_weight, at),
            validator_permit: permits.get(at).copied().unwrap_or_default(),
            incentive: share(&incentive, at),
            dividends: share(&dividends, at),
            consensus: share(&consensus, at),
            validator_trust: share(&trust, at),
            emission_alpha_rao: emission.get(at).copied().unwrap_or_default().0,
            last_update: last_update.get(at).copied().unwrap_or_default(),
            axon: axons
                .iter()
                .find(|(owner, _)| *owner == hotkey)
                .and_then(|(_, axon)| socket(axon)),
            hotkey: address(&hotkey),
        });
    }
    Ok(neurons)
}

/// The address in an axon's announcement, if it has one (`docs/rules/endpoints.md#axon`). An announcement without an
/// address is that of an axon on the reader's own machine: see [`serve`].
pub fn socket(axon: &Axon) -> Option<SocketAddr> {
    let ip = match axon.ip_type {
        4 => IpAddr::V4(Ipv4Addr::from(u32::try_from(axon.ip).ok()?)),
        6 => IpAddr::V6(Ipv6Addr::from(axon.ip)),
        _ => return None,
    };
    let ip = match ip {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    (axon.port > 0).then(|| (ip, axon.port).into())
}

/// Address and family with which an axon at `ip` is announced. The chain refuses the loopback address, which means
/// nothing to anybody else; an axon that listens there is announced without an address.
fn announced(ip: IpAddr) -> (u128, u8) {
    match ip {
        IpAddr::V4(ip) if ip.is_loopback() => (0, 4),
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 4),
        IpAddr::V6(ip) if ip.is_loopback() => (0, 6),
        IpAddr::V6(ip) => (u128::from(ip), 6),
    }
}

/// The call that announces an axon at an address.
pub fn serve(netuid: NetUid, address: SocketAddr) -> Call {
    let (ip, ip_type) = announced(address.ip());
    Call::new("SubtensorModule", "serve_axon")
        .with("netuid", netuid)
        .with("version", 1u32)
        .with("ip", ip)
        .with("port", address.port())
        .with("ip_type", ip_type)
        .with("protocol", 4u8)
        .with("placeholder1", 0u8)
        .with("placeholder2", 0u8)
}

/// What a validator commits to before it reveals its weights (`docs/rules/weights.md#commits`).
pub fn commit_hash(
    hotkey: &AccountId32,
    index: NetUidStorageIndex,
    uids: &[u16],
    weights: &[u16],
    salt: &[u16],
    version_key: u64,
) -> H256 {
    H256(blake2_256(&commits::preimage(
        hotkey,
        index,
        uids,
        weights,
        salt,
        version_key,
    )))
}
