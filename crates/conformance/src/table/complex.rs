//! Complex numbers and Fourier transforms. The files write a complex array as a real one with a last axis of real and
//! imaginary part: rows join the parts, apply the operation and take them apart again.

use super::{Row, rows};
use crate::attrs::Attrs;
use pullback_array::fft::{Norm, fft, fft2, ifft, ifft2, irfft, rfft};
use pullback_array::{Array, Real, stack};

fn joined(x: &Array) -> Array {
    let last = x.ndim() as isize - 1;
    Array::complex(x.take(&Array::from(0i64), last), x.take(&Array::from(1i64), last))
}
fn parted(z: &Array) -> Array {
    stack(&[z.real(), z.imag()], -1)
}
fn norm(a: &Attrs) -> Norm {
    match a.get("norm").as_str() {
        None | Some("backward") => Norm::Backward,
        Some("ortho") => Norm::Ortho,
        Some("forward") => Norm::Forward,
        Some(other) => panic!("norm {other}"),
    }
}
fn n(a: &Attrs) -> Option<usize> {
    a.has("n").then(|| a.int("n") as usize)
}
/// The axis counts in the complex array.
fn axis(a: &Attrs) -> isize {
    if a.has("axis") { a.int("axis") } else { -1 }
}

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "fft" => parted(&fft(&joined(f), n(a), axis(a), norm(a))),
    "ifft" => parted(&ifft(&joined(f), n(a), axis(a), norm(a))),
    "fft2" => parted(&fft2(&joined(f), None, [-2, -1], norm(a))),
    "ifft2" => parted(&ifft2(&joined(f), None, [-2, -1], norm(a))),
    "rfft" => parted(&rfft(f, n(a), axis(a), norm(a))),
    "irfft" => irfft(&joined(f), n(a), axis(a), norm(a)),
    "complex_mul" => parted(&(joined(f) * joined(y))),
    "complex_div" => parted(&(joined(f) / joined(y))),
    "complex_exp" => parted(&joined(f).exp()),
    "complex_log" => parted(&joined(f).ln()),
    "complex_sqrt" => parted(&joined(f).sqrt()),
    "complex_sin" => parted(&joined(f).sin()),
    "complex_tanh" => parted(&joined(f).tanh()),
    "complex_abs" => joined(f).abs(),
    "complex_angle" => joined(f).angle(),
    "power_spectrum" => rfft(f, None, -1, Norm::Backward).abs_squared(),
    "fft_convolve" => {
            let part = |x: &Array| rfft(x, None, -1, Norm::Backward);
            irfft(&(part(f) * part(y)), Some(f.size()), -1, Norm::Backward)
        },
};
