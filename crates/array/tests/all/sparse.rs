//! Sparse Jacobians and Hessians of functions of arrays: the structures of known problems, and the dense derivatives.

// A range of an axis may end before its end.
#![allow(clippy::reversed_empty_ranges)]

use pullback_array::sparse::{Compression, HessianColouring, Order, Pattern, SparseHessian, SparseJacobian};
use pullback_array::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
fn dense(m: &sparse::SparseMatrix) -> Array {
    Array::from_slice(&m.to_dense().concat(), &[m.pattern().rows(), m.pattern().columns()])
}
#[track_caller]
fn near(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    let (x, y) = (a.to_vec::<f64>(), b.to_vec::<f64>());
    assert!(x.iter().zip(&y).all(|(x, y)| (x - y).abs() <= 1e-9 * y.abs().max(1.0)), "{a}\n{b}")
}
/// The Jacobian is the dense one, in every compression; its pattern.
#[track_caller]
fn jacobian_of(f: impl Fn(&Array) -> Array, x: &Array) -> Pattern {
    let want = jacobian(&f)(x);
    let want = want.reshape([-1, x.size() as isize]);
    for compression in [Compression::Auto, Compression::Columns, Compression::Rows, Compression::Both] {
        near(&dense(&SparseJacobian::with(&f, x, compression, Order::Natural).evaluate(x)), &want)
    }
    SparseJacobian::new(&f, x).pattern().clone()
}
/// The Hessian is the dense one, in both colourings; its pattern.
#[track_caller]
fn hessian_of(f: impl Fn(&Array) -> Array, x: &Array) -> Pattern {
    let want = hessian(&f)(x).reshape([x.size() as isize, x.size() as isize]);
    for colouring in [HessianColouring::Star, HessianColouring::Acyclic] {
        near(&dense(&SparseHessian::with(&f, x, colouring, Order::default()).evaluate(x)), &want)
    }
    SparseHessian::new(&f, x).pattern().clone()
}
fn rows(p: &Pattern) -> Vec<Vec<u32>> {
    (0..p.rows()).map(|i| p.row(i).to_vec()).collect()
}

/// −Δu + eᵘ on a square, with zeros around.
fn laplace(u: &Array) -> Array {
    let p = u.pad(&[(1, 1), (1, 1)], PadMode::Constant(0.0));
    4.0 * u - p.get((..-2, 1..-1)) - p.get((2.., 1..-1)) - p.get((1..-1, ..-2)) - p.get((1..-1, 2..))
        + u.exp()
}

#[test]
fn bands_arrows_and_grids() {
    let x = normal(1, &[12]);
    let band = |x: &Array| x.get(..-2) * x.get(1..-1) + x.get(2..).sin();
    let p = jacobian_of(band, &x);
    assert!((0..10).all(|i| p.row(i as usize) == [i, i + 1, i + 2]));
    let arrow = |x: &Array| concatenate(&[x.square().sum().reshape([1]), x.get(1..) * x.get(0)], 0);
    let p = jacobian_of(arrow, &x);
    assert_eq!((p.len(), p.row(0).len(), p.row(3)), (12 + 22, 12, &[0, 3][..]));
    assert_eq!(SparseJacobian::new(arrow, &x).sweeps(), 3);
    let p = jacobian_of(laplace, &normal(2, &[4, 5]));
    assert_eq!((p.rows(), p.len(), p.row(6)), (20, 20 + 2 * (3 * 5 + 4 * 4), &[1, 5, 6, 7, 11][..]));
    // The same stencil as a convolution, and as a matrix, whose entries nobody looks at.
    let kernel = Array::from([[0.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 0.0]]).reshape([3, 3, 1, 1]);
    let by_conv = |u: &Array| {
        u.reshape([1, 4, 5, 1]).conv(&kernel, &[1, 1], &[(1, 1), (1, 1)], &[1, 1]).reshape([4, 5]) + u.exp()
    };
    let p = jacobian_of(by_conv, &normal(2, &[4, 5]));
    assert_eq!((p.len(), p.row(6)), ((3 * 4 - 2) * (3 * 5 - 2), &[0, 1, 2, 5, 6, 7, 10, 11, 12][..]));
    // Strides, dilations, channels and the kernel as unknown.
    let odd = |v: &Array| {
        let (x, w) = (v.get(..14).reshape([1, 7, 2]), v.get(14..).reshape([2, 2, 3]));
        x.conv(&w, &[2], &[(1, 0)], &[3])
    };
    let p = jacobian_of(odd, &normal(3, &[26]));
    assert_eq!(p.row(0), [4, 5, 14, 17, 20, 23]);
    let products = |a: &Array| a.matmul(&a.t());
    assert_eq!(jacobian_of(products, &normal(4, &[3, 2])).row(1), [0, 1, 2, 3]);
}

