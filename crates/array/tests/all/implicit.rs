//! Implicit differentiation: against direct solutions and unrolled iterations, in both modes, to second order, in batches
//! and compiled.
//!
//! Over 300 lines: one list of cases.

use pullback_array::*;

#[track_caller]
fn near(a: &Array, b: &Array, tolerance: f64) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    for (x, y) in a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()) {
        assert!((x - y).abs() <= tolerance * y.abs().max(1.0), "{a}\n{b}")
    }
}
fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
fn by_loop(f: impl Fn(&Array) -> Array, x: &Array) -> Array {
    stack(&(0..x.shape()[0]).map(|i| f(&x.get(i))).collect::<Vec<_>>(), 0)
}
type Pair = (Array, Array);
fn flat(p: &Pair) -> Array {
    concatenate(&[p.0.ravel(), p.1.ravel()], 0)
}

/// Gradient, forward mode, second derivatives in both orders.
#[track_caller]
fn agree(f: &dyn Fn(&Pair) -> Array, g: &dyn Fn(&Pair) -> Array, p: &Pair, tolerance: f64) {
    let loss = |f: &dyn Fn(&Pair) -> Array, p: &Pair| (f(p).square() + f(p)).sum();
    let dp = (p.0.cos(), p.1.sin());
    near(&f(p), &g(p), tolerance);
    near(&jvp(f)(p, &dp).1, &jvp(g)(p, &dp).1, tolerance);
    let gradient = |f: &dyn Fn(&Pair) -> Array, p: &Pair| grad(|p: &Pair| loss(f, p))(p);
    near(&flat(&gradient(f, p)), &flat(&gradient(g, p)), tolerance);
    let forward = |f: &dyn Fn(&Pair) -> Array| flat(&jvp(|p: &Pair| gradient(f, p))(p, &dp).1);
    near(&forward(f), &forward(g), 10.0 * tolerance);
    let reverse =
        |f: &dyn Fn(&Pair) -> Array| flat(&grad(|p: &Pair| (flat(&gradient(f, p)) * flat(&dp)).sum())(p));
    near(&reverse(f), &reverse(g), 10.0 * tolerance);
}

#[test]
fn systems_by_every_method() {
    let n = 7;
    let b = normal(2, &[n]);
    let general = normal(1, &[n, n]) + 4.0 * Array::eye(n, n, 0, DType::F64);
    let direct = |(a, b): &Pair| linalg::solve(a, b);
    for krylov in
        [Krylov::GMRES, Krylov::BICGSTAB, Krylov { method: KrylovMethod::Gmres(4), ..Krylov::GMRES }]
    {
        let f = move |(a, b): &Pair| linear_solve(|x: &Array| a.matmul(x), b, krylov);
        agree(&f, &direct, &(general.clone(), b.clone()), 1e-7);
    }
    // Conjugate gradients, of the symmetric part of what is given.
    let spd = |m: &Array| m.matmul(&m.t()) + Array::eye(n, n, 0, DType::F64);
    let f = |(m, b): &Pair| cg(|x: &Array| spd(m).matmul(x), b);
    let direct = |(m, b): &Pair| linalg::solve(&spd(m), b);
    agree(&f, &direct, &(0.5 * normal(3, &[n, n]), b.clone()), 1e-7);
    // A rotation, where residuals stand still for a step.
    let turn = Array::from([[0.0, 1.0], [-1.0, 0.0]]);
    near(&gmres(|x: &Array| turn.matmul(x), &Array::from([1.0, 2.0])), &Array::from([-2.0, 1.0]), 1e-12);
    // Trees, batches, compiled functions, f32.
    let tree = |x: &Pair| (2.0 * &x.0 + x.1.sum(), 3.0 * &x.1 - x.0.sum());
    let p = (normal(4, &[2]), normal(5, &[3]));
    let found = gmres(tree, &tree(&p));
    near(&flat(&found), &flat(&p), 1e-9);
    let batch = normal(6, &[5, n]);
    let one = |b: &Array| gmres(|x: &Array| general.matmul(x), b);
    near(&vmap(one)(&batch), &by_loop(one, &batch), 1e-8);
    let slope = grad(|b: &Array| one(b).square().sum());
    near(&jit(vmap(&slope))(&batch), &by_loop(&slope, &batch), 1e-8);
    let single = cg(|x: &Array| 2.0 * x, &Array::from([1.0f32, 3.0]));
    assert_eq!(single.to_vec::<f32>(), [0.5, 1.5]);
    assert_eq!(cg(|x: &Array| 2.0 * x, &Array::zeros(&[3], DType::F64)).to_vec::<f64>(), [0.0; 3]);
}

