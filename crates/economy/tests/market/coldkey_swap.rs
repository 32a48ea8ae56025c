//! A coldkey swap: all that one account has is another's, and nothing is lost on the way.

use tributary_economy::{
    Error, Ledger, Tao,
    market::{coldkey_swap, hotkeys, pact, root, staking},
    pact::{Arbiters, Books, Hold},
};

use crate::{
    pacts::{NET, advance, all_terms, bound, check_all, pact_act},
    world::*,
};

const NEW: Account = 77;

#[test]
fn all_that_an_account_has_moves_and_back_again_nothing_has_changed() {
    let mut ledger = lively();
    advance(&mut ledger, 40);
    // Stakes on root and on subnets, with claims on root dividends.
    let old = coldkey(2);
    let before = ledger.clone();
    let stakes: Vec<_> = ledger
        .networks()
        .into_iter()
        .flat_map(|netuid| {
            ledger
                .staking_hotkeys(&old)
                .into_iter()
                .map(move |hotkey| (netuid, hotkey))
        })
        .map(|(netuid, hotkey)| {
            let stake = staking::stake_of(&ledger, &hotkey, &old, netuid);
            let owed = root::owed(&ledger, &hotkey, &old, netuid);
            (netuid, hotkey, stake, owed)
        })
        .collect();
    assert!(
        stakes
            .iter()
            .any(|(netuid, _, stake, _)| netuid.is_root() && stake.0 > 0)
    );
    assert!(
        stakes.iter().any(|(.., owed)| owed.0 > 0),
        "somebody is owed root dividends"
    );
    let rich = ledger.balance(&old);
    act(&mut ledger, |l| coldkey_swap::swap_coldkey(l, &old, &NEW)).unwrap();
    check(&ledger);
    for (netuid, hotkey, stake, owed) in stakes {
        assert_eq!(staking::stake_of(&ledger, &hotkey, &NEW, netuid), stake);
        assert_eq!(root::owed(&ledger, &hotkey, &NEW, netuid), owed, "claims move too");
        assert_eq!(staking::stake_of(&ledger, &hotkey, &old, netuid).0, 0);
    }
    assert_eq!((ledger.balance(&old), ledger.balance(&NEW)), (Tao(0), rich));
    for hotkey in ledger.owned_hotkeys(&NEW) {
        assert_eq!(ledger.owner(&hotkey), Some(NEW));
    }
    // The market goes on; then everything comes back.
    let mut later = ledger.clone();
    advance(&mut later, 20);
    check(&later);
    act(&mut ledger, |l| coldkey_swap::swap_coldkey(l, &NEW, &old)).unwrap();
    assert_eq!(ledger.num_staking_coldkeys(), before.num_staking_coldkeys());
    assert_eq!(ledger.staking_hotkeys(&old), before.staking_hotkeys(&old));
    assert_eq!(ledger.owned_hotkeys(&old), before.owned_hotkeys(&old));
    assert_eq!(check(&ledger), check(&before));
}

#[test]
fn only_a_fresh_account_takes_another_ones_place() {
    let mut ledger = lively();
    let pool = ledger.subnet_account(NET);
    for (new, error) in [
        (coldkey(1), Error::ColdKeyAlreadyAssociated),
        (coldkey(0), Error::ColdKeyAlreadyAssociated),
        (hotkey(0), Error::NewColdKeyIsHotkey),
        (pool, Error::CannotUseSystemAccount),
    ] {
        let before = ledger.clone();
        assert_eq!(
            act(&mut ledger, |l| coldkey_swap::swap_coldkey(l, &coldkey(0), &new)),
            Err(error)
        );
        assert!(before == ledger);
    }

    // Neither has what the other has; nor may anybody take its own place.
    let (staker, owner) = (61, 62);
    ledger.set_staking_hotkeys(&staker, vec![hotkey(2)]);
    ledger.set_owned_hotkeys(&owner, vec![hotkey(2)]);
    for (old, new) in [(coldkey(0), staker), (coldkey(0), owner), (63, 63)] {
        assert_eq!(
            act(&mut ledger, |l| coldkey_swap::swap_coldkey(l, &old, &new)),
            Err(Error::ColdKeyAlreadyAssociated)
        );
    }

    let poor = 78;
    ledger.fund(&poor, Tao(1_000)).unwrap();
    let price = coldkey_swap::COLDKEY_SWAP_COST;
    let unpaid = act(&mut ledger, |l| coldkey_swap::pay_for_coldkey_swap(l, &poor, price));
    assert_eq!(unpaid, Err(Error::NotEnoughBalanceToPaySwapColdKey));
    let issued = ledger.total_issuance();
    act(&mut ledger, |l| {
        coldkey_swap::pay_for_coldkey_swap(l, &coldkey(0), price)
    })
    .unwrap();
    assert_eq!(ledger.total_issuance().0 + price.0, issued.0, "the price is recycled");
}

