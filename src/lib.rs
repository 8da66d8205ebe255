//! Automatic differentiation for Rust: exact derivatives, of any order, of ordinary numeric code and of code on whole
//! arrays.
//!
//! - [`real`]: scalars. Write a function generic in its number; [`real::grad`], [`real::jacobian`], [`real::hessian`]
//!   and their relatives take it to its derivatives.
//! - [`mod@array`]: n-d arrays by NumPy's names. [`array::grad`], [`array::vjp`], [`array::jvp`] take a function of a tree
//!   of arrays (an array, a tuple, a struct with `#[derive(Tree)]`) to its derivatives.
//! - [`compile`]: scalar functions recorded once, as programs: machine code, SIMD lanes, Rust and C source.
//! - [`stats`]: probability distributions, differentiated by argument and parameters.
//! - [`nn`]: layers, losses and optimisers as plain structs over arrays.
//!
//! ```
//! use pullback::array::{Array, Real, grad};
//! use pullback::real::{self, Scalar};
//!
//! fn area<R: Scalar>(x: &[R]) -> R { x[0] * x[1].sin() }
//! assert_eq!(real::grad(area)(&[2.0, 0.5]), [0.5f64.sin(), 2.0 * 0.5f64.cos()]);
//!
//! let g = grad(|x: &Array| x.square().sum());
//! assert_eq!(g(&Array::from([1.0, 2.0])).to_vec::<f64>(), [2.0, 4.0]);
//! ```
//!
//! # Features
//!
//! On by default are the parts: `array`, `compile`, `nn` and `stats`, and `native`: machine code for fused array arithmetic, on
//! processors with AVX-512. Without the defaults there are scalars, of two crates to compile.
//!
//! | feature | is for |
//! |---|---|
//! | `fft` | Fourier transforms, computed by rustfft |
//! | `linalg` | linear algebra, computed by faer |
//! | `machine` | machine code for compiled scalar functions, by Cranelift |
//! | `json` | compiled scalar functions as JSON |
//! | `ndarray` | conversions from and to ndarray's arrays |
//! | `faer`, `nalgebra` | sparse matrices as those of faer and nalgebra-sparse |
//! | `npz` | NumPy's archives of several arrays |
#![forbid(unsafe_code)]

// Modules of this crate, so that types and the compiler's advice say `pullback::real::…`.

/// Scalar functions recorded once, as programs: machine code, SIMD lanes, Rust and C source.
#[cfg(feature = "compile")]
pub mod compile {
    #[doc(inline)]
    pub use pullback_compile::*;
}

/// Layers, losses, optimisers and schedules as plain structs over arrays.
#[cfg(feature = "nn")]
pub mod nn {
    #[doc(inline)]
    pub use pullback_nn::*;
}

/// Scalars: derivatives of any code that is generic in its number.
pub mod real {
    #[doc(inline)]
    pub use pullback_real::*;
}

/// Probability distributions, on numbers and arrays, differentiated by argument and parameters.
#[cfg(feature = "stats")]
pub mod stats {
    #[doc(inline)]
    pub use pullback_stats::*;
}

/// The lines of the README run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the pages in `docs/` run as tests.
#[cfg(doctest)]
mod pages {
    macro_rules! pages {
        ($($name:ident = $path:literal;)*) => { $(#[doc = include_str!($path)] struct $name;)* };
    }
    pages! {
        Vmap = "../docs/vmap.md";
        Jit = "../docs/jit.md";
        ControlFlow = "../docs/control-flow.md";
        Jacobians = "../docs/jacobians.md";
        Custom = "../docs/custom.md";
        Complex = "../docs/complex.md";
        Implicit = "../docs/implicit.md";
        Sparse = "../docs/sparse.md";
        Compile = "../docs/compile.md";
        Checkpointing = "../docs/checkpointing.md";
        Evaluation = "../docs/evaluation.md";
    }
}

/// Arrays, transforms of functions of them, and trees.
#[cfg(feature = "array")]
pub mod array {
    #[doc(inline)]
    pub use pullback_array::*;
    /// The derive, which here names the crate `pullback`: it shadows the one in the line above.
    pub use pullback_derive::TreeInPullback as Tree;
}
