//! Value and slope together, for functions where one exponential or one table serves both: the tape needs
//! both at once.

use crate::real::Unary;
use crate::special as s;

/// op(x) and its slope at x. The value equals that of the table, the slope does so up to rounding.
#[inline(always)]
pub(crate) fn value_and_slope(op: Unary, x: f64) -> (f64, f64) {
    match op {
        Unary::Tanh => s::tanh_and_slope(x),
        Unary::Logistic => s::logistic_and_slope(x),
        Unary::Erfc => s::erfc_and_slope(x),
        Unary::NormCdf => s::norm_cdf_and_slope(x),
        _ => {
            let y = op.eval(x);
            (y, op.slope(&x, &y))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over the whole line, including the tails.
    #[test]
    fn both_are_those_of_the_table() {
        for &op in Unary::ALL {
            let (lo, hi) = op.smooth_on();
            let far = [-700.0, -38.0, -20.0, -8.5, -0.0, 0.0, 1e-300, 1e-9, 0.6249, 0.6251, 9.0, 26.0, 300.0];
            let near = (0..=1000).map(|k| lo + (hi - lo) * f64::from(k) / 1000.0);
            for x in near.chain(far) {
                let (y, slope) = value_and_slope(op, x);
                let (value, want) = (op.eval(x), op.slope(&x, &op.eval(x)));
                assert_eq!(y.to_bits(), value.to_bits(), "{}({x})", op.name());
                let close = (slope - want).abs() <= 8.0 * f64::EPSILON * want.abs() + f64::MIN_POSITIVE;
                assert!(
                    close || slope.is_nan() && want.is_nan() || slope == want,
                    "{}({x}): {slope} {want}",
                    op.name()
                )
            }
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        for op in [Unary::Tanh, Unary::Logistic, Unary::Erfc, Unary::NormCdf] {
            let (y, slope) = value_and_slope(op, f64::NAN);
            assert!(y.is_nan() && slope.is_nan(), "{}", op.name());
            for end in [f64::INFINITY, f64::NEG_INFINITY] {
                let (y, slope) = value_and_slope(op, end);
                assert!(y.is_finite() && slope == 0.0, "{}({end})", op.name())
            }
        }
    }
}
