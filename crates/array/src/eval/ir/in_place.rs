//! Outputs that are written over inputs of their step: where that may be, and which of these inputs the code may read where
//! they lie, rather than from a copy of the block.

use crate::eval::ir::pattern::Pattern;
use crate::eval::ir::program::{Input, Operand, Program, Source, Target};

/// In which order the code reaches the elements of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Instruction by instruction: the interpreter, and code that is partly machine code.
    Instructions,
    /// Vector by vector, all of the code on each: one loop of machine code. A vector of an operand is loaded once, where it is
    /// first used.
    Vectors,
}

/// An input that lies in the memory of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Under {
    pub output: usize,
    /// Whether it is read after the output was written over it, for either order.
    late: [bool; 2],
}

impl Under {
    /// Whether the code may read it after the output was written over it, so that it reads a copy of the block.
    pub fn is_read_after_write(&self, order: Order) -> bool {
        self.late[order as usize]
    }
}

impl Input {
    /// Whether it is one element in every block, which machine code reads from memory wherever it is used.
    pub fn is_one_element(&self) -> bool {
        self.pattern == Pattern::Same && self.bounds.is_empty()
    }
}

impl Program {
    /// Whether all that is read of a buffer is read element for element, as outputs are written.
    pub fn reads_in_order(&self, buffer: usize) -> bool {
        let mut all = 0..self.inputs.len();
        all.all(|k| self.inputs[k].source != Source::Buffer(buffer) || self.is_in_order(k))
    }
    /// Whether an input is read element for element.
    pub fn is_in_order(&self, k: usize) -> bool {
        let (input, mut next) = (&self.inputs[k], 1);
        let even = self.dims.iter().zip(&input.strides).rev().all(|(&n, &s)| {
            let even = s == next;
            next *= n as isize;
            even
        });
        even && input.offset == 0 && input.bounds.is_empty() && !input.holes
    }
    /// Lets an output take the place of a buffer that is read in order.
    pub fn write_over(&mut self, buffer: usize, output: usize) {
        assert!(self.reads_in_order(buffer), "what is written over is read element for element");
        for k in 0..self.inputs.len() {
            if self.inputs[k].source == Source::Buffer(buffer) {
                let late = [Order::Instructions, Order::Vectors].map(|o| self.is_late(k, output, o));
                self.inputs[k].source = Source::Under(Under { output, late });
                if late.contains(&true) {
                    self.gather(k)
                }
            }
        }
        if cfg!(debug_assertions) {
            self.check()
        }
    }
    /// Whether an output is written over an input.
    pub fn updates(&self, output: usize) -> bool {
        self.inputs.iter().any(|i| matches!(i.source, Source::Under(u) if u.output == output))
    }

