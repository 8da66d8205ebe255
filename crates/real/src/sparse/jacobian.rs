//! Sparse Jacobians: columns joined forward, rows joined backward, or dense rows backward and the rest forward.

use super::colouring::{NONE, Order, columns, count};
use super::matrix::SparseMatrix;
use super::pattern::Pattern;
use super::{PatternChanged, probe};
use crate::diff::engine::{self, Ends};
use crate::sweep::Records;
use crate::var::Var;
use std::sync::Arc;

/// How many directions a sweep carries at once.
pub(super) const LANES: usize = 8;

/// How a Jacobian is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// The fewest sweeps of those below.
    #[default]
    Auto,
    /// Columns that meet in no row, by forward sweeps.
    Columns,
    /// Rows that meet in no column, by reverse sweeps.
    Rows,
    /// The densest rows by reverse sweeps, the columns of the others by forward sweeps.
    Both,
}

/// The Jacobian of a function with many results of which each depends on few variables: prepared once, evaluated at
/// many points.
///
/// ```
/// use pullback_real::{Real, sparse::SparseJacobian};
/// // Each result depends on three neighbours: three sweeps, however long the vector.
/// let f = |x: &[pullback_real::Var]| -> Vec<_> {
///     (1..x.len() - 1).map(|i| x[i - 1] - 2.0 * x[i] + x[i + 1] - x[i].exp()).collect()
/// };
/// let x = vec![0.5; 1000];
/// let jacobian = SparseJacobian::new(f, &x);
/// assert_eq!((jacobian.pattern().len(), jacobian.sweeps()), (3 * 998, 3));
/// let j = jacobian.evaluate(&x).unwrap();
/// assert_eq!(j.triplets().next(), Some((0, 0, 1.0)));
/// ```
pub struct SparseJacobian<F> {
    f: F,
    pattern: Arc<Pattern>,
    /// Colours of the columns, none if all is done by rows.
    columns: Vec<u32>,
    /// Colours of the rows that reverse sweeps give.
    rows: Vec<u32>,
}

impl<F: Fn(&[Var]) -> Vec<Var>> SparseJacobian<F> {
    /// Finds the structure at `x` and colours it, in the way that needs the fewest sweeps.
    ///
    /// # Panics
    /// Where f does.
    pub fn new(f: F, x: &[f64]) -> Self {
        SparseJacobian::with(f, x, Compression::Auto, Order::default())
    }
    /// The same, with a choice of the compression and of the order of colouring.
    ///
    /// # Panics
    /// Where f does.
    pub fn with(f: F, x: &[f64], compression: Compression, order: Order) -> Self {
        let (_, ends, recorded) = engine::record(&f, x);
        let pattern = Arc::new(Pattern::of(&ends, &recorded.nodes()));
        let (columns, rows) = compressed(&pattern, compression, order);
        SparseJacobian { f, pattern, columns, rows }
    }
    /// Where it has entries.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }
    /// How many directions an evaluation sweeps over, the one of the check not counted.
    pub fn sweeps(&self) -> usize {
        count(&self.columns) + count(&self.rows)
    }
    /// The colour of each column, and of each row that reverse sweeps give; `None` has none.
    pub fn colours(&self) -> (Vec<Option<u32>>, Vec<Option<u32>>) {
        let some = |all: &[u32]| all.iter().map(|&c| (c != NONE).then_some(c)).collect();
        (some(&self.columns), some(&self.rows))
    }
    /// The Jacobian at `x`.
    ///
    /// # Errors
    /// If it has an entry there that it had not where the structure was prepared.
    ///
    /// # Panics
    /// If `x` has another length, or f another number of results; where f panics.
    #[track_caller]
    pub fn evaluate(&self, x: &[f64]) -> Result<SparseMatrix, PatternChanged> {
        let (m, n) = (self.pattern.rows(), self.pattern.columns());
        assert!(
            x.len() == n,
            "SparseJacobian::evaluate: the structure was prepared for {n} variables, not {}",
            x.len()
        );
        let (_, ends, recorded) = engine::record(&self.f, x);
        let results = ends.exits.len();
        assert!(
            results == m,
            "SparseJacobian::evaluate: the structure was prepared for {m} results, not {results}"
        );
        let records = recorded.nodes();
        let mut values = vec![0.0; self.pattern.len()];
        // Backward, a colour of rows at a time.
        let mut bars = vec![0.0; records.slots()];
        let by_colour = grouped(&self.rows);
        for rows in &by_colour {
            let mut cotangent = vec![0.0; m];
            rows.iter().for_each(|&i| cotangent[i] = 1.0);
            let g = ends.pull_into(&records, &mut bars, cotangent.into_iter());
            for k in rows.iter().flat_map(|&i| self.pattern.range(i)) {
                values[k] = g[self.pattern.indices()[k] as usize]
            }
        }
        // Forward, several colours at once; after the last one the direction of the check.
        let colours = count(&self.columns);
        let direction = |j: usize, lane: usize| match lane {
            lane if lane == colours => probe(j),
            lane => f64::from(u8::from(self.columns[j] as usize == lane)),
        };
        let mut derivative = vec![0.0; m];
        forward(&ends, &records, colours + 1, direction, |i, lanes, dy| {
            for k in self.pattern.range(i) {
                let colour = self.columns[self.pattern.indices()[k] as usize] as usize;
                if self.rows[i] == NONE && lanes.contains(&colour) {
                    values[k] = dy[colour - lanes.start]
                }
            }
            if lanes.contains(&colours) {
                derivative[i] = dy[colours - lanes.start]
            }
        });
        SparseMatrix::new(self.pattern.clone(), values).checked(&derivative)
    }
}

