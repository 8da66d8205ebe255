//! Records of scalar functions: values and derivatives to the fourth order at many points, as decimal strings.
//!
//! The points of a record are one array, and derivatives those of the sum over it, by nesting gradients.

use crate::attrs::{Attrs, number};
use crate::table;
use crate::verdict::Verdict;
use pullback_array::{Array, DType, grad};
use serde_json::Value;

/// Half the distance of neighbouring numbers near 1.
const UNIT: f64 = 1.0 / (1u64 << 53) as f64;
/// How many units the value and the derivatives may be off, beside what the argument's rounding does.
const VALUE: f64 = 16.0;
const DERIVATIVE: f64 = 256.0;
/// Relative error allowed where a closed form cancels, and for two arguments, whose records have no condition.
const CLOSED_FORM: f64 = 1e-9;
/// What rounds to nothing.
const TINY: f64 = 1e-290;

/// Names that differ from the arrays'.
fn renamed(op: &str) -> &str {
    match op {
        "mul" => "multiply",
        "div" => "divide",
        "pow" => "power",
        "atan2" => "arctan2",
        op => op,
    }
}

/// Whether our values and derivatives agree with the record's.
pub fn check(record: &Value, op: &str, dtype: DType) -> Verdict {
    let Some(row) = table::find(renamed(op)) else { panic!("unknown operation") };
    let points = record["points"].as_array().expect("points");
    let attrs = Attrs(&record["attrs"]);
    let arity = record["arity"].as_u64().expect("arity") as usize;
    let coordinate = |k: usize| -> Array {
        let at = |p: &Value| number(if arity == 1 { &p["x"] } else { &p["x"][k] });
        Array::from(points.iter().map(at).collect::<Vec<f64>>()).cast(dtype)
    };
    let x: Vec<Array> = (0..arity).map(coordinate).collect();
    let f = |x: &[Array]| (row.run)(x, &attrs).swap_remove(0);
    let results = |x: &[Array]| -> Vec<Vec<f64>> {
        let all = if arity == 1 {
            up_to_fourth(&|x| f(std::slice::from_ref(x)), &x[0])
        } else {
            up_to_second(&f, x)
        };
        all.iter().map(|y| y.cast(DType::F64).to_vec()).collect()
    };
    let got = results(&x);
    // In f32 the reference is our own f64 at the inputs as f32 holds them, to first order.
    let exact =
        (dtype == DType::F32).then(|| results(&x.iter().map(|x| x.cast(DType::F64)).collect::<Vec<_>>()));
    let mut worst: Option<(f64, String)> = None;
    for (i, p) in points.iter().enumerate() {
        let wanted = wanted(p, arity);
        for (k, (want, cond)) in wanted.into_iter().enumerate() {
            let g = got[k][i];
            let (want, allowed) = match &exact {
                Some(_) if k > arity => continue,
                Some(exact) => {
                    let unit = f64::from(f32::EPSILON);
                    (f64::from(exact[k][i] as f32), 64.0 * unit * (1.0 + cond.unwrap_or(8.0)))
                }
                None => {
                    let units = if k == 0 { VALUE } else { DERIVATIVE };
                    (want, cond.map_or(CLOSED_FORM, |c| units * UNIT * (1.0 + c)))
                }
            };
            let tiny = if exact.is_some() { 1e-30 } else { TINY };
            let error = (g - want).abs() / want.abs();
            if g == want || g.is_nan() && want.is_nan() || (g - want).abs() <= tiny || error <= allowed {
                continue;
            }
            let ratio = if error.is_nan() { f64::INFINITY } else { error / allowed };
            if worst.as_ref().is_none_or(|(w, _)| ratio > *w) {
                let at: Vec<f64> = x.iter().map(|x| x.cast(DType::F64).to_vec::<f64>()[i]).collect();
                let what = format!(
                    "quantity {k} at {at:?} is {g:e}, not {want:e} (relative error {error:.1e}, {ratio:.1} times what is allowed)"
                );
                worst = Some((ratio, what))
            }
        }
    }
    match worst {
        None => Verdict::Pass,
        Some((_, what)) => Verdict::Fail { what, inaccuracy: false },
    }
}

/// The recorded quantities of a point, with their conditions: value and four derivatives, or value, gradient and the
/// three second derivatives.
fn wanted(p: &Value, arity: usize) -> Vec<(f64, Option<f64>)> {
    let list = |name: &str| p[name].as_array().expect("a list").iter().map(number).collect::<Vec<f64>>();
    let value = [number(&p["value"])];
    if arity == 1 {
        let all = value.into_iter().chain(list("derivatives"));
        return all.zip(list("cond")).map(|(v, c)| (v, Some(c))).collect();
    }
    value.into_iter().chain(list("grad")).chain(list("hess")).map(|v| (v, None)).collect()
}

/// f and its first four derivatives, element by element.
fn up_to_fourth(f: &dyn Fn(&Array) -> Array, x: &Array) -> Vec<Array> {
    let d1 = |x: &Array| grad(|x: &Array| f(x).sum())(x);
    let d2 = |x: &Array| grad(|x: &Array| d1(x).sum())(x);
    let d3 = |x: &Array| grad(|x: &Array| d2(x).sum())(x);
    let d4 = |x: &Array| grad(|x: &Array| d3(x).sum())(x);
    vec![f(x), d1(x), d2(x), d3(x), d4(x)]
}

/// f, its two derivatives, and its three second derivatives, element by element.
fn up_to_second(f: &dyn Fn(&[Array]) -> Array, x: &[Array]) -> Vec<Array> {
    type Pair = (Array, Array);
    let g = |p: &Pair| grad(|(x, y): &Pair| f(&[x.clone(), y.clone()]).sum())(p);
    let p = (x[0].clone(), x[1].clone());
    let (fx, fy) = g(&p);
    let (fxx, fxy) = grad(|p: &Pair| g(p).0.sum())(&p);
    let (_, fyy) = grad(|p: &Pair| g(p).1.sum())(&p);
    vec![f(x), fx, fy, fxx, fxy, fyy]
}
