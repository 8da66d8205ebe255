//! Linear algebra.

use crate::attrs::Attrs;
use pullback_array::linalg::*;
use pullback_array::{Array, Real};

pub fn apply(op: &str, x: &[Array], a: &Attrs) -> Option<Array> {
    let f = x.first()?;
    let y = x.get(1).unwrap_or(f);
    let t = |x: &Array| x.swapaxes(-1, -2);
    let row = |v: &Array| v.expand_dims(-2);
    let logdet = |l: &Array| 2.0 * l.diagonal(0, -2, -1).ln().sum_axis(-1);
    Some(match op {
        "cholesky" => cholesky(f),
        "cholesky_mmt" => {
            let n = f.shape()[f.ndim() - 1];
            cholesky(&(f.matmul(&t(f)) + Array::identity(n, f.dtype())))
        }
        "solve" => solve(f, y),
        "solve_triangular" => {
            let which = Triangle {
                lower: a.flag("lower"),
                transposed: a.int("trans") != 0,
                unit_diagonal: a.flag("unit_diagonal"),
            };
            solve_triangular(f, y, which)
        }
        "cho_solve" => cho_solve(&cholesky(f), y),
        "inv" => inv(f),
        "det" => det(f),
        "logdet_spd" => logdet(&cholesky(f)),
        "svdvals" => svdvals(f),
        "svd_reconstruct" => {
            let (u, s, vt) = svd(f);
            let s = match a.text("func") {
                "identity" => s,
                "square" => s.square(),
                "log1p" => s.ln_1p(),
                "exp" => s.exp(),
                _ => return None,
            };
            (u * row(&s)).matmul(&vt)
        }
        "eigvalsh" => eigvalsh(f),
        "eigh_function" => {
            let (w, v) = eigh(f);
            let w = match a.text("func") {
                "exp" => w.exp(),
                "square" => w.square(),
                "log1p_sq" => w.square().ln_1p(),
                "sqrt" => w.sqrt(),
                _ => return None,
            };
            (&v * row(&w)).matmul(&t(&v))
        }
        "pinv" => pinv(f),
        "matrix_power" => matrix_power(f, a.int("n") as i32),
        "expm" => expm(f),
        "lstsq" => lstsq(f, y),
        "quadratic_form" => y.matmul(&f.matmul(y)),
        "mahalanobis" => {
            let d = y - &x[2];
            d.matmul(&cho_solve(&cholesky(f), &d))
        }
        "mvn_logpdf" => {
            let (d, l) = (f - y, cholesky(&x[2]));
            let z = solve_triangular(&l, &d, Triangle::lower());
            let constant = f.size() as f64 * std::f64::consts::TAU.ln();
            -0.5 * (z.square().sum() + logdet(&l) + constant)
        }
        "trace_inv" => inv(f).trace(0, -2, -1),
        "spectral_radius_sym" => eigvalsh(f).max_axis(-1),
        "block_diag" => block_diag(x),
        "lu_logdet" => lu(f).1.diagonal(0, -2, -1).abs().ln().sum_axis(-1),
        _ => return None,
    })
}

pub fn several(op: &str, x: &[Array], _: &Attrs) -> Option<Vec<Array>> {
    let f = x.first()?;
    let t = |x: &Array| x.swapaxes(-1, -2);
    Some(match op {
        "slogdet" => {
            let (sign, log) = slogdet(f);
            vec![sign, log]
        }
        "qr_gauge" => {
            let (q, r) = qr(f);
            vec![t(&r).matmul(&r), q.matmul(&t(&q))]
        }
        "qr_abs" => {
            let (q, r) = qr(f);
            vec![q, r]
        }
        "eigh_gauge" => {
            let (w, v) = eigh(f);
            vec![w, v.square()]
        }
        _ => return None,
    })
}
