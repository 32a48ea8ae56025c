//! What happened to pacts, payments and channels, for people and programs. Every event is told: the matches name them
//! all, so that a new one has to be thought of here.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use pallet_pact::Event;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tributary_economy::{
    NetUid,
    pact::{Breach, Terms, report::Verdict},
};
use tributary_runtime::{Runtime, RuntimeEvent};

use super::{channel, terms::TermsView};
use crate::{Client, Included, Result, keys::address};

/// Blocks whose events are asked for at one time.
const CONCURRENT_MAX: usize = 8;

/// An event, for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The event's name on the chain.
    pub what: &'static str,
    /// The subnet; `None` for what concerns all subnets, and for a channel that is no longer known.
    pub netuid: Option<u16>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Map<String, Value>,
}

/// What a transaction did to pacts and payments.
pub fn told(included: &Included) -> Vec<Told> {
    let mut ours = Vec::new();
    for event in &included.events {
        if let RuntimeEvent::Pact(event) = event {
            ours.push(tell(event, &BTreeMap::new()));
        }
    }
    ours
}

/// What happened to pacts, payments and channels in these blocks, in order, with the block.
///
/// # Errors
/// As [`Client::request`].
pub async fn history(client: &Client, blocks: std::ops::RangeInclusive<u32>) -> Result<Vec<(u32, Told)>> {
    let before = blocks.start().saturating_sub(1);
    let events = events(client, blocks).await?;
    let subnets = subnets_of_channels(client, before, &events).await?;
    Ok(events
        .iter()
        .map(|(block, event)| (*block, tell(event, &subnets)))
        .collect())
}

/// The events of pacts, payments and channels in these blocks, in order, with the block.
///
/// # Errors
/// As [`Client::request`].
pub async fn events(client: &Client, blocks: std::ops::RangeInclusive<u32>) -> Result<Vec<(u32, Event<Runtime>)>> {
    let read = stream::iter(blocks).map(|number| async move {
        let Some(hash) = client.block_hash(number).await? else {
            return Ok(Vec::new());
        };
        let records = client.at(hash).events().await?;
        let mut ours = Vec::new();
        for record in records {
            if let RuntimeEvent::Pact(event) = record.event {
                ours.push((number, event));
            }
        }
        Ok::<_, crate::Error>(ours)
    });
    let blocks: Vec<Vec<(u32, Event<Runtime>)>> = read.buffered(CONCURRENT_MAX).try_collect().await?;
    Ok(blocks.into_iter().flatten().collect())
}

/// The subnets of the channels of which events name the number alone: told by their opening, or known before.
async fn subnets_of_channels(
    client: &Client,
    before: u32,
    events: &[(u32, Event<Runtime>)],
) -> Result<BTreeMap<u64, NetUid>> {
    let mut subnets = BTreeMap::new();
    let mut unknown = Vec::new();
    for (_, event) in events {
        if let Event::ChannelOpened { channel, netuid, .. } = event {
            subnets.insert(*channel, *netuid);
        }
        if let Event::ChannelToppedUp { channel, .. }
        | Event::ChannelClosing { channel, .. }
        | Event::ChannelClosed { channel, .. } = event
            && !subnets.contains_key(channel)
        {
            unknown.push(*channel);
        }
    }
    unknown.dedup();
    if unknown.is_empty() {
        return Ok(subnets);
    }
    let Some(hash) = client.block_hash(before).await? else {
        return Ok(subnets);
    };
    let view = client.at(hash);
    for id in unknown {
        if let std::collections::btree_map::Entry::Vacant(place) = subnets.entry(id)
            && let Some(channel) = channel(&view, id).await?
        {
            place.insert(channel.netuid);
        }
    }
    Ok(subnets)
}

fn breach(breach: &Breach) -> Value {
    match breach {
        Breach::CutOff => json!("the owner's cut is switched off"),
        Breach::OwnerGone => json!("the owner's hotkey is gone"),
        Breach::ArtifactMissed => json!("artefacts were not committed"),
        Breach::Reported { report } => json!(format!("report {report} was upheld")),
    }
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Upheld => "upheld",
        Verdict::Refused => "refused",
        Verdict::Lapsed => "lapsed",
    }
}

