//! What a validator shows on its board: its market, the training part of the text, its verdicts.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{Board, Chain, Description, Identity, MinerOptions, NeuronError, board::VERDICTS, run_board};

/// Bytes of one piece of a text.
pub const PIECE_BYTES: usize = 1 << 20;

/// Time between two looks at what the validator thinks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Path of a piece of the training part, below `/public/`.
pub fn piece_path(piece: usize) -> String {
    format!("corpus/{piece}")
}

/// What there is to show besides verdicts.
#[derive(Clone)]
pub struct Notices {
    /// The subnet.
    pub netuid: u16,
    /// Where the board listens.
    pub listen: SocketAddr,
    /// Where others reach it, if not there.
    pub announce: Option<SocketAddr>,
    /// The market.
    pub description: Option<Description>,
    /// What miners may have of the text, where there is one ([`TrainingText::joined`]). Never more than that.
    ///
    /// [`TrainingText::joined`]: tributary_market_train::TrainingText::joined
    pub text: Option<Bytes>,
}

/// Hangs a validator's board out, and shows what `status` gives as it changes.
///
/// # Errors
/// If it cannot listen. What goes wrong later ends the task.
pub async fn hang_out<T: Serialize>(
    notices: Notices,
    status: impl Fn() -> T + Send + Sync + 'static,
    chain: Arc<dyn Chain>,
    identity: Identity,
    cancel: CancellationToken,
) -> Result<(SocketAddr, JoinHandle<Result<(), NeuronError>>)> {
    let board = Arc::new(Board::default());
    if let Some(description) = &notices.description {
        board.put("market.json", serde_json::to_vec_pretty(description)?);
    }
    if let Some(text) = &notices.text {
        for (piece, start) in (0..text.len()).step_by(PIECE_BYTES).enumerate() {
            let end = text.len().min(start + PIECE_BYTES);
            board.put(piece_path(piece), text.slice(start..end));
        }
    }
    let options = MinerOptions {
        listen: notices.listen,
        announce: notices.announce,
        ..MinerOptions::local(notices.netuid)
    };
    let (address, kept_up) = run_board(board.clone(), options, chain, identity, cancel)
        .await
        .context("the validator's board does not start")?;
    let task = tokio::spawn(async move {
        let showing = async {
            loop {
                match serde_json::to_vec(&status()) {
                    Ok(text) => board.put(VERDICTS, text),
                    Err(error) => tracing::warn!(%error, "the verdicts are not shown"),
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::select! {
            ended = kept_up => ended,
            () = showing => Ok(()),
        }
    });
    Ok((address, task))
}
