//! What happens in the market, for Prometheus: read from the state of each finalised block, at most every few seconds.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use codec::Decode;
use futures::StreamExt;
use sc_client_api::{BlockchainEvents, StorageKey, StorageProvider};
use sp_api::ProvideRuntimeApi;
use sp_runtime::traits::Block as BlockT;
use substrate_prometheus_endpoint::{F64, Gauge, GaugeVec, Opts, PrometheusError, Registry, U64, register};
use tributary_runtime::Runtime;
use tributary_runtime_api::{subnets::SubnetInfoRuntimeApi, swap::SwapRuntimeApi};

use crate::service::{Block, Client};

type Hash = <Block as BlockT>::Hash;

/// The least time between two readings: a node that syncs finalises thousands of blocks a second.
const PAUSE: Duration = Duration::from_secs(2);

/// Rao in a TAO.
const RAO: f64 = 1e9;

struct Gauges {
    issuance: Gauge<F64>,
    staked: Gauge<F64>,
    subnets: Gauge<U64>,
    price: GaugeVec<F64>,
    emission: GaugeVec<F64>,
    pool_tao: GaugeVec<F64>,
    pool_alpha: GaugeVec<F64>,
    epochs: GaugeVec<U64>,
    last_epoch: GaugeVec<U64>,
    neurons: GaugeVec<U64>,
    weights_age: GaugeVec<U64>,
    bond: GaugeVec<F64>,
    tribute: GaugeVec<F64>,
    reservoir_tao: GaugeVec<F64>,
    reservoir_alpha: GaugeVec<F64>,
}

