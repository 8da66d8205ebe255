//! The signature of an input, by which a compiled function finds its plan: shapes and dtypes of the leaves,
//! and the tree's structure and other values, verbatim. Two inputs share a plan only if their signatures are
//! equal; equal hashes would not do.

use crate::dtype::DType;
use crate::shape::Shape;
use crate::tree::{Path, Tree};
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};

/// The kind of an input.
#[derive(PartialEq)]
pub(super) struct Signature {
    pub leaves: SmallVec<[(Shape, DType); 4]>,
    structure: Record,
}

impl Signature {
    pub fn of<P: Tree + Clone>(p: &P) -> Signature {
        let (mut leaves, mut structure) = (SmallVec::new(), Record::default());
        p.constants(&mut structure);
        p.clone().visit(&Path::Root, &mut |path, x| {
            path.hash(&mut structure);
            leaves.push((x.0.shape.clone(), x.dtype()))
        });
        Signature { leaves, structure }
    }
}

/// A hasher that stores its input verbatim, each part behind a tag with its length, so that parts can be told
/// apart.
#[derive(Default, PartialEq)]
struct Record(SmallVec<[u8; 64]>);

/// The tag of a byte string, which its length follows. The tag of an integer is its number of bytes.
const ANY: u8 = u8::MAX;

impl Record {
    fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        self.0.push(N as u8);
        self.0.extend_from_slice(&bytes)
    }
}

impl Hasher for Record {
    fn write(&mut self, bytes: &[u8]) {
        self.0.push(ANY);
        self.0.extend_from_slice(&bytes.len().to_le_bytes());
        self.0.extend_from_slice(bytes)
    }
    fn write_u8(&mut self, x: u8) {
        self.fixed([x])
    }
    fn write_u16(&mut self, x: u16) {
        self.fixed(x.to_le_bytes())
    }
    fn write_u32(&mut self, x: u32) {
        self.fixed(x.to_le_bytes())
    }
    fn write_u64(&mut self, x: u64) {
        self.fixed(x.to_le_bytes())
    }
    fn write_u128(&mut self, x: u128) {
        self.fixed(x.to_le_bytes())
    }
    fn write_usize(&mut self, x: usize) {
        self.fixed(x.to_le_bytes())
    }
    /// A hash of the record, for a tree that asks for one while it gives its constants.
    fn finish(&self) -> u64 {
        let mut hash = std::hash::DefaultHasher::new();
        hash.write(&self.0);
        hash.finish()
    }
}
