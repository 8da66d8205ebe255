//! Walking over the blocks of a strided iteration space. Blocks are cut so that an operand's elements lie the same way in
//! every one of them, up to where they begin: how ([`Pattern`]) is found once, when the program is made.

use crate::eval::ir::layout::Strides;
use crate::eval::ir::pattern::{Bound, OUTSIDE, Pattern};
use smallvec::SmallVec;

pub(crate) type Index = SmallVec<[usize; 6]>;

pub(crate) fn unravel(mut i: usize, dims: &[usize]) -> Index {
    let mut index: Index = SmallVec::from_elem(0, dims.len());
    for k in (0..dims.len()).rev() {
        index[k] = i % dims[k];
        i /= dims[k]
    }
    index
}

/// Elements of a block that takes longer to copy than to begin another.
const WORTH_CUTTING: usize = 256;

/// How an iteration space is cut into blocks: whole rows, all of one index along the axes before the last of `outer`.
#[derive(Clone, Debug)]
pub(crate) struct Blocking {
    /// The axes that are counted; the last of them counts rows.
    outer: SmallVec<[usize; 6]>,
    /// Elements of a row.
    pub row: usize,
    /// Rows of a block, at most.
    rows: usize,
}

/// Rows at least so long are taken one by one, so that what is even along them is read in place.
const LONG: usize = 512;

impl Blocking {
    /// For blocks of at most `block` elements.
    pub fn new(dims: &[usize], block: usize) -> Blocking {
        if dims.contains(&0) {
            // Nothing is walked.
            return Blocking { outer: SmallVec::new(), row: 1, rows: 1 };
        }
        let (mut split, mut row) = (dims.len(), 1);
        if dims.last().is_some_and(|&n| n < LONG) {
            while split > 0 && row * dims[split - 1] <= block {
                split -= 1;
                row *= dims[split]
            }
        }
        let (outer, most) = (SmallVec::from_slice(&dims[..split]), block / row);
        // Rows of one index shared evenly, in whole vectors where a row is one element.
        let even = outer.last().map_or(1, |&n: &usize| n.div_ceil(n.div_ceil(most).max(1)));
        let rows = if row == 1 { even.next_multiple_of(32).min(most) } else { even.max(1) };
        Blocking { outer, row, rows }
    }
    /// Whether there is no more than one block.
    pub fn is_one_block(&self) -> bool {
        match self.outer[..] {
            [] => true,
            [n] => n <= self.rows,
            _ => false,
        }
    }
    /// Elements of a block, at most.
    #[cfg(test)]
    pub fn block(&self) -> usize {
        self.row * self.rows
    }
    /// Where a block's elements lie, from its first one on, for an operand with these strides.
    pub fn pattern(&self, dims: &[usize], strides: &Strides) -> Pattern {
        let split = self.outer.len();
        let along = split.checked_sub(1).map_or(0, |k| strides[k]);
        let within = &strides[split..];
        let rows = if split == 0 { 1 } else { self.rows.min(self.outer[split - 1]) };
        if within.iter().all(|&s| s == 0) && (along == 0 || rows == 1) {
            return Pattern::Same;
        }
        let (mut next, mut even) = (1, true);
        for (&n, &s) in dims[split..].iter().zip(within).rev() {
            even &= n == 1 || s == next;
            next *= n as isize
        }
        if even && (along == next || rows == 1) {
            return Pattern::Direct;
        }
        // From the axis of rows inwards, every place becomes those along one axis more.
        let mut places: Vec<isize> = (0..rows).map(|r| r as isize * along).collect();
        for (&n, &s) in dims[split..].iter().zip(within) {
            places = places.iter().flat_map(|p| (0..n).map(move |i| p + i as isize * s)).collect()
        }
        Pattern::Table(places.into())
    }
}

impl Blocking {
    /// Works bounds that are the same in every block into the pattern; returns the others.
    pub fn bounded(&self, dims: &[usize], pattern: &mut Pattern, bounds: Vec<Bound>) -> Vec<Bound> {
        let outer = self.outer.len();
        let (inner, rest): (Vec<Bound>, Vec<Bound>) =
            bounds.into_iter().partition(|b| b.strides[..outer].iter().all(|&s| s == 0));
        if !inner.is_empty() {
            let rows = self.outer.last().map_or(1, |&n| self.rows.min(n));
            let coordinates: Vec<Pattern> = inner.iter().map(|b| self.pattern(dims, &b.strides)).collect();
            let inside =
                |i: usize| inner.iter().zip(&coordinates).all(|(b, c)| (b.lo..b.hi).contains(&c.at(i)));
            let place = |i: usize| if inside(i) { pattern.at(i) } else { OUTSIDE };
            *pattern = Pattern::Table((0..rows * self.row).map(place).collect())
        }
        rest
    }
}

/// The walk over a chunk: the block at hand, and where it begins for each operand.
pub(crate) struct BlockCursor<'a> {
    walk: &'a Blocking,
    strides: SmallVec<[&'a Strides; 12]>,
    /// Where the block begins, for each operand.
    pub first: SmallVec<[isize; 12]>,
    index: Index,
    /// Elements left.
    left: usize,
}

