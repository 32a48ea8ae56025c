//! Panics that are expected: of the runtime, for which they are a way to refuse, and of the database, which asserts
//! properties of its file. They become errors, and nothing is printed.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

thread_local! {
    /// How many calls of [`catch`] this thread is in.
    static EXPECTED: Cell<u32> = const { Cell::new(0) };
}

/// Counts a call of [`catch`] for as long as it lives.
struct Expecting;

impl Expecting {
    fn new() -> Self {
        EXPECTED.set(EXPECTED.get() + 1);
        Self
    }
}

impl Drop for Expecting {
    fn drop(&mut self) {
        EXPECTED.set(EXPECTED.get() - 1);
    }
}

/// Runs `action`.
///
/// # Errors
/// The message of its panic. It goes to the log at the level of debugging and nowhere else.
pub fn catch<R>(action: impl FnOnce() -> R) -> Result<R, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if EXPECTED.get() == 0 {
                others(panic);
            } else {
                tracing::debug!(%panic, "a panic that was expected");
            }
        }));
    });
    let expecting = Expecting::new();
    let result = catch_unwind(AssertUnwindSafe(action));
    drop(expecting);
    result.map_err(
        |panic| match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
            (Some(text), _) => (*text).to_owned(),
            (_, Some(text)) => text.clone(),
            _ => "without a message".into(),
        },
    )
}
