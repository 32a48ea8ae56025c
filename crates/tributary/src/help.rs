//! How the program explains itself: commands in groups, an example for each.

use clap::Command;

/// The commands as they are listed, each in one group.
const GROUPS: &[(&str, &[&str])] = &[
    ("Run a market", &["up", "chain", "beacon"]),
    (
        "Take part",
        &[
            "miner",
            "validator",
            "serve-miner",
            "serve-validator",
            "serve-gateway",
            "market",
        ],
    ),
    (
        "Inspect a chain",
        &["status", "subnets", "metagraph", "price", "balance"],
    ),
    (
        "Keys and money",
        &["wallet", "fund", "transfer", "stake", "unstake", "register"],
    ),
    ("Pacts and tribute", &["pact", "artifact", "pay", "channel", "tribute"]),
    ("Test the rules", &["futures", "vectors", "replay"]),
    ("Shell integration", &["completions", "man"]),
];

/// One example for each command that does something. `$VOUCHER` stands for a voucher.
const EXAMPLES: &[(&str, &str)] = &[
    ("up", "tributary up --blocks 300 --data ./market"),
    ("chain", "tributary chain --block-time 1000 --data ./chain"),
    ("beacon", "tributary beacon --listen 127.0.0.1:8403"),
    (
        "miner",
        "tributary miner --netuid 1 --wallet alice --hotkey worker --listen 0.0.0.0:8091 --announce 203.0.113.7:8091",
    ),
    (
        "validator",
        "tributary validator --netuid 1 --wallet bob --hotkey judge --state ./judge",
    ),
    (
        "serve-miner",
        "tributary serve-miner --netuid 4 --train-netuid 1 --wallet alice --hotkey server",
    ),
    (
        "serve-validator",
        "tributary serve-validator --netuid 4 --train-netuid 1 --wallet bob --hotkey judge",
    ),
    (
        "serve-gateway",
        "tributary serve-gateway --netuid 4 --train-netuid 1 --wallet seller --state ./gateway",
    ),
    ("market show", "tributary market show 2"),
    ("market fetch", "tributary market fetch 2 --out ./market"),
    (
        "market publish",
        "tributary market publish 2 --corpus ./text --rules rules.json --wallet owner --hotkey owner",
    ),
    ("status", "tributary status --json"),
    ("subnets", "tributary subnets"),
    ("metagraph", "tributary metagraph 1"),
    ("price", "tributary price 2 --amount 50"),
    ("balance", "tributary balance //Alice"),
    (
        "fund",
        "tributary fund 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 1000",
    ),
    ("wallet new", "tributary wallet new alice --hotkey worker"),
    ("wallet import", "tributary wallet import alice"),
    ("wallet add-hotkey", "tributary wallet add-hotkey alice second"),
    ("wallet list", "tributary wallet list"),
    ("wallet repair", "tributary wallet repair alice"),
    ("transfer", "tributary transfer //Bob 12.5 --wallet alice"),
    ("stake", "tributary stake 2 100 --slippage 2% --wallet alice"),
    ("unstake", "tributary unstake 2 all --wallet alice --preview"),
    (
        "register neuron",
        "tributary register neuron 2 --wallet alice --hotkey worker --preview",
    ),
    ("register subnet", "tributary register subnet --start --wallet alice"),
    ("pact show", "tributary pact show 2"),
    (
        "pact propose",
        "tributary pact propose 2 --revenue-share 20% --bond 100 --key //Alice",
    ),
    (
        "pact sign",
        "tributary pact sign 2 --revenue-share 20% --bond 100 --notice 1000 --route holders --wallet owner",
    ),
    (
        "pact tighten",
        "tributary pact tighten 2 --revenue-share 25% --wallet owner",
    ),
    (
        "pact loosen",
        "tributary pact loosen 2 --revenue-share 10% --wallet owner",
    ),
    ("pact object", "tributary pact object 2 --wallet alice --hotkey worker"),
    (
        "pact apply-loosening",
        "tributary pact apply-loosening 2 --wallet owner",
    ),
    ("pact announce-exit", "tributary pact announce-exit 2 --wallet owner"),
    ("pact cancel-exit", "tributary pact cancel-exit 2 --wallet owner"),
    ("pact exit", "tributary pact exit 2 --wallet owner"),
    (
        "pact report",
        "tributary pact report 2 --evidence evidence.pdf --wallet alice",
    ),
    (
        "pact vote",
        "tributary pact vote 2 0 uphold --wallet alice --hotkey worker",
    ),
    ("pact resolve", "tributary pact resolve 2 0 --wallet alice"),
    (
        "pact establish-breach",
        "tributary pact establish-breach 2 --wallet alice",
    ),
    ("pact post-bond", "tributary pact post-bond 2 --wallet owner"),
    ("artifact show", "tributary artifact show 1"),
    (
        "artifact seal",
        "tributary artifact seal model.bin --out model.sealed --after 3600",
    ),
    ("artifact open", "tributary artifact open model.sealed --out model.bin"),
    (
        "artifact check",
        "tributary artifact check model.sealed --content model.bin --secret model.sealed.secret",
    ),
    (
        "artifact commit",
        "tributary artifact commit 1 model.bin --out model.sealed --location https://example.org/model.sealed --wallet owner",
    ),
    (
        "artifact confirm",
        "tributary artifact confirm 1 --content model.bin --secret model.sealed.secret --wallet bob --hotkey judge",
    ),
    ("artifact watch", "tributary artifact watch 1 2 3 --out ./archive"),
    (
        "pay",
        "tributary pay 4 //Seller 2.5 --receipt 'invoice 17' --wallet alice",
    ),
    (
        "channel open",
        "tributary channel open 20 --gateway http://127.0.0.1:8402 --wallet alice",
    ),
    ("channel top-up", "tributary channel top-up 1 5 --wallet alice"),
    ("channel list", "tributary channel list --account //Alice"),
    ("channel token", "tributary channel token 1 --wallet alice"),
    ("channel voucher", "tributary channel voucher 1 0.5 --wallet alice"),
    ("channel settle", "tributary channel settle $VOUCHER --wallet seller"),
    ("channel close", "tributary channel close 1 --wallet alice"),
    (
        "channel wallet",
        "tributary channel wallet 1 --gateway http://127.0.0.1:8402 --budget 5 --wallet alice",
    ),
    ("tribute history", "tributary tribute history 4 --blocks 500"),
    (
        "futures run",
        "tributary futures run scenario.toml --runs 1000 --out ./run",
    ),
    (
        "futures compare",
        "tributary futures compare without.toml with.toml --runs 500",
    ),
    (
        "futures calibrate",
        "tributary futures calibrate --write calibrated.toml",
    ),
    ("futures start", "tributary futures start state.dump --out start.json"),
    (
        "futures sweep",
        "tributary futures sweep table.csv --runs 200 --out sweep.csv",
    ),
    ("futures sensitivity", "tributary futures sensitivity scenario.toml"),
    ("futures report", "tributary futures report ./run"),
    ("futures explain", "tributary futures explain 17 scenario.toml"),
    (
        "futures shard",
        "tributary futures shard scenario.toml --out ./shard-0 --index 0 --of 4",
    ),
    (
        "futures merge",
        "tributary futures merge ./shard-0 ./shard-1 --out ./run",
    ),
    ("vectors", "tributary vectors crates/vectors/data/economy_vectors.json"),
    (
        "replay",
        "tributary replay crates/vectors/data/b8813880.json crates/vectors/data/b9221720.json",
    ),
    ("completions", "tributary completions bash"),
    ("man", "tributary man ./man"),
];

