//! Kernels that run along an axis: the sums and extrema of all elements so far.

use super::copy::copy;
use super::number::{Number, Running};
use super::threads::{Ptr, for_chunks};
use super::view::{View, ViewMut, row_major};
use crate::prim::Reduction;

/// Columns that are reduced side by side.
const COLUMNS: usize = 64;

/// The reductions of all elements so far along an axis, from the last element on if `reverse`, to the contiguous `out`. Sums of
/// `f32` are kept in `f64`.
pub(crate) fn cumulative<T: Number>(x: View<T>, op: Reduction, axis: usize, reverse: bool, out: &mut [T]) {
    let along = Along { axis, reverse };
    match op {
        Reduction::Sum => along.run(x, T::ZERO.widen(), |sum, y| y.add_to(sum), out),
        Reduction::Max => along.run(x, T::Sum::LEAST, |most, y| most.larger(y.widen()), out),
        Reduction::Min => along.run(x, T::Sum::MOST, |least, y| least.smaller(y.widen()), out),
    }
}

/// An axis and a direction.
struct Along {
    axis: usize,
    reverse: bool,
}

impl Along {
    fn run<T: Number>(
        &self,
        x: View<T>,
        start: T::Sum,
        join: impl Fn(T::Sum, T) -> T::Sum + Sync,
        out: &mut [T],
    ) {
        assert_eq!(out.len(), x.size(), "one result for each element");
        let n = x.shape[self.axis];
        let inner: usize = x.shape[self.axis + 1..].iter().product();
        copy(x, ViewMut { data: out, offset: 0, shape: x.shape, strides: &row_major(x.shape) });
        if out.is_empty() {
            return;
        }
        let outer = out.len() / (n * inner);
        let (parts, ns, to) = (inner.div_ceil(COLUMNS), out.len(), Ptr(out.as_mut_ptr()));
        let group = ((1 << 14) / (n * inner.min(COLUMNS))).clamp(1, outer * parts);
        for_chunks((outer * parts).div_ceil(group), ns, |chunk| {
            for part in chunk * group..((chunk + 1) * group).min(outer * parts) {
                let (item, first) = (part / parts, part % parts * COLUMNS);
                let width = COLUMNS.min(inner - first);
                if inner == 1 {
                    // SAFETY: no other part uses this item.
                    let row = unsafe { std::slice::from_raw_parts_mut(to.get().add(item * n), n) };
                    let mut so_far = start;
                    let mut step = |y: &mut T| {
                        so_far = join(so_far, *y);
                        *y = T::narrow(so_far)
                    };
                    match self.reverse {
                        true => row.iter_mut().rev().for_each(&mut step),
                        false => row.iter_mut().for_each(&mut step),
                    }
                    continue;
                }
                let mut so_far = [start; COLUMNS];
                for k in 0..n {
                    let k = if self.reverse { n - 1 - k } else { k };
                    // SAFETY: columns first.. of row k, which no other part uses.
                    let row = unsafe {
                        let start = to.get().add((item * n + k) * inner + first);
                        std::slice::from_raw_parts_mut(start, width)
                    };
                    for (y, so_far) in row.iter_mut().zip(&mut so_far) {
                        *so_far = join(*so_far, *y);
                        *y = T::narrow(*so_far)
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Rng, random_strides};
    use super::super::threads::on_one_and_two;
    use super::*;

    type Join<'a, T> = (Reduction, &'a dyn Fn(T, T) -> T);

    /// By the definition, for each way to reduce.
    fn check<T: Number>(rng: &mut Rng, shape: &[usize], of: fn(f64) -> T) {
        let (strides, offset) = random_strides(rng, shape);
        let data: Vec<T> = (0..shape.iter().map(|&n| n.max(1)).product()).map(|_| of(rng.small())).collect();
        let x = View::new(&data, offset, shape, &strides);
        let (axis, reverse) = (rng.below(shape.len()), rng.below(2) == 0);
        let larger = |x: T, y: T| if x > y { x } else { y };
        let smaller = |x: T, y: T| if x < y { x } else { y };
        let all: [Join<T>; 3] =
            [(Reduction::Sum, &T::plus), (Reduction::Max, &larger), (Reduction::Min, &smaller)];
        for (op, join) in all {
            let (one, two) = on_one_and_two(|| {
                let mut out = vec![of(9.0); x.size()];
                cumulative(x, op, axis, reverse, &mut out);
                out
            });
            assert_eq!(one, two);
            let (mut want, step) = (x.elements(), row_major(shape)[axis] as usize);
            let mut places: Vec<usize> = (0..want.len()).collect();
            if reverse {
                places.reverse()
            }
            for i in places {
                let k = i / step % shape[axis];
                if reverse && k + 1 < shape[axis] {
                    want[i] = join(want[i], want[i + step])
                } else if !reverse && k > 0 {
                    want[i] = join(want[i], want[i - step])
                }
            }
            assert_eq!(one, want, "{op:?} {shape:?} {strides:?} {axis} {reverse}");
        }
    }

    #[test]
    fn sums_and_extrema_so_far_are_those_of_the_definition() {
        let mut rng = Rng(7);
        for _ in 0..150 {
            let rank = rng.below(4);
            let last = rng.below(200);
            let mut shape: Vec<usize> =
                (0..rank).map(|k| if k + 1 == rank { last } else { rng.below(6) }).collect();
            shape.insert(0, rng.below(40));
            check::<f64>(&mut rng, &shape, |x| x);
            check::<f32>(&mut rng, &shape, |x| x as f32);
            check::<i64>(&mut rng, &shape, |x| x as i64);
            check::<i32>(&mut rng, &shape, |x| x as i32);
            check::<u8>(&mut rng, &shape, |x| u8::from(x > 5.0));
        }
        check::<f32>(&mut rng, &[300, 500], |x| x as f32);
    }

    #[test]
    fn running_sums_of_f32_do_not_drift() {
        let mut out = vec![0.0; 1 << 20];
        let x = View::new(&[0.1f32], 0, &[1 << 20], &[0]);
        cumulative(x, Reduction::Sum, 0, false, &mut out);
        assert_eq!(out[(1 << 20) - 1], (f64::from(0.1f32) * f64::from(1 << 20)) as f32);
    }

    #[test]
    fn nan_stays_and_of_two_zeros_the_positive_is_the_larger() {
        let run = |op, x: &[f64]| {
            let mut out = vec![0.0; x.len()];
            cumulative(View::new(x, 0, &[x.len()], &[1]), op, 0, false, &mut out);
            out.iter().map(|y| y.to_bits()).collect::<Vec<u64>>()
        };
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        let x = [-0.0, 0.0, -0.0, f64::NAN, 1.0];
        assert_eq!(run(Reduction::Max, &x), bits(&[-0.0, 0.0, 0.0, f64::NAN, f64::NAN]));
        assert_eq!(run(Reduction::Min, &x), bits(&[-0.0, -0.0, -0.0, f64::NAN, f64::NAN]));
        let ends = [f64::NEG_INFINITY, f64::INFINITY];
        assert_eq!(run(Reduction::Max, &ends), bits(&ends));
        assert_eq!(run(Reduction::Min, &ends), bits(&[ends[0], ends[0]]));
    }
}
