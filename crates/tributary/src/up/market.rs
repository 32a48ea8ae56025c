//! The market while it runs: every block is read once, shown, and seen by those who trade.

use std::time::Duration;

use anyhow::{Context as _, Result};
use backon::{ConstantBuilder, Retryable as _};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, Heads};

use super::{
    args::Up,
    cast::Cast,
    emitted::Emitted,
    events,
    frame::Frame,
    frame_reader::{self, Known},
    lines,
    plan::Plan,
    screen::{Notes, Screen, Wish},
    steps::Step,
    traders::Traders,
    workers::Workers,
};
use crate::{
    output::{self, say},
    stop::Stop,
};

/// How long neurons may take to finish what they are at.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pause before the chain is asked again that did not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// How far the building of the market is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    step: Option<Step>,
    settled: Option<String>,
}

impl Progress {
    /// Goes on to a step.
    pub fn reach(&mut self, step: Step) {
        self.step = Some(step);
    }

    /// Everybody is at work.
    pub fn settle(&mut self, text: String) {
        self.step = Some(Step::Train);
        self.settled = Some(text);
    }
}

/// A market that is shown.
pub struct Market {
    pub client: Client,
    pub cast: Cast,
    pub plan: Plan,
    pub emitted: Emitted,
    pub cancel: CancellationToken,
    pub progress: watch::Receiver<Progress>,
    pub notes: Notes,
}

/// How the figures reach the user.
enum Sink {
    Json,
    Lines,
    Live(Box<Screen>),
}

/// What is shown, and from where.
struct Showing {
    sink: Sink,
    traders: Traders,
    workers: Option<Workers>,
    /// The last block that was shown.
    frame: Frame,
    /// The last block to show.
    last: Option<u32>,
}

impl Market {
    /// Shows every block until there have been enough, or the user leaves or the system asks to stop, or nobody reads any
    /// more; then lets everybody finish.
    ///
    /// # Errors
    /// If the market cannot be built, or what is shown cannot be written.
    pub async fn show(mut self, args: &Up, building: JoinHandle<Result<Workers>>, stop: &mut Stop) -> Result<()> {
        let sink = match args.is_live() {
            true => Sink::Live(Box::new(Screen::open()?)),
            false if args.json => Sink::Json,
            false => Sink::Lines,
        };
        let height = self.client.header(self.client.best().await?).await?.number;
        let mut showing = Showing {
            sink,
            traders: Traders::start(&self.client, &self.plan, &self.cancel)?,
            workers: None,
            frame: Frame {
                block: height,
                ..Frame::default()
            },
            last: args.blocks.map(|blocks| height.saturating_add(blocks)),
        };
        let shown = self.follow(&mut showing, building, stop).await;
        let Showing { sink, workers, .. } = showing;
        drop(sink);
        self.emitted.write();
        self.cancel.cancel();
        if let Some(workers) = workers
            && tokio::time::timeout(PATIENCE, workers.finish()).await.is_err()
        {
            say!(
                "some miners or validators did not stop within {} s and were abandoned",
                PATIENCE.as_secs()
            );
        }
        shown
    }

    async fn follow(
        &mut self,
        showing: &mut Showing,
        building: JoinHandle<Result<Workers>>,
        stop: &mut Stop,
    ) -> Result<()> {
        let mut building = Some(building);
        let mut heads: Option<Heads> = None;
        let mut reports = true;
        self.note(showing)?;
        loop {
            tokio::select! {
                () = stop.wait() => return Ok(()),
                head = next_head(&self.client, &mut heads) => {
                    let head = head?;
                    let read = tokio::select! {
                        () = stop.wait() => return Ok(()),
                        read = self.blocks(showing, head) => read,
                    };
                    match read {
                        Err(error) if error.is::<tributary_client::Error>() => {
                            let error = output::reasons(&error);
                            tracing::warn!(error, "a block could not be read; it is tried again with the next one");
                        }
                        read => read?,
                    }
                    if showing.last.is_some_and(|last| showing.frame.block >= last) {
                        return Ok(());
                    }
                }
                built = async { match building.as_mut() {
                    Some(task) => task.await,
                    None => std::future::pending().await,
                } } => {
                    building = None;
                    showing.workers = Some(built??);
                }
                changed = self.progress.changed(), if reports => {
                    // Once nobody reports any more, this would be ready for ever.
                    reports = changed.is_ok();
                    self.note(showing)?;
                }
                wish = async { match &mut showing.sink {
                    Sink::Live(screen) => screen.input().await,
                    _ => std::future::pending().await,
                } } => match wish {
                    Wish::Leave => return Ok(()),
                    Wish::Draw => self.draw(showing)?,
                },
            }
        }
    }

    /// Shows every block up to `head` once, even if several came at once.
    async fn blocks(&mut self, showing: &mut Showing, head: u32) -> Result<()> {
        while showing.frame.block < head && showing.last.is_none_or(|last| showing.frame.block < last) {
            let number = showing.frame.block + 1;
            let block = self
                .client
                .block_hash(number)
                .await?
                .context("a block is missing from the chain")?;
            let known = match &showing.workers {
                Some(workers) => workers.known(&self.cast),
                None => Known::nothing(&self.cast),
            };
            let mut frame = frame_reader::read(&self.client, block, number, &known).await?;
            self.emitted.count(&self.client, &mut frame).await?;
            // What was there at the start is no event.
            if !showing.frame.block_hash.is_empty() {
                frame.events = events::between(&showing.frame, &frame);
            }
            for event in &frame.events {
                self.notes.tell(&format!("block {}: {}", event.block, event.text));
            }
            showing.traders.see(&frame);
            showing.frame = frame;
            match &mut showing.sink {
                Sink::Json => output::json(&showing.frame)?,
                Sink::Lines => output::line(&lines::render(&showing.frame))?,
                Sink::Live(_) => {}
            }
            self.note(showing)?;
        }
        Ok(())
    }

    /// Says what is going on.
    fn note(&mut self, showing: &mut Showing) -> Result<()> {
        let progress = self.progress.borrow_and_update().clone();
        let mut news = false;
        if let Some(step) = progress.step {
            news |= self.notes.steps.reach(step);
        }
        news |= self.notes.steps.see(&showing.frame);
        let step = self.notes.steps.now();
        self.notes.activity = match (step, progress.settled) {
            (Step::Done, Some(text)) => text,
            _ => step.text().to_owned(),
        };
        match showing.sink {
            Sink::Live(_) => self.draw(showing),
            _ => {
                if news {
                    say!("{} ({} s)", self.notes.activity, self.notes.steps.seconds());
                }
                Ok(())
            }
        }
    }

    fn draw(&mut self, showing: &mut Showing) -> Result<()> {
        match &mut showing.sink {
            Sink::Live(screen) => screen.show(&showing.frame, &mut self.notes),
            _ => Ok(()),
        }
    }
}

/// The height of the next block. Asks again for as long as it takes. What is followed stays in `heads`, also if nobody
/// waits for the block any more.
async fn next_head(client: &Client, heads: &mut Option<Heads>) -> Result<u32, tributary_client::Error> {
    let slot = Mutex::new(heads);
    let next = || async {
        let mut heads = slot.lock().await;
        let following = match &mut **heads {
            Some(following) => following,
            None => heads.insert(client.follow().await?),
        };
        let head = following.next().await;
        if head.is_err() {
            **heads = None;
        }
        head.map(|head| head.number)
    };
    let always = ConstantBuilder::new().with_delay(AGAIN).without_max_times();
    next.retry(always)
        .notify(|error, _| tracing::warn!(%error, "the chain does not answer; it is asked again"))
        .await
}
