//! Batches against their members: leading axes, `vmap`, `jit`, one thread and many.

use super::*;

/// Values, gradients and gradients of gradients of a batch are those of its members, by leading axes and by `vmap`.
#[test]
fn batches_are_their_members() {
    let loss = |f: Function| move |a: &Array| f(a).sin().sum();
    let second = |f: Function| move |a: &Array| grad(move |a: &Array| (grad(loss(f))(a) * a).sum())(a);
    for (name, f, at) in of_one() {
        let members: Vec<Array> = (0..3).map(|k| &at * (1.0 + 0.1 * k as f64)).collect();
        let all = stack(&members, 0);
        let each = |g: &dyn Fn(&Array) -> Array| stack(&members.iter().map(g).collect::<Vec<_>>(), 0);
        for (mapped, want) in [
            (vmap(f)(&all), each(&f)),
            (vmap(grad(loss(f)))(&all), each(&|a| grad(loss(f))(a))),
            (vmap(second(f))(&all), each(&|a| second(f)(a))),
        ] {
            let checked = catch_unwind(AssertUnwindSafe(|| close(&mapped, &want, 1e-11)));
            assert!(checked.is_ok(), "vmap of {name}")
        }
        // Those that ravel or name axes are for one matrix.
        if ["lu", "qr", "norm", "block_diag"].iter().any(|n| name.starts_with(n)) {
            continue;
        }
        let batch =
            all.reshape([&[3, 1], at.shape()].concat().iter().map(|&n| n as isize).collect::<Vec<_>>());
        let want = each(&f);
        close(&f(&batch).reshape(want.shape().iter().map(|&n| n as isize).collect::<Vec<_>>()), &want, 1e-13);
        let g = grad(loss(f))(&batch);
        close(&g.squeeze_axis(1), &each(&|a| grad(loss(f))(a)), 1e-11);
    }
    for (name, f, (a, b)) in of_two() {
        let pairs = [1.0, 1.1].map(|s| (&a * s, &b * s));
        let (left, right) = (pairs.clone().map(|p| p.0), pairs.clone().map(|p| p.1));
        let got = vmap(f)(&(stack(&left, 0), stack(&right, 0)));
        close(&got, &stack(&pairs.each_ref().map(f), 0), 1e-12);
        // A matrix for all sides, and a side for all matrices.
        let side = vmap(|b: &Array| f(&(a.clone(), b.clone())))(&stack(&right, 0));
        close(&side, &stack(&right.each_ref().map(|b| f(&(a.clone(), b.clone()))), 0), 1e-12);
        let sum = |p: &Pair| f(p).sin().sum();
        let g = vmap(grad(sum))(&(stack(&left, 0), stack(&right, 0))).0;
        close(&g, &stack(&pairs.each_ref().map(|p| grad(sum)(p).0), 0), 1e-11);
        assert!(!name.is_empty());
    }
}

#[test]
fn jitted_functions_are_the_same() {
    for (_, f, at) in of_one() {
        let loss = move |a: &Array| f(a).sin().sum();
        close(&jit(grad(loss))(&at), &grad(loss)(&at), 1e-13);
    }
}

#[test]
fn the_same_bits_on_one_thread_and_many() {
    let run = || {
        let a = definite(&[40], 12);
        let (w, v) = eigh(&a);
        let (u, s, vt) = svd(&a);
        [cholesky(&a), lu(&a).1, qr(&a).0, u, s, vt, w, v, expm(&numbers(&[40, 12, 12], 2)), inv(&a)]
            .map(|x| x.to_vec::<f64>().into_iter().map(f64::to_bits).collect::<Vec<_>>())
    };
    let before = threads();
    set_threads(1);
    let one = run();
    set_threads(4);
    let many = run();
    set_threads(before);
    assert_eq!(one, many)
}
