//! Random programs: reverse sweeps against forward ones, recorded or not, and gradients of gradients.
use proptest::prelude::*;
use pullback_real::{
    Binary, Mode, Real, Scalar, Unary, Var, grad, grad_or_none, hessian, jacfwd, jacobian, jacobian_with,
    jvp, linearize,
};

/// Operations that are smooth everywhere and keep numbers small.
const UNARY: [Unary; 6] = [Unary::Sin, Unary::Tanh, Unary::Atan, Unary::Logistic, Unary::Neg, Unary::Asinh];
const BINARY: [Binary; 4] = [Binary::Add, Binary::Sub, Binary::Mul, Binary::Hypot];

/// One operation: which, and on which earlier numbers.
type Instruction = (usize, prop::sample::Index, prop::sample::Index);

fn run<R: Scalar>(program: &[Instruction], x: &[R]) -> Vec<R> {
    let mut list = x.to_vec();
    list.push(R::lift(0.7));
    for (op, a, b) in program {
        let (a, b) = (list[a.index(list.len())], list[b.index(list.len())]);
        list.push(match op {
            0..6 => R::unary(UNARY[*op], &a),
            6..10 => R::binary(BINARY[op - 6], &a, &b).tanh(),
            10 => a * 0.5,
            _ => R::select(&a.less(b), &a, &b),
        })
    }
    list.split_off(list.len() - 3)
}
fn programs() -> impl Strategy<Value = Vec<Instruction>> {
    prop::collection::vec((0..12usize, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 3..60)
}
fn points() -> impl Strategy<Value = [f64; 9]> {
    prop::array::uniform9(-2.0..2.0f64)
}
fn close(a: &[f64], b: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(b) {
        prop_assert!((x - y).abs() <= 1e-11 * (1.0 + y.abs()), "{:?} != {:?}", a, b);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn reverse_is_forward(program in programs(), x in points()) {
        let reverse = jacobian_with(|x| run(&program, x), Mode::Reverse)(&x).concat();
        close(&reverse, &jacfwd(|x| run(&program, x))(&x).concat())?;
        close(&reverse, &jacobian(|x| run(&program, x))(&x).concat())?;
        let padded = jacobian(|x| [run(&program, x), run(&program, x), run(&program, x), run(&program, x)].concat());
        close(&reverse, &padded(&x).concat()[..reverse.len()])?;
    }
    #[test]
    fn a_pullback_is_the_transpose(program in programs(), x in points(), dx in points(), g in prop::array::uniform3(-1.0..1.0)) {
        let (y, pullback) = linearize(|x| run(&program, x))(&x);
        let (z, dz) = jvp(|x| run(&program, x))(&x, &dx);
        prop_assert_eq!(y, z);
        close(&pullback.push(&dx), &dz)?;
        let left: f64 = pullback.pull(&g).iter().zip(&dx).map(|(a, b)| a * b).sum();
        let right: f64 = dz.iter().zip(&g).map(|(a, b)| a * b).sum();
        close(&[left], &[right])?;
    }
    #[test]
    fn second_derivatives_agree(program in programs(), x in points()) {
        let f = |x: &[Var]| run(&program, x)[2];
        let h = hessian(f)(&x);
        for (i, row) in h.iter().enumerate() {
            close(row, &grad(|x| grad(f)(x)[i])(&x))?;
            let unit: Vec<Var> = (0..9).map(|k| Var::from(if k == i { 1.0 } else { 0.0 })).collect();
            close(row, &grad(|x| jvp(|x| run(&program, x))(x, &unit).1[2])(&x))?;
            let column: Vec<f64> = h.iter().map(|row| row[i]).collect();
            close(row, &column)?;
        }
    }
    #[test]
    fn unconnected_variables_have_no_derivative(program in programs(), x in points()) {
        let f = |x: &[Var]| run(&program, x)[2];
        let g = grad(f)(&x);
        for (k, connected) in grad_or_none(f)(&x).into_iter().enumerate() {
            prop_assert_eq!(connected.unwrap_or(0.0), g[k]);
            if connected.is_none() {
                let mut moved = x;
                moved[k] += 0.0;
                prop_assert_eq!(run(&program, &moved)[2], run(&program, &x)[2]);
            }
        }
    }
}
