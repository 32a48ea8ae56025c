//! A start that is made up.

use super::row::Row;
use crate::noise::{Class, Stream, normal, uniform};

/// The block of it.
pub(super) const BLOCK: u64 = 9_000_000;

/// 128 subnets whose prices and pools are lognormal with the spreads of the cross-section.
pub(super) fn subnets(seed: u64) -> Vec<Row> {
    let stream = Stream::new(seed, u64::MAX, Class::Start);
    (0..128)
        .map(|slot| {
            let z = |step| normal(stream.at(step, slot));
            let size = z(0);
            let price = 0.006 * libm::exp(0.92 * size);
            let pool_tao = 9_000.0 * libm::exp(0.8 * (0.8 * size + 0.6 * z(1)));
            let pool_alpha = pool_tao / price;
            let outside = 3_000_000.0 * libm::exp(0.2 * z(2));
            let withheld = uniform(stream.at(3, slot));
            let withheld = if withheld < 0.15 {
                1.0
            } else {
                (0.6 - withheld).max(0.0)
            };
            Row {
                name: format!("synthetic {}", slot + 1),
                registered: 1_000_000,
                first_block: Some(1_050_400),
                pool_tao,
                pool_alpha,
                owner: 0.15 * outside,
                protocol: 0.02 * outside,
                burned: 0.1 * outside,
                stakers: 0.73 * outside,
                withheld,
                enabled: true,
                owner_locked: if slot % 3 == 0 { 0.1 * outside } else { 0.0 },
                ..Row::default()
            }
        })
        .collect()
}
