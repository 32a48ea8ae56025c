use super::*;
use tributary_neuron::Identity;

const GENESIS: [u8; 32] = [3; 32];
const PRICE: Price = Price {
    prompt_rao_per_1k: 1_000,
    completion_rao_per_1k: 3_000,
};

fn payer() -> Identity {
    Identity::from_seed(&[1; 32])
}

fn channel(deposit: u64) -> Channel {
    Channel {
        netuid: 4,
        payer: payer().hotkey(),
        payee: Identity::from_seed(&[2; 32]).hotkey(),
        deposit,
        settled: 0,
        expiry: 1_000,
        closing: None,
    }
}

fn meter(credit: u64) -> Meter {
    let mut meter = Meter::new(GENESIS, PRICE, credit);
    meter.sync(1, channel(1_000));
    meter
}

#[test]
fn costs_are_rounded_up_once_a_request() {
    let price = Price {
        prompt_rao_per_1k: 1,
        completion_rao_per_1k: 2,
    };
    assert_eq!(price.cost(Usage::new(0, 0)), Ok(0));
    assert_eq!(price.cost(Usage::new(1, 0)), Ok(1));
    assert_eq!(price.cost(Usage::new(1000, 1000)), Ok(3));
    assert_eq!(price.cost(Usage::new(1001, 1000)), Ok(4));
    let dear = Price {
        completion_rao_per_1k: u64::MAX,
        ..price
    };
    let usage = Usage::new(0, 2_000);
    assert_eq!(dear.cost(usage), Err(NoAmount(usage)));
}

#[test]
fn nothing_is_let_in_beyond_vouchers_and_credit() {
    let mut meter = meter(100);
    // 10 read and 30 made: 100 rao at most.
    let first = meter.reserve(1, Usage::new(10, 30)).unwrap();
    assert!(matches!(
        meter.reserve(1, Usage::new(1, 0)),
        Err(Uncovered::Voucher(missing)) if missing.sign() == 1
    ));
    meter.charge(first, Some(Usage::new(10, 5)));
    assert_eq!(meter.tab(1).unwrap().charged, 25);
    let second = meter.reserve(1, Usage::new(0, 25)).unwrap();
    meter.charge(second, None);
    assert_eq!(meter.tab(1).unwrap().charged, 25, "what failed is not charged");
    meter.take(Voucher::sign(&payer(), &GENESIS, 1, 925)).unwrap();
    assert!(matches!(
        meter.reserve(1, Usage::new(976, 0)),
        Err(Uncovered::Deposit(missing)) if missing.needed == 1_001
    ));
    let third = meter.reserve(1, Usage::new(975, 0)).unwrap();
    meter.charge(third, Some(Usage::new(5_000, 5_000)));
    assert_eq!(meter.tab(1).unwrap().charged, 1_000, "never more than reserved");
    assert!(matches!(meter.reserve(2, Usage::new(1, 0)), Err(Uncovered::Unknown(2))));
}

#[test]
fn credit_is_for_the_payer_not_for_each_channel() {
    let mut meter = meter(100);
    meter.sync(2, channel(1_000));
    let first = meter.reserve(1, Usage::new(80, 0)).unwrap();
    meter.charge(first, Some(Usage::new(80, 0)));
    assert!(meter.reserve(2, Usage::new(21, 0)).is_err());
    assert!(meter.reserve(2, Usage::new(20, 0)).is_ok());
}

