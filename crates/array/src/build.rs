//! The primitives' constructors: each checks its arguments, gives the result's shape and dtype, and keeps what is
//! constant everywhere constant (a sum of zeros is zeros, without a graph).
//!
//! Over 400 lines: one constructor a primitive, and the primitives are one set.

use crate::array::{Args, Array, Place};
use crate::complex;
use crate::dtype::DType;
use crate::eval::Control;
use crate::eye;
use crate::kink;
use crate::prim::{Compare, Linalg, Padding, Prim, Reduction, Window};
use crate::shape::{Dims, Shape};
use pullback_real::{Binary, Unary, refuse};
use smallvec::{SmallVec, smallvec};
use std::path::Path;
use std::sync::Arc;

/// Unevaluated chains longer than this are evaluated as they are built, so that a loop nobody looks at stays bounded.
const MAX_DEPTH: u32 = 4096;

impl Array {
    /// A node of the graph.
    #[track_caller]
    pub(crate) fn new(prim: Prim, args: Args, shape: Shape, dtype: DType) -> Array {
        let array = Array::node(prim, args, shape, dtype, None, None);
        if array.0.depth > MAX_DEPTH && array.0.traced.is_none() {
            array.eval();
        }
        array
    }

    /// `value` everywhere, rounded to what the dtype can hold.
    #[track_caller]
    pub(crate) fn fill(value: f64, shape: impl Into<Shape>, dtype: DType) -> Array {
        let value = match dtype {
            DType::F32 => f64::from(value as f32),
            DType::C64 => f64::from(value as f32),
            DType::F64 | DType::C128 => value,
            // As data are converted.
            DType::I32 => f64::from(value as i32),
            DType::I64 => (value as i64) as f64,
            DType::Bool => f64::from(u8::from(value != 0.0)),
        };
        Array::new(Prim::Fill { bits: value.to_bits(), weak: false }, smallvec![], shape.into(), dtype)
    }
    /// A plain number: beside an array it takes the array's dtype.
    #[track_caller]
    pub(crate) fn weak(value: f64) -> Array {
        Array::new(
            Prim::Fill { bits: value.to_bits(), weak: true },
            smallvec![],
            Shape::default(),
            DType::F64,
        )
    }
    /// Zeros of the same shape and dtype.
    #[track_caller]
    pub fn zeros_like(&self) -> Array {
        Array::fill(0.0, self.0.shape.clone(), self.dtype())
    }
    /// Ones of the same shape and dtype.
    #[track_caller]
    pub fn ones_like(&self) -> Array {
        Array::fill(1.0, self.0.shape.clone(), self.dtype())
    }

    #[track_caller]
    pub(crate) fn unary_op(op: Unary, x: &Array) -> Array {
        if x.dtype().is_complex() {
            return complex::unary(op, x);
        }
        if let Some(c) = x.fill_value().filter(|_| x.dtype() == DType::F64) {
            return x.refilled(op.eval(c), x.0.shape.clone());
        }
        if let Some(y) = eye::folded(&[x], |v| op.eval(v[0])).or_else(|| kink::unary(op, x)) {
            return y;
        }
        let exact = matches!(op, Unary::Neg | Unary::Abs | Unary::Sign | Unary::Square | Unary::Relu);
        if !(x.dtype().is_float() || x.dtype().is_int() && exact) {
            refuse(
                format_args!(
                    "{}: needs a floating-point array, not {}; convert it with .cast(DType::F64)",
                    op.name(),
                    x.dtype()
                ),
                &[("", x.at())],
            )
        }
        Array::new(Prim::Unary(op), smallvec![x.clone()], x.0.shape.clone(), x.dtype())
    }

