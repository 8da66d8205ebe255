//! The values of a program under construction: what an instruction may read, chosen by small numbers.

use crate::array::Array;
use crate::dtype::DType;
use crate::shape::{Dims, Shape};
use std::collections::HashSet;

/// One drawn instruction. Proptest shrinks the numbers towards 0, which chooses what is simplest, or was made last.
pub type Code = [u16; 4];

/// A source of choices.
pub struct Draw {
    numbers: Code,
    next: usize,
}

impl Draw {
    pub fn new(numbers: Code) -> Draw {
        Draw { numbers, next: 0 }
    }
    /// A number below n.
    pub fn below(&mut self, n: usize) -> usize {
        // Mixed anew each time round, so that there are always more; zeros stay zeros.
        let (round, at) = (self.next / 4, self.next % 4);
        self.next += 1;
        let number = usize::from(self.numbers[at]);
        (if round == 0 { number } else { (number * (2 * round + 1)) >> (3 * round).min(9) }) % n
    }
    pub fn flag(&mut self) -> bool {
        self.below(2) == 1
    }
    /// One of them.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// The values so far. All have the rank of the program's shape, and its extents or 1.
pub struct Pool {
    pub shape: Shape,
    /// The dtype of all floats that are computed with, if there is only one.
    pub only: Option<DType>,
    values: Vec<Array>,
    /// What each line of the program says, if that is asked for.
    lines: Option<Vec<String>>,
}

impl Pool {
    pub fn new(shape: &[usize], only: Option<DType>, values: Vec<Array>) -> Pool {
        Pool { shape: Shape::new(shape), only, values, lines: None }
    }
    /// Writes down what is done from now on.
    pub fn listed(mut self) -> Pool {
        self.lines = Some(vec![]);
        self
    }
    pub fn rank(&self) -> usize {
        self.shape.rank()
    }
    pub fn len(&self) -> usize {
        self.values.len()
    }
    /// The lines that these values need.
    pub fn lines(&self, roots: &[Array]) -> Vec<&str> {
        let (mut needed, mut stack) = (HashSet::new(), roots.to_vec());
        while let Some(node) = stack.pop() {
            if needed.insert(node.0.id) {
                stack.extend(node.parts().1)
            }
        }
        let lines = self.lines.as_deref().unwrap_or_default();
        let values = &self.values[self.len() - lines.len()..];
        let pairs = lines.iter().zip(values);
        pairs.filter(|(_, x)| needed.contains(&x.0.id)).map(|(line, _)| &**line).collect()
    }
    pub fn get(&self, k: usize) -> &Array {
        &self.values[k]
    }
    /// The k-th value from the last, among those that are fit.
    pub fn nth_last(&self, k: usize, fit: impl Fn(&Array) -> bool) -> Option<usize> {
        let all: Vec<usize> = (0..self.len()).rev().filter(|&i| fit(&self.values[i])).collect();
        (!all.is_empty()).then(|| all[k % all.len()])
    }
    /// A drawn value among those that are fit: often one of the last.
    pub fn any(&self, d: &mut Draw, fit: impl Fn(&Array) -> bool) -> usize {
        let k = d.below(1 << 12);
        self.nth_last(if k.is_multiple_of(2) { k / 2 % 3 } else { k / 2 }, fit)
            .expect("there are inputs of every dtype")
    }
    pub fn of(&self, d: &mut Draw, dtype: DType) -> usize {
        self.any(d, |x| x.dtype() == dtype)
    }
    pub fn float(&self, d: &mut Draw) -> usize {
        match self.only {
            Some(dtype) => self.of(d, dtype),
            None => self.any(d, |x| x.dtype().is_float()),
        }
    }
    pub fn int(&self, d: &mut Draw) -> usize {
        self.any(d, |x| x.dtype().is_int())
    }
    pub fn real(&self, d: &mut Draw) -> usize {
        self.any(d, |x| !x.dtype().is_complex())
    }
    /// A value repeated to the whole shape.
    pub fn full(&self, k: usize) -> Array {
        self.values[k].broadcast_op(&self.shape)
    }
    /// Some of the axes, one at least.
    pub fn axes(&self, d: &mut Draw) -> Dims {
        let set = 1 + d.below((1 << self.rank()) - 1);
        (0..self.rank()).filter(|k| set >> k & 1 == 1).collect()
    }
    /// Takes a value in, which `says` what it is.
    pub fn push(&mut self, y: Array, says: impl FnOnce() -> String) {
        debug_assert_eq!(y.ndim(), self.rank());
        if let Some(lines) = &mut self.lines {
            lines.push(format!("v{} = {}    {} {:?}", self.values.len(), says(), y.dtype(), y.shape()))
        }
        self.values.push(y)
    }
}
