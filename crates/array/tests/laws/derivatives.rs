//! Every operation is what its definition in loops says, its derivatives are right and linear, and `f32` means the same as
//! `f64`.

use crate::common::{Case, Host, apart, differ, law, noise, numbers};
use pullback_array::check::check_grads;
use pullback_array::{Array, DType, jvp, vjp};

fn agree(what: &str, got: &[Array], want: &[Array], tolerance: f64) -> Result<(), String> {
    differ(got, want, tolerance).map_or(Ok(()), |text| Err(format!("{what}{text}")))
}
/// ⟨x, y⟩ over the floating-point arrays, and the sum of the terms' sizes.
fn dot(x: &[Array], y: &[Array]) -> (f64, f64) {
    let pairs = x.iter().zip(y).filter(|(x, _)| x.dtype().is_float());
    let terms = pairs
        .flat_map(|(x, y)| numbers(x).into_iter().zip(numbers(y)).map(|(x, y)| x * y).collect::<Vec<_>>());
    terms.fold((0.0, 0.0), |(sum, size), t| (sum + t, size + t.abs()))
}

#[test]
fn each_is_its_definition() {
    law(150, |case| {
        let Some(means) = &case.definition else { return Ok(()) };
        let x = case.example(0);
        let want = means(&x.iter().map(Host::of).collect::<Vec<_>>());
        let got = case.call(&x);
        if got.len() != want.len() {
            return Err(format!("{} arrays, not {}", got.len(), want.len()));
        }
        for (got, want) in got.iter().zip(&want) {
            if let Some(text) = apart(got, &want.array(), 1e-11) {
                return Err(text);
            }
        }
        Ok(())
    })
}

#[test]
fn pushforward_and_pullback_are_transposes() {
    law(60, |case| {
        let x = case.example(0);
        let v = noise(&x, 1);
        let (y, pushed) = jvp(|x| case.call(x))(&x, &v);
        let u = noise(&y, 2);
        let pulled = vjp(|x| case.call(x))(&x).1(&u);
        agree("value of jvp ", &y, &case.call(&x), 0.0)?;
        for (x, dx) in x.iter().zip(&pulled).chain(y.iter().zip(&pushed)) {
            if (x.shape(), x.dtype()) != (dx.shape(), dx.dtype()) {
                return Err(format!("the derivative of {:?} {} is {dx:?}", x.shape(), x.dtype()));
            }
        }
        let ((left, size), (right, other)) = (dot(&u, &pushed), dot(&pulled, &v));
        match (left - right).abs() <= 1e-12 * (1.0 + size + other) {
            true => Ok(()),
            false => Err(format!("⟨u, J v⟩ = {left}, ⟨Jᵀ u, v⟩ = {right}")),
        }
    })
}

/// A result with multiples of the inputs beside it: some results are 0 but for the roundoff of terms as large as these.
fn beside_inputs(case: &Case, x: &[Array]) -> Vec<Array> {
    let multiple = |x: &Array| if x.dtype().is_float() { x * 8.0 } else { x.clone() };
    case.call(&x.to_vec()).into_iter().chain(x.iter().map(multiple)).collect()
}

#[test]
fn derivatives_are_those_of_differences() {
    law(20, |case| {
        if case.smooth {
            check_grads(|x: &Vec<Array>| beside_inputs(case, x), &case.example(0), 1)
        }
        Ok(())
    })
}

#[test]
fn so_are_second_derivatives() {
    law(6, |case| {
        if case.smooth {
            check_grads(|x: &Vec<Array>| beside_inputs(case, x), &case.example(0), 2)
        }
        Ok(())
    })
}

/// a·x + b·y of floating-point arrays.
fn mixed(a: f64, x: &[Array], b: f64, y: &[Array]) -> Vec<Array> {
    let sum = |(x, y): (&Array, &Array)| if x.dtype().is_float() { a * x + b * y } else { x.clone() };
    x.iter().zip(y).map(sum).collect()
}

#[test]
fn pullbacks_and_pushforwards_are_linear() {
    law(30, |case| {
        let x = case.example(0);
        let (y, pullback) = vjp(|x| case.call(x))(&x);
        let (u, w) = (noise(&y, 1), noise(&y, 2));
        agree(
            "pullback ",
            &pullback(&mixed(2.5, &u, -0.5, &w)),
            &mixed(2.5, &pullback(&u), -0.5, &pullback(&w)),
            1e-12,
        )?;
        let push = |v: &Vec<Array>| jvp(|x| case.call(x))(&x, v).1;
        let (u, w) = (noise(&x, 3), noise(&x, 4));
        agree(
            "pushforward ",
            &push(&mixed(2.5, &u, -0.5, &w)),
            &mixed(2.5, &push(&u), -0.5, &push(&w)),
            1e-12,
        )
    })
}

/// With floating-point arrays in a dtype.
fn cast(x: &[Array], dtype: DType) -> Vec<Array> {
    x.iter().map(|x| if x.dtype().is_float() { x.cast(dtype) } else { x.clone() }).collect()
}

#[test]
fn single_precision_means_the_same() {
    law(30, |case: &Case| {
        let x = case.example(0);
        let (y, pullback) = vjp(|x| case.call(x))(&x);
        let (v, u) = (noise(&x, 1), noise(&y, 2));
        let (v, u) = (cast(&cast(&v, DType::F32), DType::F64), cast(&cast(&u, DType::F32), DType::F64));
        let narrow = |x: &[Array]| cast(x, DType::F32);
        let (y32, pullback32) = vjp(|x| case.call(x))(&narrow(&x));
        agree("value ", &y32, &narrow(&y), 2e-5)?;
        agree("pullback ", &pullback32(&narrow(&u)), &narrow(&pullback(&u)), 1e-4)?;
        let pushed = jvp(|x| case.call(x))(&x, &v).1;
        agree("pushforward ", &jvp(|x| case.call(x))(&narrow(&x), &narrow(&v)).1, &narrow(&pushed), 1e-4)
    })
}
