//! What the calls add to the rules: origins, signatures, holds, events.

use crate::mock::*;
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use pallet_pact::{Error, Event, HoldReason};
use sp_core::Pair;
use tributary_economy::{
    NetUid, PerMillion, Tao, UNIT,
    pact::{Arbiters, Parameters, Status, Terms},
};

const ONE: NetUid = NetUid(1);

fn signed(number: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(number))
}

fn terms() -> Terms {
    Terms {
        pledge: PerMillion(500_000),
        vesting_half_life: 20,
        bond: Tao(30 * UNIT),
        notice: 5,
        revenue_share: PerMillion(100_000),
        ..Terms::default()
    }
}

/// A subnet of account 1, hotkey 11, with a pact.
fn with_pact(test: impl FnOnce()) {
    world().execute_with(|| {
        assert_ok!(SubtensorModule::register_network(signed(1), account(11)));
        assert_ok!(SubtensorModule::start_call(signed(1), ONE));
        assert_ok!(Pact::sign(signed(1), ONE, terms(), Arbiters::default()));
        test();
        check();
    });
}

fn held(number: u8, reason: HoldReason) -> u64 {
    Balances::balance_on_hold(&reason.into(), &account(number))
}

#[test]
fn signing_holds_the_bond_and_leaving_returns_it() {
    with_pact(|| {
        assert_eq!(held(1, HoldReason::Bond), 30 * UNIT);
        assert_noop!(
            Pact::sign(signed(1), ONE, terms(), Arbiters::default()),
            Error::<Test>::PactInForce
        );
        assert_noop!(
            Pact::announce_exit(signed(2), ONE),
            pallet_subtensor::Error::<Test>::NotSubnetOwner
        );
        assert_ok!(Pact::announce_exit(signed(1), ONE));
        assert_noop!(Pact::exit(signed(2), ONE), Error::<Test>::NoticeRunning);
        for _ in 0..5 {
            next_block();
        }
        assert_ok!(Pact::exit(signed(2), ONE));
        assert_eq!(held(1, HoldReason::Bond), 0);
        let status = pallet_pact::Pacts::<Test>::get(ONE).unwrap().status;
        assert!(matches!(status, Status::Left { .. }));
    });
}

#[test]
fn a_payment_is_split_in_one_call() {
    with_pact(|| {
        let before = Balances::free_balance(account(3));
        assert_ok!(Pact::pay(signed(2), ONE, account(3), Tao(7 * UNIT + 3), [4; 32]));
        assert_eq!(Balances::free_balance(account(3)), before + 6_300_000_003);
        System::assert_has_event(
            Event::Paid {
                netuid: ONE,
                payer: account(2),
                payee: account(3),
                amount: Tao(7 * UNIT + 3),
                tribute: Tao(700_000_000),
                receipt: [4; 32],
            }
            .into(),
        );
    });
}

#[test]
fn a_voucher_needs_the_payers_signature_for_this_channel_and_amount() {
    with_pact(|| {
        let expiry = u64::from(System::block_number()) + 50;
        assert_ok!(Pact::open_channel(signed(2), ONE, account(3), Tao(UNIT), expiry));
        assert_ok!(Pact::open_channel(signed(2), ONE, account(3), Tao(UNIT), expiry));
        assert_eq!(held(2, HoldReason::Channel), 2 * UNIT);
        let amount = Tao(UNIT / 2);
        let good = voucher(2, 0, amount);
        for (id, amount, signature) in [
            (0, amount, voucher(3, 0, amount)),
            (1, amount, good),
            (0, Tao(UNIT), good),
            (0, amount, [0; 64]),
        ] {
            assert_noop!(
                Pact::settle(signed(3), id, amount, signature),
                Error::<Test>::BadSignature
            );
        }
        assert_noop!(Pact::settle(signed(4), 0, amount, good), Error::<Test>::NotParty);
        assert_ok!(Pact::settle(signed(3), 0, amount, good));
        assert_noop!(Pact::settle(signed(2), 0, amount, good), Error::<Test>::VoucherNotNewer);
        assert_eq!(held(2, HoldReason::Channel), UNIT + UNIT / 2);
        // As a browser wallet signs.
        let genesis: [u8; 32] = System::block_hash(0).0;
        let bytes = tributary_economy::pact::channel::voucher_bytes(&genesis, 1, amount);
        let wrapped = key(2).sign(&[b"<Bytes>", bytes.as_slice(), b"</Bytes>"].concat()).0;
        assert_ok!(Pact::close(signed(3), 1, Some((amount, wrapped))));
        assert_eq!(held(2, HoldReason::Channel), UNIT / 2);
        assert_ok!(Pact::close(signed(2), 0, None));
        assert_noop!(Pact::finalise_close(signed(5), 0), Error::<Test>::ChannelChallenged);
        for _ in 0..4 {
            next_block();
        }
        assert_ok!(Pact::finalise_close(signed(5), 0));
        assert_eq!(held(2, HoldReason::Channel), 0);
    });
}

#[test]
fn only_root_sets_parameters() {
    with_pact(|| {
        let parameters = Parameters {
            release_half_life: 9,
            ..Parameters::default()
        };
        assert_noop!(
            Pact::set_parameters(signed(1), parameters),
            sp_runtime::DispatchError::BadOrigin
        );
        let wrong = Parameters {
            release_half_life: 0,
            ..parameters
        };
        assert_noop!(
            Pact::set_parameters(RuntimeOrigin::root(), wrong),
            Error::<Test>::InvalidTerms
        );
        assert_ok!(Pact::set_parameters(RuntimeOrigin::root(), parameters));
        assert_eq!(pallet_pact::ParametersOf::<Test>::get(), parameters);
    });
}

#[test]
fn nothing_is_stored_where_nothing_was_promised() {
    world().execute_with(|| {
        assert_ok!(SubtensorModule::register_network(signed(1), account(11)));
        assert_ok!(SubtensorModule::start_call(signed(1), ONE));
        assert_ok!(Pact::propose(signed(4), ONE, terms(), Arbiters::default()));
        for _ in 0..40 {
            next_block();
        }
        assert_ok!(SubtensorModule::root_dissolve_network(RuntimeOrigin::root(), ONE));
        let prefix = sp_io::hashing::twox_128(b"Pact");
        let mut at = prefix.to_vec();
        let mut found = Vec::new();
        while let Some(next) = sp_io::storage::next_key(&at).filter(|next| next.starts_with(&prefix)) {
            at = next.to_vec();
            found.push(at.clone());
        }
        // The parameters of the mock are not the defaults; beside them there is the version of the pallet.
        let known = [
            sp_io::hashing::twox_128(b"ParametersOf"),
            sp_io::hashing::twox_128(b":__STORAGE_VERSION__:"),
        ];
        assert!(
            found
                .iter()
                .all(|key| known.iter().any(|item| key[16..].starts_with(item))),
            "{found:?}"
        );
        check();
    });
}
