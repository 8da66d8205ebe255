//! The closed set of primitives: all other operations are composed of these.
//!
//! A primitive's [`Kind`] gives its derivative: elementwise ones by the table of slopes, linear ones by their
//! transpose (which is in the set), bilinear ones by the transpose in each argument. Every primitive has a static
//! shape rule, can take one more leading axis inside the set (batch closure), and has one meaning in StableHLO.
//!
//! Over 300 lines: one set, and what each of its members is, does and is called.

use crate::custom::Call;
use crate::dtype::DType;
use crate::eval::Control;
use crate::shape::{Dims, Shape};
use pullback_real::{Binary, Unary};
use smallvec::{SmallVec, smallvec};
use std::path::Path;
use std::sync::Arc;

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

/// Dense linear algebra on the last two axes of real or complex matrices, one result for each index of the axes before
/// them. A node has one result, so those of an operation are *packed*: each flattened, one after the other along a last
/// axis; if the matrices are complex all are. (In StableHLO the first two are operations, the others custom calls.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "linalg"), allow(dead_code))]
pub enum Linalg {
    /// Hermitian positive definite `a[n, n]`, of which the lower triangle is read → its lower factor `[n, n]`.
    Cholesky,
    /// Triangular `a[n, n]`, `b[n, k]` → the solution `[n, k]` of `a x = b`, or of `aᵀ x = b`.
    Triangular {
        /// Which triangle of `a` is read.
        lower: bool,
        /// Whether `aᵀ x = b` is meant.
        transposed: bool,
        /// Whether the diagonal is taken as ones, and not read.
        unit: bool,
    },
    /// `a[m, n]` → `L` below the diagonal and `U` on and above it `[m, n]`, the row of `a` at each row of `L U` `[m]`,
    /// the determinant of that permutation `[]`.
    Lu,
    /// `a[m, n]` with `m ≥ n` → `Q[m, n]`, `R[n, n]` with a diagonal ≥ 0.
    Qr,
    /// `a[m, n]` → `U[m, k]`, `s[k]` descending, `Vᴴ[k, n]`; or `s[k]` alone.
    Svd {
        /// Whether the singular vectors are wanted.
        vectors: bool,
    },
    /// Hermitian `a[n, n]`, of which the lower triangle is read → `w[n]` ascending, `V[n, n]`; or `w[n]` alone.
    Eigh {
        /// Whether the eigenvectors are wanted.
        vectors: bool,
    },
    /// `a[n, n]` → the real and the imaginary parts of its eigenvalues, `[n]` each, and those of its eigenvectors, `[n, n]` each.
    Eig,
    /// `a[n, n]` → its exponential `[n, n]`.
    Expm,
    /// `a[n, n]` → its principal square root `[n, n]`.
    Sqrtm,
    /// `a[m, m]`, `b[n, n]`, `q[m, n]` → the solution `[m, n]` of `a x + x b = q`.
    Sylvester,
    /// The diagonals `[lower + upper + 1, n]` of a band matrix, `b[n, k]` → the solution `[n, k]`. Row `upper + i − j`,
    /// column `j` of the diagonals is the matrix's element (i, j).
    Banded {
        /// Diagonals below the main one.
        lower: usize,
        /// Diagonals above the main one.
        upper: usize,
    },
}

impl Linalg {
    /// The name, as printed in graphs.
    pub fn name(self) -> &'static str {
        match self {
            Linalg::Cholesky => "cholesky",
            Linalg::Triangular { .. } => "solve_triangular",
            Linalg::Lu => "lu",
            Linalg::Qr => "qr",
            Linalg::Svd { .. } => "svd",
            Linalg::Eigh { .. } => "eigh",
            Linalg::Eig => "eig",
            Linalg::Expm => "expm",
            Linalg::Sqrtm => "sqrtm",
            Linalg::Sylvester => "solve_sylvester",
            Linalg::Banded { .. } => "solve_banded",
        }
    }
    /// The shapes of the results, from the last two extents of each argument.
    pub fn results(self, args: &[[usize; 2]]) -> SmallVec<[Dims; 3]> {
        let dims = Dims::from_slice;
        let [m, n] = args[0];
        let k = m.min(n);
        match self {
            Linalg::Cholesky | Linalg::Expm | Linalg::Sqrtm => smallvec![dims(&[n, n])],
            Linalg::Triangular { .. } | Linalg::Banded { .. } => smallvec![dims(&args[1])],
            Linalg::Lu => smallvec![dims(&[m, n]), dims(&[m]), dims(&[])],
            Linalg::Qr => smallvec![dims(&[m, n]), dims(&[n, n])],
            Linalg::Svd { vectors: true } => smallvec![dims(&[m, k]), dims(&[k]), dims(&[k, n])],
            Linalg::Svd { vectors: false } => smallvec![dims(&[k])],
            Linalg::Eigh { vectors: true } => smallvec![dims(&[n]), dims(&[n, n])],
            Linalg::Eigh { vectors: false } => smallvec![dims(&[n])],
            Linalg::Eig => smallvec![dims(&[n]), dims(&[n]), dims(&[n, n]), dims(&[n, n])],
            Linalg::Sylvester => smallvec![dims(&args[2])],
        }
    }
}

/// A row of the table, as a function of complex numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holomorphic {
    /// Of one number.
    Unary(Unary),
    /// Of two numbers.
    Binary(Binary),
}

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
    /// Running sums along an axis, from the last element if `reverse`.
    Cumsum {
        /// The axis summed along.
        axis: usize,
        /// Whether the sums run from the last element to the first.
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

/// What decides a primitive's derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Carries no derivative.
    Constant,
    /// Slopes from the table, element by element.
    Elementwise,
    /// Linear in its differentiable arguments.
    Linear,
    /// Linear in each of its two arguments.
    Bilinear,
    /// The largest or smallest elements along axes.
    Extremum(Reduction, &'a Dims),
    /// An output of a call, whose rules have the derivative of all outputs together.
    Call,
}

impl Prim {
    /// The primitive's kind.
    pub fn kind(&self) -> Kind<'_> {
        match self {
            Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => Kind::Constant,
            Prim::Stop | Prim::Compare(_) | Prim::Argsort | Prim::Random(_) => Kind::Constant,
            Prim::Spill { .. } | Prim::Unspill(..) => Kind::Constant,
            Prim::Linalg(_) | Prim::Control(..) => Kind::Constant,
            Prim::Unary(_) | Prim::Binary(_) | Prim::Holomorphic(_) => Kind::Elementwise,
            Prim::Complex | Prim::Re | Prim::Im | Prim::Fft { .. } => Kind::Linear,
            Prim::Alias | Prim::Select | Prim::Cast(_) | Prim::Broadcast | Prim::Reshape => Kind::Linear,
            Prim::Permute(_) | Prim::Slice { .. } | Prim::Pad(_) | Prim::Flip(_) | Prim::Concat(_) => {
                Kind::Linear
            }
            Prim::Reduce(Reduction::Sum, _) | Prim::Cumsum { .. } => Kind::Linear,
            Prim::Gather | Prim::ScatterAdd(_) => Kind::Linear,
            Prim::Matmul | Prim::Conv(_) => Kind::Bilinear,
            Prim::Reduce(op @ (Reduction::Max | Reduction::Min), axes) => Kind::Extremum(*op, axes),
            Prim::Custom(..) => Kind::Call,
        }
    }
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
            Prim::Cumsum { .. } => "cumsum",
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
