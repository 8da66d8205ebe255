//! Segments: runs of simple instructions of a program as one loop of machine code, in which values live in vector
//! registers from the instruction that makes them to the last that reads them.

use super::super::super::pattern::Pattern;
use super::super::super::program::{Instruction, Op, Operand, Program, Target};
use super::asm::{Asm, BASES};
use super::body::Body;
use crate::dtype::DType;
use pullback_real::{Binary, Unary};
use std::ops::Range;

/// Where a segment reads or writes memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slot {
    Register(u16),
    Input(u16),
    Output(u16),
}

impl Slot {
    pub fn of(target: Target) -> Slot {
        match target {
            Target::Register(r) => Slot::Register(r),
            Target::Output(k) => Slot::Output(k),
        }
    }
}

/// A segment: which instructions it stands for, where its code begins, and whose addresses that takes.
pub(crate) struct Segment {
    pub code: Range<usize>,
    pub entry: usize,
    pub slots: Vec<Slot>,
}

/// More values than registers, at this instruction.
pub(super) struct Full(pub usize);

/// What becomes of values in a stretch of code.
pub(super) struct Lives {
    /// Whether an instruction reads this operand last.
    pub last: Vec<[bool; 3]>,
    /// Whether an instruction's result is read in the stretch.
    pub read: Vec<bool>,
    /// Whether it is read behind the stretch.
    pub kept: Vec<bool>,
}

impl Lives {
    fn new(program: &Program, range: Range<usize>) -> Lives {
        let mut later: Vec<Operand> = vec![];
        let mut lost: Vec<u16> = vec![];
        for i in &program.code[range.end..] {
            for o in &i.operands {
                if let Operand::Register(r) = o
                    && !lost.contains(r)
                {
                    later.push(*o)
                }
            }
            if let Target::Register(r) = i.target {
                lost.push(r)
            }
        }
        let at_end = program.sinks.iter().map(|s| s.operand);
        later.extend(at_end.filter(|o| !matches!(o, Operand::Register(r) if lost.contains(r))));
        let (mut behind, mut within): (_, Vec<Operand>) = (later, vec![]);
        let n = range.len();
        let mut lives = Lives { last: vec![[false; 3]; n], read: vec![false; n], kept: vec![false; n] };
        for (k, i) in program.code[range].iter().enumerate().rev() {
            if let Target::Register(r) = i.target {
                let value = Operand::Register(r);
                lives.kept[k] = behind.contains(&value);
                lives.read[k] = within.contains(&value);
                behind.retain(|o| *o != value);
                within.retain(|o| *o != value)
            }
            for (o, last) in i.operands.iter().zip(&mut lives.last[k]) {
                *last = !within.contains(o);
            }
            within.extend(&i.operands)
        }
        lives
    }
}

/// Whether an input is one element in every block.
pub(super) fn is_one(program: &Program, k: u16) -> bool {
    let input = &program.inputs[k as usize];
    input.pattern == Pattern::Same && input.bounds.is_empty()
}

/// Whether segments have this instruction; the dtype of its vectors, if it has some.
fn simple(program: &Program, i: &Instruction) -> Option<Option<DType>> {
    // Bools live in mask registers, which are not filled from one element.
    let mask = |o: &Operand| match o {
        Operand::Register(_) => true,
        Operand::Input(k) => !is_one(program, *k),
        Operand::Number(_) => false,
    };
    let float = |d: DType| d.is_float().then_some(Some(d));
    match i.op {
        Op::Unary(Unary::Neg | Unary::Abs | Unary::Square | Unary::Recip | Unary::Sqrt) => float(i.dtype),
        Op::Unary(Unary::Relu | Unary::Sign | Unary::Powi(3 | 4)) => float(i.dtype),
        Op::Unary(Unary::Floor | Unary::Ceil | Unary::Trunc | Unary::Round) => float(i.dtype),
        Op::Binary(Binary::Max | Binary::Min) if i.dtype == DType::Bool => {
            i.operands.iter().all(mask).then_some(None)
        }
        Op::Binary(Binary::Add | Binary::Sub | Binary::Mul | Binary::Div) => float(i.dtype),
        Op::Binary(Binary::Max | Binary::Min | Binary::Less) => float(i.dtype),
        Op::Compare(_) => float(i.dtype),
        Op::Select => float(i.dtype).filter(|_| mask(&i.operands[0])),
        Op::Cast(DType::Bool) if i.dtype == DType::Bool => mask(&i.operands[0]).then_some(None),
        Op::Cast(DType::Bool) => float(i.dtype).filter(|_| mask(&i.operands[0])),
        Op::Cast(from) if i.dtype == DType::Bool || from == i.dtype => float(from),
        Op::Unary(_) | Op::Binary(_) | Op::Cast(_) | Op::Complex => None,
    }
}

/// The stretches of a program that can be segments: of at least two instructions, with vectors of one dtype.
fn stretches(program: &Program) -> Vec<(Range<usize>, DType)> {
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
            Some(dtype) if at - start > 1 => found.push((start..at, dtype)),
            _ => at = at.max(start + 1),
        }
    }
    found
}

/// Whether all of a program is one stretch.
pub(super) fn all_simple(program: &Program) -> bool {
    let n = program.code.len();
    matches!(&stretches(program)[..], [(range, _)] if range.len() == n)
}

/// Writes a program's segments.
pub(super) fn segments(program: &Program, asm: &mut Asm) -> Vec<Segment> {
    let mut segments = vec![];
    for (range, dtype) in stretches(program) {
        let mut start = range.start;
        while range.end - start > 1 {
            let mut end = range.end;
            let segment = loop {
                match segment(program, asm, start..end, dtype) {
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

/// The loop for these instructions, its constants in registers if there are enough.
fn segment(program: &Program, asm: &mut Asm, range: Range<usize>, dtype: DType) -> Result<Segment, Full> {
    let (mark, lives) = (asm.mark(), Lives::new(program, range.clone()));
    let (plain, constants) = looped(program, &lives, asm, range.clone(), dtype, &[])?;
    if constants.is_empty() || constants.len() > PINNED {
        return Ok(plain);
    }
    asm.rewind(mark);
    looped(program, &lives, asm, range.clone(), dtype, &constants)
        .or_else(|_| {
            asm.rewind(mark);
            looped(program, &lives, asm, range, dtype, &[])
        })
        .map(|(segment, _)| segment)
}

/// Constants that are held in registers, at most: more take longer to load than short rows take.
const PINNED: usize = 12;

/// Whole vectors, then the rest under a mask; and the constants that are read from memory.
fn looped(
    program: &Program,
    lives: &Lives,
    asm: &mut Asm,
    range: Range<usize>,
    dtype: DType,
    pinned: &[usize],
) -> Result<(Segment, Vec<usize>), Full> {
    let mark = asm.mark();
    let lanes = 64 / dtype.size() as u8;
    let entry = asm.bytes.len();
    // The addresses come when it is known how many there are; until then there is room for all.
    let mut slots = vec![];
    let mut body = |asm: &mut Asm, masked| {
        let done = Body::new(program, lives, asm, &mut slots, dtype, masked, pinned).run(range.clone());
        done.inspect_err(|_| asm.rewind(mark))
    };
    asm.save();
    for (k, base) in BASES.into_iter().enumerate() {
        asm.address(base, k)
    }
    Body::new(program, lives, asm, &mut vec![], dtype, false, pinned).pin();
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
    Ok((Segment { code: range, entry, slots }, constants))
}
