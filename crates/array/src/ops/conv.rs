//! Convolutions, in the machine-learning sense (the kernel is not turned round) unless NumPy's.

use crate::array::Array;
use crate::ops::pad::at_most;
use crate::prim::Window;
use crate::promote::same_dtype;
use crate::shape::{Dims, Shape};
use pullback_real::refuse;
use smallvec::smallvec;

/// What a convolution does, as `jax.lax.conv_general_dilated`: empty lists stand for ones (padding: zeros) everywhere.
///
/// ```
/// use pullback_array::{Array, Convolution, DType};
/// let (x, w) = (Array::ones(&[1, 2, 5, 5], DType::F32), Array::ones(&[4, 2, 3, 3], DType::F32));
/// let conv = Convolution { padding: vec![(1, 1), (1, 1)], ..Convolution::new("NCHW", "OIHW", "NCHW") };
/// assert_eq!(x.conv_general_dilated(&w, &conv).shape(), [1, 4, 5, 5]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Steps of the window, one a spatial axis.
    pub strides: Vec<usize>,
    /// Zeros before and after each spatial axis; negative numbers cut elements off.
    pub padding: Vec<(isize, isize)>,
    /// Distance of neighbouring input elements: zeros are put between.
    pub input_dilation: Vec<usize>,
    /// Distance of neighbouring kernel elements.
    pub kernel_dilation: Vec<usize>,
    /// How many groups of channels are convolved separately.
    pub groups: usize,
    /// The axes of input, kernel and output, a letter each: N batch, C channels; O and I output and input channels;
    /// all others are spatial.
    pub axes: [String; 3],
}

impl Convolution {
    /// Stride 1, no padding, no dilation, one group.
    pub fn new(input: &str, kernel: &str, output: &str) -> Convolution {
        Convolution {
            strides: vec![],
            padding: vec![],
            input_dilation: vec![],
            kernel_dilation: vec![],
            groups: 1,
            axes: [input.into(), kernel.into(), output.into()],
        }
    }
}

/// The places of two letters and of the spatial ones in an axis string.
#[track_caller]
fn places(axes: &str, first: char, second: char, spatial: &[char], rank: usize) -> Dims {
    let place = |c: char| axes.chars().position(|a| a == c);
    let found: Option<Dims> = [first].iter().chain(spatial).chain(&[second]).map(|&c| place(c)).collect();
    match found {
        Some(found) if axes.chars().count() == rank && found.len() == rank => found,
        _ => refuse(
            format_args!(
                "conv: axes \"{axes}\" are not {first}, {second} and the spatial {spatial:?} of {rank} axes"
            ),
            &[],
        ),
    }
}

