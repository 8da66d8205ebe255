//! A unit matrix is a view of fewer numbers than it shows. Nobody sees that: it is what the same numbers are, wherever they are
//! looked at and under every transform.

use pullback_array::{
    Array, DType, Element, Key, PadMode, Real, concatenate, cond, grad, hessian, hvp, io, jit, jvp, scan,
    stack, vjp, vmap, where_,
};

fn dense(n: usize, m: usize, k: isize, dtype: DType) -> Array {
    let at = |i: usize| f64::from(u8::from((i / m) as isize + k == (i % m) as isize));
    Array::from_slice(&(0..n * m).map(at).collect::<Vec<f64>>(), &[n, m]).cast(dtype)
}
#[track_caller]
fn same<T: Element + PartialEq + std::fmt::Debug>(x: &Array, y: &Array) {
    assert_eq!((x.shape(), x.dtype()), (y.shape(), y.dtype()));
    assert_eq!(x.to_vec::<T>(), y.to_vec::<T>());
}

#[test]
fn looks_like_its_numbers() {
    for (n, m) in [(0, 0), (0, 3), (3, 0), (1, 1), (1, 5), (5, 1), (4, 6), (6, 4), (600, 3), (3, 600)] {
        for k in [-599, -7, -3, -1, 0, 1, 2, 5, 598] {
            let matrix = |dtype| (Array::eye(n, m, k, dtype), dense(n, m, k, dtype));
            let (x, y) = matrix(DType::F64);
            assert_eq!(x.to_string(), y.to_string());
            assert_eq!(io::npy_to_bytes(&x), io::npy_to_bytes(&y));
            same::<f64>(&x, &y);
            let (x, y) = matrix(DType::F32);
            same::<f32>(&x, &y);
            let (x, y) = matrix(DType::I64);
            same::<i64>(&x, &y);
            let (x, y) = matrix(DType::Bool);
            same::<bool>(&x, &y);
            let (x, y) = matrix(DType::C128);
            same::<f64>(&x.real(), &y.real());
            same::<f64>(&x.imag(), &y.imag());
        }
    }
    assert_eq!(Array::identity(1, DType::F64).item(), 1.0);
    let mut x = Array::identity(3, DType::F64);
    x.set_rows(&Array::from([1]), &Array::from([[7.0, 8.0, 9.0]]));
    assert_eq!(x.to_vec::<f64>(), [1.0, 0.0, 0.0, 7.0, 8.0, 9.0, 0.0, 0.0, 1.0]);
}

const ZERO: PadMode = PadMode::Constant(0.0);
type Function = Box<dyn Fn(&Array, &Array) -> Array>;

/// Functions of a 5 × 7 matrix and of another, `x`.
fn functions() -> Vec<(&'static str, Function)> {
    fn of(f: impl Fn(&Array, &Array) -> Array + 'static) -> Function {
        Box::new(f)
    }
    vec![
        ("slices", of(|e, x| e.get((1..4, ..-1)) * x.get((..3, 1..)))),
        ("steps", of(|e, x| e.flip([0, 1]).get((.., 0)) - x.get((.., 0)))),
        ("transpose", of(|e, x| (e.t() * 3.0) / (x.t() + 5.0))),
        ("flat", of(|e, x| e.ravel() * x.ravel())),
        ("split", of(|e, x| (2.0 - e).reshape([5, 7, 1]) * x.reshape([5, 1, 7]))),
        ("joined", of(|e, x| concatenate(&[e.clone(), x.clone(), -e], 0) * 2.0)),
        ("rows", of(|e, x| e.take(&Array::from([3, 0, 3]), 0) + x.take(&Array::from([1, 1, 2]), 0))),
        ("products", of(|e, x| e.matmul(&x.t()).matmul(e) + x.matmul(&e.t()).matmul(x))),
        ("sums", of(|e, x| e.sum_axis(0) * x.sum_axis(0) + (e * x).max_axis(0) - e.cumsum(0).get(2))),
        ("choices", of(|e, x| where_(&e.greater(0.5), x, 2.0 * x))),
        ("sorted", of(|e, x| e.sort(1) + x.sort(1))),
        ("numbers", of(|e, x| (1.0 - 2.0 * e).square() * x + (3.0 * e - 1.0 / (e + 4.0)) * (e + e))),
        ("in views", of(|e, x| 2.0 * e.get(..-1) * e.get(..-1) - e.get(1..) * e.get(..-1) + x.get(..-1))),
        ("padded", of(|e, x| (2.0 * e).pad(&[(0, 1), (1, 0)], ZERO) * x.pad(&[(1, 0), (0, 1)], ZERO))),
    ]
}

