//! What arrays print.

use pullback_array::*;

#[test]
fn printing() {
    let text = |x: Array| (format!("{x}"), format!("{x:?}"));
    assert_eq!(text(Array::from([[1.0, -2.5], [10.0, f64::NAN]])).0, "[[ 1.  -2.5]\n [10.   nan]]");
    assert_eq!(text(Array::from([0.1f32, 2.0])).1, "Array([0.1, 2. ], f32)");
    assert_eq!(text(Array::from([1e-10, 1.0])).0, "[1.e-10 1.e+00]");
    assert_eq!(text(Array::from([[1, 2], [30, 4]])).1, "Array([[ 1,  2],\n       [30,  4]], i32)");
    assert_eq!(text(Array::zeros(&[0, 3], DType::Bool)).1, "Array([], shape=[0, 3], bool)");
    assert_eq!(text(Array::from(2.5)), ("2.5".into(), "Array(2.5, f64)".into()));
    assert_eq!(text(Array::range(2000, DType::I64)).0, "[   0    1    2 ... 1997 1998 1999]");
    let long = text(Array::range(40, DType::I32)).0;
    assert!(
        long.lines().count() == 2 && long.lines().all(|l| l.len() <= 76) && long.contains("\n "),
        "{long}"
    );
}
