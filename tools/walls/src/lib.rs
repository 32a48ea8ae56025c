//! What the crates and the files of this repository know of each other, and how long files and functions are.
//!
//! [`survey`] reads a workspace. Between crates an edge is a dependency. Between files of one target it is a name:
//! file A has an edge to file B where A's code names an item that B defines, through whatever re-exports. Declaring
//! a child (`mod child;`) or re-exporting its items is no edge; using them in the parent's own code is, and so is a
//! child's use of what its parent's file defines. Code under
//! `#[cfg(test)]` is left out, and so is what has no name in the source: methods, fields, attributes.

mod layers;
mod lengths;
mod modules;
mod names;
pub mod picture;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use cargo_metadata::{DependencyKind, MetadataCommand, Package, camino::Utf8Path};
use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};

pub use lengths::Function;

/// Longest function that is allowed, in lines.
pub const FUNCTION_LINES_MAX: usize = 100;

/// One crate of the workspace.
pub struct Crate {
    /// As in its manifest.
    pub name: String,
    /// Its folder, from the root.
    pub folder: PathBuf,
    /// The workspace's crates that it is built of.
    pub uses: BTreeSet<String>,
    /// Those that only its tests, examples and benchmarks need.
    pub tests_use: BTreeSet<String>,
}

/// Files that know each other in a circle, and why.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    /// The files, from the root, sorted.
    pub files: Vec<PathBuf>,
    /// From which file to which, and by what names.
    pub edges: Vec<(PathBuf, PathBuf, BTreeSet<String>)>,
}

/// A workspace as it was read.
pub struct Survey {
    /// By name.
    pub crates: Vec<Crate>,
    /// Crates that depend on each other, tests included.
    pub crate_cycles: Vec<Vec<String>>,
    /// Files that know each other.
    pub file_cycles: Vec<Cycle>,
    /// Every file with its count of lines, longest first.
    pub files: Vec<(usize, PathBuf)>,
    /// Every function, longest first.
    pub functions: Vec<Function>,
}

/// Reads the workspace at `root`.
///
/// # Errors
///
/// If cargo cannot read the workspace, or a file is no Rust.
pub fn survey(root: &Path) -> anyhow::Result<Survey> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let root = metadata.workspace_root.as_path();
    let crates = crates(root, &metadata.packages);
    let mut file_cycles = BTreeSet::new();
    let (mut files, mut functions) = (BTreeMap::new(), Vec::new());
    for target in metadata.packages.iter().flat_map(|package| &package.targets) {
        let tree = modules::Tree::read(target.src_path.as_std_path())?;
        let uses = names::uses(&tree);
        let edges = uses.keys().map(|(from, to)| (*from, *to));
        for cycle in strongly_connected(edges) {
            file_cycles.insert(describe(root, &tree, &uses, &cycle)?);
        }
        let tests = tree.test_modules();
        for file in &tree.files {
            let path = within(root, &file.path)?;
            if files.insert(path.clone(), file.text.lines().count()).is_none() {
                let test = tests.contains(&file.module) || !(target.is_lib() || target.is_bin());
                functions.extend(lengths::functions(&path, &file.parsed, test));
            }
        }
    }
    functions.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.place.cmp(&b.place)));
    let mut files: Vec<_> = files.into_iter().map(|(path, lines)| (lines, path)).collect();
    files.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(Survey {
        crate_cycles: crate_cycles(&crates),
        crates,
        file_cycles: file_cycles.into_iter().collect(),
        files,
        functions,
    })
}

fn within(root: &Utf8Path, path: &Path) -> anyhow::Result<PathBuf> {
    let path = path
        .strip_prefix(root)
        .with_context(|| format!("{} is outside {root}", path.display()))?;
    Ok(path.to_owned())
}

fn crates(root: &Utf8Path, packages: &[Package]) -> Vec<Crate> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut crates: Vec<_> = packages
        .iter()
        .map(|package| {
            let needed = |tests: bool| -> BTreeSet<String> {
                package
                    .dependencies
                    .iter()
                    .filter(|needed| ours.contains(needed.name.as_str()))
                    .filter(|needed| (needed.kind == DependencyKind::Development) == tests)
                    .map(|needed| needed.name.clone())
                    .collect()
            };
            let uses = needed(false);
            let folder = package.manifest_path.parent().unwrap_or(root);
            Crate {
                name: package.name.to_string(),
                folder: folder.strip_prefix(root).unwrap_or(folder).into(),
                tests_use: needed(true).difference(&uses).cloned().collect(),
                uses,
            }
        })
        .collect();
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    crates
}

