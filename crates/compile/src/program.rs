//! A finished program: only what its outputs need, in registers that are used again.

use crate::builder::{Guard, Instruction, Outcome};
use pullback_real::refuse;
use std::fmt;

/// Straight-line code from inputs to outputs, and the comparisons that must come out as they did when it was recorded.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) list: Vec<Instruction>,
    pub(crate) inputs: usize,
    pub(crate) outputs: Vec<u32>,
    pub(crate) guards: Vec<Guard>,
}

/// At a point, a comparison in the function came out differently than where it was recorded: the program is that of
/// another branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchChanged {
    /// The comparison, as `file:line:column`.
    pub at: String,
    /// Which of the points, where there are many; the first.
    pub point: usize,
}
impl fmt::Display for BranchChanged {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "the comparison at {} comes out differently at point {} than where the function was recorded; record it there, or write the branch with select",
            self.at, self.point
        )
    }
}
impl std::error::Error for BranchChanged {}

impl Program {
    /// What these outputs (and the guards) need, numbered anew.
    pub(crate) fn new(list: &[Instruction], inputs: usize, outputs: &[u32], guards: &[Guard]) -> Program {
        let mut needed = vec![false; list.len()];
        let ends = guards.iter().flat_map(|g| [g.a, g.b]);
        outputs.iter().copied().chain(ends).for_each(|k| needed[k as usize] = true);
        for k in (0..list.len()).rev() {
            if needed[k] {
                list[k].args().for_each(|x| needed[x as usize] = true)
            }
        }
        let mut place = vec![0; list.len()];
        let mut kept: Vec<Instruction> = vec![];
        for (k, i) in list.iter().enumerate().filter(|(k, _)| needed[*k]) {
            place[k] = kept.len() as u32;
            kept.push(i.map(|x| place[x as usize]))
        }
        let at = |k: u32| place[k as usize];
        let guards = guards.iter().map(|g| Guard { a: at(g.a), b: at(g.b), ..g.clone() }).collect();
        Program { list: kept, inputs, outputs: outputs.iter().map(|&k| at(k)).collect(), guards }
    }
    /// How many numbers it takes.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
    /// How many numbers it gives.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }
    /// How many operations it does: inputs and constants are none.
    pub fn operations(&self) -> usize {
        let is_free = |i: &&Instruction| matches!(i, Instruction::Input(_) | Instruction::Constant(_));
        self.list.iter().filter(|i| !is_free(i)).count()
    }
    /// The outputs at a point, interpreted. Values are bit for bit those of the recorded function at `f64`.
    ///
    /// # Errors
    /// If a comparison comes out differently than where the function was recorded.
    ///
    /// # Panics
    /// If `x` has not as many numbers as the program takes.
    #[track_caller]
    pub fn evaluate(&self, x: &[f64]) -> Result<Vec<f64>, BranchChanged> {
        self.check_inputs("evaluate", "numbers", x.len());
        let mut values: Vec<f64> = Vec::with_capacity(self.list.len());
        for i in &self.list {
            let at = |k: u32| values[k as usize];
            let y = match *i {
                Instruction::Input(k) => x[k as usize],
                Instruction::Constant(bits) => f64::from_bits(bits),
                Instruction::Unary(op, x) => op.eval(at(x)),
                Instruction::Binary(op, x, y) => op.eval(at(x), at(y)),
                Instruction::Select(c, a, b) => at(if at(c) != 0.0 { a } else { b }),
            };
            values.push(y)
        }
        self.check_guards(|k| values[k as usize])?;
        Ok(self.outputs.iter().map(|&k| values[k as usize]).collect())
    }
    #[inline]
    #[track_caller]
    pub(crate) fn check_inputs(&self, what: &str, numbers: &str, given: usize) {
        if given != self.inputs {
            refuse(format_args!("{what}: the program takes {} {numbers}, not {given}", self.inputs), &[])
        }
    }
    pub(crate) fn check_guards(&self, value: impl Fn(u32) -> f64) -> Result<(), BranchChanged> {
        match self.guards.iter().find(|g| !g.outcome.holds(value(g.a), value(g.b))) {
            Some(guard) => Err(BranchChanged { at: guard.at.to_string(), point: 0 }),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Program {
    /// An instruction a line.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (k, i) in self.list.iter().enumerate() {
            match i {
                Instruction::Input(n) => writeln!(f, "v{k} = x{n}")?,
                Instruction::Constant(bits) => writeln!(f, "v{k} = {:?}", f64::from_bits(*bits))?,
                Instruction::Unary(op, x) => match op.index() {
                    Some(n) => writeln!(f, "v{k} = {}({n}, v{x})", op.name())?,
                    None => writeln!(f, "v{k} = {}(v{x})", op.name())?,
                },
                Instruction::Binary(op, x, y) => match op.index() {
                    Some(n) => writeln!(f, "v{k} = {}({n}, v{x}, v{y})", op.name())?,
                    None => writeln!(f, "v{k} = {}(v{x}, v{y})", op.name())?,
                },
                Instruction::Select(c, a, b) => writeln!(f, "v{k} = select(v{c}, v{a}, v{b})")?,
            }
        }
        for Guard { a, b, outcome, at } in &self.guards {
            let (sign, is) = match outcome {
                Outcome::Less(is) => ("<", *is),
                Outcome::LessEqual(is) => ("<=", *is),
                Outcome::Equal(is) => ("==", *is),
                Outcome::Order(order) => {
                    writeln!(f, "require v{a} to v{b}: {order:?} ({at})")?;
                    continue;
                }
            };
            writeln!(f, "require {}v{a} {sign} v{b} ({at})", if is { "" } else { "not " })?
        }
        let outputs: Vec<String> = self.outputs.iter().map(|k| format!("v{k}")).collect();
        write!(f, "return {}", outputs.join(", "))
    }
}
