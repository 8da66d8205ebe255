//! What factors and functions of matrices fulfil, at sizes up to blocked algorithms', and values known otherwise.

use super::*;

#[test]
fn laws() {
    for n in [1, 2, 3, 10, 40, 140] {
        let a = regular(&[2], n) / (n as f64).sqrt();
        let s = definite(&[2], n);
        let identity = eye(n).broadcast_to([2, n, n]);
        let tolerance = 1e-12 * n as f64;
        let l = cholesky(&s);
        close(&l.matmul(&t(&l)), &s, tolerance);
        close(&l, &l.tril(0), 0.0);
        let (q, r) = qr(&a);
        close(&q.matmul(&r), &a, tolerance);
        close(&t(&q).matmul(&q), &identity, tolerance);
        close(&r, &r.triu(0), 0.0);
        assert!(r.diagonal(0, -2, -1).min().item() >= 0.0);
        let (low, u, order) = lu(&a);
        let permuted = low.matmul(&u);
        close(&permuted, &a.take_along_axis(&order.expand_dims(-1).broadcast_to([2, n, n]), 1), tolerance);
        let (u, sv, vt) = svd(&a);
        close(&(&u * sv.expand_dims(-2)).matmul(&vt), &a, tolerance);
        close(&t(&u).matmul(&u), &identity, tolerance);
        close(&sv, &svdvals(&a), tolerance);
        let (w, v) = eigh(&s);
        close(&s.matmul(&v), &(&v * w.expand_dims(-2)), tolerance * n as f64);
        close(&w, &eigvalsh(&s), tolerance * n as f64);
        close(&inv(&a).matmul(&a), &identity, 1e-9);
        let small = numbers(&[2, n, n], 3);
        close(&expm(&small).matmul(&expm(&-&small)), &identity, 1e-9);
        let x = sqrtm(&s);
        close(&x.matmul(&x), &s, tolerance * n as f64);
        let b = s.get(0);
        let x = solve_sylvester(&s, &b, &small);
        close(&(s.matmul(&x) + x.matmul(&b)), &small, tolerance * n as f64);
        let p = pinv(&a.slice_axis(2, 0, n.div_ceil(2), 1));
        close(
            &p.matmul(&a.slice_axis(2, 0, n.div_ceil(2), 1)),
            &eye(n.div_ceil(2)).broadcast_to(p.matmul(&a.slice_axis(2, 0, n.div_ceil(2), 1)).shape()),
            1e-9,
        );
        let (sign, log) = slogdet(&a);
        close(&(sign * log.exp()), &det(&a), 1e-9);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]
    /// Factorisations of any shape, with a random pattern of zeros, give back what they are of.
    #[test]
    fn factors_of_any_shape(batch in 0..3usize, m in 0..8usize, n in 0..8usize, salt in 0..u64::MAX, rank in 0..8usize) {
        let full = numbers(&[batch, m, n], salt);
        let low = numbers(&[batch, m, rank], salt).matmul(&numbers(&[batch, rank, n], salt / 2));
        for a in [&full, &low, &where_(&full.greater(0.3), &full, 0.0)] {
            let (q, r) = qr(a);
            close(&q.matmul(&r), a, 1e-12);
            let (u, s, vt) = svd(a);
            close(&(u * s.expand_dims(-2)).matmul(&vt), a, 1e-12);
            let (l, u, order) = lu(a);
            let order = order.expand_dims(-1).broadcast_to([batch, m, n]);
            close(&l.matmul(&u), &a.take_along_axis(&order, 1), 1e-12);
            let g = a.matmul(&t(a));
            let (w, v) = eigh(&g);
            close(&(&v * w.expand_dims(-2)).matmul(&t(&v)), &g, 1e-11);
        }
        // Penrose's equations, where the rank is not in doubt.
        let p = pinv(&full);
        if svdvals(&full).greater(1e-3).all().to_vec::<bool>()[0] {
            close(&full.matmul(&p).matmul(&full), &full, 1e-10);
            close(&p.matmul(&full).matmul(&p), &p, 1e-8);
        }
    }
}

/// Sylvester's equation and square roots where eigenvalues are complex, for all sizes of blocks.
#[test]
fn complex_eigenvalues() {
    for n in [2, 3, 5, 8, 31] {
        let turn = |n: usize, s: u64| {
            let x = numbers(&[n, n], s);
            &x - t(&x) + 0.3 * eye(n) + 0.1 * numbers(&[n, n], s + 1)
        };
        let (a, b, q) = (turn(n, 1), turn(4, 2), numbers(&[n, 4], 3));
        let x = solve_sylvester(&a, &b, &q);
        close(&(a.matmul(&x) + x.matmul(&b)), &q, 1e-10);
        let a = turn(n, 4) + 2.0 * eye(n);
        let x = sqrtm(&a);
        close(&x.matmul(&x), &a, 1e-10);
    }
}

