//! Memory that is used again: what was handed out stays as it is, whoever runs what afterwards. All numbers are exact.

mod loops;

use pullback_array::{Array, DType, Jit, Real, cond, fori_loop, jit, jit_update, scan};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Whole numbers without a pattern.
fn whole(seed: u64, shape: &[usize]) -> Array {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s % 17) as f64 - 8.0
    };
    let data: Vec<f64> = (0..shape.iter().product()).map(|_| next()).collect();
    Array::from_slice(&data, shape)
}
fn numbers(x: &Array) -> Vec<f64> {
    x.to_vec::<f64>()
}
fn map(x: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    x.iter().map(|&x| f(x)).collect()
}
#[track_caller]
fn message(f: impl FnOnce()) -> String {
    let e = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    e.downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| e.downcast_ref::<&str>().expect("a text").to_string())
}
/// Small values stay in registers and small blocks; large ones are updated in place.
const SIZES: [usize; 3] = [1, 5, 20_003];

#[test]
fn a_plan_serves_two_threads_at_once_with_other_data() {
    for n in SIZES {
        // Several steps: a sum between two programs, and a kernel.
        let f = jit(|x: &Array| {
            let y = x * 2.0 + x.sum();
            (y.cumsum(0), &y - y.get(0), y.max())
        });
        let f = &f;
        std::thread::scope(|s| {
            for t in 0..2 {
                s.spawn(move || {
                    for i in 0..if n > 100 { 10 } else { 100 } {
                        let x = whole(1000 * t + i, &[n]);
                        let (running, less, most) = f(&x);
                        let total: f64 = numbers(&x).iter().sum();
                        let y = map(&numbers(&x), |x| 2.0 * x + total);
                        let mut sum = 0.0;
                        let want = map(&y, |_| 0.0)
                            .iter()
                            .zip(&y)
                            .map(|(_, y)| {
                                sum += y;
                                sum
                            })
                            .collect::<Vec<_>>();
                        assert_eq!(numbers(&running), want);
                        assert_eq!(numbers(&less), map(&y, |v| v - y[0]));
                        assert_eq!(most.item(), y.iter().copied().fold(f64::MIN, f64::max))
                    }
                });
            }
        })
    }
}

#[test]
fn results_stay_while_the_function_runs_again() {
    for n in SIZES {
        let f = jit(|x: &Array| {
            let y = x.square() + 1.0;
            let (last, rows) = scan(|h: &Array, r: &Array| (h + r, h - r), &Array::from(0.0), &y);
            (y.clone(), x.clone(), y.flip(0), rows, last, &y * 3.0)
        });
        let x = whole(1, &[n]);
        let first = f(&x);
        let all = |r: &(Array, Array, Array, Array, Array, Array)| {
            [&r.0, &r.1, &r.2, &r.3, &r.4, &r.5].map(numbers)
        };
        let before = all(&first);
        assert_eq!(before[0], map(&numbers(&x), |x| x * x + 1.0));
        assert_eq!(before[5], map(&before[0], |y| 3.0 * y));
        // A view of a result, looked at later, and one that alone keeps its result.
        let (view, alone) = (first.0.get(..n.min(3)), (f(&x).5).reshape([1, n]));
        for seed in 2..6 {
            let other = f(&whole(seed, &[n]));
            assert_eq!(numbers(&other.5), map(&numbers(&whole(seed, &[n])), |x| 3.0 * (x * x + 1.0)));
        }
        assert_eq!(all(&first), before);
        assert_eq!(numbers(&view), before[0][..n.min(3)]);
        assert_eq!(numbers(&alone), before[5])
    }
}

