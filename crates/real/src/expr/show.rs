//! Formulas as text: with as few parentheses as the parser needs, or as a list of statements, one for each shared part.

use super::names;
use super::node::{Expr, Node};
use super::walk::Order;
use crate::real::{Binary, Unary};
use crate::table::Notation;
use std::collections::HashMap;
use std::fmt::{Debug, Display, Formatter, Result};

// Precedences of the forms: twice the table's number, so that the sign in front fits between `*` and `^`.
const ANY: u8 = 0;
const PREFIX: u8 = 5;
const CALL: u8 = 255;

/// A piece that remains to be written.
#[derive(Clone, Copy)]
enum Piece<'a> {
    /// This formula, in parentheses unless its precedence is at least this.
    Expr(&'a Expr, u8),
    Text(&'a str),
    Number(f64),
    Integer(i64),
}
use Piece::{Integer, Number, Text};

/// The precedence of a formula as it is written.
fn binding(e: &Expr) -> u8 {
    match e.node() {
        Node::Const(c) if c.is_sign_negative() && !c.is_nan() => PREFIX,
        Node::Const(_) | Node::Var(_) | Node::Select(..) => CALL,
        Node::Unary(op, _) => match op.notation() {
            Notation::Prefix(_) => PREFIX,
            Notation::Power(p) => 2 * p,
            Notation::Function | Notation::Infix(..) => CALL,
        },
        Node::Binary(op, ..) => match op.notation() {
            Notation::Infix(_, p) => 2 * p,
            Notation::Function | Notation::Prefix(_) | Notation::Power(_) => CALL,
        },
    }
}

/// The pieces a formula is written in, first to last.
fn pieces(e: &Expr) -> Vec<Piece<'_>> {
    let any = |x| Piece::Expr(x, ANY);
    match e.node() {
        Node::Const(c) => vec![Number(*c)],
        Node::Var(name) => vec![Text(name)],
        Node::Unary(op, x) => match (op, op.notation()) {
            (Unary::Powi(n), Notation::Power(p)) => {
                vec![Piece::Expr(x, 2 * p + 1), Text("^"), Integer(i64::from(*n))]
            }
            (_, Notation::Power(p)) => vec![Piece::Expr(x, 2 * p + 1), Text("^"), Integer(2)],
            (_, Notation::Prefix(sign)) => vec![Text(sign), Piece::Expr(x, PREFIX)],
            // ψ and ψ′ have names of their own.
            (Unary::Polygamma(0 | 1), _) => {
                vec![Text(names::name_of_unary(*op)), Text("("), any(x), Text(")")]
            }
            (_, Notation::Function) if op.index().is_some() => {
                let n = op.index().unwrap_or(0);
                vec![Text(op.name()), Text("("), Integer(n), Text(", "), any(x), Text(")")]
            }
            (_, Notation::Function | Notation::Infix(..)) => {
                vec![Text(names::name_of_unary(*op)), Text("("), any(x), Text(")")]
            }
        },
        Node::Binary(op, x, y) => match op.notation() {
            Notation::Infix(sign, p) => {
                let space = Text(if p == 1 { " " } else { "" });
                // The power binds to the right, and a sign in the exponent needs no parentheses.
                let (left, right) = if *op == Binary::Pow { (2 * p + 1, PREFIX) } else { (2 * p, 2 * p + 1) };
                let mut all = vec![Piece::Expr(x, left), space, Text(sign), space, Piece::Expr(y, right)];
                // `x^3` is read as `powi`, which this is not.
                if *op == Binary::Pow && y.as_constant().is_some_and(|c| format!("{c:?}").ends_with(".0")) {
                    all.push(Text(".0"));
                }
                all
            }
            Notation::Function | Notation::Prefix(_) | Notation::Power(_) => {
                let index = op.index().into_iter().flat_map(|n| [Integer(n), Text(", ")]);
                let args = [any(x), Text(", "), any(y), Text(")")];
                [Text(op.name()), Text("(")].into_iter().chain(index).chain(args).collect()
            }
        },
        Node::Select(c, a, b) => {
            vec![Text("select("), any(c), Text(", "), any(a), Text(", "), any(b), Text(")")]
        }
    }
}

