//! A node: the parts of polkadot-sdk's client, put together.

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use sc_client_api::{Backend as _, BlockBackend};
use sc_consensus::LongestChain;
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf, SharedVoterState, VotingRulesBuilder};
use sc_executor::{DEFAULT_HEAP_ALLOC_STRATEGY, HeapAllocStrategy, WasmExecutor};
use sc_network::config::{FullNetworkConfiguration, SyncMode};
use sc_network::service::traits::{NetworkBackend, NetworkService};
use sc_network_sync::SyncingService;
use sc_network_sync::strategy::warp::{WarpSyncConfig, WarpSyncProvider};
use sc_service::{Configuration, TaskManager, error::Error as ServiceError};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;
use sp_runtime::{OpaqueExtrinsic, generic, traits::Block as BlockT};
use tributary_runtime::{Header, apis::RuntimeApi};

use crate::{cli::Seal, dev, market_metrics, rpc, start_state};

/// A block whose transactions the node does not look into.
pub type Block = generic::Block<Header, OpaqueExtrinsic>;

/// What the runtime may call.
pub type HostFunctions = sp_io::SubstrateHostFunctions;

/// The client.
pub type Client = sc_service::TFullClient<Block, RuntimeApi, WasmExecutor<HostFunctions>>;
/// Where it keeps blocks and states.
pub type Backend = sc_service::TFullBackend<Block>;
/// Which of two forks is followed.
pub type SelectChain = LongestChain<Backend, Block>;
/// The transaction pool.
pub type Pool = TransactionPoolHandle<Block, Client>;

/// What makes blocks the chain's, and follows who votes.
pub type GrandpaImport = GrandpaBlockImport<Backend, Block, Client, SelectChain>;
type GrandpaLink = LinkHalf<Block, Client, SelectChain>;

/// What a node is made of before it has a network.
pub type Parts = sc_service::PartialComponents<
    Client,
    Backend,
    SelectChain,
    sc_consensus::DefaultImportQueue<Block>,
    Pool,
    (GrandpaImport, GrandpaLink, Option<Telemetry>),
>;

/// Justifications are made at least every so many blocks: what a node that syncs by warp can start from.
const JUSTIFICATION_PERIOD: u32 = 512;

/// The parts that every command needs.
///
/// # Errors
/// The database cannot be opened, or is of another chain.
pub fn parts(config: &mut Configuration) -> Result<Parts, ServiceError> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;
    let executor = executor(config);
    // A new database that is to begin with a later state must not have the first one: states are stored in order.
    let sync_mode = config.network.sync_mode;
    if start_state::is_there(&*config.chain_spec) {
        config.network.sync_mode = SyncMode::Warp;
    }
    let made = sc_service::new_full_parts::<Block, RuntimeApi, _>(
        config,
        telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
        executor,
        Vec::new(),
    );
    config.network.sync_mode = sync_mode;
    let (client, backend, keystore_container, task_manager) = made?;
    let client = Arc::new(client);
    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });
    let select_chain = LongestChain::new(backend.clone());
    let transaction_pool = Arc::from(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );
    let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &(client.clone() as Arc<_>),
        select_chain.clone(),
        telemetry.as_ref().map(Telemetry::handle),
    )?;
    start_state::take(&*config.chain_spec, &client, &grandpa_import).map_err(ServiceError::Other)?;
    let slot_source = client.clone();
    let import_queue = sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(ImportQueueParams {
        block_import: grandpa_import.clone(),
        justification_import: Some(Box::new(grandpa_import.clone())),
        client: client.clone(),
        create_inherent_data_providers: move |parent, ()| {
            let duration = sc_consensus_aura::standalone::slot_duration_at(&*slot_source, parent);
            async move { Ok(slot_and_time(duration?)) }
        },
        spawner: &task_manager.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        check_for_equivocation: Default::default(),
        telemetry: telemetry.as_ref().map(Telemetry::handle),
        compatibility_mode: Default::default(),
    })?;
    Ok(sc_service::PartialComponents {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: (grandpa_import, grandpa_link, telemetry),
    })
}

