//! Attributes of primitives.

use crate::shape::Dims;
use pullback_real::{Binary, Unary};
use smallvec::SmallVec;

/// How two numbers are compared; the result is `bool`. The other two orders swap the operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare {
    /// x = y.
    Eq,
    /// x ≠ y.
    Ne,
    /// x < y.
    Lt,
    /// x ≤ y.
    Le,
}

/// What a reduction does with the elements it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// Adds them up.
    Sum,
    /// Takes the largest, NaN if any is; "or" for `bool`.
    Max,
    /// Takes the smallest, NaN if any is; "and" for `bool`.
    Min,
}

/// Strides, padding and dilations of a convolution, one entry per spatial axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Steps of the window.
    pub stride: Dims,
    /// Zeros before the first element (negative: elements left out).
    pub lo: SmallVec<[isize; 4]>,
    /// Zeros after the last element (negative: elements left out).
    pub hi: SmallVec<[isize; 4]>,
    /// Distance of neighbouring input elements, zeros between.
    pub input_dilation: Dims,
    /// Distance of neighbouring kernel elements.
    pub kernel_dilation: Dims,
}

/// Padding of one axis: zeros before, between and after the elements; negative `lo` and `hi` cut elements off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Padding {
    /// Zeros before the first element.
    pub lo: isize,
    /// Zeros after the last element.
    pub hi: isize,
    /// Zeros between neighbours.
    pub interior: usize,
}

impl Padding {
    /// No padding.
    pub const NONE: Padding = Padding { lo: 0, hi: 0, interior: 0 };
}

/// A row of the table, as a function of complex numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holomorphic {
    /// Of one number.
    Unary(Unary),
    /// Of two numbers.
    Binary(Binary),
}
