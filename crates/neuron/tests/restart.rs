//! Restarts: who was reachable stays so, and who is late is not left out.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{
    Answer, Call, Chain as _, DendriteError, Handler, Identity, Market, MinerOptions, NeuronError, Opinion, Peer,
    Progress, Refusal, Round, SubnetParameters, ValidatorOptions, Worker, memory_chain::MemoryChain, run_miner,
    run_validator,
};

const NETUID: u16 = 7;

fn chain() -> Arc<MemoryChain> {
    let parameters = SubnetParameters {
        tempo_blocks: 99,
        weights_rate_limit_blocks: 0,
        weights_version: 0,
        min_allowed_weights: 1,
        commit_reveal: false,
        reveal_period_epochs: 1,
        epoch: 0,
    };
    Arc::new(MemoryChain::new(NETUID, parameters))
}

struct Idle;

#[async_trait]
impl Handler for Idle {
    async fn handle(&self, _: Call) -> Result<Answer, Refusal> {
        Err(Refusal::not_found("nothing here"))
    }
}

#[async_trait]
impl Worker for Idle {
    fn handler(&self) -> Arc<dyn Handler> {
        Arc::new(Idle)
    }

    async fn step(&mut self) -> Result<Duration, NeuronError> {
        Ok(Duration::from_secs(3600))
    }
}

/// A miner that runs until it is announced; where it listens.
async fn mine(chain: &Arc<MemoryChain>, miner: &Identity) -> SocketAddr {
    let cancel = CancellationToken::new();
    let options = MinerOptions {
        refresh_every: Duration::from_millis(10),
        ..MinerOptions::local(NETUID)
    };
    let started = run_miner(Idle, options, chain.clone(), miner.clone(), cancel.clone()).await;
    let (address, work) = started.unwrap();
    let work = tokio::spawn(work);
    loop {
        let metagraph = chain.metagraph(NETUID).await.unwrap();
        if metagraph.neuron(&miner.hotkey()).unwrap().axon == Some(address) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    cancel.cancel();
    work.await.unwrap().unwrap();
    address
}

#[tokio::test]
async fn a_restarted_axon_listens_where_it_was() {
    let chain = chain();
    let miner = Identity::from_seed(&[2; 32]);
    chain.register(miner.hotkey(), false, 0);
    let first = mine(&chain, &miner).await;
    assert_eq!(mine(&chain, &miner).await, first);
    // Unless somebody else is there now.
    let _taken = TcpListener::bind(first).unwrap();
    assert_ne!(mine(&chain, &miner).await, first);
}

/// Peers answer at one address each.
struct Reached {
    at: BTreeMap<u16, SocketAddr>,
    /// Told when a round has begun, with the addresses of that moment.
    begun: Arc<Notify>,
}

#[async_trait]
impl Market for Reached {
    type Task = ();
    type Answer = ();

    async fn sample(&mut self, _: &Round) -> Result<(), NeuronError> {
        self.begun.notify_one();
        Ok(())
    }

    async fn query(&self, (): &(), peer: &Peer) -> Result<(), NeuronError> {
        let (Some(asked), hotkey) = (peer.axon, peer.hotkey) else {
            return Err(NeuronError::Market("announces no axon".into()));
        };
        match self.at.get(&peer.uid) {
            Some(there) if *there == asked => Ok(()),
            _ => Err(NeuronError::Dendrite(DendriteError::Unreachable {
                hotkey,
                address: asked,
                reason: "connection refused".into(),
            })),
        }
    }

    async fn score(
        &mut self,
        _: &Round,
        (): (),
        answers: Vec<(Peer, Result<(), NeuronError>)>,
    ) -> Result<Vec<Opinion>, NeuronError> {
        let opinion = |(peer, answer): (Peer, Result<(), NeuronError>)| Opinion {
            uid: peer.uid,
            hotkey: peer.hotkey,
            score: if answer.is_ok() { 1.0 } else { 0.0 },
            void: false,
        };
        Ok(answers.into_iter().map(opinion).collect())
    }

    fn report(&mut self, _: &Progress) {}
}

#[tokio::test]
async fn who_moved_is_asked_at_the_new_address_in_the_first_round() {
    let chain = chain();
    let validator = Identity::from_seed(&[1; 32]);
    chain.register(validator.hotkey(), true, 1);
    let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let register = async |seed: u8, port| {
        let identity = Identity::from_seed(&[seed; 32]);
        let uid = chain.register(identity.hotkey(), false, 0);
        chain.serve_axon(&identity, NETUID, at(port)).await.unwrap();
        (uid, identity)
    };
    let (guest, _) = register(2, 1000).await;
    let (home, moving) = register(3, 2000).await;
    let (gone, _) = register(4, 3000).await;
    let begun = Arc::new(Notify::new());
    let market = Reached {
        at: BTreeMap::from([(guest, at(1000)), (home, at(2001))]),
        begun: begun.clone(),
    };
    let options = ValidatorOptions {
        netuid: NETUID,
        smoothing: 1.0,
        concurrent_max: 4,
        round_every: Duration::ZERO,
    };
    let cancel = CancellationToken::new();
    let run = run_validator(market, options, chain.clone(), validator, cancel.clone());
    let run = tokio::spawn(run);
    // The validator has begun to ask before the move is announced.
    begun.notified().await;
    chain.advance();
    chain.serve_axon(&moving, NETUID, at(2001)).await.unwrap();
    while chain.weights().is_empty() {
        chain.advance();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let weights = chain.weights()[&0].clone();
    assert_eq!(weights, [(guest, u16::MAX), (home, u16::MAX)], "and nothing for {gone}");
    cancel.cancel();
    run.await.unwrap().unwrap();
}