#[test]
fn no_answer_is_not_a_number() {
    // Singular, and one step where three are needed.
    let a = Array::from([[1.0, 1.0], [1.0, 1.0]]);
    let x = gmres(|x: &Array| a.matmul(x), &Array::from([1.0, 0.0]));
    assert!(x.to_vec::<f64>().iter().all(|x| x.is_nan()));
    let d = Array::from([1.0, 2.0, 3.0]);
    let hasty = Krylov { steps: 1, ..Krylov::CG };
    let x = linear_solve(|x: &Array| &d * x, &Array::from([1.0, 1.0, 1.0]), hasty);
    assert!(x.to_vec::<f64>().iter().all(|x| x.is_nan()));
    let x = fixed_point(|x: &Array, p: &Array| p * x, Array::from(1.0))(&Array::from(-2.0));
    assert!(x.item().is_nan());
    assert!(
        find_root(|x: &Array, p: &Array| x.square() + p, Array::from(1.0))(&Array::from(1.0)).item().is_nan()
    );
}

#[test]
fn roots_are_those_of_the_formula() {
    // x² + p x = q, component by component: a formula to compare with.
    let formula = |(p, q): &Pair| ((p * p + 4.0 * q).sqrt() - p) / 2.0;
    let at = (Array::from([0.3, 1.2]), Array::from([2.0, 0.7]));
    let equation = |x: &Array, (p, q): &Pair| x * x + p * x - q;
    let given = custom_root(equation, move |p: &Pair| formula(p));
    agree(&given, &formula, &at, 1e-8);
    let newton = find_root(equation, Array::from([1.0, 1.0]));
    agree(&newton, &formula, &at, 1e-8);
    // By iteration: x = q/(x + p).
    let iterated = fixed_point(|x: &Array, (p, q): &Pair| q / (x + p), Array::from([1.0, 1.0]));
    agree(&iterated, &formula, &at, 1e-8);
    // The unrolled iteration has the same gradient.
    let unrolled = |(p, q): &Pair| (0..160).fold(Array::from([1.0, 1.0]), |x, _| q / (x + p));
    agree(&iterated, &unrolled, &at, 1e-8);
    // What the equation captures counts.
    let q = Array::from([2.0, 0.7]);
    let captured =
        |q: &Array| find_root(|x: &Array, p: &Array| x * x + p * x - q, Array::from([1.0, 1.0]))(&at.0).sum();
    near(&grad(captured)(&q), &grad(|q: &Array| formula(&(at.0.clone(), q.clone())).sum())(&q), 1e-9);
    // Coupled unknowns in a tree, against Newton unrolled.
    let coupled = |(x, y): &Pair, p: &Array| (x + y.sum() - p, y * y - x.exp() * Array::from([1.0, 2.0]));
    let start = (Array::from(0.2), Array::from([1.0, 1.5]));
    let solved = find_root(coupled, start);
    let p = Array::from(3.0);
    let (x, y) = solved(&p);
    near(&coupled(&(x, y), &p).1, &Array::from([0.0, 0.0]), 1e-11);
    let total = |p: &Array| {
        let (x, y) = solved(p);
        x + y.sum()
    };
    // x + Σy = p, whatever the rest.
    near(&grad(total)(&p), &Array::from(1.0), 1e-9);
    let batch = Array::from([2.0, 3.0, 4.0]);
    let first = |p: &Array| solved(p).0;
    near(&vmap(grad(first))(&batch), &by_loop(grad(first), &batch), 1e-9);
    near(&jit(vmap(first))(&batch), &by_loop(first, &batch), 1e-9);
}

