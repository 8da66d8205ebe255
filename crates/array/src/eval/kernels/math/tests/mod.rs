//! Tests of accuracy against exact values, of special cases, and of equal results over levels, lengths and
//! positions.
//!
//! `reference.txt` has a line for each case: a function, its arguments, the nearest `f64` to the result as
//! computed by mpmath with 200 bits (all as bit patterns), and the exact result less that, in ulp.

mod accuracy;
mod special;

use super::*;

/// The levels of this machine.
pub fn levels() -> impl Iterator<Item = CpuLevel> {
    [CpuLevel::Baseline, CpuLevel::Avx2, CpuLevel::Avx512].into_iter().filter(|l| *l <= detect())
}

pub fn eval<T: Float>(level: CpuLevel, op: Unary, x: &[T]) -> Vec<T> {
    let mut out = vec![T::of(0.0); x.len()];
    unary(level, op, x, &mut out);
    out
}

pub fn eval2<T: Float>(level: CpuLevel, op: Binary, x: &[T], y: &[T]) -> Vec<T> {
    let mut out = vec![T::of(0.0); x.len()];
    binary(level, op, x, y, &mut out);
    out
}

/// `count` bit patterns spread over all of them.
pub fn patterns(count: u64) -> impl Iterator<Item = u64> {
    (0..count)
        .map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17).wrapping_mul(0xbf58_476d_1ce4_e5b9))
}

/// Arguments for bitwise comparisons: all magnitudes, the usual range, and special values.
pub fn arguments() -> Vec<f64> {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::INFINITY,
        -f64::INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1e300,
    ];
    let wide = patterns(1000).map(f64::from_bits);
    let usual = patterns(1000).map(|b| (b as i64 as f64) / 2f64.powi(60));
    special.into_iter().chain(wide).chain(usual).collect()
}

/// The numbers as text, which is equal where their bits are, and for all NaNs.
pub fn bits<T: Float>(x: &[T]) -> Vec<String> {
    x.iter().map(|x| format!("{x:?}")).collect()
}

/// The FMA levels give the same bits as each other; every level gives the same bits for any length and
/// position.
fn same_bits<T: Float>(x: &[T]) {
    let y: Vec<T> = x.iter().rev().copied().collect();
    for &op in Unary::ALL {
        for level in levels() {
            let all = bits(&eval(level, op, x));
            if level == CpuLevel::Avx512 {
                assert_eq!(all, bits(&eval(CpuLevel::Avx2, op, x)), "{op:?}");
            }
            for (start, len) in [(0, 1), (3, 7), (5, 16), (1, 17), (2, 31), (700, 101)] {
                let part = eval(level, op, &x[start..start + len]);
                assert_eq!(bits(&part), all[start..start + len], "{op:?} {level:?} {start} {len}");
            }
        }
    }
    for &op in Binary::ALL {
        for level in levels() {
            let all = bits(&eval2(level, op, x, &y));
            if level == CpuLevel::Avx512 {
                assert_eq!(all, bits(&eval2(CpuLevel::Avx2, op, x, &y)), "{op:?}");
            }
            for (start, len) in [(0, 1), (3, 7), (5, 16), (1, 17), (2, 31), (700, 101)] {
                let part = eval2(level, op, &x[start..start + len], &y[start..start + len]);
                assert_eq!(bits(&part), all[start..start + len], "{op:?} {level:?} {start} {len}");
            }
        }
    }
}

#[test]
fn results_depend_on_the_argument_only() {
    let x = arguments();
    same_bits(&x);
    same_bits(&x.iter().map(|x| *x as f32).collect::<Vec<_>>());
}

#[test]
fn a_loop_runs_at_its_level() {
    struct Which;
    impl Kernel for Which {
        type Out = CpuLevel;
        #[inline(always)]
        fn run<L: Level>(self) -> CpuLevel {
            L::LEVEL
        }
    }
    for l in levels() {
        assert_eq!(dispatch_at(l, Which), l)
    }
    assert_eq!(dispatch(Which), cpu_level());
}

#[test]
#[should_panic(expected = "lengths differ")]
fn lengths_must_agree() {
    unary(cpu_level(), Unary::Exp, &[1.0, 2.0], &mut [0.0]);
}

#[test]
fn empty_slices_are_fine() {
    assert!(eval::<f64>(cpu_level(), Unary::Sin, &[]).is_empty());
    assert!(eval2::<f32>(cpu_level(), Binary::Pow, &[], &[]).is_empty());
}
