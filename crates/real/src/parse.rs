//! The parser of formulas. Names and precedences of operators and functions come from the table.
//!
//! Over 300 lines: one grammar.

mod token;

use crate::error::Error;
use crate::expr::Expr;
use crate::expr::names::{self, Function};
use crate::real::Binary;
use crate::real::Real;
use crate::table::Notation;
use std::collections::HashMap;
use std::str::FromStr;
use token::{Token, shorten};

/// How deep parentheses, signs and powers may be nested in each other.
const DEPTH: usize = 200;
/// The largest integer exponent that becomes `powi`; a larger one is an ordinary number.
const POWER: u32 = 1_000_000_000;
/// The highest order of an indexed function, such as a derivative of the digamma function.
const ORDER: u32 = 100;

/// Reads a formula.
///
/// - Operators `+ - * / %` (also `− · × ÷`) and `^`, which binds tighter than a sign (`-x^2` is `-(x^2)`) and
///   to the right; a literal integer exponent makes it [`powi`](Real::powi). A product always needs its `*`.
/// - Functions by the names of [`Real`]'s methods and the usual other names: `sin(x)`, `atan2(y, x)`, `max(a, b)`,
///   `log(x)`, `sigmoid(x)`, `polygamma(n, x)`, `clamp(x, lo, hi)`, `select(cond, a, b)`.
/// - The constants `pi`, `e`, `tau`, `inf`, `nan`. All other names are variables.
///
/// The text that [`Expr`] prints is read back as the same formula.
///
/// ```
/// use pullback_real::parse;
/// let z = parse("x1*x2 + sin(x1)").unwrap();
/// assert_eq!(z.variables(), ["x1", "x2"]);
/// assert_eq!(parse("2 x").unwrap_err().message(), "write `*` to multiply: `2*x`");
/// ```
///
/// # Errors
/// If the text is not a formula, or is nested deeper than 200 levels. The [`Error`] says what is wrong, and where.
pub fn parse(text: &str) -> Result<Expr, Error> {
    let mut parser = Parser {
        text,
        token: Token::End,
        start: 0,
        end: 0,
        last_end: 0,
        depth: 0,
        variables: HashMap::new(),
    };
    parser.advance()?;
    if parser.token == Token::End {
        return Err(parser.error("the formula is empty"));
    }
    let formula = parser.formula(1)?;
    match parser.token {
        Token::End => Ok(formula),
        Token::Sign(')') => Err(parser.error("this parenthesis closes none")),
        Token::Sign(',') => Err(parser.error("a comma stands only between the arguments of a function")),
        other => Err(parser.error(format!("{} was not expected here", other.describe()))),
    }
}

impl FromStr for Expr {
    type Err = Error;
    fn from_str(text: &str) -> Result<Expr, Error> {
        parse(text)
    }
}

struct Parser<'a> {
    text: &'a str,
    /// The next token, not used yet, and its range in the text.
    token: Token<'a>,
    start: usize,
    end: usize,
    /// Where the token before it ended.
    last_end: usize,
    depth: usize,
    variables: HashMap<&'a str, Expr>,
}

/// An argument of a call: its formula and its range in the text.
struct Argument {
    value: Expr,
    start: usize,
    end: usize,
}

