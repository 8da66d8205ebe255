//! Where each axis of an argument goes, and each primitive under one more leading axis: what `vmap`, the splitting of loops by
//! their batch and the sparsity of derivatives ask.

use super::{Padding, Prim};
use crate::shape::{Dims, Shape};
use smallvec::SmallVec;

/// For each axis of a result, the axis of an argument that runs along with it.
pub type Axes = SmallVec<[Option<usize>; 6]>;

impl Prim {
    /// For each axis of the result, the axis of argument `k` that runs along with it: slice i of the result along the one reads
    /// slice i of the argument along the other, and nothing else of that argument. `None`: a slice may read all of the argument.
    /// `args` and `result` are the shapes.
    pub fn axes(&self, k: usize, args: &[&Shape], result: &Shape) -> Axes {
        let (rank, from) = (result.rank(), args[k]);
        let where_ =
            |same: &dyn Fn(usize) -> bool| -> Axes { (0..rank).map(|t| same(t).then_some(t)).collect() };
        let leading = |n: usize| where_(&|t| t < n);
        match self {
            Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => leading(0),
            Prim::Alias | Prim::Stop | Prim::Custom(..) | Prim::Holomorphic(_) => leading(rank),
            Prim::Unary(_) | Prim::Binary(_) | Prim::Compare(_) | Prim::Select => leading(rank),
            Prim::Cast(_) | Prim::Complex | Prim::Re | Prim::Im => leading(rank),
            Prim::Broadcast => where_(&|t| from[t] == result[t]),
            Prim::Reshape => (0..rank).map(|t| unmoved(from, result, t)).collect(),
            Prim::Permute(axes) => axes.iter().copied().map(Some).collect(),
            Prim::Slice { start, step } => where_(&|t| start[t] == 0 && step[t] == 1 && from[t] == result[t]),
            Prim::Pad(pads) => where_(&|t| pads[t] == Padding::NONE),
            Prim::Flip(axes) | Prim::Reduce(_, axes) => where_(&|t| !axes.contains(&t)),
            Prim::Concat(axis) | Prim::Cumulative { axis, .. } => where_(&|t| t != *axis),
            // […, m, k] × […, k, n]
            Prim::Matmul => where_(&|t| t < rank - 2 || t == rank - 2 + k),
            // [g, n, s…, c] ⋆ [g, k…, c, o] → [g, n, s′…, o]
            Prim::Conv(_) if k == 0 => leading(2),
            Prim::Conv(_) => where_(&|t| t == 0 || t == rank - 1),
            // x[b, n, r], i[b, m] → [b, m, r]
            Prim::Gather if k == 0 => where_(&|t| t != 1),
            Prim::Gather => leading(2),
            // i[b, m], u[b, m, r] → [b, n, r]
            Prim::ScatterAdd(_) if k == 0 => leading(1),
            Prim::ScatterAdd(_) => where_(&|t| t != 1),
            Prim::Argsort | Prim::Fft { .. } | Prim::Linalg(_) | Prim::Random(_) => leading(rank - 1),
            Prim::Spill { .. } => leading(rank),
            Prim::Unspill(..) => leading(from.rank()),
            Prim::Control(..) => leading(0),
        }
    }
    /// The primitive whose arguments and result have one more axis before the others; `None` if it takes no more than it has.
    pub fn under_leading_axis(&self) -> Option<Prim> {
        let later = |axes: &Dims| -> Dims { axes.iter().map(|a| a + 1).collect() };
        let after =
            |first: usize, rest: &Dims| -> Dims { [first].into_iter().chain(rest.iter().copied()).collect() };
        Some(match self {
            Prim::Alias | Prim::Stop | Prim::Unary(_) | Prim::Binary(_) | Prim::Compare(_) => self.clone(),
            Prim::Select | Prim::Cast(_) | Prim::Complex | Prim::Re | Prim::Im => self.clone(),
            Prim::Holomorphic(_) | Prim::Broadcast | Prim::Reshape | Prim::Matmul => self.clone(),
            Prim::Argsort | Prim::Fft { .. } | Prim::Linalg(_) | Prim::Random(_) => self.clone(),
            Prim::Spill { .. } | Prim::Unspill(..) => self.clone(),
            Prim::Permute(axes) => Prim::Permute(after(0, &later(axes))),
            Prim::Slice { start, step } => Prim::Slice { start: after(0, start), step: after(1, step) },
            Prim::Pad(pads) => Prim::Pad([Padding::NONE].into_iter().chain(pads.iter().copied()).collect()),
            Prim::Flip(axes) => Prim::Flip(later(axes)),
            Prim::Concat(axis) => Prim::Concat(axis + 1),
            Prim::Reduce(op, axes) => Prim::Reduce(*op, later(axes)),
            Prim::Cumulative { op, axis, reverse } => {
                Prim::Cumulative { op: *op, axis: axis + 1, reverse: *reverse }
            }
            Prim::Iota(axis) => Prim::Iota(axis + 1),
            Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Eye(..) => return None,
            Prim::Conv(_) | Prim::Gather | Prim::ScatterAdd(_) => return None,
            Prim::Custom(..) | Prim::Control(..) => return None,
        })
    }
}

