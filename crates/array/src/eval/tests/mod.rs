//! The evaluator against the meaning of the primitives.
//!
//! Over 300 lines: one list of cases.

mod passes;
pub(crate) mod random;

use crate::array::Array;
use crate::dtype::DType;
use crate::eval::compile;
use crate::eval::reference::{interpret, interpret_all};
use crate::prim::{Padding, Reduction, Window};
use crate::shape::Shape;
use crate::transform::{grad, jit_update, value_and_grad};
use pullback_real::{Binary, Real, Unary};

/// Numbers from −2 to 2 without a pattern.
fn numbers(shape: &[usize], seed: u64) -> Array {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / (1u64 << 51) as f64 - 2.0
    };
    let data: Vec<f64> = (0..shape.iter().product()).map(|_| next()).collect();
    Array::from_slice(&data, shape)
}

#[track_caller]
fn agree(arrays: &[&Array], tolerance: f64) {
    let expected = interpret_all(arrays);
    crate::eval(arrays);
    for (a, want) in arrays.iter().zip(expected) {
        let have = interpret(a);
        for (k, (x, y)) in have.iter().zip(&want).enumerate() {
            let same = x == y || x.is_nan() && y.is_nan() || (x - y).abs() <= tolerance * (1.0 + y.abs());
            assert!(same, "element {k} of {:?} {}: {x} instead of {y}", a.shape(), a.dtype())
        }
    }
}

#[test]
fn every_elementary_function_over_blocks_and_tails() {
    for n in [0, 1, 7, 512, 1300] {
        for dtype in [DType::F64, DType::F32] {
            let tolerance = if dtype == DType::F64 { 1e-14 } else { 1e-6 };
            for &op in Unary::ALL {
                let (lo, hi) = op.smooth_on();
                let x = (numbers(&[n], 1) * (0.25 * (hi - lo)) + 0.5 * (lo + hi)).cast(dtype);
                agree(&[&Array::unary_op(op, &x)], tolerance)
            }
            for &op in Binary::ALL {
                let [(a, b), (c, d)] = op.smooth_on();
                let x = (numbers(&[n], 1) * (0.25 * (b - a)) + 0.5 * (a + b)).cast(dtype);
                let y = (numbers(&[n], 2) * (0.25 * (d - c)) + 0.5 * (c + d)).cast(dtype);
                agree(&[&Array::binary_op(op, &x, &y)], tolerance)
            }
        }
    }
}

#[test]
fn fused_programs_with_views_and_reductions() {
    let (x, row, col) = (numbers(&[70, 300], 1), numbers(&[300], 2), numbers(&[70, 1], 3));
    let y = (&x * &row + &col).tanh();
    let z = y.permute_op([1, 0].into_iter().collect()) * 2.0;
    let total = y.sum();
    let by_row = y.sum_axis(1);
    let by_col = (&y * &z.permute_op([1, 0].into_iter().collect())).sum_axis(0);
    agree(&[&y, &z, &total, &by_row, &by_col], 1e-13);
    let small = numbers(&[9, 5, 3], 4);
    agree(
        &[&small.sum_axis(0), &small.sum_axis(1), &small.sum_axis([0, 2]), &small.exp().sum_axis([1, 2])],
        1e-13,
    );
}

#[test]
fn long_arrays_in_chunks() {
    let x = numbers(&[100_003], 1);
    let s = (x.sin() * (-&x * &x).exp() + x.tanh()).sum();
    let wide = numbers(&[3, 50_000], 2);
    agree(&[&s, &wide.sum_axis(0), &wide.sum_axis(1), &wide.square()], 1e-12);
}

/// Padding that a program reads without it being stored: long and short rows, several axes, cut-off elements, views.
#[test]
fn padding_inside_programs() {
    let pads = |p: &[[isize; 2]]| p.iter().map(|&[lo, hi]| Padding { lo, hi, interior: 0 }).collect();
    let x = numbers(&[3000], 1);
    let (a, b) = (x.pad_op(pads(&[[0, 1]])), x.pad_op(pads(&[[1, 0]])));
    let both = (&a - &b).square() + &a;
    agree(&[&both, &both.sum()], 1e-12);
    let y = numbers(&[20, 7], 2);
    for p in
        [[[0, 0], [2, 1]], [[3, 0], [0, 0]], [[1, 2], [-2, 3]], [[-4, 600], [1, -3]], [[0, 5], [130, 200]]]
    {
        let z = y.pad_op(pads(&p));
        let turned = y.swap_last().pad_op(pads(&[p[1], p[0]])).swap_last();
        let w = (&z * 2.0 + turned.exp()) * &z;
        agree(&[&w, &w.sum_axis(0), &w.sum_axis(1), &(&z + 1.0).swap_last()], 1e-12)
    }
    let cube = numbers(&[5, 6, 4], 3);
    let z = cube.pad_op(pads(&[[1, 0], [40, 2], [0, 3]]));
    let w = z.exp() * &z + cube.get((0, 0, 0));
    agree(&[&w, &w.sum_axis([0, 2]), &w.sum_axis(1)], 1e-12);
}

