//! The program `pullback-bench`: times the library on the cases of several families, each checked first.
//!
//! `cargo run --release -p pullback-bench -- [CASE...] [--threads N[,N...]] [--seconds S] [--csv] [--check]` prints
//! `case,tool,threads,median_ms,min_ms,ratio_to_primal`, one line a case, and notes that begin with `#`.
//! A case is named in full or by its beginning; without names all are run, but those of the family `scaling`, which
//! want naming. `--csv` leaves the notes out; `--check` checks the answers and times nothing; `--serve` times what it
//! is asked for on standard input, which is how `bench/compare.py` takes turns with other tools; `--count` runs a case
//! once for `bench/instructions.sh`.
#![forbid(unsafe_code)]

mod cases;
mod harness;
mod serve;

use harness::{Named, Options};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut names: Vec<String> = vec![];
    let mut options = Options::default();
    let mut threads = vec![std::thread::available_parallelism().map_or(1, usize::from)];
    let (mut serves, mut counts) = (false, false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--threads" => {
                let list = args.next().unwrap_or_default();
                match list.split(',').map(str::parse).collect() {
                    Ok(list) => threads = list,
                    Err(_) => return usage(),
                }
            }
            "--seconds" => match args.next().and_then(|s| s.parse().ok()) {
                Some(s) => options.seconds = s,
                None => return usage(),
            },
            "--csv" => options.notes = false,
            "--check" => options.only_check = true,
            "--serve" => serves = true,
            "--count" => counts = true,
            // `cargo bench` says so.
            "--bench" => {}
            flag if flag.starts_with('-') => return usage(),
            _ => names.push(arg),
        }
    }
    let all = cases::all();
    if serves {
        pullback::array::set_threads(threads[0]);
        serve::serve(&all);
        return ExitCode::SUCCESS;
    }
    let chosen = choose(&all, &names);
    if chosen.is_empty() {
        let known: Vec<_> = all.iter().map(|case| case.name.as_str()).collect();
        eprintln!("no such case; there are {}", known.join(", "));
        return ExitCode::from(2);
    }
    if counts {
        pullback::array::set_threads(1);
        chosen.iter().for_each(|case| harness::count(case));
        return ExitCode::SUCCESS;
    }
    // Each in a process of its own: memory that others have used would be neither fresh nor counted.
    let apart = chosen.len() * threads.len() > 1 && !options.only_check;
    if !apart || !options.notes {
        options.heading()
    }
    let mut wrong = false;
    for case in &chosen {
        for &n in &threads {
            wrong |= match apart {
                true => !alone(&case.name, n, &options),
                false => {
                    pullback::array::set_threads(n);
                    !harness::run(case, n, &options)
                }
            };
        }
    }
    ExitCode::from(wrong as u8)
}

/// The cases of these names, or whose names begin so if there is none.
fn choose<'a>(all: &'a [Named], names: &[String]) -> Vec<&'a Named> {
    if names.is_empty() {
        return all.iter().filter(|case| !case.name.starts_with("scaling")).collect();
    }
    let is = |case: &Named, name: &String| match all.iter().any(|case| &case.name == name) {
        true => &case.name == name,
        false => case.name.starts_with(name.as_str()),
    };
    all.iter().filter(|case| names.iter().any(|name| is(case, name))).collect()
}

/// Whether a case gave the right result, run by this program in another process.
fn alone(name: &str, threads: usize, options: &Options) -> bool {
    let program = std::env::current_exe().expect("the path of this program");
    let mut command = Command::new(program);
    command.args([name, "--threads", &threads.to_string(), "--seconds", &options.seconds.to_string()]);
    command.env(harness::INNER, "1");
    if !options.notes {
        command.arg("--csv");
    }
    command.status().expect("a process").success()
}

fn usage() -> ExitCode {
    eprintln!(
        "usage: pullback-bench [CASE...] [--threads N[,N...]] [--seconds S] [--csv] [--check | --serve | --count]"
    );
    ExitCode::from(2)
}
