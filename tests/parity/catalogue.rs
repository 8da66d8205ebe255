//! H16, continued: the functions of `autograd.numpy`, its `linalg` and its `fft`, by name.

use super::all_close;
use pullback::array::check::check_grads;
use pullback::array::{self, Array, Complex64, DType, Norm, PadMode, Real, fft, grad, linalg};
use std::panic::{AssertUnwindSafe, catch_unwind};

type F = fn(&Array) -> Array;

#[track_caller]
fn each(cases: &[(&str, F)], x: &Array, order: usize) {
    for (name, f) in cases {
        let worked = catch_unwind(AssertUnwindSafe(|| check_grads(f, x, order)));
        assert!(worked.is_ok(), "{name}");
    }
}
fn matrix() -> Array {
    Array::from([[0.7, 0.3, -0.4], [1.1, -0.9, 0.2]])
}

/// docs/operations.md has those with reference values; the others are here.
#[test]
fn h16_numpy() {
    let page = include_str!("../../docs/operations.md");
    let names = "abs add arccos arccosh arcsin arcsinh arctan arctan2 arctanh broadcast_to clip concatenate convolve cos \
        cosh cross cumsum deg2rad diag diagonal diff divide dot einsum exp exp2 expand_dims expm1 flip hstack hypot inner \
        kron log log10 log1p log2 logaddexp logaddexp2 matmul max maximum mean min minimum moveaxis multiply nan_to_num \
        negative norm outer pad power prod rad2deg ravel reciprocal remainder repeat reshape roll rot90 sin sinc sinh sort \
        split sqrt square squeeze stack std subtract sum swapaxes tan tanh tensordot tile trace transpose tril triu var \
        vstack where";
    for name in names.split_whitespace() {
        assert!(page.contains(&format!("\n| `{name}` |")), "{name}");
    }
    let others: [(&str, F); 24] = [
        ("array_split", |x| x.split_at([1], 1).iter().map(|p| p.square().sum()).sum()),
        ("hsplit", |x| x.split(3, 1)[1].sin()),
        ("vsplit", |x| x.split(2, 0)[1].sin()),
        ("fliplr", |x| x.flip(1) * x),
        ("flipud", |x| x.flip(0) * x),
        ("rollaxis", |x| x.moveaxis(1, 0).square()),
        ("real_if_close", |x| Array::complex(x, 0.0).real().sin()),
        ("conj, real, imag", |x| {
            let z = Array::complex(x, x.sin());
            (&z.conj() * &z).real() + z.square().imag()
        }),
        ("angle", |x| Array::complex(x + 2.0, x).angle()),
        ("linspace", |x| x.max() * Array::linspace(0.0, 1.0, 4) + x.min() * Array::linspace(1.0, 0.0, 4)),
        ("partition", |x| x.partition(1, 1).get((.., 1)).square()),
        ("gradient", |x| x.gradient(0.5, 1).sin()),
        ("select", |x| array::where_(&x.greater(0.5), x.exp(), array::where_(&x.less(0.0), x.square(), 0.0))),
        ("atleast_2d", |x| x.sum().reshape([1, 1]).sin()),
        ("column_stack", |x| array::stack(&[x.get(0), x.get(1).sin()], 1)),
        ("append", |x| array::concatenate(&[x.ravel(), x.ravel().sin()], 0)),
        ("mod", |x| (x + 3.0).remainder(2.5)),
        ("vdot", |x| x.vdot(&x.sin())),
        ("fancy indexing", |x| x.take(&Array::from([2, 0, 2]), 1).square()),
        ("boolean indexing", |x| {
            x.boolean_mask(&Array::from([[true, false, true], [false, true, true]])).sin()
        }),
        ("basic indexing", |x| x.get((.., 1..)).square()),
        ("assignment", |x| x.at_set((0, ..2), x.get((1, ..2)).exp())),
        ("pad", |x| x.pad(&[(1, 0), (2, 1)], PadMode::Constant(0.5)).square()),
        ("cumprod", |x| x.cumprod(1)),
    ];
    each(&others, &matrix(), 2);
    // Ties of max and min are shared evenly.
    all_close(&grad(|x: &Array| x.max() + x.min())(&Array::from([3.0, 1.0, 3.0, 1.0])), &[0.5; 4]);
    // What is constant piece by piece has derivative 0, and does not stop anything.
    let flat: [F; 9] = [
        |x| x.floor(),
        |x| x.ceil(),
        |x| x.round(),
        |x| x.trunc(),
        |x| x.sign(),
        |x| x.argsort(1).cast(DType::F64),
        |x| x.argmax_axis(1).cast(DType::F64),
        |x| x.greater(0.0).logical_not().cast(DType::F64),
        |x| x.isnan().cast(DType::F64) + x.floor_divide(2.0),
    ];
    for f in flat {
        all_close(&grad(|x: &Array| f(x).sum() + x.sum())(&matrix()), &[1.0; 6]);
    }
}

