//! What can happen to a pact, at random.

use proptest::prelude::*;
use tributary_economy::{
    PerMillion, Tao, UNIT,
    pact::{Route, Terms},
};

#[derive(Clone, Debug)]
pub enum Act {
    Around(Around),
    Terms(OfTerms),
    Owner(OfOwner),
    Reports(OfReports),
}

/// What happens around a pact.
#[derive(Clone, Debug)]
pub enum Around {
    Blocks(u8),
    Epoch(u64),
    NewOwner,
    CutEnabled(bool),
    Commit,
    Stake(u64),
}

/// What sets or changes terms.
#[derive(Clone, Debug)]
pub enum OfTerms {
    Sign(Terms, bool),
    Tighten(Terms, bool),
    Loosen(Terms, bool),
    Object,
    ApplyLoosening,
}

/// What an owner does, or somebody else about it.
#[derive(Clone, Debug)]
pub enum OfOwner {
    Announce,
    Cancel,
    Exit,
    PostBond,
    Establish,
    Pay(u64),
}

/// Reports and what is decided of them.
#[derive(Clone, Debug)]
pub enum OfReports {
    Report,
    Vote(u8, bool),
    Decide(u8, bool, bool),
    Resolve(u8),
}

fn terms() -> impl Strategy<Value = Terms> {
    let part = || prop_oneof![1 => Just(0u32), 4 => 0u32..1_000_001].prop_map(PerMillion);
    let route = (0u32..1_000_001, 0u32..1_000_001).prop_map(|(a, b)| Route {
        burn: PerMillion(a.min(b)),
        holders: PerMillion(a.max(b) - a.min(b)),
        root: PerMillion(1_000_000 - a.max(b)),
    });
    let opening = prop_oneof![Just(0u64), 5u64..60];
    (part(), 0u64..400, 0u64..500, 0u64..60, part(), opening, route).prop_map(
        |(pledge, vesting_half_life, bond, notice, revenue_share, opening, route)| Terms {
            pledge,
            vesting_half_life,
            bond: Tao(bond * UNIT + bond),
            notice,
            revenue_share,
            open_after: opening,
            artifact_period: opening,
            route,
        },
    )
}

pub fn act() -> impl Strategy<Value = Act> {
    let around = |act: Around| Act::Around(act);
    let owner = |act: OfOwner| Just(Act::Owner(act));
    prop_oneof![
        10 => (1u8..60).prop_map(move |blocks| around(Around::Blocks(blocks))),
        12 => (1u64..50 * UNIT).prop_map(move |cut| around(Around::Epoch(cut))),
        4 => (terms(), any::<bool>()).prop_map(|(terms, arbiters)| Act::Terms(OfTerms::Sign(terms, arbiters))),
        2 => (terms(), any::<bool>()).prop_map(|(terms, wild)| Act::Terms(OfTerms::Tighten(terms, wild))),
        3 => (terms(), any::<bool>()).prop_map(|(terms, arbiters)| Act::Terms(OfTerms::Loosen(terms, arbiters))),
        2 => Just(Act::Terms(OfTerms::Object)),
        3 => Just(Act::Terms(OfTerms::ApplyLoosening)),
        3 => owner(OfOwner::Announce),
        1 => owner(OfOwner::Cancel),
        4 => owner(OfOwner::Exit),
        3 => owner(OfOwner::PostBond),
        1 => Just(Act::Around(Around::NewOwner)),
        1 => any::<bool>().prop_map(move |on| around(Around::CutEnabled(on))),
        2 => Just(Act::Around(Around::Commit)),
        2 => owner(OfOwner::Establish),
        4 => Just(Act::Reports(OfReports::Report)),
        4 => (0u8..4, any::<bool>()).prop_map(|(report, uphold)| Act::Reports(OfReports::Vote(report, uphold))),
        4 => (0u8..4, any::<bool>(), any::<bool>())
            .prop_map(|(report, second, uphold)| Act::Reports(OfReports::Decide(report, second, uphold))),
        5 => (0u8..4).prop_map(|report| Act::Reports(OfReports::Resolve(report))),
        6 => (1u64..200 * UNIT).prop_map(|rao| Act::Owner(OfOwner::Pay(rao))),
        3 => (UNIT..100 * UNIT).prop_map(move |rao| around(Around::Stake(rao))),
    ]
}
