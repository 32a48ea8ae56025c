//! Pacts, channels and held TAO in memory.

use alloc::vec::Vec;

use super::{MemoryAccount, MemoryLedger};
use crate::{
    Error, Ledger, NetUid, Tao,
    pact::{Arrival, Artifact, Ballot, Books, Channel, Event, Hold, Pact, Parameters, Report, Revenue},
};

/// Keys of `numbers`.
const NEXT_REPORT: &str = "report";
const NEXT_CHANNEL: &str = "channel";

fn unless_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

impl<Acc: MemoryAccount> Books<Acc> for MemoryLedger<Acc> {
    fn pact(&self, netuid: NetUid) -> Option<Pact<Acc>> {
        self.pacts.pacts.get(&netuid).cloned()
    }

    fn set_pact(&mut self, netuid: NetUid, pact: Option<Pact<Acc>>) {
        self.write(|ledger| &mut ledger.pacts.pacts, netuid, pact);
    }

    fn revenue(&self, netuid: NetUid) -> Revenue {
        self.pacts.revenues.get(&netuid).copied().unwrap_or_default()
    }

    fn set_revenue(&mut self, netuid: NetUid, revenue: Revenue) {
        let value = (revenue != Revenue::default()).then_some(revenue);
        self.write(|ledger| &mut ledger.pacts.revenues, netuid, value);
    }

    fn objections(&self, netuid: NetUid) -> Vec<Ballot<Acc>> {
        self.pacts.objections.get(&netuid).cloned().unwrap_or_default()
    }

    fn set_objections(&mut self, netuid: NetUid, objections: Vec<Ballot<Acc>>) {
        self.write(|ledger| &mut ledger.pacts.objections, netuid, unless_empty(objections));
    }

    fn reports(&self, netuid: NetUid) -> Vec<Report<Acc>> {
        self.pacts.reports.get(&netuid).cloned().unwrap_or_default()
    }

    fn set_reports(&mut self, netuid: NetUid, reports: Vec<Report<Acc>>) {
        self.write(|ledger| &mut ledger.pacts.reports, netuid, unless_empty(reports));
    }

    fn next_report(&self) -> u32 {
        // Only ever written from a u32.
        self.pacts.numbers.get(NEXT_REPORT).copied().unwrap_or_default() as u32
    }

    fn set_next_report(&mut self, id: u32) {
        self.write(|ledger| &mut ledger.pacts.numbers, NEXT_REPORT, Some(id.into()));
    }

    fn open_questions(&self, netuid: NetUid) -> Vec<u64> {
        self.pacts.questions.get(&netuid).cloned().unwrap_or_default()
    }

    fn set_open_questions(&mut self, netuid: NetUid, blocks: Vec<u64>) {
        self.write(|ledger| &mut ledger.pacts.questions, netuid, unless_empty(blocks));
    }

    fn arrivals(&self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc) -> Vec<Arrival> {
        let key = (netuid, hotkey.clone(), coldkey.clone());
        self.pacts.arrivals.get(&key).cloned().unwrap_or_default()
    }

    fn set_arrivals(&mut self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc, arrivals: Vec<Arrival>) {
        let key = (netuid, hotkey.clone(), coldkey.clone());
        self.write(|ledger| &mut ledger.pacts.arrivals, key, unless_empty(arrivals));
    }

    fn clear_arrivals(&mut self, netuid: NetUid) {
        self.retain(|ledger| &mut ledger.pacts.arrivals, |key| key.0 != netuid);
    }

    fn artifact(&self, netuid: NetUid) -> Option<Artifact<Acc>> {
        self.pacts.artifacts.get(&netuid).cloned()
    }

    fn set_artifact(&mut self, netuid: NetUid, artifact: Option<Artifact<Acc>>) {
        self.write(|ledger| &mut ledger.pacts.artifacts, netuid, artifact);
    }

    fn channel(&self, id: u64) -> Option<Channel<Acc>> {
        self.pacts.channels.get(&id).cloned()
    }

    fn set_channel(&mut self, id: u64, channel: Option<Channel<Acc>>) {
        self.write(|ledger| &mut ledger.pacts.channels, id, channel);
    }

    fn channels(&self) -> Vec<Channel<Acc>> {
        self.pacts.channels.values().cloned().collect()
    }

    fn next_channel(&self) -> u64 {
        self.pacts.numbers.get(NEXT_CHANNEL).copied().unwrap_or_default()
    }

    fn set_next_channel(&mut self, id: u64) {
        self.write(|ledger| &mut ledger.pacts.numbers, NEXT_CHANNEL, Some(id));
    }

    fn pact_parameters(&self) -> Parameters {
        self.pacts.parameters
    }

    fn existential_deposit(&self) -> Tao {
        self.environment.existential_deposit
    }

    fn now_ms(&self) -> u64 {
        self.pacts.now_ms
    }

    fn block_ms(&self) -> u64 {
        12_000
    }

    fn held(&self, reason: Hold, who: &Acc) -> Tao {
        self.pacts.held.get(&(reason, who.clone())).copied().unwrap_or_default()
    }

    fn hold(&mut self, reason: Hold, who: &Acc, amount: Tao) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        if amount > self.spendable(who) {
            return Err(Error::InsufficientBalance);
        }
        let free = self.balance(who).minus(amount)?;
        let held = self.held(reason, who).plus(amount)?;
        self.set_balance(who, free);
        self.set_held(reason, who, held);
        Ok(())
    }

    fn free(&mut self, reason: Hold, who: &Acc, amount: Tao) -> Result<(), Error> {
        self.seize(reason, who, who, amount)
    }

    fn seize(&mut self, reason: Hold, from: &Acc, to: &Acc, amount: Tao) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        let held = self.held(reason, from);
        let rest = held.minus(amount).map_err(|_| Error::InsufficientBalance)?;
        self.check_deposit(to, amount)?;
        self.set_held(reason, from, rest);
        self.set_balance(to, self.balance(to).plus(amount)?);
        Ok(())
    }

    fn tell(&mut self, event: Event<Acc>) {
        self.pacts.events.push(event);
        self.on_undo(|ledger| {
            ledger.pacts.events.pop();
        });
    }
}

impl<Acc: MemoryAccount> MemoryLedger<Acc> {
    fn set_held(&mut self, reason: Hold, who: &Acc, amount: Tao) {
        let value = (!amount.is_zero()).then_some(amount);
        self.write(|ledger| &mut ledger.pacts.held, (reason, who.clone()), value);
    }

    /// Sets the parameters of all pacts.
    pub fn set_pact_parameters(&mut self, parameters: Parameters) {
        self.pacts.parameters = parameters;
    }

    /// Sets the time of this block, in milliseconds since 1970: only rounds of drand are compared with it.
    pub fn set_now_ms(&mut self, now_ms: u64) {
        self.pacts.now_ms = now_ms;
    }

    /// What happened to pacts since the last call.
    pub fn take_pact_events(&mut self) -> Vec<Event<Acc>> {
        core::mem::take(&mut self.pacts.events)
    }

    /// TAO on hold: why, whose, how much.
    pub fn holds(&self) -> impl Iterator<Item = (Hold, &Acc, Tao)> {
        self.pacts
            .held
            .iter()
            .map(|((reason, who), amount)| (*reason, who, *amount))
    }
}
