//! Each operation in machine instructions. Every result has the bits that the interpreter gives it: products
//! and sums are not contracted.

use super::asm::{Masked, Rm};
use super::body::{Body, MASKS, SCRATCH, Source};
use super::segment::Slot;
use crate::dtype::DType;
use crate::eval::ir::program::{Instruction, Op, Operand, Target};
use crate::prim::Compare;
use pullback_real::{Binary, Unary};

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

impl Body<'_> {
    fn arith(&mut self, byte: u8, to: u8, a: u8, b: Rm) {
        let op = self.op(byte);
        self.asm.vector(op, to, a, b, Masked::No, None)
    }
    fn compare(&mut self, to: u8, a: u8, b: Rm, predicate: u8) {
        let op = self.op(0xc2);
        self.asm.vector(op, to, a, b, Masked::No, Some(predicate))
    }
    /// `to` = `yes` where the mask is set, else `no`.
    fn choose(&mut self, to: u8, mask: u8, yes: Rm, no: u8) {
        let op = self.op66(2, 0x65, 0x65);
        self.asm.vector(op, to, no, yes, Masked::Choose(mask), None)
    }
    /// `to` = 1 where the mask is set, else 0.
    fn ones(&mut self, to: u8, mask: u8) {
        let (one, op) = (self.number(1.0), self.op66(2, 0x18, 0x19));
        self.asm.vector(op, to, 0, one, Masked::Zero(mask), None)
    }

    /// Writes one instruction; `None` if there is no register left.
    pub(super) fn step(&mut self, i: &Instruction, at: usize) -> Option<()> {
        let [s0, s1, s2, _] = SCRATCH;
        let [m0, m1] = MASKS;
        // Operations whose result is a mask.
        let predicate = match i.op {
            Op::Compare(Compare::Eq) => Some(EQUAL),
            Op::Compare(Compare::Ne) => Some(UNEQUAL),
            Op::Compare(Compare::Lt) => Some(LESS),
            Op::Compare(Compare::Le) => Some(LESS_EQUAL),
            // A number other than zero is true.
            Op::Cast(from) if i.dtype == DType::Bool && from.is_float() => Some(UNEQUAL),
            _ => None,
        };
        if let Some(predicate) = predicate {
            let y = i.operands.get(1).copied().unwrap_or(Operand::Number(0.0));
            let (x, y) = (self.source(i.operands[0])?, self.source(y)?);
            let x = self.register(x, s0);
            let y = self.rm(y);
            self.release(i, at);
            let to = self.free_masks.pop()?;
            self.compare(to, x, y, predicate);
            self.keep_mask(i, at, to);
            return Some(());
        }
        if i.dtype == DType::Bool && !matches!(i.op, Op::Select) {
            let a = self.mask(i.operands[0])?;
            let b = self.mask(*i.operands.get(1).unwrap_or(&i.operands[0]))?;
            self.release(i, at);
            let to = self.free_masks.pop()?;
            let both = matches!(i.op, Op::Binary(Binary::Min));
            self.asm.masks(if both { 0x41 } else { 0x45 }, to, a, b);
            self.keep_mask(i, at, to);
            return Some(());
        }
        // The other results are vectors.
        let to = match i.op {
            Op::Select => {
                let mask = self.mask(i.operands[0])?;
                let (yes, no) = (self.source(i.operands[1])?, self.source(i.operands[2])?);
                let no = self.register(no, s0);
                let yes = self.rm(yes);
                self.release(i, at);
                let to = self.free.pop()?;
                self.choose(to, mask, yes, no);
                to
            }
            Op::Cast(DType::Bool) => {
                let mask = self.mask(i.operands[0])?;
                self.release(i, at);
                let to = self.free.pop()?;
                self.ones(to, mask);
                to
            }
            Op::Cast(_) => {
                let x = self.source(i.operands[0])?;
                let x = self.register(x, s0);
                if let Target::Output(_) = i.target {
                    self.store(Slot::of(i.target), x);
                    self.release(i, at);
                    return Some(());
                }
                self.release(i, at);
                let to = self.free.pop()?;
                if to != x {
                    let op = self.op(0x28);
                    self.asm.vector(op, to, 0, Rm::Reg(x), Masked::No, None)
                }
                to
            }
            Op::Unary(op) => {
                let x = self.source(i.operands[0])?;
                let x = self.register(x, s0);
                self.release(i, at);
                let to = self.free.pop()?;
                let round = |b: &mut Self, mode: u8| {
                    let op = b.op66(3, 0x08, 0x09);
                    b.asm.vector(op, to, 0, Rm::Reg(x), Masked::No, Some(8 | mode))
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
                        let one = self.constant(self.bits(1.0));
                        let one = self.register(one, s1);
                        self.arith(DIV, to, one, Rm::Reg(x))
                    }
                    Unary::RecipOnePlusSquare => {
                        let one = self.constant(self.bits(1.0));
                        let one = self.register(one, s2);
                        self.arith(MUL, s1, x, Rm::Reg(x));
                        self.arith(ADD, s1, s1, Rm::Reg(one));
                        self.arith(DIV, to, one, Rm::Reg(s1))
                    }
                    // Zero for numbers up to zero; NaN stays NaN.
                    Unary::Relu => {
                        let zero = self.number(0.0);
                        self.compare(m0, x, zero, NOT_LESS_EQUAL);
                        let op = self.op(0x28);
                        self.asm.vector(op, to, 0, Rm::Reg(x), Masked::Zero(m0), None)
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
                    // An operand that is not in a register goes last.
                    (x, y) = (y, x)
                }
                let x = self.register(x, s0);
                match op {
                    Binary::Max | Binary::Min => {
                        let y = self.register(y, s1);
                        self.release(i, at);
                        let to = self.free.pop()?;
                        // Of two zeros the positive (negative) one, by their bits; NaN if either operand is
                        // NaN.
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
                        self.release(i, at);
                        let to = self.free.pop()?;
                        match op {
                            Binary::Add => self.arith(ADD, to, x, y),
                            Binary::Sub => self.arith(SUB, to, x, y),
                            Binary::Mul => self.arith(MUL, to, x, y),
                            Binary::Div => self.arith(DIV, to, x, y),
                            Binary::TimesOrZero => {
                                let zero = self.number(0.0);
                                self.compare(m0, x, zero, UNEQUAL);
                                self.arith(MUL, s1, x, y);
                                let op = self.op(0x28);
                                self.asm.vector(op, to, 0, Rm::Reg(s1), Masked::Zero(m0), None)
                            }
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
        self.keep(i, at, to);
        Some(())
    }
}
