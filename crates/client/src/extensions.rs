//! What a transaction carries beside its call: the chain's metadata says which extensions there are and in which order,
//! their names say what belongs in them (`docs/rules/clients.md#transaction-format`).

use frame_decode::extrinsics::{TransactionExtensions, TransactionExtensionsError};
use scale_encode::EncodeAsType;
use scale_info::PortableRegistry;
use scale_value::Value;
use sp_core::H256;

/// What the chain knows and the sender signs besides the call.
pub(crate) struct Extensions {
    pub spec_version: u32,
    pub transaction_version: u32,
    pub genesis: H256,
    pub era: Era,
    /// Hash of the block in which the era began.
    pub birth: H256,
    pub nonce: u32,
}

impl TransactionExtensions<PortableRegistry> for Extensions {
    fn contains_extension(&self, name: &str) -> bool {
        KNOWN.contains(&name)
    }

    fn encode_extension_value_to(
        &self,
        name: &str,
        id: u32,
        types: &PortableRegistry,
        out: &mut Vec<u8>,
    ) -> Result<(), TransactionExtensionsError> {
        match name {
            "CheckMortality" | "CheckEra" => {
                out.extend(self.era.encode());
                Ok(())
            }
            "CheckNonce" => write(name, u64::from(self.nonce), id, types, out),
            // The tip.
            "ChargeTransactionPayment" => write(name, 0u64, id, types, out),
            "CheckMetadataHash" => {
                let disabled = Value::unnamed_variant("Disabled", []);
                write(name, disabled, id, types, out)
            }
            _ => Err(TransactionExtensionsError::NotFound(name.to_owned())),
        }
    }

    fn encode_extension_implicit_to(
        &self,
        name: &str,
        id: u32,
        types: &PortableRegistry,
        out: &mut Vec<u8>,
    ) -> Result<(), TransactionExtensionsError> {
        match name {
            "CheckSpecVersion" => write(name, self.spec_version, id, types, out),
            "CheckTxVersion" => write(name, self.transaction_version, id, types, out),
            "CheckGenesis" => write(name, self.genesis.0, id, types, out),
            "CheckMortality" | "CheckEra" => write(name, self.birth.0, id, types, out),
            "CheckMetadataHash" => write(name, Option::<[u8; 32]>::None, id, types, out),
            _ => Err(TransactionExtensionsError::NotFound(name.to_owned())),
        }
    }
}

/// Those that have content. Others are served as long as they have none.
const KNOWN: [&str; 8] = [
    "CheckSpecVersion",
    "CheckTxVersion",
    "CheckGenesis",
    "CheckMortality",
    "CheckEra",
    "CheckNonce",
    "ChargeTransactionPayment",
    "CheckMetadataHash",
];

fn write(
    name: &str,
    value: impl EncodeAsType,
    id: u32,
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), TransactionExtensionsError> {
    let written = value.encode_as_type_to(id, types, out);
    written.map_err(|error| TransactionExtensionsError::Other {
        extension_name: name.to_owned(),
        error: Box::new(error),
    })
}

/// For how long a transaction is good: a period of blocks, a power of two from 4 to 65,536, and where in it that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Era {
    period: u64,
    phase: u64,
}

impl Era {
    /// Of at least `period` blocks from block `now` on.
    pub(crate) fn mortal(period: u64, now: u64) -> Self {
        let period = period.checked_next_power_of_two().unwrap_or(1 << 16).clamp(4, 1 << 16);
        let step = (period >> 12).max(1);
        Self {
            period,
            phase: now % period / step * step,
        }
    }

    /// The block in which it began, seen from block `now`.
    pub(crate) fn birth(self, now: u64) -> u64 {
        (now.max(self.phase) - self.phase) / self.period * self.period + self.phase
    }

    /// Two bytes: the logarithm of the period less one, and the phase in steps.
    fn encode(self) -> [u8; 2] {
        let step = (self.period >> 12).max(1);
        // The period is at most 2^16, and the phase below it, at most 4095 steps.
        let low = u64::from(self.period.trailing_zeros().saturating_sub(1).clamp(1, 15));
        let both = low | ((self.phase / step) << 4);
        u16::try_from(both).unwrap_or_default().to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use codec::Encode as _;

    use super::*;

    #[test]
    fn eras_are_those_of_the_chain() {
        for period in [1, 4, 5, 64, 100, 4096, 8192, 65_536, 1 << 20] {
            for now in [0, 1, 63, 64, 65, 999, 4097, 70_001, u64::from(u32::MAX)] {
                let (ours, theirs) = (Era::mortal(period, now), sp_runtime::generic::Era::mortal(period, now));
                assert_eq!(ours.encode().to_vec(), theirs.encode(), "{period} at {now}");
                assert_eq!(ours.birth(now), theirs.birth(now), "{period} at {now}");
            }
        }
    }
}
