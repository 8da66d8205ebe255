//! Trees: anything made of arrays. A tree can visit its leaves, and that is all it can.

use crate::array::Array;
use pullback_real::refuse;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Where in a tree a leaf is; it prints as `layers.0.weight`, and costs nothing until printed.
#[derive(Clone, Copy, Debug, Hash)]
pub enum Path<'a> {
    /// The tree itself.
    Root,
    /// A named part.
    Field(&'a Path<'a>, &'a str),
    /// A numbered part.
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The part called `name`.
    pub fn field<'a>(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }
    /// Part number `i`.
    pub fn index(&self, i: usize) -> Path<'_> {
        Path::Index(self, i)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let joint = |f: &mut fmt::Formatter, parent: &Path| match parent {
            Path::Root => Ok(()),
            Path::Field(..) | Path::Index(..) => write!(f, "{parent}."),
        };
        match self {
            Path::Root => Ok(()),
            Path::Field(parent, name) => joint(f, parent).and_then(|()| f.write_str(name)),
            Path::Index(parent, i) => joint(f, parent).and_then(|()| write!(f, "{i}")),
        }
    }
}

/// What a tree does with each of its leaves.
pub type Visitor<'a> = dyn FnMut(&Path, &mut Array) + 'a;

/// Anything made of arrays: an array, a tuple, a `Vec`, a struct with `#[derive(Tree)]`.
///
/// Transforms take functions of trees to functions of trees. Numbers, text and flags inside a tree are not leaves.
///
/// Parts are visited as Rust clones and drops them, by recursion: a type that holds another of its own in a `Box`, ten thousand
/// levels deep, overflows the stack, where a `Vec` of levels does not.
///
/// ```
/// use pullback_array::{Array, Real, Tree, grad};
/// #[derive(Clone, Tree)]
/// struct Line { slope: Array, offset: Array }
/// let fit = |l: &Line| (&l.slope * 3.0 + &l.offset - 10.0).square();
/// let g = grad(fit)(&Line { slope: Array::from(2.0), offset: Array::from(1.0) });
/// assert_eq!((g.slope.item(), g.offset.item()), (-18.0, -6.0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tree of arrays",
    note = "add #[derive(Tree)] to it; fields that are no trees take #[tree(skip)]"
)]
pub trait Tree {
    /// Calls `f` with every leaf and its path, always in the same order.
    fn visit(&mut self, path: &Path, f: &mut Visitor);
    /// Hashes what is in the tree beside its leaves: numbers, text, flags, lengths, variants. Whoever keeps a
    /// recorded function ([`jit`](crate::jit)) records it again for other constants: it compares everything that was written
    /// to the hasher, so what differs must differ there; of what has parts, their number comes first.
    fn constants(&self, hash: &mut dyn Hasher) {
        let _ = hash;
    }
}

