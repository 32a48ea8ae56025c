//! `tributary pact show`

use anyhow::Result;
use tributary_client::{
    Client,
    pact::{self, PactView},
};
use tributary_economy::{
    NetUid,
    pact::{Terms, strength},
};

use crate::{amount::Amount, commands::status::check_subnet, options::SubnetQuery, output, shares::percent};

/// Shows the pact of a subnet.
///
/// # Errors
/// If no chain answers, or there is no such subnet.
pub async fn show(args: &SubnetQuery) -> Result<()> {
    let netuid = NetUid(args.netuid);
    let client = Client::connect(&args.query.connection.endpoint).await?;
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let found = pact::pact(&view, netuid).await?;
    let revenue = pact::revenue(&view, netuid).await?;
    let pact = found.as_ref().map(|pact| PactView::new(netuid, pact));
    if args.query.json {
        return output::json(&serde_json::json!({
            "netuid": netuid.0,
            "pact": pact,
            "payments": revenue.payments,
            "revenue_rao": revenue.amount.0,
            "tribute_rao": revenue.tribute.0,
        }));
    }
    let paid = format!(
        "payments    {}, together {} TAO, of which {} TAO was tribute",
        revenue.payments,
        Amount(revenue.amount.0),
        Amount(revenue.tribute.0)
    );
    let (Some(pact), Some(found)) = (pact, &found) else {
        output::line(&format!("subnet {netuid} has no pact"))?;
        return output::line(&paid);
    };
    for line in promised(&pact, found).into_iter().chain([paid]).chain(returned(&pact)) {
        output::line(&line)?;
    }
    Ok(())
}

/// How the pact stands and its terms, in words, with what was announced and the block from which that can be done.
fn promised(pact: &PactView, found: &pact::Pact) -> Vec<String> {
    let since = pact
        .since
        .map(|block| format!(" since block {block}"))
        .unwrap_or_default();
    let exit = pact
        .exit_due
        .map(|due| format!("; `tributary pact exit` works from block {due} on"))
        .unwrap_or_default();
    let mut lines = vec![
        format!("status      {}{since}{exit}", pact.status),
        format!("signed      by {} at block {}", pact.signer, pact.signed_at),
        format!(
            "strength    {} of the strongest there can be",
            percent(strength::strength(&found.terms))
        ),
    ];
    let terms = term_lines(&found.terms);
    lines.extend(terms.iter().map(|(what, text)| match *what {
        "bond" => line(what, &format!("{text} promised, {} TAO on hold", Amount(pact.bond_rao))),
        _ => line(what, text),
    }));
    let judges = judges(&pact.arbiters, pact.arbiters_threshold);
    lines.push(line("breaches", &judges));
    if let (Some(shown), Some(announced)) = (&pact.loosening, &found.loosening) {
        lines.push(format!(
            "announced   at block {}; `tributary pact apply-loosening` works from block {} on, and makes it:",
            shown.announced_at, shown.due
        ));
        let new = term_lines(&announced.terms);
        let changed = new.iter().zip(&terms).filter(|(new, old)| new != old);
        lines.extend(changed.map(|((what, text), _)| format!("  {}", line(what, text))));
        let new = self::judges(&shown.arbiters, shown.arbiters_threshold);
        if new != judges {
            lines.push(format!("  {}", line("breaches", &new)));
        }
    }
    lines
}

fn line(what: &str, text: &str) -> String {
    format!("{what:<11} {text}")
}

/// Who decides about breaches.
fn judges(arbiters: &[String], threshold: u8) -> String {
    match arbiters {
        [] => "the holders vote".to_owned(),
        named => format!("{threshold} of {}", named.join(", ")),
    }
}