#[test]
fn is_an_ordinary_array_under_every_transform() {
    let key = Key::new(1);
    let (x, dx) = (key.fold_in(0).normal(&[5, 7], DType::F64), key.fold_in(1).normal(&[5, 7], DType::F64));
    let batch = key.fold_in(2).normal(&[3, 5, 7], DType::F64);
    for k in [-2, 0, 3] {
        let (e, d) = (|| Array::eye(5, 7, k, DType::F64), dense(5, 7, k, DType::F64));
        for (name, f) in functions() {
            println!("{name} {k}");
            let loss = |e: &Array, x: &Array| f(e, x).square().sum();
            let all = |e: Array| {
                let of_x = |x: &Array| f(&e, x);
                let step =
                    |s: &Array, _: &Array| (s + 0.1 * loss(&e, &(&x * s)), f(&e, &s.broadcast_to([5, 7])));
                let (last, rows) = scan(step, &Array::from(0.5), &Array::zeros(&[4], DType::F64));
                let chosen = cond(&x.sum().greater(0.0), |x: &Array| f(&e, x), |x: &Array| f(x, &e), &x);
                vec![
                    f(&e, &x),
                    f(&e, &e),
                    jit(of_x)(&x),
                    jit(|e: &Array| f(e, &x))(&e),
                    grad(|x: &Array| loss(&e, x))(&x),
                    grad(|e: &Array| loss(e, &x))(&e),
                    jit(grad(|x: &Array| loss(&e, x)))(&x),
                    jit(grad(|e: &Array| loss(e, &x)))(&e),
                    jvp(of_x)(&x, &dx).1,
                    jvp(of_x)(&x, &e).1,
                    jvp(|e: &Array| f(e, &x))(&e, &e).1,
                    vjp(|x: &Array| x * 2.0)(&x).1(&e),
                    vmap(of_x)(&batch),
                    jit(vmap(of_x))(&batch),
                    vmap(|r: &Array| f(&r.broadcast_to([5, 7]), &x))(&e),
                    grad(|x: &Array| vmap(|r: &Array| (r * x.get(0)).sum())(&e).square().sum())(&x),
                    last,
                    rows,
                    chosen,
                ]
            };
            for (j, (have, want)) in all(e()).iter().zip(all(d.clone())).enumerate() {
                assert_eq!(have.shape(), want.shape(), "{name} {k}: {j}");
                assert!(have.allclose(&want, 1e-14, 1e-14), "{name} {k}: {j}\n{have}\n{want}");
            }
        }
    }
}

/// Slices of the unit vectors, near and far, and their padding.
#[test]
fn rows_of_hessians() {
    let n = 300;
    let x = Key::new(3).normal(&[n], DType::F64);
    for lag in [1, 2, 150, 298, 299] {
        let f = |x: &Array| {
            let (a, b) = (x.get(lag..), x.get(..-lag));
            ((&a - b.square()).square() * 3.0 + (2.0 - &a).square() * &b + a * 0.5).sum()
        };
        let (h, compiled) = (hessian(f)(&x), jit(hessian(f))(&x));
        let row = |i: usize| {
            let unit: Vec<f64> = (0..n).map(|j| f64::from(u8::from(i == j))).collect();
            hvp(f)(&x, &Array::from(unit))
        };
        let rows = stack(&(0..n).map(row).collect::<Vec<_>>(), 0);
        assert!(h.allclose(&rows, 1e-13, 1e-13), "{lag}");
        assert!(compiled.allclose(&rows, 1e-13, 1e-13), "{lag}");
    }
}

#[test]
fn derivatives_of_trees_and_matrices() {
    let f = |x: &Array| (x.get(1..) * x.get(..-1)).exp().sum() + x.square().sum();
    let x = Key::new(2).normal(&[3, 4], DType::F64);
    let flat = hessian(|v: &Array| f(&v.reshape([3, 4])))(&x.ravel());
    let whole = jit(hessian(f))(&x);
    assert_eq!(whole.shape(), [3, 4, 3, 4]);
    assert!(whole.reshape([12, 12]).allclose(&flat, 1e-13, 1e-13));
}
