//! Special functions at many points, their values and derivatives against 60-digit references (`data/dense.py`): the tails, the
//! neighbourhoods of zero and the largest arguments count as much as the middle.

use pullback_real::{Binary, Dual, Real, Unary, derivative};

/// Units in the last place of the value, and of the first and second derivative.
const UNARY: [f64; 3] = [4.0, 8.0, 64.0];
/// The same of a row that is a derivative itself.
const INDEXED: [f64; 3] = [8.0, 16.0, 64.0];
/// Of the value and both slopes.
const BINARY: [f64; 3] = [6.0, 64.0, 64.0];

fn ulps(got: f64, want: f64) -> f64 {
    if got == want {
        return 0.0;
    }
    // Below the normal range the places are fixed.
    let place = (want.abs().next_up() - want.abs()).max(f64::MIN_POSITIVE * f64::EPSILON);
    (got - want).abs() / place
}

#[test]
fn values_and_derivatives_have_nearly_all_digits() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for line in include_str!("data/dense.txt").lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let (name, numbers) = (fields[0], &fields[2..]);
        let numbers: Vec<f64> = numbers.iter().map(|text| text.parse().unwrap()).collect();
        let unary = match fields[1] {
            "-" => Unary::by_name(name),
            index => Unary::by_name_and_index(name, index.parse().unwrap()),
        };
        let (got, want, limits) = match unary {
            Some(op) => {
                let x = numbers[0];
                let first = derivative(|x| Dual::unary(op, &x))(x);
                let second = derivative(derivative(|x| Dual::unary(op, &x)))(x);
                (
                    [op.eval(x), first, second],
                    &numbers[1..],
                    if op.index().is_some() { INDEXED } else { UNARY },
                )
            }
            None => {
                let op = match fields[1] {
                    "-" => Binary::by_name(name),
                    index => Binary::by_name_and_index(name, index.parse().unwrap()),
                };
                let op = op.unwrap_or_else(|| panic!("no row has the name {name}"));
                let (x, y) = (numbers[0], numbers[1]);
                let z = op.eval(x, y);
                ([z, op.slope_x(&x, &y, &z), op.slope_y(&x, &y, &z)], &numbers[2..], BINARY)
            }
        };
        seen += 1;
        for k in 0..3 {
            let off = ulps(got[k], want[k]);
            if off.is_nan() || off > limits[k] {
                wrong.push(format!("{line}: number {k} is {:e}, {off:.0} units off", got[k]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are off:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen > 800, "only {seen} points");
}

/// The recurrences end for any order.
#[test]
fn orders_of_bessel_functions_have_no_bound() {
    for n in [1_000_000, 2_147_483_647, 2_147_483_648, u32::MAX] {
        for x in [0.0, 1e-3, 2.0, 700.0] {
            assert_eq!(Unary::BesselJ(n).eval(x), 0.0, "J of order {n} at {x}");
            assert_eq!(Unary::BesselI(n).eval(x), 0.0, "I of order {n} at {x}");
            assert_eq!(Unary::BesselY(n).eval(x), f64::NEG_INFINITY, "Y of order {n} at {x}");
        }
        assert_eq!(Unary::BesselI(n).eval(f64::INFINITY), f64::INFINITY);
    }
    assert!(Unary::BesselJ(u32::MAX).eval(1e12).is_nan());
    let (want, got) = (3.2100901581481004e-68, Unary::BesselI(1200).eval(715.0));
    assert!((got / want - 1.0).abs() < 1e-14, "{got:e}");
}

/// Where terms of the formula are infinite or 0/0.
#[test]
fn derivatives_at_the_ends_of_the_domain() {
    let slopes =
        |op: Binary, x: f64, y: f64| (op.slope_x(&x, &y, &op.eval(x, y)), op.slope_y(&x, &y, &op.eval(x, y)));
    // The density of shape 2 is x e^-x, that of shape 1 e^-x.
    assert_eq!(slopes(Binary::GammaPdf, 2.0, 0.0).1, 1.0);
    assert_eq!(slopes(Binary::GammaPdf, 3.0, 0.0).1, 0.0);
    assert_eq!(slopes(Binary::GammaPdf, 1.0, 0.0).1, -1.0);
    assert_eq!(slopes(Binary::GammaPdf, 1.5, 0.0).1, f64::INFINITY);
    assert_eq!(slopes(Binary::LnGammaPdf, 1.0, 0.0).1, -1.0);
    for p in [0.0, 1.0] {
        assert_eq!(Unary::NormQuantile.slope(&p, &Unary::NormQuantile.eval(p)), f64::INFINITY);
        assert_eq!(Unary::ErfInv.slope(&p, &Unary::ErfInv.eval(p)).is_infinite(), p == 1.0);
    }
    assert_eq!(Unary::Ln1pRatio(0).eval(f64::INFINITY), 0.0);
    assert_eq!(Unary::StirlingError(1).eval(f64::INFINITY), 0.0);
    // ∂²P/∂a² at the smallest shapes.
    let second = |a: f64| Binary::GammaPByA(2).eval(a, 1.0);
    for a in [1e-10, 1e-20, 1e-38] {
        assert!((second(a) / -0.448_950_081_554_989_4 - 1.0).abs() < 1e-8, "{:e}", second(a));
    }
}

#[test]
fn gamma_density_over_its_tails() {
    let near = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-14, "{got:e}, not {want:e}");
    // In the lower tail a power, in the upper one an exponential.
    near(Binary::GammaPHazard(0).eval(1e10, 1.0), 9999999999.0);
    near(Binary::GammaPHazard(1).eval(1e10, 1.0), 1.0);
    near(Binary::GammaQHazard(0).eval(0.5, 800.0), 1.0006242211801817);
    near(Binary::GammaQHazard(1).eval(0.5, 800.0), -0.0012484433284514654);
    near(Binary::GammaQHazard(1).eval(1e10, 1e10), -6.366191692749263e-11);
    // Where Q is about a E₁(x).
    near(Binary::GammaQHazard(1).eval(1e-20, 1.0), -0.7478706886257221);
    let slope = |op: Binary, a: f64, x: f64| op.slope_y(&a, &x, &op.eval(a, x));
    near(slope(Binary::GammaPHazard(0), 1e10, 1.0), -1e10);
    assert!((slope(Binary::GammaQHazard(0), 0.5, 800.0) / -7.793059742331137e-07 - 1.0).abs() < 1e-12);
    // A power that is too small over a place that is.
    near(Binary::GammaPdf.eval(1.5, 1e-300), 1.1283791670955126e-150);
}
