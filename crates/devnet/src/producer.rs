//! Building one block, and building it again.

use codec::{Decode, Encode};
use sp_core::H256;
use sp_inherents::InherentData;
use sp_runtime::{
    ApplyExtrinsicResult, Digest, DigestItem, ExtrinsicInclusionMode, OpaqueExtrinsic,
    traits::Header as _,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

use crate::{
    Error, Header, arguments,
    db::BlockRecord,
    execution::Session,
    impersonation,
    pool::PoolTransaction,
    state::{StateView, Written},
};

/// Transactions that did not fit before the block counts as full.
const SKIPPED_MAX: usize = 8;

/// A block that was built and is not part of the chain yet.
pub struct Built {
    /// The block.
    pub block: BlockRecord,
    /// What it changes.
    pub written: Written,
    /// The pool transactions in it, with their positions.
    pub included: Vec<(H256, u32)>,
    /// The ones that turned out invalid.
    pub invalid: Vec<H256>,
}

/// How one extrinsic went.
enum Applied {
    Included,
    /// No room in this block.
    Full,
    /// Not yet: it waits for another one.
    Later,
    Invalid,
}

/// Builds the block after `parent` over its state, at `time_ms`, from `candidates` in this order.
pub fn build(
    view: StateView<'_>,
    parent: &Header,
    parent_hash: H256,
    time_ms: u64,
    slot_ms: u64,
    candidates: Vec<PoolTransaction>,
) -> Result<Built, Error> {
    let number = next_number(parent)?;
    let failed = |reason: String| Error::Block { number, reason };
    let mut session = Session::new(view);
    let mode = begin(&mut session, parent, parent_hash, time_ms, slot_ms)?;

    let mut inherents = InherentData::new();
    inherents
        .put_data(
            sp_timestamp::INHERENT_IDENTIFIER,
            &sp_timestamp::Timestamp::new(time_ms),
        )
        .map_err(|error| failed(error.to_string()))?;
    let inherents: Vec<OpaqueExtrinsic> = session.call_as("BlockBuilder_inherent_extrinsics", &inherents.encode())?;
    let mut extrinsics = Vec::with_capacity(inherents.len() + candidates.len());
    for inherent in inherents {
        let bytes = inherent.encode();
        match session.call_as::<ApplyExtrinsicResult>("BlockBuilder_apply_extrinsic", &bytes)? {
            Ok(Ok(())) => extrinsics.push(bytes),
            other => return Err(failed(format!("an inherent was refused: {other:?}"))),
        }
    }

    let (mut included, mut invalid, mut impersonated) = (Vec::new(), Vec::new(), Vec::new());
    let mut skipped = 0;
    for candidate in candidates {
        if skipped >= SKIPPED_MAX || mode == ExtrinsicInclusionMode::OnlyInherents {
            break;
        }
        match apply(&mut session, &candidate.bytes, candidate.impersonated) {
            Applied::Included => {
                let index = extrinsics.len() as u32;
                if candidate.impersonated {
                    impersonated.push(index);
                }
                included.push((candidate.hash, index));
                extrinsics.push(candidate.bytes.to_vec());
            }
            Applied::Full => skipped += 1,
            Applied::Later => {}
            Applied::Invalid => invalid.push(candidate.hash),
        }
    }

    let header: Header = session
        .call_as("BlockBuilder_finalize_block", &[])
        .map_err(|error| failed(error.to_string()))?;
    let written = session.into_written()?;
    if *header.state_root() != written.commitment.root() {
        return Err(failed("the state changed after its root was taken".into()));
    }
    let block = BlockRecord {
        hash: header.hash(),
        header,
        extrinsics,
        impersonated,
    };
    Ok(Built {
        block,
        written,
        included,
        invalid,
    })
}

/// Opens the block after `parent`, with the slot of `time_ms` in its digest.
fn begin(
    session: &mut Session<'_>,
    parent: &Header,
    parent_hash: H256,
    time_ms: u64,
    slot_ms: u64,
) -> Result<ExtrinsicInclusionMode, Error> {
    let number = next_number(parent)?;
    let slot = sp_consensus_aura::Slot::from(time_ms / slot_ms);
    let digest = Digest {
        logs: vec![DigestItem::PreRuntime(sp_consensus_aura::AURA_ENGINE_ID, slot.encode())],
    };
    let header = Header::new(number, Default::default(), Default::default(), parent_hash, digest);
    session
        .call_as("Core_initialize_block", &header.encode())
        .map_err(|error| Error::Block {
            number,
            reason: error.to_string(),
        })
}

fn next_number(parent: &Header) -> Result<u32, Error> {
    parent.number.checked_add(1).ok_or(Error::Block {
        number: parent.number,
        reason: "numbers of blocks end here".into(),
    })
}

/// Applies one extrinsic in an otherwise empty block after `parent`, and throws the block away.
pub fn dry_run(view: StateView<'_>, parent: &Header, extrinsic: &[u8]) -> Result<ApplyExtrinsicResult, Error> {
    let parent_ms = time_ms(&view);
    let mut session = Session::new(view);
    let slot_ms = slot_ms(&mut session)?;
    begin(
        &mut session,
        parent,
        parent.hash(),
        parent_ms.saturating_add(slot_ms),
        slot_ms,
    )?;
    session.call_as("BlockBuilder_apply_extrinsic", extrinsic)
}

/// Time of the block of a state in milliseconds; 0 before the first one.
pub fn time_ms(view: &StateView<'_>) -> u64 {
    let key = frame_support::storage::storage_prefix(b"Timestamp", b"Now");
    view.get(&key)
        .and_then(|mut bytes| u64::decode(&mut bytes).ok())
        .unwrap_or(0)
}

/// Length of a slot in milliseconds, as the state has it.
pub fn slot_ms(session: &mut Session<'_>) -> Result<u64, Error> {
    Ok(session.call_as::<u64>("AuraApi_slot_duration", &[])?.max(1))
}

fn apply(session: &mut Session<'_>, bytes: &[u8], impersonated: bool) -> Applied {
    session.transaction(|session| {
        let result = if impersonated {
            match arguments::extrinsic(bytes) {
                Ok(extrinsic) => session.run("impersonated extrinsic", || impersonation::apply(extrinsic)),
                Err(_) => return (false, Applied::Invalid),
            }
        } else {
            session.call_as::<ApplyExtrinsicResult>("BlockBuilder_apply_extrinsic", bytes)
        };
        match result {
            Ok(Ok(_)) => (true, Applied::Included),
            Ok(Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources))) => (false, Applied::Full),
            Ok(Err(TransactionValidityError::Invalid(InvalidTransaction::Future))) => (false, Applied::Later),
            Ok(Err(_)) => (false, Applied::Invalid),
            Err(error) => {
                tracing::error!(%error, "an extrinsic made the runtime panic; it is thrown out of the pool");
                (false, Applied::Invalid)
            }
        }
    })
}

