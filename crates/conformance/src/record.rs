//! One record: computed, and compared with what is recorded.

use crate::attrs::{Attrs, ints, number};
use crate::convention::Place;
use crate::places::Places;
use crate::verdict::Verdict;
use crate::{convention, scalar, table};
use pullback_array::{Array, DType, concatenate, grad, jvp, vjp};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The record's operation, and whether it agrees.
pub fn check(record: &Value, dtype: DType) -> (String, Verdict) {
    let op = record["op"].as_str().unwrap_or("?").to_string();
    let verdict = catch_unwind(AssertUnwindSafe(|| compare(record, &op, dtype))).unwrap_or_else(|e| {
        let text = e.downcast_ref::<String>().cloned();
        let text = text.or_else(|| e.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_default();
        Verdict::Fail { what: format!("panics: {}", text.lines().next().unwrap_or("")), inaccuracy: false }
    });
    (op, verdict)
}

fn array(v: &Value, dtype: DType) -> Array {
    let shape: Vec<usize> = ints(&v["shape"]).into_iter().map(|n| n as usize).collect();
    let data = v["data"].as_array().expect("data");
    match v["dtype"].as_str() {
        Some("int64") => {
            Array::from_slice(&data.iter().map(|i| i.as_i64().expect("i64")).collect::<Vec<_>>(), &shape)
        }
        Some("bool") => Array::from_slice(&data.iter().map(|b| number(b) != 0.0).collect::<Vec<_>>(), &shape),
        _ => Array::from_slice(&data.iter().map(number).collect::<Vec<_>>(), &shape).cast(dtype),
    }
}
/// What is compared: a name, our arrays, the factor of its tolerance, and the field that holds its seeds.
type Results = Vec<(&'static str, Vec<Array>, f64, Option<&'static str>)>;

fn compare(record: &Value, op: &str, dtype: DType) -> Verdict {
    if !record["points"].is_null() {
        return scalar::check(record, op, dtype);
    }
    let mut test = Test::new(record, op, dtype);
    let got = results(record, op, dtype, dtype);
    if dtype == DType::F32 {
        // The reference is our own f64 at the inputs as f32 holds them.
        let exact = results(record, op, DType::F32, DType::F64);
        for ((what, got, factor, _), (_, want, ..)) in got.iter().zip(&exact) {
            for (k, (got, want)) in got.iter().zip(want).enumerate() {
                let single = |x: &Array| x.cast(DType::F64).to_vec::<f64>();
                let want: Vec<f64> =
                    single(&if want.dtype().is_float() { want.cast(DType::F32) } else { want.clone() });
                test.elements(&format!("{what}[{k}]"), &single(got), &want, *factor, &Kind::Value)
            }
        }
        return test.verdict();
    }
    for (what, got, factor, seeds) in got {
        let want = match what {
            "second" => &record["second"]["grad"],
            "hessian" => &Value::Null,
            what => &record[what],
        };
        if what == "hessian" {
            let got: Vec<f64> = got.iter().flat_map(|x| x.to_vec::<f64>()).collect();
            let want: Vec<f64> =
                record["hessian"]["data"].as_array().expect("data").iter().map(number).collect();
            if got.len() != want.len() {
                test.fail(format!("hessian: {} numbers, not {}", got.len(), want.len()), false);
                continue;
            }
            test.elements("hessian", &got, &want, factor, &Kind::Value)
        } else {
            test.all(what, &got, want, factor, seeds.map(|s| &record[s]))
        }
    }
    test.verdict()
}

/// Everything the record asks for, from inputs rounded to `inputs`, computed in `dtype`.
fn results(record: &Value, op: &str, inputs: DType, dtype: DType) -> Results {
    let attrs = Attrs(&record["attrs"]);
    let wide = |x: Array| if x.dtype().is_float() { x.cast(dtype) } else { x };
    let read = |v: &Value| wide(array(v, inputs));
    let arrays = |v: &Value, like: &[Array]| -> Vec<Array> {
        // Zeros for `null`.
        let all = v.as_array().map_or(&[][..], |all| all);
        let one = |(k, x): (usize, &Array)| match all.get(k) {
            Some(v) if !v.is_null() => read(v),
            _ => x.zeros_like(),
        };
        like.iter().enumerate().map(one).collect()
    };
    let x: Vec<Array> = record["inputs"].as_array().expect("inputs").iter().map(read).collect();
    let f = |x: &Vec<Array>| -> Vec<Array> {
        let turned = |(k, x): (usize, &Array)| match &attrs.get("pre_transpose")[k] {
            Value::Null => x.clone(),
            axes => x.transpose(ints(axes)),
        };
        let x: Vec<Array> = x.iter().enumerate().map(turned).collect();
        (table::find(op).unwrap_or_else(|| panic!("unknown operation")).run)(&x, &attrs)
    };
    if record["cotangents"].is_null() {
        return vec![("outputs", f(&x), 1.0, None)];
    }
    let (outputs, pullback) = vjp(f)(&x);
    let cotangents = arrays(&record["cotangents"], &outputs);
    let pulled = pullback(&cotangents);
    let (_, pushed) = jvp(f)(&x, &arrays(&record["tangents"], &x));
    let mut all = vec![
        ("outputs", outputs, 1.0, None),
        ("vjp", pulled, 1.0, Some("cotangents")),
        ("jvp", pushed, 1.0, Some("tangents")),
    ];
    if !record["second"].is_null() {
        let u = arrays(&record["second"]["u"], &x);
        let s = |x: &Vec<Array>| {
            let g = vjp(f)(x).1(&cotangents);
            let terms = g.iter().zip(&u).filter(|(g, _)| g.dtype().is_float()).map(|(g, u)| (g * u).sum());
            terms.reduce(|a, b| a + b).unwrap_or_else(|| Array::from(0.0).cast(dtype))
        };
        all.push(("second", grad(s)(&x), 10.0, None))
    }
    if !record["hessian"].is_null() {
        all.push(("hessian", hessian(&f, &x), 10.0, None))
    }
    all
}

/// The rows of the Hessian of a single number, by gradients of the gradient.
fn hessian(f: &impl Fn(&Vec<Array>) -> Vec<Array>, x: &Vec<Array>) -> Vec<Array> {
    let floats: Vec<usize> = (0..x.len()).filter(|&k| x[k].dtype().is_float()).collect();
    let mut rows = vec![];
    for &k in &floats {
        for i in 0..x[k].size() {
            let entry = |x: &Vec<Array>| grad(|x: &Vec<Array>| f(x)[0].reshape(()))(x)[k].ravel().get(i);
            let row = grad(entry)(x);
            let parts: Vec<Array> = floats.iter().map(|&j| row[j].ravel()).collect();
            rows.push(concatenate(&parts, 0))
        }
    }
    rows
}

/// What kind of number is compared.
enum Kind {
    /// An output, or a second derivative.
    Value,
    /// A cotangent of an input, and the cotangents of an output of that many elements, if there is one.
    Cotangent { by: usize, seeds: Vec<f64> },
    /// A tangent of the output, and tangents of an input of that many elements.
    Tangent { seeds: Vec<f64> },
}

struct Test<'a> {
    op: &'a str,
    attrs: Attrs<'a>,
    places: Places,
    rtol: f64,
    atol: Option<f64>,
    nonsmooth: bool,
    special: bool,
    judged: bool,
    worst: Option<(String, bool)>,
}

