//! Subnets, stake, neurons and consensus: the shell around the rules.
