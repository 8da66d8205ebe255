//! The body of a segment's loop: which register holds what, and each operation in machine instructions. Every result has the
//! bits that the interpreter's loops give it: no products and sums are contracted.

use super::super::super::program::{Instruction, Op, Operand, Program, Target};
use super::asm::{Asm, BASES, Masked, Opcode, RAX, Rm};
use super::segment::{Full, Lives, Slot, is_one};
use crate::dtype::DType;
use crate::prim::Compare;
use pullback_real::{Binary, Unary};
use std::ops::Range;

/// Vector registers 0 to 3 hold a value for the length of one operation.
const SCRATCH: [u8; 4] = [0, 1, 2, 3];
/// Mask register 1 has the lanes that there are; 6 and 7 serve one operation.
const LANES: u8 = 1;
const MASKS: [u8; 2] = [6, 7];

// Predicates of comparisons, none of which signals: Intel's manual, table of VCMPPD.
const EQUAL: u8 = 0x00;
const UNORDERED: u8 = 0x03;
const UNEQUAL: u8 = 0x04;
const LESS: u8 = 0x11;
const LESS_EQUAL: u8 = 0x12;
const NOT_LESS_EQUAL: u8 = 0x16;
const GREATER: u8 = 0x1e;

const ADD: u8 = 0x58;
const MUL: u8 = 0x59;
const SUB: u8 = 0x5c;
const DIV: u8 = 0x5e;
const SQRT: u8 = 0x51;
const AND: u8 = 0x54;
const OR: u8 = 0x56;
const XOR: u8 = 0x57;

/// Where an operand of vectors is.
#[derive(Clone, Copy)]
enum Source {
    Reg(u8),
    Constant(usize),
    One(usize),
}

/// A body under construction.
pub(super) struct Body<'a> {
    program: &'a Program,
    lives: &'a Lives,
    asm: &'a mut Asm,
    slots: &'a mut Vec<Slot>,
    dtype: DType,
    /// Whether only the lanes of a mask are read and written.
    masked: bool,
    free: Vec<u8>,
    free_masks: Vec<u8>,
    /// The values that registers hold.
    held: Vec<(Operand, u8)>,
    /// The same of mask registers.
    held_masks: Vec<(Operand, u8)>,
}

impl<'a> Body<'a> {
    pub fn new(
        program: &'a Program,
        lives: &'a Lives,
        asm: &'a mut Asm,
        slots: &'a mut Vec<Slot>,
        dtype: DType,
        masked: bool,
    ) -> Self {
        let (free, free_masks) = ((4..32).rev().collect(), (2..6).rev().collect());
        let (held, held_masks) = (vec![], vec![]);
        Body { program, lives, asm, slots, dtype, masked, free, free_masks, held, held_masks }
    }
    pub fn run(mut self, range: Range<usize>) -> Result<(), Full> {
        let start = range.start;
        for at in range {
            self.step(&self.program.code[at], at - start).ok_or(Full(at))?
        }
        Ok(())
    }

    /// An arithmetic instruction's opcode.
    fn op(&self, byte: u8) -> Opcode {
        let wide = self.dtype == DType::F64;
        Opcode { map: 1, prefix: wide.into(), wide, byte }
    }
    /// One of those that have the same prefix for both dtypes.
    fn op66(&self, map: u8, single: u8, double: u8) -> Opcode {
        let wide = self.dtype == DType::F64;
        Opcode { map, prefix: 1, wide, byte: if wide { double } else { single } }
    }
    fn bits(&self, c: f64) -> u64 {
        match self.dtype {
            DType::F32 => (c as f32).to_bits().into(),
            _ => c.to_bits(),
        }
    }
    fn number(&mut self, c: f64) -> Rm {
        let bits = self.bits(c);
        Rm::Constant(self.asm.constant(bits))
    }
    /// The sign bit, or all others.
    fn sign(&mut self, all_others: bool) -> Rm {
        let sign = self.bits(-0.0);
        let others = if self.dtype == DType::F32 { sign - 1 } else { !sign };
        Rm::Constant(self.asm.constant(if all_others { others } else { sign }))
    }

