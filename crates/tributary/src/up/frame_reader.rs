//! Reading a frame off the chain, and off what the market's own validators show.

use std::collections::BTreeMap;

use anyhow::Result;
use futures::future::try_join_all;
use tributary_client::{
    AccountId32, Client, H256, View, items, market,
    pact::{self, PactView},
};
use tributary_economy::{Alpha, MechId, NetUid};
use tributary_market_serve as serve;
use tributary_market_train::ValidatorStatus;
use tributary_neuron::Hotkey;

use super::{
    artifacts::Opened,
    cast::{Cast, Role},
    frame::{ArtifactFrame, Frame, GUEST, GatewayFrame, MinerFrame, ServerFrame, SubnetFrame, ValidatorFrame},
    service::Gateway,
};

/// What is known besides the chain.
pub struct Known<'a> {
    /// Who belongs to the market.
    pub cast: &'a Cast,
    /// What the validators of each train subnet show.
    pub opinions: BTreeMap<u16, Vec<ValidatorStatus>>,
    /// What those of the serve subnet show.
    pub serve_opinions: Vec<serve::ValidatorStatus>,
    /// What was opened so far.
    pub opened: Opened,
    /// What the gateway shows.
    pub gateway: Option<Gateway>,
}

impl<'a> Known<'a> {
    /// Nothing yet.
    pub fn nothing(cast: &'a Cast) -> Self {
        Self {
            cast,
            opinions: BTreeMap::new(),
            serve_opinions: Vec::new(),
            opened: Opened::new(),
            gateway: None,
        }
    }
}

/// Reads the frame of a block.
///
/// # Errors
/// If the chain does not answer.
pub async fn read(client: &Client, block: H256, number: u32, known: &Known<'_>) -> Result<Frame> {
    let view = client.at(block);
    let holdings = market::holdings(&view).await?;
    let figures = market::subnets(&view).await?;
    let subnets = try_join_all(figures.iter().map(|figures| subnet(&view, figures, known))).await?;
    Ok(Frame {
        block: number,
        block_hash: format!("{block:?}"),
        issuance_rao: holdings.issuance_rao,
        held_rao: holdings.held_rao,
        subnets,
        events: Vec::new(),
    })
}

async fn subnet(view: &View<'_>, figures: &market::Subnet, known: &Known<'_>) -> Result<SubnetFrame> {
    let netuid = NetUid(figures.netuid);
    let owner: AccountId32 = view.get(&items::SUBNET_OWNER_HOTKEY, (netuid,)).await?;
    let seat = known.cast.seat(&owner);
    let neurons = Neurons::read(view, netuid, owner).await?;
    let mut frame = common(view, figures).await?;
    frame.seat = seat;
    frame.home = seat.is_some();
    frame.market = seat.map_or("other", |seat| known.cast.market(seat));
    frame.opened = known.opened.get(&figures.netuid).copied().unwrap_or_default();
    let opinions = known.opinions.get(&figures.netuid).map_or(&[][..], Vec::as_slice);
    let rounds: Vec<u64> = match frame.market {
        "serve" => known.serve_opinions.iter().map(|shown| shown.rounds).collect(),
        _ => opinions.iter().map(|shown| shown.rounds).collect(),
    };
    frame.validators = neurons.validators(known.cast, &rounds);
    if frame.market == "serve" {
        frame.servers = neurons.servers(known);
        frame.gateway = known.gateway.clone().map(gateway);
    } else {
        frame.miners = neurons.miners(known.cast, opinions);
        let best = opinions.iter().filter_map(ValidatorStatus::best_bits_per_byte);
        frame.best_bits_per_byte = best.min_by(f64::total_cmp);
    }
    Ok(frame)
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
    let (returned, waiting) = found.as_ref().map_or((0, 0), |pact| tribute(pact, subnet.price_rao));
    let epoch_block = view.get(&items::LAST_EPOCH_BLOCK, (netuid,)).await?;
    Ok(SubnetFrame {
        netuid: subnet.netuid,
        name: subnet.name.clone(),
        tempo_blocks: subnet.tempo,
        epoch_block,
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
        waiting_rao: waiting,
        ..SubnetFrame::default()
    })
}

