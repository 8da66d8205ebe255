//! Second derivatives of arrays at zeros, ends of domains and infinities, by every way of nesting the modes.
use pullback_array::{Array, DType, Real, grad, hessian, jacobian, jit, jvp};

const INF: f64 = f64::INFINITY;

fn sum(f: impl Fn(&Array) -> Array) -> impl Fn(&Array) -> Array {
    move |x| f(x).sum()
}
/// Reverse over reverse, forward over reverse, reverse over forward, forward over forward, and compiled.
fn second(f: impl Fn(&Array) -> Array + Copy, x: &Array) -> [Vec<f64>; 5] {
    let one = |x: &Array| x.ones_like();
    let first = |x: &Array| grad(sum(f))(x);
    let forward = |x: &Array| jvp(f)(x, &one(x)).1;
    let numbers = |x: Array| x.cast(DType::F64).to_vec::<f64>();
    let twice = |x: &Array| grad(sum(first))(x);
    [
        numbers(twice(x)),
        numbers(jvp(first)(x, &one(x)).1),
        numbers(grad(sum(forward))(x)),
        numbers(jvp(forward)(x, &one(x)).1),
        numbers(jit(twice)(x)),
    ]
}
#[track_caller]
fn agrees(name: &str, f: impl Fn(&Array) -> Array + Copy, at: &[f64], want: &[f64]) {
    for dtype in [DType::F64, DType::F32] {
        for found in second(f, &Array::from(at).cast(dtype)) {
            let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() < 1e-5 * b.abs();
            assert!(found.iter().zip(want).all(close), "{name} {dtype}: {found:?}, not {want:?}")
        }
    }
}

#[test]
fn second_derivatives_at_ends_agree_in_all_modes() {
    agrees("entr", |x| x.entr(), &[0.0, 0.5], &[-INF, -2.0]);
    agrees("xlogx", |x| x.xlogx(), &[0.0, 0.5], &[INF, 2.0]);
    agrees("rel_entr", |x| x.rel_entr(2.0), &[0.0, 0.5], &[INF, 2.0]);
    agrees("arccosh", |x| x.acosh(), &[1.0], &[-INF]);
    agrees("logit", |x| x.logit(), &[0.0, 1.0], &[-INF, INF]);
    agrees("0 to the power", |x| Array::from(0.0).cast(x.dtype()).power(x), &[0.25, 1.0, 3.0], &[0.0; 3]);
    agrees("xlogy(0, y)", |y| Array::from(0.0).cast(y.dtype()).xlogy(y), &[0.0, 2.0], &[0.0; 2]);
    let certain = |p: &Array| {
        let (one, zero) = (p.ones_like(), p.zeros_like());
        one.xlogy(p) + zero.xlog1py(-p)
    };
    agrees("Bernoulli", certain, &[1.0, 0.5], &[-1.0, -4.0]);
}
#[test]
fn second_derivatives_at_infinity_are_zero() {
    let ends = [INF, -INF];
    agrees("arctan", |x| x.atan(), &ends, &[0.0; 2]);
    agrees("tanh", |x| x.tanh(), &ends, &[0.0; 2]);
    agrees("logistic", |x| x.logistic(), &ends, &[0.0; 2]);
    agrees("softplus", |x| x.softplus(), &ends, &[0.0; 2]);
    agrees("arcsinh", |x| x.asinh(), &ends, &[0.0; 2]);
    agrees("hypot", |x| x.hypot(2.0), &ends, &[0.0; 2]);
    agrees("arctan2", |x| x.arctan2(2.0), &ends, &[0.0; 2]);
    agrees("cbrt", |x| x.cbrt(), &ends, &[0.0; 2]);
    agrees("arccosh", |x| x.acosh(), &[INF], &[0.0]);
}

/// Zeros of unit vectors beside infinite slopes.
#[test]
fn matrices_have_zeros_beside_infinities() {
    let x = Array::from([0.0, 0.5]);
    let h = |f: fn(&Array) -> Array| hessian(f)(&x).to_vec::<f64>();
    assert_eq!(h(|x| x.entr().sum()), [-INF, 0.0, 0.0, -2.0]);
    assert_eq!(h(|x| x.xlogx().sum()), [INF, 0.0, 0.0, 2.0]);
    assert_eq!(h(|x| x.sqrt().sum())[..3], [-INF, 0.0, 0.0]);
    assert_eq!(h(|x| (x.entr() * 2.0).sum()), [-INF, 0.0, 0.0, -4.0]);
    assert_eq!(jit(hessian(|x: &Array| x.entr().sum()))(&x).to_vec::<f64>(), [-INF, 0.0, 0.0, -2.0]);
    assert_eq!(jacobian(|x: &Array| x.sqrt())(&x).to_vec::<f64>()[..3], [INF, 0.0, 0.0]);
    assert_eq!(jacobian(|x: &Array| x.logit())(&x).to_vec::<f64>(), [INF, 0.0, 0.0, 4.0]);
}

#[test]
fn powers_at_base_zero() {
    let by_exponent = |y: &Array| Array::from(0.0).power(y);
    assert_eq!(grad(|y: &Array| grad(by_exponent)(y))(&Array::from(0.25)).item(), 0.0);
    for (y, by_base) in [(1.5, INF), (2.0, 2.0), (3.0, 0.0)] {
        let by_base_twice = |x: &Array| grad(|x: &Array| x.power(Array::from(y)))(x);
        assert_eq!(grad(by_base_twice)(&Array::from(0.0)).item(), by_base, "0^{y}");
        assert_eq!(jvp(by_base_twice)(&Array::from(0.0), &Array::from(1.0)).1.item(), by_base, "0^{y}");
    }
}

/// An impossible prefix moves nothing; two infinite terms share.
#[test]
fn sums_of_exponentials_of_nothing() {
    let by = |x: f64, y: f64, two: bool| {
        let f = |(x, y): &(Array, Array)| if two { x.logaddexp2(y) } else { x.logaddexp(y) };
        let at = (Array::from(x), Array::from(y));
        let (a, b) = grad(f)(&at);
        let forward = jvp(f)(&at, &(Array::from(1.0), Array::from(0.0))).1.item();
        assert_eq!(forward, a.item());
        [a.item(), b.item()]
    };
    for two in [false, true] {
        assert_eq!(by(-INF, -INF, two), [0.0, 0.0]);
        assert_eq!(by(INF, INF, two), [0.5, 0.5]);
        assert_eq!(by(-INF, 0.0, two), [0.0, 1.0]);
        assert_eq!(by(INF, 0.0, two), [1.0, 0.0]);
    }
    let x = Array::from([-INF, -INF, 0.0]);
    let last = |x: &Array| x.cumlogsumexp(0, false).get(2).sum();
    assert_eq!(grad(last)(&x).to_vec::<f64>(), [0.0, 0.0, 1.0]);
    let all = grad(|x: &Array| x.cumlogsumexp(0, false).get(1..).sum())(&x).to_vec::<f64>();
    assert!(all.iter().all(|g| g.is_finite()), "{all:?}");
    assert_eq!(grad(|x: &Array| x.logsumexp_axis(0))(&Array::from([-INF, -INF])).to_vec::<f64>(), [0.0, 0.0]);
    agrees("logaddexp", |x| x.logaddexp(x), &[-INF], &[0.0]);
}
