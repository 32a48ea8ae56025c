use std::fs;

use super::*;
use crate::{Plan, Scenario, people::World, start::Source};
use tributary_economy::presets::LOCAL;

/// Two subnets in eight slots: one old, with odd amounts that no float holds, one that has not started.
fn taken() -> Taken {
    let old = Subnet {
        netuid: 2,
        name: "old".into(),
        registered_block: 5,
        first_emission_block: Some(9),
        pool_tao_rao: 20_000_000_000_001,
        pool_alpha_rao: 9_007_199_254_740_995,
        quote_weight: 510_000_000_000_000_000,
        weights_initialized: true,
        alpha_outside_rao: 10_000_000_000_000_011,
        owner_alpha_rao: 1_000_000_000_000_000,
        miners_alpha_rao: 2_000_000_000_000_000,
        stakers_alpha_rao: 6_500_000_000_000_011,
        protocol_alpha_rao: 300_000_000_000_000,
        burned_alpha_rao: 200_000_000_000_000,
        owner_locked_alpha_rao: 0,
        withheld_bits: 1 << 30,
        emission_enabled: true,
        moving_price_bits: 9_000_000,
    };
    let young = Subnet {
        netuid: 5,
        name: String::new(),
        first_emission_block: None,
        pool_alpha_rao: 1_000_000_000_000,
        pool_tao_rao: 1_000_000_000,
        alpha_outside_rao: 0,
        owner_alpha_rao: 0,
        miners_alpha_rao: 0,
        stakers_alpha_rao: 0,
        protocol_alpha_rao: 0,
        burned_alpha_rao: 0,
        moving_price_bits: 0,
        ..old.clone()
    };
    Taken {
        version: VERSION,
        genesis: "0x01".into(),
        block: 3_000_000,
        block_hash: "0x02".into(),
        slots: 8,
        rules: RuleSet::Gate,
        issuance_rao: 11_300_000_000_000_003,
        root_rao: 5_000_000_000_000_001,
        idle_rao: 7,
        lock_cost_rao: 400_000_000_001,
        lock_block: 2_999_000,
        constants: Settings {
            owner_cut: LOCAL.owner_cut,
            tao_weight: LOCAL.tao_weight,
            moving_alpha_bits: LOCAL.moving_alpha.into(),
            halving_blocks: LOCAL.halving_blocks,
            fee_rate: 40,
            minimum_reserve: 1_000_000,
            immunity_blocks: 1_000,
            lock_cost_min_rao: 1_000_000_000,
            lock_reduction_blocks: LOCAL.network_lock_reduction_interval,
            network_rate_limit_blocks: 10,
        },
        assumed: vec!["the price of TAO".into()],
        subnets: vec![old, young],
    }
}

fn scenario(folder: &Path, more: &str) -> Result<Scenario, Error> {
    let file = folder.join("s.toml");
    Scenario::parse(
        &file.display().to_string(),
        &format!("[run]\nstart = \"start.json\"\ndays = 40\n{more}"),
    )
}

#[test]
fn a_future_begins_with_the_chains_amounts_to_the_rao() {
    let folder = tempfile::tempdir().unwrap();
    taken()
        .write(Path::new("state.dump"), &folder.path().join("start.json"))
        .unwrap();
    let scenario = scenario(folder.path(), "").unwrap();
    assert_eq!(scenario.start, Source::Chain(Box::new(taken())));
    assert_eq!(scenario.rules, [(0, RuleSet::Gate)]);
    let plan = Plan::new(scenario, 1, 2).unwrap();
    let mut world = World::new(&plan.setting.scenario);
    // A world is used for one future after another: the second begins like the first.
    for future in 0..2 {
        let parameters = Parameters::draw(&plan.setting.scenario.beliefs, 1, future);
        let start = &plan.setting.start;
        world
            .begin(&plan.setting.scenario, start, parameters, 1, future)
            .unwrap();
        let (chain, taken) = (&world.chain, taken());
        assert_eq!(chain.issued.0, taken.issuance_rao);
        assert_eq!((chain.root.0, chain.idle.0), (taken.root_rao, taken.idle_rao));
        let old = &taken.subnets[0];
        assert_eq!(chain.pools.tao[1].0, old.pool_tao_rao);
        assert_eq!(chain.pools.alpha[1].0, old.pool_alpha_rao);
        assert_eq!(chain.holdings.miners[1].0, old.miners_alpha_rao);
        assert_eq!(chain.alpha_issued[1], old.pool_alpha_rao + old.alpha_outside_rao);
        assert_eq!(chain.moving[1], 9_000_000.0);
        assert_eq!(chain.constants.fee_rate, 40);
        assert_eq!((chain.lock_cost_last.0, chain.lock_block), (400_000_000_001, 2_999_000));
        let there: Vec<bool> = (0..8).map(|slot| slot == 1 || slot == 4).collect();
        assert_eq!(chain.occupied, there);
        assert!(chain.emits(1) && !chain.emits(4));
        assert_eq!(world.parameters.issuance_start, 11_300_000.000_000_003);
        chain.check().unwrap();
    }
    // Free slots are filled, the young one starts, all sums close on every day.
    assert_eq!(plan.futures(&|| ()).unwrap().len(), 2);
    // What is known is not unusual, however far it is from what is believed elsewhere.
    let unusual = plan.explain(1).unwrap().unusual;
    assert!(unusual.iter().all(|(name, ..)| !KNOWN.contains(name)), "{unusual:?}");
}

