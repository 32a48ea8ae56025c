//! Everything that can go wrong between a person and a chain, worded for the person.

use std::path::PathBuf;

/// A failed request, transaction or key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody answers at the endpoint.
    #[error(
        "no chain answers at {endpoint} ({reason}): start one with `tributary up` or `tributary chain`, or name another with --endpoint"
    )]
    Unreachable {
        /// What was dialled.
        endpoint: String,
        /// What the transport says.
        reason: String,
    },
    /// The connection broke after it was made.
    #[error("the connection to {endpoint} broke ({reason}): is the chain still running?")]
    Disconnected {
        /// What had been dialled.
        endpoint: String,
        /// What the transport says.
        reason: String,
    },
    /// The endpoint answers, but not as a chain of this kind does.
    #[error("{endpoint} runs `{found}`, and this program speaks `{wanted}`: name another chain with --endpoint")]
    OtherChain {
        /// What was dialled.
        endpoint: String,
        /// Its `specName` and `specVersion`.
        found: String,
        /// What is compiled in.
        wanted: String,
    },
    /// The node answered a request with an error.
    #[error("the chain answered {method} with an error: {message}{}", .data.as_deref().map(|d| format!(" ({d})")).unwrap_or_default())]
    Rpc {
        /// The method asked.
        method: String,
        /// JSON-RPC error code.
        code: i32,
        /// What the node says.
        message: String,
        /// What it adds.
        data: Option<String>,
    },
    /// The answer does not have the shape that `docs/rules/clients.md` gives it.
    #[error("the chain's answer to {what} does not decode ({reason}): it may run another version of the rules")]
    Undecodable {
        /// What was asked.
        what: String,
        /// Where it failed.
        reason: String,
    },
    /// The chain does not have what was asked of it.
    #[error(
        "this chain ({chain}) has no {what}: name another chain with --endpoint, or use the tributary that was made for this one"
    )]
    Missing {
        /// Pallet, call, storage item, constant or runtime API.
        what: String,
        /// The chain's `specName` and `specVersion`.
        chain: String,
    },
    /// The chain has what was asked of it, in a shape that this program does not know.
    #[error(
        "{what} has another shape on this chain ({chain}) than here: {reason}. Use the tributary that was made for this chain"
    )]
    Shape {
        /// Call, storage item, event, constant or runtime API, down to the part that differs.
        what: String,
        /// The chain's `specName` and `specVersion`.
        chain: String,
        /// How it differs.
        reason: String,
    },
    /// The pool refused the transaction; it never ran and cost nothing (`docs/rules/clients.md#errors-at-submission`).
    #[error("the transaction was refused and cost nothing: {reason}")]
    Refused {
        /// JSON-RPC error code, 0 if the refusal came as a status.
        code: i32,
        /// Why, with what to do where that is known.
        reason: String,
    },
    /// The chain says that the transaction would be refused or would fail. It was not sent.
    #[error("{call} would fail, so it was not sent: {reason}")]
    WouldFail {
        /// `Pallet.call`.
        call: String,
        /// Why, with what to do where that is known.
        reason: String,
    },
    /// The transaction ran and failed; its fee was paid.
    #[error("{call} failed, and its fee was paid: {docs} ({name})")]
    Dispatch {
        /// `Pallet.call`.
        call: String,
        /// `Pallet.Error`, or the kind of a failure that is no pallet's.
        name: String,
        /// What that means, and what to do.
        docs: String,
    },
    /// The transaction left the pool without a block.
    #[error("the transaction was {status} before any block took it: send it again")]
    Lost {
        /// Last status seen.
        status: String,
    },
    /// A key file or folder is missing.
    #[error("no key at {}: {hint}", .path.display())]
    NoKey {
        /// Where it was looked for.
        path: PathBuf,
        /// What to do.
        hint: String,
    },
    /// A key file is there and cannot be used.
    #[error("the key file {} cannot be used: {reason}", .path.display())]
    KeyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Two files of a wallet name different accounts.
    #[error(
        "{} is the key of {secret}, but {} says {public}: one of the two does not belong to this wallet. Nothing was signed. If the key is right, run `tributary wallet repair`, which writes the other file anew", .secret_path.display(), .public_path.display()
    )]
    KeysDiffer {
        /// The file with the secret.
        secret_path: PathBuf,
        /// Its account.
        secret: String,
        /// The public file.
        public_path: PathBuf,
        /// The account that it names.
        public: String,
    },
    /// The wallet or key exists already.
    #[error("there is {} already: nothing was changed. Choose another name, or move it away", .path.display())]
    KeyExists {
        /// Which file.
        path: PathBuf,
    },
    /// The name cannot be that of a wallet or a key.
    #[error("`{name}` cannot be the name of a wallet or a hotkey: use letters, digits, `-`, `_` and `.`")]
    BadName {
        /// What was given.
        name: String,
    },
    /// The password does not open the key file.
    #[error("wrong password for {}", .path.display())]
    WrongPassword {
        /// Which file.
        path: PathBuf,
    },
    /// The key file is encrypted and there is nobody to ask.
    #[error("{} is encrypted: run this in a terminal to be asked for the password, or set BT_WALLET_PASSWORD", .path.display())]
    NoPassword {
        /// Which file.
        path: PathBuf,
    },
    /// The text is not a key.
    #[error("`{text}` is not a key: give a development name such as //Alice, a mnemonic or a 0x-seed of 32 bytes")]
    BadSecret {
        /// What was given, cut short so that a mistyped secret is not repeated in logs.
        text: String,
    },
    /// The text has the form of an address, but its checksum is another's.
    #[error("`{text}` has the form of an address, but its checksum is wrong: a letter or digit of it is mistyped")]
    MistypedAddress {
        /// What was given.
        text: String,
    },
    /// The text is not an address.
    #[error(
        "`{text}` is not an address: give an SS58 address (5…), 0x and 64 hex digits, or a development name such as //Bob"
    )]
    BadAddress {
        /// What was given.
        text: String,
    },
}

impl Error {
    /// Whether what was given is wrong by itself, whatever the chain or the disk holds.
    pub fn is_wrong_argument(&self) -> bool {
        matches!(
            self,
            Self::BadName { .. } | Self::BadSecret { .. } | Self::BadAddress { .. } | Self::MistypedAddress { .. }
        )
    }
}

/// Result of anything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
