//! Sets of indices that share memory: the variables that each intermediate value depends on.

use std::ops::Deref;
use std::rc::Rc;

/// An ascending set of indices. A clone shares its memory, and so does a union of which one part contains the
/// other.
///
/// ```
/// use pullback_real::sparse::Indices;
/// let a = Indices::one(3).joined(&Indices::one(1));
/// assert_eq!(*a, [1, 3]);
/// assert_eq!(*Indices::union([&a, &Indices::one(2), &Indices::default()]), [1, 2, 3]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[doc(hidden)]
pub struct Indices(Option<Rc<[u32]>>);

impl Deref for Indices {
    type Target = [u32];
    fn deref(&self) -> &[u32] {
        self.0.as_deref().unwrap_or(&[])
    }
}

impl Indices {
    /// The set of one index.
    pub fn one(i: u32) -> Indices {
        Indices(Some(Rc::new([i])))
    }
    /// Whether both share their memory.
    fn is(&self, other: &Indices) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }
    /// The union with another set.
    pub fn joined(&self, other: &Indices) -> Indices {
        let (a, b) = (&**self, &**other);
        if b.is_empty() || self.is(other) {
            return self.clone();
        }
        if a.is_empty() {
            return other.clone();
        }
        let mut all = Vec::with_capacity(a.len() + b.len());
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            all.push(a[i].min(b[j]));
            let (x, y) = (a[i], b[j]);
            i += usize::from(x <= y);
            j += usize::from(y <= x)
        }
        all.extend_from_slice(&a[i..]);
        all.extend_from_slice(&b[j..]);
        match all.len() {
            n if n == a.len() => self.clone(),
            n if n == b.len() => other.clone(),
            _ => Indices(Some(all.into())),
        }
    }
    /// The union of many sets.
    pub fn union<'a>(sets: impl IntoIterator<Item = &'a Indices>) -> Indices {
        let mut union = Union::default();
        sets.into_iter().for_each(|s| union.add(s));
        union.finish()
    }
}

/// A union of sets that are added one after the other.
#[derive(Default)]
#[doc(hidden)]
pub struct Union {
    /// The first set, which is the union if it contains all others.
    only: Indices,
    /// The last set that was added, which is the union if it contains all others.
    last: Indices,
    /// The indices of all sets, in any order, once there is more than one set.
    all: Vec<u32>,
    /// The length of `all` when it was last sorted.
    ordered: usize,
}

impl Union {
    /// Adds a set.
    pub fn add(&mut self, set: &Indices) {
        if set.is_empty() || set.is(&self.last) || set.is(&self.only) {
            return;
        }
        if self.only.is_empty() && self.all.is_empty() {
            (self.only, self.last) = (set.clone(), set.clone());
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.only)
        }
        self.all.extend_from_slice(set);
        self.last = set.clone();
        // Sorting now and then removes duplicates, which would fill the memory.
        if self.all.len() > 2 * self.ordered.max(64) {
            self.order()
        }
    }
    fn order(&mut self) {
        self.all.sort_unstable();
        self.all.dedup();
        self.ordered = self.all.len()
    }
    /// The union.
    pub fn finish(mut self) -> Indices {
        self.order();
        let Union { only, last, all, .. } = self;
        match all.len() {
            n if n <= only.len() => only,
            n if n == last.len() => last,
            _ => Indices(Some(all.into())),
        }
    }
}

#[test]
fn unions() {
    let set = |all: &[u32]| Indices::union(all.iter().map(|&i| Indices::one(i)).collect::<Vec<_>>().iter());
    let (a, b) = (set(&[5, 1, 9]), set(&[9, 1]));
    assert_eq!((&*a, &*b), (&[1, 5, 9][..], &[1, 9][..]));
    assert!(a.joined(&b).is(&a) && b.joined(&a).is(&a) && Indices::union([&b, &a]).is(&a));
    assert!(Indices::union([&a, &b, &a, &b]).is(&a) && Indices::union([&a, &Indices::default()]).is(&a));
    let many: Vec<Indices> = (0..1000).map(|i| set(&[i * 7 % 100, i * 3 % 100])).collect();
    assert_eq!(*Indices::union(&many), (0..100).collect::<Vec<u32>>()[..]);
    assert!(Indices::union([]).is_empty());
}
