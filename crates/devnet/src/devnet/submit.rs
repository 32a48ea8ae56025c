//! Transactions.

use codec::Encode;
use sp_core::H256;
use sp_runtime::{
    AccountId32,
    transaction_validity::{TransactionSource, TransactionValidity, TransactionValidityError, ValidTransaction},
};
use tokio::sync::mpsc;
use tributary_runtime::UncheckedExtrinsic;

use super::{
    handle::{Devnet, Inner, Producer},
    moment::At,
};
use crate::{
    BlockNumber, Error, Mining, arguments,
    call_stack::deep,
    chain::Chain,
    execution::{Session, extrinsic_hash},
    impersonation,
    pool::{PoolError, PoolTransaction, TransactionStatus},
};

/// Blocks that one submission may trigger, when transactions did not fit into the first.
const BLOCKS_PER_SUBMISSION: usize = 16;

impl Devnet {
    /// Puts an extrinsic (SCALE, with its length prefix) into the pool and returns its hash. When it returns the
    /// transaction is on the disk; with [`Mining::OnExtrinsic`] and no gap before it, in a block too.
    ///
    /// # Errors
    /// [`Error::Pool`] with the reason.
    pub fn submit(&self, extrinsic: &[u8]) -> Result<H256, Error> {
        self.inner.submit(extrinsic, Vec::new())
    }

    /// [`Devnet::submit`] with everything that happens to the transaction from here on.
    ///
    /// # Errors
    /// [`Error::Pool`] with the reason.
    pub fn submit_and_watch(
        &self,
        extrinsic: &[u8],
    ) -> Result<(H256, mpsc::UnboundedReceiver<TransactionStatus>), Error> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let hash = self.inner.submit(extrinsic, vec![sender])?;
        Ok((hash, receiver))
    }

    /// The transactions that wait for a block, in the order in which they came.
    pub fn pending(&self) -> Vec<Vec<u8>> {
        self.inner
            .producer
            .lock()
            .pool
            .pending()
            .iter()
            .map(|bytes| bytes.to_vec())
            .collect()
    }

    /// How many transactions wait for a block, and how many for another transaction.
    pub fn pool_counts(&self) -> (usize, usize) {
        self.inner.producer.lock().pool.counts()
    }

    /// The nonce for the next transaction of an account, counting those that wait.
    ///
    /// # Errors
    /// Those of the runtime call.
    pub fn next_nonce(&self, account: &AccountId32) -> Result<u32, Error> {
        let producer = self.inner.producer.lock();
        let mut nonce: u32 = self.call_as("AccountNonceApi_account_nonce", &account.encode(), At::Best)?;
        while producer.pool.provides(&(account, nonce).encode()) {
            nonce += 1;
        }
        Ok(nonce)
    }
}

impl Inner {
    fn submit(&self, bytes: &[u8], watchers: Vec<mpsc::UnboundedSender<TransactionStatus>>) -> Result<H256, Error> {
        deep(|| self.take_in(bytes, watchers))
    }

    fn take_in(&self, bytes: &[u8], watchers: Vec<mpsc::UnboundedSender<TransactionStatus>>) -> Result<H256, Error> {
        let extrinsic = decode(bytes)?;
        let hash = extrinsic_hash(bytes);
        let mut producer = self.producer.lock();
        let producer = &mut *producer;
        producer.pool.check_known(hash)?;
        let impersonated =
            impersonation::signer(&extrinsic).is_some_and(|signer| producer.kept.scene.impersonated.contains(&signer));
        let (validity, best) = {
            let chain = self.chain.read();
            (validate(&chain, extrinsic, impersonated), chain.head.number)
        };
        let validity = match validity {
            Ok(validity) => validity,
            Err(error) => {
                if matches!(error, PoolError::Invalid(_)) {
                    producer.pool.ban(hash);
                }
                return Err(error.into());
            }
        };
        let arrival = producer.next_arrival;
        let transaction = PoolTransaction {
            hash,
            bytes: bytes.into(),
            arrival,
            impersonated,
            valid_until: valid_until(&validity, best),
            validated_at: best,
            validity,
            watchers,
        };
        let imported = producer.pool.import(transaction)?;
        producer.next_arrival += 1;
        let removed: Vec<u64> = imported.removed.iter().map(|removed| removed.arrival).collect();
        let kept = self
            .db
            .settled()
            .insert_transaction(arrival, bytes)
            .and_then(|()| self.forget_transactions(&removed));
        if let Err(error) = kept {
            producer.pool.remove(hash);
            return Err(error);
        }
        if self.miner.mode() == Mining::OnExtrinsic {
            self.mine_ready(producer);
        }
        self.keep(producer)?;
        Ok(hash)
    }

