//! Making, sending and following transactions (`docs/rules/clients.md#submission` and
//! `docs/rules/clients.md#transaction-format`).

use codec::{Decode, Encode};
use frame_decode::extrinsics::{encode_v4_signed, encode_v4_signer_payload};
use jsonrpsee::{core::client::Subscription, rpc_params};
use scale_info::TypeInfo;
use sp_core::{Bytes, H256, crypto::AccountId32};
use sp_crypto_hashing::blake2_256;
use tributary_economy::Tao;

use crate::{
    Client, Error, Result,
    call::{Address, Call},
    event::{Event, Phase},
    extensions::{Era, Extensions},
    failure::{Applied, refusal},
    keys::Keypair,
    metadata::{Encoded, Metadata, Typed},
    view::{Arguments, is_unknown_api},
};

/// Blocks for which a transaction stays valid.
const ERA_BLOCKS: u64 = 64;

/// How far a transaction is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until a block has it.
    InBlock,
    /// Until that block cannot be undone.
    Finalized,
}

/// A transaction that ran and succeeded.
#[derive(Clone, Debug)]
pub struct Included {
    /// Its hash.
    pub hash: H256,
    /// The block that has it.
    pub block: H256,
    /// That block's height.
    pub block_number: u32,
    /// Its place in the block.
    pub index: u32,
    /// The fee paid.
    pub fee: Tao,
    /// What it did, in order.
    pub events: Vec<Event>,
}

/// The signature of a transaction.
#[derive(Encode, TypeInfo)]
enum Signature {
    #[codec(index = 1)]
    Sr25519([u8; 64]),
}

/// What a call costs, as far as it is used.
#[derive(Decode, TypeInfo)]
struct DispatchInfo {
    weight: Weight,
    partial_fee: u64,
}

/// The weight of a call or a block, as far as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct Weight {
    /// Picoseconds.
    #[codec(compact)]
    pub ref_time: u64,
    /// Bytes of proof.
    #[codec(compact)]
    pub proof_size: u64,
}

/// A call with what is signed beside it, for one version of a chain's rules.
struct Unsigned<'a> {
    metadata: &'a Metadata,
    call: &'a Call,
    arguments: Encoded,
    extensions: Extensions,
}

impl Unsigned<'_> {
    /// What the signer signs.
    fn payload(&self) -> Result<Vec<u8>> {
        encode_v4_signer_payload(
            self.call.pallet(),
            self.call.name(),
            &self.arguments,
            &self.extensions,
            self.metadata.described(),
            self.metadata.types(),
        )
        .map_err(|e| self.metadata.misshapen("the format of transactions", e.to_string()))
    }

    /// The transaction in its usual encoding, length prefix included: signed, format 4, an sr25519 signature.
    fn signed(&self, signer: &AccountId32, signature: [u8; 64]) -> Result<Vec<u8>> {
        const WHAT: &str = "the format of transactions";
        use frame_decode::extrinsics::ExtrinsicTypeInfo as _;
        let described = self.metadata.described();
        let ids = described.extrinsic_signature_info();
        let ids = ids.map_err(|e| self.metadata.misshapen(WHAT, e.to_string()))?;
        let (mut address, mut proof) = (Vec::new(), Vec::new());
        let typed = Typed::new(&Address::Id(signer.clone()));
        self.metadata
            .write("the signer", ids.address_id, &typed, &mut address)?;
        let typed = Typed::new(&Signature::Sr25519(signature));
        self.metadata
            .write("the signature", ids.signature_id, &typed, &mut proof)?;
        encode_v4_signed(
            self.call.pallet(),
            self.call.name(),
            &self.arguments,
            &self.extensions,
            &Encoded(address),
            &Encoded(proof),
            described,
            self.metadata.types(),
        )
        .map_err(|e| self.metadata.misshapen(WHAT, e.to_string()))
    }
}

/// A transaction that the pool has taken.
pub struct Sent {
    client: Client,
    call: String,
    hash: H256,
    statuses: Subscription<serde_json::Value>,
}

impl Sent {
    /// Waits until it ran.
    ///
    /// # Errors
    /// As [`Client::submit`].
    pub async fn wait(mut self, wait: Wait) -> Result<Included> {
        let block = self.block(wait).await?;
        self.client.outcome(&self.call, self.hash, block).await
    }

    async fn block(&mut self, wait: Wait) -> Result<H256> {
        let target = match wait {
            Wait::InBlock => "inBlock",
            Wait::Finalized => "finalized",
        };
        while let Some(status) = self.statuses.next().await {
            let status = status.map_err(|e| Error::Undecodable {
                what: "a transaction's status".to_owned(),
                reason: e.to_string(),
            })?;
            let (name, content) = match &status {
                serde_json::Value::String(name) => (name.as_str(), None),
                serde_json::Value::Object(map) => match map.iter().next() {
                    Some((name, content)) => (name.as_str(), Some(content)),
                    None => continue,
                },
                _ => continue,
            };
            match name {
                // A chain that finalizes every block may announce finality alone.
                name if name == target || name == "finalized" => {
                    let hash = content.cloned().unwrap_or_default();
                    return serde_json::from_value(hash).map_err(|e| Error::Undecodable {
                        what: format!("status {status}"),
                        reason: e.to_string(),
                    });
                }
                "invalid" => {
                    return Err(Error::Refused {
                        code: 0,
                        reason: "it became invalid while it waited".to_owned(),
                    });
                }
                "dropped" | "usurped" | "retracted" | "finalityTimeout" => {
                    return Err(Error::Lost {
                        status: name.to_owned(),
                    });
                }
                _ => {}
            }
        }
        Err(self
            .client
            .disconnected("the chain stopped reporting on the transaction"))
    }
}

