//! `tributary pact`: what a subnet promises to give back.

mod show;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use pallet_pact::Call;
use serde::Serialize;
use tributary_client::{
    AccountId32,
    pact::{self, PactView, Told},
    parse_account,
};
use tributary_economy::{
    NetUid, PerMillion, Tao,
    pact::{Arbiters, Route, Terms},
};
use tributary_neuron::envelope::sha256;
use tributary_runtime::{Runtime, RuntimeCall};

use super::{
    send::{Deal, Sending},
    status::check_subnet,
};
use crate::{
    amount::{self, Amount},
    options::SubnetQuery,
    shares,
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
    #[arg(long, value_name = "PART", value_parser = shares::parse)]
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
    #[arg(long, value_name = "PART", value_parser = shares::parse)]
    pub revenue_share: Option<PerMillion>,
    /// Blocks after which a committed artefact can be opened by anybody
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub open_after: Option<u64>,
    /// Blocks within which an artefact must be committed each time
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub artifact_period: Option<u64>,
    /// Where tribute goes: burn, holders, root, or a split like burn=50%,holders=30%,root=20%
    #[arg(long, value_name = "ROUTE", value_parser = shares::route)]
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

/// Runs a command of this family.
///
/// # Errors
/// If a key or a promise is wrong, or the chain refuses.
pub async fn run(command: &Pact) -> Result<()> {
    let (sending, netuid, call, text): (&Sending, u16, Call<Runtime>, &str) = match command {
        Pact::Show(args) => return show::show(args).await,
        Pact::Propose(
            args @ WithTerms {
                netuid,
                promises,
                sending,
                ..
            },
        ) => {
            let (terms, arbiters) = (promises.over(Terms::default()), args.arbiters()?);
            (
                sending,
                *netuid,
                Call::propose {
                    netuid: NetUid(*netuid),
                    terms,
                    arbiters,
                },
                "proposed terms",
            )
        }
        Pact::Sign(
            args @ WithTerms {
                netuid,
                promises,
                sending,
                ..
            },
        ) => {
            let (terms, arbiters) = (promises.over(Terms::default()), args.arbiters()?);
            (
                sending,
                *netuid,
                Call::sign {
                    netuid: NetUid(*netuid),
                    terms,
                    arbiters,
                },
                "signed the pact",
            )
        }
        Pact::Tighten(Tighten {
            netuid,
            promises,
            sending,
        }) => {
            let terms = promises.over(terms(sending, NetUid(*netuid)).await?);
            (
                sending,
                *netuid,
                Call::tighten {
                    netuid: NetUid(*netuid),
                    terms,
                },
                "tightened the pact",
            )
        }
        Pact::Loosen(
            args @ WithTerms {
                netuid,
                promises,
                sending,
                ..
            },
        ) => {
            let terms = promises.over(terms(sending, NetUid(*netuid)).await?);
            let arbiters = args.arbiters()?;
            (
                sending,
                *netuid,
                Call::loosen {
                    netuid: NetUid(*netuid),
                    terms,
                    arbiters,
                },
                "announced looser terms",
            )
        }
        Pact::Object(Subnet { netuid, sending }) => {
            let hotkey = sending.keys.hotkey_account()?;
            (
                sending,
                *netuid,
                Call::object {
                    netuid: NetUid(*netuid),
                    hotkey,
                },
                "objected",
            )
        }
        Pact::ApplyLoosening(Subnet { netuid, sending }) => {
            let call = Call::apply_loosening {
                netuid: NetUid(*netuid),
            };
            (sending, *netuid, call, "settled the announced terms")
        }
        Pact::AnnounceExit(Subnet { netuid, sending }) => (
            sending,
            *netuid,
            Call::announce_exit {
                netuid: NetUid(*netuid),
            },
            "announced the exit",
        ),
        Pact::CancelExit(Subnet { netuid, sending }) => (
            sending,
            *netuid,
            Call::cancel_exit {
                netuid: NetUid(*netuid),
            },
            "cancelled the exit",
        ),
        Pact::Exit(Subnet { netuid, sending }) => (
            sending,
            *netuid,
            Call::exit {
                netuid: NetUid(*netuid),
            },
            "ended the pact",
        ),
        Pact::EstablishBreach(Subnet { netuid, sending }) => {
            let call = Call::establish_breach {
                netuid: NetUid(*netuid),
            };
            (sending, *netuid, call, "established a breach")
        }
        Pact::PostBond(Subnet { netuid, sending }) => (
            sending,
            *netuid,
            Call::post_bond {
                netuid: NetUid(*netuid),
            },
            "posted the bond",
        ),
        Pact::Report(Report {
            netuid,
            evidence: text,
            sending,
        }) => {
            let evidence = evidence(text)?;
            (
                sending,
                *netuid,
                Call::report {
                    netuid: NetUid(*netuid),
                    evidence,
                },
                "reported a breach",
            )
        }
        Pact::Vote(Vote {
            netuid,
            report,
            verdict,
            sending,
        }) => {
            let call = Call::vote {
                netuid: NetUid(*netuid),
                report: *report,
                hotkey: sending.keys.hotkey_account()?,
                uphold: *verdict == Verdict::Uphold,
            };
            (sending, *netuid, call, "voted")
        }
        Pact::Resolve(Resolve {
            netuid,
            report,
            sending,
        }) => {
            let call = Call::resolve {
                netuid: NetUid(*netuid),
                report: *report,
            };
            (sending, *netuid, call, "resolved the report")
        }
    };
    send(sending, NetUid(netuid), call, text).await
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

async fn send(sending: &Sending, netuid: NetUid, call: Call<Runtime>, text: &str) -> Result<()> {
    let client = sending.client().await?;
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let parameters = pact::parameters(&view).await?;
    let deal = match &call {
        Call::sign { terms, .. } => Deal::default().takes("on hold as bond", terms.bond.0),
        Call::report { .. } => Deal::default().takes("on hold as deposit", parameters.report_deposit.0),
        _ => Deal::default(),
    };
    let Some(included) = sending.send_deal(&client, RuntimeCall::Pact(call), deal).await? else {
        return Ok(());
    };
    let after = pact::pact(&client.at(included.block), netuid).await?;
    let effect = Effect {
        netuid: netuid.0,
        events: pact::told(&included),
        pact: after.map(|pact| PactView::new(netuid, &pact)),
    };
    sending.report(&included, effect, &format!("{text} of subnet {netuid}"))
}
