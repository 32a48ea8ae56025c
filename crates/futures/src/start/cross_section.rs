//! The main network's cross-sections as subnets.

use super::{
    row::Row,
    sheet::{MAINNET, Sheet},
};
use crate::Error;

/// Blocks of the cross-sections of 30 September and of 31 August 2026.
pub(super) const SEPTEMBER_BLOCK: u64 = 9_184_186;
pub(super) const AUGUST_BLOCK: u64 = 8_968_186;

/// Part of the month to 30 September with TAO from which a subnet had its emission on at the start of it: on 9
/// September it was switched on for almost all others.
const ON_BEFORE: f64 = 0.76;

/// Day after 31 August on which that was.
const SWITCHED_ON: f64 = 9.0;

/// A month without miner pay: withheld to within rounding.
const ALL_WITHHELD: f64 = 0.999;

/// The cross-section of 30 September.
pub(super) fn september() -> Result<Vec<Row>, Error> {
    read(MAINNET)
}

/// What stakers hold of an alpha: the rest.
fn stakers(issued: f64, [pool, protocol, burned, owner]: [f64; 4]) -> f64 {
    (issued - pool - protocol - burned - owner).max(0.0)
}

/// The cross-section of 31 August, with the columns that it lacks from that of 30 September.
pub(super) fn august() -> Result<Vec<Row>, Error> {
    let (before, after) = (Sheet::august(), Sheet::september());
    let mut rows = read(MAINNET)?;
    let least = |column: &str| -> Result<f64, Error> {
        let mut least = f64::INFINITY;
        for row in 0..before.rows() {
            least = before.number(row, column)?.map_or(least, |value| value.min(least));
        }
        Ok(least)
    };
    let (price, tao) = (least("alpha_price_tao")?, least("tao_in_pool_tao_derived")?);
    for (k, row) in rows.iter_mut().enumerate() {
        row.emission_share = None;
        if before.amount(k, "same_registration_flag", 0.0)? < 1.0 {
            *row = Row {
                registered: AUGUST_BLOCK - 2_592_000,
                first_block: Some(AUGUST_BLOCK - 2_540_000),
                pool_tao: tao,
                pool_alpha: tao / price,
                withheld: 1.0,
                abandoned: true,
                ..Row::default()
            };
            continue;
        }
        let at = |column: &str| before.amount(k, column, 0.0);
        let owner = at("owner_alpha")?;
        (row.pool_tao, row.pool_alpha) = (at("tao_in_pool_tao_derived")?, at("alpha_in_pool_alpha")?);
        (row.protocol, row.burned) = (at("alpha_protocol_owned_alpha")?, at("alpha_burned_alpha")?);
        let elsewhere = [row.pool_alpha, row.protocol, row.burned, owner];
        row.stakers = stakers(at("alpha_issued_alpha")?, elsewhere);
        row.owner = owner;
        row.owner_locked = row.owner_locked.min(owner);
        row.withheld = after.amount(k, "miner_burn_share_30d", 0.0)?.min(1.0);
        row.enabled = after.amount(k, "tao_emission_on_share_30d", 0.0)? > ON_BEFORE;
        row.enables = Some(SWITCHED_ON).filter(|_| !row.enabled);
        // Those that have not started a month later do not start in it.
        row.starts = Some(37.0).filter(|_| row.first_block.is_none());
    }
    Ok(rows)
}

/// Reads rows with the columns of the shipped cross-section.
pub(super) fn read(text: &str) -> Result<Vec<Row>, Error> {
    let sheet = Sheet::read(text);
    let mut rows = Vec::new();
    for row in 0..sheet.rows() {
        let number_or = |column: &str, default: f64| sheet.amount(row, column, default);
        let owner = number_or("owner_alpha", 0.0)?;
        let (pool_tao, pool_alpha) = (
            number_or("tao_in_pool_tao", 0.0)?,
            number_or("alpha_in_pool_alpha", 0.0)?,
        );
        let issued = number_or("alpha_issued_alpha", 0.0)?;
        let (protocol, burned) = (
            number_or("alpha_protocol_owned_alpha", 0.0)?,
            number_or("alpha_burned_alpha", 0.0)?,
        );
        let first_block = sheet.number(row, "first_emission_block")?.map(|block| block as u64);
        let all_withheld = number_or("miner_burn_share_30d", 0.0)? >= ALL_WITHHELD;
        rows.push(Row {
            name: sheet.cell(row, "subnet_name")?.to_owned(),
            registered: number_or("registered_block", 0.0)? as u64,
            first_block,
            pool_tao,
            pool_alpha,
            owner,
            protocol,
            burned,
            stakers: stakers(issued, [pool_alpha, protocol, burned, owner]),
            withheld: number_or("miner_burn_share", 0.0)?.min(1.0),
            enabled: number_or("emission_enabled_flag", 0.0)? > 0.0,
            owner_locked: if number_or("owner_lock_perpetual_flag", 0.0)? > 0.0 {
                number_or("owner_locked_alpha", 0.0)?.min(owner)
            } else {
                0.0
            },
            starts: None,
            enables: None,
            abandoned: all_withheld && number_or("identity_placeholder_flag", 0.0)? > 0.0,
            emission_share: Some(number_or("emission_share_derived", 0.0)?),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_cell_is_named() {
        let broken = MAINNET.replacen("23114.360590191", "many", 1);
        let error = read(&broken).unwrap_err().to_string();
        assert!(
            error.contains("row 1") && error.contains("tao_in_pool_tao") && error.contains("many"),
            "{error}"
        );
    }
}