impl Client {
    /// What a transaction made now would carry: valid for 64 blocks from the finalized head on.
    async fn extensions(&self, metadata: &Metadata, nonce: u32) -> Result<Extensions> {
        let finalized = self.finalized().await?;
        let number = u64::from(self.header(finalized).await?.number);
        let era = Era::mortal(ERA_BLOCKS, number);
        let birth = match u32::try_from(era.birth(number)) {
            Ok(birth) => self.block_hash(birth).await?.unwrap_or(finalized),
            Err(_) => finalized,
        };
        Ok(Extensions {
            spec_version: metadata.version.spec_version,
            transaction_version: metadata.version.transaction_version,
            genesis: self.genesis(),
            era,
            birth,
            nonce,
        })
    }

    /// Signs a call, valid for 64 blocks from the finalized head on, by the rules after the best block.
    ///
    /// # Errors
    /// [`Error::Missing`] or [`Error::Shape`] if the chain takes no such call or transactions of another format; else as
    /// [`Client::request`].
    pub async fn sign(&self, call: &Call, signer: &Keypair, nonce: u32) -> Result<Vec<u8>> {
        let metadata = self.metadata_at(None).await?;
        let unsigned = Unsigned {
            metadata: &metadata,
            call,
            arguments: Encoded(call.arguments(&metadata)?),
            extensions: self.extensions(&metadata, nonce).await?,
        };
        unsigned.signed(&signer.account(), signer.sign(&unsigned.payload()?).0)
    }

