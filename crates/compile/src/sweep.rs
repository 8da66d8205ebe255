//! The two sweeps over a program, made of symbols: what they do becomes instructions.

use crate::builder::Instruction;
use crate::symbol::Symbol;
use pullback_real::{Real, Unary};

/// The symbol of instruction k.
fn symbol(list: &[Instruction], k: u32) -> Symbol {
    match list[k as usize] {
        Instruction::Constant(bits) => Symbol::lift(f64::from_bits(bits)),
        // No branch is taken on it any more.
        _ => Symbol::new(f64::NAN, k),
    }
}

/// A derivative on its way, and whether a choice may have set it to 0: an infinite slope beside it must do no harm then.
#[derive(Clone, Copy)]
struct Carried {
    by: Symbol,
    chosen: bool,
}
const ZERO: fn() -> Carried = || Carried { by: Symbol::lift(0.0), chosen: false };

impl Carried {
    fn plus(self, other: Carried) -> Carried {
        match (self.by.is_surely_zero(), other.by.is_surely_zero()) {
            (true, _) => other,
            (_, true) => self,
            _ => Carried { by: self.by + other.by, chosen: self.chosen || other.chosen },
        }
    }
    /// slope·self.
    fn times(self, slope: Symbol) -> Carried {
        if self.by.is_surely_zero() || slope.is_surely_zero() {
            return ZERO();
        }
        let product = slope * self.by;
        let by = match self.chosen && !slope.is_surely_finite() {
            true => Symbol::select(&self.by, &product, &Symbol::lift(0.0)),
            false => product,
        };
        Carried { by, ..self }
    }
    /// What arrives at one side of a choice.
    fn where_chosen(self, condition: &Symbol, first: bool) -> Carried {
        if self.by.is_surely_zero() {
            return self;
        }
        let zero = Symbol::lift(0.0);
        let (a, b) = if first { (&self.by, &zero) } else { (&zero, &self.by) };
        Carried { by: Symbol::select(condition, a, b), chosen: true }
    }
}

/// The slopes of an instruction by its operands.
fn slopes(list: &[Instruction], k: u32, each: &mut dyn FnMut(u32, Symbol)) {
    let of = |k: u32| symbol(list, k);
    let is_constant = |k: u32| matches!(list[k as usize], Instruction::Constant(_));
    match list[k as usize] {
        Instruction::Unary(Unary::Neg, x) => each(x, Symbol::lift(-1.0)),
        Instruction::Unary(op, x) if !op.is_flat() => each(x, op.slope(&of(x), &of(k))),
        Instruction::Binary(op, x, y) if !op.is_flat() => {
            if !is_constant(x) {
                each(x, op.slope_x(&of(x), &of(y), &of(k)))
            }
            if !is_constant(y) {
                each(y, op.slope_y(&of(x), &of(y), &of(k)))
            }
        }
        Instruction::Unary(..) | Instruction::Binary(..) => {}
        Instruction::Input(_) | Instruction::Constant(_) | Instruction::Select(..) => {}
    }
}

/// The derivatives of one output by the first `n` inputs.
pub(crate) fn reverse(list: &[Instruction], inputs: &[u32], output: u32) -> Vec<Symbol> {
    let mut bars = vec![ZERO(); output as usize + 1];
    bars[output as usize].by = Symbol::lift(1.0);
    for k in (0..=output).rev() {
        let g = bars[k as usize];
        if g.by.is_surely_zero() {
            continue;
        }
        if let Instruction::Select(c, a, b) = list[k as usize] {
            let condition = symbol(list, c);
            bars[a as usize] = bars[a as usize].plus(g.where_chosen(&condition, true));
            bars[b as usize] = bars[b as usize].plus(g.where_chosen(&condition, false));
            continue;
        }
        slopes(list, k, &mut |x, slope| bars[x as usize] = bars[x as usize].plus(g.times(slope)))
    }
    inputs.iter().map(|&k| bars.get(k as usize).map_or(Symbol::lift(0.0), |g| g.by)).collect()
}

/// The derivatives of all outputs by one input.
pub(crate) fn forward(list: &[Instruction], input: u32, outputs: &[u32]) -> Vec<Symbol> {
    let mut dots = vec![ZERO(); list.len()];
    dots[input as usize].by = Symbol::lift(1.0);
    for k in 0..list.len() as u32 {
        if let Instruction::Select(c, a, b) = list[k as usize] {
            let (da, db) = (dots[a as usize], dots[b as usize]);
            if !(da.by.is_surely_zero() && db.by.is_surely_zero()) {
                let by = Symbol::select(&symbol(list, c), &da.by, &db.by);
                dots[k as usize] = Carried { by, chosen: true }
            }
            continue;
        }
        let moves = |x: u32| !dots[x as usize].by.is_surely_zero();
        if k == input || !list[k as usize].args().any(moves) {
            continue;
        }
        let mut sum = ZERO();
        slopes(list, k, &mut |x, slope| sum = sum.plus(dots[x as usize].times(slope)));
        dots[k as usize] = sum
    }
    outputs.iter().map(|&k| dots[k as usize].by).collect()
}
