//! What a replayed block wrote, against what the network wrote.

use serde::Serialize;
use tributary_economy::{
    Account, Ledger, NetUid,
    market::swaps,
    pool::{EQUAL_WEIGHT, Side},
    rule_sets::RuleSet,
};

use super::recorded::{Recorded, Row};

/// How one column came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name in the file.
    pub name: &'static str,
    /// Subnets that were compared; one for a number of the whole chain.
    pub subnets: usize,
    /// Those of them that came out exactly.
    pub agree: usize,
    /// The largest difference, in units of the column.
    pub worst: u128,
    /// The subnet that has it, if any differs.
    pub worst_netuid: Option<u16>,
}

/// What people traded in the recorded block, after its emission, all in all: the recorded reserves lie on the curve of those
/// that the emission left, within the rao that a sale rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Traded {
    /// The subnet.
    pub netuid: u16,
    /// Whether alpha was bought, or sold.
    pub bought: bool,
    /// TAO that moved, in rao.
    pub tao: u64,
    /// Alpha that moved.
    pub alpha: u64,
}

/// How a replayed block came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// Number of the block.
    pub block: u64,
    /// Version of the network's runtime.
    pub spec_version: u32,
    /// The rules of its date.
    pub rules: RuleSet,
    /// Subnets.
    pub subnets: usize,
    /// Where people traded in the block: the reserves there are not the emission's, and are not compared.
    pub traded: Vec<Traded>,
    /// What the file records of the block's results.
    pub columns: Vec<Column>,
}

impl Replay {
    /// Whether everything came out exactly.
    pub fn agrees(&self) -> bool {
        self.columns.iter().all(|column| column.agree == column.subnets)
    }
}

impl Recorded {
    /// Compares what is recorded of the block's results with a ledger that it ran on. An absent storage item counts as its
    /// default.
    pub fn compare<Acc: Account, L: Ledger<Acc>>(&self, ledger: &L) -> Replay {
        let after = &self.after;
        let traded = self.traded(ledger);
        let reserve = |name, row: &Option<Row>, read: &dyn Fn(NetUid) -> u128| {
            let row = row.as_ref()?;
            let alone = |(_, netuid): &(usize, NetUid)| !traded.iter().any(|trade| trade.netuid == netuid.0);
            let pairs = self
                .subnets()
                .filter(alone)
                .map(|(place, netuid)| (Some(netuid), row[place].unwrap_or_default().into(), read(netuid)));
            Some(column(name, pairs))
        };
        let per_subnet = |name, row: &Option<Row>, default: u64, read: &dyn Fn(NetUid) -> u128| {
            let row = row.as_ref()?;
            let pairs = self
                .subnets()
                .map(|(place, netuid)| (Some(netuid), row[place].unwrap_or(default).into(), read(netuid)));
            Some(column(name, pairs))
        };
        let columns = [
            self.gate_bar_after_bits64.map(|bits| {
                let found = ledger.emission_gate_bar().map_or(0, |bar| bar.to_bits());
                column("gate_bar_after_bits64", [(None, bits.into(), found)].into_iter())
            }),
            per_subnet("tao_in_emission", &after.tao_in_emission, 0, &|netuid| {
                ledger.subnet_tao_in_emission(netuid).0.into()
            }),
            per_subnet("alpha_in_emission", &after.alpha_in_emission, 0, &|netuid| {
                ledger.subnet_alpha_in_emission(netuid).0.into()
            }),
            per_subnet("excess_tao", &after.excess_tao, 0, &|netuid| {
                ledger.subnet_excess_tao(netuid).0.into()
            }),
            reserve("subnet_tao", &after.subnet_tao, &|netuid| {
                ledger.subnet_tao(netuid).0.into()
            }),
            reserve("alpha_in", &after.alpha_in, &|netuid| {
                ledger.subnet_alpha_in(netuid).0.into()
            }),
            per_subnet("protocol_alpha", &after.protocol_alpha, 0, &|netuid| {
                ledger.subnet_protocol_alpha(netuid).0.into()
            }),
            per_subnet("quote_weight_1e18", &after.quote_weight_1e18, EQUAL_WEIGHT, &|netuid| {
                ledger.quote_weight(netuid).into()
            }),
            per_subnet("moving_price_bits32", &after.moving_price_bits32, 0, &|netuid| {
                ledger.subnet_moving_price(netuid).to_bits().unsigned_abs()
            }),
        ];
        Replay {
            block: self.block,
            spec_version: self.spec_version,
            rules: self.rules(),
            subnets: self.netuids.len(),
            traded,
            columns: columns.into_iter().flatten().collect(),
        }
    }
}

impl Recorded {
    /// The subnets whose reserves emission alone does not explain, but trades do.
    fn traded<Acc: Account, L: Ledger<Acc>>(&self, ledger: &L) -> Vec<Traded> {
        let (Some(tao), Some(alpha)) = (&self.after.subnet_tao, &self.after.alpha_in) else {
            return Vec::new();
        };
        let traded = |(place, netuid): (usize, NetUid)| {
            let (tao, alpha): (u64, u64) = (tao[place]?, alpha[place]?);
            let pool = swaps::pool(ledger, netuid);
            let bought = tao > pool.tao.0;
            let (tao, alpha) = if bought {
                (tao - pool.tao.0, pool.alpha.0.checked_sub(alpha)?)
            } else {
                (pool.tao.0 - tao, alpha.checked_sub(pool.alpha.0)?)
            };
            // A sale among them leaves the pool less than a rao.
            let on_the_curve = if bought {
                (pool.output(Side::Buy, tao.saturating_sub(1))..=pool.output(Side::Buy, tao)).contains(&alpha)
            } else {
                let most = pool.output(Side::Sell, alpha);
                (most.saturating_sub(1)..=most).contains(&tao)
            };
            (tao > 0 && alpha > 0 && on_the_curve).then_some(Traded {
                netuid: netuid.0,
                bought,
                tao,
                alpha,
            })
        };
        self.subnets().filter_map(traded).collect()
    }
}

/// From triples: a subnet, what is recorded, what was found.
fn column(name: &'static str, pairs: impl Iterator<Item = (Option<NetUid>, u128, u128)>) -> Column {
    let mut column = Column {
        name,
        subnets: 0,
        agree: 0,
        worst: 0,
        worst_netuid: None,
    };
    for (netuid, recorded, found) in pairs {
        let apart = recorded.abs_diff(found);
        column.subnets += 1;
        column.agree += usize::from(apart == 0);
        if apart > column.worst {
            column.worst = apart;
            column.worst_netuid = netuid.map(|netuid| netuid.0);
        }
    }
    column
}
