//! Moving elements: shapes, axes, repetition.
//!
//! Over 300 lines: one list of functions, with their documentation.

use crate::array::{Array, operation};
use crate::axis::Ints;
use crate::dtype::DType;
use crate::prim::Padding;
use crate::shape::{Dims, Shape};
use pullback_real::refuse;

impl Array {
    /// The elements, in row-major order, in another shape; one extent may be −1: as many as are left.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1, 2, 3, 4, 5, 6]).reshape([2, -1]).shape(), [2, 3]);
    /// ```
    ///
    /// # Panics
    /// If the shape has another number of elements.
    #[track_caller]
    pub fn reshape(&self, shape: impl Into<Ints>) -> Array {
        let wanted = shape.into();
        let known: usize =
            wanted.0.iter().filter(|&&n| n >= 0).map(|&n| n as usize).collect::<Shape>().size();
        let open = wanted.0.iter().filter(|&&n| n == -1).count();
        let fits = match open {
            0 => known == self.size(),
            1 => known > 0 && self.size().is_multiple_of(known),
            _ => false,
        };
        if !fits || wanted.0.iter().any(|&n| n < -1) {
            refuse(
                format_args!(
                    "reshape: shape {} with {} elements does not go into {:?}",
                    self.0.shape,
                    self.size(),
                    &wanted.0[..]
                ),
                &[("", self.at())],
            )
        }
        let extent = |&n: &isize| if n == -1 { self.size() / known } else { n as usize };
        self.reshape_op(wanted.0.iter().map(extent).collect())
    }
    /// All elements along one axis.
    #[track_caller]
    pub fn ravel(&self) -> Array {
        self.reshape_op(Shape::new(&[self.size()]))
    }
    /// The axes in reverse order: the transpose of a matrix.
    #[track_caller]
    pub fn t(&self) -> Array {
        self.permute_op((0..self.ndim()).rev().collect())
    }
    /// Result axis k is axis `axes[k]`.
    ///
    /// ```
    /// use pullback_array::{Array, DType};
    /// assert_eq!(Array::zeros(&[2, 3, 4], DType::F32).transpose([2, 0, 1]).shape(), [4, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If `axes` does not name every axis once.
    #[track_caller]
    pub fn transpose(&self, axes: impl Into<Ints>) -> Array {
        let axes = axes.into().axes("transpose", self);
        if axes.len() != self.ndim() {
            refuse(
                format_args!("transpose: axes {axes:?} do not name every axis of shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        self.permute_op(axes)
    }
    /// Two axes exchanged.
    ///
    /// # Panics
    /// If an axis is out of range.
    #[track_caller]
    pub fn swapaxes(&self, a: isize, b: isize) -> Array {
        let (a, b) = (self.axis("swapaxes", a), self.axis("swapaxes", b));
        let mut order: Dims = (0..self.ndim()).collect();
        order.swap(a, b);
        self.permute_op(order)
    }
    /// Axes taken from their places to others; the rest keep their order.
    ///
    /// # Panics
    /// If there are not as many destinations as sources, or one is out of range or named twice.
    #[track_caller]
    pub fn moveaxis(&self, from: impl Into<Ints>, to: impl Into<Ints>) -> Array {
        let from = from.into().axes("moveaxis", self);
        let to = to.into().axes("moveaxis", self);
        if from.len() != to.len() {
            refuse(format_args!("moveaxis: {} axes do not go to {} places", from.len(), to.len()), &[])
        }
        let mut rest = (0..self.ndim()).filter(|a| !from.contains(a));
        let at = |k: usize| match to.iter().position(|&t| t == k) {
            Some(i) => from[i],
            None => rest.next().expect("as many axes as places"),
        };
        self.permute_op((0..self.ndim()).map(at).collect())
    }
    /// Without its axes of extent 1.
    #[track_caller]
    pub fn squeeze(&self) -> Array {
        self.squeezed(&(0..self.ndim()).filter(|&k| self.shape()[k] == 1).collect())
    }
    /// Without these axes, which have extent 1.
    ///
    /// # Panics
    /// If one has another extent, is out of range or named twice.
    #[track_caller]
    pub fn squeeze_axis(&self, axes: impl Into<Ints>) -> Array {
        let axes = axes.into().axes("squeeze", self);
        if let Some(a) = axes.iter().find(|&&a| self.shape()[a] != 1) {
            refuse(
                format_args!("squeeze: axis {a} of shape {} has not extent 1", self.0.shape),
                &[("", self.at())],
            )
        }
        self.squeezed(&axes)
    }
    /// With new axes of extent 1, at these places of the result.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1.0, 2.0]).expand_dims([0, -1]).shape(), [1, 2, 1]);
    /// ```
    ///
    /// # Panics
    /// If a place is out of range or named twice.
    #[track_caller]
    pub fn expand_dims(&self, axes: impl Into<Ints>) -> Array {
        let axes = axes.into();
        let rank = self.ndim() + axes.0.len();
        let new = self.new_axes("expand_dims", &axes);
        let mut own = self.shape().iter();
        let extent =
            |k: usize| if new.contains(&k) { 1 } else { *own.next().expect("as many axes as places") };
        self.reshape_op((0..rank).map(extent).collect())
    }
    /// Repeated to a shape by NumPy's rule: axes of extent 1 stretch, new ones come in front.
    ///
    /// # Panics
    /// If it does not broadcast to the shape.
    #[track_caller]
    pub fn broadcast_to(&self, shape: impl Into<Ints>) -> Array {
        let wanted: Shape = shape.into().extents("broadcast_to", self).into();
        if self.0.shape.broadcast(&wanted).as_ref() != Some(&wanted) {
            refuse(
                format_args!("broadcast_to: shape {} does not broadcast to {wanted}", self.0.shape),
                &[("", self.at())],
            )
        }
        self.broadcast_op(&wanted)
    }

    /// The order of elements reversed along axes.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn flip(&self, axes: impl Into<Ints>) -> Array {
        self.flip_op(axes.into().axes("flip", self))
    }
    /// Elements moved by `shift` along an axis; those that leave come in at the other end.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1, 2, 3]).roll(1, 0).to_vec::<i32>(), [3, 1, 2]);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range, or there are not as many shifts as axes (one shift serves all).
    #[track_caller]
    pub fn roll(&self, shift: impl Into<Ints>, axes: impl Into<Ints>) -> Array {
        let (shift, axes) = (shift.into().0, axes.into().0);
        if shift.len() != axes.len() && shift.len() != 1 {
            refuse(format_args!("roll: {} shifts for {} axes", shift.len(), axes.len()), &[("", self.at())])
        }
        let mut x = self.clone();
        for (i, &a) in axes.iter().enumerate() {
            let k = self.axis("roll", a);
            let n = x.shape()[k];
            let back = shift[i.min(shift.len() - 1)].checked_rem_euclid(n as isize).unwrap_or(0) as usize;
            if back > 0 {
                let cut = n - back;
                x = Array::concat_op(&[x.narrow(k, cut, n - cut), x.narrow(k, 0, cut)], k)
            }
        }
        x
    }
    /// Turned by `k` right angles in the plane of the first two axes, from the first towards the second.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    pub fn rot90(&self, k: isize) -> Array {
        self.matrix("rot90");
        match k.rem_euclid(4) {
            0 => self.clone(),
            1 => self.swapaxes(0, 1).flip(0),
            2 => self.flip([0, 1]),
            _ => self.swapaxes(0, 1).flip(1),
        }
    }
    /// The array laid out `reps[k]` times along axis k.
    ///
    /// # Panics
    /// If a count is negative.
    #[track_caller]
    pub fn tile(&self, reps: impl Into<Ints>) -> Array {
        let reps = reps.into().extents("tile", self);
        let rank = self.ndim().max(reps.len());
        let reps = Shape::from(reps);
        let (x, reps) = (self.0.shape.pad_left(rank), reps.pad_left(rank));
        let pairs = |first: &[usize]| -> Shape { (0..rank).flat_map(|k| [first[k], x[k]]).collect() };
        let spread = self.reshape_op(pairs(&vec![1; rank])).broadcast_op(&pairs(&reps));
        spread.reshape_op((0..rank).map(|k| reps[k].saturating_mul(x[k])).collect())
    }
    /// Every element `count` times in a row along an axis.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn repeat(&self, count: usize, axis: isize) -> Array {
        let k = self.axis("repeat", axis);
        let n = self.shape()[k];
        let wide = self.0.shape.insert(k + 1, 1);
        self.reshape_op(wide.clone())
            .broadcast_op(&wide.with(k + 1, count))
            .reshape_op(self.0.shape.with(k, n.saturating_mul(count)))
    }
    /// Element i `counts[i]` times in a row along an axis.
    ///
    /// # Panics
    /// If the axis is out of range, a count negative, or there are not as many counts as elements.
    #[track_caller]
    pub fn repeat_each(&self, counts: impl Into<Ints>, axis: isize) -> Array {
        let k = self.axis("repeat", axis);
        let counts = counts.into().extents("repeat", self);
        if counts.len() != self.shape()[k] {
            refuse(
                format_args!("repeat: {} counts for axis {axis} of shape {}", counts.len(), self.0.shape),
                &[("", self.at())],
            )
        }
        crate::shape::addressable(
            "repeat_each",
            &[counts.iter().fold(0, |n, &c| n.saturating_add(c))],
            DType::I64,
        );
        let rows: Vec<i64> = counts.iter().enumerate().flat_map(|(i, &c)| vec![i as i64; c]).collect();
        self.take(&Array::from_slice(&rows, &[rows.len()]), axis)
    }
    /// Zeros around (`lo`, `hi`) and between (`interior`) the elements of each axis, as [`jax.lax.pad`] with a value;
    /// negative `lo` and `hi` cut elements off.
    ///
    /// [`jax.lax.pad`]: https://docs.jax.dev/en/latest/_autosummary/jax.lax.pad.html
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1.0, 2.0]).lax_pad(&[(1, -1, 1)], 9.0).to_vec::<f64>(), [9.0, 1.0, 9.0]);
    /// ```
    ///
    /// # Panics
    /// If there is not one entry an axis.
    #[track_caller]
    pub fn lax_pad(&self, config: &[(isize, isize, usize)], value: f64) -> Array {
        let _operation = operation("lax_pad");
        if config.len() != self.ndim() {
            refuse(
                format_args!("pad: {} entries for shape {}", config.len(), self.0.shape),
                &[("", self.at())],
            )
        }
        let pads: smallvec::SmallVec<[Padding; 6]> =
            config.iter().map(|&(lo, hi, interior)| Padding { lo, hi, interior }).collect();
        let y = self.pad_op(pads.clone());
        // Where elements are only cut off, there is nothing to fill.
        if value == 0.0 || config.iter().all(|&(lo, hi, interior)| lo <= 0 && hi <= 0 && interior == 0) {
            return y;
        }
        let inside = Array::fill(1.0, self.0.shape.clone(), DType::Bool).pad_op(pads);
        crate::ops::where_(&inside, &y, y.full_like(value))
    }

    /// All windows of a vector as rows: `[n]` → `[count, window]`, `stride` apart.
    ///
    /// # Panics
    /// If there is not one axis, or the window or the stride is 0 or longer than the vector.
    #[track_caller]
    pub fn im2col(&self, window: usize, stride: usize) -> Array {
        if self.ndim() != 1 || window == 0 || stride == 0 || window > self.size() {
            refuse(
                format_args!("im2col: windows of {window}, {stride} apart, of shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        let count = (self.size() - window) / stride + 1;
        let column = |k| self.every_nth(0, k, count, stride).reshape_op(Shape::new(&[count, 1]));
        Array::concat_op(&(0..window).map(column).collect::<Vec<_>>(), 1)
    }
}
