//! What happened in a future, for `explain`.

use tributary_economy::{Alpha, Tao};

use crate::people::{Choice, Kind, Weighed};

/// Why somebody left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its own choice.
    Chosen,
    /// Its own choice, after the notice of its pact.
    Announced,
    /// A shock: a team of several subnets goes.
    Team,
    /// An event of the scenario.
    Event,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An owner decided to extract or to leave.
    Decided {
        /// What it chose.
        choice: Choice,
        /// Its kind.
        kind: Kind,
        /// Its quality against the frontier.
        quality: f64,
        /// What it weighed.
        weighed: Weighed,
    },
    /// An owner left.
    Left {
        /// Why.
        reason: Reason,
        /// Its quality.
        quality: f64,
        /// Revenue that went with it, in dollars a day.
        revenue: f64,
        /// Its part of the value of all alpha.
        share_of_alpha: f64,
        /// Alpha that it holds.
        owner_alpha: Alpha,
        /// What it cost TAO in log points.
        confidence_lost: f64,
    },
    /// An owner signed the pact that is offered.
    Signed {
        /// Its kind.
        kind: Kind,
        /// Its quality.
        quality: f64,
    },
    /// An owner gave notice that its pact shall end, and stays.
    GaveUp {
        /// Days of notice.
        days: f64,
    },
    /// An owner announced to leave.
    Announced {
        /// Days of notice.
        days: f64,
    },
    /// Holders vote on a report that an owner left without notice.
    Reported,
    /// A pact ended after its notice, or because a newcomer did not take it on.
    PactEnded {
        /// Cut that had not vested and is forfeited.
        unvested: Alpha,
        /// The bond, which went back.
        bond: Tao,
    },
    /// A pact is broken; its terms bind on.
    PactBroken {
        /// Cut that had not vested and is forfeited.
        unvested: Alpha,
        /// The bond, which is lost.
        bond: Tao,
    },
    /// An abandoned slot got a new team.
    TakenOver {
        /// Its quality.
        quality: f64,
    },
    /// A slot was taken away by the rules.
    Deregistered {
        /// Its quality.
        quality: f64,
        /// What its pool held.
        pool: Tao,
    },
    /// A newcomer registered.
    Registered {
        /// What it paid.
        cost: Tao,
        /// Its quality.
        quality: f64,
    },
    /// Stakers' keys were stolen and their alpha sold.
    Stolen {
        /// The alpha.
        alpha: Alpha,
        /// What it brought.
        brought: Tao,
    },
    /// The market crashed.
    Crashed {
        /// By how much, in log points.
        size: f64,
    },
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Day.
    pub day: f64,
    /// Slot, from 0.
    pub slot: usize,
    /// Number of occupants that the slot had before.
    pub generation: u32,
    /// What happened.
    pub what: What,
}

/// A future's story.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// In the order of days.
    pub entries: Vec<Entry>,
}

impl Story {
    pub(crate) fn tell(&mut self, day: f64, slot: usize, generation: u32, what: What) {
        self.entries.push(Entry {
            day,
            slot,
            generation,
            what,
        });
    }
}
