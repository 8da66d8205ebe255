//! Quadratic programmes as layers: solved by an interior-point method, differentiated by their optimality conditions.

use super::custom_root;
use crate::array::Array;
use crate::dtype::DType;
use crate::ops::{concatenate, linalg, where_};
use crate::transform::while_loop;
use pullback_real::{Real, refuse};

/// Minimise xᵀQx/2 + cᵀx where Ax = b and Gx ≤ h; Q positive semidefinite, positive definite on the null space of A.
///
/// ```
/// use pullback_array::{Array, Qp, grad};
/// // The point of the triangle x ≥ 0, Σx ≤ 1 next to p.
/// let nearest = |p: &Array| {
///     let eye = Array::eye(2, 2, 0, p.dtype());
///     let sides = Array::from([[-1.0, 0.0], [0.0, -1.0], [1.0, 1.0]]);
///     Qp::new(eye, -p).at_most(sides, Array::from([0.0, 0.0, 1.0])).solve()
/// };
/// let x = nearest(&Array::from([1.0, 0.5]));
/// assert!((x.get(0).item() - 0.75).abs() < 1e-9 && (x.get(1).item() - 0.25).abs() < 1e-9);
/// // The solution moves along the side, and not across it.
/// let g = grad(|p: &Array| nearest(p).get(0))(&Array::from([1.0, 0.5]));
/// assert!((g.get(0).item() - 0.5).abs() < 1e-7 && (g.get(1).item() + 0.5).abs() < 1e-7);
/// ```
#[derive(Clone, Debug, pullback_derive::Tree)]
pub struct Qp {
    /// The quadratic form `[n, n]`, symmetric.
    pub q: Array,
    /// The linear form `[n]`.
    pub c: Array,
    /// Equalities `[p, n]`.
    pub a: Array,
    /// Their right sides `[p]`.
    pub b: Array,
    /// Inequalities `[m, n]`.
    pub g: Array,
    /// Their upper bounds `[m]`.
    pub h: Array,
}

