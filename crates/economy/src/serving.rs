//! What a neuron may publish about itself: endpoints, certificates, identities (`docs/rules/endpoints.md`).

/// The address families that exist: 4 and 6.
pub fn is_ip_type(ip_type: u8) -> bool {
    matches!(ip_type, 4 | 6)
}

/// Whether an address of that family may be published. Loopback and broadcast may not, private ranges may.
pub fn is_address(ip_type: u8, ip: u128, allow_zero: bool) -> bool {
    const IPV4_LOOPBACK: u128 = 0x7f00_0001;
    const IPV6_LOOPBACK: u128 = 1;
    if ip == 0 {
        return allow_zero && is_ip_type(ip_type);
    }
    match ip_type {
        4 => ip < u128::from(u32::MAX) && ip != IPV4_LOOPBACK,
        6 => ip != u128::MAX && ip != IPV6_LOOPBACK,
        _ => false,
    }
}

/// Splits a certificate into the code of its algorithm and its key of at most 64 bytes; none if it is not one.
pub fn parse_certificate(bytes: &[u8]) -> Option<(u8, &[u8])> {
    bytes
        .split_first()
        .filter(|(_, key)| key.len() <= 64)
        .map(|(algorithm, key)| (*algorithm, key))
}

/// Largest sizes of the fields of a chain identity, in bytes.
pub const CHAIN_IDENTITY: [(&str, usize); 7] = [
    ("name", 256),
    ("url", 256),
    ("github_repo", 256),
    ("image", 1024),
    ("discord", 256),
    ("description", 1024),
    ("additional", 1024),
];

/// Largest sizes of the fields of a subnet's identity, in bytes.
pub const SUBNET_IDENTITY: [(&str, usize); 8] = [
    ("subnet_name", 256),
    ("github_repo", 1024),
    ("subnet_contact", 1024),
    ("subnet_url", 1024),
    ("discord", 256),
    ("description", 1024),
    ("logo_url", 1024),
    ("additional", 1024),
];

/// Whether fields of these lengths, in the order of the table, fit an identity.
pub fn identity_fits(limits: &[(&str, usize)], lengths: &[usize]) -> bool {
    limits.len() == lengths.len() && limits.iter().zip(lengths).all(|((_, limit), length)| length <= limit)
}
