//! From nothing to the first paid miner, step by step, for people who wait.

use std::time::{Duration, Instant};

use super::frame::Frame;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Chain,
    Fund,
    Subnets,
    Emission,
    Neurons,
    Stake,
    Pacts,
    Work,
    Train,
    Pay,
    Done,
}

impl Step {
    /// All of them, in order, but the end.
    pub const ALL: [Self; 10] = [
        Self::Chain,
        Self::Fund,
        Self::Subnets,
        Self::Emission,
        Self::Neurons,
        Self::Stake,
        Self::Pacts,
        Self::Work,
        Self::Train,
        Self::Pay,
    ];

    /// In a few words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Chain => "starting the chain",
            Self::Fund => "funding the participants",
            Self::Subnets => "registering the subnets",
            Self::Emission => "starting emission",
            Self::Neurons => "registering miners and validators",
            Self::Stake => "staking for the validators",
            Self::Pacts => "signing the pacts",
            Self::Work => "starting miners and validators",
            Self::Train => "training and measuring the first models",
            Self::Pay => "setting weights; the next epoch pays for them",
            Self::Done => "miners are paid",
        }
    }
}

/// How far the market is.
#[derive(Clone, Debug)]
pub struct Steps {
    began: Instant,
    now: Step,
    passed: Vec<(Step, Duration)>,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            now: Step::Chain,
            passed: Vec::new(),
        }
    }
}

impl Steps {
    /// What is being done now.
    pub fn now(&self) -> Step {
        self.now
    }

    /// Goes on to a later step; whether it is news.
    pub fn reach(&mut self, step: Step) -> bool {
        if step <= self.now {
            return false;
        }
        let time = self.began.elapsed();
        let passed = Step::ALL.into_iter().filter(|passed| (self.now..step).contains(passed));
        self.passed.extend(passed.map(|passed| (passed, time)));
        self.now = step;
        true
    }

    /// Goes on by what a block shows, once everybody is at work; whether it is news.
    pub fn see(&mut self, frame: &Frame) -> bool {
        if self.now < Step::Train {
            return false;
        }
        let mut miners = frame.subnets.iter().flat_map(|subnet| &subnet.miners);
        if miners.clone().any(|miner| miner.incentive > 0.0) {
            self.reach(Step::Done)
        } else if miners.any(|miner| miner.bits_per_byte.is_some()) {
            self.reach(Step::Pay)
        } else {
            false
        }
    }

    /// Every step: its words, when it was done, in seconds since the start, and whether it is being done.
    pub fn list(&self) -> Vec<(&'static str, Option<f64>, bool)> {
        let steps = Step::ALL.into_iter().map(|step| {
            let done = self.passed.iter().find(|(passed, _)| *passed == step);
            (step.text(), done.map(|(_, time)| time.as_secs_f64()), step == self.now)
        });
        steps.collect()
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> u64 {
        self.began.elapsed().as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::up::frame::{MinerFrame, SubnetFrame};

    #[test]
    fn goes_forward_only_and_by_what_is_seen() {
        let mut steps = Steps::default();
        let frame = |bits_per_byte, incentive| Frame {
            subnets: vec![SubnetFrame {
                miners: vec![MinerFrame {
                    bits_per_byte,
                    incentive,
                    ..MinerFrame::default()
                }],
                ..SubnetFrame::default()
            }],
            ..Frame::default()
        };
        // The miners of an earlier run are no news before everybody is at work.
        assert!(!steps.see(&frame(Some(3.0), 0.5)));
        assert!(steps.reach(Step::Emission) && !steps.reach(Step::Fund));
        let done = steps.list().iter().filter(|(_, done, _)| done.is_some()).count();
        assert_eq!((done, steps.now()), (3, Step::Emission));
        assert!(steps.reach(Step::Train) && !steps.see(&frame(None, 0.0)));
        assert!(steps.see(&frame(Some(3.0), 0.0)) && steps.now() == Step::Pay);
        assert!(steps.see(&frame(Some(3.0), 0.5)) && steps.now() == Step::Done);
        assert!(steps.list().iter().all(|(_, done, now)| done.is_some() && !now));
    }
}
