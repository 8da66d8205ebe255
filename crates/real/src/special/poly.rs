//! Polynomials on pieces: how the functions of this module store their approximations.
//!
//! A piece is the interpolant of the function in the Chebyshev points of its interval, written in powers of the
//! distance to a centre. The degrees are chosen for a relative error below 2^-58. The leading coefficient carries
//! its rounding error along, so that the last addition is the only one that matters and a value is good to about
//! one unit in the last place.

/// A polynomial that stands for a function up to (and excluding) `until`.
pub(super) struct Piece {
    /// Right end of the interval.
    pub until: f64,
    /// Where the powers are taken from.
    pub centre: f64,
    /// What the first coefficient lost when it was rounded.
    pub low: f64,
    /// Coefficients, constant first.
    pub coeffs: &'static [f64],
}

impl Piece {
    /// Value at `x`.
    pub fn at(&self, x: f64) -> f64 {
        let t = x - self.centre;
        self.coeffs[0] + (self.low + t * horner(t, &self.coeffs[1..]))
    }
}

/// Value at `x` of the piece that `x` lies in, or of the last one.
pub(super) fn piecewise(pieces: &[Piece], x: f64) -> f64 {
    let last = pieces.len() - 1;
    pieces.iter().take(last).find(|p| x < p.until).unwrap_or(&pieces[last]).at(x)
}

/// Polynomial with the constant coefficient first.
pub(super) fn horner(x: f64, coeffs: &[f64]) -> f64 {
    coeffs.iter().rev().fold(0.0, |sum, c| sum * x + c)
}
