//! Reductions and what runs along an axis.

use super::{Row, rows};
use pullback_array::{Norm, where_};
use serde_json::Value;

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "sum" => f.sum_axis(a.axes(f.ndim())),
    "mean" => f.mean_axis(a.axes(f.ndim())),
    "prod" => f.prod_axis(a.axes(f.ndim())),
    "max" => f.max_axis(a.axes(f.ndim())),
    "min" => f.min_axis(a.axes(f.ndim())),
    "var" => f.var_axis(a.axes(f.ndim()), a.int("ddof") as usize),
    "std" => f.std_axis(a.axes(f.ndim()), a.int("ddof") as usize),
    "logsumexp" => f.logsumexp_axis(a.axes(f.ndim())),
    "logsumexp_weighted" => f.logsumexp_of(&x[1], a.axes(f.ndim())),
    "sum_where" => where_(&x[1], f, 0.0).sum_axis(a.axes(f.ndim())),
    "mean_where" => where_(&x[1], f, 0.0).sum_axis(a.axes(f.ndim())) / x[1].cast(f.dtype()).sum_axis(a.axes(f.ndim())),
    "norm" => {
            let order = match a.get("ord") {
                Value::Null => Norm::Two,
                Value::String(s) if s == "fro" => Norm::Two,
                Value::String(s) if s == "nuc" => Norm::Nuclear,
                p => Norm::P(crate::attrs::number(p)),
            };
            f.norm_axis(order, a.axes(f.ndim()))
        },
    "cumsum" => f.cumsum(a.int("axis")),
    "cumprod" => f.cumprod(a.int("axis")),
    "cumlogsumexp" => f.cumlogsumexp(a.int("axis"), a.flag("reverse")),
    "cummax" => f.cummax(a.int("axis"), a.flag("reverse")),
    "cummin" => f.cummin(a.int("axis"), a.flag("reverse")),
    "median" => f.median_axis(a.axes(f.ndim())),
    "quantile" => f.quantile_axis(a.float("q"), a.axes(f.ndim())),
    "ptp" => f.ptp_axis(a.axes(f.ndim())),
    "average" => f.average_axis(&x[1], a.axes(f.ndim())),
    "argmax" => f.argmax_axis(a.axes(f.ndim())),
    "argmin" => f.argmin_axis(a.axes(f.ndim())),
    "any" => f.any_axis(a.axes(f.ndim())),
    "all" => f.all_axis(a.axes(f.ndim())),
    "count_nonzero" => f.count_nonzero_axis(a.axes(f.ndim())),
    "softmax" => f.softmax(a.int("axis")),
    "log_softmax" => f.log_softmax(a.int("axis")),
    "standardize" => f.standardize(a.axes(f.ndim()), a.float("epsilon")),
    "diff" => f.diff(a.int("n") as usize, a.int("axis")),
    "trapezoid" => f.trapezoid(a.float("dx"), a.int("axis")),
    "cov" => f.cov(),
    "corrcoef" => f.corrcoef(),
    "logsumexp_diff" => f.logsumexp() - f.mean(),
};
