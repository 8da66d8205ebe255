//! Reductions of runs of elements into wide accumulators: floats in `f64`, integers in `i64`.
//!
//! A run is at most a block long and is summed in [`LANES`] lanes. The sums of blocks are added in order, so
//! that errors grow with the number of blocks, not of elements. The order is fixed by the shape alone.

use super::elementwise::Lane;
use super::math::{CpuLevel, Kernel, Level};
use crate::prim::Reduction;

/// Partial sums of a run that are kept side by side. Shorter runs are not worth so many.
pub(crate) const LANES: usize = 32;

/// An accumulator type.
pub(crate) trait Wide: Copy + PartialOrd + Send + Sync + 'static {
    /// The value of a reduction of no elements.
    fn start(op: Reduction) -> Self;
    fn join(op: Reduction, a: Self, b: Self) -> Self;
}
impl Wide for f64 {
    #[inline(always)]
    fn start(op: Reduction) -> f64 {
        match op {
            Reduction::Sum => 0.0,
            Reduction::Max => f64::NEG_INFINITY,
            Reduction::Min => f64::INFINITY,
        }
    }
    #[inline(always)]
    fn join(op: Reduction, a: f64, b: f64) -> f64 {
        match op {
            Reduction::Sum => a + b,
            // NaN if either side is NaN.
            Reduction::Max => {
                if a > b || a.is_nan() {
                    a
                } else {
                    b
                }
            }
            Reduction::Min => {
                if a < b || a.is_nan() {
                    a
                } else {
                    b
                }
            }
        }
    }
}
impl Wide for i64 {
    #[inline(always)]
    fn start(op: Reduction) -> i64 {
        match op {
            Reduction::Sum => 0,
            Reduction::Max => i64::MIN,
            Reduction::Min => i64::MAX,
        }
    }
    #[inline(always)]
    fn join(op: Reduction, a: i64, b: i64) -> i64 {
        match op {
            Reduction::Sum => a.wrapping_add(b),
            Reduction::Max => a.max(b),
            Reduction::Min => a.min(b),
        }
    }
}

/// A stored type and its accumulator.
pub(crate) trait Reduce: Lane {
    type Wide: Wide;
    /// The highest level that is worth compiling its reductions for. Integer reductions take 2 to 4 times as
    /// long with wider vectors.
    const SUMS: CpuLevel;
    fn widen(self) -> Self::Wide;
    fn narrow(wide: Self::Wide) -> Self;
    /// The reduction of a run.
    fn run(op: Reduction, x: &[Self]) -> Self::Wide;
}

macro_rules! reduce {
    ($($T:ident $W:ident $level:expr, |$s:ident| $narrow:expr, $lo:expr, $hi:expr, |$a:ident, $b:ident| $add:expr, |$x:ident| $is_nan:expr;)*) => { $(
        impl Reduce for $T {
            type Wide = $W;
            const SUMS: CpuLevel = $level;
            #[inline(always)]
            fn widen(self) -> $W { self as $W }
            #[inline(always)]
            fn narrow($s: $W) -> $T { $narrow }
            #[inline(always)]
            fn run(op: Reduction, x: &[$T]) -> $W {
                match op {
                    Reduction::Sum => {
                        let mut lanes = [0 as $T; LANES];
                        let (body, tail) = x.as_chunks::<LANES>();
                        for c in body {
                            for k in 0..LANES { let ($a, $b) = (lanes[k], c[k]); lanes[k] = $add }
                        }
                        for (l, &t) in lanes.iter_mut().zip(tail) { let ($a, $b) = (*l, t); *l = $add }
                        folded(op, lanes)
                    }
                    Reduction::Max => extremum(x, $lo, |a, b| if b > a { b } else { a }, |$x| $is_nan, Reduction::Max),
                    Reduction::Min => extremum(x, $hi, |a, b| if b < a { b } else { a }, |$x| $is_nan, Reduction::Min),
                }
            }
        }
    )* };
}
reduce! {
    f32 f64 CpuLevel::Avx512, |s| s as f32, f32::NEG_INFINITY, f32::INFINITY, |a, b| a + b, |x| x.is_nan();
    f64 f64 CpuLevel::Avx512, |s| s, f64::NEG_INFINITY, f64::INFINITY, |a, b| a + b, |x| x.is_nan();
    i32 i64 CpuLevel::Baseline, |s| s as i32, i32::MIN, i32::MAX, |a, b| a.wrapping_add(b), |_x| false;
    i64 i64 CpuLevel::Baseline, |s| s, i64::MIN, i64::MAX, |a, b| a.wrapping_add(b), |_x| false;
    u8 i64 CpuLevel::Baseline, |s| u8::from(s > 0), 0, 1, |a, b| a | b, |_x| false;
}

