//! Declarations of storage, by topic. Names, hashers, types and defaults are those of
//! `docs/rules/clients.md#storage-that-clients-read`, because clients read them; defaults of what the rules use come
//! from the rules' own table ([`crate::defaults`]).

pub mod globals;
pub mod keys;
pub mod legacy;
pub mod neurons;
pub mod pools;
pub mod subnets;
