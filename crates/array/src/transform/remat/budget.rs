//! A budget of bytes for a gradient: plans with more and more recomputation are measured until one fits.

use super::segments::{bytes, ones, run, segments, total};
use super::{Keep, active};
use crate::array::Array;
use crate::dtype::DType;
use crate::eval::Control;
use crate::eval::{Body, Flow, LoopSignature, compile};
use crate::shape::Shape;
use crate::transform::control::{like, record, wanted, with};
use crate::transform::replay::Recorded;
use crate::transform::vjp;
use crate::tree::{Tree, leaves};
use pullback_real::refuse;
use std::sync::{Arc, Mutex};

/// How a function is cut: the bytes of a segment for each level, and the policy of the innermost segments.
#[derive(Clone, Debug, PartialEq)]
struct Choice {
    levels: Vec<usize>,
    keep: Keep,
}

/// The key of a choice: the arguments' shapes and dtypes, which of them are differentiated, and the number of
/// the function's nodes.
type Signature = (Vec<(Shape, DType)>, Vec<bool>, usize);

/// From f: f with recomputation, so that its gradient takes at most `bytes` of memory beside its inputs
/// (results included). The finished plan of the gradient is measured, and the least recomputation that fits
/// is chosen, once for each kind of input.
///
/// The order is: no recomputation; segments that keep their products, so that elementwise work is computed
/// again; segments that keep nothing; segments within segments. Memory inside loops (`scan`) counts, but only
/// their [`Schedule`](crate::Schedule) changes it.
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
/// If no known recomputation keeps within the budget; the message says the least that would do. If f looks at
/// values that depend on its input.
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
            let choice = choose(&body, &signature, bytes, &args);
            known.push((signature, choice.clone()));
            choice
        });
        drop(known);
        with(&y, &run(&body, &choice.levels, &choice.keep, &args))
    }
}

/// From f: the bytes that its value and its gradient by all floating-point leaves take beside the inputs, as
/// planned.
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

/// The bytes that value and gradient take with this choice.
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
    // A plan's results are distinct, and none is an input.
    let mut roots: Vec<Array> = vec![];
    for (y, depends) in gradient.outputs.iter().zip(gradient.depends()) {
        let known = roots.iter().chain(&gradient.inputs).any(|x| x.0.id == y.0.id);
        if depends && !known {
            roots.push(y.clone())
        }
    }
    memory(&gradient.inputs, &roots)
}

/// The bytes that a plan takes: its own memory, and that of the bodies of its loops and choices, which a plan
/// holds on to between runs.
fn memory(inputs: &[Array], roots: &[Array]) -> usize {
    let plan = compile(inputs, roots, &[]);
    let inside = |(control, outputs): (&Control, Vec<usize>)| inside_of(&control.flow, &outputs);
    let within: usize = plan.controls().map(inside).sum();
    plan.memory().bytes(&plan.graph) + within
}

/// The bytes that the bodies of a loop or choice take to compute these outputs, and the states that a reverse
/// sweep keeps.
fn inside_of(flow: &Flow, outputs: &[usize]) -> usize {
    let some = |body: &Body, is: &dyn Fn(usize) -> bool| {
        let (inputs, outputs) = body.graph();
        let mut roots: Vec<Array> = vec![];
        for (_, y) in outputs.iter().enumerate().filter(|(k, _)| is(*k)) {
            if roots.iter().chain(inputs).all(|x| x.0.id != y.0.id) {
                roots.push(y.clone())
            }
        }
        memory(inputs, &roots)
    };
    let body = |body: &Body| some(body, &|_| true);
    match flow {
        Flow::Cond(bodies) => bodies.iter().map(body).sum(),
        Flow::While { test, body: step, .. } => body(test) + body(step),
        Flow::Check(_) => 0,
        Flow::Scan { body: step, signature, .. } => {
            some(step, &|k| k < signature.state || outputs.contains(&k))
        }
        Flow::Adjoint { advance, back, signature, snapshots } => {
            let LoopSignature { state, length, .. } = signature.forward;
            let one: usize = advance.graph().0[..state].iter().map(bytes).sum();
            body(advance) + body(back) + one * (1 + snapshots.min(&length))
        }
    }
}

/// The candidate choices for a function, and their measured bytes.
struct Ways<'a> {
    body: &'a Arc<Recorded>,
    signature: &'a Signature,
    /// The numbers of parts that a function may be cut into: segments of a half, a third, … of the whole.
    parts: Vec<usize>,
    /// The choices that were measured, with their bytes.
    known: Vec<(Choice, usize)>,
}