#[test]
fn minima() {
    // Ridge regression: the minimiser is the solution of a linear system.
    let (a, b) = (normal(1, &[6, 3]), normal(2, &[6]));
    let direct = |(b, p): &Pair| {
        linalg::solve(&(a.t().matmul(&a) + p * Array::eye(3, 3, 0, DType::F64)), &a.t().matmul(b))
    };
    let loss = |x: &Array, (b, p): &Pair| (a.matmul(x) - b).square().sum() + p * x.square().sum();
    let fit = custom_argmin(loss, direct);
    agree(&fit, &direct, &(b, Array::from(0.7)), 1e-7);
    // On the simplex, by projection: where a coordinate is at its bound, it stays.
    let shrunk = |(p, q): &Pair| (p - q).maximum(0.0);
    let loss = |x: &Array, (p, q): &Pair| 0.5 * (x - p).square().sum() + (q * x).sum();
    let f = projected_argmin(loss, |x: &Array| x.maximum(0.0), shrunk);
    agree(&f, &shrunk, &(Array::from([1.0, 0.2, 2.0]), Array::from([0.3, 0.9, 0.5])), 1e-9);
}

#[test]
fn quadratic_programmes() {
    // With equalities alone: a linear system.
    let m = normal(1, &[4, 4]);
    let q = m.matmul(&m.t()) + Array::eye(4, 4, 0, DType::F64);
    let a = normal(2, &[2, 4]);
    let layer = |(c, b): &Pair| Qp::new(q.clone(), c.clone()).equal(a.clone(), b.clone()).solve();
    let kkt = |(c, b): &Pair| {
        let top = concatenate(&[q.clone(), a.t()], 1);
        let low = concatenate(&[a.clone(), Array::zeros(&[2, 2], DType::F64)], 1);
        linalg::solve(&concatenate(&[top, low], 0), &concatenate(&[-c, b.clone()], 0)).get(..4)
    };
    let at = (normal(3, &[4]), normal(4, &[2]));
    agree(&layer, &kkt, &at, 1e-6);
    // A box: each coordinate of a diagonal problem by itself, two at bounds.
    let boxed = |(c, h): &Pair| {
        let eye = Array::eye(3, 3, 0, DType::F64);
        let g = concatenate(&[eye.clone(), -&eye], 0);
        Qp::new(2.0 * eye, c.clone()).at_most(g, concatenate(&[h.clone(), h.clone()], 0)).solve()
    };
    let clipped = |(c, h): &Pair| (-0.5 * c).minimum(h).maximum(-h);
    let at = (Array::from([3.0, -0.4, -5.0]), Array::from([1.0, 0.8, 1.2]));
    agree(&boxed, &clipped, &at, 1e-6);
    let many = Array::from([[3.0, -0.4, -5.0], [0.1, 4.0, 0.2]]);
    let one = |c: &Array| boxed(&(c.clone(), at.1.clone()));
    near(&vmap(one)(&many), &by_loop(one, &many), 1e-9);
    near(&jit(one)(&at.0), &one(&at.0), 1e-12);
    // Nothing is at most −1 and at least 1.
    let g = Array::from([[1.0], [-1.0]]);
    let none = Qp::new(Array::from([[1.0]]), Array::from([0.0])).at_most(g, Array::from([-1.0, -1.0]));
    assert!(none.solve().get(0).item().is_nan());
}

