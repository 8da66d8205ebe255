//! A fused step run two ways, whose bits must be the same: as it is run otherwise, and in the plainest way there is, by the
//! interpreter, on one thread, with nothing written over. See [`MachineCode::Compare`](crate::eval::settings::MachineCode).

use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::ir::program::{Program, Source};
use crate::eval::kernels::native::Lazy;
use crate::eval::run::vm::run_with;
use crate::eval::settings::MachineCode;

/// Runs the program as [`run`](crate::eval::run::vm::run) does.
///
/// # Panics
/// If the plain way gives other bits, with the program and the first element that differs.
#[cold]
pub(crate) fn run(
    program: &Program,
    native: &Lazy,
    inputs: &[Option<&Buffer>],
    outputs: &mut [Buffer],
    reduced: &mut [Buffer],
) {
    let (plain, under) = apart(program, inputs.len(), outputs);
    let read: Vec<Option<&Buffer>> = inputs.iter().copied().chain(under.iter().map(Some)).collect();
    let alike = |all: &[Buffer]| all.iter().map(|b| Buffer::dirty(b.len(), b.dtype())).collect::<Vec<_>>();
    let (mut outputs_again, mut reduced_again) = (alike(outputs), alike(reduced));
    run_with(None, &plain, 0, &read, &mut outputs_again, &mut reduced_again);
    let native = native.get(program, MachineCode::Compare, program.time);
    run_with(native, program, program.time, inputs, outputs, reduced);
    let pairs = outputs.iter().chain(&*reduced).zip(outputs_again.iter().chain(&reduced_again));
    for (k, (found, plain)) in pairs.enumerate() {
        let Some((i, found, plain)) = difference(found, plain) else { continue };
        let result = match k.checked_sub(outputs.len()) {
            None => format!("output {k}"),
            Some(k) => format!("reduction {k}"),
        };
        let how = if native.is_some() { "machine code" } else { "the step as it is run" };
        panic!(
            "{how} gives {found} and the plain interpreter {plain} for element {i} of {result} of {program:#?}"
        )
    }
}

/// The program with nothing written over: inputs that lie under outputs are copies of what lies there.
fn apart(program: &Program, buffers: usize, outputs: &[Buffer]) -> (Program, Vec<Buffer>) {
    let (mut plain, mut copies) = (program.clone(), vec![]);
    for input in &mut plain.inputs {
        if let Source::Under(under) = input.source {
            input.source = Source::Buffer(buffers + copies.len());
            copies.push(outputs[under.output].copied())
        }
    }
    (plain, copies)
}

/// The first element whose bits differ, and what it is in either; of NaN no bits count.
pub(crate) fn difference(x: &Buffer, y: &Buffer) -> Option<(usize, String, String)> {
    macro_rules! first {
        ($T:ty, $differ:expr) => {{
            let (x, y) = (x.slice::<$T>(), y.slice::<$T>());
            let differ: fn(&$T, &$T) -> bool = $differ;
            let i = x.iter().zip(y).position(|(x, y)| differ(x, y));
            i.map(|i| (i, format!("{:?}", x[i]), format!("{:?}", y[i])))
        }};
    }
    match x.dtype() {
        DType::F32 | DType::C64 => {
            first!(f32, |x, y| x.to_bits() != y.to_bits() && !(x.is_nan() && y.is_nan()))
        }
        DType::F64 | DType::C128 => {
            first!(f64, |x, y| x.to_bits() != y.to_bits() && !(x.is_nan() && y.is_nan()))
        }
        DType::I32 => first!(i32, |x, y| x != y),
        DType::I64 => first!(i64, |x, y| x != y),
        DType::Bool => first!(u8, |x, y| x != y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::ir::program::{Input, Instruction, Op, Operand, Target};
    use crate::eval::ir::register::RegisterFile;
    use crate::eval::passes::fuse::laid_out;
    use crate::eval::run::vm;
    use crate::eval::settings::{Settings, set_machine_code};
    use crate::{CpuLevel, cpu_level};
    use pullback_real::Unary;
    use smallvec::smallvec;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// A program of one function, twice.
    fn program(op: Unary) -> Program {
        let apply = |k| Instruction {
            op: Op::Unary(op),
            dtype: DType::F64,
            target: Target::Output(k),
            operands: smallvec![Operand::Input(0)],
        };
        let input = Input::new(Source::Buffer(0), DType::F64, 0, smallvec![1]);
        let (code, outputs) = (vec![apply(0), apply(1)], vec![DType::F64; 2]);
        laid_out(Program::new(smallvec![20], vec![input], code, outputs, vec![], RegisterFile::default()))
    }
    fn data(x: f64) -> Buffer {
        let mut data = Buffer::zeroed(20, DType::F64);
        data.slice_mut::<f64>().fill(x);
        data
    }

    /// The machine code of another program in place of its own.
    #[test]
    fn other_bits_are_found() {
        let _settings = Settings::hold();
        set_machine_code(MachineCode::Always);
        let (neg, abs) = (program(Unary::Neg), program(Unary::Abs));
        let (right, wrong) = (Lazy::default(), Lazy::default());
        wrong.get(&abs, MachineCode::Always, 0);
        let run = |native: &Lazy, x: &Buffer| {
            let mut outputs = [data(0.0), data(0.0)];
            vm::run(&neg, native, &[Some(x)], &mut outputs, &mut []);
            outputs[1].slice::<f64>()[19]
        };
        set_machine_code(MachineCode::Compare);
        let (positive, negative) = (data(2.0), data(-2.0));
        assert_eq!(run(&right, &positive), -2.0);
        // Where both functions agree there is nothing to be found.
        assert_eq!(run(&wrong, &negative), 2.0);
        let caught = catch_unwind(AssertUnwindSafe(|| run(&wrong, &positive)));
        if cfg!(not(all(feature = "native", target_arch = "x86_64"))) || cpu_level() < CpuLevel::Avx512 {
            // There is no machine code that could be wrong.
            assert_eq!(caught.ok(), Some(-2.0));
            return;
        }
        let message = caught.expect_err("it differs").downcast::<String>().expect("a sentence");
        let first =
            "machine code gives 2.0 and the plain interpreter -2.0 for element 0 of output 0 of Program {";
        assert!(message.starts_with(first), "{message}");
        assert!(message.contains("op: Unary(\n                Neg,"), "the program is shown: {message}")
    }

    #[test]
    fn bits_are_compared_and_nans_are_alike() {
        let pair = |x: f64, y: f64| difference(&data(x), &data(y)).map(|(i, x, y)| format!("{i} {x} {y}"));
        assert_eq!(pair(0.0, -0.0).as_deref(), Some("0 0.0 -0.0"));
        assert_eq!(pair(f64::NAN, -f64::NAN), None);
        assert_eq!(pair(f64::NAN, 1.0).as_deref(), Some("0 NaN 1.0"));
        assert_eq!(pair(1.5, 1.5), None)
    }
}
