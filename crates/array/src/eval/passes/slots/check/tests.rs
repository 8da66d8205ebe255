//! A plan's memory with one thing wrong at a time: the check must say what.

use crate::array::{Array, Trace};
use crate::dtype::DType;
use crate::eval::compile;
use crate::eval::ir::item::{Graph, ItemKind};
use crate::eval::ir::program::{Program, Source};
use crate::eval::ir::step::{Plan, Step};
use crate::eval::passes::liveness::Donated;
use crate::eval::passes::slots::Memory;
use crate::shape::Shape;
use pullback_real::Real;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

fn donated(items: Vec<usize>, late: usize) -> Donated {
    Donated { items, late }
}

struct Planned {
    graph: Graph,
    plan: Plan,
    memory: Memory,
    given: Vec<usize>,
}

/// The step that writes the result of each line, and its item.
struct Places {
    /// Inputs x (given up), z and k, the constant c.
    x: usize,
    z: usize,
    k: usize,
    c: usize,
    /// Step 0: a product and its exponential, which is a result and lies in x.
    p: usize,
    e: usize,
    /// Step 1: running sums of the product; 2: times z from behind; 3: running sums of that; 4: the sum of both and k, a result.
    q: usize,
    r: usize,
    s: usize,
    t: usize,
}

const N: usize = 100;

fn planned() -> (Planned, Places) {
    let trace = Trace::start();
    let input = |n: usize| Array::placeholder(Shape::new(&[n]), DType::F64, "test", &trace.0);
    let inputs = [input(N), input(N), input(1)];
    let [x, z, k] = &inputs;
    let c = Array::full(&[N], 0.0, DType::F64) + Array::arange(0.0, N as f64, 1.0);
    c.eval();
    let p = x * &c;
    let (e, q) = (p.exp(), p.cumsum(0));
    let r = &q * z.flip(0);
    let s = r.cumsum(0);
    let t = &s + &q + k;
    let graph = compile::graph(&inputs, &[e, t]);
    let mut plan = compile::plan(&graph);
    let of = |x: &Array| graph.items.iter().position(|i| i.node.0.id == x.0.id).expect("an item");
    let constant = graph.items.iter().position(|i| matches!(i.kind, ItemKind::Data(_))).expect("a constant");
    let (x, z, k) = (of(x), of(z), of(k));
    let memory = compile::memory(&graph, &mut plan, &donated(vec![x], 0));
    let writes: Vec<Vec<usize>> = plan.steps.iter().map(|step| step.writes().collect()).collect();
    let [first, q, r, s, t] = &writes[..] else { panic!("five steps: {writes:?}") };
    let places =
        Places { x, z, k, c: constant, p: first[0], e: first[1], q: q[0], r: r[0], s: s[0], t: t[0] };
    assert!(graph.roots[0].1 == places.e && memory.slot[places.e] == memory.slot[x], "e lies in x");
    (Planned { graph, plan, memory, given: vec![x] }, places)
}

fn program(plan: &mut Plan, step: usize) -> (&mut Program, &mut Vec<usize>) {
    let Step::Fused { program, inputs, .. } = &mut plan.steps[step] else { panic!("a fused step") };
    (program, inputs)
}

/// In `planned` e lies in the input given up, and kernels come after it.
#[test]
fn an_input_given_up_is_written_over_by_late_steps_only() {
    let all = planned().0;
    let have = message(|| {
        all.memory.check(&all.graph, &all.plan, &donated(all.given.clone(), all.plan.steps.len()))
    });
    assert!(have.ends_with("and steps that can fail are left"), "{have}");
    let have = message(|| all.memory.check(&all.graph, &all.plan, &donated(all.given.clone(), 1)));
    assert!(have.ends_with("a late one, can fail"), "{have}");
}

/// What the check says of the plan with this change.
fn said(change: impl FnOnce(&mut Planned, &Places)) -> String {
    let (mut all, places) = planned();
    change(&mut all, &places);
    message(|| all.memory.check(&all.graph, &all.plan, &donated(all.given.clone(), 0)))
}
fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("the check should panic");
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or(payload.downcast_ref::<&str>().map(|s| s.to_string())).expect("a text");
    text.strip_prefix("memory of a plan: ").expect("what is checked").to_string()
}

#[test]
fn a_plan_as_it_is_made_holds() {
    let (all, _) = planned();
    all.memory.check(&all.graph, &all.plan, &donated(all.given.clone(), 0))
}

