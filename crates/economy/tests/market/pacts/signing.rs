//! What a new pact, or tighter terms, may not begin with (`docs/rules/pacts.md#terms`).

use tributary_economy::{
    Ledger,
    market::pact,
    pact::{Books as _, Breach, Error, Event, Status},
};

use super::{
    limits::{OWNER, load},
    *,
};

fn sign(ledger: &mut Memory, terms: Terms) -> Result<(), Error> {
    pact_act(ledger, |l| {
        pact::sign(l, &coldkey(OWNER), NET, terms, Arbiters::default())
    })
}

fn tighten(ledger: &mut Memory, terms: Terms) -> Result<(), Error> {
    pact_act(ledger, |l| pact::tighten(l, &coldkey(OWNER), NET, terms))
}

#[test]
fn nobody_signs_what_is_broken_already() {
    let only_bond = Terms {
        pledge: PerMillion::ZERO,
        vesting_half_life: 0,
        ..all_terms()
    };
    // An owner before this one has switched the cut off.
    let mut off = lively();
    off.set_owner_cut_enabled(NET, false);
    assert_eq!(sign(&mut off, all_terms()), Err(Error::BreachVisible));
    sign(&mut off, only_bond).unwrap();
    assert_eq!(tighten(&mut off, all_terms()), Err(Error::BreachVisible));
    off.set_owner_cut_enabled(NET, true);
    tighten(&mut off, all_terms()).unwrap();
    check_all(&off);
    // The hotkey that stands for the owner has no uid.
    let mut gone = lively();
    gone.set_subnet_owner_hotkey(NET, Some(hotkey(7)));
    assert_eq!(sign(&mut gone, only_bond), Err(Error::BreachVisible));
    // An artefact that was committed before counts from the signature.
    let mut late = lively();
    late.set_now_ms(1_700_000_000_000);
    advance(&mut late, 30);
    sign(&mut late, all_terms()).unwrap();
    advance(&mut late, 9);
    let sooner = Terms {
        artifact_period: 4,
        ..all_terms()
    };
    assert_eq!(tighten(&mut late, sooner), Err(Error::BreachVisible));
    pact_act(&mut late, |l| {
        pact::commit_artifact(l, &coldkey(OWNER), NET, [1; 32], [2; 32], 0, Vec::new())
    })
    .unwrap();
    tighten(&mut late, sooner).unwrap();
    check_all(&late);
}

#[test]
fn an_owner_who_names_somebody_else_s_hotkey_is_gone() {
    let mut ledger = bound(all_terms());
    let establish = |l: &mut Memory| pact_act(l, |l| pact::establish_breach(l, NET));
    assert_eq!(establish(&mut ledger), Err(Error::NoBreach));
    assert!(ledger.uids(NET, &hotkey(2)).is_some());
    ledger.set_subnet_owner_hotkey(NET, Some(hotkey(2)));
    ledger.take_pact_events();
    establish(&mut ledger).unwrap();
    let gone = |event: &Event<Account>| {
        matches!(
            event,
            Event::Breached {
                breach: Breach::OwnerGone,
                ..
            }
        )
    };
    assert!(ledger.take_pact_events().iter().any(gone));
    check_all(&ledger);
}

#[test]
fn tribute_that_waits_keeps_its_route_until_holders_had_a_say() {
    let holders = Terms {
        revenue_share: PerMillion::ONE,
        notice: 0,
        route: Route::HOLDERS,
        ..Terms::default()
    };
    let burn = Terms {
        route: Route::BURN,
        ..holders
    };
    let mut ledger = bound(holders);
    pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NET, &coldkey(3), tao(7), [0; 32])
    })
    .unwrap();
    let leave = |l: &mut Memory| {
        pact_act(l, |l| pact::announce_exit(l, &coldkey(OWNER), NET)).unwrap();
        pact_act(l, |l| pact::exit(l, NET)).unwrap();
    };
    leave(&mut ledger);
    assert_eq!(sign(&mut ledger, burn), Err(Error::RouteBound));
    sign(&mut ledger, holders).unwrap();
    let waits = |l: &Memory| load(l).reservoir.tao;
    assert_eq!(waits(&ledger), tao(7));
    // Once it is spent nothing is bound.
    leave(&mut ledger);
    let mut pact = load(&ledger);
    (pact.totals.from_payments, pact.reservoir.tao) = (Tao::ZERO, Tao::ZERO);
    ledger.set_pact(NET, Some(pact));
    sign(&mut ledger, burn).unwrap();
    assert_eq!(
        (load(&ledger).status, load(&ledger).terms.route),
        (Status::Active, Route::BURN)
    );
}
