//! How arrays print: as NumPy's do, in columns, the middle of large ones left out.
//!
//! `{}` prints the numbers alone, `{:?}` commas, the dtype and, of empty arrays, the shape.

use crate::array::Array;
use crate::dtype::DType;
use std::fmt;

/// Arrays of more elements are summarised.
const THRESHOLD: usize = 1000;
/// How many elements at either end of an axis a summary shows.
const EDGE: usize = 3;
/// Digits behind the point at most.
const PRECISION: usize = 8;
/// Columns of a line.
const WIDTH: usize = 75;

impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.0.traced {
            Some(transform) => write!(f, "<array {} {} inside {transform}>", self.0.shape, self.dtype()),
            None => f.write_str(&Picture::of(self).text("", " ")),
        }
    }
}
impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(transform) = self.0.traced {
            return write!(f, "Array(inside {transform}, shape={}, {})", self.0.shape, self.dtype());
        }
        let text = Picture::of(self).text("Array(", ", ");
        let shape = match self.size() {
            0 => format!(", shape={}", self.0.shape),
            _ => String::new(),
        };
        write!(f, "Array({text}{shape}, {})", self.dtype())
    }
}

/// What is shown of an array: the elements as text of one width, and where dots stand for others.
struct Picture {
    shape: Vec<usize>,
    /// The indices shown along each axis; `None` for the dots.
    shown: Vec<Vec<Option<usize>>>,
    texts: Vec<String>,
    next: usize,
}

impl Picture {
    fn of(x: &Array) -> Picture {
        let large = x.size() > THRESHOLD;
        let along = |&n: &usize| match large && n > 2 * EDGE {
            false => (0..n).map(Some).collect(),
            true => (0..EDGE).map(Some).chain([None]).chain((n - EDGE..n).map(Some)).collect(),
        };
        let shown: Vec<Vec<Option<usize>>> = x.shape().iter().map(along).collect();
        let mut places = vec![0];
        for (axis, &n) in shown.iter().zip(x.shape()) {
            let next = |&at: &usize| axis.iter().flatten().map(move |i| at * n + i).collect::<Vec<_>>();
            places = places.iter().flat_map(next).collect()
        }
        let value = x.value();
        let texts = match x.dtype() {
            DType::F32 => floats(places.iter().map(|&i| Number::of_f32(value.slice::<f32>()[i])).collect()),
            DType::F64 => floats(places.iter().map(|&i| Number::of_f64(value.slice::<f64>()[i])).collect()),
            DType::I32 => aligned(places.iter().map(|&i| value.slice::<i32>()[i].to_string()).collect()),
            DType::I64 => aligned(places.iter().map(|&i| value.slice::<i64>()[i].to_string()).collect()),
            DType::C64 => {
                let part = |k: usize| {
                    places.iter().map(|i| Number::of_f32(value.slice::<f32>()[2 * i + k])).collect()
                };
                complex(part(0), part(1))
            }
            DType::C128 => {
                let part = |k: usize| {
                    places.iter().map(|i| Number::of_f64(value.slice::<f64>()[2 * i + k])).collect()
                };
                complex(part(0), part(1))
            }
            DType::Bool => {
                aligned(places.iter().map(|&i| (value.slice::<u8>()[i] != 0).to_string()).collect())
            }
        };
        Picture { shape: x.shape().to_vec(), shown, texts, next: 0 }
    }
    /// The whole text; `before` is what stands in front of its first line.
    fn text(mut self, before: &str, between: &str) -> String {
        let mut text = String::new();
        if self.shape.contains(&0) {
            return "[]".into();
        }
        self.axis(0, before.len(), between, &mut text);
        text
    }
    fn element(&mut self) -> String {
        self.next += 1;
        std::mem::take(&mut self.texts[self.next - 1])
    }
    fn axis(&mut self, k: usize, indent: usize, between: &str, text: &mut String) {
        if k == self.shape.len() {
            return text.push_str(self.element().trim());
        }
        let last = k + 1 == self.shape.len();
        // Blank lines between blocks of higher rank, as many as axes are left.
        let gap = "\n".repeat(self.shape.len() - k - 1) + &" ".repeat(indent + 1);
        text.push('[');
        let mut column = indent + 1;
        for (j, index) in self.shown[k].clone().into_iter().enumerate() {
            match (last, index) {
                (true, _) => {
                    let item = index.map_or("...".into(), |_| self.element());
                    if j > 0 {
                        text.push_str(between);
                        column += between.len();
                        if column + item.len() > WIDTH {
                            text.truncate(text.trim_end().len());
                            text.push('\n');
                            text.push_str(&" ".repeat(indent + 1));
                            column = indent + 1
                        }
                    }
                    column += item.len();
                    text.push_str(&item)
                }
                (false, index) => {
                    if j > 0 {
                        text.push_str(between.trim_end());
                        text.push_str(&gap)
                    }
                    match index {
                        Some(_) => self.axis(k + 1, indent + 1, between, text),
                        None => text.push_str("..."),
                    }
                }
            }
        }
        text.push(']')
    }
}

