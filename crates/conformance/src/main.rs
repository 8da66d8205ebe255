//! `conformance FILE… [--dtype f32]` prints a line for every record that fails, a table of operations, and last
//! `N passed, N failed`. `conformance --catalogue` prints the catalogue of operations.
#![forbid(unsafe_code)]

use conformance::{Summary, catalogue};
use pullback_array::DType;
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
            "--catalogue" => {
                print!("{}", catalogue::text());
                return ExitCode::SUCCESS;
            }
            option if option.starts_with('-') => return usage(&format!("no option {option}")),
            file => files.push(file.to_string()),
        }
    }
    if files.is_empty() {
        return usage("no files");
    }
    // What panics is a failure of its record, told with the others.
    std::panic::set_hook(Box::new(|_| {}));
    let mut summary = Summary::default();
    for file in &files {
        match std::fs::read_to_string(file) {
            Ok(text) => summary.file(file, &text, dtype),
            Err(e) => return usage(&format!("{file}: {e}")),
        }
    }
    println!("{summary}");
    if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("conformance: {problem}\nusage: conformance FILE... [--dtype f32] | --catalogue");
    ExitCode::from(2)
}
