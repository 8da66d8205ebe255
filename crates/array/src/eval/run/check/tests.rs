//! Runs with one thing wrong at a time, and what is left when a run ends.

use crate::array::{Array, Trace};
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::compile;
use crate::eval::ir::program::{Instruction, Op, Operand, Program, Target};
use crate::eval::ir::register::Allocator;
use crate::eval::passes::fuse::laid_out;
use crate::eval::passes::liveness::Donated;
use crate::eval::run::check::*;
use crate::eval::run::vm::run_with;
use crate::eval::run::{Compiled, Slots};
use crate::ops::stack;
use crate::shape::Shape;
use crate::transform::{cond, jit, jit_update, scan};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    let text = payload.downcast_ref::<String>().cloned();
    text.or(payload.downcast_ref::<&str>().map(|s| s.to_string())).expect("a text")
}
fn of(x: &[f64]) -> Arc<Buffer> {
    let mut b = Buffer::dirty(x.len(), DType::F64);
    b.slice_mut::<f64>().copy_from_slice(x);
    Arc::new(b)
}
/// The plan of a function of one array of three numbers.
fn planned(f: impl FnOnce(&Array) -> Vec<Array>) -> Compiled {
    let trace = Trace::start();
    let x = Array::placeholder(Shape::new(&[3]), DType::F64, "test", &trace.0);
    compile(std::slice::from_ref(&x), &f(&x), &[false])
}

#[test]
fn what_a_step_reads_is_the_items() {
    let c = Array::from([1.0, 2.0, 3.0]);
    let f = planned(|x| vec![(x + &c).cumsum(0)]);
    let is = |is: fn(&ItemKind) -> bool| f.graph.items.iter().position(|i| is(&i.kind)).expect("an item");
    let (input, constant) = (is(|w| matches!(w, ItemKind::Input)), is(|w| matches!(w, ItemKind::Data(_))));
    value(&f.graph, input, &of(&[1.0, 2.0, 3.0]));
    value(&f.graph, constant, &c.value());
    let have = message(|| value(&f.graph, input, &of(&[1.0, 2.0])));
    assert_eq!(have, format!("a run: item {input} has 2 elements of f64 in memory, and is 3 of f64"));
    let have = message(|| value(&f.graph, input, &Buffer::zeroed(3, DType::I64)));
    assert_eq!(have, format!("a run: item {input} has 3 elements of i64 in memory, and is 3 of f64"));
    let have = message(|| value(&f.graph, constant, &of(&[1.0, 2.0, 3.0])));
    assert_eq!(have, format!("a run: slot of constant {constant} holds other data"))
}

#[test]
fn what_a_step_writes_is_apart() {
    let (x, y) = (of(&[1.0, 2.0, 3.0, 4.0]), of(&[0.0; 4]));
    let (front, back) = (Buffer::part(&x, 0, 3), Buffer::part(&x, 2, 2));
    let check = |read: &[&Buffer], written: &[&Buffer]| apart(read.iter().copied(), written.iter().copied());
    check(&[&x, &x, &front, &back], &[&y]);
    check(&[&Buffer::part(&x, 0, 2), &back], &[]);
    let have = message(|| check(&[&y, &back], &[&x]));
    assert_eq!(have, "a run: output 0 of a step lies in the memory of its input 1");
    let have = message(|| check(&[], &[&x, &y, &x]));
    assert_eq!(have, "a run: outputs 0 and 2 of a step lie in the same memory");
    let have = message(|| check(&[], &[&y, &back]));
    assert_eq!(have, "a run: output 1 of a step is a part of another buffer")
}

#[test]
fn slots_between_runs_are_their_plans() {
    let c = Array::from([1.0, 2.0, 3.0]);
    let f = planned(|x| vec![(x + &c).cumsum(0)]);
    let other = planned(|x| vec![x * 2.0]);
    let check = |slots: &Slots| idle(&f.graph, &f.memory, &slots.slots);
    let mut slots = f.slots();
    let y = f.run_in(&mut slots, [of(&[1.0, 1.0, 1.0])]);
    assert_eq!(y[0].slice::<f64>(), [2.0, 5.0, 9.0]);
    check(&slots);
    let all = f.memory.sizes.len();
    let have = message(|| check(&other.slots()));
    assert_eq!(have, format!("a run: {} slots of another plan's run for {all}", other.memory.sizes.len()));
    let passing = f.memory.passing.iter().position(|p| *p).expect("the input's");
    slots.slots[passing] = Slot::Shared(of(&[1.0]));
    let want = format!("a run: slot {passing} keeps what came with the inputs or left with the results");
    assert_eq!(message(|| check(&slots)), want);
    slots.slots[passing] = Slot::Empty;
    let constant =
        f.graph.items.iter().position(|i| matches!(i.kind, ItemKind::Data(_))).expect("a constant");
    slots.slots[f.memory.slot[constant]] = Slot::Shared(of(&[1.0, 2.0, 3.0]));
    assert_eq!(message(|| check(&slots)), format!("a run: slot of constant {constant} holds other data"));
    slots.slots[f.memory.slot[constant]] = Slot::Empty;
    assert_eq!(message(|| check(&slots)), format!("a run: slot of constant {constant} is empty"))
}

