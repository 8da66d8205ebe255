//! Display of a tape: its steps as data, as a table, and as a graph.

use super::gradient::Gradient;
use super::tape::{Entry, Tape};
use crate::real::Real;
use crate::record::{Node, Operation};
use std::fmt::{self, Write};
use std::panic::Location;

/// An argument of a recorded operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    /// The step that made it.
    Step(usize),
    /// A plain number.
    Constant(f64),
}

/// One step of a tape: an independent variable or an operation.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its position on the tape.
    pub index: usize,
    /// The operation's name in the table, `var` for an independent variable.
    pub name: &'static str,
    /// The steps and constants that it depends on.
    pub args: Vec<Argument>,
    /// The slopes by `args`, 0 by a constant.
    pub slopes: Vec<f64>,
    /// Its value.
    pub value: f64,
    /// The name under which it is printed, if it was given one.
    pub label: Option<String>,
    /// The place in the program that recorded it.
    pub place: &'static Location<'static>,
    operation: Option<Operation>,
}

impl Step {
    /// The operation on other numbers; `None` for a variable. On an [`Expr`](crate::Expr) it gives its formula.
    ///
    /// ```
    /// use pullback_real::{Expr, Real, Tape};
    /// let t = Tape::new();
    /// let _ = t.var(2.0).powi(3);
    /// let formula = t.steps()[1].apply(&[Expr::var("w1")]).unwrap();
    /// assert_eq!(formula.to_string(), "w1^3");
    /// ```
    ///
    /// # Panics
    /// If there are fewer arguments than the operation has.
    pub fn apply<R: Real>(&self, args: &[R]) -> Option<R> {
        Some(match self.operation? {
            Operation::Alias { .. } => args[0].clone(),
            Operation::Unary { op, .. } => R::unary(op, &args[0]),
            Operation::Binary { op, .. } => R::binary(op, &args[0], &args[1]),
        })
    }
    /// The slopes by the arguments at other numbers, where `result` is the operation's result.
    ///
    /// # Panics
    /// If there are fewer arguments than the operation has.
    pub fn slopes_at<R: Real>(&self, args: &[R], result: &R) -> Vec<R> {
        match self.operation {
            None => vec![],
            Some(Operation::Alias { .. }) => vec![R::lift(1.0)],
            Some(Operation::Unary { op, .. }) => vec![op.slope(&args[0], result)],
            Some(Operation::Binary { op, .. }) => {
                let (x, y) = (&args[0], &args[1]);
                vec![op.slope_x(x, y, result), op.slope_y(x, y, result)]
            }
        }
    }
    /// `label`, or `w` and the position, counted from 1.
    fn title(&self) -> String {
        self.label.clone().unwrap_or_else(|| format!("w{}", self.index + 1))
    }
    /// The formula of the operation on these operands.
    fn formula(&self, args: &[String]) -> String {
        self.operation.map_or("variable".into(), |operation| operation.formula(args))
    }
}

impl Tape {
    /// Every step in order: the variables and all operations that depend on them.
    ///
    /// ```
    /// use pullback_real::{Real, Tape};
    /// let t = Tape::new();
    /// let x = t.var(2.0);
    /// let _ = 3.0 * x.sin();
    /// let names: Vec<_> = t.steps().iter().map(|step| step.name).collect();
    /// assert_eq!(names, ["var", "sin", "mul"]);
    /// ```
    pub fn steps(&self) -> Vec<Step> {
        (0..self.len()).map(|index| self.step(index)).collect()
    }
    pub(super) fn step(&self, index: usize) -> Step {
        let list = self.list.borrow();
        let (entry, node): (&Entry, &Node) = (&list.entries[index], &list.nodes[index]);
        let operands = entry.operation.iter().flat_map(|op| op.args()).flatten();
        let args: Vec<_> = operands
            .map(|x| match x.is_constant() {
                true => Argument::Constant(x.value),
                false => Argument::Step(x.slot() as usize - 1),
            })
            .collect();
        // A node keeps only the slopes by active arguments.
        let mut active = node.slopes.into_iter();
        let mut slope = |arg: &Argument| match arg {
            Argument::Step(_) => active.next().unwrap_or(0.0),
            Argument::Constant(_) => 0.0,
        };
        Step {
            index,
            name: entry.operation.map_or("var", |op| op.name()),
            slopes: args.iter().map(&mut slope).collect(),
            args,
            value: entry.value,
            label: entry.label.clone(),
            place: entry.place,
            operation: entry.operation,
        }
    }

