//! What the tape recorded: each step with its value and adjoint, under the names w1, w2, … of a lecture.

use crate::problem::{Failure, Problem, say};
use pullback_real::explicit::{Argument, Step};
use pullback_real::{Expr, Scalar, Tape, TapeVar};

/// All that was recorded, in order.
#[derive(Debug)]
pub struct Trace {
    pub steps: Vec<Step>,
    /// The derivative of the result by each step.
    pub adjoints: Vec<f64>,
    /// The step that gave the result; none gave a constant.
    pub result: Option<usize>,
    pub value: f64,
    /// The letter the steps are called by: `w`, unless a variable's name begins so.
    pub letter: &'static str,
}

/// What a step hands back to one that it was made of.
pub struct Contribution {
    /// Where it goes.
    pub to: usize,
    /// The slope as a formula, by the table.
    pub rule: String,
    /// The slope's value.
    pub slope: f64,
}

impl Trace {
    /// Runs the expression on a tape, and the tape back.
    pub fn of(problem: &Problem) -> Result<Trace, Failure> {
        let tape = Tape::new();
        let named = |(name, x): (&String, &f64)| tape.named(name, *x);
        let variables: Vec<TapeVar> = problem.names.iter().zip(&problem.point).map(named).collect();
        let result = problem.eval(&variables);
        let steps = tape.steps();
        let adjoints = match result.step() {
            Some(_) => result.grad().adjoints(),
            None => vec![0.0; steps.len()],
        };
        let free = |letter: &&&str| !problem.names.iter().any(|name| name.starts_with(**letter));
        let letter = ["w", "v", "u", "t"].iter().find(free).unwrap_or(&"node");
        Trace { steps, adjoints, result: result.step(), value: result.value(), letter }.finite(problem)
    }
    /// The name of step `i`.
    pub fn name(&self, i: usize) -> String {
        format!("{}{}", self.letter, i + 1)
    }
    /// The name of its adjoint, with a bar above the letter.
    pub fn bar(&self, i: usize) -> String {
        format!("{}\u{304}{}", self.letter, i + 1)
    }
    /// How step `i` was made, as a formula of the steps before it; a variable is its name.
    pub fn formula(&self, i: usize) -> String {
        self.made(i, |k| self.name(k))
    }
    /// The formula of a step with numbers in the places of its operands.
    pub fn with_numbers(&self, i: usize) -> String {
        // Every second piece is a number; a negative one gets parentheses unless it has its place to itself.
        let text = self.made(i, |k| format!("⟨{}⟩", say(self.steps[k].value)));
        let pieces: Vec<&str> = text.split(['⟨', '⟩']).collect();
        let in_place = |k: usize| {
            let (before, after) = (pieces[k - 1], pieces[k + 1]);
            let begins = before.is_empty() || before.ends_with('(') || before.ends_with(", ");
            begins && (after.is_empty() || after.starts_with([')', ',', ' ']))
        };
        let piece = |(k, piece): (usize, &&str)| match k % 2 == 1 && piece.starts_with('-') && !in_place(k) {
            true => format!("({piece})"),
            false => piece.to_string(),
        };
        pieces.iter().enumerate().map(piece).collect()
    }
    fn made(&self, i: usize, call: impl Fn(usize) -> String) -> String {
        let step = &self.steps[i];
        let variable = || step.label.clone().unwrap_or_default();
        step.apply(&symbols(step, call)).map_or_else(variable, |formula| dotted(&formula))
    }
    /// Whether step `i` is a variable.
    pub fn is_variable(&self, i: usize) -> bool {
        self.steps[i].args.is_empty()
    }
    /// What step `i` hands back: its adjoint times each of these slopes.
    pub fn contributions(&self, i: usize) -> Vec<Contribution> {
        let step = &self.steps[i];
        let rules = step.slopes_at(&symbols(step, |k| self.name(k)), &Expr::var(&self.name(i)));
        let all = step.args.iter().zip(rules).zip(&step.slopes);
        all.filter_map(|((arg, rule), &slope)| match *arg {
            Argument::Step(to) => Some(Contribution { to, rule: factor(&rule), slope }),
            Argument::Constant(_) => None,
        })
        .collect()
    }
    /// The derivative of the result by each variable; these are the first steps.
    pub fn gradient(&self) -> Vec<f64> {
        (0..self.steps.len()).filter(|i| self.is_variable(*i)).map(|i| self.adjoints[i]).collect()
    }
    /// Refuses a value or a derivative that is not finite, saying where it arose.
    fn finite(self, problem: &Problem) -> Result<Trace, Failure> {
        let (z, at) = (problem.output, problem.at());
        let at = if at.is_empty() { at } else { format!(" at {at}") };
        if !self.value.is_finite() {
            let culprit = self.steps.iter().position(|step| !step.value.is_finite());
            let because = culprit.map_or(String::new(), |i| {
                let (made, value) = (self.with_numbers(i), say(self.steps[i].value));
                format!(", because of {} = {} = {made}, which is {value}", self.name(i), self.formula(i))
            });
            return Err(Failure(format!("{z} is {}{at}{because}", say(self.value))));
        }
        if let Some(i) = self.gradient().iter().position(|g| !g.is_finite()) {
            let (x, g) = (&problem.names[i], say(self.adjoints[i]));
            return Err(Failure(format!("{z} has no finite derivative by {x}{at}: it is {g}")));
        }
        Ok(self)
    }
}

/// The arguments of a step as symbols, called as `call` says.
fn symbols(step: &Step, call: impl Fn(usize) -> String) -> Vec<Expr> {
    let symbol = |arg: &Argument| match *arg {
        Argument::Step(k) => Expr::var(&call(k)),
        Argument::Constant(c) => Expr::constant(c),
    };
    step.args.iter().map(symbol).collect()
}
/// A number that can stand anywhere in a formula.
pub fn bracketed(x: f64) -> String {
    if x.is_sign_negative() { format!("({})", say(x)) } else { say(x) }
}
/// A formula that can stand as the right factor of a product.
fn factor(rule: &Expr) -> String {
    // `%` binds as the product does, and is never simplified away beside a variable.
    let text = dotted(&(Expr::var("") % rule));
    let text = text.strip_prefix('%').unwrap_or(&text);
    if text.starts_with('-') { format!("({text})") } else { text.into() }
}
/// A formula with the dot of mathematics for the star of programs.
pub fn dotted(formula: &Expr) -> String {
    formula.to_string().replace('*', "·")
}
