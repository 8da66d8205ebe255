//! Primitives that join elements: reductions, running sums, products of matrices, convolutions, transforms. Sums are taken
//! in the order of the elements.

use super::{DType, Prim, Shape, Value, each_index, ravel};
use crate::prim::{Reduction, Window};
use crate::shape::Dims;
use pullback_real::Binary;

/// What sums of products need of elements.
trait Number: Copy {
    const ZERO: Self;
    fn plus(self, y: Self) -> Self;
    fn times(self, y: Self) -> Self;
    /// The larger or smaller of two.
    fn chosen(op: Binary, x: Self, y: Self) -> Self;
}
impl Number for f64 {
    const ZERO: f64 = 0.0;
    fn plus(self, y: f64) -> f64 {
        self + y
    }
    fn times(self, y: f64) -> f64 {
        self * y
    }
    fn chosen(op: Binary, x: f64, y: f64) -> f64 {
        op.eval(x, y)
    }
}
impl Number for i64 {
    const ZERO: i64 = 0;
    fn plus(self, y: i64) -> i64 {
        self.wrapping_add(y)
    }
    fn times(self, y: i64) -> i64 {
        self.wrapping_mul(y)
    }
    fn chosen(op: Binary, x: i64, y: i64) -> i64 {
        if op == Binary::Max { x.max(y) } else { x.min(y) }
    }
}

pub(super) fn summed(prim: &Prim, s: &[&Shape], v: &[&Value], shape: &Shape, dtype: DType) -> Value {
    let values = match prim {
        Prim::ScatterAdd(_) => &v[1..],
        _ => v,
    };
    match values[0] {
        Value::Complex(x) => Value::Complex(transformed(prim, x, shape)),
        Value::Float(_) => {
            let all: Vec<_> = values.iter().map(|v| v.floats()).collect();
            Value::Float(real(prim, s, v, &all, shape))
        }
        Value::Int(_) => {
            let all: Vec<_> = values.iter().map(|v| v.ints()).collect();
            let sums = real(prim, s, v, &all, shape);
            // For bools plus is "or".
            let one = |x: i64| if dtype == DType::Bool { i64::from(x != 0) } else { x };
            Value::Int(sums.into_iter().map(one).collect())
        }
    }
}

fn real<T: Number>(prim: &Prim, s: &[&Shape], v: &[&Value], x: &[&[T]], shape: &Shape) -> Vec<T> {
    match prim {
        Prim::Reduce(op, axes) => {
            let mut y: Vec<Option<T>> = vec![None; shape.size()];
            let mut elements = x[0].iter();
            each_index(s[0], |i| {
                let place =
                    ravel(i.iter().enumerate().map(|(k, &j)| if axes.contains(&k) { 0 } else { j }), shape);
                let x = *elements.next().expect("as many as indices");
                let before = y[place];
                y[place] = Some(match op {
                    Reduction::Sum => before.unwrap_or(T::ZERO).plus(x),
                    Reduction::Max => before.map_or(x, |y| T::chosen(Binary::Max, y, x)),
                    Reduction::Min => before.map_or(x, |y| T::chosen(Binary::Min, y, x)),
                })
            });
            // Only sums are taken of nothing.
            y.into_iter().map(|y| y.unwrap_or(T::ZERO)).collect()
        }
        Prim::Cumulative { op, axis, reverse } => {
            let (n, step) = (shape[*axis], shape.strides()[*axis]);
            let mut y = x[0].to_vec();
            let mut order: Vec<usize> = (0..y.len()).collect();
            if *reverse {
                order.reverse()
            }
            for i in order {
                let k = i / step % n;
                let before =
                    if *reverse { (k + 1 < n).then_some(i + step) } else { (k > 0).then(|| i - step) };
                y[i] = match (op, before) {
                    (Reduction::Sum, before) => before.map_or(T::ZERO, |b| y[b]).plus(y[i]),
                    (Reduction::Max, Some(b)) => T::chosen(Binary::Max, y[b], y[i]),
                    (Reduction::Min, Some(b)) => T::chosen(Binary::Min, y[b], y[i]),
                    (Reduction::Max | Reduction::Min, None) => y[i],
                }
            }
            y
        }
        Prim::Matmul => {
            let (r, k) = (shape.rank(), s[0][s[0].rank() - 1]);
            let columns = shape[r - 1];
            let mut y = vec![];
            each_index(shape, |i| {
                let lead = || i[..r - 2].iter().copied();
                let row = if k > 0 { ravel(lead().chain([i[r - 2], 0]), s[0]) } else { 0 };
                let column = ravel(lead().chain([0, i[r - 1]]), s[1]);
                let term = |j: usize| x[0][row + j].times(x[1][column + j * columns]);
                y.push((0..k).map(term).fold(T::ZERO, T::plus))
            });
            y
        }
        Prim::Conv(w) => convolved(w, s, x, shape),
        Prim::ScatterAdd(_) => {
            let mut y = vec![T::ZERO; shape.size()];
            let mut updates = x[0].iter();
            each_index(s[1], |i| {
                let row = v[0].ints()[ravel([i[0], i[1]], s[0])] as usize;
                let y = &mut y[ravel([i[0], row, i[2]], shape)];
                *y = y.plus(*updates.next().expect("as many as indices"))
            });
            y
        }
        other => unreachable!("{} is no sum", other.name()),
    }
}

fn convolved<T: Number>(w: &Window, s: &[&Shape], x: &[&[T]], shape: &Shape) -> Vec<T> {
    let (r, spatial) = (shape.rank(), shape.rank() - 3);
    let mut y = vec![];
    each_index(shape, |i| {
        let mut sum = T::ZERO;
        each_index(&s[1][1..=spatial], |t| {
            let place = |k: usize| {
                let j = (i[2 + k] * w.stride[k] + t[k] * w.kernel_dilation[k]) as isize - w.lo[k];
                let d = w.input_dilation[k] as isize;
                (j >= 0 && j % d == 0 && j / d < s[0][2 + k] as isize).then_some((j / d) as usize)
            };
            let Some(places) = (0..spatial).map(place).collect::<Option<Dims>>() else { return };
            for c in 0..s[0][r - 1] {
                let a = ravel([i[0], i[1]].into_iter().chain(places.iter().copied()).chain([c]), s[0]);
                let b = ravel([i[0]].into_iter().chain(t.iter().copied()).chain([c, i[r - 1]]), s[1]);
                sum = sum.plus(x[0][a].times(x[1][b]))
            }
        });
        y.push(sum)
    });
    y
}

/// The discrete Fourier transform along the last axis; other sums of complex numbers are sums of planes.
fn transformed(prim: &Prim, x: &[[f64; 2]], shape: &Shape) -> Vec<[f64; 2]> {
    let Prim::Fft { inverse } = prim else { unreachable!("{} of planes", prim.name()) };
    let last = shape[shape.rank() - 1];
    let sign = if *inverse { 1.0 } else { -1.0 };
    let bin = |i: usize| {
        let (row, k) = (i / last * last, i % last);
        let term = |j: usize| {
            let angle = sign * std::f64::consts::TAU * (j * k % last) as f64 / last as f64;
            let [re, im] = x[row + j];
            [re * angle.cos() - im * angle.sin(), re * angle.sin() + im * angle.cos()]
        };
        (0..last).map(term).fold([0.0, 0.0], |a, b| [a[0] + b[0], a[1] + b[1]])
    };
    (0..shape.size()).map(bin).collect()
}
