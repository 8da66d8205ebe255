//! Segments: runs of simple instructions of a program as one loop of machine code, in which values live in vector
//! registers from the instruction that makes them to the last that reads them.

use super::asm::{Asm, BASES};
use super::body::Body;
use super::liveness::Liveness;
use crate::dtype::DType;
use crate::eval::ir::program::{Instruction, Op, Operand, Program, Target};
use crate::eval::ir::register::Register;
use pullback_real::{Binary, Unary};
use std::collections::HashMap;
use std::ops::Range;

/// Memory that a segment reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Slot {
    Register(Register),
    Input(u32),
    Output(u32),
}

impl Slot {
    pub fn of(target: Target) -> Slot {
        match target {
            Target::Register(r) => Slot::Register(r),
            Target::Output(k) => Slot::Output(k),
        }
    }
}

/// The slots of a segment, and their numbers.
#[derive(Default)]
pub(super) struct Slots {
    all: Vec<Slot>,
    numbers: HashMap<Slot, usize>,
}

impl Slots {
    pub fn number(&mut self, slot: Slot) -> usize {
        *self.numbers.entry(slot).or_insert_with(|| {
            self.all.push(slot);
            self.all.len() - 1
        })
    }
}

/// A segment: the instructions it implements, the offset at which its code begins, and the slots whose
/// addresses the code takes.
pub(crate) struct Segment {
    pub code: Range<usize>,
    pub entry: usize,
    pub slots: Vec<Slot>,
}

/// The error that there are more values than registers, at this instruction.
pub(super) struct Full(pub usize);

/// `Some` if segments can have this instruction, with the dtype of its vectors, if it has any.
fn simple(program: &Program, i: &Instruction) -> Option<Option<DType>> {
    // Bools live in mask registers, which are not filled from one element.
    let mask = |o: &Operand| match o {
        Operand::Register(_) => true,
        Operand::Input(k) => !program.inputs[*k as usize].is_one_element(),
        Operand::Number(_) => false,
    };
    let float = |d: DType| d.is_float().then_some(Some(d));
    match i.op {
        Op::Unary(Unary::Neg | Unary::Abs | Unary::Square | Unary::Recip | Unary::Sqrt) => float(i.dtype),
        Op::Unary(Unary::RecipOnePlusSquare | Unary::Relu | Unary::Sign | Unary::Powi(3 | 4)) => {
            float(i.dtype)
        }
        Op::Unary(Unary::Floor | Unary::Ceil | Unary::Trunc | Unary::Round) => float(i.dtype),
        Op::Binary(Binary::Max | Binary::Min) if i.dtype == DType::Bool => {
            i.operands.iter().all(mask).then_some(None)
        }
        Op::Binary(Binary::Add | Binary::Sub | Binary::Mul | Binary::Div) => float(i.dtype),
        Op::Binary(Binary::TimesOrZero | Binary::Max | Binary::Min | Binary::Less) => float(i.dtype),
        Op::Compare(_) => float(i.dtype),
        Op::Select => float(i.dtype).filter(|_| mask(&i.operands[0])),
        Op::Cast(DType::Bool) if i.dtype == DType::Bool => mask(&i.operands[0]).then_some(None),
        Op::Cast(DType::Bool) => float(i.dtype).filter(|_| mask(&i.operands[0])),
        Op::Cast(from) if i.dtype == DType::Bool || from == i.dtype => float(from),
        Op::Unary(_) | Op::Binary(_) | Op::Cast(_) | Op::Complex => None,
    }
}

/// Consecutive instructions that can be a segment, and the dtype of its vectors.
#[derive(Clone)]
pub(super) struct Stretch {
    pub code: Range<usize>,
    pub dtype: DType,
}

/// The stretches of a program, each of at least two instructions and as long as possible.
fn stretches(program: &Program) -> Vec<Stretch> {
    let (mut found, mut at) = (vec![], 0);
    while at < program.code.len() {
        let (start, mut dtype) = (at, None);
        while let Some(own) = program.code.get(at).and_then(|i| simple(program, i)) {
            if dtype.is_some() && own.is_some() && dtype != own {
                break;
            }
            dtype = dtype.or(own);
            at += 1
        }
        match dtype {
            Some(dtype) if at - start > 1 => found.push(Stretch { code: start..at, dtype }),
            _ => at = at.max(start + 1),
        }
    }
    found
}

