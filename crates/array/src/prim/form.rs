//! What decides a primitive's derivative, and how its value is made: one row for each primitive.

use super::{Prim, Reduction};
use crate::shape::Dims;

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
    /// The largest or smallest elements so far along an axis, from the last one on if `reverse`.
    RunningExtremum {
        /// The largest or the smallest.
        op: Reduction,
        /// The axis along which they run.
        axis: usize,
        /// Whether they run from the last element to the first.
        reverse: bool,
    },
    /// An output of a call, whose rules have the derivative of all outputs together.
    Call,
}

/// How a primitive's value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Without arguments.
    Source,
    /// The first argument, unchanged. The evaluator waits for the other arguments.
    First,
    /// The last argument, unchanged. The arguments before it are the inputs of a derivative rule.
    Last,
    /// Each element from the elements at the same place in the arguments.
    Elementwise,
    /// The real or the imaginary parts of complex numbers: every second number in memory.
    Plane,
    /// The elements of the argument under another layout, which costs nothing.
    View,
    /// A reduction, which a fused program can end with.
    Reduction,
    /// A kernel of its own.
    Kernel,
    /// An output of a loop or choice.
    Control,
}

impl Prim {
    /// The row of the primitive.
    #[inline]
    const fn row(&self) -> (Kind<'_>, Form) {
        match self {
            Prim::Leaf | Prim::Input => (Kind::Constant, Form::Source),
            Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => (Kind::Constant, Form::Source),
            Prim::Alias => (Kind::Linear, Form::First),
            Prim::Stop => (Kind::Constant, Form::First),
            Prim::Unary(_) | Prim::Binary(_) => (Kind::Elementwise, Form::Elementwise),
            Prim::Compare(_) => (Kind::Constant, Form::Elementwise),
            Prim::Select | Prim::Cast(_) | Prim::Complex => (Kind::Linear, Form::Elementwise),
            Prim::Re | Prim::Im => (Kind::Linear, Form::Plane),
            Prim::Holomorphic(_) => (Kind::Elementwise, Form::Last),
            Prim::Broadcast | Prim::Reshape | Prim::Permute(_) => (Kind::Linear, Form::View),
            Prim::Slice { .. } | Prim::Flip(_) => (Kind::Linear, Form::View),
            Prim::Pad(_) | Prim::Concat(_) => (Kind::Linear, Form::Kernel),
            Prim::Reduce(Reduction::Sum, _) => (Kind::Linear, Form::Reduction),
            Prim::Reduce(op @ (Reduction::Max | Reduction::Min), axes) => {
                (Kind::Extremum(*op, axes), Form::Reduction)
            }
            Prim::Cumulative { op: Reduction::Sum, .. } => (Kind::Linear, Form::Kernel),
            Prim::Cumulative { op: op @ (Reduction::Max | Reduction::Min), axis, reverse } => {
                (Kind::RunningExtremum { op: *op, axis: *axis, reverse: *reverse }, Form::Kernel)
            }
            Prim::Matmul | Prim::Conv(_) => (Kind::Bilinear, Form::Kernel),
            Prim::Gather | Prim::ScatterAdd(_) | Prim::Fft { .. } => (Kind::Linear, Form::Kernel),
            Prim::Argsort | Prim::Random(_) | Prim::Linalg(_) => (Kind::Constant, Form::Kernel),
            Prim::Spill { .. } | Prim::Unspill(..) => (Kind::Constant, Form::Kernel),
            Prim::Custom(..) => (Kind::Call, Form::Last),
            Prim::Control(..) => (Kind::Constant, Form::Control),
        }
    }
    /// What decides its derivative.
    #[inline]
    pub const fn kind(&self) -> Kind<'_> {
        self.row().0
    }
    /// How its value is made.
    #[inline]
    pub const fn form(&self) -> Form {
        self.row().1
    }
    /// Whether its value is its argument's under another layout.
    #[inline]
    pub const fn is_view(&self) -> bool {
        matches!(self.form(), Form::View)
    }
    /// Whether its value is its last argument, unchanged.
    #[inline]
    pub const fn is_last(&self) -> bool {
        matches!(self.form(), Form::Last)
    }
    /// The arguments whose elements make the value.
    pub fn operands<'a, T>(&self, args: &'a [T]) -> &'a [T] {
        match self.form() {
            Form::First => &args[..1],
            Form::Last => &args[args.len() - 1..],
            Form::Source | Form::Elementwise | Form::Plane | Form::View => args,
            Form::Reduction | Form::Kernel | Form::Control => args,
        }
    }
    /// The arguments of the function that the node stands for.
    pub fn inputs<'a, T>(&self, args: &'a [T]) -> &'a [T] {
        match self.form() {
            Form::First => &args[..1],
            Form::Last => &args[..args.len() - 1],
            Form::Source | Form::Elementwise | Form::Plane | Form::View => args,
            Form::Reduction | Form::Kernel | Form::Control => args,
        }
    }
    /// The arguments that have to be there before the value can be made.
    pub fn awaited<'a, T>(&self, args: &'a [T]) -> &'a [T] {
        match self.form() {
            Form::Last => &args[args.len() - 1..],
            Form::First | Form::Source | Form::Elementwise | Form::Plane | Form::View => args,
            Form::Reduction | Form::Kernel | Form::Control => args,
        }
    }
}
