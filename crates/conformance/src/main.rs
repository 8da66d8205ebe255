//! Compares pullback with files of reference values: outputs, pullbacks, pushforwards and second derivatives.
//!
//! `conformance FILE… [--dtype f32]` prints a line for every record that fails, a table of operations, and last
//! `N passed, N failed`.
#![forbid(unsafe_code)]

mod attrs;
mod convention;
mod record;
mod scalar;
mod table;

use pullback_array::DType;
use record::Verdict;
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut files, mut dtype) = (vec![], DType::F64);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--dtype" => match args.next().as_deref() {
                Some("f32") => dtype = DType::F32,
                Some("f64") => dtype = DType::F64,
                other => return usage(&format!("--dtype is f32 or f64, not {}", other.unwrap_or("nothing"))),
            },
            option if option.starts_with('-') => return usage(&format!("no option {option}")),
            file => files.push(file.to_string()),
        }
    }
    if files.is_empty() {
        return usage("no files");
    }
    // What panics is a failure of its record, told with the others.
    std::panic::set_hook(Box::new(|_| {}));
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let (mut passed, mut failed, mut judged, mut inaccurate) = (0, 0, 0, 0);
    for file in &files {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(e) => return usage(&format!("{file}: {e}")),
        };
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let Ok(json) = serde_json::from_str(line) else {
                println!("{file}:{}: not JSON", number + 1);
                failed += 1;
                continue;
            };
            let (op, verdict) = record::check(&json, dtype);
            let row = counts.entry(op).or_default();
            match verdict {
                Verdict::Pass => passed += 1,
                Verdict::ByConvention => (passed, judged) = (passed + 1, judged + 1),
                Verdict::Fail { what, inaccuracy } => {
                    failed += 1;
                    inaccurate += usize::from(inaccuracy);
                    row[1] += 1;
                    println!(
                        "{} {what}{}",
                        json["id"].as_str().unwrap_or("?"),
                        if inaccuracy { " (inaccuracy)" } else { "" }
                    );
                    continue;
                }
            }
            row[0] += 1
        }
    }
    println!("\n{:<28}{:>8}{:>8}", "operation", "passed", "failed");
    for (op, [passed, failed]) in &counts {
        println!("{op:<28}{passed:>8}{failed:>8}")
    }
    println!(
        "\n{judged} judged by our own convention at points without a derivative, {inaccurate} inaccuracies"
    );
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("conformance: {problem}\nusage: conformance FILE... [--dtype f32]");
    ExitCode::from(2)
}
