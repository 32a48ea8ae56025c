//! A start that was taken from a running chain: the file, what must hold of it, and how it becomes a future's start.
//!
//! `tributary futures start` writes the file from a dump of a chain's state. Amounts are whole rao, and a future that
//! starts from it holds exactly these.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tributary_economy::{
    Alpha, Error as Refusal, MAX_SUPPLY, Tao,
    emission::{self, Division},
    fixed::I96F32,
    pool::{MINIMUM_WEIGHT, WEIGHT_ONE},
    rule_sets::RuleSet,
};

use super::row::Row;
use crate::{
    Error,
    chain::{Arithmetic, Chain, Constants},
    files::write_json,
    noise::STRIDE,
    parameters::Parameters,
};

/// The version of the file that this program reads and writes.
pub const VERSION: u32 = 1;

/// Parameters that a file knows better than any belief.
pub(crate) const KNOWN: [&str; 3] = ["issuance_start", "root_stake_start", "lock_cost_start"];

/// Rao in a TAO.
const RAO: f64 = 1e9;

/// What a chain was at one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// [`VERSION`].
    pub version: u32,
    /// Hash of the chain's first block.
    pub genesis: String,
    /// The block.
    pub block: u64,
    /// Its hash.
    pub block_hash: String,
    /// Most subnets that the chain has room for.
    pub slots: u16,
    /// The rules in force.
    pub rules: RuleSet,
    /// TAO that exists.
    pub issuance_rao: u64,
    /// TAO staked on root.
    pub root_rao: u64,
    /// TAO that nobody can spend: burned, in reservoirs of pacts, or on accounts of subnets outside any pool.
    pub idle_rao: u64,
    /// What the last slot cost.
    pub lock_cost_rao: u64,
    /// Block in which that was paid.
    pub lock_block: u64,
    /// Constants of the chain.
    pub constants: Settings,
    /// What the chain does not say, or a future does not follow, and what is assumed instead.
    pub assumed: Vec<String>,
    /// The subnets, by rising netuid.
    pub subnets: Vec<Subnet>,
}

/// Constants of the chain, as [`Constants`] describes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Owner's cut over 65535.
    pub owner_cut: u16,
    /// Weight of root's TAO over `u64::MAX`.
    pub tao_weight: u64,
    /// Weight of a new price in the moving price, in steps of 2^-32.
    pub moving_alpha_bits: i64,
    /// Blocks until half of that weight.
    pub halving_blocks: u64,
    /// Swap fee over 65535.
    pub fee_rate: u16,
    /// Least reserve of a pool that can be traded against.
    pub minimum_reserve: u64,
    /// Blocks in which a new subnet cannot be replaced.
    pub immunity_blocks: u64,
    /// Least cost of a slot.
    pub lock_cost_min_rao: u64,
    /// Blocks in which that cost falls by its last value.
    pub lock_reduction_blocks: u64,
    /// Blocks between two registrations.
    pub network_rate_limit_blocks: u64,
}

/// A subnet. Alpha in its smallest units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// Its netuid.
    pub netuid: u16,
    /// Its name; empty if it has none.
    pub name: String,
    /// Block of registration.
    pub registered_block: u64,
    /// Block from which it emits; none before the start call.
    pub first_emission_block: Option<u64>,
    /// TAO in the pool.
    pub pool_tao_rao: u64,
    /// Alpha in the pool.
    pub pool_alpha_rao: u64,
    /// Weight of the TAO in the pool, parts of 10^18: half of them means a price of TAO over alpha. Followed by exact
    /// arithmetic only.
    pub quote_weight: u64,
    /// Whether the pool has weights of its own.
    pub weights_initialized: bool,
    /// Alpha outside the pool: the sum of the next five.
    pub alpha_outside_rao: u64,
    /// Of the owner: its stakes, its cut that waits for an epoch, what a pact has not vested.
    pub owner_alpha_rao: u64,
    /// Of its miners, with the pay that waits for an epoch.
    pub miners_alpha_rao: u64,
    /// Of validators and everybody else, with what root may claim.
    pub stakers_alpha_rao: u64,
    /// Bought by the chain.
    pub protocol_alpha_rao: u64,
    /// Out of reach.
    pub burned_alpha_rao: u64,
    /// The owner's under a lock that does not decay.
    pub owner_locked_alpha_rao: u64,
    /// Part of miner pay that was withheld in the last epoch, in steps of 2^-32.
    pub withheld_bits: u64,
    /// Whether it may receive TAO.
    pub emission_enabled: bool,
    /// Stored moving price in steps of 2^-32.
    pub moving_price_bits: i64,
}

