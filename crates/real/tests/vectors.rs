//! First and second derivatives against 50-digit references, in forward and reverse mode.
use pullback_real::{Binary, Dual, Real, Scalar, Unary, Var, derivative, grad, hessian};
use serde_json::Value;

/// The reference's names of our rows.
fn unary(record: &Value) -> Option<Unary> {
    use Unary::*;
    Some(match record["op"].as_str()? {
        "negative" => Neg,
        "abs" => Abs,
        "sign" => Sign,
        "square" => Square,
        "exp" => Exp,
        "expm1" => ExpM1,
        "exp2" => Exp2,
        "log" => Ln,
        "log1p" => Ln1p,
        "log2" => Log2,
        "log10" => Log10,
        "sqrt" => Sqrt,
        "cbrt" => Cbrt,
        "reciprocal" => Recip,
        "sin" => Sin,
        "cos" => Cos,
        "tan" => Tan,
        "arcsin" => Asin,
        "arccos" => Acos,
        "arctan" => Atan,
        "sinh" => Sinh,
        "cosh" => Cosh,
        "tanh" => Tanh,
        "arcsinh" => Asinh,
        "arccosh" => Acosh,
        "arctanh" => Atanh,
        "erf" => Erf,
        "erfc" => Erfc,
        "gammaln" => LnGamma,
        "digamma" => Polygamma(0),
        "polygamma" => Polygamma(record["attrs"]["n"].as_u64()? as u32),
        "expit" => Logistic,
        "ndtr" => NormCdf,
        "log_ndtr" => NormLogCdf,
        "softplus" => Softplus,
        "relu" => Relu,
        "floor" => Floor,
        "ceil" => Ceil,
        "trunc" => Trunc,
        "round" => Round,
        _ => return None,
    })
}
fn binary(record: &Value) -> Option<Binary> {
    Some(match record["op"].as_str()? {
        "mul" => Binary::Mul,
        "div" => Binary::Div,
        "pow" => Binary::Pow,
        "atan2" => Binary::Atan2,
        "hypot" => Binary::Hypot,
        "logaddexp" => Binary::LogAddExp,
        "xlogy" => Binary::XLogY,
        "xlog1py" => Binary::XLog1pY,
        "fmod" => Binary::Rem,
        "remainder" => Binary::Remainder,
        _ => return None,
    })
}
/// Second derivatives that are small differences of large terms, in the closed form that the table has: they
/// are right in comparison with the larger of these (near 0 where the slope is a product of something at x and at −x;
/// along the shorter side for the hypotenuse).
fn scale(name: &str, order: usize, hessian: &[f64]) -> f64 {
    match (name, order) {
        ("asin" | "acos" | "atanh" | "logistic", 2) => 1.0,
        ("hypot", 2) => hessian.iter().fold(0.0, |m: f64, h| m.max(h.abs())),
        _ => 0.0,
    }
}

fn records() -> Vec<Value> {
    let text = include_str!("data/scalar.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a record a line")).collect()
}
fn number(v: &Value) -> f64 {
    v.as_f64().or_else(|| v.as_str()?.parse().ok()).expect("a number")
}

#[derive(Default)]
struct Misses(Vec<String>, usize);
impl Misses {
    fn compare(
        &mut self,
        (name, order): (&str, usize),
        at: &Value,
        got: f64,
        want: f64,
        cond: f64,
        scale: f64,
    ) {
        let allowed = 256.0 * 2f64.powi(-53) * (want.abs() * (1.0 + cond) + scale);
        let right = got == want || (got - want).abs() <= allowed;
        self.1 += 1;
        if !right {
            self.0.push(format!("{name} at {at}, derivative {order}: {got:e}, should be {want:e}"));
        }
    }
    fn report(self, at_least: usize) {
        assert!(self.0.is_empty(), "{} of {} are wrong:\n{}", self.0.len(), self.1, self.0.join("\n"));
        assert!(self.1 >= at_least, "only {} were compared", self.1);
    }
}

#[test]
fn unary_rows() {
    let mut misses = Misses::default();
    for record in records() {
        let Some(op) = unary(&record) else { continue };
        for point in record["points"].as_array().unwrap() {
            let x = number(&point["x"]);
            let want = |k: usize| number(&point["derivatives"][k - 1]);
            let cond = |k: usize| number(&point["cond"][k]);
            let first = |x: Var| grad(|x| Var::unary(op, &x[0]))(&[x])[0];
            let reverse = [grad(|x| Var::unary(op, &x[0]))(&[x])[0], grad(|x| first(x[0]))(&[x])[0]];
            let forward =
                [derivative(|x| Dual::unary(op, &x))(x), derivative(derivative(|x| Dual::unary(op, &x)))(x)];
            for k in [1, 2] {
                for got in [reverse[k - 1], forward[k - 1]] {
                    let scale = scale(op.name(), k, &[]);
                    misses.compare((op.name(), k), &point["x"], got, want(k), cond(k), scale);
                }
            }
        }
    }
    misses.report(1500);
}

#[test]
fn binary_rows() {
    let mut misses = Misses::default();
    for record in records() {
        let Some(op) = binary(&record) else { continue };
        for point in record["points"].as_array().unwrap() {
            let x = [number(&point["x"][0]), number(&point["x"][1])];
            let f = |x: &[Var]| Var::binary(op, &x[0], &x[1]);
            let g = grad(f)(&x);
            let h = hessian(f)(&x).concat();
            let dual = |i: usize| {
                let at = |k: usize| Dual::new(x[k], if i == k { 1.0 } else { 0.0 });
                Real::binary(op, &at(0), &at(1))
            };
            for i in 0..2 {
                let want = number(&point["grad"][i]);
                misses.compare((op.name(), 1), &point["x"], g[i], want, 1.0, 0.0);
                misses.compare((op.name(), 1), &point["x"], dual(i).derivative(), want, 1.0, 0.0);
            }
            let flat: Vec<f64> = match point["hess"].as_array().unwrap().as_slice() {
                [xx, xy, yy] => [xx, xy, xy, yy].map(number).to_vec(),
                rows => panic!("{} numbers", rows.len()),
            };
            for (got, want) in h.iter().zip(&flat) {
                misses.compare((op.name(), 2), &point["x"], *got, *want, 1.0, scale(op.name(), 2, &flat));
            }
            assert_eq!(dual(0).value(), op.eval(x[0], x[1]));
        }
    }
    misses.report(900);
}
