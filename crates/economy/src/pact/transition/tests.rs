//! Every change of a state is explained by moves, and every move by a change.

use alloc::{vec, vec::Vec};

use proptest::prelude::*;

use super::*;
use crate::{
    NetUid, PerMillion,
    pact::{Arbiters, Earning, Hold, Look, Parameters, Quote, Route, Terms},
};

type Acc = u8;

fn terms() -> impl Strategy<Value = Terms> {
    let part = || (0u32..1_000_001).prop_map(PerMillion);
    let route = (0u32..1_000_001, 0u32..1_000_001).prop_map(|(a, b)| Route {
        burn: PerMillion(a.min(b)),
        holders: PerMillion(a.max(b) - a.min(b)),
        root: PerMillion(1_000_000 - a.max(b)),
    });
    (part(), 0u64..40, 0u64..1_000_000, 0u64..20, part(), 0u64..30, route).prop_map(
        |(pledge, vesting_half_life, bond, notice, revenue_share, opening, route)| Terms {
            pledge,
            vesting_half_life,
            bond: Tao(bond),
            notice,
            revenue_share,
            open_after: opening,
            artifact_period: opening,
            route,
        },
    )
}

/// An input, with the owner of the subnet at that time and the blocks before it.
fn input() -> impl Strategy<Value = (Input<Acc>, Acc, u64)> {
    let who = || 0u8..4;
    let alpha = || (0u64..1_000_000).prop_map(Alpha);
    let arbiters = prop_oneof![
        Just(Arbiters::default()),
        Just(Arbiters {
            accounts: vec![8, 9],
            threshold: 1
        })
    ];
    let look = || {
        let parts = (
            prop::bool::weighted(0.9),
            prop::bool::weighted(0.9),
            prop::option::of(0u64..300),
        );
        parts.prop_map(|(cut_enabled, owner_registered, last_artifact)| Look {
            cut_enabled,
            owner_registered,
            last_artifact,
        })
    };
    let staked = || prop::collection::vec(alpha(), 0..5);
    let id = || 0u32..6;
    let input = prop_oneof![
        6 => (who(), terms(), arbiters.clone(), look()).prop_map(|(who, terms, arbiters, look)| Input::Sign { who, terms, arbiters, look }),
        2 => (who(), terms(), look()).prop_map(|(who, terms, look)| Input::Tighten { who, terms, look }),
        3 => (who(), terms(), arbiters).prop_map(|(who, terms, arbiters)| Input::Loosen { who, terms, arbiters, tempo: 3 }),
        3 => (who(), who(), alpha(), staked()).prop_map(|(who, hotkey, alpha, staked)| Input::Object { who, hotkey, alpha, staked }),
        4 => (staked(), alpha()).prop_map(|(staked, holdable)| Input::ApplyLoosening { staked, holdable }),
        3 => who().prop_map(|who| Input::AnnounceExit { who }),
        1 => who().prop_map(|who| Input::CancelExit { who }),
        4 => Just(Input::Exit),
        3 => who().prop_map(|who| Input::PostBond { who }),
        3 => (any::<bool>(), any::<bool>(), prop::option::of(0u64..300)).prop_map(|(cut_enabled, owner_registered, last_artifact)| {
            Input::EstablishBreach { look: Look { cut_enabled, owner_registered, last_artifact } }
        }),
        4 => (who(), id()).prop_map(|(who, id)| Input::Report { who, id, evidence: [0; 32] }),
        6 => (0u8..10, id(), who(), (alpha(), staked()), any::<bool>()).prop_map(|(who, id, hotkey, (alpha, staked), uphold)| Input::Vote { who, id, hotkey, alpha, staked, uphold }),
        6 => (id(), staked(), alpha()).prop_map(|(id, staked, holdable)| Input::Resolve { id, staked, holdable }),
        8 => (who(), who(), 1u64..1_000_000, any::<bool>()).prop_map(|(payer, payee, amount, held)| Input::Pay {
            from: if held { Purse::Held(Hold::Channel, payer) } else { Purse::Free(payer) },
            payer, payee, amount: Tao(amount), receipt: [1; 32],
        }),
        14 => (who(), alpha()).prop_map(|(owner, cut)| Input::ShareCut { owner, hotkey: owner, cut }),
        10 => (alpha(), 0u64..10_000_000, 0u64..1_000, alpha(), 1u64..4).prop_map(|(earning, root, tao, bought, releases)| Input::Release {
            earning: Earning { alpha: earning, root: Tao(root) },
            quote: Quote { tao: Tao(tao), alpha: bought },
            fee_rate: 3_300, releases,
        }),
        1 => Just(Input::Dissolve),
        2 => (who(), who()).prop_map(|(old, new)| Input::Rename { old, new }),
    ];
    // Mostly the same owner, so that calls of owners succeed.
    (input, prop_oneof![9 => Just(0u8), 1 => who()], 0u64..9)
}

