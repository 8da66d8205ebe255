//! Convolution over any number of axes, channels last.

use super::expect_features;
use crate::init::{glorot_uniform, zeros};
use pullback_array::{Array, Key, Tree};
use pullback_real::refuse;

/// What lies outside of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Tree)]
#[non_exhaustive]
pub enum Padding {
    /// Nothing: the window stays inside.
    Valid,
    /// Zeros, as many that the output has `⌈extent / stride⌉` elements.
    Same,
}

/// Convolution over `N` axes: `[batch, s…, inputs]` → `[batch, s′…, outputs]`. Like everywhere in the field, the kernel
/// is not reversed.
///
/// ```
/// use pullback_array::{Array, DType, Key};
/// use pullback_nn::{Conv2d, Padding};
/// let x = Array::full(&[5, 28, 28, 1], 1.0, DType::F32);
/// let layer = Conv2d::new(1, 16, [3, 3], &Key::new(0));
/// assert_eq!(layer.forward(&x).shape(), [5, 26, 26, 16]);
/// let layer = Conv2d { stride: [2, 2], padding: Padding::Same, ..layer };
/// assert_eq!(layer.forward(&x).shape(), [5, 14, 14, 16]);
/// ```
#[derive(Clone, Tree)]
pub struct Conv<const N: usize> {
    /// `[window…, inputs, outputs]`.
    pub weight: Array,
    /// `[outputs]`.
    pub bias: Option<Array>,
    /// Steps of the window, 1 at first.
    pub stride: [usize; N],
    /// What lies outside of the input, nothing at first.
    pub padding: Padding,
    /// Distance of neighbouring elements under the window, 1 at first.
    pub dilation: [usize; N],
}
/// Convolution of series: `[batch, time, channels]`.
pub type Conv1d = Conv<1>;
/// Convolution of pictures: `[batch, height, width, channels]`.
pub type Conv2d = Conv<2>;
/// Convolution of volumes: `[batch, depth, height, width, channels]`.
pub type Conv3d = Conv<3>;

impl<const N: usize> Conv<N> {
    /// Glorot-uniform weights, biases 0, stride 1, no padding.
    #[track_caller]
    pub fn new(inputs: usize, outputs: usize, window: [usize; N], key: &Key) -> Conv<N> {
        let shape: Vec<usize> = window.into_iter().chain([inputs, outputs]).collect();
        Conv {
            weight: glorot_uniform(key, &shape),
            bias: Some(zeros(&[outputs])),
            stride: [1; N],
            padding: Padding::Valid,
            dilation: [1; N],
        }
    }
    /// The same with zeros outside, so that with stride 1 the extents stay.
    pub fn same(self) -> Conv<N> {
        Conv { padding: Padding::Same, ..self }
    }
    /// `[batch, s…, inputs]` → `[batch, s′…, outputs]`.
    ///
    /// # Panics
    /// If the input has not `N + 2` axes, or the last does not have the layer's inputs.
    #[track_caller]
    pub fn forward(&self, x: &Array) -> Array {
        expect_features("Conv", x, self.weight.shape()[N]);
        if x.ndim() != N + 2 {
            refuse(
                format_args!(
                    "Conv: the layer takes [batch, {N} axes, channels], the input has shape {:?}",
                    x.shape()
                ),
                &[("input", x.at())],
            )
        }
        let pads: [(usize, usize); N] = std::array::from_fn(|k| match self.padding {
            Padding::Valid => (0, 0),
            Padding::Same => {
                let (extent, stride) = (x.shape()[1 + k], self.stride[k]);
                let reach = self.weight.shape()[k].saturating_sub(1) * self.dilation[k] + 1;
                let all = (extent.div_ceil(stride).saturating_sub(1) * stride + reach).saturating_sub(extent);
                (all / 2, all - all / 2)
            }
        });
        let y = x.conv(&self.weight, &self.stride, &pads, &self.dilation);
        match &self.bias {
            Some(b) => y + b,
            None => y,
        }
    }
}
