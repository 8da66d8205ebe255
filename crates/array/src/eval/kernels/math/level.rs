//! CPU levels: one source, compiled once per level, the best one chosen at run time.
//!
//! A [`Kernel`] is a value holding a loop's arguments; its `run` is the loop. [`dispatch`] inlines that `run` into one
//! of three functions that differ only in the instructions the compiler may use, so plain Rust loops turn into AVX-512
//! or AVX2 code without intrinsics and without a build flag.

use crate::eval::settings::chosen;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU8, Ordering};

/// The properties of a level, as constants that generic code may branch on at no cost.
pub trait Level: Copy + Send + Sync + 'static {
    /// Whether `mul_add` is one instruction. Where it is not, it is a slow library call, to be avoided.
    const FMA: bool;
    /// Which level this is.
    const LEVEL: CpuLevel;
}

/// A level of vector instructions that loops are compiled for, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CpuLevel {
    /// The instructions of the target that the crate was compiled for: SSE2 on x86-64.
    Baseline = 1,
    /// AVX2 and FMA: x86-64-v3.
    Avx2 = 2,
    /// AVX-512 F, BW, CD, DQ and VL: x86-64-v4.
    Avx512 = 3,
}

/// [`CpuLevel::Baseline`] as a type.
#[derive(Clone, Copy, Debug)]
pub struct Baseline;
/// [`CpuLevel::Avx2`] as a type.
#[derive(Clone, Copy, Debug)]
pub struct Avx2;
/// [`CpuLevel::Avx512`] as a type.
#[derive(Clone, Copy, Debug)]
pub struct Avx512;

impl Level for Baseline {
    const FMA: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    const LEVEL: CpuLevel = CpuLevel::Baseline;
}
impl Level for Avx2 {
    const FMA: bool = true;
    const LEVEL: CpuLevel = CpuLevel::Avx2;
}
impl Level for Avx512 {
    const FMA: bool = true;
    const LEVEL: CpuLevel = CpuLevel::Avx512;
}

/// A loop to compile once per level: the fields are its arguments, `run` its body.
///
/// `run` **must be `#[inline(always)]`**, and so must every function it calls in a hot loop: code keeps the instruction
/// set of the function it ends up in, and a call that stays a call is compiled for the baseline. Beware of closures and
/// of functions passed as values (`map(x, f)`): their calls go through shims that are inlined only while they are small.
/// Use a macro, or a trait with an `#[inline(always)]` method. One long loop over slices vectorises best: bounds known
/// before it, no early exit, `|` and `&` rather than `||` and `&&`, and `if c { a } else { b }` on values at hand.
///
/// The unit test below is an example.
pub trait Kernel {
    /// The result of the loop.
    type Out;
    /// The highest level that is worth compiling the loop for; with `Baseline` it is compiled once.
    const BEST: CpuLevel = CpuLevel::Avx512;
    /// The loop. `#[inline(always)]`.
    fn run<L: Level>(self) -> Self::Out;
}

/// Runs a kernel at the level of this machine.
#[inline(always)]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Out {
    // SAFETY: `cpu_level` returns only levels that were checked against `detect`.
    unsafe { run_at(cpu_level(), kernel) }
}

/// Runs a kernel at a given level, for tests and measurements.
///
/// # Panics
/// If this machine lacks the level.
pub fn dispatch_at<K: Kernel>(level: CpuLevel, kernel: K) -> K::Out {
    assert!(level <= detect(), "this machine lacks {level:?}");
    // SAFETY: checked on the line above.
    unsafe { run_at(level, kernel) }
}

/// The level in force; 0 until it is first asked for.
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The level that loops run at: the one that [`set_cpu_level`] set last, or else the environment variable
/// `PULLBACK_CPU_LEVEL` (`baseline`, `avx2` or `avx512`), or else the best level of this machine.
///
/// # Panics
/// If the variable has another value, or this machine lacks that level.
///
/// ```
/// # use pullback_array as pullback;
/// use pullback::{CpuLevel, cpu_level, set_cpu_level};
/// set_cpu_level(CpuLevel::Baseline);
/// assert_eq!(cpu_level(), CpuLevel::Baseline);
/// ```
#[inline]
pub fn cpu_level() -> CpuLevel {
    match LEVEL.load(Ordering::Relaxed) {
        1 => CpuLevel::Baseline,
        2 => CpuLevel::Avx2,
        3 => CpuLevel::Avx512,
        _ => first_level(),
    }
}