/// A choice by indices into [`Ways::parts`]: the number of parts of the whole, and those of each part if
/// there is a second level.
type Cut = (usize, Option<usize>);

impl Ways<'_> {
    fn cut(&self, (k, j): Cut) -> Choice {
        let part = total(self.body) / self.parts[k];
        let levels = [part].into_iter().chain(j.map(|j| part / self.parts[j])).collect();
        Choice { levels, keep: Keep::Nothing }
    }
    /// All cuts: one level, then two.
    fn cuts(&self) -> Vec<Cut> {
        let n = self.parts.len();
        let two = (0..n).filter(|&k| self.parts[k] <= 16).flat_map(|k| (0..=k).map(move |j| (k, Some(j))));
        (0..n).map(|k| (k, None)).chain(two).collect()
    }
    /// All choices, those with less recomputation first.
    fn all(&self) -> Vec<Choice> {
        let products = (0..self.parts.len()).map(|k| Choice { keep: Keep::Products, ..self.cut((k, None)) });
        products.chain(self.cuts().into_iter().map(|c| self.cut(c))).collect()
    }
    fn bytes(&mut self, choice: &Choice) -> usize {
        if let Some((_, bytes)) = self.known.iter().find(|(c, _)| c == choice) {
            return *bytes;
        }
        let bytes = measure(self.body, self.signature, choice);
        self.known.push((choice.clone(), bytes));
        bytes
    }
    /// The fewest bytes that a descent finds from the three cuts with the best estimates: it measures only
    /// some of the plans.
    fn least(&mut self) -> usize {
        let cuts = self.cuts();
        let mut promising: Vec<(usize, Cut)> =
            cuts.iter().map(|&c| (estimate(self.body, &self.cut(c).levels), c)).collect();
        promising.sort_unstable();
        let mut best: Option<(usize, Cut)> = None;
        for &(_, cut) in promising.iter().take(3) {
            let choice = self.cut(cut);
            let found = (self.bytes(&choice), cut);
            best = Some(best.map_or(found, |b| b.min(found)))
        }
        let Some(mut best) = best else { return usize::MAX };
        loop {
            let (k, j) = best.1;
            let near = |(a, b): &Cut| {
                let beside = |a: usize, b: usize| a.abs_diff(b) <= 1;
                // Having no second level counts as a place before the first.
                beside(*a, k) && beside(b.map_or(0, |b| b + 1), j.map_or(0, |j| j + 1))
            };
            let next = cuts.iter().filter(|c| near(c)).map(|&c| {
                let choice = self.cut(c);
                (self.bytes(&choice), c)
            });
            let next = next.min().expect("itself is near");
            if next.0 >= best.0 {
                return best.0;
            }
            best = next
        }
    }
}

/// An estimate of the bytes that these levels take: all segments' outputs, and the largest segment.
fn estimate(body: &Arc<Recorded>, levels: &[usize]) -> usize {
    let Some((&bound, rest)) = levels.split_first() else { return total(body) };
    let all = segments(body, bound);
    let crossing: usize = all.iter().flat_map(|s| &s.outputs).map(bytes).sum();
    let inside = all.into_iter().map(|s| estimate(&Arc::new(s), rest)).max().unwrap_or(0);
    crossing + inside
}

/// The least recomputation that keeps within the budget.
#[track_caller]
fn choose(body: &Arc<Recorded>, signature: &Signature, budget: usize, inputs: &[Array]) -> Choice {
    let parts =
        [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96].into_iter().filter(|k| *k <= 2 * body.nodes().len());
    let mut ways = Ways { body, signature, parts: parts.collect(), known: vec![] };
    let plain = Choice { levels: vec![], keep: Keep::Nothing };
    let without = ways.bytes(&plain);
    if without <= budget {
        return plain;
    }
    let least = ways.least().min(without);
    if least <= budget
        && let Some(choice) = ways.all().into_iter().find(|c| ways.bytes(c) <= budget)
    {
        return choice;
    }
    let place: Vec<_> = inputs.iter().take(1).map(|x| ("input", x.at())).collect();
    refuse(
        format_args!(
            "with_budget: the gradient needs at least {least} bytes beside its inputs, and the budget is {budget}"
        ),
        &place,
    )
}
