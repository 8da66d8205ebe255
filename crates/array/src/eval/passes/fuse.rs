//! Fuses groups of elementwise items and reductions into programs: what each reads and how, its instructions and registers.

use crate::eval::ir::hash::IdMap;
use crate::eval::ir::item::{Graph, ItemKind, Ref, View};
use crate::eval::ir::layout::{Layout, Strides, collapse};
use crate::eval::ir::padding::padded;
use crate::eval::ir::pattern::{Bound, Pattern};
use crate::eval::ir::program::{Input, Instruction, LONG, Op, Operand, Program, Sink, Source, Target};
use crate::eval::ir::register::{Allocator, Register};
use crate::eval::ir::step::{Plan, Step};
use crate::eval::kernels::native::{self, Lazy};
use crate::eval::passes::group::Groups;
use crate::prim::Prim;
use crate::shape::Shape;
use smallvec::SmallVec;
use std::sync::Arc;

/// The steps of the groups.
pub(crate) fn fuse(graph: &Graph, groups: Groups) -> Plan {
    super::ran("fuse");
    let Groups { stored, programs, order } = groups;
    let step = |(_, fused, i): (u32, bool, usize)| match programs.get(&i) {
        Some(members) if fused => {
            let Fused { program, inputs, outputs, sinks } = program(graph, members, &stored);
            Step::Fused { program, native: Lazy::default(), inputs, outputs, sinks }
        }
        _ => match &graph.items[i].node.0.prim {
            Prim::Control(control, _) if matches!(graph.items[i].kind, ItemKind::Control) => {
                let all = (0..control.outputs.len()).map(|k| (k, i + k));
                Step::Control { lead: i, outputs: all.filter(|&(_, item)| stored[item]).collect() }
            }
            _ => Step::Kernel(i),
        },
    };
    Plan { steps: order.into_iter().map(step).collect() }
}

/// A program in blocks: longer ones where all of it is one loop of machine code, so that few registers are memory.
pub(crate) fn laid_out(program: Program) -> Program {
    let long = if native::is_one_loop(&program) { LONG } else { 1 };
    program.laid_out(long)
}

/// A program, and the items that it reads, writes and reduces to.
struct Fused {
    program: Box<Program>,
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    sinks: Vec<usize>,
}

/// Views of one item, each with the number of its input.
type Views = SmallVec<[(Arc<View>, u32); 1]>;

/// A program under construction.
struct Fuser<'a> {
    graph: &'a Graph,
    at: (u32, &'a Shape),
    inputs: Vec<Input>,
    buffers: Vec<usize>,
    /// The numbers of the inputs that are views of an item, and of the buffer in which its value lies.
    read: IdMap<usize, Views>,
    numbers: IdMap<usize, usize>,
    /// Which register holds an item's value.
    registers: IdMap<usize, Register>,
}

impl Fuser<'_> {
    /// The number of an item among those whose memory the program reads.
    fn buffer(&mut self, item: usize) -> usize {
        *self.numbers.entry(item).or_insert_with(|| {
            self.buffers.push(item);
            self.buffers.len() - 1
        })
    }
    fn operand(&mut self, r: &Ref) -> Operand {
        let item = &self.graph.items[r.item];
        if let Some(&register) = self.registers.get(&r.item).filter(|_| self.graph.same_program(r, self.at)) {
            return Operand::Register(register);
        }
        let index = match item.kind {
            ItemKind::Fill(c) => return Operand::Number(c),
            ItemKind::Iota(axis) => Some(axis),
            ItemKind::Data(_) | ItemKind::Input | ItemKind::Elementwise | ItemKind::Reduce => None,
            ItemKind::Kernel | ItemKind::Copy | ItemKind::Control | ItemKind::ControlOutput => None,
        };
        let views = self.read.entry(r.item).or_default();
        let known = views.iter().find(|(view, _)| *view == r.view).map(|(_, k)| *k);
        let k = known.unwrap_or(self.inputs.len() as u32);
        if known.is_none() {
            views.push((r.view.clone(), k));
            let input = match index {
                // Views of an index are read from memory; a whole one is made on the spot.
                Some(axis) if item.is_as_it_is(r) => {
                    let strides = (0..r.view.shape.rank()).map(|k| isize::from(k == axis)).collect();
                    Input::new(Source::Index, item.dtype(), 0, strides)
                }
                _ => match padded(self.graph, r) {
                    Some(pads) => {
                        let source = &item.args[0];
                        let (shape, Layout { offset, strides }) = (&item.whole.shape, &source.view.layout);
                        let skipped: isize = pads.iter().zip(strides).map(|(p, s)| p.lo * s).sum();
                        let offset = *offset as isize - skipped;
                        let mut input = match self.graph.items[source.item].kind {
                            ItemKind::Fill(c) => {
                                let none = Strides::from_elem(0, shape.rank());
                                Input::new(Source::Constant(c), r.view.dtype, 0, none)
                            }
                            _ => {
                                let buffer = self.buffer(source.item);
                                Input::new(Source::Buffer(buffer), r.view.dtype, offset, strides.clone())
                            }
                        };
                        for (k, p) in pads.iter().enumerate().filter(|(_, p)| p.lo > 0 || p.hi > 0) {
                            let mut strides: Strides = Layout::contiguous(shape).strides;
                            strides[..k].fill(0);
                            let (lo, hi) = (p.lo * strides[k], (shape[k] as isize - p.hi) * strides[k]);
                            input.bounds.push(Bound { strides, lo, hi })
                        }
                        input
                    }
                    None => {
                        let buffer = self.buffer(r.item);
                        let Layout { offset, strides } = r.view.layout.clone();
                        Input::new(Source::Buffer(buffer), r.view.dtype, offset as isize, strides)
                    }
                },
            };
            self.inputs.push(input)
        }
        Operand::Input(k)
    }
}

