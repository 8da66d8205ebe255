//! Sparse Jacobians: columns are joined for forward sweeps, rows for reverse sweeps, or dense rows go
//! backward and the rest forward.

use super::PatternChanged;
use super::colouring::Order;
use super::compression::{Compression, JacobianColours};
use super::matrix::SparseMatrix;
use super::pattern::Pattern;
use super::structure::Structure;
use crate::diff::engine::{self, Ends};
use crate::sweep::Records;
use crate::var::Var;

/// How many directions a sweep carries at once.
pub(super) const LANES: usize = 8;

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
    structure: Structure,
    colours: JacobianColours,
}

impl<F: Fn(&[Var]) -> Vec<Var>> SparseJacobian<F> {
    /// Finds the structure at `x` and colours it, in the way that needs the fewest sweeps.
    ///
    /// # Panics
    /// Where f does.
    pub fn new(f: F, x: &[f64]) -> Self {
        SparseJacobian::with(f, x, Compression::Auto, Order::default())
    }
    /// Like [`new`](Self::new), with a choice of the compression and of the order of colouring.
    ///
    /// # Panics
    /// Where f does.
    pub fn with(f: F, x: &[f64], compression: Compression, order: Order) -> Self {
        let (_, ends, recorded) = engine::record(&f, x);
        let structure = Structure::new(&ends, &recorded.nodes(), |found| found);
        let colours = JacobianColours::new(&structure.pattern, compression, order);
        SparseJacobian { f, structure, colours }
    }
    /// The pattern of its entries.
    pub fn pattern(&self) -> &Pattern {
        &self.structure.pattern
    }
    /// How many directions an evaluation sweeps over.
    pub fn sweeps(&self) -> usize {
        self.colours.forward() + self.colours.backward()
    }
    /// The colour of each column, and of each row that reverse sweeps give; `None` for the others.
    pub fn colours(&self) -> (Vec<Option<u32>>, Vec<Option<u32>>) {
        (self.colours.columns().collect(), self.colours.rows().collect())
    }
    /// The Jacobian at `x`.
    ///
    /// # Errors
    /// If it may have an entry at `x` that it did not have where the structure was prepared.
    ///
    /// # Panics
    /// If `x` has another length, or f another number of results; where f panics.
    #[track_caller]
    pub fn evaluate(&self, x: &[f64]) -> Result<SparseMatrix, PatternChanged> {
        let pattern = &self.structure.pattern;
        let (m, n) = (pattern.rows(), pattern.columns());
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
        self.structure.check(&ends, &records)?;
        let mut values = vec![0.0; pattern.len()];
        // Backward, a colour of rows at a time.
        let mut bars = vec![0.0; records.slots()];
        let (columns, rows): (Vec<_>, Vec<_>) = self.colours();
        for colour in 0..self.colours.backward() {
            let cotangent = rows.iter().map(|c| f64::from(u8::from(*c == Some(colour as u32))));
            let g = ends.pull_into(&records, &mut bars, cotangent);
            self.colours.by_row(pattern, colour).for_each(|(k, j)| values[k] = g[j])
        }
        // Forward, several colours at once.
        let direction = |j: usize, lane: usize| f64::from(u8::from(columns[j] == Some(lane as u32)));
        forward(&ends, &records, self.colours.forward(), direction, |i, lanes, dy| {
            let entries = self.colours.by_column(pattern, i, lanes.clone());
            entries.for_each(|(k, colour)| values[k] = dy[colour - lanes.start])
        });
        Ok(SparseMatrix::new(pattern.clone(), values))
    }
}

/// Pushes `count` directions forward, [`LANES`] at a time. `each` gets the derivatives of every result along
/// every group of directions.
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
