//! Instructions that compute: functions, arithmetic, comparisons, choices, casts, integers, complex numbers.
//!
//! Over 300 lines: one list of instructions.

use super::moves;
use super::pool::{Code, Draw, Pool};
use crate::array::Array;
use crate::dtype::DType;
use crate::ops::where_;
use crate::prim::Compare;
use crate::shape::Shape;
use pullback_real::{Binary, Unary};

/// What an instruction does.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Simple,
    Arithmetic,
    Function,
    Function2,
    Compare,
    Choice,
    Logic,
    Cast,
    Integer,
    Complex,
    Count,
    Reduce,
    Sum,
    Shift,
    Part,
    Flip,
    Turn,
    Row,
    Gather,
    Scatter,
    Join,
    Order,
    Unit,
}

/// How often each is drawn, and how often where the program is to be machine code for the most part; the simplest come
/// first.
const WEIGHTS: [(Kind, [usize; 2]); 23] = [
    (Kind::Simple, [9, 12]),
    (Kind::Arithmetic, [14, 20]),
    (Kind::Choice, [12, 20]),
    (Kind::Compare, [8, 14]),
    (Kind::Cast, [8, 4]),
    (Kind::Logic, [4, 8]),
    (Kind::Function, [7, 2]),
    (Kind::Function2, [4, 0]),
    (Kind::Integer, [6, 0]),
    (Kind::Complex, [4, 0]),
    (Kind::Count, [1, 0]),
    (Kind::Reduce, [3, 2]),
    (Kind::Sum, [3, 2]),
    (Kind::Row, [2, 1]),
    (Kind::Shift, [4, 2]),
    (Kind::Part, [2, 0]),
    (Kind::Flip, [2, 1]),
    (Kind::Turn, [1, 0]),
    (Kind::Join, [1, 0]),
    (Kind::Gather, [1, 0]),
    (Kind::Scatter, [1, 0]),
    (Kind::Order, [1, 0]),
    (Kind::Unit, [1, 0]),
];

/// Functions that machine code has.
pub(crate) const SIMPLE: [Unary; 14] = [
    Unary::Square,
    Unary::Neg,
    Unary::Abs,
    Unary::Relu,
    Unary::Sqrt,
    Unary::Recip,
    Unary::RecipOnePlusSquare,
    Unary::Sign,
    Unary::Floor,
    Unary::Ceil,
    Unary::Trunc,
    Unary::Round,
    Unary::Powi(3),
    Unary::Powi(4),
];
pub(crate) const ARITHMETIC: [Binary; 8] = [
    Binary::TimesOrZero,
    Binary::Add,
    Binary::Mul,
    Binary::Sub,
    Binary::Div,
    Binary::Max,
    Binary::Min,
    Binary::Less,
];
const INTEGER: [Binary; 10] = [
    Binary::Add,
    Binary::Mul,
    Binary::Sub,
    Binary::Max,
    Binary::Min,
    Binary::Rem,
    Binary::Remainder,
    Binary::FloorDivide,
    Binary::TruncDivide,
    Binary::Less,
];
const NUMBERS: [f64; 14] = [
    2.0,
    0.5,
    0.0,
    1.0,
    -1.0,
    3.0,
    -2.5,
    -0.0,
    1e-3,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e300,
    5e-324,
];
const WHOLE: [f64; 8] = [2.0, 0.0, 1.0, -1.0, 7.0, -3.0, 2147483647.0, -2147483648.0];
pub(crate) const COMPARE: [Compare; 4] = [Compare::Lt, Compare::Le, Compare::Eq, Compare::Ne];
pub const REAL: [DType; 5] = [DType::F64, DType::F32, DType::Bool, DType::I64, DType::I32];

/// A number of this dtype, as it stands beside arrays.
fn number(d: &mut Draw, dtype: DType) -> Array {
    match dtype {
        DType::F32 | DType::F64 | DType::C64 | DType::C128 => Array::weak(d.one(&NUMBERS)),
        DType::I32 | DType::I64 => Array::weak(d.one(&WHOLE)),
        DType::Bool => Array::weak(d.one(&[1.0, 0.0])),
    }
}
fn shown(x: &Array) -> String {
    format!("{:?}", x.fill_value().unwrap_or(f64::NAN))
}