/// The axis of `from` that is axis `t` of the same elements in the shape `to`: of one extent, with as many elements before it.
fn unmoved(from: &Shape, to: &Shape, t: usize) -> Option<usize> {
    let before = |shape: &Shape, k: usize| shape[..k].iter().product::<usize>();
    (0..from.rank()).find(|&a| from[a] == to[t] && before(from, a) == before(to, t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;
    use crate::build::build;
    use crate::dtype::DType;
    use crate::prim::{Compare, Reduction, Window};
    use pullback_real::{Binary, Real, Unary};
    use smallvec::smallvec;

    /// Numbers from 0 up, different ones, in `f64`.
    fn numbers(shape: &[usize]) -> Array {
        let n: usize = shape.iter().product();
        let x = (Array::iota(Shape::new(&[n]), 0, DType::F64) * 7.3).sin() + 1.5;
        let x = x.reshape_op(Shape::new(shape));
        // Data: constructors look into what is pending.
        x.eval();
        x
    }
    fn indices(shape: &[usize], below: f64) -> Array {
        let n: usize = shape.iter().product();
        let k = Array::iota(Shape::new(&[n]), 0, DType::F64) * 5.0;
        (&k - (&k / below).floor() * below).cast(DType::I64).reshape_op(Shape::new(shape))
    }

    /// A node of each primitive with arguments that one dtype of arrays has, in several axes.
    fn nodes() -> Vec<Array> {
        let (x, y) = (numbers(&[2, 3, 4]), numbers(&[3, 2, 4]).permute_op(smallvec![1, 0, 2]));
        let pad = |lo, hi, interior| Padding { lo, hi, interior };
        let window = Window {
            stride: smallvec![1],
            lo: smallvec![1],
            hi: smallvec![0],
            input_dilation: smallvec![1],
            kernel_dilation: smallvec![1],
        };
        let z = Array::complex_op(&x, &y);
        vec![
            Array::unary_op(Unary::Exp, &x),
            Array::binary_op(Binary::Mul, &x, &y),
            Array::compare_op(Compare::Lt, &x, &y),
            Array::select_op(&Array::compare_op(Compare::Lt, &x, &y), &x, &y),
            x.cast(DType::F32),
            numbers(&[2, 1, 4]).broadcast_op(&Shape::new(&[2, 3, 4])),
            x.reshape_op(Shape::new(&[2, 12])),
            x.reshape_op(Shape::new(&[1, 2, 3, 2, 2])),
            x.permute_op(smallvec![2, 0, 1]),
            x.slice_op(smallvec![0, 1, 0], smallvec![1, 1, 2], Shape::new(&[2, 2, 2])),
            x.pad_op(smallvec![Padding::NONE, pad(1, 0, 1), pad(-1, 2, 0)]),
            x.flip_op(smallvec![1]),
            Array::concat_op(&[x.clone(), y.clone()], 1),
            x.reduce_op(Reduction::Sum, smallvec![1]),
            x.reduce_op(Reduction::Max, smallvec![0, 2]),
            x.cumulative_op(Reduction::Sum, 1, false),
            x.cumulative_op(Reduction::Max, 2, true),
            x.matmul_op(&numbers(&[2, 4, 5])),
            numbers(&[2, 3, 5, 2]).conv_op(&numbers(&[2, 3, 2, 4]), window),
            x.gather_op(&indices(&[2, 5], 3.0)),
            Array::scatter_add_op(&indices(&[2, 3], 6.0), &x, 6),
            x.argsort_op(),
            Array::random_op(&indices(&[2, 3], 99.0), 4, DType::F64),
            z.re_op().abs() + z.im_op(),
        ]
    }

    fn along(x: &Array, axis: usize, i: usize) -> Array {
        x.narrow(axis, i, 1)
    }
    fn equal(a: &Array, b: &Array, what: &str) {
        let (a, b) = (a.cast(DType::F64).to_vec::<f64>(), b.cast(DType::F64).to_vec::<f64>());
        assert!(
            a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-13 * a.abs()) && a.len() == b.len(),
            "{what}"
        )
    }

    #[test]
    fn a_slice_of_a_result_is_made_of_the_slices_that_axes_name() {
        for y in nodes() {
            let (prim, args) = y.parts();
            let shapes: Vec<&Shape> = args.iter().map(|a| &a.0.shape).collect();
            let axes: Vec<Axes> = (0..args.len()).map(|k| prim.axes(k, &shapes, &y.0.shape)).collect();
            let mut tried = 0;
            for t in (0..y.ndim()).filter(|&t| axes.iter().any(|a| a[t].is_some())) {
                for i in 0..y.shape()[t] {
                    let one = |(a, axes): (&Array, &Axes)| match axes[t] {
                        Some(axis) => along(a, axis, i),
                        None => a.clone(),
                    };
                    let slices: Vec<Array> = args.iter().zip(&axes).map(one).collect();
                    let made = build(prim, &slices, &y.0.shape.with(t, 1), y.dtype());
                    equal(&made, &along(&y, t, i), &format!("{} along {t}", prim.name()));
                    tried += 1
                }
            }
            assert!(tried > 0, "{} has no axis of its own", prim.name())
        }
    }

    #[test]
    fn with_one_more_leading_axis_each_slice_is_the_primitive() {
        for y in nodes() {
            let (prim, args) = y.parts();
            let Some(wider) = prim.under_leading_axis() else { continue };
            let front = |x: &Array| x.reshape_op(x.0.shape.insert(0, 1));
            // Two examples, of which the second is the first with its elements in reverse.
            let reversed = |x: &Array| x.flip_op((0..x.ndim()).collect());
            let stack = |x: &Array| Array::concat_op(&[front(x), front(&reversed(x))], 0);
            let both: Vec<Array> = args.iter().map(stack).collect();
            let made = build(&wider, &both, &y.0.shape.insert(0, 2), y.dtype());
            let other: Vec<Array> = args.iter().map(reversed).collect();
            let other = build(prim, &other, &y.0.shape, y.dtype());
            let what = prim.name();
            equal(&along(&made, 0, 0), &front(&y), what);
            equal(&along(&made, 0, 1), &front(&other), what);
            let shapes: Vec<Shape> = both.iter().map(|a| a.0.shape.clone()).collect();
            let shapes: Vec<&Shape> = shapes.iter().collect();
            (0..args.len())
                .for_each(|k| assert_eq!(wider.axes(k, &shapes, &made.0.shape)[0], Some(0), "{what}"))
        }
    }
}
