//! Pacts, payments and channels as people look at them (`pact.md`). Amounts in rao, alpha in its smallest unit.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use pallet_pact::Event;
use serde::Serialize;
use sp_core::crypto::AccountId32;
use tributary_economy::{
    NetUid,
    pact::{Channel, Parameters, Revenue, Status, Terms, strength},
};
use tributary_runtime::{Runtime, RuntimeEvent};

use crate::{Client, Included, Result, View, keys::address};

/// A pact of the runtime.
pub type Pact = tributary_economy::pact::Pact<AccountId32>;

/// Blocks whose events are asked for at one time.
const CONCURRENT_MAX: usize = 8;

/// The pact of a subnet, if it ever signed one in its present registration.
///
/// # Errors
/// As [`View::value`].
pub async fn pact(view: &View<'_>, netuid: NetUid) -> Result<Option<Pact>> {
    view.map::<pallet_pact::Pacts<Runtime>, _, _>(netuid).await
}

/// An artefact of the runtime.
pub type Artifact = tributary_economy::pact::Artifact<AccountId32>;

/// The last artefact of a subnet, if it ever committed one in its present registration.
///
/// # Errors
/// As [`View::value`].
pub async fn artifact(view: &View<'_>, netuid: NetUid) -> Result<Option<Artifact>> {
    view.map::<pallet_pact::Artifacts<Runtime>, _, _>(netuid).await
}

/// What was paid to a subnet on the rail, with or without a pact.
///
/// # Errors
/// As [`View::value`].
pub async fn revenue(view: &View<'_>, netuid: NetUid) -> Result<Revenue> {
    view.map::<pallet_pact::Revenues<Runtime>, _, _>(netuid).await
}

/// The network's parameters of pacts.
///
/// # Errors
/// As [`View::value`].
pub async fn parameters(view: &View<'_>) -> Result<Parameters> {
    view.value::<pallet_pact::ParametersOf<Runtime>, _>().await
}

/// A channel, if it is open.
///
/// # Errors
/// As [`View::value`].
pub async fn channel(view: &View<'_>, id: u64) -> Result<Option<Channel<AccountId32>>> {
    view.map::<pallet_pact::Channels<Runtime>, _, _>(id).await
}

/// All open channels, by number.
///
/// # Errors
/// As [`View::value`].
pub async fn channels(view: &View<'_>) -> Result<Vec<(u64, Channel<AccountId32>)>> {
    let mut channels = view
        .entries::<pallet_pact::Channels<Runtime>, u64, Channel<AccountId32>>()
        .await?;
    channels.sort_by_key(|(id, _)| *id);
    Ok(channels)
}

/// A channel, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelView {
    /// Its number.
    pub channel: u64,
    /// The subnet whose pact takes its share.
    pub netuid: u16,
    /// Who pays.
    pub payer: String,
    /// Who is paid.
    pub payee: String,
    /// All that was put in.
    pub deposit_rao: u64,
    /// All that was paid out.
    pub settled_rao: u64,
    /// The block from which anybody may close it.
    pub expiry: u64,
    /// The block from which it can be closed for good, once its payer has begun to.
    pub closing: Option<u64>,
}

impl ChannelView {
    /// Of a channel with this number.
    pub fn new(id: u64, channel: &Channel<AccountId32>) -> Self {
        Self {
            channel: id,
            netuid: channel.netuid.0,
            payer: address(&channel.payer),
            payee: address(&channel.payee),
            deposit_rao: channel.deposit.0,
            settled_rao: channel.settled.0,
            expiry: channel.expiry,
            closing: channel.closing,
        }
    }
}

