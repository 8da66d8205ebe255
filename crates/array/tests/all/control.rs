//! Loops and choices: the values, gradients and second derivatives of the same written out, in batches, compiled.
//!
//! Over 300 lines: one list of cases.

use pullback_array::{
    Array, DType, Jit, Key, Real, Schedule, associative_scan, bounded_while, concatenate, cond, fori_loop,
    grad, hvp, jit, jvp, map_rows, scan, scan_with, stack, switch, value_and_grad, vmap, while_loop,
};

fn close(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    for (x, y) in a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()) {
        assert!((x - y).abs() <= 1e-11 * y.abs().max(1.0), "{a}\n{b}")
    }
}
fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
fn by_loop(f: impl Fn(&Array) -> Array, x: &Array) -> Array {
    stack(&(0..x.shape()[0]).map(|i| f(&x.get(i))).collect::<Vec<_>>(), 0)
}

/// Start, matrix (captured by the step), rows.
type Problem = (Array, Array, Array);
fn problem(n: usize) -> Problem {
    (normal(1, &[3]), 0.5 * normal(2, &[3, 3]), normal(3, &[n, 3]))
}
fn step(w: &Array, h: &Array, x: &Array) -> (Array, Array) {
    let h = (w.matmul(h) + x).tanh();
    (h.clone(), (&h * x).sum())
}
fn scanned(schedule: Schedule, reverse: bool) -> impl Fn(&Problem) -> Array {
    move |(h, w, xs)| {
        let (h, ys) = scan_with(|h: &Array, x: &Array| step(w, h, x), h, xs, schedule, reverse);
        h.square().sum() + (ys * Array::arange(0.0, xs.shape()[0] as f64, 1.0)).sum()
    }
}
fn unrolled(reverse: bool) -> impl Fn(&Problem) -> Array {
    move |(h, w, xs)| {
        let (mut h, mut sum) = (h.clone(), Array::from(0.0));
        let n = xs.shape()[0];
        for k in 0..n {
            let i = if reverse { n - 1 - k } else { k };
            let (next, y) = step(w, &h, &xs.get(i));
            h = next;
            sum += y * i as f64
        }
        h.square().sum() + sum
    }
}
fn all(p: &Problem) -> Array {
    concatenate(&[p.0.ravel(), p.1.ravel(), p.2.ravel()], 0)
}

#[test]
fn scan_is_the_loop_written_out() {
    for n in [1, 2, 7, 16] {
        let p = problem(n);
        for reverse in [false, true] {
            let want = value_and_grad(unrolled(reverse))(&p);
            let schedules =
                [1, 2, 3].map(Schedule::Nested).into_iter().chain([1, 2, 3, 9].map(Schedule::Binomial));
            for schedule in schedules.chain([Schedule::All, Schedule::Budget(60), Schedule::Budget(1000)]) {
                let f = scanned(schedule, reverse);
                let (y, g) = value_and_grad(&f)(&p);
                close(&y, &want.0);
                close(&all(&g), &all(&want.1));
                // Forward mode, and both orders of second derivatives.
                let dp = problem(n);
                let dp = (dp.0.sin(), dp.1.cos(), dp.2.sin());
                close(&jvp(&f)(&p, &dp).1, &jvp(unrolled(reverse))(&p, &dp).1);
                let hv = |f: &dyn Fn(&Problem) -> Array| all(&jvp(grad(f))(&p, &dp).1);
                close(&hv(&f), &hv(&unrolled(reverse)));
                let vh = |f: &dyn Fn(&Problem) -> Array| {
                    all(&grad(|p: &Problem| (all(&grad(f)(p)) * all(&dp)).sum())(&p))
                };
                close(&vh(&f), &vh(&unrolled(reverse)));
            }
        }
    }
}

#[test]
fn compiled_and_in_batches() {
    [Schedule::All, Schedule::Nested(2), Schedule::Binomial(2)].into_iter().for_each(compiled_and_in_a_batch)
}
fn compiled_and_in_a_batch(schedule: Schedule) {
    let p = problem(5);
    let f = scanned(schedule, false);
    let (y, g) = jit(value_and_grad(&f))(&p);
    close(&y, &f(&p));
    close(&all(&g), &all(&grad(&f)(&p)));
    let starts = normal(7, &[4, 3]);
    let of = |h: &Array| f(&(h.clone(), p.1.clone(), p.2.clone()));
    close(&vmap(of)(&starts), &by_loop(of, &starts));
    close(&vmap(grad(of))(&starts), &by_loop(grad(of), &starts));
    close(&jit(vmap(grad(of)))(&starts), &by_loop(grad(of), &starts));
    // Every example with rows of its own, or a matrix of its own.
    let rows = normal(8, &[4, 5, 3]);
    let of = |xs: &Array| f(&(p.0.clone(), p.1.clone(), xs.clone()));
    close(&vmap(grad(of))(&rows), &by_loop(grad(of), &rows));
    let matrices = 0.3 * normal(9, &[4, 3, 3]);
    let of = |w: &Array| f(&(p.0.clone(), w.clone(), p.2.clone()));
    close(&vmap(grad(of))(&matrices), &by_loop(grad(of), &matrices));
    // The gradient of what all share, through a batch of loops.
    let total = |w: &Array| vmap(|h: &Array| f(&(h.clone(), w.clone(), p.2.clone())))(&starts).sum();
    let one_by_one = |w: &Array| by_loop(|h| f(&(h.clone(), w.clone(), p.2.clone())), &starts).sum();
    close(&grad(total)(&p.1), &grad(one_by_one)(&p.1));
}

