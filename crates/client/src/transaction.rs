//! Making, sending and following transactions (`docs/rules/clients.md#submission` and
//! `docs/rules/clients.md#transaction-format`).

use codec::{Compact, Encode};
use jsonrpsee::{core::client::Subscription, rpc_params};
use sp_core::{Bytes, H256, crypto::AccountId32};
use sp_runtime::{
    ApplyExtrinsicResult, DispatchError,
    generic::Era,
    traits::{BlakeTwo256, Hash as _},
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use tributary_economy::Tao;
use tributary_runtime::{RuntimeCall, RuntimeEvent};

use crate::{Client, Error, Result, dispatch::custom_reason, keys::Keypair};

/// Blocks for which a transaction stays valid.
const ERA_BLOCKS: u64 = 64;

/// Longer payloads are signed by their hash.
const PAYLOAD_BYTES_MAX: usize = 256;

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
    pub events: Vec<RuntimeEvent>,
}

/// What the chain knows and the sender signs besides the call: the part of the extensions with content, in the order
/// of `docs/rules/clients.md#transaction-format`. The other extensions encode to nothing.
struct Extensions {
    era: Era,
    birth: H256,
    nonce: u32,
}

impl Extensions {
    /// In the transaction: era, nonce, tip, mode of the metadata hash.
    fn extra(&self) -> Vec<u8> {
        (self.era, Compact(self.nonce), Compact(0u64), 0u8).encode()
    }

    /// In the signed payload only: versions, genesis, birth of the era, no metadata hash.
    fn implicit(&self, client: &Client) -> Vec<u8> {
        (
            client.spec_version(),
            client.transaction_version(),
            client.genesis(),
            self.birth,
            Option::<[u8; 32]>::None,
        )
            .encode()
    }
}

