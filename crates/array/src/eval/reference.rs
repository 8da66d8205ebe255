//! The meaning of every primitive in the plainest code: one at a time, element by element, in `f64`. Tests compare
//! the evaluator with it.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::prim::{Compare, Prim, Reduction};
use crate::shape::Shape;
use std::collections::HashMap;
use std::sync::Arc;

/// The elements of an array, by the definitions alone; of a complex one both parts of each.
pub(crate) fn interpret(root: &Array) -> Vec<f64> {
    let mut known: HashMap<u64, Arc<Vec<f64>>> = HashMap::new();
    let mut stack = vec![root.clone()];
    while let Some(node) = stack.last().cloned() {
        if known.contains_key(&node.0.id) {
            stack.pop();
            continue;
        }
        if let Some(value) = &node.0.state().value {
            known.insert(node.0.id, Arc::new(to_f64(value)));
            continue;
        }
        let (prim, args) = node.parts();
        let todo: Vec<Array> = args.iter().filter(|a| !known.contains_key(&a.0.id)).cloned().collect();
        if !todo.is_empty() {
            stack.extend(todo);
            continue;
        }
        let values: Vec<Arc<Vec<f64>>> = args.iter().map(|a| known[&a.0.id].clone()).collect();
        let shapes: Vec<&Shape> = args.iter().map(|a| &a.0.shape).collect();
        let y = primitive(prim, &shapes, &values, &node);
        known.insert(node.0.id, Arc::new(y.into_iter().map(|x| rounded(x, node.dtype())).collect()));
    }
    known[&root.0.id].to_vec()
}

fn to_f64(b: &Buffer) -> Vec<f64> {
    match b.dtype() {
        DType::F32 => b.slice::<f32>().iter().map(|&x| f64::from(x)).collect(),
        DType::F64 => b.slice::<f64>().to_vec(),
        DType::I32 => b.slice::<i32>().iter().map(|&x| f64::from(x)).collect(),
        DType::I64 => b.slice::<i64>().iter().map(|&x| x as f64).collect(),
        DType::Bool => b.slice::<u8>().iter().map(|&x| f64::from(x)).collect(),
        DType::C64 => b.slice::<f32>().iter().map(|&x| f64::from(x)).collect(),
        DType::C128 => b.slice::<f64>().to_vec(),
    }
}

fn rounded(x: f64, dtype: DType) -> f64 {
    match dtype {
        DType::F32 | DType::C64 => f64::from(x as f32),
        DType::F64 | DType::C128 => x,
        DType::I32 => f64::from(x as i32),
        DType::I64 => x as i64 as f64,
        DType::Bool => f64::from(u8::from(x != 0.0)),
    }
}

/// Element number i's index along each axis.
fn unravel(mut i: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for k in (0..shape.len()).rev() {
        index[k] = i % shape[k];
        i /= shape[k];
    }
    index
}
fn ravel(index: &[usize], shape: &[usize]) -> usize {
    index.iter().zip(shape).fold(0, |i, (&k, &n)| i * n + k)
}

/// Movement of complex numbers is that of both parts; what computes gets planes.
fn complex(prim: &Prim, s: &[&Shape], v: &[Arc<Vec<f64>>], node: &Array) -> Vec<f64> {
    let n = node.0.shape.size();
    match prim {
        Prim::Complex => v[0].iter().zip(&*v[1]).flat_map(|(&x, &y)| [x, y]).collect(),
        Prim::Holomorphic(_) => v[v.len() - 1].to_vec(),
        Prim::Fft { inverse } => {
            let last = node.shape()[node.ndim() - 1];
            let sign = if *inverse { 1.0 } else { -1.0 };
            let bin = |i: usize| {
                let (row, k) = (i / last * last, i % last);
                let term = |j: usize| {
                    let angle = sign * std::f64::consts::TAU * (j * k % last) as f64 / last as f64;
                    let (re, im) = (v[0][2 * (row + j)], v[0][2 * (row + j) + 1]);
                    [re * angle.cos() - im * angle.sin(), re * angle.sin() + im * angle.cos()]
                };
                (0..last).map(term).fold([0.0, 0.0], |a, b| [a[0] + b[0], a[1] + b[1]])
            };
            (0..n).flat_map(bin).collect()
        }
        _ => {
            let part = |k: usize| {
                // Indices have one number an element.
                let planes = v.iter().zip(s).map(|(x, s)| match x.len() == 2 * s.size() {
                    true => Arc::new(x.iter().skip(k).step_by(2).copied().collect()),
                    false => x.clone(),
                });
                let value = primitive(prim, s, &planes.collect::<Vec<_>>(), &node.real());
                match prim {
                    Prim::Fill { .. } if k == 1 => vec![0.0; n],
                    _ => value,
                }
            };
            part(0).into_iter().zip(part(1)).flat_map(|(x, y)| [x, y]).collect()
        }
    }
}

