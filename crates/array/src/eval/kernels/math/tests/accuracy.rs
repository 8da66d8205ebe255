//! Errors of the functions in ulp, against exact values and the standard library.

use std::collections::BTreeMap;

use super::super::scalar::Scalar;
use super::*;

/// The bound for the standard library, where the baseline uses it (glibc's own bounds reach 2 ulp and more).
const STD_ULP: f64 = 3.0;

#[derive(Default)]
struct Reference {
    x: Vec<f64>,
    y: Vec<f64>,
    want: Vec<f64>,
    rest: Vec<f64>,
}

fn references() -> BTreeMap<&'static str, Reference> {
    let mut all = BTreeMap::<_, Reference>::new();
    for line in include_str!("reference.txt").lines() {
        let fields: Vec<_> = line.split(' ').collect();
        let [name, args @ .., want, rest] = &fields[..] else { panic!("not a line of the table: {line}") };
        let float = |s: &str| f64::from_bits(u64::from_str_radix(s, 16).unwrap());
        let entry = all.entry(*name).or_default();
        entry.x.push(float(args[0]));
        entry.y.extend(args.get(1).map(|s| float(s)));
        entry.want.push(float(want));
        entry.rest.push(rest.parse().unwrap());
    }
    all
}

/// An integer for each number, in the order of the numbers; those of neighbours differ by 1.
fn order(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// The distance of `got` from `want + rest` ulp.
fn ulps(got: f64, want: f64, rest: f64) -> f64 {
    assert!(!got.is_nan(), "NaN instead of {want}");
    (order(got).wrapping_sub(order(want)) as f64 - rest).abs()
}

#[test]
fn f64_is_within_2_ulp_of_exact_values() {
    let table = references();
    assert_eq!(table.len(), Unary::ALL.len() + Binary::ALL.len());
    for level in levels() {
        let bound = if level == CpuLevel::Baseline { STD_ULP } else { 2.0 };
        for (name, r) in &table {
            let got = match Unary::ALL.iter().find(|op| format!("{op:?}") == *name) {
                Some(op) => eval(level, *op, &r.x),
                None => {
                    let op = Binary::ALL.iter().find(|op| format!("{op:?}") == *name).unwrap();
                    eval2(level, *op, &r.x, &r.y)
                }
            };
            for (i, got) in got.into_iter().enumerate() {
                let e = ulps(got, r.want[i], r.rest[i]);
                assert!(e <= bound, "{name} {:e} at {level:?}: {got:e}, off by {e} ulp", r.x[i]);
            }
        }
    }
}

/// Against the standard library over every magnitude: within the sum of both errors.
#[test]
fn f64_is_close_to_the_standard_library_everywhere() {
    // Without the functions whose baseline is a formula of this crate, with an error of its own.
    use Unary::*;
    let ops = [Sqrt, Cbrt, Exp, Exp2, Expm1, Ln, Ln1p, Log2, Sin, Cos, Tan, Asin, Acos, Atan, Erf];
    let wide = patterns(20_000).map(f64::from_bits).filter(|x| !x.is_nan());
    let usual = patterns(20_000).map(|b| (b as i64 as f64) / 2f64.powi(59));
    let x: Vec<f64> = wide.chain(usual).collect();
    let y: Vec<f64> = x.iter().rev().copied().collect();
    for level in levels() {
        let close = |got: f64, want: f64, what: &dyn Fn() -> String| {
            if !(got.is_nan() && want.is_nan()) {
                assert!(ulps(got, want, 0.0) <= 2.5, "{} at {level:?}: {got:e}, not {want:e}", what());
            }
        };
        for op in ops {
            for (x, got) in x.iter().zip(eval(level, op, &x)) {
                close(got, x.std_unary(op), &|| format!("{op:?} {x:e}"));
            }
        }
        for &op in Binary::ALL {
            for ((x, y), got) in x.iter().zip(&y).zip(eval2(level, op, &x, &y)) {
                close(got, x.std_binary(op, *y), &|| format!("{op:?} {x:e} {y:e}"));
            }
        }
    }
}

/// The error of `got` in ulp of `f32`, where an overflow counts as the next number.
fn ulps_single(got: f32, want: f64) -> f64 {
    let near = want as f32;
    if got == near || (got.is_nan() && near.is_nan()) {
        return 0.0;
    }
    let near = near.abs().min(f32::MAX);
    let ulp = if near == f32::MAX { 2f64.powi(104) } else { (near.next_up() - near) as f64 };
    let limit = 2f64.powi(128);
    ((got as f64).clamp(-limit, limit) - want.clamp(-limit, limit)).abs() / ulp
}

#[test]
fn f32_is_within_2_ulp_of_f64() {
    let wide = (0..40_000u32).map(|i| f32::from_bits(i.wrapping_mul(107_377)));
    let usual = (0..20_000).map(|i| (i as f32 - 10_000.0) / 617.0);
    let x: Vec<f32> = wide.chain(usual).collect();
    let y: Vec<f32> = x.iter().rev().copied().collect();
    let double = |x: &[f32]| x.iter().map(|x| *x as f64).collect::<Vec<_>>();
    let (x64, y64) = (double(&x), double(&y));
    for level in levels() {
        let bound = if level == CpuLevel::Baseline { STD_ULP } else { 2.0 };
        for &op in Unary::ALL {
            for ((x, got), want) in x.iter().zip(eval(level, op, &x)).zip(eval(level, op, &x64)) {
                let e = ulps_single(got, want);
                assert!(e <= bound, "{op:?} {x:e} at {level:?}: {got:e}, not {want:e}, {e} ulp");
            }
        }
        for &op in Binary::ALL {
            for (i, (got, want)) in
                eval2(level, op, &x, &y).into_iter().zip(eval2(level, op, &x64, &y64)).enumerate()
            {
                let e = ulps_single(got, want);
                assert!(
                    e <= bound,
                    "{op:?} {:e} {:e} at {level:?}: {got:e}, not {want:e}, {e} ulp",
                    x[i],
                    y[i]
                );
            }
        }
    }
}
