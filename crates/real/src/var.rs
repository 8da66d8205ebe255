//! `Var`, the number of reverse mode: its value, the slot of the tape that it depends on, and its slope by
//! that slot.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

/// A number whose derivatives are recorded on this thread: [`grad`](crate::grad) calls your function with it.
///
/// It is `Copy` and has no lifetime. It must not be used outside the function that received it: take the
/// number out with [`value`](crate::Scalar::value).
///
/// It cannot move to another thread:
///
/// ```compile_fail
/// let x = pullback_real::Var::from(1.0);
/// std::thread::spawn(move || x + 1.0);
/// ```
// The order of the fields matters: if value and slope lie side by side, the compiler merges their loads into
// one, which waits for the two stores before it.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Var {
    pub(crate) value: f64,
    /// The slot in the lower half; in the upper half the number of its recording, with [`REC`] set where
    /// operations are recorded too. 0 for a constant. One word, so that it stays in a register.
    pub(crate) key: u64,
    /// d value / d slot.
    pub(crate) slope: f64,
    here: PhantomData<*const ()>,
}

/// The bit of a recording's number that asks for a record of every operation, to be differentiated again.
pub(crate) const REC: u32 = 1 << 31;

impl Var {
    /// A number that depends on the slot of `key` with the slope `slope`.
    #[inline(always)]
    pub(crate) fn new(value: f64, slope: f64, key: u64) -> Var {
        Var { value, slope, key, here: PhantomData }
    }
    #[inline(always)]
    pub(crate) fn slot(self) -> u32 {
        self.key as u32
    }
    /// The number of its recording, with [`REC`] or not; 0 for a constant.
    #[inline(always)]
    pub(crate) fn epoch(self) -> u32 {
        (self.key >> 32) as u32
    }
    #[inline(always)]
    pub(crate) fn is_constant(self) -> bool {
        self.key == 0
    }
    /// Whether it is a variable of which only slopes are recorded.
    #[inline(always)]
    pub(crate) fn is_plain(self) -> bool {
        self.key as i64 > 0
    }
    /// Whether its operations are recorded.
    #[inline(always)]
    pub(crate) fn is_recorded(self) -> bool {
        (self.key as i64) < 0
    }
    /// The number without its derivative: it counts as a constant from here on.
    ///
    /// ```
    /// use pullback_real::grad;
    /// assert_eq!(grad(|x| x[0] * x[0].stop_gradient())(&[3.0]), [3.0]);
    /// ```
    #[inline(always)]
    pub fn stop_gradient(self) -> Var {
        Var::from(self.value)
    }
}

impl From<f64> for Var {
    /// A constant.
    #[inline(always)]
    fn from(value: f64) -> Var {
        Var::new(value, 0.0, 0)
    }
}

impl fmt::Debug for Var {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.value.fmt(f)
    }
}
impl fmt::Display for Var {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.value.fmt(f)
    }
}
impl PartialEq for Var {
    #[inline(always)]
    fn eq(&self, other: &Var) -> bool {
        self.value == other.value
    }
}
impl PartialOrd for Var {
    #[inline(always)]
    fn partial_cmp(&self, other: &Var) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl PartialEq<f64> for Var {
    #[inline(always)]
    fn eq(&self, other: &f64) -> bool {
        self.value == *other
    }
}
impl PartialOrd<f64> for Var {
    #[inline(always)]
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}