/// All as wide as the widest, flush right.
fn aligned(texts: Vec<String>) -> Vec<String> {
    let width = texts.iter().map(String::len).max().unwrap_or(0);
    texts.into_iter().map(|t| format!("{t:>width$}")).collect()
}

/// A float and its shortest text that reads back as the same, plain and with an exponent.
struct Number {
    value: f64,
    plain: String,
    scientific: String,
}
impl Number {
    fn of_f32(x: f32) -> Number {
        Number { value: x.into(), plain: format!("{x}"), scientific: format!("{x:e}") }
    }
    fn of_f64(x: f64) -> Number {
        Number { value: x, plain: format!("{x}"), scientific: format!("{x:e}") }
    }
    /// The text in front of the point (and the sign), and what is behind it up to [`PRECISION`] digits.
    fn parts(&self) -> (String, String) {
        let behind = self.plain.split_once('.').map_or("", |(_, b)| b);
        let text = match behind.len() > PRECISION {
            true => format!("{:.PRECISION$}", self.value),
            false => self.plain.clone(),
        };
        let (front, behind) = text.split_once('.').unwrap_or((&text, ""));
        (front.into(), behind.trim_end_matches('0').into())
    }
    /// The mantissa's parts and the exponent.
    fn exponent_parts(&self) -> (String, String, i32) {
        let split = |text: &str| {
            let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
            let (front, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            (front.to_string(), behind.to_string(), exponent.parse().unwrap_or(0))
        };
        let (front, behind, exponent) = split(&self.scientific);
        if behind.len() <= PRECISION {
            return (front, behind, exponent);
        }
        let (front, behind, exponent) = split(&format!("{:.PRECISION$e}", self.value));
        (front, behind.trim_end_matches('0').into(), exponent)
    }
}

/// Real and imaginary parts in columns: `1.5-2.i`.
fn complex(re: Vec<Number>, im: Vec<Number>) -> Vec<String> {
    let signed = |text: String| {
        let digits = text.trim_start();
        let sign = if digits.starts_with('-') { "" } else { "+" };
        // The sign stands at the number.
        format!("{sign}{digits}i{}", " ".repeat(text.len() - digits.len()))
    };
    floats(re).into_iter().zip(floats(im)).map(|(re, im)| re + &signed(im)).collect()
}

/// Floats in one form for all: with an exponent if they are very large, very small or far apart.
fn floats(numbers: Vec<Number>) -> Vec<String> {
    let finite = || numbers.iter().map(|x| x.value.abs()).filter(|x| x.is_finite() && *x != 0.0);
    let (top, low) = (finite().fold(0.0, f64::max), finite().fold(f64::INFINITY, f64::min));
    let scientific = top >= 1e8 || low < 1e-4 || top > 1e3 * low;
    let parts: Vec<Option<(String, String, String)>> = numbers
        .iter()
        .map(|x| {
            x.value.is_finite().then(|| match scientific {
                true => {
                    let (front, behind, e) = x.exponent_parts();
                    let sign = if e < 0 { '-' } else { '+' };
                    (front, behind, format!("e{sign}{:02}", e.abs()))
                }
                false => {
                    let (front, behind) = x.parts();
                    (front, behind, String::new())
                }
            })
        })
        .collect();
    let behind = parts.iter().flatten().map(|p| p.1.len()).max().unwrap_or(0);
    let text = |(p, x): (&Option<(String, String, String)>, &Number)| match p {
        Some((front, digits, e)) if scientific => format!("{front}.{digits:0<behind$}{e}"),
        Some((front, digits, _)) => format!("{front}.{digits:<behind$}"),
        None if x.value.is_nan() => "nan".into(),
        None => x.plain.clone(),
    };
    aligned(parts.iter().zip(&numbers).map(text).collect())
}
