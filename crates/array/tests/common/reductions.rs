//! Reductions, and what runs along an axis.

use super::catalogue::operations;
use super::host::front;
use super::{Case, Draw, Host, Spec, Spec::Any, Spec::Positive};
use pullback_array::{Array, Axes, Norm, keepdims};
use std::sync::Arc;

/// A reduction over some axes, kept or not, of a shape without zeros or, if `empty`, perhaps with.
fn reduces(
    d: &mut Draw,
    spec: fn(Vec<usize>) -> Spec,
    empty: bool,
    f: impl Fn(&Array, Axes) -> Array + Send + Sync + 'static,
    means: impl Fn(&[f64]) -> f64 + 'static,
) -> Case {
    let shape = if empty { d.shape(0, 5) } else { d.full_shape(0, 5) };
    let (axes, kept) = (d.axes(shape.len()), d.flag());
    let over = axes.clone();
    let f = move |x: &Array| f(x, if kept { keepdims(&over) } else { Axes::from(&over) });
    Case::one(spec(shape), f).means(move |x| {
        let y = x[0].fold(&axes, &means);
        if kept { y } else { y.without(&axes) }
    })
}
/// A function of the lines along an axis.
fn runs(
    d: &mut Draw,
    spec: fn(Vec<usize>) -> Spec,
    f: impl Fn(&Array, isize) -> Array + Send + Sync + 'static,
    means: impl Fn(&[f64]) -> Vec<f64> + 'static,
) -> Case {
    let shape = d.shape(1, 4);
    let axis = d.axis(shape.len());
    let k = front(axis, shape.len());
    Case::one(spec(shape), move |x| f(x, axis)).means(move |x| x[0].lines(k, &means))
}
/// Results of a running operation, from the front or the back.
fn scan(line: &[f64], reverse: bool, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut all: Vec<f64> = if reverse { line.iter().rev().copied().collect() } else { line.to_vec() };
    (1..all.len()).for_each(|k| all[k] = f(all[k - 1], all[k]));
    if reverse {
        all.reverse()
    }
    all
}
/// A cumulative operation in a drawn direction.
fn scans(
    d: &mut Draw,
    f: impl Fn(&Array, isize, bool) -> Array + Send + Sync + 'static,
    op: impl Fn(f64, f64) -> f64 + 'static,
) -> Case {
    let reverse = d.flag();
    runs(d, Any, move |x, axis| f(x, axis, reverse), move |line| scan(line, reverse, &op))
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}
fn variance(x: &[f64], less: usize) -> f64 {
    let m = mean(x);
    x.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (x.len() - less) as f64
}
fn logsumexp(x: &[f64]) -> f64 {
    x.iter().map(|x| x.exp()).sum::<f64>().ln()
}
fn quantile(x: &[f64], q: f64) -> f64 {
    let mut x = x.to_vec();
    x.sort_by(f64::total_cmp);
    let place = q * (x.len() - 1) as f64;
    let (lo, hi) = (x[place.floor() as usize], x[place.ceil() as usize]);
    lo + place.fract() * (hi - lo)
}
fn first(x: &[f64], better: impl Fn(f64, f64) -> bool) -> f64 {
    (1..x.len()).fold(0, |best, k| if better(x[k], x[best]) { k } else { best }) as f64
}

