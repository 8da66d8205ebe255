//! Complex arrays: a dtype at the interface and in storage, planes everywhere else.
//!
//! The constructors of `build` hand an operation on complex arrays to this file, which makes it operations on real and
//! imaginary parts. Movement alone works on stored complex numbers. A function of the table becomes a
//! [`Prim::Holomorphic`]: its value is computed in planes, its derivative is the row's slope, as for real numbers.
//!
//! Over 300 lines: each operation in its form for complex numbers.

use crate::array::{Args, Array};
use crate::dtype::DType;
use crate::prim::{Compare, Holomorphic, Prim, Reduction, Window};
use crate::promote::agree;
use crate::shape::{Dims, Shape};
use pullback_real::{Binary, Complex, Unary, refuse};
use smallvec::smallvec;

type Planes = Complex<Array>;

impl Array {
    /// Complex numbers of these parts, of one real dtype and one shape.
    #[track_caller]
    pub(crate) fn complex_op(re: &Array, im: &Array) -> Array {
        debug_assert!(re.dtype() == im.dtype() && re.dtype().is_float() && re.0.shape == im.0.shape);
        let (shape, dtype) = (re.0.shape.clone(), re.dtype().complex());
        if let (Some(c), Some(0.0)) = (re.fill_value(), im.fill_value()) {
            return Array::fill(c, shape, dtype);
        }
        // The parts of one array, put together again.
        if let ((Prim::Re, a), (Prim::Im, b)) = (re.parts(), im.parts())
            && a[0].0.id == b[0].0.id
        {
            return a[0].clone();
        }
        Array::new(Prim::Complex, smallvec![re.clone(), im.clone()], shape, dtype)
    }
    /// The real parts of a complex array.
    #[track_caller]
    pub(crate) fn re_op(&self) -> Array {
        self.plane_op(Prim::Re, 0, self.fill_value())
    }
    /// The imaginary parts of a complex array.
    #[track_caller]
    pub(crate) fn im_op(&self) -> Array {
        self.plane_op(Prim::Im, 1, self.fill_value().map(|_| 0.0))
    }
    #[track_caller]
    fn plane_op(&self, prim: Prim, part: usize, fill: Option<f64>) -> Array {
        debug_assert!(self.dtype().is_complex());
        let (shape, dtype) = (self.0.shape.clone(), self.dtype().real());
        if let Some(c) = fill {
            return Array::fill(c, shape, dtype);
        }
        // What was put together is taken apart for nothing, unless only the whole has been computed.
        if let (Prim::Complex, args) = self.parts()
            && (!self.is_evaluated() || args[part].is_evaluated())
        {
            return args[part].clone();
        }
        Array::new(prim, smallvec![self.clone()], shape, dtype)
    }
    #[track_caller]
    fn planes(&self) -> Planes {
        Complex::new(self.re_op(), self.im_op())
    }
    /// A holomorphic function with its value; the last of `args` is that.
    #[track_caller]
    pub(crate) fn holomorphic_op(op: Holomorphic, args: &[Array]) -> Array {
        let (value, inputs) = args.split_last().expect("a value");
        // Without a running transform nobody will ask for a derivative.
        if inputs.iter().all(|x| x.0.live.is_none()) {
            return value.clone();
        }
        let (shape, dtype) = (value.0.shape.clone(), value.dtype());
        Array::new(Prim::Holomorphic(op), args.iter().cloned().collect(), shape, dtype)
    }
    /// Whether all imaginary parts are known to be 0.
    fn is_plainly_real(&self) -> bool {
        self.fill_value().is_some()
            || matches!(self.parts(), (Prim::Complex, args) if args[1].fill_value() == Some(0.0))
    }
}

/// Planes as an array.
#[track_caller]
fn whole(z: Planes) -> Array {
    Array::complex_op(&z.re, &z.im)
}

/// A function applied to the real and to the imaginary part.
#[track_caller]
fn each(z: &Array, f: impl Fn(&Array) -> Array) -> Array {
    whole(Complex::new(f(&z.re_op()), f(&z.im_op())))
}

#[track_caller]
fn function(op: Holomorphic, args: &[&Array], value: impl FnOnce(&[Planes]) -> Planes) -> Array {
    let constant: Vec<Planes> = args.iter().map(|x| x.stop_gradient().planes()).collect();
    let mut all: Args = args.iter().copied().cloned().collect();
    all.push(whole(value(&constant)));
    Array::holomorphic_op(op, &all)
}

#[track_caller]
fn undefined(name: &str, z: &Array) -> ! {
    let which = format!("array of {}", z.dtype());
    refuse(
        format_args!("{name}: complex numbers have none; take it of .real() and .imag(), or of .abs()"),
        &[(&which, z.at())],
    )
}

