//! The element types of arrays, and how each is stored.

use bytemuck::Pod;
use num_complex::{Complex32, Complex64};
use std::fmt;

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DType {
    /// 32-bit floating point.
    F32,
    /// 64-bit floating point.
    F64,
    /// 32-bit signed integer.
    I32,
    /// 64-bit signed integer.
    I64,
    /// True or false, a byte each.
    Bool,
    /// Complex numbers of two `f32`, real part first.
    C64,
    /// Complex numbers of two `f64`, real part first.
    C128,
}

impl DType {
    /// Every element type.
    pub const ALL: [DType; 7] =
        [DType::F32, DType::F64, DType::I32, DType::I64, DType::Bool, DType::C64, DType::C128];
    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            DType::C128 => 16,
            DType::F64 | DType::I64 | DType::C64 => 8,
            DType::F32 | DType::I32 => 4,
            DType::Bool => 1,
        }
    }
    /// Whether it is real floating point.
    pub const fn is_float(self) -> bool {
        match self {
            DType::F32 | DType::F64 => true,
            DType::I32 | DType::I64 | DType::Bool | DType::C64 | DType::C128 => false,
        }
    }
    /// Whether its elements are complex numbers.
    pub const fn is_complex(self) -> bool {
        match self {
            DType::C64 | DType::C128 => true,
            DType::F32 | DType::F64 | DType::I32 | DType::I64 | DType::Bool => false,
        }
    }
    /// Whether it carries derivatives: floating point, real or complex.
    pub const fn is_differentiable(self) -> bool {
        self.is_float() || self.is_complex()
    }
    /// The dtype of real and imaginary parts; a real dtype is its own.
    pub const fn real(self) -> DType {
        match self {
            DType::C64 => DType::F32,
            DType::C128 => DType::F64,
            DType::F32 | DType::F64 | DType::I32 | DType::I64 | DType::Bool => self,
        }
    }
    /// The complex dtype of the same precision: `c64` for `f32` and `c64`, else `c128`.
    pub const fn complex(self) -> DType {
        match self {
            DType::F32 | DType::C64 => DType::C64,
            DType::F64 | DType::I32 | DType::I64 | DType::Bool | DType::C128 => DType::C128,
        }
    }
    /// Whether it is an integer.
    pub const fn is_int(self) -> bool {
        match self {
            DType::I32 | DType::I64 => true,
            DType::F32 | DType::F64 | DType::Bool | DType::C64 | DType::C128 => false,
        }
    }
    /// The name: `f32`, `f64`, `i32`, `i64`, `bool`, `c64` or `c128`.
    pub const fn name(self) -> &'static str {
        match self {
            DType::F32 => "f32",
            DType::F64 => "f64",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::Bool => "bool",
            DType::C64 => "c64",
            DType::C128 => "c128",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A Rust type that can be an element of an array: `f32`, `f64`, `i32`, `i64`, `bool`, or a complex number of the crate
/// `num-complex`, [`Complex32`] or [`Complex64`].
pub trait Element: Copy + Send + Sync + PartialEq + fmt::Debug + fmt::Display + 'static {
    /// How an element lies in memory: the type itself, `u8` for `bool`, two numbers for a complex one.
    type Store: Pod + Send + Sync + PartialEq + PartialOrd + fmt::Debug;
    /// The element type's name in the closed set.
    const DTYPE: DType;
    /// To memory.
    fn store(self) -> Self::Store;
    /// From memory.
    fn load(stored: Self::Store) -> Self;
}

macro_rules! element {
    ($($T:ty, $S:ty, $D:ident, |$x:ident| $store:expr, |$y:ident| $load:expr;)*) => { $(
        impl Element for $T {
            type Store = $S;
            const DTYPE: DType = DType::$D;
            #[inline(always)]
            fn store(self) -> $S { let $x = self; $store }
            #[inline(always)]
            fn load($y: $S) -> $T { $load }
        }
    )* };
}
element! {
    f32, f32, F32, |x| x, |y| y;
    f64, f64, F64, |x| x, |y| y;
    i32, i32, I32, |x| x, |y| y;
    i64, i64, I64, |x| x, |y| y;
    bool, u8, Bool, |x| u8::from(x), |y| y != 0;
    Complex32, [f32; 2], C64, |x| [x.re, x.im], |y| Complex32::new(y[0], y[1]);
    Complex64, [f64; 2], C128, |x| [x.re, x.im], |y| Complex64::new(y[0], y[1]);
}

/// Runs `$body` with `$T` naming the stored type of `$dtype` (`u8` for bool), which is not complex: such arrays meet only
/// what moves elements, and what splits them into planes.
macro_rules! with_store {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::dtype::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::dtype::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::dtype::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::dtype::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::dtype::DType::Bool => {
                type $T = u8;
                $body
            }
            $crate::dtype::DType::C64 | $crate::dtype::DType::C128 => {
                unreachable!("complex arithmetic is lowered to planes when the graph is built")
            }
        }
    };
}
pub(crate) use with_store;

/// Runs `$body` with `$T` an unsigned integer as wide as `$dtype`: for moving elements, whatever they mean.
macro_rules! with_size {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype.size() {
            16 => {
                type $T = u128;
                $body
            }
            8 => {
                type $T = u64;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            _ => {
                type $T = u8;
                $body
            }
        }
    };
}
pub(crate) use with_size;
