//! What a block looks like from outside: the figures that the screen draws and `--json` prints.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use tributary_client::{
    AccountId32, Client, H256, View, market,
    pact::{self, PactView},
};
use tributary_economy::{Alpha, MechId, NetUid};
use tributary_market_train::{MinerKind, ValidatorStatus};
use tributary_neuron::Hotkey;
use tributary_runtime::Runtime;

use super::{service::Counter, shelf::Opened};

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
    /// `train` or `serve`.
    pub market: &'static str,
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
    /// The miners of a train subnet.
    pub miners: Vec<MinerFrame>,
    /// The miners of a serve subnet.
    pub servers: Vec<ServerFrame>,
    /// `active`, `leaving`, `left` or `breached`; nothing without a pact.
    pub pact: Option<&'static str>,
    /// What customers paid on the rail so far, tribute included.
    pub revenue_rao: u64,
    /// The part of it that was tribute.
    pub tribute_rao: u64,
    /// Value returned under the pact so far: tribute, slashed bonds and lost deposits, and pledged or forfeited alpha at
    /// the present price.
    pub returned_rao: u64,
    /// TAO that the chain gave the subnet so far.
    pub emitted_rao: u64,
    /// The one over the other.
    pub returned_over_emitted: f64,
    /// The last artefact that was committed under the pact; nothing before the first.
    pub artifact: Option<ArtifactFrame>,
    /// Artefacts that the market's archive has opened since it started.
    pub opened: u64,
    /// What the gateway of a serve subnet shows.
    pub gateway: Option<GatewayFrame>,
}

/// A sealed artefact at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ArtifactFrame {
    /// How many were committed before.
    pub number: u32,
    /// The block that committed it.
    pub block: u64,
    /// SHA-256 of its content.
    pub plaintext: String,
    /// The beacon's round that opens it.
    pub round: u64,
    /// Where the sealed file is.
    pub location: String,
    /// Whether validators with three quarters of the weight confirm what it holds.
    pub confirmed: bool,
}

/// One miner of a serve subnet at a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServerFrame {
    /// Its slot.
    pub uid: u16,
    /// How it behaves. Validators and the chain do not know.
    pub kind: String,
    /// Milliseconds that its answers wait before they begin.
    pub delay_ms: u64,
    /// Its address.
    pub hotkey: String,
    /// Whether its last answers were the model's, if it answered.
    pub correct: Option<bool>,
    /// Milliseconds of its slowest answer in a validator's last round.
    pub answer_ms: Option<f64>,
    /// Tokens a second.
    pub tokens_per_second: Option<f64>,
    /// Its part of the pay of all miners of the subnet, of 1.
    pub incentive: f64,
    /// Alpha that it has earned, in billionths.
    pub earned_rao: u64,
    /// Why validators give it nothing, if they do.
    pub verdict: Option<String>,
}

/// A gateway at a block. Amounts in rao, counts since it started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GatewayFrame {
    /// Where it is; an OpenAI client's base URL is this and `/v1`.
    pub url: String,
    /// The model that it sells.
    pub model: Option<String>,
    /// Requests answered.
    pub requests: u64,
    /// Requests that no miner answered.
    pub failed: u64,
    /// Tokens made.
    pub completion_tokens: u64,
    /// What they and the tokens read cost.
    pub charged_rao: u64,
    /// What customers signed for and is not settled.
    pub unsettled_rao: u64,
    /// What was settled on the chain.
    pub settled_rao: u64,
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
    opened: &Opened,
    counter: Option<Counter>,
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
        let pay = Pay::read(&view, arena.netuid).await?;
        let mut miners = Vec::new();
        for entrant in &arena.entrants {
            let Some((uid, incentive, earned_rao)) = pay.of(&view, &entrant.hotkey).await? else {
                continue;
            };
            let hotkey = Hotkey(entrant.hotkey.clone().into());
            let seen = opinions
                .iter()
                .filter_map(|opinion| opinion.miners.get(&uid))
                .find(|seen| seen.hotkey == hotkey);
            miners.push(MinerFrame {
                uid,
                kind: entrant.kind.name().to_owned(),
                strength: entrant.strength,
                hotkey: hotkey.to_string(),
                bits_per_byte: seen.and_then(|seen| seen.bits_per_byte),
                incentive,
                earned_rao,
                verdict: seen.and_then(|seen| seen.verdict.clone()),
            });
        }
        miners.sort_by_key(|miner| miner.uid);
        let best = opinions
            .iter()
            .filter_map(ValidatorStatus::best_bits_per_byte)
            .min_by(f64::total_cmp);
        subnets.push(SubnetFrame {
            name: arena.name.clone(),
            market: "train",
            best_bits_per_byte: best,
            miners,
            opened: opened.get(&subnet.netuid).copied().unwrap_or_default(),
            ..common(&view, subnet).await?
        });
    }
    if let Some(counter) = counter
        && let Some(subnet) = figures.iter().find(|subnet| subnet.netuid == counter.netuid.0)
    {
        subnets.push(served(&view, subnet, counter).await?);
    }
    Ok(Frame {
        block: number,
        block_hash: format!("{block:?}"),
        issuance_rao: holdings.issuance_rao,
        held_rao: holdings.held_rao,
        subnets,
    })
}

