//! What a node answers beside the client's own methods. Clients also call `chain_getHead`, `account_nextIndex` and other
//! short names: the client has those.

use std::sync::Arc;

use futures::channel::mpsc;
use jsonrpsee::RpcModule;
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_consensus_manual_seal::{
    EngineCommand,
    rpc::{ManualSeal, ManualSealApiServer},
};
use sc_rpc::SubscriptionTaskExecutor;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::{
    dev::{Dev, DevApiServer},
    service::{Backend, Block, Client, Pool},
};

type Hash = <Block as BlockT>::Hash;

/// What the methods work on.
pub struct Parts {
    /// The client.
    pub client: Arc<Client>,
    /// Blocks and states.
    pub backend: Arc<Backend>,
    /// The transaction pool.
    pub pool: Arc<Pool>,
    /// Where blocks are asked for, if that is how they are made.
    pub seal: Option<mpsc::Sender<EngineCommand<Hash>>>,
    /// Who votes.
    pub authority_set: SharedAuthoritySet<Hash, NumberFor<Block>>,
    /// Where the vote stands.
    pub voter_state: SharedVoterState,
    /// Proofs of finality as they are made.
    pub justifications: GrandpaJustificationStream<Block>,
}

impl Parts {
    /// The methods.
    pub fn module(
        &self,
        executor: SubscriptionTaskExecutor,
    ) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
        use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
        let mut module = RpcModule::new(());
        module.merge(System::new(self.client.clone(), self.pool.clone()).into_rpc())?;
        module.merge(TransactionPayment::new(self.client.clone()).into_rpc())?;
        let proofs = FinalityProofProvider::new_for_service(self.backend.clone(), Some(self.authority_set.clone()));
        module.merge(
            Grandpa::new(
                executor,
                self.authority_set.clone(),
                self.voter_state.clone(),
                self.justifications.clone(),
                proofs,
            )
            .into_rpc(),
        )?;
        if let Some(seal) = &self.seal {
            module.merge(ManualSeal::new(seal.clone()).into_rpc())?;
            module.merge(Dev::new(seal.clone()).into_rpc())?;
        }
        Ok(module)
    }
}
