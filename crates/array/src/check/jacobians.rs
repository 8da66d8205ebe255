//! Whole Jacobians, by reverse mode and by differences, side by side: to find out why a check fails.

use super::{moved_at, numbers};
use crate::array::Array;
use crate::transform::vjp;
use crate::tree::{Tree, leaves, map, named_leaves};
use num_complex::Complex64;
use pullback_real::Real;

/// The derivatives of a function with respect to one leaf of its argument.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The path of the leaf.
    pub leaf: String,
    /// By reverse mode, m×n: a row for each number of the result, a column for each number of the leaf. A
    /// complex number counts as two: its real and its imaginary part.
    pub theoretical: Array,
    /// By central differences.
    pub numeric: Array,
}

impl Compared {
    /// The largest difference between the two, 0 if there is no number.
    pub fn max_error(&self) -> f64 {
        match self.theoretical.size() {
            0 => 0.0,
            _ => (&self.theoretical - &self.numeric).abs().max().item(),
        }
    }
}

/// Turns `f` into a function that computes the Jacobian of `f` with respect to every floating-point or
/// complex leaf of its argument: by reverse mode, and by central differences of step `delta`. Both are in
/// `f64`; `f` itself runs in the dtypes it is given.
///
/// ```
/// use pullback_array::{Array, Real, check::jacobians};
/// let both = jacobians(|x: &Array| x * x, 1e-3)(&Array::from(1f32));
/// assert_eq!(both[0].theoretical.to_vec::<f64>(), [2.0]);
/// assert!(both[0].max_error() < 1e-4);
/// ```
///
/// # Panics
/// If `delta` is not positive.
#[track_caller]
pub fn jacobians<P, Q>(f: impl Fn(&P) -> Q, delta: f64) -> impl Fn(&P) -> Vec<Compared>
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    assert!(delta > 0.0, "jacobians: the step `delta` is {delta}, not above 0");
    move |p| {
        let (y, pull) = vjp(|p: &P| f(p))(p);
        let outputs: Vec<Array> = leaves(&y);
        let m: usize = outputs.iter().map(reals).sum();
        // Row by row: the pullback of each real number of the result.
        let rows: Vec<Vec<Vec<f64>>> =
            (0..m).map(|i| leaves(&pull(&unit(&y, i))).iter().map(conjugated).collect()).collect();
        let all = |p: &P| -> Vec<f64> {
            leaves(&f(p)).iter().filter(|y| y.dtype().is_differentiable()).flat_map(numbers).collect()
        };
        let named =
            named_leaves(p).into_iter().enumerate().filter(|(_, (_, x))| x.dtype().is_differentiable());
        named
            .map(|(k, (leaf, x))| {
                let n = reals(&x);
                let theoretical: Vec<f64> = rows.iter().flat_map(|row| row[k].clone()).collect();
                let columns: Vec<Vec<f64>> = (0..n)
                    .map(|j| {
                        let (up, down) = (moved_at(p, k, j, delta), moved_at(p, k, j, -delta));
                        let (a, b) = (all(&up), all(&down));
                        a.iter().zip(b).map(|(a, b)| (a - b) / (2.0 * delta)).collect()
                    })
                    .collect();
                let numeric: Vec<f64> = (0..m * n).map(|e| columns[e % n][e / n]).collect();
                let matrix = |data: &[f64]| Array::from_slice(data, &[m, n]);
                Compared { leaf, theoretical: matrix(&theoretical), numeric: matrix(&numeric) }
            })
            .collect()
    }
}

/// How many real numbers an array holds.
fn reals(x: &Array) -> usize {
    match x.dtype() {
        d if !d.is_differentiable() => 0,
        d if d.is_complex() => 2 * x.size(),
        _ => x.size(),
    }
}

/// The cotangent that picks the i-th real number of a result. (Pairing is Re Σ g·t, so that the imaginary part is picked
/// by −i.)
fn unit<Q: Tree + Clone>(y: &Q, i: usize) -> Q {
    let mut before = 0;
    map(y, |y| {
        let here = i.checked_sub(before).filter(|i| *i < reals(y));
        before += reals(y);
        let (dtype, size) = (y.dtype(), y.size());
        match here {
            None => y.zeros_like(),
            Some(i) if dtype.is_complex() => {
                let mut data = vec![Complex64::new(0.0, 0.0); size];
                data[i / 2] = if i % 2 == 0 { Complex64::new(1.0, 0.0) } else { Complex64::new(0.0, -1.0) };
                Array::from_slice(&data, y.shape()).cast(dtype)
            }
            Some(i) => {
                let mut data = vec![0.0; size];
                data[i] = 1.0;
                Array::from_slice(&data, y.shape()).cast(dtype)
            }
        }
    })
}

/// A cotangent as derivatives with respect to real and imaginary parts.
fn conjugated(g: &Array) -> Vec<f64> {
    match g.dtype().is_complex() {
        true => numbers(&g.conj()),
        false if g.dtype().is_differentiable() => numbers(g),
        false => vec![],
    }
}
