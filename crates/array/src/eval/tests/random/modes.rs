//! The ways of running a program: each as it is compiled, and written out on plain arrays.

use super::case::{Case, INPUTS, Mode};
use super::data::example;
use super::loops;
use crate::array::Array;
use crate::shape::Shape;
use crate::transform::{checkpoint, grad, jit, jit_update, vjp, vmap};
use std::sync::Arc;

pub type Function = Box<dyn Fn(&Vec<Array>) -> Vec<Array>>;

/// Steps that an update takes.
const STEPS: usize = 3;

impl Case {
    /// Examples of a batch, if it is one.
    pub fn batch(&self) -> Option<usize> {
        (self.mode() == Mode::Batch).then(|| 2 + self.choice(0, 2))
    }
    /// The program as it is compiled. Inputs that are given up are copied first.
    pub fn compiled(self: &Arc<Case>) -> Function {
        let case = self.clone();
        match self.mode() {
            Mode::Value => Box::new(jit(move |x: &Vec<Array>| case.made(x))),
            Mode::Update => {
                let step = jit_update({
                    let case = case.clone();
                    move |state: &Vec<Array>, x: &Vec<Array>| case.step(state, x)
                });
                Box::new(move |x| {
                    let (mut state, mut all) =
                        (case.states(x).iter().map(copied).collect::<Vec<_>>(), vec![]);
                    for k in 0..STEPS {
                        // Somebody else may hold the state, and what it was must stay.
                        let held =
                            (case.choice(3, 3) == 1 && k == 1).then(|| (state.clone(), copies(&state)));
                        all.extend(step(&mut state, x));
                        if let Some((held, before)) = held {
                            unchanged(&held, &before, "state that is held by others")
                        }
                    }
                    // What is returned later must not be written over: states as copies.
                    all.extend(state.iter().map(copied));
                    all
                })
            }
            Mode::Gradient => Box::new(jit(grad_of(move |x: &Vec<Array>| Case::loss(&case.made(x))))),
            Mode::Checkpoint => {
                let again = checkpoint(move |x: &Vec<Array>| case.made(x));
                Box::new(jit(grad_of(move |x: &Vec<Array>| Case::loss(&again(x)))))
            }
            Mode::Pullback => Box::new(jit(move |x: &Vec<Array>| case.pulled(x))),
            Mode::Batch => Box::new(jit(vmap(move |x: &Vec<Array>| case.made(x)))),
            Mode::Loop => Box::new(jit(move |x: &Vec<Array>| loops::looped(&case, x))),
            Mode::LoopGradient => {
                Box::new(jit(grad_of(move |x: &Vec<Array>| Case::loss(&loops::looped(&case, x)))))
            }
        }
    }
    /// The same as a graph of plain arrays, if that has one meaning.
    pub fn plain(&self, x: &Vec<Array>) -> Option<Vec<Array>> {
        match self.mode() {
            Mode::Value => Some(self.made(x)),
            Mode::Update => {
                let (mut state, mut all) = (self.states(x), vec![]);
                for _ in 0..STEPS {
                    let (next, outputs) = self.step(&state, x);
                    state = next;
                    all.extend(outputs)
                }
                all.extend(state);
                Some(all)
            }
            Mode::Gradient => Some(grad_of(|x: &Vec<Array>| Case::loss(&self.made(x)))(x)),
            // With the checkpoint: without, cotangents are added up in another order.
            Mode::Checkpoint => {
                let case = self.clone();
                let again = checkpoint(move |x: &Vec<Array>| case.made(x));
                Some(grad_of(move |x: &Vec<Array>| Case::loss(&again(x)))(x))
            }
            Mode::Pullback => Some(self.pulled(x)),
            Mode::Batch => {
                let count = self.batch().expect("a batch");
                let one = |b: usize| self.made(&x.iter().map(|x| example(x, b)).collect::<Vec<_>>());
                let all: Vec<Vec<Array>> = (0..count).map(one).collect();
                let stacked = |k: usize| {
                    let row = |y: &Array| y.reshape_op(y.0.shape.insert(0, 1));
                    Array::concat_op(&all.iter().map(|y| row(&y[k])).collect::<Vec<_>>(), 0)
                };
                Some((0..all[0].len()).map(stacked).collect())
            }
            Mode::Loop => Some(loops::written_out(self, x)),
            // A loop adds up cotangents in another order than what is written out.
            Mode::LoopGradient => None,
        }
    }

