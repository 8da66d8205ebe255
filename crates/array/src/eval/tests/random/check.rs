//! What must hold of every program: the same bits in every way, and those of the plain reference.

use super::case::Case;
use super::modes::{copies, unchanged};
use crate::array::Array;
use crate::buffer::Buffer;
use crate::eval::reference::{Value, interpret_exactly};
use crate::eval::run::compare::difference;
use crate::eval::settings::{MachineCode, Settings, set_machine_code};
use crate::set_threads;
use std::sync::Arc;

/// Machine code, whether there are several threads, and which data sets a compiled function gets, one after the other.
const WAYS: [(MachineCode, bool, &[usize]); 5] = [
    (MachineCode::Never, false, &[0, 1, 2]),
    (MachineCode::Always, false, &[0, 1, 2, 0]),
    (MachineCode::Always, true, &[2, 0]),
    (MachineCode::Never, true, &[1, 0]),
    (MachineCode::Compare, true, &[0, 1]),
];

/// What does not hold, if anything does not.
pub fn check(case: &Arc<Case>) -> Result<(), String> {
    let _settings = Settings::hold();
    set_machine_code(MachineCode::Never);
    set_threads(1);
    let data: Vec<Vec<Array>> = (0..3).map(|set| case.inputs(set, case.batch())).collect();
    let before: Vec<Vec<Array>> = data.iter().map(|x| copies(x)).collect();
    let compiled = case.compiled();
    let mut known: Vec<Option<Vec<Arc<Buffer>>>> = vec![None; 3];
    for (how, several, sets) in WAYS {
        let threads = if several { case.threads() } else { 1 };
        set_machine_code(how);
        set_threads(threads);
        for &set in sets {
            let results: Vec<Arc<Buffer>> = compiled(&data[set]).iter().map(|y| y.value()).collect();
            let way = || format!("machine code {how:?}, {threads} threads, data set {set}");
            match &known[set] {
                None => known[set] = Some(results),
                Some(first) => same(&results, first, &[]).map_err(|e| format!("{}, before: {e}", way()))?,
            }
        }
    }
    for (x, before) in data.iter().zip(&before) {
        unchanged(x, before, "inputs")
    }
    set_machine_code(MachineCode::Never);
    for (set, x) in data.iter().enumerate() {
        let (Some(plain), Some(found)) = (case.plain(x), &known[set]) else { continue };
        let (want, within): (Vec<_>, Vec<_>) =
            interpret_exactly(&plain).into_iter().map(|e| (e.bits, e.within)).unzip();
        same(found, &want, &within).map_err(|e| format!("data set {set}, by the reference: {e}"))?
    }
    Ok(())
}

/// Whether two runs gave the same bits, or numbers within bounds where there are some.
fn same(found: &[Arc<Buffer>], want: &[Arc<Buffer>], within: &[Option<Vec<f64>>]) -> Result<(), String> {
    if found.len() != want.len() {
        return Err(format!("{} results and {}", found.len(), want.len()));
    }
    for (k, (x, y)) in found.iter().zip(want).enumerate() {
        if (x.len(), x.dtype()) != (y.len(), y.dtype()) {
            return Err(format!(
                "output {k} has {} elements of {}, not {} of {}",
                x.len(),
                x.dtype(),
                y.len(),
                y.dtype()
            ));
        }
        match within.get(k) {
            Some(Some(within)) => near(x, y, within).map_err(|e| format!("{e} of output {k}"))?,
            Some(None) | None => {
                if let Some((i, x, y)) = difference(x, y) {
                    return Err(format!("element {i} of output {k} is {x}, not {y}"));
                }
            }
        }
    }
    Ok(())
}

fn near(x: &Buffer, y: &Buffer, within: &[f64]) -> Result<(), String> {
    let wide = |b: &Buffer| match Value::of(b) {
        Value::Float(x) => x,
        Value::Int(x) => x.into_iter().map(|x| x as f64).collect(),
        Value::Complex(x) => x.into_flattened(),
    };
    let parts = if x.dtype().is_complex() { 2 } else { 1 };
    for (i, (x, y)) in wide(x).into_iter().zip(wide(y)).enumerate() {
        let most = within[i / parts];
        // Of what is not finite, or may not be, nothing is said; a NaN is not near.
        let near = (x - y).abs() <= most;
        if most.is_finite() && y.is_finite() && !near {
            return Err(format!("element {} is {x}, not {y} ± {most}", i / parts));
        }
    }
    Ok(())
}
