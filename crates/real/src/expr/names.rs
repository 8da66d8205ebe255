//! The names in formulas: constants, functions beyond the table's own names, and the nearest name to a misspelt one.

use crate::real::{Binary, Unary};
use std::f64::consts::{E, PI, TAU};

/// The numbers that have names.
pub(crate) const CONSTANTS: [(&str, f64); 5] =
    [("pi", PI), ("e", E), ("tau", TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)];

/// A function that can be called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function {
    Unary(Unary),
    Binary(Binary),
    /// `powi(x, n)` with a literal integer n.
    Powi,
    /// `polygamma(n, x)` and the like, with a literal integer n.
    Order(fn(u32) -> Unary),
    /// `gamma_p_by_a(n, a, x)`, with a literal integer n.
    BinaryOrder(fn(u32) -> Binary),
    /// `clamp(x, lo, hi)` with numbers lo and hi.
    Clamp,
    /// `select(cond, a, b)`.
    Select,
}

/// Functions that are not single rows of the table.
const FUNCTIONS: [(&str, Function); 21] = [
    ("digamma", Function::Unary(Unary::Polygamma(0))),
    ("trigamma", Function::Unary(Unary::Polygamma(1))),
    ("powi", Function::Powi),
    ("polygamma", Function::Order(Unary::Polygamma)),
    ("bessel_i", Function::Order(Unary::BesselI)),
    ("bessel_j", Function::Order(Unary::BesselJ)),
    ("bessel_y", Function::Order(Unary::BesselY)),
    ("bessel_i0e_derivative", Function::Order(Unary::BesselI0eDerivative)),
    ("inv_mills_derivative", Function::Order(Unary::InvMillsDerivative)),
    ("erfcx_derivative", Function::Order(Unary::ErfcxDerivative)),
    ("stirling_error", Function::Order(Unary::StirlingError)),
    ("exp_over", Function::Order(Unary::ExpOver)),
    ("ln_1p_ratio", Function::Order(Unary::Ln1pRatio)),
    ("gamma_p_by_a", Function::BinaryOrder(Binary::GammaPByA)),
    ("ln_gamma_p_by_a", Function::BinaryOrder(Binary::LnGammaPByA)),
    ("ln_gamma_q_by_a", Function::BinaryOrder(Binary::LnGammaQByA)),
    ("gamma_p_hazard", Function::BinaryOrder(Binary::GammaPHazard)),
    ("gamma_q_hazard", Function::BinaryOrder(Binary::GammaQHazard)),
    ("polygamma_drop", Function::BinaryOrder(Binary::PolygammaDrop)),
    ("clamp", Function::Clamp),
    ("select", Function::Select),
];

/// Names that other libraries use, with the names used here.
const ALIASES: [(&str, &str); 28] = [
    ("log", "ln"),
    ("log1p", "ln_1p"),
    ("expm1", "exp_m1"),
    ("sgn", "sign"),
    ("fabs", "abs"),
    ("ceiling", "ceil"),
    ("sigmoid", "logistic"),
    ("expit", "logistic"),
    ("arcsin", "asin"),
    ("arccos", "acos"),
    ("arctan", "atan"),
    ("arctan2", "atan2"),
    ("arcsinh", "asinh"),
    ("arccosh", "acosh"),
    ("arctanh", "atanh"),
    ("arsinh", "asinh"),
    ("arcosh", "acosh"),
    ("artanh", "atanh"),
    ("lgamma", "ln_gamma"),
    ("gammaln", "ln_gamma"),
    ("psi", "digamma"),
    ("ndtr", "norm_cdf"),
    ("log_ndtr", "norm_log_cdf"),
    ("logaddexp", "log_add_exp"),
    ("maximum", "max"),
    ("minimum", "min"),
    ("power", "pow"),
    ("fmod", "rem"),
];

/// The function of this name.
pub(crate) fn function(name: &str) -> Option<Function> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, ours)| ours);
    FUNCTIONS
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, f)| *f)
        .or_else(|| Unary::by_name(name).map(Function::Unary))
        .or_else(|| Binary::by_name(name).map(Function::Binary))
}

/// The constant of this name.
pub(crate) fn constant(name: &str) -> Option<f64> {
    CONSTANTS.iter().find(|(n, _)| *n == name).map(|(_, c)| *c)
}

/// The name of this constant.
pub(crate) fn name_of(c: f64) -> Option<&'static str> {
    CONSTANTS.iter().find(|(_, x)| *x == c || (x.is_nan() && c.is_nan())).map(|(n, _)| *n)
}

/// The name of a row; polygamma functions of order 0 and 1 have their own names, `digamma` and `trigamma`.
pub(crate) fn name_of_unary(op: Unary) -> &'static str {
    FUNCTIONS
        .iter()
        .find(|(_, f)| matches!(f, Function::Unary(known) if *known == op))
        .map_or(op.name(), |(name, _)| name)
}

/// The name of the function closest to `name`, if any is close.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let len = name.chars().count();
    if len > 24 {
        return None;
    }
    let table = Unary::ALL.iter().map(|op| op.name()).chain(Binary::ALL.iter().map(|op| op.name()));
    let others = FUNCTIONS.iter().map(|(n, _)| *n).chain(ALIASES.iter().map(|(n, _)| *n));
    let lower = name.to_lowercase();
    table
        .chain(others)
        .map(|known| (distance(&lower, known), known))
        .min_by_key(|(d, known)| (*d, known.len().abs_diff(len)))
        .filter(|(d, _)| *d <= 2 * (1 + len / 4))
        .map(|(_, known)| known)
}

/// The edit distance of two words: 2 for each letter inserted, deleted or swapped with its neighbour, 3 for
/// one replaced.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            d[i][j] = if i == 0 || j == 0 {
                2 * (i + j)
            } else {
                let replaced = d[i - 1][j - 1] + if a[i - 1] == b[j - 1] { 0 } else { 3 };
                let best = replaced.min(d[i - 1][j] + 2).min(d[i][j - 1] + 2);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { best.min(d[i - 2][j - 2] + 2) } else { best }
            };
        }
    }
    d[a.len()][b.len()]
}
