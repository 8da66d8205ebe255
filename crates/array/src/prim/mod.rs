//! The closed set of primitives: all other operations are composed of these.
//!
//! A primitive's [`Kind`] gives its derivative: elementwise ones by the table of slopes, linear ones by their
//! transpose (which is in the set), bilinear ones by the transpose in each argument. Every primitive has a static
//! shape rule, can take one more leading axis inside the set (batch closure), and has one meaning in StableHLO.
//!
//! [`Form`] says how a primitive's value is made, [`Kind`] how it is differentiated; `axes` says where each axis goes. Most of
//! the crate asks these and does not know the members of the set.

mod attribute;
mod axes;
mod form;
mod linalg;

pub use attribute::{Compare, Holomorphic, Padding, Reduction, Window};
pub use axes::Axes;
pub use form::{Form, Kind};
pub use linalg::Linalg;

use crate::custom::Call;
use crate::dtype::DType;
use crate::eval::Control;
use crate::shape::{Dims, Shape};
use pullback_real::{Binary, Unary};
use std::path::Path;
use std::sync::Arc;

/// One primitive with its attributes. Shapes of arguments and result are on the nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Prim {
    /// Data.
    Leaf,
    /// A placeholder: an input of a function that is being traced, without a value.
    Input,
    /// One number everywhere, as the bits of an `f64`. `weak`: a plain number beside an array takes its dtype.
    Fill {
        /// `f64::to_bits` of the value.
        bits: u64,
        /// Whether it came from a plain Rust number.
        weak: bool,
    },
    /// 0, 1, 2 … along an axis.
    Iota(usize),
    /// A matrix with one number on this diagonal (0 the main one, positive above it) and another elsewhere, as the bits of
    /// `f64`s.
    Eye(isize, [u64; 2]),
    /// The argument under a new identity: an input of a running transform. Further arguments are only waited for.
    Alias,
    /// The argument as a constant: no derivative passes.
    Stop,
    /// An elementary function of each element.
    Unary(Unary),
    /// An elementary function of each pair of elements, of equal shapes and dtypes.
    Binary(Binary),
    /// A comparison of each pair of elements.
    Compare(Compare),
    /// `Select(c, a, b)`: the element of `a` where `c`, else that of `b`.
    Select,
    /// Conversion to another element type.
    Cast(DType),
    /// Repeats axes of extent 1; the rank stays.
    Broadcast,
    /// The same elements, in row-major order, in another shape.
    Reshape,
    /// Result axis k is argument axis `axes[k]`.
    Permute(Dims),
    /// Every `step[k]`-th element from `start[k]` on, as many as the result has.
    Slice {
        /// First index of each axis.
        start: Dims,
        /// Step of each axis, at least 1.
        step: Dims,
    },
    /// Zeros around and between the elements.
    Pad(Box<[Padding]>),
    /// Reverses the order along these axes.
    Flip(Dims),
    /// The arguments one after the other along an axis.
    Concat(usize),
    /// Reduces these axes, which stay with extent 1.
    Reduce(Reduction, Dims),
    /// The reductions of all elements so far along an axis, from the last element on if `reverse`.
    Cumulative {
        /// Sums, the largest or the smallest.
        op: Reduction,
        /// The axis along which they run.
        axis: usize,
        /// Whether they run from the last element to the first.
        reverse: bool,
    },
    /// `[…, m, k] × […, k, n] → […, m, n]` with equal leading axes.
    Matmul,
    /// Cross-correlation `[g, n, s…, c] ⋆ [g, k…, c, o] → [g, n, s′…, o]`: g independent groups.
    Conv(Box<Window>),
    /// `x[b, n, r]`, integer `i[b, m]` → `x[b, i[b, m], r]`.
    Gather,
    /// Integer `i[b, m]`, `u[b, m, r]` → zeros `[b, n, r]` to which `u[b, m]` is added at row `i[b, m]`.
    ScatterAdd(usize),
    /// The stable permutation that sorts the last axis in ascending order, NaN last; `i64`.
    Argsort,
    /// From integer keys `[b…]`, `n` random numbers each: uniform in [0, 1) for floats, all bits for integers.
    Random(usize),
    /// Writes `x[b…, s…]` to a file in a folder, `rank` axes s… at a time → numbers `[b…]`, `i64`, by which `Unspill` knows
    /// what was written as long as the run lasts, or the numbers do.
    Spill {
        /// Where the file lies.
        folder: Arc<Path>,
        /// How many axes what has one number has.
        rank: usize,
    },
    /// Reads what was written under numbers `[b…]`, each of this shape `[s…]` and dtype → `[b…, s…]`.
    Unspill(Shape, DType),
    /// Dense linear algebra (feature `linalg`); the functions made of it carry the derivatives.
    Linalg(Linalg),
    /// Real and imaginary parts → complex numbers.
    Complex,
    /// The real parts of complex numbers.
    Re,
    /// The imaginary parts of complex numbers.
    Im,
    /// A holomorphic function of complex numbers: the slope of the table's row holds for them as well. The last argument
    /// is its value, computed in planes, the others are the function's own.
    Holomorphic(Holomorphic),
    /// The discrete Fourier transform along the last axis, with exp(−2πi jk/n), or exp(+2πi jk/n) if `inverse`; not divided
    /// by n.
    Fft {
        /// The sign of the exponent.
        inverse: bool,
    },
    /// Output number k of a call with a rule of its own. The last argument is its value, the others the call's inputs.
    Custom(Arc<Call>, usize),
    /// Output number k of a loop or choice. Its derivative is that of the call around it.
    Control(Arc<Control>, usize),
}

