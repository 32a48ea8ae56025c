//! Which miner gets a request: those whom the validators pay, the quick ones first, and not those that just failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use tributary_neuron::{Hotkey, Metagraph};

/// Part of a new measurement in the moving average of latencies.
const NEWNESS: f64 = 0.3;
/// What is assumed of a miner that was never asked.
const LATENCY_UNKNOWN: Duration = Duration::from_millis(100);
/// Added to every latency before they are compared.
const LATENCY_FLOOR: Duration = Duration::from_millis(20);
/// Rest after the first failure; doubled with each further one.
const REST: Duration = Duration::from_secs(2);
/// Doublings at most.
const REST_DOUBLINGS_MAX: u32 = 8;
/// Rest after a wrong answer.
const BAN: Duration = Duration::from_secs(600);

/// A miner that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its slot.
    pub uid: u16,
    /// It.
    pub hotkey: Hotkey,
    /// Where its axon is.
    pub address: SocketAddr,
    /// Whether validators pay it.
    pub paid: bool,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    route: Route,
    incentive: u16,
    latency: Duration,
    answered: u64,
    failed: u64,
    wrong: u64,
    failures: u32,
    rests_until: Option<Instant>,
    banned_until: Option<Instant>,
}

impl Known {
    fn rests(&self, now: Instant) -> bool {
        let until = [self.rests_until, self.banned_until];
        until.into_iter().flatten().any(|until| until > now)
    }
}

/// A miner, as the gateway sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteView {
    /// Its slot.
    pub uid: u16,
    /// It.
    pub hotkey: Hotkey,
    /// Its part of the pay of all miners, of 65,535.
    pub incentive: u16,
    /// Moving average of the time until its answers begin, in milliseconds.
    pub latency_ms: u64,
    /// Requests that it answered.
    pub answered: u64,
    /// Requests that it failed.
    pub failed: u64,
    /// Answers that were found to be wrong.
    pub wrong: u64,
    /// Whether it gets no requests for now.
    pub rests: bool,
}

/// All miners of a subnet.
#[derive(Default)]
pub struct Routes(BTreeMap<Hotkey, Known>);

impl Routes {
    /// Takes up who is registered now. What is known of those who stay is kept.
    pub fn take(&mut self, metagraph: &Metagraph, own: &Hotkey) {
        let mut fresh = BTreeMap::new();
        for neuron in metagraph.neurons.iter().filter(|neuron| neuron.hotkey != *own) {
            // What a validator serves is its board, not the model.
            if neuron.validator_permit && neuron.incentive == 0 {
                continue;
            }
            let Some(address) = neuron.axon else { continue };
            let route = Route {
                uid: neuron.uid,
                hotkey: neuron.hotkey,
                address,
                paid: neuron.incentive > 0,
            };
            let known = self.0.get(&neuron.hotkey).copied();
            let known = known.filter(|known| known.route.address == address).unwrap_or(Known {
                route,
                incentive: 0,
                latency: LATENCY_UNKNOWN,
                answered: 0,
                failed: 0,
                wrong: 0,
                failures: 0,
                rests_until: None,
                banned_until: None,
            });
            fresh.insert(
                neuron.hotkey,
                Known {
                    route,
                    incentive: neuron.incentive,
                    ..known
                },
            );
        }
        self.0 = fresh;
    }

    /// Draws a miner that has not been tried for this request: with a chance in proportion to its incentive and to its
    /// speed. As long as nobody has an incentive, all are equal; those without one come last.
    pub fn pick(&self, tried: &BTreeSet<Hotkey>, now: Instant) -> Option<Route> {
        let able = |known: &&Known| !tried.contains(&known.route.hotkey) && !known.rests(now);
        let able: Vec<&Known> = self.0.values().filter(able).collect();
        let paid: Vec<&Known> = able.iter().copied().filter(|known| known.incentive > 0).collect();
        let candidates = if paid.is_empty() { able } else { paid };
        let weight =
            |known: &&Known| f64::from(known.incentive.max(1)) / (known.latency + LATENCY_FLOOR).as_secs_f64().powi(2);
        let total: f64 = candidates.iter().map(weight).sum();
        let mut draw = rand::rng().random_range(0.0..1.0) * total;
        let drawn = candidates.iter().find(|known| {
            draw -= weight(known);
            draw <= 0.0
        });
        drawn.or(candidates.last()).map(|known| known.route)
    }

    /// When the first miner that has not been tried for this request can be asked again, if only its rest is in the way.
    pub fn rested(&self, tried: &BTreeSet<Hotkey>, now: Instant) -> Option<Instant> {
        let waiting = self.0.values().filter(|known| {
            let banned = known.banned_until.is_some_and(|until| until > now);
            !banned && !tried.contains(&known.route.hotkey)
        });
        waiting.map(|known| known.rests_until.unwrap_or(now).max(now)).min()
    }

