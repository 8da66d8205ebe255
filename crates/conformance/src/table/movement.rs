//! Movement, indexing, sorting: some have several outputs.

use super::{Row, rows};
use crate::attrs::{Attrs, number};
use pullback_array::{Array, Index, PadMode, concatenate, hstack, meshgrid, select_n, stack, vstack};
use serde_json::Value;

fn index(a: &Attrs) -> Vec<Index> {
    let entry = |v: &Value| {
        let at = |name: &str| v[name].as_i64().map(|i| i as isize);
        if let Some(i) = at("index") {
            Index::At(i)
        } else if v["newaxis"] == true {
            Index::NewAxis
        } else if v["ellipsis"] == true {
            Index::Ellipsis
        } else {
            Index::Range { start: at("start"), stop: at("stop"), step: at("step").unwrap_or(1) }
        }
    };
    a.get("index").as_array().expect("index").iter().map(entry).collect()
}

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "split" => match a.get("indices_or_sections") {
        Value::Array(_) => f.split_at(a.ints("indices_or_sections"), a.int("axis")),
        _ => f.split(a.int("indices_or_sections") as usize, a.int("axis")),
    },
    "unstack" => f.unstack(a.int("axis")),
    "meshgrid" => meshgrid(x, a.text("indexing")),
    "top_k" => {
        let (values, order) = f.top_k(a.int("k") as usize);
        vec![values, order]
    },
    "reshape" => f.reshape(a.ints("shape")),
    "ravel" => f.ravel(),
    "transpose" => if a.has("axes") { f.transpose(a.ints("axes")) } else { f.t() },
    "swapaxes" => f.swapaxes(a.int("axis1"), a.int("axis2")),
    "moveaxis" => f.moveaxis(a.ints("source"), a.ints("destination")),
    "squeeze" => if a.has("axis") { f.squeeze_axis(a.ints("axis")) } else { f.squeeze() },
    "expand_dims" => f.expand_dims(a.ints("axis")),
    "broadcast_to" => f.broadcast_to(a.ints("shape")),
    "concatenate" => concatenate(x, a.int("axis")),
    "stack" => stack(x, a.int("axis")),
    "hstack" => hstack(x),
    "vstack" => vstack(x),
    "pad" => {
            let mode = match a.text("mode") {
                "constant" => PadMode::Constant(a.float_or("constant_values", 0.0)),
                "edge" => PadMode::Edge,
                "reflect" => PadMode::Reflect,
                "symmetric" => PadMode::Symmetric,
                "wrap" => PadMode::Wrap,
                other => panic!("unknown mode {other}"),
            };
            f.pad(&a.margins("pad_width"), mode)
        },
    "lax_pad" => {
            let entry = |v: &Value| {
                let p = crate::attrs::ints(v);
                (p[0], p[1], p[2] as usize)
            };
            let config: Vec<_> = a.get("config").as_array().expect("config").iter().map(entry).collect();
            f.lax_pad(&config, a.float("value"))
        },
    "flip" => if a.has("axis") { f.flip(a.ints("axis")) } else { f.flip((0..f.ndim()).collect::<Vec<_>>()) },
    "roll" => if a.has("axis") { f.roll(a.ints("shift"), a.ints("axis")) } else { f.ravel().roll(a.ints("shift"), 0).reshape(f.shape()) },
    "rot90" => f.rot90(a.int("k")),
    "tile" => f.tile(a.ints("reps")),
    "repeat" => {
            let (f, axis) = if a.has("axis") { (f.clone(), a.int("axis")) } else { (f.ravel(), 0) };
            match a.get("repeats") {
                Value::Array(_) => f.repeat_each(a.ints("repeats"), axis),
                _ => f.repeat(a.int("repeats") as usize, axis),
            }
        },
    "slice" => f.get(index(a)),
    "take" => if a.has("axis") { f.take(y, a.int("axis")) } else { f.ravel().take(y, 0) },
    "take_along_axis" => f.take_along_axis(y, a.int("axis")),
    "gather_nd" => f.get((&x[1], &x[2])),
    "boolean_mask" => {
            let mask: Vec<bool> =
                a.get("mask").as_array().expect("mask").iter().map(|b| number(b) != 0.0).collect();
            f.boolean_mask(&Array::from(mask))
        },
    "at_add" => f.at_add(y, &x[2]),
    "at_set" => f.at_set(y, &x[2]),
    "at_multiply" => f.at_multiply(y, &x[2]),
    "at_max" => f.at_max(y, &x[2]),
    "at_add_nd" => f.at_add((&x[1], &x[2]), &x[3]),
    "at_set_slice" => f.at_set(index(a), y),
    "segment_sum" => f.segment_sum(y, a.int("num_segments") as usize),
    "dynamic_slice" => f.dynamic_slice(&starts(a), &a.counts("slice_sizes")),
    "dynamic_update_slice" => f.dynamic_update_slice(y, &starts(a)),
    "diag" => f.diag(a.int("k")),
    "diagonal" => f.diagonal(a.int("offset"), a.int("axis1"), a.int("axis2")),
    "trace" => f.trace(a.int("offset"), a.int("axis1"), a.int("axis2")),
    "tril" => f.tril(a.int("k")),
    "triu" => f.triu(a.int("k")),
    "sort" => f.sort(a.int("axis")),
    "argsort" => f.argsort(a.int("axis")),
    "outer" => f.outer(y),
    "kron" => f.kron(y),
    "searchsorted" => f.searchsorted(y),
    "select_n" => select_n(f, &x[1..]),
    "cross" => f.cross(y),
    "vander" => f.vander(a.int("n") as usize),
    "ediff_outer" => f.subtract_outer(f),
    "im2col" => f.im2col(a.int("window") as usize, a.int("stride") as usize),
};

fn starts(a: &Attrs) -> Array {
    Array::from(a.ints("start_indices").into_iter().map(|i| i as i64).collect::<Vec<_>>())
}
