//! Setters of hyperparameters for subnet owners and root.
