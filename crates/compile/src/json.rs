//! Programs and recorded functions as JSON: written out, and read back to the same bits.
//!
//! A file is one object. `instructions` are computed in order, each from earlier ones, named by their place:
//!
//! ```json
//! {"format": "pullback program", "version": 1, "inputs": 2,
//!  "instructions": [
//!   {"op": "input", "input": 0},
//!   {"op": "constant", "value": 2.5},
//!   {"op": "powi", "index": 3, "of": [0]},
//!   {"op": "mul", "of": [1, 2]}
//!  ],
//!  "guards": [{"of": [0, 1], "is": "<", "at": "src/main.rs:7:8"}],
//!  "outputs": [3]}
//! ```
//!
//! An operation is `input`, `constant`, `select` (of condition, a, b) or a row of the table under its name, with `index` where
//! the row has an integer. A constant that is no JSON number is the hexadecimal text of its bits. A guard is a comparison
//! that must hold. What stands there twice is computed once. The integers of rows are bounded: `powi` to ±2³⁰, the orders of
//! Bessel functions and of `polygamma` to 1000, others to less. A function has `"format": "pullback function"` and the number
//! of its `parameters`.
//!
//! Over 300 lines: one format, written and read.

use crate::builder::{Builder, Guard, Instruction, Outcome};
use crate::function::Function;
use crate::program::Program;
use pullback_real::{Binary, Unary};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;

/// What is wrong with a text that should be a program or a function in JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    message: String,
}
impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "from_json: {}", self.message)
    }
}
impl std::error::Error for JsonError {}

type Read<T> = Result<T, JsonError>;
fn wrong<T>(message: impl Into<String>) -> Read<T> {
    Err(JsonError { message: message.into() })
}

const PROGRAM: &str = "pullback program";
const FUNCTION: &str = "pullback function";
const VERSION: u64 = 1;

/// The comparisons of guards, as they are written.
const COMPARISONS: [(&str, Outcome); 8] = [
    ("<", Outcome::Less(true)),
    ("not <", Outcome::Less(false)),
    ("<=", Outcome::LessEqual(true)),
    ("not <=", Outcome::LessEqual(false)),
    ("==", Outcome::Equal(true)),
    ("not ==", Outcome::Equal(false)),
    (">", Outcome::Order(Some(Ordering::Greater))),
    ("unordered", Outcome::Order(None)),
];

impl Program {
    /// The program as JSON, an instruction a line, for [`from_json`](Program::from_json) and for other tools.
    ///
    /// ```
    /// use pullback_compile::{Function, Program};
    /// use pullback_real::Real;
    /// let g = Function::record(|x| (x[0] * x[1]).sin(), &[1.0, 1.0]).gradient();
    /// let again = Program::from_json(&g.to_json()).unwrap();
    /// assert_eq!(again.evaluate(&[0.3, 0.7]), g.evaluate(&[0.3, 0.7]));
    /// ```
    pub fn to_json(&self) -> String {
        written(PROGRAM, None, self.inputs, &self.list, &self.guards, &self.outputs)
    }
    /// The program that [`to_json`](Program::to_json) wrote.
    ///
    /// # Errors
    /// If the text is no JSON, or not a program: with the line, or the instruction.
    pub fn from_json(text: &str) -> Result<Program, JsonError> {
        let Parts { inputs, list, guards, outputs, .. } = Parts::read(text, PROGRAM)?;
        Ok(Program { list, inputs, outputs, guards })
    }
}
impl Function {
    /// The recording as JSON, from which [`from_json`](Function::from_json) makes a function whose programs are the same:
    /// a tape on disk.
    pub fn to_json(&self) -> String {
        let inputs = self.inputs.len();
        written(FUNCTION, Some(self.parameters), inputs, &self.list, &self.guards, &self.outputs)
    }
    /// The function that [`to_json`](Function::to_json) wrote.
    ///
    /// ```
    /// use pullback_compile::Function;
    /// let text = Function::record(|x| x[0] * x[0] * x[1], &[1.0, 1.0]).to_json();
    /// let f = Function::from_json(&text).unwrap();
    /// assert_eq!(f.hessian().evaluate(&[2.0, 3.0]).unwrap(), [6.0, 4.0, 4.0, 0.0]);
    /// ```
    ///
    /// # Errors
    /// If the text is no JSON, or not a function: with the line, or the instruction.
    pub fn from_json(text: &str) -> Result<Function, JsonError> {
        let Parts { inputs, parameters, list, guards, outputs } = Parts::read(text, FUNCTION)?;
        let input = |(at, i): (u32, &Instruction)| match *i {
            Instruction::Input(k) => Some((k, at)),
            Instruction::Constant(_) | Instruction::Unary(..) => None,
            Instruction::Binary(..) | Instruction::Select(..) => None,
        };
        let places: HashMap<u32, u32> = (0..).zip(&list).filter_map(input).collect();
        let found = (0..inputs as u32).map(|k| match places.get(&k) {
            Some(at) => Ok(*at),
            None => wrong(format!("`instructions` have no {{\"op\": \"input\", \"input\": {k}}}")),
        });
        let inputs = found.collect::<Read<Vec<u32>>>()?;
        Ok(Function { list, inputs, outputs, guards, parameters })
    }
}

