//! How long one must wait between actions (`docs/rules/hyperparameters.md#rate-limits`). Block 0 as the last action
//! means "never".

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
