//! The audits notice every sum that does not hold, and nothing else (`docs/rules/issuance.md#the-two-totals`).

use tributary_economy::{
    Alpha, Error, Existence, Ledger, MAX_SUPPLY, NetUid, Tao, UNIT,
    fixed::I96F32,
    market::{
        audit::{BrokenSum, SubnetSums, audit},
        block, root, staking,
        totals::{Minted, Totals, check, check_rule, count_set_balances},
    },
    safe_float::SafeFloat,
};

use crate::{pacts::NET, world::*};

/// A market in which something is in every one of the sums.
fn busy() -> Memory {
    let mut ledger = crate::pacts::bound(crate::pacts::all_terms());
    ledger.set_num_root_claim(0);
    crate::pacts::advance(&mut ledger, 33);
    // Alpha that root stakers may claim, and some that nobody owns.
    ledger.set_subnet_alpha_out(NET, ledger.subnet_alpha_out(NET).plus(Alpha(UNIT)).unwrap());
    ledger.set_root_claimable(&hotkey(2), [(NET, I96F32::from_num(0.0625))].into());
    ledger
}

fn sums(ledger: &Memory) -> SubnetSums {
    let sums = audit(ledger).unwrap();
    *sums.subnets.iter().find(|sums| sums.netuid == NET).unwrap()
}

/// Leaves so much on the account of a subnet.
fn leave_on_account(ledger: &mut Memory, netuid: NetUid, rest: Tao) {
    let account = ledger.subnet_account(netuid);
    let more = ledger.balance(&account).minus(rest).unwrap();
    ledger.transfer(&account, &AUTHOR, more, Existence::Preserve).unwrap();
}

#[test]
fn an_audit_adds_up_what_the_books_say() {
    let ledger = busy();
    let all = audit(&ledger).unwrap();
    assert_eq!(
        (all.issued, all.held),
        (ledger.total_issuance(), ledger.balances_issuance())
    );
    assert_eq!(all.root_stake, ledger.subnet_tao(NetUid::ROOT));
    assert!(all.root_stake >= tao(10));
    assert_eq!(all.subnets.len(), 2);
    let sums = sums(&ledger);
    assert_eq!(sums.pooled, ledger.subnet_tao(NET));
    let on_account = ledger.balance(&ledger.subnet_account(NET));
    assert_eq!(sums.stray, on_account.minus_or_zero(sums.pooled));
    assert!(sums.stray > Tao::ZERO, "the fees of registrations");
    assert_eq!(
        (sums.alpha_in, sums.alpha_out),
        (ledger.subnet_alpha_in(NET), ledger.subnet_alpha_out(NET))
    );
    let staked: u64 = (0..HOTKEYS).map(|i| ledger.total_hotkey_alpha(&hotkey(i), NET).0).sum();
    assert_eq!(sums.staked, Alpha(staked));
    let pending = ledger.pending_server_emission(NET).0
        + ledger.pending_validator_emission(NET).0
        + ledger.pending_root_alpha_divs(NET).0
        + ledger.pending_owner_cut(NET).0;
    assert_eq!(sums.pending, Alpha(pending));
    assert!(pending > 0);
    assert_eq!(sums.protocol, ledger.subnet_protocol_alpha(NET));
    let claimable: u64 = (0..HOTKEYS)
        .flat_map(|h| (0..COLDKEYS).map(move |c| (hotkey(h), coldkey(c))))
        .map(|(hotkey, coldkey)| root::owed(&ledger, &hotkey, &coldkey, NET).0)
        .sum();
    assert_eq!(sums.claimable, Alpha(claimable));
    assert!(claimable > 0);
    use tributary_economy::pact::Books as _;
    let pact = ledger.pact(NET).unwrap();
    let unvested: u64 = pact.vesting.iter().map(|vesting| vesting.alpha.0).sum();
    assert_eq!(
        sums.kept,
        Alpha(unvested + pact.reservoir.holders.0 + pact.reservoir.root.0)
    );
    assert!(unvested > 0 && pact.reservoir.holders.0 > 0);
    assert_eq!(
        sums.alpha_out.0,
        sums.staked.0 + sums.pending.0 + sums.protocol.0 + sums.claimable.0 + sums.kept.0 + sums.unowned.0
    );
}