/// Unit matrices, which are views of fewer numbers than they show: in programs, padded, moved and in kernels.
#[test]
fn unit_matrices() {
    let pads = |p: [[isize; 2]; 2]| p.iter().map(|&[lo, hi]| Padding { lo, hi, interior: 0 }).collect();
    for (n, m, k) in
        [(1, 1, 0), (1, 9, 3), (9, 1, -4), (7, 5, 1), (40, 60, -3), (3, 700, 600), (700, 3, 2), (550, 530, 9)]
    {
        for dtype in [DType::F64, DType::F32, DType::I32, DType::Bool] {
            let e = Array::eye(n, m, k, dtype);
            let all = [0, 1].into_iter().collect::<crate::shape::Dims>();
            let flat = e.reshape_op([n * m].into_iter().collect());
            agree(&[&e, &e.swap_last(), &e.flip_op(all), &flat, &e.pad_op(pads([[1, 2], [-1, 3]]))], 0.0);
            let x = numbers(&[n, m], 1);
            let e = Array::eye(n, m, k, DType::F64);
            let (a, b) = (2.0 * &e + 1.0, &x * e.pad_op(pads([[1, -1], [0, 0]])) - 3.0 * &e);
            agree(&[&a, &b, &b.sum_axis(0), &b.sum_axis(1), &(&e * &x).sum(), &(&e - e.exp())], 1e-13);
            agree(
                &[
                    &e.matmul_op(&x.swap_last()),
                    &x.swap_last().matmul_op(&e),
                    &e.cumulative_op(Reduction::Sum, 0, true),
                ],
                1e-13,
            );
        }
    }
}

#[test]
fn value_and_gradient_come_together() {
    let x = numbers(&[1000], 1);
    let (y, g) = value_and_grad(|x: &Array| (x.sin() * (-x * x).exp() + x.tanh()).sum())(&x);
    y.item();
    assert!(g.is_evaluated());
    let dg = grad(|x: &Array| grad(|x: &Array| (x.sin() * (-x * x).exp() + x.tanh()).sum())(x).sum())(&x);
    agree(&[&dg], 1e-12);
}

#[test]
fn movement_and_products() {
    let x = numbers(&[6, 7], 1);
    let pads =
        |p: [[isize; 3]; 2]| p.iter().map(|&[lo, hi, i]| Padding { lo, hi, interior: i as usize }).collect();
    for p in [
        [[1, 2, 0], [0, 3, 2]],
        [[-2, 1, 1], [3, -4, 0]],
        [[-3, -1, 2], [-8, 0, 1]],
        [[0, -30, 0], [1, 1, 0]],
    ] {
        agree(&[&x.pad_op(pads(p))], 0.0)
    }
    let swapped = x.swap_last();
    let flat = swapped.reshape_op([42].into_iter().collect());
    let sliced =
        x.slice_op([1, 2].into_iter().collect(), [2, 3].into_iter().collect(), [3, 2].into_iter().collect());
    let flipped = sliced.flip_op([0, 1].into_iter().collect());
    let joined = Array::concat_op(&[x.clone(), x.exp(), swapped.swap_last()], 1);
    agree(&[&flat, &sliced, &flipped, &joined, &(&flipped * 2.0 + &sliced).sum()], 1e-14);
    let (a, b) = (numbers(&[2, 5, 6], 1), numbers(&[2, 7, 6], 2));
    let c = a.matmul_op(&b.swap_last());
    agree(&[&c, &c.swap_last().matmul_op(&a), &a.swap_last().matmul_op(&a.exp())], 1e-13);
    let iota = Array::iota(&[3usize, 4][..], 1, DType::I64);
    agree(&[&iota.cast(DType::F64), &iota.swap_last(), &(iota.cast(DType::F32) * 2.0)], 0.0);
}

