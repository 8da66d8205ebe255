//! Movement and joining.
//!
//! Over 400 lines: one entry an operation.

use super::catalogue::operations;
use super::host::front;
use super::{Case, Draw, Host, Spec::Any, indices};
use pullback_array::{Array, Index, PadMode, concatenate, hstack, meshgrid, stack, vstack};

/// An operation whose element at `index` of a given shape is that of x at another index, if at any.
fn moves(
    shape: Vec<usize>,
    case: Case,
    result: Vec<usize>,
    from: impl Fn(&[usize]) -> Option<Vec<usize>> + 'static,
) -> Case {
    assert!(matches!(&case.inputs[0], Any(s) if *s == shape));
    case.means(move |x| Host::new(&result, |i| from(i).map_or(0.0, |i| x[0].at(&i))))
}
/// An axis with its index there replaced.
fn with(index: &[usize], axis: usize, at: usize) -> Vec<usize> {
    let mut index = index.to_vec();
    index[axis] = at;
    index
}
fn pad(d: &mut Draw, mode: PadMode) -> Case {
    let shape = if mode == PadMode::Constant(0.5) { d.shape(0, 4) } else { d.full_shape(0, 3) };
    // Reflections leave the outermost element out.
    let widths: Vec<(usize, usize)> = shape.iter().map(|_| (d.below(4), d.below(4))).collect();
    let n = shape.clone();
    let w = widths.clone();
    Case::one(Any(shape), move |x| x.pad(&w, mode)).means(move |x| {
        let wide: Vec<usize> = n.iter().zip(&widths).map(|(n, (lo, hi))| n + lo + hi).collect();
        Host::new(&wide, |index| {
            let inner = (0..n.len()).map(|k| {
                let (i, n) = (index[k] as isize - widths[k].0 as isize, n[k] as isize);
                let turn = |i: isize, period: isize, mirror: &dyn Fn(isize) -> isize| {
                    let i = i.rem_euclid(period.max(1));
                    if i < n { i } else { mirror(i) }
                };
                match mode {
                    PadMode::Constant(_) => (0..n).contains(&i).then_some(i),
                    PadMode::Edge => Some(i.clamp(0, n - 1)),
                    PadMode::Wrap => Some(i.rem_euclid(n)),
                    PadMode::Reflect => Some(turn(i, 2 * n - 2, &|i| 2 * n - 2 - i)),
                    PadMode::Symmetric => Some(turn(i, 2 * n, &|i| 2 * n - 1 - i)),
                    other => unreachable!("{other:?}"),
                }
                .map(|i| i as usize)
            });
            match inner.collect::<Option<Vec<usize>>>() {
                Some(i) => x[0].at(&i),
                None => 0.5,
            }
        })
    })
}