/// What `--hotkey` means to commands that choose one if none is named.
const HOTKEYS: [(&str, &str); 2] = [
    (
        "stake",
        "The hotkey to stake to: an address, a development name, or with --wallet the name of one of its hotkeys. Without it: your own hotkey (the wallet's `default`, or the account of --key) if it is registered on the subnet, else the validator with the most stake, else the owner's hotkey (on root: the hotkey with the most stake there)",
    ),
    (
        "unstake",
        "The hotkey to unstake from: an address, a development name, or with --wallet the name of one of its hotkeys. Without it: the only hotkey to which you have staked on the subnet",
    ),
];

/// The commands for which a hotkey matters. The others sign with the coldkey, and take `--hotkey` without a word, for it
/// may be among the user's defaults.
const WITH_HOTKEY: [&str; 13] = [
    "miner",
    "validator",
    "serve-miner",
    "serve-validator",
    "serve-gateway",
    "market publish",
    "stake",
    "unstake",
    "register neuron",
    "register subnet",
    "pact object",
    "pact vote",
    "artifact confirm",
];

/// How many examples of its commands a group shows.
const GROUP_EXAMPLES: usize = 3;

/// The command line with groups and examples.
pub fn dress(command: Command) -> Command {
    let command = HOTKEYS.iter().fold(command, |command, (name, text)| {
        command.mut_subcommand(name, |c| c.mut_arg("hotkey", |argument| argument.help(*text)))
    });
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}Options:\n{{options}}{{after-help}}",
        groups(&command)
    );
    examples(command.help_template(template), "")
}

