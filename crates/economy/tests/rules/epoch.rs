//! Which weights and bonds an epoch counts (`docs/rules/yuma.md`).

use tributary_economy::{
    Alpha,
    epoch::{self, EpochInput, Parameters},
    fixed::I64F64,
};

/// Two validators of 60 and 40 % of the stake, two miners.
fn subnet() -> EpochInput {
    EpochInput {
        parameters: Parameters {
            max_allowed_validators: 2,
            ..Parameters::default()
        },
        block: 1_000,
        last_step_block: 640,
        stake: [60, 40, 0, 0].map(I64F64::from_num).to_vec(),
        validator_permit: vec![true, true, false, false],
        last_update: vec![900, 900, 0, 0],
        block_at_registration: vec![1; 4],
        weights: vec![vec![(2, 1), (3, 1)], vec![(2, 1), (3, 1)], vec![], vec![]],
        bonds: vec![vec![]; 4],
        emission: Alpha(1_000),
        ..EpochInput::default()
    }
}

/// What the two miners earn of 1,000: half of it is theirs.
fn miners_pay(input: &EpochInput) -> [u64; 2] {
    let output = epoch::run(input);
    [2, 3].map(|uid: usize| output.server_emission[uid].0)
}

fn near(found: [u64; 2], expected: [u64; 2]) -> bool {
    found
        .iter()
        .zip(expected)
        .all(|(found, expected)| found.abs_diff(expected) <= 1)
}

/// `docs/rules/yuma.md#weights-that-count` steps 4 and 5.
#[test]
fn weights_count_for_those_who_were_there_before_they_were_set() {
    assert!(near(miners_pay(&subnet()), [250, 250]));
    for (registered, committed, counts) in [
        (899, None, true),
        (900, None, false),
        (899, Some(898), false),
        (899, Some(899), true),
        (899, Some(u64::MAX), true),
    ] {
        let mut input = subnet();
        input.block_at_registration[3] = registered;
        input.commit_blocks = committed.map(|block| vec![block; 4]);
        let expected = if counts { [250, 250] } else { [500, 0] };
        let found = miners_pay(&input);
        assert!(
            near(found, expected),
            "registered at {registered}, committed at {committed:?}: {found:?}"
        );
    }
}

/// `docs/rules/yuma.md#weights-that-count` step 1: dropped before rows are normalised.
#[test]
fn weights_and_bonds_toward_uids_that_do_not_exist_are_dropped() {
    let mut input = subnet();
    input.bonds[0] = vec![(2, 500), (3, 700)];
    let plain = epoch::run(&input);
    for row in [0, 1] {
        input.weights[row].push((4, 65_535));
        input.bonds[row].push((4, 65_535));
        input.weights[row].push((9, 65_535));
    }
    input.weights.push(vec![(2, 65_535)]);
    assert_eq!(epoch::run(&input), plain);
}

/// The owner has a permit and may weigh itself; one that is no neuron is none.
#[test]
fn the_owner_is_a_neuron_or_nobody() {
    let mut input = subnet();
    let plain = epoch::run(&input);
    input.owner_uid = Some(4);
    assert_eq!(epoch::run(&input), plain);
    input.owner_uid = Some(3);
    let owned = epoch::run(&input);
    assert_eq!(owned.validator_permit, [true, true, false, true]);
}

/// `docs/rules/yuma.md#consensus-and-incentive`: over the validators with stake. With kappa zero the largest of their
/// weights is the consensus.
#[test]
fn validators_without_stake_have_no_say_in_the_consensus() {
    let mut input = subnet();
    input.parameters.kappa = 0;
    input.stake[1] = I64F64::from_num(0);
    input.weights[0] = vec![(2, 1), (3, 3)];
    input.weights[1] = vec![(2, 3), (3, 1)];
    let output = epoch::run(&input);
    // A quarter and three quarters of 65535, cut.
    assert_eq!(output.consensus, [0, 0, 16_383, 49_151]);
    // With stake, however little, it has.
    input.stake[1] = I64F64::from_num(1);
    assert_eq!(epoch::run(&input).consensus, [0, 0, 49_151, 49_151]);
}

