//! Sparsity patterns: where a Jacobian can have entries.

use super::indices::Indices;
use crate::diff::engine::Ends;
use crate::sweep::Records;

/// The places of a sparse matrix that may hold an entry, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    rows: usize,
    columns: usize,
    /// Where each row begins in `indices`, and where the last one ends.
    starts: Vec<usize>,
    /// The columns of the entries, ascending within a row.
    indices: Vec<u32>,
}

impl Pattern {
    /// A pattern from the columns of each row, in any order.
    ///
    /// ```
    /// use pullback_real::sparse::Pattern;
    /// let p = Pattern::new(3, [vec![2, 0], vec![1]]);
    /// assert_eq!((p.rows(), p.columns(), p.len(), p.row(0)), (2, 3, 3, &[0, 2][..]));
    /// ```
    ///
    /// # Panics
    /// If a column is out of range.
    #[track_caller]
    pub fn new(columns: usize, rows: impl IntoIterator<Item = Vec<u32>>) -> Pattern {
        let (mut starts, mut indices) = (vec![0], vec![]);
        for mut row in rows {
            row.sort_unstable();
            row.dedup();
            if let Some(&last) = row.last().filter(|&&last| last as usize >= columns) {
                panic!("Pattern::new: column {last} of a matrix with {columns}")
            }
            indices.extend(row);
            starts.push(indices.len())
        }
        Pattern { rows: starts.len() - 1, columns, starts, indices }
    }
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }
    /// How many entries.
    pub fn len(&self) -> usize {
        self.indices.len()
    }
    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }
    /// The columns of a row's entries, ascending.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, i: usize) -> &[u32] {
        assert!(i < self.rows, "Pattern::row: row {i} of a pattern of {}", self.rows);
        &self.indices[self.range(i)]
    }
    /// The range of a row's entries among all entries.
    pub(super) fn range(&self, i: usize) -> std::ops::Range<usize> {
        self.starts[i]..self.starts[i + 1]
    }
    /// Where each row begins among the entries, and where the last one ends.
    pub fn starts(&self) -> &[usize] {
        &self.starts
    }
    /// The columns of all entries, row by row.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }
    /// The pattern with rows and columns exchanged, and for each of its entries the index of that entry in
    /// this pattern.
    pub fn transposed(&self) -> (Pattern, Vec<usize>) {
        let mut starts = vec![0; self.columns + 1];
        self.indices.iter().for_each(|&j| starts[j as usize + 1] += 1);
        (0..self.columns).for_each(|j| starts[j + 1] += starts[j]);
        let mut next = starts.clone();
        let (mut indices, mut from) = (vec![0; self.len()], vec![0; self.len()]);
        for i in 0..self.rows {
            for k in self.range(i) {
                let place = &mut next[self.indices[k] as usize];
                (indices[*place], from[*place]) = (i as u32, k);
                *place += 1
            }
        }
        (Pattern { rows: self.columns, columns: self.rows, starts, indices }, from)
    }
    /// This square pattern with its mirror image and the diagonal.
    ///
    /// # Panics
    /// If it is not square.
    #[track_caller]
    pub fn symmetric(&self) -> Pattern {
        let n = self.rows;
        assert!(
            n == self.columns,
            "Pattern::symmetric: a symmetric pattern is square, not {n} by {}",
            self.columns
        );
        let (transposed, _) = self.transposed();
        Pattern::new(n, (0..n).map(|i| [self.row(i), transposed.row(i), &[i as u32]].concat()))
    }
    /// This pattern without the entries of the rows that `leave` names.
    pub(super) fn without(&self, leave: impl Fn(usize) -> bool) -> Pattern {
        let rows = (0..self.rows).map(|i| if leave(i) { vec![] } else { self.row(i).to_vec() });
        Pattern::new(self.columns, rows)
    }

    /// The pattern of a recorded Jacobian: which variables each result depends on.
    pub(super) fn of<R>(ends: &Ends<R>, records: &impl Records<R>) -> Pattern {
        let (n, slots) = (ends.n, records.slots());
        // Slots that no result needs (the sum behind a gradient, say) are left out: their sets could be
        // everything.
        let mut needed = vec![false; slots];
        ends.exits.iter().for_each(|&(slot, _)| needed[slot] = true);
        // The last reader of each slot, after which its set is dropped.
        let mut last = vec![usize::MAX; slots];
        for k in (0..records.len()).rev() {
            if needed[records.result(k)] {
                records.each_arg(k, |arg, _| {
                    needed[arg] = true;
                    if last[arg] == usize::MAX {
                        last[arg] = k
                    }
                })
            }
        }
        ends.exits.iter().for_each(|&(slot, _)| last[slot] = usize::MAX);
        let mut sets = vec![Indices::default(); slots];
        (0..n).for_each(|i| sets[i + 1] = Indices::one(i as u32));
        for k in 0..records.len() {
            if !needed[records.result(k)] {
                continue;
            }
            let mut set = Indices::default();
            let mut read = [0; 2];
            let mut count = 0;
            records.each_arg(k, |arg, _| {
                if arg != 0 {
                    set = set.joined(&sets[arg]);
                    read[count] = arg;
                    count += 1
                }
            });
            read[..count]
                .iter()
                .filter(|&&arg| last[arg] == k)
                .for_each(|&arg| sets[arg] = Indices::default());
            sets[records.result(k)] = set
        }
        Pattern::new(
            n,
            ends.exits.iter().map(|&(slot, _)| if slot == 0 { vec![] } else { sets[slot].to_vec() }),
        )
    }
}
