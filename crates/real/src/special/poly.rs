//! Piecewise polynomials, in which the special functions store their approximations.
//!
//! A piece is the interpolant of the function in the Chebyshev points of its interval, written in powers of
//! the distance to a centre. The degrees are chosen for a relative error below 2^-58. The constant
//! coefficient carries its rounding error along, so that the last addition is the only one that matters and a
//! value is good to about one unit in the last place.

/// A polynomial that stands for a function up to (and excluding) `until`.
pub(super) struct Piece {
    /// Right end of the interval.
    pub until: f64,
    /// The centre of the powers.
    pub centre: f64,
    /// The part of the first coefficient that was lost in rounding.
    pub low: f64,
    /// Coefficients, constant first.
    pub coeffs: &'static [f64],
}

impl Piece {
    /// Value at `x`.
    pub fn at(&self, x: f64) -> f64 {
        value(x - self.centre, self.low, self.coeffs)
    }
}

/// A [`Piece`] with room for N coefficients. All pieces in a table are evaluated alike, without a loop whose
/// trip count has to be predicted.
pub(super) struct Row<const N: usize> {
    pub centre: f64,
    pub low: f64,
    pub coeffs: [f64; N],
}

impl<const N: usize> Row<N> {
    /// Value at `x`.
    #[inline(always)]
    pub fn at(&self, x: f64) -> f64 {
        value(x - self.centre, self.low, &self.coeffs)
    }
}

/// The polynomial at `t`; `low` is the part of the constant coefficient that was lost in rounding.
#[inline(always)]
fn value(t: f64, low: f64, coeffs: &[f64]) -> f64 {
    coeffs[0] + (low + t * by_halves(t, &coeffs[1..]))
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

/// [`horner`], with even and odd powers apart, so that two chains of operations run side by side.
#[inline(always)]
fn by_halves(x: f64, coeffs: &[f64]) -> f64 {
    let (pairs, top) = coeffs.as_chunks::<2>();
    let square = x * x;
    let start = (top.first().copied().unwrap_or(0.0), 0.0);
    let (even, odd) = pairs.iter().rev().fold(start, |(e, o), c| (e * square + c[0], o * square + c[1]));
    even + x * odd
}
