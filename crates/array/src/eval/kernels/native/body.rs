//! The body of a segment's loop: assigns registers to values, loads operands, and stores results.

use super::asm::{Asm, BASES, Masked, Opcode, RAX, Rm};
use super::liveness::Liveness;
use super::segment::{Full, Slot, Slots, Stretch};
use crate::dtype::DType;
use crate::eval::ir::program::{Instruction, Operand, Program};
use std::ops::Range;

/// Vector registers 0 to 3 hold a value for the length of one operation.
pub(super) const SCRATCH: [u8; 4] = [0, 1, 2, 3];
/// Mask register 1 selects the valid lanes; 6 and 7 serve one operation.
const LANES: u8 = 1;
pub(super) const MASKS: [u8; 2] = [6, 7];

/// The location of a vector operand.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Reg(u8),
    Constant(usize),
    One(usize),
}

/// A body under construction.
pub(super) struct Body<'a> {
    program: &'a Program,
    lives: &'a Liveness,
    pub(super) asm: &'a mut Asm,
    slots: &'a mut Slots,
    /// The instructions that the body implements.
    code: Range<usize>,
    dtype: DType,
    /// Whether only the lanes of a mask are read and written.
    masked: bool,
    pub(super) free: Vec<u8>,
    pub(super) free_masks: Vec<u8>,
    /// The operands that vector registers hold.
    held: Vec<(Operand, u8)>,
    /// The operands that mask registers hold.
    held_masks: Vec<(Operand, u8)>,
    /// The constants that registers hold throughout the loop: register 31 − k holds number k.
    pinned: &'a [usize],
    /// The constants that are used, except for the pinned ones.
    pub constants: Vec<usize>,
}

impl<'a> Body<'a> {
    pub fn new(
        program: &'a Program,
        lives: &'a Liveness,
        asm: &'a mut Asm,
        slots: &'a mut Slots,
        stretch: &Stretch,
        masked: bool,
        pinned: &'a [usize],
    ) -> Self {
        let (free, free_masks) = ((4..32 - pinned.len() as u8).rev().collect(), (2..6).rev().collect());
        let (held, held_masks, constants) = (vec![], vec![], vec![]);
        Body {
            program,
            lives,
            asm,
            slots,
            code: stretch.code.clone(),
            dtype: stretch.dtype,
            masked,
            free,
            free_masks,
            held,
            held_masks,
            pinned,
            constants,
        }
    }
    /// Writes the body, and returns the constants that it reads from memory; the error is the instruction at
    /// which there is no register left.
    pub fn run(mut self) -> Result<Vec<usize>, Full> {
        for at in self.code.clone() {
            self.step(&self.program.code[at], at).ok_or(Full(at))?
        }
        // The last reader of every value has released it.
        debug_assert!(self.held.is_empty() && self.held_masks.is_empty(), "{:?} are held", self.held);
        debug_assert_eq!((self.free.len(), self.free_masks.len()), (28 - self.pinned.len(), 4));
        Ok(self.constants)
    }
    /// Loads the pinned constants into their registers, before the loop.
    pub fn pin(&mut self) {
        let op = self.op66(2, 0x18, 0x19);
        for (k, &constant) in self.pinned.iter().enumerate() {
            self.asm.vector(op, 31 - k as u8, 0, Rm::Constant(constant), Masked::No, None)
        }
    }

    /// An arithmetic instruction's opcode.
    pub(super) fn op(&self, byte: u8) -> Opcode {
        let wide = self.dtype == DType::F64;
        Opcode { map: 1, prefix: wide.into(), wide, byte, short: false }
    }
    /// The opcode of an instruction that has prefix `66` for both dtypes.
    pub(super) fn op66(&self, map: u8, single: u8, double: u8) -> Opcode {
        let wide = self.dtype == DType::F64;
        Opcode { map, prefix: 1, wide, byte: if wide { double } else { single }, short: false }
    }
    pub(super) fn bits(&self, c: f64) -> u64 {
        match self.dtype {
            DType::F32 => (c as f32).to_bits().into(),
            _ => c.to_bits(),
        }
    }
    pub(super) fn constant(&mut self, bits: u64) -> Source {
        let k = self.asm.constant(bits);
        if let Some(at) = self.pinned.iter().position(|&p| p == k) {
            return Source::Reg(31 - at as u8);
        }
        if !self.constants.contains(&k) {
            self.constants.push(k)
        }
        Source::Constant(k)
    }
    pub(super) fn number(&mut self, c: f64) -> Rm {
        let number = self.constant(self.bits(c));
        self.rm(number)
    }
    /// A constant of the sign bit, or of all other bits.
    pub(super) fn sign(&mut self, all_others: bool) -> Rm {
        let sign = self.bits(-0.0);
        let others = if self.dtype == DType::F32 { sign - 1 } else { !sign };
        let bits = self.constant(if all_others { others } else { sign });
        self.rm(bits)
    }

