//! What happened between two blocks that are shown: registrations, epochs, payments, artifacts.

use std::collections::BTreeMap;

use super::frame::{Frame, GUEST, Happened, SubnetFrame};
use crate::output::visible;

/// Neurons registered in one block that are named one by one; more are counted.
const NAMED: usize = 2;

/// What a block shows that the one before did not.
pub fn between(before: &Frame, after: &Frame) -> Vec<Happened> {
    let mut happened = Vec::new();
    let mut add = |what, netuid, text| {
        happened.push(Happened {
            block: after.block,
            what,
            netuid,
            text,
        });
    };
    for subnet in &before.subnets {
        if !after.subnets.iter().any(|now| now.netuid == subnet.netuid) {
            let netuid = subnet.netuid;
            add("gone", netuid, format!("subnet {netuid} is dissolved"));
        }
    }
    let none = SubnetFrame::default();
    for now in &after.subnets {
        let netuid = now.netuid;
        let known = before.subnets.iter().find(|then| then.netuid == netuid);
        let then = known.unwrap_or(&none);
        if known.is_none() {
            let whose = if now.home { "" } else { ", a guest's" };
            add(
                "subnet",
                netuid,
                format!("subnet {netuid} is registered: {}{whose}", visible(&now.name)),
            );
        }
        for text in registered(then, now) {
            add("registered", netuid, text);
        }
        if now.epoch_block > then.epoch_block && now.epoch_block > 0 {
            add("epoch", netuid, epoch(then, now));
        }
        if now.revenue_rao > then.revenue_rao {
            let (paid, tribute) = (
                now.revenue_rao - then.revenue_rao,
                now.tribute_rao.saturating_sub(then.tribute_rao),
            );
            let tao = |rao: u64| rao as f64 / 1e9;
            let text = format!(
                "customers paid subnet {netuid} {:.4} TAO, of which {:.4} TAO is tribute",
                tao(paid),
                tao(tribute)
            );
            add("payment", netuid, text);
        }
        if now.pact != then.pact
            && let Some(status) = now.pact
        {
            add("pact", netuid, format!("the pact of subnet {netuid} is {status}"));
        }
        let number = |subnet: &SubnetFrame| subnet.artifact.as_ref().map(|artifact| artifact.number);
        if number(now) > number(then)
            && let Some(artifact) = &now.artifact
        {
            let text = format!(
                "subnet {netuid} sealed artifact {} until round {}",
                artifact.number, artifact.round
            );
            add("sealed", netuid, text);
        }
        if now.opened > then.opened {
            add(
                "opened",
                netuid,
                format!("an artifact of subnet {netuid} is opened, {} so far", now.opened),
            );
        }
    }
    happened
}

/// Uid, hotkey and kind of everybody.
fn everybody(subnet: &SubnetFrame) -> BTreeMap<u16, (&str, &str)> {
    let miners = subnet
        .miners
        .iter()
        .map(|miner| (miner.uid, (miner.hotkey.as_str(), miner.kind.as_str())));
    let servers = subnet
        .servers
        .iter()
        .map(|server| (server.uid, (server.hotkey.as_str(), server.kind.as_str())));
    let validators = subnet.validators.iter();
    let validators = validators.map(|judge| (judge.uid, (judge.hotkey.as_str(), judge.kind.as_str())));
    miners.chain(servers).chain(validators).collect()
}

fn registered(then: &SubnetFrame, now: &SubnetFrame) -> Vec<String> {
    let (before, after) = (everybody(then), everybody(now));
    let netuid = now.netuid;
    let new: Vec<String> = after
        .iter()
        .filter(|(uid, (hotkey, _))| before.get(uid).is_none_or(|(old, _)| old != hotkey))
        .map(|(uid, (hotkey, kind))| {
            let who = if *kind == GUEST {
                format!("guest {hotkey}")
            } else {
                (*kind).to_owned()
            };
            let instead = match before.get(uid) {
                Some((_, old)) => format!(" in place of the {old}"),
                None => String::new(),
            };
            format!("uid {uid} of subnet {netuid}: {who} registered{instead}")
        })
        .collect();
    match new.len() {
        0..=NAMED => new,
        many => vec![format!("{many} neurons are registered in subnet {netuid}")],
    }
}