impl Prim {
    /// The name, as printed in graphs and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Prim::Leaf => "leaf",
            Prim::Input => "input",
            Prim::Fill { .. } => "fill",
            Prim::Iota(_) => "iota",
            Prim::Eye(..) => "eye",
            Prim::Alias => "alias",
            Prim::Stop => "stop",
            Prim::Unary(op) => op.name(),
            Prim::Binary(op) => op.name(),
            Prim::Compare(Compare::Eq) => "equal",
            Prim::Compare(Compare::Ne) => "not_equal",
            Prim::Compare(Compare::Lt) => "less",
            Prim::Compare(Compare::Le) => "less_equal",
            Prim::Select => "select",
            Prim::Cast(_) => "cast",
            Prim::Complex => "complex",
            Prim::Re => "real",
            Prim::Im => "imag",
            Prim::Holomorphic(Holomorphic::Unary(op)) => op.name(),
            Prim::Holomorphic(Holomorphic::Binary(op)) => op.name(),
            Prim::Fft { inverse: false } => "fft",
            Prim::Fft { inverse: true } => "inverse_fft",
            Prim::Broadcast => "broadcast",
            Prim::Reshape => "reshape",
            Prim::Permute(_) => "permute",
            Prim::Slice { .. } => "slice",
            Prim::Pad(_) => "pad",
            Prim::Flip(_) => "flip",
            Prim::Concat(_) => "concat",
            Prim::Reduce(Reduction::Sum, _) => "sum",
            Prim::Reduce(Reduction::Max, _) => "max",
            Prim::Reduce(Reduction::Min, _) => "min",
            Prim::Cumulative { op: Reduction::Sum, .. } => "cumsum",
            Prim::Cumulative { op: Reduction::Max, .. } => "cummax",
            Prim::Cumulative { op: Reduction::Min, .. } => "cummin",
            Prim::Matmul => "matmul",
            Prim::Conv(_) => "conv",
            Prim::Gather => "gather",
            Prim::ScatterAdd(_) => "scatter_add",
            Prim::Argsort => "argsort",
            Prim::Random(_) => "random",
            Prim::Spill { .. } => "spill",
            Prim::Unspill(..) => "unspill",
            Prim::Linalg(op) => op.name(),
            Prim::Custom(..) => "custom",
            Prim::Control(control, _) => control.name,
        }
    }
}
