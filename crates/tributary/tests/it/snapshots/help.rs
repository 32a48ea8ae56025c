//! Every help text.

use std::collections::{BTreeMap, BTreeSet};

use super::check;
use crate::support::run;

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut among_commands = false;
    for line in help.lines() {
        match line.strip_prefix("  ") {
            // The list of `tributary --help` has a heading for each group.
            None if line.ends_with(':') => among_commands = !["Options:", "Arguments:"].contains(&line),
            None => among_commands &= line.is_empty(),
            Some(entry) if among_commands => {
                let name = entry.split_once("  ").map(|(name, _)| name);
                let name = name.filter(|name| !name.is_empty() && !name.contains(' '));
                found.extend(name.map(str::to_owned));
            }
            Some(_) => {}
        }
    }
    found
}

fn walk(command: &[String], texts: &mut BTreeMap<Vec<String>, String>) {
    let words: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    let help = run(&words);
    assert_eq!((help.code, help.err.as_str()), (0, ""), "{words:?}");
    for name in listed(&help.out) {
        walk(&[command, &[name]].concat(), texts);
    }
    texts.insert(command.to_vec(), help.out);
}

#[test]
fn every_command_explains_itself() {
    let mut texts = BTreeMap::new();
    walk(&[], &mut texts);

    // As many as there are man pages, which clap's own tree makes.
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["man", folder.path().to_str().unwrap()]).code, 0);
    let pages = std::fs::read_dir(folder.path()).unwrap();
    let pages: BTreeSet<String> = pages
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    let walked: BTreeSet<String> = texts
        .keys()
        .map(|command| format!("{}.1", [&["tributary".to_owned()], &command[..]].concat().join("-")))
        .collect();
    assert_eq!(walked, pages);

    // One file for each command of the first level, with those below it.
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (command, text) in texts {
        let file = command.first().map_or("tributary", String::as_str);
        let line = [&["tributary".to_owned()], &command[..], &["--help".to_owned()]].concat();
        *files.entry(format!("help/{file}.txt")).or_default() += &format!("$ {}\n{text}\n", line.join(" "));
    }
    for (name, text) in files {
        check(&name, &text);
    }
}