#[inline(always)]
fn extremum<T: Reduce>(
    x: &[T],
    start: T,
    pick: impl Fn(T, T) -> T,
    is_nan: impl Fn(T) -> bool,
    op: Reduction,
) -> T::Wide {
    let (mut lanes, mut nan) = ([start; LANES], [false; LANES]);
    let (body, tail) = x.as_chunks::<LANES>();
    for c in body {
        for k in 0..LANES {
            lanes[k] = pick(lanes[k], c[k]);
            nan[k] |= is_nan(c[k])
        }
    }
    for (k, &t) in tail.iter().enumerate() {
        lanes[k] = pick(lanes[k], t);
        nan[k] |= is_nan(t)
    }
    if nan.iter().any(|&n| n) {
        return x.iter().find(|&&x| is_nan(x)).map_or(T::Wide::start(op), |&x| x.widen());
    }
    folded(op, lanes)
}

/// The reduction of all lanes. For a maximum or minimum, none of them may be NaN. A call copies the lanes to
/// memory: inlined, the compiler would cut the vectors of the loop before it into the pairs that are joined
/// here.
#[inline(never)]
fn folded<T: Reduce>(op: Reduction, lanes: [T; LANES]) -> T::Wide {
    let mut wide = [T::Wide::start(op); LANES];
    wide.iter_mut().zip(lanes).for_each(|(w, l)| *w = l.widen());
    match op {
        Reduction::Sum => tree(wide, |a, b| T::Wide::join(Reduction::Sum, a, b)),
        Reduction::Max => tree(wide, |a, b| if b > a { b } else { a }),
        Reduction::Min => tree(wide, |a, b| if b < a { b } else { a }),
    }
}

/// Folds the upper half of the lanes onto the lower half, until one is left.
#[inline(always)]
fn tree<W: Copy>(mut x: [W; LANES], f: impl Fn(W, W) -> W) -> W {
    let mut n = LANES;
    while n > 1 {
        n /= 2;
        for k in 0..n {
            x[k] = f(x[k], x[k + n])
        }
    }
    x[0]
}

/// Reduces a run to one value.
pub(crate) struct RunBlock<'a, T> {
    pub op: Reduction,
    pub x: &'a [T],
}
impl<T: Reduce> Kernel for RunBlock<'_, T> {
    type Out = T::Wide;
    const BEST: CpuLevel = T::SUMS;
    #[inline(always)]
    fn run<L: Level>(self) -> T::Wide {
        T::run(self.op, self.x)
    }
}

/// Joins each element with an accumulator of its own.
pub(crate) struct AccumulateBlock<'a, T: Reduce> {
    pub op: Reduction,
    pub acc: &'a mut [T::Wide],
    pub x: &'a [T],
}
impl<T: Reduce> Kernel for AccumulateBlock<'_, T> {
    type Out = ();
    const BEST: CpuLevel = T::SUMS;
    #[inline(always)]
    fn run<L: Level>(self) {
        let AccumulateBlock { op, acc, x } = self;
        match op {
            Reduction::Sum => join_all(acc, x, |a, b| T::Wide::join(Reduction::Sum, a, b)),
            Reduction::Max => join_all(acc, x, |a, b| T::Wide::join(Reduction::Max, a, b)),
            Reduction::Min => join_all(acc, x, |a, b| T::Wide::join(Reduction::Min, a, b)),
        }
    }
}

#[inline(always)]
fn join_all<T: Reduce>(acc: &mut [T::Wide], x: &[T], join: impl Fn(T::Wide, T::Wide) -> T::Wide) {
    let n = acc.len();
    let x = &x[..n];
    for i in 0..n {
        acc[i] = join(acc[i], x[i].widen())
    }
}

/// Joins each element with the accumulator at its place. The elements of a run of length `run` go to one
/// accumulator, or to neighbouring ones. Long runs that go to one accumulator are better joined by
/// [`RunBlock`].
pub(crate) struct RowsBlock<'a, T: Reduce> {
    pub op: Reduction,
    pub acc: &'a mut [T::Wide],
    pub first: isize,
    /// The place of each element's accumulator, counted from `first`.
    pub places: &'a [isize],
    pub run: usize,
    pub x: &'a [T],
}
impl<T: Reduce> Kernel for RowsBlock<'_, T> {
    type Out = ();
    const BEST: CpuLevel = T::SUMS;
    #[inline(always)]
    fn run<L: Level>(self) {
        match self.op {
            Reduction::Sum => self.rows(|a, b| T::Wide::join(Reduction::Sum, a, b)),
            Reduction::Max => self.rows(|a, b| T::Wide::join(Reduction::Max, a, b)),
            Reduction::Min => self.rows(|a, b| T::Wide::join(Reduction::Min, a, b)),
        }
    }
}
impl<T: Reduce> RowsBlock<'_, T> {
    #[inline(always)]
    fn rows(self, join: impl Fn(T::Wide, T::Wide) -> T::Wide) {
        let RowsBlock { acc, first, places, run, x, .. } = self;
        if run == 1 {
            for (&place, &x) in places.iter().zip(x) {
                let acc = &mut acc[(first + place) as usize];
                *acc = join(*acc, x.widen())
            }
            return;
        }
        let one = places[0] == places[1];
        for (x, places) in x.chunks_exact(run).zip(places.chunks_exact(run)) {
            let place = (first + places[0]) as usize;
            if one {
                let mut sum = acc[place];
                for &x in x {
                    sum = join(sum, x.widen())
                }
                acc[place] = sum
            } else {
                join_all(&mut acc[place..place + run], x, &join)
            }
        }
    }
}
