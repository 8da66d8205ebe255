//! Tests of loops that run in parts of a batch: which steps allow it, and that results, gradients and second
//! derivatives are those of the loop written out.

use super::super::replay::Recorded;
use super::batch_split::batch_split;
use super::hoist::hoist;
use super::like;
use super::scan_call::{Loop, saved_for_backward, scan_call};
use crate::array::Array;
use crate::eval::LoopSignature;
use crate::prim::Prim;
use pullback_array::{DType, Key, Real, concatenate, grad, hvp, jit, stack, where_};
use std::sync::Arc;

const ROWS: usize = 64;
const WIDTH: usize = 32;
const SIGNATURE: LoopSignature = LoopSignature { state: 2, shared: 2, length: 5, reverse: false };
const OF: Loop = Loop { signature: SIGNATURE, snapshots: None, keeps: true };

/// From the state [64, 32], weights [32, 32], a bias [32] and a row [64, 32], the next state.
type Cell = fn(&Array, &Array, &Array, &Array) -> Array;

/// Elementwise work, enough of it that a step is worth a thread.
fn work(x: &Array) -> Array {
    (x.tanh().sin().exp().tanh() - 0.5).tanh()
}

const APART: &[(&str, Cell)] = &[
    ("products of rows", |h, u, b, x| work(&(h.matmul(u) + x + b))),
    ("products of columns", |h, u, b, x| work(&u.matmul(&h.t()).t()) + x * b),
    ("products of a batch", |h, u, _, x| {
        let heads = h.reshape([64, 4, 8]);
        let scores = heads.matmul(&heads.transpose([0, 2, 1])).softmax(2);
        work(&scores.matmul(&heads).reshape([64, 32]).matmul(u)) + x
    }),
    ("slices and padding", |h, u, _, x| {
        let g = work(&h.matmul(u));
        let both = concatenate(&[g.get((.., 16..)), x.get((.., ..16))], 1);
        both + g.get((.., ..8)).lax_pad(&[(0, 0, 0), (4, 20, 0)], 0.0)
    }),
    ("sums along the row", |h, u, _, x| {
        let centred = h - h.mean_axis(1).expand_dims(1);
        work(&centred.matmul(u)).cumsum(1).flip(1) * 0.1 + x * h.reshape([64, 4, 8]).max_axis(2).tile([1, 8])
    }),
    ("choices and casts", |h, u, b, x| {
        let g = work(&(h.matmul(u) + b));
        where_(&g.less(x), &g, x.cast(DType::F32).cast(DType::F64)) + where_(&b.greater(0.0), 1.0, 0.0)
    }),
    ("calls and stops", |h, u, b, x| {
        let g = work(&(h.matmul(u) + x)).named("gate");
        g.softmax(1) + g.stop_gradient() * b
    }),
];

const TOGETHER: &[(&str, Cell)] = &[
    ("a mean over the batch", |h, u, _, x| work(&(h.matmul(u) + x)) - h.mean_axis(0)),
    ("a product over the batch", |h, u, _, x| work(&(h.matmul(u) + x)) + h.matmul(&h.t().matmul(x)) * 1e-3),
    ("neighbours", |h, u, _, x| work(&(h.matmul(u) + x)) + h.roll(1, 0)),
    ("sums along the batch", |h, u, _, x| work(&(h.matmul(u) + x)) + h.cumsum(0) * 0.01),
    ("the order of the batch", |h, u, _, x| work(&(h.matmul(u) + x)) + h.flip(0)),
    ("a part of the batch", |h, u, _, x| {
        work(&concatenate(&[h.get(..32).matmul(u) + x.get(..32), h.get(32..) * 0.5], 0))
    }),
];

fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64) * 0.3
}
/// State (with a count of steps), weights, bias, rows.
fn arguments() -> Vec<Array> {
    let of = |seed, shape: &[usize]| normal(seed, shape).eval().clone();
    let (h, u, b) = (of(1, &[ROWS, WIDTH]), of(2, &[WIDTH, WIDTH]), of(3, &[WIDTH]));
    vec![h, Array::from(1.0), u, b, of(4, &[SIGNATURE.length, ROWS, WIDTH])]
}
/// A step: the next state and count, and a row of results.
fn step(cell: Cell, args: &[Array]) -> Vec<Array> {
    let next = cell(&args[0], &args[2], &args[3], &args[4]);
    let count = &args[1] + 1.0;
    vec![next.clone(), count.clone(), (next * &args[0]).sum_axis(1) / count]
}
fn recorded(cell: Cell) -> Recorded {
    let mut shapes = like(&arguments());
    shapes[4].0 = shapes[4].0.remove(0);
    Recorded::new("scan", shapes, |args| step(cell, args))
}
fn written_out(cell: Cell, args: &[Array]) -> Vec<Array> {
    let (mut now, mut rows) = (args[..2].to_vec(), vec![]);
    for i in 0..SIGNATURE.length {
        let mut y = step(cell, &[&now[..], &args[2..4], &[args[4].get(i)]].concat());
        rows.push(y.pop().expect("a row"));
        now = y
    }
    [now, vec![stack(&rows, 0)]].concat()
}
fn close(a: &[Array], b: &[Array], name: &str) {
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.shape(), b.shape(), "{name}");
        let all = a.to_vec::<f64>().into_iter().zip(b.to_vec::<f64>());
        all.for_each(|(x, y)| assert!((x - y).abs() <= 1e-11 * y.abs().max(1.0), "{name}: {x} {y}"))
    }
}

#[test]
fn what_is_apart_is_found_and_runs_in_parts() {
    for (name, cell) in APART {
        let found = batch_split(&recorded(*cell), SIGNATURE).unwrap_or_else(|| panic!("{name}: is apart"));
        assert_eq!((found.parts, found.inputs), (4, vec![true, false, true]), "{name}");
        assert_eq!(found.outputs, [true, false, true], "{name}");
    }
    for (name, cell) in TOGETHER {
        assert!(batch_split(&recorded(*cell), SIGNATURE).is_none(), "{name}")
    }
    // A step with too little work, and a loop of a single step.
    let small: Cell = |h, _, b, x| h * x + b;
    assert!(
        batch_split(&recorded(small), SIGNATURE).is_none()
            && batch_split(&recorded(APART[0].1), LoopSignature { length: 1, ..SIGNATURE }).is_none()
    );
}

#[test]
fn loops_are_those_written_out() {
    let args = arguments();
    for (name, cell) in APART.iter().chain(TOGETHER) {
        let run = |args: &Vec<Array>| scan_call(Arc::new(recorded(*cell)), OF, args);
        let plain = |args: &Vec<Array>| written_out(*cell, args);
        close(&run(&args), &plain(&args), name);
        let loss = |f: &dyn Fn(&Vec<Array>) -> Vec<Array>, args: &Vec<Array>| {
            f(args).iter().map(|y| y.square().sum()).reduce(|a, b| a + b).expect("outputs")
        };
        let (ours, theirs) = (|x: &Vec<Array>| loss(&run, x), |x: &Vec<Array>| loss(&plain, x));
        close(&jit(grad(ours))(&args), &grad(theirs)(&args), name);
        let along: Vec<Array> = args.iter().enumerate().map(|(k, x)| normal(k as u64, x.shape())).collect();
        close(&hvp(ours)(&args, &along), &hvp(theirs)(&args, &along), name)
    }
}

/// The residual of a product is the sum that it ends in; transposed weights are computed before the loop.
#[test]
fn what_is_kept_and_what_is_made_once() {
    let wide: Cell =
        |h, u, b, x| (h.tile([1, 8]).matmul(&u.tile([8, 8])) + b.tile([8]) + x.tile([1, 8])).get((.., ..32));
    let body = recorded(wide);
    let all = saved_for_backward(&body, OF);
    assert!(all.len() == 1 && matches!(all[0].0.prim, Prim::Binary(_)) && all[0].shape() == [64, 256]);
    assert!(saved_for_backward(&body, Loop { keeps: false, ..OF }).is_empty());
    let turned: Cell = |h, u, b, x| work(&(h.matmul(&u.t()) + x + b.exp()));
    let args = arguments();
    let row = [&args[..4], &[args[4].clone()]].concat();
    let (step, of, all) = hoist(recorded(turned), SIGNATURE, &row);
    assert_eq!((of.shared, step.inputs.len(), all.len()), (4, 7, 7));
    close(&all[4..6], &[args[2].t(), args[3].exp()], "what is made once")
}