    #[track_caller]
    pub(crate) fn binary_op(op: Binary, x: &Array, y: &Array) -> Array {
        let (x, y) = agree(op.name(), x, y);
        if x.dtype().is_complex() {
            return complex::binary(op, &x, &y);
        }
        if let (Some(a), Some(b), DType::F64) = (x.fill_value(), y.fill_value(), x.dtype()) {
            let weak = x.is_weak() && y.is_weak();
            let bits = op.eval(a, b).to_bits();
            return Array::new(Prim::Fill { bits, weak }, smallvec![], x.0.shape.clone(), DType::F64);
        }
        if let Some(y) = eye::folded(&[&x, &y], |v| op.eval(v[0], v[1])).or_else(|| kink::binary(op, &x, &y))
        {
            return y;
        }
        let fits = match x.dtype() {
            DType::F32 | DType::F64 => true,
            DType::I32 | DType::I64 => int_op(op),
            DType::Bool => matches!(op, Binary::Max | Binary::Min),
            DType::C64 | DType::C128 => unreachable!("lowered above"),
        };
        if !fits {
            refuse(
                format_args!(
                    "{}: is not defined for {} arrays; convert them with .cast(DType::F64)",
                    op.name(),
                    x.dtype()
                ),
                &[("left", x.at()), ("right", y.at())],
            )
        }
        let (shape, dtype) = (x.0.shape.clone(), x.dtype());
        Array::new(Prim::Binary(op), smallvec![x, y], shape, dtype)
    }

    #[track_caller]
    pub(crate) fn compare_op(op: Compare, x: &Array, y: &Array) -> Array {
        let (x, y) = agree(Prim::Compare(op).name(), x, y);
        if x.dtype().is_complex() {
            return complex::compare(op, &x, &y);
        }
        let shape = x.0.shape.clone();
        Array::new(Prim::Compare(op), smallvec![x, y], shape, DType::Bool)
    }

    /// `a` where the bool array `c` holds, else `b`; all three broadcast.
    #[track_caller]
    pub(crate) fn select_op(c: &Array, a: &Array, b: &Array) -> Array {
        if c.dtype() != DType::Bool {
            refuse(
                format_args!("where: the condition must be a bool array, not {}", c.dtype()),
                &[("", c.at())],
            )
        }
        let (a, b) = agree("where", a, b);
        let shape = join("where", c, &a);
        let (c, a, b) = (c.broadcast_op(&shape), a.broadcast_op(&shape), b.broadcast_op(&shape));
        if a.dtype().is_complex() {
            return complex::select(&c, &a, &b);
        }
        let dtype = a.dtype();
        Array::new(Prim::Select, smallvec![c, a, b], shape, dtype)
    }

    /// The elements converted to `dtype`: floats to integers truncate, to bool compare with zero; of real numbers the
    /// imaginary parts are 0.
    ///
    /// # Panics
    /// If the array is complex and the dtype is not: [`real`](Array::real) and [`imag`](Array::imag) say what is meant.
    #[track_caller]
    pub fn cast(&self, dtype: DType) -> Array {
        if self.dtype() == dtype && !self.is_weak() {
            return self.clone();
        }
        if (self.dtype().is_complex() || dtype.is_complex())
            && self.fill_value().is_none_or(|_| !dtype.is_complex())
        {
            return complex::cast(self, dtype);
        }
        match self.fill_value() {
            // Integers wrap.
            Some(c) if self.dtype() == DType::I64 && dtype == DType::I32 => {
                Array::fill(f64::from(c as i64 as i32), self.0.shape.clone(), dtype)
            }
            Some(c) => Array::fill(c, self.0.shape.clone(), dtype),
            None => Array::new(Prim::Cast(dtype), smallvec![self.clone()], self.0.shape.clone(), dtype),
        }
    }

    /// The same value as a constant: no derivative passes.
    #[track_caller]
    pub fn stop_gradient(&self) -> Array {
        if self.0.live.is_none() {
            return self.clone();
        }
        Array::new(Prim::Stop, smallvec![self.clone()], self.0.shape.clone(), self.dtype())
    }

    /// Arrays as constants, for what a call computes: the call's rule has their derivatives.
    #[track_caller]
    pub(crate) fn constants(all: &[Array]) -> Vec<Array> {
        let _at = Place::here();
        all.iter().map(Array::stop_gradient).collect()
    }

    /// The same value, not to be computed with before `others` are there.
    #[track_caller]
    pub(crate) fn after(&self, others: &[Array]) -> Array {
        let args: Args = [self].into_iter().chain(others).cloned().collect();
        Array::new(Prim::Alias, args, self.0.shape.clone(), self.dtype())
    }

    /// A constant of the same kind, with another value or shape.
    #[track_caller]
    fn refilled(&self, value: f64, shape: Shape) -> Array {
        let prim = Prim::Fill { bits: value.to_bits(), weak: self.is_weak() && shape.rank() == 0 };
        Array::new(prim, smallvec![], shape, self.dtype())
    }

