//! The runtime: the pallets composed under the names and indices that existing clients read.
