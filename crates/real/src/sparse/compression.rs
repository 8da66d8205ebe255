//! Compression of a Jacobian: which columns and rows are joined, and where the entries are read from.

use super::colouring::{NONE, Order, columns, count};
use super::pattern::Pattern;
use std::ops::Range;

/// How a Jacobian is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// The one of those below that needs the fewest sweeps.
    #[default]
    Auto,
    /// Columns without a common row are joined, by forward sweeps.
    Columns,
    /// Rows without a common column are joined, by reverse sweeps.
    Rows,
    /// The densest rows by reverse sweeps, the columns of the other rows by forward sweeps.
    Both,
}

/// Colours of a Jacobian's columns and rows: those of one colour are swept over together. For sweeps of your own.
///
/// ```
/// use pullback_real::sparse::{Compression, JacobianColours, Order, Pattern};
/// // Two columns that do not meet, and a row of both.
/// let p = Pattern::new(2, [vec![0], vec![1], vec![0, 1]]);
/// let c = JacobianColours::new(&p, Compression::Columns, Order::Natural);
/// assert_eq!((c.forward(), c.backward()), (2, 0));
/// // A sweep along all columns of colour 0 gives entry 0 in row 0, and entry 2 in row 2.
/// assert_eq!(c.by_column(&p, 2, 0..1).collect::<Vec<_>>(), [(2, 0)]);
/// ```
#[derive(Clone, Debug)]
pub struct JacobianColours {
    /// The colour of each column; [`NONE`] if all rows come from reverse sweeps.
    columns: Vec<u32>,
    /// The colour of each row that reverse sweeps give; [`NONE`] for the others.
    rows: Vec<u32>,
}

impl JacobianColours {
    /// Colours a pattern.
    pub fn new(pattern: &Pattern, compression: Compression, order: Order) -> JacobianColours {
        let (columns, rows) = compressed(pattern, compression, order);
        JacobianColours { columns, rows }
    }
    /// How many sweeps go forward.
    pub fn forward(&self) -> usize {
        count(&self.columns)
    }
    /// How many sweeps go backward.
    pub fn backward(&self) -> usize {
        count(&self.rows)
    }
    /// The colour of each column; `None` for a column without a colour.
    pub fn columns(&self) -> impl Iterator<Item = Option<u32>> {
        self.columns.iter().map(|&c| (c != NONE).then_some(c))
    }
    /// The colour of each row that reverse sweeps give; `None` for the others.
    pub fn rows(&self) -> impl Iterator<Item = Option<u32>> {
        self.rows.iter().map(|&c| (c != NONE).then_some(c))
    }
    /// The entries of row i that forward sweeps of these colours give, each with its colour.
    pub fn by_column(
        &self,
        pattern: &Pattern,
        i: usize,
        colours: Range<usize>,
    ) -> impl Iterator<Item = (usize, usize)> {
        let range = if self.rows[i] == NONE { pattern.range(i) } else { 0..0 };
        let colour = |k: usize| (k, self.columns[pattern.indices()[k] as usize] as usize);
        range.map(colour).filter(move |(_, c)| colours.contains(c))
    }
    /// The entries that the reverse sweep of a colour gives, each with its column.
    pub fn by_row(&self, pattern: &Pattern, colour: usize) -> impl Iterator<Item = (usize, usize)> {
        let rows = (0..self.rows.len()).filter(move |&i| self.rows[i] as usize == colour);
        rows.flat_map(|i| pattern.range(i)).map(|k| (k, pattern.indices()[k] as usize))
    }
}

/// Colours of columns and of rows.
fn compressed(pattern: &Pattern, compression: Compression, order: Order) -> (Vec<u32>, Vec<u32>) {
    let (m, n) = (pattern.rows(), pattern.columns());
    let forward = || (columns(pattern, order), vec![NONE; m]);
    let backward = || (vec![NONE; n], columns(&pattern.transposed().0, order));
    let sweeps = |(a, b): &(Vec<u32>, Vec<u32>)| count(a) + count(b);
    match compression {
        Compression::Columns => forward(),
        Compression::Rows => backward(),
        Compression::Both => both(pattern, order),
        Compression::Auto => {
            let ways = [forward(), backward(), both(pattern, order)];
            ways.into_iter().min_by_key(sweeps).expect("three ways")
        }
    }
}

/// The densest rows backward, the columns of the others forward. The number of dense rows is the one that
/// needs the fewest sweeps, among 0 and powers of two.
fn both(pattern: &Pattern, order: Order) -> (Vec<u32>, Vec<u32>) {
    let m = pattern.rows();
    let mut densest: Vec<usize> = (0..m).collect();
    densest.sort_by_key(|&i| std::cmp::Reverse(pattern.row(i).len()));
    let way = |k: usize| {
        let mut dense = vec![false; m];
        densest[..k].iter().for_each(|&i| dense[i] = true);
        let columns_of_rest = columns(&pattern.without(|i| dense[i]), order);
        let mut rows = columns(&pattern.without(|i| !dense[i]).transposed().0, order);
        rows.iter_mut().zip(&dense).for_each(|(c, dense)| {
            if !dense {
                *c = NONE
            }
        });
        (columns_of_rest, rows)
    };
    let mut best = way(0);
    let mut k = 1;
    // More rows than there are colours already cannot help.
    while k <= m && k < count(&best.0) + count(&best.1) {
        let next = way(k);
        if count(&next.0) + count(&next.1) < count(&best.0) + count(&best.1) {
            best = next
        }
        k *= 2
    }
    best
}
