//! Sparse Jacobians: columns joined forward, rows joined backward, or dense rows backward and the rest forward.

use super::{Compression, JacobianColours, Order, Pattern, Products, SparseMatrix};
use super::{check_point, in_lanes, numbers, pattern, seed};
use crate::array::Array;
use crate::transform::{jit, jvp, vjp, vmap};
use pullback_real::refuse;
use std::rc::Rc;
use std::sync::Arc;

/// The Jacobian of a function of arrays whose results each depend on few elements: prepared once, evaluated at many points.
/// Rows are the result's elements in row-major order, columns the point's.
///
/// ```
/// use pullback_array::{Array, DType, Real, sparse::SparseJacobian};
/// // Each result depends on three neighbours: three products, however long the vector.
/// let f = |x: &Array| x.get(..-2) - 2.0 * x.get(1..-1) + x.get(2..) - x.get(1..-1).exp();
/// let x = Array::full(&[1000], 0.5, DType::F64);
/// let jacobian = SparseJacobian::new(f, &x);
/// assert_eq!((jacobian.pattern().len(), jacobian.sweeps()), (3 * 998, 3));
/// let j = jacobian.evaluate(&x);
/// assert_eq!(j.triplets().next(), Some((0, 0, 1.0)));
/// ```
pub struct SparseJacobian<'f> {
    like: Array,
    pattern: Arc<Pattern>,
    colours: JacobianColours,
    forward: Products<'f>,
    backward: Products<'f>,
}

impl<'f> SparseJacobian<'f> {
    /// Finds the structure for points like `x`, and colours it in the way that needs the fewest products.
    ///
    /// # Panics
    /// If the point is not one array of real floats, or f's result is not; if f looks at values that depend on its input.
    #[track_caller]
    pub fn new(f: impl Fn(&Array) -> Array + 'f, x: &Array) -> Self {
        SparseJacobian::with(f, x, Compression::Auto, Order::default())
    }
    /// [`new`](SparseJacobian::new) with a choice of the compression and of the order of colouring.
    ///
    /// # Panics
    /// As [`new`](SparseJacobian::new).
    #[track_caller]
    pub fn with(f: impl Fn(&Array) -> Array + 'f, x: &Array, compression: Compression, order: Order) -> Self {
        let mut result = None;
        let pattern = pattern("SparseJacobian", x, |x, dx| {
            let (y, dy) = jvp(&f)(x, dx);
            result = Some((y.0.shape.clone(), y.dtype(), y.at()));
            if y.dtype().is_float() { dy } else { dx.clone() }
        });
        let (shape, dtype, at) = result.expect("the function has run");
        if !dtype.is_float() {
            refuse(
                format_args!(
                    "SparseJacobian: the function's result must be real floating point, not {dtype}"
                ),
                &[("", at)],
            )
        }
        let colours = JacobianColours::new(&pattern, compression, order);
        let (of_columns, of_rows) = (numbers(colours.columns()), numbers(colours.rows()));
        let (f, y) = (Rc::new(f), Array::fill(0.0, shape, dtype));
        let g = f.clone();
        let forward = jit(move |(x, lanes): &(Array, Array)| {
            vmap(|lane: &Array| jvp(|x: &Array| f(x))(x, &seed(&of_columns, lane, x)).1)(lanes)
        });
        let backward = jit(move |(x, lanes): &(Array, Array)| {
            let (_, pull) = vjp(|x: &Array| g(x))(x);
            vmap(|lane: &Array| pull(&seed(&of_rows, lane, &y)))(lanes)
        });
        let pattern = Arc::new(pattern);
        let like = x.zeros_like();
        SparseJacobian { like, pattern, colours, forward: Box::new(forward), backward: Box::new(backward) }
    }
    /// Where it can have entries.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }
    /// How many products an evaluation takes.
    pub fn sweeps(&self) -> usize {
        self.colours.forward() + self.colours.backward()
    }
    /// The colours of columns and rows.
    pub fn colours(&self) -> &JacobianColours {
        &self.colours
    }
    /// The Jacobian at `x`.
    ///
    /// # Panics
    /// If `x` is not like the point it was prepared for.
    #[track_caller]
    pub fn evaluate(&self, x: &Array) -> SparseMatrix {
        check_point("SparseJacobian", x, &self.like);
        let (m, n) = (self.pattern.rows(), self.pattern.columns());
        let mut values = vec![0.0; self.pattern.len()];
        in_lanes(&self.forward, x, self.colours.forward(), |lanes, dy| {
            for i in 0..m {
                let entries = self.colours.by_column(&self.pattern, i, lanes.clone());
                entries.for_each(|(k, colour)| values[k] = dy[(colour - lanes.start) * m + i])
            }
        });
        in_lanes(&self.backward, x, self.colours.backward(), |lanes, g| {
            for colour in lanes.clone() {
                let entries = self.colours.by_row(&self.pattern, colour);
                entries.for_each(|(k, j)| values[k] = g[(colour - lanes.start) * n + j])
            }
        });
        SparseMatrix::new(self.pattern.clone(), values)
    }
}
