//! All subnets at one date: the same numbers from the data and from a future.

use crate::{Error, people::World, start::Sheet};

/// A cross-section; every vector has an entry a slot. Amounts in TAO and alpha.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Whether the occupant is that of the beginning of the window.
    pub same: Vec<bool>,
    /// TAO for one alpha.
    pub price: Vec<f64>,
    /// TAO in the pool.
    pub pool_tao: Vec<f64>,
    /// Alpha in the pool.
    pub pool_alpha: Vec<f64>,
    /// Alpha that exists.
    pub issued: Vec<f64>,
    /// Alpha that people hold.
    pub staked: Vec<f64>,
    /// Alpha of the protocol.
    pub protocol: Vec<f64>,
    /// Alpha burned or withheld.
    pub burned: Vec<f64>,
    /// Alpha of the owner.
    pub owner: Vec<f64>,
    /// Share of all TAO emission; empty where it is not known.
    pub emission: Vec<f64>,
    /// Part of miner pay that is withheld; empty where it is not known.
    pub withheld: Vec<f64>,
}

impl Section {
    /// The main network on 31 August 2026. Slots that had another occupant than on 30 September are not `same`.
    ///
    /// # Errors
    /// [`Error::Start`] if the shipped table is broken.
    pub fn august() -> Result<Self, Error> {
        let sheet = Sheet::august();
        let column = |name: &str| column(&sheet, name, f64::NAN);
        Ok(Self {
            same: column("same_registration_flag")?
                .iter()
                .map(|flag| *flag > 0.0)
                .collect(),
            price: column("alpha_price_tao")?,
            pool_tao: column("tao_in_pool_tao_derived")?,
            pool_alpha: column("alpha_in_pool_alpha")?,
            issued: column("alpha_issued_alpha")?,
            staked: column("alpha_staked_alpha")?,
            protocol: column("alpha_protocol_owned_alpha")?,
            burned: column("alpha_burned_alpha")?,
            owner: column("owner_alpha")?,
            emission: Vec::new(),
            withheld: Vec::new(),
        })
    }

    /// The main network on 30 September 2026.
    ///
    /// # Errors
    /// [`Error::Start`] if the shipped table is broken.
    pub fn september() -> Result<Self, Error> {
        let (sheet, before) = (Sheet::september(), Sheet::august());
        let column = |name: &str| column(&sheet, name, 0.0);
        let same = self::column(&before, "same_registration_flag", 0.0)?;
        Ok(Self {
            same: same.iter().map(|flag| *flag > 0.0).collect(),
            price: column("alpha_price_tao")?,
            pool_tao: column("tao_in_pool_tao")?,
            pool_alpha: column("alpha_in_pool_alpha")?,
            issued: column("alpha_issued_alpha")?,
            staked: column("alpha_staked_alpha")?,
            protocol: column("alpha_protocol_owned_alpha")?,
            burned: column("alpha_burned_alpha")?,
            owner: column("owner_alpha")?,
            emission: column("emission_share_derived")?,
            withheld: column("miner_burn_share_30d")?,
        })
    }

    /// A future as it is now.
    pub fn of(world: &World) -> Self {
        let chain = &world.chain;
        let slots = 0..chain.slots();
        let whole = |rao: u64| rao as f64 / 1e9;
        let held = &chain.holdings;
        let of = |number: &dyn Fn(usize) -> f64| -> Vec<f64> { slots.clone().map(number).collect() };
        Self {
            same: slots.clone().map(|slot| world.people.generation[slot] == 0).collect(),
            price: of(&|slot| chain.price(slot)),
            pool_tao: of(&|slot| whole(chain.pools.tao[slot].0)),
            pool_alpha: of(&|slot| whole(chain.pools.alpha[slot].0)),
            issued: of(&|slot| whole(chain.alpha_issued[slot])),
            staked: of(&|slot| whole(held.owner[slot].0 + held.miners[slot].0 + held.stakers[slot].0)),
            protocol: of(&|slot| whole(held.protocol[slot].0)),
            burned: of(&|slot| whole(held.burned[slot].0)),
            owner: of(&|slot| whole(held.owner[slot].0)),
            emission: chain.paid.share.clone(),
            withheld: chain.withheld.clone(),
        }
    }
}

fn column(sheet: &Sheet<'_>, name: &str, missing: f64) -> Result<Vec<f64>, Error> {
    (0..sheet.rows())
        .map(|row| Ok(sheet.number(row, name)?.unwrap_or(missing)))
        .collect()
}
