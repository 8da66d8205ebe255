//! Greedy colourings: of columns, so that those of one colour have no row in common, and star colourings of a
//! symmetric matrix's graph.

use super::pattern::Pattern;

/// The order in which vertices are coloured; a good one needs fewer colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// In the order of their numbers.
    Natural,
    /// Those with the most neighbours first.
    #[default]
    LargestFirst,
    /// The vertex with the fewest neighbours last, and so on with the rest of the graph.
    SmallestLast,
    /// Next the vertex with the most coloured neighbours.
    IncidenceDegree,
    /// At random, by a seed.
    Random(u64),
}

/// A graph as the list of each vertex's neighbours.
pub(super) type Graph = Vec<Vec<u32>>;

impl Order {
    /// The vertices of a graph in this order.
    pub(super) fn of(self, graph: &Graph) -> Vec<usize> {
        let n = graph.len();
        let mut order: Vec<usize> = (0..n).collect();
        match self {
            Order::Natural => {}
            Order::LargestFirst => order.sort_by_key(|&v| std::cmp::Reverse(graph[v].len())),
            Order::SmallestLast => {
                let mut degree: Vec<usize> = graph.iter().map(Vec::len).collect();
                order = by_priority(graph, |v, gone: Option<usize>| {
                    if gone.is_some() {
                        degree[v] -= 1
                    }
                    n - degree[v]
                });
                order.reverse()
            }
            Order::IncidenceDegree => {
                let mut coloured = vec![0; n];
                order = by_priority(graph, |v, gone| {
                    if gone.is_some() {
                        coloured[v] += 1
                    }
                    coloured[v]
                })
            }
            Order::Random(seed) => {
                // Fisher and Yates, by a splitmix generator (S. Vigna, 2015).
                let mut state = seed;
                for k in (1..n).rev() {
                    state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                    let mut z = state;
                    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                    order.swap(k, ((z ^ (z >> 31)) % (k as u64 + 1)) as usize)
                }
            }
        }
        order
    }
}

/// Takes the vertex of the highest priority, one after the other, and updates the priorities of its
/// neighbours.
fn by_priority(graph: &Graph, mut priority: impl FnMut(usize, Option<usize>) -> usize) -> Vec<usize> {
    let n = graph.len();
    let mut now: Vec<usize> = (0..n).map(|v| priority(v, None)).collect();
    let mut buckets: Vec<Vec<usize>> = vec![];
    let put = |buckets: &mut Vec<Vec<usize>>, v: usize, p: usize| {
        if buckets.len() <= p {
            buckets.resize(p + 1, vec![])
        }
        buckets[p].push(v)
    };
    (0..n).rev().for_each(|v| put(&mut buckets, v, now[v]));
    let (mut done, mut order) = (vec![false; n], Vec::with_capacity(n));
    while let Some(top) = buckets.last_mut() {
        let Some(v) = top.pop() else {
            buckets.pop();
            continue;
        };
        // Entries of an earlier priority are out of date.
        if done[v] || now[v] != buckets.len() - 1 {
            continue;
        }
        done[v] = true;
        order.push(v);
        for &w in graph[v].iter().filter(|&&w| !done[w as usize]) {
            let w = w as usize;
            now[w] = priority(w, Some(v));
            put(&mut buckets, w, now[w])
        }
    }
    order
}

/// The smallest colour not marked with `stamp`.
pub(super) fn smallest_free(forbidden: &[usize], stamp: usize) -> u32 {
    forbidden.iter().position(|&f| f != stamp).unwrap_or(forbidden.len()) as u32
}
/// Marks a colour.
pub(super) fn forbid(forbidden: &mut Vec<usize>, colour: u32, stamp: usize) {
    let k = colour as usize;
    if forbidden.len() <= k {
        forbidden.resize(k + 1, usize::MAX)
    }
    forbidden[k] = stamp
}
/// A vertex without a colour.
pub(super) const NONE: u32 = u32::MAX;
/// How many colours there are.
pub(super) fn count(colours: &[u32]) -> usize {
    colours.iter().filter(|&&c| c != NONE).max().map_or(0, |&c| c as usize + 1)
}

/// Colours of the columns, such that two with an entry in the same row differ (distance-2 colouring).
pub(super) fn columns(pattern: &Pattern, order: Order) -> Vec<u32> {
    let (transposed, _) = pattern.transposed();
    let n = pattern.columns();
    let mut mark = vec![usize::MAX; n];
    let near = |j: usize, mark: &mut Vec<usize>| -> Vec<u32> {
        mark[j] = j;
        let rows = transposed.row(j).iter().flat_map(|&i| pattern.row(i as usize));
        rows.copied().filter(|&k| std::mem::replace(&mut mark[k as usize], j) != j).collect()
    };
    let graph: Graph = match order {
        Order::Natural | Order::Random(_) => vec![vec![]; n],
        Order::LargestFirst | Order::SmallestLast | Order::IncidenceDegree => {
            (0..n).map(|j| near(j, &mut mark)).collect()
        }
    };
    let (mut colours, mut forbidden) = (vec![NONE; n], vec![]);
    for j in order.of(&graph) {
        for &i in transposed.row(j) {
            for &k in pattern.row(i as usize) {
                if colours[k as usize] != NONE {
                    forbid(&mut forbidden, colours[k as usize], j)
                }
            }
        }
        colours[j] = smallest_free(&forbidden, j)
    }
    colours
}

/// The graph of a symmetric pattern: its entries off the diagonal.
pub(super) fn graph(pattern: &Pattern) -> Graph {
    let n = pattern.rows();
    (0..n).map(|i| pattern.row(i).iter().copied().filter(|&j| j as usize != i).collect()).collect()
}

/// A star colouring: neighbours differ, and no path of four vertices has only two colours.
pub(super) fn star(graph: &Graph, order: Order) -> Vec<u32> {
    let (mut colours, mut forbidden) = (vec![NONE; graph.len()], vec![]);
    for v in order.of(graph) {
        for &w in &graph[v] {
            let of_w = colours[w as usize];
            if of_w != NONE {
                forbid(&mut forbidden, of_w, v)
            }
            for &x in graph[w as usize].iter().filter(|&&x| x as usize != v && colours[x as usize] != NONE) {
                // Either the middle vertex w has no colour yet, or x has another neighbour of w's colour.
                let ends = |y: &u32| *y != w && colours[*y as usize] == of_w;
                if of_w == NONE || graph[x as usize].iter().any(ends) {
                    forbid(&mut forbidden, colours[x as usize], v)
                }
            }
        }
        colours[v] = smallest_free(&forbidden, v)
    }
    colours
}