/// The transaction in its usual encoding, length prefix included: signed, format 4, an sr25519 signature.
fn assemble(signer: &AccountId32, signature: &[u8; 64], extra: &[u8], call: &[u8]) -> Vec<u8> {
    let mut body = vec![0x84, 0x00];
    body.extend_from_slice(signer.as_ref());
    body.push(0x01);
    body.extend_from_slice(signature);
    body.extend_from_slice(extra);
    body.extend_from_slice(call);
    body.encode()
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
                // A chain that finalises every block may announce finality alone.
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
    /// What a transaction made now would carry: valid for 64 blocks from the finalised head on.
    async fn extensions(&self, nonce: u32) -> Result<Extensions> {
        let finalized = self.finalized().await?;
        let number = u64::from(self.header(finalized).await?.number);
        let era = Era::mortal(ERA_BLOCKS, number);
        let birth = match u32::try_from(era.birth(number)) {
            Ok(birth) => self.block_hash(birth).await?.unwrap_or(finalized),
            Err(_) => finalized,
        };
        Ok(Extensions { era, birth, nonce })
    }

    /// Signs a call, valid for 64 blocks from the finalised head on.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn sign(&self, call: &RuntimeCall, signer: &Keypair, nonce: u32) -> Result<Vec<u8>> {
        let extensions = self.extensions(nonce).await?;
        let call = call.encode();
        let extra = extensions.extra();
        let mut payload = [call.as_slice(), &extra, &extensions.implicit(self)].concat();
        if payload.len() > PAYLOAD_BYTES_MAX {
            payload = BlakeTwo256::hash(&payload).0.to_vec();
        }
        Ok(assemble(&signer.account(), &signer.sign(&payload).0, &extra, &call))
    }

    /// What the call would cost the signer in fees now, by a transaction like the one that would be sent, without its
    /// signature. Nothing is signed or sent.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn fee(&self, call: &RuntimeCall, signer: &AccountId32) -> Result<Tao> {
        let extensions = self.extensions(self.next_nonce(signer).await?).await?;
        let unsigned = assemble(signer, &[0; 64], &extensions.extra(), &call.encode());
        let length = u32::try_from(unsigned.len()).unwrap_or(u32::MAX);
        let arguments = [unsigned, length.encode()].concat();
        let (_weight, _class, fee): (sp_runtime::Weight, frame_support::dispatch::DispatchClass, u64) = self
            .at_best()
            .await?
            .call("TransactionPaymentApi_query_info", Preencoded(arguments))
            .await?;
        Ok(Tao(fee))
    }

    /// Asks the chain what a transaction of this account with this call would come to in the next block. Nothing is
    /// signed or sent. A chain whose runtime cannot be asked says nothing against it.
    ///
    /// # Errors
    /// [`Error::WouldFail`] with the chain's reason, else as [`Client::request`].
    pub async fn dry_run(&self, call: &RuntimeCall, signer: &AccountId32) -> Result<()> {
        let would_fail = |reason: String| Error::WouldFail {
            call: call_name(call),
            reason,
        };
        let view = self.at_best().await?;
        let answer = view.call("DryRunRuntimeApi_dry_run_call", (signer, call)).await;
        let applied: ApplyExtrinsicResult = match answer {
            // How nodes of all kinds answer for a runtime without this API.
            Err(Error::Rpc { message, data, .. })
                if format!("{message} {}", data.as_deref().unwrap_or_default()).contains("is not found") =>
            {
                return Ok(());
            }
            answer => answer?,
        };
        match applied {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                let (name, docs) = self.describe(&error).await?;
                Err(would_fail(format!("{docs} ({name})")))
            }
            Err(invalid) => Err(would_fail(invalidity(&invalid))),
        }
    }

    /// Signs and sends a call and waits until it ran. The nonce is the account's next, so that one account sends one
    /// transaction at a time; [`Self::send`] takes several.
    ///
    /// # Errors
    /// [`Error::Refused`] if it never ran, [`Error::Dispatch`] if it ran and failed, [`Error::Lost`] if it left the
    /// pool, else as [`Client::request`].
    pub async fn submit(&self, call: &RuntimeCall, signer: &Keypair, wait: Wait) -> Result<Included> {
        let nonce = self.next_nonce(&signer.account()).await?;
        self.send(call, signer, nonce).await?.wait(wait).await
    }

    /// Signs a call with this nonce and sends it. With nonces that follow each other an account can have several
    /// transactions under way.
    ///
    /// # Errors
    /// [`Error::Refused`] if the pool does not take it, else as [`Client::request`].
    pub async fn send(&self, call: &RuntimeCall, signer: &Keypair, nonce: u32) -> Result<Sent> {
        let transaction = self.sign(call, signer, nonce).await?;
        let hash = BlakeTwo256::hash(&transaction);
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
            call: call_name(call),
            hash,
            statuses,
        })
    }

    /// Name and docs of an error that an event tells of.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn describe(&self, error: &DispatchError) -> Result<(String, String)> {
        Ok(self.error_names().await?.describe(error))
    }

    async fn outcome(&self, call: &str, hash: H256, block: H256) -> Result<Included> {
        let (block_number, extrinsics) = self.block(block).await?;
        let index = extrinsics
            .iter()
            .position(|extrinsic| BlakeTwo256::hash(extrinsic) == hash)
            .and_then(|index| u32::try_from(index).ok())
            .ok_or_else(|| Error::Undecodable {
                what: format!("block {block_number}"),
                reason: "it is said to hold the transaction, and does not".to_owned(),
            })?;
        let records = self.at(block).events().await?;
        let mut events = Vec::new();
        let mut fee = Tao::ZERO;
        let mut failed: Option<DispatchError> = None;
        for record in records {
            if record.phase != frame_system::Phase::ApplyExtrinsic(index) {
                continue;
            }
            match &record.event {
                RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { dispatch_error, .. }) => {
                    failed = Some(*dispatch_error);
                }
                RuntimeEvent::TransactionPayment(pallet_transaction_payment::Event::TransactionFeePaid {
                    actual_fee,
                    ..
                }) => fee = Tao(*actual_fee),
                // What sudo runs may fail inside a transaction that succeeds.
                RuntimeEvent::Sudo(
                    pallet_sudo::Event::Sudid {
                        sudo_result: Err(error),
                    }
                    | pallet_sudo::Event::SudoAsDone {
                        sudo_result: Err(error),
                    },
                ) => failed = Some(*error),
                _ => {}
            }
            events.push(record.event);
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
            Some(error) => {
                let (name, docs) = self.error_names().await?.describe(&error);
                Err(Error::Dispatch {
                    call: call.to_owned(),
                    name,
                    docs,
                })
            }
        }
    }
}

