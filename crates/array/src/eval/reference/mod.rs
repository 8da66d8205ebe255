//! The meaning of every primitive in the plainest code: one at a time, element by element. Tests compare the evaluator with
//! it.
//!
//! Floats are computed in `f64` and rounded to their dtype after each primitive, which for +, −, ·, / and √ of `f32` is the
//! same as to compute in `f32`; integers in `i64`, wrapped to their dtype.

mod errors;
mod functions;
mod movement;
mod random;
mod sums;
mod value;

use crate::array::{Args, Array};
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::prim::{Compare, Prim, Reduction};
use crate::shape::{Dims, Shape};
use random::{random, random_bits};
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use value::Value;

/// What elementary functions without an exactly rounded result are.
#[derive(Clone, Copy)]
enum Functions {
    /// The table's, in `f64`.
    Table,
    /// The kernels' at the level in force, of one number at a time: a result depends on its argument alone.
    Kernels,
}

/// The elements of an array, by the definitions alone; of a complex one both parts of each.
pub(crate) fn interpret(root: &Array) -> Vec<f64> {
    interpret_all(&[root]).swap_remove(0)
}

/// The values of several arrays; nodes that they share are computed once.
pub(crate) fn interpret_all(roots: &[&Array]) -> Vec<Vec<f64>> {
    let all: Vec<Array> = roots.iter().map(|&r| r.clone()).collect();
    let known = values(&all, Functions::Table);
    let numbers = |r: &Array| match &known[&r.0.id].value {
        Value::Float(x) => x.clone(),
        Value::Int(x) => x.iter().map(|&x| x as f64).collect(),
        Value::Complex(x) => x.as_flattened().to_vec(),
    };
    all.iter().map(numbers).collect()
}

/// What the evaluator must give.
pub(crate) struct Expected {
    /// These bits, wherever floating-point sums are exact.
    pub bits: Arc<Buffer>,
    /// How far each element may be from that, if it depends on sums that are not: see [`errors`].
    pub within: Option<Vec<f64>>,
}

/// The elements of arrays as the evaluator must give them.
pub(crate) fn interpret_exactly(roots: &[Array]) -> Vec<Expected> {
    let known = values(roots, Functions::Kernels);
    let one = |root: &Array| {
        let known = &known[&root.0.id];
        Expected { bits: Arc::new(known.value.buffer(root.dtype())), within: known.errors.clone() }
    };
    roots.iter().map(one).collect()
}

/// A node's elements, and bounds of what another order of sums would make of them.
struct Known {
    value: Value,
    errors: errors::Bounds,
}

/// The values of these nodes and of all behind them, by their ids.
fn values(roots: &[Array], functions: Functions) -> HashMap<u64, Known> {
    let mut known: HashMap<u64, Known> = HashMap::new();
    let mut stack = roots.to_vec();
    while let Some(node) = stack.last().cloned() {
        if known.contains_key(&node.0.id) {
            stack.pop();
            continue;
        }
        let data = node.0.state().value.clone();
        if let Some(data) = data {
            known.insert(node.0.id, Known { value: Value::of(&data), errors: None });
            continue;
        }
        let (prim, args) = node.parts();
        let args: Args = prim.awaited(&args).iter().cloned().collect();
        let before = stack.len();
        stack.extend(args.iter().filter(|a| !known.contains_key(&a.0.id)).cloned());
        if stack.len() > before {
            continue;
        }
        let of = |a: &Array| &known[&a.0.id];
        let values: Vec<&Value> = args.iter().map(|a| &of(a).value).collect();
        let shapes: Vec<&Shape> = args.iter().map(|a| &a.0.shape).collect();
        let value = primitive(functions, prim, &shapes, &values, &node).rounded(node.dtype());
        let errors = match functions {
            Functions::Table => None,
            Functions::Kernels => {
                let known: Vec<Option<&[f64]>> = args.iter().map(|a| of(a).errors.as_deref()).collect();
                errors::bounds(prim, &shapes, &values, &known, (&value, &node))
            }
        };
        known.insert(node.0.id, Known { value, errors });
    }
    known
}

/// Runs `f` on every index of a shape, in row-major order.
fn each_index(shape: &[usize], mut f: impl FnMut(&[usize])) {
    let mut index = Dims::from_elem(0, shape.len());
    for _ in 0..shape.iter().product() {
        f(&index);
        for k in (0..shape.len()).rev() {
            index[k] += 1;
            if index[k] < shape[k] {
                break;
            }
            index[k] = 0
        }
    }
}