/// What every subnet shows, whatever its market.
async fn common(view: &View<'_>, subnet: &market::Subnet) -> Result<SubnetFrame> {
    let netuid = NetUid(subnet.netuid);
    let revenue = pact::revenue(view, netuid).await?;
    let found = pact::pact(view, netuid).await?;
    let found = found.map(|found| PactView::new(netuid, &found));
    let artifact = match found.is_some() {
        true => pact::artifact(view, netuid).await?,
        false => None,
    };
    let returned = found.as_ref().map_or(0, |pact| {
        let alpha = u128::from(pact.pledged) + u128::from(pact.forfeited);
        let worth = alpha * u128::from(subnet.price_rao) / 1_000_000_000;
        let tao = pact.from_payments_rao + pact.from_bonds_and_deposits_rao;
        tao.saturating_add(u64::try_from(worth).unwrap_or(u64::MAX))
    });
    Ok(SubnetFrame {
        netuid: subnet.netuid,
        price_tao: subnet.price_rao as f64 / 1e9,
        moving_price_tao: subnet.moving_price_tao,
        emission_share: subnet.emission_share,
        emission_rao: subnet.emission_rao,
        tao_in_pool_rao: subnet.tao_in_pool_rao,
        pact: found.map(|pact| pact.status),
        artifact: artifact.map(|artifact| ArtifactFrame {
            number: artifact.number,
            block: artifact.at,
            plaintext: hex::encode(artifact.plaintext),
            round: artifact.round,
            location: String::from_utf8_lossy(&artifact.location).into_owned(),
            confirmed: artifact.confirmed,
        }),
        revenue_rao: revenue.amount.0,
        tribute_rao: revenue.tribute.0,
        returned_rao: returned,
        ..SubnetFrame::default()
    })
}

async fn served(view: &View<'_>, subnet: &market::Subnet, counter: Counter) -> Result<SubnetFrame> {
    let pay = Pay::read(view, counter.netuid).await?;
    let mut servers = Vec::new();
    for server in &counter.servers {
        let Some((uid, incentive, earned_rao)) = pay.of(view, &server.hotkey).await? else {
            continue;
        };
        let hotkey = Hotkey(server.hotkey.clone().into());
        let seen = counter
            .opinions
            .iter()
            .filter_map(|opinion| opinion.miners.get(&uid))
            .find(|seen| seen.hotkey == hotkey);
        servers.push(ServerFrame {
            uid,
            kind: server.kind.name().to_owned(),
            delay_ms: server.delay_ms,
            hotkey: hotkey.to_string(),
            correct: seen.and_then(|seen| seen.correct),
            answer_ms: seen.and_then(|seen| seen.answer_ms),
            tokens_per_second: seen.and_then(|seen| seen.tokens_per_second),
            incentive,
            earned_rao,
            verdict: seen.and_then(|seen| seen.verdict.clone()),
        });
    }
    servers.sort_by_key(|server| server.uid);
    let gateway = counter.gateway;
    Ok(SubnetFrame {
        name: counter.name,
        market: "serve",
        servers,
        gateway: Some(GatewayFrame {
            url: counter.url,
            model: gateway.model,
            requests: gateway.requests,
            failed: gateway.failed,
            completion_tokens: gateway.completion_tokens,
            charged_rao: gateway.charged,
            unsettled_rao: gateway.unsettled,
            settled_rao: gateway.settled,
        }),
        ..common(view, subnet).await?
    })
}

/// How a subnet's miners are paid.
struct Pay {
    netuid: NetUid,
    incentive: Vec<u16>,
    total: u64,
}

impl Pay {
    async fn read(view: &View<'_>, netuid: NetUid) -> Result<Self> {
        let index = netuid.index(MechId(0));
        let incentive: Vec<u16> = view.map::<pallet_subtensor::Incentive<Runtime>, _, _>(index).await?;
        Ok(Self {
            netuid,
            total: incentive.iter().map(|part| u64::from(*part)).sum(),
            incentive,
        })
    }

    /// Slot, part of the pay, and alpha of a miner, if it is registered.
    async fn of(&self, view: &View<'_>, hotkey: &AccountId32) -> Result<Option<(u16, f64, u64)>> {
        let uid = view
            .double::<pallet_subtensor::Uids<Runtime>, _, _, _>(self.netuid, hotkey)
            .await?;
        let Some(uid) = uid else { return Ok(None) };
        let earned: Alpha = view
            .double::<pallet_subtensor::TotalHotkeyAlpha<Runtime>, _, _, _>(hotkey, self.netuid)
            .await?;
        let part = f64::from(self.incentive.get(usize::from(uid)).copied().unwrap_or_default());
        let share = if self.total == 0 { 0.0 } else { part / self.total as f64 };
        Ok(Some((uid, share, earned.0)))
    }
}