    /// Whether an input may be read after an output was written over it.
    fn is_late(&self, k: usize, output: usize, order: Order) -> bool {
        let input = &self.inputs[k];
        let this = Operand::Input(k as u32);
        let mut reads = (0..self.code.len()).filter(|&i| self.code[i].operands.contains(&this));
        // Reductions come after the code.
        if self.sinks.iter().any(|s| s.operand == this) {
            return true;
        }
        let to = Target::Output(output as u32);
        let Some(written) = self.code.iter().position(|i| i.target == to) else { return false };
        match (&input.pattern, order) {
            // Loaded once, at the latest by the instruction that writes.
            (Pattern::Direct, Order::Vectors) => reads.next().is_some_and(|first| first > written),
            // An instruction's result is no operand of it.
            (Pattern::Direct, Order::Instructions) => reads.next_back().is_some_and(|last| last >= written),
            // One element is read at every use, in every vector and in every block; and what lies otherwise, or is padded, is read
            // at other places than are written.
            (Pattern::Same | Pattern::Table(_) | Pattern::Runs { .. }, _) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Buffer;
    use crate::dtype::DType;
    use crate::eval::ir::layout::Strides;
    use crate::eval::ir::program::{Instruction, Op, Sink};
    use crate::eval::ir::register::Allocator;
    use crate::eval::kernels::native::Lazy;
    use crate::eval::passes::fuse::laid_out;
    use crate::eval::run::vm;
    use crate::eval::settings::{MachineCode, Settings, set_machine_code};
    use crate::prim::Reduction;
    use crate::shape::Dims;
    use pullback_real::Binary;
    use smallvec::{SmallVec, smallvec};

    const X: Operand = Operand::Input(0);

    /// Output 0 is written by the first instruction, output 1 by the second, in a program over n numbers (of one, the shape has no
    /// axes) that also reads one number for all. Either reads the operands it is given.
    fn program(n: usize, first: [Operand; 2], second: [Operand; 2], sink: Option<Operand>) -> Program {
        let add = |operands: [Operand; 2], k| Instruction {
            op: Op::Binary(Binary::Add),
            dtype: DType::F64,
            target: Target::Output(k),
            operands: SmallVec::from_slice(&operands),
        };
        let input = |b, strides: Strides| Input::new(Source::Buffer(b), DType::F64, 0, strides);
        let sinks = sink.map(|operand| Sink {
            op: Reduction::Max,
            dtype: DType::F64,
            operand,
            strides: Strides::from_elem(0, usize::from(n > 1)),
            size: 1,
            pattern: Pattern::Same,
            run: 1,
        });
        let dims: Dims = if n == 1 { smallvec![] } else { smallvec![n] };
        let strides = |s: isize| Strides::from_elem(s, dims.len());
        let inputs = vec![input(0, strides(1)), input(1, strides(0))];
        let (code, outputs) = (vec![add(first, 0), add(second, 1)], vec![DType::F64; 2]);
        let sinks = sinks.into_iter().collect();
        laid_out(Program::new(dims, inputs, code, outputs, sinks, Allocator::default().file()))
    }

    fn late(mut p: Program, output: usize) -> [bool; 2] {
        p.write_over(0, output);
        let Source::Under(under) = p.inputs[0].source else { panic!("it lies under the output") };
        [Order::Instructions, Order::Vectors].map(|o| under.is_read_after_write(o))
    }

    /// The answer for each kind of operand, each order, and each place of the write among the reads.
    #[test]
    fn what_is_read_after_the_write_is_known() {
        let c = Operand::Number(2.0);
        // Read by the instruction that writes: a vector is loaded before it is stored.
        assert_eq!(late(program(100, [X, c], [c, c], None), 0), [true, false]);
        // Read before.
        assert_eq!(late(program(100, [X, c], [c, c], None), 1), [false, false]);
        // Read by it and after it: a vector is loaded once.
        assert_eq!(late(program(100, [X, c], [X, c], None), 0), [true, false]);
        assert_eq!(late(program(100, [X, c], [X, c], None), 1), [true, false]);
        // Read after it alone.
        assert_eq!(late(program(100, [c, c], [X, c], None), 0), [true, true]);
        // Read by a reduction, after all code.
        assert_eq!(late(program(100, [X, c], [c, c], Some(X)), 1), [true, true]);
        // One element for all, which is read from memory at every use.
        assert_eq!(late(program(1, [X, c], [X, c], None), 0), [true, true]);
        assert_eq!(late(program(1, [X, c], [c, c], None), 1), [true, true]);
        // Not at all.
        assert_eq!(late(program(100, [c, c], [c, c], None), 0), [false, false])
    }

    /// Whatever is read when: the results are those with nothing written over.
    #[test]
    fn results_do_not_depend_on_what_is_written_over() {
        let _settings = Settings::hold();
        let (c, one) = (Operand::Number(2.0), Operand::Input(1));
        for n in [1, 2, 7, 8, 9, 100, 5000, 70_000] {
            for (first, second) in
                [([X, one], [c, one]), ([c, one], [X, X]), ([X, c], [X, one]), ([c, X], [one, c])]
            {
                for (output, sink) in [(0, None), (1, None), (0, Some(X)), (1, Some(X))] {
                    let mut data = Buffer::zeroed(n, DType::F64);
                    data.slice_mut::<f64>().iter_mut().enumerate().for_each(|(i, x)| *x = i as f64);
                    let mut one = Buffer::zeroed(1, DType::F64);
                    one.slice_mut::<f64>()[0] = 0.5;
                    let plain = program(n, first, second, sink);
                    let mut over = plain.clone();
                    over.write_over(0, output);
                    let run = |p: &Program, outputs: &mut [Buffer]| {
                        let mut reduced: Vec<Buffer> =
                            p.sinks.iter().map(|_| Buffer::zeroed(1, DType::F64)).collect();
                        vm::run(p, &Lazy::default(), &[Some(&data), Some(&one)], outputs, &mut reduced);
                        let all = outputs.iter().chain(&reduced);
                        all.map(|b| b.slice::<f64>().to_vec()).collect::<Vec<_>>()
                    };
                    let fresh = || [Buffer::zeroed(n, DType::F64), Buffer::zeroed(n, DType::F64)];
                    set_machine_code(MachineCode::Never);
                    let want = run(&plain, &mut fresh());
                    for way in [MachineCode::Never, MachineCode::Always, MachineCode::Compare] {
                        set_machine_code(way);
                        let mut outputs = fresh();
                        outputs[output] = data.copied();
                        assert_eq!(
                            run(&over, &mut outputs),
                            want,
                            "{n} {first:?} {second:?} {output} {way:?}"
                        )
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "what is written over is read element for element")]
    fn one_element_for_all_is_not_written_over() {
        let (c, one) = (Operand::Number(2.0), Operand::Input(1));
        program(100, [one, c], [c, c], None).write_over(1, 0)
    }
}
