//! Whether a recorded function is linear: a replay in which the value of a node is how it depends on the
//! inputs. A call is judged by the graph of its value, so that loops, choices and solvers are followed into
//! their bodies.

use super::jvp::is_nothing;
use super::replay::{Meaning, Recorded};
use crate::array::{Array, Place};
use crate::custom::Call;
use crate::eval::Control;
use crate::eval::{Body, Flow};
use crate::prim::{Holomorphic, Kind, Linalg, Prim};
use pullback_real::{Binary, Unary, refuse};
use std::collections::HashSet;
use std::panic::Location;
use std::sync::Arc;

type Line = &'static Location<'static>;

/// How a value depends on the inputs.
#[derive(Clone, PartialEq)]
enum Dependence {
    /// Not at all, and it is zero.
    Zero,
    /// Not at all.
    Constant,
    /// Linearly.
    Linear,
    /// Not linearly: the operation or reason, and its line.
    Other(Arc<str>, Line),
}
use Dependence::*;

/// Panics if a function is not linear; the message begins with `what`. With `calls`, calls with rules of
/// their own are taken to be linear.
#[track_caller]
pub(super) fn check_linear(what: &str, f: &Recorded, calls: bool) {
    let mut linearity = Linearity { calls, stops: HashSet::new() };
    for y in linearity.of(f, &vec![Linear; f.inputs.len()]) {
        if let Other(why, at) = y {
            refuse(format_args!("{what}: the function is not linear: {why}"), &[("", at)])
        }
    }
}

struct Linearity {
    calls: bool,
    /// The `Stop` nodes through which calls read their inputs. They are no constants: the call's rule has the
    /// derivative.
    stops: HashSet<u64>,
}

impl Linearity {
    fn of(&mut self, f: &Recorded, inputs: &[Dependence]) -> Vec<Dependence> {
        let mut seen: HashSet<u64> = f.inputs.iter().map(|x| x.0.id).collect();
        let mut stack = f.outputs.clone();
        while let Some(node) = stack.pop() {
            if seen.insert(node.0.id) {
                match node.parts() {
                    (Prim::Custom(..), args) => stack.extend_from_slice(&args[..args.len() - 1]),
                    (_, args) => stack.extend(args),
                }
            }
        }
        let inside = f.nodes().iter().map(|x| x.0.id).filter(|id| !seen.contains(id));
        self.stops.extend(inside);
        f.replay(self, inputs)
    }
    fn body(&mut self, body: &Body, inputs: &[Dependence]) -> Vec<Dependence> {
        let (from, to) = body.graph();
        self.of(&Recorded::of(from, to), inputs)
    }
    /// The forms of the `n` outputs of a loop or choice in the line `at`.
    fn flow(&mut self, flow: &Flow, args: &[Dependence], n: usize, at: Line) -> Vec<Dependence> {
        let merge = |a: &[Dependence], b: &[Dependence], why: &str| -> Vec<Dependence> {
            a.iter().zip(b).map(|(a, b)| either(a, b, why, at)).collect()
        };
        match flow {
            Flow::Cond(_) if !is_constant(&args[0]) => vec![other("a choice by its input", at); n],
            Flow::Cond(bodies) => {
                let ys = bodies.iter().map(|body| self.body(body, &args[1..]));
                ys.reduce(|a, b| merge(&a, &b, "a branch is constant")).unwrap_or_default()
            }
            Flow::Check(_) => args[1..].to_vec(),
            Flow::Scan { body, signature, .. } => {
                let (state, read) = args.split_at(signature.state);
                let mut now = state.to_vec();
                // Iterates to the fixed point: a form changes twice at most.
                loop {
                    let ys = self.body(body, &[&now, read].concat());
                    let next = merge(&now, &ys, "a state begins as a constant");
                    if next == now {
                        return [&now, signature.results(&ys).1].concat();
                    }
                    now = next
                }
            }
            Flow::While { .. } => vec![other("`while_loop` has no transpose; use fori_loop or scan", at); n],
            Flow::Adjoint { .. } if args.iter().all(is_constant) => vec![Constant; n],
            Flow::Adjoint { .. } => vec![other("the pullback of a loop that keeps few states", at); n],
        }
    }
}

/// The form of a value that is one of two others, or their sum. `why` is the reason why it is not linear, if
/// one is linear and the other a constant that is not zero.
fn either(a: &Dependence, b: &Dependence, why: &str, at: Line) -> Dependence {
    match (a, b) {
        (Other(..), _) => a.clone(),
        (_, Other(..)) => b.clone(),
        (Linear, Constant) | (Constant, Linear) => other(why, at),
        (Linear, _) | (_, Linear) => Linear,
        (Constant, _) | (_, Constant) => Constant,
        (Zero, Zero) => Zero,
    }
}

