//! What commands print, held against files beside this one: help texts, tables and messages, shapes of JSON.
//!
//! `SNAPSHOTS=overwrite cargo test --release --workspace --test it snapshots` writes them anew (`just snapshots`).
//! Blocks come with transactions alone, so that a chain's figures are the same in each run; what differs all the same
//! (signatures, hashes, ports, folders) has a name in brackets.

mod help;
mod offline;
mod shape;
mod story;

use std::path::Path;

use snapbox::{Assert, Data};

/// Holds a text against the file of this name.
fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/snapshots")
        .join(name);
    let expected = if path.exists() {
        Data::read_from(&path, None).raw()
    } else {
        // An empty one, which is written over when that was asked for.
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "").unwrap();
        Data::read_from(&path, None).raw()
    };
    Assert::new().action_env("SNAPSHOTS").eq(text, expected);
}

/// The text with names for what differs from run to run.
fn redacted(text: &str, names: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (what, name) in names {
        text = text.replace(what, name);
    }
    // Hexadecimal digits: 128 of a signature, 64 of a hash, which zeros are not.
    let mut shown = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        let digits = word.strip_prefix("0x").unwrap_or(&word);
        let hexadecimal = digits.chars().all(|c| c.is_ascii_hexdigit()) && digits.chars().any(|c| c != '0');
        shown += match digits.len() {
            64 if hexadecimal => "[HASH]",
            128 if hexadecimal => "[SIGNATURE]",
            _ => &word,
        };
        word.clear();
        shown.push(c);
    }
    shown.pop();
    shown
}