/// The checks are made where they should be.
#[cfg(debug_assertions)]
mod in_debug_builds {
    use super::*;
    use crate::eval::kernels::threads::with_scratch;

    #[test]
    fn runs_are_checked() {
        let f = planned(|x| vec![(x * 2.0).cumsum(0)]);
        let run = |f: &Compiled, x: &[f64]| f.run([of(x)])[0].slice::<f64>().to_vec();
        assert_eq!(run(&f, &[1.0, 2.0, 3.0]), [2.0, 6.0, 12.0]);
        for x in [&[1.0, 2.0][..], &[1.0; 4]] {
            let have = message(|| _ = run(&f, x));
            assert_eq!(
                have,
                format!("a run: item 0 has {} elements of f64 in memory, and is 3 of f64", x.len())
            )
        }
        assert_eq!(run(&f, &[1.0, 2.0, 3.0]), [2.0, 6.0, 12.0]);
        // Read by a kernel, without a program before it.
        let g = planned(|x| vec![x.cumsum(0)]);
        assert!(message(|| _ = run(&g, &[1.0])).starts_with("a run: item 0 has 1 elements"));
        let other = planned(|x| vec![x * 2.0]);
        assert!(message(|| f.return_slots(other.slots())).contains("slots of another plan's run"))
    }

    #[test]
    fn a_step_that_writes_where_it_reads_is_found() {
        // What the first step writes is put where the second does, which then finds no memory there but its input's.
        let mut f = planned(|x| vec![(x * 2.0).cumsum(0)]);
        let [first, second] = [0, 1].map(|k| f.plan.steps[k].writes().next().expect("an item"));
        f.memory.slot[first] = f.memory.slot[second];
        let have = message(|| f.memory.check(&f.graph, &f.plan, &Donated { items: vec![], late: 0 }));
        assert!(have.contains("which it reads, and not to write over it"), "{have}");
        assert!(catch_unwind(AssertUnwindSafe(|| f.run([of(&[1.0, 2.0, 3.0])]))).is_err())
    }

    /// What a run did not write, in a slot that an earlier run has left.
    #[test]
    fn slots_keep_no_numbers_of_the_last_run() {
        let mut f = planned(|x| vec![(x * 2.0).cumsum(0).sum()]);
        assert_eq!(f.run([of(&[1.0, 2.0, 3.0])])[0].slice::<f64>(), [20.0]);
        f.plan.steps.remove(0);
        assert!(f.run([of(&[1.0, 2.0, 3.0])])[0].slice::<f64>()[0].is_nan())
    }

    #[test]
    fn memory_that_is_handed_out_holds_no_numbers() {
        for n in [1, 100, 5000, 1 << 16] {
            let mut used = Buffer::dirty(n, DType::F64);
            assert!(used.slice::<f64>()[0].is_nan() && used.slice::<f64>()[n - 1].is_nan());
            used.slice_mut::<f64>().fill(7.0);
            let used = used.reused(n / 2, DType::F64);
            assert!(used.slice::<f64>().first().is_none_or(|x| x.is_nan()));
            drop(used);
            assert!(Buffer::dirty(n, DType::I64).slice::<i64>().iter().take(10).all(|&x| x == -1));
            assert!(Buffer::zeroed(n, DType::I64).slice::<i64>().iter().all(|&x| x == 0))
        }
        with_scratch(100, |memory: &mut [f64]| memory.fill(1.0));
        with_scratch(50, |memory: &mut [f64]| assert!(memory.iter().all(|x| x.is_nan())));
        with_scratch(100, |memory: &mut [i64]| assert!(memory.iter().all(|&x| x == -1)))
    }

    #[test]
    fn registers_hold_no_numbers_of_another_program() {
        let step = |op, target, operand| {
            let operands = std::iter::once(operand).collect();
            Instruction { op, dtype: DType::F64, target, operands }
        };
        let copy = Op::Cast(DType::F64);
        for n in [1, 7, 300, 5000, 100_000] {
            let mut all = Allocator::default();
            let registers = [all.take(DType::F64), all.take(DType::F64)];
            let run = |code: Vec<Instruction>, left_out: Range<usize>| {
                let dims = std::iter::once(n).collect();
                let mut program =
                    laid_out(Program::new(dims, vec![], code, vec![DType::F64], vec![], all.file()));
                program.code.drain(left_out);
                let mut out = [Buffer::zeroed(n, DType::F64)];
                run_with(None, &program, 0, &[], &mut out, &mut []);
                out[0].slice::<f64>().to_vec()
            };
            let fill = |k: usize| step(copy, Target::Register(registers[k]), Operand::Number(3.0));
            let give = step(copy, Target::Output(0), Operand::Register(registers[1]));
            let code = vec![fill(0), fill(1), give];
            assert!(run(code.clone(), 0..0).iter().all(|&x| x == 3.0));
            // Each chunk begins with registers of no numbers.
            let unwritten = run(code, 1..2);
            assert!(unwritten[0].is_nan() && unwritten[n - 1].is_nan())
        }
    }
}