#[test]
fn a_state_that_others_hold_is_not_written_over() {
    for n in SIZES {
        let step = jit_update(|w: &Array, x: &Array| (w * 2.0 + x, w.sum()));
        let (start, one) = (whole(1, &[n]), Array::from(1.0));
        let values = numbers(&start);
        let stepped = map(&values, |w| 2.0 * w + 1.0);
        let run = |state: &mut Array, x: &Array| {
            assert_eq!(step(state, x).item(), values.iter().sum::<f64>());
        };
        let fresh = || Array::from_slice(&values, &[n]);
        // Nobody: its memory is used again, and only that.
        let mut state = fresh();
        run(&mut state, &one);
        assert_eq!(numbers(&state), stepped);
        // A clone, a view that is looked at later, one that was looked at, and a part of it in another graph.
        let mut state = fresh();
        let (clone, view, seen, sum) = (state.clone(), state.flip(0), state.get(1..), state.sum());
        seen.eval();
        run(&mut state, &one);
        assert_eq!((numbers(&state), numbers(&clone)), (stepped.clone(), values.clone()));
        assert_eq!(numbers(&view), values.iter().rev().copied().collect::<Vec<_>>());
        assert_eq!(numbers(&seen), values[1..]);
        assert_eq!(sum.item(), values.iter().sum::<f64>());
        // A constant of another plan, and of a loop.
        let mut state = fresh();
        let of = state.clone();
        let other = jit(move |x: &Array| fori_loop(0, 2, |_, x: &Array| x + &of, x));
        let zero = Array::zeros(&[n], DType::F64);
        assert_eq!(numbers(&other(&zero)), map(&values, |w| 2.0 * w));
        run(&mut state, &one);
        assert_eq!(numbers(&other(&zero)), map(&values, |w| 2.0 * w));
        assert_eq!(numbers(&state), stepped);
        // Its input as well.
        let mut state = fresh();
        let both = state.clone();
        run(&mut state, &both);
        assert_eq!(numbers(&state), map(&values, |w| 3.0 * w));
        assert_eq!(numbers(&both), values)
    }
}

#[test]
fn the_same_array_several_times_in_a_state() {
    for n in SIZES {
        type Three = (Array, Array, Array);
        let step =
            jit_update(|(a, b, c): &Three, x: &Array| ((b + x, a * 2.0, c.clone()), (a - b).sum() + c.sum()));
        let (w, ones) = (whole(3, &[n]), Array::ones(&[n], DType::F64));
        let values = numbers(&w);
        let mut state = (w.clone(), w.clone(), w);
        let (mut a, mut b) = (values.clone(), values.clone());
        for _ in 0..4 {
            let y = step(&mut state, &ones);
            let less: f64 = a.iter().zip(&b).map(|(a, b)| a - b).sum();
            assert_eq!(y.item(), less + values.iter().sum::<f64>());
            (a, b) = (map(&b, |b| b + 1.0), map(&a, |a| 2.0 * a));
            assert_eq!((numbers(&state.0), numbers(&state.1)), (a.clone(), b.clone()));
            assert_eq!(numbers(&state.2), values)
        }
        // Swapped and handed through as an output.
        let swap = jit_update(|(a, b): &(Array, Array), _: &Array| ((b.clone(), a.clone()), a.clone()));
        let mut state = (whole(4, &[n]), whole(5, &[n]));
        let (a, b) = (numbers(&state.0), numbers(&state.1));
        let first = swap(&mut state, &ones);
        let second = swap(&mut state, &ones);
        assert_eq!((numbers(&first), numbers(&second)), (a.clone(), b.clone()));
        assert_eq!((numbers(&state.0), numbers(&state.1)), (a, b))
    }
}

#[test]
fn a_panic_in_the_middle_leaves_the_next_call_alone() {
    for n in SIZES {
        let f = jit(|(x, i): &(Array, Array)| {
            let y = x * 2.0 + x.sum();
            let z = y.take(i, 0);
            let (last, rows) = scan(
                |h: &Array, i: &Array| (h + y.take(&i.reshape([1]), 0), h.clone()),
                &Array::zeros(&[1], DType::F64),
                i,
            );
            (y.clone(), z.sum(), last, rows)
        });
        let (good, bad) = (Array::from([0i64, 0]), Array::from([0i64, n as i64]));
        let check = |seed| {
            let x = whole(seed, &[n]);
            let total: f64 = numbers(&x).iter().sum();
            let (y, z, last, rows) = f(&(x.clone(), good.clone()));
            let want = map(&numbers(&x), |x| 2.0 * x + total);
            assert_eq!(
                (z.item(), numbers(&last), numbers(&rows)),
                (2.0 * want[0], vec![2.0 * want[0]], vec![0.0, want[0]])
            );
            assert_eq!(numbers(&y), want);
            y
        };
        let kept = check(1);
        let before = numbers(&kept);
        for seed in 2..5 {
            let have = message(|| _ = f(&(whole(9, &[n]), bad.clone())));
            assert!(
                have.starts_with(&format!("index {n} is out of range for an axis of extent {n}")),
                "{have}"
            );
            check(seed);
        }
        assert_eq!(numbers(&kept), before);
        // Inside a loop, after some steps.
        let looped = jit(|(x, is): &(Array, Array)| {
            scan(|h: &Array, i: &Array| (h * 2.0 + x.take(&i.reshape([1]), 0), h.clone()), &x.get(..1), is)
        });
        let x = whole(5, &[n]);
        let x0 = numbers(&x)[0];
        for _ in 0..3 {
            message(|| _ = looped(&(x.clone(), bad.clone())));
            let (last, rows) = looped(&(x.clone(), good.clone()));
            assert_eq!((numbers(&last), numbers(&rows)), (vec![7.0 * x0], vec![x0, 3.0 * x0]))
        }
    }
}

