//! What can go wrong, for the reader.

use std::path::PathBuf;

use crate::{pool::PoolError, state::DiffError};

/// Everything that the embedded chain can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The runtime has no preset of that name.
    #[error("there is no genesis preset `{name}`; the runtime has: {known}")]
    UnknownPreset {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The genesis configuration is not one that the runtime takes.
    #[error("the runtime refuses the genesis configuration: {0}")]
    Genesis(String),
    /// The database was made from another genesis.
    #[error(
        "the database {path} was made from another genesis configuration; open it with the one it was made with, or \
         choose another file (nothing was changed)"
    )]
    OtherGenesis {
        /// The database file.
        path: PathBuf,
    },
    /// There is no chain to go on with.
    #[error("there is no chain in {path} to continue")]
    NothingStored {
        /// The database file.
        path: PathBuf,
    },
    /// Another process has the database open.
    #[error("the database {path} is in use by another process; stop that one, or choose another file")]
    DatabaseInUse {
        /// The database file.
        path: PathBuf,
    },
    /// The database cannot be read.
    #[error(
        "the database {path} is damaged, or not a database: {reason}. Nothing in it was changed. Restore the file \
         from a copy, start from a dump in another folder, or move the file away to start anew"
    )]
    DatabaseCorrupt {
        /// The database file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no room left for the database.
    #[error("no space left on the disk of the database; everything acknowledged is safe: make room and start again")]
    DiskFull,
    /// Any other trouble with the database.
    #[error("the database failed: {0}; everything acknowledged is safe: start again")]
    Database(#[source] Box<redb::Error>),
    /// An earlier write to the database failed, and nothing was kept after it.
    #[error("the chain has stopped, because its database could not be written: {0}")]
    Stopped(String),
    /// The thread that writes the database could not be started.
    #[error("cannot start the thread that writes the database: {0}")]
    Thread(#[source] std::io::Error),
    /// A stored record is not readable.
    #[error("record {record} of the database is not readable: {reason}; restore the file from a copy")]
    Record {
        /// Which one.
        record: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A dump file is not one.
    #[error("{path} is not a state dump that this version reads: {reason}")]
    BadDump {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No such block.
    #[error("there is no block {0}")]
    UnknownBlock(String),
    /// The block is older than what this chain was loaded from.
    #[error("State already discarded for {0}")]
    Discarded(String),
    /// The runtime has no such method.
    #[error("Exported method {0} is not found")]
    UnknownMethod(String),
    /// The arguments of a runtime method hold an extrinsic or a call that cannot be read, or that is nested too deep.
    #[error("the runtime cannot read the arguments of {method}: {reason}")]
    Arguments {
        /// The runtime API method.
        method: String,
        /// What is wrong with them.
        reason: String,
    },
    /// The runtime panicked.
    #[error("the runtime panicked in {method}: {reason}")]
    Execution {
        /// The runtime API method.
        method: String,
        /// The message of the panic.
        reason: String,
    },
    /// The runtime answered with bytes that are not what its method promises.
    #[error("the runtime's answer to {method} is not readable: {reason}")]
    BadAnswer {
        /// The runtime API method.
        method: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A block could not be made.
    #[error("block {number} could not be made: {reason}")]
    Block {
        /// Its number.
        number: u32,
        /// Why.
        reason: String,
    },
    /// A transaction was refused.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// No such snapshot.
    #[error("there is no snapshot {0}; reverting to a snapshot removes those that were taken after it")]
    UnknownSnapshot(u64),
    /// Time cannot go back.
    #[error("the time {asked_ms} ms is not after that of the best block, {last_ms} ms; block times only grow")]
    TimeGoesBack {
        /// What was asked for, in milliseconds.
        asked_ms: u64,
        /// Time of the best block, in milliseconds.
        last_ms: u64,
    },
    /// Time has an end.
    #[error("the time {asked_ms} ms is after the year 9999, where block times end; milliseconds since 1970 are meant")]
    TimeTooLate {
        /// What was asked for, in milliseconds.
        asked_ms: u64,
    },
    /// Blocks that were asked for were not all made.
    #[error("{made} of {asked} blocks were made, and then no more: {reason}")]
    Interrupted {
        /// How many blocks were made.
        made: u32,
        /// How many were asked for.
        asked: u32,
        /// Why no more.
        reason: &'static str,
    },
    /// The block to advance to is behind the best one.
    #[error("block {asked} is behind the best block {best}; take a snapshot and revert to go back")]
    BehindBest {
        /// What was asked for.
        asked: u32,
        /// What there is.
        best: u32,
    },
    /// Replaying the log did not give the same chain.
    #[error("replaying block {number} gave another result: {reason}")]
    Replay {
        /// The block.
        number: u32,
        /// How it differs.
        reason: String,
    },
    /// The address to listen on is taken.
    #[error("cannot listen on {address}: {source}; choose another port (0 takes a free one)")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The RPC server could not be set up.
    #[error("cannot start the RPC server: {0}")]
    Server(String),
}

impl From<DiffError> for Error {
    fn from(error: DiffError) -> Self {
        Self::Record {
            record: "of state differences".into(),
            reason: error.to_string(),
        }
    }
}

/// Whether there was no room: on the disk, in what the user may have of it, or for a file of this size.
pub(crate) fn is_no_room(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

impl From<redb::Error> for Error {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Io(io) if is_no_room(&io) => Self::DiskFull,
            other => Self::Database(Box::new(other)),
        }
    }
}

macro_rules! from_redb {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Error {
            fn from(error: $kind) -> Self {
                redb::Error::from(error).into()
            }
        }
    )*};
}
from_redb!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::SetDurabilityError
);