/// A choice hands on what it got, which ends with the run although the choice's place in memory does not.
#[test]
fn a_finished_run_keeps_neither_inputs_nor_results() {
    let plain = |x: &Array| x.clone();
    let chosen = move |x: &Array| cond(&x.sum().less(1e9), plain, |x: &Array| x * 2.0, x);
    let looped = |x: &Array| scan(move |h: &Array, x: &Array| (chosen(h), chosen(x)), &x.get(0), x);
    let f =
        jit(move |x: &Array| (chosen(x).sum(), looped(x).0 + looped(x).1.sum(), chosen(&(x + 1.0)) * 3.0));
    for _ in 0..2 {
        let x = Array::from([1.0, 2.0, 3.0]);
        let (y, z, w) = f(&x);
        assert_eq!((y.item(), z.item(), w.to_vec::<f64>()), (6.0, 7.0, vec![6.0, 9.0, 12.0]));
        let of = |x: &Array| Arc::downgrade(&x.value());
        let all = [of(&x), of(&y), of(&z), of(&w)];
        drop((x, y, z, w));
        assert!(all.iter().all(|b| b.upgrade().is_none()), "a finished run keeps what others let go")
    }
}

#[test]
fn a_finished_run_keeps_no_file() {
    let folder: Arc<Path> = std::env::temp_dir().into();
    // In an order for which they are copied.
    let both = |x: &Array| stack(&[x.clone(), x * 2.0], 0).reshape([2, 3, 1]);
    let numbers = |x: &Array| both(x).spill_op(&folder, 1).t().reshape([6]);
    let f = planned(|x| vec![numbers(x).unspill_op(&Shape::new(&[1]), DType::F64).sum()]);
    assert!(f.graph.items.iter().any(|i| matches!(i.kind, ItemKind::Copy) && i.dtype() == DType::I64));
    let mut slots = f.slots();
    for _ in 0..2 {
        assert_eq!(f.run_in(&mut slots, [of(&[1.0, 2.0, 3.0])])[0].slice::<f64>(), [18.0]);
        assert!(slots.slots.iter().all(|s| s.data().is_none_or(|b| b.kept().is_none())))
    }
}

/// Results that were given back are for the next run; what it has no use for is not gathered.
#[test]
fn results_that_were_given_back_do_not_gather() {
    let f = planned(|x| {
        let choice = cond(&x.sum().less(1e9), |x: &Array| x + 1.0, |x: &Array| x * 2.0, x);
        vec![choice, x.sum()]
    });
    let mut slots = f.slots();
    for _ in 0..10 {
        let results = f.run_in(&mut slots, [of(&[1.0, 2.0, 3.0])]);
        assert!(slots.spare.len() <= results.len());
        results.into_iter().for_each(|y| slots.give_back(y));
        assert!(slots.spare.len() <= 2)
    }
    // One of them is used again, unless somebody holds it.
    let f = planned(|x| vec![x + 1.0]);
    let mut slots = f.slots();
    let mut at = vec![];
    for _ in 0..3 {
        let y = f.run_in(&mut slots, [of(&[1.0, 2.0, 3.0])]).remove(0);
        at.push(y.bytes().as_ptr());
        slots.give_back(y)
    }
    assert!(at.iter().all(|p| *p == at[0]));
    let held = f.run_in(&mut slots, [of(&[1.0, 2.0, 3.0])]).remove(0);
    slots.give_back(held.clone());
    assert_eq!(f.run_in(&mut slots, [of(&[5.0, 6.0, 7.0])])[0].slice::<f64>(), [6.0, 7.0, 8.0]);
    assert_eq!(held.slice::<f64>(), [2.0, 3.0, 4.0])
}

/// State that nobody else holds stays where it is, and state that is held is copied.
#[test]
fn a_state_that_is_given_up_is_stepped_where_it_lies() {
    let step = jit_update(|w: &Array, x: &Array| (w * 2.0 + x, w.sum()));
    let place = |x: &Array| x.value().bytes().as_ptr();
    let (mut state, one) = (Array::from_slice(&[1.0; 40_000], &[40_000]), Array::from(1.0));
    let first = place(&state);
    step(&mut state, &one);
    assert_eq!((place(&state), state.get(7).item()), (first, 3.0));
    let held = state.clone();
    step(&mut state, &one);
    assert!(place(&state) != first && place(&held) == first);
    assert_eq!((state.get(7).item(), held.get(7).item()), (7.0, 3.0))
}
