//! The ledger in memory keeps accounts as the chain does, takes back what fails, and forgets what a subnet leaves.

use tributary_economy::{
    Alpha, Error, Event, Existence, Ledger, MechId, NetUid, Tao, UNIT,
    fixed::I96F32,
    market::networks,
    memory::{MemoryAccount, MemoryLedger, OUTLIVE_A_SUBNET},
    pact::{Books as _, Hold},
    rule_sets::RuleSet,
};

use crate::{pacts::NET, world::*};

const OTHER: NetUid = NetUid(2);

/// One account with so much, and what both counters say.
fn account(amount: u64) -> Memory {
    let mut ledger = Memory::genesis();
    ledger.fund(&1, Tao(amount)).unwrap();
    ledger
}

fn counters(ledger: &Memory) -> (u64, u64) {
    (ledger.total_issuance().0, ledger.balances_issuance().0)
}

#[test]
fn what_is_too_little_for_an_account_is_destroyed_with_it() {
    for (sent, left, destroyed) in [(9_500, 500, 0), (9_501, 0, 499), (10_000, 0, 0)] {
        let mut ledger = account(10_000);
        ledger.transfer(&1, &2, Tao(sent), Existence::Expendable).unwrap();
        assert_eq!((ledger.balance(&1), ledger.balance(&2)), (Tao(left), Tao(sent)));
        assert_eq!(counters(&ledger), (10_000 - destroyed, 10_000 - destroyed));
        let mut ledger = account(10_000);
        ledger.withdraw(&1, Tao(sent), Existence::Expendable).unwrap();
        assert_eq!(ledger.balance(&1), Tao(left));
        // What is withdrawn is the caller's to take off the issuance.
        assert_eq!(counters(&ledger), (10_000 - destroyed, 10_000 - destroyed - sent));
    }
}

#[test]
fn an_account_that_must_live_keeps_the_existential_deposit() {
    let mut ledger = account(10_000);
    assert_eq!(ledger.spendable(&1), Tao(9_500));
    let before = ledger.clone();
    let refused = Err(Error::InsufficientBalance);
    assert_eq!(ledger.transfer(&1, &2, Tao(9_501), Existence::Preserve), refused);
    assert_eq!(ledger.withdraw(&1, Tao(9_501), Existence::Preserve), refused);
    assert_eq!(ledger.transfer(&1, &2, Tao(10_001), Existence::Expendable), refused);
    assert_eq!(ledger.withdraw(&1, Tao(10_001), Existence::Expendable), refused);
    assert_eq!(ledger.hold(Hold::Bond, &1, Tao(9_501)), refused);
    // A new account needs as much, an old one does not.
    assert_eq!(ledger.transfer(&1, &2, Tao(499), Existence::Preserve), refused);
    assert_eq!(ledger.deposit(&2, Tao(499)), refused);
    // To oneself, and of nothing, all that fits is done.
    for (to, amount) in [(1, 9_500), (2, 0)] {
        ledger.transfer(&1, &to, Tao(amount), Existence::Preserve).unwrap();
    }
    ledger.transfer(&1, &1, Tao(10_000), Existence::Expendable).unwrap();
    ledger.deposit(&2, Tao::ZERO).unwrap();
    assert!(ledger == before);
    ledger.transfer(&1, &2, Tao(500), Existence::Preserve).unwrap();
    ledger.transfer(&1, &2, Tao(1), Existence::Preserve).unwrap();
    ledger.withdraw(&1, Tao(8_999), Existence::Preserve).unwrap();
    assert_eq!((ledger.balance(&1), ledger.balance(&2)), (Tao(500), Tao(501)));
}

#[test]
fn tao_on_hold_is_freed_and_seized_to_the_rao() {
    let mut ledger = account(10_000);
    ledger.hold(Hold::Bond, &1, Tao(9_500)).unwrap();
    assert_eq!(
        (ledger.balance(&1), ledger.held(Hold::Bond, &1)),
        (Tao(500), Tao(9_500))
    );
    assert_eq!(ledger.held(Hold::Channel, &1), Tao::ZERO);
    assert_eq!(ledger.free(Hold::Bond, &1, Tao(9_501)), Err(Error::InsufficientBalance));
    assert_eq!(
        ledger.seize(Hold::Bond, &1, &2, Tao(499)),
        Err(Error::InsufficientBalance)
    );
    ledger.seize(Hold::Bond, &1, &2, Tao(500)).unwrap();
    ledger.free(Hold::Bond, &1, Tao(8_000)).unwrap();
    ledger.free(Hold::Bond, &1, Tao::ZERO).unwrap();
    assert_eq!((ledger.balance(&1), ledger.balance(&2)), (Tao(8_500), Tao(500)));
    assert_eq!(ledger.holds().collect::<Vec<_>>(), [(Hold::Bond, &1, Tao(1_000))]);
    assert_eq!(counters(&ledger), (10_000, 10_000));
}

