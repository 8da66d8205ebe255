//! Checks a case, times it against its primal in turn, and prints one line.

use std::time::{Duration, Instant};

/// One program to be timed.
pub struct Case {
    /// How it is asked for.
    pub name: &'static str,
    /// Says what is wrong with its result, if anything is.
    pub check: Box<dyn Fn() -> Result<(), String>>,
    /// What is timed.
    pub run: Box<dyn Fn()>,
    /// The same without derivatives.
    pub primal: Box<dyn Fn()>,
    /// Notes, given the shortest time in seconds.
    pub note: Box<dyn Fn(f64) -> String>,
}

/// A difference beyond `tolerance`, relative, as a sentence.
pub fn compare(what: &str, got: f64, want: f64, tolerance: f64) -> Result<(), String> {
    let close = (got - want).abs() <= tolerance * want.abs();
    if close { Ok(()) } else { Err(format!("{what} is {got:?}, should be {want:?}")) }
}

/// Whether the case gave the right result; prints its line, or `FAIL`. `only_check` leaves the timing out.
pub fn run(case: &Case, threads: usize, only_check: bool) -> bool {
    if let Err(what) = (case.check)() {
        return fail(case, threads, &what);
    }
    if only_check {
        println!("# {}: the answer is right", case.name);
        return true;
    }
    let (mut times, mut primals) = (Vec::new(), Vec::new());
    let start = Instant::now();
    while times.len() < 7 || (start.elapsed() < Duration::from_millis(1500) && times.len() < 20_000) {
        times.push(time(&case.run));
        primals.push(time(&case.primal));
    }
    // Once more: what is kept from run to run must not show in results.
    if let Err(what) = (case.check)() {
        return fail(case, threads, &what);
    }
    times.sort_by(f64::total_cmp);
    primals.sort_by(f64::total_cmp);
    let (median, min) = (times[times.len() / 2], times[0]);
    let ratio = median / primals[primals.len() / 2];
    println!("{},pullback,{threads},{:.5},{:.5},{ratio:.2}", case.name, median * 1e3, min * 1e3);
    println!("# {}: {}", case.name, (case.note)(min));
    true
}

fn fail(case: &Case, threads: usize, what: &str) -> bool {
    println!("{},FAIL,{threads},,,", case.name);
    println!("# {}: {what}", case.name);
    false
}

fn time(f: impl Fn()) -> f64 {
    let start = Instant::now();
    f();
    start.elapsed().as_secs_f64()
}
