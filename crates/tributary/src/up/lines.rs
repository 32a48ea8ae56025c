//! The market in plain lines, for pipes and logs.

use super::frame::Frame;
use crate::amount::Amount;

/// One block in a few lines.
pub fn render(frame: &Frame) -> String {
    let mut text = format!("block {}  issued {} TAO", frame.block, Amount(frame.issuance_rao));
    if frame.held_rao != frame.issuance_rao {
        text += &format!("  HELD {} TAO", Amount(frame.held_rao));
    }
    for subnet in &frame.subnets {
        let best = subnet
            .best_bits_per_byte
            .map(|bits| format!("{bits:.3}"))
            .unwrap_or_else(|| "-".to_owned());
        text += &format!(
            "\n  {:>2} {:<16} price {:.6}  share {:>5.1} %  pool {:.2} TAO  best {best} bits/byte",
            subnet.netuid,
            subnet.name,
            subnet.price_tao,
            100.0 * subnet.emission_share,
            subnet.tao_in_pool_rao as f64 / 1e9,
        );
        for miner in &subnet.miners {
            let bits = miner
                .bits_per_byte
                .map(|bits| format!("{bits:.3}"))
                .unwrap_or_else(|| "-".to_owned());
            text += &format!(
                "\n       uid {:<3} {:<8} {bits:>6} bits/byte  incentive {:>5.1} %  earned {:.4} alpha",
                miner.uid,
                miner.kind,
                100.0 * miner.incentive,
                miner.earned_rao as f64 / 1e9,
            );
        }
    }
    text
}