impl<'a> Test<'a> {
    fn new(record: &'a Value, op: &'a str, dtype: DType) -> Test<'a> {
        let single = dtype == DType::F32;
        let rtol = number(&record["rtol"]);
        let notes = |word: &str| record["notes"].as_str().is_some_and(|n| n.starts_with(word));
        let input = |v: &Value| {
            let shape = ints(&v["shape"]).into_iter().map(|n| n as usize).collect();
            (shape, v["data"].as_array().expect("data").iter().map(number).collect())
        };
        Test {
            op,
            attrs: Attrs(&record["attrs"]),
            places: Places::new(record["inputs"].as_array().expect("inputs").iter().map(input).collect()),
            rtol: if single { rtol.max(2e-4) } else { rtol },
            atol: record["atol"].as_f64().filter(|_| !single),
            nonsmooth: notes("nonsmooth"),
            special: notes("special"),
            judged: false,
            worst: None,
        }
    }
    fn verdict(self) -> Verdict {
        match self.worst {
            Some((what, inaccuracy)) => Verdict::Fail { what, inaccuracy },
            None if self.judged => Verdict::ByConvention,
            None => Verdict::Pass,
        }
    }
    fn all(&mut self, what: &str, got: &[Array], want: &Value, factor: f64, seeds: Option<&Value>) {
        let Some(want) = want.as_array() else { return };
        if want.len() != got.len() {
            return self.fail(format!("{what}: {} arrays, not {}", got.len(), want.len()), false);
        }
        for (k, (got, want)) in got.iter().zip(want).enumerate() {
            if want.is_null() {
                continue;
            }
            let shape: Vec<usize> = ints(&want["shape"]).into_iter().map(|n| n as usize).collect();
            if got.shape() != shape {
                self.fail(format!("{what}[{k}]: shape {:?}, not {shape:?}", got.shape()), false);
                continue;
            }
            let want: Vec<f64> = want["data"].as_array().expect("data").iter().map(number).collect();
            let got: Vec<f64> = got.cast(DType::F64).to_vec();
            // At points without a derivative, and only there, our own choice counts.
            let seeds = || {
                let all = seeds.and_then(Value::as_array).map_or(&[][..], |s| s);
                let as_many = |v: &&Value| v["data"].as_array().is_some_and(|d| d.len() == got.len());
                let first = all.iter().find(as_many);
                first.map_or(vec![], |v| v["data"].as_array().expect("data").iter().map(number).collect())
            };
            let kind = match what {
                "vjp" if self.nonsmooth => Kind::Cotangent { by: k, seeds: seeds() },
                "jvp" if self.nonsmooth => Kind::Tangent { seeds: seeds() },
                _ => Kind::Value,
            };
            self.elements(&format!("{what}[{k}]"), &got, &want, factor, &kind)
        }
    }
    fn elements(&mut self, what: &str, got: &[f64], want: &[f64], factor: f64, kind: &Kind) {
        let rtol = self.rtol * factor;
        let size = want.iter().filter(|w| w.is_finite()).fold(1.0, |m: f64, w| m.max(w.abs()));
        let atol = self.atol.unwrap_or(rtol * size);
        let mut worst: Option<(f64, usize, bool)> = None;
        for (i, (&g, &w)) in got.iter().zip(want).enumerate() {
            if g == w || g.is_nan() && w.is_nan() || (g - w).abs() <= rtol * w.abs() + atol {
                continue;
            }
            if self.by_convention(kind, i, g, w, got.len()) {
                self.judged = true;
                continue;
            }
            let error = (g - w).abs();
            let close = error <= rtol * w.abs() + 1e-13;
            if worst.is_none_or(|(e, ..)| error.is_nan() || error > e) {
                worst = Some((error, i, close && worst.is_none_or(|w| w.2)))
            }
        }
        if let Some((error, i, close)) = worst {
            self.fail(
                format!("{what}: element {i} is {}, not {} (error {error:.1e})", got[i], want[i]),
                close,
            )
        }
    }
    /// Whether element i is our documented choice at a place where the operation has no derivative, or a limit.
    fn by_convention(&self, kind: &Kind, i: usize, got: f64, want: f64, size: usize) -> bool {
        let judge = |by: Option<usize>, places: Vec<Vec<f64>>, seeds: &[f64]| {
            let all = self.places.input(by.unwrap_or(0));
            places.iter().any(|x| {
                let place = Place { x, all, attrs: &self.attrs };
                convention::agrees(self.op, by, &place, got, seeds.get(i).copied())
            })
        };
        match kind {
            Kind::Cotangent { by, seeds } => judge(Some(*by), self.places.of_input(*by, i), seeds),
            Kind::Tangent { seeds } => judge(None, self.places.of_output(i, size), seeds),
            Kind::Value => {
                self.special
                    && want.is_nan()
                    && convention::is_limit(self.op, self.places.input(0).get(i).copied().unwrap_or(0.0), got)
            }
        }
    }
    fn fail(&mut self, what: String, inaccuracy: bool) {
        match &self.worst {
            Some((_, false)) => {}
            Some((_, true)) if inaccuracy => {}
            Some((_, true)) | None => self.worst = Some((what, inaccuracy)),
        }
    }
}