impl Tree for Array {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        f(path, self)
    }
}
impl<T: Tree + ?Sized> Tree for Box<T> {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        (**self).visit(path, f)
    }
    fn constants(&self, hash: &mut dyn Hasher) {
        (**self).constants(hash)
    }
}
impl<T: Tree> Tree for Option<T> {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        if let Some(t) = self {
            t.visit(path, f)
        }
    }
    fn constants(&self, hash: &mut dyn Hasher) {
        hash.write_u8(u8::from(self.is_some()));
        self.iter().for_each(|t| t.constants(hash))
    }
}
impl<T: Tree> Tree for [T] {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        self.iter_mut().enumerate().for_each(|(i, t)| t.visit(&path.index(i), f))
    }
    fn constants(&self, hash: &mut dyn Hasher) {
        hash.write_usize(self.len());
        self.iter().for_each(|t| t.constants(hash))
    }
}
impl<T: Tree> Tree for Vec<T> {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        self.as_mut_slice().visit(path, f)
    }
    fn constants(&self, hash: &mut dyn Hasher) {
        self.as_slice().constants(hash)
    }
}
impl<T: Tree, const N: usize> Tree for [T; N] {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        self.as_mut_slice().visit(path, f)
    }
    fn constants(&self, hash: &mut dyn Hasher) {
        self.as_slice().constants(hash)
    }
}
impl<K: fmt::Display + Ord, T: Tree> Tree for BTreeMap<K, T> {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        self.iter_mut().for_each(|(k, t)| t.visit(&path.field(&k.to_string()), f))
    }
    fn constants(&self, hash: &mut dyn Hasher) {
        hash.write_usize(self.len());
        for (k, t) in self {
            let name = k.to_string();
            hash.write_usize(name.len());
            hash.write(name.as_bytes());
            t.constants(hash)
        }
    }
}
macro_rules! tuples {
    ($(($($T:ident $i:tt),+))*) => { $(
        impl<$($T: Tree),+> Tree for ($($T,)+) {
            fn visit(&mut self, path: &Path, f: &mut Visitor) {
                $(self.$i.visit(&path.index($i), f);)+
            }
            fn constants(&self, hash: &mut dyn Hasher) {
                $(self.$i.constants(hash);)+
            }
        }
    )* };
}
tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5) }
macro_rules! leafless {
    ($($T:ty: |$x:ident| $key:expr;)*) => { $(impl Tree for $T {
        fn visit(&mut self, _: &Path, _: &mut Visitor) {}
        fn constants(&self, mut hash: &mut dyn Hasher) {
            let $x = self;
            $key.hash(&mut hash)
        }
    })* };
}
leafless! {
    (): |x| x; bool: |x| x; usize: |x| x; i32: |x| x; i64: |x| x; u32: |x| x; u64: |x| x;
    f32: |x| x.to_bits(); f64: |x| x.to_bits(); String: |x| x; &'static str: |x| x;
}

/// The leaves of a tree, in order.
pub fn leaves<T: Tree + Clone>(tree: &T) -> Vec<Array> {
    let mut all = vec![];
    tree.clone().visit(&Path::Root, &mut |_, x| all.push(x.clone()));
    all
}

/// The paths and leaves of a tree, in order.
///
/// ```
/// use pullback_array::{Array, tree::named_leaves};
/// let tree = (Array::from(1.0), vec![Array::from(2.0)]);
/// let names: Vec<String> = named_leaves(&tree).into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["0", "1.0"]);
/// ```
pub fn named_leaves<T: Tree + Clone>(tree: &T) -> Vec<(String, Array)> {
    let mut all = vec![];
    tree.clone().visit(&Path::Root, &mut |path, x| all.push((path.to_string(), x.clone())));
    all
}

/// The tree with every leaf replaced by `f` of it.
pub fn map<T: Tree + Clone>(tree: &T, mut f: impl FnMut(&Array) -> Array) -> T {
    let mut tree = tree.clone();
    tree.visit(&Path::Root, &mut |_, x| *x = f(x));
    tree
}

/// The tree with every leaf replaced by `f` of it and the leaf of `other` in the same place.
///
/// # Panics
/// If `other` has another number of leaves.
///
/// ```
/// use pullback_array::{Array, tree::zip};
/// let sum = zip(&vec![Array::from(1.0)], &vec![Array::from(2.0)], |a, b| a + b);
/// assert_eq!(sum[0].item(), 3.0);
/// ```
#[track_caller]
pub fn zip<T: Tree + Clone, U: Tree + Clone>(
    tree: &T,
    other: &U,
    mut f: impl FnMut(&Array, &Array) -> Array,
) -> T {
    let (n, others) = (leaves(tree).len(), leaves(other));
    if n != others.len() {
        refuse(format_args!("zip: the trees have {n} and {} leaves", others.len()), &[])
    }
    let mut others = others.iter();
    map(tree, |a| f(a, others.next().unwrap_or(a)))
}

/// Evaluates all leaves of a tree together.
///
/// # Panics
/// As [`Array::eval`].
#[track_caller]
pub fn eval<T: Tree + Clone>(tree: &T) {
    crate::evaluate::eval_all(&leaves(tree))
}
