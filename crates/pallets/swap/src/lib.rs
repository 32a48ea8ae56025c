//! Swap fees, pool weights and price previews.
