//! Transforms against their definition, their laws and their derivatives.

use super::{close, normal, numbers, real, same};
use pullback_array::fft::{self, Mode, Norm};
use pullback_array::{check::check_grads, *};

/// Σⱼ zⱼ·exp(±2πi jk/n), term by term.
fn by_definition(z: &[Complex64], sign: f64) -> Vec<Complex64> {
    let n = z.len();
    let root = |k: usize| Complex64::cis(sign * std::f64::consts::TAU * (k % n) as f64 / n as f64);
    (0..n).map(|k| z.iter().enumerate().map(|(j, z)| z * root(j * k)).sum()).collect()
}
fn scaled(z: Vec<Complex64>, by: f64) -> Vec<Complex64> {
    z.into_iter().map(|z| z * by).collect()
}

#[test]
fn every_length_and_norm() {
    for n in [1, 2, 3, 4, 5, 7, 8, 12, 31, 97, 100] {
        let z = normal(n as u64, &[n]);
        let v = numbers(&z);
        let size = n as f64;
        for (norm, forth, back) in [
            (Norm::Backward, 1.0, 1.0 / size),
            (Norm::Ortho, size.sqrt().recip(), size.sqrt().recip()),
            (Norm::Forward, 1.0 / size, 1.0),
        ] {
            let y = fft::fft(&z, None, -1, norm);
            close(&y, &scaled(by_definition(&v, -1.0), forth));
            close(&fft::ifft(&z, None, 0, norm), &scaled(by_definition(&v, 1.0), back));
            close(&fft::ifft(&y, None, 0, norm), &v);
            // Real transforms are the half of it, and its inverse.
            let x = z.real();
            let half = fft::rfft(&x, None, 0, norm);
            same(&half, &fft::fft(&x, None, 0, norm).get(..(n / 2 + 1) as isize));
            same(&fft::irfft(&half, Some(n), 0, norm), &x);
            let hermitian = fft::ihfft(&x, None, 0, norm);
            same(&fft::hfft(&hermitian, Some(n), 0, norm), &x);
        }
    }
    let x = Array::from([1.0f32, 2.0, 4.0]);
    assert_eq!(fft::rfft(&x, None, 0, Norm::Backward).dtype(), DType::C64);
    assert_eq!(fft::rfft(&Array::from([1, 2]), None, 0, Norm::Backward).dtype(), DType::C128);
    let wide = fft::fft(&x.cast(DType::F64), None, 0, Norm::Backward);
    let error = fft::fft(&x, None, 0, Norm::Backward).cast(DType::C128) - wide;
    assert!(error.abs().max().item() < 1e-6);
}

#[test]
fn several_axes_and_extents() {
    let z = normal(1, &[3, 4, 5]);
    let along = |z: &Array, n, axis| fft::fft(z, n, axis, Norm::Backward);
    same(&fft::fft2(&z, None, [-2, -1], Norm::Backward), &along(&along(&z, None, 1), None, 2));
    same(&fft::fftn(&z, None, None, Norm::Backward), &along(&along(&along(&z, None, 0), None, 1), None, 2));
    same(
        &fft::fftn(&z, Some(&[2, 7]), Some(&[0, 2]), Norm::Backward),
        &along(&along(&z, Some(2), 0), Some(7), 2),
    );
    same(&fft::ifftn(&fft::fftn(&z, None, None, Norm::Ortho), None, None, Norm::Ortho), &z);
    same(&fft::ifft2(&fft::fft2(&z, None, [0, 2], Norm::Forward), None, [0, 2], Norm::Forward), &z);
    let x = real(1, &[3, 4, 5]);
    same(
        &fft::rfftn(&x, None, None, Norm::Backward),
        &fft::fftn(&x, None, None, Norm::Backward).get((.., .., ..3)),
    );
    same(
        &fft::irfftn(&fft::rfftn(&x, None, None, Norm::Backward), Some(&[3, 4, 5]), None, Norm::Backward),
        &x,
    );
    same(&fft::irfft2(&fft::rfft2(&x, None, [0, 2], Norm::Ortho), Some([3, 5]), [0, 2], Norm::Ortho), &x);
    same(&fft::ifftshift(&fft::fftshift(&x, None), None), &x);
    // A transform of each row of a batch, and the whole batch.
    let rows: Vec<Array> = (0..3).map(|i| along(&z.get(i), None, -1)).collect();
    same(&along(&z, None, -1), &stack(&rows, 0));
    same(&vmap(|z: &Array| along(z, None, 0))(&z), &along(&z, None, 1));
    same(&jit(|z: &Array| along(z, None, 0))(&z), &along(&z, None, 0));
    assert_eq!(along(&Array::zeros(&[0, 3], DType::C128), None, 1).shape(), [0, 3]);
    assert_eq!(fft::rfftfreq(4, 0.5).to_vec::<f64>(), [0.0, 0.5, 1.0]);
}

