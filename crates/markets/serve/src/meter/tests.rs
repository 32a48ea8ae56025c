use super::*;
use proptest::prelude::*;
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
    meter.sync(1, Some(channel(1_000)));
    meter
}

#[test]
fn costs_are_rounded_up_once_a_request() {
    let price = Price {
        prompt_rao_per_1k: 1,
        completion_rao_per_1k: 2,
    };
    assert_eq!(price.cost(Usage::new(0, 0)), Some(0));
    assert_eq!(price.cost(Usage::new(1, 0)), Some(1));
    assert_eq!(price.cost(Usage::new(1000, 1000)), Some(3));
    assert_eq!(price.cost(Usage::new(1001, 1000)), Some(4));
    let dear = Price {
        completion_rao_per_1k: u64::MAX,
        ..price
    };
    assert_eq!(dear.cost(Usage::new(0, 2_000)), None);
}

#[test]
fn nothing_is_let_in_beyond_vouchers_and_credit() {
    let mut meter = meter(100);
    // 10 read and 30 made: 100 rao at most.
    let first = meter.reserve(1, Usage::new(10, 30)).unwrap();
    assert!(matches!(
        meter.reserve(1, Usage::new(1, 0)),
        Err(Uncovered::Voucher { needed: 1, .. })
    ));
    meter.charge(first, Some(Usage::new(10, 5)));
    assert_eq!(meter.tab(1).unwrap().charged, 25);
    let second = meter.reserve(1, Usage::new(0, 25)).unwrap();
    meter.charge(second, None);
    assert_eq!(meter.tab(1).unwrap().charged, 25, "what failed is not charged");
    meter.take(Voucher::sign(&payer(), &GENESIS, 1, 925)).unwrap();
    assert!(matches!(
        meter.reserve(1, Usage::new(976, 0)),
        Err(Uncovered::Deposit { needed: 1_001, .. })
    ));
    let third = meter.reserve(1, Usage::new(975, 0)).unwrap();
    meter.charge(third, Some(Usage::new(5_000, 5_000)));
    assert_eq!(meter.tab(1).unwrap().charged, 1_000, "never more than reserved");
    assert!(matches!(meter.reserve(2, Usage::new(1, 0)), Err(Uncovered::Unknown(2))));
}

#[test]
fn credit_is_for_the_payer_not_for_each_channel() {
    let mut meter = meter(100);
    meter.sync(2, Some(channel(1_000)));
    let first = meter.reserve(1, Usage::new(80, 0)).unwrap();
    meter.charge(first, Some(Usage::new(80, 0)));
    assert!(meter.reserve(2, Usage::new(21, 0)).is_err());
    assert!(meter.reserve(2, Usage::new(20, 0)).is_ok());
}

#[test]
fn replayed_older_forged_and_excessive_vouchers_cover_nothing() {
    let mut meter = meter(0);
    let newer = Voucher::sign(&payer(), &GENESIS, 1, 500);
    meter.take(newer).unwrap();
    let refused = |meter: &mut Meter, voucher| {
        let before = *meter.tab(1).unwrap();
        let error = meter.take(voucher).unwrap_err();
        assert_eq!(*meter.tab(1).unwrap(), before);
        error
    };
    assert!(
        matches!(refused(&mut meter, newer), BadVoucher::NotNewer { .. }),
        "a replay"
    );
    let older = Voucher::sign(&payer(), &GENESIS, 1, 400);
    assert!(matches!(refused(&mut meter, older), BadVoucher::NotNewer { .. }));
    let thief = Identity::from_seed(&[9; 32]);
    assert_eq!(
        refused(&mut meter, Voucher::sign(&thief, &GENESIS, 1, 600)),
        BadVoucher::Forged
    );
    assert_eq!(
        refused(&mut meter, Voucher::sign(&payer(), &[4; 32], 1, 600)),
        BadVoucher::Forged
    );
    assert_eq!(
        refused(&mut meter, Voucher { amount: 600, ..newer }),
        BadVoucher::Forged
    );
    let other = Voucher {
        channel: 1,
        ..Voucher::sign(&payer(), &GENESIS, 2, 600)
    };
    assert_eq!(
        refused(&mut meter, other),
        BadVoucher::Forged,
        "signed for another channel"
    );
    let large = Voucher::sign(&payer(), &GENESIS, 1, 1_001);
    assert!(matches!(refused(&mut meter, large), BadVoucher::AboveDeposit { .. }));
    // What the chain has paid counts as covered, whatever the gateway remembers.
    let settled = Channel {
        settled: 700,
        ..channel(1_000)
    };
    meter.sync(1, Some(settled));
    assert_eq!(
        (meter.tab(1).unwrap().covered(), meter.tab(1).unwrap().unsettled()),
        (700, 0)
    );
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

proptest! {
    /// Whatever comes in whatever order: a payer never owes more than the credit, and no channel is used beyond
    /// its deposit.
    #[test]
    fn the_bound_holds(
        credit in 0u64..500,
        steps in prop::collection::vec((1u64..=3, 0usize..300, 0usize..100, 0u8..4, 0u64..1_200), 1..80),
    ) {
        let mut meter = Meter::new(GENESIS, PRICE, credit);
        for id in 1..=3 {
            meter.sync(id, Some(channel(400 * id)));
        }
        let mut open = Vec::new();
        for (id, prompt, completion, what, amount) in steps {
            match what {
                0 | 1 => open.extend(meter.reserve(id, Usage::new(prompt, completion)).ok().map(|room| (room, prompt))),
                2 => if let Some((room, prompt)) = open.pop() {
                    meter.charge(room, (completion % 3 > 0).then(|| Usage::new(prompt, completion)));
                },
                _ => { let _ = meter.take(Voucher::sign(&payer(), &GENESIS, id, amount)); }
            }
            let owed: u64 = meter.tabs().map(|(_, tab)| tab.owed()).sum();
            prop_assert!(owed <= credit);
            for (_, tab) in meter.tabs() {
                prop_assert!(tab.charged + tab.reserved <= tab.channel.deposit);
                prop_assert!(tab.covered() <= tab.channel.deposit);
                prop_assert!(meter.statement(1).unwrap().adds_up(&PRICE));
            }
        }
        for (room, _) in open {
            meter.charge(room, None);
        }
        prop_assert!(meter.tabs().all(|(_, tab)| tab.reserved == 0));
    }
}
