//! `tributary pact`: what a subnet promises to give back.

mod args;
mod show;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tributary_client::{
    AccountId32, Call,
    calls::pact as calls,
    pact::{self, PactView, Told},
};
use tributary_economy::{
    NetUid, Tao,
    pact::{Arbiters, Terms},
};
use tributary_neuron::envelope::sha256;

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

/// What is put on hold, beside the fee.
#[derive(Clone, Copy)]
enum Holds {
    Nothing,
    Bond(Tao),
    /// What a report costs if it is refused.
    Deposit,
}

/// A call about the pact of a subnet, and what it did in words.
struct Asked<'a> {
    sending: &'a Sending,
    netuid: NetUid,
    call: Call,
    holds: Holds,
    done: &'static str,
}

impl Asked<'_> {
    fn holds(self, holds: Holds) -> Self {
        Self { holds, ..self }
    }
}

impl WithTerms {
    /// A call with these terms.
    fn ask(
        &self,
        done: &'static str,
        terms: Terms,
        call: impl FnOnce(NetUid, Terms, Arbiters<AccountId32>) -> Call,
    ) -> Result<Asked<'_>> {
        let netuid = NetUid(self.netuid);
        Ok(Asked {
            sending: &self.sending,
            netuid,
            call: call(netuid, terms, self.arbiters()?),
            holds: Holds::Nothing,
            done,
        })
    }
}

impl Subnet {
    /// A call about the subnet.
    fn ask(&self, done: &'static str, call: impl FnOnce(NetUid) -> Call) -> Asked<'_> {
        let netuid = NetUid(self.netuid);
        Asked {
            sending: &self.sending,
            netuid,
            call: call(netuid),
            holds: Holds::Nothing,
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
        Pact::Propose(args) => {
            let terms = promised(args)?;
            args.ask("proposed a pact", terms, calls::propose)?
        }
        Pact::Sign(args) => {
            let terms = promised(args)?;
            args.ask("signed the pact", terms, calls::sign)?
                .holds(Holds::Bond(terms.bond))
        }
        Pact::Tighten(args) => {
            let netuid = NetUid(args.netuid);
            let terms = args.promises.over(terms(&args.sending, netuid).await?);
            Asked {
                sending: &args.sending,
                netuid,
                call: calls::tighten(netuid, terms),
                holds: Holds::Nothing,
                done: "tightened the pact",
            }
        }
        Pact::Loosen(args) => {
            let terms = args.promises.over(terms(&args.sending, NetUid(args.netuid)).await?);
            args.ask("announced looser terms", terms, calls::loosen)?
        }
        Pact::Object(args) => {
            let hotkey = args.sending.keys.hotkey_account()?;
            args.ask("objected to the looser terms", |netuid| calls::object(netuid, hotkey))
        }
        Pact::ApplyLoosening(args) => args.ask("settled the announced terms", calls::apply_loosening),
        Pact::AnnounceExit(args) => args.ask("announced the exit", calls::announce_exit),
        Pact::CancelExit(args) => args.ask("canceled the exit", calls::cancel_exit),
        Pact::Exit(args) => args.ask("ended the pact", calls::exit),
        Pact::EstablishBreach(args) => args.ask("established a breach", calls::establish_breach),
        Pact::PostBond(args) => args.ask("posted the bond", calls::post_bond),
        Pact::Report(args) => {
            let evidence = evidence(&args.evidence)?;
            args.subnet
                .ask("reported a breach", |netuid| calls::report(netuid, evidence))
                .holds(Holds::Deposit)
        }
        Pact::Vote(args) => {
            let hotkey = args.subnet.sending.keys.hotkey_account()?;
            let uphold = args.verdict == Verdict::Uphold;
            args.subnet.ask("voted on a report", |netuid| {
                calls::vote(netuid, args.report, hotkey, uphold)
            })
        }
        Pact::Resolve(args) => args
            .subnet
            .ask("resolved a report", |netuid| calls::resolve(netuid, args.report)),
    };
    send(asked).await
}

/// The terms of a new pact, which promise something.
fn promised(args: &WithTerms) -> Result<Terms> {
    let terms = args.promises.over(Terms::default());
    let nothing = Terms {
        route: terms.route,
        ..Terms::default()
    };
    if terms == nothing {
        bail!(
            "these terms promise nothing: give at least one of --revenue-share, --pledge, --vesting-half-life, --bond, \
             --notice, or --open-after with --artifact-period"
        );
    }
    Ok(terms)
}

/// What a receipt says beside what was done: from which block on the announced can be done.
fn outlook(call: &str, pact: Option<&PactView>) -> String {
    let Some(pact) = pact else { return String::new() };
    match (call, &pact.loosening, pact.exit_due) {
        ("loosen", Some(loosening), _) => format!(
            ": holders may object; `tributary pact apply-loosening` works from block {} on",
            loosening.due
        ),
        ("announce_exit", _, Some(due)) => {
            format!(": `tributary pact exit` works from block {due} on")
        }
        _ => String::new(),
    }
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
    let file = tributary_private::read_file(text.as_ref())
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
    let call = asked.call.name();
    let Some(included) = sending.send_deal(&client, asked.call, deal).await? else {
        return Ok(());
    };
    let after = pact::pact(&client.at(included.block), netuid).await?;
    let effect = Effect {
        netuid: netuid.0,
        events: pact::told(&included)?,
        pact: after.map(|pact| PactView::new(netuid, &pact)),
    };
    let outlook = outlook(call, effect.pact.as_ref());
    sending.report(
        &included,
        effect,
        &format!("{} of subnet {netuid}{outlook}", asked.done),
    )
}