    /// To `shape` by NumPy's rule, which the caller has checked.
    #[track_caller]
    pub(crate) fn broadcast_op(&self, shape: &Shape) -> Array {
        if self.0.shape == *shape {
            return self.clone();
        }
        if let Some(c) = self.fill_value() {
            return self.refilled(c, shape.clone());
        }
        let x = self.reshape_op(self.0.shape.pad_left(shape.rank()));
        if x.0.shape == *shape {
            return x;
        }
        let dtype = x.dtype();
        Array::new(Prim::Broadcast, smallvec![x], shape.clone(), dtype)
    }

    /// To a shape of as many elements.
    #[track_caller]
    pub(crate) fn reshape_op(&self, shape: Shape) -> Array {
        debug_assert_eq!(shape.size(), self.size());
        if self.0.shape == shape {
            return self.clone();
        }
        if let Some(c) = self.fill_value() {
            return self.refilled(c, shape);
        }
        // A reshape of a reshape is one reshape, but an alias in between keeps its identity.
        let (prim, args) = self.parts();
        let x = if matches!(prim, Prim::Reshape) { args[0].clone() } else { self.clone() };
        if x.0.shape == shape {
            return x;
        }
        Array::new(Prim::Reshape, smallvec![x], shape, self.dtype())
    }

    /// Result axis k is axis `axes[k]` of `self`.
    #[track_caller]
    pub(crate) fn permute_op(&self, axes: Dims) -> Array {
        debug_assert_eq!(axes.len(), self.ndim());
        if axes.iter().enumerate().all(|(k, &a)| k == a) {
            return self.clone();
        }
        let shape: Shape = axes.iter().map(|&a| self.0.shape[a]).collect();
        if let Some(c) = self.fill_value() {
            return self.refilled(c, shape);
        }
        let (prim, args) = self.parts();
        if let Prim::Permute(inner) = prim {
            return args[0].permute_op(axes.iter().map(|&a| inner[a]).collect());
        }
        Array::new(Prim::Permute(axes), smallvec![self.clone()], shape, self.dtype())
    }

    /// `size[k]` elements of axis k, every `step[k]`-th from `start[k]` on; the caller has checked the bounds.
    #[track_caller]
    pub(crate) fn slice_op(&self, start: Dims, mut step: Dims, size: Shape) -> Array {
        if size == self.0.shape {
            return self.clone();
        }
        // Of one element or none the step is nothing, and so no stride can grow beyond the array.
        step.iter_mut().zip(&size[..]).filter(|(_, n)| **n < 2).for_each(|(step, _)| *step = 1);
        if let Some(c) = self.fill_value() {
            return self.refilled(c, size);
        }
        Array::new(Prim::Slice { start, step }, smallvec![self.clone()], size, self.dtype())
    }

    /// Zeros around and between the elements.
    #[track_caller]
    pub(crate) fn pad_op(&self, pads: SmallVec<[Padding; 6]>) -> Array {
        let far = |p: &Padding| far(p.lo) || far(p.hi) || wide(p.interior as i128) > FAR;
        if let Some(p) = pads.iter().find(|p| far(p)) {
            refuse(format_args!("pad: {p:?} leads beyond what memory can hold"), &[("", self.at())])
        }
        if pads.iter().all(|p| *p == Padding { lo: 0, hi: 0, interior: 0 }) {
            return self.clone();
        }
        let extent = |(&n, p): (&usize, &Padding)| {
            let inner = n.saturating_add(n.saturating_sub(1).saturating_mul(p.interior));
            wide(inner as i128 + p.lo as i128 + p.hi as i128)
        };
        let shape: Shape = self.0.shape.iter().zip(&pads).map(extent).collect();
        if self.fill_value() == Some(0.0) {
            return self.refilled(0.0, shape);
        }
        Array::new(Prim::Pad(pads.into_boxed_slice()), smallvec![self.clone()], shape, self.dtype())
    }

    /// Reverses the order along these axes.
    #[track_caller]
    pub(crate) fn flip_op(&self, axes: Dims) -> Array {
        if axes.is_empty() || self.fill_value().is_some() {
            return self.clone();
        }
        Array::new(Prim::Flip(axes), smallvec![self.clone()], self.0.shape.clone(), self.dtype())
    }

