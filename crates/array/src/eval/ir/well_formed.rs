//! What holds of every block program, and is checked in debug builds whenever one is made or an output is laid over an input:
//! machine code and interpreter lean on it, and read and write memory without asking again.

use crate::dtype::DType;
use crate::eval::ir::program::{Instruction, Op, Operand, Program, Source, Target};
use crate::eval::ir::register::Width;
use std::collections::HashSet;

impl Instruction {
    /// The dtypes of its operands.
    fn reads(&self) -> [DType; 3] {
        match self.op {
            Op::Unary(_) | Op::Binary(_) | Op::Compare(_) | Op::Complex => [self.dtype; 3],
            Op::Select => [DType::Bool, self.dtype, self.dtype],
            Op::Cast(from) => [from; 3],
        }
    }
    /// The dtype of its result.
    fn writes(&self) -> DType {
        match self.op {
            Op::Compare(_) => DType::Bool,
            Op::Complex if self.dtype == DType::F32 => DType::C64,
            Op::Complex => DType::C128,
            Op::Unary(_) | Op::Binary(_) | Op::Select | Op::Cast(_) => self.dtype,
        }
    }
}

impl Program {
    /// # Panics
    /// If a register is read before it is written or holds elements of another width, an operand does not exist or has another
    /// dtype, an instruction writes to what it reads, an output is not written once, or lies over more than one buffer or
    /// over elements of another size.
    pub fn check(&self) {
        let (mut held, mut written) = (HashSet::new(), vec![false; self.outputs.len()]);
        let operand = |o: &Operand, dtype: DType, held: &HashSet<_>, at: &dyn Fn() -> String| match *o {
            Operand::Register(r) => {
                assert!(held.contains(&r), "{} reads {r:?} before anything writes it", at());
                assert!(r.width() == Width::of(dtype), "{} reads {dtype} from {r:?}", at())
            }
            Operand::Input(k) => {
                let input = self.inputs.get(k as usize).map(|i| i.dtype);
                assert!(input == Some(dtype), "{} reads {dtype} from input {k}: {input:?}", at())
            }
            Operand::Number(_) => {}
        };
        for (at, i) in self.code.iter().enumerate() {
            let name = || format!("instruction {at} ({:?})", i.op);
            for (o, dtype) in i.operands.iter().zip(i.reads()) {
                operand(o, dtype, &held, &name)
            }
            let dtype = i.writes();
            match i.target {
                Target::Register(r) => {
                    assert!(r.width() == Width::of(dtype), "{} writes {dtype} to {r:?}", name());
                    assert!(!i.operands.contains(&Operand::Register(r)), "{} writes what it reads", name());
                    held.insert(r);
                }
                Target::Output(k) => {
                    let output = self.outputs.get(k as usize).copied();
                    assert!(output == Some(dtype), "{} writes {dtype} to output {k}: {output:?}", name());
                    assert!(!std::mem::replace(&mut written[k as usize], true), "{} writes again", name())
                }
            }
        }
        for (k, sink) in self.sinks.iter().enumerate() {
            operand(&sink.operand, sink.dtype, &held, &|| format!("reduction {k}"))
        }
        if let Some(k) = written.iter().position(|written| !written) {
            panic!("nothing writes output {k}")
        }
        for (k, input) in self.inputs.iter().enumerate() {
            if let Source::Under(under) = input.source {
                let same = self.outputs[under.output].size() == input.dtype.size();
                assert!(same, "input {k} lies under an output of another size");
                assert!(self.is_in_order(k), "input {k} lies under an output, and is read in another order")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::ir::program::Input;
    use crate::eval::ir::register::Allocator;
    use crate::eval::passes::fuse::laid_out;
    use pullback_real::{Binary, Unary};
    use smallvec::{SmallVec, smallvec};

    /// A program over 100 numbers `f64` and as many bools, with these instructions on two registers of eight bytes and one of
    /// one, and outputs of these dtypes.
    fn program(code: impl Fn([Operand; 3], [Target; 3]) -> Vec<Instruction>, outputs: Vec<DType>) -> Program {
        let mut all = Allocator::default();
        let r = [DType::F64, DType::F64, DType::Bool].map(|d| all.take(d));
        let input = |b, dtype| Input::new(Source::Buffer(b), dtype, 0, smallvec![1]);
        let inputs = vec![input(0, DType::F64), input(1, DType::Bool)];
        let code = code(r.map(Operand::Register), r.map(Target::Register));
        laid_out(Program::new(smallvec![100], inputs, code, outputs, vec![], all.file()))
    }
    fn i(op: Op, dtype: DType, target: Target, operands: &[Operand]) -> Instruction {
        Instruction { op, dtype, target, operands: SmallVec::from_slice(operands) }
    }
    const X: Operand = Operand::Input(0);
    const NEG: Op = Op::Unary(Unary::Neg);
    const OUT: Target = Target::Output(0);

    #[test]
    fn a_program_of_all_kinds_is_well_formed() {
        let all = |r: [Operand; 3], t: [Target; 3]| {
            let same = Op::Compare(crate::prim::Compare::Lt);
            vec![
                i(NEG, DType::F64, t[0], &[X]),
                i(same, DType::F64, t[2], &[r[0], X]),
                i(Op::Select, DType::F64, t[1], &[r[2], r[0], Operand::Number(1.0)]),
                i(Op::Binary(Binary::Add), DType::F64, t[0], &[r[1], r[1]]),
                i(Op::Cast(DType::F64), DType::F64, OUT, &[r[0]]),
                i(Op::Complex, DType::F64, Target::Output(1), &[r[0], X]),
                i(Op::Cast(DType::Bool), DType::Bool, Target::Output(2), &[Operand::Input(1)]),
            ]
        };
        program(all, vec![DType::F64, DType::C128, DType::Bool]).check()
    }

    macro_rules! refused {
        ($($name:ident: $message:literal, $outputs:expr, |$r:ident, $t:ident| $code:expr;)*) => { $(
            #[test]
            #[should_panic(expected = $message)]
            fn $name() {
                program(|$r, $t| $code.into(), $outputs.into()).check()
            }
        )* };
    }
    refused! {
        a_register_read_before_it_is_written: "reads r0x8 before anything writes it", [DType::F64],
            |r, _t| [i(NEG, DType::F64, OUT, &[r[0]])];
        a_register_of_another_width_written: "writes f64 to r0x1", [],
            |_r, t| [i(NEG, DType::F64, t[2], &[X])];
        a_register_of_another_width_read: "reads bool from r0x8", [DType::F64],
            |r, t| [i(NEG, DType::F64, t[0], &[X]), i(Op::Select, DType::F64, OUT, &[r[0], X, X])];
        a_target_among_the_operands: "writes what it reads", [],
            |r, t| [i(NEG, DType::F64, t[0], &[X]), i(NEG, DType::F64, t[0], &[r[0]])];
        an_input_of_another_dtype: "reads f64 from input 1", [DType::F64],
            |_r, _t| [i(NEG, DType::F64, OUT, &[Operand::Input(1)])];
        an_input_that_is_not_there: "reads f64 from input 7: None", [DType::F64],
            |_r, _t| [i(NEG, DType::F64, OUT, &[Operand::Input(7)])];
        an_output_of_another_dtype: "writes f64 to output 0", [DType::F32],
            |_r, _t| [i(NEG, DType::F64, OUT, &[X])];
        an_output_written_twice: "writes again", [DType::F64],
            |_r, _t| [i(NEG, DType::F64, OUT, &[X]), i(NEG, DType::F64, OUT, &[X])];
        an_output_not_written: "nothing writes output 1", [DType::F64, DType::F64],
            |_r, _t| [i(NEG, DType::F64, OUT, &[X])];
    }

    #[test]
    #[should_panic(expected = "lies under an output of another size")]
    fn an_output_over_elements_of_another_size() {
        let narrow = |_: [Operand; 3], _: [Target; 3]| vec![i(Op::Cast(DType::F64), DType::F32, OUT, &[X])];
        program(narrow, vec![DType::F32]).write_over(0, 0)
    }
}
