//! The registers of block programs, each of which is memory for a block of elements of one width.
//!
//! The interpreter goes through the code instruction by instruction, each over a whole block, and could keep elements of any
//! width in a register. Machine code goes through a block vector by vector, all of the code on each. If a register held
//! bytes first and numbers of eight bytes later, the first vector of numbers would lie over bytes that belong to later
//! vectors and are still to be read. So a register's name has its width, registers of different width are different memory,
//! and there is no way to write one that is both.

use crate::dtype::DType;

/// Bytes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Width {
    One,
    Four,
    Eight,
}

impl Width {
    pub fn of(dtype: DType) -> Width {
        match dtype {
            DType::Bool => Width::One,
            DType::F32 | DType::I32 => Width::Four,
            DType::F64 | DType::I64 => Width::Eight,
            DType::C64 | DType::C128 => unreachable!("programs compute with planes"),
        }
    }
    pub fn bytes(self) -> usize {
        match self {
            Width::One => 1,
            Width::Four => 4,
            Width::Eight => 8,
        }
    }
}

/// A register of a program.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Register {
    width: Width,
    /// Among those of its width.
    number: u32,
}

impl Register {
    pub fn width(self) -> Width {
        self.width
    }
}
impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "r{}x{}", self.number, self.width.bytes())
    }
}

/// The registers that a program has: how many of each width.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RegisterFile {
    /// The places at which those of one byte, of four and of eight begin.
    starts: [usize; 3],
    len: usize,
}

impl RegisterFile {
    pub fn len(&self) -> usize {
        self.len
    }
    /// A register's place among all of them. Registers of different width have different ones.
    #[inline(always)]
    pub fn place(&self, r: Register) -> usize {
        let place = self.starts[r.width as usize] + r.number as usize;
        debug_assert!(
            place < self.starts.get(r.width as usize + 1).copied().unwrap_or(self.len),
            "{r:?} is not of this file"
        );
        place
    }
}

/// Hands out registers while a program is written.
#[derive(Debug, Default)]
pub(crate) struct Allocator {
    count: [u32; 3],
    free: [Vec<u32>; 3],
}

impl Allocator {
    /// A register for elements of this dtype, which holds nothing that is still to be read.
    pub fn take(&mut self, dtype: DType) -> Register {
        let width = Width::of(dtype);
        let (count, free) = (&mut self.count[width as usize], &mut self.free[width as usize]);
        let number = free.pop().unwrap_or_else(|| {
            *count += 1;
            *count - 1
        });
        Register { width, number }
    }
    /// Takes one back whose value is not read any more.
    pub fn give_back(&mut self, r: Register) {
        debug_assert!(!self.free[r.width as usize].contains(&r.number), "{r:?} is free already");
        self.free[r.width as usize].push(r.number)
    }
    /// All that were handed out.
    pub fn file(&self) -> RegisterFile {
        let [one, four, eight] = self.count.map(|n| n as usize);
        RegisterFile { starts: [0, one, one + four], len: one + four + eight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is taken and given back, registers of different width are different memory, and so are those in use.
    #[test]
    fn a_register_has_one_width_for_life() {
        let dtypes = [DType::Bool, DType::F32, DType::F64, DType::I32, DType::I64];
        let (mut all, mut used, mut seen) = (Allocator::default(), vec![], vec![]);
        for k in 0..200usize {
            let r = all.take(dtypes[k * k % 7 % 5]);
            assert!(!used.contains(&r));
            assert_eq!(r.width(), Width::of(dtypes[k * k % 7 % 5]));
            used.push(r);
            seen.push(r);
            if k % 3 != 0 {
                all.give_back(used.swap_remove(k * 5 % used.len()))
            }
        }
        let file = all.file();
        for a in &seen {
            for b in &seen {
                assert_eq!(file.place(*a) == file.place(*b), a == b);
                assert!(file.place(*a) < file.len())
            }
        }
    }

    #[test]
    #[should_panic(expected = "r0x8 is free already")]
    #[cfg(debug_assertions)]
    fn a_register_is_given_back_once() {
        let mut all = Allocator::default();
        let r = all.take(DType::F64);
        all.give_back(r);
        all.give_back(r)
    }
}