#[test]
fn accounts_hold_at_most_what_was_issued() {
    let ledger = lively();
    let held = ledger.balances_issuance();
    let issued = |amount: u64| {
        let mut ledger = ledger.clone();
        ledger.set_total_issuance(Tao(amount));
        audit(&ledger).map(|sums| (sums.issued, sums.held))
    };
    assert_eq!(issued(held.0), Ok((held, held)));
    assert_eq!(issued(held.0 + 1), Ok((Tao(held.0 + 1), held)));
    let issued_less = Tao(held.0 - 1);
    assert_eq!(
        issued(held.0 - 1),
        Err(BrokenSum::Issuance {
            issued: issued_less,
            held
        })
    );
}

#[test]
fn the_account_of_root_holds_the_root_stake() {
    let mut ledger = lively();
    let staked = ledger.subnet_tao(NetUid::ROOT);
    ledger.fund(&ledger.subnet_account(NetUid::ROOT), tao(1)).unwrap();
    leave_on_account(&mut ledger, NetUid::ROOT, staked);
    assert_eq!(audit(&ledger).map(|sums| sums.root_stake), Ok(staked));
    leave_on_account(&mut ledger, NetUid::ROOT, Tao(staked.0 - 1));
    let broken = BrokenSum::Collateral {
        netuid: NetUid::ROOT,
        held: Tao(staked.0 - 1),
        needed: staked,
    };
    assert_eq!(audit(&ledger), Err(broken));
}

#[test]
fn tao_alpha_and_stakes_of_root_are_one_and_the_same() {
    let ledger = lively();
    let root = NetUid::ROOT;
    let one = ledger.subnet_tao(root).0;
    let broken = |change: &dyn Fn(&mut Memory), tao, alpha, staked| {
        let mut ledger = ledger.clone();
        // Enough on the account, whatever the books say.
        ledger.fund(&ledger.subnet_account(root), Tao(UNIT)).unwrap();
        change(&mut ledger);
        let sums = BrokenSum::Root {
            tao: Tao(tao),
            alpha: Alpha(alpha),
            staked: Alpha(staked),
        };
        assert_eq!(audit(&ledger), Err(sums));
    };
    for other in [one - 1, one + 1] {
        broken(&|l| l.set_subnet_tao(root, Tao(other)), other, one, one);
        broken(&|l| l.set_subnet_alpha_out(root, Alpha(other)), one, other, one);
        let both = |l: &mut Memory| {
            l.set_subnet_tao(root, Tao(other));
            l.set_subnet_alpha_out(root, Alpha(other));
        };
        broken(&both, other, other, one);
    }
    let key = hotkey(2);
    let more = ledger.total_hotkey_alpha(&key, root).0 + 1;
    broken(
        &|l| l.set_total_hotkey_alpha(&key, root, Alpha(more)),
        one,
        one,
        one + 1,
    );
}

#[test]
fn the_account_of_a_subnet_holds_its_pool_but_for_what_is_known_to_be_missing() {
    // 500 rao that the founder kept; the 10 TAO of the genesis subnet, whose mark is a lock of 1 rao.
    for (lock, missing) in [(0, 500), (1, 10 * UNIT), (2, 500), (100 * UNIT, 500)] {
        let mut ledger = lively();
        ledger.set_subnet_locked(NET, Tao(lock));
        let pooled = ledger.subnet_tao(NET).0;
        let needed = pooled - missing;
        leave_on_account(&mut ledger, NET, Tao(needed));
        assert_eq!(sums(&ledger).stray, Tao::ZERO);
        leave_on_account(&mut ledger, NET, Tao(needed - 1));
        let broken = BrokenSum::Collateral {
            netuid: NET,
            held: Tao(needed - 1),
            needed: Tao(needed),
        };
        assert_eq!(audit(&ledger), Err(broken), "locked {lock}");
    }
}

