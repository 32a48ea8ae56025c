//! Small rules at their boundaries: the last value for which each holds and the first for which it does not.

mod dense;
mod epoch;
mod money;
mod neurons;
mod power;
mod sharing;
mod subnets;
mod weights;
