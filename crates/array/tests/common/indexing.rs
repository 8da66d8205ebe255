//! Reading and writing by numbers, sorting, choosing.

use super::catalogue::operations;
use super::host::front;
use super::{Case, Draw, Host, Spec, Spec::Any};
use pullback_array::{Array, Index, select_n, where_};

/// Integers held in a host array.
fn whole(x: &Host, index: &[usize]) -> usize {
    x.at(index) as usize
}
/// Rows (of axis 0) of x with `update` of the old value and the row's of y, one after the other.
fn written(x: &[Host], update: impl Fn(f64, f64) -> f64) -> Host {
    let (mut y, rest) = (x[0].clone(), x[0].shape[1..].to_vec());
    for k in 0..x[1].data.len() {
        for i in super::indices(&rest) {
            let to = y.place(&[&[whole(&x[1], &[k])], &i[..]].concat());
            y.data[to] = update(y.data[to], x[2].at(&[&[k], &i[..]].concat()))
        }
    }
    y
}
/// x, row numbers that may repeat, values for them.
fn rows(d: &mut Draw) -> Vec<Spec> {
    let (shape, count) = (d.shape(1, 3), d.below(4));
    let count = if shape[0] == 0 { 0 } else { count };
    let values = [&[count], &shape[1..]].concat();
    vec![Any(shape.clone()), Spec::Index(vec![count], shape[0].max(1)), Any(values)]
}
/// The order in which a line ascends; equal elements stay.
fn order(line: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..line.len()).collect();
    order.sort_by(|&i, &j| line[i].total_cmp(&line[j]));
    order
}