operations! {
    "sum_axis" => |d| reduces(d, Any, true, |x, axes| x.sum_axis(axes), |x| x.iter().sum());
    "prod_axis" => |d| reduces(d, Any, true, |x, axes| x.prod_axis(axes), |x| x.iter().product());
    "mean_axis" => |d| reduces(d, Any, false, |x, axes| x.mean_axis(axes), mean);
    "max_axis" => |d| reduces(d, Any, false, |x, axes| x.max_axis(axes), |x| x.iter().copied().fold(f64::MIN, f64::max));
    "min_axis" => |d| reduces(d, Any, false, |x, axes| x.min_axis(axes), |x| x.iter().copied().fold(f64::MAX, f64::min));
    "ptp_axis" => |d| reduces(d, Any, false, |x, axes| x.ptp_axis(axes), |x| {
        x.iter().copied().fold(f64::MIN, f64::max) - x.iter().copied().fold(f64::MAX, f64::min)
    });
    "var_axis" => |d| reduces(d, Any, false, |x, axes| x.var_axis(axes, 0), |x| variance(x, 0));
    // One more observation than there may be.
    "var_axis, n − 1" => |d| {
        let shape = [&d.full_shape(0, 3)[..], &[3]].concat();
        let last = shape.len() - 1;
        Case::one(Any(shape), |x| x.var_axis(-1, 1))
            .means(move |x| x[0].fold(&[last], |x| variance(x, 1)).without(&[last]))
    };
    "std_axis" => |d| {
        let shape = [&d.full_shape(0, 3)[..], &[3]].concat();
        let last = shape.len() - 1;
        Case::one(Any(shape), |x| x.std_axis(-1, 0))
            .means(move |x| x[0].fold(&[last], |x| variance(x, 0).sqrt()).without(&[last]))
    };
    "logsumexp_axis" => |d| reduces(d, Any, false, |x, axes| x.logsumexp_axis(axes), logsumexp);
    // −∞, which no difference can be taken of.
    "logsumexp_axis of nothing" => |d| reduces(d, Any, true, |x, axes| x.logsumexp_axis(axes), logsumexp).rough();
    "logsumexp_of" => |d| {
        let shape = d.full_shape(1, 3);
        let axis = d.below(shape.len());
        Case::two(Any(shape.clone()), Positive(shape), move |x, b| x.logsumexp_of(b, axis)).means(move |x| {
            let terms = Host::new(&x[0].shape, |i| x[0].at(i).exp() * x[1].at(i));
            terms.fold(&[axis], |t| t.iter().sum::<f64>().ln()).without(&[axis])
        })
    };
    "median_axis" => |d| reduces(d, Any, false, |x, axes| x.median_axis(axes), |x| quantile(x, 0.5));
    "quantile_axis" => |d| {
        let q = d.one(&[0.0, 0.25, 0.3, 0.9, 1.0]);
        reduces(d, Any, false, move |x, axes| x.quantile_axis(q, axes), move |x| quantile(x, q))
    };
    "average_axis" => |d| {
        let shape = d.full_shape(1, 3);
        let axis = d.below(shape.len());
        Case::two(Any(shape.clone()), Positive(shape), move |x, w| x.average_axis(w, axis)).means(move |x| {
            let terms = Host::new(&x[0].shape, |i| x[0].at(i) * x[1].at(i));
            let (sums, weights) =
                (terms.fold(&[axis], |t| t.iter().sum()), x[1].fold(&[axis], |w| w.iter().sum()));
            Host::new(&sums.shape, |i| sums.at(i) / weights.at(i)).without(&[axis])
        })
    };
    "argmax_axis and argmin_axis" => |d| {
        let shape = d.full_shape(1, 4);
        let axes = d.axes(shape.len());
        let over = axes.clone();
        Case::many(vec![Any(shape)], move |x| vec![x[0].argmax_axis(&over), x[0].argmin_axis(&over)])
            .all_mean(move |x| {
                let most = x[0].fold(&axes, |x| first(x, |a, b| a > b)).without(&axes);
                vec![most, x[0].fold(&axes, |x| first(x, |a, b| a < b)).without(&axes)]
            })
    };
    "any_axis, all_axis, count_nonzero_axis" => |d| {
        let shape = d.shape(0, 4);
        let axes = d.axes(shape.len());
        let over = axes.clone();
        Case::many(vec![Spec::Mask(shape)], move |x| {
            let x = &x[0];
            vec![x.any_axis(&over), x.all_axis(&over), x.count_nonzero_axis(&over)]
        })
        .all_mean(move |x| {
            let fold = |f: &dyn Fn(&[f64]) -> f64| x[0].fold(&axes, f).without(&axes);
            vec![
                fold(&|x| f64::from(u8::from(x.contains(&1.0)))),
                fold(&|x| f64::from(u8::from(!x.contains(&0.0)))),
                fold(&|x| x.iter().sum()),
            ]
        })
    };
    "norm_axis 2" => |d| reduces(d, Positive, false, |x, axes| x.norm_axis(Norm::Two, axes), |x| {
        x.iter().map(|x| x * x).sum::<f64>().sqrt()
    });
    "norm_axis p" => |d| {
        let shape = d.full_shape(1, 4);
        let (k, p) = (d.below(shape.len()), d.one(&[1.0, 3.0, 2.5, 0.5, f64::INFINITY, f64::NEG_INFINITY]));
        let all: Arc<[f64]> = Arc::from([p]);
        // Where x and −y are nearly as large the largest of both is no smooth function.
        Case::one(Positive(shape), move |x| x.norm_axis(Norm::P(all[0]), k)).means(move |x| {
            x[0].fold(&[k], |x| match p {
                f64::INFINITY => x.iter().copied().fold(0.0, f64::max),
                f64::NEG_INFINITY => x.iter().copied().fold(f64::MAX, f64::min),
                p => x.iter().map(|x| x.powf(p)).sum::<f64>().powf(1.0 / p),
            })
            .without(&[k])
        })
    };
    "norm_axis of matrices" => |d| {
        let shape = d.full_shape(2, 3);
        let (p, largest) = d.one(&[(1.0, true), (-1.0, false), (f64::INFINITY, true), (f64::NEG_INFINITY, false)]);
        let over = if f64::abs(p) == 1.0 { 0 } else { 1 };
        Case::one(Any(shape), move |x| x.norm_axis(Norm::P(p), [0, 1]))
            .means(move |x| {
                let sums = x[0].fold(&[over], |x| x.iter().map(|x| x.abs()).sum());
                let pick = if largest { f64::max } else { f64::min };
                sums.fold(&[1 - over], |s| s.iter().copied().reduce(pick).unwrap()).without(&[0, 1])
            })
            .rough()
    };
    "softmax" => |d| runs(d, Any, |x, axis| x.softmax(axis), |x| {
        let l = logsumexp(x);
        x.iter().map(|x| (x - l).exp()).collect()
    });
    "log_softmax" => |d| runs(d, Any, |x, axis| x.log_softmax(axis), |x| {
        let l = logsumexp(x);
        x.iter().map(|x| x - l).collect()
    });
    "standardize" => |d| runs(d, Any, |x, axis| x.standardize(axis, 0.01), |x| {
        x.iter().map(|v| (v - mean(x)) / (variance(x, 0) + 0.01).sqrt()).collect()
    });
    "cumsum" => |d| runs(d, Any, |x, axis| x.cumsum(axis), |x| scan(x, false, |a, b| a + b));
    "cumprod" => |d| runs(d, Any, |x, axis| x.cumprod(axis), |x| scan(x, false, |a, b| a * b));
    "cummax" => |d| scans(d, |x, axis, reverse| x.cummax(axis, reverse), f64::max);
    "cummin" => |d| scans(d, |x, axis, reverse| x.cummin(axis, reverse), f64::min);
    "cumlogsumexp" => |d| scans(d, |x, axis, reverse| x.cumlogsumexp(axis, reverse), |a, b| (a.exp() + b.exp()).ln());
    "diff" => |d| {
        let n = d.below(4);
        runs(d, Any, move |x, axis| x.diff(n, axis), move |x| {
            (0..n).fold(x.to_vec(), |x, _| x.windows(2).map(|w| w[1] - w[0]).collect())
        })
    };
    "trapezoid" => |d| {
        let shape = d.shape(1, 4);
        let k = d.below(shape.len());
        Case::one(Any(shape), move |x| x.trapezoid(0.25, k as isize)).means(move |x| {
            x[0].fold(&[k], |x| x.windows(2).map(|w| 0.125 * (w[0] + w[1])).sum()).without(&[k])
        })
    };
    "cov and corrcoef" => |d| {
        let (n, m) = (2 + d.below(2), 2 + d.below(3));
        Case::many(vec![Any(vec![n, m])], |x| vec![x[0].cov(), x[0].corrcoef()]).all_mean(move |x| {
            let row = |i: usize| &x[0].data[i * m..(i + 1) * m];
            let cov = |i: usize, j: usize| {
                let (a, b) = (row(i), row(j));
                let terms = a.iter().zip(b).map(|(x, y)| (x - mean(a)) * (y - mean(b)));
                terms.sum::<f64>() / (m - 1) as f64
            };
            let share = |i: usize, j: usize| cov(i, j) / (cov(i, i) * cov(j, j)).sqrt();
            vec![Host::new(&[n, n], |i| cov(i[0], i[1])), Host::new(&[n, n], |i| share(i[0], i[1]))]
        })
    };
}
