//! A running chain, as miners and validators see it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::Mutex;
use tributary_client::{
    AccountId32, Call, Client, Error, Keypair, Wait,
    calls::{self, subtensor},
    commitment::{self, Field, Information},
    items, market, pact,
};
use tributary_economy::{Alpha, MechId, NetUid, emission, stake_weight};
use tributary_neuron::{
    Artifact, ArtifactCommitment, ArtifactPromise, Chain, ChainError, Commitment, Head, Hotkey, Identity, Metagraph,
    Neuron, SealedWeights, SubnetParameters,
    description::{FIELD_BYTES_MAX, MARK},
};

/// Longest wait for a block without a word.
const QUIET: Duration = Duration::from_secs(60);

/// A chain behind JSON-RPC. Its client connects again after the connection broke, so that neurons outlive a restart of
/// the chain.
pub struct RpcChain {
    client: Client,
    /// One transaction of a key at a time, because each takes the key's next nonce.
    turns: Mutex<BTreeMap<AccountId32, Arc<Mutex<()>>>>,
}

impl RpcChain {
    /// A chain that is connected.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            turns: Mutex::new(BTreeMap::new()),
        }
    }

    async fn submit(&self, name: &'static str, call: Call, identity: &Identity) -> Result<u64, ChainError> {
        let signer = Keypair::from(identity.pair().clone());
        let turn = self.turns.lock().await.entry(signer.account()).or_default().clone();
        let _turn = turn.lock().await;
        let sent = self.client.submit(&call, &signer, Wait::InBlock);
        tokio::pin!(sent);
        let included = match tokio::time::timeout(QUIET, &mut sent).await {
            Ok(included) => included,
            Err(_) => {
                tracing::warn!("{name} was sent {} s ago, and no block has it yet", QUIET.as_secs());
                sent.await
            }
        };
        match included {
            Ok(included) => Ok(u64::from(included.block_number)),
            Err(Error::Dispatch { name: error, docs, .. }) => Err(ChainError::Refused {
                call: name,
                reason: format!("{error}: {docs}"),
            }),
            Err(Error::Refused { reason, .. }) => Err(ChainError::Refused { call: name, reason }),
            Err(other) => Err(unreachable(other)),
        }
    }
}

impl RpcChain {
    /// What an account has committed in a subnet.
    async fn committed(&self, netuid: u16, account: &AccountId32) -> Result<Vec<Field>, ChainError> {
        let view = self.client.at_best().await.map_err(unreachable)?;
        let made = commitment::commitment(&view, NetUid(netuid), account).await;
        Ok(made.map_err(unreachable)?.map_or_else(Vec::new, |made| made.fields))
    }

    async fn commit(&self, identity: &Identity, netuid: u16, fields: Vec<Field>) -> Result<u64, ChainError> {
        self.submit(COMMIT, set_commitment(netuid, fields)?, identity).await
    }

    /// The call with which the account publishes a market, beside what else it has committed on the subnet.
    ///
    /// # Errors
    /// If the chain does not answer, or the text is too long for it.
    pub async fn publishing(&self, account: &AccountId32, netuid: u16, text: &str) -> Result<Call, ChainError> {
        let earlier = self.committed(netuid, account).await?.into_iter();
        let mut fields: Vec<Field> = earlier.filter(|field| matches!(field, Field::Sha256(_))).collect();
        let parts = text.as_bytes().chunks(FIELD_BYTES_MAX);
        fields.extend(parts.map(|part| Field::BigRaw(part.to_vec())));
        set_commitment(netuid, fields)
    }
}

const COMMIT: &str = "Commitments.set_commitment";
/// Fields of a commitment, at most (`docs/rules/commitments.md#fields`).
const FIELDS_MAX: usize = 3;

fn set_commitment(netuid: u16, fields: Vec<Field>) -> Result<Call, ChainError> {
    if fields.len() > FIELDS_MAX {
        return Err(too_much());
    }
    Ok(calls::commitments::set_commitment(
        NetUid(netuid),
        Information { fields },
    ))
}

fn unreachable(error: Error) -> ChainError {
    ChainError::Unreachable(error.to_string())
}

fn committed(hotkey: &AccountId32, made: &commitment::Commitment) -> Option<Commitment> {
    let digest = made.fields.iter().find_map(|field| match field {
        Field::Sha256(digest) => Some(*digest),
        Field::BigRaw(_) => None,
    })?;
    Some(Commitment {
        hotkey: Hotkey(hotkey.clone().into()),
        block: made.block,
        digest,
    })
}

#[async_trait]
impl Chain for RpcChain {
    async fn head(&self) -> Result<Head, ChainError> {
        let client = &self.client;
        let hash = client.best().await.map_err(unreachable)?;
        let number = client.header(hash).await.map_err(unreachable)?.number;
        Ok(Head {
            number: u64::from(number),
            hash: hash.0,
        })
    }

