//! `tributary pact`: what a subnet promises to give back.

mod show;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use serde::Serialize;
use tributary_client::{
    AccountId32, Call, calls,
    pact::{self, PactView, Told},
    parse_account,
};
use tributary_economy::{
    NetUid, PerMillion, Tao,
    pact::{Arbiters, Route, Terms},
};
use tributary_neuron::envelope::sha256;

use super::{send::Deal, status::check_subnet};
use crate::{
    amount::{self, Amount},
    args::{Sending, SubnetQuery},
    parts,
};

/// A chain's height is a number of 32 bits.
const BLOCKS_MAX: u64 = u32::MAX as u64;

#[derive(Debug, Subcommand)]
pub enum Pact {
    /// Show the pact of a subnet: terms, status, what it owes and what it returned
    Show(SubnetQuery),
    /// Propose terms to the owner of a subnet; binds nobody
    Propose(WithTerms),
    /// Sign a pact for a subnet that you own; holds its bond
    Sign(WithTerms),
    /// Tighten the terms at once; terms not given stay as they are
    Tighten(Tighten),
    /// Announce looser terms; terms not given stay as they are. Holders may object until they take effect
    Loosen(WithTerms),
    /// Object to looser terms, with the alpha that you stake to --hotkey
    Object(Subnet),
    /// Put announced looser terms into force once they are due
    ApplyLoosening(Subnet),
    /// Announce that the subnet will leave the pact; the notice begins
    AnnounceExit(Subnet),
    /// Cancel the announced exit
    CancelExit(Subnet),
    /// Leave after the notice: what has not vested is forfeited, the bond is returned
    Exit(Subnet),
    /// Report a breach that only people can judge; holds a deposit
    Report(Report),
    /// Decide on a report, as an arbiter or, where the pact names none, as a holder with alpha on --hotkey
    Vote(Vote),
    /// Close a report that is decided or past its deadline
    Resolve(Resolve),
    /// Establish a breach that the chain can verify
    EstablishBreach(Subnet),
    /// Post the bond, as the new owner of a subnet with a pact or after a breach
    PostBond(Subnet),
}

#[derive(Debug, Args)]
pub struct Subnet {
    /// The subnet
    pub netuid: u16,
    #[command(flatten)]
    pub sending: Sending,
}

/// Promises. What is not named is not promised, or stays as it is.
#[derive(Debug, Args)]
pub struct Promises {
    /// Share of the owner's cut that becomes tribute at once, like 25% or 0.25
    #[arg(long, value_name = "PART", value_parser = parts::parse)]
    pub pledge: Option<PerMillion>,
    /// Half-life in blocks of the vesting of the rest of the owner's cut
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub vesting_half_life: Option<u64>,
    /// TAO that the owner puts at risk
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub bond: Option<Amount>,
    /// Blocks between announcing an exit and leaving
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub notice: Option<u64>,
    /// Share of every payment that becomes tribute, like 20% or 0.2
    #[arg(long, value_name = "PART", value_parser = parts::parse)]
    pub revenue_share: Option<PerMillion>,
    /// Blocks after which a committed artefact can be opened by anybody
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub open_after: Option<u64>,
    /// Blocks within which an artefact must be committed each time
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub artifact_period: Option<u64>,
    /// Where tribute goes: burn, holders, root, or a split like burn=50%,holders=30%,root=20%
    #[arg(long, value_name = "ROUTE", value_parser = parts::route)]
    pub route: Option<Route>,
}

impl Promises {
    fn over(&self, terms: Terms) -> Terms {
        Terms {
            pledge: self.pledge.unwrap_or(terms.pledge),
            vesting_half_life: self.vesting_half_life.unwrap_or(terms.vesting_half_life),
            bond: self.bond.map_or(terms.bond, |bond| Tao(bond.0)),
            notice: self.notice.unwrap_or(terms.notice),
            revenue_share: self.revenue_share.unwrap_or(terms.revenue_share),
            open_after: self.open_after.unwrap_or(terms.open_after),
            artifact_period: self.artifact_period.unwrap_or(terms.artifact_period),
            route: self.route.unwrap_or(terms.route),
        }
    }
}

#[derive(Debug, Args)]
pub struct WithTerms {
    /// The subnet
    pub netuid: u16,
    #[command(flatten)]
    pub promises: Promises,
    /// An account that decides about breaches; up to nine. Without any, the holders vote
    #[arg(long, value_name = "ACCOUNT", requires = "threshold")]
    pub arbiter: Vec<String>,
    /// How many arbiters must agree
    #[arg(long, value_name = "K", requires = "arbiter")]
    pub threshold: Option<u8>,
    #[command(flatten)]
    pub sending: Sending,
}

impl WithTerms {
    fn arbiters(&self) -> Result<Arbiters<AccountId32>> {
        Ok(Arbiters {
            accounts: self
                .arbiter
                .iter()
                .map(|text| parse_account(text))
                .collect::<Result<_, _>>()?,
            threshold: self.threshold.unwrap_or_default(),
        })
    }
}

#[derive(Debug, Args)]
pub struct Tighten {
    /// The subnet
    pub netuid: u16,
    #[command(flatten)]
    pub promises: Promises,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The subnet
    pub netuid: u16,
    /// The evidence: its SHA-256 in hexadecimal, or a file whose SHA-256 is taken
    #[arg(long, value_name = "HASH_OR_FILE")]
    pub evidence: String,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Vote {
    /// The subnet
    pub netuid: u16,
    /// Number of the report
    pub report: u32,
    /// Uphold it, or refuse it
    #[arg(value_enum)]
    pub verdict: Verdict,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Verdict {
    Uphold,
    Refuse,
}

#[derive(Debug, Args)]
pub struct Resolve {
    /// The subnet
    pub netuid: u16,
    /// Number of the report
    pub report: u32,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Serialize)]
struct Effect {
    netuid: u16,
    events: Vec<Told>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pact: Option<PactView>,
}

/// What is put on hold, beside the fee.
#[derive(Clone, Copy)]
enum Holds {
    Nothing,
    Bond(Tao),
    /// What a report costs if it is refused.
    Deposit,
}

/// A call about the pact of a subnet.
struct Asked<'a> {
    sending: &'a Sending,
    netuid: NetUid,
    call: Call,
    holds: Holds,
    /// What was done then.
    done: &'static str,
}

