//! A7: HIPS autograd, the system the slides describe.
//!
//! Over 400 lines: one file a system, one test (or more) a row.

use super::{all_close, close, panics, within};
use pullback::array::check::check_grads;
use pullback::array::{
    self, Array, Complex64, DType, Key, Ode, Real, SparseRows, Tree, elementwise_grad, fft, fixed_point,
    gauss_newton, grad, grad_or_none, graph, hessian, holomorphic_grad, hvp, jacobian, jvp, linalg,
    linear_transpose, odeint, unconnected, value_and_grad, value_and_grad_with, vector_space, vjp, vmap,
};
use pullback::nn::{Adam, RmsProp, Sgd};
use pullback::real::{self, Scalar, Var};
use pullback::stats;
use std::collections::BTreeMap;

fn number(x: f64) -> Array {
    Array::from(x)
}

/// Levels of nesting keep apart (perturbation confusion), and cotangents are added without being changed under others.
#[test]
fn h1_core_idea() {
    let x = 3.0;
    let inner = |x: &Array| x * grad(|y: &Array| x * y)(&number(2.0));
    assert_eq!(grad(inner)(&number(x)).item(), 6.0);
    let scalars = |x: &[Var]| x[0] * real::grad(|y: &[Var]| x[0] * y[0])(&[Var::from(2.0)])[0];
    assert_eq!(real::grad(scalars)(&[x]), [6.0]);
    // One cotangent reaches two places; adding to it in one leaves the other alone.
    let f = |(a, b): &(Array, Array)| {
        let s = a + b;
        (&s + &s * a).sum()
    };
    let (da, db) = grad(f)(&(number(2.0), number(5.0)));
    assert_eq!((da.item(), db.item()), (1.0 + 2.0 + 7.0, 3.0));
    assert!(
        SparseRows::of(&grad(|x: &Array| x.take_rows(&Array::from([0])).sum())(&Array::ones(
            &[5, 2],
            DType::F64
        )))
        .is_some()
    );
}

/// Every operator has its counterpart.
#[test]
fn h2_operators() {
    let f = |x: &Array| (x.sin() * x).sum();
    let x = Array::from([0.3, -1.1, 2.0]);
    let v = Array::from([1.0, 0.5, -2.0]);
    let slope: Vec<f64> = x.to_vec::<f64>().iter().map(|x| x.cos() * x + x.sin()).collect();
    // grad, value_and_grad, grad_and_aux, elementwise_grad, deriv.
    all_close(&grad(f)(&x), &slope);
    close(value_and_grad(f)(&x).0.item(), f(&x).item());
    let (_, aux, g) = value_and_grad_with(|x: &Array| (f(x), x.exp()))(&x);
    all_close(&g, &slope);
    assert_eq!(aux.shape(), [3]);
    all_close(&elementwise_grad(|x: &Array| x.sin() * x)(&x), &slope);
    close(real::derivative(|x: real::Dual<f64>| x.sin() * x)(0.3), slope[0]);
    // jacobian has the shape out + in; hessian; its products with vectors.
    let outer = |x: &Array| x.outer(&Array::from([1.0, 2.0]));
    assert_eq!(jacobian(outer)(&x).shape(), [3, 2, 3]);
    let h = hessian(f)(&x);
    all_close(&hvp(f)(&x, &v), &h.matmul(&v).to_vec::<f64>());
    // tensor_jacobian_product and hessian_tensor_product: a pullback at any cotangent, and products with any tensor.
    let u = Key::new(1).normal(&[3, 2], DType::F64);
    let pulled = vjp(outer)(&x).1(&u);
    all_close(&pulled, &jacobian(outer)(&x).tensordot_axes(&u, [0, 1], [0, 1]).to_vec::<f64>());
    let tensor = |t: &Array| vmap(|v: &Array| hvp(f)(&x, v))(t);
    all_close(&tensor(&Array::identity(3, DType::F64)), &h.to_vec::<f64>());
    // make_jvp both ways: forward mode, and two pullbacks.
    let forward = jvp(outer)(&x, &v).1;
    let like = (outer(&x), x.clone());
    let pull = linear_transpose(|u: &Array| vjp(outer)(&x).1(u), &like.0);
    all_close(&pull(&v), &forward.to_vec::<f64>());
    // make_ggnvp.
    let g = |x: &Array| x.square();
    let product = gauss_newton(g, |y: &Array| 0.5 * y.square().sum())(&x, &v);
    let j = jacobian(g)(&x);
    all_close(&product, &j.t().matmul(&j.matmul(&v)).to_vec::<f64>());
    // grad_named and multigrad_dict: names are fields; a part is differentiated by capturing the rest.
    let named = |p: &BTreeMap<&'static str, Array>| (&p["a"] * &p["b"]).sum();
    let g = grad(named)(&BTreeMap::from([("a", number(2.0)), ("b", number(5.0))]));
    assert_eq!((g["a"].item(), g["b"].item()), (5.0, 2.0));
    // argnum: an int, a tuple.
    let of_two = |a: &Array, b: &Array| (a * b).sum();
    let (a, b) = (number(2.0), number(5.0));
    assert_eq!(grad(|b: &Array| of_two(&a, b))(&b).item(), 2.0);
    let (da, db) = grad(|(a, b): &(Array, Array)| of_two(a, b))(&(a, b));
    assert_eq!((da.item(), db.item()), (5.0, 2.0));
    // checkpoint, holomorphic_grad.
    let saved = array::checkpoint(f);
    all_close(&grad(move |x: &Array| saved(x))(&x), &slope);
    let d = holomorphic_grad(|z: &Array| z * z)(&Array::from(Complex64::new(1.0, 2.0)));
    assert_eq!(d.item_complex(), Complex64::new(2.0, 4.0));
}

