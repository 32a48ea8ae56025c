//! What the command line does.

use sc_cli::SubstrateCli;
use sc_network::{Litep2pNetworkBackend, NetworkWorker, config::NetworkBackendType};
use sc_service::{Configuration, PartialComponents, TaskManager};
use sp_runtime::traits::Block as BlockT;

use crate::{
    chain_spec,
    cli::{Cli, Seal, Subcommand},
    service::{self, Block},
    start_state,
};

type Hash = <Block as BlockT>::Hash;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Tributary node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        "A node of a market for machine intelligence: makes, checks and finalises blocks with others.".into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        "the repository's issues".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        chain_spec::load(id)
    }
}

/// Does what the command line says.
///
/// # Errors
/// What went wrong, for the reader.
pub fn run() -> sc_cli::Result<()> {
    let cli = Cli::from_args();
    match &cli.subcommand {
        Some(subcommand) => offline(&cli, subcommand),
        None => {
            let runner = cli.create_runner(&cli.run)?;
            let seal = cli.run.shared_params.dev.then_some(cli.seal);
            let monitor = cli.storage_monitor.clone();
            runner.run_node_until_exit(
                |config| async move { node(config, seal, monitor).map_err(sc_cli::Error::Service) },
            )
        }
    }
}

fn node(
    mut config: Configuration,
    seal: Option<Seal>,
    monitor: sc_storage_monitor::StorageMonitorParams,
) -> Result<TaskManager, sc_service::Error> {
    if seal.is_some() {
        // Its blocks have no proof that others would accept.
        config.network.default_peers_set.in_peers = 0;
        config.network.default_peers_set.out_peers = 0;
    }
    let path = config.database.path().map(std::path::Path::to_path_buf);
    let tasks = match config.network.network_backend {
        NetworkBackendType::Libp2p => service::run::<NetworkWorker<Block, Hash>>(config, seal)?,
        NetworkBackendType::Litep2p => service::run::<Litep2pNetworkBackend>(config, seal)?,
    };
    if let Some(path) = path {
        let spawner = tasks.spawn_essential_handle();
        sc_storage_monitor::StorageMonitorService::try_spawn(monitor, path, &spawner)
            .map_err(|error| sc_service::Error::Application(error.into()))?;
    }
    Ok(tasks)
}

/// What is done without a network.
fn offline(cli: &Cli, subcommand: &Subcommand) -> sc_cli::Result<()> {
    match subcommand {
        Subcommand::Key(command) => command.run(cli),
        #[allow(deprecated)]
        Subcommand::BuildSpec(command) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.chain_spec, config.network))
        }
        Subcommand::ExportChainSpec(command) => {
            let spec = cli.load_spec(&command.chain)?;
            command.run(spec)
        }
        Subcommand::GoOn { state, chain } => {
            println!("{}", start_state::go_on(state, chain)?);
            Ok(())
        }
        Subcommand::CheckBlock(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|mut config| {
                let PartialComponents {
                    client,
                    task_manager,
                    import_queue,
                    ..
                } = service::parts(&mut config)?;
                Ok((command.run(client, import_queue), task_manager))
            })
        }
        Subcommand::ExportBlocks(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|mut config| {
                let PartialComponents {
                    client, task_manager, ..
                } = service::parts(&mut config)?;
                Ok((command.run(client, config.database), task_manager))
            })
        }
        Subcommand::ExportState(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|mut config| {
                let PartialComponents {
                    client, task_manager, ..
                } = service::parts(&mut config)?;
                Ok((command.run(client, config.chain_spec), task_manager))
            })
        }
        Subcommand::ImportBlocks(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|mut config| {
                let PartialComponents {
                    client,
                    task_manager,
                    import_queue,
                    ..
                } = service::parts(&mut config)?;
                Ok((command.run(client, import_queue), task_manager))
            })
        }
        Subcommand::PurgeChain(command) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.database))
        }
        Subcommand::Revert(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|mut config| {
                let PartialComponents {
                    client,
                    task_manager,
                    backend,
                    ..
                } = service::parts(&mut config)?;
                let votes = Box::new(|client, _, blocks| {
                    sc_consensus_grandpa::revert(client, blocks)?;
                    Ok(())
                });
                Ok((command.run(client, backend, Some(votes)), task_manager))
            })
        }
        Subcommand::ChainInfo(command) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run::<Block>(&config))
        }
    }
}
