//! The mercenary owner, twice, on the whole runtime: without a pact, and under a middle bundle of terms.

#[path = "common/blocks.rs"]
mod blocks;
mod common;

use blocks::{begin_block, end_block};
use frame_support::{assert_ok, traits::fungible::InspectHold};
use pallet_pact::HoldReason;
use sp_keyring::Sr25519Keyring as Key;
use tributary_economy::{
    Alpha, MechId, NetUid, PerMillion, Tao,
    market::staking::stake_of,
    pact::{Arbiters, Breach, Route, Status, Terms},
};
use tributary_runtime::{
    AccountId, Balances, Pact, Runtime, RuntimeEvent, RuntimeOrigin, SubtensorModule, System, TAO, genesis,
};

const ONE: NetUid = NetUid(1);

/// Blocks for which the owner behaves.
const FAITHFUL: u32 = 400;

/// Blocks between the owner's last deed and the reckoning.
const AFTER: u32 = 600;

fn account(key: Key) -> AccountId {
    key.to_account_id()
}

fn signed(key: Key) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

fn hotkey(name: u8) -> AccountId {
    AccountId::new([name; 32])
}

fn stake(coldkey: Key, hot: u8) -> Alpha {
    stake_of(
        &pallet_subtensor::Chain::<Runtime>::default(),
        &hotkey(hot),
        &account(coldkey),
        ONE,
    )
}

/// The middle bundle, in blocks of a fast chain.
fn middle() -> Terms {
    Terms {
        pledge: PerMillion(250_000),
        vesting_half_life: 300,
        bond: Tao(200 * TAO),
        notice: 100,
        revenue_share: PerMillion(50_000),
        open_after: 50,
        artifact_period: 25,
        route: Route {
            burn: PerMillion(250_000),
            holders: PerMillion(750_000),
            root: PerMillion(0),
        },
    }
}

/// How the owner goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Sells what there is and is not seen again.
    Walks,
    /// Announces it and waits for the notice.
    Announces,
}

/// What came of it.
#[derive(Debug)]
struct Outcome {
    /// TAO that the owner had of the subnet in the end, less what it had at the beginning, in rao.
    taken: i128,
    /// TAO of the bond that was lost.
    bond_lost: Tao,
    /// Cut that was pledged and forfeited.
    pledged: Alpha,
    forfeited: Alpha,
    /// Of tribute: what was burned, what joined the dividends of holders, what still waits.
    burned: Alpha,
    to_holders: Alpha,
    waiting: Alpha,
    spent: Tao,
    /// Alpha of the two holders.
    holders: Alpha,
}

fn free_and_held(key: Key) -> i128 {
    let held = Balances::balance_on_hold(&HoldReason::Bond.into(), &account(key));
    i128::from(Balances::free_balance(account(key))) + i128::from(held)
}

fn blocks(from: &mut u32, count: u32, mut each: impl FnMut(u32)) {
    for _ in 0..count {
        *from += 1;
        begin_block(*from);
        each(*from);
        end_block();
        Pact::check_pacts().unwrap_or_else(|broken| panic!("block {from}: {broken}"));
    }
}

/// Alice's subnet, on which Bob validates and Charlie mines.
fn found_subnet(terms: Option<Terms>) {
    // A pool of a thousand TAO, so that nobody's trade is most of it.
    pallet_subtensor::NetworkMinLockCost::<Runtime>::put(Tao(1_000 * TAO));
    pallet_subtensor::NetworkLastLockCost::<Runtime>::put(Tao(1_000 * TAO));
    assert_ok!(SubtensorModule::register_network(signed(Key::Alice), hotkey(1)));
    assert_ok!(SubtensorModule::start_call(signed(Key::Alice), ONE));
    assert_ok!(SubtensorModule::burned_register(signed(Key::Bob), ONE, hotkey(2)));
    assert_ok!(SubtensorModule::burned_register(signed(Key::Charlie), ONE, hotkey(3)));
    assert_ok!(SubtensorModule::add_stake(
        signed(Key::Bob),
        hotkey(2),
        ONE,
        Tao(400 * TAO)
    ));
    assert_ok!(SubtensorModule::add_stake(
        signed(Key::Dave),
        hotkey(2),
        ONE,
        Tao(200 * TAO)
    ));
    if let Some(terms) = terms {
        assert_ok!(Pact::sign(signed(Key::Alice), ONE, terms, Arbiters::default()));
    }
}

/// Bob's weights, and the artefacts of an owner who has promised some.
fn keep_promises(terms: Option<Terms>, block: u32) {
    if block % 8 == 2 {
        let index = ONE.index(MechId(0));
        pallet_subtensor::Weights::<Runtime>::insert(index, 1, vec![(2, u16::MAX)]);
    }
    if terms.is_some() && block % 20 == 5 {
        let committed = Pact::commit_artifact(
            signed(Key::Alice),
            ONE,
            [1; 32],
            [2; 32],
            1,
            b"https://artefacts".to_vec(),
        );
        assert_ok!(committed);
    }
}