#[test]
fn h16_linear_algebra() {
    let a = Array::from([[[2.0, 0.3], [0.1, 1.0]], [[1.5, -0.2], [0.4, 3.0]]]);
    let batched: [(&str, F); 16] = [
        ("inv", |a| linalg::inv(a)),
        ("pinv", |a| linalg::pinv(a)),
        ("solve", |a| linalg::solve(a, &Array::from([[1.0], [2.0]]))),
        ("det", |a| linalg::det(a)),
        ("slogdet", |a| linalg::slogdet(a).1),
        ("norm of vectors", |a| a.norm_axis(Norm::Two, -1) + a.norm_axis(Norm::P(3.0), -1)),
        ("Frobenius norm", |a| a.norm_axis(Norm::Two, [-2, -1])),
        ("nuclear norm", |a| a.norm_axis(Norm::Nuclear, [-2, -1])),
        ("norm of columns", |a| a.norm_axis(Norm::P(1.0), [-2, -1])),
        ("eigh", |a| {
            let (w, v) = linalg::eigh(a);
            (&v * w.exp().expand_dims(-2)).matmul(&v.swapaxes(-1, -2))
        }),
        ("eigvalsh", |a| linalg::eigvalsh(a)),
        ("eig: values", |a| linalg::eig(a).0.powi(3).real().sum_axis(-1)),
        ("eig: vectors", |a| {
            let (w, v) = linalg::eig(a);
            (&v * w.exp().expand_dims(-2)).matmul(&linalg::inv(&v)).real()
        }),
        ("svd", |a| {
            let (u, s, vt) = linalg::svd(a);
            (u * s.sin().expand_dims(-2)).matmul(&vt)
        }),
        ("svdvals", |a| linalg::svdvals(a)),
        ("cholesky", |a| linalg::cholesky(&a.matmul(&a.swapaxes(-1, -2)))),
    ];
    each(&batched, &a, 2);
}

