//! A budget of bytes: what is computed again is chosen by measuring the plans of the gradient.

use super::segments::{ones, run, total};
use super::{Keep, active};
use crate::array::Array;
use crate::dtype::DType;
use crate::eval::compile;
use crate::shape::Shape;
use crate::transform::control::{like, record, wanted, with};
use crate::transform::replay::Recorded;
use crate::transform::vjp;
use crate::tree::{Tree, leaves};
use std::sync::{Arc, Mutex};

/// How a function is cut: bytes inside a segment for each level, and what the innermost keep.
#[derive(Clone, Debug)]
struct Choice {
    levels: Vec<usize>,
    keep: Keep,
}

/// What a choice was made for: shapes, dtypes, what is differentiated, and the function's size.
type Signature = (Vec<(Shape, DType)>, Vec<bool>, usize);

/// From f: the same function, whose gradient keeps within `bytes` of memory beside its inputs (results included): what to
/// compute again is chosen by measuring the finished plan of the gradient, the least recomputation that fits. The choice
/// is made once for each kind of input.
///
/// First nothing is computed again; then elementwise work, with the products kept; then segments between narrow places;
/// then segments within segments. Memory inside loops (`scan`) is theirs: see [`Schedule`](crate::Schedule).
///
/// ```
/// use pullback_array::{Array, DType, Real, grad, gradient_memory, with_budget};
/// let w = Array::full(&[8, 8], 0.1, DType::F64);
/// let f = |x: &Array| (0..30).fold(x.clone(), |x, _| x.matmul(&w).tanh() + 1.0).sum();
/// let x = Array::ones(&[100, 8], DType::F64);
/// let plain = gradient_memory(f)(&x);
/// let within = with_budget(plain / 2, f);
/// assert!(gradient_memory(&within)(&x) <= plain / 2);
/// assert_eq!(grad(within)(&x).to_vec::<f64>(), grad(f)(&x).to_vec::<f64>());
/// ```
///
/// # Panics
/// If no way of computing again that is known keeps within the budget: the message says the least that would do. If f looks
/// at values that depend on its input.
pub fn with_budget<P: Tree + Clone, Q: Tree + Clone>(bytes: usize, f: impl Fn(&P) -> Q) -> impl Fn(&P) -> Q {
    let known: Mutex<Vec<(Signature, Choice)>> = Mutex::default();
    move |p| {
        let xs = leaves(p);
        let (recorded, y) = record("with_budget", p, like(&xs), &f);
        let (recorded, captured) = recorded.closed();
        let (body, args) = (Arc::new(recorded), [xs, captured].concat());
        let wants: Vec<bool> = args.iter().map(wanted).collect();
        if !wants.contains(&true) {
            return with(&y, &body.at(&args));
        }
        let signature = (like(&args), wants, body.nodes().len());
        let mut known = known.lock().unwrap_or_else(|e| e.into_inner());
        let found = known.iter().find(|(s, _)| *s == signature).map(|(_, choice)| choice.clone());
        let choice = found.unwrap_or_else(|| {
            let choice = choose(&body, &signature, bytes);
            known.push((signature, choice.clone()));
            choice
        });
        drop(known);
        with(&y, &run(&body, &choice.levels, &choice.keep, &args))
    }
}

/// From f: how much memory its value and gradient by all floating-point leaves take beside the inputs, in bytes, by the plan.
///
/// ```
/// use pullback_array::{Array, DType, Real, gradient_memory};
/// let bytes = gradient_memory(|x: &Array| x.exp().sum())(&Array::ones(&[1000], DType::F64));
/// // The exponentials, which are the gradient as well, and the sum.
/// assert!((8000..20_000).contains(&bytes));
/// ```
///
/// # Panics
/// If f looks at values that depend on its input.
pub fn gradient_memory<P: Tree + Clone, Q: Tree + Clone>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> usize {
    move |p| {
        let xs = leaves(p);
        let (body, _) = record("gradient_memory", p, like(&xs), &f);
        let wants: Vec<bool> = xs.iter().map(active).collect();
        measure(&Arc::new(body), &(like(&xs), wants, 0), &Choice { levels: vec![], keep: Keep::Nothing })
    }
}

/// The bytes that value and gradient take in this way.
fn measure(body: &Arc<Recorded>, (shapes, wants, _): &Signature, choice: &Choice) -> usize {
    let gradient = Recorded::new("with_budget", shapes.iter().cloned(), |xs| {
        let point: Vec<Array> = xs.iter().zip(wants).filter(|(_, w)| **w).map(|(x, _)| x.clone()).collect();
        let of = |some: &Vec<Array>| {
            let mut some = some.iter();
            let full: Vec<Array> = xs
                .iter()
                .zip(wants)
                .map(|(x, &w)| if w { some.next().unwrap_or(x).clone() } else { x.clone() })
                .collect();
            run(body, &choice.levels, &choice.keep, &full)
        };
        let (ys, pull) = vjp(of)(&point);
        let seeds: Vec<Array> =
            ys.iter().zip(ones(&ys)).map(|(y, g)| g.unwrap_or_else(|| y.zeros_like())).collect();
        [ys, pull(&seeds)].concat()
    });
    // A plan computes each result once, and no input.
    let mut roots: Vec<Array> = vec![];
    for (y, depends) in gradient.outputs.iter().zip(gradient.depends()) {
        let known = roots.iter().chain(&gradient.inputs).any(|x| x.0.id == y.0.id);
        if depends && !known {
            roots.push(y.clone())
        }
    }
    let plan = compile(&gradient.inputs, &roots, &[]);
    plan.memory().bytes(&plan.graph)
}

/// The least recomputation that keeps within the budget.
#[track_caller]
fn choose(body: &Arc<Recorded>, signature: &Signature, budget: usize) -> Choice {
    let all = total(body);
    // Segments of a half, a third, … of the whole.
    let parts =
        || [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96].into_iter().filter(|k| *k <= 2 * body.nodes().len());
    let one = |keep: Keep| parts().map(move |k| Choice { levels: vec![all / k], keep: keep.clone() });
    let two = parts().filter(|k| *k <= 16).flat_map(|k| {
        let inner = parts().filter(move |j| *j <= k);
        inner.map(move |j| Choice { levels: vec![all / k, all / k / j], keep: Keep::Nothing })
    });
    let plain = Choice { levels: vec![], keep: Keep::Nothing };
    let ways = std::iter::once(plain).chain(one(Keep::Products)).chain(one(Keep::Nothing)).chain(two);
    let mut least = usize::MAX;
    for choice in ways {
        let bytes = measure(body, signature, &choice);
        if bytes <= budget {
            return choice;
        }
        least = least.min(bytes)
    }
    panic!(
        "with_budget: the gradient needs at least {least} bytes beside its inputs, and the budget is {budget}"
    )
}