    /// Makes blocks while there are transactions that fit. The transactions stay accepted whatever happens.
    pub(super) fn mine_ready(&self, producer: &mut Producer) {
        for _ in 0..BLOCKS_PER_SUBMISSION {
            let before = producer.pool.counts().0;
            if before == 0 {
                return;
            }
            let made = self.produce(producer).and_then(|()| self.keep(producer));
            if let Err(error) = made {
                tracing::error!(%error, "the block for a new transaction could not be made");
                return;
            }
            if producer.pool.counts().0 >= before {
                return;
            }
        }
    }

    /// Puts the transactions that were in the pool when the chain stopped back into it.
    pub(super) fn restore_pool(&self) -> Result<(), Error> {
        deep(|| self.take_in_again())
    }

    fn take_in_again(&self) -> Result<(), Error> {
        let mut producer = self.producer.lock();
        let mut gone = Vec::new();
        for (arrival, bytes) in self.db.settled().transactions()? {
            producer.next_arrival = arrival + 1;
            let chain = self.chain.read();
            let restored = decode(&bytes).and_then(|extrinsic| {
                let impersonated = impersonation::signer(&extrinsic)
                    .is_some_and(|signer| producer.kept.scene.impersonated.contains(&signer));
                let best = chain.head.number;
                let validity = validate(&chain, extrinsic, impersonated)?;
                producer.pool.import(PoolTransaction {
                    hash: extrinsic_hash(&bytes),
                    bytes: bytes[..].into(),
                    arrival,
                    impersonated,
                    valid_until: valid_until(&validity, best),
                    validated_at: best,
                    validity,
                    watchers: Vec::new(),
                })
            });
            match restored {
                Ok(imported) => gone.extend(imported.removed.iter().map(|removed| removed.arrival)),
                Err(error) => {
                    tracing::debug!(%error, "a transaction of the pool is not valid any more");
                    gone.push(arrival);
                }
            }
        }
        self.forget_transactions(&gone)
    }

    /// Takes transactions that are done with out of the database.
    pub(super) fn forget_transactions(&self, arrivals: &[u64]) -> Result<(), Error> {
        if arrivals.is_empty() {
            return Ok(());
        }
        self.db.settled().remove_transactions(arrivals)
    }

    /// Asks the runtime again about transactions whose time is over, and about `extra` others.
    pub(super) fn revalidate(&self, producer: &mut Producer, extra: usize) -> Result<(), Error> {
        if producer.pool.counts() == (0, 0) {
            return Ok(());
        }
        deep(|| self.ask_again(producer, extra))
    }

    fn ask_again(&self, producer: &mut Producer, extra: usize) -> Result<(), Error> {
        let chain = self.chain.read();
        let best = chain.head.number;
        let mut gone = Vec::new();
        for waiting in producer.pool.to_revalidate(best, extra) {
            // A transaction was accepted as it was sent: an account that is not impersonated any more has to sign.
            let validity = decode(&waiting.bytes).and_then(|extrinsic| {
                let impersonated = waiting.impersonated
                    && impersonation::signer(&extrinsic)
                        .is_some_and(|signer| producer.kept.scene.impersonated.contains(&signer));
                validate(&chain, extrinsic, impersonated)
            });
            match validity {
                Ok(validity) => {
                    let until = valid_until(&validity, best);
                    producer.pool.revalidated(waiting.hash, validity, until, best);
                }
                Err(_) => {
                    producer.pool.ban(waiting.hash);
                    if let Some(invalid) = producer.pool.remove(waiting.hash) {
                        invalid.notify(TransactionStatus::Invalid);
                        gone.push(invalid.arrival);
                    }
                }
            }
        }
        drop(chain);
        self.forget_transactions(&gone)
    }
}

fn decode(bytes: &[u8]) -> Result<UncheckedExtrinsic, PoolError> {
    arguments::extrinsic(bytes).map_err(|error| PoolError::BadFormat(arguments::reason(&error)))
}

fn validate(chain: &Chain, extrinsic: UncheckedExtrinsic, impersonated: bool) -> Result<ValidTransaction, PoolError> {
    let mut session = Session::new(chain.view());
    let source = TransactionSource::External;
    let block = chain.head.hash;
    let validity: Result<TransactionValidity, Error> = if impersonated {
        session.run("impersonated validation", || {
            impersonation::validate(source, extrinsic, block)
        })
    } else {
        session.call_as(
            "TaggedTransactionQueue_validate_transaction",
            &(source, extrinsic, block).encode(),
        )
    };
    match validity {
        Ok(Ok(validity)) => Ok(validity),
        Ok(Err(TransactionValidityError::Invalid(invalid))) => Err(PoolError::Invalid(invalid)),
        Ok(Err(TransactionValidityError::Unknown(unknown))) => Err(PoolError::Unknown(unknown)),
        Err(error) => Err(PoolError::Verification(error.to_string())),
    }
}

fn valid_until(validity: &ValidTransaction, best: BlockNumber) -> BlockNumber {
    u64::from(best)
        .saturating_add(validity.longevity)
        .try_into()
        .unwrap_or(BlockNumber::MAX)
}
