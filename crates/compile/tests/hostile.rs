//! Programs that somebody else wrote, symbols where they do not belong, and programs of any length: an error, a panic in the
//! user's line, or the right numbers; the interpreter and machine code agree in all.
//!
//! Over 300 lines: one list of cases.

use pullback_compile::{Function, Program, Symbol};
use pullback_real::{Real, Scalar};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn bits(y: Result<Vec<f64>, pullback_compile::BranchChanged>) -> Result<Vec<u64>, String> {
    y.map(|y| y.iter().map(|y| y.to_bits()).collect()).map_err(|e| e.to_string())
}
#[track_caller]
fn agree(program: &Program, x: &[f64]) {
    assert_eq!(bits(program.machine().evaluate(x)), bits(program.evaluate(x)), "{program}")
}
fn program(inputs: usize, instructions: &[&str], outputs: &str) -> String {
    let instructions: Vec<String> = instructions.iter().map(|i| format!("{{{i}}}")).collect();
    format!(
        r#"{{"format": "pullback program", "version": 1, "inputs": {inputs}, "instructions": [{}], "guards": [], "outputs": {outputs}}}"#,
        instructions.join(",")
    )
}
fn function(inputs: usize, instructions: &[&str], outputs: &str) -> String {
    program(inputs, instructions, outputs)
        .replace("pullback program\",", "pullback function\", \"parameters\": 0,")
}

/// Numbers that look random, the same in every run.
struct Random(u64);
impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % n as u64) as usize
    }
    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

