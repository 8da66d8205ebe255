//! Loops: what they hand on, what is kept of them, and how they are shared out.

use super::{SIZES, map, numbers, whole};
use pullback_array::{
    Array, DType, Real, fori_loop, grad, jit, scan, set_threads, stack, threads, while_loop,
};

#[test]
fn rows_that_are_kept_while_other_loops_run() {
    for width in [1, 3, 9000] {
        let add = |h: &Array, x: &Array| (h + x, h.clone());
        let run = jit(move |xs: &Array| scan(add, &Array::zeros(&[width], DType::F64), xs));
        let want = |xs: &Array| {
            let (xs, mut h, mut rows) = (numbers(xs), vec![0.0; width], vec![]);
            for x in xs.chunks(width) {
                rows.extend(&h);
                h.iter_mut().zip(x).for_each(|(h, x)| *h += x)
            }
            (h, rows)
        };
        let all: Vec<_> =
            (0..4).map(|seed| (whole(seed, &[5, width]), run(&whole(seed, &[5, width])))).collect();
        // A row of a result is state of the next loop, and all of them are its rows; they stay what they were.
        let (_, (last, rows)) = &all[3];
        let (again, _) = scan(add, &rows.get(2), rows);
        let (_, flat) = want(&all[3].0);
        let mut from = flat[2 * width..3 * width].to_vec();
        flat.chunks(width).for_each(|row| from.iter_mut().zip(row).for_each(|(h, x)| *h += x));
        assert_eq!(numbers(&again), from);
        assert_eq!(numbers(last), want(&all[3].0).0);
        for (xs, (last, rows)) in &all {
            assert_eq!((numbers(last), numbers(rows)), want(xs))
        }
    }
}

#[test]
fn loops_in_parts_give_the_same_on_one_thread_and_on_three() {
    const ROWS: usize = 64;
    const WIDTH: usize = 32;
    let before = threads();
    // Enough of it that a step is worth a thread, in whole numbers.
    let cell = |(h, old): &(Array, Array), x: &Array| {
        let work = (0..12).fold(h + x, |y, _| (y.abs() - 3.0).abs() - (&y * 0.0).exp() + 1.0);
        let w = Array::eye(WIDTH, WIDTH, 1, DType::F64);
        ((work.matmul(&w), h.clone()), (old.clone(), h.sum_axis(1)))
    };
    let start = || (whole(1, &[ROWS, WIDTH]), whole(2, &[ROWS, WIDTH]));
    let xs = whole(3, &[6, ROWS, WIDTH]);
    let f = jit(move |s: &((Array, Array), Array)| scan(cell, &s.0, &s.1));
    let results = |n| {
        set_threads(n);
        let kept: Vec<_> = (0..3).map(|_| f(&(start(), xs.clone()))).collect();
        let flat = |((h, old), (olds, sums)): &_| [h, old, olds, sums].map(|x: &Array| numbers(x));
        let all: Vec<_> = kept.iter().map(flat).collect();
        assert!(all.iter().all(|r| *r == all[0]), "one call is like another");
        all[0].clone()
    };
    let mut written_out = (start(), vec![], vec![]);
    for i in 0..6 {
        let (next, (old, sums)) = cell(&written_out.0, &xs.get(i));
        written_out.0 = next;
        written_out.1.push(old);
        written_out.2.push(sums)
    }
    let ((h, old), olds, sums) = written_out;
    let want = [h, old, stack(&olds, 0), stack(&sums, 0)].map(|x| numbers(&x));
    let (one, three) = (results(1), results(3));
    set_threads(before);
    assert!(one == want && three == want)
}

#[test]
fn loops_until_that_return_what_they_got() {
    for n in SIZES {
        // No step at all, a step that changes nothing, swapped states, and one of them twice.
        type State = (Array, Array, Array);
        let go = |most: f64| move |(_, _, k): &State| k.less(most);
        let none = jit(move |s: &State| while_loop(go(-1.0), |s: &State| s.clone(), s));
        let same =
            jit(move |s: &State| while_loop(go(3.0), |(a, b, k): &State| (a.clone(), b.clone(), k + 1.0), s));
        let swapped =
            jit(move |s: &State| while_loop(go(3.0), |(a, b, k): &State| (b.clone(), a.clone(), k + 1.0), s));
        let twice = jit(move |s: &State| while_loop(go(3.0), |(a, b, k): &State| (a + b, a + b, k + 1.0), s));
        let (a, b) = (whole(1, &[n]), whole(2, &[n]));
        let (x, y) = (numbers(&a), numbers(&b));
        let s = (a, b, Array::from(0.0));
        let of = |(a, b, k): &State| (numbers(a), numbers(b), k.item());
        for _ in 0..3 {
            let (r, t, u, v) = (none(&s), same(&s), swapped(&s), twice(&s));
            assert_eq!(of(&r), (x.clone(), y.clone(), 0.0));
            assert_eq!(of(&t), (x.clone(), y.clone(), 3.0));
            assert_eq!(of(&u), (y.clone(), x.clone(), 3.0));
            let sum: Vec<f64> = x.iter().zip(&y).map(|(x, y)| 4.0 * (x + y)).collect();
            assert_eq!(of(&v), (sum.clone(), sum, 3.0));
            assert_eq!(of(&s), (x.clone(), y.clone(), 0.0))
        }
    }
}

