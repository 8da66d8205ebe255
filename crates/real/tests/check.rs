//! `check` finds derivatives that are wrong on purpose, large or small, alone or beside others. (That it passes those that
//! are right, the tests of the table show.)

use pullback_real::{Real, Scalar, Var, check, stop_gradient};

/// A function with the value of `f` and the slopes given.
fn with_slopes(f: impl Fn(&[f64]) -> f64, slopes: &[Var], x: &[Var]) -> Var {
    let plain: Vec<f64> = x.iter().map(|x| x.value()).collect();
    let lines = x.iter().zip(slopes).map(|(x, slope)| *slope * (*x - stop_gradient(*x)));
    lines.fold(Var::from(f(&plain)), |sum, line| sum + line)
}
#[track_caller]
fn planted(right: impl Fn(&[Var]) -> Var, wrong: impl Fn(&[Var]) -> Var, x: &[f64], by: &[usize]) {
    let order = by.len();
    assert_eq!(check(right, x, order).map(|_| ()), Ok(()));
    assert_eq!(check(wrong, x, order).expect_err("a fault that is found").by, by);
}

#[test]
fn a_factor_of_two() {
    let slope =
        |factor: f64| move |x: &[Var]| with_slopes(|x| x[0] * x[0], &[factor * stop_gradient(x[0])], x);
    planted(slope(2.0), slope(1.0), &[1.3], &[0]);
}
#[test]
fn a_factor_of_two_beside_a_large_offset() {
    let slope =
        |factor: f64| move |x: &[Var]| with_slopes(|x| x[0] * x[0] + 1e6, &[factor * stop_gradient(x[0])], x);
    planted(slope(2.0), slope(1.0), &[1.3], &[0]);
    // A share of 1e-5 of the derivative.
    planted(slope(2.0), slope(2.00002), &[1.3], &[0]);
}
#[test]
fn a_factor_of_two_at_a_small_scale() {
    for scale in [1e-8, 1e-200] {
        let slope = |factor: f64| {
            move |x: &[Var]| with_slopes(|x| scale * x[0] * x[0], &[factor * scale * stop_gradient(x[0])], x)
        };
        planted(slope(2.0), slope(1.0), &[1.3], &[0]);
    }
}
#[test]
fn a_missing_term() {
    let f = |x: &[f64]| x[0].sin() + x[0] * x[1];
    planted(
        |x| with_slopes(f, &[stop_gradient(x[0].cos()) + stop_gradient(x[1]), stop_gradient(x[0])], x),
        |x| with_slopes(f, &[stop_gradient(x[1]), stop_gradient(x[0])], x),
        &[0.7, 1.1],
        &[0],
    );
}
#[test]
fn slopes_in_the_wrong_order() {
    let f = |x: &[f64]| x[0] * x[1];
    planted(
        |x| with_slopes(f, &[stop_gradient(x[1]), stop_gradient(x[0])], x),
        |x| with_slopes(f, &[stop_gradient(x[0]), stop_gradient(x[1])], x),
        &[0.7, 1.1],
        &[0],
    );
}
#[test]
fn a_wrong_slope_beside_a_large_one() {
    for large in [1e7, 1e12] {
        let f = move |x: &[f64]| large * x[0] + x[1].sin();
        // What 1e12 leaves of the other's digits.
        let at: &[f64] = if large > 1e9 { &[0.0, 0.4] } else { &[0.9, 0.4] };
        planted(
            |x| with_slopes(f, &[Var::from(large), stop_gradient(x[1].cos())], x),
            |x| with_slopes(f, &[Var::from(large), 0.5 * stop_gradient(x[1].cos())], x),
            at,
            &[1],
        );
    }
}
#[test]
fn a_second_order_that_is_cut() {
    let cut = |x: &[Var]| with_slopes(|x| x[0].powi(3), &[3.0 * stop_gradient(x[0].square())], x);
    assert_eq!(check(cut, &[1.3], 1).map(|_| ()), Ok(()));
    planted(|x| x[0].powi(3), cut, &[1.3], &[0, 0]);
    // One of the mixed ones alone.
    let f = |x: &[Var]| {
        x[0].square() * stop_gradient(x[1]) + stop_gradient(x[0].square()) * (x[1] - stop_gradient(x[1]))
    };
    planted(|x| x[0].square() * x[1], f, &[1.3, 0.4], &[1, 0]);
}
