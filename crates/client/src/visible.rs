//! Text of strangers, made fit to be printed: names on the chain, answers of servers, files of others. A terminal obeys
//! control characters, and people are fooled by text that runs backwards or is not seen at all.

use std::borrow::Cow;

/// The text with every character that a reader would not see as itself written as `\u{…}`: control characters (line
/// breaks and tabs too), marks of writing direction, and what has no width. One line stays one line.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, is_hidden)
}

/// As [`visible`] for text of our own with text of strangers in it: line breaks stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| c != '\n' && is_hidden(c))
}

/// Whether a terminal or a reader would take the character for something else than a character.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn escape(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match hidden(c) {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        let forged = "\u{1b}[31mRED\u{1b}[0m\n 9  fake\r\u{9b}2J\u{7}\t\u{202e}evil\u{200b}\u{feff}";
        let shown = visible(forged);
        assert!(!shown.chars().any(is_hidden), "{shown}");
        assert!(shown.starts_with("\\u{1b}[31mRED\\u{1b}[0m\\u{a} 9  fake\\u{d}\\u{9b}2J"));
        assert_eq!(visible_lines("a\nb\u{1b}"), "a\nb\\u{1b}");
    }

    #[test]
    fn what_people_write_stays() {
        for text in [
            "",
            "histories",
            "τemplar Ω",
            "日本語",
            "שלום",
            "e\u{301}",
            "🚀",
            "a\\u{1b}",
        ] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
