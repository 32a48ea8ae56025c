//! What a subnet's epochs are tuned by.

/// Parameters of a subnet that its epochs use (`docs/rules/hyperparameters.md#setters`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Blocks between epochs.
    pub tempo: u16,
    /// Blocks after which a neuron without an update counts as inactive (`docs/rules/epochs.md#activity`, at least 1).
    pub activity_cutoff: u64,
    /// Share of the stake that must agree on a weight, in 1/65535.
    pub kappa: u16,
    /// How far bonds follow the clipped (65535) instead of the submitted (0) weights.
    pub bonds_penalty: u16,
    /// Weight of the old bonds in their moving average, in 1e-6.
    pub bonds_moving_average: u64,
    /// Bonds as each validator's own position instead of shares of a miner.
    pub yuma3_on: bool,
    /// A moving average per validator and miner; without effect unless `yuma3_on`.
    pub liquid_alpha_on: bool,
    /// Least and largest liquid alpha, in 1/65535.
    pub alpha_values: (u16, u16),
    /// Steepness of the liquid alpha's sigmoid, in 1/100.
    pub alpha_sigmoid_steepness: i16,
    /// How many uids get a validator permit.
    pub max_allowed_validators: u16,
    /// Stake weight below which a neuron counts as having no stake; the owner is exempt.
    pub stake_threshold: u64,
}

impl Default for Parameters {
    /// The storage defaults, except that Yuma3 is on and there are 64 validators, as new networks have it
    /// (`docs/rules/subnets.md#what-a-new-subnet-starts-with`).
    fn default() -> Self {
        Self {
            tempo: crate::new_subnet::DEFAULT_TEMPO,
            activity_cutoff: 5000,
            kappa: 32_767,
            bonds_penalty: u16::MAX,
            bonds_moving_average: 900_000,
            yuma3_on: true,
            liquid_alpha_on: false,
            alpha_values: (45_875, 58_982),
            alpha_sigmoid_steepness: 1000,
            max_allowed_validators: 64,
            stake_threshold: 0,
        }
    }
}