fn crate_cycles(crates: &[Crate]) -> Vec<Vec<String>> {
    let edges = crates.iter().flat_map(|from| {
        let all = from.uses.iter().chain(&from.tests_use);
        // A crate's tests may name the crate itself, for features.
        all.filter(|to| **to != from.name)
            .map(|to| (from.name.as_str(), to.as_str()))
    });
    let cycles = strongly_connected(edges);
    cycles
        .into_iter()
        .map(|cycle| cycle.into_iter().map(str::to_owned).collect())
        .collect()
}

/// The sets of more than one node in which each reaches each other, sorted.
fn strongly_connected<N: Copy + Ord + std::hash::Hash>(edges: impl Iterator<Item = (N, N)>) -> Vec<Vec<N>> {
    let graph: DiGraphMap<N, ()> = edges.collect();
    let mut sets: Vec<_> = tarjan_scc(&graph).into_iter().filter(|set| set.len() > 1).collect();
    sets.iter_mut().for_each(|set| set.sort());
    sets.sort();
    sets
}

fn describe(root: &Utf8Path, tree: &modules::Tree, uses: &names::Uses, cycle: &[usize]) -> anyhow::Result<Cycle> {
    let path = |file: usize| within(root, &tree.files[file].path);
    let mut files = cycle
        .iter()
        .map(|file| path(*file))
        .collect::<anyhow::Result<Vec<_>>>()?;
    files.sort();
    let mut edges = uses
        .iter()
        .filter(|((from, to), _)| cycle.contains(from) && cycle.contains(to))
        .map(|((from, to), names)| Ok((path(*from)?, path(*to)?, names.clone())))
        .collect::<anyhow::Result<Vec<_>>>()?;
    edges.sort();
    Ok(Cycle { files, edges })
}

impl Survey {
    /// The cycles that are left if a file may use what the file of a module around it defines.
    pub fn without_parents(&self) -> Vec<Vec<&Path>> {
        let edges = self.file_cycles.iter().flat_map(|cycle| &cycle.edges);
        let edges = edges.filter(|(from, to, _)| !from.starts_with(modules::folder_of(to)));
        strongly_connected(edges.map(|(from, to, _)| (from.as_path(), to.as_path())))
    }

    /// Functions of programs and libraries, or those of tests, that are longer than [`FUNCTION_LINES_MAX`].
    pub fn long_functions(&self, test: bool) -> impl Iterator<Item = &Function> {
        self.functions
            .iter()
            .filter(move |function| function.test == test && function.lines > FUNCTION_LINES_MAX)
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "crates and what they use (in brackets: only in tests)")?;
        for node in &self.crates {
            let tests = node.tests_use.iter().map(|name| format!("[{name}]"));
            let all: Vec<_> = node.uses.iter().cloned().chain(tests).collect();
            writeln!(f, "  {}: {}", node.name, all.join(" "))?;
        }
        writeln!(f, "cycles between crates: {}", self.crate_cycles.len())?;
        for cycle in &self.crate_cycles {
            writeln!(f, "  {}", cycle.join(" "))?;
        }
        writeln!(
            f,
            "cycles between files: {}, of which without a child's use of its own parent: {}",
            self.file_cycles.len(),
            self.without_parents().len()
        )?;
        for cycle in &self.file_cycles {
            writeln!(f, "  of {} files:", cycle.files.len())?;
            for (from, to, names) in &cycle.edges {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                writeln!(f, "    {} -> {} ({})", from.display(), to.display(), names.join(" "))?;
            }
        }
        if let Some((lines, path)) = self.files.first() {
            writeln!(f, "longest file: {lines} lines, {}", path.display())?;
        }
        for (of, test) in [("programs and libraries", false), ("tests", true)] {
            writeln!(
                f,
                "functions over {FUNCTION_LINES_MAX} lines in {of}: {}",
                self.long_functions(test).count()
            )?;
            if let Some(longest) = self.functions.iter().find(|function| function.test == test) {
                writeln!(f, "  longest: {longest}")?;
            }
            for long in self.long_functions(test).skip(1) {
                writeln!(f, "  {long}")?;
            }
        }
        Ok(())
    }
}