#[test]
fn h3_errors() {
    let message = panics(|| {
        grad(|x: &Array| x * 2.0)(&Array::from([1.0, 2.0]));
    });
    assert!(
        message.contains("must return one floating-point number") && message.contains(".sum()"),
        "{message}"
    );
    let message = panics(|| {
        grad(|z: &Array| z * 2.0)(&Array::from(Complex64::new(1.0, 2.0)));
    });
    assert!(message.contains("complex") && message.contains("holomorphic_grad"), "{message}");
    let message = panics(|| {
        grad(|x: &Array| x.greater(0.0))(&number(1.0));
    });
    assert!(
        message.contains("must return one floating-point number") && message.contains("bool"),
        "{message}"
    );
    // There is no rule to be missing: the set of primitives is closed, and the compiler asks for a rule of each, in both
    // modes. What must not be differentiated says so by name.
    let closed = |x: &Array| x.prevent_gradient("no rule") * 2.0;
    for message in [
        panics(|| drop(grad(closed)(&number(1.0)))),
        panics(|| drop(jvp(closed)(&number(1.0), &number(1.0)))),
    ] {
        assert!(message.starts_with("prevent_gradient: no rule\n  made at"), "{message}");
    }
    // A result that does not depend on the input: zero, and a way to ask.
    assert_eq!(grad(|_: &Array| number(3.0))(&number(1.0)).item(), 0.0);
    assert_eq!(unconnected(|_: &Array| number(3.0))(&number(1.0)).len(), 1);
    // Arrays are values: there is no assignment to refuse. Taking a number out ends differentiation, visibly.
    let message = panics(|| {
        array::jit(|x: &Array| x * (x * 2.0).item())(&number(1.0));
    });
    assert!(message.contains("`jit` runs the function once") && message.contains("autograd.rs"), "{message}");
}

#[test]
fn h4_direct_values() {
    let f = |x: &Array| (x + x.square().sin()) * x;
    within(grad(f)(&number(1.3)).item(), 3.190948746871, 1e-6);
    within(real::derivative(|x: real::Dual<f64>| (x + x.square().sin()) * x)(1.3), 3.190948746871, 1e-6);
    let c = Complex64::new(1.0, 0.2);
    let d = holomorphic_grad(move |z: &Array| z * &Array::from(c))(&Array::from(Complex64::new(1.0, 0.0)));
    assert_eq!(d.item_complex(), c);
    assert_eq!(grad(|_: &Array| number(1.0))(&number(2.0)).item(), 0.0);
    assert_eq!(grad(|x: &Array| x.clone())(&number(2.0)).item(), 1.0);
    assert_eq!(grad(grad(|x: &Array| x.clone()))(&number(2.0)).item(), 0.0);
}

