//! Times cases on request, so that another program can take turns between this library and others.
//!
//! A line `CASE run SECONDS` or `CASE primal SECONDS` is answered by `MEDIAN MIN` in milliseconds; `CASE first` by the
//! milliseconds of the first run, which includes compilation; a wrong result or an unknown case by `error` and what
//! is wrong.

use crate::harness::{Case, Named, Times, time};
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

/// Answers until the input ends.
pub fn serve(all: &[Named]) {
    let mut made: HashMap<&str, (Case, f64)> = HashMap::new();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let answer = answer(all, &mut made, &line).unwrap_or_else(|what| format!("error {what}"));
        println!("{answer}");
        std::io::stdout().flush().expect("an open output");
    }
}

fn answer<'a>(
    all: &'a [Named],
    made: &mut HashMap<&'a str, (Case, f64)>,
    line: &str,
) -> Result<String, String> {
    let mut words = line.split_whitespace();
    let (name, what) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let named = all.iter().find(|case| case.name == name).ok_or(format!("no case {name}"))?;
    if !made.contains_key(named.name.as_str()) {
        let case = (named.make)();
        let first = time(&case.run);
        (case.check)()?;
        made.insert(&named.name, (case, first));
    }
    let (case, first) = &made[named.name.as_str()];
    let f = match what {
        "first" => return Ok(format!("{:.6}", first * 1e3)),
        "run" => &case.run,
        "primal" => &case.primal,
        other => return Err(format!("{other} is neither run, primal nor first")),
    };
    let seconds = words.next().and_then(|s| s.parse().ok()).unwrap_or(0.3);
    let (mut times, start) = (vec![], Instant::now());
    f();
    let (budget, patience) = (Duration::from_secs_f64(seconds), Duration::from_secs_f64(4.0 * seconds));
    while times.is_empty()
        || (times.len() < 3 && start.elapsed() < patience)
        || (times.len() < 100_000 && start.elapsed() < budget)
    {
        times.push(time(f))
    }
    let times = Times::of(times);
    Ok(format!("{:.6} {:.6}", times.median * 1e3, times.min * 1e3))
}
