//! A3, continued: GradientTape, ForwardAccumulator, custom gradients and the checker.
//!
//! Over 300 lines: one list of claims.

use super::{all_close, close, panics, within};
use pullback::array::check::{check_grads, jacobians};
use pullback::array::{
    Array, Complex64, DType, Real, checkpoint, custom, grad, grad_or_none, hvp, jacobian, jvp, vjp, vmap,
    where_,
};
use pullback::real::{self, Dual, Scalar, Tape, Var, stop_gradient};

fn number(x: f64) -> Array {
    Array::from(x)
}

#[test]
fn t20_watch() {
    assert_eq!(grad(|x: &Array| x * x)(&number(3.0)).item(), 6.0);
    let t = Tape::new();
    let x = t.var(3.0);
    assert_eq!((x * x).grad().wrt(x), 6.0);
}

#[test]
fn t21_nested_tapes() {
    let first = |x: &Array| grad(|x: &Array| x * x)(x);
    assert_eq!((first(&number(5.0)).item(), grad(first)(&number(5.0)).item()), (10.0, 2.0));
    let first = |x: &[Var]| real::grad(|x: &[Var]| x[0] * x[0])(x)[0];
    assert_eq!(real::grad(first)(&[5.0]), [2.0]);
}

/// A pullback is called as often as one likes; there is no tape to use up.
#[test]
fn t22_persistent() {
    let f = |x: &Array| {
        let y = x.square();
        (y.square(), y)
    };
    let (_, pull) = vjp(f)(&number(3.0));
    assert_eq!(pull(&(number(1.0), number(0.0))).item(), 108.0);
    assert_eq!(pull(&(number(0.0), number(1.0))).item(), 6.0);
}

/// Only what is an input is watched.
#[test]
fn t23_what_is_watched() {
    let unwatched = number(2.0);
    let g = grad(|x: &Array| x.square() + unwatched.square())(&number(2.0));
    assert_eq!(g.item(), 4.0);
    let (_, g) = grad_or_none(|(x, y): &(Array, Array)| x.square() + y.stop_gradient().square())(&(
        number(2.0),
        number(2.0),
    ));
    assert!(g[1].1.is_none());
}

/// What is computed under `stop` is not recorded; a tape that was cleared begins anew; inputs have an order.
#[test]
fn t24_stop_recording_and_reset() {
    assert_eq!(real::grad_or_none(|x: &[Var]| stop_gradient(x[0] * x[0]))(&[3.0]), [None]);
    assert_eq!(real::grad(|x: &[Var]| stop_gradient(x[0] * x[0]) + x[1] * 4.0)(&[3.0, 1.0]), [0.0, 4.0]);
    let mut t = Tape::new();
    let _ = t.var(1.0).exp();
    t.clear();
    let x = t.named("first", 1.0);
    let y = t.named("second", 1.0);
    assert_eq!((x * x * y).grad().wrt(x), 2.0);
    let labels: Vec<_> = t.steps().into_iter().filter_map(|s| s.label).collect();
    assert_eq!(labels, ["first", "second"]);
}

#[test]
fn t25_several_targets_and_sources() {
    let t = Tape::new();
    let (x, y) = (t.var(3.0), t.var(5.0));
    let g = t.gradient(&[(x, 1.0), (y, 1.0), (y * y, 1.0)]);
    assert_eq!((g.wrt(x), g.wrt(y)), (1.0, 11.0));
    let t = Tape::new();
    let x = t.var(2.0);
    assert_eq!(t.gradient(&[(x, 1.0), (x, 1.0)]).wrt(x), 2.0);
    assert_eq!(t.gradient(&[(x, 1.0), (x * x, 1.0)]).wrt(x), 5.0);
    // Identities on the way count once each.
    let g = |f: fn(&Array) -> Array| grad(f)(&number(1.0)).item();
    let all = [
        g(|x| x + x),
        g(|x| x + x + x),
        g(|x| x.positive() * 3.0),
        g(|x| x.reshape([1]).sum() * 3.0),
        g(|x| x.clone() + 2.0 * x),
    ];
    assert_eq!(all, [2.0, 3.0, 3.0, 3.0, 3.0]);
}

