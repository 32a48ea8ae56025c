//! What an owner is, what it is doing, and what it decides.

/// Why an owner is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For the work.
    Mission,
    /// For a business.
    Commercial,
    /// For the emission.
    Mercenary,
}

/// What an owner is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Working on the product.
    Building,
    /// Taking out what the slot gives.
    Extracting,
    /// Has left with product, team and revenue; may still be selling.
    Gone,
}

/// What an owner did with its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Goes on.
    Stay,
    /// Begins to take out, or goes on with it.
    Extract,
    /// Leaves, or announces to.
    Leave,
}

impl From<Kind> for &'static str {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Mission => "mission-driven",
            Kind::Commercial => "commercial",
            Kind::Mercenary => "mercenary",
        }
    }
}
