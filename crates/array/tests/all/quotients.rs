//! Remainders and integer quotients of arrays: the true quotients of floats, in values and slopes, and integers as they are.
use pullback_array::{Array, DType, Real, grad, jit, jvp};

#[test]
fn floats_divide_by_their_true_quotients() {
    let (mut x, mut y) = (vec![], vec![]);
    for i in -40..40 {
        for j in (-30..30).filter(|j| *j != 0) {
            x.push(f64::from(i) / 10.0);
            y.push(f64::from(j) / 100.0)
        }
    }
    x.extend([-1.0, 1.0, -1e-300, 1e300, f64::INFINITY, 1.0]);
    y.extend([f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300, 1.0, 0.0]);
    let want: Vec<f64> =
        x.iter().zip(&y).map(|(x, y)| pullback_real::special::floor_divide(*x, *y)).collect();
    let (x, y) = (Array::from(x), Array::from(y));
    let divide = jit(|(x, y): &(Array, Array)| x.floor_divide(y));
    for have in [x.floor_divide(&y), divide(&(x.clone(), y.clone()))] {
        let have = have.to_vec::<f64>();
        assert!(have.iter().zip(&want).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()))
    }
    assert_eq!(Array::from(1.0).floor_divide(0.1).item(), 9.0);
    assert_eq!(Array::from(-1.0).floor_divide(f64::INFINITY).item(), -1.0);
    let tenth = Array::from([0.1f32]);
    assert_eq!(Array::from([1.0f32]).floor_divide(&tenth).to_vec::<f32>(), [9.0]);
}

/// Forward, reverse and twice, in both precisions.
#[test]
fn slopes_by_the_divisor_are_the_quotients() {
    for dtype in [DType::F64, DType::F32] {
        let x = Array::from([1.0, 0.3, -0.7, 7.5]).cast(dtype);
        let y = Array::from([0.1, 0.1, 0.1, -2.5]).cast(dtype);
        for trunc in [true, false] {
            let f = |x: &Array, y: &Array| if trunc { x.fmod(y) } else { x.remainder(y) };
            let whole = -if trunc { x.trunc_divide(&y) } else { x.floor_divide(&y) };
            let by_y = |y: &Array| grad(|y: &Array| f(&x, y).sum())(y);
            let numbers = |x: &Array| x.cast(DType::F64).to_vec::<f64>();
            assert_eq!(numbers(&by_y(&y)), numbers(&whole));
            assert_eq!(numbers(&jvp(|y: &Array| f(&x, y))(&y, &y.ones_like()).1), numbers(&whole));
            assert_eq!(numbers(&grad(|y: &Array| by_y(y).sum())(&y)), [0.0; 4]);
        }
    }
    assert_eq!(grad(|y: &Array| Array::from(1.0).fmod(y))(&Array::from(0.1)).item(), -9.0);
}

#[test]
fn integers_divide_without_floats() {
    let big = Array::from([9007199254740993i64, i64::MIN, i64::MIN, i64::MAX, -7, 7, 5]);
    let by = Array::from([1i64, -1, 3, -2, 2, -2, 0]);
    let want = [9007199254740993, i64::MIN, -3074457345618258603, -4611686018427387904, -4, -4, 0];
    assert_eq!(big.floor_divide(&by).to_vec::<i64>(), want);
    assert_eq!(big.remainder(&by).to_vec::<i64>(), [0, 0, 1, -1, 1, -1, 0]);
    assert_eq!(big.trunc_divide(&by).to_vec::<i64>()[3..], [-4611686018427387903, -3, -3, 0]);
    assert_eq!(big.floor_divide(1.0).to_vec::<i64>(), big.to_vec::<i64>());
    let small = Array::from([i32::MIN, i32::MIN, -7, 9]);
    let by = Array::from([-1i32, 0, 2, -2]);
    assert_eq!(small.floor_divide(&by).to_vec::<i32>(), [i32::MIN, 0, -4, -5]);
    assert_eq!(small.remainder(&by).to_vec::<i32>(), [0, 0, 1, -1]);
    let divide = jit(|(x, y): &(Array, Array)| x.floor_divide(y));
    assert_eq!(divide(&(small, by)).to_vec::<i32>(), [i32::MIN, 0, -4, -5]);
}