/// Tells an event. `channels` knows the subnets of channels, which some events do not name.
pub fn tell(event: &Event<Runtime>, channels: &BTreeMap<u64, NetUid>) -> Told {
    let of = |netuid: &NetUid| Some(netuid.0);
    let through = |channel: &u64| channels.get(channel).map(|netuid| netuid.0);
    let terms = |terms: &Terms| json!(TermsView::from(terms));
    let (what, netuid, figures) = match event {
        Event::Proposed {
            netuid,
            who,
            terms: proposed,
            arbiters,
        } => (
            "Proposed",
            of(netuid),
            json!({
                "who": address(who),
                "terms": terms(proposed),
                "arbiters": arbiters.accounts.iter().map(address).collect::<Vec<_>>(),
                "arbiters_threshold": arbiters.threshold,
            }),
        ),
        Event::Signed {
            netuid,
            signer,
            terms: signed,
        } => (
            "Signed",
            of(netuid),
            json!({ "signer": address(signer), "terms": terms(signed) }),
        ),
        Event::Tightened { netuid, terms: tighter } => ("Tightened", of(netuid), json!({ "terms": terms(tighter) })),
        Event::LooseningAnnounced {
            netuid,
            terms: looser,
            due,
        } => (
            "LooseningAnnounced",
            of(netuid),
            json!({ "terms": terms(looser), "due": due }),
        ),
        Event::Objected {
            netuid,
            coldkey,
            hotkey,
            alpha,
        } => (
            "Objected",
            of(netuid),
            json!({ "coldkey": address(coldkey), "hotkey": address(hotkey), "alpha_rao": alpha.0 }),
        ),
        Event::Loosened { netuid, terms: looser } => ("Loosened", of(netuid), json!({ "terms": terms(looser) })),
        Event::LooseningRefused { netuid, objecting } => (
            "LooseningRefused",
            of(netuid),
            json!({ "objecting_alpha_rao": objecting.0 }),
        ),
        Event::ExitAnnounced { netuid, until } => ("ExitAnnounced", of(netuid), json!({ "until": until })),
        Event::ExitCancelled { netuid } => ("ExitCancelled", of(netuid), json!({})),
        Event::Left {
            netuid,
            bond,
            forfeited,
        } => (
            "Left",
            of(netuid),
            json!({ "bond_rao": bond.0, "forfeited_alpha_rao": forfeited.0 }),
        ),
        Event::Breached {
            netuid,
            breach: broken,
            bond,
            reward,
            forfeited,
        } => (
            "Breached",
            of(netuid),
            json!({
                "breach": breach(broken),
                "bond_rao": bond.0,
                "reward_rao": reward.0,
                "forfeited_alpha_rao": forfeited.0,
            }),
        ),
        Event::Reported {
            netuid,
            report,
            reporter,
            evidence,
            deadline,
        } => (
            "Reported",
            of(netuid),
            json!({
                "report": report,
                "reporter": address(reporter),
                "evidence": hex::encode(evidence),
                "deadline": deadline,
            }),
        ),
        Event::Voted {
            netuid,
            report,
            who,
            uphold,
        } => (
            "Voted",
            of(netuid),
            json!({ "report": report, "who": address(who), "uphold": uphold }),
        ),
        Event::ReportResolved {
            netuid,
            report,
            verdict: decided,
        } => (
            "ReportResolved",
            of(netuid),
            json!({ "report": report, "verdict": verdict(decided) }),
        ),
        Event::ArtifactCommitted {
            netuid,
            number,
            plaintext,
            ciphertext,
            round,
        } => (
            "ArtifactCommitted",
            of(netuid),
            json!({
                "number": number,
                "plaintext": hex::encode(plaintext),
                "ciphertext": hex::encode(ciphertext),
                "round": round,
            }),
        ),
        Event::ArtifactConfirmed { netuid, number } => ("ArtifactConfirmed", of(netuid), json!({ "number": number })),
        Event::OwnerChanged { netuid, owner, until } => (
            "OwnerChanged",
            of(netuid),
            json!({ "owner": address(owner), "until": until }),
        ),
        Event::BondPosted { netuid, who, bond } => (
            "BondPosted",
            of(netuid),
            json!({ "who": address(who), "bond_rao": bond.0 }),
        ),
        Event::Paid {
            netuid,
            payer,
            payee,
            amount,
            tribute,
            receipt,
        } => (
            "Paid",
            of(netuid),
            json!({
                "payer": address(payer),
                "payee": address(payee),
                "amount_rao": amount.0,
                "tribute_rao": tribute.0,
                "receipt": hex::encode(receipt),
            }),
        ),
        Event::CutShared {
            netuid,
            cut,
            pledged,
            vested,
            unvested,
        } => (
            "CutShared",
            of(netuid),
            json!({
                "cut_alpha_rao": cut.0,
                "pledged_alpha_rao": pledged.0,
                "vested_alpha_rao": vested.0,
                "unvested_alpha_rao": unvested.0,
            }),
        ),
        Event::Released {
            netuid,
            tao,
            bought,
            burned,
            holders,
            root,
        } => (
            "Released",
            of(netuid),
            json!({
                "tao_rao": tao.0,
                "bought_alpha_rao": bought.0,
                "burned_alpha_rao": burned.0,
                "holders_alpha_rao": holders.0,
                "root_alpha_rao": root.0,
            }),
        ),
        Event::Dissolved { netuid, tao } => ("Dissolved", of(netuid), json!({ "tao_rao": tao.0 })),
        Event::ChannelOpened {
            channel,
            netuid,
            payer,
            payee,
            deposit,
            expiry,
        } => (
            "ChannelOpened",
            of(netuid),
            json!({
                "channel": channel,
                "payer": address(payer),
                "payee": address(payee),
                "deposit_rao": deposit.0,
                "expiry": expiry,
            }),
        ),
        Event::ChannelToppedUp { channel, deposit } => (
            "ChannelToppedUp",
            through(channel),
            json!({ "channel": channel, "deposit_rao": deposit.0 }),
        ),
        Event::ChannelClosing { channel, at } => (
            "ChannelClosing",
            through(channel),
            json!({ "channel": channel, "at": at }),
        ),
        Event::ChannelClosed {
            channel,
            paid,
            returned,
        } => (
            "ChannelClosed",
            through(channel),
            json!({ "channel": channel, "paid_rao": paid.0, "returned_rao": returned.0 }),
        ),
        Event::ParametersSet { parameters } => ("ParametersSet", None, json!({ "parameters": parameters })),
        // The macro of pallets adds a variant that cannot be.
        Event::__Ignore(_, never) => match *never {},
    };
    let figures = match figures {
        Value::Object(figures) => figures,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    Told { what, netuid, figures }
}
