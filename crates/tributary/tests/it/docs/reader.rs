//! The code blocks of the documents, and what is done with each.
//!
//! A comment before a block says where it runs: `<!-- runs: up -->`. `up` is a whole market, `chain` is the chain alone,
//! `alone` needs neither; `btcli`, `python`, `sdk10`, `sdk11` and `openai` are run by the suites in `tests/clients`,
//! which have what they need. A block that is not run says why: `<!-- not run: it needs a second machine -->`.

use std::path::{Path, PathBuf};

/// What is done with a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Run in this world.
    Runs(String),
    /// Not run, and why.
    NotRun(String),
}

/// A code block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The document, below the root of the repository.
    pub file: String,
    /// Its line there.
    pub line: usize,
    /// `sh`, `python`, `rust`, or nothing.
    pub language: String,
    /// What is done with it; nothing if the document does not say.
    pub fate: Option<Fate>,
    /// Its text.
    pub text: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The README and everything in `docs`, in the order in which a newcomer reads it.
pub fn documents() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.push(path);
            }
        }
    }
    let root = root();
    let mut found = vec![root.join("README.md")];
    collect(&root.join("docs"), &mut found);
    found
}

/// All code blocks of a document.
pub fn blocks(document: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(document).unwrap();
    let file = document.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut fate = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        match (&mut open, trimmed.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(language)) => {
                open = Some(Block {
                    file: file.clone(),
                    line: number + 1,
                    language: language.trim().to_owned(),
                    fate: fate.take(),
                    text: String::new(),
                });
            }
            (None, None) if trimmed.is_empty() => {}
            (None, None) => fate = marker(trimmed),
        }
    }
    assert!(open.is_none(), "{file}: a code block does not end");
    blocks
}

fn marker(line: &str) -> Option<Fate> {
    let inner = line.strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (what, rest) = inner.split_once(':')?;
    match what {
        "runs" => Some(Fate::Runs(rest.trim().to_owned())),
        "not run" => Some(Fate::NotRun(rest.trim().to_owned())),
        _ => None,
    }
}

/// The commands of a shell block: comments and empty lines left out, continued lines put together.
pub fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(without_comment).filter(|line| !line.is_empty());
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// A line up to a `#` that begins a word outside of quotes.
fn without_comment(line: &str) -> &str {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '#') if before.is_whitespace() => return line[..at].trim(),
            _ => {}
        }
        before = c;
    }
    line.trim()
}

#[test]
fn commands_are_read_as_a_shell_does() {
    let text = "a b   # c\n# d\n\ne \\\n    f '# g' # h\ni#j\n";
    assert_eq!(commands(text), ["a b", "e f '# g'", "i#j"]);
    assert_eq!(marker("<!-- runs: up -->"), Some(Fate::Runs("up".into())));
    assert_eq!(
        marker("<!-- not run: no: reason -->"),
        Some(Fate::NotRun("no: reason".into()))
    );
    assert_eq!(marker("<!-- else -->"), None);
}
