//! Programs written out, as Rust and as C that need nothing but the standard library.

use crate::builder::{Guard, Instruction, Outcome};
use crate::program::Program;
use pullback_real::{Binary, Unary, refuse};
use std::cmp::Ordering;
use std::fmt::{self, Write};

/// A function without a counterpart in the target's standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportError {
    /// Its name.
    pub function: &'static str,
    /// `Rust` or `C`.
    pub target: &'static str,
}
impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "{}: `{}` has no counterpart in {}'s standard library",
            if self.target == "C" { "to_c" } else { "to_rust" },
            self.function,
            self.target
        )
    }
}
impl std::error::Error for ExportError {}

/// In Rust and in C, `$` for the operand.
fn unary(op: Unary) -> Option<(String, String)> {
    let both = |rust: &str, c: &str| Some((rust.to_string(), c.to_string()));
    let same = |name: &str| Some((format!("$.{name}()"), format!("{name}($)")));
    let renamed = |rust: &str, c: &str| Some((format!("$.{rust}()"), format!("{c}($)")));
    match op {
        Unary::Neg => both("-$", "-$"),
        Unary::Recip => both("1.0 / $", "1.0 / $"),
        Unary::Square => both("$ * $", "$ * $"),
        Unary::RecipOnePlusSquare => both("1.0 / (1.0 + $ * $)", "1.0 / (1.0 + $ * $)"),
        Unary::OneMinusSquare => both("(1.0 - $) * (1.0 + $)", "(1.0 - $) * (1.0 + $)"),
        Unary::Sqrt => same("sqrt"),
        Unary::Cbrt => same("cbrt"),
        Unary::Exp => same("exp"),
        Unary::Exp2 => same("exp2"),
        Unary::ExpM1 => renamed("exp_m1", "expm1"),
        Unary::Ln => renamed("ln", "log"),
        Unary::Log2 => same("log2"),
        Unary::Log10 => same("log10"),
        Unary::Ln1p => renamed("ln_1p", "log1p"),
        Unary::Sin => same("sin"),
        Unary::Cos => same("cos"),
        Unary::Tan => same("tan"),
        Unary::Asin => same("asin"),
        Unary::Acos => same("acos"),
        Unary::Atan => same("atan"),
        Unary::Sinh => same("sinh"),
        Unary::Cosh => same("cosh"),
        Unary::Tanh => same("tanh"),
        Unary::Sech => both("1.0 / $.cosh()", "1.0 / cosh($)"),
        Unary::Asinh => same("asinh"),
        Unary::Acosh => same("acosh"),
        Unary::Atanh => same("atanh"),
        Unary::Abs => renamed("abs", "fabs"),
        Unary::Floor => same("floor"),
        Unary::Ceil => same("ceil"),
        Unary::Trunc => same("trunc"),
        Unary::Round => renamed("round_ties_even", "rint"),
        Unary::Sign => both(
            "if $ == 0.0 { 0.0 } else { $.signum() }",
            "$ == 0.0 ? 0.0 : isnan($) ? $ : copysign(1.0, $)",
        ),
        Unary::Logistic => both("1.0 / (1.0 + (-$).exp())", "1.0 / (1.0 + exp(-$))"),
        Unary::Softplus => {
            both("$.max(0.0) + (-$.abs()).exp().ln_1p()", "fmax($, 0.0) + log1p(exp(-fabs($)))")
        }
        Unary::Powi(n) => Some((format!("$.powi({n})"), format!("pow($, {n}.0)"))),
        // C alone has these.
        _ => None,
    }
}
fn c_only(op: Unary) -> Option<&'static str> {
    match op {
        Unary::Erf => Some("erf($)"),
        Unary::Erfc => Some("erfc($)"),
        Unary::Gamma => Some("tgamma($)"),
        Unary::LnGamma => Some("lgamma($)"),
        _ => None,
    }
}
/// In Rust and in C, `$` and `#` for the operands.
fn binary(op: Binary) -> Option<(&'static str, &'static str)> {
    match op {
        Binary::Add => Some(("$ + #", "$ + #")),
        Binary::Sub => Some(("$ - #", "$ - #")),
        Binary::Mul => Some(("$ * #", "$ * #")),
        Binary::Div => Some(("$ / #", "$ / #")),
        Binary::TimesOrZero => Some(("if $ == 0.0 { 0.0 } else { $ * # }", "$ == 0.0 ? 0.0 : $ * #")),
        Binary::Ratio => {
            Some(("if $ == 0.0 && # == 0.0 { 0.0 } else { $ / # }", "$ == 0.0 && # == 0.0 ? 0.0 : $ / #"))
        }
        Binary::Rem => Some(("$ % #", "fmod($, #)")),
        Binary::Pow => Some(("$.powf(#)", "pow($, #)")),
        Binary::Atan2 => Some(("$.atan2(#)", "atan2($, #)")),
        Binary::Hypot => Some(("$.hypot(#)", "hypot($, #)")),
        Binary::OverHypot => Some((
            "if $ == 0.0 && # == 0.0 { 0.0 } else { $ / $.hypot(#) }",
            "$ == 0.0 && # == 0.0 ? 0.0 : $ / hypot($, #)",
        )),
        Binary::Copysign => Some(("$.copysign(#)", "copysign($, #)")),
        Binary::Less => Some(("f64::from(u8::from($ < #))", "$ < # ? 1.0 : 0.0")),
        // NaN if either is.
        Binary::Max => Some(("if $ > # || $.is_nan() { $ } else { # }", "$ > # || isnan($) ? $ : #")),
        Binary::Min => Some(("if $ < # || $.is_nan() { $ } else { # }", "$ < # || isnan($) ? $ : #")),
        Binary::XLogY => Some(("if $ == 0.0 { 0.0 } else { $ * #.ln() }", "$ == 0.0 ? 0.0 : $ * log(#)")),
        Binary::XLog1pY => {
            Some(("if $ == 0.0 { 0.0 } else { $ * #.ln_1p() }", "$ == 0.0 ? 0.0 : $ * log1p(#)"))
        }
        Binary::Remainder => Some((
            "{ let r = $ % #; if r != 0.0 && (r < 0.0) != (# < 0.0) { r + # } else { r } }",
            "$ - floor($ / #) * #",
        )),
        Binary::FloorDivide => Some((
            "{ let q = $ / #; let n = q.floor(); let r = if n == 0.0 { $ } else { (-n).mul_add(#, $) }; \
             if $.is_infinite() { f64::NAN } else if q == n && r * 1f64.copysign(#) < 0.0 { n - 1.0 } else { n } }",
            "isinf($) ? NAN : $ / # == floor($ / #) && (floor($ / #) == 0.0 ? $ : fma(-floor($ / #), #, $)) * copysign(1.0, #) < 0.0 \
             ? floor($ / #) - 1.0 : floor($ / #)",
        )),
        Binary::TruncDivide => Some((
            "{ let q = $ / #; let n = q.trunc(); let r = if n == 0.0 { $ } else { (-n).mul_add(#, $) }; \
             if $.is_infinite() { f64::NAN } else if q == n && r * 1f64.copysign($) < 0.0 { n - 1f64.copysign(n) } else { n } }",
            "isinf($) ? NAN : $ / # == trunc($ / #) && (trunc($ / #) == 0.0 ? $ : fma(-trunc($ / #), #, $)) * copysign(1.0, $) < 0.0 \
             ? trunc($ / #) - copysign(1.0, $ / #) : trunc($ / #)",
        )),
        Binary::LogAddExp | Binary::LogAddExp2 | Binary::ExpShare | Binary::Exp2Share => None,
        Binary::LnBeta | Binary::LnABeta | Binary::PolygammaDrop(_) => None,
        Binary::LnGammaP | Binary::LnGammaQ | Binary::LnGammaPdf => None,
        Binary::LnGammaPByA(_)
        | Binary::LnGammaQByA(_)
        | Binary::LnRatio
        | Binary::KlDiv
        | Binary::RelEntr => None,
        Binary::GammaP | Binary::GammaQ | Binary::GammaPdf | Binary::GammaPByA(_) => None,
        Binary::GammaPHazard(_) | Binary::GammaQHazard(_) => None,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Rust,
    C,
}

impl Program {
    /// A function `name(x) -> Option<y>` in Rust, without any dependency; `None` where a comparison comes out differently.
    ///
    /// # Errors
    /// If an operation is not in the standard library.
    ///
    /// # Panics
    /// If `name` is not a name of letters, digits and `_`.
    #[track_caller]
    pub fn to_rust(&self, name: &str) -> Result<String, ExportError> {
        check_name("to_rust", name);
        let mut text = format!(
            "/// {} operations.\n#[allow(clippy::all)]\npub fn {name}(x: &[f64; {}]) -> Option<[f64; {}]> {{\n",
            self.operations(),
            self.inputs,
            self.outputs.len()
        );
        self.body(&mut text, Target::Rust)?;
        let outputs: Vec<String> = self.outputs.iter().map(|k| format!("v{k}")).collect();
        _ = writeln!(text, "    Some([{}])\n}}", outputs.join(", "));
        Ok(text)
    }
    /// A function `int name(const double *x, double *y)` in C99, which needs `<math.h>`; it returns 0, or 1 where a comparison
    /// comes out differently.
    ///
    /// # Errors
    /// If an operation is not in the standard library.
    ///
    /// # Panics
    /// If `name` is not a name of letters, digits and `_`.
    #[track_caller]
    pub fn to_c(&self, name: &str) -> Result<String, ExportError> {
        check_name("to_c", name);
        let mut text = format!(
            "#include <math.h>\n\n/* {} operations; x[{}], y[{}] */\nint {name}(const double *x, double *y) {{\n",
            self.operations(),
            self.inputs,
            self.outputs.len()
        );
        self.body(&mut text, Target::C)?;
        for (k, y) in self.outputs.iter().enumerate() {
            _ = writeln!(text, "    y[{k}] = v{y};")
        }
        text.push_str("    return 0;\n}\n");
        Ok(text)
    }

    fn body(&self, text: &mut String, target: Target) -> Result<(), ExportError> {
        let v = |k: u32| format!("v{k}");
        let target_name = if target == Target::Rust { "Rust" } else { "C" };
        let pick = |both: (String, String)| if target == Target::Rust { both.0 } else { both.1 };
        for (k, i) in self.list.iter().enumerate() {
            let value = match *i {
                Instruction::Input(n) => format!("x[{n}]"),
                Instruction::Constant(bits) => number(f64::from_bits(bits), target),
                Instruction::Unary(op, x) => {
                    let form = unary(op).map(pick);
                    let form = form.or_else(|| c_only(op).filter(|_| target == Target::C).map(String::from));
                    let missing = ExportError { function: op.name(), target: target_name };
                    form.ok_or(missing)?.replace('$', &v(x))
                }
                Instruction::Binary(op, x, y) => {
                    let missing = ExportError { function: op.name(), target: target_name };
                    let (rust, c) = binary(op).ok_or(missing)?;
                    let form = if target == Target::Rust { rust } else { c };
                    form.replace('$', &v(x)).replace('#', &v(y))
                }
                Instruction::Select(c, a, b) if target == Target::Rust => {
                    format!("if v{c} != 0.0 {{ v{a} }} else {{ v{b} }}")
                }
                Instruction::Select(c, a, b) => format!("v{c} != 0.0 ? v{a} : v{b}"),
            };
            _ = match target {
                Target::Rust => writeln!(text, "    let v{k}: f64 = {value};"),
                Target::C => writeln!(text, "    const double v{k} = {value};"),
            }
        }
        for Guard { a, b, outcome, .. } in &self.guards {
            let test = match *outcome {
                Outcome::Less(is) => signed(is, format!("v{a} < v{b}")),
                Outcome::LessEqual(is) => signed(is, format!("v{a} <= v{b}")),
                Outcome::Equal(is) => signed(is, format!("v{a} == v{b}")),
                Outcome::Order(Some(Ordering::Less)) => format!("(v{a} < v{b})"),
                Outcome::Order(Some(Ordering::Equal)) => format!("(v{a} == v{b})"),
                Outcome::Order(Some(Ordering::Greater)) => format!("(v{a} > v{b})"),
                Outcome::Order(None) => format!("!(v{a} <= v{b} || v{a} > v{b})"),
            };
            _ = match target {
                Target::Rust => writeln!(text, "    if !{test} {{\n        return None;\n    }}"),
                Target::C => writeln!(text, "    if (!{test}) return 1;"),
            }
        }
        Ok(())
    }
}

#[track_caller]
fn check_name(what: &str, name: &str) {
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let named = letters && name.starts_with(|c: char| !c.is_ascii_digit());
    if !named {
        refuse(
            format_args!(
                "{what}: {name:?} cannot be a function's name, which has letters, digits and _, and begins with no digit"
            ),
            &[],
        )
    }
}
fn signed(is: bool, test: String) -> String {
    if is { format!("({test})") } else { format!("(!({test}))") }
}

fn number(c: f64, target: Target) -> String {
    match (target, c) {
        (Target::Rust, c) if c.is_nan() => "f64::NAN".into(),
        (Target::Rust, f64::INFINITY) => "f64::INFINITY".into(),
        (Target::Rust, f64::NEG_INFINITY) => "f64::NEG_INFINITY".into(),
        (Target::C, c) if c.is_nan() => "NAN".into(),
        (Target::C, f64::INFINITY) => "INFINITY".into(),
        (Target::C, f64::NEG_INFINITY) => "-INFINITY".into(),
        (_, c) => format!("{c:?}"),
    }
}
