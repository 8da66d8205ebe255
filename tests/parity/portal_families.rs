//! A6, P5: Sacado, FADBAD++, Adept, dco/c++, ADiMat, ADIC/ADIFOR, OpenAD, Rapsodia, CasADi, ColPack, by what each is known for.

use super::close;
use pullback::array::{self, Array, Key, Real};
use pullback::compile::Function;
use pullback::real::chain::{Chain, Keep};
use pullback::real::sparse::{Compression, HessianColouring, Order, SparseHessian, SparseJacobian};
use pullback::real::{
    Dual, Duals, Elimination, Mode, Scalar, Series, Tape, Var, eliminate, grad, hessian, jacfwd, jacobian,
    jacobian_with, taylor,
};

fn speelpenning<R: Scalar>(x: &[R]) -> R {
    x.iter().copied().product()
}

/// Sacado: a number of directions that is known when compiling.
#[test]
fn p5_static_forward_vectors() {
    let x: [Duals<f64, 2>; 2] = [Duals::variable(3.0, 0), Duals::variable(4.0, 1)];
    assert_eq!((x[0] * x[1]).eps, [4.0, 3.0]);
}

/// Sacado: as many directions as there are variables, known when running.
#[test]
fn p5_dynamic_forward_vectors() {
    for n in [1, 7, 8, 9, 30] {
        let x: Vec<f64> = (0..n).map(|k| 1.0 + 0.1 * k as f64).collect();
        let rows = jacfwd(|x: &[Duals<f64, 8>]| [speelpenning(x)])(&x);
        rows[0].iter().zip(grad(speelpenning)(&x)).for_each(|(a, b)| close(*a, b));
    }
}

/// FADBAD++: B<F<T>>, Taylor types.
#[test]
fn p5_types_inside_types() {
    let g = grad(|x: &[Var]| {
        let inner = Dual::new(x[0], Var::from(1.0));
        (inner * inner * inner).derivative()
    });
    assert_eq!(g(&[2.0]), [12.0]);
    let t = Series::<Dual<f64>, 3>::variable(Dual::new(2.0, 1.0));
    assert_eq!(t.powi(3).coefficients()[1].derivative(), 12.0);
}

/// Adept: statements on one stack, what they multiply with on another; here both in one node.
#[test]
fn p5_two_stack_tape() {
    let t = Tape::new();
    let (x, y) = (t.var(2.0), t.var(3.0));
    let _ = (x * y).sin();
    let steps: Vec<(usize, usize)> = t.steps().iter().map(|s| (s.args.len(), s.slopes.len())).collect();
    assert_eq!(steps, [(0, 0), (0, 0), (2, 2), (1, 1)]);
}

/// Adept, dco/c++: several adjoints at once. Of arrays a batch of them is one sweep.
#[test]
fn p5_vectorised_reverse() {
    let f = |x: &Array| (x * x.sum()).sin();
    let x = Array::from([0.1, 0.2, 0.3]);
    let j = array::jacobian_with(f, Mode::Reverse, 3)(&x);
    assert!((&j - array::jacobian_with(f, Mode::Forward, 3)(&x)).abs().max().item() < 1e-15);
    let rows = jacobian_with(|x: &[Var]| x.iter().map(|y| *y * x[0]).collect::<Vec<_>>(), Mode::Reverse)(&[
        1.0, 2.0,
    ]);
    assert_eq!(rows, [[2.0, 0.0], [2.0, 1.0]]);
}

/// dco/c++: the adjoint of a loop by checkpoints that a user chooses.
#[test]
fn p5_user_checkpoints() {
    let step = |x: &f64| x.sin();
    for keep in [Keep::Full, Keep::Logarithmic, Keep::Binomial(3)] {
        let g = Chain::run(0.9, 30, keep, step).sweep(1.0, step, |x, g| g * x.cos());
        close(g, grad(|x: &[Var]| (0..30).fold(x[0], |x, _| x.sin()))(&[0.9])[0]);
    }
}