/// A pact, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PactView {
    /// The subnet.
    pub netuid: u16,
    /// Its owner at the time.
    pub signer: String,
    /// Block of the signature.
    pub signed_at: u64,
    /// `active`, `leaving`, `left` or `breached`.
    pub status: &'static str,
    /// The block since which it is so, unless it is active.
    pub since: Option<u64>,
    /// What is promised.
    pub terms: Terms,
    /// How much that is, in parts per million, by the published formula.
    pub strength_ppm: u32,
    /// Who decides about breaches; holders do if nobody is named.
    pub arbiters: Vec<String>,
    /// How many of them it takes.
    pub arbiters_threshold: u8,
    /// TAO on hold.
    pub bond_rao: u64,
    /// Owner's cut that has not vested.
    pub unvested: u64,
    /// TAO that waits to be released.
    pub reservoir_rao: u64,
    /// Alpha that waits to be released.
    pub reservoir_alpha: u64,
    /// Tribute of payments so far.
    pub from_payments_rao: u64,
    /// Slashed bonds and lost deposits so far.
    pub from_bonds_and_deposits_rao: u64,
    /// Owner's cut that was pledged so far.
    pub pledged: u64,
    /// Owner's cut that was forfeited so far.
    pub forfeited: u64,
    /// TAO that bought alpha so far.
    pub spent_rao: u64,
    /// Alpha bought for it.
    pub bought: u64,
    /// Alpha burned so far.
    pub burned: u64,
    /// Alpha paid to holders so far.
    pub to_holders: u64,
    /// Alpha paid to root stakers so far.
    pub to_root: u64,
}

impl PactView {
    /// Of the pact of a subnet.
    pub fn new(netuid: NetUid, pact: &Pact) -> Self {
        let (status, since) = match pact.status {
            Status::Active => ("active", None),
            Status::Leaving { since } => ("leaving", Some(since)),
            Status::Left { at } => ("left", Some(at)),
            Status::Breached { at } => ("breached", Some(at)),
        };
        let totals = &pact.totals;
        Self {
            netuid: netuid.0,
            signer: address(&pact.signer),
            signed_at: pact.signed_at,
            status,
            since,
            terms: pact.terms,
            strength_ppm: strength::strength(&pact.terms).0,
            arbiters: pact.arbiters.accounts.iter().map(address).collect(),
            arbiters_threshold: pact.arbiters.threshold,
            bond_rao: pact.bond.0,
            unvested: pact.vesting.iter().map(|vesting| vesting.alpha.0).sum(),
            reservoir_rao: pact.reservoir.tao.0,
            reservoir_alpha: pact.reservoir.holders.0 + pact.reservoir.root.0,
            from_payments_rao: totals.from_payments.0,
            from_bonds_and_deposits_rao: totals.from_bonds.0 + totals.from_deposits.0,
            pledged: totals.pledged.0,
            forfeited: totals.forfeited.0,
            spent_rao: totals.spent.0,
            bought: totals.bought.0,
            burned: totals.burned.0,
            to_holders: totals.to_holders.0,
            to_root: totals.to_root.0,
        }
    }
}

/// A payment on the rail: at once, or by a channel's settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Paid {
    /// All of it.
    pub amount_rao: u64,
    /// The part that went into the reservoir.
    pub tribute_rao: u64,
}

/// The payments that a transaction made, together; nothing if it made none.
pub fn paid(included: &Included) -> Option<Paid> {
    let payments = included.events.iter().filter_map(|event| match event {
        RuntimeEvent::Pact(Event::Paid { amount, tribute, .. }) => Some(Paid {
            amount_rao: amount.0,
            tribute_rao: tribute.0,
        }),
        _ => None,
    });
    payments.reduce(|sum, paid| Paid {
        // No sum of amounts that exist leaves u64.
        amount_rao: sum.amount_rao.saturating_add(paid.amount_rao),
        tribute_rao: sum.tribute_rao.saturating_add(paid.tribute_rao),
    })
}

/// The channel that a transaction opened, if it opened one.
pub fn opened(included: &Included) -> Option<u64> {
    included.events.iter().find_map(|event| match event {
        RuntimeEvent::Pact(Event::ChannelOpened { channel, .. }) => Some(*channel),
        _ => None,
    })
}

/// What a transaction did to pacts and payments.
pub fn told(included: &Included) -> Vec<Told> {
    let ours = included.events.iter().filter_map(|event| match event {
        RuntimeEvent::Pact(event) => tell(event),
        _ => None,
    });
    ours.collect()
}

/// What happened to pacts, payments and channels in these blocks, in order, with the block.
///
/// # Errors
/// As [`Client::request`].
pub async fn history(client: &Client, blocks: std::ops::RangeInclusive<u32>) -> Result<Vec<(u32, Event<Runtime>)>> {
    let read = stream::iter(blocks).map(|number| async move {
        let Some(hash) = client.block_hash(number).await? else {
            return Ok(Vec::new());
        };
        let records = client.at(hash).events().await?;
        let ours = records.into_iter().filter_map(|record| match record.event {
            RuntimeEvent::Pact(event) => Some((number, event)),
            _ => None,
        });
        Ok::<_, crate::Error>(ours.collect())
    });
    let blocks: Vec<Vec<_>> = read.buffered(CONCURRENT_MAX).try_collect().await?;
    Ok(blocks.into_iter().flatten().collect())
}

