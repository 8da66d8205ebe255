//! The program `pullback-bench`: times the library on the cases of several families, each checked first.
//!
//! `cargo run --release -p pullback-bench -- [CASE...] [--threads N] [--check]` prints
//! `case,tool,threads,median_ms,min_ms,ratio_to_primal`, one line a case, and notes that begin with `#`.
//! A case is named in full or by its beginning; without names all are run. `--check` checks the answers and times
//! nothing.
#![forbid(unsafe_code)]

mod cases;
mod harness;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut names = Vec::new();
    let mut threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut only_check = false;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), names.len()) {
            ("--threads", _) => match args.next().and_then(|n| n.parse().ok()) {
                Some(n) => threads = n,
                None => return usage(),
            },
            ("--check", _) => only_check = true,
            // `cargo bench` says so.
            ("--bench", _) => {}
            (flag, _) if flag.starts_with('-') => return usage(),
            _ => names.push(arg),
        }
    }
    let chosen =
        |case: &harness::Case| names.is_empty() || names.iter().any(|name| case.name.starts_with(name));
    pullback::array::set_threads(threads);
    let all = cases::all();
    let cases: Vec<_> = all.iter().filter(|case| chosen(case)).collect();
    if cases.is_empty() {
        let known: Vec<_> = all.iter().map(|case| case.name).collect();
        eprintln!("no such case; there are {}", known.join(", "));
        return ExitCode::from(2);
    }
    println!("case,tool,threads,median_ms,min_ms,ratio_to_primal");
    let wrong = cases.iter().filter(|case| !harness::run(case, threads, only_check)).count();
    ExitCode::from((wrong > 0) as u8)
}

fn usage() -> ExitCode {
    eprintln!("usage: pullback-bench [CASE...] [--threads N] [--check]");
    ExitCode::from(2)
}
