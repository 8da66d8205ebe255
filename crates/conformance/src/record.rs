//! One record: computed, and compared with what is recorded.

use crate::attrs::{Attrs, ints, number};
use crate::{convention, table};
use pullback_array::{Array, DType, grad, jvp, vjp};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub enum Verdict {
    Pass,
    /// Passed, but a derivative is our choice and not the recorded one.
    ByConvention,
    Fail {
        what: String,
        /// It is within 1e-13 of the record.
        inaccuracy: bool,
    },
}

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
/// Arrays, with zeros for `null`.
fn arrays(v: &Value, like: &[Array], dtype: DType) -> Vec<Array> {
    let all = v.as_array().map_or(&[][..], |all| all);
    like.iter()
        .enumerate()
        .map(|(k, x)| match all.get(k) {
            Some(v) if !v.is_null() => array(v, dtype),
            _ => x.zeros_like(),
        })
        .collect()
}

fn compare(record: &Value, op: &str, dtype: DType) -> Verdict {
    let fail = |what: &str| Verdict::Fail { what: what.into(), inaccuracy: false };
    if !record["points"].is_null() {
        return fail("scalar records are checked by crate real");
    }
    let attrs = Attrs(&record["attrs"]);
    let inputs: Vec<Array> =
        record["inputs"].as_array().expect("inputs").iter().map(|v| array(v, dtype)).collect();
    let f = |x: &Vec<Array>| -> Vec<Array> {
        let turned = |(k, x): (usize, &Array)| match &attrs.get("pre_transpose")[k] {
            Value::Null => x.clone(),
            axes => x.transpose(ints(axes)),
        };
        let x: Vec<Array> = x.iter().enumerate().map(turned).collect();
        table::apply(op, &x, &attrs).unwrap_or_else(|| panic!("unknown operation"))
    };
    let mut test = Test::new(record, op, dtype);
    if record["cotangents"].is_null() {
        test.all("outputs", &f(&inputs), &record["outputs"], 1.0, None);
        return test.verdict();
    }
    let (outputs, pullback) = vjp(f)(&inputs);
    test.all("outputs", &outputs, &record["outputs"], 1.0, None);
    let cotangents = arrays(&record["cotangents"], &outputs, dtype);
    test.all("vjp", &pullback(&cotangents), &record["vjp"], 1.0, Some(&record["cotangents"]));
    let tangents = arrays(&record["tangents"], &inputs, dtype);
    let (_, pushed) = jvp(f)(&inputs, &tangents);
    test.all("jvp", &pushed, &record["jvp"], 1.0, Some(&record["tangents"]));
    if !record["second"].is_null() {
        let u = arrays(&record["second"]["u"], &inputs, dtype);
        let s = |x: &Vec<Array>| {
            let g = vjp(f)(x).1(&cotangents);
            let terms = g.iter().zip(&u).filter(|(g, _)| g.dtype().is_float()).map(|(g, u)| (g * u).sum());
            terms.reduce(|a, b| a + b).unwrap_or_else(|| Array::from(0.0))
        };
        test.all("second", &grad(s)(&inputs), &record["second"]["grad"], 10.0, None);
    }
    if !record["hessian"].is_null() {
        test.hessian(&inputs, &f, &record["hessian"])
    }
    test.verdict()
}

struct Test<'a> {
    op: &'a str,
    rtol: f64,
    atol: Option<f64>,
    nonsmooth: bool,
    special: bool,
    judged: bool,
    worst: Option<(String, bool)>,
}

impl<'a> Test<'a> {
    fn new(record: &Value, op: &'a str, dtype: DType) -> Test<'a> {
        let single = dtype == DType::F32;
        let rtol = number(&record["rtol"]);
        let notes = |word: &str| record["notes"].as_str().is_some_and(|n| n.starts_with(word));
        Test {
            op,
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
            let seeds: Option<Vec<f64>> = seeds.filter(|_| self.nonsmooth).map(|s| {
                let all = s.as_array().map_or(&[][..], |s| s);
                let first = all
                    .iter()
                    .find(|v| !v.is_null() && v["data"].as_array().is_some_and(|d| d.len() == got.len()));
                first.map_or(vec![], |v| v["data"].as_array().expect("data").iter().map(number).collect())
            });
            self.elements(&format!("{what}[{k}]"), &got, &want, factor, seeds)
        }
    }
    fn elements(&mut self, what: &str, got: &[f64], want: &[f64], factor: f64, seeds: Option<Vec<f64>>) {
        let rtol = self.rtol * factor;
        let size = want.iter().filter(|w| w.is_finite()).fold(1.0, |m: f64, w| m.max(w.abs()));
        let atol = self.atol.unwrap_or(rtol * size);
        let mut worst: Option<(f64, usize, bool)> = None;
        for (i, (&g, &w)) in got.iter().zip(want).enumerate() {
            if g == w || g.is_nan() && w.is_nan() || (g - w).abs() <= rtol * w.abs() + atol {
                continue;
            }
            if let Some(seeds) = &seeds
                && convention::agrees(self.op, g, seeds.get(i).copied())
            {
                self.judged = true;
                continue;
            }
            let limit = |v: &&(&str, &str, f64)| v.0 == self.op && v.2 == g && w.is_nan();
            if self.special && convention::VALUES.iter().any(|v| limit(&v)) {
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
    fn fail(&mut self, what: String, inaccuracy: bool) {
        match &self.worst {
            Some((_, false)) => {}
            Some((_, true)) if inaccuracy => {}
            Some((_, true)) | None => self.worst = Some((what, inaccuracy)),
        }
    }
    /// The Hessian of a single number, row by row by gradients of the gradient.
    fn hessian(&mut self, inputs: &[Array], f: &impl Fn(&Vec<Array>) -> Vec<Array>, want: &Value) {
        let rows: Vec<&Value> = want.as_array().expect("rows").iter().collect();
        let want: Vec<f64> =
            rows.iter().flat_map(|r| r.as_array().expect("a row").iter().map(number)).collect();
        let inputs = inputs.to_vec();
        let floats: Vec<usize> = (0..inputs.len()).filter(|&k| inputs[k].dtype().is_float()).collect();
        let mut got = vec![];
        for &k in &floats {
            for i in 0..inputs[k].size() {
                let entry =
                    |x: &Vec<Array>| grad(|x: &Vec<Array>| f(x)[0].clone().reshape(()))(x)[k].ravel().get(i);
                let row = grad(entry)(&inputs);
                got.extend(floats.iter().flat_map(|&j| row[j].cast(DType::F64).to_vec::<f64>()))
            }
        }
        if got.len() != want.len() {
            return self.fail(format!("hessian: {} numbers, not {}", got.len(), want.len()), false);
        }
        self.elements("hessian", &got, &want, 10.0, None)
    }
}