#[test]
fn h5_the_readme() {
    fn tanh<R: Real>(x: &R) -> R {
        let y = (-2.0 * x).exp();
        (1.0 - &y) / (1.0 + y)
    }
    let x = number(1.0);
    let want =
        [0.41997434161402606939, -0.63970000844922450019, 0.62162668077129626311, 0.66509104475050167774];
    let d1 = grad(tanh::<Array>);
    let d2 = grad(&d1);
    let d3 = grad(&d2);
    let d4 = grad(&d3);
    for (d, want) in [d1(&x), d2(&x), d3(&x), d4(&x)].iter().zip(want) {
        close(d.item(), want);
    }
    let by_series = real::derivatives::<f64, 5>(|x| tanh(&x), 1.0);
    by_series[1..].iter().zip(want).for_each(|(a, b)| close(*a, b));
    let line = Array::linspace(-7.0, 7.0, 700);
    close(elementwise_grad(tanh::<Array>)(&line).sum().item(), 99.85698009302095);
}

#[test]
fn h6_a_loop() {
    fn taylor_sine<R: Scalar>(x: &[R]) -> R {
        let (mut sum, mut term, mut i) = (x[0], x[0], 0.0);
        while term.abs() > 0.001 {
            term = -(term * x[0] * x[0]) / ((2.0 * i + 3.0) * (2.0 * i + 2.0));
            sum += term;
            i += 1.0;
        }
        sum
    }
    let pi = std::f64::consts::PI;
    close(taylor_sine(&[pi]), 2.1142567558314672e-05);
    close(real::grad(taylor_sine)(&[pi])[0], -0.9998995297042174);
    // The same of arrays, where looking at a number steers the loop.
    let f = |x: &Array| {
        let (mut sum, mut term, mut i) = (x.clone(), x.clone(), 0.0);
        while term.item().abs() > 0.001 {
            term = -(term * x * x) / ((2.0 * i + 3.0) * (2.0 * i + 2.0));
            sum += &term;
            i += 1.0;
        }
        sum
    };
    close(grad(f)(&number(pi)).item(), -0.9998995297042174);
}

#[test]
fn h7_logistic_regression() {
    let inputs =
        Array::from([[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]]);
    let targets = Array::from([1.0, 1.0, 0.0, 1.0]);
    let loss = |w: &Array| {
        let p = 0.5 * ((0.5 * inputs.matmul(w)).tanh() + 1.0);
        -(&p * &targets + (1.0 - &p) * (1.0 - &targets)).ln().sum()
    };
    let mut w = Array::zeros(&[3], DType::F64);
    close(loss(&w).item(), 4.0 * 2f64.ln());
    all_close(&grad(loss)(&w), &[-0.81, 1.255, -1.805]);
    for _ in 0..100 {
        w = &w - 0.01 * grad(loss)(&w);
        w.eval();
    }
    close(loss(&w).item(), 1.0672706757870163);
    all_close(&w, &[0.4830736619199681, -0.3705721743179022, 1.0693739506125794]);
}

#[test]
fn h8_a_primitive_of_ones_own() {
    let logsumexp = array::custom(
        |x: &Array| {
            let top = x.max();
            &top + (x - &top).exp().sum().ln()
        },
        |x: &Array, y: &Array, g: &Array| g * (x - y).exp(),
    );
    let f = |y: &Array| logsumexp(&y.square());
    let x = Array::from([1.5, 6.7, 1e-10]);
    let g = grad(f)(&x).to_vec::<f64>();
    for (g, want) in g.iter().zip([9.09503859548648e-19, 13.4, 6.390733435496685e-30]) {
        assert!((g - want).abs() <= 1e-12 * want.abs(), "{g:e} {want:e}");
    }
    check_grads(f, &Array::from([0.3, -0.5, 0.9]), 2);
}

