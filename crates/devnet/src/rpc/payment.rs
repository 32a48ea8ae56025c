//! `payment_*`: fees of an extrinsic.

use codec::Encode;
use frame_support::{dispatch::DispatchClass, weights::Weight};
use serde_json::{Value, json};

use super::{
    context::{Module, method},
    error::from_chain,
};
use crate::Error;

/// `RuntimeDispatchInfo` of the payment pallet.
type DispatchInfo = (Weight, DispatchClass, u64);
/// `FeeDetails` of the payment pallet: base, length and weight part, if a fee is due; the tip.
type FeeDetails = (Option<(u64, u64, u64)>, u64);

pub fn register(module: &mut Module) -> Result<(), Error> {
    method(module, "payment_queryInfo", |context, params| {
        let mut arguments = params.bytes("extrinsic")?;
        let length = arguments.len() as u32;
        length.encode_to(&mut arguments);
        let (weight, class, fee): DispatchInfo = context
            .devnet
            .call_as("TransactionPaymentApi_query_info", &arguments, params.at()?)
            .map_err(from_chain)?;
        let class = match class {
            DispatchClass::Normal => "normal",
            DispatchClass::Operational => "operational",
            DispatchClass::Mandatory => "mandatory",
        };
        let weight = json!({ "ref_time": weight.ref_time(), "proof_size": weight.proof_size() });
        Ok(json!({ "weight": weight, "class": class, "partialFee": fee.to_string() }))
    })?;
    method(module, "payment_queryFeeDetails", |context, params| {
        let mut arguments = params.bytes("extrinsic")?;
        let length = arguments.len() as u32;
        length.encode_to(&mut arguments);
        let (inclusion, _): FeeDetails = context
            .devnet
            .call_as("TransactionPaymentApi_query_fee_details", &arguments, params.at()?)
            .map_err(from_chain)?;
        let fee = |rao: u64| json!(format!("{rao:#x}"));
        let inclusion = inclusion.map_or(Value::Null, |(base, length, weight)| {
            json!({ "baseFee": fee(base), "lenFee": fee(length), "adjustedWeightFee": fee(weight) })
        });
        Ok(json!({ "inclusionFee": inclusion }))
    })
}
