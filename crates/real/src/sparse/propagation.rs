//! The pattern of a Jacobian without its values, found in a direction of choice.

use super::indices::Indices;
use super::pattern::Pattern;
use crate::diff::engine::{self, Ends};
use crate::sweep::Records;
use crate::var::Var;

/// How a pattern is found. All three find the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Propagation {
    /// Sets of variables, from these to the results: for about as many results as variables, and for short sets.
    #[default]
    Forward,
    /// Sets of results, from these back to the variables: for fewer results than variables.
    Reverse,
    /// From each result back through the results it was computed from. It needs no sets, and little time for
    /// few results of large functions.
    Subgraph,
}

/// f ↦ x ↦ where its Jacobian can have entries at x.
///
/// ```
/// use pullback_real::Var;
/// use pullback_real::sparse::{Propagation, pattern};
/// let f = |x: &[Var]| vec![x[0] * x[1], x[2], x[1] * x[1]];
/// for way in [Propagation::Forward, Propagation::Reverse, Propagation::Subgraph] {
///     let p = pattern(f, way)(&[1.0, 2.0, 3.0]);
///     assert_eq!((p.row(0), p.row(1), p.row(2)), (&[0, 1][..], &[2][..], &[1][..]));
/// }
/// ```
///
/// # Panics
/// Where f does.
pub fn pattern(f: impl Fn(&[Var]) -> Vec<Var>, way: Propagation) -> impl Fn(&[f64]) -> Pattern {
    move |x| {
        let (_, ends, recorded) = engine::record(&f, x);
        let records = recorded.nodes();
        match way {
            Propagation::Forward => Pattern::of(&ends, &records),
            Propagation::Reverse => reverse(&ends, &records),
            Propagation::Subgraph => subgraphs(&ends, &records),
        }
    }
}

fn reverse(ends: &Ends<f64>, records: &impl Records<f64>) -> Pattern {
    let mut sets = vec![Indices::default(); records.slots()];
    for (i, &(slot, _)) in ends.exits.iter().enumerate() {
        sets[slot] = sets[slot].joined(&Indices::one(i as u32))
    }
    for k in (0..records.len()).rev() {
        let set = std::mem::take(&mut sets[records.result(k)]);
        if !set.is_empty() {
            records.each_arg(k, |arg, _| sets[arg] = sets[arg].joined(&set))
        }
    }
    // The results that a variable reaches are a column. (Slot 0 took the results that depend on nothing.)
    Pattern::new(ends.exits.len(), (1..=ends.n).map(|slot| sets[slot].to_vec())).transposed().0
}

fn subgraphs(ends: &Ends<f64>, records: &impl Records<f64>) -> Pattern {
    let mut made_by = vec![usize::MAX; records.slots()];
    (0..records.len()).for_each(|k| made_by[records.result(k)] = k);
    // The last result that visited each slot.
    let mut seen = vec![0; records.slots()];
    let rows = ends.exits.iter().zip(1..).map(|(&(exit, _), mark)| {
        let (mut stack, mut row) = (vec![exit], vec![]);
        while let Some(slot) = stack.pop() {
            if slot == 0 || std::mem::replace(&mut seen[slot], mark) == mark {
                continue;
            }
            match slot <= ends.n {
                true => row.push(slot as u32 - 1),
                false => records.each_arg(made_by[slot], |arg, _| stack.push(arg)),
            }
        }
        row
    });
    Pattern::new(ends.n, rows.collect::<Vec<_>>())
}