/// Every term and what it promises, always in the same order.
fn term_lines(terms: &Terms) -> Vec<(&'static str, String)> {
    vec![
        ("pledge", format!("{} of the owner's cut", percent(terms.pledge))),
        (
            "vesting",
            match terms.vesting_half_life {
                0 => "none: the rest of the owner's cut is the owner's at once".to_owned(),
                blocks => format!("half of the rest of the owner's cut in {blocks} blocks"),
            },
        ),
        ("bond", format!("{} TAO", Amount(terms.bond.0))),
        (
            "notice",
            match terms.notice {
                0 => "none".to_owned(),
                blocks => format!("{blocks} blocks"),
            },
        ),
        (
            "revenue",
            format!(
                "{} of every payment by `tributary pay` or a channel",
                percent(terms.revenue_share)
            ),
        ),
        (
            "artifacts",
            match (terms.artifact_period, terms.open_after) {
                (0, _) => "none promised".to_owned(),
                (period, after) => format!("one every {period} blocks, opened after {after} blocks"),
            },
        ),
        (
            "route",
            format!(
                "burn {}, holders {}, root {}",
                percent(terms.route.burn),
                percent(terms.route.holders),
                percent(terms.route.root)
            ),
        ),
    ]
}

/// What came in under the pact, and what became of it, in words.
fn returned(pact: &PactView) -> Vec<String> {
    vec![
        format!(
            "received    {} TAO of payments, {} TAO of bonds and deposits, {} alpha pledged, {} alpha forfeited",
            Amount(pact.from_payments_rao),
            Amount(pact.from_bonds_and_deposits_rao),
            Amount(pact.pledged_alpha_rao),
            Amount(pact.forfeited_alpha_rao)
        ),
        format!(
            "waiting     {} TAO, {} alpha",
            Amount(pact.reservoir_rao),
            Amount(pact.reservoir_alpha_rao)
        ),
        format!(
            "released    {} TAO bought {} alpha; {} burned, {} to holders, {} to root",
            Amount(pact.spent_rao),
            Amount(pact.bought_alpha_rao),
            Amount(pact.burned_alpha_rao),
            Amount(pact.to_holders_alpha_rao),
            Amount(pact.to_root_alpha_rao)
        ),
        format!("unvested    {} alpha", Amount(pact.unvested_alpha_rao)),
    ]
}

#[cfg(test)]
mod tests {
    use tributary_client::AccountId32;
    use tributary_economy::{
        PerMillion, Tao,
        pact::{Arbiters, Loosening, Status},
    };

    use super::*;

    #[test]
    fn what_was_announced_is_shown_with_the_block_from_which_it_can_be_done() {
        let terms = Terms {
            revenue_share: PerMillion(250_000),
            bond: Tao(5_000_000_000),
            notice: 5,
            ..Terms::default()
        };
        let mut pact = pact::Pact {
            registered_at: 1,
            signed_at: 2,
            signer: AccountId32::from([1; 32]),
            terms,
            arbiters: Arbiters::default(),
            status: Status::Active,
            bond: terms.bond,
            vesting: Vec::new(),
            vested_at: 2,
            artifacts_from: 2,
            reservoir: Default::default(),
            loosening: None,
            successor: None,
            totals: Default::default(),
        };
        let shown = |pact: &pact::Pact| promised(&PactView::new(NetUid(1), pact), pact).join("\n");
        let quiet = shown(&pact);
        assert!(
            !quiet.contains("announced") && !quiet.contains(" works from "),
            "{quiet}"
        );

        pact.status = Status::Leaving { since: 21 };
        let leaving = shown(&pact);
        let line = "status      leaving since block 21; `tributary pact exit` works from block 26 on";
        assert!(leaving.contains(line), "{leaving}");
        assert_eq!(PactView::new(NetUid(1), &pact).exit_due, Some(26));

        pact.status = Status::Active;
        pact.loosening = Some(Loosening {
            terms: Terms {
                revenue_share: PerMillion(200_000),
                ..terms
            },
            arbiters: Arbiters::default(),
            announced_at: 19,
            due: 29,
        });
        let loosening = shown(&pact);
        let (_, announced) = loosening.split_once("announced   at block 19; ").unwrap();
        assert_eq!(
            announced,
            "`tributary pact apply-loosening` works from block 29 on, and makes it:\n  revenue     20 % of every \
             payment by `tributary pay` or a channel",
            "only what changes"
        );
    }
}
