//! Reductions and what runs along an axis.

use crate::attrs::Attrs;
use pullback_array::{Array, Norm, where_};
use serde_json::Value;

pub fn apply(op: &str, x: &[Array], a: &Attrs) -> Option<Array> {
    let f = &x[0];
    let axes = || a.axes(f.ndim());
    let axis = || a.int("axis");
    let masked = || where_(&x[1], f, 0.0);
    Some(match op {
        "sum" => f.sum_axis(axes()),
        "mean" => f.mean_axis(axes()),
        "prod" => f.prod_axis(axes()),
        "max" => f.max_axis(axes()),
        "min" => f.min_axis(axes()),
        "var" => f.var_axis(axes(), a.int("ddof") as usize),
        "std" => f.std_axis(axes(), a.int("ddof") as usize),
        "logsumexp" => f.logsumexp_axis(axes()),
        "logsumexp_weighted" => f.logsumexp_of(&x[1], axes()),
        "sum_where" => masked().sum_axis(axes()),
        "mean_where" => masked().sum_axis(axes()) / x[1].cast(f.dtype()).sum_axis(axes()),
        "norm" => {
            let order = match a.get("ord") {
                Value::Null => Norm::Two,
                Value::String(s) if s == "fro" => Norm::Two,
                Value::String(s) if s == "nuc" => Norm::Nuclear,
                p => Norm::P(crate::attrs::number(p)),
            };
            f.norm_axis(order, axes())
        }
        "cumsum" => f.cumsum(axis()),
        "cumprod" => f.cumprod(axis()),
        "cumlogsumexp" => f.cumlogsumexp(axis(), a.flag("reverse")),
        "cummax" => f.cummax(axis(), a.flag("reverse")),
        "cummin" => f.cummin(axis(), a.flag("reverse")),
        "median" => f.median_axis(axes()),
        "quantile" => f.quantile_axis(a.float("q"), axes()),
        "ptp" => f.ptp_axis(axes()),
        "average" => f.average_axis(&x[1], axes()),
        "argmax" => f.argmax_axis(axes()),
        "argmin" => f.argmin_axis(axes()),
        "any" => f.any_axis(axes()),
        "all" => f.all_axis(axes()),
        "count_nonzero" => f.count_nonzero_axis(axes()),
        "softmax" => f.softmax(axis()),
        "log_softmax" => f.log_softmax(axis()),
        "standardize" => f.standardize(axes(), a.float("epsilon")),
        "diff" => f.diff(a.int("n") as usize, axis()),
        "trapezoid" => f.trapezoid(a.float("dx"), axis()),
        "cov" => f.cov(),
        "corrcoef" => f.corrcoef(),
        "logsumexp_diff" => f.logsumexp() - f.mean(),
        _ => return None,
    })
}
