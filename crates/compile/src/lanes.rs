//! Programs at many points: the same instructions on columns, as one fused step in SIMD lanes over all cores.

use crate::builder::{Guard, Instruction, Outcome};
use crate::program::{BranchChanged, Program};
use pullback_array::{Array, DType, Jit, Real, concatenate};
use pullback_real::refuse;

type Columns = Vec<Array>;
type Run = Jit<Columns, Columns, Box<dyn Fn(&Columns) -> Columns>>;

/// A program for many points, compiled for each number of points.
pub struct Lanes {
    program: Program,
    run: Run,
}

impl Program {
    /// The program for many points: array code, compiled into fused steps that run in SIMD lanes over all cores.
    ///
    /// ```
    /// use pullback_array::Array;
    /// use pullback_compile::Function;
    /// use pullback_real::Real;
    /// let g = Function::record(|x| x[0].sin() * x[1], &[1.0, 1.0]).gradient().lanes();
    /// let (x, y) = (Array::from([0.0, 0.0, 0.0]), Array::from([1.0, 2.0, 3.0]));
    /// let columns = g.evaluate(&[x, y]).unwrap();
    /// assert_eq!(columns[0].to_vec::<f64>(), [1.0, 2.0, 3.0]);
    /// ```
    pub fn lanes(&self) -> Lanes {
        let program = self.clone();
        Lanes { program: self.clone(), run: Jit::new(Box::new(move |x| columns(&program, x))) }
    }
}

impl Lanes {
    /// The outputs, a column each, from a column of numbers for each input. (Elementary functions in lanes may differ from
    /// those at one point in the last places.)
    ///
    /// # Errors
    /// If at some point a comparison comes out differently than where the function was recorded.
    ///
    /// # Panics
    /// If there are not as many columns as the program takes, or they are not `f64` vectors of one length.
    #[track_caller]
    pub fn evaluate(&self, x: &[Array]) -> Result<Vec<Array>, BranchChanged> {
        self.program.check_inputs("evaluate", "columns", x.len());
        if let Some(bad) =
            x.iter().find(|c| c.ndim() != 1 || c.shape() != x[0].shape() || c.dtype() != DType::F64)
        {
            refuse(
                format_args!(
                    "evaluate: columns are f64 vectors of one length, not of shape {:?} {}",
                    bad.shape(),
                    bad.dtype()
                ),
                &[("column", bad.at())],
            )
        }
        let mut all = self.run.call(&x.to_vec());
        let guards = all.split_off(self.program.outputs.len());
        for (guard, wrong) in self.program.guards.iter().zip(&guards) {
            if wrong.max().item() > 0.0 {
                let point = wrong.to_vec::<f64>().iter().position(|w| *w > 0.0).unwrap_or(0);
                return Err(BranchChanged { at: guard.at.to_string(), point });
            }
        }
        Ok(all)
    }
}

/// Outputs, and for each guard 1 where it does not hold.
fn columns(program: &Program, x: &Columns) -> Columns {
    let n = x.first().map_or(1, Array::size);
    let whole = |c: f64| Array::full(&[n], c, DType::F64);
    let mut values: Vec<Array> = vec![];
    for i in &program.list {
        let at = |k: u32| &values[k as usize];
        let y = match *i {
            Instruction::Input(k) => x[k as usize].clone(),
            Instruction::Constant(bits) => whole(f64::from_bits(bits)),
            Instruction::Unary(op, x) => Array::unary(op, at(x)),
            Instruction::Binary(op, x, y) => Array::binary(op, at(x), at(y)),
            Instruction::Select(c, a, b) => Array::select(at(c), at(a), at(b)),
        };
        values.push(y)
    }
    let outputs = program.outputs.iter().map(|&k| values[k as usize].clone());
    let wrong = program.guards.iter().map(|Guard { a, b, outcome, .. }| {
        let (a, b) = (&values[*a as usize], &values[*b as usize]);
        let holds = match *outcome {
            Outcome::Less(is) => truth(a.less(b), is),
            Outcome::LessEqual(is) => truth(a.less_equal(b), is),
            Outcome::Equal(is) => truth(a.equal(b), is),
            Outcome::Order(order) => match order {
                Some(std::cmp::Ordering::Less) => a.less(b),
                Some(std::cmp::Ordering::Equal) => a.equal(b),
                Some(std::cmp::Ordering::Greater) => a.greater(b),
                None => a.less_equal(b).logical_or(&a.greater(b)).logical_not(),
            },
        };
        // An empty column has no largest number.
        let flags = holds.logical_not().cast(DType::F64);
        if n == 0 { concatenate(&[flags, Array::zeros(&[1], DType::F64)], 0) } else { flags }
    });
    outputs.chain(wrong).collect()
}

fn truth(x: Array, is: bool) -> Array {
    if is { x } else { x.logical_not() }
}