    async fn block_hash(&self, number: u64) -> Result<Option<[u8; 32]>, ChainError> {
        let Ok(number) = u32::try_from(number) else {
            return Ok(None);
        };
        let hash = self.client.block_hash(number).await.map_err(unreachable)?;
        Ok(hash.map(|hash| hash.0))
    }

    async fn metagraph(&self, netuid: u16) -> Result<Metagraph, ChainError> {
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        let id = NetUid(netuid);
        let read = async {
            if !view.get(&items::NETWORKS_ADDED, (id,)).await? {
                return Ok(None);
            }
            let block = client.header(view.block()).await?.number;
            let incentive: Vec<u16> = view.get(&items::INCENTIVE, (id.index(MechId(0)),)).await?;
            let emission: Vec<Alpha> = view.get(&items::EMISSION, (id,)).await?;
            let permits: Vec<bool> = view.get(&items::VALIDATOR_PERMIT, (id,)).await?;
            let weight = emission::tao_weight(view.get(&items::TAO_WEIGHT, ()).await?);
            let axons = view.entries_under(&items::AXONS, id).await?;
            let axons: BTreeMap<AccountId32, market::Axon> = axons.into_iter().collect();
            let mut neurons = Vec::new();
            for (uid, hotkey) in market::hotkeys(&view, id).await? {
                let alpha: Alpha = view.get(&items::TOTAL_HOTKEY_ALPHA, (hotkey.clone(), id)).await?;
                let root: Alpha = view
                    .get(&items::TOTAL_HOTKEY_ALPHA, (hotkey.clone(), NetUid::ROOT))
                    .await?;
                neurons.push(Neuron {
                    uid,
                    axon: axons.get(&hotkey).and_then(market::socket),
                    validator_permit: permits.get(usize::from(uid)).copied().unwrap_or_default(),
                    incentive: incentive.get(usize::from(uid)).copied().unwrap_or_default(),
                    emission_rao: emission.get(usize::from(uid)).copied().unwrap_or_default().0,
                    stake_rao: stake_weight::total(alpha.0, root.0, weight).to_num(),
                    hotkey: Hotkey(hotkey.into()),
                });
            }
            Ok(Some(Metagraph {
                netuid,
                block: u64::from(block),
                neurons,
            }))
        };
        read.await.map_err(unreachable)?.ok_or(ChainError::NoSubnet(netuid))
    }

    async fn parameters(&self, netuid: u16) -> Result<SubnetParameters, ChainError> {
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        let id = NetUid(netuid);
        let read = async {
            Ok(SubnetParameters {
                tempo_blocks: view.get(&items::TEMPO, (id,)).await?,
                weights_rate_limit_blocks: view.get(&items::WEIGHTS_RATE_LIMIT, (id,)).await?,
                weights_version: view.get(&items::WEIGHTS_VERSION_KEY, (id,)).await?,
                min_allowed_weights: view.get(&items::MIN_ALLOWED_WEIGHTS, (id,)).await?,
                commit_reveal: view.get(&items::COMMIT_REVEAL, (id,)).await?,
                reveal_period_epochs: view.get(&items::REVEAL_PERIOD, (id,)).await?,
                epoch: view.get(&items::SUBNET_EPOCH_INDEX, (id,)).await?,
            })
        };
        read.await.map_err(unreachable)
    }

    async fn commitments(&self, netuid: u16) -> Result<Vec<Commitment>, ChainError> {
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        let made = commitment::commitments(&view, NetUid(netuid))
            .await
            .map_err(unreachable)?;
        Ok(made
            .iter()
            .filter_map(|(hotkey, made)| committed(hotkey, made))
            .collect())
    }

    async fn set_commitment(&self, identity: &Identity, netuid: u16, digest: [u8; 32]) -> Result<u64, ChainError> {
        let account = Keypair::from(identity.pair().clone()).account();
        let mut fields = vec![Field::Sha256(digest)];
        fields.extend(market_fields(self.committed(netuid, &account).await?));
        self.commit(identity, netuid, fields).await
    }

    async fn set_weights(
        &self,
        identity: &Identity,
        netuid: u16,
        uids: &[u16],
        weights: &[u16],
        version_key: u64,
    ) -> Result<(), ChainError> {
        let call = subtensor::set_weights(NetUid(netuid), uids.to_vec(), weights.to_vec(), version_key);
        self.submit("SubtensorModule.set_weights", call, identity)
            .await
            .map(|_| ())
    }