#[test]
fn energies() {
    let x = normal(1, &[9]);
    let chain = |x: &Array| (x.get(1..) - x.get(..-1).square()).square().sum() + 3.0 * x.sum();
    assert_eq!(hessian_of(chain, &x).len(), 3 * 9 - 2);
    // Linear terms leave no entry but the diagonal.
    assert_eq!(hessian_of(|x: &Array| x.sum() + x.get(0) * x.get(8), &x).len(), 9 + 2);
    let arrow = |x: &Array| (x * x.get(0)).sin().sum();
    assert_eq!(hessian_of(arrow, &x).len(), 9 + 16);
    let grid = |u: &Array| (laplace(u) * u).sum();
    assert_eq!(hessian_of(grid, &normal(2, &[4, 5])).row(6), [1, 5, 6, 7, 11]);
    // Rosenbrock's valley, with 32-bit numbers.
    let valley = |x: &Array| {
        let (a, b) = (x.get(..-1), x.get(1..));
        (100.0 * (b - a.square()).square() + (1.0 - &a).square()).sum()
    };
    let x = Array::from([1f32, 2.0, 0.5, -1.0]);
    let h = SparseHessian::new(valley, &x).evaluate(&x);
    near(&dense(&h), &hessian(valley)(&x).cast(DType::F64));
}

#[test]
fn reprojections() {
    // As in ADBench: cameras of 11 parameters, points of 3, a weight for each observation.
    let (cameras, points) = (4, 10);
    let seen: Vec<(i64, i64)> =
        (0..points).flat_map(|p| [(p % cameras, p), ((p + 1) % cameras, p)]).collect();
    let n = seen.len() as isize;
    let camera = Array::from(seen.iter().map(|o| o.0).collect::<Vec<i64>>());
    let point = Array::from(seen.iter().map(|o| o.1).collect::<Vec<i64>>());
    let (all_c, all_p) = (11 * cameras as isize, 3 * points as isize);
    let residuals = |v: &Array| {
        let c = v.get(..all_c).reshape([cameras as isize, 11]).take(&camera, 0);
        let x = v.get(all_c..all_c + all_p).reshape([points as isize, 3]).take(&point, 0);
        let w = v.get(all_c + all_p..).reshape([n, 1]);
        let part = |from: isize, to: isize| c.get((.., from..to));
        // Rodrigues' rotation.
        let (r, moved) = (part(0, 3), x - part(3, 6));
        let angle = r.square().sum_axis(1).sqrt().reshape([n, 1]);
        let axis = r / &angle;
        let at = |x: &Array, k: isize| x.get((.., k..k + 1));
        let cross = |a: &Array, b: &Array| {
            let one = |i, j| at(a, i) * at(b, j) - at(a, j) * at(b, i);
            concatenate(&[one(1, 2), one(2, 0), one(0, 1)], 1)
        };
        let dot = (&axis * &moved).sum_axis(1).reshape([n, 1]);
        let turned =
            &moved * angle.cos() + cross(&axis, &moved) * angle.sin() + &axis * dot * (1.0 - angle.cos());
        let flat = turned.get((.., ..2)) / turned.get((.., 2..));
        let r2 = flat.square().sum_axis(1).reshape([n, 1]);
        let bent = &flat * (1.0 + at(&c, 9) * &r2 + at(&c, 10) * r2.square());
        let pixels = part(6, 7) * bent + part(7, 9);
        let of_weights = 1.0 - w.square();
        concatenate(&[(w * pixels).ravel(), of_weights.ravel()], 0)
    };
    let v = normal(5, &[(all_c + all_p + n) as usize]);
    let p = jacobian_of(residuals, &v);
    assert_eq!((p.rows() as isize, p.len() as isize), (3 * n, 2 * n * 14 + n));
    let (c, x) = (seen[3].0 as u32, seen[3].1 as u32);
    // All but the other pixel's centre.
    let parts = (11 * c..11 * c + 8).chain(11 * c + 9..11 * c + 11).chain(44 + 3 * x..47 + 3 * x);
    let own: Vec<u32> = parts.chain([44 + 30 + 3]).collect();
    assert_eq!((p.row(6), p.row(2 * n as usize + 3)), (&own[..], &own[13..]));
    assert!(SparseJacobian::new(residuals, &v).sweeps() <= 20);
}

