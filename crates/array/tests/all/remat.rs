//! Rematerialisation: the same gradients in less memory, whatever is kept; budgets that hold.

use crate::layers::{Net, layer, net, normal};
use pullback_array::*;

#[track_caller]
fn near(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    for (x, y) in a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()) {
        assert!((x - y).abs() <= 1e-11 * y.abs().max(1.0), "{a}\n{b}")
    }
}
fn loss((ws, x): &Net) -> Array {
    ws.iter().fold(x.clone(), |x, w| layer(w, &x)).square().mean()
}
fn flat(n: &Net) -> Array {
    let all: Vec<Array> = n.0.iter().chain([&n.1]).map(Array::ravel).collect();
    concatenate(&all, 0)
}
/// The loss in blocks of layers, each keeping the same.
fn in_blocks(keep: Keep, size: usize) -> impl Fn(&Net) -> Array {
    move |(ws, x)| {
        let block = |x: &Array, ws: &[Array]| {
            let f = |(ws, x): &Net| ws.iter().fold(x.clone(), |x, w| layer(w, &x));
            checkpoint_with(f, keep.clone())(&(ws.to_vec(), x.clone()))
        };
        ws.chunks(size).fold(x.clone(), |x, ws| block(&x, ws)).square().mean()
    }
}

#[test]
fn the_same_derivatives_whatever_is_kept() {
    let p = net(4, 3, 2);
    let dp = (p.0.iter().map(Real::sin).collect::<Vec<_>>(), p.1.cos());
    let want = value_and_grad(loss)(&p);
    let hv = |f: &dyn Fn(&Net) -> Array| flat(&jvp(grad(f))(&p, &dp).1);
    let vh = |f: &dyn Fn(&Net) -> Array| flat(&grad(|p: &Net| (flat(&grad(f)(p)) * flat(&dp)).sum())(&p));
    for keep in [Keep::Nothing, Keep::Products, Keep::Named(vec!["product"])] {
        let f = in_blocks(keep, 2);
        let (y, g) = value_and_grad(&f)(&p);
        near(&y, &want.0);
        near(&flat(&g), &flat(&want.1));
        near(&jvp(&f)(&p, &dp).1, &jvp(loss)(&p, &dp).1);
        near(&hv(&f), &hv(&loss));
        near(&vh(&f), &vh(&loss));
        near(&flat(&jit(grad(&f))(&p)), &flat(&want.1));
        let inputs = normal(5, &[3, 2, 3]);
        let by_input = |x: &Array| grad(|x: &Array| f(&(p.0.clone(), x.clone())))(x);
        let plain = |x: &Array| grad(|x: &Array| loss(&(p.0.clone(), x.clone())))(x);
        near(&vmap(by_input)(&inputs), &vmap(plain)(&inputs));
    }
    // Integers, keys and loops inside; an array captured.
    let w = normal(3, &[3]);
    let inner = |w: &Array| {
        checkpoint_with(
            |(x, key): &(Array, Key)| {
                let noise = key.normal(&[3], DType::F64);
                fori_loop(0, 3, |_, y: &Array| (y * w).sin(), &(x + noise)).take(&Array::from([2i64, 0]), 0)
            },
            Keep::Nothing,
        )(&(normal(4, &[3]), Key::new(1)))
        .square()
        .sum()
    };
    let plain = |w: &Array| {
        let noise = Key::new(1).normal(&[3], DType::F64);
        let y = (0..3).fold(normal(4, &[3]) + noise, |y, _| (y * w).sin());
        y.take(&Array::from([2i64, 0]), 0).square().sum()
    };
    near(&grad(inner)(&w), &grad(plain)(&w));
}

#[test]
fn what_is_kept_is_not_computed_again() {
    let p = net(8, 4, 3);
    let products = |f: &dyn Fn(&Net) -> Array| {
        let plan = Jit::new(grad(f)).explain(&p).to_string();
        plan.matches("matmul").count()
    };
    // One forward, two backward for each layer; one more where it is computed again.
    let plain = products(&loss);
    assert_eq!(plain, 24);
    assert_eq!(products(&in_blocks(Keep::Products, 2)), plain);
    assert_eq!(products(&in_blocks(Keep::Named(vec!["product"]), 2)), plain);
    let again = products(&in_blocks(Keep::Nothing, 2));
    assert!((plain + 4..=plain + 8).contains(&again), "{again}");
}

#[test]
fn budgets_hold() {
    let p = net(32, 8, 200);
    let plain = gradient_memory(loss)(&p);
    let want = value_and_grad(loss)(&p);
    let mut before = plain;
    for part in [1, 2, 3, 5] {
        let budget = plain / part;
        let f = with_budget(budget, loss);
        let (y, g) = value_and_grad(&f)(&p);
        near(&y, &want.0);
        near(&flat(&g), &flat(&want.1));
        // What the plan takes is what was promised, and less each time.
        let have = gradient_memory(&f)(&p);
        assert!(have <= budget && have <= before, "{have} of {budget}");
        before = have;
        // Again, by the choice that was made; compiled; of another kind of input.
        near(&flat(&grad(&f)(&p)), &flat(&want.1));
        near(&flat(&jit(grad(&f))(&p)), &flat(&want.1));
    }
    let small = net(3, 2, 200);
    let f = with_budget(plain, loss);
    near(&flat(&grad(&f)(&small)), &flat(&grad(loss)(&small)));
    near(&f(&small), &loss(&small));
}

#[test]
fn a_budget_that_cannot_be_met_says_what_would_do() {
    let p = net(8, 4, 100);
    let least = |budget: usize| {
        let f = std::panic::AssertUnwindSafe(|| drop(grad(with_budget(budget, loss))(&p)));
        let payload = std::panic::catch_unwind(f).expect_err("a panic");
        payload.downcast_ref::<String>().expect("a text").clone()
    };
    let text = least(1000);
    let bytes: usize = text.split(' ').find_map(|word| word.parse().ok()).expect("a number of bytes");
    let (sentence, place) = text.split_once('\n').expect("the place of an input");
    assert!(place.starts_with("  input made at crates/array/tests/"), "{text}");
    assert_eq!(
        sentence,
        format!(
            "with_budget: the gradient needs at least {bytes} bytes beside its inputs, and the budget is 1000"
        )
    );
    // It would do, and one byte less would not.
    near(&flat(&grad(with_budget(bytes, loss))(&p)), &flat(&grad(loss)(&p)));
    assert!(least(bytes - 1).contains("needs at least"));
}

#[test]
fn memory_inside_loops_counts() {
    let w = 0.1 * normal(1, &[20, 20]);
    let step = |x: &Array| (0..6).fold(x.clone(), |x, _| x.matmul(&w).tanh());
    let x = normal(2, &[50, 20]);
    let looped = |x: &Array| fori_loop(0, 5, |_, x: &Array| step(x), x).sum();
    let one = |x: &Array| step(x).sum();
    // A step's intermediates, and the states before the steps.
    let (all, of_one) = (gradient_memory(looped)(&x), gradient_memory(one)(&x));
    assert!(all >= of_one + 4 * 50 * 20 * 8, "{all} {of_one}");
}
