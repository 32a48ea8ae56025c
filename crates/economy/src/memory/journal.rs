//! How to take back what was written.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

type Undo<State> = Box<dyn FnOnce(&mut State) + Send + Sync>;

/// How to take back what the open transactions wrote to a state. Not part of the state: a clone starts without one.
pub(super) struct Journal<State> {
    pub(super) depth: usize,
    pub(super) undo: Vec<Undo<State>>,
}

impl<State> Default for Journal<State> {
    fn default() -> Self {
        Self {
            depth: 0,
            undo: Vec::new(),
        }
    }
}

impl<State> Clone for Journal<State> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<State> PartialEq for Journal<State> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<State> fmt::Debug for Journal<State> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({})", self.undo.len())
    }
}
