//! Citations and links lead somewhere: comments of the code to headings of the documents, documents to files and
//! headings.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};

use super::reader::root;

/// Documents that the code once cited by section numbers. They were never a part of this repository; what they said is
/// in `docs/rules`.
const GONE: [&str; 4] = ["economy", "consensus", "wire", "rule_sets"];

/// Two more of them, whose names other documents have now: these are cited with their path.
const LIVING: [&str; 2] = ["pact", "futures"];

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 2] = ["target", "node_modules"];

/// All Rust files and documents, each by its path below the root. Not this file, whose examples are broken on purpose.
pub fn texts() -> Vec<(PathBuf, String)> {
    fn collect(root: &Path, folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let kind = path.symlink_metadata().unwrap().file_type();
            if kind.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&name.as_str()) {
                collect(root, &path, found);
            } else if kind.is_file()
                && !path.ends_with("docs/citations.rs")
                && (name.ends_with(".rs") || name.ends_with(".md"))
            {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    let (root, mut found) = (root(), Vec::new());
    collect(&root, &root, &mut found);
    found
}

/// What citations may lead to.
struct Library {
    /// The anchors of each document.
    anchors: BTreeMap<PathBuf, Vec<String>>,
    /// Whether something is at a path below the root.
    exists: fn(&Path) -> bool,
}

impl Library {
    fn of<'a>(texts: impl IntoIterator<Item = &'a (PathBuf, String)>, exists: fn(&Path) -> bool) -> Self {
        let documents = texts.into_iter().filter(|(path, _)| is_document(path));
        let anchors = documents.map(|(path, text)| (path.clone(), anchors(text))).collect();
        Self { anchors, exists }
    }

    /// What is wrong with a citation, if anything. The path is below the root, the anchor may be empty.
    fn fault(&self, path: &Path, anchor: &str) -> Option<String> {
        match self.anchors.get(path) {
            _ if !(self.exists)(path) => Some(format!("there is no {}", path.display())),
            Some(anchors) if !anchor.is_empty() && !anchors.iter().any(|known| known == anchor) => {
                Some(format!("{} has no heading #{anchor}", path.display()))
            }
            _ => None,
        }
    }
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// The lines of a document that are not in a code block, with their numbers. Of Rust files, all.
fn lines<'a>(path: &Path, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let (document, mut code) = (is_document(path), false);
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = document && line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The anchors that a forge gives to the headings of a document: in small letters, spaces as hyphens, without other
/// signs; the second of the same name ends in `-1`.
fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (_, line) in lines(Path::new("a.md"), text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let signs = title
            .trim()
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor: String = signs.collect::<String>().to_lowercase().replace(' ', "-");
        let before = seen.entry(anchor.clone()).or_insert(0);
        found.push(match *before {
            0 => anchor,
            count => format!("{anchor}-{count}"),
        });
        *before += 1;
    }
    found
}

/// The citations in a line, `docs/….md` with an anchor or without, counted from the root of the repository.
fn citations(line: &str) -> Vec<(PathBuf, String)> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let is_anchor = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let mut found = Vec::new();
    for (at, _) in line.match_indices("docs/") {
        // Behind a path or an address it is a part of that.
        if line[..at].ends_with(|c: char| is_path(c) || c == '}') {
            continue;
        }
        let path = &line[at..];
        let path = &path[..path.find(|c| !is_path(c)).unwrap_or(path.len())];
        let Some(end) = path.find(".md") else { continue };
        let (path, rest) = (&path[..end + 3], &line[at + end + 3..]);
        let anchor = rest.strip_prefix('#').unwrap_or_default();
        let anchor = &anchor[..anchor.find(|c| !is_anchor(c)).unwrap_or(anchor.len())];
        found.push((PathBuf::from(path), anchor.to_owned()));
    }
    found
}

/// The relative links in a line of a document, as paths below the root.
fn links(document: &Path, line: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("](") {
        // A sign of code, not of a link, if an odd number of quotes is before it.
        if line[..at].matches('`').count() % 2 == 1 {
            continue;
        }
        let to = line[at + 2..].split([')', ' ']).next().unwrap_or_default();
        if to.contains("://") || to.starts_with("mailto:") || to.starts_with('/') {
            continue;
        }
        let (path, anchor) = to.split_once('#').unwrap_or((to, ""));
        let path = match path {
            "" => document.to_owned(),
            _ => normal(&document.parent().unwrap_or(Path::new("")).join(path)),
        };
        found.push((path, anchor.to_owned()));
    }
    found
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if parts.pop() => {}
            Component::CurDir => {}
            other => parts.push(other),
        }
    }
    parts
}