    /// How it is run, in words.
    pub fn how(&self) -> String {
        match self.mode() {
            Mode::Value => "value".into(),
            Mode::Update => format!("{STEPS} updates"),
            Mode::Gradient => "gradient".into(),
            Mode::Checkpoint => "gradient with a checkpoint".into(),
            Mode::Pullback => "value and pullback".into(),
            Mode::Batch => format!("batch of {}", self.batch().unwrap_or(0)),
            Mode::Loop => self.loop_in_words(),
            Mode::LoopGradient => format!("gradient of {}", self.loop_in_words()),
        }
    }
    /// The inputs that are state, 1 to 3 of the whole shape.
    pub fn states(&self, x: &[Array]) -> Vec<Array> {
        const ORDER: [usize; 6] = [0, 5, 1, 3, 2, 4];
        let (first, count) = (self.choice(2, 6), 1 + self.choice(1, 3));
        (0..count).map(|k| x[ORDER[(first + k) % 6]].clone()).collect()
    }
    /// The next state, each part the last value of its kind that is not another's.
    pub fn next(&self, state: &[Array], pool: &super::pool::Pool) -> Vec<Array> {
        let next = |(k, s): (usize, &Array)| {
            let at = pool.nth_last(k, |x| x.dtype() == s.dtype()).expect("the state itself");
            pool.full(at)
        };
        state.iter().enumerate().map(next).collect()
    }
    /// A step of an update.
    fn step(&self, state: &[Array], x: &[Array]) -> (Vec<Array>, Vec<Array>) {
        let pool = self.pool(&[x, state].concat());
        let bits = usize::from(self.head[4]);
        let output = |k: usize| pool.get(pool.len() - 1 - (bits >> (4 * k) & 15) % pool.len()).clone();
        (self.next(state, &pool), (0..bits % 3).map(output).collect())
    }
    /// Outputs, and cotangents of the inputs from such as the inputs give.
    fn pulled(&self, x: &Vec<Array>) -> Vec<Array> {
        let (y, pull) = vjp(|x: &Vec<Array>| self.made(x))(x);
        let cotangent = |y: &Array| {
            if x[0].size() == 0 {
                return y.ones_like();
            }
            let c = x[0].cast(y.dtype());
            let part = c.slice_op(
                std::iter::repeat_n(0, c.ndim()).collect(),
                std::iter::repeat_n(1, c.ndim()).collect(),
                y.0.shape.clone(),
            );
            if part.shape() == y.shape() { part } else { y.ones_like() }
        };
        let g = pull(&y.iter().map(cotangent).collect());
        y.into_iter().chain(floats(g)).collect()
    }
}

/// The gradient by the floating-point inputs.
fn grad_of(f: impl Fn(&Vec<Array>) -> Array) -> impl Fn(&Vec<Array>) -> Vec<Array> {
    let g = grad(f);
    move |x| floats(g(x))
}
fn floats(all: Vec<Array>) -> Vec<Array> {
    all.into_iter().take(INPUTS).filter(|x| x.dtype().is_float()).collect()
}

/// The same data in memory of their own.
fn copied(x: &Array) -> Array {
    Array::leaf(x.value().copied(), x.0.shape.clone())
}
/// The data as they are.
pub fn copies(all: &[Array]) -> Vec<Array> {
    all.iter().map(copied).collect()
}
/// # Panics
/// If data have changed.
pub fn unchanged(all: &[Array], before: &[Array], what: &str) {
    for (k, (x, y)) in all.iter().zip(before).enumerate() {
        assert!(x.value().bytes() == y.value().bytes(), "{what}: number {k} has changed")
    }
}

/// One index as an array of one element.
pub fn counted(k: i64, rank: usize) -> Array {
    Array::from_slice(&[k], &[]).reshape_op(Shape::new(&vec![1; rank]))
}
