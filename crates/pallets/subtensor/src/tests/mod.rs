//! Whole flows through calls and blocks on a mock runtime, and the names that clients read.

mod children;
mod flows;
mod mock;
mod wire;