/// One program of these items, which share stage and iteration space.
fn program(graph: &Graph, members: &[usize], stored: &[bool]) -> Fused {
    let at = graph.items[members[0]].program_key().expect("members have a home");
    // The last member that reads each member's value: its register is free after that.
    let mut last_use: IdMap<usize, usize> = IdMap::default();
    for &i in members {
        let item = &graph.items[i];
        let end = if matches!(item.kind, ItemKind::Reduce) { usize::MAX } else { i };
        for r in item.args.iter().filter(|r| graph.same_program(r, at)) {
            let last = last_use.entry(r.item).or_insert(end);
            *last = (*last).max(end)
        }
    }
    let mut f = Fuser {
        graph,
        at,
        inputs: vec![],
        buffers: vec![],
        read: IdMap::default(),
        numbers: IdMap::default(),
        registers: IdMap::default(),
    };
    let (mut code, mut outputs, mut sinks) = (vec![], vec![], vec![]);
    let (mut sink_items, mut registers) = (vec![], Allocator::default());
    for &i in members {
        let item = &graph.items[i];
        let operands: SmallVec<[Operand; 3]> = item.args.iter().map(|r| f.operand(r)).collect();
        let (op, dtype) = match &item.kind {
            ItemKind::Reduce => {
                let Prim::Reduce(op, axes) = item.prim() else { unreachable!("a reduction") };
                let mut strides: Strides = item.whole.layout.strides.clone();
                axes.iter().for_each(|&a| strides[a] = 0);
                sinks.push(Sink {
                    op: *op,
                    dtype: item.dtype(),
                    operand: operands[0],
                    strides,
                    size: item.shape().size(),
                    pattern: Pattern::Same,
                    run: 1,
                });
                sink_items.push(i);
                continue;
            }
            ItemKind::Elementwise => match item.prim() {
                Prim::Unary(op) => (Op::Unary(*op), item.dtype()),
                Prim::Binary(op) => (Op::Binary(*op), item.dtype()),
                Prim::Compare(op) => (Op::Compare(*op), item.args[0].view.dtype),
                Prim::Select => (Op::Select, item.dtype()),
                // Nothing in a program reads it: planes are read as such.
                Prim::Complex => (Op::Complex, item.args[0].view.dtype),
                Prim::Cast(_) => (Op::Cast(item.args[0].view.dtype), item.dtype()),
                other => unreachable!("{} is not elementwise", other.name()),
            },
            _ => unreachable!("only elementwise items and reductions are fused"),
        };
        let used = last_use.get(&i).copied();
        let output = stored[i].then(|| {
            outputs.push(i);
            outputs.len() as u32 - 1
        });
        let target = match (used, output) {
            (None, Some(k)) => Target::Output(k),
            _ => {
                let register = registers.take(item.dtype());
                f.registers.insert(i, register);
                Target::Register(register)
            }
        };
        code.push(Instruction { op, dtype, target, operands });
        if let (Target::Register(r), Some(k)) = (target, output) {
            let (op, target) = (Op::Cast(item.dtype()), Target::Output(k));
            code.push(Instruction {
                op,
                dtype: item.dtype(),
                target,
                operands: SmallVec::from_elem(Operand::Register(r), 1),
            })
        }
        // Registers whose last reader this was.
        for r in &item.args {
            if last_use.get(&r.item) == Some(&i)
                && let Some(register) = f.registers.remove(&r.item)
            {
                registers.give_back(register)
            }
        }
    }
    let mut all: Vec<&mut Strides> = vec![];
    for i in &mut f.inputs {
        // The strides of bounds keep a padded axis apart from those before it.
        all.push(&mut i.strides);
        all.extend(i.bounds.iter_mut().map(|b| &mut b.strides))
    }
    all.extend(sinks.iter_mut().map(|s| &mut s.strides));
    let dims = collapse(at.1, &mut all);
    let dtypes = outputs.iter().map(|&i| graph.items[i].dtype()).collect();
    let program = Box::new(laid_out(Program::new(dims, f.inputs, code, dtypes, sinks, registers.file())));
    Fused { program, inputs: f.buffers, outputs, sinks: sink_items }
}
