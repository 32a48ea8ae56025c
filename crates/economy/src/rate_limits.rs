//! How long one must wait between actions (`docs/rules/hyperparameters.md#rate-limits`). Block 0 as the last action
//! means "never".

/// Blocks between changes of the tempo by the owner of a subnet.
pub const TEMPO_CHANGE: u64 = 360;

/// Blocks between changes of the hotkey of a subnet's owner.
pub const OWNER_HOTKEY_CHANGE: u64 = 50_400;

/// Blocks between changes of the children of a hotkey on a subnet.
pub const CHILDREN_CHANGE: u64 = 150;

/// Blocks between changes of one hyperparameter by the owner of a subnet: so many of its tempos.
pub fn of_owner(tempo: u16, tempos: u16) -> u64 {
    u64::from(tempo) * u64::from(tempos)
}

/// Blocks between changes of the version of weights by the owner of a subnet: so many of its tempos. A limit that leaves
/// the type is one that never passes.
pub fn of_version_key(tempo: u16, tempos: u64) -> u64 {
    u64::from(tempo).saturating_mul(tempos)
}

/// The common rule: at least `limit` blocks have passed since `last`.
pub fn passes(last: u64, block: u64, limit: u64) -> bool {
    last == 0 || block.saturating_sub(last) >= limit
}

/// The stricter rule of hotkey swaps and delegate takes: more than `limit` blocks have passed since `last`.
pub fn passes_strictly(last: u64, block: u64, limit: u64) -> bool {
    limit == 0 || last == 0 || block.saturating_sub(last) > limit
}

/// When a coldkey swap announced in block `announced_at` can be made (`docs/rules/coldkey-swap.md#announcement`).
pub fn coldkey_swap_from(announced_at: u32, delay: u32) -> u32 {
    announced_at.saturating_add(delay)
}

/// When a coldkey swap that can be made from block `from` on can be announced anew or taken back
/// (`docs/rules/coldkey-swap.md#announcement`).
pub fn coldkey_swap_open_from(from: u32, reannouncement_delay: u32) -> u32 {
    from.saturating_add(reannouncement_delay)
}

/// Whether what may be done from block `from` on may be done in block `now`.
pub fn has_come(from: u32, now: u32) -> bool {
    now >= from
}