fn epoch(then: &SubnetFrame, now: &SubnetFrame) -> String {
    let earned = |subnet: &SubnetFrame| -> u64 {
        let miners = subnet.miners.iter().map(|miner| miner.earned_rao);
        miners
            .chain(subnet.servers.iter().map(|server| server.earned_rao))
            .sum()
    };
    let paid = earned(now).saturating_sub(earned(then));
    let miners = now.miners.iter().map(|miner| (miner.uid, miner.incentive));
    let most = miners
        .chain(now.servers.iter().map(|server| (server.uid, server.incentive)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, incentive)| *incentive > 0.0);
    let netuid = now.netuid;
    match most {
        Some((uid, incentive)) => format!(
            "epoch of subnet {netuid}: {:.4} alpha to miners, {:.2} % of it to uid {uid}",
            paid as f64 / 1e9,
            100.0 * incentive
        ),
        None => format!("epoch of subnet {netuid}: no miner has earned yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::up::frame::{ArtifactFrame, MinerFrame};

    fn frame(block: u32, subnets: Vec<SubnetFrame>) -> Frame {
        Frame {
            block,
            subnets,
            ..Frame::default()
        }
    }

    fn miner(uid: u16, kind: &str, earned_rao: u64, incentive: f64) -> MinerFrame {
        MinerFrame {
            uid,
            kind: kind.into(),
            hotkey: format!("key-{kind}-{uid}"),
            earned_rao,
            incentive,
            ..MinerFrame::default()
        }
    }

    #[test]
    fn tells_what_a_block_changed() {
        let before = SubnetFrame {
            netuid: 1,
            home: true,
            epoch_block: 11,
            revenue_rao: 1_000_000_000,
            miners: vec![miner(3, "honest", 5, 0.5), miner(4, "copycat", 0, 0.0)],
            ..SubnetFrame::default()
        };
        let mut after = before.clone();
        assert_eq!(
            between(&frame(12, vec![before.clone()]), &frame(13, vec![after.clone()])),
            []
        );
        after.epoch_block = 22;
        after.revenue_rao += 500_000_000;
        after.tribute_rao = 100_000_000;
        after.pact = Some("active");
        after.opened = 1;
        after.artifact = Some(ArtifactFrame::default());
        after.miners = vec![miner(3, "honest", 2_000_000_005, 0.75), miner(4, GUEST, 0, 0.25)];
        let guests = SubnetFrame {
            netuid: 5,
            name: "mine".into(),
            miners: (0..3).map(|uid| miner(uid, GUEST, 0, 0.0)).collect(),
            ..SubnetFrame::default()
        };
        let told = between(&frame(21, vec![before.clone()]), &frame(22, vec![after, guests]));
        let told: Vec<(&str, u16, &str)> = told
            .iter()
            .map(|told| (told.what, told.netuid, told.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "registered",
                    1,
                    "uid 4 of subnet 1: guest key-guest-4 registered in place of the copycat"
                ),
                (
                    "epoch",
                    1,
                    "epoch of subnet 1: 2.0000 alpha to miners, 75.00 % of it to uid 3"
                ),
                (
                    "payment",
                    1,
                    "customers paid subnet 1 0.5000 TAO, of which 0.1000 TAO is tribute"
                ),
                ("pact", 1, "the pact of subnet 1 is active"),
                ("sealed", 1, "subnet 1 sealed artifact 0 until round 0"),
                ("opened", 1, "an artifact of subnet 1 is opened, 1 so far"),
                ("subnet", 5, "subnet 5 is registered: mine, a guest's"),
                ("registered", 5, "3 neurons are registered in subnet 5"),
            ]
        );
        let gone = between(&frame(22, vec![before]), &frame(23, Vec::new()));
        assert_eq!((gone[0].what, gone[0].block), ("gone", 23));
    }
}
