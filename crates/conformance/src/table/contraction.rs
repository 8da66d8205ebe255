//! Products, convolutions, pooling.

use super::{Row, rows};
use crate::attrs::Attrs;
use pullback_array::{Convolution, einsum, multi_dot};
use serde_json::Value;

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "dot" => f.dot(y),
    "matmul" => f.matmul(y),
    "inner" => f.inner(y),
    "vdot" => f.vdot(y),
    "tensordot" => match a.get("axes") {
            Value::Array(axes) => {
                f.tensordot_axes(y, crate::attrs::ints(&axes[0]), crate::attrs::ints(&axes[1]))
            }
            _ => f.tensordot(y, a.int("axes") as usize),
        },
    "einsum" => einsum(a.text("subscripts"), x),
    "multi_dot" => multi_dot(x),
    "conv" => f.conv_general_dilated(y, &convolution(a)),
    "conv_transpose" => f.conv_transpose(y, &convolution(a)),
    "convolve" => f.convolve(y, a.text("mode")),
    "correlate" => f.correlate(y, a.text("mode")),
    "max_pool" => {
            f.max_pool(&a.counts("window"), &a.counts("strides"), &a.margins("padding"))
        },
    "sum_pool" => {
            f.sum_pool(&a.counts("window"), &a.counts("strides"), &a.margins("padding"))
        },
    "avg_pool" => {
            let (window, strides, padding) = (a.counts("window"), a.counts("strides"), a.margins("padding"));
            f.avg_pool(&window, &strides, &padding, a.flag("count_include_pad"))
        },
};

fn convolution(a: &Attrs) -> Convolution {
    let counts = |name: &str| if a.has(name) { a.counts(name) } else { vec![] };
    let axes = a.get("dimension_numbers").as_array().expect("dimension numbers");
    let text = |k: usize| axes[k].as_str().expect("text");
    Convolution {
        strides: counts("strides"),
        padding: a.pairs("padding"),
        input_dilation: counts("lhs_dilation"),
        kernel_dilation: counts("rhs_dilation"),
        groups: if a.has("feature_group_count") { a.int("feature_group_count") as usize } else { 1 },
        ..Convolution::new(text(0), text(1), text(2))
    }
}