#[track_caller]
pub(crate) fn unary(op: Unary, z: &Array) -> Array {
    let value: fn(&Planes) -> Planes = match op {
        Unary::Neg => return each(z, |x| -x),
        Unary::Abs => return z.planes().abs(),
        Unary::Square => return binary(Binary::Mul, z, z),
        Unary::OneMinusSquare => return (1.0 - z) * (1.0 + z),
        Unary::RecipOnePlusSquare => return unary(Unary::Recip, &(1.0 + binary(Binary::Mul, z, z))),
        Unary::SinPi => return unary(Unary::Sin, &(z * std::f64::consts::PI)),
        Unary::CosPi => return unary(Unary::Cos, &(z * std::f64::consts::PI)),
        Unary::XLogX => return binary(Binary::XLogY, z, z),
        Unary::Exp2 => return unary(Unary::Exp, &(z * std::f64::consts::LN_2)),
        Unary::Log2 => return unary(Unary::Ln, z) * std::f64::consts::LOG2_E,
        Unary::Log10 => return unary(Unary::Ln, z) * std::f64::consts::LOG10_E,
        // Their slopes in the table are for real numbers: tan z = −i tanh iz, arsinh z = −i arcsin iz.
        Unary::Tan => return turned(&unary(Unary::Tanh, &turned(z, 1.0)), -1.0),
        Unary::Asinh => return turned(&unary(Unary::Asin, &turned(z, 1.0)), -1.0),
        Unary::Powi(0) => return z.ones_like(),
        Unary::Powi(1) => return z.clone(),
        Unary::Powi(2) => return binary(Binary::Mul, z, z),
        Unary::Powi(n) => {
            return function(Holomorphic::Unary(op), &[z], |z| z[0].powi(n));
        }
        Unary::Recip => Complex::recip,
        Unary::Sqrt => Complex::sqrt,
        Unary::Exp => Complex::exp,
        Unary::ExpM1 => Complex::exp_m1,
        Unary::Ln => Complex::ln,
        Unary::Ln1p => Complex::ln_1p,
        Unary::Sin => Complex::sin,
        Unary::Cos => Complex::cos,
        Unary::Sinh => Complex::sinh,
        Unary::Cosh => Complex::cosh,
        Unary::Tanh => Complex::tanh,
        Unary::Sech => Complex::sech,
        Unary::Asin => Complex::asin,
        Unary::Acos => Complex::acos,
        Unary::Atan => Complex::atan,
        Unary::Acosh => Complex::acosh,
        Unary::Atanh => Complex::atanh,
        // A new row of the table has no complex meaning until it is given one here.
        _ => undefined(op.name(), z),
    };
    function(Holomorphic::Unary(op), &[z], |z| value(&z[0]))
}

/// z·i·sign.
#[track_caller]
fn turned(z: &Array, sign: f64) -> Array {
    let (re, im) = (z.re_op(), z.im_op());
    match sign > 0.0 {
        true => Array::complex_op(&-im, &re),
        false => Array::complex_op(&im, &-re),
    }
}

/// x + y, where adding nothing costs nothing.
#[track_caller]
fn plus(x: &Array, y: &Array) -> Array {
    match (x.fill_value(), y.fill_value()) {
        (Some(0.0), _) => y.clone(),
        (_, Some(0.0)) => x.clone(),
        _ => x + y,
    }
}
#[track_caller]
fn minus(x: &Array, y: &Array) -> Array {
    match (x.fill_value(), y.fill_value()) {
        (Some(0.0), _) => -y,
        (_, Some(0.0)) => x.clone(),
        _ => x - y,
    }
}

/// Of two arrays of one complex dtype and one shape.
#[track_caller]
pub(crate) fn binary(op: Binary, x: &Array, y: &Array) -> Array {
    match op {
        Binary::Add | Binary::Sub => {
            let (a, b) = (x.planes(), y.planes());
            let f = if op == Binary::Add { plus } else { minus };
            whole(Complex::new(f(&a.re, &b.re), f(&a.im, &b.im)))
        }
        Binary::Mul => bilinear(x, y, |x, y| x * y),
        Binary::Div if y.is_plainly_real() => {
            let c = y.re_op();
            each(x, |x| x / &c)
        }
        Binary::Div => function(Holomorphic::Binary(op), &[x, y], |z| &z[0] / &z[1]),
        Binary::Pow => match y.fill_value() {
            // Squaring is faster than ln and exp, and exact where the result is.
            Some(n) if n.fract() == 0.0 && n.abs() <= 1024.0 => unary(Unary::Powi(n as i32), x),
            _ => function(Holomorphic::Binary(op), &[x, y], |z| z[0].pow(&z[1])),
        },
        Binary::XLogY => times_unless_zero(x, &unary(Unary::Ln, y)),
        Binary::XLog1pY => times_unless_zero(x, &unary(Unary::Ln1p, y)),
        _ => undefined(op.name(), x),
    }
}

#[track_caller]
fn times_unless_zero(x: &Array, y: &Array) -> Array {
    select(&compare(Compare::Eq, x, &x.zeros_like()), &x.zeros_like(), &binary(Binary::Mul, x, y))
}