#[test]
fn a_pact_moves_with_its_owner_and_nobody_s_rights_are_lost() {
    let mut ledger = bound(all_terms());
    let owner = coldkey(0);
    advance(&mut ledger, 15);
    let holder = coldkey(2);
    // A report with a vote, and an objection to looser terms, of others whose keys will move.
    let id = pact_act(&mut ledger, |l| pact::report(l, &holder, NET, [7; 32])).unwrap();
    pact_act(&mut ledger, |l| pact::vote(l, &holder, NET, id, &hotkey(2), true)).unwrap();
    let looser = tributary_economy::pact::Terms {
        bond: tao(10),
        ..all_terms()
    };
    pact_act(&mut ledger, |l| {
        pact::loosen(l, &owner, NET, looser, Arbiters::default())
    })
    .unwrap();
    pact_act(&mut ledger, |l| pact::object(l, &holder, NET, &hotkey(2))).unwrap();
    let channel = pact_act(&mut ledger, |l| {
        pact::open_channel(l, &owner, NET, &holder, tao(3), 10_000)
    })
    .unwrap();
    let before = ledger.pact(NET).unwrap();
    assert!(before.vesting.iter().any(|vesting| vesting.alpha.0 > 0));

    act(&mut ledger, |l| coldkey_swap::swap_coldkey(l, &owner, &NEW)).unwrap();
    check_all(&ledger);
    let after = ledger.pact(NET).unwrap();
    assert_eq!((after.signer, after.bond), (NEW, before.bond));
    assert_eq!(
        (ledger.held(Hold::Bond, &owner), ledger.held(Hold::Bond, &NEW)),
        (Tao(0), before.bond)
    );
    assert!(after.vesting.iter().all(|vesting| vesting.coldkey == NEW));
    assert_eq!((after.successor, after.status), (None, before.status));
    assert_eq!(ledger.subnet_owner(NET), Some(NEW));
    // Vouchers are signed by the old key: the channel stays where they are good.
    let open = ledger.channel(channel).unwrap();
    assert_eq!((open.payer, ledger.held(Hold::Channel, &owner)), (owner, tao(3)));
    pact_act(&mut ledger, |l| pact::settle(l, &holder, channel, tao(1))).unwrap();

    // The reporter's key moves in the middle of its report: one stake, one vote, and the deposit comes back to it.
    let spare = 78;
    act(&mut ledger, |l| coldkey_swap::swap_coldkey(l, &holder, &spare)).unwrap();
    check_all(&ledger);
    let report = ledger.reports(NET).remove(0);
    assert_eq!(
        (report.reporter, report.ballots.len(), report.ballots[0].coldkey),
        (spare, 1, spare)
    );
    assert_eq!(ledger.held(Hold::Report, &spare), report.deposit);
    assert_eq!(ledger.objections(NET)[0].coldkey, spare);
    pact_act(&mut ledger, |l| pact::vote(l, &spare, NET, id, &hotkey(2), false)).unwrap();
    assert_eq!(
        ledger.reports(NET)[0].ballots.len(),
        1,
        "it may change its vote, not cast another"
    );
    advance(&mut ledger, 20);
    pact_act(&mut ledger, |l| pact::resolve(l, NET, id)).unwrap();
    check_all(&ledger);
    assert_eq!(ledger.held(Hold::Report, &spare), Tao(0));

    // The new key is paid what vests, and may leave by the rules.
    let hotkey = ledger.subnet_owner_hotkey(NET).unwrap();
    assert!(staking::stake_of(&ledger, &hotkey, &NEW, NET).0 > 0);
    pact_act(&mut ledger, |l| pact::announce_exit(l, &NEW, NET)).unwrap();
    assert!(
        hotkeys::associate_hotkey(&mut ledger, &owner, &hotkey).is_ok(),
        "it is no longer its to give"
    );
    assert_eq!(ledger.owner(&hotkey), Some(NEW));
}
