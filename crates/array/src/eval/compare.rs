//! A fused step run two ways, whose bits must be the same: as it is run otherwise, and in the plainest way there is, by the
//! interpreter, on one thread, with nothing written over. See [`MachineCode::Compare`](super::settings::MachineCode).

use super::program::{Program, Source};
use super::vm::run_with;
use crate::buffer::Buffer;
use crate::dtype::DType;

/// Runs the program as [`run`](super::vm::run) does.
///
/// # Panics
/// If the plain way gives other bits, with the program and the first element that differs.
#[cold]
pub(super) fn run(
    program: &Program,
    inputs: &[Option<&Buffer>],
    outputs: &mut [Buffer],
    reduced: &mut [Buffer],
) {
    let (plain, under) = apart(program, inputs.len(), outputs);
    let read: Vec<Option<&Buffer>> = inputs.iter().copied().chain(under.iter().map(Some)).collect();
    let alike = |all: &[Buffer]| all.iter().map(|b| Buffer::dirty(b.len(), b.dtype())).collect::<Vec<_>>();
    let (mut outputs_again, mut reduced_again) = (alike(outputs), alike(reduced));
    run_with(None, &plain, 0, &read, &mut outputs_again, &mut reduced_again);
    let native = program.native.get(program, program.time);
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
        if let Source::Under(output, _) = input.source {
            input.source = Source::Buffer(buffers + copies.len());
            copies.push(outputs[output].copied())
        }
    }
    (plain, copies)
}

/// The first element whose bits differ, and what it is in either; of NaN no bits count.
pub(super) fn difference(x: &Buffer, y: &Buffer) -> Option<(usize, String, String)> {
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
