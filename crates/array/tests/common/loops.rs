//! Control flow: bodies recorded once.

use super::catalogue::operations;
use super::{Case, Host, Spec, Spec::Any};
use pullback_array::{Array, Real, cond, fori_loop, map_rows, scan, switch};

operations! {
    "cond" => |d| {
        let shape = d.shape(0, 3);
        Case::two(Spec::Mask(vec![]), Any(shape), |c, x| {
            cond(c, |x: &Array| x.square(), |x: &Array| x.sin() * 2.0, x)
        })
        .means(|x| {
            let f = |v: &f64| if x[0].data[0] != 0.0 { v * v } else { 2.0 * v.sin() };
            Host { shape: x[1].shape.clone(), data: x[1].data.iter().map(f).collect() }
        })
    };
    "switch" => |d| {
        let shape = d.shape(0, 3);
        Case::two(Spec::Index(vec![], 3), Any(shape), |i, x| {
            switch(i, &[&|x: &Array| x.exp(), &|x: &Array| x * x * x, &|x: &Array| -x], x)
        })
        .means(|x| {
            let f = |v: &f64| [v.exp(), v.powi(3), -v][x[0].data[0] as usize];
            Host { shape: x[1].shape.clone(), data: x[1].data.iter().map(f).collect() }
        })
    };
    "scan" => |d| {
        let (n, shape) = (d.below(4), d.shape(0, 2));
        let rows = [&[n], &shape[..]].concat();
        Case::many(vec![Any(shape), Any(rows)], |x| {
            let step = |s: &Array, x: &Array| {
                let s = s.sin() * x + s;
                (s.clone(), s.square())
            };
            let (end, all) = scan(step, &x[0], &x[1]);
            vec![end, all]
        })
        .all_mean(|x| {
            let (mut s, mut all) = (x[0].data.clone(), vec![]);
            let size = s.len();
            for k in 0..x[1].shape[0] {
                let row = &x[1].data[k * size..(k + 1) * size];
                s.iter_mut().zip(row).for_each(|(s, x)| *s += s.sin() * x);
                all.extend(s.iter().map(|s| s * s))
            }
            vec![Host { shape: x[0].shape.clone(), data: s }, Host { shape: x[1].shape.clone(), data: all }]
        })
    };
    "fori_loop" => |d| {
        let (shape, to) = (d.shape(0, 3), d.int(0, 4) as i64);
        Case::one(Any(shape), move |x| {
            fori_loop(0, to, |i: &Array, y: &Array| y * x + y.sin() * i.cast(y.dtype()), x)
        })
        .means(move |x| {
            let f = |&x: &f64| (0..to).fold(x, |y, i| y * x + y.sin() * i as f64);
            Host { shape: x[0].shape.clone(), data: x[0].data.iter().map(f).collect() }
        })
    };
    "map_rows" => |d| {
        Case::one(Any(d.shape(1, 3)), |x| map_rows(|x: &Array| x.sin() * x, x)).means(|x| {
            let f = |v: &f64| v.sin() * v;
            Host { shape: x[0].shape.clone(), data: x[0].data.iter().map(f).collect() }
        })
    };
}