/// Writes `root`; parts that have names are written by their names.
fn write(f: &mut Formatter<'_>, root: &Expr, names: &HashMap<*const Node, String>) -> Result {
    let mut rest = pieces(root);
    rest.reverse();
    while let Some(piece) = rest.pop() {
        match piece {
            Text(text) => f.write_str(text)?,
            Integer(n) => write!(f, "{n}")?,
            Number(c) => match (names::name_of(c), names::name_of(-c)) {
                (Some(name), _) => f.write_str(name)?,
                (None, Some(name)) => write!(f, "-{name}")?,
                (None, None) => f.write_str(format!("{c:?}").trim_end_matches(".0"))?,
            },
            Piece::Expr(e, least) => match names.get(&e.id()) {
                Some(name) => f.write_str(name)?,
                None => {
                    let open = binding(e) < least;
                    if open {
                        f.write_str("(")?;
                        rest.push(Text(")"));
                    }
                    rest.extend(pieces(e).into_iter().rev());
                }
            },
        }
    }
    Ok(())
}

impl Display for Expr {
    /// The whole formula, its shared parts written out each time: with much sharing, [`Expr::listing`] is the shorter.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write(f, self, &HashMap::new())
    }
}
impl Debug for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write(f, self, &HashMap::new())
    }
}

/// Formulas as statements, one for each part that is used more than once: see [`Expr::listing`].
pub struct Listing<'a> {
    roots: Vec<(&'a str, &'a Expr)>,
}

impl Expr {
    /// The formula as a list of statements, one for each part that is used more than once; the last one gives
    /// the value. The list is as long as the graph is large; the formula itself may be exponentially longer.
    ///
    /// ```
    /// use pullback_real::{Expr, Real};
    /// let x = Expr::var("x");
    /// let s = (2.0 * x).sin();
    /// let c = &s * &s + 1.0;
    /// assert_eq!((&c * &c).listing("y").to_string(), "s1 = sin(2*x)\ns2 = s1*s1 + 1\ny = s2*s2\n");
    /// ```
    pub fn listing<'a>(&'a self, name: &'a str) -> Listing<'a> {
        Listing::of([(name, self)])
    }
}

impl<'a> Listing<'a> {
    /// Several formulas in one list, which share their parts.
    ///
    /// ```
    /// use pullback_real::{Listing, parse};
    /// let z = parse("exp(x*y)").unwrap();
    /// let g = z.gradient(&["x", "y"]);
    /// assert_eq!(Listing::of([("gx", &g[0]), ("gy", &g[1])]).to_string(), "s1 = exp(x*y)\ngx = s1*y\ngy = s1*x\n");
    /// ```
    pub fn of(formulas: impl IntoIterator<Item = (&'a str, &'a Expr)>) -> Listing<'a> {
        Listing { roots: formulas.into_iter().collect() }
    }
}

impl Display for Listing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let order = Order::of(self.roots.iter().map(|(_, e)| *e));
        let mut uses = vec![0; order.nodes.len()];
        for part in order.parts.iter().flatten().chain(&order.roots) {
            // A part that a node does not have is out of range.
            if let Some(n) = uses.get_mut(*part) {
                *n += 1;
            }
        }
        let taken = |prefix: &str| {
            let named = order.nodes.iter().filter_map(|e| match e.node() {
                Node::Var(name) => Some(&**name),
                _ => None,
            });
            named.chain(self.roots.iter().map(|(name, _)| *name)).any(|name| name.starts_with(prefix))
        };
        let mut prefix = String::from("s");
        while taken(&prefix) {
            prefix.push('_');
        }
        let mut names = HashMap::new();
        for (e, n) in order.nodes.iter().zip(uses) {
            if n > 1 && e.node().args()[0].is_some() {
                let name = format!("{prefix}{}", names.len() + 1);
                write!(f, "{name} = ")?;
                write(f, e, &names)?;
                writeln!(f)?;
                names.insert(e.id(), name);
            }
        }
        for (name, root) in &self.roots {
            write!(f, "{name} = ")?;
            match names.get(&root.id()) {
                Some(part) => f.write_str(part)?,
                None => write(f, root, &names)?,
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