#[test]
fn a_run_knows_what_it_started_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("start.json");
    taken().write(Path::new("state.dump"), &file).unwrap();
    let plan = Plan::new(scenario(folder.path(), "").unwrap(), 1, 2).unwrap();
    let out = folder.path().join("out");
    plan.run(&out, &|| ()).unwrap();
    let other = Taken { idle_rao: 8, ..taken() };
    other.write(Path::new("state.dump"), &file).unwrap();
    let again = Plan::of(&out).unwrap();
    assert_eq!(again.fingerprint(), plan.fingerprint());
    let changed = Plan::new(scenario(folder.path(), "").unwrap(), 1, 2).unwrap();
    assert!(matches!(changed.run(&out, &|| ()), Err(Error::OtherRun { .. })));
}

#[test]
fn errors_say_what_is_wrong_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let problem = |more: &str| scenario(folder.path(), more).unwrap_err().to_string();
    let text = problem("");
    assert!(text.contains("line 2") && text.contains("start.json") && text.contains("No such file"));
    let write = |text: &str| fs::write(folder.path().join("start.json"), text).unwrap();
    write("{");
    assert!(problem("").contains("not JSON"));
    write("{}");
    assert!(problem("").contains("no `version`"));
    write("{\"version\": 2}");
    assert!(problem("").contains("version 2") && problem("").contains("tributary futures start"));
    write("{\"version\": 1}");
    assert!(problem("").contains("missing field"));
    let broken = |change: &dyn Fn(&mut Taken)| {
        let mut taken = taken();
        change(&mut taken);
        write(&serde_json::to_string(&taken).unwrap());
        let text = problem("");
        assert!(
            taken
                .write(Path::new("state.dump"), &folder.path().join("other.json"))
                .is_err_and(|error| error.to_string().starts_with("state.dump: ")),
            "a broken start is written"
        );
        text
    };
    let text = broken(&|taken| taken.subnets[0].stakers_alpha_rao += 1);
    assert!(
        text.contains("alpha of subnet 2") && text.contains("10000000000000012"),
        "{text}"
    );
    let text = broken(&|taken| taken.root_rao = 11_290_000_000_000_000);
    assert!(text.contains("TAO does not close"), "{text}");
    let text = broken(&|taken| taken.subnets.iter_mut().for_each(|subnet| subnet.pool_tao_rao = 0));
    assert!(text.contains("no subnet has a pool"), "{text}");
    let text = broken(&|taken| taken.subnets.clear());
    assert!(text.contains("no subnet has a pool"), "{text}");
    let text = broken(&|taken| taken.subnets[1].netuid = 9);
    assert!(text.contains("netuids rise from 1 to 8"), "{text}");
    taken()
        .write(Path::new("state.dump"), &folder.path().join("start.json"))
        .unwrap();
    let text = problem("[parameters]\nroot_stake_start = 5e6\n");
    assert!(
        text.contains("`parameters.root_stake_start`") && text.contains("leave this out"),
        "{text}"
    );
    let text = Scenario::parse("s.toml", "[run]\nstart = \"moon\"\n")
        .unwrap_err()
        .to_string();
    assert!(text.contains("no such start") && text.contains("synthetic"), "{text}");
}
