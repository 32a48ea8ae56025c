//! Memory that several states share.

use triomphe::Arc;

/// The items of a shared slice, to change: a copy of them if somebody else sees them.
pub fn own<T: Clone>(shared: &mut Arc<[T]>) -> &mut [T] {
    if !shared.is_unique() {
        *shared = shared.iter().cloned().collect();
    }
    Arc::get_mut(shared).unwrap_or_else(|| unreachable!("nobody else has it since the line above"))
}