/// The first output depends on an index, and so does the sum that a state of the second kind is written with.
#[test]
fn a_state_given_up_to_a_step_that_panics_is_what_it_was() {
    let step =
        jit_update(|(w, n): &(Array, Array), i: &Array| ((w * 2.0 + w.take(i, 0).sum(), n + 1.0), w.sum()));
    let mut state = (Array::from([1.0, 2.0, 3.0]), Array::from(0.0));
    assert_eq!(step(&mut state, &Array::from([0i64])).item(), 6.0);
    let (line, bad, good) = (state.0.at(), Array::from([7i64]), Array::from([0i64]));
    for _ in 0..3 {
        let have = message(|| _ = step(&mut state, &bad));
        assert!(have.starts_with("index 7 is out of range"), "{have}");
        assert_eq!((numbers(&state.0), state.1.item()), (vec![3.0, 5.0, 7.0], 1.0));
        assert_eq!(state.0.at(), line);
    }
    assert_eq!(step(&mut state, &good).item(), 15.0);
    assert_eq!((numbers(&state.0), state.1.item()), (vec![9.0, 13.0, 17.0], 2.0));
    // What comes of an index after the update, too.
    let late = jit_update(|w: &Array, i: &Array| {
        let next = w * 2.0;
        (next.clone(), next.take(i, 0))
    });
    let mut w = Array::from([1.0, 2.0, 3.0]);
    for _ in 0..3 {
        message(|| _ = late(&mut w, &bad));
        assert_eq!(numbers(&w), [1.0, 2.0, 3.0])
    }
    assert_eq!(late(&mut w, &good).to_vec::<f64>(), [2.0]);
    assert_eq!(numbers(&w), [2.0, 4.0, 6.0])
}

#[test]
fn choices_that_return_an_operand() {
    for n in SIZES {
        let pick = Jit::new(|(yes, x, y): &(Array, Array, Array)| {
            let z = x * 2.0;
            let of = cond(
                yes,
                |(_, y): &(Array, Array)| y.clone(),
                |(z, _): &(Array, Array)| z.clone(),
                &(z.clone(), y.clone()),
            );
            (&of + 1.0, of.clone(), z, of.sum())
        });
        let (x, y) = (whole(1, &[n]), whole(2, &[n]));
        let mut kept = vec![];
        for k in 0..4 {
            let yes = k % 2 == 0;
            let r = pick.call(&(Array::from(yes), x.clone(), y.clone()));
            let want = if yes { numbers(&y) } else { map(&numbers(&x), |x| 2.0 * x) };
            kept.push((r, want))
        }
        for ((more, of, z, sum), want) in &kept {
            assert_eq!(numbers(of), *want);
            assert_eq!(numbers(more), map(want, |x| x + 1.0));
            assert_eq!(numbers(z), map(&numbers(&x), |x| 2.0 * x));
            assert_eq!(sum.item(), want.iter().sum::<f64>())
        }
        // As a state that is given up: it is the user's array.
        let step = jit_update(|w: &Array, y: &Array| {
            (
                cond(
                    &w.sum().less(1e9),
                    |(_, y): &(Array, Array)| y.clone(),
                    |(w, _): &(Array, Array)| w.clone(),
                    &(w.clone(), y.clone()),
                ),
                w.sum(),
            )
        });
        let add = jit_update(|w: &Array, one: &Array| (w + one, Array::from(0.0)));
        let mut state = whole(3, &[n]);
        step(&mut state, &y);
        add(&mut state, &Array::from(1.0));
        assert_eq!(numbers(&state), map(&numbers(&whole(2, &[n])), |y| y + 1.0));
        assert_eq!(numbers(&y), numbers(&whole(2, &[n])))
    }
}
