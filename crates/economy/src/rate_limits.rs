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

/// The interval between hotkey swaps on a subnet. A swap on all subnets reads a mark of 0 as "never", a swap on one
/// subnet does not (`docs/rules/coldkey-swap.md#hotkey-swap`).
pub fn swap_interval_passed(last: u64, block: u64, interval: u64, all_subnets: bool) -> bool {
    (all_subnets && last == 0) || last.saturating_add(interval) < block
}

/// When a coldkey swap announced at `announced_at` can be made, and when it can be announced anew or cleared
/// (`docs/rules/coldkey-swap.md#announcement`).
pub fn coldkey_swap_blocks(announced_at: u64, delay: u64, reannouncement_delay: u64) -> (u64, u64) {
    let when = announced_at.saturating_add(delay);
    (when, when.saturating_add(reannouncement_delay))
}
