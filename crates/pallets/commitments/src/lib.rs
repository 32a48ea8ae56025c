//! Commitments of neurons: hashes and small data published on chain.