#[test]
fn a_transaction_that_fails_changes_nothing_and_leaves_nothing_to_undo() {
    let mut ledger = lively();
    ledger.take_events();
    let remembered = |l: &Memory| !format!("{l:?}").contains("Journal(0)");
    ledger.set_tempo(NET, 7);
    ledger.fund(&AUTHOR, tao(1)).unwrap();
    assert!(!remembered(&ledger), "nothing is remembered outside a transaction");
    let before = ledger.clone();
    let change = |l: &mut Memory| -> Result<(), Error> {
        l.set_tempo(NET, 9);
        l.set_subnet_owner(NET, Some(coldkey(3)));
        l.fund(&77, tao(1))?;
        l.clear_alpha_dividends(NET);
        l.emit(Event::NetworkRemoved(NET));
        networks::dissolve(l, OTHER)
    };
    let failed: Result<(), Error> = ledger.transaction(|l| {
        // A part that is done stays, until all fails.
        l.transaction(change)?;
        assert!(remembered(l) && l.tempo(NET) == 9 && !l.networks_added(OTHER));
        Err(Error::InvalidValue)
    });
    assert_eq!(failed, Err(Error::InvalidValue));
    assert!(ledger == before && !remembered(&ledger));
    // A part that fails is taken back alone.
    ledger
        .transaction(|l| {
            l.set_tempo(NET, 8);
            let inner: Result<(), Error> = l.transaction(|l| {
                change(l)?;
                Err(Error::InvalidValue)
            });
            assert!(inner.is_err() && l.tempo(NET) == 8 && l.networks_added(OTHER));
            Ok(())
        })
        .unwrap();
    assert_eq!(ledger.tempo(NET), 8);
    assert!(ledger.take_events().is_empty() && !remembered(&ledger));
    ledger.set_tempo(NET, 7);
    assert!(ledger == before && !remembered(&ledger));
}

#[test]
fn the_chain_s_own_accounts_are_nobody_s() {
    let own: Vec<u64> = (0..4)
        .map(|netuid| u64::of_subnet(NetUid(netuid)))
        .chain([u64::burn(), u64::pacts()])
        .collect();
    assert!(own.iter().all(|account| *account >= 1 << 63), "the upper half");
    let different: std::collections::BTreeSet<_> = own.iter().collect();
    assert_eq!(different.len(), own.len());
    // A pallet's account: `modl`, its id, and what it is for.
    let account = |id: &[u8], rest: [u8; 2]| {
        let mut account = [0; 32];
        account[..4].copy_from_slice(b"modl");
        account[4..12].copy_from_slice(id);
        account[12..14].copy_from_slice(&rest);
        account
    };
    assert_eq!(<[u8; 32]>::of_subnet(NetUid(0x0102)), account(b"subtensr", [2, 1]));
    assert_eq!(<[u8; 32]>::burn(), account(b"burntnsr", [0, 0]));
    assert_eq!(<[u8; 32]>::pacts(), account(b"tributes", [0, 0]));
    assert_eq!(<[u8; 32] as MemoryAccount>::FIRST, [0; 32]);
    let real = MemoryLedger::<[u8; 32]>::genesis();
    assert_eq!(real.subnet_account(NET), <[u8; 32]>::of_subnet(NET));
    assert_eq!(
        (real.burn_account(), real.pact_account()),
        (<[u8; 32]>::burn(), <[u8; 32]>::pacts())
    );
}