impl<'a> Asked<'a> {
    fn new(sending: &'a Sending, netuid: u16, call: Call, done: &'static str) -> Self {
        Self {
            sending,
            netuid: NetUid(netuid),
            call,
            holds: Holds::Nothing,
            done,
        }
    }

    /// A call that is about the subnet alone.
    fn of(args: &'a Subnet, call: fn(NetUid) -> Call, done: &'static str) -> Self {
        Self::new(&args.sending, args.netuid, call(NetUid(args.netuid)), done)
    }

    fn holds(self, holds: Holds) -> Self {
        Self { holds, ..self }
    }
}

/// Runs a command of this family.
///
/// # Errors
/// If a key or a promise is wrong, or the chain refuses.
pub async fn run(command: &Pact) -> Result<()> {
    use calls::pact as of;
    let asked = match command {
        Pact::Show(args) => return show::show(args).await,
        Pact::Propose(args) => {
            let terms = args.promises.over(Terms::default());
            let call = of::propose(NetUid(args.netuid), terms, args.arbiters()?);
            Asked::new(&args.sending, args.netuid, call, "proposed terms")
        }
        Pact::Sign(args) => {
            let terms = args.promises.over(Terms::default());
            let call = of::sign(NetUid(args.netuid), terms, args.arbiters()?);
            Asked::new(&args.sending, args.netuid, call, "signed the pact").holds(Holds::Bond(terms.bond))
        }
        Pact::Tighten(args) => {
            let netuid = NetUid(args.netuid);
            let terms = args.promises.over(terms(&args.sending, netuid).await?);
            Asked::new(
                &args.sending,
                args.netuid,
                of::tighten(netuid, terms),
                "tightened the pact",
            )
        }
        Pact::Loosen(args) => {
            let netuid = NetUid(args.netuid);
            let terms = args.promises.over(terms(&args.sending, netuid).await?);
            let call = of::loosen(netuid, terms, args.arbiters()?);
            Asked::new(&args.sending, args.netuid, call, "announced looser terms")
        }
        Pact::Object(args) => {
            let call = of::object(NetUid(args.netuid), args.sending.keys.hotkey_account()?);
            Asked::new(&args.sending, args.netuid, call, "objected")
        }
        Pact::ApplyLoosening(args) => Asked::of(args, of::apply_loosening, "settled the announced terms"),
        Pact::AnnounceExit(args) => Asked::of(args, of::announce_exit, "announced the exit"),
        Pact::CancelExit(args) => Asked::of(args, of::cancel_exit, "cancelled the exit"),
        Pact::Exit(args) => Asked::of(args, of::exit, "ended the pact"),
        Pact::EstablishBreach(args) => Asked::of(args, of::establish_breach, "established a breach"),
        Pact::PostBond(args) => Asked::of(args, of::post_bond, "posted the bond"),
        Pact::Report(args) => {
            let call = of::report(NetUid(args.netuid), evidence(&args.evidence)?);
            Asked::new(&args.sending, args.netuid, call, "reported a breach").holds(Holds::Deposit)
        }
        Pact::Vote(args) => {
            let hotkey = args.sending.keys.hotkey_account()?;
            let uphold = args.verdict == Verdict::Uphold;
            let call = of::vote(NetUid(args.netuid), args.report, hotkey, uphold);
            Asked::new(&args.sending, args.netuid, call, "voted")
        }
        Pact::Resolve(args) => {
            let call = of::resolve(NetUid(args.netuid), args.report);
            Asked::new(&args.sending, args.netuid, call, "resolved the report")
        }
    };
    send(asked).await
}

async fn terms(sending: &Sending, netuid: NetUid) -> Result<Terms> {
    let client = sending.client().await?;
    let found = pact::pact(&client.at_best().await?, netuid).await?;
    Ok(found.with_context(|| format!("subnet {netuid} has no pact"))?.terms)
}

fn evidence(text: &str) -> Result<[u8; 32]> {
    let mut hash = [0; 32];
    if hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut hash).is_ok() {
        return Ok(hash);
    }
    let file = std::fs::read(text)
        .with_context(|| format!("`{text}` is neither a SHA-256 in hexadecimal nor a file that can be read"))?;
    Ok(sha256(&file))
}

async fn send(asked: Asked<'_>) -> Result<()> {
    let Asked { sending, netuid, .. } = asked;
    let client = sending.client().await?;
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let deal = match asked.holds {
        Holds::Nothing => Deal::default(),
        Holds::Bond(bond) => Deal::default().takes("on hold as bond", bond.0),
        Holds::Deposit => {
            let deposit = pact::parameters(&view).await?.report_deposit;
            Deal::default().takes("on hold as deposit", deposit.0)
        }
    };
    let Some(included) = sending.send_deal(&client, asked.call, deal).await? else {
        return Ok(());
    };
    let after = pact::pact(&client.at(included.block), netuid).await?;
    let effect = Effect {
        netuid: netuid.0,
        events: pact::told(&included)?,
        pact: after.map(|pact| PactView::new(netuid, &pact)),
    };
    sending.report(&included, effect, &format!("{} of subnet {netuid}", asked.done))
}
