//! What pacts keep, in maps.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{
    NetUid, Tao,
    pact::{Arrival, Artifact, Ballot, Channel, Event, Hold, Pact, Parameters, Report, Revenue},
};

/// What pacts keep. Held TAO is not in the accounts of the ledger, but counts as issued.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pacts<Acc> {
    pub(super) pacts: BTreeMap<NetUid, Pact<Acc>>,
    pub(super) revenues: BTreeMap<NetUid, Revenue>,
    pub(super) objections: BTreeMap<NetUid, Vec<Ballot<Acc>>>,
    pub(super) reports: BTreeMap<NetUid, Vec<Report<Acc>>>,
    pub(super) questions: BTreeMap<NetUid, Vec<u64>>,
    pub(super) arrivals: BTreeMap<(NetUid, Acc, Acc), Vec<Arrival>>,
    pub(super) artifacts: BTreeMap<NetUid, Artifact<Acc>>,
    pub(super) channels: BTreeMap<u64, Channel<Acc>>,
    pub(super) held: BTreeMap<(Hold, Acc), Tao>,
    pub(super) numbers: BTreeMap<&'static str, u64>,
    pub(super) parameters: Parameters,
    pub(super) now_ms: u64,
    pub(super) events: Vec<Event<Acc>>,
}

impl<Acc> Default for Pacts<Acc> {
    fn default() -> Self {
        Self {
            pacts: BTreeMap::new(),
            revenues: BTreeMap::new(),
            objections: BTreeMap::new(),
            reports: BTreeMap::new(),
            questions: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            artifacts: BTreeMap::new(),
            channels: BTreeMap::new(),
            held: BTreeMap::new(),
            numbers: BTreeMap::new(),
            parameters: Parameters::default(),
            now_ms: 0,
            events: Vec::new(),
        }
    }
}
