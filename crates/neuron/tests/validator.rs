//! The validator's loop against a chain in memory.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{
    Head, Identity, NeuronError, Opinion, Peer, Progress, Round, SubnetParameters, ValidatorOptions,
    memory_chain::MemoryChain, run_validator,
};

const NETUID: u16 = 7;

/// Everybody is worth the same. Tells which block the loop has reached.
struct Flat {
    seen: watch::Sender<u64>,
}

#[async_trait]
impl tributary_neuron::Market for Flat {
    type Task = ();
    type Answer = ();

    async fn observe(&mut self, head: Head) -> Result<(), NeuronError> {
        self.seen.send_replace(head.number);
        Ok(())
    }

    async fn sample(&mut self, _: &Round) -> Result<(), NeuronError> {
        Ok(())
    }

    async fn query(&self, (): &(), _: &Peer) -> Result<(), NeuronError> {
        Ok(())
    }

    async fn score(
        &mut self,
        _: &Round,
        (): (),
        answers: Vec<(Peer, Result<(), NeuronError>)>,
    ) -> Result<Vec<Opinion>, NeuronError> {
        let opinion = |(peer, _): (Peer, _)| Opinion {
            uid: peer.uid,
            hotkey: peer.hotkey,
            score: 1.0,
            void: false,
        };
        Ok(answers.into_iter().map(opinion).collect())
    }

    fn report(&mut self, _: &Progress) {}
}

fn chain(commit_reveal: bool) -> (Arc<MemoryChain>, Identity) {
    let parameters = SubnetParameters {
        tempo_blocks: 9,
        weights_rate_limit_blocks: 0,
        weights_version: 0,
        min_allowed_weights: 1,
        commit_reveal,
        reveal_period_epochs: 1,
        epoch: 0,
    };
    let chain = Arc::new(MemoryChain::new(NETUID, parameters));
    let validator = Identity::from_seed(&[1; 32]);
    chain.register(validator.hotkey(), true, 1);
    chain.register(Identity::from_seed(&[2; 32]).hotkey(), false, 0);
    (chain, validator)
}

fn options() -> ValidatorOptions {
    ValidatorOptions {
        netuid: NETUID,
        smoothing: 1.0,
        concurrent_max: 4,
        round_every: Duration::ZERO,
    }
}

/// Lets blocks pass, one at a time and at the loop's pace, until weights are set; the block at which they were, or the
/// next.
async fn blocks_to_weights(chain: &MemoryChain, mut seen: watch::Receiver<u64>) -> u64 {
    for block in 1..100 {
        chain.advance();
        // Who sees a block is done with the one before.
        seen.wait_for(|head| *head >= block).await.unwrap();
        if !chain.weights().is_empty() {
            return block;
        }
    }
    panic!("no weights after 100 blocks");
}

async fn first_weights(commit_reveal: bool) -> u64 {
    let (chain, validator) = chain(commit_reveal);
    let cancel = CancellationToken::new();
    let (seen, reached) = watch::channel(0);
    let run = run_validator(Flat { seen }, options(), chain.clone(), validator, cancel.clone());
    let task = tokio::spawn(run);
    let block = blocks_to_weights(&chain, reached).await;
    assert_eq!(chain.weights()[&0], [(1, u16::MAX)]);
    cancel.cancel();
    task.await.unwrap().unwrap();
    block
}

#[tokio::test]
async fn weights_are_set_in_the_first_epoch() {
    assert!(first_weights(false).await < 10);
}

#[tokio::test]
async fn committed_weights_are_revealed_in_the_next_epoch() {
    let block = first_weights(true).await;
    assert!((10..20).contains(&block), "revealed at block {block}");
}
