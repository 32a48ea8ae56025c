//! What pacts promise (`docs/rules/pacts.md#invariants`).

mod attacks;
mod flows;
mod limits;
mod numbers;
mod rules;
mod sequences;
mod services;
mod signing;
mod votes;

use tributary_economy::{
    Ledger, NetUid, PerMillion, Tao, UNIT,
    market::pact,
    pact::{Arbiters, Error, Parameters, Route, Terms},
};

use crate::world::*;

pub const NET: NetUid = NetUid(1);

/// A pact of all terms, with short spans.
pub fn all_terms() -> Terms {
    Terms {
        pledge: PerMillion(200_000),
        vesting_half_life: 20,
        bond: tao(50),
        notice: 12,
        revenue_share: PerMillion(100_000),
        open_after: 30,
        artifact_period: 10,
        route: Route {
            burn: PerMillion(300_000),
            holders: PerMillion(500_000),
            root: PerMillion(200_000),
        },
    }
}

pub fn short() -> Parameters {
    Parameters {
        release_half_life: 15,
        report_deposit: Tao(UNIT),
        report_period: 8,
        challenge_period: 3,
        bond_period: 10,
        ..Parameters::default()
    }
}

/// A market whose first subnet has a pact.
pub fn bound(terms: Terms) -> Memory {
    let mut ledger = lively();
    // After the first round of drand.
    ledger.set_now_ms(1_700_000_000_000);
    ledger.set_pact_parameters(short());
    pact_act(&mut ledger, |l| {
        pact::sign(l, &coldkey(0), NET, terms, Arbiters::default())
    })
    .unwrap();
    ledger
}

/// A call of a rule of pacts: all or nothing.
pub fn pact_act<R>(ledger: &mut Memory, call: impl FnOnce(&mut Memory) -> Result<R, Error>) -> Result<R, Error> {
    let mut refused = None;
    let done = ledger.transaction(|l| {
        call(l).map_err(|error| {
            refused = Some(error);
            tributary_economy::Error::InvalidValue
        })
    });
    done.map_err(|_| refused.expect("only the call fails"))
}

/// All sums, those of pacts included.
pub fn check_all(ledger: &Memory) -> pact::PactSums {
    check(ledger);
    let sums = pact::audit(ledger).unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(
        sums.stray,
        Tao::ZERO,
        "the reservoirs' account holds what it must, to the rao"
    );
    sums
}

/// Blocks.
pub fn advance(ledger: &mut Memory, blocks: u64) {
    for _ in 0..blocks {
        next_block(ledger).unwrap();
    }
}