    fn slot(&mut self, slot: Slot) -> usize {
        self.slots.iter().position(|&s| s == slot).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        })
    }
    /// A register with a slot's address, for the next instruction.
    fn base(&mut self, slot: usize) -> u8 {
        BASES.get(slot).copied().unwrap_or_else(|| {
            self.asm.address(RAX, slot);
            RAX
        })
    }
    fn memory(&mut self, slot: Slot, size: usize) -> Rm {
        let slot = self.slot(slot);
        Rm::Indexed { base: self.base(slot), scale: size.trailing_zeros() as u8 }
    }

    /// An operand of vectors, loaded if it is not in a register; none if there is no register left.
    fn source(&mut self, o: Operand) -> Option<Source> {
        let slot = match o {
            Operand::Number(c) => {
                let bits = self.bits(c);
                return Some(Source::Constant(self.asm.constant(bits)));
            }
            Operand::Input(k) if is_one(self.program, k) => {
                return Some(Source::One(self.slot(Slot::Input(k))));
            }
            Operand::Input(k) => Slot::Input(k),
            Operand::Register(r) => Slot::Register(r),
        };
        if let Some((_, register)) = self.held.iter().find(|(held, _)| *held == o) {
            return Some(Source::Reg(*register));
        }
        let register = self.free.pop()?;
        let (rm, op) = (self.memory(slot, self.dtype.size()), self.op(0x10));
        let mask = if self.masked { Masked::Zero(LANES) } else { Masked::No };
        self.asm.vector(op, false, register, 0, rm, mask, None);
        self.held.push((o, register));
        Some(Source::Reg(register))
    }
    /// An operand as what an instruction takes last.
    fn rm(&mut self, source: Source) -> Rm {
        match source {
            Source::Reg(r) => Rm::Reg(r),
            Source::Constant(k) => Rm::Constant(k),
            Source::One(slot) => Rm::One(self.base(slot)),
        }
    }
    /// An operand in a register, for which scratch is there.
    fn register(&mut self, source: Source, scratch: u8) -> u8 {
        if let Source::Reg(r) = source {
            return r;
        }
        let (rm, op) = (self.rm(source), self.op66(2, 0x18, 0x19));
        self.asm.vector(op, false, scratch, 0, rm, Masked::No, None);
        scratch
    }
    /// A bool operand in a mask register.
    fn mask(&mut self, o: Operand) -> Option<u8> {
        if let Some((_, register)) = self.held_masks.iter().find(|(held, _)| *held == o) {
            return Some(*register);
        }
        let slot = match o {
            Operand::Input(k) => Slot::Input(k),
            Operand::Register(r) => Slot::Register(r),
            Operand::Number(_) => unreachable!("numbers are no masks"),
        };
        let register = self.free_masks.pop()?;
        let rm = self.memory(slot, 1);
        let load = Opcode { map: 1, prefix: 3, wide: false, byte: 0x6f };
        self.asm.vector(load, true, SCRATCH[0], 0, rm, Masked::Zero(LANES), None);
        let test = Opcode { map: 2, prefix: 1, wide: false, byte: 0x26 };
        self.asm.vector(test, true, register, SCRATCH[0], Rm::Reg(SCRATCH[0]), Masked::No, None);
        self.held_masks.push((o, register));
        Some(register)
    }
    /// Gives up the registers of what instruction `k` reads last.
    fn release(&mut self, i: &Instruction, k: usize) {
        for (o, _) in i.operands.iter().zip(self.lives.last[k]).filter(|(_, last)| *last) {
            if let Some(at) = self.held.iter().position(|(held, _)| held == o) {
                self.free.push(self.held.swap_remove(at).1)
            }
            if let Some(at) = self.held_masks.iter().position(|(held, _)| held == o) {
                self.free_masks.push(self.held_masks.swap_remove(at).1)
            }
        }
    }

    fn arith(&mut self, byte: u8, to: u8, a: u8, b: Rm) {
        let op = self.op(byte);
        self.asm.vector(op, false, to, a, b, Masked::No, None)
    }
    fn compare(&mut self, to: u8, a: u8, b: Rm, predicate: u8) {
        let op = self.op(0xc2);
        self.asm.vector(op, false, to, a, b, Masked::No, Some(predicate))
    }
    /// `to` = `yes` where the mask is set, else `no`.
    fn choose(&mut self, to: u8, mask: u8, yes: Rm, no: u8) {
        let op = self.op66(2, 0x65, 0x65);
        self.asm.vector(op, false, to, no, yes, Masked::Choose(mask), None)
    }
    /// `to` = 1 where the mask is set, else 0.
    fn ones(&mut self, to: u8, mask: u8) {
        let (one, op) = (self.bits(1.0), self.op66(2, 0x18, 0x19));
        let one = Rm::Constant(self.asm.constant(one));
        self.asm.vector(op, false, to, 0, one, Masked::Zero(mask), None)
    }

    fn store(&mut self, slot: Slot, register: u8) {
        let mask = if self.masked { Masked::Merge(LANES) } else { Masked::No };
        let (rm, op) = (self.memory(slot, self.dtype.size()), self.op(0x11));
        self.asm.vector(op, false, register, 0, rm, mask, None)
    }
    /// Keeps a result in its register and in memory, as far as it is needed there.
    fn keep(&mut self, i: &Instruction, k: usize, register: u8) {
        let slot = Slot::of(i.target);
        if self.lives.kept[k] || matches!(slot, Slot::Output(_)) {
            self.store(slot, register)
        }
        match slot {
            Slot::Register(r) if self.lives.read[k] => self.held.push((Operand::Register(r), register)),
            _ => self.free.push(register),
        }
    }
    /// The same of a result in a mask register.
    fn keep_mask(&mut self, i: &Instruction, k: usize, register: u8) {
        let slot = Slot::of(i.target);
        if self.lives.kept[k] || matches!(slot, Slot::Output(_)) {
            // Bytes of one where the mask is set.
            let ones = self.asm.bytes_of_one();
            let load = Opcode { map: 1, prefix: 3, wide: false, byte: 0x6f };
            self.asm.vector(load, true, SCRATCH[0], 0, Rm::Pool(ones), Masked::Zero(register), None);
            let (rm, store) = (self.memory(slot, 1), Opcode { byte: 0x7f, ..load });
            self.asm.vector(store, true, SCRATCH[0], 0, rm, Masked::Merge(LANES), None)
        }
        match slot {
            Slot::Register(r) if self.lives.read[k] => self.held_masks.push((Operand::Register(r), register)),
            _ => self.free_masks.push(register),
        }
    }

    /// One instruction; none if there is no register left.
    fn step(&mut self, i: &Instruction, k: usize) -> Option<()> {
        let [s0, s1, s2, _] = SCRATCH;
        let [m0, m1] = MASKS;
        // Operations whose result is a mask.
        let predicate = match i.op {
            Op::Compare(Compare::Eq) => Some(EQUAL),
            Op::Compare(Compare::Ne) => Some(UNEQUAL),
            Op::Compare(Compare::Lt) => Some(LESS),
            Op::Compare(Compare::Le) => Some(LESS_EQUAL),
            // What is not zero is true.
            Op::Cast(from) if i.dtype == DType::Bool && from.is_float() => Some(UNEQUAL),
            _ => None,
        };
        if let Some(predicate) = predicate {
            let y = i.operands.get(1).copied().unwrap_or(Operand::Number(0.0));
            let (x, y) = (self.source(i.operands[0])?, self.source(y)?);
            let x = self.register(x, s0);
            let y = self.rm(y);
            self.release(i, k);
            let to = self.free_masks.pop()?;
            self.compare(to, x, y, predicate);
            self.keep_mask(i, k, to);
            return Some(());
        }
        if i.dtype == DType::Bool && !matches!(i.op, Op::Select) {
            let a = self.mask(i.operands[0])?;
            let b = self.mask(*i.operands.get(1).unwrap_or(&i.operands[0]))?;
            self.release(i, k);
            let to = self.free_masks.pop()?;
            let both = matches!(i.op, Op::Binary(Binary::Min));
            self.asm.masks(if both { 0x41 } else { 0x45 }, to, a, b);
            self.keep_mask(i, k, to);
            return Some(());
        }
        // All others: vectors.
        let to = match i.op {
            Op::Select => {
                let mask = self.mask(i.operands[0])?;
                let (yes, no) = (self.source(i.operands[1])?, self.source(i.operands[2])?);
                let no = self.register(no, s0);
                let yes = self.rm(yes);
                self.release(i, k);
                let to = self.free.pop()?;
                self.choose(to, mask, yes, no);
                to
            }
            Op::Cast(DType::Bool) => {
                let mask = self.mask(i.operands[0])?;
                self.release(i, k);
                let to = self.free.pop()?;
                self.ones(to, mask);
                to
            }
            Op::Cast(_) => {
                let x = self.source(i.operands[0])?;
                let x = self.register(x, s0);
                if let Target::Output(_) = i.target {
                    self.store(Slot::of(i.target), x);
                    self.release(i, k);
                    return Some(());
                }
                self.release(i, k);
                let to = self.free.pop()?;
                if to != x {
                    let op = self.op(0x28);
                    self.asm.vector(op, false, to, 0, Rm::Reg(x), Masked::No, None)
                }
                to
            }
            Op::Unary(op) => {
                let x = self.source(i.operands[0])?;
                let x = self.register(x, s0);
                self.release(i, k);
                let to = self.free.pop()?;
                let round = |b: &mut Self, mode: u8| {
                    let op = b.op66(3, 0x08, 0x09);
                    b.asm.vector(op, false, to, 0, Rm::Reg(x), Masked::No, Some(8 | mode))
                };
                match op {
                    Unary::Neg => {
                        let sign = self.sign(false);
                        self.arith(XOR, to, x, sign)
                    }
                    Unary::Abs => {
                        let others = self.sign(true);
                        self.arith(AND, to, x, others)
                    }
                    Unary::Square => self.arith(MUL, to, x, Rm::Reg(x)),
                    Unary::Powi(3) => {
                        self.arith(MUL, s1, x, Rm::Reg(x));
                        self.arith(MUL, to, s1, Rm::Reg(x))
                    }
                    Unary::Powi(4) => {
                        self.arith(MUL, s1, x, Rm::Reg(x));
                        self.arith(MUL, to, s1, Rm::Reg(s1))
                    }
                    Unary::Sqrt => self.arith(SQRT, to, 0, Rm::Reg(x)),
                    Unary::Recip => {
                        let bits = self.bits(1.0);
                        let one = Source::Constant(self.asm.constant(bits));
                        let one = self.register(one, s1);
                        self.arith(DIV, to, one, Rm::Reg(x))
                    }
                    // Zero for what is at most zero; NaN stays.
                    Unary::Relu => {
                        let zero = self.number(0.0);
                        self.compare(m0, x, zero, NOT_LESS_EQUAL);
                        let op = self.op(0x28);
                        self.asm.vector(op, false, to, 0, Rm::Reg(x), Masked::Zero(m0), None)
                    }
                    Unary::Sign => {
                        let zero = self.number(0.0);
                        self.compare(m0, x, zero, GREATER);
                        self.compare(m1, x, zero, LESS);
                        let (one, minus) = (self.number(1.0), self.number(-1.0));
                        self.choose(s1, m0, one, x);
                        self.choose(to, m1, minus, s1)
                    }
                    Unary::Round => round(self, 0),
                    Unary::Floor => round(self, 1),
                    Unary::Ceil => round(self, 2),
                    Unary::Trunc => round(self, 3),
                    other => unreachable!("{} is not simple", other.name()),
                }
                to
            }
            Op::Binary(op) => {
                let (mut x, mut y) = (self.source(i.operands[0])?, self.source(i.operands[1])?);
                if matches!(op, Binary::Add | Binary::Mul) && !matches!(x, Source::Reg(_)) {
                    // One that is not in a register goes last.
                    (x, y) = (y, x)
                }
                let x = self.register(x, s0);
                match op {
                    Binary::Max | Binary::Min => {
                        let y = self.register(y, s1);
                        self.release(i, k);
                        let to = self.free.pop()?;
                        // Of two zeros the positive (negative) one, by their bits; NaN if either is.
                        let (join, before) = if op == Binary::Max { (AND, GREATER) } else { (OR, LESS) };
                        self.arith(join, s2, x, Rm::Reg(y));
                        self.compare(m0, x, Rm::Reg(y), EQUAL);
                        self.choose(s2, m0, Rm::Reg(s2), y);
                        self.compare(m0, x, Rm::Reg(y), before);
                        self.choose(s2, m0, Rm::Reg(x), s2);
                        self.compare(m0, x, Rm::Reg(x), UNORDERED);
                        self.choose(to, m0, Rm::Reg(x), s2);
                        to
                    }
                    _ => {
                        let y = self.rm(y);
                        self.release(i, k);
                        let to = self.free.pop()?;
                        match op {
                            Binary::Add => self.arith(ADD, to, x, y),
                            Binary::Sub => self.arith(SUB, to, x, y),
                            Binary::Mul => self.arith(MUL, to, x, y),
                            Binary::Div => self.arith(DIV, to, x, y),
                            Binary::Less => {
                                self.compare(m0, x, y, LESS);
                                self.ones(to, m0)
                            }
                            other => unreachable!("{} is not simple", other.name()),
                        }
                        to
                    }
                }
            }
            Op::Compare(_) | Op::Complex => unreachable!("no vectors of numbers"),
        };
        self.keep(i, k, to);
        Some(())
    }
}
