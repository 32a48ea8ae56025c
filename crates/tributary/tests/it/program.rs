//! What the program does without a chain: wallets, its own defaults, completions, man pages.

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::{run, with};

#[test]
fn wallets_are_made_imported_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("wallets");
    let path = ["--wallet-path", root.to_str().unwrap()];
    let wallet = |line: &[&str], input: &str| with(&[&["wallet"], line, &path].concat(), input, &[]);
    let made = wallet(&["new", "alice", "--hotkey", "worker", "--no-password", "--json"], "");
    let alice = made.json();
    assert!(made.err.contains("write it on paper"), "{}", made.err);
    assert!(!made.out.contains("write"), "{}", made.out);
    assert_eq!(alice["hotkeys"][0]["name"], "worker");
    // Never over another, and never without a password unless that was said.
    wallet(&["new", "alice", "--no-password"], "").fails(1, &["there is a wallet `alice` already"]);
    wallet(&["new", "bob"], "").fails(1, &["sealed with a password", "BT_WALLET_PASSWORD", "--no-password"]);
    wallet(&["new", "../bob", "--no-password"], "").fails(2, &["cannot be the name"]);

    // The words make the same account again.
    let words = made.err.lines().last().unwrap().trim().to_owned();
    let again = wallet(&["import", "again", "--no-password", "--json"], &format!("{words}\n")).json();
    assert_eq!(again["coldkey"], alice["coldkey"]);
    wallet(&["import", "bad", "--no-password"], "no words at all\n").fails(1, &["is not a key"]);
    wallet(&["import", "none", "--no-password"], "").fails(1, &["read from stdin"]);
    wallet(&["add-hotkey", "alice", "second", "--import", "--json"], "//Bob\n").json();

    let listed = wallet(&["list", "--json"], "").json();
    let names: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|wallet| &wallet["name"])
        .collect();
    assert_eq!(names, ["again", "alice"]);
    assert_eq!(
        listed[1]["hotkeys"][0]["address"],
        "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
    );
    assert_eq!(listed[1]["sealed"], false);

    // What is no file is neither waited for nor read, and no hotkey.
    let hotkeys = root.join("again/hotkeys");
    std::os::unix::fs::symlink("/dev/zero", hotkeys.join("h")).unwrap();
    fs::copy(hotkeys.join("defaultpub.txt"), hotkeys.join("hpub.txt")).unwrap();
    let pipe = root.join("again/coldkey");
    fs::remove_file(&pipe).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let listed = wallet(&["list", "--json"], "").json();
    let names: Vec<&Value> = listed[0]["hotkeys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["name"])
        .collect();
    assert_eq!(names, ["default"]);
    assert!(
        listed[0]["problem"].as_str().unwrap().contains("named pipe"),
        "{listed}"
    );
    let pipe = pipe.to_str().unwrap();
    let nowhere = ["--endpoint", "ws://127.0.0.1:1"];
    let pay = [&["transfer", "//Bob", "1", "--wallet", "again"][..], &path, &nowhere].concat();
    run(&pay).fails(1, &["named pipe"]);
    for line in [
        &["vectors", pipe][..],
        &["replay", pipe],
        &["futures", "run", pipe, "--out", "run"],
        &["futures", "sweep", pipe],
        &["futures", "start", pipe],
        &["artifact", "seal", pipe, "--out", "sealed", "--round", "1"],
    ] {
        run(line).fails(1, &["named pipe"]);
    }

    // A public file of another account is not believed.
    let public = root.join("alice/coldkeypub.txt");
    fs::write(&public, fs::read(root.join("alice/hotkeys/secondpub.txt")).unwrap()).unwrap();
    let nowhere = ["--endpoint", "ws://127.0.0.1:1"];
    let pay = [&["transfer", "//Bob", "1", "--wallet", "alice"][..], &path, &nowhere].concat();
    run(&pay).fails(1, &["is the key of", "but", "Nothing was signed"]);
    let repaired = wallet(&["repair", "alice"], "");
    assert!(
        repaired.out.contains(alice["coldkey"].as_str().unwrap()),
        "{}",
        repaired.out
    );
    run(&pay).fails(1, &["no chain answers"]);
}

#[test]
fn a_new_wallet_is_sealed_with_the_password_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let secret = [("BT_WALLET_PASSWORD", "Tributary-42-river")];
    let made = with(
        &["wallet", "new", "sealed", "--wallet-path", root, "--json"],
        "",
        &secret,
    )
    .json();
    assert_eq!(made["sealed"], true);
    let file = fs::read(folder.path().join("sealed/coldkey")).unwrap();
    assert!(file.starts_with(b"$NACL"));
}

#[test]
fn the_users_file_gives_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let config = |text: &str, line: &[&str], more: &[(&str, &str)]| {
        fs::write(&file, text).unwrap();
        let variable = [("TRIBUTARY_CONFIG", file.to_str().unwrap())];
        with(line, "", &[&variable[..], more].concat())
    };
    let text = "endpoint = \"ws://127.0.0.1:1\"";
    config(text, &["status"], &[]).fails(1, &["no chain answers at ws://127.0.0.1:1"]);
    let environment = [("TRIBUTARY_ENDPOINT", "ws://127.0.0.1:2")];
    config(text, &["status"], &environment).fails(1, &["ws://127.0.0.1:2"]);
    // An empty variable is none.
    config(text, &["status"], &[("TRIBUTARY_ENDPOINT", "")]).fails(1, &["no chain answers at ws://127.0.0.1:1"]);
    let line = ["status", "--endpoint", "ws://127.0.0.1:3"];
    config(text, &line, &environment).fails(1, &["ws://127.0.0.1:3"]);
    config("endpont = 1", &["status"], &[]).fails(2, &["config.toml is wrong", "endpont", "endpoint"]);
    // One that was named must be there; the one that was not need not.
    let missing = folder.path().join("missing.toml");
    with(&["status"], "", &[("TRIBUTARY_CONFIG", missing.to_str().unwrap())]).fails(2, &["missing.toml"]);
}

#[test]
fn quiet_is_quiet_but_for_errors() {
    let nowhere = ["--endpoint", "ws://127.0.0.1:1"];
    run(&[&["-q", "status"][..], &nowhere].concat()).fails(1, &["no chain answers"]);
    run(&["-q", "-v", "status"]).fails(2, &["cannot be used with"]);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let shown = run(&["-q", "wallet", "list", "--wallet-path", root]);
    assert_eq!((shown.code, shown.out.as_str(), shown.err.as_str()), (0, "", ""));
    let shown = run(&["wallet", "list", "--wallet-path", root]);
    assert!(shown.err.contains("there are no wallets"), "{}", shown.err);
}

#[test]
fn shells_and_readers_are_served() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        assert!(script.code == 0 && script.out.contains("serve-gateway"), "{shell}");
    }
    run(&["completions", "tcsh"]).fails(2, &["possible values: bash"]);
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man");
    assert_eq!(run(&["man", pages.to_str().unwrap()]).code, 0);
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap();
    assert!(page("tributary.1").contains("market"));
    assert!(page("tributary-pact-sign.1").contains("tributary pact sign"));
    assert!(Path::new(&pages).read_dir().unwrap().count() > 50);
    assert!(run(&["man"]).out.contains(".TH"));
    let help = run(&["--help"]);
    assert!(
        help.out.contains("Keys and money:") && help.out.contains("  balance "),
        "{}",
        help.out
    );
    assert!(run(&["stake", "-h"]).out.contains("Example:\n  tributary stake"));
}
