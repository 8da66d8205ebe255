//! Derivatives as numbers: the gradient, the second derivatives, and whether both agree with differences.

use crate::explain::{by_name, table};
use crate::problem::{Failure, Problem, say};
use crate::trace::Trace;
use pullback_real::{Var, check as compare, hessian as second, value_and_grad};
use serde_json::{Map, Value, json};

/// The value and the gradient, as text and as JSON.
pub fn grad(problem: &Problem) -> Result<(String, Value), Failure> {
    Trace::of(problem)?;
    let (value, gradient) = value_and_grad(|x| problem.eval::<Var>(x))(&problem.point);
    let mut rows = vec![vec![problem.output.to_string(), format!("= {}", say(value))]];
    let row =
        |(name, g): (&String, &f64)| vec![format!("d{}/d{name}", problem.output), format!("= {}", say(*g))];
    rows.extend(problem.names.iter().zip(&gradient).map(row));
    let json = json!({
        "expression": problem.text,
        "point": by_name(problem, &problem.point),
        "value": value,
        "gradient": by_name(problem, &gradient),
    });
    Ok((table(&rows, ""), json))
}

/// Value, gradient and second derivatives.
pub fn hessian(problem: &Problem) -> Result<(String, Value), Failure> {
    let (mut text, mut json) = grad(problem)?;
    let rows: Vec<Vec<f64>> = second(|x| problem.eval::<Var>(x))(&problem.point);
    for (name, row) in problem.names.iter().zip(&rows) {
        if let Some(k) = row.iter().position(|h| !h.is_finite()) {
            let (z, other, h) = (problem.output, &problem.names[k], say(row[k]));
            let at = problem.at();
            return Err(Failure(format!(
                "{z} has no finite second derivative by {name} and {other} at {at}: it is {h}"
            )));
        }
    }
    if !rows.is_empty() {
        let head = std::iter::once(format!("d²{}", problem.output))
            .chain(problem.names.iter().map(|n| format!("d{n}")));
        let line = |(name, row): (&String, &Vec<f64>)| {
            std::iter::once(format!("d{name}")).chain(row.iter().map(|h| say(*h))).collect()
        };
        let lines = std::iter::once(head.collect()).chain(problem.names.iter().zip(&rows).map(line));
        text = format!("{text}\n{}", table(&lines.collect::<Vec<_>>(), ""));
    }
    let named = problem.names.iter().cloned().zip(rows.iter().map(|row| by_name(problem, row)));
    json["hessian"] = Value::Object(named.collect::<Map<_, _>>());
    Ok((text, json))
}

/// Whether first and second derivatives agree with differences, what to say, and the same as JSON.
pub fn check(problem: &Problem) -> Result<(bool, String, Value), Failure> {
    let (text, mut json) = grad(problem)?;
    match compare(|x| problem.eval::<Var>(x), &problem.point, 2) {
        Ok(report) => {
            json["agrees"] = json!(true);
            json["compared"] = json!(report.compared);
            json["worst"] = json!(report.worst);
            let verdict = format!(
                "All {} first and second derivatives, in forward and in reverse mode, agree with differences;\n\
                 the largest relative difference is {:.1e}.",
                report.compared, report.worst
            );
            Ok((true, format!("{text}\n{verdict}\n"), json))
        }
        Err(wrong) => {
            let by: Vec<&str> = wrong.by.iter().map(|i| problem.names[*i].as_str()).collect();
            let order = if by.len() == 1 { "first" } else { "second" };
            let mut named = by.clone();
            named.dedup();
            json["agrees"] = json!(false);
            json["mismatch"] = json!({
                "by": by,
                "mode": wrong.mode,
                "derivative": wrong.derivative,
                "difference": wrong.difference,
                "error": wrong.error,
            });
            let verdict = format!(
                "MISMATCH: the {order} derivative by {} is {} in {}, and {} ± {:.1e} by differences.\n\
                 Perhaps the function is not smooth here, or varies too fast for differences.",
                named.join(" and "),
                say(wrong.derivative),
                wrong.mode,
                say(wrong.difference),
                wrong.error,
            );
            Ok((false, format!("{text}\n{verdict}\n"), json))
        }
    }
}
