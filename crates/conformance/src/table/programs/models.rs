//! Losses and likelihoods.

use crate::table::{Row, rows};
use pullback_array::{Array, DType, Real, einsum, keepdims, where_};
use std::f64::consts::{PI, TAU};

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "logistic_regression_loss" => {
        let (w, b, data, label) = (f, y, &x[2], &x[3]);
        let z = data.matmul(w) + b;
        (z.softplus() - label * z).mean() + a.float("lam") / 2.0 * w.square().sum()
    },
    "two_layer_mlp_xent" => {
        let hidden = (x[4].matmul(f) + y).tanh();
        let scores = hidden.matmul(&x[2]) + &x[3];
        -scores.log_softmax(-1).take_last(&x[5]).mean()
    },
    "rnn_unrolled" => {
        let (wx, wh, b, wo, xs) = (f, y, &x[2], &x[3], &x[4]);
        let (mut h, mut loss) = (b.zeros_like(), Array::zeros(&[], b.dtype()));
        for x in xs.unstack(0) {
            h = (wx.matmul(&x) + wh.matmul(&h) + b).tanh();
            loss += wo.dot(&h).square()
        }
        loss
    },
    "lstm_unrolled" => {
        let (w, u, b, xs) = (f, y, &x[2], &x[3]);
        let zero = Array::zeros(&[u.shape()[1]], u.dtype());
        let (mut h, mut c, mut loss) = (zero.clone(), zero, Array::zeros(&[], u.dtype()));
        for x in xs.unstack(0) {
            let gates = (w.matmul(&x) + u.matmul(&h) + b).split(4, 0);
            c = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
            h = gates[3].sigmoid() * c.tanh();
            loss += h.square().sum()
        }
        loss + c.sum()
    },
    "transformer_block" => {
        let rms = |x: &Array, g: &Array| x / (x.square().mean_axis(keepdims(-1)) + 1e-5).sqrt() * g;
        let (t, d) = (f.shape()[0], f.shape()[1]);
        let z = rms(f, &x[7]);
        let (q, k, v) = (z.matmul(y), z.matmul(&x[2]), z.matmul(&x[3]));
        let scores = q.matmul(&k.t()) / (d as f64).sqrt();
        let scores = where_(&Array::tri(t, t, 0, DType::Bool), scores, f64::NEG_INFINITY);
        let h = f + scores.softmax(-1).matmul(&v).matmul(&x[4]);
        let out = &h + rms(&h, &x[8]).matmul(&x[5]).gelu_tanh().matmul(&x[6]);
        out.square().mean()
    },
    "mixture_of_gaussians_loglik" => {
        let (mu, ls, z, data) = (f, y, &x[2], &x[3]);
        let r = (data.expand_dims(1) - mu) / ls.exp();
        let each = (-0.5 * r.square() - ls - 0.5 * TAU.ln()).sum_axis(-1);
        (each + z.log_softmax(0)).logsumexp_axis(-1).sum()
    },
    "gmm_full" => gmm(x, a.float("gamma"), a.float("m")),
    "bundle_adjustment" => bundle(x),
    "infonce" => {
        let unit = |x: &Array| x / x.square().sum_axis(keepdims(-1)).sqrt();
        let scores = unit(f).matmul(&unit(y).t()) / a.float("tau");
        -scores.log_softmax(-1).diagonal(0, 0, 1).mean()
    },
    "hmm_forward" => {
        let (trans, emit) = (y.log_softmax(-1), x[2].log_softmax(-1));
        let observed = x[3].to_vec::<i64>();
        let seen = |o: i64| emit.get((.., o as isize));
        let mut alpha = f.log_softmax(-1) + seen(observed[0]);
        for &o in &observed[1..] {
            alpha = (alpha.expand_dims(1) + &trans).logsumexp_axis(0) + seen(o)
        }
        alpha.logsumexp()
    },
    "kalman_loglik" => {
        let (gain, q, r) = (f, y.exp(), x[2].exp());
        let (mut m, mut p) = (f.zeros_like(), f.ones_like());
        let mut total = f.zeros_like();
        for y in x[3].unstack(0) {
            m = gain * m;
            p = gain.square() * p + &q;
            let (s, e) = (&p + &r, y - &m);
            total -= 0.5 * ((TAU * &s).log() + e.square() / &s);
            let k = &p / s;
            m += &k * e;
            p = (1.0 - k) * p
        }
        total
    },
    "student_t_loglik" => {
        let (nu, mu, ls, data) = (f, y, &x[2], &x[3]);
        let half = (nu + 1.0) / 2.0;
        let r = ((data - mu) / ls.exp()).square() / nu;
        (half.gammaln() - (nu / 2.0).gammaln() - 0.5 * (nu * PI).log() - ls - half * r.log1p()).sum()
    },
    "beta_binomial_loglik" => {
        let (a, b) = (f.exp(), y.exp());
        let (k, m) = (x[2].cast(f.dtype()), x[3].cast(f.dtype()));
        ((&k + &a).betaln(m - k + &b) - a.betaln(&b)).sum()
    },
    "matrix_factorization" => {
        let (u, v, r, mask) = (f, y, &x[2], &x[3]);
        let error = where_(mask, r - u.matmul(&v.t()), 0.0);
        error.square().sum() + a.float("lam") * (u.square().sum() + v.square().sum())
    },
};

/// The mixture of Gaussians of ADBench.
fn gmm(x: &[Array], gamma: f64, m: f64) -> Array {
    let (alphas, means, icf, data) = (&x[0], &x[1], &x[2], &x[3]);
    let ((k, d), n) = ((means.shape()[0], means.shape()[1]), data.shape()[0]);
    let logs = icf.get((.., ..d));
    let sums = logs.sum_axis(-1);
    // The strict lower triangles, filled column by column: entry e of the list lies at these places.
    let places: Vec<(usize, usize)> = (0..d).flat_map(|c| (c + 1..d).map(move |r| (r, c))).collect();
    let mut lower = Array::zeros(&[k, d, d], icf.dtype());
    for (e, &(r, c)) in places.iter().enumerate() {
        lower = lower.at_set((.., r, c), icf.get((.., d + e)))
    }
    let diagonal = logs.exp();
    // [n, k, d]: Q (x − μ).
    let centred = data.expand_dims(1) - means;
    let turned = &diagonal * &centred + einsum("kij,nkj->nki", &[lower.clone(), centred]);
    let main = (alphas + &sums - 0.5 * turned.square().sum_axis(-1)).logsumexp_axis(-1).sum();
    let frobenius = diagonal.square().sum() + lower.square().sum();
    main - n as f64 * alphas.logsumexp() - n as f64 * d as f64 / 2.0 * TAU.ln()
        + (gamma * gamma / 2.0 * frobenius - m * sums.sum())
}

/// One observation of ADBench's bundle adjustment.
fn bundle(x: &[Array]) -> Vec<Array> {
    let (cam, point, w, seen) = (&x[0], &x[1], &x[2], &x[3]);
    let (turn, moved) = (cam.get(..3), point - cam.get(3..6));
    let angle = turn.square().sum().sqrt();
    let axis = &turn / &angle;
    let rotated = &moved * angle.cos()
        + axis.cross(&moved) * angle.sin()
        + &axis * (axis.dot(&moved) * (1.0 - angle.cos()));
    let flat = rotated.get(..2) / rotated.get(2);
    let r2 = flat.square().sum();
    let bent = flat * (1.0 + cam.get(9) * &r2 + cam.get(10) * r2.square());
    let projected = cam.get(6) * bent + cam.get(7..9);
    vec![w * (projected - seen), 1.0 - w.square()]
}