    /// It answered, and began after so long.
    pub fn answered(&mut self, hotkey: &Hotkey, latency: Duration) {
        if let Some(known) = self.0.get_mut(hotkey) {
            known.latency = known.latency.mul_f64(1.0 - NEWNESS) + latency.mul_f64(NEWNESS);
            known.answered += 1;
            known.failures = 0;
        }
    }

    /// It did not answer, or not to the end.
    pub fn failed(&mut self, hotkey: &Hotkey, now: Instant) {
        if let Some(known) = self.0.get_mut(hotkey) {
            known.rests_until = Some(now + REST * (1 << known.failures.min(REST_DOUBLINGS_MAX)));
            known.failures += 1;
            known.failed += 1;
        }
    }

    /// Its answer was not the model's.
    pub fn lied(&mut self, hotkey: &Hotkey, now: Instant) {
        if let Some(known) = self.0.get_mut(hotkey) {
            known.banned_until = Some(now + BAN);
            known.wrong += 1;
        }
    }

    /// What is known, by uid.
    pub fn views(&self, now: Instant) -> Vec<RouteView> {
        let view = |known: &Known| RouteView {
            uid: known.route.uid,
            hotkey: known.route.hotkey,
            incentive: known.incentive,
            latency_ms: u64::try_from(known.latency.as_millis()).unwrap_or(u64::MAX),
            answered: known.answered,
            failed: known.failed,
            wrong: known.wrong,
            rests: known.rests(now),
        };
        let mut views: Vec<RouteView> = self.0.values().map(view).collect();
        views.sort_by_key(|view| view.uid);
        views
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tributary_neuron::Neuron;

    fn metagraph(incentives: &[u16]) -> Metagraph {
        let neuron = |(uid, incentive): (u16, &u16)| Neuron {
            uid,
            hotkey: Hotkey([uid as u8 + 1; 32]),
            axon: Some(([127, 0, 0, 1], 1000 + uid).into()),
            validator_permit: false,
            emission_rao: 0,
            stake_rao: 0,
            incentive: *incentive,
        };
        Metagraph {
            netuid: 4,
            block: 1,
            neurons: (0..).zip(incentives).map(neuron).collect(),
        }
    }

    #[test]
    fn the_paid_and_quick_are_asked_and_the_failing_rest() {
        let mut routes = Routes::default();
        let own = Hotkey([1; 32]);
        routes.take(&metagraph(&[9, 0, 0]), &own);
        let (now, none) = (Instant::now(), BTreeSet::new());
        let counts = |routes: &Routes, now| {
            let mut counts = BTreeMap::new();
            for _ in 0..2_000 {
                *counts.entry(routes.pick(&none, now).unwrap().uid).or_insert(0) += 1;
            }
            counts
        };
        let equal = counts(&routes, now);
        assert!(
            equal.len() == 2 && equal.values().all(|count| *count > 700),
            "{equal:?}"
        );
        routes.take(&metagraph(&[9, 0, 40_000, 20_000]), &own);
        let by_pay = counts(&routes, now);
        assert!(!by_pay.contains_key(&1) && by_pay[&2] > by_pay[&3], "{by_pay:?}");
        for _ in 0..20 {
            routes.answered(&Hotkey([3; 32]), Duration::from_secs(1));
            routes.answered(&Hotkey([4; 32]), Duration::from_millis(10));
        }
        assert!(counts(&routes, now).get(&2).is_none_or(|count| *count < 20), "slow");
        routes.failed(&Hotkey([4; 32]), now);
        assert_eq!(routes.pick(&none, now).unwrap().uid, 2);
        assert!(counts(&routes, now + 2 * REST).contains_key(&3), "it is tried again");
        routes.lied(&Hotkey([3; 32]), now);
        assert_eq!(
            routes.pick(&none, now).unwrap().uid,
            1,
            "those without incentive come last"
        );
        let tried = BTreeSet::from([Hotkey([2; 32])]);
        assert_eq!(routes.pick(&tried, now), None);
        assert!(routes.views(now)[1].rests);

        // Whoever only rests is waited for; liars and those who were tried are not.
        assert_eq!(routes.rested(&tried, now), Some(now + REST));
        assert_eq!(routes.pick(&tried, now + REST).unwrap().uid, 3);
        let both = BTreeSet::from([Hotkey([2; 32]), Hotkey([4; 32])]);
        assert_eq!(routes.rested(&both, now), None);
        assert_eq!(Routes::default().rested(&none, now), None);
    }
}