    /// The parts one after the other; the caller has checked them.
    #[track_caller]
    pub(crate) fn concat_op(parts: &[Array], axis: usize) -> Array {
        if let [only] = parts {
            return only.clone();
        }
        let n = parts.iter().fold(0usize, |n, p| n.saturating_add(p.shape()[axis]));
        let shape = parts[0].0.shape.with(axis, n);
        Array::new(Prim::Concat(axis), parts.iter().cloned().collect(), shape, parts[0].dtype())
    }

    /// Reduces `axes` (sorted, no duplicates), which stay with extent 1.
    #[track_caller]
    pub(crate) fn reduce_op(&self, op: Reduction, axes: Dims) -> Array {
        let mut shape = self.0.shape.clone();
        let count: usize = axes.iter().map(|&a| std::mem::replace(&mut shape[a], 1)).product();
        if count == 0 && op != Reduction::Sum && shape.size() > 0 {
            let (name, shape) = (Prim::Reduce(op, axes.clone()).name(), &self.0.shape);
            refuse(
                format_args!("{name}: an empty set of elements has no {name}: shape {shape}, axes {axes:?}"),
                &[("", self.at())],
            )
        }
        if let Some(c) = self.fill_value().filter(|_| self.dtype() != DType::Bool) {
            let value = if op == Reduction::Sum { sum_of_equal(c, count, self.dtype()) } else { Some(c) };
            if let Some(value) = value {
                return self.refilled(value, shape);
            }
        }
        if op == Reduction::Sum
            && let Some(sum) = eye::summed(self, &axes, &shape)
        {
            return sum;
        }
        if self.dtype().is_complex() {
            return complex::reduce(self, op, axes);
        }
        if axes.is_empty() || count == 1 {
            return self.clone();
        }
        Array::new(Prim::Reduce(op, axes), smallvec![self.clone()], shape, self.dtype())
    }

    #[track_caller]
    pub(crate) fn cumsum_op(&self, axis: usize, reverse: bool) -> Array {
        if self.dtype().is_complex() {
            return complex::cumsum(self, axis, reverse);
        }
        Array::new(
            Prim::Cumsum { axis, reverse },
            smallvec![self.clone()],
            self.0.shape.clone(),
            self.dtype(),
        )
    }

    /// `[…, m, k] × […, k, n]` with equal leading axes, which the caller has arranged.
    #[track_caller]
    pub(crate) fn matmul_op(&self, y: &Array) -> Array {
        let (a, b, r) = (&self.0.shape, &y.0.shape, self.ndim());
        debug_assert!(r >= 2 && y.ndim() == r && a[..r - 2] == b[..r - 2] && a[r - 1] == b[r - 2]);
        needs_numbers("matmul", self, y);
        if self.dtype().is_complex() {
            return complex::matmul(self, y);
        }
        let shape = a.with(r - 1, b[r - 1]);
        Array::new(Prim::Matmul, smallvec![self.clone(), y.clone()], shape, self.dtype())
    }

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

    /// `x[b, n, r]`, `i[b, m]` → `[b, m, r]`.
    #[track_caller]
    pub(crate) fn gather_op(&self, index: &Array) -> Array {
        let (x, i) = (&self.0.shape, &index.0.shape);
        debug_assert!(x.rank() == 3 && i.rank() == 2 && x[0] == i[0] && index.dtype() == DType::I64);
        let shape = Shape::new(&[x[0], i[1], x[2]]);
        // Of a constant array too: evaluation checks the numbers.
        Array::new(Prim::Gather, smallvec![self.clone(), index.clone()], shape, self.dtype())
    }

    /// `i[b, m]`, `u[b, m, r]` → `[b, n, r]`.
    #[track_caller]
    pub(crate) fn scatter_add_op(index: &Array, updates: &Array, n: usize) -> Array {
        let (i, u) = (&index.0.shape, &updates.0.shape);
        debug_assert!(u.rank() == 3 && i.rank() == 2 && u[..2] == i[..] && index.dtype() == DType::I64);
        let shape = Shape::new(&[u[0], n, u[2]]);
        if updates.dtype().is_complex() {
            return complex::scatter_add(index, updates, n);
        }
        Array::new(Prim::ScatterAdd(n), smallvec![index.clone(), updates.clone()], shape, updates.dtype())
    }

    /// The stable ascending order of the last axis.
    #[track_caller]
    pub(crate) fn argsort_op(&self) -> Array {
        if self.dtype().is_complex() {
            complex::unordered("argsort", self)
        }
        Array::new(Prim::Argsort, smallvec![self.clone()], self.0.shape.clone(), DType::I64)
    }

