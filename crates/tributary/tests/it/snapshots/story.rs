//! One story of a chain, told twice: to people, in tables and messages, and to programs, in JSON.

use super::{check, redacted, shape};
use crate::support::{ChainProcess, Run};

/// The commands, by hand of everybody. `$VOUCHER` is a voucher of 2 TAO of channel 0, and `$EVIDENCE` is a hash.
const STORY: &[&str] = &[
    "status",
    "subnets",
    "register subnet --start --hotkey //AliceHot --key //Alice --preview",
    "register subnet --start --hotkey //AliceHot --key //Alice",
    "register subnet --hotkey //BobHot --key //Bob",
    "register neuron 1 --hotkey //Worker --key //Alice --preview",
    "register neuron 1 --hotkey //Worker --key //Alice",
    "stake 1 0.5 --hotkey //Worker --slippage 2000000% --key //Alice --preview",
    "stake 1 0.5 --hotkey //Worker --slippage 2000000% --key //Alice",
    "stake 0 1 --hotkey //Worker --key //Alice",
    "unstake 1 0.01 --hotkey //Worker --slippage 100% --key //Alice --preview",
    "unstake 1 0.01 --hotkey //Worker --slippage 100% --key //Alice",
    "transfer //Bob 3 --key //Alice --preview",
    "transfer //Bob 3 --key //Alice",
    "fund //Nobody 5",
    "pact show 1",
    "pact propose 1 --revenue-share 20% --bond 5 --key //Bob",
    "pact sign 1 --revenue-share 20% --pledge 0.1 --bond 5 --notice 5 --route holders --key //Alice",
    "pay 1 //Seller 1.000000007 --receipt invoice --key //Alice --preview",
    "pay 1 //Seller 1.000000007 --receipt invoice --key //Alice",
    "channel list",
    "channel open 10 --netuid 1 --payee //Bob --expiry 100000 --key //Charlie --preview",
    "channel open 10 --netuid 1 --payee //Bob --expiry 100000 --key //Charlie",
    "channel top-up 0 1 --key //Charlie",
    "channel voucher 0 1.5 --key //Charlie",
    "channel settle $VOUCHER --key //Bob",
    "channel list",
    "channel token 0 --key //Charlie",
    "channel close 0 --key //Charlie",
    "status",
    "subnets",
    "metagraph 1",
    "price",
    "price 1",
    "balance //Alice",
    "balance //Stranger",
    "artifact show 1",
    "pact tighten 1 --revenue-share 25% --key //Alice --preview",
    "pact tighten 1 --revenue-share 25% --key //Alice",
    "pact loosen 1 --revenue-share 20% --key //Alice",
    "pact report 1 --evidence $EVIDENCE --key //Bob",
    "pact announce-exit 1 --key //Alice",
    "pact show 1",
    "pact cancel-exit 1 --key //Alice",
    "tribute history 1",
    // What does not work, and how that is said.
    "transfer //Bob 3 --key //Penniless",
    "metagraph 77",
    "market show 1",
    "pact exit 1 --key //Alice",
    "channel settle 0:1:00 --key //Bob",
];

/// Plays the story on a chain of its own and tells how each command went.
fn play(more: &[&str], tell: impl Fn(&Run) -> String) -> String {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let evidence = "ab".repeat(32);
    let mut told = String::new();
    for line in STORY {
        let words = line.split(' ').map(|word| match word {
            "$VOUCHER" => {
                let made = chain.run(&["channel", "voucher", "0", "2", "--key", "//Charlie", "--json"]);
                made.json()["voucher"].as_str().unwrap().to_owned()
            }
            "$EVIDENCE" => evidence.clone(),
            word => word.to_owned(),
        });
        let words: Vec<String> = words.collect();
        let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let run = chain.run(&words);
        let command = [line].into_iter().chain(more).copied().collect::<Vec<_>>().join(" ");
        told += &format!("$ tributary {command}\n{}\n", tell(&run));
    }
    let told = redacted(&told, &[(&chain.endpoint, "[ENDPOINT]")]);
    chain.stop();
    told
}

/// What a command said on stderr, marked, and how it ended if it failed.
fn said(run: &Run) -> String {
    let mut text: String = run.err.lines().map(|line| format!("! {line}\n")).collect();
    if run.code != 0 {
        text += &format!("! exit code {}\n", run.code);
    }
    text
}

/// An API key holds a signature.
fn without_keys(text: &str) -> String {
    let mut shown = String::new();
    for (index, part) in text.split("trib-").enumerate() {
        if index > 0 {
            shown += "trib-[KEY]";
        }
        let key = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        shown += if index > 0 { part.trim_start_matches(key) } else { part };
    }
    shown
}

#[test]
fn tables_and_messages() {
    let told = play(&[], |run| said(run) + &run.out);
    check("tables.txt", &without_keys(&told));
}

#[test]
fn shapes_of_json() {
    let told = play(&["--json"], |run| match run.code {
        0 => shape::of(&run.out) + "\n",
        code => format!("! exit code {code}\n"),
    });
    check("json.txt", &told);
}
