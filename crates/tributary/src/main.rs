//! The command line of Tributary: thin, without rules of its own.

#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

mod amount;
mod cli;
mod commands;
mod config;
mod folder;
mod help;
mod logs;
mod market;
mod options;
mod output;
mod rail;
mod rpc_chain;
mod shares;
mod stop;
mod up;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use cli::{Cli, Command};
use commands::register::Register;
use output::say;

/// The chain asks for memory several times for every entry that it reads, and one thread frees what another asked for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    output::catch_panics();
    let config = match config::Config::load() {
        Ok(config) => config,
        Err(e) => {
            say!("error: {}", output::reasons(&e));
            return ExitCode::from(2);
        }
    };
    let command = config::without_empty_variables(config.apply(Cli::command()));
    let matches = help::dress(command)
        .try_get_matches()
        .unwrap_or_else(|e| help::exit(&e));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    output::set_quiet(cli.quiet);
    start_logs(&cli);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            say!("error: cannot start: {e}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(run(&cli.command));
    // Work that does not end by itself must not keep a finished command alive.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // `| head` has enough: that is no failure.
        Err(e) if e.is::<output::ReaderLeft>() => ExitCode::SUCCESS,
        Err(e) => {
            output::complain(format_args!("error: {}", output::reasons(&e)));
            match is_wrong_argument(&e) {
                true => ExitCode::from(2),
                false => ExitCode::FAILURE,
            }
        }
    }
}

/// Whether a command failed for what it was given, and not for what it found.
fn is_wrong_argument(error: &anyhow::Error) -> bool {
    use tributary_futures::Error as Futures;
    error.chain().any(|cause| {
        let client = cause.downcast_ref::<tributary_client::Error>();
        let futures = cause.downcast_ref::<Futures>();
        client.is_some_and(tributary_client::Error::is_wrong_argument)
            || matches!(
                futures,
                Some(Futures::NoSuchFuture { .. } | Futures::Shard { .. } | Futures::Output { .. })
            )
    })
}

async fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Up(args) => up::run(args).await,
        Command::Chain(args) => commands::chain::run(args).await,
        Command::Miner(args) => commands::train::miner(args).await,
        Command::Validator(args) => commands::train::validator(args).await,
        Command::ServeMiner(args) => commands::serve::miner(args).await,
        Command::ServeValidator(args) => commands::serve::validator(args).await,
        Command::ServeGateway(args) => commands::serve::gateway(args).await,
        Command::Status(args) => commands::status::status(args).await,
        Command::Subnets(args) => commands::status::subnets(args).await,
        Command::Metagraph(args) => commands::status::metagraph(args).await,
        Command::Transfer(args) => commands::transfer::run(args).await,
        Command::Stake(args) => commands::stake::stake(args).await,
        Command::Unstake(args) => commands::stake::unstake(args).await,
        Command::Register(Register::Neuron(args)) => commands::register::neuron(args).await,
        Command::Register(Register::Subnet(args)) => commands::register::subnet(args).await,
        Command::Market(command) => commands::market::run(command).await,
        Command::Pact(command) => commands::pact::run(command).await,
        Command::Artifact(command) => commands::artifact::run(command).await,
        Command::Beacon(args) => commands::artifact::beacon(args).await,
        Command::Pay(args) => commands::pay::pay(args).await,
        Command::Channel(command) => commands::channel::run(command).await,
        Command::Tribute(command) => commands::pay::tribute(command).await,
        Command::Futures(command) => commands::futures::run(command),
        Command::Vectors(args) => commands::vectors::run(args),
        Command::Replay(args) => commands::replay::run(args),
        Command::Price(args) => commands::price::run(args).await,
        Command::Balance(args) => commands::balance::balance(args).await,
        Command::Fund(args) => commands::balance::fund(args).await,
        Command::Wallet(command) => commands::wallet::run(command),
        Command::Completions(args) => commands::completions::completions(args, help::dress(Cli::command())),
        Command::Man(args) => commands::completions::man(args, help::dress(Cli::command())),
    }
}

/// Logs go to stderr, or onto the live screen: warnings, and what -v, -q or `RUST_LOG` ask for.
fn start_logs(cli: &Cli) {
    use tracing_subscriber::EnvFilter;
    let asked = match (cli.quiet, cli.verbose) {
        (true, _) => Some("error"),
        (false, 0) => None,
        (false, 1) => Some("info"),
        (false, _) => Some("debug"),
    };
    let filter = match asked {
        Some(level) => EnvFilter::new(level),
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")),
    };
    let live = matches!(&cli.command, Command::Up(up) if up.is_live());
    logs::start(filter, live);
}