#[test]
fn kernels_of_their_own() {
    let dims = |d: &[usize]| Shape::new(d);
    let (x, w) = (numbers(&[2, 3, 8, 9, 4], 1), numbers(&[2, 3, 2, 4, 5], 2));
    let window = |s: usize, lo: isize, id: usize, kd: usize| Window {
        stride: [s, 1].into_iter().collect(),
        lo: [lo, 0].into_iter().collect(),
        hi: [1, lo].into_iter().collect(),
        input_dilation: [id, 1].into_iter().collect(),
        kernel_dilation: [1, kd].into_iter().collect(),
    };
    for w_ in [window(1, 1, 1, 1), window(2, 0, 1, 2), window(1, -1, 2, 1), window(3, 2, 2, 2)] {
        let loss = |(x, w): &(Array, Array)| x.conv_op(w, w_.clone()).square().sum();
        let y = x.conv_op(&w, w_.clone());
        let (dx, dw) = grad(loss)(&(x.clone(), w.clone()));
        agree(&[&y, &dx, &dw], 1e-12)
    }
    let index = Array::from_slice(&[2i64, 0, 2, 3, 1, 1], &[2, 3]);
    let table = numbers(&[2, 4, 5], 3);
    let rows = table.gather_op(&index);
    let spread = Array::scatter_add_op(&index, &rows.exp(), 6);
    agree(
        &[
            &rows,
            &spread,
            &rows.cumulative_op(Reduction::Sum, 1, false),
            &rows.cumulative_op(Reduction::Sum, 2, true),
        ],
        1e-13,
    );
    let keys = numbers(&[3, 40], 5);
    agree(&[&keys.argsort_op(), &Array::iota(dims(&[4, 3]), 0, DType::I64).swap_last().argsort_op()], 0.0);
}

#[test]
#[should_panic(expected = "index 4 is out of range for an axis of extent 4")]
fn an_index_out_of_range() {
    let index = Array::from_slice(&[0i64, 4], &[1, 2]);
    numbers(&[1, 4, 2], 1).gather_op(&index).eval();
}

#[test]
fn a_second_run_is_not_merged_with_the_first() {
    let (x, g) = (numbers(&[4], 1), numbers(&[4], 2).exp().sum());
    let elementwise = |roots: &[Array]| {
        let graph = compile::graph(&[], roots);
        graph.items.iter().filter(|i| matches!(i.kind, crate::eval::ir::item::ItemKind::Elementwise)).count()
    };
    assert_eq!(elementwise(&[x.sin().cos(), x.sin().cos(), g.clone()]), 3);
    assert_eq!(elementwise(&[x.sin().cos(), x.after(std::slice::from_ref(&g)).sin().cos(), g.clone()]), 5);
    agree(&[&x.after(std::slice::from_ref(&g)).sin().cos(), &g], 1e-14);
}

/// A donated array is written over where it lies; one that somebody else holds is left alone.
#[test]
fn state_is_updated_in_place() {
    let step = jit_update(|(w, m): &(Array, Array), x: &Array| {
        let m = m * 0.9 + x;
        ((w - 0.1 * &m, m.clone()), (w * &m).sum())
    });
    let place = |x: &Array| x.value().bytes().as_ptr();
    let x = numbers(&[50, 40], 1);
    let mut state = (numbers(&[50, 40], 2), numbers(&[50, 40], 3));
    crate::eval(&[&x, &state.0, &state.1]);
    let places = (place(&state.0), place(&state.1));
    let want = (&state.0 - 0.1 * (&state.1 * 0.9 + &x)).to_vec::<f64>();
    step(&mut state, &x);
    assert_eq!((place(&state.0), place(&state.1)), places);
    assert_eq!(state.0.to_vec::<f64>(), want);
    let (held, before) = (state.clone(), state.0.to_vec::<f64>());
    step(&mut state, &x);
    assert!(place(&state.0) != places.0 && state.0.to_vec::<f64>() != before);
    assert_eq!(held.0.to_vec::<f64>(), before);
    // One array as both parts of the state.
    let mut twice = (x.clone(), x.clone());
    let want = (&x - 0.1 * (&x * 0.9 + &x)).to_vec::<f64>();
    step(&mut twice, &x);
    assert_eq!(twice.0.to_vec::<f64>(), want);
}

