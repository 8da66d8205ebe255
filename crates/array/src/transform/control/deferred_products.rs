//! Sums of matrix products, taken out of a loop. A weight's cotangent is the sum over all steps of a product
//! of two small matrices. Each step returns its two matrices instead; after the loop, one product of the
//! stacked matrices gives the sum.

use super::super::replay::Recorded;
use crate::array::Array;
use crate::prim::Prim;
use pullback_real::Binary;
use std::ops::Range;
use std::sync::Arc;

/// A factor of a product: one matrix for each step.
#[derive(Clone, Copy)]
enum Factor {
    /// Rows that the loop reads, by the number of its argument.
    Read(usize),
    /// Rows that the steps return for the product, counted behind all their other results.
    Made(usize),
}

/// A step without the sums that products after the loop give.
pub(super) struct Hoisted {
    pub step: Arc<Recorded>,
    /// How many sums were taken out.
    pub out: usize,
    /// The sums' places among inputs and outputs of the original step.
    sums: Range<usize>,
    /// For each sum, the factor that is transposed and the other; `None` for a sum that stays in the loop.
    products: Vec<Option<[Factor; 2]>>,
    made: usize,
}

impl Hoisted {
    /// `sums`: the places of sums among inputs and outputs of the step; `rows`: where the inputs are rows.
    #[track_caller]
    pub fn new(step: &Recorded, sums: Range<usize>, rows: usize) -> Hoisted {
        let mut made: Vec<Array> = vec![];
        let mut factor = |x: &Array| {
            let read = step.inputs[rows..].iter().position(|row| row.0.id == x.0.id);
            read.map(|k| Factor::Read(rows + k)).unwrap_or_else(|| {
                made.push(x.clone());
                Factor::Made(made.len() - 1)
            })
        };
        let products: Vec<Option<[Factor; 2]>> = sums
            .clone()
            .map(|k| {
                let [left, right] = factors(&step.inputs[k], &step.outputs[k])?;
                Some([factor(&left), factor(&right)])
            })
            .collect();
        let outputs = [rest(&sums, &products, &step.outputs), made.clone()].concat();
        let out = products.iter().flatten().count();
        let step = Arc::new(Recorded::of(&rest(&sums, &products, &step.inputs), &outputs));
        Hoisted { step, out, sums, products, made: made.len() }
    }
    /// The arguments of the loop that remains.
    pub fn arguments(&self, args: &[Array]) -> Vec<Array> {
        rest(&self.sums, &self.products, args)
    }
    /// The results of the original loop, from its arguments and the results of the loop that remains.
    #[track_caller]
    pub fn results(&self, args: &[Array], mut results: Vec<Array>) -> Vec<Array> {
        let made = results.split_off(results.len() - self.made);
        for (k, product) in self.sums.clone().zip(&self.products) {
            let Some(factors) = product else { continue };
            // The steps' matrices, stacked one below the other.
            let [left, right] = factors.map(|f| {
                let x = match f {
                    Factor::Read(k) => &args[k],
                    Factor::Made(k) => &made[k],
                };
                let [t, rows, columns] = [0, 1, 2].map(|k| x.shape()[k]);
                x.reshape_op([t * rows, columns].into_iter().collect())
            });
            results.insert(k, &args[k] + left.swap_last().matmul_op(&right))
        }
        results
    }
}

/// All but the sums that are taken out.
fn rest(sums: &Range<usize>, products: &[Option<[Factor; 2]>], all: &[Array]) -> Vec<Array> {
    let stays = |k: &usize| !sums.contains(k) || products[k - sums.start].is_none();
    (0..all.len()).filter(stays).map(|k| all[k].clone()).collect()
}

/// The two factors, the first transposed, if a step adds a product of two matrices to a sum and the factors
/// together are not larger than the product.
#[track_caller]
fn factors(sum: &Array, next: &Array) -> Option<[Array; 2]> {
    let (Prim::Binary(Binary::Add), args) = next.parts() else { return None };
    let product = match (args[0].0.id == sum.0.id, args[1].0.id == sum.0.id) {
        (true, false) => &args[1],
        (false, true) => &args[0],
        _ => return None,
    };
    let (Prim::Matmul, factors) = product.parts() else { return None };
    if product.ndim() != 2 || factors[0].size() + factors[1].size() > product.size() {
        return None;
    }
    let left = match factors[0].parts() {
        (Prim::Permute(axes), of) if axes[..] == [1, 0] => of[0].clone(),
        _ => factors[0].swap_last(),
    };
    Some([left, factors[1].clone()])
}
