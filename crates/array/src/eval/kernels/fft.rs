//! Discrete Fourier transforms of rows, by rustfft, whose plans are made once for each length.

use super::copy::copy;
use super::threads::for_pieces;
use super::view::{View, ViewMut, row_major};
use bytemuck::Pod;
use num_complex::Complex;
use rustfft::{Fft, FftNum, FftPlanner};
use std::sync::{Arc, Mutex, OnceLock};

/// The most elements that a chunk transforms, unless a single row is longer.
const CHUNK: usize = 1 << 12;

/// The type of the real and imaginary parts of complex numbers.
pub(crate) trait Part: FftNum + Pod {
    /// The planner for this precision, which keeps the plans that it has made.
    fn planner() -> &'static Mutex<FftPlanner<Self>>;
}
macro_rules! part {
    ($($T:ty)*) => { $(
        impl Part for $T {
            fn planner() -> &'static Mutex<FftPlanner<$T>> {
                static PLANNER: OnceLock<Mutex<FftPlanner<$T>>> = OnceLock::new();
                PLANNER.get_or_init(|| Mutex::new(FftPlanner::new()))
            }
        }
    )* };
}
part! {f32 f64}

/// Writes the transforms along the last axis of `x[…, n]` to the contiguous `out`. Neither direction divides
/// by n.
pub(crate) fn fft<T: Part>(x: View<[T; 2]>, inverse: bool, out: &mut [[T; 2]]) {
    let Some(&n) = x.shape.last() else { unreachable!("transforms have an axis") };
    copy(x, ViewMut { data: out, offset: 0, shape: x.shape, strides: &row_major(x.shape) });
    let plan: Arc<dyn Fft<T>> = {
        let mut planner = T::planner().lock().unwrap_or_else(|e| e.into_inner());
        if inverse { planner.plan_fft_inverse(n) } else { planner.plan_fft_forward(n) }
    };
    let rows = (CHUNK / n).max(1);
    // About a nanosecond for each element and each factor of 4 in n.
    let ns = out.len() * (1 + n.ilog2() as usize / 2);
    for_pieces(out, rows * n, ns, |_, rows| {
        let mut scratch = vec![Complex::new(T::zero(), T::zero()); plan.get_inplace_scratch_len()];
        plan.process_with_scratch(bytemuck::cast_slice_mut(rows), &mut scratch)
    })
}