    /// `n` random numbers for each key.
    #[track_caller]
    pub(crate) fn random_op(keys: &Array, n: usize, dtype: DType) -> Array {
        debug_assert!(keys.dtype() == DType::I64);
        let shape = keys.0.shape.insert(keys.ndim(), n);
        Array::new(Prim::Random(n), smallvec![keys.clone()], shape, dtype)
    }

    /// Its last `rank` axes in a file, as numbers for the others.
    #[track_caller]
    pub(crate) fn spill_op(&self, folder: &Arc<Path>, rank: usize) -> Array {
        let shape = self.shape()[..self.ndim() - rank].iter().copied().collect();
        let prim = Prim::Spill { folder: folder.clone(), rank };
        Array::new(prim, smallvec![self.clone()], shape, DType::I64)
    }
    /// What lies in a file under these numbers.
    #[track_caller]
    pub(crate) fn unspill_op(&self, shape: &Shape, dtype: DType) -> Array {
        let all = self.shape().iter().chain(&shape[..]).copied().collect();
        Array::new(Prim::Unspill(shape.clone(), dtype), smallvec![self.clone()], all, dtype)
    }

    /// Linear algebra on the last two axes of arguments with equal leading axes, which the caller has arranged; the
    /// results packed along a last axis.
    #[track_caller]
    pub(crate) fn linalg_op(op: Linalg, args: &[Array]) -> Array {
        let lead = args[0].ndim() - 2;
        debug_assert!(args.iter().all(|x| x.shape()[..lead] == args[0].shape()[..lead]));
        let matrices: SmallVec<[[usize; 2]; 3]> =
            args.iter().map(|x| [x.shape()[lead], x.shape()[lead + 1]]).collect();
        let packed = op.results(&matrices).iter().map(|r| r.iter().product::<usize>()).sum();
        let shape = args[0].shape()[..lead].iter().copied().chain([packed]).collect();
        Array::new(Prim::Linalg(op), args.iter().cloned().collect(), shape, args[0].dtype())
    }

    /// Output `k` of a loop or choice.
    #[track_caller]
    pub(crate) fn control_op(control: &Arc<Control>, k: usize, args: &[Array]) -> Array {
        let (shape, dtype) = control.outputs[k].clone();
        Array::new(Prim::Control(control.clone(), k), args.iter().cloned().collect(), shape, dtype)
    }

    /// 0, 1, 2 … along `axis`.
    #[track_caller]
    pub(crate) fn iota(shape: impl Into<Shape>, axis: usize, dtype: DType) -> Array {
        if dtype.is_complex() {
            return complex::iota(shape.into(), axis, dtype);
        }
        Array::new(Prim::Iota(axis), Args::new(), shape.into(), dtype)
    }

    /// The transform along the last axis of a complex array: see [`Prim::Fft`].
    #[track_caller]
    pub(crate) fn fft_op(&self, inverse: bool) -> Array {
        debug_assert!(self.dtype().is_complex() && self.ndim() > 0);
        if self.fill_value() == Some(0.0) {
            return self.clone();
        }
        Array::new(Prim::Fft { inverse }, smallvec![self.clone()], self.0.shape.clone(), self.dtype())
    }
}

/// Paddings and steps above this are refused: sums of some of them, and of extents, cannot overflow.
const FAR: usize = 1 << 60;
fn far(width: isize) -> bool {
    width.unsigned_abs() > FAR
}

/// An extent that was computed: none below 0, and the largest for all that is no extent, which is then refused.
fn wide(extent: i128) -> usize {
    usize::try_from(extent.max(0)).unwrap_or(usize::MAX)
}

/// The sum of so many equal elements as their dtype has it; None if that is no number of an `f64`.
pub(crate) fn sum_of_equal(c: f64, count: usize, dtype: DType) -> Option<f64> {
    if count == 0 {
        return Some(0.0);
    }
    let whole = (c as i64).wrapping_mul(count as i64);
    match dtype {
        DType::F64 | DType::C128 | DType::Bool => Some(c * count as f64),
        DType::F32 | DType::C64 => Some(f64::from((c * count as f64) as f32)),
        DType::I32 => Some(f64::from(whole as i32)),
        DType::I64 => (whole.unsigned_abs() <= 1 << 53).then_some(whole as f64),
    }
}