/// Large padded values are computed again over padded sources, not stored; where they are padding they are zero, also where
/// the computation is not.
#[test]
fn padded_values_are_computed_where_they_are_read() {
    let f = |x: &Array| {
        let (a, b) = (x.get(..-1), x.get(1..));
        ((&b - a.square()).square() * 100.0 + 1.0 / (&a * &b) + b.maximum(&a)).sum()
    };
    let x = numbers(&[40_000], 1);
    let (y, g) = value_and_grad(f)(&x);
    let graph = compile::graph(&[], &[y.clone(), g.clone()]);
    let plan = compile::plan(&graph);
    let stored: usize =
        plan.steps.iter().flat_map(|s| s.writes()).map(|i| graph.items[i].shape().size()).sum();
    assert_eq!(stored, 40_001);
    agree(&[&y, &g], 1e-9);
    // What is repeated is padded before that, and a slice of enough is not padded at all.
    let (m, r) = (numbers(&[300, 401], 3), numbers(&[401], 4));
    let pads = |lo: isize, hi: isize| {
        [[0, 0], [lo, hi]].iter().map(|&[lo, hi]| Padding { lo, hi, interior: 0 }).collect()
    };
    for lag in [1, 3, 400] {
        let n = 401 - lag as usize;
        let cut = |x: &Array, at: usize| {
            let wide = Shape::new(&[300, n]);
            x.slice_op([0, at].into_iter().collect(), [1, 1].into_iter().collect(), wide)
        };
        let rows = |at: isize| r.get(at..at + n as isize).broadcast_to([300, n]);
        let e = Array::eye(300, 401, 7, DType::F64);
        let y = cut(&m, 0) * rows(lag) + cut(&e, lag as usize) / rows(0);
        let z = (cut(&m, lag as usize) - rows(0)) * cut(&e, 0) - 1.0 / rows(lag);
        let both = y.pad_op(pads(0, lag)) - z.pad_op(pads(lag, 0)) + y.pad_op(pads(lag, 0));
        agree(&[&both, &both.sum_axis(0)], 1e-12)
    }
    let plane = |x: &Array| {
        let dx = x.get((.., 1..)) - x.get((.., ..-1));
        let dy = x.get((1.., ..)) - x.get((..-1, ..));
        dx.square().sum() + (dy.square() * dy).sum()
    };
    for shape in [[300, 150], [1500, 30]] {
        let (y, g) = value_and_grad(plane)(&numbers(&shape, 2));
        agree(&[&y, &g], 1e-9)
    }
}

/// Wherever a step fails, the state is what it was, and the next step goes on from there; only where all memory is there and
/// nothing but arithmetic is left could a failure cost it, and then it says so.
#[test]
fn a_state_outlives_every_failure_of_a_step() {
    use crate::transform::{fori_loop, grad};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    type State = (Array, Vec<Array>);
    let model = |(w, layers): &State, x: &Array| {
        let h = fori_loop(0, 3, |_, h: &Array| (h.matmul(&layers[0]) + &layers[1]).tanh(), &x.matmul(w));
        (h.square().sum() + w.take(&Array::from([1, 0]), 0).exp().sum()).ln()
    };
    let step = jit_update(move |s: &State, x: &Array| {
        let g = grad(|s: &State| model(s, x))(s);
        let move_on = |w: &Array, g: &Array| w - 0.1 * (g + 0.01 * w);
        let layers = s.1.iter().zip(&g.1).map(|(w, g)| move_on(w, g)).collect();
        ((move_on(&s.0, &g.0), layers), (model(s, x), g.0.square().sum().sqrt()))
    });
    let start = || (numbers(&[30, 20], 1), vec![numbers(&[20, 20], 2), numbers(&[20], 3)]);
    let shown = |s: &State| {
        [vec![&s.0], s.1.iter().collect()].concat().iter().map(|x| x.to_vec::<f64>()).collect::<Vec<_>>()
    };
    let x = numbers(&[40, 30], 4);
    let mut after = start();
    let (loss, _) = step(&mut after, &x);
    let (loss, after, before) = (loss.item(), shown(&after), shown(&start()));
    for held in [false, true] {
        let (mut failed, mut lost) = (0, 0);
        let compared = crate::machine_code() == crate::MachineCode::Compare;
        for n in 0.. {
            let mut state = start();
            crate::eval(&[&state.0, &state.1[0], &state.1[1]]);
            let other = held.then(|| state.clone());
            let run = || catch_unwind(AssertUnwindSafe(|| step(&mut state, &x)));
            let (ran, came) = crate::eval::run::fail::at(n, run);
            if let Some(other) = other {
                assert_eq!(shown(&other), before, "what is held, after failure {n}")
            }
            let Err(panic) = ran else {
                assert!(!came);
                break;
            };
            failed += 1;
            match catch_unwind(AssertUnwindSafe(|| shown(&state))) {
                Ok(state) => assert_eq!(state, before, "the state after failure {n}"),
                Err(_) => {
                    // A comparison takes memory of its own while a step runs.
                    let point = panic.downcast_ref();
                    assert!(
                        compared || point == Some(&crate::eval::run::fail::Point::Step),
                        "failure {n}: {point:?}"
                    );
                    lost += 1;
                    continue;
                }
            }
            let (next, _) = step(&mut state, &x);
            assert_eq!((next.item(), shown(&state)), (loss, after.clone()), "the step after failure {n}")
        }
        // The steps that come last are few, and it is their beginning that fails here: of themselves they do not.
        let most = failed / if compared { 3 } else { 4 };
        assert!(failed > 40 && lost <= most, "{failed} failures, the state lost in {lost}")
    }
}