operations! {
    "reshape" => |d| {
        let shape = d.shape(0, 5);
        let to = d.permutation(shape.len()).into_iter().map(|k| shape[k]).collect::<Vec<_>>();
        let result = to.clone();
        Case::one(Any(shape), move |x| x.reshape(&to))
            .means(move |x| Host { shape: result.clone(), data: x[0].data.clone() })
    };
    "ravel" => |d| {
        Case::one(Any(d.shape(0, 5)), |x| x.ravel())
            .means(|x| Host { shape: vec![x[0].data.len()], data: x[0].data.clone() })
    };
    "transpose" => |d| {
        let shape = d.shape(0, 5);
        let order = d.permutation(shape.len());
        let result = order.iter().map(|&k| shape[k]).collect();
        let by = order.clone();
        moves(shape.clone(), Case::one(Any(shape), move |x| x.transpose(&by)), result, move |i| {
            let mut from = vec![0; i.len()];
            order.iter().zip(i).for_each(|(&k, &i)| from[k] = i);
            Some(from)
        })
    };
    "swapaxes" => |d| {
        let shape = d.shape(1, 5);
        let (a, b) = (d.axis(shape.len()), d.axis(shape.len()));
        let (p, q) = (front(a, shape.len()), front(b, shape.len()));
        let mut result = shape.clone();
        result.swap(p, q);
        moves(shape.clone(), Case::one(Any(shape), move |x| x.swapaxes(a, b)), result, move |i| {
            let mut i = i.to_vec();
            i.swap(p, q);
            Some(i)
        })
    };
    "moveaxis" => |d| {
        let shape = d.shape(1, 5);
        let (from, to) = (d.axis(shape.len()), d.axis(shape.len()));
        let (p, q) = (front(from, shape.len()), front(to, shape.len()));
        let mut result = shape.clone();
        let n = result.remove(p);
        result.insert(q, n);
        moves(shape.clone(), Case::one(Any(shape), move |x| x.moveaxis(from, to)), result, move |i| {
            let mut i = i.to_vec();
            let k = i.remove(q);
            i.insert(p, k);
            Some(i)
        })
    };
    "squeeze and expand_dims" => |d| {
        let shape = d.shape(0, 4);
        let at = d.axis(shape.len() + 1);
        let mut result: Vec<usize> = shape.iter().copied().filter(|&n| n != 1).collect();
        result.insert(0, 1);
        Case::one(Any(shape), move |x| x.expand_dims(at).squeeze().expand_dims(0))
            .means(move |x| Host { shape: result.clone(), data: x[0].data.clone() })
    };
    "broadcast_to" => |d| {
        let wide = d.shape(0, 5);
        let skip = d.below(wide.len() + 1);
        let narrow: Vec<usize> = wide[skip..].iter().map(|&n| if d.flag() { 1 } else { n }).collect();
        let to = wide.clone();
        Case::one(Any(narrow), move |x| x.broadcast_to(&to))
            .means(move |x| Host::new(&wide, |i| x[0].broadcast(i)))
    };
    "flip" => |d| {
        let shape = d.shape(0, 5);
        let axes = d.axes(shape.len());
        let (over, n) = (axes.clone(), shape.clone());
        moves(shape.clone(), Case::one(Any(shape.clone()), move |x| x.flip(&axes)), shape, move |i| {
            Some((0..n.len()).map(|k| if over.contains(&k) { n[k] - 1 - i[k] } else { i[k] }).collect())
        })
    };
    "roll" => |d| {
        let shape = d.shape(1, 4);
        let (axis, by) = (d.axis(shape.len()), d.int(-5, 5));
        let (k, n) = (front(axis, shape.len()), shape.clone());
        moves(shape.clone(), Case::one(Any(shape.clone()), move |x| x.roll(by, axis)), shape, move |i| {
            Some(with(i, k, (i[k] as isize - by).rem_euclid(n[k] as isize) as usize))
        })
    };
    "rot90" => |d| {
        let (shape, k) = (d.shape(2, 3), d.int(-5, 5));
        Case::one(Any(shape), move |x| x.rot90(k)).means(move |x| {
            (0..k.rem_euclid(4)).fold(x[0].clone(), |x, _| {
                let mut turned = x.shape.clone();
                turned.swap(0, 1);
                let columns = x.shape[1];
                Host::new(&turned, |i| x.at(&[&[i[1], columns - 1 - i[0]], &i[2..]].concat()))
            })
        })
    };
    "tile" => |d| {
        let shape = d.shape(0, 3);
        let reps: Vec<usize> = (0..d.below(4)).map(|_| d.below(3)).collect();
        let by = reps.clone();
        Case::one(Any(shape), move |x| x.tile(&by)).means(move |x| {
            let rank = x[0].rank().max(reps.len());
            let padded = |s: &[usize]| [&vec![1; rank - s.len()], s].concat();
            let (n, r) = (padded(&x[0].shape), padded(&reps));
            let wide: Vec<usize> = n.iter().zip(&r).map(|(n, r)| n * r).collect();
            Host::new(&wide, |i| {
                let own: Vec<usize> = i.iter().zip(&n).map(|(i, n)| i % n).collect();
                x[0].at(&own[rank - x[0].rank()..])
            })
        })
    };
    "repeat" => |d| {
        let shape = d.shape(1, 4);
        let (axis, count) = (d.axis(shape.len()), d.below(4));
        let k = front(axis, shape.len());
        let mut result = shape.clone();
        result[k] *= count;
        moves(shape.clone(), Case::one(Any(shape), move |x| x.repeat(count, axis)), result, move |i| {
            Some(with(i, k, i[k] / count))
        })
    };
    "repeat_each" => |d| {
        let shape = d.shape(1, 4);
        let axis = d.axis(shape.len());
        let k = front(axis, shape.len());
        let counts: Vec<usize> = (0..shape[k]).map(|_| d.below(3)).collect();
        let rows: Vec<usize> = (0..shape[k]).flat_map(|i| vec![i; counts[i]]).collect();
        let result = with(&shape, k, rows.len());
        moves(shape.clone(), Case::one(Any(shape), move |x| x.repeat_each(&counts, axis)), result, move |i| {
            Some(with(i, k, rows[i[k]]))
        })
    };
    "pad by a constant" => |d| pad(d, PadMode::Constant(0.5));
    "pad by the edge" => |d| pad(d, PadMode::Edge);
    "pad by reflection" => |d| pad(d, PadMode::Reflect);
    "pad symmetrically" => |d| pad(d, PadMode::Symmetric);
    "pad periodically" => |d| pad(d, PadMode::Wrap);
    "lax_pad" => |d| {
        let shape = d.shape(0, 4);
        let config: Vec<(isize, isize, usize)> =
            shape.iter().map(|_| (d.int(-2, 2), d.int(-2, 2), d.below(3))).collect();
        let (n, c) = (shape.clone(), config.clone());
        Case::one(Any(shape), move |x| x.lax_pad(&c, 0.5)).means(move |x| {
            let wide: Vec<usize> = n
                .iter()
                .zip(&config)
                .map(|(&n, &(lo, hi, gap))| {
                    let inner = (n + n.saturating_sub(1) * gap) as isize;
                    (inner + lo + hi).max(0) as usize
                })
                .collect();
            Host::new(&wide, |index| {
                let inner = (0..n.len()).map(|k| {
                    let (i, every) = (index[k] as isize - config[k].0, config[k].2 as isize + 1);
                    let own = i.div_euclid(every);
                    (i % every == 0 && (0..n[k] as isize).contains(&own)).then_some(own as usize)
                });
                inner.collect::<Option<Vec<usize>>>().map_or(0.5, |i| x[0].at(&i))
            })
        })
    };
    "slice" => |d| {
        let shape = d.shape(1, 4);
        let axis = d.below(shape.len());
        let n = shape[axis] as isize;
        let step = d.one(&[1, 2, 3, -1, -2]);
        let (start, stop) = (d.int(-n - 1, n + 1), d.int(-n - 1, n + 1));
        let bounds = (d.flag().then_some(start), d.flag().then_some(stop));
        let (front, back) = (vec![Index::Range { start: None, stop: None, step: 1 }; axis], Index::Ellipsis);
        let range = Index::Range { start: bounds.0, stop: bounds.1, step };
        let index = [front, vec![range, back]].concat();
        // Python's definition, element by element.
        let held = |i: isize, lo: isize, hi: isize| (if i < 0 { i + n } else { i }).max(lo).min(hi);
        let (lo, hi, first, last) = if step > 0 { (0, n, 0, n) } else { (-1, n - 1, n - 1, -1) };
        let first = bounds.0.map_or(first, |i| held(i, lo, hi));
        let last = bounds.1.map_or(last, |i| held(i, lo, hi));
        let count = ((last - first + step - step.signum()) / step).max(0) as usize;
        let result = with(&shape, axis, count);
        moves(shape.clone(), Case::one(Any(shape), move |x| x.get(index.clone())), result, move |i| {
            Some(with(i, axis, (first + step * i[axis] as isize) as usize))
        })
    };
    "get an element, a new axis" => |d| {
        let shape = d.full_shape(1, 4);
        let at = d.int(-(shape[0] as isize), shape[0] as isize - 1);
        let result = [&[1], &shape[1..]].concat();
        let row = front(at, shape[0]);
        let index = vec![Index::At(at), Index::NewAxis, Index::Ellipsis];
        moves(shape.clone(), Case::one(Any(shape), move |x| x.get(index.clone())), result, move |i| {
            Some([&[row], &i[1..]].concat())
        })
    };
    "concatenate" => |d| {
        let shape = d.shape(1, 4);
        let axis = d.axis(shape.len());
        let k = front(axis, shape.len());
        let parts: Vec<usize> = (0..1 + d.below(3)).map(|_| d.below(4)).collect();
        let specs = parts.iter().map(|&n| Any(with(&shape, k, n))).collect();
        let cuts = parts.clone();
        let result = with(&shape, k, parts.iter().sum());
        Case::many(specs, move |x| vec![concatenate(x, axis)]).means(move |x| {
            Host::new(&result, |i| {
                let (mut part, mut at) = (0, i[k]);
                while at >= cuts[part] {
                    at -= cuts[part];
                    part += 1
                }
                x[part].at(&with(i, k, at))
            })
        })
    };
    "stack" => |d| {
        let (shape, count) = (d.shape(0, 4), 1 + d.below(3));
        let axis = d.axis(shape.len() + 1);
        let k = front(axis, shape.len() + 1);
        let mut result = shape.clone();
        result.insert(k, count);
        Case::many(vec![Any(shape); count], move |x| vec![stack(x, axis)]).means(move |x| {
            Host::new(&result, |i| {
                let mut own = i.clone();
                let part = own.remove(k);
                x[part].at(&own)
            })
        })
    };
    "hstack and vstack" => |d| {
        let shape = d.shape(1, 1);
        Case::many(vec![Any(shape.clone()), Any(shape)], |x| vec![hstack(x), vstack(x)]).all_mean(|x| {
            let (n, data) = (x[0].data.len(), [&x[0].data[..], &x[1].data].concat());
            vec![Host { shape: vec![2 * n], data: data.clone() }, Host { shape: vec![2, n], data }]
        })
    };
    "split" => |d| {
        let (mut shape, sections) = (d.shape(1, 4), 1 + d.below(3));
        let axis = d.axis(shape.len());
        let k = front(axis, shape.len());
        shape[k] *= sections;
        let n = shape[k] / sections;
        let part = with(&shape, k, n);
        Case::many(vec![Any(shape)], move |x| x[0].split(sections, axis)).all_mean(move |x| {
            (0..sections).map(|s| Host::new(&part, |i| x[0].at(&with(i, k, i[k] + s * n)))).collect()
        })
    };
    "split_at and unstack" => |d| {
        let shape = d.full_shape(2, 4);
        let (cut, n) = (d.below(shape[1] + 1), shape[0]);
        Case::many(vec![Any(shape.clone())], move |x| {
            [x[0].split_at(cut, 1), x[0].unstack(0)].concat()
        })
        .all_mean(move |x| {
            let part = |lo: usize, hi: usize| {
                Host::new(&with(&shape, 1, hi - lo), |i| x[0].at(&with(i, 1, i[1] + lo)))
            };
            let row = |r: usize| Host::new(&shape[1..], |i| x[0].at(&[&[r], &i[..]].concat()));
            [vec![part(0, cut), part(cut, shape[1])], (0..n).map(row).collect()].concat()
        })
    };
    "meshgrid" => |d| {
        let (n, m, ij) = (d.below(4), d.below(4), d.flag());
        let how = if ij { "ij" } else { "xy" };
        Case::many(vec![Any(vec![n]), Any(vec![m])], move |x| meshgrid(x, how)).all_mean(move |x| {
            let shape = if ij { [n, m] } else { [m, n] };
            let place = |axis: usize| if ij { axis } else { 1 - axis };
            (0..2).map(|a| Host::new(&shape, |i| x[a].data[i[place(a)]])).collect()
        })
    };
    "tril and triu" => |d| {
        let (shape, k) = (d.shape(2, 4), d.int(-3, 3));
        Case::many(vec![Any(shape)], move |x| vec![x[0].tril(k), x[0].triu(k)]).all_mean(move |x| {
            let side = |lower: bool| {
                let (x, r) = (&x[0], x[0].rank());
                Host::new(&x.shape, |i| {
                    let off = i[r - 1] as isize - i[r - 2] as isize;
                    if if lower { off <= k } else { off >= k } { x.at(i) } else { 0.0 }
                })
            };
            vec![side(true), side(false)]
        })
    };
    "diag of a vector" => |d| {
        let (n, k) = (d.below(4), d.int(-2, 2));
        Case::one(Any(vec![n]), move |x| x.diag(k)).means(move |x| {
            let m = n + k.unsigned_abs();
            Host::new(&[m, m], |i| {
                let off = i[1] as isize - i[0] as isize;
                if off == k { x[0].data[i[0].min(i[1])] } else { 0.0 }
            })
        })
    };
    "diagonal and trace" => |d| {
        let shape = d.shape(2, 4);
        let order = d.permutation(shape.len());
        let (a, b, off) = (order[0], order[1], d.int(-4, 4));
        Case::many(vec![Any(shape)], move |x| {
            let (a, b) = (a as isize, b as isize);
            vec![x[0].diagonal(off, a, b), x[0].trace(off, a, b)]
        })
        .all_mean(move |x| {
            let x = &x[0];
            let (down, right) = ((-off).max(0) as usize, off.max(0) as usize);
            let count = x.shape[a].saturating_sub(down).min(x.shape[b].saturating_sub(right));
            let rest: Vec<usize> = (0..x.rank()).filter(|k| *k != a && *k != b).collect();
            let shape: Vec<usize> = rest.iter().map(|&k| x.shape[k]).chain([count]).collect();
            let line = Host::new(&shape, |i| {
                let mut own = vec![0; x.rank()];
                rest.iter().zip(i).for_each(|(&k, &i)| own[k] = i);
                let at = i[i.len() - 1];
                (own[a], own[b]) = (at + down, at + right);
                x.at(&own)
            });
            let last = rest.len();
            let sum = line.fold(&[last], |all| all.iter().sum()).without(&[last]);
            vec![line, sum]
        })
    };
    "im2col" => |d| {
        let (window, stride) = (1 + d.below(3), 1 + d.below(3));
        let n = window + d.below(6);
        let count = (n - window) / stride + 1;
        moves(vec![n], Case::one(Any(vec![n]), move |x| x.im2col(window, stride)), vec![count, window],
            move |i| Some(vec![i[0] * stride + i[1]]))
    };
    "vander" => |d| {
        let (m, n) = (d.below(4), d.below(4));
        Case::one(Any(vec![m]), move |x| x.vander(n))
            .means(move |x| Host::new(&[m, n], |i| x[0].data[i[0]].powi((n - 1 - i[1]) as i32)))
    };
    // Views of views, read by a kernel that wants its elements in a row.
    "views of views" => |d| {
        let shape = d.full_shape(3, 3);
        let (order, by) = (d.permutation(3), d.int(0, 3));
        let turn = order.clone();
        Case::one(Any(shape), move |x| {
            let y: Array = x.transpose(&turn).flip(1).roll(by, 2);
            let last = y.shape()[2];
            y.get(vec![Index::Ellipsis, Index::Range { start: None, stop: None, step: -1 }])
                .reshape([-1, last as isize])
        })
        .means(move |x| {
            let x = &x[0];
            let n: Vec<usize> = order.iter().map(|&k| x.shape[k]).collect();
            let data = indices(&n)
                .iter()
                .map(|i| {
                    let back = n[2] - 1 - i[2];
                    let i = [i[0], n[1] - 1 - i[1], (back as isize - by).rem_euclid(n[2] as isize) as usize];
                    let mut own = vec![0; 3];
                    order.iter().zip(i).for_each(|(&k, i)| own[k] = i);
                    x.at(&own)
                })
                .collect();
            Host { shape: vec![n[0] * n[1], n[2]], data }
        })
    };
}
