//! Tables of the documents that repeat what the code declares say the same.

use std::fs;

use tributary_economy::hyperparameters::{Limit, SETTERS, Who, Window};

use super::{citations::texts, reader::root};

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs/rules").join(name)).unwrap()
}

/// The storage items that the pallets declare are the ones that the page lists.
#[test]
fn the_storage_page_lists_every_item() {
    let texts = texts();
    let mut declared: Vec<&str> = Vec::new();
    for (path, text) in &texts {
        if !path.starts_with("crates/pallets") {
            continue;
        }
        let mut is_storage = false;
        for line in text.lines().map(str::trim) {
            if line == "#[pallet::storage]" {
                is_storage = true;
            } else if let Some(rest) = line.strip_prefix("pub type ").filter(|_| is_storage) {
                declared.extend(rest.split(['<', ' ']).next());
                is_storage = false;
            }
        }
    }
    let page = page("storage.md");
    let mut listed: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    declared.sort_unstable();
    listed.sort_unstable();
    assert!(declared.len() > 100);
    let missing: Vec<_> = declared.iter().filter(|item| !listed.contains(item)).collect();
    let stale: Vec<_> = listed.iter().filter(|item| !declared.contains(item)).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "docs/rules/storage.md lacks {missing:?} and lists {stale:?}, which no pallet declares"
    );
}

/// The page states of every setter who may call it, whether the freeze window binds, and the limit of the owner.
#[test]
fn the_page_of_hyperparameters_is_the_table_of_the_rules() {
    let page = page("hyperparameters.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells.len() == 10 && cells[1].parse::<u8>().is_ok())
        .collect();
    let mut wrong = Vec::new();
    for setter in SETTERS {
        let index = setter.index.to_string();
        let name = setter.call.strip_prefix("sudo_set_").unwrap_or(setter.call);
        let who = match setter.who {
            Who::OwnerOrRoot => "owner, root",
            Who::Root => "root",
        };
        let window = match setter.window {
            Window::All => "yes",
            Window::Open => "no",
        };
        let limit = match setter.limit {
            Limit::None => String::new(),
            Limit::Tempos { code } => format!("2T, code {code}"),
            Limit::VersionKey => "`WeightsVersionKeyRateLimit` (5) T, kind 4".into(),
            Limit::PerOwner { blocks, kind } => format!("{},{:03} blocks, kind {kind}", blocks / 1000, blocks % 1000),
        };
        let name = format!("`{name}`");
        let expected = [index.as_str(), &name, who, window, &limit];
        let stated = rows.iter().find(|cells| cells[1] == index);
        if stated.map(|cells| [cells[1], cells[2], cells[6], cells[7], cells[8]]) != Some(expected) {
            wrong.push(format!("{expected:?}"));
        }
    }
    assert!(
        wrong.is_empty() && rows.len() == SETTERS.len(),
        "docs/rules/hyperparameters.md has {} rows for {} setters, and not: {}",
        rows.len(),
        SETTERS.len(),
        wrong.join("; ")
    );
}