/// `docs/rules/yuma.md#surviving-bonds`: last ≤ registration drops a bond.
#[test]
fn bonds_survive_toward_those_who_were_there_at_the_last_epoch() {
    for (last_step, registered, survives) in [
        (640, 640, true),
        (640, 641, false),
        (0, 639, true),
        (0, 640, false),
        (1, 1, true),
        (1, 2, false),
    ] {
        let mut input = subnet();
        // An old bond, and no weight that could make a new one.
        input.bonds[0] = vec![(3, 65_535)];
        input.weights = vec![vec![(2, 1)], vec![(2, 1)], vec![], vec![]];
        input.last_step_block = last_step;
        input.block_at_registration[3] = registered;
        let output = epoch::run(&input);
        let bond = output.bonds[0].iter().find(|(to, _)| *to == 3).map(|(_, bond)| *bond);
        // A tenth of it decays: 0.9 · 65535 = 58981.5.
        assert_eq!(
            bond,
            survives.then_some(58_981),
            "last epoch {last_step}, registered at {registered}"
        );
    }
}

/// `docs/rules/yuma.md#own-bonds` step 2: with liquid alpha only miners in the row keep a bond, but not while there is no
/// consensus at all.
#[test]
fn liquid_alpha_waits_for_a_consensus() {
    let mut input = subnet();
    input.parameters.liquid_alpha_on = true;
    input.parameters.bonds_penalty = 0;
    input.bonds[1] = vec![(3, 65_535)];
    // The minority alone weighs anybody.
    input.weights = vec![vec![], vec![(2, 1)], vec![], vec![]];
    let output = epoch::run(&input);
    assert_eq!(output.consensus, [0; 4]);
    let toward = |output: &epoch::EpochOutput, miner: u16| {
        output.bonds[1]
            .iter()
            .find(|(to, _)| *to == miner)
            .map(|(_, bond)| *bond)
    };
    // The moving average: a tenth of the weight, nine tenths of the old bond.
    assert_eq!([2, 3].map(|miner| toward(&output, miner)), [Some(6_553), Some(58_981)]);
    input.weights[0] = vec![(2, 1)];
    let output = epoch::run(&input);
    assert_eq!(output.consensus[2], 65_535);
    assert_eq!(toward(&output, 3), None);
}

/// `docs/rules/yuma.md#activity-stake-and-permits` step 6: active and permitted, not one of both.
#[test]
fn validators_count_while_they_are_active_and_permitted() {
    // The first weighs 2 alone, the second 3 alone: who counts is who is followed.
    let mut input = subnet();
    input.parameters.kappa = 0;
    input.weights = vec![vec![(2, 1)], vec![(3, 1)], vec![], vec![]];
    assert!(near(miners_pay(&input), [300, 200]));
    // 900 + 100 reaches block 1,000, 899 + 100 does not.
    input.parameters.activity_cutoff = 100;
    assert!(near(miners_pay(&input), [300, 200]));
    input.last_update[1] = 899;
    assert!(near(miners_pay(&input), [500, 0]));
    input.last_update[1] = 900;
    input.validator_permit[1] = false;
    assert!(near(miners_pay(&input), [500, 0]));
    input.owner_uid = Some(1);
    assert!(near(miners_pay(&input), [300, 200]));
}

/// `docs/rules/yuma.md#activity-stake-and-permits` step 2.
#[test]
fn stake_below_the_threshold_counts_for_the_owner_only() {
    let mut input = subnet();
    let parts = |input: &EpochInput| epoch::run(input).stake_weight;
    input.parameters.stake_threshold = 40;
    // 0.6 and 0.4 of 65535, cut.
    assert_eq!(parts(&input), [39_320, 26_213, 0, 0]);
    input.parameters.stake_threshold = 41;
    assert_eq!(parts(&input), [65_535, 0, 0, 0]);
    input.owner_uid = Some(1);
    assert_eq!(parts(&input), [39_320, 26_213, 0, 0]);
}

/// `docs/rules/yuma.md#amounts-and-output` step 1.
#[test]
fn without_incentives_and_dividends_the_active_stake_is_paid_or_else_all_of_it() {
    let mut input = subnet();
    input.weights = vec![vec![]; 4];
    let paid = |input: &EpochInput| {
        let output = epoch::run(input);
        assert_eq!(output.server_emission, vec![Alpha(0); 4]);
        assert_eq!(output.emission, output.validator_emission);
        [0, 1].map(|uid: usize| output.emission[uid].0)
    };
    assert!(near(paid(&input), [600, 400]));
    input.last_update = vec![0, 1_000, 0, 0];
    input.parameters.activity_cutoff = 100;
    assert!(near(paid(&input), [0, 1_000]));
    input.last_update = vec![0; 4];
    assert!(near(paid(&input), [600, 400]));
}