/// An event of a subnet's pact or payments, for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The event's name on the chain.
    pub what: &'static str,
    /// The subnet.
    pub netuid: u16,
    /// Its figures.
    #[serde(flatten)]
    pub figures: serde_json::Map<String, serde_json::Value>,
}

/// Tells an event that is of one subnet; what only moves a channel's deposit is not told.
pub fn tell(event: &Event<Runtime>) -> Option<Told> {
    macro_rules! told {
        ($what:literal, $netuid:expr $(, $name:ident: $value:expr)*) => {{
            #[allow(unused_mut)]
            let mut figures = serde_json::Map::new();
            $(figures.insert(stringify!($name).to_owned(), serde_json::json!($value));)*
            Some(Told { what: $what, netuid: $netuid.0, figures })
        }};
    }
    match event {
        Event::Signed { netuid, signer, terms } => told!("Signed", netuid, signer: address(signer), terms: terms),
        Event::Tightened { netuid, terms } => told!("Tightened", netuid, terms: terms),
        Event::LooseningAnnounced { netuid, terms, due } => {
            told!("LooseningAnnounced", netuid, terms: terms, due: due)
        }
        Event::Loosened { netuid, terms } => told!("Loosened", netuid, terms: terms),
        Event::LooseningRefused { netuid, .. } => told!("LooseningRefused", netuid),
        Event::ExitAnnounced { netuid, until } => told!("ExitAnnounced", netuid, until: until),
        Event::ExitCancelled { netuid } => told!("ExitCancelled", netuid),
        Event::Left {
            netuid,
            bond,
            forfeited,
        } => {
            told!("Left", netuid, bond_rao: bond.0, forfeited: forfeited.0)
        }
        Event::Breached {
            netuid,
            bond,
            reward,
            forfeited,
            ..
        } => told!(
            "Breached", netuid, bond_rao: bond.0, reward_rao: reward.0, forfeited: forfeited.0
        ),
        Event::Voted {
            netuid,
            report,
            who,
            uphold,
        } => {
            told!("Voted", netuid, report: report, who: address(who), uphold: uphold)
        }
        Event::OwnerChanged { netuid, owner, until } => {
            told!("OwnerChanged", netuid, owner: address(owner), until: until)
        }
        Event::BondPosted { netuid, who, bond } => {
            told!("BondPosted", netuid, who: address(who), bond_rao: bond.0)
        }
        Event::Reported {
            netuid,
            report,
            reporter,
            ..
        } => {
            told!("Reported", netuid, report: report, reporter: address(reporter))
        }
        Event::ReportResolved { netuid, report, .. } => told!("ReportResolved", netuid, report: report),
        Event::ArtifactCommitted { netuid, number, .. } => told!("ArtifactCommitted", netuid, number: number),
        Event::ArtifactConfirmed { netuid, number } => told!("ArtifactConfirmed", netuid, number: number),
        Event::Paid {
            netuid,
            payer,
            payee,
            amount,
            tribute,
            ..
        } => told!(
            "Paid", netuid, payer: address(payer), payee: address(payee), amount_rao: amount.0, tribute_rao: tribute.0
        ),
        Event::CutShared {
            netuid,
            cut,
            pledged,
            vested,
            unvested,
        } => told!(
            "CutShared", netuid, cut: cut.0, pledged: pledged.0, vested: vested.0, unvested: unvested.0
        ),
        Event::Released {
            netuid,
            tao,
            bought,
            burned,
            holders,
            root,
        } => told!(
            "Released", netuid, tao_rao: tao.0, bought: bought.0, burned: burned.0, holders: holders.0, root: root.0
        ),
        Event::Dissolved { netuid, tao } => told!("Dissolved", netuid, tao_rao: tao.0),
        Event::ChannelOpened {
            channel,
            netuid,
            payer,
            payee,
            deposit,
            expiry,
        } => told!(
            "ChannelOpened", netuid, channel: channel, payer: address(payer), payee: address(payee),
            deposit_rao: deposit.0, expiry: expiry
        ),
        _ => None,
    }
}
