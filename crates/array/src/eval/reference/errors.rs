//! How far floating-point sums in another order may be from the reference's: a bound for every element, carried through what
//! is computed from the sums. Sound, and infinite where nothing can be said; exact values have none.

use super::movement::moved;
use super::sums::summed;
use super::{Array, DType, Prim, Reduction, Shape, Value};
use pullback_real::{Binary, Unary};

/// Bounds of an array's elements; of exact ones none.
pub(super) type Bounds = Option<Vec<f64>>;

/// The bounds of a primitive's result `y`, from those of its arguments.
pub(super) fn bounds(
    prim: &Prim,
    s: &[&Shape],
    v: &[&Value],
    e: &[Option<&[f64]>],
    (y, node): (&Value, &Array),
) -> Bounds {
    let (shape, dtype) = (&node.0.shape, node.dtype());
    if let Some((k, whole)) = rounds(prim, v, dtype)
        && !(whole && e[k].is_none())
    {
        return Some(of_sum(prim, s, v, e, shape, dtype, k));
    }
    if e.iter().all(|e| e.is_none()) {
        return None;
    }
    let n = y.len();
    let error = |k: usize, i: usize| e[k].map_or(0.0, |e| e[i]);
    let each = |f: &dyn Fn(usize) -> f64| Some((0..n).map(|i| certain(f(i))).collect());
    // What is lost where the result depends on what is not exact.
    let lost = |i: usize| if (0..e.len()).any(|k| error(k, i) > 0.0) { f64::INFINITY } else { 0.0 };
    match prim {
        Prim::Alias | Prim::Stop | Prim::Reshape | Prim::Custom(..) | Prim::Holomorphic(_) => {
            e[0].map(<[f64]>::to_vec)
        }
        Prim::Broadcast
        | Prim::Permute(_)
        | Prim::Slice { .. }
        | Prim::Pad(_)
        | Prim::Flip(_)
        | Prim::Concat(_) => {
            let all: Vec<Value> = (0..v.len()).map(|k| filled(v[k], e[k])).collect();
            Some(moved(prim, s, &all.iter().collect::<Vec<_>>(), shape).floats().to_vec())
        }
        Prim::Gather if e[1].is_none() => {
            Some(moved(prim, s, &[&filled(v[0], e[0]), v[1]], shape).floats().to_vec())
        }
        Prim::Complex => each(&|i| error(0, i) + error(1, i)),
        Prim::Re | Prim::Im => each(&|i| error(0, i)),
        Prim::Select => {
            let c = v[0].ints();
            each(&|i| match error(0, i) > 0.0 {
                true => f64::INFINITY,
                false => error(if c[i] != 0 { 1 } else { 2 }, i),
            })
        }
        Prim::Cast(_) if dtype.is_float() && matches!(v[0], Value::Float(_)) => {
            let y = y.floats();
            each(&|i| grown(error(0, i), y[i], dtype))
        }
        Prim::Compare(_) if matches!(v[0], Value::Float(_)) => {
            let (a, b) = (v[0].floats(), v[1].floats());
            each(&|i| {
                let all = error(0, i) + error(1, i);
                if all == 0.0 || (a[i] - b[i]).abs() > all { 0.0 } else { f64::INFINITY }
            })
        }
        Prim::Unary(op) if matches!(y, Value::Float(_)) => {
            let (x, y) = (v[0].floats(), y.floats());
            each(&|i| match (op, error(0, i)) {
                (_, 0.0) => 0.0,
                (Unary::Neg | Unary::Abs | Unary::Relu, e) => e,
                (Unary::Square, e) => grown((2.0 * x[i].abs() + e) * e, y[i], dtype),
                (_, _) => f64::INFINITY,
            })
        }
        Prim::Binary(op) if matches!(y, Value::Float(_)) => {
            let (a, b, y) = (v[0].floats(), v[1].floats(), y.floats());
            each(&|i| {
                let (ea, eb) = (error(0, i), error(1, i));
                match op {
                    _ if ea == 0.0 && eb == 0.0 => 0.0,
                    Binary::Add | Binary::Sub => grown(ea + eb, y[i], dtype),
                    Binary::Mul => grown(a[i].abs() * eb + (b[i].abs() + eb) * ea, y[i], dtype),
                    Binary::Div if eb == 0.0 => grown(ea / b[i].abs(), y[i], dtype),
                    Binary::Max | Binary::Min => ea + eb,
                    _ => f64::INFINITY,
                }
            })
        }
        Prim::Unary(_) | Prim::Binary(_) | Prim::Compare(_) | Prim::Cast(_) => each(&lost),
        // The error of the largest is at most that of all.
        Prim::Reduce(_, axes) if matches!(v[0], Value::Float(_)) => {
            let sum = Prim::Reduce(Reduction::Sum, axes.clone());
            Some(summed(&sum, s, &[&filled(v[0], e[0])], shape, DType::F64).floats().to_vec())
        }
        Prim::Cumulative { axis, reverse, .. } if matches!(v[0], Value::Float(_)) => {
            let sum = Prim::Cumulative { op: Reduction::Sum, axis: *axis, reverse: *reverse };
            Some(summed(&sum, s, &[&filled(v[0], e[0])], shape, DType::F64).floats().to_vec())
        }
        _ => Some(vec![f64::INFINITY; n]),
    }
}