#[test]
fn t26_jacobian() {
    let j = jacobian(|x: &Array| x * x)(&Array::from([1.0, 2.0]));
    assert_eq!((j.shape(), j.to_vec::<f64>()), (&[2, 2][..], vec![2.0, 0.0, 0.0, 4.0]));
}

/// The Jacobian of each row: `vmap` of the Jacobian.
#[test]
fn t27_batch_jacobian() {
    let j = vmap(jacobian(|x: &Array| x.square()))(&Array::from([[1.0, 2.0], [3.0, 4.0]]));
    assert_eq!(j.shape(), [2, 2, 2]);
    all_close(&j, &[2.0, 0.0, 0.0, 4.0, 6.0, 0.0, 0.0, 8.0]);
    let message = panics(|| {
        vmap(|(x, y): &(Array, Array)| x + y)(&(Array::from([1.0, 2.0]), Array::from([1.0, 2.0, 3.0])));
    });
    assert!(
        message
            .starts_with("vmap: leaf `0` is a batch of 2, leaf `1` one of 3 (shape [3], axis 0)\n  made at")
            && message.contains("tensorflow_tape.rs"),
        "{message}"
    );
}

#[test]
fn t28_control_flow_of_the_host() {
    let f = |x: &Array| where_(&x.less(10.0), x, x * x);
    assert_eq!((grad(f)(&number(5.0)).item(), grad(f)(&number(50.0)).item()), (1.0, 100.0));
    let largest = |x: &[Var]| x.iter().copied().fold(x[0], |a, b| if b > a { b } else { a });
    assert_eq!(real::grad_or_none(largest)(&[2.0, 3.0, 5.0]), [None, None, Some(1.0)]);
}

#[test]
fn t29_gradients_of_functions() {
    let f = |(x, y): &(Array, Array)| x.powf(3.0) * y - x * y.square();
    let p = (number(2.0), number(3.0));
    let (dx, dy) = grad(f)(&p);
    close(dx.item(), 27.0);
    close(dy.item(), -4.0);
    close(grad(move |p: &(Array, Array)| grad(f)(p).0)(&p).0.item(), 36.0);
    // By name.
    type Named = std::collections::BTreeMap<&'static str, Array>;
    let by_name = grad(|p: &Named| f(&(p["x"].clone(), p["y"].clone())));
    let g = by_name(&Named::from([("x", p.0.clone()), ("y", p.1.clone())]));
    close(g["x"].item(), 27.0);
    close(g["y"].item(), -4.0);
    // By position: the others are captured. With a cotangent: the pullback.
    close(grad(|y: &Array| f(&(p.0.clone(), y.clone())))(&p.1).item(), -4.0);
    close(vjp(|x: &Array| x + 0.0)(&number(3.0)).1(&number(2.0)).item(), 2.0);
    // The same array passed twice has two gradients.
    let x = number(1.0);
    let (a, b) = grad(|(a, b): &(Array, Array)| a + b)(&(x.clone(), x));
    assert_eq!((a.item(), b.item()), (1.0, 1.0));
}

#[test]
fn t30_forward_accumulator() {
    fn f<R: Real>(x: R) -> R {
        x.powf(3.5)
    }
    close(f(Dual::new(1.1, 1.0)).derivative(), 4.441705472000592);
    let twice = f(Dual::new(Dual::new(1.1, 1.0), Dual::lift(1.0)));
    close(twice.derivative().derivative(), 10.094785163637711);
    let v = Array::from([1.0, 2.0]);
    let cubes = |v: &Array| v.powf(3.0).sum();
    all_close(&grad(cubes)(&v), &[3.0, 12.0]);
    all_close(&jvp(grad(cubes))(&v, &Array::from([1.0, 0.0])).1, &[6.0, 0.0]);
    all_close(&hvp(cubes)(&v, &Array::from([1.0, 0.0])), &[6.0, 0.0]);
    // Many tangents at once.
    let tangents = Array::identity(2, DType::F64);
    all_close(&vmap(|t: &Array| jvp(cubes)(&v, t).1)(&tangents), &[3.0, 12.0]);
    // The same array twice is two inputs, each with its tangent.
    let x = number(3.0);
    let (_, d) = jvp(|(a, b): &(Array, Array)| a * b)(&(x.clone(), x), &(number(1.0), number(10.0)));
    close(d.item(), 33.0);
}