fn primitive(prim: &Prim, s: &[&Shape], v: &[Arc<Vec<f64>>], node: &Array) -> Vec<f64> {
    let shape = &node.0.shape;
    let each = |f: &dyn Fn(usize) -> f64| (0..shape.size()).map(f).collect::<Vec<f64>>();
    let at =
        |f: &dyn Fn(&[usize]) -> f64| (0..shape.size()).map(|i| f(&unravel(i, shape))).collect::<Vec<f64>>();
    if node.dtype().is_complex() {
        return complex(prim, s, v, node);
    }
    match prim {
        Prim::Re => v[0].iter().step_by(2).copied().collect(),
        Prim::Im => v[0].iter().skip(1).step_by(2).copied().collect(),
        Prim::Complex | Prim::Holomorphic(_) | Prim::Fft { .. } => unreachable!("complex"),
        Prim::Control(..) => unreachable!("control flow has tests of its own"),
        Prim::Leaf | Prim::Input => unreachable!("data have a value"),
        Prim::Fill { bits, .. } => vec![f64::from_bits(*bits); shape.size()],
        Prim::Iota(axis) => at(&|i| i[*axis] as f64),
        Prim::Eye(k, bits) => at(&|i| f64::from_bits(bits[usize::from(i[0] as isize + k != i[1] as isize)])),
        Prim::Alias | Prim::Stop | Prim::Reshape => v[0].to_vec(),
        Prim::Custom(..) => v[v.len() - 1].to_vec(),
        Prim::Unary(op) => each(&|i| op.eval(v[0][i])),
        Prim::Binary(op) => each(&|i| op.eval(v[0][i], v[1][i])),
        Prim::Compare(op) => each(&|i| {
            let (x, y) = (v[0][i], v[1][i]);
            f64::from(u8::from(match op {
                Compare::Eq => x == y,
                Compare::Ne => x != y,
                Compare::Lt => x < y,
                Compare::Le => x <= y,
            }))
        }),
        Prim::Select => each(&|i| if v[0][i] != 0.0 { v[1][i] } else { v[2][i] }),
        Prim::Cast(_) => v[0].to_vec(),
        Prim::Broadcast => at(&|i| {
            let from: Vec<usize> =
                i.iter().zip(&s[0][..]).map(|(&k, &n)| if n == 1 { 0 } else { k }).collect();
            v[0][ravel(&from, s[0])]
        }),
        Prim::Permute(axes) => at(&|i| {
            let mut from = vec![0; i.len()];
            axes.iter().enumerate().for_each(|(k, &a)| from[a] = i[k]);
            v[0][ravel(&from, s[0])]
        }),
        Prim::Slice { start, step } => at(&|i| {
            let from: Vec<usize> = i.iter().enumerate().map(|(k, &j)| start[k] + j * step[k]).collect();
            v[0][ravel(&from, s[0])]
        }),
        Prim::Pad(pads) => at(&|i| {
            let mut from = vec![];
            for (k, p) in pads.iter().enumerate() {
                let j = i[k] as isize - p.lo;
                let d = p.interior as isize + 1;
                if j < 0 || j % d != 0 || j / d >= s[0][k] as isize {
                    return 0.0;
                }
                from.push((j / d) as usize)
            }
            v[0][ravel(&from, s[0])]
        }),
        Prim::Flip(axes) => at(&|i| {
            let turned = |(k, &j): (usize, &usize)| if axes.contains(&k) { shape[k] - 1 - j } else { j };
            v[0][ravel(&i.iter().enumerate().map(turned).collect::<Vec<_>>(), s[0])]
        }),
        Prim::Concat(axis) => at(&|i| {
            let (mut i, mut part) = (i.to_vec(), 0);
            while i[*axis] >= s[part][*axis] {
                i[*axis] -= s[part][*axis];
                part += 1
            }
            v[part][ravel(&i, s[part])]
        }),
        Prim::Reduce(op, axes) => {
            let start = match op {
                Reduction::Sum => 0.0,
                Reduction::Max => f64::NEG_INFINITY,
                Reduction::Min => f64::INFINITY,
            };
            let mut y = vec![start; shape.size()];
            for (j, &x) in v[0].iter().enumerate() {
                let mut i = unravel(j, s[0]);
                axes.iter().for_each(|&a| i[a] = 0);
                let y = &mut y[ravel(&i, shape)];
                *y = match op {
                    Reduction::Sum => *y + x,
                    Reduction::Max => pullback_real::Binary::Max.eval(*y, x),
                    Reduction::Min => pullback_real::Binary::Min.eval(*y, x),
                }
            }
            y
        }
        Prim::Cumsum { axis, reverse } => at(&|i| {
            let range = if *reverse { i[*axis]..shape[*axis] } else { 0..i[*axis] + 1 };
            let mut i = i.to_vec();
            range
                .map(|k| {
                    i[*axis] = k;
                    v[0][ravel(&i, shape)]
                })
                .sum()
        }),
        Prim::Matmul => {
            let (r, k) = (shape.rank(), s[0][s[0].rank() - 1]);
            at(&|i| {
                let term = |j: usize| {
                    let (mut a, mut b) = (i.to_vec(), i.to_vec());
                    (a[r - 1], b[r - 2]) = (j, j);
                    v[0][ravel(&a, s[0])] * v[1][ravel(&b, s[1])]
                };
                (0..k).map(term).sum()
            })
        }
        Prim::Conv(w) => {
            let (r, spatial) = (shape.rank(), shape.rank() - 3);
            let taps = Shape::new(&s[1][1..=spatial]);
            at(&|i| {
                let mut sum = 0.0;
                for t in (0..taps.size()).map(|t| unravel(t, &taps)) {
                    let place = |k: usize| {
                        let j = (i[2 + k] * w.stride[k] + t[k] * w.kernel_dilation[k]) as isize - w.lo[k];
                        let d = w.input_dilation[k] as isize;
                        (j >= 0 && j % d == 0 && j / d < s[0][2 + k] as isize).then_some((j / d) as usize)
                    };
                    let Some(places) = (0..spatial).map(place).collect::<Option<Vec<_>>>() else { continue };
                    for c in 0..s[0][r - 1] {
                        let x = [&[i[0], i[1]], &places[..], &[c]].concat();
                        let k = [&[i[0]], &t[..], &[c, i[r - 1]]].concat();
                        sum += v[0][ravel(&x, s[0])] * v[1][ravel(&k, s[1])]
                    }
                }
                sum
            })
        }
        Prim::Gather => at(&|i| {
            let row = v[1][ravel(&i[..2], s[1])];
            assert!(row >= 0.0 && (row as usize) < s[0][1], "index {row} is out of range");
            v[0][ravel(&[i[0], row as usize, i[2]], s[0])]
        }),
        Prim::ScatterAdd(_) => {
            let mut y = vec![0.0; shape.size()];
            for (j, u) in v[1].iter().enumerate() {
                let i = unravel(j, s[1]);
                let row = v[0][ravel(&i[..2], s[0])] as usize;
                y[ravel(&[i[0], row, i[2]], shape)] += u
            }
            y
        }
        Prim::Argsort => {
            let n = shape[shape.rank() - 1].max(1);
            let mut y = vec![];
            for row in v[0].chunks(n) {
                let mut order: Vec<usize> = (0..row.len()).collect();
                let key = |x: f64| (x.is_nan(), x);
                order.sort_by(|&a, &b| {
                    key(row[a]).partial_cmp(&key(row[b])).unwrap_or(std::cmp::Ordering::Equal)
                });
                y.extend(order.into_iter().map(|i| i as f64))
            }
            y
        }
        // Factors are known by the laws they fulfil: see tests/linalg.rs.
        Prim::Linalg(op) => unreachable!("{} has no plain meaning here", op.name()),
        Prim::Spill { .. } | Prim::Unspill(..) => unreachable!("files have tests of their own"),
        Prim::Random(_) => at(&|i| {
            let key = v[0][ravel(&i[..i.len() - 1], s[0])] as i64;
            random(key, i[i.len() - 1], node.dtype())
        }),
    }
}

/// Random number j of a key.
fn random(key: i64, j: usize, dtype: DType) -> f64 {
    let block =
        |i: usize| philox([i as u32, (i as u64 >> 32) as u32, 0, 0], [key as u32, (key >> 32) as u32]);
    let pair = || {
        let words = block(j / 2);
        u64::from(words[2 * (j % 2) + 1]) << 32 | u64::from(words[2 * (j % 2)])
    };
    match dtype {
        DType::F32 => f64::from(block(j / 4)[j % 4] >> 8) / f64::from(1 << 24),
        DType::F64 => (pair() >> 11) as f64 / (1u64 << 53) as f64,
        DType::I32 | DType::I64 | DType::Bool => pair() as i64 as f64,
        DType::C64 | DType::C128 => unreachable!("random numbers are real"),
    }
}

/// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC 2011).
fn philox(mut c: [u32; 4], mut k: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let (p, q) = (u64::from(c[0]) * 0xD251_1F53, u64::from(c[2]) * 0xCD9E_8D57);
        c = [(q >> 32) as u32 ^ c[1] ^ k[0], q as u32, (p >> 32) as u32 ^ c[3] ^ k[1], p as u32];
        k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)]
    }
    c
}