/// One more value.
pub fn grow(pool: &mut Pool, code: Code) {
    let mut d = Draw::new(code);
    let style = usize::from(pool.only.is_some());
    let all: usize = WEIGHTS.iter().map(|(_, w)| w[style]).sum();
    let mut at = d.below(all);
    let mut kind = Kind::Simple;
    for (k, weight) in WEIGHTS {
        if at < weight[style] {
            kind = k;
            break;
        }
        at -= weight[style]
    }
    let d = &mut d;
    match kind {
        Kind::Simple => {
            let (op, k) = (d.one(&SIMPLE), pool.float(d));
            pool.push(Array::unary_op(op, pool.get(k)), || format!("{op:?}(v{k})"))
        }
        Kind::Function => {
            let op = match (d.one(Unary::ALL), d.below(12)) {
                (Unary::Powi(_), n) => Unary::Powi(n as i32 - 3),
                (op, _) => op,
            };
            let k = pool.float(d);
            pool.push(Array::unary_op(op, pool.get(k)), || format!("{op:?}(v{k})"))
        }
        Kind::Arithmetic => {
            let op = d.one(&ARITHMETIC);
            pair(pool, d, op, |d, pool| pool.float(d))
        }
        Kind::Function2 => {
            // What takes as long as a hundred others is computed as one of them is, number by number.
            let op = match d.one(Binary::ALL) {
                Binary::GammaP | Binary::GammaQ | Binary::GammaPdf => Binary::LnBeta,
                Binary::LnGammaP | Binary::LnGammaQ | Binary::LnGammaPdf => Binary::LnBeta,
                Binary::GammaPByA(_) | Binary::LnGammaPByA(_) | Binary::LnGammaQByA(_) => Binary::LnBeta,
                Binary::GammaPHazard(_) | Binary::GammaQHazard(_) => Binary::LnBeta,
                op => op,
            };
            pair(pool, d, op, |d, pool| pool.float(d))
        }
        Kind::Integer => match d.below(4) {
            0 => {
                let (op, k) =
                    (d.one(&[Unary::Neg, Unary::Abs, Unary::Sign, Unary::Square, Unary::Relu]), pool.int(d));
                pool.push(Array::unary_op(op, pool.get(k)), || format!("{op:?}(v{k})"))
            }
            _ => {
                let op = d.one(&INTEGER);
                pair(pool, d, op, |d, pool| pool.int(d))
            }
        },
        Kind::Compare => {
            let op = d.one(&COMPARE);
            let k = if pool.only.is_some() { pool.float(d) } else { pool.real(d) };
            let x = pool.get(k).clone();
            let (y, text) = other(pool, d, &x);
            let turned = d.below(3) == 2;
            let z = if turned { Array::compare_op(op, &y, &x) } else { Array::compare_op(op, &x, &y) };
            pool.push(z, || {
                if turned { format!("{op:?}({text}, v{k})") } else { format!("{op:?}(v{k}, {text})") }
            })
        }
        Kind::Choice => {
            let c = pool.of(d, DType::Bool);
            let k = if pool.only.is_some() { pool.float(d) } else { pool.any(d, |_| true) };
            let x = pool.get(k).clone();
            let (y, text) = other(pool, d, &x);
            let turned = d.flag();
            let c_ = pool.get(c).clone();
            let z = if turned { where_(&c_, &y, &x) } else { where_(&c_, &x, &y) };
            pool.push(z, || {
                if turned {
                    format!("where(v{c}, {text}, v{k})")
                } else {
                    format!("where(v{c}, v{k}, {text})")
                }
            })
        }
        Kind::Logic => {
            let (how, p, q) = (d.below(4), pool.of(d, DType::Bool), pool.of(d, DType::Bool));
            let (x, y) = (pool.get(p), pool.get(q));
            let (z, name) = match how {
                0 => (x.logical_and(y), "and"),
                1 => (x.logical_or(y), "or"),
                2 => (x.logical_not(), "not"),
                _ => (x.logical_xor(y), "xor"),
            };
            pool.push(z, || format!("{name}(v{p}, v{q})"))
        }
        Kind::Cast => {
            let (to, k) = (d.one(&REAL), pool.real(d));
            // Between bools and the one dtype.
            let to = pool.only.filter(|_| to != DType::Bool).unwrap_or(to);
            pool.push(pool.get(k).cast(to), || format!("v{k} as {to}"))
        }
        Kind::Complex => complex(pool, d),
        Kind::Count if pool.rank() > 0 => {
            let (axis, dtype) =
                (d.below(pool.rank()), d.one(&[DType::F64, DType::I64, DType::F32, DType::I32]));
            pool.push(Array::iota(pool.shape.clone(), axis, dtype), || format!("iota(axis {axis})"))
        }
        Kind::Count => {}
        Kind::Reduce
        | Kind::Sum
        | Kind::Shift
        | Kind::Part
        | Kind::Flip
        | Kind::Turn
        | Kind::Row
        | Kind::Gather
        | Kind::Scatter
        | Kind::Join
        | Kind::Order
        | Kind::Unit => moves::grow(pool, d, kind),
    }
}

/// Another value of the same dtype, or a number; and what it is called.
fn other(pool: &Pool, d: &mut Draw, x: &Array) -> (Array, String) {
    if d.below(3) == 2 {
        let c = number(d, x.dtype());
        let text = shown(&c);
        return (c, text);
    }
    let k = pool.of(d, x.dtype());
    (pool.get(k).clone(), format!("v{k}"))
}

fn pair(pool: &mut Pool, d: &mut Draw, op: Binary, first: impl Fn(&mut Draw, &Pool) -> usize) {
    let k = first(d, pool);
    let x = pool.get(k).clone();
    let (y, text) = other(pool, d, &x);
    let turned = d.below(3) == 2;
    let z = if turned { Array::binary_op(op, &y, &x) } else { Array::binary_op(op, &x, &y) };
    pool.push(z, || if turned { format!("{op:?}({text}, v{k})") } else { format!("{op:?}(v{k}, {text})") })
}

fn complex(pool: &mut Pool, d: &mut Draw) {
    let how = d.below(8);
    let known = pool.nth_last(d.below(1 << 8), |x| x.dtype().is_complex());
    let Some(k) = known.filter(|_| how > 1) else {
        let k = pool.float(d);
        let x = pool.get(k).clone();
        let j = pool.of(d, x.dtype());
        let y = pool.get(j);
        let shape = Shape::new(&x.0.shape.broadcast(y.shape()).expect("values broadcast"));
        let z = Array::complex_op(&x.broadcast_op(&shape), &y.broadcast_op(&shape));
        return pool.push(z, || format!("complex(v{k}, v{j})"));
    };
    let z = pool.get(k).clone();
    let j = pool.of(d, z.dtype());
    let w = pool.get(j);
    let (y, name) = match how {
        2 => (z.re_op(), "re"),
        3 => (z.im_op(), "im"),
        4 => (&z + w, "add"),
        5 => (&z * w, "mul"),
        6 => (Array::unary_op(Unary::Abs, &z), "abs"),
        _ => (z.conj(), "conj"),
    };
    pool.push(y, || match name {
        "add" | "mul" => format!("{name}(v{k}, v{j})"),
        _ => format!("{name}(v{k})"),
    })
}