#[test]
fn t40_custom_gradient() {
    let naive = |x: &Array| (x.exp() + 1.0).ln();
    let x = Array::from(100f32);
    assert!(grad(naive)(&x).item().is_nan());
    let stable = custom(naive, |x: &Array, _, g: &Array| g * (1.0 - 1.0 / (1.0 + x.exp())));
    assert_eq!(grad(|x: &Array| stable(x))(&x).item(), 1.0);
    let tripled = custom(|x: &Array| x.clone(), |_, _, g: &Array| 3.0 * g);
    assert_eq!(grad(|x: &Array| tripled(&tripled(x)))(&number(1.0)).item(), 9.0);
    let swapped = custom(|(x, y): &(Array, Array)| x * y, |(x, y), _, g: &Array| (g * x, g * y));
    let (a, b) = grad(|p: &(Array, Array)| swapped(p))(&(number(3.0), number(5.0)));
    assert_eq!((a.item(), b.item()), (3.0, 5.0));
    // A rule in arrays is differentiated again.
    let square = custom(|x: &Array| x * x, |x, _, g: &Array| 2.0 * x * g);
    assert_eq!(grad(grad(|x: &Array| square(x)))(&number(3.0)).item(), 2.0);
    close(grad(grad(|x: &Array| square(x) * x))(&number(3.0)).item(), 18.0);
    // What it closes over is found: the rule could not give its gradient.
    let message = panics(|| {
        grad(|w: &Array| {
            let w = w.clone();
            custom(move |x: &Array| x * &w, |_, _, g: &Array| g.clone())(&number(2.0))
        })(&number(1.0));
    });
    assert!(
        message.starts_with("custom: the function uses an array that the running gradient depends on"),
        "{message}"
    );
    // A wrong number of gradients.
    let short = custom(|x: &Vec<Array>| &x[0] * &x[1], |_, _, g: &Array| vec![g.clone()]);
    let message = panics(|| {
        grad(|x: &Vec<Array>| short(x))(&vec![number(1.0), number(2.0)]);
    });
    assert!(
        message.starts_with("custom: the cotangent that the rule gave has 1 leaves where 2 are wanted"),
        "{message}"
    );
    // An error in the rule comes out as it is.
    let broken = custom(|x: &Array| x.clone(), |_, _, _: &Array| panic!("the rule's own words"));
    assert_eq!(
        panics(|| {
            grad(|x: &Array| broken(x))(&number(1.0));
        }),
        "the rule's own words"
    );
}

#[test]
fn t41_recompute_grad() {
    let block = checkpoint(|(x, y): &(Array, Array)| (x.sin() * y, (x * y).exp()));
    let plain = |(x, y): &(Array, Array)| (x.sin() * y, (x * y).exp());
    let x = Array::from([0.3, -0.8]);
    let a = |x: &Array| {
        let (a, b) = block(&(x.clone(), x.clone()));
        (a * b).sum()
    };
    let b = |x: &Array| {
        let (a, b) = plain(&(x.clone(), x.clone()));
        (a * b).sum()
    };
    let sum = |f: &dyn Fn(&Array) -> Array, x: &Array| f(x).sum();
    let (a1, b1) = (grad(a), grad(b));
    all_close(&a1(&x), &b1(&x).to_vec::<f64>());
    let (a2, b2) = (grad(|x: &Array| sum(&a1, x)), grad(|x: &Array| sum(&b1, x)));
    all_close(&a2(&x), &b2(&x).to_vec::<f64>());
    let (a3, b3) = (grad(|x: &Array| sum(&a2, x)), grad(|x: &Array| sum(&b2, x)));
    all_close(&a3(&x), &b3(&x).to_vec::<f64>());
}

