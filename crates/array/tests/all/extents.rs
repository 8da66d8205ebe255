//! Extents, steps and paddings that no memory holds are refused in the caller's line, before anything is computed with
//! them: kernels rely on extents and strides whose products do not overflow.

use crate::panics::panic_of;
use pullback_array::*;

const F64: DType = DType::F64;

fn row() -> Array {
    Array::arange(0.0, 1024.0, 1.0)
}
fn three() -> Array {
    Array::from([1.0, 2.0, 3.0])
}

/// Holds that each of these is refused, in a line of this file, with a text of its own.
macro_rules! refused {
    ($($name:ident: $($call:expr),+;)*) => { $(
        #[test]
        fn $name() {
            $({
                let panic = panic_of(|| {
                    let y = $call;
                    std::hint::black_box(&y);
                });
                let panic = panic.unwrap_or_else(|| panic!("{} was not refused", stringify!($call)));
                assert!(panic.file.ends_with("extents.rs"), "{}: {panic:?}", stringify!($call));
                assert!(
                    ["more than memory can hold", "beyond what memory can hold", "does not go into", "do not fill shape", "out of range", "of axis"]
                        .iter()
                        .any(|text| panic.text.contains(text)),
                    "{}: {panic:?}",
                    stringify!($call)
                );
            })+
        }
    )* };
}

refused! {
    shapes_whose_size_wraps_are_no_shapes:
        row().broadcast_to(&[(1i64 << 54) + 2, 1024][..]),
        three().expand_dims([0i64]).repeat((1usize << 61) + 2, 0),
        Array::ones(&[1, 8], F64).broadcast_to(&[(1i64 << 61) + 2, 8][..]).matmul(&Array::ones(&[8, 2], F64)),
        Array::full(&[1 << 40, 1 << 40], 1.0, F64).sum(),
        Array::zeros(&[0, 1 << 62], F64),
        Array::full(&[1 << 61], 1.0, DType::C128),
        Array::from_slice::<f64>(&[], &[1 << 32, 1 << 32]),
        Array::eye(1 << 31, 1 << 31, 0, F64),
        Array::range(usize::MAX, DType::Bool),
        Array::zeros(&[1 << 32], F64).reshape([1i64 << 62, 1 << 62]),
        Array::from([1.0]).reshape([1i64 << 32, 1 << 32, -1]);
    ranges_without_an_end_are_refused:
        Array::arange(0.0, 1e30, 1.0),
        Array::arange(0.0, 1.0, 1e-300),
        Array::linspace(0.0, 1.0, 1 << 62),
        three().vander(1 << 62),
        three().one_hot_of(1 << 62);
    repeated_and_padded_arrays_fit_into_memory:
        three().tile(i64::MAX),
        three().tile([i64::MAX, i64::MAX]),
        three().repeat(usize::MAX, 0),
        three().repeat_each([1i64, i64::MAX, 1], 0),
        three().repeat_each([i64::MAX, i64::MAX, i64::MAX], 0),
        three().pad(&[(1 << 62, 0)], PadMode::Constant(0.0)),
        three().pad(&[(usize::MAX, usize::MAX)], PadMode::Constant(1.0)),
        three().pad(&[(1 << 62, 1 << 62)], PadMode::Wrap),
        three().pad(&[(usize::MAX, 0)], PadMode::Reflect),
        three().lax_pad(&[(0, 0, usize::MAX)], 0.0),
        three().lax_pad(&[(isize::MIN, isize::MAX, 0)], 0.0),
        three().diag(isize::MAX),
        three().diag(isize::MIN),
        three().segment_sum(&Array::from([0, 1, 2]), 1 << 62),
        concatenate(&[Array::zeros(&[1 << 59], F64), Array::zeros(&[1 << 59], F64), Array::zeros(&[1 << 59], F64)], 0),
        Array::zeros(&[1 << 30, 1], F64).matmul(&Array::zeros(&[1, 1 << 31], F64)),
        Key::new(1).normal(&[1 << 40, 1 << 40], F64);
    windows_stay_in_what_can_be_counted:
        Array::ones(&[1, 8, 1], F64).conv(&Array::ones(&[2, 1, 1], F64), &[1], &[(0, 0)], &[usize::MAX]),
        Array::ones(&[1, 8, 1], F64).conv(&Array::ones(&[2, 1, 1], F64), &[1], &[(1 << 62, 1 << 62)], &[1]),
        Array::ones(&[1, 8, 1], F64).conv(&Array::ones(&[2, 1, 1], F64), &[usize::MAX], &[(0, 0)], &[1]),
        three().sum_pool(&[2], &[1], &[(usize::MAX, 0)]),
        three().slice_axis(0, 1, 3, usize::MAX),
        three().slice_axis(0, usize::MAX, 1, 1);
}

trait OneHot {
    fn one_hot_of(&self, n: usize) -> Array;
}
impl OneHot for Array {
    #[track_caller]
    fn one_hot_of(&self, n: usize) -> Array {
        self.cast(DType::I64).one_hot(n, F64)
    }
}

#[test]
fn extreme_but_possible_numbers_are_right() {
    let values = |x: &Array| x.to_vec::<f64>();
    assert_eq!(values(&three().roll(i64::MIN, 0)), values(&three().roll(i64::MIN.rem_euclid(3), 0)));
    assert_eq!(values(&three().roll(i64::MAX, 0)), values(&three().roll(i64::MAX % 3, 0)));
    assert_eq!(values(&three().get(s![..;isize::MAX])), [1.0]);
    assert_eq!(values(&three().get(s![..;isize::MIN])), [3.0]);
    assert_eq!(values(&three().get(s![1..=isize::MAX])), [2.0, 3.0]);
    assert_eq!(values(&three().get(s![isize::MIN..2])), [1.0, 2.0]);
    assert_eq!(values(&grad(|x: &Array| x.get(s![..;isize::MIN]).sum())(&three())), [0.0, 0.0, 1.0]);
    let square = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    for k in [isize::MIN, isize::MAX] {
        assert_eq!(square.diagonal(k, 0, 1).shape(), [0]);
        let (low, high) = (values(&square.tril(k)), values(&square.triu(k)));
        assert_eq!(
            (low, high),
            if k < 0 { (vec![0.0; 4], values(&square)) } else { (values(&square), vec![0.0; 4]) }
        );
    }
    assert_eq!(three().sum_pool(&[1 << 40], &[1], &[(0, 0)]).shape(), [0]);
    assert_eq!(values(&three().vander(4)), [1.0, 1.0, 1.0, 1.0, 8.0, 4.0, 2.0, 1.0, 27.0, 9.0, 3.0, 1.0]);
    assert_eq!(values(&Array::zeros(&[0], F64).tile(7)), [0.0; 0]);
}

#[test]
fn views_of_what_is_small_may_be_large() {
    let wide = Array::from([2.0]).broadcast_to(&[1i64 << 50][..]);
    assert_eq!(wide.get(s![..;1 << 49]).to_vec::<f64>(), [2.0, 2.0]);
    assert_eq!(wide.get(-1).item(), 2.0);
}