/// The same of batched complex matrices, which are Hermitian where NumPy's function is of such.
#[test]
fn h16_complex_linear_algebra() {
    let a = Array::from([[[2.0, 0.3], [0.1, 1.0]], [[1.5, -0.2], [0.4, 3.0]]]);
    let z = Array::complex(&a, a.sin());
    let adjoint = |z: &Array| z.conj().swapaxes(-1, -2);
    let batched: [(&str, F); 22] = [
        ("inv", |z| linalg::inv(z)),
        ("pinv", |z| linalg::pinv(z)),
        ("solve", |z| linalg::solve(z, &Array::from([[1.0], [2.0]]))),
        ("solve with a complex side", |z| linalg::solve(z, z)),
        ("lstsq", |z| linalg::lstsq(z, &Array::from([[1.0], [2.0]]))),
        ("solve_triangular", |z| linalg::solve_triangular(z, z, linalg::Triangle::lower())),
        ("det", |z| linalg::det(z)),
        ("slogdet: sign", |z| linalg::slogdet(z).0),
        ("slogdet: logarithm", |z| linalg::slogdet(z).1),
        ("norm of vectors", |z| z.norm_axis(Norm::Two, -1) + z.norm_axis(Norm::P(3.0), -1)),
        ("Frobenius norm", |z| z.norm_axis(Norm::Two, [-2, -1])),
        ("nuclear norm", |z| z.norm_axis(Norm::Nuclear, [-2, -1])),
        ("spectral norm", |z| z.norm_axis(Norm::P(2.0), [-2, -1])),
        ("norm of columns", |z| z.norm_axis(Norm::P(1.0), [-2, -1])),
        ("eigh", |z| {
            let (w, v) = linalg::eigh(z);
            (&v * w.exp().expand_dims(-2)).matmul(&v.conj().swapaxes(-1, -2))
        }),
        ("eigvalsh", |z| linalg::eigvalsh(z)),
        ("eig", |z| linalg::eig(z).0.powi(3).sum_axis(-1)),
        ("svd", |z| {
            let (u, s, vh) = linalg::svd(z);
            (u * s.sin().expand_dims(-2)).matmul(&vh)
        }),
        ("svdvals", |z| linalg::svdvals(z)),
        ("cholesky", |z| linalg::cholesky(&z.matmul(&z.conj().swapaxes(-1, -2)))),
        ("qr", |z| linalg::qr(z).0),
        ("expm", |z| linalg::expm(z)),
    ];
    each(&batched, &z, 2);
    let same = |x: &Array, y: &Array| assert!((x - y).abs().max().item() < 1e-13);
    let identity = Array::identity(2, DType::C128);
    same(&z.matmul(&linalg::inv(&z)), &identity);
    let (u, s, vh) = linalg::svd(&z);
    same(&(&u * s.expand_dims(-2)).matmul(&vh), &z);
    same(&adjoint(&u).matmul(&u), &identity);
    let hermitian = &z + adjoint(&z);
    let (w, v) = linalg::eigh(&hermitian);
    same(&hermitian.matmul(&v), &(&v * w.expand_dims(-2)));
    let l = linalg::cholesky(&z.matmul(&adjoint(&z)));
    same(&l.matmul(&adjoint(&l)), &z.matmul(&adjoint(&z)));
    let (sign, log) = linalg::slogdet(&z);
    same(&(sign * log.exp()), &linalg::det(&z));
    // The gradient of a real function is ∂L/∂x − i ∂L/∂y: of log|det A| the transposed inverse.
    let g = grad(|z: &Array| linalg::slogdet(z).1.sum())(&z);
    same(&g, &linalg::inv(&z).swapaxes(-1, -2));
    assert_eq!((w.dtype(), s.dtype(), log.dtype()), (DType::F64, DType::F64, DType::F64));
    let single = z.cast(DType::C64);
    assert_eq!((linalg::det(&single).dtype(), linalg::svdvals(&single).dtype()), (DType::C64, DType::F32));
}

/// The twelve, and the two shifts: each inverse undoes its transform, and each is differentiated.
#[test]
fn h16_fourier_transforms() {
    use fft::Norm::Backward;
    let x = Array::from([[0.3, -1.2, 0.5, 2.0], [1.0, 0.25, -0.75, 0.1]]);
    let z = Array::complex(&x, x.sin());
    let forward: [(&str, F); 8] = [
        ("fft", |z| fft::fft(z, None, -1, Backward)),
        ("ifft", |z| fft::ifft(z, None, -1, Backward)),
        ("fft2", |z| fft::fft2(z, None, [0, 1], Backward)),
        ("ifft2", |z| fft::ifft2(z, None, [0, 1], Backward)),
        ("fftn", |z| fft::fftn(z, None, None, Backward)),
        ("ifftn", |z| fft::ifftn(z, None, None, Backward)),
        ("fftshift", |z| fft::fftshift(z, None)),
        ("ifftshift", |z| fft::ifftshift(z, None)),
    ];
    for (name, f) in forward {
        let worked = catch_unwind(AssertUnwindSafe(|| check_grads(|z: &Array| f(z) * z, &z, 2)));
        assert!(worked.is_ok(), "{name}");
    }
    for pair in forward.chunks(2) {
        assert!((pair[1].1(&pair[0].1(&z)) - &z).abs().max().item() < 1e-14, "{}", pair[0].0);
    }
    let half: [(&str, F, F); 3] = [
        ("rfft", |x| fft::rfft(x, None, -1, Backward), |z| fft::irfft(z, None, -1, Backward)),
        ("rfft2", |x| fft::rfft2(x, None, [0, 1], Backward), |z| fft::irfft2(z, None, [0, 1], Backward)),
        ("rfftn", |x| fft::rfftn(x, None, None, Backward), |z| fft::irfftn(z, None, None, Backward)),
    ];
    for (name, there, back) in half {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            check_grads(|x: &Array| there(x).abs_squared(), &x, 2);
            check_grads(|z: &Array| back(z).square(), &there(&x), 2);
        }));
        assert!(worked.is_ok(), "{name}");
        all_close(&back(&there(&x)), &x.to_vec::<f64>());
    }
    // The first coefficient is the sum.
    let first = fft::fft(&x, None, -1, Backward).get((0, 0)).item_complex();
    assert!((first - Complex64::new(1.6, 0.0)).norm() < 1e-15);
}
