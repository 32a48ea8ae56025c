//! Recorded blocks of the public network come out on the chain itself, to the rao.

use serde_json::Value;
use tributary_economy::{
    presets::{Preset, TABLE},
    rule_sets::RuleSet,
};
use tributary_vectors::replay::{self, Problem};

const CONFORMANCE: &str = include_str!("../../../docs/conformance.md");

const REFRESH: &str = include_str!("../data/b8813880.json");
const STORED: &str = include_str!("../data/b9221720.json");

#[test]
fn every_subnet_of_both_blocks_agrees_in_every_column() {
    for (json, columns, traded) in [(REFRESH, 4, 0), (STORED, 8, 1)] {
        let replay = replay::run(json).unwrap();
        assert!(replay.agrees(), "{replay:#?}");
        assert_eq!((replay.rules, replay.subnets), (RuleSet::Gate32, 128));
        assert_eq!(
            (replay.columns.len(), replay.traded.len()),
            (columns, traded),
            "{replay:#?}"
        );
    }
}

fn rules(rules: RuleSet) -> String {
    serde_json::to_value(rules).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn the_page_shows_what_comes_out() {
    let mut blocks =
        String::from("| block | rules | column | compared | agree | worst difference |\n|---|---|---|---|---|---|\n");
    for replay in [REFRESH, STORED].map(|json| replay::run(json).unwrap()) {
        for column in &replay.columns {
            blocks += &format!(
                "| {} | `{}` | `{}` | {} | {} | {} |\n",
                replay.block,
                rules(replay.rules),
                column.name,
                column.subnets,
                column.agree,
                column.worst
            );
        }
    }
    assert!(
        CONFORMANCE.contains(&blocks),
        "docs/conformance.md must hold:\n{blocks}"
    );

    let mut constants =
        String::from("| item | unit | mainnet | local | fast | how the first is known |\n|---|---|---|---|---|---|\n");
    let [mainnet, local, fast] = Preset::ALL.map(|preset| preset.constants());
    constants += &format!(
        "| `EmissionRules` | | `{}` | `{}` | `{}` | recorded |\n",
        rules(mainnet.rules),
        rules(local.rules),
        rules(fast.rules)
    );
    let values = mainnet.values().into_iter().zip(local.values()).zip(fast.values());
    for (row, ((mainnet, local), fast)) in TABLE.iter().zip(values) {
        constants += &format!(
            "| `{}` | {} | {mainnet} | {local} | {fast} | {} |\n",
            row.storage, row.unit, row.source
        );
    }
    assert!(
        CONFORMANCE.contains(&constants),
        "docs/conformance.md must hold:\n{constants}"
    );
    for preset in [Preset::Local, Preset::Fast] {
        let rows = preset.deviations();
        let items: Vec<_> = rows.iter().map(|(row, _)| format!("`{}`", row.storage)).collect();
        let told = format!("`{}` deviates in `EmissionRules`, {}.", preset.name(), items.join(", "));
        assert!(CONFORMANCE.contains(&told), "docs/conformance.md must hold:\n{told}");
    }
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut file: Value = serde_json::from_str(STORED).unwrap();
    change(&mut file);
    file.to_string()
}

#[test]
fn a_difference_is_found_and_named() {
    let replay = replay::run(&changed(|file| file["after"]["alpha_in"][3] = 7.into())).unwrap();
    let column = replay.columns.iter().find(|column| column.name == "alpha_in").unwrap();
    assert_eq!((column.subnets, column.agree, column.worst_netuid), (127, 126, Some(4)));
    assert!(column.worst > 0 && !replay.agrees());
    // One unit of a moving price moves every share.
    let replay = replay::run(&changed(|file| {
        file["before"]["moving_price_bits32"][3] = 230_000_000.into()
    }))
    .unwrap();
    assert!(!replay.agrees());
}

#[test]
fn wrong_files_are_told_apart() {
    let told = |json: &str| replay::run(json).unwrap_err().to_string();
    assert!(told("[]").contains("it is not a recorded block"));
    assert!(told("[]").contains("that is a JSON object"));
    assert!(told("{}").contains("missing field `block`"));
    let short = changed(|file| drop(file["before"]["alpha_in"].as_array_mut().unwrap().pop()));
    assert_eq!(
        told(&short),
        "`before.alpha_in` has 127 entries, but `netuids` names 128 subnets"
    );
    let unknown = changed(|file| file["after"]["emission"] = Value::Array(Vec::new()));
    assert!(told(&unknown).contains("unknown field `emission`, expected one of `tao_in_emission`"));
    let none = changed(|file| {
        file["netuids"] = Value::Array(Vec::new());
        for part in ["before", "after"] {
            for row in file[part].as_object_mut().unwrap().values_mut() {
                *row = Value::Array(Vec::new());
            }
        }
    });
    assert!(matches!(replay::run(&none), Err(Problem::NoSubnets)));
    let twice = changed(|file| file["netuids"][1] = 1.into());
    assert!(matches!(replay::run(&twice), Err(Problem::Netuid(1))));
    let empty = changed(|file| file["after"] = Value::Object(serde_json::Map::new()));
    assert!(matches!(replay::run(&empty), Err(Problem::Nothing)));
    let poor = changed(|file| file["total_issuance"] = 5.into());
    assert_eq!(told(&poor), "the pools hold more TAO than `total_issuance`");
    let heavy = changed(|file| file["before"]["quote_weight_1e18"][0] = 2_000_000_000_000_000_000u64.into());
    assert!(told(&heavy).contains("of subnet 1 is 2000000000000000000, more than 1e18"));
}
