//! Pacts in the futures: sums that close under any terms, nothing without an offer, and what terms do to owners.

use proptest::prelude::*;
use tributary_futures::{Plan, Scenario, outcome::Finished, pact::Offer};

fn futures(pact: Option<Offer>, days: u64, runs: u64) -> Vec<Finished> {
    let scenario = Scenario {
        days,
        pact,
        ..Scenario::default()
    };
    Plan::new(scenario, 5, runs).unwrap().futures(&|| {}).unwrap()
}

fn middle() -> Offer {
    let text = include_str!("../../../scenarios/pacts/bundle-middle.toml");
    Scenario::parse("bundle-middle.toml", text).unwrap().pact.unwrap()
}

fn sum(futures: &[Finished], pick: impl Fn(&Finished) -> f64) -> f64 {
    futures.iter().map(pick).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Every step checks every sum: a future under any terms comes to its end, and what was released had come in.
    #[test]
    fn sums_close_under_any_terms(
        pledge in 0.0f64..1.0, vesting_days in 0.0f64..400.0, bond in 0.0f64..5_000.0, notice_days in 0.0f64..120.0,
        revenue_share in 0.0f64..1.0, open_after_days in 0.0f64..400.0, route in 0usize..3, weight in 0.0f64..5.0,
        newcomers: bool,
    ) {
        let mut offer = Offer { pledge, vesting_days, bond, notice_days, revenue_share, open_after_days, weight, ..Offer::default() };
        (offer.burn, offer.holders, offer.root) = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)][route];
        if newcomers {
            offer.signing = tributary_futures::pact::Signing::Newcomers;
        }
        for f in futures(Some(offer), 200, 2) {
            let o = &f.outcome;
            let received = o.usd_pledged + o.usd_rail_tribute + o.usd_slashed + o.usd_forfeited;
            let released = o.usd_tribute_burned + o.usd_tribute_holders + o.usd_tribute_root;
            prop_assert!(released >= 0.0 && received >= 0.0);
            prop_assert!(received > 0.0 || released == 0.0);
        }
    }
}

#[test]
fn an_offer_of_nothing_changes_nothing() {
    let (without, with) = (futures(None, 400, 4), futures(Some(Offer::default()), 400, 4));
    for (a, b) in without.iter().zip(&with) {
        assert_eq!(a.outcome.tao_price_ratio, b.outcome.tao_price_ratio);
        assert_eq!(a.outcome.pooled_tao, b.outcome.pooled_tao);
        assert_eq!(a.outcome.exits, b.outcome.exits);
        assert_eq!(a.outcome.returned_part, 0.0);
        assert_eq!(b.outcome.returned_part, 0.0);
        // Whoever signs nothing is counted as bound, though.
        assert_eq!(a.outcome.pacts, 0.0);
    }
}

#[test]
fn exact_and_float_agree_with_pacts() {
    let of = |arithmetic| {
        let scenario = Scenario {
            days: 60,
            arithmetic,
            pact: Some(Offer {
                weight: 1.0,
                ..middle()
            }),
            ..Scenario::default()
        };
        Plan::new(scenario, 5, 2).unwrap().futures(&|| {}).unwrap()
    };
    let exact = of(tributary_futures::chain::Arithmetic::Exact);
    let float = of(tributary_futures::chain::Arithmetic::Float);
    for (a, b) in exact.iter().zip(&float) {
        for (x, y, bound) in [
            (a.outcome.pooled_tao, b.outcome.pooled_tao, 1e-5),
            (a.outcome.tao_price_ratio, b.outcome.tao_price_ratio, 1e-5),
            (a.outcome.returned_part, b.outcome.returned_part, 1e-3),
        ] {
            assert!((x - y).abs() <= bound * x.abs().max(1e-9), "{x} {y}");
        }
        assert_eq!(a.outcome.pacts, b.outcome.pacts);
    }
}

#[test]
fn owners_sign_and_tribute_is_returned() {
    let with = futures(
        Some(Offer {
            weight: 3.0,
            ..middle()
        }),
        800,
        12,
    );
    assert!(sum(&with, |f| f.outcome.pacts) > 0.0);
    assert!(sum(&with, |f| f.outcome.usd_pledged) > 0.0);
    assert!(sum(&with, |f| f.outcome.usd_rail_tribute) > 0.0);
    assert!(sum(&with, |f| f.outcome.returned_part) > 0.0);
    let first_looks = |f: &Finished| {
        let o = &f.outcome;
        o.pact_offered_mission + o.pact_offered_commercial + o.pact_offered_mercenary
    };
    // All working owners of the start look within a month.
    assert!(with.iter().all(|f| first_looks(f) > 100.0));
    let all_signed = |f: &Finished| {
        let o = &f.outcome;
        o.pact_signed_mission + o.pact_signed_commercial + o.pact_signed_mercenary
    };
    assert!(with.iter().all(|f| all_signed(f) <= first_looks(f)));
}

#[test]
fn a_larger_bonus_is_signed_by_more() {
    let signed = |weight| {
        sum(&futures(Some(Offer { weight, ..middle() }), 60, 16), |f| {
            f.outcome.pacts
        })
    };
    assert!(signed(3.0) > signed(0.0));
}

#[test]
fn newcomers_who_have_to_sign_may_stay_away() {
    let harsh = Offer {
        pledge: 0.9,
        revenue_share: 0.5,
        bond: 2_000.0,
        signing: tributary_futures::pact::Signing::Newcomers,
        ..Offer::default()
    };
    let with = futures(Some(harsh), 1_000, 12);
    let free = futures(None, 1_000, 12);
    assert!(sum(&with, |f| f.outcome.pact_stayed_away) > 0.0);
    assert!(sum(&with, |f| f.outcome.newcomers) < sum(&free, |f| f.outcome.newcomers));
}

#[test]
fn every_scenario_that_ships_is_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/pacts");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let scenario = Scenario::parse(&path.display().to_string(), &text).unwrap();
        assert_eq!(scenario.pact.is_some(), path.file_stem().unwrap() != "none");
        read += 1;
    }
    assert!(read >= 28, "{read}");
}
