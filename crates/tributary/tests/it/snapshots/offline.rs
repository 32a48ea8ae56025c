//! Commands that need no chain: wallets, sealed files, futures, vectors, replays.

use std::fs;

use serde_json::{Value, json};

use super::{check, redacted, shape};
use crate::{
    arguments::{BLOCK, VECTORS},
    support::{Run, with},
};

/// The commands, what they read on stdin, and whether they print JSON. `$` stands for a folder.
const COMMANDS: &[(&str, &str, bool)] = &[
    (
        "wallet import alice --no-password --wallet-path $/wallets",
        "//Alice\n",
        true,
    ),
    (
        "wallet add-hotkey alice second --import --wallet-path $/wallets",
        "//Bob\n",
        true,
    ),
    ("wallet list --wallet-path $/wallets", "", true),
    ("wallet repair alice --wallet-path $/wallets", "", false),
    ("artifact seal $/model --out $/sealed --round 1000", "", true),
    ("artifact open $/sealed --out $/opened --signature $SIGNATURE", "", true),
    ("futures run $/short.toml --runs 8 --out $/run", "", true),
    ("futures compare $/short.toml $/pacts.toml --runs 4", "", true),
    ("futures sweep $/sweep.csv --runs 4", "", false),
    ("futures explain 0 $/short.toml", "", false),
    ("vectors $/vectors.json", "", true),
    ("replay $BLOCK", "", true),
];

/// Round 1000 of drand's quicknet, which is out since 24 August 2023.
const SIGNATURE: &str =
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

/// A vector that passes, and one of an area without rules.
fn vectors() -> Value {
    let all: Value = serde_json::from_str(&fs::read_to_string(VECTORS).unwrap()).unwrap();
    let known = all[0].clone();
    let mut unknown = known.clone();
    unknown["area"] = "weather".into();
    json!([known, unknown])
}

fn play(json: bool, tell: impl Fn(&str, &Run) -> String) -> String {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("model", "weights");
    write("short.toml", "[run]\ndays = 60\n");
    write("pacts.toml", "[run]\ndays = 60\n\n[pact]\nbond = 100.0\n");
    write("sweep.csv", "run.days\n30\n60\n");
    write("vectors.json", &vectors().to_string());
    let at = folder.path().to_str().unwrap();
    let mut told = String::new();
    for (line, input, _) in COMMANDS.iter().filter(|(_, _, has_json)| *has_json || !json) {
        let line = line
            .replace("$BLOCK", BLOCK)
            .replace("$SIGNATURE", SIGNATURE)
            .replace("$/", &format!("{at}/"));
        let words: Vec<&str> = line.split(' ').chain(json.then_some("--json")).collect();
        let run = with(&words, input, &[]);
        assert_eq!(run.code, 0, "{line}: {}", run.err);
        told += &format!("$ tributary {}\n{}\n", words.join(" "), tell(&line, &run));
    }
    redacted(&told, &[(at, "$"), (BLOCK, "BLOCK.json"), (SIGNATURE, "[SIGNATURE]")])
}

/// What stays of texts whose figures are a model's, which changes and is held elsewhere, or of the moment: words and
/// columns. Addresses may be of new keys.
fn without_figures(text: &str) -> String {
    let figure = |word: &str| {
        let word = word.trim_start_matches(['+', '-', '(']);
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || ".,e-%".contains(c))
    };
    let word = |word: &str| {
        let bare = word.trim_end_matches([',', ';']);
        // An interval that there is not takes the place of one.
        if figure(word) || word == "-" {
            "#".to_owned()
        } else if bare.len() == 48 && bare.starts_with('5') && bare.chars().all(|c| c.is_ascii_alphanumeric()) {
            word.replace(bare, "[ADDRESS]")
        } else {
            word.to_owned()
        }
    };
    let words = |line: &str| {
        line.split(' ')
            .filter(|found| !found.is_empty())
            .map(word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    text.lines().map(|line| words(line) + "\n").collect()
}

#[test]
fn tables_and_messages_without_a_chain() {
    let told = play(false, |line, run| {
        let said: String = run.err.lines().map(|line| format!("! {line}\n")).collect();
        // Whom a future's story tells of is the model's; and a sweep's columns are many.
        let count = if line.contains("explain") { 2 } else { 60 };
        let lines = run.out.lines().take(count);
        let lines = lines.map(|line| line.chars().take(200).collect::<String>() + "\n");
        without_figures(&(said + &lines.collect::<String>()))
    });
    check("offline.txt", &told);
}

#[test]
fn shapes_of_json_without_a_chain() {
    check("offline-json.txt", &play(true, |_, run| shape::of(&run.out) + "\n"));
}