/// A V = V diag(w), of real and of complex eigenvalues; derivatives of what does not depend on signs and phases.
#[test]
fn eigenvalues_of_general_matrices() {
    for n in [0, 1, 2, 3, 5, 8, 31] {
        let a = numbers(&[2, n, n], 7);
        let (w, v) = eig(&a);
        let (ca, rows) = (a.cast(DType::C128), w.expand_dims(-2));
        let apart = ca.matmul(&v) - &v * rows;
        assert!(n == 0 || apart.abs().max().item() < 1e-12 * n as f64, "{n}");
        if n > 0 {
            close(&v.abs_squared().sum_axis(-2), &Array::ones(&[2, n], DType::F64), 1e-13);
            // An inverse of complex matrices, and a system.
            let identity = solve(&v, &v);
            close(&identity.real(), &(eye(n) * Array::ones(&[2, 1, 1], DType::F64)), 1e-9);
            close(&v.matmul(&inv(&v)).imag(), &Array::zeros(&[2, n, n], DType::F64), 1e-9);
        }
    }
    let a = numbers(&[2, 3, 3], 7);
    check_grads(|a: &Array| eig(a).0.powi(3).real().sum_axis(-1), &a, 2);
    check_grads(|a: &Array| eig(a).0.abs_squared().sum_axis(-1), &a, 2);
    // V f(w) V⁻¹, and lengths of projections, depend on eigenvectors and on no phase.
    let exponential = |a: &Array| {
        let (w, v) = eig(a);
        (&v * w.exp().expand_dims(-2)).matmul(&inv(&v)).real()
    };
    close(&exponential(&a), &expm(&a), 1e-10);
    check_grads(exponential, &a.get(0), 2);
    close(
        &grad(|a: &Array| exponential(a).sin().sum())(&a),
        &grad(|a: &Array| expm(a).sin().sum())(&a),
        1e-9,
    );
    check_grads(|a: &Array| eig(a).1.abs_squared().square().sum(), &a.get(1), 2);
    let z = Array::complex(numbers(&[3, 3], 1), numbers(&[3, 3], 2));
    check_grads(|z: &Array| inv(z).abs_squared(), &z, 2);
    check_grads(|(z, b): &(Array, Array)| solve(z, b).abs_squared(), &(z.clone(), numbers(&[3], 4)), 2);
}

#[test]
fn band_matrices() {
    for n in [1, 2, 5, 9] {
        for (lower, upper) in [(0, 0), (1, 1), (2, 1), (0, 3), (3, 0)] {
            let bands = numbers(&[lower + upper + 1, n], 3);
            let (rows, b) = (bands.to_vec::<f64>(), numbers(&[n, 2], 4));
            let mut dense = vec![0.0; n * n];
            for i in 0..n {
                for j in i.saturating_sub(lower)..(i + upper + 1).min(n) {
                    dense[i * n + j] = rows[(upper + i - j) * n + j]
                }
            }
            close(
                &solve_banded((lower, upper), &bands, &b),
                &solve(&Array::from_slice(&dense, &[n, n]), &b),
                1e-9,
            );
        }
    }
    let bands = numbers(&[4, 5], 4) + 2.0;
    let b = numbers(&[5], 9);
    let banded = grad(|a: &Array| solve_banded((1, 2), a, &b).sin().sum())(&bands);
    let dense = grad(|a: &Array| solve(&from_bands(a), &b).sin().sum())(&bands);
    close(&banded, &dense, 1e-11);
}

#[test]
fn known_values() {
    // Rotations: exp of an antisymmetric matrix; large norms are scaled.
    for angle in [0.01, 0.2, 0.9, 2.0, 5.0, 50.0, 1000.0] {
        let e = expm(&Array::from([[0.0, -angle], [angle, 0.0]]));
        close(
            &e,
            &Array::from([[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]]),
            1e-12 * (1.0 + angle),
        );
    }
    // A huge cotangent does not change the scale at which the exponential is taken.
    let a = numbers(&[3, 3], 2);
    let g = |s: f64| grad(|a: &Array| expm(a).sum() * s)(&a);
    close(&(g(1e12) * 1e-12), &g(1.0), 1e-13);
    close(&svdvals(&Array::from([[3.0, 0.0], [0.0, -5.0], [0.0, 0.0]])), &Array::from([5.0, 3.0]), 1e-15);
    close(&Array::from([[3.0, 0.0], [4.0, 0.0]]).norm_axis(Norm::Nuclear, [0, 1]), &Array::from(5.0), 1e-15);
    close(&det(&Array::from([[0.0, 1.0], [1.0, 0.0]])), &Array::from(-1.0), 0.0);
    assert_eq!(matrix_rank(&stack(&[eye(3), Array::zeros(&[3, 3], DType::F64)], 0)).to_vec::<i64>(), [3, 0]);
}
