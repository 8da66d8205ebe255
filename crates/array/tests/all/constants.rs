//! Constant arrays are folded as they are built: with the values, dtypes and checks that data have.

use crate::panics::panic_of;
use pullback_array::*;

/// The same elements as data.
fn data(x: &Array) -> Array {
    match x.dtype() {
        DType::F64 => Array::from_slice(&x.to_vec::<f64>(), x.shape()),
        DType::F32 => Array::from_slice(&x.to_vec::<f32>(), x.shape()),
        DType::I64 => Array::from_slice(&x.to_vec::<i64>(), x.shape()),
        DType::I32 => Array::from_slice(&x.to_vec::<i32>(), x.shape()),
        DType::Bool => Array::from_slice(&x.to_vec::<bool>(), x.shape()),
        other => panic!("{other} is not compared here"),
    }
}
fn shown(x: &Array) -> (DType, Vec<usize>, String) {
    (x.dtype(), x.shape().to_vec(), format!("{x:?}"))
}

#[test]
fn reductions_of_constants_are_those_of_data() {
    let numbers =
        [0.0, -0.0, 1.0, -2.5, 0.1, 3e9, 4e9, 1e19, 3e38, 1e308, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for dtype in [DType::F64, DType::F32, DType::I64, DType::I32] {
        for n in [0, 1, 2, 3, 1000] {
            for c in numbers {
                let x = Array::full(&[n], c, dtype);
                let (ours, theirs) = (x.sum(), data(&x).sum());
                let near = match dtype {
                    DType::F64 => (ours.item() - theirs.item()).abs() <= 1e-12 * theirs.item().abs(),
                    DType::F32 => {
                        (ours.cast(DType::F64).item() - theirs.cast(DType::F64).item()).abs()
                            <= 1e-5 * theirs.cast(DType::F64).item().abs()
                    }
                    _ => false,
                };
                assert!(
                    near || shown(&ours) == shown(&theirs),
                    "sum of {n} × {c} {dtype}: {ours:?}, data {theirs:?}"
                );
                if n > 0 {
                    assert_eq!(shown(&x.max()), shown(&data(&x).max()), "max of {c} {dtype}");
                    assert_eq!(shown(&x.min()), shown(&data(&x).min()), "min of {c} {dtype}");
                }
            }
        }
    }
    assert_eq!(Array::full(&[0], f64::INFINITY, DType::F64).sum().item(), 0.0);
    assert_eq!(Array::full(&[2], 3e38, DType::F32).sum().cast(DType::F64).item(), f64::INFINITY);
    assert_eq!(Array::full(&[3], 1073741824.0, DType::I32).sum().to_vec::<i32>(), [-1073741824]);
    assert_eq!(
        Array::full(&[4], 9e18, DType::I64).sum().to_vec::<i64>(),
        [9_000_000_000_000_000_000i64.wrapping_mul(4)]
    );
}

#[test]
fn constants_are_converted_as_data_are() {
    let all = [DType::F64, DType::F32, DType::I64, DType::I32, DType::Bool];
    let numbers =
        [0.0, 0.5, -0.5, 1.0, 3e9, -3e9, 1e19, 1e39, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for (from, to) in all.into_iter().flat_map(|a| all.map(|b| (a, b))) {
        for c in numbers {
            let x = Array::full(&[2], c, from);
            assert_eq!(shown(&x.cast(to)), shown(&data(&x).cast(to)), "{c} from {from} to {to}");
        }
    }
}

type Take<'a> = Box<dyn Fn() -> Array + 'a>;

#[test]
fn indices_of_constant_arrays_are_checked() {
    let bad = [i64::MAX, i64::MIN, 3, -4];
    for i in bad {
        let index = Array::from([i]);
        let takes: [(&str, Take); 8] = [
            ("take of ones", Box::new(|| Array::ones(&[3], DType::F64).take(&index, 0))),
            ("take of zeros", Box::new(|| Array::zeros(&[3, 2], DType::F32).take(&index, 0))),
            ("get of ones", Box::new(|| Array::ones(&[3, 3], DType::F64).get((.., &index)))),
            ("along an axis", Box::new(|| Array::ones(&[3], DType::I64).take_along_axis(&index, 0))),
            ("at_add of zeros", Box::new(|| Array::ones(&[3], DType::F64).at_add(&index, 0.0))),
            ("at_add to zeros", Box::new(|| Array::zeros(&[3], DType::F64).at_add(&index, 1.0))),
            ("at_set", Box::new(|| Array::zeros(&[3], DType::F64).at_set(&index, 0.0))),
            ("segment_sum", Box::new(|| Array::zeros(&[1], DType::F64).segment_sum(&index, 3))),
        ];
        for (name, take) in &takes {
            let panic =
                panic_of(|| take().eval().clone()).unwrap_or_else(|| panic!("{name} at {i} was not noticed"));
            assert!(panic.text.contains("out of range"), "{name} at {i}: {panic:?}");
            let compiled = jit(|_: &Array| take() * Array::from(1.0).cast(take().dtype()));
            assert!(
                panic_of(|| compiled(&Array::from(0.0)).eval().clone()).is_some(),
                "{name} at {i}, compiled"
            );
        }
    }
    let (x, i) = (Array::ones(&[3], DType::F64), Array::from([2, 0]));
    assert_eq!(x.take(&i, 0).to_vec::<f64>(), [1.0, 1.0]);
    assert_eq!(grad(|x: &Array| x.take(&i, 0).sum())(&x).to_vec::<f64>(), [1.0, 0.0, 1.0]);
}

/// What is said of it, and the mistake.
type Mistake = (&'static str, fn() -> Array);

#[test]
fn plain_numbers_beyond_an_integers_range_are_refused() {
    let cases: [Mistake; 6] = [
        ("the number 3000000000 is not a value of a i32 array", || Array::from([1]) + 3e9),
        ("the number 3000000000 is not a value of a i32 array", || Array::from([1]) + 3_000_000_000),
        ("the number 4294967297 is not a value of a i32 array", || {
            Array::from([i32::MAX]).equal(4294967297.0)
        }),
        ("the number 4294967297 is not a value of a i32 array", || Array::from([i32::MAX]).equal(4294967297)),
        ("the number 9223372036854776000 is not a value of a i64 array", || {
            Array::from([1i64]).maximum(i64::MAX as f64)
        }),
        ("the number -inf is not a value of a i64 array", || Array::from([1i64]).maximum(f64::NEG_INFINITY)),
    ];
    for (text, mistake) in cases {
        let panic = panic_of(|| mistake().eval().clone()).expect("refused");
        assert!(panic.text.contains(text), "{panic:?}");
        assert!(panic.file.ends_with("constants.rs"), "{panic:?}");
    }
    assert_eq!((Array::from([1i64]) * i64::MIN as f64).to_vec::<i64>(), [i64::MIN]);
    assert_eq!((Array::from([0]) - i32::MAX as f64).to_vec::<i32>(), [-i32::MAX]);
}

#[test]
fn whole_numbers_stand_beside_arrays() {
    let x = Array::from([1.5, 2.0]);
    assert_eq!((&x + 1).to_vec::<f64>(), [2.5, 3.0]);
    assert_eq!((2 * &x - 1).to_vec::<f64>(), [2.0, 3.0]);
    assert_eq!(((4 / x.clone()) % 3).to_vec::<f64>(), [(4.0 / 1.5) % 3.0, 2.0]);
    assert_eq!(x.pow(2).to_vec::<f64>(), [2.25, 4.0]);
    let mut y = x.clone();
    y += 1;
    y *= 2;
    assert_eq!(y.to_vec::<f64>(), [5.0, 6.0]);
    let tokens = Array::from([0i64, 7, i64::MAX]);
    assert_eq!(tokens.equal(0).to_vec::<bool>(), [true, false, false]);
    assert_eq!((&tokens + 0).to_vec::<i64>(), [0, 7, i64::MAX]);
    // A number that an f64 cannot hold is exact, or not given as one.
    let panic = panic_of(|| (&tokens - 1).get(2).item()).expect("refused");
    assert!(panic.text.starts_with("item: an f64 cannot hold the number 9223372036854775806"), "{panic:?}");
    assert_eq!(Array::from([i64::MIN]).item(), -(2f64.powi(63)));
    assert_eq!((&tokens - i64::MAX).to_vec::<i64>(), [-i64::MAX, 7 - i64::MAX, 0]);
    assert_eq!(tokens.equal(i64::MAX).to_vec::<bool>(), [false, false, true]);
    assert_eq!((Array::from([1.0f32]) + 1).dtype(), DType::F32);
    assert_eq!(grad(|x: &Array| (x.pow(3) / 2).sum())(&x).to_vec::<f64>(), [1.5 * 2.25, 6.0]);
    // Inference is whole.
    assert_eq!((&x * 2).get(0).item(), 3.0);
    assert_eq!((2.5 + &x * 2 + 0.5).sum().item(), 13.0);
}

#[test]
fn a_point_of_integers_has_no_derivative() {
    let cases: [(&'static str, fn()); 5] = [
        ("grad: there is no derivative by integers", || {
            drop(grad(|x: &Array| x.cast(DType::F64).square().sum())(&Array::from([1, 2])))
        }),
        ("value_and_grad: there is no derivative by integers", || {
            drop(value_and_grad(|x: &Array| x.cast(DType::F64).sum())(&Array::from([true])))
        }),
        ("unconnected: there is no derivative by integers", || {
            drop(unconnected(|x: &Array| x.cast(DType::F64).sum())(&Array::from([1, 2])))
        }),
        ("jacobian: there is no derivative by integers", || {
            drop(jacobian(|x: &Array| x.cast(DType::F64))(&Array::from([1, 2])))
        }),
        ("hessian: there is no derivative by integers", || {
            drop(hessian(|x: &Array| x.cast(DType::F64).sum())(&Array::from([1, 2])))
        }),
    ];
    for (text, mistake) in cases {
        let panic = panic_of(mistake).expect("refused");
        assert!(panic.text.contains(text) && panic.text.contains("constants.rs"), "{panic:?}");
    }
    // A pullback is as general as a function, and gives integers nothing.
    let (y, pull) = vjp(|x: &Array| x.cast(DType::F64))(&Array::from([1, 2]));
    assert_eq!(pull(&y).to_vec::<i32>(), [0, 0]);
    // Beside floating-point leaves they are constants, and a point without leaves has an empty derivative.
    let g = grad(|(x, i): &(Array, Array)| x.take(i, 0).sum())(&(Array::from([1.0, 2.0]), Array::from([1])));
    assert_eq!((g.0.to_vec::<f64>(), g.1.to_vec::<i32>()), (vec![0.0, 1.0], vec![0]));
    grad(|_: &()| Array::from(1.0))(&());
}
