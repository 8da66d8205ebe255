//! Sparse Hessians: symmetry lets an entry be read from either of its two places.

use super::acyclic::{Substitution, acyclic, substitutions};
use super::colouring::{Order, count, graph, star};
use super::jacobian::forward;
use super::matrix::SparseMatrix;
use super::pattern::Pattern;
use super::{PatternChanged, probe};
use crate::diff::{engine, grad};
use crate::var::Var;
use std::collections::HashMap;
use std::sync::Arc;

/// How the columns of a Hessian are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HessianColouring {
    /// Entries are read directly.
    #[default]
    Star,
    /// Fewer sweeps; entries follow by substitution, along which rounding errors add up a little.
    Acyclic,
}

/// How entries follow from the compressed columns.
enum Recovery {
    /// Entry k is that of this row under this colour.
    Direct(Vec<(u32, u32)>),
    /// The steps, the places of both copies of each entry, and the number of sums.
    Substituted(Vec<(Substitution, [usize; 2])>, usize),
}

/// The Hessian of a function in which few pairs of variables meet: prepared once, evaluated at many points.
///
/// ```
/// use pullback_real::{Real, Var, sparse::SparseHessian};
/// let chain = |x: &[Var]| x.windows(2).map(|w| (w[1] - w[0].square()).square()).sum::<Var>();
/// let x = vec![0.5; 1000];
/// let hessian = SparseHessian::new(chain, &x);
/// assert_eq!((hessian.pattern().len(), hessian.sweeps()), (3 * 1000 - 2, 3));
/// let h = hessian.evaluate(&x).unwrap();
/// assert_eq!(h.triplets().nth(1), Some((0, 1, -2.0)));
/// ```
pub struct SparseHessian<F> {
    f: F,
    pattern: Arc<Pattern>,
    colours: Vec<u32>,
    recovery: Recovery,
}

impl<F: Fn(&[Var]) -> Var> SparseHessian<F> {
    /// Finds the structure at `x` and colours it by stars.
    ///
    /// # Panics
    /// Where f does.
    pub fn new(f: F, x: &[f64]) -> Self {
        SparseHessian::with(f, x, HessianColouring::Star, Order::default())
    }
    /// The same, with a choice of the colouring and of its order.
    ///
    /// # Panics
    /// Where f does.
    pub fn with(f: F, x: &[f64], colouring: HessianColouring, order: Order) -> Self {
        let (_, ends, recorded) = engine::record(grad::<Var>(&f), x);
        let found = Pattern::of(&ends, &recorded.nodes());
        // Symmetric, with the diagonal: what one half of it missed, the other has.
        let (transposed, _) = found.transposed();
        let row = |i: usize| [found.row(i), transposed.row(i), &[i as u32]].concat();
        let pattern = Pattern::new(x.len(), (0..x.len()).map(row));
        let graph = graph(&pattern);
        let (colours, recovery) = match colouring {
            HessianColouring::Star => {
                let colours = star(&graph, order);
                let direct = direct(&pattern, &colours);
                (colours, Recovery::Direct(direct))
            }
            HessianColouring::Acyclic => {
                let colours = acyclic(&graph, order);
                let (steps, sums) = substitutions(&graph, &colours);
                let place = |i: u32, j: u32| {
                    let range = pattern.range(i as usize);
                    let at = pattern.indices()[range.clone()].binary_search(&j);
                    range.start + at.expect("an entry of the pattern")
                };
                let with_places = |s: Substitution| {
                    let places = [place(s.leaf, s.other), place(s.other, s.leaf)];
                    (s, places)
                };
                (colours, Recovery::Substituted(steps.into_iter().map(with_places).collect(), sums))
            }
        };
        SparseHessian { f, pattern: Arc::new(pattern), colours, recovery }
    }
    /// Where it has entries: both halves, and the diagonal.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }
    /// How many directions an evaluation sweeps over, the one of the check not counted.
    pub fn sweeps(&self) -> usize {
        count(&self.colours)
    }
    /// The colour of each column.
    pub fn colours(&self) -> &[u32] {
        &self.colours
    }
    /// The Hessian at `x`.
    ///
    /// # Errors
    /// If it has an entry there that it had not where the structure was prepared.
    ///
    /// # Panics
    /// If `x` has another length; where f panics.
    #[track_caller]
    pub fn evaluate(&self, x: &[f64]) -> Result<SparseMatrix, PatternChanged> {
        let n = self.pattern.columns();
        assert!(
            x.len() == n,
            "SparseHessian::evaluate: the structure was prepared for {n} variables, not {}",
            x.len()
        );
        let (_, ends, recorded) = engine::record(grad::<Var>(&self.f), x);
        let colours = self.sweeps();
        // H·seed for every colour, a row for each variable.
        let mut compressed = vec![0.0; n * colours];
        let mut derivative = vec![0.0; n];
        let direction = |j: usize, lane: usize| match lane {
            lane if lane == colours => probe(j),
            lane => f64::from(u8::from(self.colours[j] as usize == lane)),
        };
        forward(&ends, &recorded.nodes(), colours + 1, direction, |i, lanes, dy| {
            for lane in lanes.clone() {
                match lane {
                    lane if lane == colours => derivative[i] = dy[lane - lanes.start],
                    lane => compressed[i * colours + lane] = dy[lane - lanes.start],
                }
            }
        });
        let at = |row: u32, colour: u32| compressed[row as usize * colours + colour as usize];
        let mut values = vec![0.0; self.pattern.len()];
        match &self.recovery {
            Recovery::Direct(places) => {
                values.iter_mut().zip(places).for_each(|(value, &(row, colour))| *value = at(row, colour))
            }
            Recovery::Substituted(steps, sums) => {
                for i in 0..n as u32 {
                    let range = self.pattern.range(i as usize);
                    let k = self.pattern.indices()[range.clone()].binary_search(&i).expect("the diagonal");
                    values[range.start + k] = at(i, self.colours[i as usize])
                }
                let mut known = vec![0.0; *sums];
                for (Substitution { leaf, other, sums: (a, b) }, [k, l]) in steps {
                    let value = at(*leaf, self.colours[*other as usize]) - known[*a];
                    (values[*k], values[*l]) = (value, value);
                    known[*a] += value;
                    known[*b] += value
                }
            }
        }
        SparseMatrix::new(self.pattern.clone(), values).checked(&derivative)
    }
}

/// For each entry the row and colour to read it from: its own, or those of its mirror image if another neighbour has its
/// column's colour.
fn direct(pattern: &Pattern, colours: &[u32]) -> Vec<(u32, u32)> {
    let mut alike: HashMap<(u32, u32), u32> = HashMap::new();
    for i in 0..pattern.rows() {
        for &j in pattern.row(i) {
            *alike.entry((i as u32, colours[j as usize])).or_default() += 1
        }
    }
    let entries = (0..pattern.rows()).flat_map(|i| pattern.row(i).iter().map(move |&j| (i as u32, j)));
    entries
        .map(|(i, j)| match alike[&(i, colours[j as usize])] {
            1 => (i, colours[j as usize]),
            _ => (j, colours[i as usize]),
        })
        .collect()
}