/// Which argument the primitive sums up in an order of its own, and whether that is whole numbers so small that their sums are
/// exact in any order.
fn rounds(prim: &Prim, v: &[&Value], dtype: DType) -> Option<(usize, bool)> {
    let (k, single) = match prim {
        Prim::Reduce(Reduction::Sum, _) | Prim::Cumulative { op: Reduction::Sum, .. } => (0, true),
        Prim::Matmul | Prim::Conv(_) | Prim::Fft { .. } => (0, false),
        Prim::ScatterAdd(_) => (1, true),
        _ => return None,
    };
    match v[k] {
        Value::Int(_) => None,
        Value::Complex(_) => Some((k, false)),
        Value::Float(x) => {
            // What is not finite makes the same of a sum wherever it comes.
            let finite = || x.iter().filter(|x| x.is_finite());
            let total: f64 = finite().map(|x| x.abs()).sum();
            let small = total <= 1.0 / unit(dtype);
            Some((k, single && small && finite().all(|x| x.fract() == 0.0)))
        }
    }
}

/// As many roundings of the sum of absolute values as there are elements, and the elements' own errors.
fn of_sum(
    prim: &Prim,
    s: &[&Shape],
    v: &[&Value],
    e: &[Option<&[f64]>],
    shape: &Shape,
    dtype: DType,
    k: usize,
) -> Vec<f64> {
    let unsaid = matches!(prim, Prim::Matmul | Prim::Conv(_) | Prim::Fft { .. });
    if unsaid || (0..v.len()).any(|j| j != k && e[j].is_some()) {
        return vec![f64::INFINITY; shape.size()];
    }
    let sum = |x: Vec<f64>| {
        let x = Value::Float(x);
        let all: Vec<&Value> = (0..v.len()).map(|j| if j == k { &x } else { v[j] }).collect();
        summed(prim, s, &all, shape, DType::F64).floats().to_vec()
    };
    let x = v[k].floats();
    let error = |i: usize| e[k].map_or(0.0, |e| e[i]);
    let sizes = sum(x.iter().enumerate().map(|(i, x)| x.abs() + error(i)).collect());
    let errors = sum((0..x.len()).map(error).collect());
    // Beyond the largest number another order may overflow.
    let most = if dtype == DType::F32 { f64::from(f32::MAX) } else { f64::MAX };
    let factor = (x.len() + 1) as f64 * unit(dtype);
    let one = |(s, e): (f64, f64)| if s < most { certain(factor * s + e) } else { f64::INFINITY };
    sizes.into_iter().zip(errors).map(one).collect()
}

/// The distance of 1 to the next number.
fn unit(dtype: DType) -> f64 {
    if dtype == DType::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON }
}
/// An error with that of rounding the result, whichever of those near `y` it is.
fn grown(error: f64, y: f64, dtype: DType) -> f64 {
    let least = if dtype == DType::F32 { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE };
    if error == 0.0 { 0.0 } else { error + (y.abs() + error) * unit(dtype) + least }
}
fn certain(error: f64) -> f64 {
    if error.is_nan() { f64::INFINITY } else { error }
}
/// The bounds of an argument's elements as numbers.
fn filled(x: &Value, e: Option<&[f64]>) -> Value {
    Value::Float(e.map_or_else(|| vec![0.0; x.len()], <[f64]>::to_vec))
}
