//! `jit`: a function is recorded and compiled once for each kind of input; later calls run the finished plan.

use super::replay::{Recorded, Slot};
use super::signature::Signature;
use crate::array::Array;
use crate::buffer::Buffer;
use crate::eval::{self, Compiled, GivenBack, Values, compile, panic_again};
use crate::evaluate::eval_all;
use crate::prim::Prim;
use crate::tree::{Path, Tree, map};
use smallvec::SmallVec;
use std::fmt;
use std::sync::{Arc, Mutex};

/// How many plans a compiled function keeps: the most recently used ones.
pub const PLANS: usize = 32;

/// From f: f compiled. It is recorded once for each kind of input (structure, shapes, dtypes, and the tree's
/// other values) and compiled. A call builds no graph and plans nothing: it runs the finished steps in memory
/// that was assigned ahead, and returns computed arrays.
///
/// Arrays that f captures are constants. If an input or a captured array belongs to a running transform, a
/// call replays the recorded graph instead, so that `grad(jit(f))` and `jit(grad(f))` both work.
///
/// ```
/// use pullback_array::{Array, Real, grad, jit};
/// let f = jit(|x: &Array| (x.sin() * x).sum());
/// assert_eq!(f(&Array::from([0.0, 1.0])).item(), 1f64.sin());
/// let g = jit(grad(|x: &Array| (x.sin() * x).sum()));
/// assert_eq!(g(&Array::from([0.0])).to_vec::<f64>(), [0.0]);
/// ```
///
/// [`Jit`] shows its plans; [`jit_update`] reuses the memory of the state that a step replaces.
///
/// # Panics
/// If f looks at values that depend on its input (`item`, `to_vec`): the recording has none.
pub fn jit<P: Tree + Clone, Q: Tree + Clone>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> Q {
    let jit = Jit::new(f);
    move |p| jit.call(p)
}

/// From a step `(state, input) → (new state, output)`: the step compiled, to update the state in place. The
/// old state is donated: its memory is used again.
///
/// ```
/// use pullback_array::{Array, Real, grad, jit_update};
/// let step = jit_update(|w: &Array, x: &Array| {
///     let g = grad(|w: &Array| (w * x - 1.0).square().sum())(w);
///     (w - 0.1 * &g, g.square().sum().sqrt())
/// });
/// let (mut w, x) = (Array::from([0.0, 0.0]), Array::from([1.0, 2.0]));
/// for _ in 0..100 {
///     step(&mut w, &x);
/// }
/// assert!((&w - Array::from([1.0, 0.5])).abs().max().item() < 1e-6);
/// ```
///
/// If the step panics (an index out of range, memory that cannot be allocated), the state keeps its old
/// value: the operations that write over it come last, when nothing can fail any more.
///
/// # Panics
/// As [`jit`].
pub fn jit_update<S: Tree + Clone, P: Tree + Clone, Q: Tree + Clone>(
    f: impl Fn(&S, &P) -> (S, Q),
) -> impl Fn(&mut S, &P) -> Q {
    let mut jit = Jit::new(move |(s, p): &(S, P)| f(s, p));
    jit.donated = |(s, _)| crate::tree::leaves(s).len();
    move |state, p| {
        let mut both = (state.clone(), p.clone());
        let plan = jit.plan(&both);
        if plan.is_inlined(&both) {
            let (s, q) = plan.again(&both);
            *state = s;
            return q;
        }
        let mut inputs: Inputs = SmallVec::new();
        both.visit(&Path::Root, &mut |_, x| inputs.push(x.value()));
        // The state's leaves are let go: then only the run holds their memory, unless the user does.
        drop(both);
        let (mut lines, result) = (vec![], plan.result.clone());
        state.visit(&Path::Root, &mut |_, x| {
            lines.push(x.at());
            *x = Array::weak(0.0)
        });
        match plan.compiled().run_or_give_back(inputs) {
            Ok(values) => {
                let (s, q) = plan.filled(result, &values);
                *state = s;
                q
            }
            Err(GivenBack { panic, inputs }) => {
                let mut old = plan.recorded.inputs.iter().zip(inputs).zip(lines);
                state.visit(&Path::Root, &mut |_, x| {
                    let ((like, data), line) = old.next().expect("a leaf of the state, which comes first");
                    *x = match data {
                        Some(data) => Array::data(data, like.0.shape.clone(), line),
                        None => Array::lost(like),
                    }
                });
                panic_again(panic)
            }
        }
    }
}

