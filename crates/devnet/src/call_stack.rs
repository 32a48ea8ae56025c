//! Room for calls inside calls.
//!
//! A call may hold others, up to [`crate::arguments::DEPTH_MAX`] deep, and reading, weighing, dispatching and dropping
//! it recurse as deep. The runtime of a node has a stack of its own in WebAssembly; natively it would have what the
//! caller's thread has left.

/// What the deepest call needs, many times over: half a megabyte for each of 256 levels. In a release build a level of
/// batches, of multisigs or of sudo takes less than 8 kB, from reading to dispatch; in a debug build many times that.
const NEEDED: usize = 128 << 20;
/// A stack of this size is made where there is less left. It takes memory only as far as it is used.
const SIZE: usize = 256 << 20;

/// Runs `action` with room for the deepest call, on this thread. Inside another call of this it costs nothing.
pub fn deep<R>(action: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(NEEDED, SIZE, action)
}
