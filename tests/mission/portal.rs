//! A6: the families of tools on autodiff.org, by their features. docs/coverage.md says which of them are not there yet.

use super::{close, panics, within};
use pullback::array::{self, Array, Key, custom_root};
use pullback::compile::Function;
use pullback::real::chain::{Chain, Keep};
use pullback::real::sparse::{Compression, HessianColouring, Order, SparseHessian, SparseJacobian};
use pullback::real::{
    Counts, Dual, Duals, Elimination, Real, Scalar, Series, Tape, Var, derivatives, eliminate, grad, hessian,
    hvp, jacfwd, jacobian, jacrev, jvp, stop, taylor, value_and_grad, vjp,
};

fn speelpenning<R: Scalar>(x: &[R]) -> R {
    x.iter().copied().product()
}

#[test]
fn p1_taped_and_tapeless_modes() {
    let x = [1.5, -0.5, 2.0];
    let taped = grad(speelpenning)(&x);
    let tapeless: Vec<f64> = (0..3)
        .map(|i| {
            let mut v = [0.0; 3];
            v[i] = 1.0;
            jvp(|x: &[Dual<f64>]| speelpenning(x))(&x, &v).1
        })
        .collect();
    assert_eq!(taped, tapeless);
    // Forward over the tape, as often as one likes.
    let (_, linear) = vjp(|x: &[Var]| vec![speelpenning(x)])(&x);
    assert_eq!(linear.push(&[1.0, 0.0, 0.0]), [taped[0]]);
}