#[test]
fn calls_loops_and_choices() {
    let x = normal(1, &[6]);
    let diagonal: Vec<Vec<u32>> = (0..6).map(|i| vec![i]).collect();
    let softplus = custom(|x: &Array| x.exp().log1p(), |x: &Array, _: &Array, g: &Array| g * x.logistic());
    assert_eq!(rows(&jacobian_of(&softplus, &x)), diagonal);
    assert_eq!(rows(&jacobian_of(checkpoint(|x: &Array| x.sin() * x), &x)), diagonal);
    assert_eq!(rows(&jacobian_of(|x: &Array| map_rows(|x: &Array| x.sin() * x, x), &x)), diagonal);
    let newton = |x: &Array| fori_loop(0, 4, |_, y: &Array| 0.5 * (y + x.square() / y), &(1.0 + x.square()));
    assert_eq!(rows(&jacobian_of(newton, &x)), diagonal);
    // Each state depends on those before.
    let sums = |x: &Array| scan(|s: &Array, x: &Array| ((s + x).sin(), s * x), &x.get(0), x).1;
    assert_eq!(jacobian_of(sums, &x).row(3), [0, 1, 2, 3]);
    let back =
        |x: &Array| scan_with(|s: &Array, x: &Array| (s * x, s.clone()), &x.get(5), x, Schedule::All, true).1;
    assert_eq!(jacobian_of(back, &x).row(3), [4, 5]);
    for schedule in [Schedule::All, Schedule::Binomial(2), Schedule::Nested(2)] {
        // Two steps meet in a state, so their inputs do.
        let walk = |x: &Array| {
            let step =
                |s: &Array, x: &Array| (concatenate(&[s.get(1..), (s.get(0) * x).sin().reshape([1])], 0), ());
            scan_with(step, &Array::ones(&[2], DType::F64), x, schedule, false).0.square().sum()
        };
        assert_eq!(hessian_of(walk, &x).row(0), [0, 2, 4]);
    }
    let small = |x: &Array| while_loop(|y: &Array| y.abs().max().greater(0.1), |y: &Array| 0.5 * y, x);
    let p = SparseJacobian::new(small, &x);
    near(&dense(&p.evaluate(&x)), &jvp_columns(small, &x));
    let chosen = |x: &Array| cond(&x.get(0).greater(9.0), |x: &Array| x.sin(), |x: &Array| x.flip(0), x);
    assert_eq!(jacobian_of(chosen, &x).row(1), [1, 4]);
    // Branches of elements: either.
    assert_eq!(jacobian_of(|x: &Array| where_(&x.greater(0.0), x, x.flip(0)), &x).row(1), [1, 4]);
    // Where a solver or a sort goes nobody knows beforehand.
    let solved = |x: &Array| cg(|y: &Array| (2.0 + x.square()) * y, &x.sin());
    assert_eq!(jacobian_of(solved, &x).len(), 36);
    assert_eq!(jacobian_of(|x: &Array| x.sort(0), &x).len(), 36);
    let factors = |x: &Array| {
        let a =
            x.reshape([1, 6]).broadcast_to([2, 6]).reshape([3, 2, 2]) + 4.0 * Array::eye(2, 2, 0, DType::F64);
        linalg::inv(&a)
    };
    assert_eq!(jacobian_of(factors, &x).row(4), [0, 1, 4, 5]);
    let waves = |x: &Array| fft::rfft(&x.reshape([2, 3]), None, -1, fft::Norm::default()).abs();
    assert_eq!(jacobian_of(waves, &x).row(3), [3, 4, 5]);
}
/// The Jacobian by columns, for functions without reverse mode.
fn jvp_columns(f: impl Fn(&Array) -> Array, x: &Array) -> Array {
    let n = x.size();
    let basis = Array::eye(n, n, 0, DType::F64);
    stack(&(0..n).map(|k| jvp(&f)(x, &basis.get(k)).1).collect::<Vec<_>>(), 1)
}

