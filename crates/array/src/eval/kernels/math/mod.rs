//! Vector mathematics: elementary functions over slices, at the speed of the CPU's widest registers.
//!
//! Each function is a branch-free approximation written once, generic in the width ([`Float`]) and `#[inline(always)]`;
//! a plain loop over it vectorises wherever it is compiled, and [`Kernel`] / [`dispatch`] compile it once per CPU level.
//! On a level without FMA the standard library's scalar functions are used instead.
//!
//! Errors are at most 2 ulp over the whole domain, with infinities, NaN, signed zeros and subnormal numbers as in C.
//! A result depends on its argument only: not on its position, on the slice's length, or on which FMA level runs it.

pub mod coef;
pub mod exp;
pub mod float;
pub mod level;
pub mod log;
pub mod pow;
pub mod scalar;
pub mod special;
pub mod trig;

#[cfg(test)]
mod tests;

pub use float::Float;
pub use level::{
    Avx2, Avx512, Baseline, CpuLevel, Kernel, Level, detect, dispatch, dispatch_at, level, set_level,
};

/// Elements worked on together; slices are padded to a multiple of it on the stack, so that short ones are fast too.
const LANES: usize = 16;

macro_rules! ops {
    ($(#[$doc:meta])* $name:ident { $($(#[$op_doc:meta])* $op:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$op_doc])* $op,)* }

        impl $name {
            /// Every function.
            pub const ALL: &[$name] = &[$($name::$op,)*];
        }
    };
}

ops! {
    /// A function of one argument.
    Unary {
        /// `√x`.
        Sqrt,
        /// `∛x`.
        Cbrt,
        /// `e^x`.
        Exp,
        /// `2^x`.
        Exp2,
        /// `e^x - 1`.
        Expm1,
        /// `ln x`.
        Ln,
        /// `ln(1 + x)`.
        Ln1p,
        /// `log2 x`.
        Log2,
        /// `log10 x`.
        Log10,
        /// `sin x`.
        Sin,
        /// `cos x`.
        Cos,
        /// `tan x`.
        Tan,
        /// `arcsin x`.
        Asin,
        /// `arccos x`.
        Acos,
        /// `arctan x`.
        Atan,
        /// `sinh x`.
        Sinh,
        /// `cosh x`.
        Cosh,
        /// `tanh x`.
        Tanh,
        /// `1 / cosh x`.
        Sech,
        /// `arsinh x`.
        Asinh,
        /// `arcosh x`.
        Acosh,
        /// `artanh x`.
        Atanh,
        /// `1 / (1 + e^-x)`.
        Logistic,
        /// `ln(1 + e^x)`.
        Softplus,
        /// The error function.
        Erf,
        /// `1 - erf x`.
        Erfc,
        /// The distribution function of the standard normal law.
        NormCdf,
    }
}

ops! {
    /// A function of two arguments.
    Binary {
        /// `x^y`.
        Pow,
        /// The angle of the point (second, first).
        Atan2,
        /// `√(x² + y²)`.
        Hypot,
    }
}

/// `out[i] = f(x[i])` or `out[i] = f(x[i], y[i])`, in vectors, for slices of one length.
///
/// A macro rather than a function that takes `f`: the call of a function passed as a value goes through a shim that is
/// not `#[inline(always)]`, and what the compiler does not inline is left without the level's instructions.
macro_rules! map {
    ($f:path, $out:ident, $($x:ident),+) => {{
        $(assert_eq!($x.len(), $out.len(), "lengths differ");)+
        let whole = $out.len() / LANES * LANES;
        let (body, rest) = $out.split_at_mut(whole);
        {
            $(let $x = &$x[..whole];)+
            for i in 0..whole {
                body[i] = $f($($x[i]),+);
            }
        }
        if !rest.is_empty() {
            // The rest takes the same way through a padded block, so that it is as fast and gives the same bits.
            $(let $x = padded(&$x[whole..]);)+
            let mut block = [T::of(0.0); LANES];
            for i in 0..LANES {
                block[i] = $f($($x[i]),+);
            }
            rest.copy_from_slice(&block[..rest.len()]);
        }
    }};
}

/// [`map!`] for a function that is right up to `TRIG_MAX` only: larger arguments are done again by the standard library.
macro_rules! map_trig {
    ($op:ident, $f:path, $out:ident, $x:ident) => {{
        map!($f, $out, $x);
        let mut large = false;
        for x in $x {
            large |= x.abs() > T::TRIG_MAX;
        }
        if large {
            redo_large($op, $x, $out);
        }
    }};
}

/// `out[i] = op(x[i])`.
///
/// Inlined whole at every call, all functions of it: call it from one place per kernel.
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn unary<L: Level, T: Float>(op: Unary, x: &[T], out: &mut [T]) {
    if !L::FMA {
        return std_unary(op, x, out);
    }
    match op {
        Unary::Sqrt => map!(T::sqrt, out, x),
        Unary::Cbrt => map!(pow::cbrt, out, x),
        Unary::Exp => map!(exp::exp, out, x),
        Unary::Exp2 => map!(exp::exp2, out, x),
        Unary::Expm1 => map!(exp::expm1, out, x),
        Unary::Ln => map!(log::ln, out, x),
        Unary::Ln1p => map!(log::ln_1p, out, x),
        Unary::Log2 => map!(log::log2, out, x),
        Unary::Log10 => map!(log::log10, out, x),
        Unary::Sin => map_trig!(op, trig::sin, out, x),
        Unary::Cos => map_trig!(op, trig::cos, out, x),
        Unary::Tan => map_trig!(op, trig::tan, out, x),
        Unary::Asin => map!(trig::asin, out, x),
        Unary::Acos => map!(trig::acos, out, x),
        Unary::Atan => map!(trig::atan, out, x),
        Unary::Sinh => map!(exp::sinh, out, x),
        Unary::Cosh => map!(exp::cosh, out, x),
        Unary::Tanh => map!(exp::tanh, out, x),
        Unary::Sech => map!(exp::sech, out, x),
        Unary::Asinh => map!(log::asinh, out, x),
        Unary::Acosh => map!(log::acosh, out, x),
        Unary::Atanh => map!(log::atanh, out, x),
        Unary::Logistic => map!(exp::logistic, out, x),
        Unary::Softplus => map!(exp::softplus, out, x),
        Unary::Erf => map!(special::erf, out, x),
        Unary::Erfc => map!(special::erfc, out, x),
        Unary::NormCdf => map!(special::norm_cdf, out, x),
    }
}

/// `out[i] = op(x[i], y[i])`.
///
/// Inlined whole at every call, like [`unary`].
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn binary<L: Level, T: Float>(op: Binary, x: &[T], y: &[T], out: &mut [T]) {
    if !L::FMA {
        return std_binary(op, x, y, out);
    }
    match op {
        Binary::Pow => map!(pow::pow, out, x, y),
        Binary::Atan2 => map!(trig::atan2, out, x, y),
        Binary::Hypot => map!(pow::hypot, out, x, y),
    }
}

/// A short slice, filled up with ones.
#[inline(always)]
fn padded<T: Float>(x: &[T]) -> [T; LANES] {
    let mut block = [T::of(1.0); LANES];
    block[..x.len()].copy_from_slice(x);
    block
}

#[cold]
#[inline(never)]
fn redo_large<T: Float>(op: Unary, x: &[T], out: &mut [T]) {
    for (out, x) in out.iter_mut().zip(x) {
        if x.abs() > T::TRIG_MAX {
            *out = x.std_unary(op);
        }
    }
}

#[inline(never)]
fn std_unary<T: Float>(op: Unary, x: &[T], out: &mut [T]) {
    assert_eq!(x.len(), out.len(), "lengths differ");
    for (out, x) in out.iter_mut().zip(x) {
        *out = x.std_unary(op);
    }
}

#[inline(never)]
fn std_binary<T: Float>(op: Binary, x: &[T], y: &[T], out: &mut [T]) {
    assert!(x.len() == out.len() && y.len() == out.len(), "lengths differ");
    for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
        *out = x.std_binary(op, *y);
    }
}
