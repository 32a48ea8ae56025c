//! Children and parents, of which strangers can make no block read without end.

use frame_support::{assert_noop, assert_ok};
use sp_runtime::AccountId32;
use tributary_economy::{
    NetUid, Tao, UNIT,
    delegation::{MAX_CHANGES_PER_EPOCH, MAX_CHANGES_SEEN, MAX_PARENTS},
};

use super::mock::*;
use crate::*;

type Calls = Pallet<Test>;

const ONE: NetUid = NetUid(1);

fn signed(number: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(number))
}

fn stranger(number: u16) -> AccountId32 {
    let mut bytes = [200; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    AccountId32::new(bytes)
}

/// A subnet of coldkey 1 with the validator 102, of coldkey 2, who has a stake.
fn start() {
    assert_ok!(Calls::register_network(signed(1), account(101)));
    assert_ok!(Calls::start_call(signed(1), ONE));
    assert_ok!(Calls::burned_register(signed(2), ONE, account(102)));
    assert_ok!(Calls::add_stake(signed(2), account(102), ONE, Tao(500 * UNIT)));
    assert_ok!(Calls::set_pending_childkey_cooldown(RuntimeOrigin::root(), 2));
}

#[test]
fn the_parents_of_a_hotkey_are_bounded_and_strangers_keep_nobody_out() {
    run(fast(), || {
        start();
        let child = account(103);
        let strangers: Vec<_> = (0..MAX_PARENTS as u16).map(stranger).collect();
        for stranger in &strangers {
            ChildKeys::<Test>::insert(stranger, ONE, vec![(7, account(104)), (u64::MAX - 7, child.clone())]);
        }
        let parents: Vec<_> = strangers.iter().map(|who| (u64::MAX - 7, who.clone())).collect();
        ParentKeys::<Test>::insert(&child, ONE, parents);
        let lend = |share| Calls::set_children(signed(2), account(102), ONE, vec![(share, child.clone())]);
        // Who lends no more than any of them finds no room.
        assert_noop!(lend(0), Error::<Test>::TooManyParents);
        assert_ok!(lend(u64::MAX / 2));
        next_blocks(20);
        let parents = ParentKeys::<Test>::get(&child, ONE);
        assert_eq!(parents.len(), MAX_PARENTS);
        assert!(parents.contains(&(u64::MAX / 2, account(102))));
        // One that lent nothing has lost this child, and this one alone.
        assert!(!parents.iter().any(|(_, parent)| *parent == strangers[0]));
        assert_eq!(ChildKeys::<Test>::get(&strangers[0], ONE), vec![(7, account(104))]);
        assert_eq!(ChildKeys::<Test>::get(&strangers[1], ONE).len(), 2);
    });
}

#[test]
fn an_epoch_applies_a_bounded_number_of_changes_the_oldest_first() {
    run(fast(), || {
        start();
        let many = MAX_CHANGES_PER_EPOCH as u16 + 5;
        for number in 0..many {
            // The last one is the oldest.
            let cooldown = u64::from(many - number - 1) / 40;
            let change = (vec![(1, account(103))], cooldown);
            PendingChildKeys::<Test>::insert(ONE, stranger(number), change);
        }
        let waiting = || PendingChildKeys::<Test>::iter_prefix(ONE).count();
        for _ in 0..12 {
            if waiting() < usize::from(many) {
                break;
            }
            next_blocks(1);
        }
        assert_eq!(waiting(), 5);
        assert!(!PendingChildKeys::<Test>::contains_key(ONE, stranger(many - 1)));
        next_blocks(12);
        assert_eq!(waiting(), 0);
        assert_eq!(ParentKeys::<Test>::get(account(103), ONE).len(), usize::from(many));
    });
}

#[test]
fn an_epoch_looks_at_a_bounded_number_of_changes_and_the_next_goes_on() {
    run(fast(), || {
        start();
        for number in 0..(2 * MAX_CHANGES_SEEN) as u16 {
            PendingChildKeys::<Test>::insert(ONE, stranger(number), (vec![(1, account(104))], u64::MAX));
        }
        let keys: Vec<_> = PendingChildKeys::<Test>::iter_key_prefix(ONE).collect();
        let oldest = keys[MAX_CHANGES_SEEN].clone();
        PendingChildKeys::<Test>::insert(ONE, &oldest, (vec![(1, account(103))], 0));
        let epoch = || {
            let before = SubnetEpochIndex::<Test>::get(ONE);
            while SubnetEpochIndex::<Test>::get(ONE) == before {
                next_blocks(1);
            }
        };
        epoch();
        assert!(
            PendingChildKeys::<Test>::contains_key(ONE, &oldest),
            "it was not looked at"
        );
        assert_eq!(
            PendingChildKeysCursor::<Test>::get(ONE).as_ref(),
            Some(&keys[MAX_CHANGES_SEEN - 1])
        );
        epoch();
        assert!(!PendingChildKeys::<Test>::contains_key(ONE, &oldest));
        assert_eq!(
            PendingChildKeysCursor::<Test>::get(ONE),
            None,
            "the next begins in front"
        );
        assert_eq!(ParentKeys::<Test>::get(account(103), ONE), vec![(1, oldest)]);
    });
}

#[test]
fn a_part_of_a_long_list_is_the_list_s() {
    run(fast(), || {
        use tributary_economy::Ledger as _;
        let chain = Chain::<Test>::default();
        for len in [0, 1, 63, 64, 300, 16_384u16] {
            let all: Vec<_> = (0..len).map(stranger).collect();
            StakingHotkeys::<Test>::insert(account(9), &all);
            for (from, most) in [(0, 0), (0, 5), (1, 62), (62, 5), (250, 1_000), (16_383, 7), (70_000, 3)] {
                let part: Vec<_> = all.iter().skip(from).take(most).cloned().collect();
                let (from, len) = (from as u64, u64::from(len));
                assert_eq!(
                    chain.staking_hotkeys_from(&account(9), from, most),
                    (part, len),
                    "{len} {from} {most}"
                );
            }
        }
    });
}

#[test]
fn a_list_of_crowded_children_costs_what_reading_their_parents_costs() {
    run(fast(), || {
        let parents: Vec<_> = (0..MAX_PARENTS as u16).map(|number| (1, stranger(number))).collect();
        let children = vec![(1, account(103)), (1, account(104))];
        let weight = || {
            let call = Call::<Test>::set_children {
                hotkey: account(102),
                netuid: ONE,
                children: children.clone(),
            };
            frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&call).call_weight
        };
        let before = weight();
        ParentKeys::<Test>::insert(account(103), ONE, parents);
        assert_eq!(weight(), weights::children::<Test>(1));
        assert!(weight().all_gt(before));
    });
}
