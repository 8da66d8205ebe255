//! Vector mathematics: elementary functions over slices, at the speed of the CPU's widest registers.
//!
//! Each function is a branch-free approximation written once, generic in the width ([`Float`]) and `#[inline(always)]`;
//! a plain loop over it vectorises wherever it is compiled, and [`Kernel`] / [`dispatch`] compile it once per CPU level.
//! On a level without FMA the standard library's scalar functions are used instead.
//!
//! Errors are at most 2 ulp over the whole domain, with infinities, NaN, signed zeros and subnormal numbers as in C.
//! A result depends on its argument only: not on its position, on the slice's length, or on which FMA level runs it.
//!
//! Over 300 lines: one list of the functions, with the loop for each kind.

pub mod coef;
pub mod divide;
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
    Avx2, Avx512, Baseline, CpuLevel, Kernel, Level, cpu_level, detect, dispatch, dispatch_at, set_cpu_level,
};

/// Elements computed together. The last few are padded to as many, on the stack, so short slices are fast.
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
        /// `sin πx`.
        SinPi,
        /// `cos πx`.
        CosPi,
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
        /// `x/√(x² + y²)`.
        OverHypot,
        /// `e^x/(e^x + e^y)`.
        ExpShare,
        /// `⌊x/y⌋`.
        FloorDivide,
        /// The integer part of `x/y`.
        TruncDivide,
    }
}

/// `out[i] = f(x[i])` or `out[i] = f(x[i], y[i])`, in vectors, for slices of one length, a multiple of [`LANES`].
///
/// A macro rather than a function that takes `f`: a call of a function passed as a value goes through a shim
/// that is not `#[inline(always)]`, and code that is not inlined lacks the level's instructions.
macro_rules! map {
    ($f:path, $out:ident, $($x:ident),+) => {{
        // Tells the compiler that no elements are left over.
        let whole = $out.len() / LANES * LANES;
        $(let $x = &$x[..whole];)+
        let out = &mut $out[..whole];
        for i in 0..whole {
            out[i] = $f($($x[i]),+);
        }
    }};
}

/// [`map!`] for a function accurate up to `TRIG_MAX`: the standard library redoes larger arguments.
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

/// `out[i] = op(x[i])`, at a level.
///
/// # Panics
/// If the lengths differ, or this machine lacks the level.
pub fn unary<T: Float>(level: CpuLevel, op: Unary, x: &[T], out: &mut [T]) {
    assert_eq!(x.len(), out.len(), "lengths differ");
    let whole = whole(level, out.len());
    let ((x, left), (out, rest)) = (x.split_at(whole), out.split_at_mut(whole));
    if !out.is_empty() {
        dispatch_at(level, UnaryLoop { op, x, out })
    }
    if !rest.is_empty() {
        let (x, mut out) = (padded(left), [T::of(0.0); LANES]);
        dispatch_at(level, UnaryLoop { op, x: &x, out: &mut out });
        rest.copy_from_slice(&out[..rest.len()])
    }
}

/// `out[i] = op(x[i], y[i])`, at a level.
///
/// # Panics
/// If the lengths differ, or this machine lacks the level.
pub fn binary<T: Float>(level: CpuLevel, op: Binary, x: &[T], y: &[T], out: &mut [T]) {
    assert!(x.len() == out.len() && y.len() == out.len(), "lengths differ");
    let whole = whole(level, out.len());
    let ((x, left), (y, right)) = (x.split_at(whole), y.split_at(whole));
    let (out, rest) = out.split_at_mut(whole);
    if !out.is_empty() {
        dispatch_at(level, BinaryLoop { op, x, y, out })
    }
    if !rest.is_empty() {
        let (x, y, mut out) = (padded(left), padded(right), [T::of(0.0); LANES]);
        dispatch_at(level, BinaryLoop { op, x: &x, y: &y, out: &mut out });
        rest.copy_from_slice(&out[..rest.len()])
    }
}

/// How many of n elements are computed in place: with FMA, a multiple of [`LANES`]. The same code computes
/// the others in a padded block: it is as fast and gives the same bits.
fn whole(level: CpuLevel, n: usize) -> usize {
    let vectors = Baseline::FMA || level > CpuLevel::Baseline;
    if vectors { n / LANES * LANES } else { n }
}

/// The loops of [`unary`]; with FMA, the length is a multiple of [`LANES`].
struct UnaryLoop<'a, T> {
    op: Unary,
    x: &'a [T],
    out: &'a mut [T],
}
impl<T: Float> Kernel for UnaryLoop<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let UnaryLoop { op, x, out } = self;
        if !L::FMA {
            return std_unary(op, x, out);
        }
        assert!(out.len().is_multiple_of(LANES), "the rest is padded");
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
            Unary::SinPi => map!(trig::sin_pi, out, x),
            Unary::CosPi => map!(trig::cos_pi, out, x),
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
}

/// The loops of [`binary`]; with FMA, the length is a multiple of [`LANES`].
struct BinaryLoop<'a, T> {
    op: Binary,
    x: &'a [T],
    y: &'a [T],
    out: &'a mut [T],
}
impl<T: Float> Kernel for BinaryLoop<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let BinaryLoop { op, x, y, out } = self;
        if !L::FMA {
            return std_binary(op, x, y, out);
        }
        assert!(out.len().is_multiple_of(LANES), "the rest is padded");
        match op {
            Binary::Pow => map!(pow::pow, out, x, y),
            Binary::Atan2 => map!(trig::atan2, out, x, y),
            Binary::Hypot => map!(pow::hypot, out, x, y),
            Binary::OverHypot => map!(pow::over_hypot, out, x, y),
            Binary::ExpShare => map!(exp::exp_share, out, x, y),
            Binary::FloorDivide => map!(divide::floor_divide, out, x, y),
            Binary::TruncDivide => map!(divide::trunc_divide, out, x, y),
        }
    }
}

/// A short slice, padded with ones.
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
    for (out, x) in out.iter_mut().zip(x) {
        *out = x.std_unary(op);
    }
}

#[inline(never)]
fn std_binary<T: Float>(op: Binary, x: &[T], y: &[T], out: &mut [T]) {
    for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
        *out = x.std_binary(op, *y);
    }
}