#[test]
fn associative_scans() {
    // Running sums, and the states of a linear recurrence h = a·h + b: pairs of maps composed.
    for n in [1, 2, 3, 8, 13] {
        let x = normal(1, &[n, 2]);
        let sums = |reverse| move |x: &Array| associative_scan(|a: &Array, b: &Array| a + b, x, 0, reverse);
        close(&sums(false)(&x), &x.cumsum(0));
        close(&sums(true)(&x), &x.flip(0).cumsum(0).flip(0));
        let (a, b) = (normal(2, &[n, 1]), normal(3, &[n, 2]));
        type Map = (Array, Array);
        let states =
            |p: &Map| associative_scan(|(a, b): &Map, (c, d): &Map| (a * c, c * b + d), p, 0, false).1;
        let recurrence = |p: &Map| {
            let step = |h: &Array, (a, b): &Map| (a * h + b, a * h + b);
            scan(step, &Array::zeros(&[2], DType::F64), p).1
        };
        let p = (a, b);
        close(&states(&p), &recurrence(&p));
        let (g, want) = (grad(|p| states(p).square().sum())(&p), grad(|p| recurrence(p).square().sum())(&p));
        close(&g.0, &want.0);
        close(&g.1, &want.1);
        close(&jit(states)(&p), &states(&p));
    }
}

#[test]
#[should_panic(expected = "scan: a budget of 23 bytes does not hold one state, which takes 24")]
fn no_room_for_a_state() {
    scanned(Schedule::Budget(23), false)(&problem(2));
}
#[test]
#[should_panic(expected = "scan: Schedule::Binomial needs at least one snapshot")]
fn no_snapshot() {
    scanned(Schedule::Binomial(0), false)(&problem(2));
}

#[test]
fn loops_over_numbers_and_rows() {
    let f = |x: &Array| fori_loop(2, 6, |i, y: &Array| y * x + i.cast(DType::F64), x);
    let g = |x: &Array| (2..6).fold(x.clone(), |y, i| y * x + i as f64);
    let x = Array::from(0.7);
    close(&f(&x), &g(&x));
    close(&grad(f)(&x), &grad(g)(&x));
    close(&grad(grad(f))(&x), &grad(grad(g))(&x));
    close(&fori_loop(3, 3, |_, y: &Array| 2.0 * y, &x), &x);
    let rows = normal(1, &[6, 2]);
    let h = |x: &Array| x.sin().sum();
    close(&map_rows(h, &rows), &vmap(h)(&rows));
    // Counters, flags and keys travel along unharmed.
    let (n, k) = scan(
        |(n, k): &(Array, Key), x: &Array| {
            ((n + 1.0, k.fold_in(3)), k.uniform(&[], 0.0, 1.0, DType::F64) * x.sum())
        },
        &(Array::from(0), Key::new(1)),
        &rows,
    )
    .0;
    assert_eq!(n.item(), 6.0);
    let again = (0..6).fold(Key::new(1), |k, _| k.fold_in(3));
    let of = |k: &Key| k.uniform(&[], 0.0, 1.0, DType::F64).item();
    assert_eq!(of(&k), of(&again));
}