    async fn commit_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        let SealedWeights {
            uids,
            weights,
            salt,
            version_key,
        } = sealed;
        let netuid = NetUid(netuid);
        let hotkey = Keypair::from(identity.pair().clone()).account();
        let index = netuid.index(MechId(0));
        let commit_hash = market::commit_hash(&hotkey, index, uids, weights, salt, *version_key);
        let call = subtensor::commit_weights(netuid, commit_hash);
        self.submit("SubtensorModule.commit_weights", call, identity)
            .await
            .map(|_| ())
    }

    async fn reveal_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        let SealedWeights {
            uids,
            weights,
            salt,
            version_key,
        } = sealed.clone();
        let call = subtensor::reveal_weights(NetUid(netuid), uids, weights, salt, version_key);
        self.submit("SubtensorModule.reveal_weights", call, identity)
            .await
            .map(|_| ())
    }

    async fn serve_axon(&self, identity: &Identity, netuid: u16, address: SocketAddr) -> Result<(), ChainError> {
        let call = market::serve(NetUid(netuid), address);
        self.submit("SubtensorModule.serve_axon", call, identity)
            .await
            .map(|_| ())
    }

    async fn artifact_promise(&self, netuid: u16) -> Result<Option<ArtifactPromise>, ChainError> {
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        let read = async {
            let pact = pact::pact(&view, NetUid(netuid)).await?;
            let terms = pact.as_ref().and_then(|pact| pact.in_force());
            let Some(terms) = terms.filter(|terms| terms.artifact_period > 0) else {
                return Ok(None);
            };
            Ok(Some(ArtifactPromise {
                period_blocks: terms.artifact_period,
                open_after_blocks: terms.open_after,
                block_ms: market::block_ms(&view).await?,
                now_ms: market::now_ms(&view).await?,
                block: u64::from(client.header(view.block()).await?.number),
            }))
        };
        read.await.map_err(unreachable)
    }

    async fn artifact(&self, netuid: u16) -> Result<Option<Artifact>, ChainError> {
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        let found = pact::artifact(&view, NetUid(netuid)).await.map_err(unreachable)?;
        let key = |account: AccountId32| Hotkey(account.into());
        Ok(found.map(|found| Artifact {
            number: found.number,
            committer: key(found.committer),
            commitment: ArtifactCommitment {
                plaintext: found.plaintext,
                ciphertext: found.ciphertext,
                round: found.round,
                location: String::from_utf8_lossy(&found.location).into_owned(),
            },
            block: found.at,
            confirmed_by: found.confirmed_by.into_iter().map(key).collect(),
            confirmed: found.confirmed,
        }))
    }

    async fn commit_artifact(
        &self,
        identity: &Identity,
        netuid: u16,
        commitment: &ArtifactCommitment,
    ) -> Result<(), ChainError> {
        let call = calls::pact::commit_artifact(
            NetUid(netuid),
            commitment.plaintext,
            commitment.ciphertext,
            commitment.round,
            commitment.location.clone().into_bytes(),
        );
        let submitted = self.submit("Pact.commit_artifact", call, identity);
        submitted.await.map(|_| ())
    }

    async fn confirm_artifact(&self, identity: &Identity, netuid: u16, number: u32) -> Result<(), ChainError> {
        let call = calls::pact::confirm_artifact(NetUid(netuid), number);
        let submitted = self.submit("Pact.confirm_artifact", call, identity);
        submitted.await.map(|_| ())
    }

    async fn market(&self, netuid: u16) -> Result<Option<String>, ChainError> {
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        let id = NetUid(netuid);
        let read = async {
            if !view.get(&items::NETWORKS_ADDED, (id,)).await? {
                return Ok(None);
            }
            let owner: AccountId32 = view.get(&items::SUBNET_OWNER_HOTKEY, (id,)).await?;
            Ok(Some(owner))
        };
        let owner = read.await.map_err(unreachable)?.ok_or(ChainError::NoSubnet(netuid))?;
        let text = market_text(&market_fields(self.committed(netuid, &owner).await?));
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    async fn publish_market(&self, identity: &Identity, netuid: u16, text: &str) -> Result<(), ChainError> {
        let account = Keypair::from(identity.pair().clone()).account();
        let call = self.publishing(&account, netuid, text).await?;
        self.submit(COMMIT, call, identity).await.map(|_| ())
    }
}

fn too_much() -> ChainError {
    ChainError::Refused {
        call: COMMIT,
        reason: "the chain takes no commitment as large as this".to_owned(),
    }
}

/// Those of an account's committed fields that say what the market is.
fn market_fields(fields: Vec<Field>) -> Vec<Field> {
    let raw: Vec<Field> = fields
        .into_iter()
        .filter(|field| matches!(field, Field::BigRaw(_)))
        .collect();
    if market_text(&raw).is_empty() { Vec::new() } else { raw }
}

/// What they say; nothing if it is something else.
fn market_text(fields: &[Field]) -> String {
    let bytes: Vec<u8> = fields
        .iter()
        .flat_map(|field| match field {
            Field::BigRaw(part) => part.clone(),
            Field::Sha256(_) => Vec::new(),
        })
        .collect();
    let text = String::from_utf8(bytes).unwrap_or_default();
    if text.starts_with(MARK) { text } else { String::new() }
}