impl Taken {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::StartFile`] if it is missing, of another version, not such a file, or if a sum does not close.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bad = |problem: String| Error::StartFile {
            path: path.to_owned(),
            problem,
        };
        let text = tributary_private::read_file(path).map_err(|error| bad(error.to_string()))?;
        let value: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| bad(format!("it is not JSON: {error}")))?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                return Err(bad(format!(
                    "it is of version {version}, this program reads version {VERSION}: make it again with `tributary \
                     futures start`"
                )));
            }
            None => {
                return Err(bad(
                    "it has no `version`: `tributary futures start` makes such files".into()
                ));
            }
        }
        let taken: Self = serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))?;
        taken.check().map_err(bad)?;
        Ok(taken)
    }

    /// Writes the file whole or not at all. `from` is what it was taken of.
    ///
    /// # Errors
    /// [`Error::StartFile`], of `from`, if what was taken does not hold together, [`Error::Io`].
    pub fn write(&self, from: &Path, path: &Path) -> Result<(), Error> {
        self.check().map_err(|problem| Error::StartFile {
            path: from.to_owned(),
            problem,
        })?;
        write_json(path, self)
    }

    /// What does not hold, if anything.
    fn check(&self) -> Result<(), String> {
        if !(1..=STRIDE).contains(&u64::from(self.slots)) {
            return Err(format!("it has {} slots (allowed: 1 to {STRIDE})", self.slots));
        }
        let mut last = 0;
        let mut placed = u128::from(self.root_rao) + u128::from(self.idle_rao);
        for subnet in &self.subnets {
            let netuid = subnet.netuid;
            if netuid <= last || netuid > self.slots {
                return Err(format!(
                    "subnet {netuid} follows subnet {last}: netuids rise from 1 to {}",
                    self.slots
                ));
            }
            last = netuid;
            placed += u128::from(subnet.pool_tao_rao);
            let held: u128 = [
                subnet.owner_alpha_rao,
                subnet.miners_alpha_rao,
                subnet.stakers_alpha_rao,
                subnet.protocol_alpha_rao,
                subnet.burned_alpha_rao,
            ]
            .map(u128::from)
            .iter()
            .sum();
            let outside = u128::from(subnet.alpha_outside_rao);
            if held != outside {
                return Err(format!(
                    "the alpha of subnet {netuid} does not close: {outside} rao are outside its pool, its holders have \
                     {held}"
                ));
            }
            if outside + u128::from(subnet.pool_alpha_rao) > u128::from(u64::MAX) {
                return Err(format!("subnet {netuid} has more alpha than can be counted"));
            }
            if subnet.owner_locked_alpha_rao > subnet.owner_alpha_rao {
                return Err(format!(
                    "the owner of subnet {netuid} has locked more alpha than it has"
                ));
            }
            if !(MINIMUM_WEIGHT..=WEIGHT_ONE - MINIMUM_WEIGHT).contains(&subnet.quote_weight) {
                return Err(format!(
                    "the pool of subnet {netuid} has a weight that no pool can have"
                ));
            }
            if subnet.withheld_bits > 1 << 32 {
                return Err(format!("subnet {netuid} withholds more than all of its miners' pay"));
            }
            if subnet.moving_price_bits < 0 {
                return Err(format!("the moving price of subnet {netuid} is below zero"));
            }
        }
        let pooled = |subnet: &Subnet| subnet.pool_tao_rao > 0 && subnet.pool_alpha_rao > 0;
        if !self.subnets.iter().any(pooled) {
            return Err("no subnet has a pool: there is no market to run forward".into());
        }
        let issued = u128::from(self.issuance_rao);
        if placed > issued || self.issuance_rao > MAX_SUPPLY {
            return Err(format!(
                "its TAO does not close: {issued} rao exist (at most {MAX_SUPPLY} can), {placed} are in pools, on root \
                 and idle"
            ));
        }
        Ok(())
    }

    /// The rows of a start: one a slot, whether or not somebody is there.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = vec![Row::default(); self.slots.into()];
        for subnet in &self.subnets {
            let whole = |rao: u64| rao as f64 / RAO;
            rows[usize::from(subnet.netuid) - 1] = Row {
                name: subnet.name.clone(),
                registered: subnet.registered_block,
                first_block: subnet.first_emission_block,
                pool_tao: whole(subnet.pool_tao_rao),
                pool_alpha: whole(subnet.pool_alpha_rao),
                owner: whole(subnet.owner_alpha_rao),
                protocol: whole(subnet.protocol_alpha_rao),
                burned: whole(subnet.burned_alpha_rao),
                stakers: whole(subnet.stakers_alpha_rao),
                withheld: subnet.withheld_bits as f64 / (1u64 << 32) as f64,
                enabled: subnet.emission_enabled,
                owner_locked: whole(subnet.owner_locked_alpha_rao),
                ..Row::default()
            };
        }
        rows
    }

    /// The parameters of a future, with what the chain knows of them.
    pub(super) fn inform(&self, parameters: &mut Parameters) {
        parameters.issuance_start = self.issuance_rao as f64 / RAO;
        parameters.root_stake_start = self.root_rao as f64 / RAO;
        parameters.lock_cost_start = self.lock_cost_rao as f64 / RAO;
    }

    /// Puts what was taken into a chain to the rao.
    ///
    /// # Errors
    /// [`Refusal::Overflow`], [`Refusal::Underflow`]: never of a file that was checked.
    pub(super) fn settle(&self, chain: &mut Chain) -> Result<(), Refusal> {
        chain.constants = self.constants.constants();
        chain.occupied.fill(false);
        chain.issued = Tao(self.issuance_rao);
        (chain.root, chain.idle) = (Tao(self.root_rao), Tao(self.idle_rao));
        (chain.lock_cost_last, chain.lock_block) = (Tao(self.lock_cost_rao), self.lock_block);
        let mut free = chain.issued.minus(chain.root)?.minus(chain.idle)?;
        for subnet in &self.subnets {
            let slot = usize::from(subnet.netuid) - 1;
            let pools = &mut chain.pools;
            (pools.tao[slot], pools.alpha[slot]) = (Tao(subnet.pool_tao_rao), Alpha(subnet.pool_alpha_rao));
            if chain.arithmetic == Arithmetic::Exact {
                (pools.quote_weight[slot], pools.initialized[slot]) = (subnet.quote_weight, subnet.weights_initialized);
            }
            free = free.minus(pools.tao[slot])?;
            let held = &mut chain.holdings;
            held.owner[slot] = Alpha(subnet.owner_alpha_rao);
            held.miners[slot] = Alpha(subnet.miners_alpha_rao);
            held.stakers[slot] = Alpha(subnet.stakers_alpha_rao);
            held.protocol[slot] = Alpha(subnet.protocol_alpha_rao);
            held.burned[slot] = Alpha(subnet.burned_alpha_rao);
            chain.alpha_issued[slot] = pools.alpha[slot].plus(held.total(slot)?)?.0;
            chain.moving[slot] = subnet.moving_price_bits as f64;
            chain.occupied[slot] = true;
        }
        chain.free = free;
        chain.flows.open(&chain.pools.tao);
        Ok(())
    }
}

impl Settings {
    fn constants(&self) -> Constants {
        Constants {
            division: Division::with_cut(self.owner_cut),
            tao_weight: emission::tao_weight(self.tao_weight),
            moving_alpha: I96F32::from_bits(self.moving_alpha_bits.into()),
            halving_blocks: self.halving_blocks,
            fee_rate: self.fee_rate,
            minimum_reserve: self.minimum_reserve,
            immunity_blocks: self.immunity_blocks,
            lock_cost_min: Tao(self.lock_cost_min_rao),
            lock_reduction_blocks: self.lock_reduction_blocks,
            network_rate_limit_blocks: self.network_rate_limit_blocks,
        }
    }
}

#[cfg(test)]
mod tests;
