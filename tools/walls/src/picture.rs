//! The crates as a picture: in layers, users above what they use. An arrow that follows from others is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{Crate, layers};

const BEGIN: &str = "<!-- crates: made by `just walls` -->\n";
const END: &str = "<!-- crates: end -->\n";

/// Where the picture is, from the root.
pub const SVG: &str = "docs/img/crates.svg";
/// Where the same stands as text, from the root.
pub const PAGE: &str = "ARCHITECTURE.md";

/// What the files of the repository must hold: the picture, and the page with the graph in its place.
///
/// # Errors
///
/// If the page cannot be read or has no place for the graph.
pub fn files(root: &Path, crates: &[Crate]) -> anyhow::Result<[(PathBuf, String); 2]> {
    let page = root.join(PAGE);
    let text = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let (before, rest) = text
        .split_once(BEGIN)
        .with_context(|| format!("{PAGE} has no line {BEGIN}"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("{PAGE} has no line {END}"))?;
    let page_text = format!("{before}{BEGIN}```mermaid\n{}```\n{END}{after}", mermaid(crates));
    Ok([(root.join(SVG), svg(crates)), (page, page_text)])
}

/// Writes [`files`].
///
/// # Errors
///
/// As [`files`], and if one cannot be written.
pub fn write(root: &Path, crates: &[Crate]) -> anyhow::Result<()> {
    for (path, text) in files(root, crates)? {
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// A crate's name without what most names begin with.
fn short(name: &str) -> &str {
    name.strip_prefix("tributary-").unwrap_or(name)
}

/// Each crate with what it uses directly and not through another that it uses.
fn reduced(crates: &[Crate]) -> BTreeMap<&str, BTreeSet<&str>> {
    let uses: BTreeMap<&str, BTreeSet<&str>> = crates
        .iter()
        .map(|node| (node.name.as_str(), node.uses.iter().map(String::as_str).collect()))
        .collect();
    let mut reached = uses.clone();
    // As many rounds as the longest way has steps.
    for _ in 0..crates.len() {
        for name in uses.keys() {
            let further: BTreeSet<&str> = reached[name].iter().flat_map(|to| reached[to].clone()).collect();
            reached.entry(name).or_default().extend(further);
        }
    }
    let direct = |name: &&str| {
        let all = &uses[name];
        let far = all.iter().flat_map(|to| reached[to].clone()).collect();
        all.difference(&far).copied().collect()
    };
    uses.keys().map(|name| (*name, direct(name))).collect()
}

fn mermaid(crates: &[Crate]) -> String {
    let mut text = String::from("graph TD\n");
    for (from, uses) in reduced(crates) {
        for to in uses {
            writeln!(text, "    {} --> {}", short(from), short(to)).expect("a string takes everything");
        }
    }
    text
}

fn svg(crates: &[Crate]) -> String {
    let graph = reduced(crates);
    let (names, edges): (Vec<&str>, BTreeSet<(usize, usize)>) = {
        let names: Vec<_> = graph.keys().copied().collect();
        let position = |name: &str| names.iter().position(|other| *other == name).expect("a crate of ours");
        let edges = graph
            .iter()
            .flat_map(|(from, uses)| uses.iter().map(move |to| (*from, *to)));
        let edges = edges.map(|(from, to)| (position(from), position(to))).collect();
        (names, edges)
    };
    let widths: Vec<f64> = names.iter().map(|name| 16.0 + 7.3 * short(name).len() as f64).collect();
    let placed = layers::place(&widths, &edges);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0} {1:.0}\" width=\"{0:.0}\" height=\"{1:.0}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n<title>The crates and what they use</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#57606a\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        placed.width, placed.height
    );
    for line in &placed.lines {
        let (start, rest) = line.split_first().expect("a line has two ends");
        let mut path = format!("M{:.1} {:.1}", start.0, start.1);
        let mut from = start;
        for to in rest {
            let middle = (from.1 + to.1) / 2.0;
            write!(
                path,
                "C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}",
                from.0, to.0, to.0, to.1
            )
            .expect("a string takes everything");
            from = to;
        }
        writeln!(
            text,
            "<path d=\"{path}\" fill=\"none\" stroke=\"#57606a\" stroke-width=\"1.2\" marker-end=\"url(#tip)\"/>"
        )
        .expect("a string takes everything");
    }
    for ((node, (x, y)), width) in crates.iter().zip(&placed.nodes).zip(&widths) {
        let fill = fill(&node.folder);
        let (left, top, height) = (x - width / 2.0, y - layers::NODE_HEIGHT / 2.0, layers::NODE_HEIGHT);
        writeln!(
            text,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height}\" rx=\"5\" fill=\"{fill}\" \
             stroke=\"#24292f\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#24292f\">{}</text>",
            y + 4.5,
            short(&node.name)
        )
        .expect("a string takes everything");
    }
    text + "</svg>\n"
}

/// By what a crate is for: the rules, the chain, the work, what has a command line, and what serves them all.
fn fill(folder: &Path) -> &'static str {
    let has = |part: &str| folder.components().any(|component| component.as_os_str() == part);
    if has("economy") || has("futures") {
        "#ffe8b3"
    } else if has("pallets") || has("runtime") || has("runtime-api") || has("devnet") {
        "#cfe8ff"
    } else if has("neuron") || has("markets") || has("timelock") {
        "#d3f2d6"
    } else {
        "#f0f0f0"
    }
}
