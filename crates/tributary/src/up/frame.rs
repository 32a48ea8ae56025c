//! What a block looks like from outside: the figures that the screen draws and `--json` prints.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use tributary_client::{AccountId32, Client, H256, market};
use tributary_economy::{Alpha, MechId, NetUid};
use tributary_market_train::{MinerKind, ValidatorStatus};
use tributary_neuron::Hotkey;
use tributary_runtime::Runtime;

/// One block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Frame {
    /// Height.
    pub block: u32,
    /// Hash.
    pub block_hash: String,
    /// TAO issued, as the market counts it.
    pub issuance_rao: u64,
    /// TAO held by all accounts together, pools' included, counted one by one.
    pub held_rao: u64,
    /// The market's subnets.
    pub subnets: Vec<SubnetFrame>,
}

/// One subnet at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SubnetFrame {
    /// Its number.
    pub netuid: u16,
    /// Its name.
    pub name: String,
    /// Price of one alpha.
    pub price_tao: f64,
    /// The average price that emission follows.
    pub moving_price_tao: f64,
    /// Part of the block's TAO that went to this subnet, of what went to all.
    pub emission_share: f64,
    /// That TAO.
    pub emission_rao: u64,
    /// TAO in the pool.
    pub tao_in_pool_rao: u64,
    /// Bits per byte of the best model, measured by the validators on held-out text.
    pub best_bits_per_byte: Option<f64>,
    /// Its miners.
    pub miners: Vec<MinerFrame>,
}

/// One miner at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MinerFrame {
    /// Its slot.
    pub uid: u16,
    /// How it behaves. Validators and the chain do not know.
    pub kind: String,
    /// Above 0, at most 1.
    pub strength: f64,
    /// Its address.
    pub hotkey: String,
    /// Bits per byte of its model as a validator last measured it.
    pub bits_per_byte: Option<f64>,
    /// Its part of the pay of all miners of the subnet, of 1.
    pub incentive: f64,
    /// Alpha that it has earned, in billionths.
    pub earned_rao: u64,
    /// Why validators give it nothing, if they do.
    pub verdict: Option<String>,
}

/// A miner whose figures are shown.
#[derive(Clone, Debug)]
pub struct Entrant {
    /// Its hotkey.
    pub hotkey: AccountId32,
    /// How it behaves.
    pub kind: MinerKind,
    /// Above 0, at most 1.
    pub strength: f64,
}

/// A subnet of the market.
#[derive(Clone, Debug)]
pub struct Arena {
    /// Its number.
    pub netuid: NetUid,
    /// Its name.
    pub name: String,
    /// Its miners.
    pub entrants: Vec<Entrant>,
}

/// Reads the frame of a block. `opinions` are what the validators of each subnet show, by netuid.
///
/// # Errors
/// If the chain does not answer.
pub async fn read(
    client: &Client,
    block: H256,
    number: u32,
    arenas: &[Arena],
    opinions: &BTreeMap<NetUid, Vec<ValidatorStatus>>,
) -> Result<Frame> {
    let view = client.at(block);
    let holdings = market::holdings(&view).await?;
    let figures = market::subnets(&view).await?;
    let mut subnets = Vec::new();
    for arena in arenas {
        let Some(subnet) = figures.iter().find(|subnet| subnet.netuid == arena.netuid.0) else {
            continue;
        };
        let opinions = opinions.get(&arena.netuid).map(Vec::as_slice).unwrap_or_default();
        let index = arena.netuid.index(MechId(0));
        let incentive: Vec<u16> = view.map::<pallet_subtensor::Incentive<Runtime>, _, _>(index).await?;
        let total: u64 = incentive.iter().map(|part| u64::from(*part)).sum();
        let mut miners = Vec::new();
        for entrant in &arena.entrants {
            let uid = view
                .double::<pallet_subtensor::Uids<Runtime>, _, _, _>(arena.netuid, &entrant.hotkey)
                .await?;
            let Some(uid) = uid else { continue };
            let earned: Alpha = view
                .double::<pallet_subtensor::TotalHotkeyAlpha<Runtime>, _, _, _>(&entrant.hotkey, arena.netuid)
                .await?;
            let hotkey = Hotkey(entrant.hotkey.clone().into());
            let seen = opinions
                .iter()
                .filter_map(|opinion| opinion.miners.get(&uid))
                .find(|seen| seen.hotkey == hotkey);
            let part = incentive.get(usize::from(uid)).copied().unwrap_or_default();
            miners.push(MinerFrame {
                uid,
                kind: entrant.kind.name().to_owned(),
                strength: entrant.strength,
                hotkey: hotkey.to_string(),
                bits_per_byte: seen.and_then(|seen| seen.bits_per_byte),
                incentive: if total == 0 {
                    0.0
                } else {
                    f64::from(part) / total as f64
                },
                earned_rao: earned.0,
                verdict: seen.and_then(|seen| seen.verdict.clone()),
            });
        }
        miners.sort_by_key(|miner| miner.uid);
        let best = opinions
            .iter()
            .filter_map(ValidatorStatus::best_bits_per_byte)
            .min_by(f64::total_cmp);
        subnets.push(SubnetFrame {
            netuid: subnet.netuid,
            name: arena.name.clone(),
            price_tao: subnet.price_rao as f64 / 1e9,
            moving_price_tao: subnet.moving_price_tao,
            emission_share: subnet.emission_share,
            emission_rao: subnet.emission_rao,
            tao_in_pool_rao: subnet.tao_in_pool_rao,
            best_bits_per_byte: best,
            miners,
        });
    }
    Ok(Frame {
        block: number,
        block_hash: format!("{block:?}"),
        issuance_rao: holdings.issuance_rao,
        held_rao: holdings.held_rao,
        subnets,
    })
}