/// What the pact says in the end, which must be what was done.
fn outcome(terms: Option<Terms>, way: Way, breach: Option<Breach>, taken: i128, holders: Alpha) -> Outcome {
    match (pallet_pact::Pacts::<Runtime>::get(ONE), terms) {
        (Some(pact), Some(terms)) => {
            match way {
                Way::Walks => {
                    assert!(matches!(pact.status, Status::Breached { .. }));
                    assert_eq!(breach, Some(Breach::ArtifactMissed));
                    assert_eq!(pact.totals.from_bonds, terms.bond);
                }
                Way::Announces => {
                    assert!(matches!(pact.status, Status::Left { .. }));
                    assert_eq!((breach, pact.totals.from_bonds), (None, Tao(0)));
                }
            }
            let totals = pact.totals;
            Outcome {
                taken,
                bond_lost: totals.from_bonds,
                pledged: totals.pledged,
                forfeited: totals.forfeited,
                burned: totals.burned,
                to_holders: totals.to_holders,
                waiting: pact.alpha().unwrap(),
                spent: totals.spent,
                holders,
            }
        }
        (None, None) => Outcome {
            taken,
            bond_lost: Tao(0),
            pledged: Alpha(0),
            forfeited: Alpha(0),
            burned: Alpha(0),
            to_holders: Alpha(0),
            waiting: Alpha(0),
            spent: Tao(0),
            holders,
        },
        (pact, _) => panic!("{pact:?}"),
    }
}

fn run(terms: Option<Terms>, way: Way) -> Outcome {
    common::state(genesis::FAST).execute_with(|| {
        let mut now = 0;
        let before = free_and_held(Key::Alice);
        blocks(&mut now, 1, |_| {
            found_subnet(terms);
        });
        // Bob validates, Charlie mines; the owner keeps the promises.
        let works = |block: u32| keep_promises(terms, block);
        blocks(&mut now, FAITHFUL, works);
        let quits = |now: &mut u32| {
            blocks(now, 1, |_| {
                let all = stake(Key::Alice, 1);
                assert_ok!(SubtensorModule::remove_stake(signed(Key::Alice), hotkey(1), ONE, all));
            });
        };
        match (way, terms) {
            (Way::Announces, Some(terms)) => {
                blocks(&mut now, 1, |_| {
                    assert_ok!(Pact::announce_exit(signed(Key::Alice), ONE));
                });
                blocks(&mut now, u32::try_from(terms.notice).unwrap(), works);
                blocks(&mut now, 1, |_| {
                    assert_ok!(Pact::exit(signed(Key::Eve), ONE));
                });
                quits(&mut now);
            }
            _ => quits(&mut now),
        }
        // Nobody commits artefacts any more; after two periods somebody says so.
        let mut breach = None;
        blocks(&mut now, AFTER, |block| {
            if breach.is_none() && terms.is_some() && Pact::establish_breach(signed(Key::Eve), ONE).is_ok() {
                breach = System::events().into_iter().find_map(|record| match record.event {
                    RuntimeEvent::Pact(pallet_pact::Event::Breached { breach, .. }) => Some((block, breach)),
                    _ => None,
                });
            }
        });
        // What is left to the owner is sold too: the cut goes on, under the terms if there are any.
        quits(&mut now);
        let taken = free_and_held(Key::Alice) - before;
        let holders = Alpha(stake(Key::Bob, 2).0 + stake(Key::Dave, 2).0);
        let books = SubtensorModule::check_books().expect("the books balance");
        assert!(books.held <= books.issued);
        outcome(terms, way, breach.map(|(_, breach)| breach), taken, holders)
    })
}

#[test]
fn a_mercenary_takes_everything_without_a_pact_and_pays_under_one() {
    let free = run(None, Way::Walks);
    let walks = run(Some(middle()), Way::Walks);
    let announces = run(Some(middle()), Way::Announces);
    println!("without a pact: {free:?}\nwalks away:     {walks:?}\nannounces it:   {announces:?}");

    // Without a pact: everything that was earned, and nobody else has anything of it.
    assert_eq!(
        (free.bond_lost, free.pledged, free.to_holders),
        (Tao(0), Alpha(0), Alpha(0))
    );

    // Who walks away loses the bond, the pledge and what had not vested.
    assert_eq!(walks.bond_lost, middle().bond);
    assert!(walks.pledged > Alpha(0) && walks.forfeited > Alpha(0));
    assert!(
        free.taken - walks.taken > i128::from(walks.bond_lost.0),
        "{} {}",
        free.taken,
        walks.taken
    );

    // Who announces it keeps the bond, and loses the pledge and what had not vested.
    assert!(announces.taken > walks.taken && announces.taken < free.taken);

    // The bond buys alpha, little by little; where there is none, nothing is bought.
    assert!(walks.spent > Tao(0) && walks.spent < walks.bond_lost && walks.waiting > Alpha(0));
    assert_eq!(announces.spent, Tao(0));

    // Who receives: holders, by dividends, and everybody who holds alpha, by what is burned.
    for outcome in [&walks, &announces] {
        assert!(outcome.to_holders > Alpha(0) && outcome.burned > Alpha(0));
        assert!(
            outcome.holders > free.holders,
            "{:?} {:?}",
            outcome.holders,
            free.holders
        );
    }
}
