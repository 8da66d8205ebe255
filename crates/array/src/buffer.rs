//! Memory of arrays: 64-byte aligned, and returned to a pool when the last owner lets go.
//!
//! A page fault on fresh memory costs more than the arithmetic done on it, so buffers are used again: the pool
//! keeps up to [`POOL_BYTES`] in classes of size, and hands them out with whatever they last held (in debug builds with what
//! [`poison`] leaves of that).

use crate::dtype::DType;
use crate::huge_pages;
use crate::poison::poison;
use bytemuck::{Pod, Zeroable};
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// One cache line.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u64; 8]);

/// The elements of an array in row-major order.
pub(crate) struct Buffer {
    memory: Memory,
    len: usize,
    dtype: DType,
    /// What must not end before the data do: the file that numbers are of.
    kept: Option<Arc<dyn Any + Send + Sync>>,
}

enum Memory {
    /// Its own.
    Own {
        lines: Vec<Line>,
        /// Lines before the first element.
        skipped: usize,
    },
    /// A part of another buffer, to be read only: how many bytes before it.
    Part { of: Arc<Buffer>, start: usize },
}

/// How much freed memory the pool keeps at most.
pub(crate) const POOL_BYTES: usize = 2 << 30;

#[derive(Default)]
struct Pool {
    free: HashMap<usize, Vec<Vec<Line>>>,
    bytes: usize,
}
static POOL: Mutex<Option<Pool>> = Mutex::new(None);
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Gives memory that freed arrays have left back to the system, and returns how many bytes these were.
///
/// Memory is used again rather than given back, since fresh memory is slow: up to 2 GiB of it is kept in the process, and never
/// more. What arrays, compiled functions and threads hold stays.
///
/// ```
/// use pullback_array::{Array, Real, release_memory};
/// Array::linspace(0.0, 1.0, 1 << 16).exp().eval();
/// println!("{} bytes are the system's again", release_memory());
/// ```
pub fn release_memory() -> usize {
    // Taken out first: giving it back may take long, and other threads go on.
    let pool = POOL.lock().unwrap_or_else(|e| e.into_inner()).take();
    pool.map_or(0, |pool| pool.bytes)
}

/// Lines for so many elements.
fn lines(len: usize, dtype: DType) -> usize {
    class((len * dtype.size()).div_ceil(64).max(1))
}

/// Of all lines, those for elements.
fn room(lines: &[Line]) -> usize {
    if lines.len() < LARGE + SPARE { lines.len() } else { lines.len() - SPARE }
}

/// Sizes are rounded up to one of eight steps between powers of two, so that near sizes share memory.
fn class(lines: usize) -> usize {
    let step = (lines.next_power_of_two() / 16).max(1);
    lines.div_ceil(step) * step
}

/// Lines of a buffer from which on it gets [`SPARE`] ones, so that large buffers do not all begin at the same place of a page: a
/// processor takes a load for one of what was just stored if the last twelve bits of their addresses are the same.
const LARGE: usize = 1 << 10;
const SPARE: usize = 32;

