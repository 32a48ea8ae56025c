//! Pacts, payments and channels as people look at them (`docs/rules/pacts.md`). Amounts in rao, alpha in its smallest
//! unit.

mod event;
mod terms;
mod told;

use serde::Serialize;
use sp_core::crypto::AccountId32;
use tributary_economy::{
    NetUid,
    pact::{Channel, Parameters, Revenue, Status, strength},
};

use crate::{Included, Result, View, items, keys::address};

pub use event::Event;
pub use terms::{RouteView, TermsView};
pub use told::{Told, events, history, tell, told};

/// A pact of the runtime.
pub type Pact = tributary_economy::pact::Pact<AccountId32>;

/// The pact of a subnet, if it ever signed one in its present registration.
///
/// # Errors
/// As [`View::get`].
pub async fn pact(view: &View<'_>, netuid: NetUid) -> Result<Option<Pact>> {
    view.find(&items::PACTS, (netuid,)).await
}

/// An artifact of the runtime.
pub type Artifact = tributary_economy::pact::Artifact<AccountId32>;

/// The last artifact of a subnet, if it ever committed one in its present registration.
///
/// # Errors
/// As [`View::get`].
pub async fn artifact(view: &View<'_>, netuid: NetUid) -> Result<Option<Artifact>> {
    view.find(&items::ARTIFACTS, (netuid,)).await
}

/// What was paid to a subnet on the rail, with or without a pact.
///
/// # Errors
/// As [`View::get`].
pub async fn revenue(view: &View<'_>, netuid: NetUid) -> Result<Revenue> {
    view.get(&items::REVENUES, (netuid,)).await
}

/// The network's parameters of pacts.
///
/// # Errors
/// As [`View::get`].
pub async fn parameters(view: &View<'_>) -> Result<Parameters> {
    view.get(&items::PARAMETERS, ()).await
}

/// A channel, if it is open.
///
/// # Errors
/// As [`View::get`].
pub async fn channel(view: &View<'_>, id: u64) -> Result<Option<Channel<AccountId32>>> {
    view.find(&items::CHANNELS, (id,)).await
}

/// These channels, in the same order; nothing for those that are not open.
///
/// # Errors
/// As [`View::get`].
pub async fn channels_of(view: &View<'_>, ids: &[u64]) -> Result<Vec<Option<Channel<AccountId32>>>> {
    view.find_all(&items::CHANNELS, ids.iter().map(|id| (*id,))).await
}

/// All open channels, by number.
///
/// # Errors
/// As [`View::get`].
pub async fn channels(view: &View<'_>) -> Result<Vec<(u64, Channel<AccountId32>)>> {
    let mut channels = view.entries(&items::CHANNELS).await?;
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

/// Looser terms that were announced, for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LooseningView {
    /// What shall hold.
    pub terms: TermsView,
    /// Who shall decide about breaches; holders do if nobody is named.
    pub arbiters: Vec<String>,
    /// How many of them it shall take.
    pub arbiters_threshold: u8,
    /// Block of the announcement.
    pub announced_at: u64,
    /// The block from which they can come into force.
    pub due: u64,
}

/// A pact, for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// The block from which the announced exit can be carried out; nothing unless it is leaving.
    pub exit_due: Option<u64>,
    /// What is promised.
    pub terms: TermsView,
    /// Looser terms that were announced and are not settled.
    pub loosening: Option<LooseningView>,
    /// How much that is, from 0 to 1, by the published formula.
    pub strength: f64,
    /// Who decides about breaches; holders do if nobody is named.
    pub arbiters: Vec<String>,
    /// How many of them it takes.
    pub arbiters_threshold: u8,
    /// TAO on hold.
    pub bond_rao: u64,
    /// Owner's cut that has not vested.
    pub unvested_alpha_rao: u64,
    /// TAO that waits to be released.
    pub reservoir_rao: u64,
    /// Alpha that waits to be released.
    pub reservoir_alpha_rao: u64,
    /// Tribute of payments so far.
    pub from_payments_rao: u64,
    /// Slashed bonds and lost deposits so far.
    pub from_bonds_and_deposits_rao: u64,
    /// Owner's cut that was pledged so far.
    pub pledged_alpha_rao: u64,
    /// Owner's cut that was forfeited so far.
    pub forfeited_alpha_rao: u64,
    /// TAO that bought alpha so far.
    pub spent_rao: u64,
    /// Alpha bought for it.
    pub bought_alpha_rao: u64,
    /// Alpha burned so far.
    pub burned_alpha_rao: u64,
    /// Alpha paid to holders so far.
    pub to_holders_alpha_rao: u64,
    /// Alpha paid to root stakers so far.
    pub to_root_alpha_rao: u64,
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
            exit_due: match pact.status {
                Status::Leaving { since } => Some(since.saturating_add(pact.terms.notice)),
                Status::Active | Status::Left { .. } | Status::Breached { .. } => None,
            },
            terms: TermsView::from(&pact.terms),
            loosening: pact.loosening.as_ref().map(|loosening| LooseningView {
                terms: TermsView::from(&loosening.terms),
                arbiters: loosening.arbiters.accounts.iter().map(address).collect(),
                arbiters_threshold: loosening.arbiters.threshold,
                announced_at: loosening.announced_at,
                due: loosening.due,
            }),
            strength: terms::share(strength::strength(&pact.terms).0),
            arbiters: pact.arbiters.accounts.iter().map(address).collect(),
            arbiters_threshold: pact.arbiters.threshold,
            bond_rao: pact.bond.0,
            unvested_alpha_rao: pact.vesting.iter().map(|vesting| vesting.alpha.0).sum(),
            reservoir_rao: pact.reservoir.tao.0,
            reservoir_alpha_rao: pact.reservoir.holders.0 + pact.reservoir.root.0,
            from_payments_rao: totals.from_payments.0,
            from_bonds_and_deposits_rao: totals.from_bonds.0 + totals.from_deposits.0,
            pledged_alpha_rao: totals.pledged.0,
            forfeited_alpha_rao: totals.forfeited.0,
            spent_rao: totals.spent.0,
            bought_alpha_rao: totals.bought.0,
            burned_alpha_rao: totals.burned.0,
            to_holders_alpha_rao: totals.to_holders.0,
            to_root_alpha_rao: totals.to_root.0,
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
///
/// # Errors
/// As [`Event::read`].
pub fn paid(included: &Included) -> Result<Option<Paid>> {
    let payments = Event::read_all(&included.events)?
        .into_iter()
        .filter_map(|event| match event {
            Event::Paid { amount, tribute, .. } => Some(Paid {
                amount_rao: amount.0,
                tribute_rao: tribute.0,
            }),
            _ => None,
        });
    Ok(payments.reduce(|sum, paid| Paid {
        // No sum of amounts that exist leaves u64.
        amount_rao: sum.amount_rao.saturating_add(paid.amount_rao),
        tribute_rao: sum.tribute_rao.saturating_add(paid.tribute_rao),
    }))
}

/// The channel that a transaction opened, if it opened one.
///
/// # Errors
/// As [`Event::read`].
pub fn opened(included: &Included) -> Result<Option<u64>> {
    let events = Event::read_all(&included.events)?;
    Ok(events.into_iter().find_map(|event| match event {
        Event::ChannelOpened { channel, .. } => Some(channel),
        _ => None,
    }))
}
