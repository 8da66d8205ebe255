//! The records of reverse mode: for every result a node, with its slopes by its arguments; where derivatives
//! will be differentiated again, also the operation itself.

use crate::real::{Binary, Unary};
use crate::table::Notation;
use crate::var::Var;

/// The slopes of one result by at most two earlier ones. Slot 0 marks a missing argument, with slope 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub slopes: [f64; 2],
    pub args: [u32; 2],
}

impl Node {
    /// An independent variable: it depends on nothing.
    pub const LEAF: Node = Node { slopes: [0.0; 2], args: [0; 2] };

    /// A result with the slope `slope` by `x`.
    #[inline(always)]
    fn along(x: Var, slope: f64) -> Node {
        if x.is_constant() {
            return Node::LEAF;
        }
        Node { slopes: [slope * x.slope, 0.0], args: [x.slot(), 0] }
    }
}

/// One recorded operation: the function, its operands and its result.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    /// y = x: an independent variable of an inner gradient.
    Alias { x: Var, y: Var },
    /// y = op(x).
    Unary { op: Unary, x: Var, y: Var },
    /// z = op(x, y).
    Binary { op: Binary, x: Var, y: Var, z: Var },
}

impl Operation {
    /// The result of the operation.
    pub fn result(&self) -> Var {
        match *self {
            Operation::Alias { y, .. } | Operation::Unary { y, .. } => y,
            Operation::Binary { z, .. } => z,
        }
    }
    /// The operands.
    pub fn args(&self) -> [Option<Var>; 2] {
        match *self {
            Operation::Alias { x, .. } | Operation::Unary { x, .. } => [Some(x), None],
            Operation::Binary { x, y, .. } => [Some(x), Some(y)],
        }
    }
    /// The name in the table.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::Alias { .. } => "alias",
            Operation::Unary { op, .. } => op.name(),
            Operation::Binary { op, .. } => op.name(),
        }
    }
    /// The node of the operation: its slopes by the slots that its arguments depend on.
    pub fn node(&self) -> Node {
        match *self {
            Operation::Alias { x, .. } => Node::along(x, 1.0),
            Operation::Unary { op, x, y } => Node::along(x, op.slope(&x.value, &y.value)),
            Operation::Binary { op, x, y, z } => {
                let (a, b, c) = (&x.value, &y.value, &z.value);
                // The slope by a constant is not even computed: it may not exist.
                match (x.is_constant(), y.is_constant()) {
                    (true, true) => Node::LEAF,
                    (false, true) => Node::along(x, op.slope_x(a, b, c)),
                    (true, false) => Node::along(y, op.slope_y(a, b, c)),
                    (false, false) => Node::both(&x, &y, op.slope_x(a, b, c), op.slope_y(a, b, c)),
                }
            }
        }
    }
    /// The operation in the notation of formulas, applied to these operands.
    pub fn formula(&self, args: &[String]) -> String {
        let (notation, integer) = match self {
            Operation::Alias { .. } => (Notation::Function, None),
            Operation::Unary { op, .. } => (op.notation(), op.index()),
            Operation::Binary { op, .. } => (op.notation(), op.index()),
        };
        match notation {
            Notation::Prefix(sign) => format!("{sign}{}", args[0]),
            Notation::Infix(sign, _) => format!("{} {sign} {}", args[0], args[1]),
            Notation::Power(_) => format!("{}^{}", args[0], integer.unwrap_or(2)),
            Notation::Function => {
                let integer = integer.map(|n| n.to_string());
                let args: Vec<_> = integer.into_iter().chain(args.iter().cloned()).collect();
                format!("{}({})", self.name(), args.join(", "))
            }
        }
    }
    /// The operation with `f` applied to each of its numbers.
    pub fn map(self, f: impl Fn(Var) -> Var) -> Operation {
        match self {
            Operation::Alias { x, y } => Operation::Alias { x: f(x), y: f(y) },
            Operation::Unary { op, x, y } => Operation::Unary { op, x: f(x), y: f(y) },
            Operation::Binary { op, x, y, z } => Operation::Binary { op, x: f(x), y: f(y), z: f(z) },
        }
    }
}

impl Node {
    /// A result with slopes by two active numbers.
    #[inline(always)]
    pub fn both(x: &Var, y: &Var, dx: f64, dy: f64) -> Node {
        Node { slopes: [dx * x.slope, dy * y.slope], args: [x.slot(), y.slot()] }
    }
}
