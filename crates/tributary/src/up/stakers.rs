//! Stakers: three accounts with money and a simple rule each, and the owners, who sell. They see what everybody sees.

use std::collections::BTreeMap;

use tributary_economy::{NetUid, UNIT};

use super::frame::Frame;

/// What the stakers do, for people.
pub const RULES: &str = "\
Three stakers, with 1000 TAO each, stake on the first validator of one of the market's own subnets. Owners sell.
  value     every 10 blocks, stakes 1 TAO on the subnet whose best bits per byte fell most, relatively, over 40 blocks
  momentum  every 10 blocks, stakes 1 TAO on the subnet whose price rose most over 20 blocks, and sells a quarter of
            its stake on the one whose price fell most
  index     every 15 blocks, stakes 0.5 TAO on the subnet where its stake is worth least
  owner     every 20 blocks, each owner sells half of its alpha to pay its costs
The customer, with 1000 TAO, asks the gateway for 64 tokens every 4 blocks and pays through a channel.";

/// TAO that each staker starts with.
pub const FUNDS_TAO: u64 = 1_000;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Staker {
    /// Follows quality.
    Value,
    /// Follows price.
    Momentum,
    /// Follows nothing.
    Index,
}

impl Staker {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Value, Self::Momentum, Self::Index];

    /// Name, also that of its account.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "staker-value",
            Self::Momentum => "staker-momentum",
            Self::Index => "staker-index",
        }
    }

    /// Whether it is this staker's time.
    pub const fn acts_at(self, block: u32) -> bool {
        let every = match self {
            Self::Value | Self::Momentum => 10,
            Self::Index => 15,
        };
        block > 0 && block.is_multiple_of(every)
    }
}

/// How often owners sell, in blocks.
pub const OWNERS_EVERY: u32 = 20;

/// What somebody decided to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Buy for this much TAO, in rao.
    Buy(NetUid, u64),
    /// Sell this part of the holding, in per cent.
    Sell(NetUid, u8),
}

/// The frames of the last blocks that a decision may look at.
#[derive(Debug, Default)]
pub struct Memory {
    /// Price and best bits per byte of each subnet, by block.
    blocks: BTreeMap<u32, BTreeMap<u16, (f64, Option<f64>)>>,
}

const MEMORY_BLOCKS: u32 = 64;

impl Memory {
    /// Remembers a block.
    pub fn note(&mut self, frame: &Frame) {
        let seen = frame
            .subnets
            .iter()
            .map(|subnet| (subnet.netuid, (subnet.price_tao, subnet.best_bits_per_byte)));
        self.blocks.insert(frame.block, seen.collect());
        self.blocks.retain(|block, _| block + MEMORY_BLOCKS > frame.block);
    }

    fn price_change(&self, now: u32, back: u32, netuid: u16) -> Option<f64> {
        let (before, after) = (self.blocks.get(&now.checked_sub(back)?)?, self.blocks.get(&now)?);
        let (before, after) = (before.get(&netuid)?.0, after.get(&netuid)?.0);
        (before > 0.0).then(|| after / before - 1.0)
    }

    /// How much better the best model got, as a part; at first, against the oldest measurement there is.
    fn improvement(&self, now: u32, back: u32, netuid: u16) -> Option<f64> {
        let bits = |block: &BTreeMap<u16, (f64, Option<f64>)>| block.get(&netuid).and_then(|seen| seen.1);
        let after = bits(self.blocks.get(&now)?)?;
        let before = self
            .blocks
            .range(now.saturating_sub(back)..)
            .find_map(|(_, block)| bits(block))?;
        (before > 0.0).then(|| 1.0 - after / before)
    }
}