#[test]
fn choices() {
    let w = Array::from([2.0, 3.0]);
    let f = |x: &Array| {
        cond(&x.sum().greater(0.0), |x: &Array| (x * &w).sin().sum(), |x: &Array| (x.square() * &w).sum(), x)
    };
    let plain = |x: &Array| match x.sum().item() > 0.0 {
        true => (x * &w).sin().sum(),
        false => (x.square() * &w).sum(),
    };
    let dx = Array::from([0.3, -0.2]);
    let points = Array::from([[0.5, 0.25], [-0.5, 0.25], [1.0, 2.0], [-3.0, 0.0]]);
    for i in 0..4 {
        let x = points.get(i);
        close(&f(&x), &plain(&x));
        close(&grad(f)(&x), &grad(plain)(&x));
        close(&jvp(f)(&x, &dx).1, &jvp(plain)(&x, &dx).1);
        close(&jvp(grad(f))(&x, &dx).1, &jvp(grad(plain))(&x, &dx).1);
        close(&jit(grad(f))(&x), &grad(plain)(&x));
    }
    close(&vmap(f)(&points), &by_loop(plain, &points));
    close(&vmap(grad(f))(&points), &by_loop(grad(plain), &points));
    // What is captured gets its gradient too.
    let by_w = |w: &Array| cond(&Array::from(true), |x: &Array| (x * w).sum(), |x: &Array| x.sum(), &dx);
    close(&grad(by_w)(&w), &dx);
    let three =
        |k: &Array| switch(k, &[&|x: &Array| x.sin(), &|x: &Array| x.cos(), &|x: &Array| x.exp()], &dx);
    let table = vmap(three)(&Array::from([-1i64, 0, 1, 2, 5]));
    close(&table, &stack(&[dx.sin(), dx.sin(), dx.cos(), dx.exp(), dx.exp()], 0));
    // Only the chosen one runs: the other would be out of range.
    let (x, far) = (Array::from([1.0, 2.0]), Array::from([9i64]));
    let safe = cond(&Array::from(false), |x: &Array| x.take(&far, 0), |x: &Array| x.get(0..1), &x);
    assert_eq!(safe.item(), 1.0);
}

#[test]
fn loops_until() {
    // Newton's iteration for a square root.
    let root = |a: &Array| {
        while_loop(|x: &Array| (x.square() - a).abs().greater(1e-13 * a), |x: &Array| 0.5 * (x + a / x), a)
    };
    let bounded = |a: &Array| {
        bounded_while(
            |x: &Array| (x.square() - a).abs().greater(1e-13 * a),
            |x: &Array| 0.5 * (x + a / x),
            a,
            60,
        )
    };
    let (a, one) = (Array::from(7.0), Array::from(1.0));
    close(&root(&a), &a.sqrt());
    close(&bounded(&a), &a.sqrt());
    close(&jvp(root)(&a, &one).1, &(0.5 / a.sqrt()));
    close(&grad(bounded)(&a), &(0.5 / a.sqrt()));
    close(&jvp(grad(bounded))(&a, &one).1, &(-0.25 * a.powf(-1.5)));
    close(&jit(root)(&a), &a.sqrt());
    let many = Array::from([2.0, 1e-3, 50.0]);
    close(&vmap(root)(&many), &many.sqrt());
    close(&vmap(grad(bounded))(&many), &(0.5 / many.sqrt()));
    close(&vmap(|a: &Array| jvp(root)(a, &Array::from(1.0)).1)(&many), &(0.5 / many.sqrt()));
}

/// A bound that is too short is told, whatever is asked for: values or derivatives alone, in a batch, compiled.
#[test]
fn a_bound_that_is_too_short_is_told() {
    let doubled = |steps| {
        move |x: &Array| bounded_while(|x: &Array| x.less(100.0), |x: &Array| 2.0 * x, x, steps).square()
    };
    let (three, one) = (Array::from(3.0), Array::from(1.0));
    let many = Array::from([3.0, 200.0, 50.0]);
    let all = |steps| {
        let (f, x, many) = (doubled(steps), three.clone(), many.clone());
        let one = one.clone();
        [
            f(&x),
            grad(f)(&x),
            jvp(f)(&x, &one).1,
            hvp(f)(&x, &one),
            jit(f)(&x),
            jit(grad(f))(&x),
            vmap(f)(&many).get(1),
            vmap(grad(f))(&many).get(1),
        ]
    };
    let right: Vec<f64> = all(6).iter().map(Array::item).collect();
    assert_eq!(right, [36864.0, 24576.0, 24576.0, 8192.0, 36864.0, 24576.0, 40000.0, 400.0]);
    for k in 0..8 {
        let text = message(std::panic::AssertUnwindSafe(|| {
            all(5)[k].item();
        }));
        assert!(text.starts_with("bounded_while: the test still holds after the 5 steps"), "{k}: {text}");
    }
    // No step at all, and one that is not needed.
    assert_eq!(doubled(0)(&Array::from(100.0)).item(), 10000.0);
    let none = message(|| {
        doubled(0)(&Array::from(99.0)).item();
    });
    assert!(none.contains("the 0 steps"), "{none}");
}

