//! Where the boxes of a graph go: in layers from top to bottom, so ordered that few arrows cross (Sugiyama's method).

/// The room between boxes beside each other.
const GAP: f64 = 36.0;
/// The room between layers.
const STEP: f64 = 74.0;
/// The width of the lane an arrow takes that passes a layer.
const LANE: f64 = 24.0;

/// A place in the picture.
pub type Point = (f64, f64);

/// Where everything goes.
pub struct Layout {
    pub width: f64,
    pub height: f64,
    /// The middle of each box.
    pub boxes: Vec<Point>,
    /// What each arrow passes: pairs of a beginning and an end, each pair one swing from layer to layer.
    pub arrows: Vec<Vec<(Point, Point)>>,
}

/// A box, or the place where an arrow passes a layer.
struct Item {
    width: f64,
    x: f64,
    layer: usize,
    above: Vec<usize>,
    below: Vec<usize>,
}

/// Lays out boxes of these widths and one height. Each arrow goes from a box to a later one.
pub fn layered(widths: &[f64], height: f64, arrows: &[(usize, usize)]) -> Layout {
    let mut items: Vec<Item> = Vec::new();
    for (i, &width) in widths.iter().enumerate() {
        let sources = arrows.iter().filter(|(_, to)| *to == i).map(|(from, _)| items[*from].layer + 1);
        let layer = sources.max().unwrap_or(0);
        items.push(Item { width, x: 0.0, layer, above: vec![], below: vec![] });
    }
    // A variable stands just above the first that uses it.
    for i in 0..widths.len() {
        if arrows.iter().all(|(_, to)| *to != i) {
            let uses = arrows.iter().filter(|(from, _)| *from == i).map(|(_, to)| items[*to].layer - 1);
            items[i].layer = uses.min().unwrap_or(0);
        }
    }
    let chains: Vec<Vec<usize>> = arrows.iter().map(|&(from, to)| chain(&mut items, from, to)).collect();
    let mut layers: Vec<Vec<usize>> =
        vec![vec![]; items.iter().map(|item| item.layer + 1).max().unwrap_or(0)];
    for (i, item) in items.iter().enumerate() {
        layers[item.layer].push(i);
    }
    order(&mut layers, &items);
    place(&layers, &mut items, widths.len());

    let left = items.iter().map(|i| i.x - i.width / 2.0).fold(f64::INFINITY, f64::min);
    let right = items.iter().map(|i| i.x + i.width / 2.0).fold(f64::NEG_INFINITY, f64::max);
    items.iter_mut().for_each(|item| item.x -= left);
    let y = |layer: usize| layer as f64 * (height + STEP) + height / 2.0;
    let boxes = items[..widths.len()].iter().map(|item| (item.x, y(item.layer))).collect();
    let port = |i: usize, other: usize, below: bool| {
        // Arrows at a box stand side by side, in the order of their other ends.
        let item = &items[i];
        let mut ends = if below { item.below.clone() } else { item.above.clone() };
        ends.sort_by(|a, b| items[*a].x.total_cmp(&items[*b].x));
        let k = ends.iter().position(|e| *e == other).unwrap_or(0) as f64;
        item.x + item.width.min(150.0) * ((k + 1.0) / (ends.len() as f64 + 1.0) - 0.5)
    };
    let arrows = chains
        .iter()
        .map(|chain| {
            let swing = |pair: &[usize]| {
                let (a, b) = (pair[0], pair[1]);
                let begin = (port(a, b, true), y(items[a].layer) + height / 2.0);
                (begin, (port(b, a, false), y(items[b].layer) - height / 2.0))
            };
            chain.windows(2).map(swing).collect()
        })
        .collect();
    Layout { width: right - left, height: y(layers.len().max(1) - 1) + height / 2.0, boxes, arrows }
}

