//! The one place that decides about parallelism: a team of threads that share the chunks of one job.
//!
//! Chunks are fixed by shape, and each writes its own part of the result, so it does not matter which thread
//! runs which. A job may last ten microseconds, less than a general pool takes to wake up. Here the caller
//! starts at once, helpers join when they are ready, and the caller waits only for helpers that have joined.
//! Helpers watch for the next job for a short while before they sleep. While the team is busy (with the job
//! of another thread, or of the caller itself), a job runs on its caller alone.
//!
//! Over 300 lines: one protocol, with its tests.

use crate::poison::poison;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::*};
use std::sync::{Mutex, OnceLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Jobs estimated to take less than this on one thread stay there. Measured: a helper that is awake joins within
/// one microsecond, one that sleeps within 5 to 50, and waking it costs the caller about 2.
const WORTH_NS: usize = 10_000;

/// How long a helper watches for the next job before it sleeps: about the gap between two steps of a program.
const WATCH: Duration = Duration::from_micros(50);

/// How many threads may work on a job; 0 until first asked.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// The number of threads that share a job: `RAYON_NUM_THREADS`, or else one for each core.
pub fn threads() -> usize {
    match THREADS.load(Relaxed) {
        0 => {
            let wanted = std::env::var("RAYON_NUM_THREADS").ok().and_then(|n| n.parse().ok());
            let n = wanted
                .filter(|&n| n > 0)
                .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
            set_threads(n);
            n
        }
        n => n,
    }
}

/// Sets the number of threads that share a job, for the whole process; results do not depend on it.
pub fn set_threads(n: usize) {
    THREADS.store(n.max(1), Relaxed)
}

/// Runs `f(0) … f(chunks - 1)` in any order; on several threads if `ns`, an estimate of the nanoseconds that
/// all of them take on one thread, makes that worth while.
pub(crate) fn for_chunks(chunks: usize, ns: usize, f: impl Fn(usize) + Sync) {
    if chunks < 2 || ns < WORTH_NS || threads() < 2 || !team().share(chunks, &f) {
        (0..chunks).for_each(f)
    }
}

/// Cuts `out` into pieces of `len` elements, the last one shorter, and runs `f(number, piece)` on each.
pub(crate) fn for_pieces<T: Send>(out: &mut [T], len: usize, ns: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let (total, base) = (out.len(), Ptr(out.as_mut_ptr()));
    for_chunks(total.div_ceil(len.max(1)), ns, |i| {
        let start = i * len;
        // SAFETY: pieces are disjoint parts of `out`, which is borrowed until all are done.
        let piece = unsafe { std::slice::from_raw_parts_mut(base.get().add(start), len.min(total - start)) };
        f(i, piece)
    })
}

/// A pointer that chunks on other threads may use; no two chunks may use the same elements.
pub(crate) struct Ptr<T>(pub *mut T);
impl<T> Ptr<T> {
    /// The pointer. (A method, so that closures capture the whole and not the field.)
    pub fn get(&self) -> *mut T {
        self.0
    }
}
// SAFETY: every user of the pointer promises to keep to elements of its own.
unsafe impl<T: Send> Send for Ptr<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Send> Sync for Ptr<T> {}

/// A cache line of memory.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
struct Line([u64; 8]);

thread_local!(static SCRATCH: RefCell<Vec<Vec<Line>>> = const { RefCell::new(vec![]) });

/// Calls `f` with a scratch buffer of `len` elements of unspecified value, aligned to a cache line. The
/// thread keeps the buffer for the next call.
pub(crate) fn with_scratch<T: bytemuck::Pod, R>(len: usize, f: impl FnOnce(&mut [T]) -> R) -> R {
    let mut memory = taken((len * size_of::<T>()).div_ceil(64));
    if cfg!(debug_assertions) {
        poison(&mut bytemuck::cast_slice_mut(&mut memory)[..len * size_of::<T>()])
    }
    let result = f(&mut bytemuck::cast_slice_mut(&mut memory)[..len]);
    given_back(memory);
    result
}
/// Takes a buffer out for the call, so that a nested call takes another one.
fn taken(lines: usize) -> Vec<Line> {
    let memory = SCRATCH.with_borrow_mut(|s| s.pop()).unwrap_or_default();
    if memory.len() < lines { bytemuck::zeroed_vec(lines) } else { memory }
}
fn given_back(memory: Vec<Line>) {
    SCRATCH.with_borrow_mut(|s| s.push(memory))
}

/// The state that the caller and its helpers share while a job runs; it lives on the caller's stack.
struct Job<'a> {
    f: &'a (dyn Fn(usize) + Sync),
    chunks: usize,
    next: AtomicUsize,
    helpers: usize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Job<'_> {
    fn work(&self) {
        loop {
            let i = self.next.fetch_add(1, Relaxed);
            if i >= self.chunks {
                return;
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (self.f)(i))) {
                self.next.store(self.chunks, Relaxed);
                *self.panic.lock().unwrap_or_else(|e| e.into_inner()) = Some(panic);
            }
        }
    }
}

