//! The file of a recorded block, and its way into a ledger.

use std::collections::BTreeSet;

use serde::Deserialize;
use tributary_economy::{
    Account, Alpha, Ledger, NetUid, Tao,
    fixed::{I96F32, U64F64, U96F32},
    presets::MAINNET,
    rule_sets::RuleSet,
};

use super::problem::Problem;

/// An entry for each subnet.
pub(super) type Row = Vec<Option<u64>>;

/// A recorded block.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded {
    /// Its number.
    pub block: u64,
    /// Version of the network's runtime.
    pub spec_version: u32,
    total_issuance: u64,
    root_tao: u64,
    tao_weight: u64,
    owner_cut: Option<u16>,
    moving_alpha_bits32: u32,
    ema_halving_blocks: u64,
    /// The stored bar before the block, and after it.
    gate_bar_bits64: Option<u64>,
    pub(super) gate_bar_after_bits64: Option<u64>,
    bar_rank: Option<u16>,
    /// Bits of a number with 64 fraction bits.
    gate_exponent: Option<u128>,
    bar_quantile_bits64: Option<u64>,
    pub(super) netuids: Vec<u16>,
    before: Before,
    pub(super) after: After,
}

/// State of the subnets before the block.
#[derive(Clone, Debug, Deserialize)]
struct Before {
    moving_price_bits32: Row,
    miner_burned_bits32: Row,
    subnet_tao: Row,
    alpha_in: Row,
    alpha_out: Row,
    quote_weight_1e18: Row,
    first_emission_block: Row,
    emission_enabled: Row,
    subtoken_enabled: Row,
    registration_allowed: Row,
    stored_root_prop_bits32: Option<Row>,
    protocol_alpha: Option<Row>,
}

/// What the block left, as far as it is recorded.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    pub(super) tao_in_emission: Option<Row>,
    pub(super) alpha_in_emission: Option<Row>,
    pub(super) excess_tao: Option<Row>,
    pub(super) subnet_tao: Option<Row>,
    pub(super) alpha_in: Option<Row>,
    pub(super) protocol_alpha: Option<Row>,
    pub(super) quote_weight_1e18: Option<Row>,
    pub(super) moving_price_bits32: Option<Row>,
}