/// Executes a block that was built before, the way a node does that imports it (`Core_execute_block`, which checks
/// state root, extrinsics root and digest), and returns what it changes. A block with impersonated extrinsics is
/// built again from its own extrinsics, and its header compared.
pub fn execute(view: StateView<'_>, block: &BlockRecord) -> Result<Written, Error> {
    let number = block.header.number;
    let differs = |reason: String| Error::Replay { number, reason };
    let mut session = Session::new(view);
    if block.impersonated.is_empty() {
        let extrinsics = block
            .extrinsics
            .iter()
            .map(|bytes| OpaqueExtrinsic::decode(&mut &bytes[..]))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| differs(error.to_string()))?;
        let arguments = (&block.header, extrinsics).encode();
        session
            .call("Core_execute_block", &arguments)
            .map_err(|error| differs(error.to_string()))?;
    } else {
        let header = Header::new(
            number,
            Default::default(),
            Default::default(),
            block.header.parent_hash,
            block.header.digest.clone(),
        );
        session
            .call("Core_initialize_block", &header.encode())
            .map_err(|error| differs(error.to_string()))?;
        for (index, bytes) in block.extrinsics.iter().enumerate() {
            let impersonated = block.impersonated.contains(&(index as u32));
            if !matches!(apply(&mut session, bytes, impersonated), Applied::Included) {
                return Err(differs(format!("extrinsic {index} is refused")));
            }
        }
        let header: Header = session
            .call_as("BlockBuilder_finalize_block", &[])
            .map_err(|error| differs(error.to_string()))?;
        if header != block.header {
            return Err(differs("its header differs".into()));
        }
    }
    let written = session.into_written()?;
    if written.commitment.root() != *block.header.state_root() {
        return Err(differs("its state root differs".into()));
    }
    Ok(written)
}