#[test]
fn a_refusal_states_what_is_covered_needed_and_to_be_signed() {
    let mut meter = meter(30);
    meter.sync(2, channel(1_000));
    // 20 of the credit are used on another channel.
    let other = meter.reserve(2, Usage::new(20, 0)).unwrap();
    meter.charge(other, Some(Usage::new(20, 0)));
    meter.take(Voucher::sign(&payer(), &GENESIS, 1, 100)).unwrap();
    let first = meter.reserve(1, Usage::new(60, 0)).unwrap();
    meter.charge(first, Some(Usage::new(60, 0)));
    let refused = meter.reserve(1, Usage::new(75, 0)).unwrap_err();
    let Uncovered::Voucher(missing) = refused else {
        panic!("{refused}")
    };
    let figures = (
        missing.used,
        missing.cost,
        missing.covered,
        missing.credit,
        missing.sign(),
    );
    // 60 + 75 - 10 of the credit that is left.
    assert_eq!(figures, (60, 75, 100, 10, 125));
    let text = refused.to_string();
    for part in [
        "channel 1 has used 0.00000006 TAO (60 rao)",
        "may cost 0.000000075 TAO (75 rao) more",
        "vouchers cover 0.0000001 TAO (100 rao)",
        "the credit left is 0.00000001 TAO (10 rao)",
        "sign a new voucher for at least 0.000000125 TAO (125 rao) in all",
        "`tributary channel voucher 1 0.000000125`",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(meter.statement(1).unwrap().wanted, 125);
    // One rao less is not enough; what it says is.
    meter.take(Voucher::sign(&payer(), &GENESIS, 1, 124)).unwrap();
    assert!(meter.reserve(1, Usage::new(75, 0)).is_err());
    meter.take(Voucher::sign(&payer(), &GENESIS, 1, 125)).unwrap();
    assert!(meter.reserve(1, Usage::new(75, 0)).is_ok());
    let refused = meter.reserve(1, Usage::new(900, 0)).unwrap_err().to_string();
    assert!(
        refused.contains("0.000001 TAO (1000 rao): top it up by 0.000000035 TAO (35 rao)"),
        "{refused}"
    );
}

#[test]
fn forged_and_excessive_vouchers_are_refused_and_known_ones_change_nothing() {
    let mut meter = meter(0);
    let newer = Voucher::sign(&payer(), &GENESIS, 1, 500);
    assert_eq!(meter.take(newer), Ok(Taken::Newer));
    let unchanged = |meter: &mut Meter, voucher| {
        let before = *meter.tab(1).unwrap();
        let answer = meter.take(voucher);
        assert_eq!(*meter.tab(1).unwrap(), before);
        answer
    };
    // The same again, signed anew, or an older one: a client that repeats itself does no harm.
    assert_eq!(unchanged(&mut meter, newer), Ok(Taken::Known));
    for amount in [500, 400] {
        let again = Voucher::sign(&payer(), &GENESIS, 1, amount);
        assert_eq!(unchanged(&mut meter, again), Ok(Taken::Known));
    }
    let thief = Identity::from_seed(&[9; 32]);
    let forged = [
        Voucher::sign(&thief, &GENESIS, 1, 600),
        // Not even one that would change nothing.
        Voucher::sign(&thief, &GENESIS, 1, 400),
        Voucher::sign(&payer(), &[4; 32], 1, 600),
        Voucher { amount: 600, ..newer },
        Voucher {
            channel: 1,
            ..Voucher::sign(&payer(), &GENESIS, 2, 600)
        },
        // Of a channel that does not exist.
        Voucher::sign(&payer(), &GENESIS, 77, 600),
    ];
    for voucher in forged {
        assert_eq!(unchanged(&mut meter, voucher), Err(BadVoucher::Stranger), "{voucher}");
    }
    let large = Voucher::sign(&payer(), &GENESIS, 1, 1_001);
    assert!(matches!(
        unchanged(&mut meter, large),
        Err(BadVoucher::AboveDeposit { .. })
    ));
    // What the chain has paid counts as covered, whatever the gateway remembers.
    let settled = Channel {
        settled: 700,
        ..channel(1_000)
    };
    meter.sync(1, settled);
    assert_eq!(
        (meter.tab(1).unwrap().covered(), meter.tab(1).unwrap().unsettled()),
        (700, 0)
    );
}

#[test]
fn a_debt_outlives_its_channel_and_is_paid_before_anything_else() {
    let mut meter = meter(100);
    let account = payer().hotkey();
    let first = meter.reserve(1, Usage::new(90, 0)).unwrap();
    meter.charge(first, Some(Usage::new(90, 0)));
    // A request that is under way when the channel closes is owed as well.
    let late = meter.reserve(1, Usage::new(10, 0)).unwrap();
    assert_eq!(meter.close(1, 0), Some(account));
    meter.unfold(&account, 1);
    assert_eq!(
        meter.charge(late, Some(Usage::new(6, 0))),
        (6, Some(Changed::Debts(account)))
    );
    assert_eq!((meter.debt(&account), meter.owed(&account)), (96, 96));

    meter.sync(2, channel(1_000));
    let refused = meter.reserve(2, Usage::new(1, 0)).unwrap_err();
    assert!(
        matches!(refused, Uncovered::Voucher(missing) if missing.debt == 96 && missing.sign() == 97),
        "nothing is lent: {refused}"
    );
    assert!(
        refused
            .to_string()
            .contains("0.000000096 TAO (96 rao) that this account owes"),
        "{refused}"
    );
    assert_eq!(meter.statement(2).unwrap().debt, 96);
    // A part of it is paid, and still nothing is lent.
    meter.take(Voucher::sign(&payer(), &GENESIS, 2, 90)).unwrap();
    assert!(matches!(
        meter.reserve(2, Usage::new(1, 0)),
        Err(Uncovered::Voucher(missing)) if missing.debt == 6 && missing.sign() == 97
    ));
    meter.take(Voucher::sign(&payer(), &GENESIS, 2, 96)).unwrap();
    let statement = meter.statement(2).unwrap();
    assert_eq!(
        (statement.debt, statement.carried, statement.charged, statement.covered),
        (0, 96, 96, 96)
    );
    assert!(statement.adds_up(&PRICE));
    let lent = meter.reserve(2, Usage::new(100, 0)).unwrap();
    meter.charge(lent, None);
    // Closed without the voucher having been settled, it is owed again.
    meter.close(2, 50);
    meter.unfold(&account, 2);
    assert_eq!(meter.debt(&account), 46);
    meter.sync(3, channel(1_000));
    meter.take(Voucher::sign(&payer(), &GENESIS, 3, 46)).unwrap();
    assert_eq!(meter.close(3, 46), Some(account));
    meter.unfold(&account, 3);
    assert_eq!(
        (meter.debts(&account), meter.bad_debts()),
        (None, (0, 0)),
        "nothing is left"
    );
}

#[test]
fn a_voucher_that_cannot_be_settled_in_time_does_not_count() {
    let mut meter = meter(0);
    let horizon = Horizon {
        height: 100,
        challenge: 20,
        per_block: 1,
        delay: 15,
    };
    // In the challenge period there is time for four.
    assert_eq!(horizon.capacity(), 4);
    meter.look(horizon);
    for id in 2..=6 {
        meter.sync(id, channel(1_000));
    }
    for id in 1..=6 {
        meter.take(Voucher::sign(&payer(), &GENESIS, id, 100)).unwrap();
    }
    let counts = |meter: &Meter| -> Vec<u64> {
        let sure = meter.tabs().filter(|(_, tab)| tab.sure() > 0);
        sure.map(|(id, _)| id).collect()
    };
    assert_eq!(counts(&meter), [1, 2, 3, 4]);
    assert_eq!(meter.reserve(5, Usage::new(1, 0)), Err(Uncovered::Backlog(5)));
    meter.look(horizon);
    assert_eq!(counts(&meter), [1, 2, 3, 4], "the first keep their place");
    // One of them is settled, and the next takes its place.
    let settled = Channel {
        settled: 100,
        ..channel(1_000)
    };
    meter.sync(2, settled);
    meter.look(horizon);
    assert_eq!(counts(&meter), [1, 2, 3, 4, 5]);
    assert!(meter.reserve(5, Usage::new(1, 0)).is_ok());
    // A channel that closes sooner must be settled sooner.
    let closing = Channel {
        closing: Some(117),
        ..channel(1_000)
    };
    meter.sync(6, closing);
    meter.look(horizon);
    assert_eq!(counts(&meter), [1, 2, 3, 4, 6]);
    // Seen too late, nothing helps.
    meter.look(Horizon { height: 102, ..horizon });
    assert!(!counts(&meter).contains(&6));
}

#[test]
fn channels_that_nobody_uses_are_forgotten() {
    let mut meter = meter(100);
    meter.sync(2, channel(1_000));
    meter.sync(3, channel(1_000));
    let work = meter.reserve(2, Usage::new(1, 0)).unwrap();
    meter.charge(work, Some(Usage::new(1, 0)));
    meter.sweep();
    assert_eq!(meter.tabs().count(), 3);
    assert!(meter.statement(3).is_some(), "somebody asks for it");
    meter.sweep();
    let left: Vec<u64> = meter.tabs().map(|(id, _)| id).collect();
    assert_eq!(left, [2, 3]);
}

#[test]
fn statements_that_do_not_add_up_are_seen() {
    let mut meter = meter(1_000);
    let work = meter.reserve(1, Usage::new(100, 100)).unwrap();
    meter.charge(work, Some(Usage::new(100, 7)));
    let statement = meter.statement(1).unwrap();
    assert!(statement.adds_up(&PRICE));
    let padded = Statement {
        charged: statement.charged + 2,
        ..statement
    };
    assert!(!padded.adds_up(&PRICE));
    let cheaper = Price {
        completion_rao_per_1k: 2_000,
        ..PRICE
    };
    assert!(!statement.adds_up(&cheaper), "a higher price than agreed");
}

#[test]
fn what_costs_more_than_there_is_money_is_refused_by_name() {
    let price = Price {
        prompt_rao_per_1k: u64::MAX,
        completion_rao_per_1k: u64::MAX,
    };
    let mut meter = Meter::new(GENESIS, price, u64::MAX);
    meter.sync(1, channel(u64::MAX));
    let endless = Usage {
        prompt_tokens: u64::MAX,
        completion_tokens: u64::MAX,
        total_tokens: 0,
    };
    let refused = meter.reserve(1, endless).unwrap_err();
    assert_eq!(refused, Uncovered::NoAmount(NoAmount(endless)));
    assert!(refused.to_string().contains("ask for fewer"), "{refused}");
    // Two that fit each, and not both.
    let most = Usage::new(1_000, 0);
    let first = meter.reserve(1, most).unwrap();
    assert_eq!(meter.reserve(1, most), Err(Uncovered::NoAmount(NoAmount(most))));
    assert_eq!(
        meter.charge(first, Some(endless)).0,
        u64::MAX,
        "never more than reserved"
    );
}

#[test]
fn a_voucher_is_a_step_above_the_last_or_pays_for_something() {
    let mut meter = meter(0).with_voucher_step(100);
    let take = |meter: &mut Meter, amount| meter.take(Voucher::sign(&payer(), &GENESIS, 1, amount));
    assert_eq!(
        take(&mut meter, 99),
        Err(BadVoucher::SmallStep {
            amount: 99,
            covered: 0,
            least: 100
        })
    );
    assert_eq!(take(&mut meter, 100), Ok(Taken::Newer));
    for amount in 101..200 {
        assert!(matches!(
            take(&mut meter, amount),
            Err(BadVoucher::SmallStep { least: 200, .. })
        ));
    }
    // A request waits for just so much: once.
    assert!(meter.reserve(1, Usage::new(103, 0)).is_err());
    assert!(take(&mut meter, 102).is_err());
    assert_eq!(take(&mut meter, 103), Ok(Taken::Newer));
    assert!(take(&mut meter, 104).is_err());
    // What is used can be paid to the rao, and no rao more.
    let mut lending = self::meter(500).with_voucher_step(100);
    let used = lending.reserve(1, Usage::new(7, 0)).unwrap();
    lending.charge(used, Some(Usage::new(7, 0)));
    assert!(take(&mut lending, 6).is_err());
    assert_eq!(take(&mut lending, 7), Ok(Taken::Newer));
    assert!(take(&mut lending, 8).is_err());
    // And all of the deposit.
    assert_eq!(take(&mut lending, 950), Ok(Taken::Newer));
    assert!(take(&mut lending, 999).is_err());
    assert_eq!(take(&mut lending, 1_000), Ok(Taken::Newer));
}
