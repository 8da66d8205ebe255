//! Numbers one at a time: values and derivatives in every mode.

use pullback_real::{Dual, Real, Var, grad, jvp, linearize};

/// A function that is generic in its number.
pub trait Formula: Copy + 'static {
    /// Its value.
    fn at<R: Real>(self, x: &[R]) -> R;
}

/// A function of n numbers with its derivatives of every kind, in the order of [`quantities`](crate::modes::quantities).
pub trait Scalar {
    /// All of them.
    fn all(&self, x: &[f64]) -> Vec<f64>;
}

pub struct Of<F>(pub F);

impl<F: Formula> Scalar for Of<F> {
    fn all(&self, x: &[f64]) -> Vec<f64> {
        let (f, n) = (self.0, x.len());
        let unit = |j: usize| (0..n).map(|k| if k == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        let dot = |x: &[f64], j: usize| -> f64 { jvp(|x: &[Dual<f64>]| f.at(x))(x, &unit(j)).1 };
        let mut all = vec![f.at(x)];
        all.extend(grad(|x: &[Var]| f.at(x))(x));
        all.extend((0..n).map(|j| dot(x, j)));
        let (_, second) = linearize(|x: &[Var]| grad::<Var>(|x: &[Var]| f.at(x))(x))(x);
        all.extend((0..n).flat_map(|i| second.pull(&unit(i))));
        // Column by column; the matrix is symmetric.
        all.extend((0..n).flat_map(|j| second.push(&unit(j))));
        for j in 0..n {
            let along = |x: &[Var]| {
                let x: Vec<Dual<Var>> = x
                    .iter()
                    .enumerate()
                    .map(|(k, x)| Dual::new(*x, Var::lift(if k == j { 1.0 } else { 0.0 })))
                    .collect();
                f.at(&x).derivative()
            };
            all.extend(grad(along)(x))
        }
        for i in 0..n {
            for j in 0..n {
                let one = |k: usize, of: usize| if k == of { 1.0 } else { 0.0 };
                let x: Vec<Dual<Dual<f64>>> = (0..n)
                    .map(|k| Dual::new(Dual::new(x[k], one(k, i)), Dual::new(one(k, j), 0.0)))
                    .collect();
                all.push(f.at(&x).derivative().derivative())
            }
        }
        all
    }
}