operations! {
    "take" => |d| {
        let (shape, of) = (d.full_shape(1, 3), d.shape(0, 2));
        let axis = d.axis(shape.len());
        let k = front(axis, shape.len());
        let result = [&shape[..k], &of[..], &shape[k + 1..]].concat();
        let r = of.len();
        Case::two(Any(shape.clone()), Spec::Index(of, shape[k]), move |x, i| x.take(i, axis)).means(move |x| {
            Host::new(&result, |i| {
                x[0].at(&[&i[..k], &[whole(&x[1], &i[k..k + r])], &i[k + r..]].concat())
            })
        })
    };
    "take_along_axis" => |d| {
        let (shape, count) = (d.full_shape(1, 4), d.below(4));
        let axis = d.axis(shape.len());
        let k = front(axis, shape.len());
        let mut of: Vec<usize> = shape.iter().map(|&n| if d.flag() { 1 } else { n }).collect();
        of[k] = count;
        let mut result = shape.clone();
        result[k] = count;
        Case::two(Any(shape.clone()), Spec::Index(of, shape[k]), move |x, i| x.take_along_axis(i, axis))
            .means(move |x| {
                Host::new(&result, |i| {
                    let mut own = i.clone();
                    own[k] = x[1].broadcast(i) as usize;
                    x[0].at(&own)
                })
            })
    };
    "take_last" => |d| {
        let shape = d.full_shape(1, 3);
        let last = shape.len() - 1;
        let lead = shape[..last].to_vec();
        Case::two(Any(shape.clone()), Spec::Index(lead.clone(), shape[last]), |x, i| x.take_last(i))
            .means(move |x| Host::new(&lead, |i| x[0].at(&[&i[..], &[whole(&x[1], i)]].concat())))
    };
    "get by arrays" => |d| {
        let (shape, of) = (d.full_shape(2, 4), d.shape(0, 2));
        let specs =
            vec![Any(shape.clone()), Spec::Index(of.clone(), shape[0]), Spec::Index(of.clone(), shape[1])];
        let (result, r) = ([&of[..], &shape[2..]].concat(), of.len());
        Case::many(specs, |x| vec![x[0].get((&x[1], &x[2]))]).means(move |x| {
            Host::new(&result, |i| {
                x[0].at(&[&[whole(&x[1], &i[..r]), whole(&x[2], &i[..r])], &i[r..]].concat())
            })
        })
    };
    "get a range and by an array" => |d| {
        let (shape, count) = (d.full_shape(2, 3), d.below(4));
        let result = [&[shape[0], count], &shape[2..]].concat();
        let x = Any(shape.clone());
        Case::two(x, Spec::Index(vec![count], shape[1]), |x, i| {
            x.get(vec![Index::from(..).by(-1), Index::Array(i.clone())])
        })
        .means(move |x| {
            Host::new(&result, |i| {
                x[0].at(&[&[shape[0] - 1 - i[0], whole(&x[1], &[i[1]])], &i[2..]].concat())
            })
        })
    };
    "boolean_mask" => |d| {
        let shape = d.shape(1, 3);
        let mask: Vec<bool> = (0..shape[0]).map(|_| d.flag()).collect();
        let kept: Vec<usize> = (0..shape[0]).filter(|&k| mask[k]).collect();
        let result = [&[kept.len()], &shape[1..]].concat();
        let rows = shape[0];
        Case::one(Any(shape), move |x| x.boolean_mask(&Array::from_slice(&mask, &[rows])))
            .means(move |x| Host::new(&result, |i| x[0].at(&[&[kept[i[0]]], &i[1..]].concat())))
    };
    "at_set of different rows" => |d| {
        let shape = d.shape(1, 3);
        let count = d.below(shape[0] + 1);
        let values = Any([&[count], &shape[1..]].concat());
        let specs = vec![Any(shape.clone()), Spec::Distinct(count, shape[0]), values];
        Case::many(specs, |x| vec![x[0].at_set(&x[1], &x[2])]).means(|x| written(x, |_, y| y))
    };
    "at_set, the last counts" => |d| {
        Case::many(rows(d), |x| vec![x[0].at_set(&x[1], &x[2])]).means(|x| written(x, |_, y| y))
    };
    "at_add" => |d| {
        Case::many(rows(d), |x| vec![x[0].at_add(&x[1], &x[2])]).means(|x| written(x, |x, y| x + y))
    };
    "at_multiply" => |d| {
        Case::many(rows(d), |x| vec![x[0].at_multiply(&x[1], &x[2])]).means(|x| written(x, |x, y| x * y))
    };
    "at_max and at_min" => |d| {
        // Of x and several values for it two may be equal.
        Case::many(rows(d), |x| vec![x[0].at_max(&x[1], &x[2]), x[0].at_min(&x[1], &x[2])])
            .all_mean(|x| vec![written(x, f64::max), written(x, f64::min)])
            .rough()
    };
    "at_add in two axes" => |d| {
        let (shape, count) = (d.full_shape(2, 3), d.below(4));
        let index = |n: usize| Spec::Index(vec![count], n);
        let values = Any([&[count], &shape[2..]].concat());
        let specs = vec![Any(shape.clone()), index(shape[0]), index(shape[1]), values];
        Case::many(specs, |x| vec![x[0].at_add((&x[1], &x[2]), &x[3])]).means(move |x| {
            let mut y = x[0].clone();
            for k in 0..count {
                for i in super::indices(&shape[2..]) {
                    let to = y.place(&[&[whole(&x[1], &[k]), whole(&x[2], &[k])], &i[..]].concat());
                    y.data[to] += x[3].at(&[&[k], &i[..]].concat())
                }
            }
            y
        })
    };
    "at_set of a slice" => |d| {
        let shape = d.full_shape(1, 3);
        let from = d.below(shape[0]);
        let count = (shape[0] - from).div_ceil(2);
        let values = Any([&[count], &shape[1..]].concat());
        let index = vec![Index::Range { start: Some(from as isize), stop: None, step: 2 }];
        Case::two(Any(shape), values, move |x, y| x.at_set(index.clone(), y)).means(move |x| {
            Host::new(&x[0].shape, |i| match i[0].checked_sub(from) {
                Some(k) if k % 2 == 0 => x[1].at(&[&[k / 2], &i[1..]].concat()),
                _ => x[0].at(i),
            })
        })
    };
    "segment_sum" => |d| {
        let (shape, n) = (d.shape(1, 3), 1 + d.below(3));
        let result = [&[n], &shape[1..]].concat();
        Case::two(Any(shape.clone()), Spec::Index(vec![shape[0]], n), move |x, i| x.segment_sum(i, n))
            .means(move |x| {
                let mine = |i: &Vec<usize>| {
                    let own = (0..shape[0]).filter(|&k| whole(&x[1], &[k]) == i[0]);
                    own.map(|k| x[0].at(&[&[k], &i[1..]].concat())).sum()
                };
                Host::new(&result, mine)
            })
    };
    "dynamic_slice" => |d| {
        let shape = d.full_shape(1, 3);
        let sizes: Vec<usize> = shape.iter().map(|&n| d.below(n + 1)).collect();
        let (of, n) = (sizes.clone(), shape.len());
        Case::two(Any(shape), Spec::Index(vec![n], 5), move |x, s| x.dynamic_slice(s, &of)).means(move |x| {
            Host::new(&sizes, |i| {
                let from = |k: usize| whole(&x[1], &[k]).min(x[0].shape[k] - sizes[k]);
                x[0].at(&(0..n).map(|k| from(k) + i[k]).collect::<Vec<_>>())
            })
        })
    };
    "dynamic_update_slice" => |d| {
        let shape = d.full_shape(1, 3);
        let sizes: Vec<usize> = shape.iter().map(|&n| d.below(n + 1)).collect();
        let n = shape.len();
        let specs = vec![Any(shape), Any(sizes.clone()), Spec::Index(vec![n], 5)];
        Case::many(specs, |x| vec![x[0].dynamic_update_slice(&x[1], &x[2])]).means(move |x| {
            Host::new(&x[0].shape, |i| {
                let from = |k: usize| whole(&x[2], &[k]).min(x[0].shape[k] - sizes[k]);
                let inner = (0..n).map(|k| i[k].checked_sub(from(k)).filter(|&i| i < sizes[k]));
                match inner.collect::<Option<Vec<usize>>>() {
                    Some(i) => x[1].at(&i),
                    None => x[0].at(i),
                }
            })
        })
    };
    "sort and argsort" => |d| {
        let shape = d.shape(1, 4);
        let axis = d.axis(shape.len());
        let k = front(axis, shape.len());
        Case::many(vec![Any(shape)], move |x| vec![x[0].sort(axis), x[0].argsort(axis)]).all_mean(move |x| {
            let sorted = x[0].lines(k, |line| order(line).iter().map(|&i| line[i]).collect());
            let numbers = x[0].lines(k, |line| order(line).iter().map(|&i| i as f64).collect());
            vec![sorted, numbers]
        })
    };
    "top_k" => |d| {
        let shape = d.shape(1, 3);
        let last = shape.len() - 1;
        let k = d.below(shape[last] + 1);
        Case::many(vec![Any(shape)], move |x| {
            let (values, numbers) = x[0].top_k(k);
            vec![values, numbers]
        })
        .all_mean(move |x| {
            let down = move |line: &[f64]| order(line).into_iter().rev().take(k).collect::<Vec<_>>();
            let values = x[0].lines(last, |line| down(line).iter().map(|&i| line[i]).collect());
            let numbers = x[0].lines(last, |line| down(line).iter().map(|&i| i as f64).collect());
            vec![values, numbers]
        })
    };
    "searchsorted" => |d| {
        let (n, of) = (d.below(5), d.shape(0, 2));
        Case::two(Any(vec![n]), Any(of), |x, v| x.sort(0).searchsorted(v)).means(|x| {
            let below = |v: f64| x[0].data.iter().filter(|&&x| x < v).count() as f64;
            Host { shape: x[1].shape.clone(), data: x[1].data.iter().map(|&v| below(v)).collect() }
        })
    };
    "where_" => |d| {
        let wide = d.shape(0, 4);
        let mut narrow = || wide.iter().map(|&n| if d.below(3) == 2 { 1 } else { n }).collect::<Vec<_>>();
        let specs = vec![Spec::Mask(narrow()), Any(narrow()), Any(wide.clone())];
        Case::many(specs, |x| vec![where_(&x[0], &x[1], &x[2])]).means(move |x| {
            Host::new(&wide, |i| if x[0].broadcast(i) != 0.0 { x[1].broadcast(i) } else { x[2].at(i) })
        })
    };
    "select_n" => |d| {
        let (shape, n) = (d.shape(0, 3), 1 + d.below(3));
        let mut specs = vec![Spec::Index(shape.clone(), n)];
        specs.extend(vec![Any(shape.clone()); n]);
        Case::many(specs, |x| vec![select_n(&x[0], &x[1..])])
            .means(move |x| Host::new(&shape, |i| x[1 + whole(&x[0], i)].at(i)))
    };
    "one_hot" => |d| {
        let (of, n) = (d.shape(0, 2), 1 + d.below(4));
        let r = of.len();
        Case::two(Spec::Index(of, n), Any(vec![n]), move |i, w| i.one_hot(n, w.dtype()) * w).means(move |x| {
            let shape = [&x[0].shape[..], &[n]].concat();
            Host::new(&shape, |i| if whole(&x[0], &i[..r]) == i[r] { x[1].data[i[r]] } else { 0.0 })
        })
    };
}
