//! Products of tangents and slopes in forward mode, where a slope may be infinite: a tangent that is 0 stays 0.
//!
//! Unit vectors are nearly all zeros. Without this a Jacobian or Hessian would have NaN for 0 · ∞ off its diagonal wherever one
//! element is at the end of a domain.

use crate::array::Array;
use crate::prim::Prim;
use pullback_real::{Binary, Unary};

/// t·s where both are numbers of `prim`'s rule; `None` where a plain product does.
#[track_caller]
pub(crate) fn product(prim: &Prim, t: &Array, s: &Array) -> Option<Array> {
    let bounded = match prim {
        Prim::Unary(op) => is_bounded1(*op),
        Prim::Binary(op) => is_bounded2(*op),
        _ => true,
    };
    let plain = bounded || s.fill_value().is_some() || !t.dtype().is_float();
    (!plain).then(|| Array::binary_op(Binary::TimesOrZero, t, s))
}

/// Whether its slope is finite at every finite argument, overflow aside. A new row is taken for one whose slope is not.
fn is_bounded1(op: Unary) -> bool {
    use Unary::*;
    match op {
        Neg | Square | OneMinusSquare | RecipOnePlusSquare | Abs | Relu | SoftSign => true,
        Exp | Exp2 | ExpM1 | Sin | Cos | SinPi | CosPi | Tan | Atan | Sinh | Cosh | Tanh | Sech | Asinh => {
            true
        }
        Logistic | Softplus | Erf | Erfc | Erfcx | NormCdf | NormLogCdf => true,
        Sign | Floor | Ceil | Round | Trunc => true,
        Powi(n) => n >= 0,
        _ => false,
    }
}
fn is_bounded2(op: Binary) -> bool {
    use Binary::*;
    matches!(
        op,
        Add | Sub | Mul | Max | Min | Copysign | Hypot | LogAddExp | LogAddExp2 | ExpShare | Exp2Share | Less
    )
}