fn is_constant(form: &Dependence) -> bool {
    matches!(form, Zero | Constant)
}
fn other(why: &str, at: Line) -> Dependence {
    Other(why.into(), at)
}

impl Meaning for Linearity {
    type Value = Dependence;

    fn constant(x: &Array) -> Dependence {
        let mut x = x.clone();
        while let (Prim::Stop | Prim::Alias | Prim::Broadcast | Prim::Reshape | Prim::Cast(_), args) =
            x.parts()
        {
            let of = args[0].clone();
            x = of
        }
        if is_nothing(&x) { Zero } else { Constant }
    }
    fn node(&mut self, node: &Array, prim: &Prim, forms: &[Dependence]) -> Dependence {
        // A complex function is judged by its name, not by how its value is computed.
        let forms = prim.inputs(forms);
        if let Some(earlier) = forms.iter().find(|f| matches!(f, Other(..))) {
            return earlier.clone();
        }
        // An operation that is linear in its linear arguments maps zeros to zero: one test serves both.
        let Some(of) = [Linear, Zero].into_iter().find(|form| forms.contains(form)) else { return Constant };
        let moves: Vec<bool> = forms.iter().map(|f| *f == of).collect();
        let one = of == Zero || moves.iter().filter(|m| **m).count() == 1;
        let linear = match prim {
            Prim::Stop if self.stops.contains(&node.0.id) => true,
            // A call inside a loop or choice reads outside arrays through a `Stop` that the loop has as an
            // input: it looks like `stop_gradient`.
            Prim::Stop => return other("`stop_gradient`, or a call inside of a loop or choice", node.at()),
            Prim::Unary(op) => *op == Unary::Neg,
            // A conversion to integers rounds.
            Prim::Cast(to) => to.is_differentiable(),
            Prim::Binary(Binary::Add | Binary::Sub) => {
                return either(&forms[0], &forms[1], &format!("`{}`", prim.name()), node.at());
            }
            Prim::Binary(Binary::Mul) => one,
            Prim::Binary(Binary::Div | Binary::TimesOrZero) => moves == [true, false],
            Prim::Holomorphic(Holomorphic::Binary(Binary::Div)) => moves == [true, false],
            // A constant beside linear arguments of these is an offset, unless it is zero.
            Prim::Select | Prim::Concat(_) | Prim::Complex => {
                let (_, args) = node.parts();
                args.iter().zip(forms).all(|(a, f)| *f != Constant || !a.dtype().is_differentiable())
            }
            // The solution is linear in the right side of the system.
            Prim::Linalg(Linalg::Triangular { .. } | Linalg::Banded { .. }) => moves == [false, true],
            Prim::Linalg(Linalg::Sylvester) => moves == [false, false, true],
            prim => match prim.kind() {
                Kind::Linear => true,
                Kind::Bilinear => one,
                Kind::Constant | Kind::Elementwise | Kind::Call => false,
                Kind::Extremum(..) | Kind::RunningExtremum { .. } => false,
            },
        };
        match (linear, of) {
            (true, of) => of,
            (false, Zero) => Constant,
            (false, _) => other(&format!("`{}`", prim.name()), node.at()),
        }
    }
    fn call(&mut self, call: &Arc<Call>, inputs: &[Dependence], outputs: &[Dependence]) -> Vec<Dependence> {
        if self.calls && inputs.contains(&Linear) && !inputs.iter().any(|f| matches!(f, Other(..))) {
            return vec![Linear; outputs.len()];
        }
        let (first, others) = inputs.split_at(inputs.len().min(outputs.len()));
        if call.known().linear && others.iter().all(is_constant) {
            let at = Place::line();
            let sum = first
                .iter()
                .cloned()
                .reduce(|a, b| either(&a, &b, "a part of the right side is constant", at));
            return vec![sum.unwrap_or(Zero); outputs.len()];
        }
        let named = |y: &Dependence| match y {
            Other(why, at) if why.starts_with('`') => Other(format!("{why} in `{}`", call.name).into(), at),
            y => y.clone(),
        };
        outputs.iter().map(named).collect()
    }
    fn control(&mut self, control: &Arc<Control>, args: &[Dependence]) -> Vec<Dependence> {
        self.flow(&control.flow, args, control.outputs.len(), Place::line())
    }
}