/// Named parts of a data set: a struct that holds arrays, differentiated through and by.
#[test]
fn h9_named_arrays() {
    #[derive(Clone, Tree)]
    struct Measurements {
        a: Array,
        b: Array,
        c: Array,
    }
    let data = Measurements {
        a: Array::from([0.5, 0.1, -0.7, 0.3]),
        b: Array::from([1.2, 0.4, 0.2, -0.5]),
        c: Array::from([-0.3, 0.9, 1.1, 0.6]),
    };
    let loss = |w: &Measurements| {
        [&data.a * &w.a, &data.b * &w.b, &data.c * &w.c]
            .iter()
            .map(|x| x.tanh().square().sum())
            .sum::<Array>()
    };
    let w = Measurements { a: number(0.5), b: number(-1.0), c: number(2.0) };
    let (l, g) = value_and_grad(loss)(&w);
    close(l.item(), 4.121565275234796);
    all_close(
        &array::stack(&[g.a, g.b, g.c], 0),
        &[0.7451859735457544, -1.3096598925323464, 0.8137967676274542],
    );
}

#[test]
fn h10_complex() {
    let at = Array::from(Complex64::new(1.0, 2.0));
    assert_eq!(grad(|z: &Array| z.abs_squared())(&at).item_complex(), Complex64::new(2.0, -4.0));
    let d = holomorphic_grad(|z: &Array| z * z.sin())(&at).item_complex();
    close(d.re, 11.302297118539434);
    close(d.im, 2.9731492563091373);
    // A step along the conjugate goes down.
    let loss = |z: &Array| (z * z - Complex64::new(0.5, 1.0)).abs_squared();
    let g = grad(loss)(&at);
    assert!(loss(&(&at - 1e-3 * g.conj())).item() < loss(&at).item());
    // Real to real through complex numbers.
    let f = |t: &Array| Array::complex(t.cos(), t.sin()).powi(3).real();
    close(grad(f)(&number(0.4)).item(), -3.0 * 1.2f64.sin());
    check_grads(|z: &Array| (z.exp() * z.conj()).abs(), &at, 2);
}

