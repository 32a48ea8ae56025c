//! What is counted and summed in a future (`docs/futures.md#what-is-measured`).

/// Counts and sums of one future.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Revenue on the network over the value of emission, in the last step.
    pub coverage: f64,
    /// Owners who left.
    pub exits: u32,
    /// Abandoned slots that got a new team.
    pub takeovers: u32,
    /// Slots that the rules took away.
    pub deregistered: u32,
    /// Registrations.
    pub newcomers: u32,
    /// Thefts.
    pub thefts: u32,
    /// Crashes.
    pub crashes: u32,
    /// Revenue that went with leavers, in dollars a day.
    pub revenue_taken: f64,
    /// Owners' months of decision: a row a quartile of quality in that month, the lowest first, in it an entry a
    /// quartile of the emission-paid part of their work.
    pub exposed: [[u32; 4]; 4],
    /// Decisions to leave, likewise.
    pub left: [[u32; 4]; 4],
    /// What entered and left the pools at the price of TAO on the day, in dollars, as [`crate::chain::Flows::NAMES`].
    pub flows_usd: [f64; 10],
    /// Owners who have looked at an offered pact for the first time, by kind: mission, commercial, mercenary.
    pub offered: [u32; 3],
    /// Those of them who signed, by kind.
    pub signed: [u32; 3],
    /// Teams of the best quarter by talent among those who looked.
    pub offered_good: u32,
    /// Those of them who signed.
    pub signed_good: u32,
    /// Newcomers who stayed away because they had to sign.
    pub stayed_away: u32,
    /// Teams of the best quarter among these.
    pub stayed_away_good: u32,
    /// Owners who announced to leave.
    pub notices: u32,
    /// Owners with a pact who left without.
    pub breaches: u32,
    /// Months of decision under a pact.
    pub pact_months: u32,
    /// Decisions to leave under a pact.
    pub pact_left: u32,
    /// What tribute moved at the price of TAO on the day, in dollars, as [`crate::chain::Tribute::values`].
    pub moved_usd: [f64; 7],
    /// Shares of payments of the last step, in dollars.
    pub tribute_now: f64,
    /// Shares of payments, in dollars.
    pub tribute_usd: f64,
    /// Revenue on and off the network in dollars.
    pub earned_usd: f64,
    /// What owners kept of it after costs, in dollars.
    pub profit_usd: f64,
    /// What they put into the work, in dollars.
    pub reinvested_usd: f64,
    /// TAO issued to the subnets, in rao.
    pub issued: f64,
    /// The part of it behind pay of owners and miners that bought no quality and no revenue, in rao.
    pub wasted: f64,
    /// Emission in dollars.
    pub emitted_usd: f64,
    /// Revenue on the network in dollars.
    pub returned_usd: f64,
    /// Revenue on and off the network in the last step, in dollars a day.
    pub revenue: f64,
    pub(crate) flows: [u64; 10],
    pub(crate) moved: [f64; 7],
    pub(crate) bounds: [f64; 3],
    pub(crate) dependence_bounds: [f64; 3],
    pub(crate) qualities: Vec<f64>,
    pub(crate) dependence: Vec<f64>,
    pub(crate) best: Vec<bool>,
}

impl Tally {
    pub(crate) fn begin(&mut self, slots: usize) {
        let (mut qualities, mut best) = (core::mem::take(&mut self.qualities), core::mem::take(&mut self.best));
        let mut dependence = core::mem::take(&mut self.dependence);
        dependence.clear();
        dependence.reserve(slots);
        qualities.clear();
        qualities.reserve(slots);
        best.clear();
        best.resize(slots, false);
        *self = Self {
            qualities,
            dependence,
            best,
            ..Self::default()
        };
    }
}