#[test]
fn inputs_beyond_two_gigabytes_are_read_where_they_are() {
    let n = (1 << 28) + 1;
    let text = program(
        n,
        &[&format!(r#""op": "input", "input": {}"#, n - 1), r#""op": "neg", "of": [0]"#],
        "[1, 0]",
    );
    let p = Program::from_json(&text).unwrap();
    // Of memory that nobody has written there is one page.
    let mut x = vec![0.0; n];
    (x[n - 1], x[0]) = (42.0, 7.0);
    agree(&p, &x);
    assert_eq!(p.evaluate(&x).unwrap(), [-42.0, 42.0])
}

#[test]
fn an_input_that_is_taken_twice_is_one() {
    let twice =
        [r#""op": "input", "input": 0"#, r#""op": "input", "input": 0"#, r#""op": "mul", "of": [0, 1]"#];
    let f = Function::from_json(&function(1, &twice, "[2]")).unwrap();
    assert_eq!(f.value().evaluate(&[3.0]).unwrap(), [9.0]);
    assert_eq!(f.gradient().evaluate(&[3.0]).unwrap(), [6.0]);
    assert_eq!(f.hessian().evaluate(&[3.0]).unwrap(), [2.0]);
    assert_eq!(f.jacobian().evaluate(&[3.0]).unwrap(), [6.0]);
    let p = Program::from_json(&program(1, &twice, "[2, 1, 0]")).unwrap();
    agree(&p, &[3.0]);
    assert_eq!(p.evaluate(&[3.0]).unwrap(), [9.0, 3.0, 3.0])
}

#[test]
fn orders_are_bounded() {
    for (op, index) in [
        ("powi", i64::from(i32::MIN)),
        ("powi", i64::from(i32::MAX)),
        ("bessel_j", 4294967295),
        ("bessel_y", 4294967295),
        ("bessel_i", 4294967295),
        ("polygamma", 4294967295),
        ("inv_mills_derivative", 1000),
        ("bessel_i0e_derivative", 4294967295),
    ] {
        let row = format!(r#""op": "{op}", "index": {index}, "of": [0]"#);
        let text = function(1, &[r#""op": "input", "input": 0"#, &row], "[1]");
        let error = Function::from_json(&text).unwrap_err().to_string();
        assert!(
            error.contains(&format!("instruction 1: `index` is {index}; `{op}` is read up to")),
            "{error}"
        )
    }
    let row = r#""op": "powi", "index": -1073741824, "of": [0]"#;
    let f = Function::from_json(&function(1, &[r#""op": "input", "input": 0"#, row], "[1]")).unwrap();
    assert_eq!(f.hessian().evaluate(&[1.0]).unwrap(), [1073741824.0 * 1073741825.0])
}

/// Each input has its place without a search: a hundred thousand of them are read at once.
#[test]
fn many_inputs_are_read() {
    let n = 100_000;
    let inputs: Vec<String> = (0..n).rev().map(|k| format!(r#""op": "input", "input": {k}"#)).collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let f = Function::from_json(&function(n, &inputs, &format!("[{}, 0]", n - 1))).unwrap();
    let x: Vec<f64> = (0..n).map(|k| k as f64).collect();
    assert_eq!(f.value().evaluate(&x).unwrap(), [0.0, n as f64 - 1.0]);
    let error = Function::from_json(&function(4_000_000_000, &inputs, "[0]")).unwrap_err();
    assert_eq!(error.to_string(), "from_json: `instructions` have no {\"op\": \"input\", \"input\": 100000}")
}

fn long<R: Scalar>(x: &[R], n: usize) -> R {
    let mut values = vec![];
    for k in 0..n {
        values.push(x[k % x.len()] * (1.0 + k as f64) + x[(7 * k + 1) % x.len()].square())
    }
    // From the last to the first: all of them are alive at once.
    let mut s = x[0];
    for v in values.iter().rev() {
        s = s * 0.999 + v.square();
        s = if s < 0.0 { -s } else { s }
    }
    s + values[n / 2] * values[0]
}

#[test]
fn programs_of_any_length() {
    let at = [0.3, -0.2, 0.8];
    for n in [3, 255, 256, 341, 342, 700, 5000] {
        let f = Function::record(|x| long(x, n), &at);
        for p in [f.value(), f.gradient(), f.value_and_gradient()] {
            agree(&p, &at);
            agree(&p, &[0.1, f64::INFINITY, 2.0]);
        }
        assert_eq!(f.value().machine().evaluate(&at).unwrap()[0].to_bits(), long(&at, n).to_bits())
    }
}

#[test]
fn forty_thousand_live_values_need_no_stack() {
    let at = [0.3, -0.2, 0.8];
    let machine = Function::record(|x| long(x, 40_000), &at).value().machine();
    let run = || machine.evaluate(&at).unwrap();
    let y = std::thread::scope(|s| {
        std::thread::Builder::new().stack_size(128 << 10).spawn_scoped(s, run).unwrap().join().unwrap()
    });
    assert_eq!(y[0].to_bits(), long(&at, 40_000).to_bits())
}

thread_local! { static LINE: Cell<(u32, bool)> = const { Cell::new((0, false)) } }

/// The panic of `f`: its text, and whether it names a line of this file.
fn panics(f: impl FnOnce()) -> (String, bool) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().expect("a panic has a place");
        LINE.set((place.line(), place.file().ends_with("hostile.rs")))
    }));
    let payload = catch_unwind(AssertUnwindSafe(f));
    std::panic::set_hook(before);
    let payload = payload.expect_err("it is refused");
    let text = payload.downcast_ref::<String>().cloned();
    (text.unwrap_or_else(|| payload.downcast_ref::<&str>().unwrap_or(&"").to_string()), LINE.get().1)
}

type Use = fn(Symbol, Symbol) -> Symbol;
const USES: &[(&str, Use)] = &[
    ("unary", |_, leaked| leaked.sin()),
    ("neg", |_, leaked| -leaked),
    ("powi", |_, leaked| leaked.powi(3)),
    ("add", |x, leaked| x + leaked),
    ("sub", |x, leaked| leaked - x),
    ("times one", |_, leaked| 1.0 * leaked),
    ("by one", |_, leaked| leaked / 1.0),
    ("less zero", |_, leaked| leaked - 0.0),
    ("assign", |mut x, leaked| {
        x *= leaked;
        x
    }),
    ("condition", |x, leaked| Symbol::select(&leaked, &x, &x)),
    ("chosen", |x, leaked| Symbol::select(&Symbol::lift(1.0), &leaked, &x)),
    ("not chosen", |x, leaked| Symbol::select(&Symbol::lift(1.0), &x, &leaked)),
    ("side", |x, leaked| Symbol::select(&x, &x, &leaked)),
    ("less", |x, leaked| if x < leaked { x } else { -x }),
    ("greater than a number", |x, leaked| if leaked > 1.0 { x } else { -x }),
    ("equal", |x, leaked| if leaked == x { x } else { -x }),
    ("order", |x, leaked| if leaked.partial_cmp(&x).is_some() { x } else { -x }),
    ("value", |x, leaked| x * leaked.value()),
    ("clamp", |_, leaked| leaked.clamp(0.0, 1.0)),
    ("itself", |_, leaked| leaked),
];

#[test]
fn symbols_of_another_recording_are_refused_in_the_users_line() {
    let kept = Cell::new(None);
    let keep = |x: &[Symbol]| {
        let y = x[0] * 3.0;
        kept.set(Some(y));
        y
    };
    Function::record(keep, &[2.0]);
    let leaked = kept.get().expect("it was kept");
    for (name, of) in USES {
        let (text, here) = panics(|| drop(Function::record(|x| of(x[0] + 1.0, leaked), &[2.0])));
        assert!(text.starts_with("this `Symbol` belongs to a recording that has ended"), "{name}: {text}");
        assert!(here, "{name}: the line is not the user's");
        let (text, here) = panics(|| {
            let inner = |y: Symbol| Function::record(|x| of(x[0] + 1.0, y), &[1.0]);
            drop(Function::record(
                |x| {
                    inner(x[0] * 2.0);
                    x[0]
                },
                &[2.0],
            ))
        });
        assert!(
            text.starts_with("a recording inside of another uses a `Symbol` of the one around"),
            "{name}: {text}"
        );
        assert!(here, "{name}: the line is not the user's");
    }
    let (text, here) = panics(|| _ = leaked * 2.0);
    assert!(text.starts_with("this `Symbol` belongs to a recording that has ended") && here, "{text}");
    // What was refused leaves nothing open, and recordings lie within each other as they like.
    let nested = |x: &[Symbol]| {
        let inner = Function::record(|y| y[0].square(), &[1.0]).gradient().evaluate(&[5.0]).unwrap();
        x[0] * inner[0]
    };
    assert_eq!(Function::record(nested, &[1.0]).gradient().evaluate(&[0.0]).unwrap(), [10.0])
}

/// Valid texts with one to four places changed: most are refused, and those that are not mean the same to all.
#[test]
fn changed_texts_never_panic() {
    let of = |x: &[Symbol]| {
        let y = if x[0] < x[1] { x[0].powi(3) * 2.5 } else { x[1] };
        [y + x[2].bessel_j(2), Symbol::select(&x[2], &y, &x[0].gamma_p(x[1])).sin(), x[1].ln() - x[0]]
    };
    let at = [0.5, 1.5, 0.25];
    let whole = Function::record(of, &at);
    let one = Function::record(|x| of(x)[1] * of(x)[0], &at).with_parameters(1);
    let texts = [whole.to_json(), one.to_json(), whole.jacobian().to_json(), one.hessian().to_json()];
    const NUMBERS: &[&str] = &[
        "0",
        "1",
        "2",
        "-1",
        "3",
        "7",
        "1e308",
        "-0.0",
        "0.5",
        "4294967295",
        "4294967296",
        "268435456",
        "18446744073709551616",
        "\"7ff0000000000000\"",
        "\"fff8000000000001\"",
        "null",
        "[]",
        "1e999",
        "-2147483648",
    ];
    const WORDS: &[&str] = &[
        "input",
        "constant",
        "select",
        "add",
        "mul",
        "div",
        "pow",
        "powi",
        "sin",
        "bessel_i",
        "polygamma",
        "less",
        "gamma_p_by_a",
        "max",
        "inputs",
        "of",
        "op",
        "index",
        "guards",
        "<",
        "unordered",
        "",
        "\u{1F600}",
    ];
    let mut random = Random(7);
    let mut accepted = 0;
    for round in 0..3000 {
        let mut text = texts[random.below(texts.len())].clone();
        for _ in 0..1 + random.below(4) {
            text = changed(&text, &mut random, NUMBERS, WORDS)
        }
        if let Ok(p) = Program::from_json(&text) {
            accepted += 1;
            compare(&p)
        }
        if let Ok(f) = Function::from_json(&text) {
            accepted += 1;
            compare(&f.value());
            if round % 3 == 0 && f.value().inputs() <= 8 && f.value().outputs() <= 8 {
                compare(&f.jacobian());
            }
        }
    }
    assert!(accepted > 100, "{accepted} texts are programs")
}

fn compare(p: &Program) {
    if p.inputs() > 100 {
        return;
    }
    for x in [[0.5, 1.5, 0.25], [f64::NAN, -1.0, 0.0]] {
        let x: Vec<f64> = x.iter().copied().cycle().take(p.inputs()).collect();
        agree(p, &x)
    }
}

/// The text with a number, a word, a line or a letter changed.
fn changed(text: &str, random: &mut Random, numbers: &[&str], words: &[&str]) -> String {
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    let k = random.below(lines.len());
    match random.below(6) {
        0 => lines[k] = replaced(&lines[k], random, |c| c.is_ascii_digit() || c == '.' || c == '-', numbers),
        1 => lines[k] = replaced(&lines[k], random, |c| c.is_ascii_alphabetic() || c == '_', words),
        2 => {
            let again = lines[k].clone();
            lines.insert(random.below(lines.len()), again)
        }
        3 => drop(lines.remove(k)),
        4 => {
            let other = random.below(lines.len());
            lines.swap(k, other)
        }
        _ => {
            let mut letters: Vec<char> = lines[k].chars().collect();
            if !letters.is_empty() {
                let at = random.below(letters.len());
                letters[at] = ['"', '{', ']', ',', '9', '\\', ' '][random.below(7)]
            }
            lines[k] = letters.into_iter().collect()
        }
    }
    lines.join("\n")
}
/// The line with one run of such letters replaced.
fn replaced(line: &str, random: &mut Random, is: impl Fn(char) -> bool, by: &[&str]) -> String {
    let mut runs: Vec<(usize, usize)> = vec![];
    for (at, c) in line.char_indices().filter(|(_, c)| is(*c)) {
        match runs.last_mut() {
            Some((_, end)) if *end == at => *end = at + c.len_utf8(),
            _ => runs.push((at, at + c.len_utf8())),
        }
    }
    if runs.is_empty() {
        return line.into();
    }
    let (start, end) = runs[random.below(runs.len())];
    format!("{}{}{}", &line[..start], random.of(by), &line[end..])
}