#[test]
fn h11_containers() {
    type Nested = (Vec<Array>, BTreeMap<String, (Array, Array)>, Option<Array>);
    let p: Nested = (
        vec![number(1.0), number(2.0), number(3.0)],
        BTreeMap::from([("k".to_string(), (number(4.0), number(5.0)))]),
        Some(number(6.0)),
    );
    let f = |(list, map, maybe): &Nested| {
        let slice: Array = list[1..].iter().map(Array::square).sum();
        slice * &map["k"].0 + maybe.as_ref().map_or(number(0.0), |x| x * &map["k"].1)
    };
    let (list, map, maybe) = grad(f)(&p);
    let item = |x: &Array| x.item();
    assert_eq!(list.iter().map(item).collect::<Vec<_>>(), [0.0, 16.0, 24.0]);
    assert_eq!((map["k"].0.item(), map["k"].1.item(), maybe.unwrap().item()), (13.0, 6.0, 5.0));
    check_grads(f, &p, 2);
    // Flatten and back.
    let (flat, back) = array::ravel(&p);
    assert_eq!(flat.to_vec::<f64>(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let same = back(&flat);
    assert_eq!(f(&same).item(), f(&p).item());
}

/// The laws of a vector space with an inner product, for arrays, numbers, complex ones and containers.
#[test]
fn h12_vector_spaces() {
    fn laws<T: Tree + Clone>(x: &T) {
        let close_trees = |a: &T, b: &T| {
            let apart = vector_space::axpy(-1.0, a, b);
            assert!(vector_space::dot(&apart, &apart).item() < 1e-24);
        };
        let random = |seed| vector_space::normal(x, &Key::new(seed));
        let (x, y, z, zero) = (random(1), random(2), random(3), vector_space::zeros(x));
        let (a, b) = (0.7, -1.3);
        close_trees(&vector_space::add(&x, &y), &vector_space::add(&y, &x));
        close_trees(
            &vector_space::add(&x, &vector_space::add(&y, &z)),
            &vector_space::add(&vector_space::add(&x, &y), &z),
        );
        close_trees(&vector_space::add(&x, &zero), &x);
        close_trees(&vector_space::scale(a, &vector_space::scale(b, &x)), &vector_space::scale(a * b, &x));
        close_trees(
            &vector_space::scale(a, &vector_space::add(&x, &y)),
            &vector_space::add(&vector_space::scale(a, &x), &vector_space::scale(a, &y)),
        );
        close_trees(&vector_space::scale(a + b, &x), &vector_space::axpy(a, &x, &vector_space::scale(b, &x)));
        close_trees(&vector_space::covector(&vector_space::covector(&x)), &x);
        let dot = |x: &T, y: &T| vector_space::dot(x, y).item();
        close(dot(&x, &y), dot(&y, &x));
        close(dot(&vector_space::axpy(a, &x, &y), &z), a * dot(&x, &z) + dot(&y, &z));
        assert!(dot(&x, &x) > 0.0 && dot(&zero, &zero) == 0.0);
        let basis: Vec<T> = vector_space::basis(&x).collect();
        assert_eq!(basis.len(), vector_space::dimension(&x));
        for (i, e) in basis.iter().enumerate() {
            for (j, d) in basis.iter().enumerate() {
                assert_eq!(dot(e, d), if i == j { 1.0 } else { 0.0 });
            }
        }
        assert_eq!(dot(&vector_space::ones(&x), &vector_space::ones(&x)), basis.len() as f64);
    }
    let matrix = Array::zeros(&[2, 3], DType::F64);
    let complex = Array::complex(Array::zeros(&[2], DType::F64), 0.0);
    laws(&matrix);
    laws(&number(0.0));
    laws(&complex);
    laws(&vec![number(0.0), matrix.clone()]);
    laws(&(matrix.clone(), complex.clone()));
    laws(&BTreeMap::from([("a", (number(0.0), vec![complex])), ("b", (matrix, vec![]))]));
}

/// A rule of one's own for both modes; constants; linear functions.
#[test]
fn h13_extending() {
    let sin = |x: &Array| Array::from(x.to_vec::<f64>().iter().map(|x| x.sin()).collect::<Vec<_>>());
    let sine = array::Custom::new("sine", sin)
        .pullback(|x, _, g: &Array| g * x.cos())
        .pushforward(|x, _, t: &Array| t * x.cos());
    let x = Array::from([0.3, 1.2]);
    check_grads(|x: &Array| sine.call(x) * x, &x, 2);
    // Not traced: what is stopped; linear: its own transpose.
    assert!(grad_or_none(|x: &Array| x.stop_gradient().sum())(&x).1[0].1.is_none());
    let twice = |x: &Array| x.roll(1, 0) * 2.0;
    all_close(&linear_transpose(twice, &x)(&Array::from([1.0, 10.0])), &[20.0, 2.0]);
    // A container of one's own is a struct.
    #[derive(Clone, Tree)]
    struct Mine {
        inner: Array,
        #[tree(skip)]
        note: String,
    }
    let g = grad(|m: &Mine| m.inner.square().sum())(&Mine { inner: x, note: "kept".into() });
    assert_eq!(g.note, "kept");
    all_close(&g.inner, &[0.6, 2.4]);
}

/// What is recomputed is not held.
#[test]
fn h14_checkpoint() {
    let x = Array::from([0.3, 0.7]);
    let long = |x: &Array| (0..100).fold(x.clone(), |x, _| (x * 1.01).sin());
    let saved = array::checkpoint(long);
    let plain = grad(|x: &Array| long(x).sum());
    all_close(&grad(|x: &Array| saved(x).sum())(&x), &plain(&x).to_vec::<f64>());
    let w = Array::identity(32, DType::F64);
    let layers = |x: &Array| (0..10).fold(x.clone(), |x, _| x.matmul(&w).tanh());
    let kept = |x: &Array| (0..10).fold(x.clone(), |x, _| layers(&x)).sum();
    let again = |x: &Array| {
        (0..10).fold(x.clone(), |x, _| array::checkpoint_with(layers, array::Keep::Nothing)(&x)).sum()
    };
    let point = Array::ones(&[32, 32], DType::F64);
    let (much, little) = (array::gradient_memory(kept)(&point), array::gradient_memory(again)(&point));
    assert!(3 * little < much, "{little} of {much} bytes");
}

#[test]
fn h15_optimisers_fixed_points_and_graphs() {
    // sgd, rmsprop and adam on structured parameters; a callback is the body of your loop.
    let f = |(a, b): &(Array, Vec<Array>)| (a - 1.0).square().sum() + (&b[0] + 2.0).square().sum();
    let start = || (Array::zeros(&[2], DType::F64), vec![number(0.0)]);
    let mut ends = vec![];
    let (mut p, mut opt) = (start(), Sgd::with_momentum(&start(), 0.1, 0.9));
    for _ in 0..300 {
        let g = grad(f)(&p);
        opt.update(&mut p, &g);
    }
    ends.push(p);
    let (mut p, mut opt) = (start(), RmsProp::new(&start(), 0.01));
    for _ in 0..1500 {
        let g = grad(f)(&p);
        opt.update(&mut p, &g);
    }
    ends.push(p);
    let (mut p, mut opt) = (start(), Adam::new(&start(), 0.05));
    for _ in 0..1500 {
        let g = grad(f)(&p);
        opt.update(&mut p, &g);
    }
    ends.push(p);
    for p in ends {
        assert!(f(&p).item() < 1e-3, "{}", f(&p));
    }
    // Newton's square root as a fixed point, differentiated implicitly, twice.
    let sqrt = |a: &Array| fixed_point(|x: &Array, a: &Array| 0.5 * (x + a / x), number(1.0))(a);
    close(sqrt(&number(2.0)).item(), 1.4142135623730954);
    close(grad(sqrt)(&number(2.0)).item(), 0.3535533905932738);
    close(grad(grad(sqrt))(&number(2.0)).item(), -0.08838834764831845);
    // The graph of a function, whole or compiled.
    let g = graph(|x: &Array| x.sin() + 1.0)(&number(1.0));
    assert!(
        g.nodes().len() == 4
            && array::Jit::new(|x: &Array| x.sin() + 1.0).explain(&number(1.0)).contains("sin")
    );
    // const_graph: what does not depend on the input is one constant, computed once.
    let table = number(2.0).exp();
    let g = graph(|x: &Array| x * table.sin().exp())(&number(1.0));
    let names: Vec<&str> = g.nodes().iter().map(|s| &*s.name).collect();
    assert_eq!(names, ["input", "constant", "mul"]);
    // check_grads in both modes to second order; combo_check is a loop over its arguments.
    for x in [0.5, 1.5] {
        for y in [0.2, -0.7] {
            check_grads(|(x, y): &(Array, Array)| x * y.exp(), &(number(x), number(y)), 2);
        }
    }
}

/// The catalogue, area by area; docs/operations.md has the rest, each with reference values.
#[test]
fn h16_the_catalogue() {
    let x = Array::from([0.7, 1.3, 2.1]);
    // Special functions.
    type F = fn(&Array) -> Array;
    let special: [(&str, F); 28] = [
        ("logsumexp", |x| x.logsumexp()),
        ("gamma", |x| x.gamma()),
        ("gammaln", |x| x.gammaln()),
        ("rgamma", |x| x.rgamma()),
        ("digamma", |x| x.digamma()),
        ("polygamma", |x| x.polygamma(2)),
        ("multigammaln", |x| (x + 1.0).multigammaln(3)),
        ("beta", |x| x.betaln(2.0).exp()),
        ("betaln", |x| x.betaln(2.5)),
        ("betainc", |x| stats::betainc(x, 2.0, &Array::from([0.2, 0.4, 0.6]))),
        ("gammainc", |x| x.gammainc(1.5)),
        ("gammaincc", |x| x.gammaincc(1.5)),
        ("j0", |x| x.j0()),
        ("j1", |x| x.j1()),
        ("jn", |x| x.jn(3)),
        ("y0", |x| x.y0()),
        ("y1", |x| x.y1()),
        ("yn", |x| x.yn(2)),
        ("i0", |x| x.i0()),
        ("i1", |x| x.i1()),
        ("iv", |x| x.bessel_i(3)),
        ("ive", |x| x.bessel_i(2) * (-x).exp()),
        ("erf", |x| x.erf()),
        ("erfc", |x| x.erfc()),
        ("erfinv", |x| (0.3 * x).erfinv()),
        ("erfcinv", |x| (0.3 * x).erfcinv()),
        ("logit", |x| (0.3 * x).logit()),
        ("expit", |x| x.expit()),
    ];
    for (name, f) in special {
        let worked = std::panic::catch_unwind(|| check_grads(f, &Array::from([0.7, 1.3, 2.1]), 2));
        assert!(worked.is_ok(), "{name}");
    }
    all_close(&(0.3 * &x).erfcinv().erfc(), &[0.21, 0.39, 0.63]);
    // Distributions.
    check_grads(
        |(x, m): &(Array, Array)| {
            stats::norm::logcdf(x, m, 2.0)
                + stats::t::logpdf(x, 3.0, m, 1.0)
                + stats::gamma::logpdf(x, 2.0, m)
        },
        &(x.clone(), number(0.5)),
        2,
    );
    check_grads(|x: &Array| stats::beta::cdf(&(0.3 * x), 2.0, 3.0) + stats::chi2::logsf(x, 3.0), &x, 2);
    check_grads(|mu: &Array| stats::poisson::logpmf(&Array::from([2.0, 0.0, 5.0]), mu), &x, 2);
    check_grads(
        |(x, a): &(Array, Array)| stats::dirichlet::logpdf(x, a),
        &(Array::from([0.2, 0.3, 0.5]), x.clone()),
        2,
    );
    // norm, t, beta, gamma and chi2 by each of their functions.
    let half = 0.3 * &x;
    macro_rules! distributions {
        ($($name:ident($($parameter:expr),*) at $x:expr;)*) => {
            $(
                check_grads(|x: &Array| stats::$name::pdf(x, $($parameter),*) + stats::$name::logpdf(x, $($parameter),*), $x, 2);
                check_grads(|x: &Array| stats::$name::cdf(x, $($parameter),*) + stats::$name::logcdf(x, $($parameter),*), $x, 2);
                check_grads(|x: &Array| stats::$name::sf(x, $($parameter),*) + stats::$name::logsf(x, $($parameter),*), $x, 2);
            )*
        };
    }
    distributions! {
        norm(0.5, 2.0) at &x;
        t(3.0, 0.5, 2.0) at &x;
        beta(2.0, 3.0) at &half;
        gamma(2.0, 1.5) at &x;
        chi2(3.0) at &x;
    }
    check_grads(|s: &Array| stats::norm::entropy(s) + stats::beta::entropy(s, 2.0), &x, 2);
    check_grads(|a: &Array| stats::gamma::entropy(a, 2.0) + stats::t::entropy(a, 2.0), &(&x + 2.0), 1);
    check_grads(|mu: &Array| stats::poisson::pmf(&Array::from([2.0, 0.0, 5.0]), mu), &x, 2);
    check_grads(|mu: &Array| stats::poisson::cdf(&Array::from([2.0, 0.0, 5.0]), mu), &x, 1);
    check_grads(|a: &Array| stats::dirichlet::entropy(a), &x, 1);
    let cov = Array::from([[2.0, 0.3], [0.3, 1.0]]);
    check_grads(
        |x: &Array| stats::multivariate_normal::logpdf(x, &Array::from([0.0, 1.0]), &cov),
        &Array::from([0.4, 0.6]),
        2,
    );
    // Linear algebra, batched too.
    let a = Array::from([[[2.0, 0.3], [0.3, 1.0]], [[1.5, -0.2], [-0.2, 3.0]]]);
    let each: [F; 9] = [
        |a| linalg::inv(a),
        |a| linalg::cholesky(&(a + a.swapaxes(-1, -2))),
        |a| linalg::det(a),
        |a| linalg::slogdet(a).1,
        |a| linalg::pinv(a),
        |a| linalg::svdvals(a),
        |a| linalg::eigvalsh(&(a + a.swapaxes(-1, -2))),
        |a| linalg::expm(&(a * 0.3)),
        |a| linalg::solve(a, &Array::ones(&[2, 2, 1], DType::F64)),
    ];
    each.iter().for_each(|f| check_grads(f, &a, 2));
    check_grads(|a: &Array| linalg::sqrtm(a), &a.get(0), 2);
    check_grads(|a: &Array| linalg::solve_sylvester(a, a, a), &a.get(1), 1);
    check_grads(
        |d: &Array| linalg::solve_banded((1, 1), d, &x),
        &Array::from([[0.0, 0.1, 0.2], [3.0, 4.0, 5.0], [0.3, 0.4, 0.0]]),
        1,
    );
    // Fourier transforms, convolution, integration.
    let w = Array::from([0.5, -1.0, 0.25]);
    check_grads(|x: &Array| fft::rfft(&(x * &w), None, -1, fft::Norm::Backward).abs_squared(), &x, 2);
    check_grads(|(x, w): &(Array, Array)| x.convolve(w, "full"), &(x.clone(), w.clone()), 2);
    check_grads(|x: &Array| fft::fftconvolve(x, &cov, fft::Mode::Full), &a.get(0), 1);
    let ts = Array::linspace(0.0, 1.0, 4);
    let f = |p: &(Array, Array)| odeint(|_, y: &Array| -(&p.1 * y), &p.0, &ts, Ode::default());
    within(f(&(number(2.0), number(0.7))).get(3).item(), 2.0 * (-0.7f64).exp(), 1e-8);
    check_grads(f, &(number(2.0), number(0.7)), 1);
    // NumPy: ties of max and min are shared.
    all_close(&grad(|x: &Array| x.max())(&Array::from([1.0, 3.0, 3.0])), &[0.0, 0.5, 0.5]);
    check_grads(
        |x: &Array| array::einsum("ij,jk->ik", &[x.clone(), cov.clone()]) + x.sort(0).cumsum(1),
        &a.get(0),
        2,
    );
}

/// One program for each row of examples/README.md, run by tests/examples.rs; here its table is held against the folder.
#[test]
fn h17_examples() {
    let page = include_str!("../../examples/README.md");
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
    let mut programs = 0;
    for entry in folder.map(|e| e.unwrap().file_name().into_string().unwrap()) {
        if let Some(name) = entry.strip_suffix(".rs") {
            assert!(
                page.contains(&format!("[`{name}`]({name}.rs)")),
                "{name} is missing in examples/README.md"
            );
            programs += 1;
        }
    }
    assert!(programs >= 30, "{programs}");
    fn rosenbrock<R: Scalar>(x: &[R]) -> R {
        (1.0 - x[0]).square() + 100.0 * (x[1] - x[0] * x[0]).square()
    }
    let at = |x: &[f64; 2]| (real::grad(rosenbrock)(x), real::hessian(rosenbrock)(x));
    assert_eq!(at(&[0.0, 0.0]), (vec![-2.0, 0.0], vec![vec![2.0, 0.0], vec![0.0, 200.0]]));
    let (g, h) = at(&[-1.2, 1.0]);
    for (a, b) in g.iter().chain(h.iter().flatten()).zip([-215.6, -88.0, 1330.0, 480.0, 480.0, 200.0]) {
        close(*a, b);
    }
}

/// Counted: indexing and building containers of n elements records O(n) nodes.
#[test]
fn h18_linear_complexity() {
    let nodes = |n: usize| {
        let x = Array::range(n, DType::F64);
        let f = move |x: &Array| {
            let parts: Vec<Array> = (0..n as isize).map(|i| x.get(i) * 2.0).collect();
            array::stack(&parts, 0).sum()
        };
        graph(value_and_grad(f))(&x).nodes().len()
    };
    let (small, large) = (nodes(50), nodes(200));
    assert!(large <= 5 * small, "{small} {large}");
}