#[test]
#[should_panic(expected = "Qp::equal: shapes [2, 3] and [2] do not fit 4 unknowns")]
fn a_misfit_of_constraints() {
    let zeros = |shape: &[usize]| Array::zeros(shape, DType::F64);
    let _ = Qp::new(zeros(&[4, 4]), zeros(&[4])).equal(zeros(&[2, 3]), zeros(&[2]));
}

#[test]
fn equations_of_motion() {
    // y″ = −ω²y − 2γy′ has a formula.
    let exact = |(w, g): &Pair, t: &Array| {
        let r = (w * w - g * g).sqrt();
        (-(g * t)).exp() * ((&r * t).cos() + g / &r * (&r * t).sin())
    };
    let ts = Array::from([0.0, 0.4, 1.0, 1.7]);
    let f = |(w, g): &Pair, y: &Pair| (y.1.clone(), -(w * w) * &y.0 - 2.0 * g * &y.1);
    let p = (Array::from(2.0), Array::from(0.3));
    for adjoint in [Adjoint::Steps, Adjoint::Continuous] {
        let ode = Ode { rtol: 1e-10, atol: 1e-10, adjoint, ..Ode::default() };
        let solved = |p: &Pair, ts: &Array| {
            let start = (Array::from(1.0), Array::from(0.0));
            odeint(|_, y: &Pair| f(p, y), &start, ts, ode).0
        };
        let by_formula = |p: &Pair| exact(p, &ts);
        agree(&|p: &Pair| solved(p, &ts), &by_formula, &p, 1e-6);
        // By the times themselves.
        let of_times = |ts: &Array| solved(&p, ts).square().sum();
        near(
            &grad(of_times)(&ts),
            &grad(|ts: &Array| exact(&p, &(ts - ts.get(0))).square().sum())(&ts),
            1e-6,
        );
        // By the start, and backward in time.
        let there_and_back = |y: &Array| {
            let f = |t: &Array, y: &Array| y * t.cos();
            let end = odeint(f, y, &Array::from([0.0, 1.5]), ode).get(1);
            odeint(f, &end, &Array::from([1.5, 0.0]), ode).get(1)
        };
        let y = Array::from([1.0, -2.0]);
        near(&there_and_back(&y), &y, 1e-8);
        near(&grad(|y: &Array| (there_and_back(y) * y).sum())(&y), &(2.0 * &y), 1e-7);
        let rates = Array::from([0.5, 1.0, 1.5]);
        let one = |r: &Array| odeint(|t, y: &Array| -(r * y) + t, &Array::from(1.0), &ts, ode).get(3);
        near(&vmap(grad(one))(&rates), &by_loop(grad(one), &rates), 1e-7);
        near(&jit(vmap(one))(&rates), &by_loop(one, &rates), 1e-8);
        let at_once = odeint(|_, y: &Array| y.clone(), &y, &Array::from([0.0]), ode);
        assert_eq!(at_once.shape(), [1, 2]);
    }
    // Too few steps are not a solution.
    let ode = Ode { steps: 3, ..Ode::default() };
    let y = odeint(|_, y: &Array| -1000.0 * y, &Array::from(1.0), &Array::from([0.0, 10.0]), ode);
    assert!(y.get(0).item() == 1.0 && y.get(1).item().is_nan());
}

