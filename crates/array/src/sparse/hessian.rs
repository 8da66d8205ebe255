//! Sparse Hessians: symmetry lets an entry be read from either of its two places.

use super::{HessianColouring, HessianColours, Order, Pattern, Products, SparseMatrix};
use super::{check_point, check_real, in_lanes, numbers, pattern, seed};
use crate::array::Array;
use crate::transform::{Recorded, check_loss, gradient, hvp, jit, pushforward_of, vmap};
use std::rc::Rc;
use std::sync::Arc;

/// The Hessian of a function of arrays in which few pairs of elements meet: prepared once, evaluated at many points.
///
/// ```
/// use pullback_array::{Array, DType, Real, sparse::SparseHessian};
/// let chain = |x: &Array| (x.get(1..) - x.get(..-1).square()).square().sum();
/// let x = Array::full(&[1000], 0.5, DType::F64);
/// let hessian = SparseHessian::new(chain, &x);
/// assert_eq!((hessian.pattern().len(), hessian.sweeps()), (3 * 1000 - 2, 3));
/// assert_eq!(hessian.evaluate(&x).triplets().nth(1), Some((0, 1, -2.0)));
/// ```
pub struct SparseHessian<'f> {
    like: Array,
    pattern: Arc<Pattern>,
    colours: HessianColours,
    products: Products<'f>,
}

impl<'f> SparseHessian<'f> {
    /// Finds the structure for points like `x` and colours it by stars.
    ///
    /// # Panics
    /// If the point is not one array of real floats, or f's result is not one such number; if f looks at values that depend
    /// on its input.
    #[track_caller]
    pub fn new(f: impl Fn(&Array) -> Array + 'f, x: &Array) -> Self {
        SparseHessian::with(f, x, HessianColouring::Star, Order::default())
    }
    /// [`new`](SparseHessian::new) with a choice of the colouring and of its order.
    ///
    /// # Panics
    /// As [`new`](SparseHessian::new).
    #[track_caller]
    pub fn with(
        f: impl Fn(&Array) -> Array + 'f,
        x: &Array,
        colouring: HessianColouring,
        order: Order,
    ) -> Self {
        // In the caller's line, which the closures of a gradient have not.
        check_real("SparseHessian", x);
        let kind = (x.0.shape.clone(), x.dtype());
        let value = Recorded::new("SparseHessian", [kind], |xs| vec![f(&xs[0])]).outputs.swap_remove(0);
        check_loss("SparseHessian", &value);
        let found = pattern("SparseHessian", x, |x, v| {
            pushforward_of("SparseHessian", gradient("SparseHessian", &f))(x, v).1
        });
        let pattern = Arc::new(found.symmetric());
        let colours = HessianColours::new(&pattern, colouring, order);
        let of_columns = numbers(colours.columns().iter().map(|&c| Some(c)));
        let f = Rc::new(f);
        let products = jit(move |(x, lanes): &(Array, Array)| {
            vmap(|lane: &Array| hvp(|x: &Array| f(x))(x, &seed(&of_columns, lane, x)))(lanes)
        });
        SparseHessian { like: x.zeros_like(), pattern, colours, products: Box::new(products) }
    }
    /// Where it can have entries: both halves, and the diagonal.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }
    /// How many products an evaluation takes.
    pub fn sweeps(&self) -> usize {
        self.colours.count()
    }
    /// The colours of the columns.
    pub fn colours(&self) -> &HessianColours {
        &self.colours
    }
    /// The Hessian at `x`.
    ///
    /// # Panics
    /// If `x` is not like the point it was prepared for.
    #[track_caller]
    pub fn evaluate(&self, x: &Array) -> SparseMatrix {
        check_point("SparseHessian", x, &self.like);
        let n = self.pattern.columns();
        let mut all: Vec<f64> = Vec::with_capacity(n * self.sweeps());
        in_lanes(&self.products, x, self.sweeps(), |_, rows| all.extend_from_slice(rows));
        let values = self.colours.values(&self.pattern, |row, colour| all[colour * n + row]);
        SparseMatrix::new(self.pattern.clone(), values)
    }
}
