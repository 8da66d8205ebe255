//! Linear algebra, and programs that solve linear systems.

use super::{Row, rows};
use crate::attrs::Attrs;
use pullback_array::linalg::*;
use pullback_array::{Array, Real, stack};

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "cholesky" => cholesky(f),
    "cholesky_mmt" => cholesky(&(f.matmul(&t(f)) + Array::identity(f.shape()[f.ndim() - 1], f.dtype()))),
    "solve" => solve(f, y),
    "solve_triangular" => solve_triangular(f, y, triangle(a)),
    "cho_solve" => cho_solve(&cholesky(f), y),
    "inv" => inv(f),
    "det" => det(f),
    "slogdet" => {
        let (sign, log) = slogdet(f);
        vec![sign, log]
    },
    "logdet_spd" => logdet(&cholesky(f)),
    "lu_logdet" => lu(f).1.diagonal(0, -2, -1).abs().ln().sum_axis(-1),
    "qr_gauge" => {
        let (q, r) = qr(f);
        vec![t(&r).matmul(&r), q.matmul(&t(&q))]
    },
    "qr_abs" => {
        let (q, r) = qr(f);
        vec![q, r]
    },
    "svdvals" => svdvals(f),
    "svd_reconstruct" => {
        let (u, s, vt) = svd(f);
        (u * function(a, &s).expand_dims(-2)).matmul(&vt)
    },
    "eigvalsh" => eigvalsh(f),
    "spectral_radius_sym" => eigvalsh(f).max_axis(-1),
    "eigh_function" => {
        let (w, v) = eigh(f);
        (&v * function(a, &w).expand_dims(-2)).matmul(&t(&v))
    },
    "eigh_gauge" => {
        let (w, v) = eigh(f);
        vec![w, v.square()]
    },
    "pinv" => pinv(f),
    "lstsq" => lstsq(f, y),
    "matrix_power" => matrix_power(f, a.int("n") as i32),
    "expm" => expm(f),
    "trace_inv" => inv(f).trace(0, -2, -1),
    "quadratic_form" => y.matmul(&f.matmul(y)),
    "mahalanobis" => (y - &x[2]).matmul(&cho_solve(&cholesky(f), &(y - &x[2]))),
    "mvn_logpdf" => {
        let l = cholesky(&x[2]);
        let z = solve_triangular(&l, &(f - y), Triangle::lower());
        -0.5 * (z.square().sum() + logdet(&l) + f.size() as f64 * std::f64::consts::TAU.ln())
    },
    "block_diag" => block_diag(x),
};

pub const PROGRAMS: &[Row] = rows! { |x, f, y, a|
    "gp_marginal_likelihood" => {
        let (times, values) = (&x[3], &x[4]);
        let distance = times.subtract_outer(times).square();
        let noise = (2.0 * &x[2]).exp() * Array::identity(times.size(), f.dtype());
        let l = cholesky(&((2.0 * y).exp() * (-0.5 * distance / (2.0 * f).exp()).exp() + noise));
        let z = solve_triangular(&l, values, Triangle::lower());
        -0.5 * (z.square().sum() + logdet(&l) + times.size() as f64 * std::f64::consts::TAU.ln())
    },
    "poisson_solve_loss" => {
        let n = y.size();
        let (left, right) = (f.slice_axis(0, 0, n, 1), f.slice_axis(0, 1, n, 1));
        0.5 * solve_banded((1, 1), &stack(&[-&left, &left + &right, -right], 0), y).square().sum()
    },
    "heat_implicit" => {
        let (n, dtype) = (y.size(), f.dtype());
        let along = |k: isize| Array::eye(n, n, k, dtype);
        let step = along(0) + f * (2.0 * along(0) - along(1) - along(-1));
        (0..a.int("steps")).fold(y.clone(), |u, _| solve(&step, &u)).square().sum()
    },
};

fn t(x: &Array) -> Array {
    x.swapaxes(-1, -2)
}
/// The logarithm of the determinant of L Lᵀ.
fn logdet(l: &Array) -> Array {
    2.0 * l.diagonal(0, -2, -1).ln().sum_axis(-1)
}
fn triangle(a: &Attrs) -> Triangle {
    Triangle {
        lower: a.flag("lower"),
        transposed: a.int("trans") != 0,
        unit_diagonal: a.flag("unit_diagonal"),
    }
}
/// The function of singular values or eigenvalues that `func` names.
fn function(a: &Attrs, x: &Array) -> Array {
    match a.text("func") {
        "identity" => x.clone(),
        "square" => x.square(),
        "sqrt" => x.sqrt(),
        "exp" => x.exp(),
        "log1p" => x.ln_1p(),
        "log1p_sq" => x.square().ln_1p(),
        other => panic!("no function {other}"),
    }
}