/// A compiled function with its plans: see [`jit`].
///
/// ```
/// use pullback_array::{Array, Jit, Real};
/// let f = Jit::new(|x: &Array| x.exp().sum());
/// f.call(&Array::from([0.0, 1.0]));
/// f.call(&Array::from([2.0, 3.0]));
/// assert_eq!(f.plans(), 1);
/// println!("{}", f.explain(&Array::from([0.0, 1.0])));
/// ```
pub struct Jit<P, Q, F> {
    f: F,
    /// How many leaves, from the first, are donated to a call: see [`jit_update`].
    donated: fn(&P) -> usize,
    /// The plans, the one used last at the end.
    plans: Mutex<Vec<(Signature, Arc<Plan<Q>>)>>,
    marker: std::marker::PhantomData<fn(&P) -> Q>,
}

type Inputs = SmallVec<[Arc<Buffer>; 8]>;

/// A recorded function and its finished plan.
struct Plan<Q> {
    recorded: Recorded,
    /// None if f captured arrays of a running transform: then every call replays the recording.
    compiled: Option<Compiled>,
    /// The result, with its constant leaves in place.
    result: Q,
    /// For each leaf of the result, its number among the plan's results; `None` for a constant.
    computed: Vec<Option<usize>>,
}

impl<P: Tree + Clone, Q: Tree + Clone, F: Fn(&P) -> Q> Jit<P, Q, F> {
    /// The compiled form of f.
    pub fn new(f: F) -> Self {
        Jit { f, donated: |_| 0, plans: Mutex::default(), marker: std::marker::PhantomData }
    }
    /// f's result.
    ///
    /// # Panics
    /// As [`jit`].
    #[track_caller]
    pub fn call(&self, p: &P) -> Q {
        let plan = self.plan(p);
        if plan.is_inlined(p) {
            return plan.again(p);
        }
        let mut inputs: Inputs = SmallVec::new();
        p.clone().visit(&Path::Root, &mut |_, x| inputs.push(x.value()));
        plan.run(inputs)
    }
    /// How many plans there are, one for each kind of input seen, [`PLANS`] at most.
    pub fn plans(&self) -> usize {
        self.plans.lock().unwrap_or_else(|e| e.into_inner()).len()
    }
    /// The steps that a call at `p` runs, a line each.
    ///
    /// # Panics
    /// As [`jit`].
    #[track_caller]
    pub fn explain(&self, p: &P) -> String {
        self.plan(p).to_string()
    }
    #[track_caller]
    fn plan(&self, p: &P) -> Arc<Plan<Q>> {
        let signature = Signature::of(p);
        {
            let mut plans = self.plans.lock().unwrap_or_else(|e| e.into_inner());
            if let Some(k) = plans.iter().rposition(|(s, _)| *s == signature) {
                if k + 1 < plans.len() {
                    let used = plans.remove(k);
                    plans.push(used)
                }
                return plans[plans.len() - 1].1.clone();
            }
        }
        // Not under the lock: f may be slow, or call this function again.
        let (donated_items, all) = ((self.donated)(p), signature.leaves.len());
        let donated: Vec<bool> = (0..all).map(|k| k < donated_items).collect();
        let plan = Arc::new(Plan::new(&self.f, p, &donated));
        let mut plans = self.plans.lock().unwrap_or_else(|e| e.into_inner());
        if plans.len() >= PLANS {
            plans.remove(0);
        }
        plans.push((signature, plan.clone()));
        plan
    }
}