fn written(
    format: &str,
    parameters: Option<usize>,
    inputs: usize,
    list: &[Instruction],
    guards: &[Guard],
    outputs: &[u32],
) -> String {
    let lines = |all: Vec<Value>| all.iter().map(|v| format!("  {v}")).collect::<Vec<_>>().join(",\n");
    let parameters = parameters.map_or(String::new(), |n| format!(" \"parameters\": {n},"));
    format!(
        "{{\"format\": \"{format}\", \"version\": {VERSION}, \"inputs\": {inputs},{parameters}\n \"instructions\": [\n{}\n ],\n \"guards\": [\n{}\n ],\n \"outputs\": {}}}\n",
        lines(list.iter().map(instruction).collect()),
        lines(guards.iter().map(guard).collect()),
        json!(outputs)
    )
}
fn instruction(i: &Instruction) -> Value {
    let row = |name: &str, index: Option<i64>, of: Value| match index {
        Some(n) => json!({"op": name, "index": n, "of": of}),
        None => json!({"op": name, "of": of}),
    };
    match *i {
        Instruction::Input(k) => json!({"op": "input", "input": k}),
        Instruction::Constant(bits) => match f64::from_bits(bits) {
            c if c.is_finite() => json!({"op": "constant", "value": c}),
            _ => json!({"op": "constant", "value": format!("{bits:016x}")}),
        },
        Instruction::Unary(op, x) => row(op.name(), op.index(), json!([x])),
        Instruction::Binary(op, x, y) => row(op.name(), op.index(), json!([x, y])),
        Instruction::Select(c, a, b) => row("select", None, json!([c, a, b])),
    }
}
fn guard(g: &Guard) -> Value {
    // `<` by its own name, also where it was found by `partial_cmp`.
    let outcome = match g.outcome {
        Outcome::Order(Some(Ordering::Less)) => Outcome::Less(true),
        Outcome::Order(Some(Ordering::Equal)) => Outcome::Equal(true),
        other => other,
    };
    let (is, _) = COMPARISONS.iter().find(|(_, o)| *o == outcome).expect("every comparison has a name");
    json!({"of": [g.a, g.b], "is": is, "at": &*g.at})
}

/// What a text says.
struct Parts {
    inputs: usize,
    parameters: usize,
    list: Vec<Instruction>,
    guards: Vec<Guard>,
    outputs: Vec<u32>,
}

impl Parts {
    fn read(text: &str, format: &str) -> Read<Parts> {
        let whole: Value = serde_json::from_str(text).or_else(|e| wrong(format!("no JSON: {e}")))?;
        let whole = Object { at: "the file".into(), map: as_map(&whole, "the file")? };
        match whole.get("format")?.as_str() {
            Some(is) if is == format => {}
            Some(other) => return wrong(format!("`format` is {other:?} where {format:?} is wanted")),
            None => return wrong(format!("`format` is not {format:?}")),
        }
        match whole.number("version")? {
            VERSION => {}
            v => {
                return wrong(format!(
                    "`version` is {v}, of which this library knows nothing; it reads {VERSION}"
                ));
            }
        }
        let inputs = whole.number("inputs")? as usize;
        let parameters = if format == FUNCTION { whole.number("parameters")? as usize } else { 0 };
        if parameters > inputs {
            return wrong(format!("`parameters` are {parameters} of {inputs} inputs"));
        }
        // What the text computes twice is one instruction, as in a recording: an input has one place.
        let (mut builder, mut place) = (Builder::default(), vec![]);
        whole.each("instructions", |k, of| {
            let i = read_instruction(&of, inputs)?;
            if let Some(x) = i.args().find(|&x| x as usize >= k) {
                return wrong(format!("{}: it uses instruction {x}, which does not come before it", of.at));
            }
            place.push(builder.push(i.map(|x| place[x as usize])));
            Ok(())
        })?;
        let known = |k: u64, at: &str| match usize::try_from(k).ok().and_then(|k| place.get(k)) {
            Some(k) => Ok(*k),
            None => wrong(format!("{at}: there is no instruction {k}")),
        };
        let guards = whole.each("guards", |_, of| {
            let [a, b] = of.operands()?;
            let is = of.text("is")?;
            let Some((_, outcome)) = COMPARISONS.iter().find(|(name, _)| *name == is) else {
                return wrong(format!("{}: `is` is {is:?}, no comparison", of.at));
            };
            let (a, b) = (known(a, &of.at)?, known(b, &of.at)?);
            Ok(Guard { a, b, outcome: *outcome, at: of.text("at")?.into() })
        })?;
        let outputs = whole.numbers("outputs")?;
        let outputs = outputs.into_iter().map(|k| known(k, "`outputs`")).collect::<Read<Vec<u32>>>()?;
        Ok(Parts { inputs, parameters, list: builder.list, guards, outputs })
    }
}

