//! Second derivatives at zeros, ends of domains and infinities: the same by every way of nesting the modes, symmetric, and
//! right where a limit or a convention says what they are.
use pullback_real::{Binary, Dual, Duals, Real, Scalar, Unary, Var, derivative, grad, hessian, jacfwd};

const INF: f64 = f64::INFINITY;

/// Up to rounding; infinities and NaN are equal to themselves alone.
fn same(a: f64, b: f64) -> bool {
    a == b
        || a.is_nan() && b.is_nan()
        || (a - b).abs() <= 1e-9 * (1e-6 + a.abs().max(b.abs())) && (a - b).is_finite()
}

/// Forward over forward, reverse over reverse, forward over reverse, reverse over forward.
fn second(op: Unary, x: f64) -> [f64; 4] {
    [
        derivative(derivative(move |x| Dual::unary(op, &x)))(x),
        grad(|v| grad(|w| Var::unary(op, &w[0]))(v)[0])(&[x])[0],
        hessian(|v| Var::unary(op, &v[0]))(&[x])[0][0],
        grad(|v| derivative(move |x| Dual::unary(op, &x))(v[0]))(&[x])[0],
    ]
}
/// The same Hessians of two numbers.
fn hessians(op: Binary, at: [f64; 2]) -> [[f64; 4]; 4] {
    let f = |v: &[Var]| Var::binary(op, &v[0], &v[1]);
    let flat = |h: Vec<Vec<f64>>| [h[0][0], h[0][1], h[1][0], h[1][1]];
    let twice = |k: usize| Duals::<Duals<f64, 2>, 2>::variable(Duals::variable(at[k], k), k);
    let z = Real::binary(op, &twice(0), &twice(1));
    let forward =
        |v: &[Var]| Real::binary(op, &Duals::<Var, 2>::variable(v[0], 0), &Duals::variable(v[1], 1));
    [
        [z.eps[0].eps[0], z.eps[0].eps[1], z.eps[1].eps[0], z.eps[1].eps[1]],
        flat((0..2).map(|k| grad(|v| grad(f)(v)[k])(&at)).collect()),
        flat(hessian(f)(&at)),
        flat((0..2).map(|k| grad(|v| forward(v).eps[k])(&at)).collect()),
    ]
}

#[test]
fn unary_rows_agree_in_all_modes_everywhere() {
    for &op in Unary::ALL {
        let (lo, hi) = op.smooth_on();
        for x in [0.0, -0.0, 1.0, -1.0, 0.5 * (lo + hi), INF, -INF, 1e300, -1e300, 1e-300] {
            let slope = derivative(move |x| Dual::unary(op, &x))(x);
            assert!(same(slope, grad(|v| Var::unary(op, &v[0]))(&[x])[0]), "{op:?}({x})");
            // Γ at its pole at infinity has no derivative.
            if (op, x) != (Unary::Gamma, INF) {
                let found = second(op, x);
                assert!(found.iter().all(|y| same(*y, found[0])), "{op:?}({x}): {found:?}")
            }
        }
    }
}
#[test]
fn binary_rows_agree_in_all_modes_where_they_have_slopes() {
    let points = [0.0, -0.0, 1.0, -1.0, 0.25, -2.0, 3.0, INF, -INF];
    for &op in Binary::ALL {
        for (x, y) in points.iter().flat_map(|x| points.map(|y| (*x, y))) {
            let slopes = grad(|v| Var::binary(op, &v[0], &v[1]))(&[x, y]);
            let forward = jacfwd(|v| Real::binary(op, &v[0], &v[1]))(&[x, y]).concat();
            assert!(slopes.iter().zip(&forward).all(|(a, b)| same(*a, *b)), "{op:?}({x}, {y})");
            // An infinite base has an infinite logarithm beside a power that is 0.
            let infinite_base = op == Binary::Pow && x.is_infinite();
            if slopes.iter().all(|s| s.is_finite()) && y.is_finite() && !infinite_base {
                let found = hessians(op, [x, y]);
                let agree = (0..4).all(|k| found.iter().all(|h| same(h[k], found[0][k])));
                assert!(agree && same(found[0][1], found[0][2]), "{op:?}({x}, {y}): {found:?}")
            }
        }
    }
}

#[test]
fn second_derivatives_at_the_ends_of_domains() {
    for (op, x, want) in [
        (Unary::Acosh, 1.0, -INF),
        (Unary::Logit, 0.0, -INF),
        (Unary::Logit, 1.0, INF),
        (Unary::Sqrt, 0.0, -INF),
        (Unary::Cbrt, 0.0, -INF),
        (Unary::Cbrt, -0.0, INF),
    ] {
        assert_eq!(second(op, x), [want; 4], "{op:?}({x})")
    }
    assert!(Unary::Acosh.eval(-1e300).is_nan())
}
#[test]
fn second_derivatives_at_infinity_are_zero() {
    use Unary::*;
    let ends = [
        Asinh,
        Atan,
        Cbrt,
        Erf,
        Erfc,
        NormCdf,
        Logistic,
        Recip,
        RecipOnePlusSquare,
        Sech,
        SoftSign,
        Softplus,
        Tanh,
    ];
    for op in ends {
        assert_eq!((second(op, INF), second(op, -INF)), ([0.0; 4], [0.0; 4]), "{op:?}")
    }
    assert_eq!(second(Acosh, INF), [0.0; 4]);
    for at in [[INF, 2.0], [2.0, INF], [-INF, 0.0], [0.0, -INF]] {
        for op in [Binary::Hypot, Binary::Atan2] {
            assert_eq!(hessians(op, at), [[0.0; 4]; 4], "{op:?} {at:?}")
        }
    }
}