/// `Pallet.call`, as users know it from other tools.
pub fn call_name(call: &RuntimeCall) -> String {
    use frame_support::traits::GetCallMetadata;
    let metadata = call.get_call_metadata();
    format!("{}.{}", metadata.pallet_name, metadata.function_name)
}

/// Bytes that are encoded already.
struct Preencoded(Vec<u8>);

impl Encode for Preencoded {
    fn encode(&self) -> Vec<u8> {
        self.0.clone()
    }
}

const CANNOT_PAY: &str = "the account cannot pay the fee; send it some TAO";

/// Words why a transaction could not be in a block.
fn invalidity(invalid: &TransactionValidityError) -> String {
    match invalid {
        TransactionValidityError::Invalid(InvalidTransaction::Payment) => CANNOT_PAY.to_owned(),
        TransactionValidityError::Invalid(InvalidTransaction::Custom(code)) => {
            custom_reason(*code).map_or_else(|| format!("custom error {code}"), str::to_owned)
        }
        other => <&'static str>::from(*other).to_owned(),
    }
}

/// Words the pool's refusal (`docs/rules/clients.md#errors-at-submission`).
fn refused(error: Error) -> Error {
    let Error::Rpc {
        code, message, data, ..
    } = error
    else {
        return error;
    };
    let data = data.unwrap_or_default();
    let custom = data
        .strip_prefix("Custom error: ")
        .and_then(|code| code.trim().parse().ok())
        .and_then(custom_reason);
    let reason = match (code, custom) {
        (_, Some(reason)) => reason.to_owned(),
        (1012, _) => "it was refused a moment ago; wait, or change it".to_owned(),
        (1013, _) => "the same transaction is waiting already".to_owned(),
        (1014, _) => {
            "another transaction of this account is waiting with the same nonce; try again after it".to_owned()
        }
        (1010, _) if data.starts_with("Inability to pay") => CANNOT_PAY.to_owned(),
        _ if data.is_empty() => message,
        _ => format!("{message}: {data}"),
    };
    Error::Refused { code, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_refusals() {
        let rpc = |code, data: &str| Error::Rpc {
            method: "author_submitAndWatchExtrinsic".into(),
            code,
            message: "Invalid Transaction".into(),
            data: (!data.is_empty()).then(|| data.to_owned()),
        };
        let text = |error| refused(error).to_string();
        assert!(text(rpc(1010, "Custom error: 3")).contains("SubnetNotExists"));
        assert!(text(rpc(1010, "Custom error: 77")).contains("Invalid Transaction: Custom error: 77"));
        assert!(text(rpc(1010, "Inability to pay some fees (e.g. account balance too low)")).contains("cannot pay"));
        assert!(text(rpc(1012, "")).contains("refused a moment ago"));
    }

    #[test]
    fn words_what_a_dry_run_finds() {
        let text = |invalid: InvalidTransaction| invalidity(&invalid.into());
        assert!(text(InvalidTransaction::Custom(3)).contains("SubnetNotExists"));
        assert!(text(InvalidTransaction::Payment).contains("send it some TAO"));
        assert!(text(InvalidTransaction::ExhaustsResources).contains("block limits"));
    }

    #[test]
    fn a_transaction_starts_as_clients_expect() {
        let signer = Keypair::dev("Alice").unwrap().account();
        let bytes = assemble(&signer, &[7; 64], &[0, 0, 0, 0], &[1, 2, 3]);
        let body = <Vec<u8> as codec::Decode>::decode(&mut bytes.as_slice()).unwrap();
        assert_eq!(body[..2], [0x84, 0x00]);
        assert_eq!(body[2..34], *AsRef::<[u8]>::as_ref(&signer));
        assert_eq!(body[34], 1);
        assert_eq!(body.len(), 2 + 32 + 65 + 4 + 3);
    }
}
