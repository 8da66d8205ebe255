//! Krylov methods: linear systems solved by products alone, as loops on vectors.

use crate::array::Array;
use crate::dtype::DType;
use crate::ops::where_;
use crate::shape::Shape;
use crate::transform::while_loop;
use pullback_real::Real;

/// Which Krylov method solves a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KrylovMethod {
    /// Conjugate gradients: symmetric positive definite operators, one product a step.
    Cg,
    /// Stabilised biconjugate gradients: any operator, two products a step, six vectors.
    BiCgStab,
    /// Generalised minimal residuals, restarted after this many steps: any operator, one product a step and
    /// two vectors for each step between restarts.
    Gmres(usize),
}

/// How a linear system is solved by products: method, tolerance, and when to give up.
///
/// ```
/// use pullback_array::Krylov;
/// let careful = Krylov { tolerance: 1e-13, ..Krylov::GMRES };
/// assert_eq!(careful.steps, 10_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Krylov {
    /// The method.
    pub method: KrylovMethod,
    /// The residual's norm at which to stop, relative to the right side's; at least 1e-6 for `f32` systems.
    pub tolerance: f64,
    /// The most steps; a solution that has not converged by then is NaN.
    pub steps: usize,
}

impl Krylov {
    /// Conjugate gradients to 1e-10.
    pub const CG: Krylov = Krylov { method: KrylovMethod::Cg, tolerance: 1e-10, steps: 10_000 };
    /// Stabilised biconjugate gradients to 1e-10.
    pub const BICGSTAB: Krylov = Krylov { method: KrylovMethod::BiCgStab, ..Krylov::CG };
    /// Generalised minimal residuals with 30 directions, to 1e-10.
    pub const GMRES: Krylov = Krylov { method: KrylovMethod::Gmres(30), ..Krylov::CG };

    /// The vector x with `a(x)` = b.
    #[track_caller]
    pub(super) fn solve(&self, a: &dyn Fn(&Array) -> Array, b: &Array) -> Array {
        let tolerance = if b.dtype() == DType::F32 { self.tolerance.max(1e-6) } else { self.tolerance };
        let limit = b.square().sum() * tolerance * tolerance;
        let (x, residual) = match self.method {
            KrylovMethod::Cg => self.cg(a, b, &limit),
            KrylovMethod::BiCgStab => self.bicgstab(a, b, &limit),
            KrylovMethod::Gmres(restart) => self.gmres(a, b, &limit, restart),
        };
        where_(&residual.less_equal(&limit), &x, x.full_like(f64::NAN))
    }
    /// Whether to take step number k with this squared residual.
    #[track_caller]
    fn goes_on(&self, residual: &Array, limit: &Array, k: &Array) -> Array {
        residual.greater(limit).logical_and(&k.less(self.steps as f64))
    }

    /// M. Hestenes and E. Stiefel, 1952.
    #[track_caller]
    fn cg(&self, a: &dyn Fn(&Array) -> Array, b: &Array, limit: &Array) -> (Array, Array) {
        type State = (Array, Array, Array, Array, Array);
        let start: State = (b.zeros_like(), b.clone(), b.clone(), b.square().sum(), counter());
        let step = |(x, r, p, rs, k): &State| {
            let ap = a(p);
            let alpha = rs / p.dot(&ap);
            let r = r - &alpha * ap;
            let next = r.square().sum();
            let p_next = &r + &next / rs * p;
            (x + alpha * p, r, p_next, next, k + 1.0)
        };
        let end = while_loop(|s: &State| self.goes_on(&s.3, limit, &s.4), step, &start);
        (end.0, end.3)
    }

    /// H. van der Vorst, SIAM J. Sci. Stat. Comput. 13 (1992), 631.
    #[track_caller]
    fn bicgstab(&self, a: &dyn Fn(&Array) -> Array, b: &Array, limit: &Array) -> (Array, Array) {
        type State = ((Array, Array, Array), (Array, Array), Array);
        let square = b.square().sum();
        let start: State = ((b.zeros_like(), b.clone(), b.clone()), (square.clone(), square), counter());
        let step = |((x, r, p), (rho, _), k): &State| {
            let v = a(p);
            let alpha = rho / b.dot(&v);
            let s = r - &alpha * &v;
            let t = a(&s);
            let tt = t.square().sum();
            // t is zero if the first half of the step solves the system.
            let omega = where_(&tt.greater(0.0), t.dot(&s) / &tt, tt.zeros_like());
            let x = x + &alpha * p + &omega * &s;
            let r = s - &omega * t;
            let rho_next = b.dot(&r);
            let p = &r + &rho_next / rho * (alpha / &omega) * (p - omega * v);
            let rest = r.square().sum();
            ((x, r, p), (rho_next, rest), k + 1.0)
        };
        let end = while_loop(|s: &State| self.goes_on(&(s.1).1, limit, &s.2), step, &start);
        ((end.0).0, (end.1).1)
    }

    /// GMRES in the form that needs no small least-squares problem (H. Walker and L. Zhou, Numer. Linear Algebra Appl. 1
    /// (1994), 571): rows of `w` are orthonormal images of the rows of `z`, so each step projects the residual once. The
    /// next direction is the residual, or the last image where the residual hardly shrank (P. Jiránek and
    /// M. Rozložník, Numer. Algorithms 53 (2010), 255).
    #[track_caller]
    fn gmres(&self, a: &dyn Fn(&Array) -> Array, b: &Array, limit: &Array, restart: usize) -> (Array, Array) {
        let m = restart.clamp(1, b.size().max(1));
        type State = ((Array, Array, Array), (Array, Array), Array, Array);
        let bases = Array::zeros(&[m, b.size()], b.dtype());
        let start: State =
            ((b.zeros_like(), b.clone(), b.clone()), (bases.clone(), bases), b.square().sum(), counter());
        let rows = Array::iota(Shape::new(&[m, 1]), 0, DType::I64);
        let step = |((x, r, direction), (z, w), square, k): &State| {
            let place = k.remainder(m as f64);
            let fresh = place.equal(0.0);
            let (z, w) = (where_(&fresh, z.zeros_like(), z), where_(&fresh, w.zeros_like(), w));
            let mut d = direction / direction.norm();
            let mut image = a(&d);
            let before = image.norm();
            // Gram–Schmidt, repeated once against rounding errors.
            for _ in 0..2 {
                let c = w.matmul(&image);
                image -= c.matmul(&w);
                d -= c.matmul(&z);
            }
            let size = image.norm();
            // An image within the span of the others adds no direction.
            let new = size.greater(before * 1e-14);
            let size = where_(&new, &size, size.ones_like());
            let (image, d) =
                (where_(&new, image / &size, r.zeros_like()), where_(&new, d / &size, r.zeros_like()));
            let alpha = r.dot(&image);
            let x = x + &alpha * &d;
            let r = r - &alpha * &image;
            let rest = r.square().sum();
            let slow = rest.greater(0.81 * square).logical_and(&new);
            let next = where_(&slow.logical_and(&place.less(m as f64 - 1.0)), &image, &r);
            let here = rows.equal(&place);
            let (z, w) = (where_(&here, &d, z), where_(&here, &image, w));
            ((x, r, next), (z, w), rest, k + 1.0)
        };
        let end = while_loop(|s: &State| self.goes_on(&s.2, limit, &s.3), step, &start);
        ((end.0).0, end.2)
    }
}

fn counter() -> Array {
    Array::from(0i64)
}