impl Recorded {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Problem::NoObject`], [`Problem::Format`], [`Problem::NoSubnets`], [`Problem::Length`], [`Problem::Netuid`],
    /// [`Problem::Nothing`].
    pub fn read(json: &str) -> Result<Self, Problem> {
        if !json.trim_start().starts_with('{') {
            return Err(Problem::NoObject);
        }
        let recorded: Self = serde_json::from_str(json)?;
        if recorded.netuids.is_empty() {
            return Err(Problem::NoSubnets);
        }
        let mut seen = BTreeSet::from([NetUid::ROOT.0]);
        if let Some(twice) = recorded.netuids.iter().find(|netuid| !seen.insert(**netuid)) {
            return Err(Problem::Netuid(*twice));
        }
        let expected = recorded.netuids.len();
        for (column, row) in recorded.rows() {
            if row.len() != expected {
                return Err(Problem::Length {
                    column,
                    found: row.len(),
                    expected,
                });
            }
        }
        if recorded.gate_bar_after_bits64.is_none() && !recorded.rows().any(|(name, _)| name.starts_with("after")) {
            return Err(Problem::Nothing);
        }
        Ok(recorded)
    }

    fn rows(&self) -> impl Iterator<Item = (&'static str, &Row)> {
        let (before, after) = (&self.before, &self.after);
        let always = [
            ("before.moving_price_bits32", &before.moving_price_bits32),
            ("before.miner_burned_bits32", &before.miner_burned_bits32),
            ("before.subnet_tao", &before.subnet_tao),
            ("before.alpha_in", &before.alpha_in),
            ("before.alpha_out", &before.alpha_out),
            ("before.quote_weight_1e18", &before.quote_weight_1e18),
            ("before.first_emission_block", &before.first_emission_block),
            ("before.emission_enabled", &before.emission_enabled),
            ("before.subtoken_enabled", &before.subtoken_enabled),
            ("before.registration_allowed", &before.registration_allowed),
        ];
        let sometimes = [
            ("before.stored_root_prop_bits32", &before.stored_root_prop_bits32),
            ("before.protocol_alpha", &before.protocol_alpha),
            ("after.tao_in_emission", &after.tao_in_emission),
            ("after.alpha_in_emission", &after.alpha_in_emission),
            ("after.excess_tao", &after.excess_tao),
            ("after.subnet_tao", &after.subnet_tao),
            ("after.alpha_in", &after.alpha_in),
            ("after.protocol_alpha", &after.protocol_alpha),
            ("after.quote_weight_1e18", &after.quote_weight_1e18),
            ("after.moving_price_bits32", &after.moving_price_bits32),
        ];
        let sometimes = sometimes
            .into_iter()
            .filter_map(|(name, row)| Some((name, row.as_ref()?)));
        always.into_iter().chain(sometimes)
    }

    /// The rules of its date.
    pub fn rules(&self) -> RuleSet {
        RuleSet::at(self.block)
    }

    /// The subnets, in the order of the columns.
    pub(super) fn subnets(&self) -> impl Iterator<Item = (usize, NetUid)> {
        self.netuids.iter().copied().map(NetUid).enumerate()
    }

    /// Writes the state before the block into a ledger that holds nothing but root. Accounts of subnets get the TAO of
    /// their pools, `rest` everything else that was issued. No epoch is due in the block: a replay is of its emission.
    ///
    /// # Errors
    /// [`Problem::Number`], [`Problem::Rules`].
    pub fn write<Acc: Account, L: Ledger<Acc>>(&self, ledger: &mut L, rest: &Acc) -> Result<(), Problem> {
        ledger.set_tao_weight(self.tao_weight);
        ledger.set_subnet_owner_cut(self.owner_cut.unwrap_or(MAINNET.owner_cut));
        ledger.set_subnet_moving_alpha(I96F32::from_bits(self.moving_alpha_bits32.into()));
        ledger.set_emission_gate_bar(self.gate_bar_bits64.map(|bits| U64F64::from_bits(bits.into())));
        if let Some(rank) = self.bar_rank {
            ledger.set_emission_bar_rank(rank);
        }
        if let Some(bits) = self.gate_exponent {
            ledger.set_emission_gate_exponent(U64F64::from_bits(bits));
        }
        if let Some(bits) = self.bar_quantile_bits64 {
            ledger.set_emission_bar_quantile(U64F64::from_bits(bits.into()));
        }
        ledger.set_subnet_tao(NetUid::ROOT, Tao(self.root_tao));
        let mut left = Tao(self.total_issuance);
        for (place, netuid) in self.subnets() {
            left = left
                .minus(self.write_subnet(ledger, place, netuid)?)
                .map_err(|_| Problem::Number("the pools hold more TAO than `total_issuance`".into()))?;
        }
        ledger.deposit(rest, left)?;
        ledger.set_total_issuance(Tao(self.total_issuance));
        Ok(())
    }

    /// Writes a subnet. Returns the TAO that its account got.
    fn write_subnet<Acc: Account, L: Ledger<Acc>>(
        &self,
        ledger: &mut L,
        place: usize,
        netuid: NetUid,
    ) -> Result<Tao, Problem> {
        let before = &self.before;
        let number = |row: &Row| row[place].unwrap_or_default();
        let optional = |row: &Option<Row>| row.as_ref().map_or(0, number);
        let tao = Tao(number(&before.subnet_tao));
        ledger.set_networks_added(netuid, true);
        ledger.set_subnet_mechanism(netuid, 1);
        ledger.set_tempo(netuid, 0);
        ledger.set_subtoken_enabled(netuid, number(&before.subtoken_enabled) != 0);
        ledger.set_network_registration_allowed(netuid, number(&before.registration_allowed) != 0);
        ledger.set_subnet_emission_enabled(netuid, number(&before.emission_enabled) != 0);
        ledger.set_first_emission_block_number(netuid, before.first_emission_block[place]);
        ledger.set_ema_price_halving_blocks(netuid, self.ema_halving_blocks);
        ledger.set_subnet_moving_price(netuid, I96F32::from_bits(number(&before.moving_price_bits32).into()));
        ledger.set_miner_burned(netuid, U96F32::from_bits(number(&before.miner_burned_bits32).into()));
        ledger.set_root_prop(
            netuid,
            U96F32::from_bits(optional(&before.stored_root_prop_bits32).into()),
        );
        ledger.set_subnet_tao(netuid, tao);
        ledger.set_subnet_alpha_in(netuid, Alpha(number(&before.alpha_in)));
        ledger.set_subnet_alpha_out(netuid, Alpha(number(&before.alpha_out)));
        ledger.set_subnet_protocol_alpha(netuid, Alpha(optional(&before.protocol_alpha)));
        if let Some(parts) = before.quote_weight_1e18[place] {
            if parts > tributary_economy::pool::WEIGHT_ONE {
                let told: String = format!("`before.quote_weight_1e18` of subnet {netuid} is {parts}, more than 1e18");
                return Err(Problem::Number(told));
            }
            ledger.set_quote_weight(netuid, parts);
        }
        ledger.set_swap_initialized(netuid, true);
        let account = ledger.subnet_account(netuid);
        ledger.deposit(&account, tao)?;
        Ok(tao)
    }
}