#[test]
fn p1_derivatives_of_any_order() {
    // The whole tensor of third order of x·y·z + x³.
    let f = |v: &[Var]| v[0] * v[1] * v[2] + v[0].powi(3);
    let third = |i: usize| jacobian(move |v: &[Var]| hessian(f)(v).swap_remove(i))(&[1.0, 2.0, 3.0]);
    assert_eq!(third(0), [[6.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]);
    let d = derivatives::<f64, 9>(|x| x.exp() * x.sin(), 0.3);
    // The eighth derivative of eˣ sin x is 16 eˣ sin x.
    within(d[8], 16.0 * 0.3f64.exp() * 0.3f64.sin(), 1e-12);
}

#[test]
fn p1_sparse_derivatives() {
    let f = |x: &[Var]| vec![x[0] * x[1], x[1].exp(), x[2] * x[3]];
    let x = [1.0, 0.5, 2.0, 3.0];
    let sparse = SparseJacobian::new(f, &x);
    assert_eq!((sparse.pattern().len(), sparse.evaluate(&x).unwrap().to_dense()), (5, jacobian(f)(&x)));
}

#[test]
fn p1_implicit_and_inverse_functions() {
    // y(x) with y³ + y = x: its slope is 1/(3y² + 1).
    let solve = custom_root(
        |y: &Array, x: &Array| y.powi(3) + y - x,
        |x: &Array| {
            let x = x.item();
            let mut y: f64 = 0.0;
            for _ in 0..50 {
                y -= (y.powi(3) + y - x) / (3.0 * y * y + 1.0)
            }
            Array::from(y)
        },
    );
    let x = Array::from(2.0);
    close(array::grad(|x: &Array| solve(x))(&x).item(), 0.25);
    // Second order: d²y/dx² = −6y/(3y² + 1)³.
    within(array::grad(array::grad(|x: &Array| solve(x)))(&x).item(), -6.0 / 64.0, 1e-10);
}

/// Taylor coefficients of the solution of y′ = f(y), one order after the other.
#[test]
fn p1_taylor_coefficients_of_an_ode() {
    const N: usize = 8;
    let f = |y: Series<f64, N>| y * y;
    let mut c = [0.0; N];
    c[0] = 0.5;
    for k in 0..N - 1 {
        c[k + 1] = f(Series::new(c)).coefficients()[k] / (k + 1) as f64;
    }
    // y = 1/(2 − t): coefficients 2^−(k+1).
    (0..N).for_each(|k| within(c[k], 0.5f64.powi(k as i32 + 1), 1e-15));
}

#[test]
fn p1_checkpoints_and_external_functions() {
    let step = |x: &f64| x * (1.0 - x * 0.1);
    let external = |x: &f64, g: f64| g * (1.0 - 0.2 * x);
    let chain = Chain::run(0.4, 500, Keep::Binomial(6), step);
    let plain = grad(|v: &[Var]| (0..500).fold(v[0], |x, _| x * (1.0 - x * 0.1)))(&[0.4])[0];
    close(chain.sweep(1.0, step, external), plain);
}

/// Each thread has a tape of its own; one recorded program is evaluated by all.
#[test]
fn p1_concurrent_evaluation() {
    let work = |k: usize| grad(|x: &[Var]| speelpenning(x).sin())(&[k as f64, 0.3, 0.7])[1];
    let alone: Vec<f64> = (0..8).map(work).collect();
    let together: Vec<f64> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..8).map(|k| s.spawn(move || work(k))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(alone, together);
    let program = Function::record(speelpenning, &[1.0, 2.0, 3.0]).gradient();
    std::thread::scope(|s| {
        for k in 1..5 {
            let program = &program;
            s.spawn(move || assert_eq!(program.evaluate(&[f64::from(k), 2.0, 3.0]).unwrap()[0], 6.0));
        }
    });
}

#[test]
fn p2_several_directions_and_parameters() {
    let f = |x: &[Duals<f64, 3>]| x[0] * x[1].exp() * x[2];
    let x = [Duals::variable(1.0, 0), Duals::variable(0.0, 1), Duals::variable(2.0, 2)];
    let y = f(&x);
    let g = grad(|x: &[Var]| x[0] * x[1].exp() * x[2])(&[1.0, 0.0, 2.0]);
    assert_eq!(y.eps.to_vec(), g);
    assert_eq!(jacfwd(|x: &[Duals<f64, 8>]| [x[0] * x[1]])(&[2.0, 3.0]), [[3.0, 2.0]]);
    // Dynamic parameters: inputs by which no derivative is taken.
    let priced = Function::record(|x| x[0] * x[0] * x[1], &[2.0, 3.0]).with_parameters(1);
    assert_eq!(priced.gradient().evaluate(&[2.0, 5.0]).unwrap(), [20.0]);
}

/// CondExp is `select`: both branches recorded, the one taken differentiated; and a comparison that changes is reported.
#[test]
fn p2_conditional_expressions_and_comparisons() {
    fn f<R: Scalar>(x: &[R]) -> R {
        R::select(&x[0].less(R::lift(1.0)), &x[0].square(), &(2.0 * x[0] - 1.0))
    }
    let program = Function::record(f, &[0.5]).value_and_gradient();
    assert_eq!(program.evaluate(&[0.5]).unwrap(), [0.25, 1.0]);
    assert_eq!(program.evaluate(&[3.0]).unwrap(), [5.0, 2.0]);
    let branching = Function::record(|x| if x[0] < 1.0 { x[0] } else { x[0] * 2.0 }, &[0.5]).value();
    assert!(branching.evaluate(&[2.0]).is_err());
}

/// VecAD: an element chosen by a number that is computed.
#[test]
fn p2_indexing_by_computed_numbers() {
    let f = |x: &[Var]| {
        let k = x[2].value() as usize;
        x[k] * x[k]
    };
    assert_eq!(grad(f)(&[3.0, 5.0, 1.0]), [0.0, 10.0, 0.0]);
    let table = |(t, i): &(Array, Array)| t.take(&i.floor().cast(array::DType::I64), 0).square().sum();
    let g = array::grad(table)(&(Array::from([3.0, 5.0]), Array::from([1.2])));
    assert_eq!(g.0.to_vec::<f64>(), [0.0, 10.0]);
}

/// Atomic and checkpoint functions, in one.
#[test]
fn p2_rules_of_functions() {
    let atomic = array::custom(|x: &Array| x.exp(), |_, y, g: &Array| y * g);
    let saved = array::checkpoint(move |x: &Array| atomic(&x.sin()));
    let g = array::grad(|x: &Array| saved(x))(&Array::from(0.4));
    close(g.item(), 0.4f64.sin().exp() * 0.4f64.cos());
}

/// optimize(): dead code, common subexpressions and constants.
#[test]
fn p2_optimised_programs() {
    let f = Function::record(
        |x| {
            let _dead = x[0].exp();
            let a = (x[0] * x[1]).sin();
            let b = (x[0] * x[1]).sin();
            a + b + (2.0 * 3.0)
        },
        &[0.3, 0.4],
    );
    assert!(f.value().operations() <= 4, "{}", f.value().operations());
}

#[test]
fn p2_sparsity_and_colouring() {
    let n = 50;
    let f = |x: &[Var]| (0..n).map(|i| x[i] * x[(i + 1) % n] + x[i].sin()).collect::<Vec<_>>();
    let x: Vec<f64> = (0..n).map(|i| 0.1 * i as f64).collect();
    let sparse = SparseJacobian::new(f, &x);
    assert!(sparse.pattern().len() == 2 * n && sparse.sweeps() <= 4);
    assert_eq!(sparse.evaluate(&x).unwrap().to_dense(), jacobian(f)(&x));
    let g = |x: &[Var]| (0..n - 1).map(|i| (x[i] * x[i + 1]).sin()).sum::<Var>();
    let h = SparseHessian::with(g, &x, HessianColouring::Star, Order::SmallestLast);
    assert!(h.sweeps() <= 4);
    for (row, want) in h.evaluate(&x).unwrap().to_dense().iter().zip(hessian(g)(&x)) {
        row.iter().zip(want).for_each(|(a, b)| close(*a, b));
    }
}

/// AD<AD<T>>.
#[test]
fn p2_levels() {
    let f = |x: &[Var]| x[0].powi(4);
    let first = move |x: &[Var]| grad(f)(x)[0];
    let second = move |x: &[Var]| grad(first)(x)[0];
    let third = move |x: &[Var]| grad(second)(x)[0];
    assert_eq!(grad(third)(&[1.5]), [24.0]);
    let nested = Dual::new(Dual::new(2.0, 1.0), Dual::lift(1.0));
    assert_eq!(nested.powi(3).derivative().derivative(), 12.0);
}

#[test]
fn p2_source_of_the_tape() {
    let program = Function::record(|x| (x[0] * x[1]).sin() + x[1].exp(), &[1.0, 2.0]).gradient();
    assert!(program.to_c("slope").unwrap().contains("slope"));
    assert!(program.to_rust("slope").unwrap().contains("fn slope"));
    let t = Tape::new();
    let x = t.named("x", 2.0);
    let _ = x.sin() * x;
    assert!(t.to_string().lines().count() >= 3 && t.to_dot().contains("sin"));
}

/// Tangent and adjoint, of one direction and of many; their inner products agree.
#[test]
fn p3_tangents_and_adjoints() {
    let f = |x: &[Var]| vec![x[0] * x[1], x[1].sin() * x[2], x[0] / x[2]];
    let x = [1.2, -0.4, 2.5];
    let (u, v) = ([0.3, -1.0, 0.8], [1.0, 0.5, -0.2]);
    let (_, linear) = vjp(f)(&x);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    close(dot(&u, &linear.push(&v)), dot(&linear.pull(&u), &v));
    for (a, b) in jacrev(f)(&x).iter().flatten().zip(jacobian(f)(&x).iter().flatten()) {
        close(*a, *b);
    }
}

/// Activity: only what depends on an input is recorded. To be recorded: only slopes that a sweep will need.
#[test]
fn p3_activity() {
    let before = Counts::here();
    grad(|x: &[Var]| {
        let passive = (0..1000).fold(Var::from(0.5), |a, _| (a * 1.1).sin());
        let merged = x[0].sin().exp().tanh();
        merged * passive
    })(&[0.3]);
    // Functions of one variable, and products with constants, take no node of their own.
    assert!((Counts::here() - before).nodes <= 1);
}

#[test]
fn p3_directives() {
    // BINOMIAL-CKP and FIXED-POINT are functions; NOCHECKPOINT is not to call one.
    let body = |_: &Array, x: &Array| x.sin() * 1.1;
    let binomial = |x: &Array| {
        array::scan_with(
            |x: &Array, _: &Array| (body(x, x), ()),
            x,
            &Array::zeros(&[64], array::DType::F64),
            array::Schedule::Binomial(5),
            false,
        )
        .0
    };
    let plain = |x: &Array| (0..64).fold(x.clone(), |x, _| body(&x, &x));
    let x = Array::from(0.7);
    close(array::grad(binomial)(&x).item(), array::grad(plain)(&x).item());
    let cosine = array::fixed_point(|x: &Array, a: &Array| (a * x).cos(), Array::from(0.7));
    let at = cosine(&Array::from(1.0)).item();
    let want = -at.sin() * at / (1.0 + at.sin());
    within(array::grad(|a: &Array| cosine(a))(&Array::from(1.0)).item(), want, 1e-9);
}

/// A statement of many operations is one node: preaccumulation by eliminating what lies within.
#[test]
fn p4_preaccumulation() {
    let f = |x: &[Var]| vec![(x[0] * x[1]).sin().exp() / (1.0 + x[2].square()) + x[0].tanh()];
    let x = [0.3, 0.6, -0.8];
    let local = eliminate(f, Elimination::Best)(&x);
    assert!(local.eliminated > 0 && local.multiplications > 0);
    for (a, b) in local.jacobian[0].iter().zip(grad(|x: &[Var]| f(x)[0])(&x)) {
        close(*a, b);
    }
}

/// A linear system is differentiated as such, not through its solver.
#[test]
fn p4_linear_systems() {
    let a = Array::from([[4.0, 1.0], [1.0, 3.0]]);
    let solve = |(a, b): &(Array, Array)| array::linalg::solve(a, b);
    array::check::check_grads(solve, &(a.clone(), Array::from([1.0, 2.0])), 2);
    let free = |(a, b): &(Array, Array)| array::cg(|x: &Array| a.matmul(x), b);
    let g = |f: &dyn Fn(&(Array, Array)) -> Array| {
        array::grad(|p: &(Array, Array)| f(p).square().sum())(&(a.clone(), Array::from([1.0, 2.0])))
    };
    let (one, other) = (g(&solve), g(&free));
    assert!((one.0 - other.0).abs().max().item() < 1e-9 && (one.1 - other.1).abs().max().item() < 1e-9);
}

/// Wrong use of tapes is found: other tapes, variables that outlive theirs, an outer variable in an inner gradient.
#[test]
fn p4_wrong_use_is_found() {
    let message = panics(|| {
        grad(|x: &[Var]| Var::from(grad(|y: &[Var]| y[0] * x[0])(&[1.0])[0]))(&[1.0]);
    });
    assert!(message.contains("would be lost"), "{message}");
    assert_eq!(grad(|x: &[Var]| x[0] * stop(x[0]))(&[2.0]), [2.0]);
}

#[test]
fn p4_vector_modes() {
    let before = Counts::here();
    let j = jacobian(|x: &[Var]| x.iter().flat_map(|x| [x.sin(), x.cos(), x.exp()]).collect::<Vec<_>>())(
        &[0.1; 16],
    );
    assert!(
        j.len() == 48 && (Counts::here() - before).forward == 16 && (Counts::here() - before).recordings == 1
    );
}

/// Static and dynamic vectors of tangents; matrix-valued graphs; heuristics of colouring.
#[test]
fn p5_families_of_sizes_and_colourings() {
    let x: Vec<f64> = (0..20).map(f64::from).collect();
    let arrow = |x: &[Var]| {
        (0..20).map(|i| if i == 0 { x.iter().copied().sum() } else { x[i] * x[0] }).collect::<Vec<_>>()
    };
    let want = jacobian(arrow)(&x);
    for compression in [Compression::Columns, Compression::Rows, Compression::Both] {
        for order in [
            Order::Natural,
            Order::LargestFirst,
            Order::SmallestLast,
            Order::IncidenceDegree,
            Order::Random(3),
        ] {
            let sparse = SparseJacobian::with(arrow, &x, compression, order);
            assert_eq!(sparse.evaluate(&x).unwrap().to_dense(), want);
            if compression == Compression::Both {
                assert!(sparse.sweeps() < 20, "{}", sparse.sweeps());
            }
        }
    }
    // Matrices as nodes.
    let m = Key::new(1).normal(&[3, 3], array::DType::F64);
    array::check::check_grads(|m: &Array| m.matmul(m).exp(), &m, 2);
    let (value, g) = value_and_grad(speelpenning)(&[2.0, 3.0, 4.0]);
    assert_eq!((value, g), (24.0, vec![12.0, 8.0, 6.0]));
    assert_eq!(hvp(speelpenning)(&[2.0, 3.0, 4.0], &[1.0, 0.0, 0.0]), [0.0, 4.0, 3.0]);
    assert_eq!(taylor::<f64, 3>(speelpenning, &[2.0, 3.0], &[1.0, 1.0]), [6.0, 5.0, 1.0]);
}
