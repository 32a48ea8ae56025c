//! What a miner or validator needs whatever the subnet: identity, axon, dendrite, scoring loop.
