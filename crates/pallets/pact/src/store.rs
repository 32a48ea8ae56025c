//! What the rules of pacts keep, on the storage of the chain.

use core::marker::PhantomData;

use alloc::vec::Vec;
use frame_support::traits::{
    Get, Time,
    fungible::{Inspect, InspectHold, MutateHold},
    tokens::{Fortitude, Precision, Preservation, Restriction},
};
use tributary_economy::{
    Error, NetUid, Tao,
    pact::{Arrival, Artifact, Ballot, Books, Channel, Event, Hold, Pact, Parameters, Report, Revenue},
};

use crate::{
    Arrivals, Artifacts, Channels, Config, HoldReason, NextChannel, NextReport, Objections, Pacts, Pallet,
    ParametersOf, Questions, Reports, Revenues,
};

/// The part of the rules' ledger that is this pallet's. It holds nothing: every value is the same.
pub struct Store<T>(PhantomData<T>);

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

fn reason<T: Config>(hold: Hold) -> T::RuntimeHoldReason {
    match hold {
        Hold::Bond => HoldReason::Bond,
        Hold::Channel => HoldReason::Channel,
        Hold::Report => HoldReason::Report,
    }
    .into()
}

impl<T: Config> Books<T::AccountId> for Store<T> {
    fn pact(&self, netuid: NetUid) -> Option<Pact<T::AccountId>> {
        Pacts::<T>::get(netuid)
    }

    fn set_pact(&mut self, netuid: NetUid, pact: Option<Pact<T::AccountId>>) {
        Pacts::<T>::set(netuid, pact);
    }

    fn revenue(&self, netuid: NetUid) -> Revenue {
        Revenues::<T>::get(netuid)
    }

    fn set_revenue(&mut self, netuid: NetUid, revenue: Revenue) {
        if revenue == Revenue::default() {
            Revenues::<T>::remove(netuid);
        } else {
            Revenues::<T>::insert(netuid, revenue);
        }
    }

    fn objections(&self, netuid: NetUid) -> Vec<Ballot<T::AccountId>> {
        Objections::<T>::get(netuid)
    }

    fn set_objections(&mut self, netuid: NetUid, objections: Vec<Ballot<T::AccountId>>) {
        if objections.is_empty() {
            Objections::<T>::remove(netuid);
        } else {
            Objections::<T>::insert(netuid, objections);
        }
    }

    fn reports(&self, netuid: NetUid) -> Vec<Report<T::AccountId>> {
        Reports::<T>::get(netuid)
    }

    fn set_reports(&mut self, netuid: NetUid, reports: Vec<Report<T::AccountId>>) {
        if reports.is_empty() {
            Reports::<T>::remove(netuid);
        } else {
            Reports::<T>::insert(netuid, reports);
        }
    }

    fn next_report(&self) -> u32 {
        NextReport::<T>::get()
    }

    fn set_next_report(&mut self, id: u32) {
        NextReport::<T>::put(id);
    }

    fn open_questions(&self, netuid: NetUid) -> Vec<u64> {
        Questions::<T>::get(netuid)
    }

    fn set_open_questions(&mut self, netuid: NetUid, blocks: Vec<u64>) {
        if blocks.is_empty() {
            Questions::<T>::remove(netuid);
        } else {
            Questions::<T>::insert(netuid, blocks);
        }
    }

    fn arrivals(&self, netuid: NetUid, hotkey: &T::AccountId, coldkey: &T::AccountId) -> Vec<Arrival> {
        Arrivals::<T>::get((netuid, hotkey, coldkey))
    }

    fn set_arrivals(&mut self, netuid: NetUid, hotkey: &T::AccountId, coldkey: &T::AccountId, arrivals: Vec<Arrival>) {
        if arrivals.is_empty() {
            Arrivals::<T>::remove((netuid, hotkey, coldkey));
        } else {
            Arrivals::<T>::insert((netuid, hotkey, coldkey), arrivals);
        }
    }

    fn clear_arrivals(&mut self, netuid: NetUid) {
        let _ = Arrivals::<T>::clear_prefix((netuid,), u32::MAX, None);
    }

    fn artifact(&self, netuid: NetUid) -> Option<Artifact<T::AccountId>> {
        Artifacts::<T>::get(netuid)
    }

    fn set_artifact(&mut self, netuid: NetUid, artifact: Option<Artifact<T::AccountId>>) {
        Artifacts::<T>::set(netuid, artifact);
    }

    fn channel(&self, id: u64) -> Option<Channel<T::AccountId>> {
        Channels::<T>::get(id)
    }

    fn set_channel(&mut self, id: u64, channel: Option<Channel<T::AccountId>>) {
        Channels::<T>::set(id, channel);
    }

    fn channels(&self) -> Vec<Channel<T::AccountId>> {
        Channels::<T>::iter_values().collect()
    }

    fn next_channel(&self) -> u64 {
        NextChannel::<T>::get()
    }

    fn set_next_channel(&mut self, id: u64) {
        NextChannel::<T>::put(id);
    }

    fn pact_parameters(&self) -> Parameters {
        ParametersOf::<T>::get()
    }

    fn existential_deposit(&self) -> Tao {
        Tao(T::Holds::minimum_balance())
    }

    fn now_ms(&self) -> u64 {
        T::Clock::now()
    }

    fn block_ms(&self) -> u64 {
        T::BlockTime::get()
    }

    fn held(&self, hold: Hold, who: &T::AccountId) -> Tao {
        Tao(T::Holds::balance_on_hold(&reason::<T>(hold), who))
    }

    fn hold(&mut self, hold: Hold, who: &T::AccountId, amount: Tao) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        if amount.0 > T::Holds::reducible_balance(who, Preservation::Preserve, Fortitude::Polite) {
            return Err(Error::InsufficientBalance);
        }
        T::Holds::hold(&reason::<T>(hold), who, amount.0).map_err(|_| Error::InsufficientBalance)
    }

    fn free(&mut self, hold: Hold, who: &T::AccountId, amount: Tao) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        T::Holds::release(&reason::<T>(hold), who, amount.0, Precision::Exact)
            .map(|_| ())
            .map_err(|_| Error::InsufficientBalance)
    }

    fn seize(&mut self, hold: Hold, from: &T::AccountId, to: &T::AccountId, amount: Tao) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        T::Holds::transfer_on_hold(
            &reason::<T>(hold),
            from,
            to,
            amount.0,
            Precision::Exact,
            Restriction::Free,
            Fortitude::Polite,
        )
        .map(|_| ())
        .map_err(|_| Error::InsufficientBalance)
    }

    fn tell(&mut self, event: Event<T::AccountId>) {
        Pallet::<T>::deposit_event(event.into());
    }
}