/// What a staker does after a block that is its time. `holdings` are what its alpha is worth, in rao of TAO, by netuid.
pub fn decide(staker: Staker, frame: &Frame, memory: &Memory, holdings: &BTreeMap<u16, u64>) -> Vec<Move> {
    let now = frame.block;
    let by = |measure: &dyn Fn(u16) -> Option<f64>| -> Vec<(u16, f64)> {
        let mut ranked: Vec<(u16, f64)> = frame
            .subnets
            .iter()
            .filter_map(|subnet| Some((subnet.netuid, measure(subnet.netuid)?)))
            .collect();
        // Equal figures go to the lower number.
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    };
    match staker {
        Staker::Value => {
            let ranked = by(&|netuid| memory.improvement(now, 40, netuid));
            ranked
                .first()
                .map(|(netuid, _)| vec![Move::Buy(NetUid(*netuid), UNIT)])
                .unwrap_or_default()
        }
        Staker::Momentum => {
            let ranked = by(&|netuid| memory.price_change(now, 20, netuid));
            let mut moves = Vec::new();
            if let (Some(best), Some(worst)) = (ranked.first(), ranked.last()) {
                moves.push(Move::Buy(NetUid(best.0), UNIT));
                if worst.0 != best.0 && worst.1 < 0.0 && holdings.get(&worst.0).is_some_and(|worth| *worth > UNIT) {
                    moves.push(Move::Sell(NetUid(worst.0), 25));
                }
            }
            moves
        }
        Staker::Index => {
            let least = frame.subnets.iter().map(|subnet| subnet.netuid);
            let least = least.min_by_key(|netuid| (holdings.get(netuid).copied().unwrap_or_default(), *netuid));
            least
                .map(|netuid| vec![Move::Buy(NetUid(netuid), UNIT / 2)])
                .unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::up::frame::SubnetFrame;

    fn frame(block: u32, subnets: &[(u16, f64, f64)]) -> Frame {
        let subnets = subnets.iter().map(|&(netuid, price_tao, bits)| SubnetFrame {
            netuid,
            price_tao,
            best_bits_per_byte: Some(bits),
            ..SubnetFrame::default()
        });
        Frame {
            block,
            subnets: subnets.collect(),
            ..Frame::default()
        }
    }

    #[test]
    fn each_staker_follows_its_rule() {
        let mut memory = Memory::default();
        memory.note(&frame(10, &[(1, 0.1, 6.0), (2, 0.2, 5.0), (3, 0.1, 5.0)]));
        let now = frame(30, &[(1, 0.11, 5.9), (2, 0.19, 4.0), (3, 0.1, 4.9)]);
        memory.note(&now);
        let holdings = BTreeMap::from([(1, 5 * UNIT), (2, 4 * UNIT), (3, 9 * UNIT)]);
        assert_eq!(
            decide(Staker::Value, &now, &memory, &holdings),
            [Move::Buy(NetUid(2), UNIT)]
        );
        let momentum = [Move::Buy(NetUid(1), UNIT), Move::Sell(NetUid(2), 25)];
        assert_eq!(decide(Staker::Momentum, &now, &memory, &holdings), momentum);
        assert_eq!(
            decide(Staker::Index, &now, &memory, &holdings),
            [Move::Buy(NetUid(2), UNIT / 2)]
        );
        assert_eq!(
            decide(Staker::Index, &now, &memory, &BTreeMap::new()),
            [Move::Buy(NetUid(1), UNIT / 2)]
        );
    }

    #[test]
    fn nobody_acts_between_times_or_on_nothing() {
        let memory = Memory::default();
        for staker in Staker::ALL {
            assert!(staker.acts_at(30) && !staker.acts_at(31) && !staker.acts_at(0));
            assert!(decide(staker, &frame(30, &[]), &memory, &BTreeMap::new()).is_empty());
        }
        assert!(
            decide(
                Staker::Momentum,
                &frame(30, &[(1, 0.1, 5.0)]),
                &memory,
                &BTreeMap::new()
            )
            .is_empty()
        );
    }

    #[test]
    fn memory_forgets() {
        let mut memory = Memory::default();
        for block in 0..1000 {
            memory.note(&frame(block, &[(1, 0.1, 5.0)]));
        }
        assert_eq!(memory.blocks.len(), MEMORY_BLOCKS as usize);
    }
}
