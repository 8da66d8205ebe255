//! External functions: a value and its slopes are computed elsewhere and recorded on the tape.

use crate::session;
use crate::var::Var;

impl Var {
    /// The result of an external function (a table, a solver, another library), from its value and its slopes
    /// by its arguments.
    ///
    /// ```
    /// use pullback_real::{Scalar, Var, grad};
    /// // A table look-up with the slope between its points.
    /// let table = [0.0, 1.0, 4.0, 9.0];
    /// let look_up = |x: Var| {
    ///     let (k, t) = (x.value() as usize, x.value().fract());
    ///     let slope = table[k + 1] - table[k];
    ///     Var::external(table[k] + t * slope, &[(x, slope)])
    /// };
    /// assert_eq!(grad(|x| look_up(x[0]) * x[1])(&[1.5, 10.0]), [30.0, 2.5]);
    /// ```
    ///
    /// # Panics
    /// Inside a gradient that is differentiated again: it needs derivatives of the slopes, which are plain
    /// numbers. Also if a number belongs to another gradient.
    #[track_caller]
    pub fn external(value: f64, slopes: &[(Var, f64)]) -> Var {
        let mut sum: Option<Var> = None;
        for &(x, slope) in slopes.iter().filter(|(x, _)| !x.is_constant()) {
            if x.is_recorded() {
                panic!(
                    "Var::external: its slopes are plain numbers, whose derivatives are unknown; here a gradient is differentiated again"
                )
            }
            session::check(x);
            // Adding −0 changes no value.
            let part = |value| Var::new(value, x.slope * slope, x.key);
            sum = Some(sum.map_or_else(|| part(value), |sum| sum + part(-0.0)))
        }
        sum.unwrap_or_else(|| Var::from(value))
    }
}