#[test]
fn what_is_set_is_read() {
    let mut ledger = lively();
    ledger.set_fee_rate(NET, 77);
    assert_eq!((ledger.fee_rate(NET), ledger.fee_rate(OTHER)), (77, 33));
    let index = NET.index(MechId(1));
    ledger.set_earliest_weight_commit(index, &hotkey(1), Some(5));
    assert_eq!(ledger.earliest_weight_commit(index, &hotkey(1)), Some(5));
    assert_eq!(ledger.earliest_weight_commit(NET.index(MechId(0)), &hotkey(1)), None);
    ledger.set_rule_set(RuleSet::Dtao);
    assert_eq!(ledger.rule_set(), RuleSet::Dtao);
    ledger.set_author(None);
    assert_eq!(ledger.author(), None);
    ledger.set_now_ms(9);
    assert_eq!((ledger.now_ms(), ledger.block_ms()), (9, 12_000));
    ledger.set_next_report(7);
    assert_eq!(ledger.next_report(), 7);
}

/// Something of a subnet in every kind of map.
fn fill(ledger: &mut Memory, netuid: NetUid) {
    let index = netuid.index(MechId(1));
    ledger.set_mechanism_count_current(netuid, MechId(2));
    ledger.set_weights(index, 3, vec![(1, 2)]);
    ledger.set_bonds(index, 3, vec![(1, 2)]);
    ledger.set_earliest_weight_commit(index, &hotkey(1), Some(5));
    ledger.set_fee_rate(netuid, 77);
    ledger.set_quote_weight(netuid, 1_000);
    ledger.set_swap_initialized(netuid, true);
    ledger.set_alpha_dividends_per_subnet(netuid, &hotkey(1), Alpha(4));
    ledger.set_root_alpha_dividends_per_subnet(netuid, &hotkey(1), Alpha(4));
    ledger.set_childkey_take(&hotkey(1), netuid, 9);
    ledger.set_child_keys(&hotkey(1), netuid, vec![(5, hotkey(2))]);
    ledger.set_auto_stake_destination(&coldkey(1), netuid, Some(hotkey(2)));
    ledger.set_min_allowed_uids(netuid, 3);
    ledger.set_root_claimable_threshold(netuid, I96F32::from_num(UNIT));
}

type Read = fn(&Memory, NetUid) -> bool;

#[test]
fn a_subnet_that_ends_takes_what_is_its_own_and_leaves_what_outlives_it() {
    let own: [(&str, Read); 14] = [
        ("weights", |l, n| !l.weights(n.index(MechId(1)), 3).is_empty()),
        ("bonds", |l, n| !l.bonds(n.index(MechId(1)), 3).is_empty()),
        ("commits", |l, n| {
            l.earliest_weight_commit(n.index(MechId(1)), &hotkey(1)).is_some()
        }),
        ("fee", |l, n| l.fee_rate(n) == 77),
        ("quote weight", |l, n| l.quote_weight(n) == 1_000),
        ("swap", |l, n| l.swap_initialized(n)),
        ("dividends", |l, n| {
            !l.alpha_dividends_per_subnet(n, &hotkey(1)).is_zero()
        }),
        ("childkey take", |l, n| l.childkey_take(&hotkey(1), n) == 9),
        ("children", |l, n| !l.child_keys(&hotkey(1), n).is_empty()),
        ("owner", |l, n| l.subnet_owner(n).is_some()),
        ("owner's hotkey", |l, n| l.subnet_owner_hotkey(n).is_some()),
        ("keys", |l, n| l.key(n, 0).is_some()),
        ("uids", |l, n| l.uids(n, &hotkey(2)).is_some()),
        ("tempo", |l, n| l.tempo(n) == 5),
    ];
    let outlives: [(&str, Read); 4] = [
        ("root dividends", |l, n| {
            !l.root_alpha_dividends_per_subnet(n, &hotkey(1)).is_zero()
        }),
        ("destination", |l, n| l.auto_stake_destination(&coldkey(1), n).is_some()),
        ("least uids", |l, n| l.min_allowed_uids(n) == 3),
        ("threshold", |l, n| {
            l.root_claimable_threshold(n) == I96F32::from_num(UNIT)
        }),
    ];
    assert_eq!(OUTLIVE_A_SUBNET.len(), 10);
    let mut ledger = lively();
    for netuid in [NET, OTHER] {
        fill(&mut ledger, netuid);
        for (name, read) in own.iter().chain(&outlives) {
            assert!(read(&ledger, netuid), "{name}");
        }
    }
    ledger.clear_network(NET);
    for (name, read) in own {
        assert!(!read(&ledger, NET), "{name} stays");
        assert!(read(&ledger, OTHER), "{name} of another subnet goes");
    }
    for (name, read) in outlives {
        assert!(read(&ledger, NET) && read(&ledger, OTHER), "{name} goes");
    }
}
