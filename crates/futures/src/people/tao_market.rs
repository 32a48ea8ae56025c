//! The market of TAO in dollars: what is kept of it.

use crate::noise::{Stream, normal, student};

/// The market of TAO.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaoMarket {
    /// Dollars for one TAO.
    pub usd: f64,
    /// Where it started.
    pub usd_start: f64,
    /// Inflow in dollars a day at the start.
    pub inflow: f64,
    /// Revenue on the network over the value of emission at the start.
    pub coverage_start: f64,
    /// Narrative: log of what moves inflow.
    pub narrative: f64,
    /// Confidence still to come back, in log points.
    pub to_recover: f64,
    /// Sudden moves of this step, in log points.
    pub jump: f64,
    /// TAO sold for dollars in this step.
    pub sold: f64,
    /// The market's noise of this step.
    pub shock: f64,
    /// The crowd's own noise of this step.
    pub crowd: f64,
    pub(super) narrative_noise: f64,
}

impl TaoMarket {
    /// Draws the noise of a step.
    pub(super) fn draw(&mut self, stream: &Stream, step: u64) {
        self.shock = student(stream.at(step, 0));
        self.crowd = student(stream.at(step, 1));
        self.narrative_noise = normal(stream.at(step, 2));
    }

    /// Takes confidence away; a part of it comes back.
    pub(super) fn lose_confidence(&mut self, loss: f64, comes_back: f64) {
        self.jump -= loss;
        self.to_recover += loss * comes_back;
    }
}
