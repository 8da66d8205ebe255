//! Recovery of a Hessian: which columns are joined, and how its entries follow from the products with the
//! joined columns.

use super::acyclic::{Substitution, acyclic, substitutions};
use super::colouring::{Order, count, graph, star};
use super::pattern::Pattern;
use std::collections::HashMap;

/// How the columns of a Hessian are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HessianColouring {
    /// Entries are read directly.
    #[default]
    Star,
    /// Fewer sweeps; entries follow by substitution, along which rounding errors add up a little.
    Acyclic,
}

/// How entries are recovered from the compressed columns.
#[derive(Clone, Debug)]
enum Recovery {
    /// Entry k is the value of this row under this colour.
    Direct(Vec<(u32, u32)>),
    /// The steps, the places of both copies of each entry, and the number of sums.
    Substituted(Vec<(Substitution, [usize; 2])>, usize),
}

/// Colours of a Hessian's columns, and how entries follow. For products of your own.
///
/// ```
/// use pullback_real::sparse::{HessianColouring, HessianColours, Order, Pattern};
/// // An arrow: two sums give all of [[1, 2, 3], [2, 4, 0], [3, 0, 5]].
/// let p = Pattern::new(3, [vec![0, 1, 2], vec![0, 1], vec![0, 2]]);
/// let c = HessianColours::new(&p, HessianColouring::Star, Order::Natural);
/// assert_eq!(c.columns(), [0, 1, 1]);
/// let products = [[1.0, 5.0], [2.0, 4.0], [3.0, 5.0]];
/// assert_eq!(c.values(&p, |row, colour| products[row][colour]), [1.0, 2.0, 3.0, 2.0, 4.0, 3.0, 5.0]);
/// ```
#[derive(Clone, Debug)]
pub struct HessianColours {
    colours: Vec<u32>,
    recovery: Recovery,
}

impl HessianColours {
    /// Colours a symmetric pattern that has all of the diagonal.
    ///
    /// # Panics
    /// If the pattern is not symmetric, or an element of the diagonal is missing.
    #[track_caller]
    pub fn new(pattern: &Pattern, colouring: HessianColouring, order: Order) -> HessianColours {
        assert!(
            *pattern == pattern.symmetric(),
            "HessianColours::new: a Hessian's pattern is symmetric and has the diagonal"
        );
        let graph = graph(pattern);
        let (colours, recovery) = match colouring {
            HessianColouring::Star => {
                let colours = star(&graph, order);
                let direct = direct(pattern, &colours);
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
        HessianColours { colours, recovery }
    }
    /// How many products are needed.
    pub fn count(&self) -> usize {
        count(&self.colours)
    }
    /// The colour of each column.
    pub fn columns(&self) -> &[u32] {
        &self.colours
    }
    /// The entries in the pattern's order, from `at(row, colour)`: the sum of a row's entries in the columns of a colour.
    pub fn values(&self, pattern: &Pattern, at: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let mut values = vec![0.0; pattern.len()];
        match &self.recovery {
            Recovery::Direct(places) => values
                .iter_mut()
                .zip(places)
                .for_each(|(value, &(row, colour))| *value = at(row as usize, colour as usize)),
            Recovery::Substituted(steps, sums) => {
                for i in 0..pattern.rows() as u32 {
                    let range = pattern.range(i as usize);
                    let k = pattern.indices()[range.clone()].binary_search(&i).expect("the diagonal");
                    values[range.start + k] = at(i as usize, self.colours[i as usize] as usize)
                }
                let mut known = vec![0.0; *sums];
                for (Substitution { leaf, other, sums: (a, b) }, [k, l]) in steps {
                    let value = at(*leaf as usize, self.colours[*other as usize] as usize) - known[*a];
                    (values[*k], values[*l]) = (value, value);
                    known[*a] += value;
                    known[*b] += value
                }
            }
        }
        values
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