impl<'a> Parser<'a> {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(self.text, self.start, message)
    }
    fn advance(&mut self) -> Result<(), Error> {
        self.last_end = self.end;
        (self.token, self.start, self.end) = token::next(self.text, self.end)?;
        Ok(())
    }

    /// Operands joined by operators of precedence `least` or higher; all of these bind to the left.
    fn formula(&mut self, least: u8) -> Result<Expr, Error> {
        let mut left = self.signed()?;
        while let Token::Sign(sign) = self.token {
            let Some((op, binds)) = operator(sign) else { break };
            if binds < least {
                break;
            }
            self.advance()?;
            let right = self.formula(binds + 1)?;
            left = Expr::binary(op, &left, &right);
        }
        if self.token.begins_operand() {
            return Err(self.missing_operator());
        }
        Ok(left)
    }

    /// An operand with its signs in front.
    fn signed(&mut self) -> Result<Expr, Error> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error(format!("the formula is nested deeper than {DEPTH} levels")));
        }
        let value = match self.token {
            Token::Sign('-') => {
                self.advance()?;
                -self.signed()?
            }
            Token::Sign('+') => {
                self.advance()?;
                self.signed()?
            }
            _ => self.power()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn power(&mut self) -> Result<Expr, Error> {
        let base = self.operand()?;
        if self.token != Token::Sign('^') {
            return Ok(base);
        }
        self.advance()?;
        let start = self.start;
        let exponent = self.signed()?;
        Ok(match self.integer(start, self.last_end) {
            Some(n) if n.unsigned_abs() <= POWER => base.powi(n),
            _ => base.pow(exponent),
        })
    }

    /// The integer that is written in this range, if nothing else is.
    fn integer(&self, start: usize, end: usize) -> Option<i32> {
        let bare = |c: char| c.is_whitespace() || c == '(' || c == ')';
        let digits = self.text[start..end].trim_matches(bare);
        match digits.strip_prefix('-') {
            Some(rest) => {
                rest.trim_start().parse::<u32>().ok().and_then(|n| i32::try_from(n).ok()).map(|n| -n)
            }
            None => digits.parse().ok(),
        }
    }

    fn operand(&mut self) -> Result<Expr, Error> {
        match self.token {
            Token::Number(c) => {
                self.advance()?;
                Ok(Expr::constant(c))
            }
            Token::Name(name) => {
                let start = self.start;
                self.advance()?;
                if self.token == Token::Sign('(') { self.call(name, start) } else { self.name(name, start) }
            }
            Token::Sign('(') => {
                let start = self.start;
                self.advance()?;
                let inner = self.formula(1)?;
                self.close(start)?;
                Ok(inner)
            }
            Token::End => {
                Err(self.error("the formula ends where a number, a name or a parenthesis should follow"))
            }
            other => Err(self.error(format!(
                "a number, a name or a parenthesis should stand here, not {}",
                other.describe()
            ))),
        }
    }

    /// Consumes the parenthesis that closes the one opened at `open`.
    fn close(&mut self, open: usize) -> Result<(), Error> {
        match self.token {
            Token::Sign(')') => self.advance(),
            Token::End => Err(Error::new(self.text, open, "this parenthesis is never closed")),
            other => Err(self.error(format!("`)` should stand here, not {}", other.describe()))),
        }
    }

    /// A variable or a constant.
    fn name(&mut self, name: &'a str, start: usize) -> Result<Expr, Error> {
        if names::function(name).is_some() {
            let message =
                format!("`{name}` is a function: its argument stands in parentheses, as in `{name}(x)`");
            return Err(Error::new(self.text, start, message));
        }
        match names::constant(name) {
            Some(c) => Ok(Expr::constant(c)),
            None => Ok(self.variables.entry(name).or_insert_with(|| Expr::var(name)).clone()),
        }
    }

    /// The call of the function `name` that stands at `at`.
    fn call(&mut self, name: &str, at: usize) -> Result<Expr, Error> {
        let text = self.text;
        let wrong = |message: String| Error::new(text, at, message);
        let Some(function) = names::function(name) else {
            let known = self.variables.contains_key(name) || names::constant(name).is_some();
            let name = shorten(name);
            return Err(match names::nearest(&name) {
                _ if known => wrong(format!("`{name}` is not a function; write `{name}*(…)` to multiply")),
                Some(nearest) => wrong(format!("unknown function `{name}`; did you mean `{nearest}`?")),
                None => wrong(format!("unknown function `{name}`; to multiply, write `{name}*(…)`")),
            });
        };
        let args = self.arguments()?;
        let expected = match function {
            Function::Unary(_) => "x",
            Function::Binary(Binary::Atan2) => "y, x",
            Function::Binary(_) => "x, y",
            Function::Powi => "x, n",
            Function::Order(_) => "n, x",
            Function::BinaryOrder(_) => "n, x, y",
            Function::Clamp => "x, lo, hi",
            Function::Select => "cond, a, b",
        };
        let integer = |i: usize| {
            let n = self.integer(args[i].start, args[i].end);
            n.ok_or_else(|| {
                Error::new(text, args[i].start, format!("`{name}` needs an integer here, written out"))
            })
        };
        let order = |n: &Argument| match u32::try_from(integer(0)?) {
            Ok(k @ ..=ORDER) => Ok(k),
            _ => Err(Error::new(text, n.start, format!("the order must lie between 0 and {ORDER}"))),
        };
        match (function, &args[..]) {
            (Function::Unary(op), [x]) => Ok(Expr::unary(op, &x.value)),
            (Function::Binary(op), [x, y]) => Ok(Expr::binary(op, &x.value, &y.value)),
            (Function::Select, [c, a, b]) => Ok(Expr::select(&c.value, &a.value, &b.value)),
            (Function::Powi, [x, n]) => match integer(1)? {
                k if k.unsigned_abs() <= POWER => Ok(x.value.powi(k)),
                _ => Err(Error::new(text, n.start, format!("the power must lie within ±{POWER}"))),
            },
            (Function::Order(op), [n, x]) => Ok(Expr::unary(op(order(n)?), &x.value)),
            (Function::BinaryOrder(op), [n, x, y]) => Ok(Expr::binary(op(order(n)?), &x.value, &y.value)),
            (Function::Clamp, [x, lo, hi]) => match (lo.value.as_constant(), hi.value.as_constant()) {
                (Some(a), Some(b)) if a <= b => Ok(x.value.clamp(a, b)),
                (Some(_), Some(_)) => {
                    Err(wrong("the lower bound of `clamp` must not exceed the upper".into()))
                }
                (None, _) => Err(Error::new(text, lo.start, "the bounds of `clamp` must be plain numbers")),
                (_, None) => Err(Error::new(text, hi.start, "the bounds of `clamp` must be plain numbers")),
            },
            _ => {
                let n = expected.split(',').count();
                let s = if n == 1 { "" } else { "s" };
                Err(wrong(format!(
                    "`{name}` takes {n} argument{s}, `{name}({expected})`, not {}",
                    args.len()
                )))
            }
        }
    }

    /// The arguments of a call, from the opening parenthesis to the closing one.
    fn arguments(&mut self) -> Result<Vec<Argument>, Error> {
        let open = self.start;
        self.advance()?;
        let mut args = Vec::new();
        while self.token != Token::Sign(')') || !args.is_empty() {
            let start = self.start;
            let value = self.formula(1)?;
            args.push(Argument { value, start, end: self.last_end });
            if self.token != Token::Sign(',') {
                break;
            }
            self.advance()?;
        }
        self.close(open)?;
        Ok(args)
    }

    /// The error for two operands beside each other.
    fn missing_operator(&self) -> Error {
        let before = self.text[..self.last_end].chars().rev();
        let last: String = before.take_while(|c| c.is_alphanumeric() || "_.)".contains(*c)).collect();
        let last: String = last.chars().rev().collect();
        let next = self.text[self.start..self.end].to_string();
        if last.contains(')') || next == "(" || last.len() + next.len() > 30 {
            return self.error("write `*` to multiply");
        }
        self.error(format!("write `*` to multiply: `{last}*{next}`"))
    }
}

/// The operator with this sign that binds to the left, and its precedence.
fn operator(sign: char) -> Option<(Binary, u8)> {
    Binary::ALL.iter().find_map(|op| match op.notation() {
        Notation::Infix(s, binds) if s.starts_with(sign) && *op != Binary::Pow => Some((*op, binds)),
        Notation::Infix(..) | Notation::Function | Notation::Prefix(_) | Notation::Power(_) => None,
    })
}