fn read_instruction(of: &Object, inputs: usize) -> Read<Instruction> {
    let name = of.text("op")?;
    let index = match of.map.get("index") {
        None => None,
        Some(n) => match n.as_i64() {
            Some(n) => Some(n),
            None => return wrong(format!("{}: `index` is {n}, not an integer", of.at)),
        },
    };
    let unary = index.map_or_else(|| Unary::by_name(name), |n| Unary::by_name_and_index(name, n));
    let binary = index.map_or_else(|| Binary::by_name(name), |n| Binary::by_name_and_index(name, n));
    if let (Some(n), Some(most)) = (index, unary.map(most_of_unary).or(binary.map(most_of_binary)))
        && n.unsigned_abs() > most
    {
        return wrong(format!("{}: `index` is {n}; `{name}` is read up to {most}", of.at));
    }
    // Operands are checked against the place of the instruction by the caller.
    let small = |k: u64| u32::try_from(k).unwrap_or(u32::MAX);
    match (name, unary, binary) {
        ("input", ..) => match of.number("input")? {
            k if (k as usize) < inputs => Ok(Instruction::Input(k as u32)),
            k => wrong(format!("{}: there is no input {k} of {inputs}", of.at)),
        },
        ("constant", ..) => {
            let value = of.get("value")?;
            let bits = value.as_str().filter(|t| t.len() == 16).map(|t| u64::from_str_radix(t, 16));
            match (value.as_f64(), bits) {
                (Some(c), _) => Ok(Instruction::Constant(c.to_bits())),
                (None, Some(Ok(bits))) => Ok(Instruction::Constant(bits)),
                _ => wrong(format!(
                    "{}: `value` is {value}, neither a number nor 16 hexadecimal digits",
                    of.at
                )),
            }
        }
        ("select", ..) => {
            let [c, a, b] = of.operands()?.map(small);
            Ok(Instruction::Select(c, a, b))
        }
        (_, Some(op), _) => {
            let [x] = of.operands()?.map(small);
            Ok(Instruction::Unary(op, x))
        }
        (_, _, Some(op)) => {
            let [x, y] = of.operands()?.map(small);
            Ok(Instruction::Binary(op, x, y))
        }
        (_, None, None) => {
            let integer = index.map_or(String::new(), |n| format!(" with index {n}"));
            wrong(format!("{}: there is no operation `{name}`{integer}", of.at))
        }
    }
}

/// The largest integer of a row that is read. A derivative moves it on, and work grows with an order: what a text asks for
/// must not overflow, and must end.
fn most_of_unary(op: Unary) -> u64 {
    match op {
        Unary::Powi(_) => 1 << 30,
        Unary::InvMillsDerivative(_) | Unary::BesselI0eDerivative(_) => 100,
        // Bessel functions and polygamma; no other row has an integer.
        _ => 1000,
    }
}
fn most_of_binary(_: Binary) -> u64 {
    // `gamma_p_by_a`, NaN beyond 15: its slope is a sum over all lower orders.
    20
}

/// An object of the text, and where it stands.
struct Object<'a> {
    at: String,
    map: &'a Map<String, Value>,
}
fn as_map<'a>(value: &'a Value, at: &str) -> Read<&'a Map<String, Value>> {
    value.as_object().map_or_else(|| wrong(format!("{at} is not an object")), Ok)
}
impl<'a> Object<'a> {
    fn get(&self, key: &str) -> Read<&'a Value> {
        self.map.get(key).map_or_else(|| wrong(format!("{}: `{key}` is missing", self.at)), Ok)
    }
    fn text(&self, key: &str) -> Read<&'a str> {
        let value = self.get(key)?;
        value.as_str().map_or_else(|| wrong(format!("{}: `{key}` is {value}, not a text", self.at)), Ok)
    }
    fn number(&self, key: &str) -> Read<u64> {
        let value = self.get(key)?;
        let known = value.as_u64().filter(|n| *n < u64::from(u32::MAX));
        known.map_or_else(|| wrong(format!("{}: `{key}` is {value}, not a count", self.at)), Ok)
    }
    fn list(&self, key: &str) -> Read<&'a Vec<Value>> {
        let value = self.get(key)?;
        value.as_array().map_or_else(|| wrong(format!("{}: `{key}` is not a list", self.at)), Ok)
    }
    fn numbers(&self, key: &str) -> Read<Vec<u64>> {
        let number = |v: &Value| {
            v.as_u64().map_or_else(|| wrong(format!("{}: `{key}` holds {v}, not a count", self.at)), Ok)
        };
        self.list(key)?.iter().map(number).collect()
    }
    fn operands<const N: usize>(&self) -> Read<[u64; N]> {
        let of = self.numbers("of")?;
        let given = of.len();
        of.try_into().or_else(|_| wrong(format!("{}: `of` holds {given} operands, not {N}", self.at)))
    }
    fn each<T>(&self, key: &str, mut f: impl FnMut(usize, Object) -> Read<T>) -> Read<Vec<T>> {
        let what = key.trim_end_matches('s');
        let one = |(k, value): (usize, &Value)| {
            let at = format!("{what} {k}");
            f(k, Object { map: as_map(value, &at)?, at })
        };
        self.list(key)?.iter().enumerate().map(one).collect()
    }
}
