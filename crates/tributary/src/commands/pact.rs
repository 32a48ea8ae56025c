//! `tributary pact`: what a subnet promises to give back.

mod args;
mod show;

use anyhow::{Context as _, Result};
use pallet_pact::Call;
use serde::Serialize;
use tributary_client::{
    AccountId32,
    pact::{self, PactView, Told},
};
use tributary_economy::{
    NetUid,
    pact::{Arbiters, Terms},
};
use tributary_neuron::envelope::sha256;
use tributary_runtime::{Runtime, RuntimeCall};

use super::{
    send::{Deal, Sending},
    status::check_subnet,
};
pub use args::Pact;
use args::{Subnet, Verdict, WithTerms};

#[derive(Serialize)]
struct Effect {
    netuid: u16,
    events: Vec<Told>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pact: Option<PactView>,
}

/// A call, and what it did in words.
struct Asked<'a> {
    sending: &'a Sending,
    netuid: NetUid,
    call: Call<Runtime>,
    done: &'static str,
}

impl WithTerms {
    /// A call with terms, those that are not named being those of `others`.
    fn ask(
        &self,
        done: &'static str,
        others: Terms,
        call: impl FnOnce(NetUid, Terms, Arbiters<AccountId32>) -> Call<Runtime>,
    ) -> Result<Asked<'_>> {
        let netuid = NetUid(self.netuid);
        Ok(Asked {
            sending: &self.sending,
            netuid,
            call: call(netuid, self.promises.over(others), self.arbiters()?),
            done,
        })
    }
}

impl Subnet {
    /// A call that needs nothing but the subnet.
    fn ask(&self, done: &'static str, call: impl FnOnce(NetUid) -> Call<Runtime>) -> Asked<'_> {
        let netuid = NetUid(self.netuid);
        Asked {
            sending: &self.sending,
            netuid,
            call: call(netuid),
            done,
        }
    }
}

/// Runs a command of this family.
///
/// # Errors
/// If a key or a promise is wrong, or the chain refuses.
pub async fn run(command: &Pact) -> Result<()> {
    let asked = match command {
        Pact::Show(args) => return show::show(args).await,
        Pact::Propose(args) => args.ask("proposed a pact", Terms::default(), |netuid, terms, arbiters| {
            Call::propose {
                netuid,
                terms,
                arbiters,
            }
        })?,
        Pact::Sign(args) => args.ask("signed the pact", Terms::default(), |netuid, terms, arbiters| {
            Call::sign {
                netuid,
                terms,
                arbiters,
            }
        })?,
        Pact::Tighten(args) => {
            let netuid = NetUid(args.netuid);
            let terms = args.promises.over(terms(&args.sending, netuid).await?);
            Asked {
                sending: &args.sending,
                netuid,
                call: Call::tighten { netuid, terms },
                done: "tightened the pact",
            }
        }
        Pact::Loosen(args) => {
            let others = terms(&args.sending, NetUid(args.netuid)).await?;
            args.ask("announced looser terms", others, |netuid, terms, arbiters| {
                Call::loosen {
                    netuid,
                    terms,
                    arbiters,
                }
            })?
        }
        Pact::Object(args) => {
            let hotkey = args.sending.keys.hotkey_account()?;
            args.ask("objected to the looser terms", |netuid| Call::object { netuid, hotkey })
        }
        Pact::ApplyLoosening(args) => {
            args.ask("settled the announced terms", |netuid| Call::apply_loosening { netuid })
        }
        Pact::AnnounceExit(args) => args.ask("announced the exit", |netuid| Call::announce_exit { netuid }),
        Pact::CancelExit(args) => args.ask("cancelled the exit", |netuid| Call::cancel_exit { netuid }),
        Pact::Exit(args) => args.ask("ended the pact", |netuid| Call::exit { netuid }),
        Pact::EstablishBreach(args) => args.ask("established a breach", |netuid| Call::establish_breach { netuid }),
        Pact::PostBond(args) => args.ask("posted the bond", |netuid| Call::post_bond { netuid }),
        Pact::Report(args) => {
            let evidence = evidence(&args.evidence)?;
            args.subnet
                .ask("reported a breach", |netuid| Call::report { netuid, evidence })
        }
        Pact::Vote(args) => {
            let (report, hotkey) = (args.report, args.subnet.sending.keys.hotkey_account()?);
            let uphold = args.verdict == Verdict::Uphold;
            args.subnet.ask("voted on a report", |netuid| Call::vote {
                netuid,
                report,
                hotkey,
                uphold,
            })
        }
        Pact::Resolve(args) => {
            let report = args.report;
            args.subnet
                .ask("resolved a report", |netuid| Call::resolve { netuid, report })
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
    let Asked {
        sending,
        netuid,
        call,
        done,
    } = asked;
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
    sending.report(&included, effect, &format!("{done} of subnet {netuid}"))
}
