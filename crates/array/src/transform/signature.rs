//! What a plan was made for: shapes and dtypes of the leaves, and everything beside them, word for word. Two inputs have one
//! plan only if these are equal, not if a hash of them is.

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

/// Everything that was given to be hashed, one after the other, each with its length: from it the parts can be told apart.
#[derive(Default, PartialEq)]
struct Record(SmallVec<[u8; 64]>);

/// What stands before bytes of any number; before fixed numbers of bytes stands how many they are.
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
    /// For a tree whose constants ask for it.
    fn finish(&self) -> u64 {
        let mut hash = std::hash::DefaultHasher::new();
        hash.write(&self.0);
        hash.finish()
    }
}