/// What a pact has released, and what waits in its reservoir, in rao; alpha that was not bought at this price.
fn tribute(pact: &PactView, price_rao: u64) -> (u64, u64) {
    let worth = |tao: u64, alpha: u128| {
        let worth = u128::from(tao) + alpha * u128::from(price_rao) / 1_000_000_000;
        u64::try_from(worth).unwrap_or(u64::MAX)
    };
    let out = [pact.burned_alpha_rao, pact.to_holders_alpha_rao, pact.to_root_alpha_rao];
    let out: u128 = out.into_iter().map(u128::from).sum();
    let given = out.saturating_sub(pact.bought_alpha_rao.into());
    (
        worth(pact.spent_rao, given),
        worth(pact.reservoir_rao, pact.reservoir_alpha_rao.into()),
    )
}

fn gateway(gateway: Gateway) -> GatewayFrame {
    let Gateway { url, status } = gateway;
    GatewayFrame {
        url,
        model: status.model,
        requests: status.requests,
        failed: status.failed,
        completion_tokens: status.completion_tokens,
        charged_rao: status.charged,
        unsettled_rao: status.unsettled,
        settled_rao: status.settled,
    }
}

/// Everybody in a subnet.
struct Neurons {
    owner: AccountId32,
    /// Uid, hotkey, and the alpha staked on it.
    slots: Vec<(u16, AccountId32, u64)>,
    incentive: Vec<u16>,
    dividends: Vec<u16>,
    weights: Vec<u64>,
}

impl Neurons {
    async fn read(view: &View<'_>, netuid: NetUid, owner: AccountId32) -> Result<Self> {
        let index = netuid.index(MechId(0));
        let hotkeys = market::hotkeys(view, netuid).await?;
        let slots = hotkeys.into_iter().map(|(uid, hotkey)| async move {
            let alpha: Alpha = view.get(&items::TOTAL_HOTKEY_ALPHA, (hotkey.clone(), netuid)).await?;
            Ok::<_, tributary_client::Error>((uid, hotkey, alpha.0))
        });
        Ok(Self {
            owner,
            slots: try_join_all(slots).await?,
            incentive: view.get(&items::INCENTIVE, (index,)).await?,
            dividends: view.get(&items::DIVIDENDS, (netuid,)).await?,
            weights: view.get(&items::LAST_UPDATE, (index,)).await?,
        })
    }

    /// What somebody is here: of the cast by the plan, strangers by what they do.
    fn role(&self, uid: u16, hotkey: &AccountId32, cast: &Cast) -> Option<Role> {
        let stranger = || {
            let judges = self.dividends.get(usize::from(uid)).is_some_and(|part| *part > 0);
            judges.then_some(Role::Validator)
        };
        if *hotkey == self.owner {
            return Some(Role::Owner);
        }
        cast.role(hotkey).or_else(stranger)
    }

    /// `rounds` are those that the validators of the cast have finished.
    fn validators(&self, cast: &Cast, rounds: &[u64]) -> Vec<ValidatorFrame> {
        let validators = self.slots.iter().filter_map(|(uid, hotkey, stake)| {
            let role = self.role(*uid, hotkey, cast)?;
            let number = cast.validator(hotkey);
            let kind = match role {
                Role::Owner => "owner",
                Role::Validator if number.is_some() => "validator",
                Role::Validator => GUEST,
                Role::Miner { .. } | Role::Server { .. } => return None,
            };
            Some(ValidatorFrame {
                uid: *uid,
                home: cast.knows(hotkey),
                kind: kind.to_owned(),
                hotkey: Hotkey(hotkey.clone().into()).to_string(),
                stake_rao: *stake,
                dividends: part(&self.dividends, *uid),
                rounds: number.and_then(|number| rounds.get(number).copied()),
                weights_block: self.weights.get(usize::from(*uid)).copied().unwrap_or_default(),
            })
        });
        validators.collect()
    }