const NAMES: [(&str, CpuLevel); 3] =
    [("baseline", CpuLevel::Baseline), ("avx2", CpuLevel::Avx2), ("avx512", CpuLevel::Avx512)];

#[cold]
fn first_level() -> CpuLevel {
    let level = chosen("PULLBACK_CPU_LEVEL", &NAMES).unwrap_or_else(detect);
    assert!(level <= detect(), "PULLBACK_CPU_LEVEL: this machine lacks {level:?}");
    // Does not overwrite a level that another thread has set meanwhile.
    let _ = LEVEL.compare_exchange(0, level as u8, Ordering::Relaxed, Ordering::Relaxed);
    cpu_level()
}

/// Sets the level for the whole process: to measure, to test, or to reproduce the results of another machine.
/// The results of levels differ in the last bits of sums and of elementary functions. The libraries behind
/// products of few rows, Fourier transforms and factorisations choose a level of their own, which this does
/// not change.
///
/// # Panics
/// If this machine lacks the level.
pub fn set_cpu_level(level: CpuLevel) {
    assert!(level <= detect(), "this machine lacks {level:?}");
    LEVEL.store(level as u8, Ordering::Relaxed);
}

/// The best level of this machine.
pub fn detect() -> CpuLevel {
    static FOUND: LazyLock<CpuLevel> = LazyLock::new(found);
    *FOUND
}

fn found() -> CpuLevel {
    #[cfg(target_arch = "x86_64")]
    {
        macro_rules! has { ($($feature:tt)*) => { true $(&& is_x86_feature_detected!($feature))* } }
        if has!("avx2" "fma" "bmi1" "bmi2" "lzcnt" "popcnt") {
            if has!("avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl") {
                return CpuLevel::Avx512;
            }
            return CpuLevel::Avx2;
        }
    }
    CpuLevel::Baseline
}

/// # Safety
/// The machine must have the level.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn run_at<K: Kernel>(level: CpuLevel, kernel: K) -> K::Out {
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    fn avx512<K: Kernel>(kernel: K) -> K::Out {
        kernel.run::<Avx512>()
    }
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    fn avx2<K: Kernel>(kernel: K) -> K::Out {
        kernel.run::<Avx2>()
    }
    // Constant conditions, so that nothing is compiled for levels above `K::BEST`.
    if const { K::BEST as u8 >= CpuLevel::Avx512 as u8 } && level >= CpuLevel::Avx512 {
        // SAFETY: the caller promises the level, which is by definition (see `detect`) these features.
        unsafe { avx512(kernel) }
    } else if const { K::BEST as u8 >= CpuLevel::Avx2 as u8 } && level >= CpuLevel::Avx2 {
        // SAFETY: as above.
        unsafe { avx2(kernel) }
    } else {
        baseline(kernel)
    }
}

/// # Safety
/// None needed: there is one level.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
unsafe fn run_at<K: Kernel>(_: CpuLevel, kernel: K) -> K::Out {
    baseline(kernel)
}

/// A call, like those of the other levels, so that the code that chooses between them is small.
#[inline(never)]
fn baseline<K: Kernel>(kernel: K) -> K::Out {
    kernel.run::<Baseline>()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Axpy<'a> {
        a: f64,
        x: &'a [f64],
        y: &'a mut [f64],
    }

    impl Kernel for Axpy<'_> {
        type Out = ();
        #[inline(always)]
        fn run<L: Level>(self) {
            for (y, x) in self.y.iter_mut().zip(self.x) {
                *y = if L::FMA { self.a.mul_add(*x, *y) } else { self.a * x + *y };
            }
        }
    }

    #[test]
    fn a_kernel_runs_at_every_level() {
        for level in [CpuLevel::Baseline, CpuLevel::Avx2, CpuLevel::Avx512] {
            if level <= detect() {
                let mut y = [1.0; 4];
                dispatch_at(level, Axpy { a: 2.0, x: &[0.0, 1.0, 2.0, 3.0], y: &mut y });
                assert_eq!(y, [1.0, 3.0, 5.0, 7.0]);
            }
        }
    }
}
