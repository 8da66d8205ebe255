//! The program `pullback`: explains, differentiates, checks and draws an expression.
#![forbid(unsafe_code)]

mod axis;
mod draw;
mod explain;
mod layout;
mod numbers;
mod plot;
mod problem;
mod trace;

use clap::{Args, Parser, Subcommand};
use problem::{Failure, Problem};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Derivatives of an expression: step by step, as numbers, checked, or drawn.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Expressions:
  + - * / % ^ and parentheses; sin, exp, ln, atan2(y, x), max(a, b), sigmoid, erf, lgamma, ...; pi, e, tau.
  All other names are variables, and each is given a value, which may be an expression too: x=pi/2.

Examples:
  pullback explain \"x1*x2 + sin(x1)\" x1=2 x2=3
  pullback explain \"x1*x2 + sin(x1)\" x1=2 x2=3 --symbolic --svg graph.svg
  pullback grad \"exp(-x^2/2)\" x=0.5
  pullback hessian \"(1 - x)^2 + 100*(y - x^2)^2\" x=-1 y=2
  pullback check \"atan2(y, x)\" x=1 y=2
  pullback plot \"sin(x)/x\" x=-10..10 --out plot.svg

Exit status: 0 if all went well, 1 if a check found a difference, 2 for an error.";

#[derive(Subcommand)]
enum Command {
    /// Shows step by step how the value and all derivatives are computed.
    #[command(after_help = "\
Examples:
  pullback explain \"x1*x2 + sin(x1)\" x1=2 x2=3
  pullback explain \"x1*x2 + sin(x1)\" x1=2 x2=3 --symbolic
  pullback explain \"sqrt(a^2 + b^2)\" a=3 b=4 --svg graph.svg
  pullback explain \"a*b\" a=3 b=4 --dot - | dot -Tpng > graph.png")]
    Explain {
        #[command(flatten)]
        input: Input,
        /// Draw the graph with values and adjoints on it, as a picture (`-` for standard output)
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        /// Write the graph with values and adjoints on it for Graphviz (`-` for standard output)
        #[arg(long, value_name = "FILE")]
        dot: Option<PathBuf>,
        /// Also print the derivatives as formulas
        #[arg(long)]
        symbolic: bool,
    },
    /// Prints the value and the gradient.
    #[command(after_help = "\
Examples:
  pullback grad \"x1*x2 + sin(x1)\" x1=2 x2=3
  pullback grad \"ln(1 + exp(a))\" a=1e-3 --json")]
    Grad {
        #[command(flatten)]
        input: Input,
    },
    /// Prints the value, the gradient and the matrix of second derivatives.
    #[command(after_help = "\
Examples:
  pullback hessian \"(1 - x)^2 + 100*(y - x^2)^2\" x=-1 y=2")]
    Hessian {
        #[command(flatten)]
        input: Input,
    },
    /// Compares the derivatives of both modes with differences; the exit status is 1 where they disagree.
    #[command(after_help = "\
Examples:
  pullback check \"atan2(y, x)\" x=1 y=2
  pullback check \"abs(x)\" x=0        # a kink: the differences disagree")]
    Check {
        #[command(flatten)]
        input: Input,
    },
    /// Draws a function of one variable and its first two derivatives.
    #[command(after_help = "\
Examples:
  pullback plot \"sin(x)/x\" x=-10..10 --out plot.svg
  pullback plot \"a*tanh(x)\" x=-pi..pi a=2 --out plot.svg")]
    Plot {
        /// The expression
        #[arg(value_name = "EXPR", allow_hyphen_values = true)]
        expr: String,
        /// The range of one variable, `x=LO..HI`, and values of the others
        #[arg(value_name = "NAME=VALUE", required = true)]
        values: Vec<String>,
        /// The picture, as SVG (`-` for standard output)
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Args)]
struct Input {
    /// The expression
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    expr: String,
    /// A value for each variable, itself an expression
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

impl Input {
    fn problem(&self) -> Result<Problem, Failure> {
        Problem::new(&self.expr, &self.values)
    }
    /// Prints `text`, or with `--json` the other.
    fn print(
        &self,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> serde_json::Value,
    ) -> Result<(), Failure> {
        write(Path::new("-"), &if self.json { format!("{:#}\n", json()) } else { text() })
    }
}

fn main() -> ExitCode {
    match run(Program::parse().command) {
        Ok(code) => code,
        Err(Failure(message)) => {
            // Where not even this can be written there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Explain { input, svg, dot, symbolic } => {
            let problem = input.problem()?;
            let trace = trace::Trace::of(&problem)?;
            let graph_is_output = [&svg, &dot].iter().any(|file| file.as_deref() == Some(Path::new("-")));
            if !graph_is_output {
                let text = || explain::text(&problem, &trace, symbolic);
                input.print(text, || explain::json(&problem, &trace, symbolic))?;
            }
            if let Some(file) = svg {
                write(&file, &draw::svg(&problem, &trace)?)?;
            }
            if let Some(file) = dot {
                write(&file, &draw::dot(&problem, &trace))?;
            }
        }
        Command::Grad { input } => {
            let problem = input.problem()?;
            let (text, json) = numbers::grad(&problem)?;
            input.print(|| text, || json)?;
        }
        Command::Hessian { input } => {
            let problem = input.problem()?;
            let (text, json) = numbers::hessian(&problem)?;
            input.print(|| text, || json)?;
        }
        Command::Check { input } => {
            let problem = input.problem()?;
            let (agrees, text, json) = numbers::check(&problem)?;
            input.print(|| text, || json)?;
            return Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::from(1) });
        }
        Command::Plot { expr, values, out } => write(&out, &plot::svg(&expr, &values)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file, or to standard output for `-`.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    if file == Path::new("-") {
        return match std::io::stdout().lock().write_all(text.as_bytes()) {
            // A reader that has seen enough is no error.
            Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure(format!("standard output: {e}")))
            }
            _ => Ok(()),
        };
    }
    std::fs::write(file, text).map_err(|e| Failure(format!("cannot write {}: {e}", file.display())))
}