/// What a state keeps: TAO of the reservoir, bond, deposits; alpha unvested and waiting.
fn kept(state: &State<Acc>) -> [i128; 5] {
    let deposits = state.reports.iter().map(|report| i128::from(report.deposit.0)).sum();
    let Some(pact) = &state.pact else {
        return [0, 0, deposits, 0, 0];
    };
    [
        pact.reservoir.tao.0.into(),
        pact.bond.0.into(),
        deposits,
        pact.unvested().unwrap().0.into(),
        pact.reservoir.alpha().unwrap().0.into(),
    ]
}

/// What moves say about each of these, and what is left of what was bought and of the cut.
fn moved(moves: &[Move<Acc>]) -> ([i128; 5], i128, i128) {
    let (mut change, mut bought, mut cut) = ([0i128; 5], 0i128, 0i128);
    let place = |purse: &Purse<Acc>| match purse {
        Purse::Reservoir => Some(0),
        Purse::Held(Hold::Bond, _) => Some(1),
        Purse::Held(Hold::Report, _) => Some(2),
        _ => None,
    };
    for step in moves {
        match step {
            Move::Tao { from, to, amount } => {
                assert!(!amount.is_zero());
                let amount = i128::from(amount.0);
                if let Some(place) = place(from) {
                    change[place] -= amount;
                }
                if let Some(place) = place(to) {
                    change[place] += amount;
                }
            }
            Move::Alpha { from, to, amount } => {
                assert!(!amount.is_zero());
                let amount = i128::from(amount.0);
                match from {
                    Source::Cut => cut += amount,
                    Source::Bought => bought -= amount,
                    Source::Unvested => change[3] -= amount,
                    Source::Waiting => change[4] -= amount,
                }
                match to {
                    Sink::Unvested => change[3] += amount,
                    Sink::Waiting => change[4] += amount,
                    _ => {}
                }
            }
            Move::Buy { tao, alpha } => {
                change[0] -= i128::from(tao.0);
                bought += i128::from(alpha.0);
            }
        }
    }
    (change, bought, cut)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn moves_explain_every_change(inputs in prop::collection::vec(input(), 1..80)) {
        let mut state: State<Acc> = State::default();
        let (mut now, mut done) = (1, Vec::new());
        for (input, owner, blocks) in inputs {
            now += blocks;
            let context = Context {
                netuid: NetUid(1), now, owner: Some(owner), registered_at: 1,
                parameters: Parameters {
                    release_half_life: 10, report_deposit: Tao(50), report_period: 5, bond_period: 8, ..Parameters::default()
                },
            };
            let touches_votes = input.touches_votes();
            let before = if touches_votes { state.clone() } else { State { pact: state.pact.clone(), ..State::default() } };
            let Ok(outcome) = apply(before.clone(), input.clone(), &context) else { continue };
            let (change, bought, cut) = moved(&outcome.moves);
            let (was, is) = (kept(&before), kept(&outcome.state));
            for place in 0..5 {
                prop_assert_eq!(is[place] - was[place], change[place], "{} of {:?}", place, &input);
            }
            prop_assert_eq!(bought, 0);
            let shared = match &input { Input::ShareCut { cut, .. } => i128::from(cut.0), _ => 0 };
            prop_assert_eq!(cut, shared);
            if let Some(pact) = &outcome.state.pact {
                pact.check().unwrap();
            }
            state = if touches_votes {
                outcome.state
            } else {
                prop_assert!(outcome.state.objections.is_empty() && outcome.state.reports.is_empty(), "{:?} touches votes", &input);
                State { pact: outcome.state.pact, ..state }
            };
            done.push(input);
        }
    }
}