impl Gauges {
    fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let whole = |name: &str, help: &str| register(Gauge::<F64>::new(format!("tributary_{name}"), help)?, registry);
        let each = |name: &str, help: &str| {
            register(
                GaugeVec::<F64>::new(Opts::new(format!("tributary_subnet_{name}"), help), &["netuid"])?,
                registry,
            )
        };
        let counts = |name: &str, help: &str| {
            register(
                GaugeVec::<U64>::new(Opts::new(format!("tributary_subnet_{name}"), help), &["netuid"])?,
                registry,
            )
        };
        Ok(Self {
            issuance: whole("issuance_tao", "TAO in all accounts, as the chain counts it")?,
            staked: whole("staked_tao", "TAO in pools and staked on root")?,
            subnets: register(Gauge::new("tributary_subnets", "Subnets, root included")?, registry)?,
            price: each("price_tao", "TAO for one alpha")?,
            emission: each("emission_tao", "TAO that a block gives to the subnet's pool")?,
            pool_tao: each("pool_tao", "TAO in the pool")?,
            pool_alpha: each("pool_alpha", "Alpha in the pool")?,
            epochs: counts("epochs", "Epochs so far")?,
            last_epoch: counts("last_epoch_block", "Block of the last epoch")?,
            neurons: counts("neurons", "Neurons")?,
            weights_age: counts("weights_age_blocks", "Blocks since anybody last set weights")?,
            bond: each("pact_bond_tao", "TAO that the owner would lose by a breach")?,
            tribute: each(
                "pact_tribute_tao",
                "Tribute received in TAO: of payments, bonds and deposits",
            )?,
            reservoir_tao: each("pact_reservoir_tao", "Tribute that waits to be released, in TAO")?,
            reservoir_alpha: each("pact_reservoir_alpha", "Tribute that waits to be released, in alpha")?,
        })
    }

    fn reset(&self) {
        let gauges = [
            &self.price,
            &self.emission,
            &self.pool_tao,
            &self.pool_alpha,
            &self.bond,
            &self.tribute,
            &self.reservoir_tao,
            &self.reservoir_alpha,
        ];
        gauges.iter().for_each(|gauge| gauge.reset());
        [&self.epochs, &self.last_epoch, &self.neurons, &self.weights_age]
            .iter()
            .for_each(|gauge| gauge.reset());
    }

    /// Reads the state of a block. What a runtime of another version states in another form is left out.
    fn read(&self, client: &Client, hash: Hash, number: u64) {
        let api = client.runtime_api();
        if let Some(issuance) = value::<u64>(client, hash, &pallet_balances::TotalIssuance::<Runtime>::hashed_key()) {
            self.issuance.set(issuance as f64 / RAO);
        }
        if let Some(staked) = value::<u64>(client, hash, &pallet_subtensor::TotalStake::<Runtime>::hashed_key()) {
            self.staked.set(staked as f64 / RAO);
        }
        let Ok(infos) = api.get_all_dynamic_info(hash) else {
            return;
        };
        let subnets: Vec<_> = infos.into_iter().flatten().collect();
        self.subnets.set(subnets.len() as u64);
        // A subnet that is gone must not stay.
        self.reset();
        for info in subnets {
            let netuid = info.netuid.0;
            let label = netuid.0.to_string();
            let set = |gauge: &GaugeVec<F64>, amount: u64| {
                gauge.with_label_values(&[&label]).set(amount as f64 / RAO);
            };
            if let Ok(price) = api.current_alpha_price(hash, netuid) {
                set(&self.price, price);
            }
            set(&self.emission, info.tao_in_emission.0.0);
            set(&self.pool_tao, info.tao_in.0.0);
            set(&self.pool_alpha, info.alpha_in.0.0);
            self.last_epoch.with_label_values(&[&label]).set(info.last_step.0);
            let count = |gauge: &GaugeVec<U64>, key: Vec<u8>| {
                if let Some(count) = value(client, hash, &key) {
                    gauge.with_label_values(&[&label]).set(count);
                }
            };
            count(
                &self.epochs,
                pallet_subtensor::SubnetEpochIndex::<Runtime>::hashed_key_for(netuid),
            );
            let key = pallet_subtensor::SubnetworkN::<Runtime>::hashed_key_for(netuid);
            if let Some(neurons) = value::<u16>(client, hash, &key) {
                self.neurons.with_label_values(&[&label]).set(neurons.into());
            }
            let key = pallet_subtensor::LastUpdate::<Runtime>::hashed_key_for(netuid.index(Default::default()));
            let updates = value::<Vec<u64>>(client, hash, &key).unwrap_or_default();
            if let Some(last) = updates.into_iter().max() {
                self.weights_age
                    .with_label_values(&[&label])
                    .set(number.saturating_sub(last));
            }
            let key = pallet_pact::Pacts::<Runtime>::hashed_key_for(netuid);
            type Pact = tributary_economy::pact::Pact<tributary_runtime::AccountId>;
            if let Some(pact) = value::<Pact>(client, hash, &key) {
                set(&self.bond, pact.bond.0);
                let totals = &pact.totals;
                let sources = [totals.from_payments, totals.from_bonds, totals.from_deposits];
                set(
                    &self.tribute,
                    sources.iter().fold(0, |sum, source| sum.saturating_add(source.0)),
                );
                set(&self.reservoir_tao, pact.reservoir.tao.0);
                if let Ok(alpha) = pact.reservoir.alpha() {
                    set(&self.reservoir_alpha, alpha.0);
                }
            }
        }
    }
}

fn value<T: Decode>(client: &Client, hash: Hash, key: &[u8]) -> Option<T> {
    let data = client.storage(hash, &StorageKey(key.to_vec())).ok()??;
    T::decode(&mut &data.0[..]).ok()
}

/// Registers the gauges; what it returns keeps them up to date.
///
/// # Errors
/// A gauge of that name exists.
pub fn run(
    client: Arc<Client>,
    registry: &Registry,
) -> Result<impl Future<Output = ()> + Send + 'static, PrometheusError> {
    let gauges = Gauges::register(registry)?;
    Ok(async move {
        let mut finalised = client.finality_notification_stream();
        let mut last: Option<Instant> = None;
        while let Some(notification) = finalised.next().await {
            if last.is_none_or(|last| last.elapsed() >= PAUSE) {
                gauges.read(&client, notification.hash, notification.header.number.into());
                last = Some(Instant::now());
            }
        }
    })
}