/// Pushes `count` directions forward, [`LANES`] at a time: for every result and every group of lanes its derivatives.
pub(super) fn forward(
    ends: &Ends<f64>,
    records: &impl Records<f64>,
    count: usize,
    direction: impl Fn(usize, usize) -> f64,
    mut each: impl FnMut(usize, std::ops::Range<usize>, &[f64]),
) {
    let mut start = 0;
    while start < count {
        let end = count.min(start + LANES);
        let lane = |j: usize, l: usize| if start + l < end { direction(j, start + l) } else { 0.0 };
        if end - start == 1 {
            let mut dots = vec![[0.0; 1]; records.slots()];
            let dy = ends.push_into::<1>(records, &mut dots, |j| [lane(j, 0)]);
            dy.enumerate().for_each(|(i, dy)| each(i, start..end, &dy))
        } else {
            let mut dots = vec![[0.0; LANES]; records.slots()];
            let dy = ends.push_into::<LANES>(records, &mut dots, |j| std::array::from_fn(|l| lane(j, l)));
            dy.enumerate().for_each(|(i, dy)| each(i, start..end, &dy))
        }
        start = end
    }
}

/// The vertices of each colour.
fn grouped(colours: &[u32]) -> Vec<Vec<usize>> {
    let mut groups = vec![vec![]; count(colours)];
    for (v, &c) in colours.iter().enumerate().filter(|(_, c)| **c != NONE) {
        groups[c as usize].push(v)
    }
    groups
}

/// Colours of columns and of rows.
fn compressed(pattern: &Pattern, compression: Compression, order: Order) -> (Vec<u32>, Vec<u32>) {
    let (m, n) = (pattern.rows(), pattern.columns());
    let forward = || (columns(pattern, order), vec![NONE; m]);
    let backward = || (vec![NONE; n], columns(&pattern.transposed().0, order));
    let sweeps = |(a, b): &(Vec<u32>, Vec<u32>)| count(a) + count(b);
    match compression {
        Compression::Columns => forward(),
        Compression::Rows => backward(),
        Compression::Both => both(pattern, order),
        Compression::Auto => {
            let ways = [forward(), backward(), both(pattern, order)];
            ways.into_iter().min_by_key(sweeps).expect("three ways")
        }
    }
}

/// The densest rows backward, the columns of the others forward: as many as make the sum least, among powers of two.
fn both(pattern: &Pattern, order: Order) -> (Vec<u32>, Vec<u32>) {
    let m = pattern.rows();
    let mut densest: Vec<usize> = (0..m).collect();
    densest.sort_by_key(|&i| std::cmp::Reverse(pattern.row(i).len()));
    let way = |k: usize| {
        let mut dense = vec![false; m];
        densest[..k].iter().for_each(|&i| dense[i] = true);
        let columns_of_rest = columns(&pattern.without(|i| dense[i]), order);
        let mut rows = columns(&pattern.without(|i| !dense[i]).transposed().0, order);
        rows.iter_mut().zip(&dense).for_each(|(c, dense)| {
            if !dense {
                *c = NONE
            }
        });
        (columns_of_rest, rows)
    };
    let mut best = way(0);
    let mut k = 1;
    // More rows than there are colours already cannot help.
    while k <= m && k < count(&best.0) + count(&best.1) {
        let next = way(k);
        if count(&next.0) + count(&next.1) < count(&best.0) + count(&best.1) {
            best = next
        }
        k *= 2
    }
    best
}