impl Buffer {
    /// Memory for `len` elements with unspecified (but initialised) contents.
    pub fn dirty(len: usize, dtype: DType) -> Buffer {
        Buffer::of_class(0, len, dtype)
    }
    /// [`dirty`](Buffer::dirty) memory, or where there is not so much, a sentence that says so.
    pub fn try_dirty(len: usize, dtype: DType) -> Result<Buffer, String> {
        Buffer::try_of_class(0, len, dtype)
    }
    /// [`dirty`](Buffer::dirty) memory of this class, or a larger one if it takes that.
    ///
    /// # Panics
    /// If there is not so much memory.
    pub fn of_class(class: usize, len: usize, dtype: DType) -> Buffer {
        match Buffer::try_of_class(class, len, dtype) {
            Ok(buffer) => buffer,
            Err(message) => panic!("{message}"),
        }
    }
    fn try_of_class(class: usize, len: usize, dtype: DType) -> Result<Buffer, String> {
        #[cfg(test)]
        crate::eval::run::fail::point(crate::eval::run::fail::Point::Memory);
        let n = class.max(lines(len, dtype));
        let reused = {
            let mut pool = POOL.lock().unwrap_or_else(|e| e.into_inner());
            let pool = pool.get_or_insert_default();
            let found = pool.free.get_mut(&n).and_then(Vec::pop);
            if found.is_some() {
                pool.bytes -= n * 64
            }
            found
        };
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let spare = if n < LARGE { 0 } else { SPARE };
        let lines = match reused {
            Some(lines) => lines,
            None => {
                let mut lines: Vec<Line> = vec![];
                if lines.try_reserve_exact(n + spare).is_err() {
                    // What the pool keeps may be what is missing.
                    release_memory();
                    lines.try_reserve_exact(n + spare).map_err(|_| {
                        format!("out of memory: {len} elements of {dtype} take {} bytes", len * dtype.size())
                    })?
                }
                // Before anything is written, or the pages are there.
                huge_pages::large(lines.as_ptr(), 64 * lines.capacity());
                lines.resize(n + spare, Zeroable::zeroed());
                lines
            }
        };
        // Those made one after the other begin far apart.
        let skipped = if spare == 0 { 0 } else { NEXT.fetch_add(5, Relaxed) % spare };
        LIVE.fetch_add(1, Relaxed);
        Ok(Buffer { memory: Memory::Own { lines, skipped }, len, dtype, kept: None }.poisoned())
    }
    /// Its contents are unspecified.
    #[inline(always)]
    fn poisoned(mut self) -> Buffer {
        if cfg!(debug_assertions) {
            poison(self.bytes_mut())
        }
        self
    }
    /// `len` elements of another buffer from number `first` on, where they lie.
    ///
    /// # Panics
    /// If it has fewer.
    pub fn part(of: &Arc<Buffer>, first: usize, len: usize) -> Buffer {
        assert!(first + len <= of.len, "a part of a buffer lies inside of it");
        LIVE.fetch_add(1, Relaxed);
        let start = first * of.dtype.size();
        let memory = match &of.memory {
            Memory::Own { .. } => Memory::Part { of: of.clone(), start },
            Memory::Part { of, start: before } => Memory::Part { of: of.clone(), start: before + start },
        };
        Buffer { memory, len, dtype: of.dtype, kept: None }
    }
    /// Whether it is a part of another, which lives as long.
    pub fn is_part(&self) -> bool {
        matches!(self.memory, Memory::Part { .. })
    }
    /// Memory for `len` elements, all zero.
    pub fn zeroed(len: usize, dtype: DType) -> Buffer {
        let mut b = Buffer::dirty(len, dtype);
        b.bytes_mut().fill(0);
        b
    }
    /// The same data in other memory.
    pub fn copied(&self) -> Buffer {
        let mut b = Buffer::dirty(self.len, self.dtype);
        b.bytes_mut().copy_from_slice(self.bytes());
        b
    }
    /// How much memory so many elements take: a buffer can take the place of another of its class or below.
    pub fn class(len: usize, dtype: DType) -> usize {
        lines(len, dtype)
    }
    /// Whether so many elements fit into its own memory.
    pub fn holds(&self, len: usize, dtype: DType) -> bool {
        match &self.memory {
            Memory::Own { lines: own, .. } => lines(len, dtype) <= room(own),
            Memory::Part { .. } => false,
        }
    }
    /// Whether its own memory is of this class.
    pub fn is_of(&self, class: usize) -> bool {
        matches!(&self.memory, Memory::Own { lines, .. } if room(lines) == class)
    }
    /// The same memory for other elements, of its class or below, with unspecified contents.
    pub fn reused(mut self, len: usize, dtype: DType) -> Buffer {
        debug_assert!(self.holds(len, dtype));
        (self.len, self.dtype, self.kept) = (len, dtype, None);
        self.poisoned()
    }
    /// From now on `kept` ends with the data, or later.
    pub fn keep(&mut self, kept: Arc<dyn Any + Send + Sync>) {
        self.kept = Some(kept)
    }
    /// What ends with the data, or later.
    pub fn kept(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        self.kept.clone()
    }
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn dtype(&self) -> DType {
        self.dtype
    }
    pub fn bytes(&self) -> &[u8] {
        let (lines, start) = match &self.memory {
            Memory::Own { lines, skipped } => (lines, 64 * skipped),
            Memory::Part { of, start } => match &of.memory {
                Memory::Own { lines, skipped } => (lines, 64 * skipped + start),
                Memory::Part { .. } => unreachable!("a part is one of memory"),
            },
        };
        &bytemuck::cast_slice(lines)[start..][..self.len * self.dtype.size()]
    }
    /// # Panics
    /// If it is a part of another.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.memory {
            Memory::Own { lines, skipped } => {
                &mut bytemuck::cast_slice_mut(&mut lines[*skipped..])[..self.len * self.dtype.size()]
            }
            Memory::Part { .. } => panic!("parts of a buffer are read only"),
        }
    }
    /// The elements as `T`, which must have the dtype's size, or that of the parts of a complex one.
    pub fn slice<T: Pod>(&self) -> &[T] {
        self.check::<T>();
        bytemuck::cast_slice(self.bytes())
    }
    pub fn slice_mut<T: Pod>(&mut self) -> &mut [T] {
        self.check::<T>();
        bytemuck::cast_slice_mut(self.bytes_mut())
    }
    fn check<T>(&self) {
        let parts = self.dtype.is_complex() && size_of::<T>() == self.dtype.real().size();
        debug_assert!(parts || size_of::<T>() == self.dtype.size());
    }
    /// How many buffers are alive in the process.
    pub fn live() -> usize {
        LIVE.load(Relaxed)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Relaxed);
        let Memory::Own { lines, .. } = &mut self.memory else { return };
        let lines = std::mem::take(lines);
        let n = room(&lines);
        let bytes = n * 64;
        let mut pool = POOL.lock().unwrap_or_else(|e| e.into_inner());
        let pool = pool.get_or_insert_default();
        if pool.bytes + bytes <= POOL_BYTES {
            pool.bytes += bytes;
            pool.free.entry(n).or_default().push(lines);
        }
    }
}
