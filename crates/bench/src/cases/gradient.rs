//! What array cases have in common: a function of parameters and data, its compiled gradient or training step, and the
//! check against numbers that another tool computed.

use super::programs::Random;
use crate::harness::{Case, compare};
use pullback::array::{
    Array, DType, Real, Tree, jit, jit_update,
    tree::{self, leaves, map, zip},
    value_and_grad,
};
use std::cell::RefCell;

/// What JAX computes in double precision from the same numbers: `bench/reference.py` prints it.
#[derive(Clone, Copy)]
pub struct Reference {
    pub value: f64,
    /// The sum of squares of the gradient.
    pub gradient: f64,
    /// The value after [`STEPS`] steps of gradient descent; for training only.
    pub after: f64,
}

/// How far gradient descent goes in one step.
pub const RATE: f64 = 1e-3;
/// How many steps the check of a training case takes.
const STEPS: usize = 20;

/// A scalar function of parameters and data.
pub type Loss<P, D> = fn(&P, &D) -> Array;

/// Numbers of variance one without a pattern.
pub fn numbers(shape: &[usize], seed: u64, dtype: DType) -> Array {
    let data = Random::fill(seed, shape.iter().product(), -3f64.sqrt(), 3f64.sqrt());
    Array::from_slice(&data, shape).cast(dtype).eval().clone()
}
/// The same in single precision, times a number.
pub fn scaled(shape: &[usize], seed: u64, scale: f64) -> Array {
    (numbers(shape, seed, DType::F32) * scale).eval().clone()
}
/// The sum of squares of every leaf.
pub fn size(tree: &(impl Tree + Clone)) -> f64 {
    leaves(tree).iter().map(|x| x.cast(DType::F64).square().sum().item()).sum()
}
fn wide<T: Tree + Clone>(tree: &T) -> T {
    map(tree, |x| if x.dtype() == DType::F32 { x.cast(DType::F64) } else { x.clone() })
}

/// Value and gradient as compiled, and in double precision, against the reference.
pub fn check<P: Tree + Clone, D: Tree + Clone>(
    f: Loss<P, D>,
    (p, d): &(P, D),
    want: Reference,
) -> Result<(), String> {
    let both = jit(move |(p, d): &(P, D)| value_and_grad(|p: &P| f(p, d))(p));
    let say = |(y, g): (Array, P), loose: f64| {
        compare("the value", y.item(), want.value, loose)?;
        compare("the gradient's sum of squares", size(&g), want.gradient, 10.0 * loose)
    };
    let single = leaves(p).iter().any(|x| x.dtype() == DType::F32);
    if single {
        say(both(&(p.clone(), d.clone())), 2e-5)?;
    }
    say(both(&(wide(p), wide(d))), 1e-12)
}

/// The compiled gradient against differences along it, in double precision: for inputs that no other tool has seen.
pub fn along_the_gradient<P: Tree + Clone, D: Tree + Clone>(
    f: Loss<P, D>,
    (p, d): &(P, D),
) -> Result<(), String> {
    let (p, d) = (wide(p), wide(d));
    let g = jit(move |(p, d): &(P, D)| value_and_grad(|p: &P| f(p, d))(p))(&(p.clone(), d.clone())).1;
    let size = size(&g);
    let h = 1e-4 / size.sqrt();
    let at = |t: f64| f(&zip(&p, &g, |p, g| p + t * g), &d).item();
    compare("the slope along the gradient", (at(h) - at(-h)) / (2.0 * h), size, 1e-5)
}

/// Value and gradient by the parameters.
pub fn gradient<P: Tree + Clone + 'static, D: Tree + Clone + 'static>(
    both: (P, D),
    f: Loss<P, D>,
    check: impl Fn(&(P, D)) -> Result<(), String> + 'static,
    note: impl Fn(f64) -> String + 'static,
) -> Case {
    let value = jit(move |(p, d): &(P, D)| f(p, d));
    let gradient = jit(move |(p, d): &(P, D)| value_and_grad(|p: &P| f(p, d))(p));
    let (for_check, for_primal) = (both.clone(), both.clone());
    Case {
        check: Box::new(move || check(&for_check)),
        run: Box::new(move || drop(gradient(&both))),
        primal: Box::new(move || drop(value(&for_primal))),
        note: Box::new(note),
    }
}

fn descend<P: Tree + Clone, D>(f: Loss<P, D>) -> impl Fn(&P, &D) -> (P, Array) + Copy {
    move |p, d| {
        let (y, g) = value_and_grad(|p: &P| f(p, d))(p);
        (zip(p, &g, |p, g| p - RATE * g), y)
    }
}

/// A step of gradient descent, compiled, in the old parameters' memory; against the value alone.
pub fn training<P: Tree + Clone + 'static, D: Tree + Clone + 'static>(
    both: (P, D),
    f: Loss<P, D>,
    want: Reference,
) -> Case {
    let value = jit(move |(p, d): &(P, D)| f(p, d));
    let step = jit_update(descend(f));
    let (state, data) = (RefCell::new(both.0.clone()), both.1.clone());
    let for_primal = both.clone();
    let learns = move || {
        check(f, &both, want)?;
        let step = jit_update(descend(f));
        let mut state = both.0.clone();
        for _ in 0..STEPS {
            step(&mut state, &both.1);
        }
        let last = step(&mut state, &both.1).item();
        compare("the fall of the value", want.value - last, want.value - want.after, 0.02)
    };
    Case {
        check: Box::new(learns),
        run: Box::new(move || drop(step(&mut state.borrow_mut(), &data))),
        primal: Box::new(move || drop(value(&for_primal))),
        note: Box::new(|s| format!("{:.2} µs a step", s * 1e6)),
    }
}

/// The same step compiled, and evaluated as it is written: the ratio is what compiling saves.
pub fn evaluated<P: Tree + Clone + 'static, D: Tree + Clone + 'static>(
    both: (P, D),
    f: Loss<P, D>,
    want: Reference,
) -> Case {
    let step = descend(f);
    let compiled = jit_update(step);
    let (state, other, data) =
        (RefCell::new(both.0.clone()), RefCell::new(both.0.clone()), (both.1.clone(), both.1.clone()));
    Case {
        check: Box::new(move || check(f, &both, want)),
        run: Box::new(move || {
            let both = step(&state.borrow(), &data.0);
            tree::eval(&both);
            *state.borrow_mut() = both.0
        }),
        primal: Box::new(move || drop(compiled(&mut other.borrow_mut(), &data.1))),
        note: Box::new(|s| format!("{:.2} µs a step; the ratio is to the compiled one", s * 1e6)),
    }
}
