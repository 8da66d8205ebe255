//! Tests that machine code gives the interpreter's bits: random programs, run both ways.

use super::super::math::{CpuLevel, cpu_level};
use super::Lazy;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::ir::layout::Strides;
use crate::eval::ir::pattern::Pattern;
use crate::eval::ir::program::{Input, Instruction, Op, Operand, Program, Sink, Source, Target};
use crate::eval::ir::register::Allocator;
use crate::eval::passes::fuse::laid_out;
use crate::eval::run::vm;
use crate::eval::settings::{MachineCode, Settings, set_machine_code};
use crate::eval::tests::random::steps::{ARITHMETIC, COMPARE, SIMPLE};
use crate::prim::Reduction;
use pullback_real::{Binary, Unary};
use smallvec::{SmallVec, smallvec};

/// A small generator (PCG).
struct Dice(u64);
impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const NUMBERS: [f64; 11] =
    [0.0, -0.0, 1.0, -1.0, 2.5, -3.75, 1e-3, 7.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];

fn data(dice: &mut Dice, dtype: DType, n: usize) -> Buffer {
    let mut buffer = Buffer::zeroed(n, dtype);
    for i in 0..n {
        let x = match dice.below(3) {
            0 => dice.of(&NUMBERS),
            _ => dice.below(4000) as f64 / 500.0 - 4.0,
        };
        match dtype {
            DType::F32 => buffer.slice_mut::<f32>()[i] = x as f32,
            DType::F64 => buffer.slice_mut::<f64>()[i] = x,
            _ => buffer.slice_mut::<u8>()[i] = u8::from(x > 0.0),
        }
    }
    buffer
}

/// A random program over `n` elements in rows of `row`, and its data. Every value stays in its register, so that there are
/// far more values than vector registers.
fn random(dice: &mut Dice, dtype: DType, rows: usize, row: usize, length: usize) -> (Program, Vec<Buffer>) {
    let dims = smallvec![rows, row];
    let n = rows * row;
    let (mut inputs, mut buffers) = (vec![], vec![]);
    // Some lie in order, some are one element for all or for a row, some along the rows.
    for k in 0..7 {
        let (strides, size): (Strides, usize) = match k {
            0 | 1 | 6 => (smallvec![row as isize, 1], n),
            2 => (smallvec![0, 0], 1),
            3 => (smallvec![1, 0], rows),
            _ => (smallvec![0, 1], row),
        };
        let kind = if k >= 5 { DType::Bool } else { dtype };
        buffers.push(data(dice, kind, size));
        inputs.push(Input::new(Source::Buffer(k), kind, 0, strides))
    }
    let mut numbers: Vec<Operand> = (0..5).map(Operand::Input).collect();
    let mut bools: Vec<Operand> = (5..7).map(Operand::Input).collect();
    let (mut code, mut outputs) = (vec![], vec![]);
    let mut registers = Allocator::default();
    for k in 0..length {
        let x = dice.of(&numbers);
        let y = if dice.below(4) == 0 { Operand::Number(dice.of(&NUMBERS)) } else { dice.of(&numbers) };
        let (x, y) = if dice.below(2) == 0 { (x, y) } else { (y, x) };
        let z = dice.of(&numbers);
        let (p, q) = (dice.of(&bools), dice.of(&bools));
        // Some operations are interpreted.
        let unary = if dice.below(14) == 0 { Unary::Exp } else { dice.of(&SIMPLE) };
        let (op, kind, result, operands): (Op, DType, DType, SmallVec<[Operand; 3]>) = match dice.below(10) {
            0 | 1 => (Op::Unary(unary), dtype, dtype, smallvec![z]),
            2..5 => (Op::Binary(dice.of(&ARITHMETIC)), dtype, dtype, smallvec![x, y]),
            5 => (Op::Compare(dice.of(&COMPARE)), dtype, DType::Bool, smallvec![x, y]),
            6 => (Op::Select, dtype, dtype, smallvec![p, x, y]),
            7 => (Op::Cast(DType::Bool), dtype, dtype, smallvec![p]),
            8 => (Op::Cast(dtype), DType::Bool, DType::Bool, smallvec![z]),
            _ => {
                (Op::Binary(dice.of(&[Binary::Max, Binary::Min])), DType::Bool, DType::Bool, smallvec![p, q])
            }
        };
        let register = registers.take(result);
        code.push(Instruction { op, dtype: kind, target: Target::Register(register), operands });
        let value = Operand::Register(register);
        if result == DType::Bool {
            bools.push(value)
        } else {
            numbers.push(value)
        }
        if dice.below(5) == 0 || k + 3 > length {
            let (op, target) = (Op::Cast(result), Target::Output(outputs.len() as u32));
            code.push(Instruction { op, dtype: result, target, operands: smallvec![value] });
            outputs.push(result)
        }
    }
    let sinks = vec![Sink {
        op: Reduction::Max,
        dtype,
        operand: *numbers.last().expect("inputs are numbers"),
        strides: smallvec![1, 0],
        size: rows,
        pattern: Pattern::Same,
        run: 1,
    }];
    let program = laid_out(Program::new(dims, inputs, code, outputs, sinks, registers.file()));
    (program, buffers)
}