/// Whether all of a program is one stretch.
pub(super) fn all_simple(program: &Program) -> bool {
    let n = program.code.len();
    matches!(&stretches(program)[..], [all] if all.code.len() == n)
}

/// Writes a program's segments.
pub(super) fn segments(program: &Program, asm: &mut Asm) -> Vec<Segment> {
    let (mut segments, lives) = (vec![], Liveness::of(program));
    for Stretch { code: Range { mut start, end: last }, dtype } in stretches(program) {
        while last - start > 1 {
            let mut end = last;
            let segment = loop {
                match segment(program, &lives, asm, &Stretch { code: start..end, dtype }) {
                    Ok(segment) => break segment,
                    Err(Full(at)) => end = at,
                }
            };
            segments.push(segment);
            start = end
        }
    }
    segments
}

/// The loop for these instructions, with its constants in registers if there are enough.
fn segment(program: &Program, lives: &Liveness, asm: &mut Asm, stretch: &Stretch) -> Result<Segment, Full> {
    let mark = asm.mark();
    let (plain, constants) = looped(program, lives, asm, stretch, &[])?;
    if constants.is_empty() || constants.len() > PINNED {
        return Ok(plain);
    }
    asm.rewind(mark);
    looped(program, lives, asm, stretch, &constants)
        .or_else(|_| {
            asm.rewind(mark);
            looped(program, lives, asm, stretch, &[])
        })
        .map(|(segment, _)| segment)
}

/// The most constants that are held in registers. Loading more takes longer than short rows take.
const PINNED: usize = 12;

/// Writes a loop over whole vectors, then the remaining elements under a mask. Also returns the constants
/// that are read from memory.
fn looped(
    program: &Program,
    lives: &Liveness,
    asm: &mut Asm,
    stretch: &Stretch,
    pinned: &[usize],
) -> Result<(Segment, Vec<usize>), Full> {
    let mark = asm.mark();
    let lanes = 64 / stretch.dtype.size() as u8;
    let entry = asm.bytes.len();
    // The first addresses are loaded before it is known how many slots there are; the caller's table is long
    // enough.
    let mut slots = Slots::default();
    let mut body = |asm: &mut Asm, masked| {
        let done = Body::new(program, lives, asm, &mut slots, stretch, masked, pinned).run();
        done.inspect_err(|_| asm.rewind(mark))
    };
    asm.save();
    for (k, base) in BASES.into_iter().enumerate() {
        asm.address(base, k)
    }
    Body::new(program, lives, asm, &mut Slots::default(), stretch, false, pinned).pin();
    asm.raw(&[0xb8]); // mov eax, all lanes
    asm.raw(&((1u32 << lanes) - 1).to_le_bytes());
    asm.mask_from_eax();
    asm.raw(&[0x31, 0xc9]); // xor ecx, ecx
    asm.raw(&[0x48, 0x89, 0xf2]); // mov rdx, rsi
    asm.raw(&[0x48, 0x83, 0xe2, lanes.wrapping_neg()]); // and rdx, -lanes
    let to_rest = asm.jump([0x0f, 0x84]); // jz
    let begin = asm.bytes.len();
    let constants = body(asm, false)?;
    asm.raw(&[0x48, 0x83, 0xc1, lanes]); // add rcx, lanes
    asm.raw(&[0x48, 0x39, 0xd1]); // cmp rcx, rdx
    asm.jump_back([0x0f, 0x82], begin); // jb
    asm.land(to_rest);
    asm.raw(&[0x48, 0x39, 0xf1]); // cmp rcx, rsi
    let to_end = asm.jump([0x0f, 0x84]); // je
    asm.raw(&[0x29, 0xce]); // sub esi, ecx
    asm.raw(&[0xb8, 0xff, 0xff, 0xff, 0xff]); // mov eax, -1
    asm.raw(&[0xc4, 0xe2, 0x48, 0xf5, 0xc0]); // bzhi eax, eax, esi
    asm.mask_from_eax();
    body(asm, true)?;
    asm.land(to_end);
    asm.restore();
    asm.raw(&[0xc5, 0xf8, 0x77, 0xc3]); // vzeroupper; ret
    Ok((Segment { code: stretch.code.clone(), entry, slots: slots.all }, constants))
}