#[test]
fn dense_output() {
    let exact = |(w, g): &Pair, t: &Array| {
        let r = (w * w - g * g).sqrt();
        (-(g * t)).exp() * ((&r * t).cos() + g / &r * (&r * t).sin())
    };
    let f = |(w, g): &Pair, y: &Pair| (y.1.clone(), -(w * w) * &y.0 - 2.0 * g * &y.1);
    let (p, start) = ((Array::from(2.0), Array::from(0.3)), (Array::from(1.0), Array::from(0.0)));
    let ts = Array::linspace(0.0, 1.7, 12);
    for adjoint in [Adjoint::Steps, Adjoint::Continuous] {
        let ode = Ode { rtol: 1e-10, atol: 1e-10, steps: 200, adjoint, dense: true };
        let solved = |p: &Pair, ts: &Array| odeint(|_, y: &Pair| f(p, y), &start, ts, ode).0;
        agree(&|p: &Pair| solved(p, &ts), &|p: &Pair| exact(p, &ts), &p, 1e-6);
        let of_times = |ts: &Array| solved(&p, ts).square().sum();
        let by_formula = |ts: &Array| exact(&p, &(ts - ts.get(0))).square().sum();
        near(&grad(of_times)(&ts), &grad(by_formula)(&ts), 1e-5);
        let back =
            odeint(|t, y: &Array| y * t.cos(), &Array::from([1.0, -2.0]), &Array::from([1.5, 0.9, 0.0]), ode);
        let want = stack(
            &[1.5, 0.9, 0.0].map(|t: f64| Array::from([1.0, -2.0]) * (t.sin() - 1.5f64.sin()).exp()),
            0,
        );
        near(&back, &want, 1e-8);
        let one = |r: &Array| odeint(|t, y: &Array| -(r * y) + t, &Array::from(1.0), &ts, ode).get(7);
        let rates = Array::from([0.5, 1.0, 1.5]);
        near(&jit(vmap(grad(one)))(&rates), &by_loop(grad(one), &rates), 1e-7);
        assert_eq!(
            odeint(|_, y: &Array| y.clone(), &Array::from([1.0, 2.0]), &Array::from([3.0]), ode)
                .to_vec::<f64>(),
            [1.0, 2.0]
        );
    }
    // The function of time: numbers and axes of times, its ends, and what lies outside.
    let ode = Ode { rtol: 1e-10, atol: 1e-10, steps: 100, ..Ode::default() };
    let solution =
        |p: &Pair| odeint_dense(|_, y: &Pair| f(p, y), &start, &Array::from(0.0), &Array::from(1.7), ode);
    let y = solution(&p);
    near(&y.at(&ts).0, &exact(&p, &ts), 1e-8);
    near(&y.at(&Array::from(0.63)).0, &exact(&p, &Array::from(0.63)), 1e-8);
    let outside = y.at(&Array::from([-0.1, 1.8])).1;
    assert!(outside.to_vec::<f64>().iter().all(|y| y.is_nan()));
    // Differences of the computed numbers themselves: derivatives are those of the polynomial.
    let at = |t: &Array| solution(&p).at(t).0;
    let (t, h) = (Array::from(0.8), 1e-5);
    let difference = (at(&(&t + h)).item() - at(&(&t - h)).item()) / (2.0 * h);
    assert!((grad(at)(&t).item() - difference).abs() < 1e-9);
    near(&hvp(at)(&t, &Array::from(1.0)), &grad(|t: &Array| grad(|t: &Array| exact(&p, t))(t))(&t), 1e-4);
    // Many times need no more steps; where they do not reach there is no number.
    let short = Ode { steps: 2, dense: true, ..Ode::default() };
    let many = Array::linspace(0.0, 0.5, 200);
    let y = odeint(|_, y: &Array| -y, &Array::from(1.0), &many, short);
    assert!(y.get(0).item() == 1.0 && y.get(1).item() < 1.0 && y.get(-1).item().is_nan());
}

