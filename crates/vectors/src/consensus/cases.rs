//! Lists of cases in one vector.

use serde_json::{Value, json};

use crate::{Inputs, Problem};

/// `f` of each element.
pub fn each<T, R>(values: impl IntoIterator<Item = T>, f: impl FnMut(T) -> R) -> Vec<R> {
    values.into_iter().map(f).collect()
}

/// Two lists of blocks, `last` and `block`, against one limit.
pub fn over_blocks(inputs: Inputs<'_>, passes: impl Fn(u64, u64) -> Result<bool, Problem>) -> Result<Value, Problem> {
    let (last, block) = (inputs.ints::<u64>("last")?, inputs.ints::<u64>("block")?);
    let ok = last.into_iter().zip(block).map(|(last, block)| passes(last, block));
    Ok(json!({ "ok": ok.collect::<Result<Vec<_>, _>>()? }))
}
