//! Calls inside calls.

use alloc::{vec, vec::Vec};

use crate::RuntimeCall;

/// A call and all calls inside it, and whether each is made later, by the scheduler. It does not recurse: the depth of
/// what strangers send is no concern of the stack.
pub fn calls(call: &RuntimeCall) -> impl Iterator<Item = (&RuntimeCall, bool)> {
    let mut waiting = vec![(call, false)];
    core::iter::from_fn(move || {
        let (call, later) = waiting.pop()?;
        let later_inside = later || matches!(call, RuntimeCall::Scheduler(_));
        waiting.extend(inside(call).into_iter().map(|inner| (inner, later_inside)));
        Some((call, later))
    })
}

/// The calls that a call makes. A test compares this with the types of all calls.
fn inside(call: &RuntimeCall) -> Vec<&RuntimeCall> {
    use pallet_multisig::Call as Multisig;
    use pallet_proxy::Call as Proxy;
    use pallet_scheduler::Call as Scheduler;
    use pallet_sudo::Call as Sudo;
    use pallet_utility::Call as Utility;

    match call {
        RuntimeCall::Utility(
            Utility::batch { calls } | Utility::batch_all { calls } | Utility::force_batch { calls },
        ) => calls.iter().collect(),
        RuntimeCall::Utility(Utility::if_else { main, fallback }) => vec![main, fallback],
        RuntimeCall::Utility(
            Utility::as_derivative { call, .. }
            | Utility::dispatch_as { call, .. }
            | Utility::dispatch_as_fallible { call, .. }
            | Utility::with_weight { call, .. },
        )
        | RuntimeCall::Sudo(
            Sudo::sudo { call } | Sudo::sudo_unchecked_weight { call, .. } | Sudo::sudo_as { call, .. },
        )
        | RuntimeCall::Multisig(Multisig::as_multi_threshold_1 { call, .. } | Multisig::as_multi { call, .. })
        | RuntimeCall::Scheduler(
            Scheduler::schedule { call, .. }
            | Scheduler::schedule_named { call, .. }
            | Scheduler::schedule_after { call, .. }
            | Scheduler::schedule_named_after { call, .. },
        )
        | RuntimeCall::Proxy(Proxy::proxy { call, .. } | Proxy::proxy_announced { call, .. }) => vec![call],
        _ => Vec::new(),
    }
}