fn executor(config: &Configuration) -> WasmExecutor<HostFunctions> {
    let heap_pages = config
        .executor
        .default_heap_pages
        .map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| HeapAllocStrategy::Static {
            extra_pages: pages as _,
        });
    WasmExecutor::builder()
        .with_execution_method(config.executor.wasm_method)
        .with_max_runtime_instances(config.executor.max_runtime_instances)
        .with_runtime_cache_size(config.executor.runtime_cache_size)
        .with_onchain_heap_alloc_strategy(heap_pages)
        .with_offchain_heap_alloc_strategy(heap_pages)
        .build()
}

/// The slot and the time that a block made now would have.
fn slot_and_time(
    duration: sc_consensus_aura::SlotDuration,
) -> (
    sp_consensus_aura::inherents::InherentDataProvider,
    sp_timestamp::InherentDataProvider,
) {
    let time = sp_timestamp::InherentDataProvider::from_system_time();
    let slot = sp_consensus_aura::inherents::InherentDataProvider::from_timestamp_and_slot_duration(*time, duration);
    (slot, time)
}

/// What running tasks need of the parts, once those that are used up are gone.
struct Running {
    client: Arc<Client>,
    backend: Arc<Backend>,
    pool: Arc<Pool>,
    select_chain: SelectChain,
    keystore: sp_keystore::KeystorePtr,
    network: Arc<dyn NetworkService>,
    sync: Arc<SyncingService<Block>>,
    telemetry: Option<sc_telemetry::TelemetryHandle>,
}

/// Starts a node. `seal` is how it makes blocks without consensus, if it is to.
///
/// # Errors
/// Those of [`parts`]; an address that is in use.
pub fn run<N: NetworkBackend<Block, <Block as BlockT>::Hash>>(
    mut config: Configuration,
    seal: Option<Seal>,
) -> Result<TaskManager, ServiceError> {
    let Parts {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: (grandpa_import, grandpa_link, mut telemetry),
    } = parts(&mut config)?;

    let mut net_config =
        FullNetworkConfiguration::<Block, _, N>::new(&config.network, config.prometheus_registry().cloned());
    let metrics = N::register_notification_metrics(config.prometheus_registry());
    let genesis = client.block_hash(0)?.ok_or("the database has no genesis block")?;
    let protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (protocol_config, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
        protocol.clone(),
        metrics.clone(),
        net_config.peer_store_handle(),
    );
    net_config.add_notification_protocol(protocol_config);
    let warp: Arc<dyn WarpSyncProvider<Block>> = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa_link.shared_authority_set().clone(),
        Vec::default(),
    ));
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: transaction_pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: seal.is_none().then_some(WarpSyncConfig::WithProvider(warp)),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    if config.offchain_worker.enabled {
        let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
            runtime_api_provider: client.clone(),
            is_validator: config.role.is_authority(),
            keystore: Some(keystore_container.keystore()),
            offchain_db: backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
            network_provider: Arc::new(network.clone()),
            enable_http_requests: true,
            custom_extensions: |_| Vec::new(),
        })?;
        task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            "offchain-worker",
            workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
        );
    }
    if let Some(registry) = config.prometheus_registry() {
        let gauges = market_metrics::run(client.clone(), registry)?;
        task_manager.spawn_handle().spawn("market-metrics", None, gauges);
    }

    let (seal_sink, seal_stream) = futures::channel::mpsc::channel(1024);
    let role = config.role;
    let force_authoring = config.force_authoring;
    let name = config.network.node_name.clone();
    let registry = config.prometheus_registry().cloned();
    let rpc = rpc::Parts {
        client: client.clone(),
        backend: backend.clone(),
        pool: transaction_pool.clone(),
        seal: seal.map(|_| seal_sink.clone()),
        authority_set: grandpa_link.shared_authority_set().clone(),
        voter_state: SharedVoterState::empty(),
        justifications: grandpa_link.justification_stream(),
    };
    let voter_state = rpc.voter_state.clone();
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        network: network.clone(),
        client: client.clone(),
        keystore: keystore_container.keystore(),
        task_manager: &mut task_manager,
        transaction_pool: transaction_pool.clone(),
        rpc_builder: Box::new(move |executor| rpc.module(executor).map_err(Into::into)),
        backend: backend.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        config,
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    let running = Running {
        client,
        backend,
        pool: transaction_pool,
        select_chain,
        keystore: keystore_container.keystore(),
        network,
        sync: sync_service,
        telemetry: telemetry.as_ref().map(Telemetry::handle),
    };
    if let Some(seal) = seal {
        let sealing = dev::Sealing {
            client: running.client,
            pool: running.pool,
            select_chain: running.select_chain,
            registry,
        };
        sealing.start(seal, (seal_sink, seal_stream), &task_manager)?;
        return Ok(task_manager);
    }
    if role.is_authority() {
        author(
            &running,
            grandpa_import,
            force_authoring,
            registry.as_ref(),
            &task_manager,
        )?;
    }
    finalise(
        running,
        grandpa_link,
        role,
        name,
        protocol,
        notifications,
        voter_state,
        registry,
        &task_manager,
    )?;
    Ok(task_manager)
}