/// The fields of the team's gate, from its lowest bit: whether a job is open (1), the number of helpers
/// inside (2 each), and the number of jobs so far (`JOB` each).
const OPEN: usize = 1;
const INSIDE: usize = 2;
const JOB: usize = 1 << 16;

struct Helper {
    thread: Thread,
    asleep: &'static AtomicBool,
}

#[derive(Default)]
struct Team {
    busy: AtomicBool,
    gate: AtomicUsize,
    job: AtomicPtr<()>,
    helpers: Mutex<Vec<Helper>>,
}

fn team() -> &'static Team {
    static TEAM: OnceLock<Team> = OnceLock::new();
    TEAM.get_or_init(Team::default)
}

impl Team {
    /// Runs the job with the helpers, or returns false if they are busy.
    fn share(&'static self, chunks: usize, f: &(dyn Fn(usize) + Sync)) -> bool {
        if self.busy.swap(true, Acquire) {
            return false;
        }
        let helpers = (threads() - 1).min(chunks - 1).min(1 << 14);
        let job = Job { f, chunks, next: AtomicUsize::new(0), helpers, panic: Mutex::new(None) };
        self.job.store((&raw const job).cast_mut().cast(), Relaxed);
        // No helper is inside and no job open, so nobody else writes to the gate.
        let number = self.gate.load(Relaxed).wrapping_add(JOB) & !(JOB - 1);
        self.gate.store(number | OPEN, SeqCst);
        self.wake(helpers);
        job.work();
        // From here on no helper enters; those inside finish their chunk.
        self.gate.fetch_and(!OPEN, AcqRel);
        let mut spins = 0;
        while self.gate.load(Acquire) & (JOB - 1) != 0 {
            spins += 1;
            if spins < 10_000 { std::hint::spin_loop() } else { thread::yield_now() }
        }
        self.busy.store(false, Release);
        if let Some(panic) = job.panic.into_inner().unwrap_or_else(|e| e.into_inner()) {
            resume_unwind(panic)
        }
        true
    }

    /// Ensures that the first `n` helpers exist, as far as threads can be started, and are awake.
    fn wake(&'static self, n: usize) {
        let mut helpers = self.helpers.lock().unwrap_or_else(|e| e.into_inner());
        while helpers.len() < n {
            let (index, asleep) = (helpers.len(), &*Box::leak(Box::new(AtomicBool::new(false))));
            let name = format!("pullback-{}", index + 1);
            let Ok(handle) = thread::Builder::new().name(name).spawn(move || self.help(index, asleep)) else {
                break;
            };
            helpers.push(Helper { thread: handle.thread().clone(), asleep })
        }
        for helper in helpers.iter().take(n) {
            if helper.asleep.load(SeqCst) && helper.asleep.swap(false, SeqCst) {
                helper.thread.unpark()
            }
        }
    }

