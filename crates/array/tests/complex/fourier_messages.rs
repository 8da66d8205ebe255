//! What transforms refuse.

use super::{message, normal, real};
use pullback_array::Array;
use pullback_array::fft::{self, Mode, Norm};

#[test]
fn messages() {
    let (z, x) = (normal(1, &[2, 3]), real(1, &[2, 3]));
    let says = |f: &dyn Fn() -> Array, text: &str| {
        let have = message(f);
        assert!(have.contains(text), "{have}");
    };
    says(
        &|| fft::fft(&z, Some(0), -1, Norm::Backward),
        "fft: a transform needs at least one element, of shape [2, 3]",
    );
    says(&|| fft::fft(&z, None, 2, Norm::Backward), "fft: axis 2 is out of range");
    says(&|| fft::rfft(&z, None, 0, Norm::Backward), "rfft: needs a real array, not c128; take fft");
    says(&|| fft::fftn(&z, Some(&[2]), Some(&[0, 1]), Norm::Backward), "fftn: 1 extents for 2 axes");
    says(&|| fft::rfftn(&x, None, Some(&[]), Norm::Backward), "rfftn: there is no axis to transform");
    says(
        &|| fft::fftconvolve(&x, &real(1, &[3]), Mode::Full),
        "fftconvolve: shapes [2, 3] and [3] do not fit",
    );
    says(&|| fft::fftfreq(0, 1.0), "fftfreq: 0 samples 1 apart have no frequencies");
}
