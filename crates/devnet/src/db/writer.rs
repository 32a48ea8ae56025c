//! The thread that appends steps while the next one is worked out.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use parking_lot::{Condvar, Mutex};

use super::{errors::contradiction, records::Step, store::Store};
use crate::{error::Error, panics, state::Diff};

/// Steps that may wait for the disk; whoever makes more waits with them.
const WAITING_MAX: usize = 64;

/// A step to append.
pub struct Append {
    pub number: u64,
    pub step: Step,
    pub diff: Arc<Diff>,
    /// Arrivals of pool transactions that are done with.
    pub included: Vec<u64>,
}

enum Job {
    Append(Box<Append>),
    /// Forces everything before it to the disk.
    Force,
    /// Takes time that whoever makes blocks does not have.
    Drop(Box<dyn Send>),
}

#[derive(Default)]
struct Progress {
    /// Steps and forces handed over so far, and dealt with.
    handed: u64,
    dealt: u64,
    /// Forces handed over so far, and dealt with.
    forces: u64,
    forced: u64,
    /// What the first of them that failed said, until somebody is told.
    failure: Option<Error>,
}

type Shared = Arc<(Mutex<Progress>, Condvar)>;

/// The handle of the thread. It ends, with everything appended that was handed over, when this is dropped.
pub struct Writer {
    /// None only while this is dropped.
    jobs: Option<SyncSender<Job>>,
    progress: Shared,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`Error::Thread`].
    pub fn start(store: Arc<Store>) -> Result<Self, Error> {
        let (jobs, receiver) = sync_channel(WAITING_MAX);
        let progress = Shared::default();
        let shared = progress.clone();
        let thread = std::thread::Builder::new()
            .name("block writer".into())
            .spawn(move || run(&store, &receiver, &shared))
            .map_err(Error::Thread)?;
        Ok(Self {
            jobs: Some(jobs),
            progress,
            thread: Some(thread),
        })
    }

    /// Hands over a step.
    pub fn append(&self, append: Append) {
        self.progress.0.lock().handed += 1;
        self.send(Job::Append(Box::new(append)));
    }

    /// Asks for everything that was handed over to be forced to the disk. Returns the number of the force.
    pub fn force(&self) -> u64 {
        let number = {
            let mut progress = self.progress.0.lock();
            progress.handed += 1;
            progress.forces += 1;
            progress.forces
        };
        self.send(Job::Force);
        number
    }

    /// Waits until a force was dealt with.
    pub fn settle_force(&self, number: u64) {
        let mut progress = self.progress.0.lock();
        while progress.forced < number {
            self.progress.1.wait(&mut progress);
        }
    }

    /// Hands over something to drop.
    pub fn drop_later(&self, what: Box<dyn Send>) {
        self.send(Job::Drop(what));
    }

    fn send(&self, job: Job) {
        let taken = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        // The thread takes jobs for as long as this handle is there: it catches its own panics.
        debug_assert!(taken, "the writer ends with its handle");
    }

    /// Waits until everything that was handed over before the call was dealt with.
    pub fn settle(&self) {
        let mut progress = self.progress.0.lock();
        let handed = progress.handed;
        while progress.dealt < handed {
            self.progress.1.wait(&mut progress);
        }
    }

    /// What an append or a force failed with; after that, nothing.
    pub fn take_failure(&self) -> Option<Error> {
        self.progress.0.lock().failure.take()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It catches its own panics.
            let _ = thread.join();
        }
    }
}

fn run(store: &Store, jobs: &Receiver<Job>, shared: &Shared) {
    for job in jobs {
        let append = match job {
            Job::Append(append) => Some(append),
            Job::Force => None,
            Job::Drop(what) => {
                drop(what);
                continue;
            }
        };
        let force = append.is_none();
        let result = panics::catch(|| match append {
            Some(append) => {
                let bytes = append.diff.to_bytes();
                store.append(append.number, &append.step, &bytes, &append.included)
            }
            None => store.sync(),
        })
        .unwrap_or_else(|panic| {
            let error = contradiction(store.path(), &panic);
            store.fail(&error);
            Err(error)
        });
        let mut progress = shared.0.lock();
        progress.dealt += 1;
        progress.forced += u64::from(force);
        if let Err(error) = result {
            // After the first failure the store refuses everything; only the first says why.
            if !matches!(error, Error::Stopped(_)) {
                progress.failure.get_or_insert(error);
            }
        }
        // Waking nobody costs next to nothing.
        shared.1.notify_all();
    }
}
