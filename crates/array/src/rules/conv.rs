//! The transposes of a convolution, in its input and in its kernel: convolutions again.

use crate::array::Array;
use crate::prim::Window;
use crate::shape::{Dims, Shape};
use smallvec::smallvec;

/// The transpose of a convolution in its input: a convolution of `g`, dilated by the stride, with the reversed kernel.
#[track_caller]
pub(super) fn by_input(w: &Window, kernel: &Array, g: &Array, shape: &Shape) -> Array {
    let (spatial, rank) = (shape.rank() - 3, shape.rank());
    let dilated = |n: usize, d: usize| (n as isize - 1) * d as isize + 1;
    let mut back = Window {
        stride: w.input_dilation.clone(),
        lo: smallvec![],
        hi: smallvec![],
        input_dilation: w.stride.clone(),
        kernel_dilation: w.kernel_dilation.clone(),
    };
    for i in 0..spatial {
        let reach = dilated(kernel.shape()[1 + i], w.kernel_dilation[i]);
        let lo = reach - 1 - w.lo[i];
        let need = dilated(shape[2 + i], w.input_dilation[i]) + reach - 1;
        back.lo.push(lo);
        back.hi.push(need - dilated(g.shape()[2 + i], w.stride[i]) - lo);
    }
    let mut axes: Dims = (0..rank).collect();
    axes.swap(rank - 2, rank - 1);
    let reversed = kernel.flip_op((1..=spatial).collect()).permute_op(axes);
    g.conv_op(&reversed, back)
}

/// The transpose of a convolution in its kernel: the input, its batch as channels, convolved with `g` as kernel.
#[track_caller]
pub(super) fn by_kernel(w: &Window, x: &Array, g: &Array, shape: &Shape) -> Array {
    let (spatial, rank) = (shape.rank() - 3, shape.rank());
    let dilated = |n: usize, d: usize| (n as isize - 1) * d as isize + 1;
    let mut back = Window {
        stride: w.kernel_dilation.clone(),
        lo: w.lo.clone(),
        hi: smallvec![],
        input_dilation: w.input_dilation.clone(),
        kernel_dilation: w.stride.clone(),
    };
    for i in 0..spatial {
        let need = dilated(shape[1 + i], w.kernel_dilation[i]) + dilated(g.shape()[2 + i], w.stride[i]) - 1;
        back.hi.push(need - dilated(x.shape()[2 + i], w.input_dilation[i]) - w.lo[i]);
    }
    // [g, n, s…, c] → [g, c, s…, n]; [g, n, s′…, o] → [g, s′…, n, o].
    let mut channels_first: Dims = (0..rank).collect();
    channels_first.swap(1, rank - 1);
    let batch_inside: Dims = [0].into_iter().chain(2..rank - 1).chain([1, rank - 1]).collect();
    let dw = x.permute_op(channels_first).conv_op(&g.permute_op(batch_inside), back);
    // [g, c, k…, o] → [g, k…, c, o].
    dw.permute_op([0].into_iter().chain(2..rank - 1).chain([1, rank - 1]).collect())
}
