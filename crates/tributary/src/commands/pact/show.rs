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
    for line in promised(&pact, &found.terms)
        .into_iter()
        .chain([paid])
        .chain(returned(&pact))
    {
        output::line(&line)?;
    }
    Ok(())
}

/// The terms and how the pact stands, in words.
fn promised(pact: &PactView, terms: &Terms) -> Vec<String> {
    let since = pact
        .since
        .map(|block| format!(" since block {block}"))
        .unwrap_or_default();
    let blocks = |blocks: u64| {
        if blocks == 0 {
            "-".to_owned()
        } else {
            format!("{blocks} blocks")
        }
    };
    let arbiters = match pact.arbiters.as_slice() {
        [] => "the holders vote".to_owned(),
        named => format!("{} of {}", pact.arbiters_threshold, named.join(", ")),
    };
    vec![
        format!("status      {}{since}", pact.status),
        format!("signed      by {} at block {}", pact.signer, pact.signed_at),
        format!(
            "strength    {} of the strongest there can be",
            percent(strength::strength(terms))
        ),
        format!("pledge      {} of the owner's cut", percent(terms.pledge)),
        format!("vesting     half in {}", blocks(terms.vesting_half_life)),
        format!(
            "bond        {} TAO promised, {} TAO on hold",
            Amount(terms.bond.0),
            Amount(pact.bond_rao)
        ),
        format!("notice      {}", blocks(terms.notice)),
        format!("revenue     {} of payments on the rail", percent(terms.revenue_share)),
        match terms.artifact_period {
            0 => "artefacts   none promised".to_owned(),
            period => format!(
                "artefacts   one every {period} blocks, opened after {}",
                blocks(terms.open_after)
            ),
        },
        format!(
            "route       burn {}, holders {}, root {}",
            percent(terms.route.burn),
            percent(terms.route.holders),
            percent(terms.route.root)
        ),
        format!("breaches    {arbiters}"),
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
