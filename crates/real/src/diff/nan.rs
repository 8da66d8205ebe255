//! The origin of a NaN: the first operation that made one, in the evaluation or in the backward sweep.

use super::engine::Engine;
use crate::session::Operations;
use crate::sweep::Records;
use crate::var::Var;
use std::fmt;
use std::panic::Location;

/// The operation that made the first NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Nan {
    /// The operation with its operands, or the name of the input.
    pub operation: String,
    /// `None` if its value is NaN; else the adjoint that reached it and made its derivatives NaN.
    pub adjoint: Option<f64>,
    /// The source line of the operation; for an input, that of the search.
    pub place: &'static Location<'static>,
}
impl fmt::Display for Nan {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Nan { operation, adjoint, place } = self;
        match adjoint {
            None => write!(f, "`{operation}` is NaN")?,
            Some(sum) if sum.is_nan() => {
                write!(f, "the adjoints that come back to `{operation}` are infinite, and their sum NaN")?
            }
            Some(g) => write!(f, "the adjoint {g} times a derivative of `{operation}` is NaN")?,
        }
        write!(f, "\n  at {place}")
    }
}

/// f ↦ x ↦ the first operation whose value is NaN; if there is none, the first in the backward sweep whose
/// derivative is NaN. A product 0·∞ counts as NaN everywhere, also where a sweep would leave it out.
///
/// ```
/// use pullback_real::{Scalar, find_nan};
/// fn f<R: Scalar>(x: &[R]) -> R {
///     (x[0] - 1.0).ln() * x[1]
/// }
/// assert_eq!(find_nan(f)(&[2.0, 1.0]), None);
/// assert_eq!(find_nan(f)(&[0.5, 1.0]).unwrap().operation, "ln(-0.5)");
/// // The value is fine, and no derivative exists.
/// fn g<R: Scalar>(x: &[R]) -> R { x[0].square().sqrt() }
/// let back = find_nan(g)(&[0.0]).unwrap();
/// assert_eq!((&*back.operation, back.adjoint), ("0^2", Some(f64::INFINITY)));
/// ```
#[track_caller]
pub fn find_nan(f: impl Fn(&[Var]) -> Var) -> impl Fn(&[f64]) -> Option<Nan> {
    let asked = Location::caller();
    move |x| {
        let input = |i: usize, adjoint| Nan { operation: format!("x[{i}]"), adjoint, place: asked };
        if let Some(i) = x.iter().position(|x| x.is_nan()) {
            return Some(input(i, None));
        }
        let point: Vec<Var> = x.iter().map(|&x| Var::from(x)).collect();
        // In a session of its own, so that variables of a gradient around it are refused.
        let ((y, operations), _) = f64::record(&[], |_| Var::record(&point, |v| f(v)));
        let forward = operations.list.iter().position(|o| o.result().value.is_nan());
        let (k, adjoint) = match forward {
            Some(k) => (k, None),
            None => match backward(&operations, y)? {
                (Ok(k), adjoint) => (k, Some(adjoint)),
                (Err(i), adjoint) => return Some(input(i, Some(adjoint))),
            },
        };
        let operation = &operations.list[k];
        let numbers: Vec<String> =
            operation.args().into_iter().flatten().map(|x| x.value.to_string()).collect();
        Some(Nan { operation: operation.formula(&numbers), adjoint, place: operations.places[k] })
    }
}

/// The first place in the backward sweep where a NaN begins, an operation (`Ok`) or a variable (`Err`), and
/// its adjoint.
fn backward(operations: &Operations, y: Var) -> Option<(Result<usize, usize>, f64)> {
    let mut bars: Vec<Option<f64>> = vec![None; operations.slots()];
    bars[operations.slot(y)?] = Some(1.0);
    for k in (0..operations.len()).rev() {
        let Some(g) = bars[operations.result(k)] else { continue };
        let mut begins = g.is_nan();
        operations.each_arg(k, |arg, slope: Var| {
            let more = slope.value * g;
            begins |= more.is_nan();
            bars[arg] = Some(bars[arg].unwrap_or(0.0) + more)
        });
        if begins {
            return Some((Ok(k), g));
        }
    }
    let variables = bars[1..].iter().enumerate();
    let mut nan = variables.filter_map(|(i, g)| g.filter(|g| g.is_nan()).map(|g| (Err(i), g)));
    nan.next()
}
