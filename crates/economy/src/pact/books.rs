//! What pacts keep: the part of the ledger that is theirs.

use alloc::vec::Vec;

use super::{Arrival, Artifact, Ballot, Channel, Event, Pact, Parameters, Report, Revenue};
use crate::{Error, NetUid, Tao};

/// Why TAO of an account is on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// The bond of a pact.
    Bond,
    /// The deposit of a channel.
    Channel,
    /// The deposit of a report.
    Report,
}

/// Storage of pacts and channels. `None` and empty lists remove the entry.
pub trait Books<Acc> {
    /// The pact of a subnet.
    fn pact(&self, netuid: NetUid) -> Option<Pact<Acc>>;
    /// Writes it.
    fn set_pact(&mut self, netuid: NetUid, pact: Option<Pact<Acc>>);
    /// What was paid for the services of a subnet.
    fn revenue(&self, netuid: NetUid) -> Revenue;
    /// Writes it; nothing removes the entry.
    fn set_revenue(&mut self, netuid: NetUid, revenue: Revenue);
    /// Objections to the announced loosening.
    fn objections(&self, netuid: NetUid) -> Vec<Ballot<Acc>>;
    /// Writes them.
    fn set_objections(&mut self, netuid: NetUid, objections: Vec<Ballot<Acc>>);
    /// Open reports, by number.
    fn reports(&self, netuid: NetUid) -> Vec<Report<Acc>>;
    /// Writes them.
    fn set_reports(&mut self, netuid: NetUid, reports: Vec<Report<Acc>>);
    /// How many reports all subnets have had: the number of the next.
    fn next_report(&self) -> u32;
    /// Writes it.
    fn set_next_report(&mut self, id: u32);
    /// Blocks of the questions that are open: of reports and of an announced loosening.
    fn open_questions(&self, netuid: NetUid) -> Vec<u64>;
    /// Writes them.
    fn set_open_questions(&mut self, netuid: NetUid, blocks: Vec<u64>);
    /// What came to a stake while questions were open.
    fn arrivals(&self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc) -> Vec<Arrival>;
    /// Writes it.
    fn set_arrivals(&mut self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc, arrivals: Vec<Arrival>);
    /// Removes it for all stakes of a subnet.
    fn clear_arrivals(&mut self, netuid: NetUid);
    /// The last artefact.
    fn artifact(&self, netuid: NetUid) -> Option<Artifact<Acc>>;
    /// Writes it.
    fn set_artifact(&mut self, netuid: NetUid, artifact: Option<Artifact<Acc>>);
    /// A channel.
    fn channel(&self, id: u64) -> Option<Channel<Acc>>;
    /// Writes it.
    fn set_channel(&mut self, id: u64, channel: Option<Channel<Acc>>);
    /// All channels: for audits only.
    fn channels(&self) -> Vec<Channel<Acc>>;
    /// How many channels were ever opened: the number of the next.
    fn next_channel(&self) -> u64;
    /// Writes it.
    fn set_next_channel(&mut self, id: u64);
    /// Parameters of all pacts.
    fn pact_parameters(&self) -> Parameters;

    /// The least that an account may hold.
    fn existential_deposit(&self) -> Tao;
    /// Milliseconds since 1970 of this block.
    fn now_ms(&self) -> u64;
    /// Milliseconds between blocks.
    fn block_ms(&self) -> u64;
    /// What is on hold of an account for a reason.
    fn held(&self, reason: Hold, who: &Acc) -> Tao;
    /// Puts TAO of an account on hold; it stays alive.
    ///
    /// # Errors
    /// [`Error::InsufficientBalance`].
    fn hold(&mut self, reason: Hold, who: &Acc, amount: Tao) -> Result<(), Error>;
    /// Frees held TAO.
    ///
    /// # Errors
    /// [`Error::InsufficientBalance`] if less is held.
    fn free(&mut self, reason: Hold, who: &Acc, amount: Tao) -> Result<(), Error>;
    /// Moves held TAO to another account, where it is free.
    ///
    /// # Errors
    /// [`Error::InsufficientBalance`] if less is held, or the receiver would not come to exist with so little.
    fn seize(&mut self, reason: Hold, from: &Acc, to: &Acc, amount: Tao) -> Result<(), Error>;
    /// Tells the world.
    fn tell(&mut self, event: Event<Acc>);
}

/// Books of a chain without pacts: nothing is stored and nothing can be held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoPacts;

impl<Acc> Books<Acc> for NoPacts {
    fn pact(&self, _: NetUid) -> Option<Pact<Acc>> {
        None
    }
    fn set_pact(&mut self, _: NetUid, _: Option<Pact<Acc>>) {}
    fn revenue(&self, _: NetUid) -> Revenue {
        Revenue::default()
    }
    fn set_revenue(&mut self, _: NetUid, _: Revenue) {}
    fn objections(&self, _: NetUid) -> Vec<Ballot<Acc>> {
        Vec::new()
    }
    fn set_objections(&mut self, _: NetUid, _: Vec<Ballot<Acc>>) {}
    fn reports(&self, _: NetUid) -> Vec<Report<Acc>> {
        Vec::new()
    }
    fn set_reports(&mut self, _: NetUid, _: Vec<Report<Acc>>) {}
    fn next_report(&self) -> u32 {
        0
    }
    fn set_next_report(&mut self, _: u32) {}
    fn open_questions(&self, _: NetUid) -> Vec<u64> {
        Vec::new()
    }
    fn set_open_questions(&mut self, _: NetUid, _: Vec<u64>) {}
    fn arrivals(&self, _: NetUid, _: &Acc, _: &Acc) -> Vec<Arrival> {
        Vec::new()
    }
    fn set_arrivals(&mut self, _: NetUid, _: &Acc, _: &Acc, _: Vec<Arrival>) {}
    fn clear_arrivals(&mut self, _: NetUid) {}
    fn artifact(&self, _: NetUid) -> Option<Artifact<Acc>> {
        None
    }
    fn set_artifact(&mut self, _: NetUid, _: Option<Artifact<Acc>>) {}
    fn channel(&self, _: u64) -> Option<Channel<Acc>> {
        None
    }
    fn set_channel(&mut self, _: u64, _: Option<Channel<Acc>>) {}
    fn channels(&self) -> Vec<Channel<Acc>> {
        Vec::new()
    }
    fn next_channel(&self) -> u64 {
        0
    }
    fn set_next_channel(&mut self, _: u64) {}
    fn pact_parameters(&self) -> Parameters {
        Parameters::default()
    }
    fn existential_deposit(&self) -> Tao {
        Tao::ZERO
    }
    fn now_ms(&self) -> u64 {
        0
    }
    fn block_ms(&self) -> u64 {
        0
    }
    fn held(&self, _: Hold, _: &Acc) -> Tao {
        Tao::ZERO
    }
    fn hold(&mut self, _: Hold, _: &Acc, _: Tao) -> Result<(), Error> {
        Err(Error::InsufficientBalance)
    }
    fn free(&mut self, _: Hold, _: &Acc, _: Tao) -> Result<(), Error> {
        Err(Error::InsufficientBalance)
    }
    fn seize(&mut self, _: Hold, _: &Acc, _: &Acc, _: Tao) -> Result<(), Error> {
        Err(Error::InsufficientBalance)
    }
    fn tell(&mut self, _: Event<Acc>) {}
}