    /// The main loop of a helper.
    fn help(&self, index: usize, asleep: &AtomicBool) {
        let mut seen = 0;
        loop {
            let gate = self.await_job(seen, asleep);
            seen = gate / JOB;
            // Enters, unless the job has been closed meanwhile.
            let enter = |g| (g & OPEN != 0 && g / JOB == seen).then_some(g + INSIDE);
            if self.gate.fetch_update(AcqRel, Relaxed, enter).is_err() {
                continue;
            }
            // SAFETY: the job's owner keeps the job until every helper inside has left.
            let job = unsafe { &*self.job.load(Relaxed).cast_const().cast::<Job>() };
            if index < job.helpers {
                job.work()
            }
            self.gate.fetch_sub(INSIDE, AcqRel);
        }
    }

    /// Waits until the gate is open for a job other than `seen`, and returns the gate.
    fn await_job(&self, seen: usize, asleep: &AtomicBool) -> usize {
        let ready = |gate: usize| gate & OPEN != 0 && gate / JOB != seen;
        loop {
            let start = Instant::now();
            while start.elapsed() < WATCH {
                for _ in 0..50 {
                    let gate = self.gate.load(Relaxed);
                    if ready(gate) {
                        return gate;
                    }
                    std::hint::spin_loop()
                }
            }
            // Either this thread sees the job just opened, or the thread that opened it sees `asleep`.
            asleep.store(true, SeqCst);
            while asleep.load(SeqCst) {
                let gate = self.gate.load(SeqCst);
                if ready(gate) {
                    asleep.store(false, SeqCst);
                    return gate;
                }
                thread::park()
            }
        }
    }
}

/// Runs `f` on one thread and on two and returns both results, while no other test changes the settings.
#[cfg(test)]
pub(crate) fn on_one_and_two<R>(f: impl Fn() -> R) -> (R, R) {
    let _settings = crate::eval::settings::Settings::hold();
    set_threads(1);
    let one = f();
    set_threads(2);
    let two = f();
    (one, two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chunk_runs_once() {
        let _settings = crate::eval::settings::Settings::hold();
        set_threads(3);
        for chunks in [0, 1, 2, 3, 7, 100] {
            for _ in 0..200 {
                let counts: Vec<AtomicUsize> = (0..chunks).map(|_| AtomicUsize::new(0)).collect();
                for_chunks(chunks, WORTH_NS, |i| {
                    counts[i].fetch_add(1, Relaxed);
                });
                assert!(counts.iter().all(|c| c.load(Relaxed) == 1));
            }
        }
    }

    #[test]
    fn jobs_of_many_threads_and_jobs_inside_jobs() {
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..100 {
                        let sum = AtomicUsize::new(0);
                        for_chunks(8, WORTH_NS, |i| {
                            for_chunks(4, WORTH_NS, |j| {
                                sum.fetch_add(i * j, Relaxed);
                            })
                        });
                        assert_eq!(sum.into_inner(), 28 * 6);
                    }
                });
            }
        })
    }

    #[test]
    fn a_panic_in_a_chunk_reaches_the_caller() {
        for _ in 0..20 {
            let run = || for_chunks(64, WORTH_NS, |i| assert!(i != 40, "chunk 40"));
            assert!(catch_unwind(run).is_err());
            let mut out = [0; 100];
            for_pieces(&mut out, 7, WORTH_NS, |i, piece| piece.fill(i));
            assert!(out.iter().enumerate().all(|(k, &i)| k / 7 == i));
        }
    }

    #[test]
    fn scratch_inside_scratch() {
        with_scratch(10, |a: &mut [f64]| {
            a.fill(1.0);
            with_scratch(20, |b: &mut [f32]| b.fill(2.0));
            assert_eq!(a, [1.0; 10])
        })
    }
}
