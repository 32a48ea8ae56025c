//! States of old blocks.
//!
//! Whoever reads takes a copy of the newest state, which costs next to nothing, and lets go of the chain. An old state
//! is put together once, from the nearest one that is at hand, by what changed between the two; from then on it is a
//! state like any other, and a value or a next key of it is found as fast as in the newest. No lock that a block needs
//! is held meanwhile.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;

use crate::state::{Commitment, StateMap, StateView};

/// Old states that are kept at hand.
const KEPT: usize = 8;

/// A state that nobody changes any more.
pub struct Still {
    pub step: u64,
    pub state: StateMap,
    pub commitment: Commitment,
}

impl Still {
    pub fn view(&self) -> StateView<'_> {
        StateView::new(&self.state, self.commitment)
    }
}

/// Old states that were read lately, the latest last.
#[derive(Default)]
pub struct OldStates {
    kept: Mutex<Kept>,
    /// Held by whoever puts an old state together: one at a time, so that those who read the past have at most one
    /// processor of the machine for it.
    pub building: Mutex<()>,
}

#[derive(Default)]
struct Kept {
    reverts: u64,
    states: VecDeque<Arc<Still>>,
}

impl OldStates {
    pub fn find(&self, step: u64, reverts: u64) -> Option<Arc<Still>> {
        let mut kept = self.kept.lock();
        if kept.reverts != reverts {
            return None;
        }
        let at = kept.states.iter().position(|still| still.step == step)?;
        let found = kept.states.remove(at)?;
        kept.states.push_back(found.clone());
        Some(found)
    }

    pub fn keep(&self, still: Arc<Still>, reverts: u64) {
        let mut kept = self.kept.lock();
        if kept.reverts > reverts {
            return;
        }
        if kept.reverts < reverts {
            kept.states.clear();
            kept.reverts = reverts;
        }
        kept.states.push_back(still);
        if kept.states.len() > KEPT {
            kept.states.pop_front();
        }
    }

    /// The states next before and after a step.
    pub fn near(&self, step: u64, reverts: u64) -> (Option<Arc<Still>>, Option<Arc<Still>>) {
        let kept = self.kept.lock();
        if kept.reverts != reverts {
            return (None, None);
        }
        let before = kept.states.iter().filter(|still| still.step < step);
        let after = kept.states.iter().filter(|still| still.step > step);
        (
            before.max_by_key(|still| still.step).cloned(),
            after.min_by_key(|still| still.step).cloned(),
        )
    }
}