    /// What the call would cost the signer in fees now, by a transaction like the one that would be sent, without its
    /// signature. Nothing is signed or sent.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn fee(&self, call: &Call, signer: &AccountId32) -> Result<Tao> {
        let view = self.at_best().await?;
        let metadata = view.metadata().await?;
        let unsigned = Unsigned {
            metadata,
            call,
            arguments: Encoded(call.arguments(metadata)?),
            extensions: self.extensions(metadata, self.next_nonce(signer).await?).await?,
        };
        let transaction = unsigned.signed(signer, [0; 64])?;
        let length = u32::try_from(transaction.len()).unwrap_or(u32::MAX);
        // A transaction is an argument as it travels.
        let arguments = [transaction, length.encode()].concat();
        let (api, method) = ("TransactionPaymentApi", "query_info");
        let info = metadata.api(api, method)?;
        let answer = view.state_call(&format!("{api}_{method}"), arguments).await?;
        let what = format!("runtime API {api}.{method}");
        let info: DispatchInfo = metadata.read(&what, info.output_id, &mut &*answer)?;
        Ok(Tao(info.partial_fee))
    }

    /// What the call weighs, and its length in a transaction in bytes.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn weight(&self, call: &Call) -> Result<(Weight, u64)> {
        let view = self.at_best().await?;
        let length = call.encode(view.metadata().await?)?.len() as u64;
        let arguments = Arguments::default()
            .with_call(call)
            .with(u32::try_from(length).unwrap_or(u32::MAX));
        let info: DispatchInfo = view
            .api("TransactionPaymentCallApi", "query_call_info", arguments)
            .await?;
        Ok((info.weight, length))
    }

    /// Asks the chain what a transaction of this account with this call would come to in the next block. Nothing is
    /// signed or sent. A chain whose runtime cannot be asked says nothing against it.
    ///
    /// # Errors
    /// [`Error::WouldFail`] with the chain's reason, else as [`Self::sign`].
    pub async fn dry_run(&self, call: &Call, signer: &AccountId32) -> Result<()> {
        let would_fail = |reason: String| Error::WouldFail {
            call: call.to_string(),
            reason,
        };
        let view = self.at_best().await?;
        let metadata = view.metadata().await?;
        // What the chain does not know at all would fail too.
        call.encode(metadata)?;
        let arguments = Arguments::default().with(signer.clone()).with_call(call);
        let (id, answer) = match view.ask("DryRunRuntimeApi", "dry_run_call", &arguments).await {
            Ok(answer) => answer,
            Err(error) if is_unknown_api(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let value = metadata.value("the answer of a dry run", id, &mut &*answer)?;
        match Applied::of(metadata, &value)? {
            Applied::Well => Ok(()),
            Applied::Failed(failure) => Err(would_fail(format!("{} ({})", failure.docs, failure.name))),
            Applied::Invalid(why) => Err(would_fail(why)),
        }
    }

    /// Signs and sends a call and waits until it ran. The nonce is the account's next, so that one account sends one
    /// transaction at a time; [`Self::send`] takes several.
    ///
    /// # Errors
    /// [`Error::Refused`] if it never ran, [`Error::Dispatch`] if it ran and failed, [`Error::Lost`] if it left the
    /// pool, else as [`Client::request`].
    pub async fn submit(&self, call: &Call, signer: &Keypair, wait: Wait) -> Result<Included> {
        let nonce = self.next_nonce(&signer.account()).await?;
        self.send(call, signer, nonce).await?.wait(wait).await
    }

    /// Signs a call with this nonce and sends it. With nonces that follow each other an account can have several
    /// transactions under way.
    ///
    /// # Errors
    /// [`Error::Refused`] if the pool does not take it, else as [`Client::request`].
    pub async fn send(&self, call: &Call, signer: &Keypair, nonce: u32) -> Result<Sent> {
        let transaction = self.sign(call, signer, nonce).await?;
        let hash = H256(blake2_256(&transaction));
        let statuses = self
            .subscribe::<serde_json::Value>(
                "author_submitAndWatchExtrinsic",
                rpc_params![Bytes(transaction)],
                "author_unwatchExtrinsic",
            )
            .await
            .map_err(refused)?;
        Ok(Sent {
            client: self.clone(),
            call: call.to_string(),
            hash,
            statuses,
        })
    }

    async fn outcome(&self, call: &str, hash: H256, block: H256) -> Result<Included> {
        let (block_number, extrinsics) = self.block(block).await?;
        let index = extrinsics
            .iter()
            .position(|extrinsic| H256(blake2_256(extrinsic)) == hash)
            .and_then(|index| u32::try_from(index).ok())
            .ok_or_else(|| Error::Undecodable {
                what: format!("block {block_number}"),
                reason: "it is said to hold the transaction, and does not".to_owned(),
            })?;
        let mut events = Vec::new();
        let mut fee = Tao::ZERO;
        let mut failed = None;
        for (phase, event) in self.at(block).events().await? {
            if phase != Phase::ApplyExtrinsic(index) {
                continue;
            }
            match (event.pallet(), event.name()) {
                ("System", "ExtrinsicFailed") => failed = event.failure("dispatch_error")?,
                ("TransactionPayment", "TransactionFeePaid") => fee = event.field("actual_fee")?,
                // What sudo runs may fail inside a transaction that succeeds.
                ("Sudo", "Sudid" | "SudoAsDone") => failed = event.failure("sudo_result")?.or(failed),
                _ => {}
            }
            events.push(event);
        }
        match failed {
            None => Ok(Included {
                hash,
                block,
                block_number,
                index,
                fee,
                events,
            }),
            Some(failure) => Err(Error::Dispatch {
                call: call.to_owned(),
                name: failure.name,
                docs: failure.docs,
            }),
        }
    }
}

/// Words the pool's refusal.
fn refused(error: Error) -> Error {
    let Error::Rpc {
        code, message, data, ..
    } = error
    else {
        return error;
    };
    Error::Refused {
        code,
        reason: refusal(code, message, data.as_deref().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_what_the_runtime_reads() {
        use codec::Compact;
        use tributary_runtime::{RuntimeCall, UncheckedExtrinsic};
        let metadata = crate::testing::metadata();
        let alice = Keypair::dev("Alice").unwrap();
        let call = Call::transfer(&Keypair::dev("Bob").unwrap().account(), 7);
        let unsigned = Unsigned {
            metadata: &metadata,
            call: &call,
            arguments: Encoded(call.arguments(&metadata).unwrap()),
            extensions: Extensions {
                spec_version: 1,
                transaction_version: 2,
                genesis: H256([3; 32]),
                era: Era::mortal(64, 100),
                birth: H256([4; 32]),
                nonce: 5,
            },
        };
        let bytes = unsigned.signed(&alice.account(), [7; 64]).unwrap();
        let read = UncheckedExtrinsic::decode(&mut &*bytes).unwrap();
        assert_eq!(read.encode(), bytes);
        assert_eq!(read.function.encode(), call.encode(&metadata).unwrap());
        assert!(matches!(read.function, RuntimeCall::Balances(_)));
        let body = <Vec<u8>>::decode(&mut &*bytes).unwrap();
        assert_eq!(body[..2], [0x84, 0x00]);
        assert_eq!(body[2..34], *AsRef::<[u8]>::as_ref(&alice.account()));
        assert_eq!(body[34], 1);
        let era = sp_runtime::generic::Era::mortal(64, 100);
        let extra = (era, Compact(5u32), Compact(0u64), 0u8).encode();
        assert_eq!(body[99..][..extra.len()], extra);
        let implicit = (1u32, 2u32, [3u8; 32], [4u8; 32], Option::<[u8; 32]>::None).encode();
        let payload = [call.encode(&metadata).unwrap(), extra, implicit].concat();
        assert_eq!(unsigned.payload().unwrap(), payload);
    }
}
