//! What the powers of a development chain have set. It is in the database, and what describes a moment is in every
//! snapshot: a chain that goes back, or is started again, is as it was.
//!
//! When blocks are made ([`crate::Mining`]) is not part of it: that is how a process is run, and its options say it.

use std::collections::BTreeSet;

use codec::{Decode, Encode};
use sp_runtime::AccountId32;

use crate::{Error, clock::Shift, db::Store};

const SCENE: &str = "scene";
const SNAPSHOTS: &str = "snapshots with scenes";
const NEXT_SNAPSHOT: &str = "next snapshot";

/// What counts beside the state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Scene {
    /// Of the clock.
    pub shift: Shift,
    /// Accounts whose transactions need no valid signature.
    pub impersonated: BTreeSet<AccountId32>,
}

/// A point to go back to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Snapshot {
    pub id: u64,
    pub step: u64,
    pub scene: Scene,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub scene: Scene,
    pub snapshots: Vec<Snapshot>,
    /// Numbers of snapshots are never used twice, whatever is reverted or loaded.
    pub next_snapshot: u64,
}

impl Kept {
    /// Of a chain that begins.
    pub fn new(shift: Shift) -> Self {
        Self {
            scene: Scene {
                shift,
                impersonated: BTreeSet::new(),
            },
            snapshots: Vec::new(),
            next_snapshot: 1,
        }
    }

    /// What the database has; what older versions wrote, too, which had no clock.
    pub fn read(store: &Store) -> Result<Self, Error> {
        let scene = match store.meta(SCENE)? {
            Some(scene) => scene,
            None => Scene {
                shift: Shift::default(),
                impersonated: store.meta("impersonated")?.unwrap_or_default(),
            },
        };
        let snapshots = match store.meta(SNAPSHOTS)? {
            Some(snapshots) => snapshots,
            None => {
                let old: Vec<(u64, u64)> = store.meta("snapshots")?.unwrap_or_default();
                let with_scene = |(id, step)| Snapshot {
                    id,
                    step,
                    scene: scene.clone(),
                };
                old.into_iter().map(with_scene).collect()
            }
        };
        Ok(Self {
            scene,
            snapshots,
            next_snapshot: store.meta(NEXT_SNAPSHOT)?.unwrap_or(1),
        })
    }

    /// As it stands in the table `meta`: names and values.
    pub fn metas(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![
            (SCENE, self.scene.encode()),
            (SNAPSHOTS, self.snapshots.encode()),
            (NEXT_SNAPSHOT, self.next_snapshot.encode()),
        ]
    }
}