/// A product of some kind, from that of real arrays.
#[track_caller]
fn bilinear(x: &Array, y: &Array, f: impl Fn(&Array, &Array) -> Array) -> Array {
    if y.is_plainly_real() {
        let y = y.re_op();
        return each(x, |x| f(x, &y));
    }
    if x.is_plainly_real() {
        let x = x.re_op();
        return each(y, |y| f(&x, y));
    }
    let (a, b) = (x.planes(), y.planes());
    let re = minus(&f(&a.re, &b.re), &f(&a.im, &b.im));
    whole(Complex::new(re, plus(&f(&a.re, &b.im), &f(&a.im, &b.re))))
}

#[track_caller]
pub(crate) fn compare(op: Compare, x: &Array, y: &Array) -> Array {
    let (a, b) = (x.planes(), y.planes());
    let both = |join: Binary| {
        let parts = [Array::compare_op(op, &a.re, &b.re), Array::compare_op(op, &a.im, &b.im)];
        Array::binary_op(join, &parts[0], &parts[1])
    };
    match op {
        // "And" and "or" of bools.
        Compare::Eq => both(Binary::Min),
        Compare::Ne => both(Binary::Max),
        Compare::Lt | Compare::Le => unordered(Prim::Compare(op).name(), x),
    }
}

/// Stops where an order is asked for.
#[track_caller]
pub(crate) fn unordered(name: &str, z: &Array) -> ! {
    let which = format!("array of {}", z.dtype());
    refuse(
        format_args!("{name}: complex numbers have no order; compare .real(), .imag() or .abs()"),
        &[(&which, z.at())],
    )
}

#[track_caller]
pub(crate) fn select(c: &Array, a: &Array, b: &Array) -> Array {
    let (a, b) = (a.planes(), b.planes());
    whole(Complex::new(Array::select_op(c, &a.re, &b.re), Array::select_op(c, &a.im, &b.im)))
}

/// To or from a complex dtype.
#[track_caller]
pub(crate) fn cast(x: &Array, dtype: DType) -> Array {
    match (x.dtype().is_complex(), dtype.is_complex()) {
        (true, true) => each(x, |x| x.cast(dtype.real())),
        (false, true) => {
            let re = x.cast(dtype.real());
            Array::complex_op(&re, &re.zeros_like())
        }
        (true, false) => refuse(
            format_args!(
                "cast: a complex array has no {dtype} form that keeps its imaginary parts; take .real(), .imag() or .abs(), and .cast that"
            ),
            &[("", x.at())],
        ),
        (false, false) => unreachable!("one of them is complex"),
    }
}

#[track_caller]
pub(crate) fn reduce(z: &Array, op: Reduction, axes: Dims) -> Array {
    match op {
        Reduction::Sum => each(z, |x| x.reduce_op(op, axes.clone())),
        Reduction::Max | Reduction::Min => unordered(Prim::Reduce(op, axes).name(), z),
    }
}

#[track_caller]
pub(crate) fn cumulative(z: &Array, op: Reduction, axis: usize, reverse: bool) -> Array {
    match op {
        Reduction::Sum => each(z, |x| x.cumulative_op(op, axis, reverse)),
        Reduction::Max | Reduction::Min => unordered(Prim::Cumulative { op, axis, reverse }.name(), z),
    }
}

#[track_caller]
pub(crate) fn matmul(x: &Array, y: &Array) -> Array {
    bilinear(x, y, |x, y| x.matmul_op(y))
}

#[track_caller]
pub(crate) fn conv(x: &Array, w: &Array, window: Window) -> Array {
    bilinear(x, w, |x, w| x.conv_op(w, window.clone()))
}

#[track_caller]
pub(crate) fn scatter_add(index: &Array, updates: &Array, n: usize) -> Array {
    each(updates, |u| Array::scatter_add_op(index, u, n))
}

#[track_caller]
pub(crate) fn iota(shape: Shape, axis: usize, dtype: DType) -> Array {
    Array::iota(shape, axis, dtype.real()).cast(dtype)
}

/// A complex constant beside `x`: of its precision.
#[track_caller]
pub(crate) fn constant(c: num_complex::Complex64, x: &Array) -> Array {
    let fill = |c: f64| Array::fill(c, Shape::default(), x.dtype().complex().real());
    Array::complex_op(&fill(c.re), &fill(c.im))
}

/// The operation of an array and a complex constant.
#[track_caller]
pub(crate) fn with_constant(op: Binary, x: &Array, c: num_complex::Complex64, left: bool) -> Array {
    let c = constant(c, x);
    let x = if x.dtype().is_float() || x.dtype().is_complex() { x.clone() } else { x.cast(c.dtype()) };
    let (a, b) = if left { agree(op.name(), &c, &x) } else { agree(op.name(), &x, &c) };
    Array::binary_op(op, &a, &b)
}