/// What holds for the function with all its numbers variable.
fn all_ways(f: impl Fn(&[Var]) -> Var + Copy, x: &[f64]) -> Vec<Vec<f64>> {
    let h = hessian(f)(x);
    let rr: Vec<Vec<f64>> = (0..x.len()).map(|k| grad(|v| grad(f)(v)[k])(x)).collect();
    let equal = h.iter().flatten().zip(rr.iter().flatten()).all(|(a, b)| same(*a, *b));
    assert!(equal, "{h:?} {rr:?}");
    h
}
#[test]
fn entropies_at_zero() {
    assert_eq!(all_ways(|x| x[0].xlogy(x[0]), &[0.0]), [[INF]]);
    let entropy = |x: &[Var]| -x.iter().map(|x| x.xlogy(x)).sum::<Var>();
    assert_eq!(all_ways(entropy, &[0.0, 0.5]), [[-INF, 0.0], [0.0, -2.0]]);
    let relative = |x: &[Var]| x[0].xlogy(x[0]) - x[0].xlogy(x[1]);
    assert_eq!(all_ways(relative, &[0.0, 2.0]), [[INF, -0.5], [-0.5, 0.0]]);
}
/// The slope of x·ln y by y is x/y: with its sign infinite at y = 0, but 0 where x is 0.
#[test]
fn slopes_of_xlogy_at_zeros() {
    for (x, want) in [(2.0, INF), (-2.0, -INF), (0.0, 0.0)] {
        assert_eq!(grad(|v| v[0].xlogy(v[1]))(&[x, 0.0]), [-INF, want]);
        assert_eq!(grad(|v| v[0].xlog1py(v[1]))(&[x, -1.0]), [-INF, want]);
        assert_eq!(jacfwd(|v| v[0].xlogy(v[1]))(&[x, 0.0]), [[-INF, want]]);
    }
    assert_eq!(hessians(Binary::XLogY, [0.0, 3.0]), [[0.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]; 4]);
    assert_eq!(hessians(Binary::XLogY, [0.0, 0.0]), [[0.0, INF, INF, 0.0]; 4]);
    assert_eq!(hessians(Binary::XLog1pY, [0.0, -1.0]), [[0.0, INF, INF, 0.0]; 4]);
    // Bernoulli's law where it is certain.
    let certain = |p: &[Var]| Var::from(1.0).xlogy(p[0]) + Var::from(0.0).xlog1py(-p[0]);
    assert_eq!((grad(certain)(&[1.0]), all_ways(certain, &[1.0])), (vec![1.0], vec![vec![-1.0]]));
}
#[test]
fn powers_at_base_zero() {
    let by_exponent = |y: &[Var]| Var::from(0.0).pow(y[0]);
    for y in [0.0, 0.25, 1.0, 3.0] {
        assert_eq!((grad(by_exponent)(&[y]), all_ways(by_exponent, &[y])), (vec![0.0], vec![vec![0.0]]));
    }
    for (y, by_base) in [(0.25, -INF), (0.0, 0.0), (1.0, 0.0), (1.5, INF), (2.0, 2.0), (3.0, 0.0)] {
        assert_eq!(hessians(Binary::Pow, [0.0, y]), [[by_base, 0.0, 0.0, 0.0]; 4], "0^{y}")
    }
    assert_eq!(hessians(Binary::Pow, [2.0, 0.0])[1][1], 0.5);
}
#[test]
fn integer_powers_at_the_ends_of_the_integers() {
    for n in [i32::MIN, i32::MIN + 1, -1, 0, 1, 2, i32::MAX] {
        let n = std::hint::black_box(n);
        assert_eq!(grad(|x| x[0].powi(n))(&[1.0]), [f64::from(n)]);
        assert_eq!(derivative(|x| x.powi(n))(1.0), f64::from(n));
        let want = f64::from(n) * (f64::from(n) - 1.0);
        assert!(second(Unary::Powi(n), 1.0).iter().all(|y| same(*y, want)), "{n}")
    }
    let x = 1.0 + 1e-9;
    let (slope, want) =
        (grad(|x| x[0].powi(i32::MIN))(&[x])[0], -2147483648.0 * (-2147483649.0 * x.ln()).exp());
    assert!((slope / want - 1.0).abs() < 1e-6, "{slope} {want}")
}
/// An impossible prefix moves nothing; two infinite terms share.
#[test]
fn sums_of_exponentials_of_nothing() {
    for op in [Binary::LogAddExp, Binary::LogAddExp2] {
        for (x, y, want) in [
            (-INF, -INF, [0.0, 0.0]),
            (INF, INF, [0.5, 0.5]),
            (-INF, 0.0, [0.0, 1.0]),
            (INF, 0.0, [1.0, 0.0]),
            (INF, -INF, [1.0, 0.0]),
        ] {
            assert_eq!(grad(|v| Var::binary(op, &v[0], &v[1]))(&[x, y]), want, "{op:?}({x}, {y})");
            assert_eq!(jacfwd(|v| Real::binary(op, &v[0], &v[1]))(&[x, y]), [want]);
        }
        assert_eq!(hessians(op, [-INF, -INF]), [[0.0; 4]; 4]);
        assert_eq!(hessians(op, [-INF, 1.0]), [[0.0; 4]; 4]);
    }
    // One impossible prefix of three.
    let prefixes = |x: &[Var]| x[0].log_add_exp(x[1]).log_add_exp(x[2]);
    assert_eq!(grad(prefixes)(&[-INF, -INF, 0.0]), [0.0, 0.0, 1.0]);
    assert_eq!(all_ways(prefixes, &[-INF, -INF, 0.0]), [[0.0; 3]; 3]);
    assert_eq!(Var::from(2.0).log_add_exp(2.0).value(), 2.0 + std::f64::consts::LN_2);
}