    fn slot(&mut self, slot: Slot) -> usize {
        self.slots.number(slot)
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

    /// A vector operand, loaded if it is not in a register; `None` if there is no register left.
    pub(super) fn source(&mut self, o: Operand) -> Option<Source> {
        let slot = match o {
            Operand::Number(c) => return Some(self.constant(self.bits(c))),
            Operand::Input(k) if self.program.inputs[k as usize].is_one_element() => {
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
        self.asm.vector(op, register, 0, rm, mask, None);
        self.held.push((o, register));
        Some(Source::Reg(register))
    }
    /// A source as the last operand of an instruction.
    pub(super) fn rm(&mut self, source: Source) -> Rm {
        match source {
            Source::Reg(r) => Rm::Reg(r),
            Source::Constant(k) => Rm::Constant(k),
            Source::One(slot) => Rm::One(self.base(slot)),
        }
    }
    /// A source in a register; it is loaded to `scratch` if it is not in one.
    pub(super) fn register(&mut self, source: Source, scratch: u8) -> u8 {
        if let Source::Reg(r) = source {
            return r;
        }
        let (rm, op) = (self.rm(source), self.op66(2, 0x18, 0x19));
        self.asm.vector(op, scratch, 0, rm, Masked::No, None);
        scratch
    }
    /// A bool operand in a mask register; `None` if there is no register left.
    pub(super) fn mask(&mut self, o: Operand) -> Option<u8> {
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
        let load = Opcode { map: 1, prefix: 3, wide: false, byte: 0x6f, short: true };
        self.asm.vector(load, SCRATCH[0], 0, rm, Masked::Zero(LANES), None);
        let test = Opcode { map: 2, prefix: 1, wide: false, byte: 0x26, short: true };
        self.asm.vector(test, register, SCRATCH[0], Rm::Reg(SCRATCH[0]), Masked::No, None);
        self.held_masks.push((o, register));
        Some(register)
    }
    /// Releases the registers of the operands of which instruction number `at` is the last reader.
    pub(super) fn release(&mut self, i: &Instruction, at: usize) {
        for (k, o) in i.operands.iter().enumerate() {
            if !self.lives.is_last(at, k, self.code.end) {
                continue;
            }
            if let Some(at) = self.held.iter().position(|(held, _)| held == o) {
                self.free.push(self.held.swap_remove(at).1)
            }
            if let Some(at) = self.held_masks.iter().position(|(held, _)| held == o) {
                self.free_masks.push(self.held_masks.swap_remove(at).1)
            }
        }
    }

    pub(super) fn store(&mut self, slot: Slot, register: u8) {
        let mask = if self.masked { Masked::Merge(LANES) } else { Masked::No };
        let (rm, op) = (self.memory(slot, self.dtype.size()), self.op(0x11));
        self.asm.vector(op, register, 0, rm, mask, None)
    }
    /// Keeps a result in its register if the body reads it, and stores it if later code reads it or it is an
    /// output.
    pub(super) fn keep(&mut self, i: &Instruction, at: usize, register: u8) {
        let slot = Slot::of(i.target);
        if self.lives.is_read_behind(at, &self.code) || matches!(slot, Slot::Output(_)) {
            self.store(slot, register)
        }
        match slot {
            Slot::Register(r) if self.lives.is_read_within(at, &self.code) => {
                self.held.push((Operand::Register(r), register))
            }
            _ => self.free.push(register),
        }
    }
    /// [`keep`](Self::keep) for a result in a mask register.
    pub(super) fn keep_mask(&mut self, i: &Instruction, at: usize, register: u8) {
        let slot = Slot::of(i.target);
        if self.lives.is_read_behind(at, &self.code) || matches!(slot, Slot::Output(_)) {
            // Bytes of 1 where the mask is set, and of 0 elsewhere.
            let ones = self.asm.bytes_of_one();
            let load = Opcode { map: 1, prefix: 3, wide: false, byte: 0x6f, short: true };
            self.asm.vector(load, SCRATCH[0], 0, Rm::Pool(ones), Masked::Zero(register), None);
            let (rm, store) = (self.memory(slot, 1), Opcode { byte: 0x7f, ..load });
            self.asm.vector(store, SCRATCH[0], 0, rm, Masked::Merge(LANES), None)
        }
        match slot {
            Slot::Register(r) if self.lives.is_read_within(at, &self.code) => {
                self.held_masks.push((Operand::Register(r), register))
            }
            _ => self.free_masks.push(register),
        }
    }
}
