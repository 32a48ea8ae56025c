//! The market in plain lines, for pipes and logs.

use super::frame::Frame;
use crate::{amount::Amount, output::visible};

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
            "\n  {:>2} {:<16} price {:.6}  share {:>5.1} %  pool {:.2} TAO",
            subnet.netuid,
            visible(&subnet.name),
            subnet.price_tao,
            100.0 * subnet.emission_share,
            subnet.tao_in_pool_rao as f64 / 1e9,
        );
        if subnet.market == "train" {
            text += &format!("  best {best} bits/byte");
        }
        if subnet.pact.is_some() || subnet.revenue_rao > 0 {
            text += &format!(
                "\n       pact {}  revenue {} TAO  tribute {} TAO  released {:.3} % and holds {:.3} % of {:.2} TAO emitted",
                subnet.pact.unwrap_or("none"),
                Amount(subnet.revenue_rao),
                Amount(subnet.tribute_rao),
                100.0 * subnet.returned_over_emitted,
                100.0 * subnet.waiting_over_emitted,
                subnet.emitted_rao as f64 / 1e9,
            );
        }
        if let Some(artifact) = &subnet.artifact {
            text += &format!(
                "\n       artifact {} sealed until round {}{}, {} opened",
                artifact.number,
                artifact.round,
                if artifact.confirmed { ", confirmed" } else { "" },
                subnet.opened,
            );
        }
        if let Some(gateway) = &subnet.gateway {
            text += &format!(
                "\n       {}/v1  {} requests  {} tokens made  charged {} TAO",
                gateway.url,
                gateway.requests,
                gateway.completion_tokens,
                Amount(gateway.charged_rao)
            );
        }
        for server in &subnet.servers {
            let answer = server
                .answer_ms
                .map(|ms| format!("{ms:.0}"))
                .unwrap_or_else(|| "-".to_owned());
            text += &format!(
                "\n       uid {:<3} {:<11} {answer:>5} ms/answer  incentive {:>5.1} %  earned {:.4} alpha",
                server.uid,
                server.kind,
                100.0 * server.incentive,
                server.earned_rao as f64 / 1e9,
            );
        }
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
    for event in &frame.events {
        text += &format!("\n  * {}", event.text);
    }
    text
}
