//! The tokens of a formula: numbers, names and signs.

use crate::error::Error;

/// A token of a formula.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(f64),
    Name(&'a str),
    /// An operator, a parenthesis or a comma.
    Sign(char),
    End,
}

impl Token<'_> {
    /// The token as a message names it.
    pub fn describe(self) -> String {
        match self {
            Token::Number(c) => format!("the number {c:?}"),
            Token::Name(name) => format!("`{}`", shorten(name)),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end".into(),
        }
    }
    /// Whether an operand begins with it.
    pub fn begins_operand(self) -> bool {
        matches!(self, Token::Number(_) | Token::Name(_) | Token::Sign('('))
    }
}

/// The name, cut short if it is too long for a message.
pub(super) fn shorten(name: &str) -> String {
    match name.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.into(),
    }
}

/// The next token at or after the byte `at`, and where it begins and ends.
pub(super) fn next(text: &str, at: usize) -> Result<(Token<'_>, usize, usize), Error> {
    let start = text[at..].find(|c: char| !c.is_whitespace()).map_or(text.len(), |i| at + i);
    let rest = &text[start..];
    let Some(first) = rest.chars().next() else { return Ok((Token::End, start, start)) };
    let (token, len) = match first {
        '0'..='9' | '.' => {
            let len = number_len(rest);
            match rest[..len].parse::<f64>() {
                Ok(c) if c.is_finite() => (Token::Number(c), len),
                Ok(_) => return Err(Error::new(text, start, "this number is too large")),
                Err(_) => return Err(Error::new(text, start, "this is not a number")),
            }
        }
        c if c.is_alphabetic() || c == '_' => {
            let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Token::Name(&rest[..len]), len)
        }
        '*' if rest.starts_with("**") => {
            return Err(Error::new(text, start, "powers are written `^`, not `**`"));
        }
        '+' | '-' | '*' | '/' | '%' | '^' | '(' | ')' | ',' => (Token::Sign(first), 1),
        // The signs of printed mathematics.
        '·' | '×' => (Token::Sign('*'), first.len_utf8()),
        '−' => (Token::Sign('-'), first.len_utf8()),
        '÷' => (Token::Sign('/'), first.len_utf8()),
        '[' | ']' | '{' | '}' => {
            return Err(Error::new(text, start, format!("write parentheses `(` and `)`, not `{first}`")));
        }
        '=' | '<' | '>' | '!' | '&' | '|' | ';' => {
            let hint = "a formula has only + - * / % ^, parentheses and functions";
            return Err(Error::new(text, start, format!("`{first}` has no meaning here: {hint}")));
        }
        c => return Err(Error::new(text, start, format!("the character {c:?} has no meaning in a formula"))),
    };
    Ok((token, start, start + len))
}

/// The length of the number with which `text` begins: digits, a point, digits, and an exponent if there is
/// one.
fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent_end = digits(end + 1 + sign);
        if exponent_end > end + 1 + sign {
            end = exponent_end;
        }
    }
    // A second point is included, so that the text is not a number.
    if bytes.get(end) == Some(&b'.') { end + 1 } else { end }
}