impl<'a> BlockCursor<'a> {
    /// Over the elements `start..end` (whole rows), for operands with these offsets and strides.
    pub fn new(
        walk: &'a Blocking,
        start: usize,
        end: usize,
        operands: impl Iterator<Item = (isize, &'a Strides)>,
    ) -> Self {
        let index = unravel(start / walk.row, &walk.outer);
        let (mut first, mut strides) = (SmallVec::new(), SmallVec::new());
        for (offset, s) in operands {
            first.push(offset + index.iter().zip(s).map(|(&i, &s)| i as isize * s).sum::<isize>());
            strides.push(s)
        }
        BlockCursor { walk, strides, first, index, left: end - start }
    }
    /// Elements of the block at hand; none at the end. A long one ends where padding of an input does, so that what is inside
    /// is read in place. The operands end with these bounds, the inputs'.
    pub fn len<'b>(&self, bounds: impl Iterator<Item = &'b Bound> + Clone) -> usize {
        let mut n = self.most();
        if self.walk.row > 1 || n < WORTH_CUTTING {
            return n;
        }
        let at = &self.first[self.first.len() - bounds.clone().count()..];
        for (bound, at) in bounds.zip(at) {
            for edge in [bound.lo - at, bound.hi - at] {
                if (1..n as isize).contains(&edge) {
                    n = edge as usize
                }
            }
        }
        n
    }
    fn most(&self) -> usize {
        let here = match (self.walk.outer.last(), self.index.last()) {
            (Some(n), Some(i)) => n - i,
            _ => 1,
        };
        self.walk.row * self.walk.rows.min(here).min(self.left / self.walk.row)
    }
    /// Goes on to the next block.
    pub fn advance(&mut self, n: usize) {
        self.left -= n;
        let Some(k) = self.walk.outer.len().checked_sub(1).filter(|_| self.left > 0) else { return };
        let rows = n / self.walk.row;
        self.index[k] += rows;
        for (first, s) in self.first.iter_mut().zip(&self.strides) {
            *first += rows as isize * s[k]
        }
        for k in (1..=k).rev() {
            let n = self.walk.outer[k];
            if self.index[k] < n {
                break;
            }
            self.index[k] = 0;
            self.index[k - 1] += 1;
            for (first, s) in self.first.iter_mut().zip(&self.strides) {
                *first += s[k - 1] - n as isize * s[k]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::ir::pattern::{RUN, gcd};
    use crate::eval::kernels::{pick_inside, pick_runs};
    use smallvec::smallvec;

    /// Every element of random spaces is met once, in order, where its strides say.
    #[test]
    fn every_element_is_where_its_strides_say() {
        let shapes: [&[usize]; 9] = [
            &[],
            &[1000],
            &[1000, 5, 2],
            &[3, 700],
            &[7, 130],
            &[513, 2],
            &[2, 3, 4, 5, 6],
            &[600, 3],
            &[9, 1, 127],
        ];
        for dims in shapes {
            let strides: Strides = (0..dims.len()).map(|k| [0, 1, -7, 30, 5][(k + dims.len()) % 5]).collect();
            for block in [512, 1024] {
                let (walk, total) = (Blocking::new(dims, block), dims.iter().product::<usize>());
                let pattern = walk.pattern(dims, &strides).in_runs();
                let chunk = (300 / walk.row).max(1) * walk.row;
                let (mut i, offset) = (0, 100_000);
                for start in (0..total).step_by(chunk) {
                    let end = (start + chunk).min(total);
                    let mut walker = BlockCursor::new(&walk, start, end, [(offset, &strides)].into_iter());
                    while walker.most() > 0 {
                        let n = walker.most();
                        assert!(n <= block);
                        for j in 0..n {
                            let place = pattern.at(j);
                            let want: isize =
                                unravel(i, dims).iter().zip(&strides).map(|(&i, &s)| i as isize * s).sum();
                            assert_eq!(walker.first[0] + place, offset + want, "{dims:?} {i}");
                            i += 1
                        }
                        walker.advance(n)
                    }
                }
                assert_eq!(i, total, "{dims:?}")
            }
        }
    }

    /// Runs stand for the same places as the table they come from, in or outside of what is read.
    #[test]
    fn padded_rows_are_read_in_runs() {
        let dims = [16, 96];
        for (lo, hi) in [(0, 64), (32, 96), (32, 64), (0, 24), (24, 90), (5, 6)] {
            let walk = Blocking::new(&dims, 512);
            let strides: Strides = smallvec![hi - lo, 1];
            let mut table = walk.pattern(&dims, &strides);
            let rest = walk.bounded(&dims, &mut table, vec![Bound { strides: smallvec![0, 1], lo, hi }]);
            let runs = table.clone().in_runs();
            let even = [lo as usize, hi as usize].into_iter().fold(96, gcd);
            assert!(rest.is_empty() && (even < RUN) == matches!(runs, Pattern::Table(_)), "{lo} {hi}");
            assert!((0..walk.block()).all(|i| runs.at(i) == table.at(i)));
            let data: Vec<u32> = (0..100_000).collect();
            let (first, n) = (1000, walk.block());
            let (mut want, mut found) = (vec![7; n], vec![7; n]);
            let Pattern::Table(places) = &table else { panic!("there is padding") };
            pick_inside(&data, first, places, &mut want);
            if let Pattern::Runs { length, step, starts } = &runs {
                pick_runs(&data, first, (*length, *step), starts, 0, &mut found);
                assert_eq!(found, want)
            }
        }
    }

    #[test]
    fn what_lies_evenly_is_read_in_place() {
        let walk = Blocking::new(&[1000, 5, 2], 512);
        assert_eq!((walk.row, walk.block()), (10, 500));
        assert_eq!(walk.pattern(&[1000, 5, 2], &smallvec![10, 2, 1]), Pattern::Direct);
        assert!(
            matches!(walk.pattern(&[1000, 5, 2], &smallvec![5, 1, 0]), Pattern::Table(p) if p[..4] == [0, 0, 1, 1])
        );
        let walk = Blocking::new(&[50, 700], 512);
        assert_eq!(walk.block(), 352);
        assert_eq!(walk.pattern(&[50, 700], &smallvec![1, 0]), Pattern::Same);
    }
}