/// The documents in a line that are gone, cited by their bare names. Two of those names live on elsewhere, as links.
fn gone(line: &str) -> impl Iterator<Item = String> {
    let bare = |name: &str| {
        line.match_indices(name)
            .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "_-/".contains(c)))
    };
    let names = GONE
        .into_iter()
        .map(|name| format!("{name}.md"))
        .filter(move |name| bare(name));
    let quoted = LIVING.into_iter().map(|name| format!("{name}.md"));
    names.chain(quoted.filter(move |name| line.contains(&format!("`{name}"))))
}

/// What is wrong with the citations and links of a text: place and reason.
fn faults(path: &Path, text: &str, library: &Library) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in lines(path, text) {
        let links = if is_document(path) {
            links(path, line)
        } else {
            Vec::new()
        };
        let broken = citations(line)
            .into_iter()
            .chain(links)
            .filter_map(|(to, anchor)| library.fault(&to, &anchor));
        let gone = gone(line).map(|name| format!("{name} is no document here; cite a heading of docs/rules"));
        for reason in broken.chain(gone) {
            let fault = format!("{}:{number}: {reason}", path.display());
            if !found.contains(&fault) {
                found.push(fault);
            }
        }
    }
    found
}

#[test]
fn citations_and_links_lead_somewhere() {
    let texts = texts();
    let library = Library::of(&texts, |path| root().join(path).exists());
    let found: Vec<String> = texts
        .iter()
        .flat_map(|(path, text)| faults(path, text, &library))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let cited = |(_, text): &(PathBuf, String)| text.lines().map(|line| citations(line).len()).sum::<usize>();
    let count: usize = texts.iter().map(cited).sum();
    assert!(
        count > 300,
        "only {count} citations were found: the reader of citations is wrong"
    );
}

#[test]
fn headings_get_the_anchors_of_a_forge() {
    let text = "# A b\n## `C`, d: 3.1\n```\n# no\n```\n### A b\n#no\n## Weights & «bonds»\n";
    assert_eq!(anchors(text), ["a-b", "c-d-31", "a-b-1", "weights--bonds"]);
}

#[test]
fn broken_citations_are_found() {
    let file = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
    let page = file(
        "docs/rules/pool.md",
        "# Pool\n## The price\n[up](../guide.md#start) [down](#the-price)\n",
    );
    let guide = file(
        "docs/guide.md",
        "# Start\n[a](rules/pool.md#the-price) ![b](img/b.svg)\n",
    );
    let library = Library::of([&page, &guide], |path| path != Path::new("docs/no.md"));
    let told = |path: &str, text: &str| faults(Path::new(path), text, &library);

    assert_eq!(told("docs/rules/pool.md", &page.1), [""; 0]);
    assert_eq!(told("docs/guide.md", &guide.1), [""; 0]);
    let good = "/// (`docs/rules/pool.md#the-price`, `docs/guide.md`), see https://x.org/docs/no.md.\n";
    assert_eq!(told("a.rs", good), [""; 0]);
    assert_eq!(
        told("a.rs", "\n/// `docs/no.md#x`\n/// docs/rules/pool.md#price\n"),
        [
            "a.rs:2: there is no docs/no.md",
            "a.rs:3: docs/rules/pool.md has no heading #price"
        ]
    );
    assert_eq!(
        told("docs/x.md", "[a](no.md)\n[b](./guide.md#end)\n`[c](no.md)`\n[d](#e)\n"),
        [
            "docs/x.md:1: there is no docs/no.md",
            "docs/x.md:2: docs/guide.md has no heading #end"
        ]
    );
    assert_eq!(
        told(
            "a.rs",
            "//! (`economy.md` 2.3)\n//! an-economy.md\n//! [pact.md](x), `pact.md` 1\n"
        ),
        [
            "a.rs:1: economy.md is no document here; cite a heading of docs/rules",
            "a.rs:3: pact.md is no document here; cite a heading of docs/rules"
        ]
    );
}
