//! A loop whose body is a loop: the recursive √n schedule.

use super::super::replay::Recorded;
use super::scan_call::{Loop, rows_of, scan_call};
use crate::array::Array;
use crate::eval::LoopSignature;
use std::sync::Arc;

/// The loop in blocks, blocks of blocks …, each a loop whose body is a loop.
#[track_caller]
pub(super) fn nested(body: Arc<Recorded>, of: Loop, args: &[Array], levels: usize) -> Vec<Array> {
    if levels == 1 || of.signature.length < 4 {
        return scan_call(body, of, args);
    }
    // Blocks of n^((levels-1)/levels) rows, and the rows that are left over.
    let LoopSignature { state: n, length, reverse, .. } = of.signature;
    let inner = (length as f64).powf((levels - 1) as f64 / levels as f64).round().max(1.0) as usize;
    let blocks = length / inner;
    let cut = |from: usize, to: usize, args: &[Array]| -> Vec<Array> {
        let one = |(k, x): (usize, &Array)| {
            if k < of.signature.before_rows() { x.clone() } else { x.narrow(0, from, to - from) }
        };
        args.iter().enumerate().map(one).collect()
    };
    let whole = blocks * inner;
    let (main, left) = (cut(0, whole, args), cut(whole, length, args));
    let run_left = |args: &[Array]| scan_call(body.clone(), of.of_length(length - whole), args);
    let run_main = |args: &[Array]| -> Vec<Array> {
        let block = |(k, x): (usize, &Array)| {
            if k < of.signature.before_rows() {
                return x.clone();
            }
            let dims = [blocks, inner].into_iter().chain(x.shape()[1..].iter().copied());
            x.reshape_op(dims.collect())
        };
        let args: Vec<Array> = args.iter().enumerate().map(block).collect();
        let (small, large) = (of.of_length(inner), of.of_length(blocks));
        let outer = Recorded::new("scan", rows_of(&args, large.signature), |args| {
            nested(body.clone(), small, args, levels - 1)
        });
        let flat = |(k, y): (usize, Array)| {
            if k < n {
                return y;
            }
            let dims = [whole].into_iter().chain(y.shape()[2..].iter().copied());
            y.reshape_op(dims.collect())
        };
        scan_call(Arc::new(outer), large, &args).into_iter().enumerate().map(flat).collect()
    };
    if whole == length {
        return run_main(args);
    }
    let with_state = |state: &[Array], args: &[Array]| [&state[..n], &args[n..]].concat();
    let (early, late) = if reverse {
        let late = run_left(&left);
        (run_main(&with_state(&late, &main)), late)
    } else {
        let early = run_main(&main);
        let late = run_left(&with_state(&early, &left));
        (early, late)
    };
    let last = if reverse { &early } else { &late };
    let joined = early[n..].iter().zip(&late[n..]).map(|(a, b)| Array::concat_op(&[a.clone(), b.clone()], 0));
    last[..n].iter().cloned().chain(joined).collect()
}