    fn table(&self, gradient: Option<&Gradient>) -> String {
        let steps = self.steps();
        let name = |arg: &Argument| match *arg {
            Argument::Step(k) => steps[k].title(),
            Argument::Constant(c) if c < 0.0 => format!("({c})"),
            Argument::Constant(c) => c.to_string(),
        };
        let mut rows = vec![vec!["step".into(), "operation".into(), "value".into()]];
        for step in &steps {
            let args: Vec<_> = step.args.iter().map(name).collect();
            rows.push(vec![step.title(), step.formula(&args), step.value.to_string()]);
        }
        if let Some(gradient) = gradient {
            let adjoint = |k: usize| gradient.bars.get(k + 1).copied().unwrap_or(0.0).to_string();
            rows[0].push("adjoint".into());
            rows[1..].iter_mut().enumerate().for_each(|(k, row)| row.push(adjoint(k)));
        }
        let width = |c: usize| rows.iter().map(|row| row[c].chars().count()).max().unwrap_or(0);
        let widths: Vec<_> = (0..rows[0].len()).map(width).collect();
        let mut text = String::new();
        for row in &rows {
            let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, w)| format!("{cell:w$}")).collect();
            text += cells.join("  ").trim_end();
            text += "\n";
        }
        text
    }

    /// The graph in the DOT language, with values, and the slope on every edge.
    ///
    /// ```
    /// let t = pullback_real::Tape::new();
    /// let x = t.named("x", 2.0);
    /// let _ = x * x;
    /// assert!(t.to_dot().contains(r#"s0 [label="x\n2"]"#));
    /// ```
    pub fn to_dot(&self) -> String {
        self.dot(None)
    }
    fn dot(&self, gradient: Option<&Gradient>) -> String {
        let mut text = String::from("digraph tape {\n");
        for step in self.steps() {
            let k = step.index;
            let title = match (&step.label, step.operation) {
                (Some(label), _) => label.replace('\\', "\\\\").replace('"', "\\\""),
                (None, None) => step.title(),
                (None, Some(_)) => step.name.to_string(),
            };
            let adjoint = match gradient {
                Some(g) => format!("\\n{}", g.bars.get(k + 1).copied().unwrap_or(0.0)),
                None => String::new(),
            };
            writeln!(text, "  s{k} [label=\"{title}\\n{}{adjoint}\"]", step.value)
                .expect("a String takes all");
            for (i, (arg, slope)) in step.args.iter().zip(&step.slopes).enumerate() {
                let from = match *arg {
                    Argument::Step(from) => format!("s{from}"),
                    Argument::Constant(c) => {
                        writeln!(text, "  c{k}_{i} [label=\"{c}\", shape=none]").expect("a String takes all");
                        format!("c{k}_{i}")
                    }
                };
                writeln!(text, "  {from} -> s{k} [label=\"{slope}\"]").expect("a String takes all");
            }
        }
        text + "}\n"
    }
}

impl Gradient<'_> {
    /// The tape's graph in the DOT language, with values and adjoints.
    pub fn to_dot(&self) -> String {
        self.tape.dot(Some(self))
    }
}

/// The steps, one a line, with their values.
impl fmt::Display for Tape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.table(None))
    }
}
/// The steps of the tape, one a line, with their values and adjoints.
impl fmt::Display for Gradient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.tape.table(Some(self)))
    }
}