#[test]
fn loops_over_rows_that_swap_double_and_hand_on_their_state() {
    for n in SIZES {
        let xs = whole(7, &[4, n]);
        type Pair = (Array, Array);
        let start = (whole(1, &[n]), whole(2, &[n]));
        // Swapped, with the old state and the row itself as rows.
        let swap = |(a, b): &Pair, x: &Array| ((b.clone(), a + x), (a.clone(), x.clone(), b.clone()));
        // One value as both states and as a row.
        let double = |(a, b): &Pair, x: &Array| {
            let c = a - b + x;
            ((c.clone(), c.clone()), c)
        };
        // The row as the state; of the last step it is a part of the rows.
        let row = |(a, _): &Pair, x: &Array| ((x.clone(), a.clone()), a * 2.0);
        let f =
            jit(move |(s, xs): &(Pair, Array)| (scan(swap, s, xs), scan(double, s, xs), scan(row, s, xs)));
        for _ in 0..3 {
            let (r, d, w) = f(&(start.clone(), xs.clone()));
            let (mut s, mut t, mut u) = (start.clone(), start.clone(), start.clone());
            for i in 0..4 {
                let x = &xs.get(i);
                let ((next, out), (next_t, out_t), (next_u, out_u)) =
                    (swap(&s, x), double(&t, x), row(&u, x));
                (s, t, u) = (next, next_t, next_u);
                assert_eq!(numbers(&r.1.0.get(i)), numbers(&out.0));
                assert_eq!(numbers(&r.1.1.get(i)), numbers(&out.1));
                assert_eq!(numbers(&r.1.2.get(i)), numbers(&out.2));
                assert_eq!(numbers(&d.1.get(i)), numbers(&out_t));
                assert_eq!(numbers(&w.1.get(i)), numbers(&out_u))
            }
            for (have, want) in [(&r.0, &s), (&d.0, &t), (&w.0, &u)] {
                assert_eq!(numbers(&have.0), numbers(&want.0));
                assert_eq!(numbers(&have.1), numbers(&want.1))
            }
        }
        assert_eq!(numbers(&start.0), numbers(&whole(1, &[n])))
    }
}

#[test]
fn loops_in_loops() {
    for n in SIZES {
        // The inner loop's state and rows are the outer one's, its results go on as state and as rows.
        let f = jit(|(h, xs): &(Array, Array)| {
            scan(
                |h: &Array, x: &Array| {
                    let (inner, rows) = scan(
                        |g: &Array, y: &Array| (g + y, g.clone()),
                        h,
                        &stack(&[x.clone(), h.clone()], 0),
                    );
                    let k = fori_loop(
                        0,
                        3,
                        |_, (a, b): &(Array, Array)| (b.clone(), a + 1.0),
                        &(inner.clone(), x.clone()),
                    );
                    (k.0, (inner, rows.get(1), k.1))
                },
                h,
                xs,
            )
        });
        let (h, xs) = (whole(1, &[n]), whole(2, &[3, n]));
        for _ in 0..2 {
            let (last, (inner, row, k)) = f(&(h.clone(), xs.clone()));
            let mut now = numbers(&h);
            for i in 0..3 {
                let x = numbers(&xs.get(i));
                let first: Vec<f64> = now.iter().zip(&x).map(|(h, x)| h + x).collect();
                let sum: Vec<f64> = first.iter().zip(&now).map(|(g, h)| g + h).collect();
                // (a, b) → (b, a + 1) three times.
                let (a, b) = (map(&x, |x| x + 1.0), map(&sum, |s| s + 2.0));
                assert_eq!(numbers(&inner.get(i)), sum);
                assert_eq!(numbers(&row.get(i)), first);
                assert_eq!(numbers(&k.get(i)), b);
                now = a
            }
            assert_eq!(numbers(&last), now)
        }
    }
}

/// A gradient whose way back keeps rows, several times, with results of all calls kept.
#[test]
fn gradients_of_loops_that_are_kept() {
    for n in SIZES {
        let f = jit(grad(|(h, xs): &(Array, Array)| {
            let (last, rows) = scan(|h: &Array, x: &Array| (h * x, h + x), h, xs);
            last.sum() + rows.sum()
        }));
        let all: Vec<_> = (0..3).map(|s| (s, f(&(whole(s, &[n]), whole(s + 10, &[3, n]))))).collect();
        for (s, (dh, dxs)) in &all {
            let (h, xs) = (numbers(&whole(*s, &[n])), numbers(&whole(s + 10, &[3, n])));
            for j in 0..n {
                let (h, [a, b, c]) = (h[j], [xs[j], xs[n + j], xs[2 * n + j]]);
                assert_eq!(numbers(dh)[j], a * b * c + 1.0 + a + a * b);
                let have = [0, 1, 2].map(|i| numbers(&dxs.get(i))[j]);
                assert_eq!(have, [h * b * c + 1.0 + h + h * b, h * a * c + 1.0 + h * a, h * a * b + 1.0]);
                if n > 100 && j > 20 {
                    break;
                }
            }
        }
    }
}
