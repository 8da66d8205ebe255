//! Sparse Hessians: symmetry lets an entry be read from either of its two places.

use super::PatternChanged;
use super::colouring::Order;
use super::jacobian::forward;
use super::matrix::SparseMatrix;
use super::pattern::Pattern;
use super::recovery::{HessianColouring, HessianColours};
use super::structure::Structure;
use crate::diff::{engine, grad};
use crate::sweep;
use crate::var::Var;

/// The Hessian of a function in which few pairs of variables interact: prepared once, evaluated at many
/// points.
///
/// ```
/// use pullback_real::{Real, Var, sparse::SparseHessian};
/// let chain = |x: &[Var]| x.windows(2).map(|w| (w[1] - w[0].square()).square()).sum::<Var>();
/// let x = vec![0.5; 1000];
/// let hessian = SparseHessian::new(chain, &x);
/// assert_eq!((hessian.pattern().len(), hessian.sweeps()), (3 * 1000 - 2, 3));
/// let h = hessian.evaluate(&x).unwrap();
/// assert_eq!(h.triplets().nth(1), Some((0, 1, -2.0)));
/// ```
pub struct SparseHessian<F> {
    f: F,
    structure: Structure,
    colours: HessianColours,
}

impl<F: Fn(&[Var]) -> Var> SparseHessian<F> {
    /// Finds the structure at `x` and colours it by stars.
    ///
    /// # Panics
    /// Where f does.
    pub fn new(f: F, x: &[f64]) -> Self {
        SparseHessian::with(f, x, HessianColouring::Star, Order::default())
    }
    /// Like [`new`](Self::new), with a choice of the colouring and of its order.
    ///
    /// # Panics
    /// Where f does.
    pub fn with(f: F, x: &[f64], colouring: HessianColouring, order: Order) -> Self {
        // A multiplier that is 0 here (the slope of a maximum, say) may be nonzero elsewhere.
        let (_, ends, recorded) = sweep::with_zero_slopes(|| engine::record(grad::<Var>(&f), x));
        let structure = Structure::new(&ends, &recorded.nodes(), |found| found.symmetric());
        let colours = HessianColours::new(&structure.pattern, colouring, order);
        SparseHessian { f, structure, colours }
    }
    /// The pattern of its entries: both halves, and the diagonal.
    pub fn pattern(&self) -> &Pattern {
        &self.structure.pattern
    }
    /// How many directions an evaluation sweeps over.
    pub fn sweeps(&self) -> usize {
        self.colours.count()
    }
    /// The colour of each column.
    pub fn colours(&self) -> &[u32] {
        self.colours.columns()
    }
    /// The Hessian at `x`.
    ///
    /// # Errors
    /// If it may have an entry at `x` that it did not have where the structure was prepared.
    ///
    /// # Panics
    /// If `x` has another length; where f panics.
    #[track_caller]
    pub fn evaluate(&self, x: &[f64]) -> Result<SparseMatrix, PatternChanged> {
        let n = self.structure.pattern.columns();
        assert!(
            x.len() == n,
            "SparseHessian::evaluate: the structure was prepared for {n} variables, not {}",
            x.len()
        );
        let (_, ends, recorded) = engine::record(grad::<Var>(&self.f), x);
        self.structure.check(&ends, &recorded.nodes())?;
        let colours = self.sweeps();
        // H·seed for every colour, a row for each variable.
        let mut compressed = vec![0.0; n * colours];
        let direction = |j: usize, lane: usize| f64::from(u8::from(self.colours()[j] as usize == lane));
        forward(&ends, &recorded.nodes(), colours, direction, |i, lanes, dy| {
            lanes.clone().for_each(|lane| compressed[i * colours + lane] = dy[lane - lanes.start])
        });
        let at = |row: usize, colour: usize| compressed[row * colours + colour];
        let values = self.colours.values(&self.structure.pattern, at);
        Ok(SparseMatrix::new(self.structure.pattern.clone(), values))
    }
}