/// What the parser's number readers say, and what that means to people.
const PLAIN: [(&str, &str); 6] = [
    ("invalid digit found in string", "write a whole number"),
    ("cannot parse integer from empty string", "write a whole number"),
    ("invalid float literal", "write a number"),
    ("cannot parse float from empty string", "write a number"),
    ("number too large to fit in target type", "the number is too large"),
    ("number too small to fit in target type", "the number is too small"),
];

/// Ends the program with what the parser says: help and version on stdout, else what is wrong on stderr and exit code 2.
pub fn exit(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    if error.use_stderr()
        && let Some((said, plain)) = PLAIN.iter().find(|(said, _)| text.contains(said))
    {
        crate::output::complain(format_args!("{}", text.replace(said, plain).trim_end()));
        std::process::exit(2);
    }
    error.exit()
}

fn groups(command: &Command) -> String {
    let width = GROUPS
        .iter()
        .flat_map(|(_, names)| *names)
        .map(|name| name.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for (heading, names) in GROUPS {
        text.push_str(&format!("{heading}:\n"));
        for name in *names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!("  {name:width$}  {about}\n"));
        }
        text.push('\n');
    }
    text
}

fn examples(command: Command, path: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let command = names.into_iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |c| examples(c, path.trim_start()))
    });
    let is_idle = command.get_arguments().any(|argument| argument.get_id() == "key") && !WITH_HOTKEY.contains(&path);
    let command = command.mut_args(|argument| match argument.get_id() == "hotkey" && is_idle {
        true => argument.hide(true),
        false => argument,
    });
    // `-5` is a value that the argument itself refuses, with a reason.
    let command = command.mut_args(|argument| match argument.get_action().takes_values() {
        true => argument.allow_negative_numbers(true),
        false => argument,
    });
    let of_group = format!("{path} ");
    let shown: Vec<&str> = EXAMPLES
        .iter()
        .filter(|(known, _)| *known == path || !path.is_empty() && known.starts_with(&of_group))
        .map(|(_, example)| *example)
        .take(GROUP_EXAMPLES)
        .collect();
    let example = match shown.as_slice() {
        [] => return command,
        [one] => format!("Example:\n  {one}"),
        several => format!("Examples:\n  {}", several.join("\n  ")),
    };
    match command.get_after_long_help().map(ToString::to_string) {
        Some(long) => command
            .after_help(example.clone())
            .after_long_help(format!("{long}\n\n{example}")),
        None => command.after_help(example),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn leaves(command: &Command, path: &str, found: &mut Vec<String>) {
        let mut any = false;
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            any = true;
            leaves(sub, format!("{path} {}", sub.get_name()).trim_start(), found);
        }
        if !any {
            found.push(path.to_owned());
        }
    }

    #[test]
    fn every_command_is_in_one_group() {
        let command = Cli::command();
        let all: BTreeSet<&str> = command.get_subcommands().map(Command::get_name).collect();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), all);
        assert_eq!(grouped.len(), all.len(), "each once");
        let help = dress(command).render_help().to_string();
        for (heading, _) in GROUPS {
            assert!(help.contains(&format!("{heading}:\n")), "{help}");
        }
    }

    #[test]
    fn groups_show_examples_of_their_commands() {
        for group in Cli::command().get_subcommands().filter(|c| c.has_subcommands()) {
            let mut dressed = dress(Cli::command());
            let group = dressed.find_subcommand_mut(group.get_name()).unwrap();
            let help = group.render_long_help().to_string();
            let example = format!("  tributary {} ", group.get_name());
            assert!(help.contains(&example), "{help}");
        }
    }

    #[test]
    fn every_command_has_an_example_that_it_understands() {
        let mut found = Vec::new();
        leaves(&Cli::command(), "", &mut found);
        let known: BTreeSet<String> = EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), known);
        let voucher = format!("1:500000000:{}", "11".repeat(64));
        for (path, example) in EXAMPLES {
            assert!(example.starts_with(&format!("tributary {path}")), "{example}");
            let words = example.replace("'invoice 17'", "invoice").replace("$VOUCHER", &voucher);
            match dress(Cli::command()).try_get_matches_from(words.split_whitespace()) {
                Ok(_) => {}
                Err(e) => panic!("{example}: {e}"),
            }
        }
    }
}
