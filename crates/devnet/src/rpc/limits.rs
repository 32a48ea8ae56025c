//! What one request may ask for, and how much of it an error repeats.

/// Bytes of a request or an answer, as in a Substrate node.
pub const MESSAGE_BYTES_MAX: u32 = 15 << 20;
/// Block numbers that one `chain_getBlockHash` may list.
pub const NUMBERS_MAX: usize = 4096;
/// Keys that one page may have, as in a Substrate node.
pub const PAGE_MAX: u32 = 1000;
/// Keys that one `state_subscribeStorage` may list: each is read again after every block that changes it.
pub const SUBSCRIPTION_KEYS_MAX: usize = 32_768;
/// Keys that an unpaged listing (`state_getKeys`) may have.
pub const LISTED_KEYS_MAX: usize = 65_536;
/// Keys that one `state_queryStorageAt` may list.
pub const QUERY_KEYS_MAX: usize = 16_384;
/// Bytes of all values of one answer; in hex they are twice as many.
pub const VALUE_BYTES_MAX: usize = MESSAGE_BYTES_MAX as usize / 2;
/// Bytes of the arguments of a runtime method that takes no transaction. What it works out may be many times larger.
pub const ARGUMENT_BYTES_MAX: usize = 64 << 10;
/// Characters of an address. Reading base 58 takes the square of its length.
pub const ADDRESS_MAX: usize = 128;
/// Bytes of the text of an error. It may hold what came in, or what the runtime said of it.
pub const ERROR_BYTES_MAX: usize = 512;

/// The text itself, or its beginning and how much more there is.
pub(super) fn short(text: &str) -> String {
    if text.len() <= ERROR_BYTES_MAX {
        return text.to_owned();
    }
    let mut end = ERROR_BYTES_MAX - 40;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}… ({} bytes more)", &text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("as it is"), "as it is");
        let edge = "x".repeat(ERROR_BYTES_MAX);
        assert_eq!(short(&edge), edge);
        for text in ["y".repeat(300_000), "ü€𝄞".repeat(40_000)] {
            let cut = short(&text);
            assert!(cut.len() <= ERROR_BYTES_MAX, "{}", cut.len());
            let kept = cut.split('…').next().unwrap();
            assert!(text.starts_with(kept) && kept.len() > 400);
        }
    }
}
