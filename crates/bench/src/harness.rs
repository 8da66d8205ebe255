//! Checks a case, times it against its primal in turn, and prints one line.

use std::time::{Duration, Instant};

/// A case by its name. It is made when it is asked for: inputs may be large.
pub struct Named {
    /// How it is asked for.
    pub name: String,
    /// Its inputs and functions.
    pub make: Box<dyn Fn() -> Case>,
}

/// A case by its name.
pub fn named(name: impl Into<String>, make: impl Fn() -> Case + 'static) -> Named {
    Named { name: name.into(), make: Box::new(make) }
}

/// One program to be timed.
pub struct Case {
    /// Says what is wrong with its result, if anything is.
    pub check: Box<dyn Fn() -> Result<(), String>>,
    /// What is timed.
    pub run: Box<dyn Fn()>,
    /// The same without derivatives.
    pub primal: Box<dyn Fn()>,
    /// Notes, given the shortest time in seconds.
    pub note: Box<dyn Fn(f64) -> String>,
}

/// How cases are run.
pub struct Options {
    /// For how long each is timed, its primal included.
    pub seconds: f64,
    /// Whether notes are printed.
    pub notes: bool,
    /// Whether nothing is timed.
    pub only_check: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { seconds: 1.5, notes: true, only_check: false }
    }
}

/// The environment variable that a process run for one case of many has: its caller has printed the heading.
pub const INNER: &str = "PULLBACK_BENCH_INNER";

impl Options {
    /// The names of the columns, unless a caller has printed them.
    pub fn heading(&self) {
        if std::env::var_os(INNER).is_none() {
            println!("case,tool,threads,median_ms,min_ms,ratio_to_primal")
        }
    }
}

/// A difference beyond `tolerance`, relative, as a sentence.
pub fn compare(what: &str, got: f64, want: f64, tolerance: f64) -> Result<(), String> {
    let close = (got - want).abs() <= tolerance * want.abs();
    if close { Ok(()) } else { Err(format!("{what} is {got:?}, should be {want:?}")) }
}

/// Whether the case gave the right result; prints its line, or `FAIL`.
pub fn run(named: &Named, threads: usize, options: &Options) -> bool {
    let case = (named.make)();
    let fail = |what: String| {
        println!("{},FAIL,{threads},,,", named.name);
        println!("# {}: {what}", named.name);
        false
    };
    let before = memory::restart();
    // Recording and compilation included, where there is any.
    let first = time(&case.run);
    (case.run)();
    let peak = memory::peak().map(|peak| peak - before);
    if let Err(what) = (case.check)() {
        return fail(what);
    }
    if options.only_check {
        println!("# {}: the answer is right", named.name);
        return true;
    }
    let (mut times, mut primals) = (Vec::new(), Vec::new());
    let (start, budget) = (Instant::now(), Duration::from_secs_f64(options.seconds));
    while times.len() < 7 || (start.elapsed() < budget && times.len() < 20_000) {
        times.push(time(&case.run));
        primals.push(time(&case.primal));
    }
    // Once more: what is kept from run to run must not show in results.
    if let Err(what) = (case.check)() {
        return fail(what);
    }
    let (times, primals) = (Times::of(times), Times::of(primals));
    let ratio = times.median / primals.median;
    println!("{},pullback,{threads},{:.5},{:.5},{ratio:.2}", named.name, times.median * 1e3, times.min * 1e3);
    if options.notes {
        let peak = peak.map_or("unknown".into(), |mib| format!("{mib:.1} MiB"));
        println!(
            "# {}: {}; first run {:.2} ms, its memory above the inputs {peak}",
            named.name,
            (case.note)(times.min),
            first * 1e3
        );
    }
    true
}

/// Runs a case thrice, the last time within a function that an instruction counter can tell by its name.
pub fn count(named: &Named) {
    let case = (named.make)();
    (case.run)();
    (case.run)();
    counted(&case.run);
}
#[inline(never)]
fn counted(run: &dyn Fn()) {
    run();
    // Not a tail call: the function is left when all is done.
    std::hint::black_box(run);
}

/// Seconds of repetitions.
pub struct Times {
    pub median: f64,
    pub min: f64,
}
impl Times {
    pub fn of(mut times: Vec<f64>) -> Times {
        times.sort_by(f64::total_cmp);
        Times { median: times[times.len() / 2], min: times[0] }
    }
}

/// The seconds that f takes.
pub fn time(f: impl Fn()) -> f64 {
    let start = Instant::now();
    f();
    start.elapsed().as_secs_f64()
}

/// The resident memory of this process, as Linux counts it.
mod memory {
    /// MiB now; the peak counts from now on.
    pub fn restart() -> f64 {
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        status("VmRSS:").unwrap_or(0.0)
    }
    /// The most MiB since [`restart`], where that is known.
    pub fn peak() -> Option<f64> {
        status("VmHWM:")
    }
    fn status(key: &str) -> Option<f64> {
        let all = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = all.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
    }
}