#[test]
fn events() {
    // A throw over a plane: y = vt − gt²/2 is back at 0 after 2v/g, at x = 2uv/g.
    let flight = |(v, g): &Pair| {
        let f = |_: &Array, (_, w): &Pair| (w.clone(), -g);
        let event = |t: &Array, (y, _): &Pair| y - 0.1 * t;
        let begin = (Array::from(1.0), v.clone());
        let (t, (y, w)) =
            odeint_event(f, event, &begin, &Array::from(0.0), &Array::from(50.0), Ode::default());
        stack(&[t, y, w], 0)
    };
    // 1 + (v − 0.1)t − gt²/2 = 0.
    let exact = |(v, g): &Pair| {
        let b = v - 0.1;
        let t = (&b + (&b * &b + 2.0 * g).sqrt()) / g;
        stack(&[t.clone(), 0.1 * &t, v - g * &t], 0)
    };
    agree(&flight, &exact, &(Array::from(3.0), Array::from(9.81)), 1e-6);
    // Nothing happens: the end.
    let calm = |y: &Array| {
        odeint_event(
            |_, y: &Array| -y,
            |_, y: &Array| y + 1.0,
            y,
            &Array::from(0.0),
            &Array::from(1.0),
            Ode::default(),
        )
    };
    let (t, y) = calm(&Array::from(2.0));
    assert!(t.item() == 1.0 && (y.item() - 2.0 * (-1f64).exp()).abs() < 1e-8);
    near(&grad(|y: &Array| calm(y).1)(&Array::from(2.0)), &Array::from((-1f64).exp()), 1e-7);
    let starts = Array::from([1.0, 2.0, 3.0]);
    let time = |y: &Array| {
        odeint_event(
            |_, y: &Array| -y,
            |_, y: &Array| y - 0.5,
            y,
            &Array::from(0.0),
            &Array::from(9.0),
            Ode::default(),
        )
        .0
    };
    near(&vmap(time)(&starts), &(2.0 * &starts).ln(), 1e-7);
    near(&jit(vmap(grad(time)))(&starts), &starts.recip(), 1e-6);
}

#[test]
fn messages() {
    let says = |f: &dyn Fn() -> Array, text: &str| {
        let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("a panic");
        let have = payload.downcast_ref::<String>().map(String::as_str);
        let have = have.or(payload.downcast_ref::<&str>().copied()).expect("a text");
        assert!(have.contains(text), "{have}");
    };
    let b = Array::from([1.0, 2.0]);
    says(&|| cg(|x: &Array| x.square(), &b), "cg: the function is not linear: `square`");
    says(
        &|| cg(|x: &Array| x.get(..1).sum(), &b),
        "cg: the function gives shape [] f64 for an unknown of shape [2] f64",
    );
    says(
        &|| cg(|x: &Array| x.clone(), &Array::from([1, 2])),
        "cg: unknowns are real floating point, not i32",
    );
    says(
        &|| find_root(|x: &Array, _: &Array| x.sum(), b.clone())(&b),
        "find_root: the function gives shape [] f64",
    );
    says(
        &|| fixed_point(|x: &Array, _: &Array| x.clone(), Array::from(1i64))(&b),
        "fixed_point: unknowns are real",
    );
    says(
        &|| odeint(|_, y: &Array| y.sum(), &b, &Array::from([0.0, 1.0]), Ode::default()),
        "odeint: the function gives shape []",
    );
    let from = Array::from(0.0);
    let dense = |to: Array, ode: Ode| odeint_dense(|_, y: &Array| y.clone(), &b, &from, &to, ode).at(&from);
    says(
        &|| dense(b.clone(), Ode::default()),
        "odeint_dense: a time is one number, not of shape [2]\n  made at ",
    );
    says(
        &|| dense(Array::from(1.0), Ode { adjoint: Adjoint::Continuous, ..Ode::default() }),
        "odeint_dense: the continuous adjoint needs the times beforehand; take odeint, or Adjoint::Steps",
    );
    says(
        &|| {
            odeint_dense(|_, y: &Array| y.clone(), &b, &from, &Array::from(1.0), Ode::default())
                .at(&b.reshape([1, 2]))
        },
        "at: times are one number or along one axis, not of shape [1, 2]\n  made at ",
    );
    says(
        &|| odeint(|_, y: &Array| y.clone(), &b, &Array::from(0.0), Ode::default()),
        "odeint: the times are one axis with at least one",
    );
}
