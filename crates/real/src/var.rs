//! `Var`, the number of reverse mode: its value, the slot of the tape that it depends on, and its slope by it.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

/// A number whose derivatives are recorded on this thread: what [`grad`](crate::grad) hands to your function.
///
/// It is `Copy` and has no lifetime. Outside the function that it was handed to it must not be used: take the
/// number out with [`value`](crate::Scalar::value).
///
/// It stays on its thread:
///
/// ```compile_fail
/// let x = pullback_real::Var::from(1.0);
/// std::thread::spawn(move || x + 1.0);
/// ```
// In this order: of a value and a slope side by side the compiler makes one load, which waits for the two stores before it.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Var {
    pub(crate) value: f64,
    /// Its slot, and above it the number of the recording it belongs to, with [`REC`] where operations are recorded
    /// too; 0 for a constant. One word, so that it stays in a register.
    pub(crate) key: u64,
    /// d value / d slot.
    pub(crate) slope: f64,
    here: PhantomData<*const ()>,
}

/// The bit of a recording's number that asks for a record of every operation, to be differentiated again.
pub(crate) const REC: u32 = 1 << 31;

impl Var {
    /// What changes with the slot of `key` at the rate `slope`.
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
    /// Whether it is active, and nothing but slopes is recorded of it.
    #[inline(always)]
    pub(crate) fn is_plain(self) -> bool {
        self.key as i64 > 0
    }
    /// Whether its operations are recorded.
    #[inline(always)]
    pub(crate) fn is_recorded(self) -> bool {
        (self.key as i64) < 0
    }
    /// The same number, and no derivative: it counts as a constant from here on.
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