/// The number of an index among those of a shape.
fn ravel(index: impl IntoIterator<Item = usize>, shape: &[usize]) -> usize {
    index.into_iter().zip(shape).fold(0, |i, (k, &n)| i * n + k)
}

fn primitive(functions: Functions, prim: &Prim, s: &[&Shape], v: &[&Value], node: &Array) -> Value {
    let (shape, dtype) = (&node.0.shape, node.dtype());
    match prim {
        Prim::Control(..) => unreachable!("control flow has tests of its own"),
        Prim::Leaf | Prim::Input => unreachable!("data have a value"),
        // Factors are known by the laws they fulfil: see tests/linalg.rs.
        Prim::Linalg(op) => unreachable!("{} has no plain meaning here", op.name()),
        Prim::Spill { .. } | Prim::Unspill(..) => unreachable!("files have tests of their own"),
        Prim::Fill { bits, .. } => Value::fill(dtype, f64::from_bits(*bits), shape.size()),
        Prim::Iota(axis) => {
            let mut all = vec![];
            each_index(shape, |i| all.push(i[*axis] as i64));
            Value::whole(dtype, all.into_iter())
        }
        Prim::Eye(k, bits) => {
            let both = bits.map(|b| Value::fill(dtype, f64::from_bits(b), 1));
            let mut on = vec![];
            each_index(shape, |i| on.push(i64::from(i[0] as isize + k == i[1] as isize)));
            functions::select(
                &on,
                movement::repeated(&both[0], on.len()),
                movement::repeated(&both[1], on.len()),
            )
        }
        Prim::Unary(op) => functions::unary(functions, *op, v[0], dtype),
        Prim::Binary(op) => functions::binary(functions, *op, v[0], v[1], dtype),
        Prim::Compare(op) => functions::compare(*op, v[0], v[1]),
        Prim::Select => functions::select(v[0].ints(), v[1].clone(), v[2].clone()),
        Prim::Cast(_) => functions::cast(v[0], dtype),
        Prim::Complex => {
            let parts = v[0].floats().iter().zip(v[1].floats());
            Value::Complex(parts.map(|(&x, &y)| [x, y]).collect())
        }
        Prim::Re => Value::Float(v[0].complex().iter().map(|z| z[0]).collect()),
        Prim::Im => Value::Float(v[0].complex().iter().map(|z| z[1]).collect()),
        Prim::Alias | Prim::Stop | Prim::Reshape | Prim::Custom(..) | Prim::Holomorphic(_) => v[0].clone(),
        Prim::Broadcast
        | Prim::Permute(_)
        | Prim::Slice { .. }
        | Prim::Pad(_)
        | Prim::Flip(_)
        | Prim::Concat(_)
        | Prim::Gather => movement::moved(prim, s, v, shape),
        Prim::Reduce(..)
        | Prim::Cumulative { .. }
        | Prim::Matmul
        | Prim::Conv(_)
        | Prim::ScatterAdd(_)
        | Prim::Fft { .. } => sums::summed(prim, s, v, shape, dtype),
        Prim::Argsort => {
            let n = shape[shape.rank() - 1].max(1);
            Value::Int(match v[0] {
                Value::Float(x) => x
                    .chunks(n)
                    .flat_map(|row| {
                        sorted(row, |x, y| {
                            let key = |x: f64| (x.is_nan(), x);
                            key(*x).partial_cmp(&key(*y)).unwrap_or(std::cmp::Ordering::Equal)
                        })
                    })
                    .collect(),
                Value::Int(x) => x.chunks(n).flat_map(|row| sorted(row, Ord::cmp)).collect(),
                Value::Complex(_) => unreachable!("complex numbers have no order"),
            })
        }
        Prim::Random(n) => {
            let keys = v[0].ints().iter().flat_map(|&key| (0..*n).map(move |j| (key, j)));
            match dtype {
                DType::F32 | DType::F64 => Value::Float(keys.map(|(key, j)| random(key, j, dtype)).collect()),
                DType::I32 | DType::I64 | DType::Bool => {
                    Value::whole(dtype, keys.map(|(key, j)| random_bits(key, j) as i64))
                }
                DType::C64 | DType::C128 => unreachable!("random numbers are real"),
            }
        }
    }
}

/// The order of a row's elements, equal ones as they come.
fn sorted<T>(row: &[T], before: impl Fn(&T, &T) -> std::cmp::Ordering) -> impl Iterator<Item = i64> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| before(&row[a], &row[b]));
    order.into_iter().map(|i| i as i64)
}
