//! A recorded function, and the programs of its derivatives.

use crate::builder::{Builder, Guard, Instruction, push};
use crate::program::Program;
use crate::sweep;
use crate::symbol::Symbol;
use pullback_real::diff::Outputs;
use pullback_real::refuse;

/// A scalar function of several numbers with one or several results, recorded once.
///
/// Its derivatives are programs again, made by sweeps over the recording with the same table of slopes as every other
/// mode, and simplified as they are made: equal work once, constants folded, nothing that no result needs.
#[derive(Clone, Debug)]
pub struct Function {
    pub(crate) list: Vec<Instruction>,
    pub(crate) inputs: Vec<u32>,
    pub(crate) outputs: Vec<u32>,
    pub(crate) guards: Vec<Guard>,
    /// How many inputs, the last ones, are parameters.
    pub(crate) parameters: usize,
}

impl Function {
    /// Runs f once, at a sample point, and records it.
    ///
    /// Where f branches by comparing numbers, the branch is that of the sample point; a program that meets a point
    /// where the comparison comes out differently says so ([`BranchChanged`](crate::BranchChanged)).
    /// [`Real::select`](pullback_real::Real::select), `max`, `abs` and the like are part of the program and hold everywhere.
    ///
    /// # Panics
    /// Where f does, where it takes a number out with `value` or `stop`, and where it uses a [`Symbol`] of another recording.
    #[track_caller]
    pub fn record<Y: Outputs<Symbol>>(f: impl Fn(&[Symbol]) -> Y, at: &[f64]) -> Function {
        let count = u32::try_from(at.len()).expect("fewer than 2^32 inputs");
        let open = Builder::default().open();
        let inputs: Vec<u32> = (0..count).map(|k| push(Instruction::Input(k))).collect();
        let symbols: Vec<Symbol> = inputs.iter().zip(at).map(|(&id, &x)| Symbol::new(x, id)).collect();
        let y = f(&symbols);
        let mut outputs = vec![];
        for y in y.numbers() {
            outputs.push(y.id())
        }
        let Builder { list, guards, .. } = open.finish();
        Function { list, inputs, outputs, guards, parameters: 0 }
    }
    /// The function with its last `count` inputs as parameters, by which no derivative is taken.
    ///
    /// ```
    /// use pullback_compile::Function;
    /// let f = Function::record(|x| x[0] * x[0] * x[1], &[1.0, 1.0]).with_parameters(1);
    /// assert_eq!(f.gradient().evaluate(&[3.0, 10.0]).unwrap(), [60.0]);
    /// ```
    ///
    /// # Panics
    /// If there are not so many inputs.
    #[track_caller]
    pub fn with_parameters(mut self, count: usize) -> Function {
        if count > self.inputs.len() {
            refuse(
                format_args!(
                    "with_parameters: the function has {} inputs, which cannot end with {count} parameters",
                    self.inputs.len()
                ),
                &[],
            )
        }
        self.parameters = count;
        self
    }
    fn variables(&self) -> &[u32] {
        &self.inputs[..self.inputs.len() - self.parameters]
    }
    fn program(&self, build: impl FnOnce() -> Vec<Symbol>) -> Program {
        let open = Builder::of(self.list.clone(), self.guards.clone()).open();
        let outputs: Vec<u32> = build().into_iter().map(Symbol::id).collect();
        let builder = open.finish();
        Program::new(&builder.list, self.inputs.len(), &outputs, &builder.guards)
    }

    /// The results.
    pub fn value(&self) -> Program {
        Program::new(&self.list, self.inputs.len(), &self.outputs, &self.guards)
    }
    /// The derivatives of the one result by the variables.
    ///
    /// # Panics
    /// If there is not exactly one result.
    #[track_caller]
    pub fn gradient(&self) -> Program {
        let y = self.one("gradient");
        self.program(|| sweep::reverse(&self.list, self.variables(), y))
    }
    /// The result, and behind it its derivatives.
    ///
    /// # Panics
    /// If there is not exactly one result.
    #[track_caller]
    pub fn value_and_gradient(&self) -> Program {
        let y = self.one("value_and_gradient");
        self.program(|| {
            [vec![Symbol::new(f64::NAN, y)], sweep::reverse(&self.list, self.variables(), y)].concat()
        })
    }
    /// The derivatives of all results, those of a result in a row; by forward sweeps where there are fewer variables than
    /// results, else by reverse ones.
    ///
    /// ```
    /// use pullback_compile::Function;
    /// let f = Function::record(|x| [x[0] * x[1], x[0] + x[1]], &[1.0, 1.0]);
    /// assert_eq!(f.jacobian().evaluate(&[2.0, 3.0]).unwrap(), [3.0, 2.0, 1.0, 1.0]);
    /// ```
    pub fn jacobian(&self) -> Program {
        self.program(|| jacobian(&self.list, self.variables(), &self.outputs))
    }
    /// The second derivatives of the one result, row by row: the Jacobian of the gradient's program, of which the half
    /// below the diagonal is the half above it.
    ///
    /// # Panics
    /// If there is not exactly one result.
    #[track_caller]
    pub fn hessian(&self) -> Program {
        let y = self.one("hessian");
        let variables = self.variables();
        let open = Builder::of(self.list.clone(), self.guards.clone()).open();
        let gradient: Vec<u32> =
            sweep::reverse(&self.list, variables, y).into_iter().map(Symbol::id).collect();
        let builder = open.finish();
        let first = builder.list.clone();
        let open = builder.open();
        let columns: Vec<Vec<Symbol>> =
            variables.iter().map(|&x| sweep::forward(&first, x, &gradient)).collect();
        let n = variables.len();
        let entry = |k: usize| columns[(k / n).min(k % n)][(k / n).max(k % n)].id();
        let outputs: Vec<u32> = (0..n * n).map(entry).collect();
        let builder = open.finish();
        Program::new(&builder.list, self.inputs.len(), &outputs, &builder.guards)
    }
    #[track_caller]
    fn one(&self, what: &str) -> u32 {
        match self.outputs[..] {
            [y] => y,
            _ => refuse(
                format_args!(
                    "{what}: the function has {} results, not one; use jacobian",
                    self.outputs.len()
                ),
                &[],
            ),
        }
    }
}

fn jacobian(list: &[Instruction], variables: &[u32], outputs: &[u32]) -> Vec<Symbol> {
    let (n, m) = (variables.len(), outputs.len());
    if m <= n {
        return outputs.iter().flat_map(|&y| sweep::reverse(list, variables, y)).collect();
    }
    let columns: Vec<Vec<Symbol>> = variables.iter().map(|&x| sweep::forward(list, x, outputs)).collect();
    (0..m * n).map(|k| columns[k % n][k / n]).collect()
}