#[test]
fn convolutions() {
    for (n, m) in [(1, 1), (5, 3), (3, 5), (16, 7)] {
        let (x, y) = (real(1, &[n]), real(2, &[m]));
        let (v, w) = (x.to_vec::<f64>(), y.to_vec::<f64>());
        let entry = |k: usize| (0..n).filter(|&i| k >= i && k - i < m).map(|i| v[i] * w[k - i]).sum::<f64>();
        let full: Vec<f64> = (0..n + m - 1).map(entry).collect();
        let check = |have: Array, want: &[f64]| {
            assert_eq!(have.shape(), [want.len()]);
            have.to_vec::<f64>().iter().zip(want).for_each(|(a, b)| assert!((a - b).abs() < 1e-13, "{a} {b}"))
        };
        check(fft::fftconvolve(&x, &y, Mode::Full), &full);
        check(fft::fftconvolve(&x, &y, Mode::Same), &full[(m - 1) / 2..(m - 1) / 2 + n]);
        check(fft::fftconvolve(&x, &y, Mode::Valid), &full[n.min(m) - 1..n.max(m)]);
    }
    let (x, y) = (normal(1, &[4, 5]), normal(2, &[2, 3]));
    let (v, w) = (numbers(&x), numbers(&y));
    let have = fft::fftconvolve(&x, &y, Mode::Full);
    let entry = |i: usize, j: usize| -> Complex64 {
        let inside = |a: usize, b: usize| i >= a && j >= b && i - a < 4 && j - b < 5;
        let all = (0..2).flat_map(|a| (0..3).map(move |b| (a, b))).filter(|&(a, b)| inside(a, b));
        all.map(|(a, b)| w[a * 3 + b] * v[(i - a) * 5 + j - b]).sum()
    };
    close(&have, &(0..35).map(|k| entry(k / 7, k % 7)).collect::<Vec<_>>());
}

#[test]
fn derivatives() {
    let (z, x) = (normal(1, &[2, 5]), real(2, &[2, 6]));
    for norm in [Norm::Backward, Norm::Ortho, Norm::Forward] {
        check_grads(move |z: &Array| fft::fft(z, Some(4), -1, norm).square(), &z, 2);
        check_grads(move |z: &Array| fft::ifft(z, Some(7), 1, norm).square(), &z, 2);
        check_grads(move |x: &Array| fft::rfft(x, None, -1, norm).square(), &x, 2);
        check_grads(move |x: &Array| fft::rfft(x, Some(5), 1, norm).abs_squared(), &x, 2);
        check_grads(move |z: &Array| fft::irfft(z, None, -1, norm).square(), &z, 2);
        check_grads(move |z: &Array| fft::irfft(z, Some(7), -1, norm).square(), &z, 2);
        check_grads(move |z: &Array| fft::hfft(z, None, -1, norm).square(), &z, 2);
        check_grads(move |x: &Array| fft::ihfft(x, None, -1, norm).square(), &x, 2);
    }
    let norm = Norm::Backward;
    check_grads(|z: &Array| fft::fft2(z, None, [0, 1], norm).square(), &z, 2);
    check_grads(|z: &Array| fft::ifftn(z, Some(&[3, 3]), None, norm).square(), &z, 2);
    check_grads(|x: &Array| fft::rfftn(x, None, None, norm).square(), &x, 2);
    check_grads(|z: &Array| fft::irfftn(z, None, None, norm).square(), &z, 2);
    check_grads(|x: &Array| fft::fftshift(x, None) * x, &x, 2);
    let pair = (real(3, &[6]), real(4, &[3]));
    for mode in [Mode::Full, Mode::Same, Mode::Valid] {
        check_grads(move |(x, y): &(Array, Array)| fft::fftconvolve(x, y, mode), &pair, 2);
    }
    // Parseval: the energy of the spectrum is n times that of the signal.
    let energy = |x: &Array| fft::fft(x, None, -1, norm).abs_squared().sum();
    let signal = x.get(0);
    assert!((energy(&signal).item() - 6.0 * signal.square().sum().item()).abs() < 1e-12);
    same(&grad(energy)(&signal), &(12.0 * &signal));
    check_grads(|x: &Array| fft::rfft(x, None, 0, norm).abs_squared(), &signal.cast(DType::F32), 1);
}

#[test]
fn the_same_bits_on_one_thread_and_many() {
    let z = normal(1, &[64, 1000]);
    let before = threads();
    let bits = |n| {
        set_threads(n);
        let y = fft::fft(&(&z * 1.0), None, -1, Norm::Backward) * &z;
        let all = numbers(&y.sum_axis(0));
        all.iter().flat_map(|z| [z.re.to_bits(), z.im.to_bits()]).collect::<Vec<_>>()
    };
    let all = [1, 2, 3].map(bits);
    set_threads(before);
    assert!(all[0] == all[1] && all[0] == all[2]);
}