#[test]
fn nobody_owns_alpha_that_is_not_outside_the_pool() {
    let ledger = busy();
    let before = sums(&ledger);
    assert!(before.unowned > Alpha::ZERO);
    type Change = fn(&mut Memory, u64);
    // Every place where alpha can be owned.
    let places: [(&str, Change); 8] = [
        ("server", |l, more| {
            l.set_pending_server_emission(NET, Alpha(l.pending_server_emission(NET).0 + more))
        }),
        ("validator", |l, more| {
            l.set_pending_validator_emission(NET, Alpha(l.pending_validator_emission(NET).0 + more))
        }),
        ("root", |l, more| {
            l.set_pending_root_alpha_divs(NET, Alpha(l.pending_root_alpha_divs(NET).0 + more))
        }),
        ("owner", |l, more| {
            l.set_pending_owner_cut(NET, Alpha(l.pending_owner_cut(NET).0 + more))
        }),
        ("protocol", |l, more| {
            l.set_subnet_protocol_alpha(NET, Alpha(l.subnet_protocol_alpha(NET).0 + more))
        }),
        ("stakes", |l, more| {
            l.set_total_hotkey_alpha(&hotkey(2), NET, Alpha(l.total_hotkey_alpha(&hotkey(2), NET).0 + more))
        }),
        ("unvested", |l, more| {
            use tributary_economy::pact::Books as _;
            let mut pact = l.pact(NET).unwrap();
            pact.vesting[0].alpha.0 += more;
            l.set_pact(NET, Some(pact));
        }),
        ("waiting", |l, more| {
            use tributary_economy::pact::Books as _;
            let mut pact = l.pact(NET).unwrap();
            pact.reservoir.root.0 += more;
            l.set_pact(NET, Some(pact));
        }),
    ];
    for (name, change) in places {
        let mut full = ledger.clone();
        change(&mut full, before.unowned.0);
        assert_eq!(sums(&full).unowned, Alpha::ZERO, "{name}");
        change(&mut full, 1);
        let broken = BrokenSum::AlphaOut {
            netuid: NET,
            outside: before.alpha_out,
            owned: Alpha(before.alpha_out.0 + 1),
        };
        assert_eq!(audit(&full), Err(broken), "{name}");
    }
}

#[test]
fn what_root_stakers_may_claim_is_owned_by_them() {
    let mut ledger = lively();
    ledger.set_num_root_claim(0);
    let before = sums(&ledger);
    // A rate that gives as much as nobody owns, and then more, to the only root staker of a hotkey.
    let (key, staker) = (hotkey(2), coldkey(2));
    let staked = ledger.total_hotkey_alpha(&key, NetUid::ROOT).0;
    let claims = |ledger: &mut Memory, times: u64| {
        ledger.set_root_claimable(&key, [(NET, I96F32::from_num(times))].into());
        staked * times
    };
    let gross = claims(&mut ledger, 2);
    ledger.set_root_claimed(NET, &key, &staker, u128::from(gross - 7));
    ledger.set_subnet_alpha_out(NET, Alpha(before.alpha_out.0 + 7));
    assert_eq!(sums(&ledger).claimable, Alpha(before.claimable.0 + 7));
    ledger.set_root_claimed(NET, &key, &staker, 0);
    ledger.set_subnet_alpha_out(NET, Alpha(before.alpha_out.0 - before.unowned.0 + gross));
    assert_eq!(sums(&ledger).unowned, Alpha::ZERO);
    ledger.set_subnet_alpha_out(NET, Alpha(before.alpha_out.0 - before.unowned.0 + gross - 1));
    assert!(matches!(audit(&ledger), Err(BrokenSum::AlphaOut { .. })));
}

#[test]
fn the_stakers_of_a_hotkey_own_no_more_than_it_has() {
    let mut ledger = lively();
    let (key, staker) = (hotkey(2), coldkey(2));
    act(&mut ledger, |l| staking::add_stake(l, &coldkey(4), &key, NET, tao(100))).unwrap();
    let has = ledger.total_hotkey_alpha(&key, NET);
    let share = ledger.stake_share(&key, &staker, NET);
    assert!(audit(&ledger).is_ok());
    // The pool has fewer shares than its stakers, each of whom owns all of it.
    let less = SafeFloat::new(share.mantissa() / 1_000, share.exponent()).unwrap();
    ledger.set_total_hotkey_shares(&key, NET, less);
    match audit(&ledger) {
        Err(BrokenSum::Shares {
            netuid,
            stakers,
            hotkey,
        }) => {
            assert_eq!((netuid, hotkey), (NET, has));
            assert_eq!(stakers, Alpha(2 * has.0));
        }
        other => panic!("{other:?}"),
    }
}

