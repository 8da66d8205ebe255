//! Functions with rules of their own: each rule is used where it was given and derived where it was not, in every order
//! of transforms.

use pullback_array::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[track_caller]
fn near(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    let (x, y) = (a.to_vec::<f64>(), b.to_vec::<f64>());
    assert!(x.iter().zip(&y).all(|(x, y)| (x - y).abs() <= 1e-12 * y.abs().max(1.0)), "{a}\n{b}")
}
fn message(f: impl FnOnce() -> Array) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(f().eval().clone()))).expect_err("a panic");
    let text = payload.downcast_ref::<String>().expect("a text");
    // Lines of this file are `#`.
    let mut parts = text.split(file!());
    let first = parts.next().unwrap_or("").to_string();
    let rest = parts.map(|p| {
        let line =
            p.split([':', ' ', '\n']).filter(|n| n.parse::<u32>().is_ok()).take(2).map(|n| n.len() + 1).sum();
        let line: usize = line;
        format!("#{}", &p[line..])
    });
    [first].into_iter().chain(rest).collect()
}
type Pair = (Array, Array);

fn plain((w, x): &Pair) -> Array {
    (w.matmul(x).sin() * x).exp()
}
/// The same function with its batch in one product, and how often that rule ran.
fn ruled() -> (Custom<Pair, Array>, Arc<AtomicUsize>) {
    let ran = Arc::new(AtomicUsize::new(0));
    let count = ran.clone();
    let f = Custom::new("layer", plain).batching(move |(w, x), mapped| {
        count.fetch_add(1, Relaxed);
        assert!(mapped.len() == 2 && mapped.contains(&true));
        let n = if mapped[0] { w.shape()[0] } else { x.shape()[0] };
        let x = if mapped[1] { x.clone() } else { x.reshape([1, 3]).broadcast_to([n, 3]) };
        let wx = match mapped[0] {
            true => w.matmul(&x.reshape([n, 3, 1])).reshape([n, 3]),
            false => x.matmul(&w.t()),
        };
        (wx.sin() * x).exp()
    });
    (f, ran)
}

#[test]
fn a_batching_rule_is_used_wherever_a_batch_is_taken() {
    let (f, ran) = ruled();
    let f = |p: &Pair| f.call(p);
    let w = Key::new(1).normal(&[2, 4, 3, 3], DType::F64);
    let x = Key::new(2).normal(&[2, 4, 3], DType::F64);
    let (ws, xs) = (w.get(0), x.get(0));
    let mut before = 0;
    let mut used = |what: &str| {
        let now = ran.load(Relaxed);
        assert!(now > before, "{what}");
        before = now
    };
    near(&vmap(f)(&(ws.clone(), xs.clone())), &vmap(plain)(&(ws.clone(), xs.clone())));
    used("vmap");
    let axes: [(&[Option<isize>], Pair); 2] =
        [(&[None, Some(0)], (ws.get(0), xs.clone())), (&[Some(0), None], (ws.clone(), xs.get(0)))];
    for (axes, p) in axes {
        near(&vmap_axes(f, axes, &[0])(&p), &vmap_axes(plain, axes, &[0])(&p));
        used("shared inputs");
        let g = |f: &dyn Fn(&Pair) -> Array| {
            let (a, b) = grad(|p: &Pair| vmap_axes(f, axes, &[0])(p).square().sum())(&p);
            concatenate(&[a.ravel(), b.ravel()], 0)
        };
        near(&g(&f), &g(&plain));
        used("gradients by shared inputs");
    }
    near(&vmap(vmap(f))(&(w.clone(), x.clone())), &vmap(vmap(plain))(&(w.clone(), x.clone())));
    used("a batch of batches");
    // With every other transform, inside and outside.
    let loss = |p: &Pair| f(p).square().sum();
    let exact = |p: &Pair| plain(p).square().sum();
    let flat = |(a, b): &Pair| concatenate(&[a.ravel(), b.ravel()], 0);
    let p = (ws, xs);
    let want = flat(&vmap(grad(exact))(&p));
    near(&flat(&vmap(grad(loss))(&p)), &want);
    used("batch of gradients");
    near(&flat(&grad(|p: &Pair| vmap(loss)(p).sum())(&p)), &want);
    used("gradient of a batch");
    near(&flat(&jit(vmap(grad(loss)))(&p)), &want);
    used("compiled outside");
    near(&flat(&vmap(grad(jit(loss)))(&p)), &want);
    used("compiled inside");
    let recomputed = checkpoint_with(loss, Keep::Nothing);
    near(&flat(&vmap(grad(recomputed))(&p)), &want);
    used("recomputed");
    let looped = |p: &Pair| fori_loop(0, 2, |_, x: &Array| f(&(p.0.clone(), x.clone())), &p.1).square().sum();
    let twice = |p: &Pair| exact(&(p.0.clone(), plain(p)));
    near(&flat(&vmap(grad(looped))(&p)), &flat(&vmap(grad(twice))(&p)));
    used("in a loop");
    // Second order, both ways round.
    let dp = (p.0.cos(), p.1.sin());
    let pushed = |f: &dyn Fn(&Pair) -> Array| flat(&jvp(|p: &Pair| vmap(grad(f))(p))(&p, &dp).1);
    near(&pushed(&loss), &pushed(&exact));
    let again =
        |f: &dyn Fn(&Pair) -> Array| flat(&grad(|p: &Pair| flat(&vmap(grad(f))(p)).square().sum())(&p));
    near(&again(&loss), &again(&exact));
    used("second derivatives");
}