/// The items an arrow joins, with a new one for each layer that it passes.
fn chain(items: &mut Vec<Item>, from: usize, to: usize) -> Vec<usize> {
    let mut chain = vec![from];
    for layer in items[from].layer + 1..items[to].layer {
        chain.push(items.len());
        items.push(Item { width: LANE, x: 0.0, layer, above: vec![], below: vec![] });
    }
    chain.push(to);
    for pair in chain.windows(2) {
        items[pair[0]].below.push(pair[1]);
        items[pair[1]].above.push(pair[0]);
    }
    chain
}

/// Orders each layer by the mean places of the neighbours, from above and from below in turn.
fn order(layers: &mut [Vec<usize>], items: &[Item]) {
    let mut best = (crossings(layers, items), layers.to_vec());
    let last = layers.len().saturating_sub(1);
    for round in 0..24 {
        let down = round % 2 == 0;
        let mut places = places(layers, items.len());
        for k in 0..layers.len() {
            let layer = &mut layers[if down { k } else { last - k }];
            let key = |i: &usize| {
                let near = if down { &items[*i].above } else { &items[*i].below };
                mean(near.iter().map(|j| places[*j])).unwrap_or(places[*i])
            };
            layer.sort_by(|a, b| key(a).total_cmp(&key(b)));
            layer.iter().enumerate().for_each(|(p, i)| places[*i] = p as f64);
        }
        let found = crossings(layers, items);
        if found < best.0 {
            best = (found, layers.to_vec());
        }
    }
    layers.clone_from_slice(&best.1);
}
fn places(layers: &[Vec<usize>], n: usize) -> Vec<f64> {
    let mut places = vec![0.0; n];
    for layer in layers {
        layer.iter().enumerate().for_each(|(p, i)| places[*i] = p as f64);
    }
    places
}
fn crossings(layers: &[Vec<usize>], items: &[Item]) -> usize {
    let places = places(layers, items.len());
    let crossed = |layer: &Vec<usize>| {
        let arrows: Vec<(f64, f64)> =
            layer.iter().flat_map(|i| items[*i].below.iter().map(|j| (places[*i], places[*j]))).collect();
        let cross = |(k, a): (usize, &(f64, f64))| {
            arrows[..k].iter().filter(|b| (a.0 - b.0) * (a.1 - b.1) < 0.0).count()
        };
        arrows.iter().enumerate().map(cross).sum::<usize>()
    };
    layers.iter().map(crossed).sum()
}
fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = numbers.fold((0.0, 0), |(sum, n), x| (sum + x, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

/// Moves each item towards the middle of its neighbours, as far as the order and the room between allow.
fn place(layers: &[Vec<usize>], items: &mut [Item], boxes: usize) {
    let need = |items: &[Item], a: usize, b: usize| (items[a].width + items[b].width) / 2.0 + GAP;
    for round in 0..200 {
        let all: Vec<usize> =
            if round % 2 == 0 { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
        for layer in all.into_iter().map(|k| &layers[k]) {
            let wish = |i: &usize| {
                let item = &items[*i];
                // Where an arrow passes layer after layer it had better be straight.
                let pull = |j: &usize| if *i >= boxes && *j >= boxes { 8.0 } else { 1.0 };
                let all = item.above.iter().chain(&item.below);
                let (sum, weight) =
                    all.fold((0.0, 0.0), |(s, w), j| (s + pull(j) * items[*j].x, w + pull(j)));
                if weight > 0.0 { sum / weight } else { item.x }
            };
            let wishes: Vec<f64> = layer.iter().map(wish).collect();
            // Pushed apart to the right, and to the left; the middle of both keeps the order and the distances.
            let mut right = wishes.clone();
            let mut left = wishes;
            for k in 1..layer.len() {
                right[k] = right[k].max(right[k - 1] + need(items, layer[k - 1], layer[k]));
            }
            for k in (1..layer.len()).rev() {
                left[k - 1] = left[k - 1].min(left[k] - need(items, layer[k - 1], layer[k]));
            }
            for (k, i) in layer.iter().enumerate() {
                items[*i].x = f64::midpoint(left[k], right[k]);
            }
        }
    }
}