/// The bits of all results; all NaNs count as equal.
fn results(program: &Program, native: &Lazy, buffers: &[Buffer], n: usize) -> Vec<Vec<u64>> {
    let read: Vec<Option<&Buffer>> = buffers.iter().map(Some).collect();
    let mut outputs: Vec<Buffer> = program.outputs.iter().map(|&d| Buffer::zeroed(n, d)).collect();
    let mut reduced: Vec<Buffer> = program.sinks.iter().map(|s| Buffer::zeroed(s.size, s.dtype)).collect();
    vm::run(program, native, &read, &mut outputs, &mut reduced);
    let bits = |b: &Buffer| match b.dtype() {
        DType::F32 => {
            b.slice::<f32>().iter().map(|x| if x.is_nan() { 1 } else { x.to_bits().into() }).collect()
        }
        DType::F64 => b.slice::<f64>().iter().map(|x| if x.is_nan() { 1 } else { x.to_bits() }).collect(),
        _ => b.slice::<u8>().iter().map(|&x| x.into()).collect(),
    };
    outputs.iter().chain(&reduced).map(bits).collect()
}

#[test]
fn machine_code_gives_the_bits_of_the_interpreter() {
    let _settings = Settings::hold();
    let mut dice = Dice(7);
    for case in 0..300 {
        let dtype = [DType::F32, DType::F64][case % 2];
        // Below a vector, whole vectors, more than a block, rows taken one by one, several chunks.
        let (rows, row) = dice.of(&[(1, 3), (1, 64), (5, 13), (1, 1500), (9, 200), (300, 7), (3000, 33)]);
        let length = dice.of(&[2, 5, 20, 60, 150]);
        let (program, buffers) = random(&mut dice, dtype, rows, row, length);
        let native = Lazy::default();
        set_machine_code(MachineCode::Always);
        let compiled = results(&program, &native, &buffers, rows * row);
        if cpu_level() == CpuLevel::Avx512 && length >= 20 {
            assert!(native.get(&program, MachineCode::Always, 0).is_some(), "case {case} has segments")
        }
        set_machine_code(MachineCode::Never);
        assert!(native.get(&program, MachineCode::Never, 0).is_none());
        let interpreted = results(&program, &native, &buffers, rows * row);
        for (k, (a, b)) in compiled.iter().zip(&interpreted).enumerate() {
            let differs = a.iter().zip(b).position(|(a, b)| a != b);
            assert_eq!(
                differs, None,
                "case {case}, {dtype}, {rows} × {row}, result {k}:\n{:#?}",
                program.code
            )
        }
    }
}