#[test]
fn a_hundred_thousand_unknowns() {
    let u = 0.1 * normal(7, &[317, 316]);
    let n = 317 * 316;
    let j = SparseJacobian::new(laplace, &u);
    assert_eq!((j.pattern().rows(), j.pattern().len()), (n, 5 * n - 2 * (317 + 316)));
    assert!(j.sweeps() <= 8, "{}", j.sweeps());
    let v = normal(8, &[317, 316]);
    let want = jvp(laplace)(&u, &v).1.ravel();
    near(&Array::from(j.evaluate(&u).times(&v.to_vec::<f64>())), &want);
    // The structure serves every point.
    let energy = |u: &Array| (u * laplace(u)).sum();
    let h = SparseHessian::new(energy, &u);
    near(&Array::from(h.evaluate(&v).times(&u.to_vec::<f64>())), &hvp(energy)(&v, &u).ravel());
}

#[test]
fn messages() {
    let says = |f: &dyn Fn(), text: &str| {
        let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
        let have = payload.downcast_ref::<String>().expect("a text");
        assert!(have.starts_with(text), "{have}");
    };
    let x = normal(1, &[3]);
    let j = SparseJacobian::new(|x: &Array| x.sin(), &x);
    says(
        &|| drop(j.evaluate(&normal(1, &[4]))),
        "SparseJacobian: the structure was prepared for a point of shape [3] f64, not [4] f64\n  made at ",
    );
    says(
        &|| drop(j.evaluate(&x.cast(DType::F32))),
        "SparseJacobian: the structure was prepared for a point of shape [3] f64, not [3] f32\n  made at ",
    );
    says(
        &|| drop(SparseJacobian::new(|x: &Array| x.sin(), &Array::from([1, 2]))),
        "SparseJacobian: the point must be real floating point, not i32\n  made at ",
    );
    says(
        &|| drop(SparseJacobian::new(|x: &Array| x.greater(0.0), &x)),
        "SparseJacobian: the function's result must be real floating point, not bool\n  made at ",
    );
    says(
        &|| drop(SparseHessian::new(|x: &Array| x.sin(), &x)),
        "SparseHessian: the function must return one floating-point number (shape []), not shape [3] f64",
    );
    says(
        &|| drop(SparseJacobian::new(|x: &Array| if x.get(0).item() > 0.0 { x.sin() } else { x.cos() }, &x)),
        "`SparseJacobian` runs the function once, without values",
    );
}