impl Array {
    /// The convolution of `[n, s…, c]` with a kernel `[k…, c, o]`: `[n, s′…, o]`, channels last. One entry a spatial axis in
    /// each list.
    ///
    /// ```
    /// use pullback_array::{Array, DType};
    /// let (x, w) = (Array::ones(&[1, 8, 8, 3], DType::F32), Array::ones(&[3, 3, 3, 16], DType::F32));
    /// assert_eq!(x.conv(&w, &[2, 2], &[(1, 1), (1, 1)], &[1, 1]).shape(), [1, 4, 4, 16]);
    /// ```
    ///
    /// # Panics
    /// If ranks, channels or lists do not fit, or the dtypes differ.
    #[track_caller]
    pub fn conv(
        &self,
        w: &Array,
        strides: &[usize],
        padding: &[(usize, usize)],
        dilation: &[usize],
    ) -> Array {
        let spatial: String = ('0'..).take(self.ndim().saturating_sub(2)).collect();
        let (x, k) = (format!("N{spatial}C"), format!("{spatial}IO"));
        let conv = Convolution {
            strides: strides.to_vec(),
            padding: padding.iter().map(|&(lo, hi)| (at_most(lo), at_most(hi))).collect(),
            kernel_dilation: dilation.to_vec(),
            ..Convolution::new(&x, &k, &x)
        };
        self.conv_general_dilated(w, &conv)
    }
    /// The general convolution of `jax.lax`: any order of axes, groups, dilations and padding.
    ///
    /// # Panics
    /// If ranks, channels, groups or lists do not fit, or the dtypes differ.
    #[track_caller]
    pub fn conv_general_dilated(&self, w: &Array, conv: &Convolution) -> Array {
        let (x, w) = same_dtype("conv", self, w);
        let rank = x.ndim();
        if rank < 2 || w.ndim() != rank {
            refuse(
                format_args!("conv: shapes {} and {} do not fit", x.0.shape, w.0.shape),
                &[("input", x.at()), ("kernel", w.at())],
            )
        }
        let spatial: Vec<char> = conv.axes[0].chars().filter(|c| !"NC".contains(*c)).collect();
        let s = spatial.len();
        // [n, s…, c], [o, k…, i] and [n, s…, c].
        let of_x = places(&conv.axes[0], 'N', 'C', &spatial, rank);
        let mut of_w = places(&conv.axes[1], 'I', 'O', &spatial, rank);
        let of_y = places(&conv.axes[2], 'N', 'C', &spatial, rank);
        of_w.rotate_left(1);
        of_w.swap(rank - 1, rank - 2);
        let (x, w) = (x.permute_op(of_x), w.permute_op(of_w));
        let (g, c, i, o) = (conv.groups, x.shape()[rank - 1], w.shape()[rank - 2], w.shape()[rank - 1]);
        if g == 0 || c != i * g || !o.is_multiple_of(g) {
            refuse(
                format_args!("conv: {c} input channels, kernel {i} → {o}, {g} groups do not fit"),
                &[("input", self.at()), ("kernel", w.at())],
            )
        }
        let ones = |list: &[usize]| if list.is_empty() { smallvec![1; s] } else { Dims::from_slice(list) };
        let padding = if conv.padding.is_empty() { vec![(0, 0); s] } else { conv.padding.clone() };
        let window = Window {
            stride: ones(&conv.strides),
            lo: padding.iter().map(|p| p.0).collect(),
            hi: padding.iter().map(|p| p.1).collect(),
            input_dilation: ones(&conv.input_dilation),
            kernel_dilation: ones(&conv.kernel_dilation),
        };
        let lengths = [&window.stride, &window.input_dilation, &window.kernel_dilation];
        if padding.len() != s || lengths.iter().any(|d| d.len() != s || d.contains(&0)) {
            refuse(
                format_args!(
                    "conv: strides, padding and dilations have one entry (not 0) for each of {s} spatial axes: {conv:?}"
                ),
                &[],
            )
        }
        let y = grouped(&x, g, i).conv_op(&grouped(&w, g, o / g), window);
        // [g, n, s…, o/g] → [n, s…, o] → the order asked for.
        let back: Dims = (1..=s + 1).chain([0, s + 2]).collect();
        let shape: Shape = y.shape()[1..=s + 1].iter().copied().chain([o]).collect();
        let mut inverse = of_y.clone();
        of_y.iter().enumerate().for_each(|(k, &place)| inverse[place] = k);
        y.permute_op(back).reshape_op(shape).permute_op(inverse)
    }
    /// `jax.lax.conv_transpose` (its kernel not transposed): the convolution with stride 1 of the input with
    /// `strides − 1` zeros between its elements, and the given padding.
    ///
    /// # Panics
    /// As [`conv_general_dilated`](Array::conv_general_dilated).
    #[track_caller]
    pub fn conv_transpose(&self, w: &Array, conv: &Convolution) -> Array {
        let conv = Convolution { input_dilation: conv.strides.clone(), strides: vec![], ..conv.clone() };
        self.conv_general_dilated(w, &conv)
    }
    /// NumPy's convolution of vectors; `mode` is `"full"`, `"same"` or `"valid"`.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let (x, k) = (Array::from([1.0, 2.0, 3.0]), Array::from([1.0, 1.0]));
    /// assert_eq!(x.convolve(&k, "full").to_vec::<f64>(), [1.0, 3.0, 5.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If an operand has not one axis or is empty, the mode is another, or the dtypes differ.
    #[track_caller]
    pub fn convolve(&self, y: &Array, mode: &str) -> Array {
        let (long, short) = if self.size() >= y.size() { (self, y) } else { (y, self) };
        slide("convolve", long, &short.flip_op((0..short.ndim()).collect()), mode)
    }
    /// NumPy's correlation of vectors, Σ xₙ₊ₖ·yₙ; `mode` is `"full"`, `"same"` or `"valid"`.
    ///
    /// # Panics
    /// As [`convolve`](Array::convolve).
    #[track_caller]
    pub fn correlate(&self, y: &Array, mode: &str) -> Array {
        match self.size() >= y.size() {
            true => slide("correlate", self, y, mode),
            false => slide("correlate", y, self, mode).flip(0),
        }
    }
}

/// `[…, g·c]` → `[g, …, c]`.
#[track_caller]
fn grouped(x: &Array, g: usize, c: usize) -> Array {
    let last = x.ndim() - 1;
    let apart: Shape = x.shape()[..last].iter().copied().chain([g, c]).collect();
    x.reshape_op(apart).permute_op([last].into_iter().chain(0..last).chain([last + 1]).collect())
}

/// Σ longₙ₊ₖ·shortₙ for the places k of a mode.
#[track_caller]
fn slide(what: &str, long: &Array, short: &Array, mode: &str) -> Array {
    let (long, short) = same_dtype(what, long, short);
    let (n, k) = (long.size(), short.size());
    if long.ndim() != 1 || short.ndim() != 1 || k == 0 {
        refuse(
            format_args!(
                "{what}: needs two vectors with elements, not shapes {} and {}",
                long.0.shape, short.0.shape
            ),
            &[("one", long.at()), ("other", short.at())],
        )
    }
    let (lo, hi) = match mode {
        "full" => (k - 1, k - 1),
        "same" => (k / 2, (k - 1) / 2),
        "valid" => (0, 0),
        other => {
            refuse(format_args!("{what}: the mode is \"full\", \"same\" or \"valid\", not \"{other}\""), &[])
        }
    };
    let window = Window {
        stride: smallvec![1],
        lo: smallvec![lo as isize],
        hi: smallvec![hi as isize],
        input_dilation: smallvec![1],
        kernel_dilation: smallvec![1],
    };
    let x = long.reshape_op(Shape::new(&[1, 1, n, 1]));
    x.conv_op(&short.reshape_op(Shape::new(&[1, k, 1, 1])), window)
        .reshape_op(Shape::new(&[n + lo + hi + 1 - k]))
}