#[test]
fn rules_follow_from_those_that_are_given() {
    let x = Array::from([0.3, -1.2, 2.0]);
    let v = Array::from([1.0, -0.5, 0.25]);
    let plain = |x: &Array| x.exp().log1p();
    let back = |x: &Array, _: &Array, g: &Array| g * x.logistic();
    let forth = |x: &Array, _: &Array, dx: &Array| dx * x.logistic();
    let fresh = || Custom::new("softplus", move |x: &Array| plain(x));
    let ways = [
        fresh(),
        fresh().pullback(back),
        fresh().pushforward(forth),
        fresh().pullback(back).pushforward(forth),
    ];
    for f in ways {
        let f = |x: &Array| f.call(x);
        near(&f(&x), &plain(&x));
        near(&jvp(f)(&x, &v).1, &jvp(plain)(&x, &v).1);
        near(&vjp(f)(&x).1(&v), &vjp(plain)(&x).1(&v));
        let (once, twice) = (|x: &Array| (f(x) * &v).sum(), |x: &Array| (plain(x) * &v).sum());
        near(&hvp(once)(&x, &v), &hvp(twice)(&x, &v));
        near(&hessian(once)(&x), &hessian(twice)(&x));
        near(&jit(vmap(grad(|x: &Array| f(x).sum())))(&x.reshape([3, 1])), &x.logistic().reshape([3, 1]));
    }
    // A rule that is not the derivative is the derivative.
    let tripled = fresh().pushforward(|_, _, dx: &Array| 3.0 * dx);
    near(&grad(|x: &Array| tripled.call(x).sum())(&x), &Array::from([3.0, 3.0, 3.0]));
    // Integers beside floats.
    type Table = (Array, Array);
    let taken =
        Custom::new("taken", |(x, i): &Table| x.take(i, 0)).pushforward(|(_, i), _, (dx, _)| dx.take(i, 0));
    let (dx, _) = grad(|t: &Table| taken.call(t).square().sum())(&(x.clone(), Array::from([2i64, 2])));
    near(&dx, &Array::from([0.0, 0.0, 8.0]));
}

#[test]
fn messages() {
    let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    let squared = Custom::new("bent", |x: &Array| x.square()).pushforward(|_, _, dx: &Array| dx.square());
    assert_eq!(
        message(|| grad(|x: &Array| squared.call(x).sum())(&x)),
        "bent, called at #: no pullback, and the pushforward has no transpose: the function is not linear: `square`\n  made at #"
    );
    let clipped = Custom::new("clipped", |x: &Array| 1.0 * x).pullback(|_, _, g: &Array| g.exp());
    assert_eq!(
        message(|| jvp(|x: &Array| clipped.call(x))(&x, &x).1),
        "clipped, called at #: no pushforward, and the pullback has no transpose: the function is not linear: `exp`\n  made at #"
    );
    let short = Custom::new("short", |x: &Array| 1.0 * x).batching(|x, _| x.get(..1));
    assert_eq!(
        message(|| vmap(|x: &Array| short.call(x))(&x)),
        "short: the batching rule gave shape [1, 2] f64, the results of this batch have shape [2, 2] f64\n  made at #\n  result of one example made at #"
    );
    let two = Custom::new("two", |x: &Array| vec![1.0 * x; 2]).batching(|x, _| vec![x.clone()]);
    assert_eq!(
        message(|| vmap(|x: &Array| two.call(x))(&x).swap_remove(0)),
        "two: the batching rule gave 1 leaves for a result of 2\n  result made at #"
    );
    let captures = |x: &Array| {
        let hidden = x.clone();
        Custom::new("captures", |x: &Array| 1.0 * x).batching(move |x, _| x + hidden.sum()).call(&x.sin())
    };
    assert_eq!(
        message(|| vmap(captures)(&x)),
        "captures: the batching rule uses an array that vmap maps without getting it as an input; pass it in\n  made at #"
    );
    let wide = Custom::new("wide", |x: &Array| 1.0 * x).pullback(|_, _, g: &Array| g.sum());
    assert_eq!(
        message(|| grad(|x: &Array| wide.call(x).sum())(&x)),
        "wide: the cotangent that the rule gave has shape [] f64, where [2, 2] f64 is wanted\n  cotangent that the rule gave made at #\n  its place made at #"
    );
    let looks = Custom::new("looks", |x: &Array| if x.item() > 0.0 { x.sin() } else { x.cos() });
    assert!(
        message(|| vmap(|x: &Array| looks.call(&x.sum()))(&x))
            .starts_with("`vmap` runs the function once, without values")
    );
}
