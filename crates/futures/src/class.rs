//! Outcome classes and their thresholds.

use serde::{Deserialize, Serialize};

/// Thresholds of the classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Depreciation: price of TAO below this part of where it started.
    pub depreciation: f64,
    /// Flywheel: coverage at least this.
    pub coverage: f64,
    /// Flywheel: market value at least this many times that of the start.
    pub flywheel_value: f64,
    /// Category-defining: market value at least this many times.
    pub category_value: f64,
    /// Category-defining: at least this many subnets at the frontier.
    pub frontier_subnets: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            depreciation: 0.5,
            coverage: 1.0,
            flywheel_value: 2.0,
            category_value: 20.0,
            frontier_subnets: 3.0,
        }
    }
}

/// What a future came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// TAO lost more than half of its price.
    Depreciation,
    /// None of the others.
    Niche,
    /// Revenue covers emission and the market value has doubled.
    Flywheel,
    /// A flywheel, twenty times the value, with subnets at the frontier.
    CategoryDefining,
}

/// All classes, from the worst.
pub const CLASSES: [Class; 4] = [
    Class::Depreciation,
    Class::Niche,
    Class::Flywheel,
    Class::CategoryDefining,
];

impl Class {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Depreciation => "depreciation",
            Self::Niche => "niche",
            Self::Flywheel => "flywheel",
            Self::CategoryDefining => "category-defining",
        }
    }
}

/// Names of the classes, from the worst.
pub fn names() -> [&'static str; 4] {
    CLASSES.map(Class::name)
}
