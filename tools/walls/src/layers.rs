//! Places a graph without cycles in layers (after Sugiyama): each node above all that it points at.

use std::collections::{BTreeMap, BTreeSet};

/// Height of a node, in pixels.
pub const NODE_HEIGHT: f64 = 28.0;
const LAYER_STEP: f64 = 78.0;
const GAP: f64 = 22.0;
const MARGIN: f64 = 16.0;
const SWEEPS: usize = 40;

/// Where everything stands, in pixels.
pub struct Placed {
    /// Width of the whole.
    pub width: f64,
    /// Height of the whole.
    pub height: f64,
    /// The middle of each node.
    pub nodes: Vec<(f64, f64)>,
    /// The points of each edge's line, from user to used.
    pub lines: Vec<Vec<(f64, f64)>>,
}

/// Nodes of these widths; `edges` point from user to used.
pub fn place(widths: &[f64], edges: &BTreeSet<(usize, usize)>) -> Placed {
    let depth = depths(widths.len(), edges);
    let mut widths = widths.to_vec();
    let mut layer_of = depth.clone();
    // A long edge gets a bend in every layer that it crosses, so that it runs between the nodes.
    let mut chains = Vec::new();
    for (from, to) in edges {
        let mut chain = vec![*from];
        for layer in (depth[*to] + 1..depth[*from]).rev() {
            chain.push(widths.len());
            widths.push(4.0);
            layer_of.push(layer);
        }
        chain.push(*to);
        chains.push(chain);
    }
    let mut near: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for pair in chains.iter().flat_map(|chain| chain.windows(2)) {
        near.entry(pair[0]).or_default().push(pair[1]);
        near.entry(pair[1]).or_default().push(pair[0]);
    }
    let count = layer_of.iter().max().map_or(0, |deepest| deepest + 1);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (node, layer) in layer_of.iter().enumerate() {
        layers[*layer].push(node);
    }
    let x = order(&mut layers, &layer_of, &near, &widths);
    let left = (0..widths.len()).map(|node| x[node] - widths[node] / 2.0);
    let left = left.fold(f64::INFINITY, f64::min) - MARGIN;
    let right = (0..widths.len()).map(|node| x[node] + widths[node] / 2.0);
    let right = right.fold(f64::NEG_INFINITY, f64::max) + MARGIN;
    let y = |node: usize| MARGIN + NODE_HEIGHT / 2.0 + (count - 1 - layer_of[node]) as f64 * LAYER_STEP;
    let lines = chains.iter().map(|chain| {
        let last = chain.len() - 1;
        let point = |(step, node): (usize, &usize)| {
            let edge = match step {
                0 => NODE_HEIGHT / 2.0,
                step if step == last => -NODE_HEIGHT / 2.0,
                _ => 0.0,
            };
            (x[*node] - left, y(*node) + edge)
        };
        chain.iter().enumerate().map(point).collect()
    });
    Placed {
        width: right - left,
        height: count as f64 * LAYER_STEP - (LAYER_STEP - NODE_HEIGHT) + 2.0 * MARGIN,
        lines: lines.collect(),
        nodes: (0..depth.len()).map(|node| (x[node] - left, y(node))).collect(),
    }
}

/// The longest way down from each node, in edges.
fn depths(count: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut depth = vec![0; count];
    for _ in 0..count {
        for (from, to) in edges {
            depth[*from] = depth[*from].max(depth[*to] + 1);
        }
    }
    depth
}

/// Orders each layer by where its nodes' neighbours are, over and over, and gives the middle of each node.
fn order(
    layers: &mut [Vec<usize>],
    layer_of: &[usize],
    near: &BTreeMap<usize, Vec<usize>>,
    widths: &[f64],
) -> Vec<f64> {
    let mut x = vec![0.0; widths.len()];
    for layer in layers.iter() {
        pack(layer, &vec![0.0; layer.len()], widths, &mut x);
    }
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let indices: Vec<usize> = if down {
            (0..layers.len()).collect()
        } else {
            (0..layers.len()).rev().collect()
        };
        for index in indices {
            let wished = |node: usize| {
                // The last sweeps look to both sides, so that lines become straight.
                let both = sweep + 6 > SWEEPS;
                let sides = near
                    .get(&node)
                    .into_iter()
                    .flatten()
                    .filter(|other| both || (layer_of[**other] < layer_of[node]) == down);
                let places: Vec<f64> = sides.map(|other| x[*other]).collect();
                match places.len() {
                    0 => x[node],
                    count => places.iter().sum::<f64>() / count as f64,
                }
            };
            let mut wishes: Vec<(f64, usize)> = layers[index].iter().map(|node| (wished(*node), *node)).collect();
            wishes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            layers[index] = wishes.iter().map(|wish| wish.1).collect();
            let places: Vec<f64> = wishes.iter().map(|wish| wish.0).collect();
            pack(&layers[index], &places, widths, &mut x);
        }
    }
    x
}

/// Puts a layer's nodes as near to where they want to be as their order and widths allow: those that would overlap
/// become one block around the mean of their wishes.
fn pack(layer: &[usize], wishes: &[f64], widths: &[f64], x: &mut [f64]) {
    // Each block: the wished place of its left end summed over its nodes, their count, its width, its nodes.
    let mut blocks: Vec<(f64, f64, f64, Vec<usize>)> = Vec::new();
    for (node, wish) in layer.iter().zip(wishes) {
        let mut block = (wish - widths[*node] / 2.0, 1.0, widths[*node] + GAP, vec![*node]);
        while let Some(before) = blocks.pop() {
            if before.0 / before.1 + before.2 <= block.0 / block.1 {
                blocks.push(before);
                break;
            }
            let shifted = block.0 - before.2 * block.1;
            let mut nodes = before.3;
            nodes.append(&mut block.3);
            block = (before.0 + shifted, before.1 + block.1, before.2 + block.2, nodes);
        }
        blocks.push(block);
    }
    for (sum, count, _, nodes) in blocks {
        let mut left = sum / count;
        for node in nodes {
            x[node] = left + widths[node] / 2.0;
            left += widths[node] + GAP;
        }
    }
}
