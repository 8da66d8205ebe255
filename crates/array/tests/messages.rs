//! What a programmer reads after a mistake: what is wrong, and where both arrays were made.

use pullback_array::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn message(f: impl FnOnce()) -> String {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let error = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    std::panic::set_hook(hook);
    error
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| error.downcast_ref::<&str>().map_or("".into(), |s| s.to_string()))
}
fn show(x: Array) {
    x.eval();
}

fn a() -> Array {
    Array::from([1.0, 2.0, 3.0])
}
fn z() -> Array {
    Array::complex(a(), 1.0)
}
fn m() -> Array {
    Array::from([[1.0, 2.0], [3.0, 4.0]])
}

/// Each mistake and the text of its panic; `#` stands for a line of this file.
macro_rules! mistakes {
    ($($mistake:expr => $text:literal;)*) => {
        #[test]
        fn every_message() {
            $(
                let got = message(|| {
                    $mistake;
                });
                let mut parts = got.split(file!());
                let first = parts.next().unwrap_or("").to_string();
                let rest = parts.map(|p| format!("#{}", p.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit())));
                assert_eq!([first].into_iter().chain(rest).collect::<String>(), $text);
            )*
        }
    };
}
mistakes! {
    show(a() + Array::from([1.0, 2.0])) => "add: shapes [3] and [2] do not broadcast\n  left made at #\n  right made at #";
    show(a() * Array::from([1.0f32, 2.0, 3.0])) => "mul: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    show(Array::from([1, 2]) + 0.5) => "add: the number 0.5 is not a value of a i32 array; convert the array with .cast(DType::F64)\n  made at #";
    show(Array::from([1, 2]).sin()) => "sin: needs a floating-point array, not i32; convert it with .cast(DType::F64)\n  made at #";
    show(grad(|x: &Array| x.sin())(&a())) => "grad: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    show(a().reshape([2, -1])) => "reshape: shape [3] with 3 elements does not go into [2, -1]\n  made at #";
    show(m().matmul(&a())) => "matmul: shapes [2, 2] and [3] do not fit\n  left made at #\n  right made at #";
    show(m().sum_axis(2)) => "sum: axis 2 is out of range for shape [2, 2] of 2 axes";
    show(m().sum_axis([0, -2])) => "sum: axes [0, -2] name an axis twice, for shape [2, 2]";
    show(Array::zeros(&[0], DType::F64).reshape([0]).max()) => "max: an empty set of elements has no max: shape [0], axes [0]\n  made at #";
    show(m().get(2)) => "get: index 2 is out of range for axis 0 with 2 elements, shape [2, 2]\n  made at #";
    show(m().get((0, 0, 0))) => "get: 3 indices for shape [2, 2]\n  made at #";
    show(a().take(&Array::from([0, 3]), 0)) => "index 3 is out of range for an axis of extent 3; it is row 1 of the indices\n  indexed at #";
    show(a().take(&Array::from([0, -4]), 0)) => "index -4 is out of range for an axis of extent 3; it is row 1 of the indices\n  indexed at #";
    show(a().take(&Array::from([0.0]), 0)) => "take: indices are integer arrays, not f64; bool masks go to boolean_mask\n  made at #";
    show(a().at_set(0..2, a())) => "at_set: values of shape [3] do not broadcast to the [2] selected\n  array made at #\n  values made at #";
    show(concatenate(&[a(), m()], 0)) => "concatenate: shapes [3] and [2, 2] do not fit along axis 0\n  first made at #\n  other made at #";
    show(einsum("ij,jk->ik", &[m(), a()])) => "einsum: \"jk\" of \"ij,jk->ik\" for shape [3]\n  made at #";
    show(where_(&a(), 1.0, 0.0)) => "where: the condition must be a bool array, not f64\n  made at #";
    a().clone().set_rows(&Array::from([3i64]), &Array::from([0.0])) => "set_rows: row 3 is out of range for 3 rows\n  array made at #";
    m().clone().set_rows(&Array::from([1i64]), &a()) => "set_rows: rows of shape [3] f64 at row numbers of shape [1] i64 do not fit shape [2, 2] f64\n  array made at #\n  rows made at #";
    show(grad(|x: &Array| { x.clone().set_rows(&Array::from([0i64]), &Array::from([0.0])); x.sum() })(&a())) => "set_rows: a running transform depends on the array, whose derivative would be lost; use at_set\n  made at #";
    show(a().clip_gradient(1.0, 0.0)) => "clip_gradient: the lower bound 1 must not exceed the upper bound 0";
    show(a().straight_through(|x| x.sum())) => "straight_through: the function made shape [] f64 of shape [3] f64, which cannot pass for it\n  input made at #\n  result made at #";
    show(jacobian_with(|x: &Array| x.sin(), Mode::Auto, 0)(&a())) => "jacobian: a chunk has at least one row";
    show(switch(&Array::from(0.5), &[&|x: &Array| x.sin()], &a())) => "switch: the choice must be one integer, not f64 of shape []\n  made at #";
    show(scan(|s: &Array, _: &()| (s.sin(), ()), &a(), &()).0) => "scan: there are no rows to say how many steps; use fori_loop for a loop without rows";
    show(scan(|s: &Vec<Array>, _: &Array| (vec![s[0].clone(); 2], ()), &vec![a()], &a()).0.swap_remove(0)) => "scan: the state has 1 leaves, after a step 2";
    show(vmap(|x: &Array| x.sin())(&Array::from(1.0))) => "vmap: leaf `` is a single number and has no axis to map over; capture it in the function, or give it the axis None in vmap_axes\n  made at #";
    show(vmap(|(x, y): &(Array, Array)| x + y)(&(a(), m()))) => "vmap: leaf `0` is a batch of 3, leaf `1` one of 2 (shape [2, 2], axis 0)\n  made at #";
    show(jvp(|x: &Array| x.sin())(&a(), &m()).1) => "jvp: leaf `` has shape [2, 2] f64, its place takes [3] f64\n  made at #\n  place made at #";
    show(vjp(|x: &Array| x.sin())(&a()).1(&m())) => "pullback: leaf `` has shape [2, 2] f64, its place takes [3] f64\n  made at #\n  place made at #";
    show(hvp(|x: &Array| x.sin().sum())(&a(), &m())) => "jvp: leaf `` has shape [2, 2] f64, its place takes [3] f64\n  made at #\n  place made at #";
    show(linearize(|x: &Array| x.sin())(&a()).1(&m())) => "linearize: leaf `` has shape [2, 2] f64, its place takes [3] f64\n  made at #\n  place made at #";
    show(linear_transpose(|x: &Array| x.sin(), &a())(&a())) => "linear_transpose: the function is not linear: `sin`\n  made at #";
    a().to_vec::<f32>() => "to_vec: the array is f64, not f32; convert it with .cast(DType::F32)\n  made at #";
    a().convolve(&m(), "full") => "convolve: needs two vectors with elements, not shapes [2, 2] and [3]\n  one made at #\n  other made at #";
    a().convolve(&a(), "half") => "convolve: the mode is \"full\", \"same\" or \"valid\", not \"half\"";
    show(a().gradient(1.0, 1)) => "gradient: axis 1 is out of range for shape [3] of 1 axes";
    show(Array::from([1.0]).gradient(1.0, 0)) => "gradient: axis 0 of shape [1] has no neighbours\n  made at #";
    show(a().partition(3, 0)) => "partition: no element 3 of axis 0 of shape [3]\n  made at #";
    show(m().conv(&a(), &[], &[], &[])) => "conv: shapes [2, 2] and [3] do not fit\n  input made at #\n  kernel made at #";
    show(fft::fft(&Array::zeros(&[0], DType::F64), None, 0, fft::Norm::Backward)) => "fft: a transform needs at least one element, of shape [0]\n  made at #";
    show(fft::rfft(&z(), None, 0, fft::Norm::Backward)) => "rfft: needs a real array, not c128; take fft, or .real() of the array\n  made at #";
    show(fft::fftconvolve(&m(), &a(), fft::Mode::Full)) => "fftconvolve: shapes [2, 2] and [3] do not fit\n  left made at #\n  right made at #";
    show(z().maximum(z())) => "max: complex numbers have none; take it of .real() and .imag(), or of .abs()\n  array of c128 made at #";
    show(z().floor()) => "floor: complex numbers have none; take it of .real() and .imag(), or of .abs()\n  array of c128 made at #";
    z().get(0).item() => "item: the number is c128; take .item_complex(), or .real() and .imag()\n  made at #";
    drop(grad(|z: &Array| z.get(0))(&z())) => "grad: the function returns a complex number, which has no gradient; take its .real(), .imag() or .abs(), or holomorphic_grad of a holomorphic function\n  made at #";
    drop(vjp(|x: &Array| x.sin())(&a()).1(&m())) => "pullback: leaf `` has shape [2, 2] f64, its place takes [3] f64\n  made at #\n  place made at #";
    drop(vjp(|x: &Array| x.sin())(&a()).1(&Array::from([1f32, 2.0, 3.0]))) => "pullback: leaf `` has shape [3] f32, its place takes [3] f64\n  made at #\n  place made at #";
    drop(vjp(|x: &Array| vec![x.sin()])(&a()).1(&vec![a(), a()])) => "pullback: the tree has 2 leaves where 1 are wanted\n  made at #";
    drop(jvp(|x: &Array| x.sin())(&a(), &m())) => "jvp: leaf `` has shape [2, 2] f64, its place takes [3] f64\n  made at #\n  place made at #";
    drop(jet(|x: &Array| x.sin())(&a(), &vec![a(); 20])) => "jet: the order is 20, the highest is 15\n  input made at #";
    drop(jet(|x: &Array| x.sin())(&a(), &[m()])) => "jet: leaf `` has shape [2, 2] f64, its place takes [3] f64\n  made at #\n  place made at #";
    drop(odeint(|_, y: &Array| -y, &a(), &a(), Ode { rtol: -1.0, ..Ode::default() })) => "odeint: `rtol` -1 and `atol` 0.00000001 must be at least 0 and not both 0";
    drop(odeint(|_, y: &Array| -y, &a(), &a(), Ode { rtol: 0.0, atol: 0.0, ..Ode::default() })) => "odeint: `rtol` 0 and `atol` 0 must be at least 0 and not both 0";
    drop(odeint(|_, y: &Array| -y, &a(), &a(), Ode { steps: 0, ..Ode::default() })) => "odeint: `steps` is 0, and the times cannot be reached without one";
    drop(odeint(|_, y: &Array| -y, &a(), &m(), Ode::default())) => "odeint: the times are one axis with at least one, not shape [2, 2]\n  made at #";
    drop(odeint(|_, y: &Array| y.sum(), &a(), &a(), Ode::default())) => "odeint: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    drop(fixed_point_with(|x: &Array, p: &Array| x * p, a(), f64::NAN, 10, Krylov::GMRES)(&a())) => "fixed_point_with: `tolerance` is NaN, not at least 0";
    drop(fixed_point_with(|x: &Array, p: &Array| x * p, a(), 1e-9, 0, Krylov::GMRES)(&a())) => "fixed_point_with: `steps` is 0, and whether x has settled is seen after one";
    check::check_grads(|x: &Array| x.sin(), &a(), 0) => "check_grads: `order` is 0, and there is nothing to check";
    drop(check::jacobians(|x: &Array| x.sin(), 0.0)(&a())) => "jacobians: the step `delta` is 0, not above 0";
    show(a().clip_gradient(1.0, -1.0)) => "clip_gradient: the lower bound 1 must not exceed the upper bound -1";
    drop(grad(|x: &Array| x.on_cotangent(|g| g.sum()).sum())(&a())) => "the rule of `on_cotangent` gave a cotangent of shape [] f64 for an input of shape [3] f64\n  input made at #";
    drop(SparseRows { index: Array::from([0i64]), values: m(), shape: vec![4, 2] }.to_dense()) => "SparseRows::to_dense: row numbers of shape [1] i64 and rows of shape [2, 2] are not those of an array of shape [4, 2]\n  row numbers made at #\n  rows made at #";
    drop(SparseRows { index: Array::from([0, 1]), values: m(), shape: vec![4, 2] }.coalesced()) => "SparseRows::coalesced: row numbers of shape [2] i32 and rows of shape [2, 2] are not those of an array of shape [4, 2]\n  row numbers made at #\n  rows made at #";
    drop(linalg::eig(&a())) => "eig: needs two axes or more, not shape [3]\n  made at #";
    drop(linalg::solve(&linalg::eig(&m()).1, &a())) => "solve: a right-hand side of shape [3] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    a().item() => "item: the array has shape [3], not one element\n  made at #";
}

#[test]
fn printing() {
    let text = |x: Array| (format!("{x}"), format!("{x:?}"));
    assert_eq!(text(Array::from([[1.0, -2.5], [10.0, f64::NAN]])).0, "[[ 1.  -2.5]\n [10.   nan]]");
    assert_eq!(text(Array::from([0.1f32, 2.0])).1, "Array([0.1, 2. ], f32)");
    assert_eq!(text(Array::from([1e-10, 1.0])).0, "[1.e-10 1.e+00]");
    assert_eq!(text(Array::from([[1, 2], [30, 4]])).1, "Array([[ 1,  2],\n       [30,  4]], i32)");
    assert_eq!(text(Array::zeros(&[0, 3], DType::Bool)).1, "Array([], shape=[0, 3], bool)");
    assert_eq!(text(Array::from(2.5)), ("2.5".into(), "Array(2.5, f64)".into()));
    assert_eq!(text(Array::range(2000, DType::I64)).0, "[   0    1    2 ... 1997 1998 1999]");
    let long = text(Array::range(40, DType::I32)).0;
    assert!(
        long.lines().count() == 2 && long.lines().all(|l| l.len() <= 76) && long.contains("\n "),
        "{long}"
    );
}