/// Makes blocks in this node's slots.
fn author(
    running: &Running,
    block_import: GrandpaImport,
    force_authoring: bool,
    registry: Option<&substrate_prometheus_endpoint::Registry>,
    tasks: &TaskManager,
) -> Result<(), ServiceError> {
    let proposer_factory = sc_basic_authorship::ProposerFactory::new(
        tasks.spawn_handle(),
        running.client.clone(),
        running.pool.clone(),
        registry,
        running.telemetry.clone(),
    );
    let slot_duration = sc_consensus_aura::slot_duration(&*running.client)?;
    let aura = sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
        slot_duration,
        client: running.client.clone(),
        select_chain: running.select_chain.clone(),
        block_import,
        proposer_factory,
        create_inherent_data_providers: move |_, ()| async move { Ok(slot_and_time(slot_duration)) },
        force_authoring,
        backoff_authoring_blocks: Some(sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging::default()),
        keystore: running.keystore.clone(),
        sync_oracle: running.sync.clone(),
        justification_sync_link: running.sync.clone(),
        block_proposal_slot_portion: SlotProportion::new(2f32 / 3f32),
        max_block_proposal_slot_portion: None,
        telemetry: running.telemetry.clone(),
        compatibility_mode: Default::default(),
    })?;
    tasks
        .spawn_essential_handle()
        .spawn_blocking("aura", Some("block-authoring"), aura);
    Ok(())
}

/// Votes on which blocks are final, or watches the votes.
#[allow(clippy::too_many_arguments)]
fn finalise(
    running: Running,
    link: GrandpaLink,
    role: sc_service::Role,
    name: String,
    protocol_name: sc_network::ProtocolName,
    notification_service: Box<dyn sc_network::NotificationService>,
    shared_voter_state: SharedVoterState,
    prometheus_registry: Option<substrate_prometheus_endpoint::Registry>,
    tasks: &TaskManager,
) -> Result<(), ServiceError> {
    let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
        config: sc_consensus_grandpa::Config {
            gossip_duration: Duration::from_millis(333),
            justification_generation_period: JUSTIFICATION_PERIOD,
            name: Some(name),
            observer_enabled: false,
            keystore: role.is_authority().then_some(running.keystore),
            local_role: role,
            telemetry: running.telemetry.clone(),
            protocol_name,
        },
        link,
        network: running.network,
        sync: running.sync,
        notification_service,
        voting_rule: VotingRulesBuilder::default().build(),
        prometheus_registry,
        shared_voter_state,
        telemetry: running.telemetry,
        offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(running.pool),
    })?;
    // Without finality a node is of no use, so it goes down with its voter.
    tasks
        .spawn_essential_handle()
        .spawn_blocking("grandpa-voter", None, voter);
    drop(running.backend);
    Ok(())
}