/// Straight-through, reversed, clipped and watched cotangents.
#[test]
fn t42_grad_pass_through() {
    let f = |x: &Array| x.straight_through(|x| (x.powf(3.0) + 0.2).round()).square().sum();
    let x = number(1.4);
    let value: f64 = (1.4f64.powi(3) + 0.2).round();
    assert_eq!(grad(f)(&x).item(), 2.0 * value);
    assert_eq!(grad(|x: &Array| x.straight_through(|x| x + 1.5).square())(&number(1.5)).item(), 6.0);
    assert_eq!(grad(|x: &Array| x.reverse_gradient(0.5) * 4.0)(&x).item(), -2.0);
    assert_eq!(grad(|x: &Array| x.clip_gradient(-1.0, 1.0) * 4.0)(&x).item(), 1.0);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(vec![]));
    let log = seen.clone();
    grad(move |x: &Array| {
        let log = log.clone();
        x.on_cotangent(move |g| {
            log.lock().unwrap().push(g.clone());
            g.clone()
        })
        .square()
    })(&number(3.0));
    assert_eq!(seen.lock().unwrap()[0].item(), 6.0);
    let message = panics(|| {
        number(1.0).straight_through(|_| Array::from([1.0, 2.0]));
    });
    assert!(message.contains("straight_through") && message.contains("shape [2] f64"), "{message}");
}

/// Derivatives against differences, for each input, complex ones as pairs; what is wrong is named.
#[test]
fn t43_the_checker() {
    check_grads(
        |(x, z): &(Array, Array)| x * z.abs_squared() * Array::zeros(&[0], DType::F64).sum() + x * x,
        &(number(1.0), Array::from(Complex64::new(0.5, -1.0))),
        2,
    );
    let wrong = custom(|x: &Array| x * x, |x, _, g: &Array| 2.1 * x * g);
    let message = panics(|| check_grads(|x: &Array| wrong(x), &number(1.0), 1));
    assert!(message.contains("order 1"), "{message}");
    fn square<R: Scalar>(x: &[R]) -> R {
        x[0] * x[0]
    }
    let report = real::check(square, &[1.0], 2).unwrap();
    assert!(report.compared > 0 && report.worst < 1e-8);
    // Both Jacobians beside each other: 2 and about 2.000004 in f32, with a step of 1e-3.
    let both = jacobians(|x: &Array| x * x, 1e-3)(&Array::from(1f32));
    assert_eq!(both[0].theoretical.to_vec::<f64>(), [2.0]);
    assert!((both[0].numeric.item() - 2.000004).abs() < 5e-6, "{}", both[0].numeric);
    assert!(both[0].max_error() < 1e-5);
    // One for each argument; complex numbers as pairs; nothing of an empty one.
    let f = |(x, z, none): &(Array, Array, Array)| (x.cast(DType::C128) * z, none.sum() + x.sum());
    let z = Array::from(vec![Complex64::new(0.5, -1.0), Complex64::new(2.0, 0.25)]);
    let both = jacobians(f, 1e-4)(&(Array::from([2.0, 3.0]), z, Array::zeros(&[0], DType::F64)));
    let shapes: Vec<&[usize]> = both.iter().map(|b| b.theoretical.shape()).collect();
    assert_eq!(shapes, [[5, 2], [5, 4], [5, 0]]);
    all_close(&both[0].theoretical, &[0.5, 0.0, -1.0, 0.0, 0.0, 2.0, 0.0, 0.25, 1.0, 1.0]);
    let by_z =
        [[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0, 3.0], [0.0; 4]];
    all_close(&both[1].theoretical, &by_z.concat());
    assert!(both.iter().all(|b| b.max_error() < 1e-8));
    // A gradient of rows is compared like any other; a wrong rule shows.
    let rows = jacobians(|t: &Array| t.take_rows(&Array::from([2i64, 0, 2])).square(), 1e-4);
    assert!(rows(&Array::from([[1.0], [2.0], [3.0]]))[0].max_error() < 1e-8);
    let off = jacobians(|x: &Array| wrong(x), 1e-4)(&number(1.0));
    within(off[0].max_error(), 0.1, 1e-6);
}