#[test]
fn a_slot_that_is_read_holds_the_item() {
    let (Planned { memory: m, .. }, Places { p, q, z, x, .. }) = planned();
    let have = said(|all, _| all.plan.steps.swap(0, 1));
    assert_eq!(have, format!("step 0 reads item {p} from slot {}, which holds nothing", m.slot[p]));
    // Nobody writes q, in whose slot p still lies.
    let have = said(|all, at| {
        all.plan.steps.remove(1);
        all.memory.slot[at.q] = all.memory.slot[at.p]
    });
    assert_eq!(have, format!("step 1 reads item {q} from slot {}, which holds item {p}", m.slot[p]));
    let have = said(|all, at| all.memory.slot[at.r] = usize::MAX);
    assert!(have.ends_with("has no slot"), "{have}");
    let have = said(|all, at| all.memory.slot[at.z] = all.memory.slot[at.x]);
    assert_eq!(have, format!("items {x} and {z} are there before the run, both in slot {}", m.slot[x]));
}

#[test]
fn values_that_are_read_later_share_no_slot() {
    let (Planned { memory: m, .. }, Places { p, e, q, r, s, .. }) = planned();
    let have = said(|all, at| all.memory.slot[at.r] = all.memory.slot[at.q]);
    let want =
        format!("step 2 writes item {r} to slot {}, which holds item {q}, which step 4 reads", m.slot[q]);
    assert_eq!(have, want);
    let have = said(|all, at| all.memory.slot[at.s] = all.memory.slot[at.r]);
    let want = format!(
        "step 3 writes item {s} to slot {}, which holds item {r}, which it reads, and not to write over it",
        m.slot[r]
    );
    assert_eq!(have, want);
    let have = said(|all, at| all.memory.slot[at.p] = all.memory.slot[at.x]);
    assert!(have.starts_with(&format!("step 0 writes item {p} to slot {}", m.slot[e])), "{have}");
    let have = said(|all, at| {
        let (program, _) = program(&mut all.plan, 0);
        program.inputs.iter_mut().for_each(|i| i.source = Source::Index);
        let Step::Fused { inputs, .. } = &mut all.plan.steps[0] else { panic!("a fused step") };
        inputs.clear();
        all.memory.slot[at.e] = all.memory.slot[at.p]
    });
    let want = format!("step 0 writes item {e} to slot {}, where it has written item {p}", m.slot[p]);
    assert_eq!(have, want)
}

#[test]
fn constants_inputs_and_results_are_not_written_over() {
    let (Planned { memory: m, .. }, Places { x, z, c, e, q, t, .. }) = planned();
    let have = said(|all, at| all.memory.slot[at.q] = all.memory.slot[at.c]);
    assert_eq!(have, format!("step 1 writes item {q} to slot {}, which holds constant {c}", m.slot[c]));
    let have = said(|all, at| all.memory.slot[at.q] = all.memory.slot[at.z]);
    let want =
        format!("step 1 writes item {q} to slot {}, which holds input {z}, which is not given up", m.slot[z]);
    assert_eq!(have, want);
    // Assigned for an input that is given up, which it is not.
    let have = said(|all, _| all.given.clear());
    let want =
        format!("step 0 writes item {e} to slot {}, which holds input {x}, which is not given up", m.slot[x]);
    assert_eq!(have, want);
    let have = said(|all, at| all.given.push(at.c));
    assert_eq!(have, format!("item {c} is given up and is no input"));
    let have = said(|all, at| all.memory.slot[at.q] = all.memory.slot[at.e]);
    assert_eq!(have, format!("step 1 writes item {q} to slot {}, which holds root {e}", m.slot[e]));
    let have = said(|all, _| _ = all.plan.steps.pop());
    assert_eq!(have, format!("slot {} does not hold root {t} at the end, but nothing", m.slot[t]));
}