    fn miners(&self, cast: &Cast, opinions: &[ValidatorStatus]) -> Vec<MinerFrame> {
        let miners = self.slots.iter().filter_map(|(uid, hotkey, earned)| {
            let role = self.role(*uid, hotkey, cast);
            let (kind, strength) = match &role {
                None => (GUEST, 0.0),
                Some(Role::Miner { kind, strength }) => (*kind, *strength),
                Some(Role::Server { kind, .. }) => (*kind, 0.0),
                Some(Role::Owner | Role::Validator) => return None,
            };
            let hotkey = Hotkey(hotkey.clone().into());
            let seen = opinions
                .iter()
                .filter_map(|opinion| opinion.miners.get(uid))
                .find(|seen| seen.hotkey == hotkey);
            Some(MinerFrame {
                uid: *uid,
                home: role.is_some(),
                kind: kind.to_owned(),
                strength,
                hotkey: hotkey.to_string(),
                bits_per_byte: seen.and_then(|seen| seen.bits_per_byte),
                incentive: part(&self.incentive, *uid),
                earned_rao: *earned,
                verdict: seen.and_then(|seen| seen.verdict.clone()),
            })
        });
        miners.collect()
    }

    fn servers(&self, known: &Known<'_>) -> Vec<ServerFrame> {
        let servers = self.slots.iter().filter_map(|(uid, hotkey, earned)| {
            let role = self.role(*uid, hotkey, known.cast);
            let (kind, delay_ms) = match &role {
                None => (GUEST, 0),
                Some(Role::Server { kind, delay_ms }) => (*kind, *delay_ms),
                Some(Role::Miner { kind, .. }) => (*kind, 0),
                Some(Role::Owner | Role::Validator) => return None,
            };
            let hotkey = Hotkey(hotkey.clone().into());
            let seen = known
                .serve_opinions
                .iter()
                .filter_map(|opinion| opinion.miners.get(uid))
                .find(|seen| seen.hotkey == hotkey);
            Some(ServerFrame {
                uid: *uid,
                home: role.is_some(),
                kind: kind.to_owned(),
                delay_ms,
                hotkey: hotkey.to_string(),
                correct: seen.and_then(|seen| seen.correct),
                answer_ms: seen.and_then(|seen| seen.answer_ms),
                tokens_per_second: seen.and_then(|seen| seen.tokens_per_second),
                incentive: part(&self.incentive, *uid),
                earned_rao: *earned,
                verdict: seen.and_then(|seen| seen.verdict.clone()),
            })
        });
        servers.collect()
    }
}

/// One's part of the whole, of 1.
fn part(parts: &[u16], uid: u16) -> f64 {
    let whole: u64 = parts.iter().map(|part| u64::from(*part)).sum();
    let own = parts.get(usize::from(uid)).copied().unwrap_or_default();
    if whole == 0 { 0.0 } else { f64::from(own) / whole as f64 }
}

#[cfg(test)]
mod tests {
    use tributary_economy::{
        Tao,
        pact::{Arbiters, Reservoir, Status, Terms, Totals},
    };

    use super::*;

    #[test]
    fn what_waits_is_not_returned_yet() {
        let mut pact = pact::Pact {
            registered_at: 1,
            signed_at: 2,
            signer: AccountId32::from([1; 32]),
            terms: Terms::default(),
            arbiters: Arbiters::default(),
            status: Status::Active,
            bond: Tao(0),
            vesting: Vec::new(),
            vested_at: 2,
            artifacts_from: 2,
            reservoir: Reservoir {
                tao: Tao(3_000_000_000),
                holders: Alpha(8_000_000_000),
                ..Reservoir::default()
            },
            loosening: None,
            successor: None,
            totals: Totals {
                pledged: Alpha(8_000_000_000),
                from_payments: Tao(3_000_000_000),
                ..Totals::default()
            },
        };
        let half = 500_000_000;
        let told = |pact: &pact::Pact| tribute(&PactView::new(NetUid(1), pact), half);
        assert_eq!(told(&pact), (0, 7_000_000_000), "nothing is released");
        pact.reservoir.tao = Tao(1_000_000_000);
        pact.reservoir.holders = Alpha(2_000_000_000);
        pact.totals.spent = Tao(2_000_000_000);
        pact.totals.bought = Alpha(5_000_000_000);
        pact.totals.to_holders = Alpha(11_000_000_000);
        assert_eq!(
            told(&pact),
            (5_000_000_000, 2_000_000_000),
            "bought alpha counts by what it cost"
        );
    }
}
