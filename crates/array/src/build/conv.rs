//! Convolutions.

use super::product::needs_numbers;
use super::{FAR, far, wide};
use crate::array::Array;
use crate::complex;
use crate::prim::{Prim, Window};
use crate::shape::Dims;
use pullback_real::refuse;
use smallvec::smallvec;

impl Array {
    /// `[g, n, s…, c] ⋆ [g, k…, c, o]`, arranged and checked by the caller.
    #[track_caller]
    pub(crate) fn conv_op(&self, w: &Array, window: Window) -> Array {
        needs_numbers("conv", self, w);
        if self.dtype().is_complex() {
            return complex::conv(self, w, window);
        }
        let (x, k) = (&self.0.shape, &w.0.shape);
        let spatial = x.rank() - 3;
        let steps = [&window.stride, &window.input_dilation, &window.kernel_dilation];
        if window.lo.iter().chain(&window.hi).any(|&p| far(p))
            || steps.iter().any(|s| s.iter().any(|&n| n > FAR))
        {
            refuse(
                format_args!("conv: {window:?} leads beyond what memory can hold"),
                &[("input", self.at())],
            )
        }
        debug_assert!(k.rank() == x.rank() && x[0] == k[0] && x[x.rank() - 1] == k[k.rank() - 2]);
        let extent = |i: usize| {
            let dilated = |n: usize, d: usize| if n == 0 { 0 } else { (n as i128 - 1) * d as i128 + 1 };
            let have =
                dilated(x[2 + i], window.input_dilation[i]) + window.lo[i] as i128 + window.hi[i] as i128;
            let need = dilated(k[1 + i], window.kernel_dilation[i]);
            if have < need { 0 } else { wide((have - need) / window.stride[i] as i128 + 1) }
        };
        for i in 0..spatial {
            let reach = [(x[2 + i], window.input_dilation[i]), (k[1 + i], window.kernel_dilation[i])];
            if let Some((n, d)) = reach.into_iter().find(|&(n, d)| n.saturating_mul(d) > FAR) {
                refuse(
                    format_args!("conv: {n} elements {d} apart lead beyond what memory can hold"),
                    &[("input", self.at())],
                )
            }
        }
        let mut dims: Dims = smallvec![x[0], x[1]];
        dims.extend((0..spatial).map(extent));
        dims.push(k[k.rank() - 1]);
        Array::new(
            Prim::Conv(Box::new(window)),
            smallvec![self.clone(), w.clone()],
            dims.into(),
            self.dtype(),
        )
    }
}