#[test]
fn values_fit_and_what_leaves_is_let_go() {
    let (Planned { memory: m, .. }, Places { x, c, q, t, .. }) = planned();
    let have = said(|all, at| all.memory.sizes[all.memory.slot[at.q]] = 12);
    assert_eq!(have, format!("item {q} takes 13 lines, and slot {} has 12", m.slot[q]));
    let have = said(|all, at| all.memory.passing[all.memory.slot[at.x]] = false);
    assert_eq!(have, format!("slot {} of input {x} is not emptied when a run ends", m.slot[x]));
    let have = said(|all, at| all.memory.passing[all.memory.slot[at.c]] = true);
    assert_eq!(have, format!("slot {} of constant {c} is emptied when a run ends", m.slot[c]));
    let have = said(|all, at| all.memory.passing[all.memory.slot[at.t]] = false);
    assert_eq!(have, format!("slot {} of root {t} is not emptied when a run ends", m.slot[t]));
    // Numbers of what lies in a file, in their order and in another.
    let folder: Arc<Path> = std::env::temp_dir().into();
    let y = Array::arange(0.0, 6.0, 1.0).reshape([2, 3, 1]);
    let numbers = y.eval().spill_op(&folder, 1);
    let back = numbers.t().reshape([6]).unspill_op(&Shape::new(&[1]), DType::F64);
    let graph = compile::graph(&[], &[back]);
    let mut plan = compile::plan(&graph);
    let memory = compile::memory(&graph, &mut plan, &donated(vec![], 0));
    memory.check(&graph, &plan, &donated(vec![], 0));
    let of = |i: usize| graph.items[i].dtype() == DType::I64;
    let both: Vec<usize> = plan.steps.iter().flat_map(Step::writes).filter(|&i| of(i)).collect();
    assert_eq!(both.len(), 2);
    for i in both {
        let mut memory = compile::memory(&graph, &mut compile::plan(&graph), &donated(vec![], 0));
        let s = memory.slot[i];
        memory.passing[s] = false;
        let have = message(|| memory.check(&graph, &plan, &donated(vec![], 0)));
        assert_eq!(
            have,
            format!("slot {s} of item {i}, which may be another's, is not emptied when a run ends")
        )
    }
}

#[test]
fn updates_in_place_are_of_what_nobody_reads_otherwise() {
    let (Planned { memory: m, .. }, Places { x, k, c, e, q, r, t, .. }) = planned();
    let have = said(|all, at| all.memory.slot[at.e] = all.memory.slot[at.t]);
    let want = format!(
        "step 0 writes item {e} over item {x}, which lies in slot {} and not in slot {}",
        m.slot[x], m.slot[t]
    );
    assert_eq!(have, want);
    let buffer = |inputs: &[usize], i: usize| inputs.iter().position(|&j| j == i).expect("it is read");
    // Read once more later.
    let have = said(|all, at| {
        let (program, inputs) = program(&mut all.plan, 2);
        program.write_over(buffer(inputs, at.q), 0);
        all.memory.slot[at.r] = all.memory.slot[at.q]
    });
    let want =
        format!("step 2 writes item {r} to slot {}, which holds item {q}, which step 4 reads", m.slot[q]);
    assert_eq!(have, want);
    // Read from behind.
    let have = said(|all, at| {
        let (program, inputs) = program(&mut all.plan, 2);
        let b = buffer(inputs, at.q);
        let k = program.inputs.iter().position(|i| i.source == Source::Buffer(b)).expect("it is read");
        program.write_over(b, 0);
        program.inputs[k].strides[0] = -1;
        all.memory.slot[at.r] = all.memory.slot[at.q]
    });
    let want = format!("step 2 writes item {r} over item {q}, which it does not read element for element");
    assert_eq!(have, want);
    // One element for all.
    let have = said(|all, at| {
        let (program, inputs) = program(&mut all.plan, 4);
        let b = buffer(inputs, at.s);
        program.write_over(b, 0);
        inputs[b] = at.k;
        all.memory.slot[at.t] = all.memory.slot[at.k];
        all.given.push(at.k)
    });
    assert_eq!(have, format!("step 4 writes item {t} over item {k}, which is of another kind"));
    // Another's memory.
    let have = said(|all, _| program(&mut all.plan, 0).1.reverse());
    let want = format!(
        "step 0 writes item {e} over item {c}, which lies in slot {} and not in slot {}",
        m.slot[c], m.slot[e]
    );
    assert_eq!(have, want);
    let have = said(|all, _| {
        let (_, inputs) = program(&mut all.plan, 0);
        let again = inputs[0];
        inputs.push(again)
    });
    assert_eq!(have, "step 0 reads 2 of 3 buffers");
    let have = said(|all, _| program(&mut all.plan, 2).0.inputs.reverse());
    assert_eq!(have, "step 2 reads buffer 1 before buffer 0")
}
