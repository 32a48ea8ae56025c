//! What `tributary pact` can be asked.

use anyhow::Result;
use clap::{Args, Subcommand};
use tributary_client::{AccountId32, parse_account};
use tributary_economy::{
    PerMillion, Tao,
    pact::{Arbiters, Route, Terms},
};

use crate::{
    amount::{self, Amount},
    commands::send::Sending,
    options::SubnetQuery,
    shares,
};

/// A chain's height is a number of 32 bits.
const BLOCKS_MAX: u64 = u32::MAX as u64;

#[derive(Debug, Subcommand)]
pub enum Pact {
    /// Show the pact of a subnet: terms, status, what it owes and what it returned
    Show(SubnetQuery),
    /// Propose terms to the owner of a subnet; this binds nobody
    Propose(WithTerms),
    /// Sign a pact for a subnet that you own; its bond is put on hold
    Sign(WithTerms),
    /// Tighten the terms at once; terms that are not given stay as they are
    Tighten(Tighten),
    /// Announce looser terms; terms that are not given stay as they are. Holders may object until the new terms take effect
    Loosen(WithTerms),
    /// Object to looser terms, with the alpha that you have staked to --hotkey
    Object(Subnet),
    /// Apply announced looser terms once they are due
    ApplyLoosening(Subnet),
    /// Announce that the subnet will leave the pact; the notice period begins
    AnnounceExit(Subnet),
    /// Cancel the announced exit
    CancelExit(Subnet),
    /// Leave after the notice period: alpha that has not vested is forfeited, the bond is returned
    Exit(Subnet),
    /// Report a breach that only people can judge; a deposit is put on hold
    Report(Report),
    /// Vote on a report, as an arbiter or, if the pact names none, as a holder with alpha on --hotkey
    Vote(Vote),
    /// Close a report that is decided or past its deadline
    Resolve(Resolve),
    /// Establish a breach that the chain can verify
    EstablishBreach(Subnet),
    /// Post the bond, as the new owner of a subnet with a pact, or after a breach
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
    /// Share of the owner's cut that becomes tribute at once, such as 25% or 0.25
    #[arg(long, value_name = "SHARE", value_parser = shares::parse)]
    pub pledge: Option<PerMillion>,
    /// Half-life, in blocks, with which the rest of the owner's cut vests
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub vesting_half_life: Option<u64>,
    /// TAO that the owner puts at risk
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub bond: Option<Amount>,
    /// Blocks between announcing an exit and leaving
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub notice: Option<u64>,
    /// Share of every payment that becomes tribute, such as 20% or 0.2
    #[arg(long, value_name = "SHARE", value_parser = shares::parse)]
    pub revenue_share: Option<PerMillion>,
    /// Blocks after which anyone can open a committed artifact
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub open_after: Option<u64>,
    /// Most blocks from one committed artifact to the next
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(..=BLOCKS_MAX))]
    pub artifact_period: Option<u64>,
    /// Where tribute goes: burn, holders, root, or a split like burn=50%,holders=30%,root=20%
    #[arg(long, value_name = "ROUTE", value_parser = shares::route)]
    pub route: Option<Route>,
}

impl Promises {
    /// These promises, and `terms` where nothing is named.
    pub fn over(&self, terms: Terms) -> Terms {
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
    /// An account that judges reported breaches; up to nine. Without any, the holders vote
    #[arg(long, value_name = "ACCOUNT", requires = "threshold")]
    pub arbiter: Vec<String>,
    /// How many arbiters must agree
    #[arg(long, value_name = "K", requires = "arbiter")]
    pub threshold: Option<u8>,
    #[command(flatten)]
    pub sending: Sending,
}

impl WithTerms {
    /// Who decides about breaches.
    ///
    /// # Errors
    /// If one is neither an address nor a development name.
    pub fn arbiters(&self) -> Result<Arbiters<AccountId32>> {
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
    #[command(flatten)]
    pub subnet: Subnet,
    /// The evidence: its SHA-256 in hexadecimal, or a file to hash
    #[arg(long, value_name = "HASH_OR_FILE")]
    pub evidence: String,
}

#[derive(Debug, Args)]
pub struct Vote {
    #[command(flatten)]
    pub subnet: Subnet,
    /// Number of the report
    pub report: u32,
    /// Whether to uphold or to refuse the report
    #[arg(value_enum)]
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Verdict {
    Uphold,
    Refuse,
}

#[derive(Debug, Args)]
pub struct Resolve {
    #[command(flatten)]
    pub subnet: Subnet,
    /// Number of the report
    pub report: u32,
}