#[test]
fn the_body_runs_once_whatever_the_number_of_steps() {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    let runs = AtomicUsize::new(0);
    let y = fori_loop(
        0,
        10_000,
        |_, x: &Array| {
            runs.fetch_add(1, Relaxed);
            x * 0.9999
        },
        &Array::from(1.0),
    );
    assert!((y.item() - 0.9999f64.powi(10_000)).abs() < 1e-12);
    assert_eq!(runs.load(Relaxed), 1);
}

#[track_caller]
fn message(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let e = std::panic::catch_unwind(f).expect_err("it should panic");
    e.downcast_ref::<String>().cloned().unwrap_or_else(|| e.downcast_ref::<&str>().unwrap().to_string())
}

#[test]
fn messages() {
    let x = || Array::from([1.0, 2.0]);
    let m = message(move || {
        scan(|s: &Array, x: &Array| (s * Array::from([1.0, 1.0]) + x, ()), &Array::from(0.0), &x());
    });
    assert!(
        m.starts_with("scan: a state of shape [] f64 becomes [2] f64 in a step; it must stay the same"),
        "{m}"
    );
    let m = message(move || {
        scan(|s: &Array, _: &()| (s.clone(), ()), &x(), &());
    });
    assert!(m.starts_with("scan: there are no rows"), "{m}");
    let m = message(move || {
        scan(|s: &Array, _: &(Array, Array)| (s.clone(), ()), &x(), &(x(), Array::from([1.0])));
    });
    assert!(m.starts_with("scan: a leaf of shape [1] has not as many rows as one of shape [2]"), "{m}");
    let m = message(move || {
        cond(&x().greater(0.0), |x: &Array| x.clone(), |x: &Array| x.clone(), &x());
    });
    assert!(m.starts_with("cond: the condition must be one bool, not bool of shape [2]"), "{m}");
    let m = message(move || {
        cond(&Array::from(true), |x: &Array| x.sum(), |x: &Array| x.clone(), &x());
    });
    assert!(m.starts_with("cond: the functions' results are [2] f64 and [] f64"), "{m}");
    let m = message(move || {
        while_loop(|x: &Array| x.less(3.0), |x: &Array| x + 1.0, &x());
    });
    assert!(
        m.starts_with("while_loop: the test must give one bool of shape [], not bool of shape [2]"),
        "{m}"
    );
    let m = message(move || {
        grad(|x: &Array| while_loop(|x: &Array| x.less(3.0), |x: &Array| x + 1.0, x))(&Array::from(0.0))
            .eval();
    });
    assert!(m.starts_with("while_loop: nobody knows its number of steps"), "{m}");
    let m = message(move || {
        fori_loop(0, 3, |_, s: &Array| if s.item() > 0.0 { s.clone() } else { -s }, &Array::from(0.0));
    });
    assert!(m.starts_with("`fori_loop` runs the function once, without values"), "{m}");
}

/// A weight larger than what a step multiplies: its gradient is one product after the loop, and that of the steps written out.
#[test]
fn gradients_of_large_weights_leave_the_loop() {
    let (w, x) = (0.3 * Key::new(1).normal(&[8, 8], DType::F64), Key::new(2).normal(&[5, 2, 8], DType::F64));
    let (v, zero) = (Key::new(3).normal(&[8, 8], DType::F64), Array::zeros(&[2, 8], DType::F64));
    let step = |w: &Array, h: &Array, x: &Array| (h.matmul(w) + x).tanh();
    for reverse in [false, true] {
        let looped = |w: &Array| {
            let step = |h: &Array, x: &Array| {
                let h = step(w, h, x);
                (h.clone(), h.sin())
            };
            let (last, all) = scan_with(step, &zero, &x, Schedule::All, reverse);
            last.square().sum() + all.sum()
        };
        let written = |w: &Array| {
            let (mut h, mut sum) = (zero.clone(), Array::from(0.0));
            for k in 0..5 {
                h = step(w, &h, &x.get(if reverse { 4 - k } else { k }));
                sum += h.sin().sum()
            }
            h.square().sum() + sum
        };
        let near = |a: &Array, b: &Array| assert!((a - b).abs().max().item() < 1e-12);
        near(&grad(looped)(&w), &grad(written)(&w));
        near(&hvp(looped)(&w, &v), &hvp(written)(&w, &v));
        let reversed = |f: &dyn Fn(&Array) -> Array| grad(|w: &Array| (grad(f)(w) * &v).sum())(&w);
        near(&reversed(&looped), &reversed(&written));
        let both = stack(&[w.clone(), v.clone()], 0);
        near(&vmap(grad(looped))(&both), &vmap(grad(written))(&both));
        let plan = Jit::new(|w: &Array| grad(looped)(w)).explain(&w);
        let behind = plan.rsplit("scan").next().expect("a loop");
        assert_eq!(behind.matches("matmul").count(), 1, "{plan}")
    }
}
