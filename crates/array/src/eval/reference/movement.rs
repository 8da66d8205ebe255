//! Primitives that move elements: where each element of the result comes from.

use super::{Prim, Shape, Value, each_index, ravel};

/// A single element, n times.
pub(super) fn repeated(x: &Value, n: usize) -> Value {
    match x {
        Value::Float(x) => Value::Float(vec![x[0]; n]),
        Value::Int(x) => Value::Int(vec![x[0]; n]),
        Value::Complex(x) => Value::Complex(vec![x[0]; n]),
    }
}

pub(super) fn moved(prim: &Prim, s: &[&Shape], v: &[&Value], shape: &Shape) -> Value {
    fn all<T: Copy>(parts: &[&[T]], zero: T, sources: &[Option<(usize, usize)>]) -> Vec<T> {
        sources.iter().map(|source| source.map_or(zero, |(part, i)| parts[part][i])).collect()
    }
    let mut sources = Vec::with_capacity(shape.size());
    each_index(shape, |i| sources.push(source(prim, s, v, i)));
    match v[0] {
        Value::Float(_) => {
            let parts: Vec<_> = v[..parts(prim, v)].iter().map(|v| v.floats()).collect();
            Value::Float(all(&parts, 0.0, &sources))
        }
        Value::Int(_) => {
            let parts: Vec<_> = v[..parts(prim, v)].iter().map(|v| v.ints()).collect();
            Value::Int(all(&parts, 0, &sources))
        }
        Value::Complex(_) => {
            let parts: Vec<_> = v[..parts(prim, v)].iter().map(|v| v.complex()).collect();
            Value::Complex(all(&parts, [0.0; 2], &sources))
        }
    }
}

/// How many of the arguments have elements of the result.
fn parts(prim: &Prim, v: &[&Value]) -> usize {
    if let Prim::Concat(_) = prim { v.len() } else { 1 }
}

/// The argument, and the number of its element, that lies at index `i` of the result; none where there is a zero.
fn source(prim: &Prim, s: &[&Shape], v: &[&Value], i: &[usize]) -> Option<(usize, usize)> {
    let from = s[0];
    let mut place = 0;
    match prim {
        Prim::Broadcast => {
            place = ravel(i.iter().zip(&from[..]).map(|(&k, &n)| if n == 1 { 0 } else { k }), from)
        }
        Prim::Permute(axes) => {
            let strides = from.strides();
            place = axes.iter().zip(i).map(|(&a, &k)| k * strides[a]).sum()
        }
        Prim::Slice { start, step } => {
            place = ravel(i.iter().enumerate().map(|(k, &j)| start[k] + j * step[k]), from)
        }
        Prim::Pad(pads) => {
            for (k, p) in pads.iter().enumerate() {
                let (j, d) = (i[k] as isize - p.lo, p.interior as isize + 1);
                if j < 0 || j % d != 0 || j / d >= from[k] as isize {
                    return None;
                }
                place = place * from[k] + (j / d) as usize
            }
        }
        Prim::Flip(axes) => {
            let turned = |(k, &j): (usize, &usize)| if axes.contains(&k) { from[k] - 1 - j } else { j };
            place = ravel(i.iter().enumerate().map(turned), from)
        }
        Prim::Concat(axis) => {
            let (mut part, mut at) = (0, i[*axis]);
            while at >= s[part][*axis] {
                at -= s[part][*axis];
                part += 1
            }
            let index = i.iter().enumerate().map(|(k, &j)| if k == *axis { at } else { j });
            return Some((part, ravel(index, s[part])));
        }
        Prim::Gather => {
            let row = v[1].ints()[ravel([i[0], i[1]], s[1])];
            assert!(row >= 0 && (row as usize) < from[1], "index {row} is out of range");
            place = ravel([i[0], row as usize, i[2]], from)
        }
        other => unreachable!("{} does not move elements", other.name()),
    }
    Some((0, place))
}
