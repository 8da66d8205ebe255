//! Programs as the bodies of loops and choices: compiled control flow, and the same written out.

use super::case::{Case, INPUTS};
use super::data::example;
use super::modes::counted;
use super::pool::Pool;
use crate::array::Array;
use crate::dtype::DType;
use crate::eval::reference::interpret;
use crate::shape::Shape;
use crate::transform::{bounded_while, cond, fori_loop, scan, while_loop};

/// What runs the body.
#[derive(Clone, Copy, PartialEq)]
enum Flow {
    Counted,
    Rows,
    While,
    Choice,
    Bounded,
}

impl Case {
    fn flow(&self) -> Flow {
        match (self.mode(), self.choice(0, 5)) {
            (_, 0) => Flow::Counted,
            (_, 1) => Flow::Rows,
            (super::case::Mode::Loop, 2) => Flow::While,
            (_, 3) => Flow::Choice,
            _ => Flow::Bounded,
        }
    }
    /// Whether the body gets a row, instead of a counter.
    pub fn reads_rows(&self) -> bool {
        self.flow() == Flow::Rows
    }
    pub fn loop_in_words(&self) -> String {
        let n = self.times();
        match self.flow() {
            Flow::Counted => format!("fori_loop of {n} steps"),
            Flow::Rows => format!("scan over {n} rows"),
            Flow::While => format!("while_loop of {n} steps"),
            Flow::Bounded => format!("bounded_while of {n} steps"),
            Flow::Choice => "cond".into(),
        }
    }
    /// How often the body runs.
    fn times(&self) -> i64 {
        1 + self.choice(3, 5) as i64
    }
    fn body(&self, x: &[Array], more: Array, state: &[Array]) -> (Vec<Array>, Pool) {
        let pool = self.pool(&[x, &[more], state].concat());
        (self.next(state, &pool), pool)
    }
    /// A row of results.
    fn result(&self, pool: &Pool) -> Array {
        let k = pool.nth_last(usize::from(self.head[4]) % 3, |x| !x.dtype().is_complex());
        pool.full(k.expect("inputs are real"))
    }
    /// What a loop over rows reads.
    fn rows(&self, x: &[Array]) -> Array {
        let shape = Shape::new(x[0].shape()).insert(0, self.times() as usize);
        let one = x[0].reshape_op(x[0].0.shape.insert(0, 1)).broadcast_op(&shape);
        one + Array::iota(shape, 0, DType::F64)
    }
    /// The condition: the single bool.
    fn condition(&self, x: &[Array]) -> Array {
        x[INPUTS - 1].reshape_op(Shape::default())
    }
}

fn as_one(i: &Array, x: &[Array]) -> Array {
    i.reshape_op(Shape::new(&vec![1; x[0].ndim()]))
}

/// The last state, and stacked results.
pub fn looped(case: &Case, x: &[Array]) -> Vec<Array> {
    let init = case.states(x);
    let n = case.times();
    // A state of a counter and the rest, for loops with a test.
    let counting = |(k, s): &(Array, Vec<Array>)| (k + 1.0, case.body(x, as_one(k, x), s).0);
    let start = (Array::from(0i64), init.clone());
    match case.flow() {
        Flow::Counted => fori_loop(0, n, |k, s: &Vec<Array>| case.body(x, as_one(k, x), s).0, &init),
        Flow::Rows => {
            let step = |s: &Vec<Array>, row: &Array| {
                let (next, pool) = case.body(x, row.clone(), s);
                let y = case.result(&pool);
                (next, y)
            };
            let (mut state, rows) = scan(step, &init, &case.rows(x));
            state.push(rows);
            state
        }
        Flow::While => while_loop(|(k, _): &(Array, Vec<Array>)| k.less(n as f64), counting, &start).1,
        Flow::Bounded => {
            let test = |(k, _): &(Array, Vec<Array>)| k.less(n as f64);
            bounded_while(test, counting, &start, n as usize + 1).1
        }
        Flow::Choice => cond(
            &case.condition(x),
            |s: &Vec<Array>| case.body(x, counted(2, x[0].ndim()), s).0,
            |s: &Vec<Array>| s.clone(),
            &init,
        ),
    }
}

/// The same without loops.
pub fn written_out(case: &Case, x: &[Array]) -> Vec<Array> {
    let mut state = case.states(x);
    match case.flow() {
        Flow::Counted | Flow::While | Flow::Bounded => {
            for k in 0..case.times() {
                state = case.body(x, counted(k, x[0].ndim()), &state).0
            }
        }
        Flow::Rows => {
            let (rows, mut results) = (case.rows(x), vec![]);
            for k in 0..case.times() as usize {
                let (next, pool) = case.body(x, example(&rows, k), &state);
                let y = case.result(&pool);
                results.push(y.reshape_op(y.0.shape.insert(0, 1)));
                state = next
            }
            state.push(Array::concat_op(&results, 0))
        }
        Flow::Choice => {
            if interpret(&case.condition(x))[0] != 0.0 {
                state = case.body(x, counted(2, x[0].ndim()), &state).0
            }
        }
    }
    state
}