impl<Q: Tree + Clone> Plan<Q> {
    #[track_caller]
    fn new<P: Tree + Clone>(f: &impl Fn(&P) -> Q, p: &P, donated: &[bool]) -> Plan<Q> {
        let mut like = vec![];
        p.clone().visit(&Path::Root, &mut |_, x| like.push(Slot::of((x.0.shape.clone(), x.dtype()), x)));
        let mut result = None;
        let recorded = Recorded::new("jit", like, |xs| {
            let mut xs = xs.iter();
            let y = f(&map(p, |x| xs.next().unwrap_or(x).clone()));
            let all = crate::tree::leaves(&y);
            result = Some(y);
            all
        });
        let result = result.expect("the function has run");
        let mut roots: Vec<Array> = vec![];
        let place = |(y, depends): (&Array, bool)| {
            depends.then(|| {
                roots.iter().position(|r| r.0.id == y.0.id).unwrap_or_else(|| {
                    roots.push(y.clone());
                    roots.len() - 1
                })
            })
        };
        let computed: Vec<Option<usize>> =
            recorded.outputs.iter().zip(recorded.depends()).map(place).collect();
        let captured = recorded.captured();
        let closed = captured.iter().all(|x| !x.0.is_kept() && x.0.traced.is_none());
        let compiled = closed.then(|| {
            eval_all(&constants(captured));
            compile(&recorded.inputs, &roots, donated)
        });
        // The result holds no nodes of the recording: a number stands in for each computed leaf.
        let mut places = computed.iter();
        let result = map(&result, |y| match places.next() {
            Some(Some(_)) => Array::weak(0.0),
            Some(None) | None => y.clone(),
        });
        Plan { recorded, compiled, result, computed }
    }
    /// Whether a call at `p` replays the recording, because a running transform needs its graph.
    fn is_inlined<P: Tree + Clone>(&self, p: &P) -> bool {
        let mut open = self.compiled.is_none();
        p.clone().visit(&Path::Root, &mut |_, x| open |= x.0.is_kept() || x.0.traced.is_some());
        open
    }
    #[track_caller]
    fn again<P: Tree + Clone>(&self, p: &P) -> Q {
        let mut results = self.recorded.at(&crate::tree::leaves(p)).into_iter();
        map(&self.result, |y| results.next().unwrap_or_else(|| y.clone()))
    }
    fn compiled(&self) -> &Compiled {
        self.compiled.as_ref().expect("the caller has asked")
    }
    #[track_caller]
    fn run(&self, inputs: Inputs) -> Q {
        self.filled(self.result.clone(), &eval::run(self.compiled(), inputs))
    }
    /// The result, with the computed values in their places.
    fn filled(&self, mut result: Q, values: &Values) -> Q {
        let mut outputs = self.recorded.outputs.iter().zip(&self.computed);
        result.visit(&Path::Root, &mut |_, y| {
            if let Some((of, Some(k))) = outputs.next() {
                *y = Array::data(values[*k].clone(), of.0.shape.clone(), of.at())
            }
        });
        result
    }
}

impl<Q> fmt::Display for Plan<Q> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.compiled {
            Some(compiled) => write!(f, "{compiled}"),
            None => f.write_str("not compiled: the function captures arrays of a running transform\n"),
        }
    }
}

/// The captured arrays that must be evaluated before a plan can hold them; instead of a view, the array
/// behind it.
fn constants(captured: Vec<Array>) -> Vec<Array> {
    let (mut stack, mut all) = (captured, vec![]);
    while let Some(x) = stack.pop() {
        if x.is_evaluated() {
            continue;
        }
        let (prim, args) = x.parts();
        match prim {
            _ if prim.is_view() => stack.extend(args),
            // The plan makes these itself.
            Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => {}
            _ => all.push(x),
        }
    }
    all
}