/// Counters that stand apart by what both have moved.
fn moved(issued: i64, held: i64) -> (Totals, Totals) {
    let before = Totals {
        issued: Tao(1_000),
        held: Tao(900),
    };
    let after = Totals {
        issued: Tao(before.issued.0.strict_add_signed(issued)),
        held: Tao(before.held.0.strict_add_signed(held)),
    };
    (before, after)
}

#[test]
fn a_rule_moves_both_counters_alike() {
    for (issued, held, fits) in [
        (0, 0, true),
        (5, 5, true),
        (-5, -5, true),
        (0, 1, false),
        (0, -1, false),
        (1, 0, false),
        (-1, 0, false),
        (5, -5, false),
        (5, 6, false),
    ] {
        let (before, after) = moved(issued, held);
        let expected = if fits { Ok(()) } else { Err(Error::BrokenSum) };
        assert_eq!(check_rule(before, after), expected, "{issued} {held}");
    }
}

#[test]
fn a_block_makes_what_it_deposited_at_most_and_deposits_what_it_may_at_most() {
    for (grown, deposited, allowed, fits) in [
        (10, 10, 10, true),
        // Dust that was destroyed.
        (9, 10, 10, true),
        (-3, 0, 10, true),
        (11, 10, 12, false),
        (10, 10, 9, false),
        (1, 0, 10, false),
        (0, 11, 10, false),
    ] {
        let (before, after) = moved(grown, grown);
        let minted = Minted {
            allowed: Tao(allowed),
            deposited: Tao(deposited),
        };
        let expected = if fits { Ok(()) } else { Err(Error::BrokenSum) };
        assert_eq!(check(before, after, minted), expected, "{grown} {deposited} {allowed}");
    }
    let minted = Minted {
        allowed: Tao(10),
        deposited: Tao(10),
    };
    let (before, after) = moved(10, 9);
    assert_eq!(check(before, after, minted), Err(Error::BrokenSum));
}

#[test]
fn what_others_burned_leaves_the_issuance_when_the_block_ends() {
    let mut ledger = lively();
    let before = Totals::read(&ledger);
    assert_eq!(block::on_finalize(&mut ledger, before), Ok(Tao::ZERO));
    assert_eq!(ledger.total_issuance(), before.issued);
    ledger.withdraw(&coldkey(0), Tao(7), Existence::Preserve).unwrap();
    assert_eq!(block::on_finalize(&mut ledger, before), Ok(Tao(7)));
    assert_eq!(ledger.total_issuance(), Tao(before.issued.0 - 7));
    check_rule(before, Totals::read(&ledger)).unwrap();
    // What came from nowhere is refused, even one rao of it.
    let before = Totals::read(&ledger);
    ledger.deposit(&coldkey(0), Tao(1)).unwrap();
    assert_eq!(block::on_finalize(&mut ledger, before), Err(Error::BrokenSum));
    assert_eq!(ledger.total_issuance(), before.issued);
}

#[test]
fn balances_that_were_set_by_hand_are_counted_up_to_the_supply() {
    let mut ledger = lively();
    let before = Totals::read(&ledger);
    count_set_balances(&mut ledger, before).unwrap();
    assert_eq!(ledger.total_issuance(), before.issued);
    ledger.withdraw(&coldkey(0), Tao(9), Existence::Preserve).unwrap();
    count_set_balances(&mut ledger, before).unwrap();
    assert_eq!(ledger.total_issuance(), Tao(before.issued.0 - 9));

    let before = Totals::read(&ledger);
    let room = MAX_SUPPLY - before.issued.0;
    let mut one_more = ledger.clone();
    ledger.deposit(&coldkey(0), Tao(room)).unwrap();
    count_set_balances(&mut ledger, before).unwrap();
    assert_eq!(ledger.total_issuance(), Tao(MAX_SUPPLY));
    one_more.deposit(&coldkey(0), Tao(room + 1)).unwrap();
    assert_eq!(count_set_balances(&mut one_more, before), Err(Error::Overflow));
    assert_eq!(one_more.total_issuance(), before.issued);
}