/// Which elementary functions integers have.
fn int_op(op: Binary) -> bool {
    match op {
        Binary::Add | Binary::Sub | Binary::Mul | Binary::Max | Binary::Min => true,
        Binary::Rem | Binary::Remainder | Binary::FloorDivide | Binary::TruncDivide | Binary::Less => true,
        Binary::Div
        | Binary::Ratio
        | Binary::TimesOrZero
        | Binary::Pow
        | Binary::Atan2
        | Binary::Hypot
        | Binary::Copysign => false,
        Binary::PolygammaDrop(_) | Binary::LnABeta | Binary::LnRatio | Binary::OverHypot => false,
        Binary::KlDiv | Binary::RelEntr => false,
        Binary::GammaP | Binary::GammaQ | Binary::GammaPdf | Binary::GammaPByA(_) => false,
        Binary::LnGammaP | Binary::LnGammaQ | Binary::LnGammaPdf => false,
        Binary::LnGammaPByA(_) | Binary::LnGammaQByA(_) => false,
        Binary::GammaPHazard(_) | Binary::GammaQHazard(_) => false,
        Binary::LogAddExp | Binary::LogAddExp2 | Binary::ExpShare | Binary::Exp2Share => false,
        Binary::LnBeta | Binary::XLogY | Binary::XLog1pY => false,
    }
}

/// Sums of products of bools are counts to some and "any of both" to others.
#[track_caller]
fn needs_numbers(what: &str, x: &Array, y: &Array) {
    if x.dtype() == DType::Bool {
        refuse(
            format_args!(
                "{what}: is not defined for bool arrays; convert them with .cast(DType::I64) to count, and compare the counts with 0 for logic"
            ),
            &[("left", x.at()), ("right", y.at())],
        )
    }
}

/// The shape two arrays broadcast to.
#[track_caller]
pub(crate) fn join(what: &str, x: &Array, y: &Array) -> Shape {
    match x.0.shape.broadcast(y.shape()) {
        Some(shape) => shape,
        None => refuse(
            format_args!("{what}: shapes {} and {} do not broadcast", x.0.shape, y.0.shape),
            &[("left", x.at()), ("right", y.at())],
        ),
    }
}

/// Two operands of one dtype and shape: a plain number takes the other's dtype, the rest must agree.
#[track_caller]
pub(crate) fn agree(what: &str, x: &Array, y: &Array) -> (Array, Array) {
    let (x, y) = same_dtype(what, x, y);
    if x.0.shape == y.0.shape {
        return (x, y);
    }
    let shape = join(what, &x, &y);
    (x.broadcast_op(&shape), y.broadcast_op(&shape))
}

/// Two operands of one dtype.
#[track_caller]
pub(crate) fn same_dtype(what: &str, x: &Array, y: &Array) -> (Array, Array) {
    if x.dtype() == y.dtype() && x.is_weak() == y.is_weak() {
        return (x.clone(), y.clone());
    }
    match (x.is_weak(), y.is_weak()) {
        (true, false) => (take_dtype(what, x, y), y.clone()),
        (false, true) => (x.clone(), take_dtype(what, y, x)),
        (true, true) => (x.clone(), y.clone()),
        (false, false) => match complex::joined(x, y) {
            Some(joined) => joined,
            None => refuse(
                format_args!(
                    "{what}: the left array is {}, the right {}; convert one with .cast(DType::…)",
                    x.dtype(),
                    y.dtype()
                ),
                &[("left", x.at()), ("right", y.at())],
            ),
        },
    }
}

/// A plain number as a constant of `like`'s dtype, if it is one of its values.
#[track_caller]
fn take_dtype(what: &str, number: &Array, like: &Array) -> Array {
    let value = number.fill_value().expect("a plain number is a fill");
    let fits = match like.dtype() {
        DType::F32 | DType::F64 | DType::C64 | DType::C128 => true,
        DType::I32 => f64::from(value as i32) == value,
        DType::I64 => (value as i64) as f64 == value && value < i64::MAX as f64,
        DType::Bool => value == 0.0 || value == 1.0,
    };
    if !fits {
        refuse(
            format_args!(
                "{what}: the number {value} is not a value of a {} array; convert the array with .cast(DType::F64)",
                like.dtype()
            ),
            &[("", like.at())],
        )
    }
    Array::fill(value, Shape::default(), like.dtype())
}
