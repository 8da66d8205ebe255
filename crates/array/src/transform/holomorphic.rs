//! Derivatives of holomorphic functions.

use super::vjp::grad;
use crate::array::Array;
use crate::tree::{Tree, named_leaves};
use pullback_real::refuse;

/// From a holomorphic f: its complex derivative at a point, f′(z); of a tree, one for each leaf.
///
/// It is the gradient of the real part, ∂u/∂x − i ∂u/∂y, which for holomorphic f = u + iv is f′. Whether f is holomorphic
/// is not checked.
///
/// ```
/// use pullback_array::{Array, Complex64, Real, holomorphic_grad};
/// let d = holomorphic_grad(|z: &Array| z * z.sin())(&Array::from(Complex64::new(1.0, 2.0)));
/// assert!((d.item_complex() - Complex64::new(11.302297118539434, 2.9731492563091373)).norm() < 1e-14);
/// ```
///
/// # Panics
/// If f's result is not one complex number, or a leaf of the input is real.
pub fn holomorphic_grad<P: Tree + Clone>(f: impl Fn(&P) -> Array) -> impl Fn(&P) -> P {
    let part = grad(move |p: &P| {
        let y = f(p);
        if y.ndim() != 0 || !y.dtype().is_complex() {
            refuse(
                format_args!(
                    "holomorphic_grad: the function must return one complex number (shape []), not shape {} {}; grad is for real results",
                    y.0.shape,
                    y.dtype()
                ),
                &[("", y.at())],
            )
        }
        y.re_op()
    });
    move |p| {
        if let Some((path, x)) = named_leaves(p).into_iter().find(|(_, x)| x.dtype().is_float()) {
            refuse(
                format_args!(
                    "holomorphic_grad: leaf `{path}` is {}, and no holomorphic function is of a real number; .cast it to complex, or use grad",
                    x.dtype()
                ),
                &[("", x.at())],
            )
        }
        part(p)
    }
}
