//! `jet`: Taylor mode on arrays, the recorded function replayed with a truncated series for every node.
//!
//! Elementwise primitives take the recurrences of real series; linear ones act on every coefficient, bilinear
//! ones as a product of polynomials. Only a call with rules of its own takes nested forward mode.

use super::jvp;
use super::replay::{Meaning, Recorded};
use crate::array::Array;
use crate::build::rebuild;
use crate::custom::Call;
use crate::custom::CallRules;
use crate::eval::Control;
use crate::prim::{Holomorphic, Kind, Prim};
use crate::rules::{differentiable, pushforward};
use crate::tree::{Tree, leaves, map};
use pullback_real::{Real, binary_series, refuse, unary_series};
use std::sync::Arc;

/// The highest order. Calls with rules of their own double in cost with each.
const HIGHEST: usize = 15;

/// From f: its Taylor coefficients along a curve. `jet(f)(x, [c₁, c₂, …])` gives the coefficients [y₀, y₁, …]
/// of f(x + c₁t + c₂t² + …), up to the order of the curve: the k-th derivative is k!·y_k. The cost grows with
/// the square of the order (with its third power for Bessel functions and ψ⁽ⁿ⁾, each of whose derivatives is
/// a new function); the cost of nested [`jvp`](crate::jvp) doubles with each order. Calls with rules of their
/// own take nested `jvp`.
///
/// ```
/// use pullback_array::{Array, jet};
/// let x = Array::from([0.0, 0.5]);
/// let y = jet(|x: &Array| 1.0 / (1.0 - x))(&x, &[x.ones_like(), x.zeros_like(), x.zeros_like()]);
/// assert_eq!((y[0].to_vec::<f64>(), y[1].to_vec::<f64>()), (vec![1.0, 2.0], vec![1.0, 4.0]));
/// assert_eq!((y[2].to_vec::<f64>(), y[3].to_vec::<f64>()), (vec![1.0, 8.0], vec![1.0, 16.0]));
/// ```
///
/// # Panics
/// If a coefficient does not fit the input, or there are more than 15. If f looks at values that depend on its input.
pub fn jet<P: Tree + Clone, Q: Tree + Clone>(f: impl Fn(&P) -> Q) -> impl Fn(&P, &[P]) -> Vec<Q> {
    move |p, curve| {
        if curve.len() > HIGHEST {
            let inputs = leaves(p);
            let place: Vec<_> = inputs.iter().take(1).map(|x| ("input", x.at())).collect();
            refuse(format_args!("jet: the order is {}, the highest is {HIGHEST}", curve.len()), &place)
        }
        let coefficients: Vec<Vec<Array>> =
            curve.iter().map(|c| super::matching("jet", "coefficient", p, c)).collect();
        let like: Vec<_> = leaves(p).iter().map(|x| (x.0.shape.clone(), x.dtype())).collect();
        let mut result = None;
        let recorded = Recorded::new("jet", like, |xs| {
            let mut xs = xs.iter();
            let y = f(&map(p, |x| xs.next().unwrap_or(x).clone()));
            let all = leaves(&y);
            result = Some(y);
            all
        });
        let result = result.expect("the function has run");
        let mut float = 0;
        let inputs: Vec<Jet> = leaves(p)
            .into_iter()
            .map(|x| {
                let higher = if differentiable(&x) {
                    float += 1;
                    coefficients.iter().map(|c| Some(c[float - 1].clone())).collect()
                } else {
                    vec![None; curve.len()]
                };
                Jet { first: x, higher }
            })
            .collect();
        let ys = recorded.replay(&mut Taylor { order: curve.len() }, &inputs);
        let term = |k: usize| {
            let mut ys = ys.iter();
            map(&result, |y| match ys.next() {
                Some(jet) if k == 0 => jet.first.clone(),
                Some(jet) => jet.term(k).cloned().unwrap_or_else(|| y.zeros_like()),
                None => y.clone(),
            })
        };
        (0..=curve.len()).map(term).collect()
    }
}

/// A value and the coefficients of the powers of t; `None` is zero.
#[derive(Clone)]
struct Jet {
    first: Array,
    higher: Vec<Option<Array>>,
}
impl Jet {
    /// The coefficient of the k-th power, for k ≥ 1.
    fn term(&self, k: usize) -> Option<&Array> {
        self.higher.get(k - 1).and_then(Option::as_ref)
    }
    fn at(&self, k: usize) -> Option<&Array> {
        if k == 0 { Some(&self.first) } else { self.term(k) }
    }
    fn series(&self, order: usize) -> Vec<Array> {
        (0..=order).map(|k| self.at(k).cloned().unwrap_or_else(|| Array::lift(0.0))).collect()
    }
}

struct Taylor {
    order: usize,
}