/// ADiMat, CasADi: matrices as nodes.
#[test]
fn p5_matrix_valued_graphs() {
    let m = Key::new(1).normal(&[3, 3], array::DType::F64);
    let f = |m: &Array| {
        array::linalg::inv(&(m.matmul(&m.t()) + Array::identity(3, array::DType::F64))).trace(0, 0, 1)
    };
    array::check::check_grads(f, &m, 2);
    let g = array::graph(|m: &Array| m.matmul(m).exp())(&m);
    assert_eq!(g.nodes().iter().filter(|s| s.shape == [3, 3]).count(), 3, "{g}");
}

/// OpenAD: cross-country elimination.
#[test]
fn p5_cross_country_elimination() {
    let f = |x: &[Var]| {
        let waist = (x[0] * x[1]).sin() * x[2];
        vec![waist * x[0], waist * x[1], waist]
    };
    let x = [0.3, 0.7, 1.1];
    let best = eliminate(f, Elimination::Best)(&x);
    for (a, b) in best.jacobian.iter().flatten().zip(jacobian(f)(&x).iter().flatten()) {
        close(*a, *b);
    }
}

/// Rapsodia: tensors of higher order from Taylor series along directions.
#[test]
fn p5_tensors_from_directions() {
    let f = |x: &[Series<f64, 3>]| x[0].powi(2) * x[1];
    let along = |v: [f64; 2]| 2.0 * taylor::<f64, 3>(f, &[2.0, 3.0], &v)[2];
    let (a, b, both) = (along([1.0, 0.0]), along([0.0, 1.0]), along([1.0, 1.0]));
    let h = hessian(|x: &[Var]| x[0].powi(2) * x[1])(&[2.0, 3.0]);
    assert_eq!((a, b, 0.5 * (both - a - b)), (h[0][0], h[1][1], h[0][1]));
}

/// CasADi: code generated for a function and its derivatives.
#[test]
fn p5_generated_code() {
    let f = Function::record(speelpenning, &[1.0, 2.0, 3.0]);
    for (program, name) in [(f.value(), "f"), (f.gradient(), "grad_f"), (f.hessian(), "hess_f")] {
        assert!(program.to_c(name).unwrap().contains(&format!("int {name}(")));
    }
}

/// ColPack: colourings of columns, rows and both, of Hessians by stars and acyclically, in every order.
#[test]
fn p5_colouring_heuristics() {
    let x: Vec<f64> = (0..20).map(f64::from).collect();
    let arrow = |x: &[Var]| {
        (0..20).map(|i| if i == 0 { x.iter().copied().sum() } else { x[i] * x[0] }).collect::<Vec<_>>()
    };
    let energy = |x: &[Var]| x.windows(3).map(|w| w[0] * w[1] * w[2]).sum::<Var>();
    let (want, h) = (jacobian(arrow)(&x), hessian(energy)(&x));
    let orders =
        [Order::Natural, Order::LargestFirst, Order::SmallestLast, Order::IncidenceDegree, Order::Random(3)];
    for order in orders {
        for compression in [Compression::Columns, Compression::Rows, Compression::Both] {
            let sparse = SparseJacobian::with(arrow, &x, compression, order);
            assert_eq!(sparse.evaluate(&x).unwrap().to_dense(), want);
            if compression == Compression::Both {
                assert!(sparse.sweeps() < 20, "{}", sparse.sweeps());
            }
        }
        for colouring in [HessianColouring::Star, HessianColouring::Acyclic] {
            let sparse = SparseHessian::with(energy, &x, colouring, order);
            let found = sparse.evaluate(&x).unwrap().to_dense();
            assert!(sparse.sweeps() <= 8, "{}", sparse.sweeps());
            for (a, b) in found.iter().flatten().zip(h.iter().flatten()) {
                close(*a, *b);
            }
        }
    }
}