impl Qp {
    /// The problem without constraints.
    ///
    /// # Panics
    /// If the shapes are not `[n, n]` and `[n]`.
    #[track_caller]
    pub fn new(q: Array, c: Array) -> Qp {
        let n = c.size();
        if q.shape() != [n, n] || c.ndim() != 1 {
            refuse(
                format_args!(
                    "Qp: shapes {} and {} are not those of a quadratic and a linear form",
                    q.0.shape, c.0.shape
                ),
                &[("", q.at()), ("other", c.at())],
            )
        }
        let none = |shape: &[usize]| Array::zeros(shape, c.dtype());
        Qp { a: none(&[0, n]), b: none(&[0]), g: none(&[0, n]), h: none(&[0]), q, c }
    }
    /// With the equalities Ax = b.
    ///
    /// # Panics
    /// If the shapes are not `[p, n]` and `[p]`.
    #[track_caller]
    pub fn equal(self, a: Array, b: Array) -> Qp {
        self.check("equal", &a, &b);
        Qp { a, b, ..self }
    }
    /// With the inequalities Gx ≤ h.
    ///
    /// # Panics
    /// If the shapes are not `[m, n]` and `[m]`.
    #[track_caller]
    pub fn at_most(self, g: Array, h: Array) -> Qp {
        self.check("at_most", &g, &h);
        Qp { g, h, ..self }
    }
    #[track_caller]
    fn check(&self, what: &str, a: &Array, b: &Array) {
        if a.ndim() != 2 || a.shape()[1] != self.c.size() || b.shape() != [a.shape()[0]] {
            refuse(
                format_args!(
                    "Qp::{what}: shapes {} and {} do not fit {} unknowns",
                    a.0.shape,
                    b.0.shape,
                    self.c.size()
                ),
                &[("", a.at()), ("other", b.at())],
            )
        }
    }
    /// The solution `[n]`, differentiable by all parts of the problem where exactly the active inequalities
    /// have a multiplier (elsewhere the solution has a kink and no derivative). NaN if there is no solution,
    /// or if 60 steps do not find it.
    ///
    /// The method is the primal-dual one of S. Mehrotra without correction (J. Nocedal and S. Wright, "Numerical
    /// Optimization", 2006, 16.6).
    #[track_caller]
    pub fn solve(&self) -> Array {
        type Point = (Array, Array, Array);
        // Stationarity, equalities, and each inequality's slack times its multiplier.
        let conditions = |(x, y, z): &Point, p: &Qp| -> Point {
            let slope = p.q.matmul(x) + &p.c + p.a.t().matmul(y) + p.g.t().matmul(z);
            (slope, p.a.matmul(x) - &p.b, z * (p.g.matmul(x) - &p.h))
        };
        custom_root(conditions, Qp::interior)(self).0
    }
    /// The solution by the interior-point method: x, and the multipliers of equalities and inequalities.
    #[track_caller]
    fn interior(&self) -> (Array, Array, Array) {
        let (n, p, m) = (self.c.size(), self.b.size(), self.h.size());
        let dtype = self.c.dtype();
        let tolerance = if dtype == DType::F32 { 1e-6 } else { 1e-12 };
        type State = ((Array, Array), (Array, Array), (Array, Array));
        let zeros = |n: usize| Array::zeros(&[n], dtype);
        let ones = |n: usize| Array::ones(&[n], dtype);
        let corner = Array::zeros(&[p, p], dtype);
        let residuals = |x: &Array, y: &Array, z: &Array, s: &Array| {
            let slope = self.q.matmul(x) + &self.c + self.a.t().matmul(y) + self.g.t().matmul(z);
            (slope, self.a.matmul(x) - &self.b, self.g.matmul(x) + s - &self.h)
        };
        let away = |x: &Array, y: &Array, z: &Array, s: &Array| {
            let (d, e, i) = residuals(x, y, z, s);
            concatenate(&[d, e, i, z * s, zeros(1)], 0).abs().max()
        };
        let step = |((x, y), (z, s), (k, _)): &State| -> State {
            let (d, e, i) = residuals(x, y, z, s);
            let target = 0.1 * z.dot(s) / m.max(1) as f64;
            let centre = z * s - target;
            // The Newton system for x and y; steps of slacks and multipliers are eliminated.
            let weight = z / s;
            let form = &self.q + self.g.t().matmul(&(weight.expand_dims(1) * &self.g));
            let top = concatenate(&[form, self.a.t()], 1);
            let matrix = concatenate(&[top, concatenate(&[self.a.clone(), corner.clone()], 1)], 0);
            let right = concatenate(&[-d - self.g.t().matmul(&((z * &i - &centre) / s)), -e], 0);
            let found = linalg::solve(&matrix, &right);
            let (dx, dy) = (found.get(..n as isize), found.get(n as isize..));
            let ds = -i - self.g.matmul(&dx);
            let dz = -(centre + z * &ds) / s;
            // The longest step for which all elements of v stay positive.
            let reach = |v: &Array, dv: &Array| {
                let ratio = where_(&dv.less(0.0), -v / dv, v.full_like(1e30));
                concatenate(&[ratio, Array::full(&[1], 1e30, dtype)], 0).min()
            };
            let length = (0.99 * reach(z, &dz).minimum(reach(s, &ds))).minimum(1.0);
            let (x, y) = (x + &length * dx, y + &length * dy);
            let (z, s) = (z + &length * dz, s + length * ds);
            let size = away(&x, &y, &z, &s);
            ((x, y), (z, s), (k + 1.0, size))
        };
        let (x, y, z, s) = (zeros(n), zeros(p), ones(m), ones(m));
        let scale =
            concatenate(&[self.q.ravel(), self.c.clone(), self.b.clone(), self.h.clone()], 0).abs().max()
                + 1.0;
        let limit = scale * tolerance;
        let size = away(&x, &y, &z, &s);
        let goes_on = |(_, _, (k, size)): &State| size.greater(&limit).logical_and(&k.less(60.0));
        let start = ((x, y), (z, s), (Array::from(0i64), size));
        let ((x, y), (z, _), (_, size)) = while_loop(goes_on, step, &start);
        let found = size.less_equal(limit);
        let checked = |v: Array| where_(&found, &v, v.full_like(f64::NAN));
        (checked(x), checked(y), checked(z))
    }
}