impl Meaning for Taylor {
    type Value = Jet;
    fn constant(x: &Array) -> Jet {
        Jet { first: x.clone(), higher: vec![] }
    }
    #[track_caller]
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Jet]) -> Jet {
        let firsts: Vec<Array> = args.iter().map(|a| a.first.clone()).collect();
        let first = rebuild(prim, &firsts, node);
        let moves = args.iter().any(|a| a.higher.iter().any(Option::is_some));
        if !moves || !differentiable(&first) {
            return Jet { first, higher: vec![] };
        }
        let higher = match prim.kind() {
            Kind::Constant => vec![],
            Kind::Elementwise => {
                let y = match prim {
                    Prim::Unary(op) | Prim::Holomorphic(Holomorphic::Unary(op)) => {
                        unary_series(*op, &args[0].series(self.order))
                    }
                    Prim::Binary(op) | Prim::Holomorphic(Holomorphic::Binary(op)) => {
                        binary_series(*op, &args[0].series(self.order), &args[1].series(self.order))
                    }
                    other => unreachable!("{} is not elementwise", other.name()),
                };
                // A plain number 0 is a coefficient that vanishes: `None`.
                let placed = |c: Array| match c.is_weak() && c.fill_value() == Some(0.0) {
                    true => None,
                    false => Some(c.cast(first.dtype()).broadcast_op(&first.0.shape)),
                };
                y.into_iter().skip(1).map(placed).collect()
            }
            // An extremum is linear as long as it selects the same element.
            Kind::Linear | Kind::Extremum(..) | Kind::RunningExtremum { .. } | Kind::Call => (1..=self.order)
                .map(|k| {
                    let terms: Vec<Option<Array>> = args.iter().map(|a| a.term(k).cloned()).collect();
                    pushforward(prim, &firsts, &first, &terms)
                })
                .collect(),
            Kind::Bilinear => (1..=self.order)
                .map(|k| {
                    let products = (0..=k).filter_map(|j| {
                        let (a, b) = (args[0].at(j)?, args[1].at(k - j)?);
                        Some(rebuild(prim, &[a.clone(), b.clone()], node))
                    });
                    products.reduce(|a, b| a + b)
                })
                .collect(),
        };
        Jet { first, higher }
    }
    #[track_caller]
    fn call(&mut self, call: &Arc<Call>, inputs: &[Jet], outputs: &[Jet]) -> Vec<Jet> {
        let values: Vec<Array> = outputs.iter().map(|y| y.first.clone()).collect();
        let along = Along {
            name: call.name,
            inputs: inputs.to_vec(),
            values: values.clone(),
            rules: call.known().clone(),
        };
        let zero = Array::from(0.0);
        let mut derivative: Curve = Box::new(move |t| along.at(t));
        let (mut jets, mut factorial) = (vec![], 1.0);
        for k in 0..=self.order {
            let found = derivative(&zero);
            if k == 0 {
                jets = found.into_iter().map(|first| Jet { first, higher: vec![] }).collect()
            } else {
                factorial *= k as f64;
                let add = |(jet, d): (&mut Jet, Array)| {
                    jet.higher.push(differentiable(&jet.first).then(|| d / factorial));
                };
                jets.iter_mut().zip(found).for_each(add)
            }
            let before = derivative;
            derivative = Box::new(move |t| jvp(|t: &Array| before(t))(t, &Array::from(1.0)).1);
        }
        jets
    }
    fn control(&mut self, control: &Arc<Control>, args: &[Jet]) -> Vec<Jet> {
        // A control primitive lies inside a call, whose rules give the derivatives: its value suffices.
        let args: Vec<Array> = args.iter().map(|a| a.first.clone()).collect();
        (0..control.outputs.len()).map(|k| Taylor::constant(&Array::control_op(control, k, &args))).collect()
    }
}

/// Arrays along a curve in t.
type Curve = Box<dyn Fn(&Array) -> Vec<Array>>;

/// A call whose inputs lie on curves in t. It is evaluated at t = 0 alone, where its outputs have the given
/// values; its rules give their derivatives by t.
struct Along {
    name: &'static str,
    inputs: Vec<Jet>,
    values: Vec<Array>,
    rules: CallRules,
}
impl Along {
    #[track_caller]
    fn at(&self, t: &Array) -> Vec<Array> {
        let input = |x: &Jet| {
            let t = t.cast(if differentiable(&x.first) { x.first.dtype() } else { t.dtype() });
            let power = |k: usize| (1..k).fold(t.clone(), |p, _| p * &t);
            let terms = (1..=x.higher.len()).filter_map(|k| x.term(k).map(|c| c * power(k)));
            terms.fold(x.first.clone(), |sum, term| sum + term)
        };
        let inputs: Vec<Array> = self.inputs.iter().map(input).collect();
        Call::of(self.name, &inputs, self.values.clone(), self.rules.clone())
    }
}
