//! Products with curvature matrices, and estimates of the trace and the diagonal of such a matrix.

use super::jvp::pushforward_of;
use super::vjp::gradient;
use super::{vjp, vmap};
use crate::array::Array;
use crate::dtype::DType;
use crate::random::Key;
use crate::tree::Tree;

/// From a model and a loss of its output: the Gauss–Newton product Jᵀ H J v at a point, where J is the model's
/// Jacobian and H the loss's Hessian at the output. It is positive semidefinite for a convex loss, and the Fisher
/// product if the loss is the negative log likelihood of an exponential family with the output as natural parameter
/// (Martens, "New insights and perspectives on the natural gradient method", 2020).
///
/// ```
/// use pullback_array::{Array, Real, gauss_newton};
/// let model = |w: &Array| w.square();
/// let product = gauss_newton(model, |y: &Array| 0.5 * y.square().sum());
/// assert_eq!(product(&Array::from([1.0, 2.0]), &Array::from([1.0, 1.0])).to_vec::<f64>(), [4.0, 16.0]);
/// ```
///
/// # Panics
/// If the loss is not one floating-point number, or v does not fit the point.
pub fn gauss_newton<P: Tree + Clone + 'static, Q: Tree + Clone + 'static>(
    model: impl Fn(&P) -> Q,
    loss: impl Fn(&Q) -> Array,
) -> impl Fn(&P, &P) -> P {
    let second = pushforward_of("gauss_newton", gradient("gauss_newton", loss));
    move |p, v| {
        let (y, jv) = pushforward_of("gauss_newton", &model)(p, v);
        let (_, pull) = vjp(&model)(p);
        pull(&second(&y, &jv).1)
    }
}

/// From per-example losses (one number for each example): the product of the empirical Fisher matrix, the mean of
/// g gᵀ over the examples' gradients g, with v.
///
/// ```
/// use pullback_array::{Array, Real, fisher};
/// let (x, y) = (Array::from([1.0, 2.0]), Array::from([1.0, 1.0]));
/// let losses = move |w: &Array| 0.5 * (w * &x - &y).square();
/// assert_eq!(fisher(losses)(&Array::from(1.0), &Array::from(1.0)).item(), 2.0);
/// ```
///
/// # Panics
/// If v does not fit the point.
pub fn fisher<P: Tree + Clone + 'static>(losses: impl Fn(&P) -> Array) -> impl Fn(&P, &P) -> P {
    move |p, v| {
        let (y, jv) = pushforward_of("fisher", &losses)(p, v);
        let (_, pull) = vjp(&losses)(p);
        pull(&(jv / y.size() as f64))
    }
}

/// Random probes for an estimate of a trace or diagonal: elements −1 and 1 with equal probability.
#[track_caller]
fn probes(key: &Key, samples: usize, shape: &[usize], dtype: DType) -> Array {
    let dims: Vec<usize> = [samples].into_iter().chain(shape.iter().copied()).collect();
    2.0 * key.bernoulli(&dims, 0.5).cast(dtype) - 1.0
}

/// An unbiased estimate of the trace of a linear function that maps arrays like `x` to arrays like `x`, from
/// `samples` random probes (Hutchinson, "A stochastic estimator of the trace of the influence matrix", 1990):
/// exact for diagonal matrices.
///
/// ```
/// use pullback_array::{Array, Key, Real, hvp, hutchinson_trace};
/// let (f, x) = (|x: &Array| (x.square() * x).sum(), Array::from([1.0, 2.0]));
/// let trace = hutchinson_trace(|v: &Array| hvp(f)(&x, v), &x, &Key::new(0), 4);
/// assert_eq!(trace.item(), 18.0);
/// ```
#[track_caller]
pub fn hutchinson_trace(a: impl Fn(&Array) -> Array, x: &Array, key: &Key, samples: usize) -> Array {
    hutchinson_diagonal(a, x, key, samples).sum()
}

/// An unbiased estimate of the diagonal of a linear function that maps arrays like `x` to arrays like `x`,
/// from `samples` random probes (Bekas, Kokiopoulou, Saad, "An estimator for the diagonal of a matrix",
/// 2007).
///
/// ```
/// use pullback_array::{Array, Key, Real, hvp, hutchinson_diagonal};
/// let (f, x) = (|x: &Array| (x.square() * x).sum(), Array::from([1.0, 2.0]));
/// let d = hutchinson_diagonal(|v: &Array| hvp(f)(&x, v), &x, &Key::new(0), 4);
/// assert_eq!(d.to_vec::<f64>(), [6.0, 12.0]);
/// ```
#[track_caller]
pub fn hutchinson_diagonal(a: impl Fn(&Array) -> Array, x: &Array, key: &Key, samples: usize) -> Array {
    vmap(|v: &Array| v * a(v))(&probes(key, samples, x.shape(), x.dtype())).mean_axis(0)
}
