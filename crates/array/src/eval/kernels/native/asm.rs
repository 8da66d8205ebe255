//! An assembler for the few instructions that segments are made of: AVX-512 arithmetic on whole vectors, and the loop
//! around it. Encodings are those of Intel's manual, volume 2, section 2.7 (EVEX) and 2.3 (VEX).

use std::collections::HashMap;

/// The last operand of a vector instruction: a register or memory.
#[derive(Clone, Copy)]
pub(super) enum Rm {
    /// A vector register (or a mask register, where the instruction takes masks).
    Reg(u8),
    /// Memory at a base register plus `rcx` elements of 2^scale bytes.
    Indexed { base: u8, scale: u8 },
    /// One element at a base register, in every lane.
    One(u8),
    /// A constant of the pool behind the code, in every lane.
    Constant(usize),
    /// Memory of the pool, from a constant on.
    Pool(usize),
}

/// The general register `rax`, by its number. It holds addresses that have no register of their own.
pub(super) const RAX: u8 = 0;
/// The general registers that hold addresses throughout a segment: r8 to r11, and rbx, r14 and r15, which
/// [`Asm::save`] keeps for the caller.
pub(super) const BASES: [u8; 7] = [8, 9, 10, 11, 3, 14, 15];

/// An instruction's opcode: its map (1 for `0F`, 2 for `0F38`, 3 for `0F3A`), mandatory prefix (0 none, 1 `66`, 3 `F2`), the
/// bit W, and the byte.
#[derive(Clone, Copy)]
pub(super) struct Opcode {
    pub map: u8,
    pub prefix: u8,
    pub wide: bool,
    pub byte: u8,
    /// Whether it works on vectors of 128 bits rather than 512.
    pub short: bool,
}

/// How a vector instruction uses a mask register.
#[derive(Clone, Copy)]
pub(super) enum Masked {
    No,
    /// Lanes outside of the mask keep their value.
    Merge(u8),
    /// Lanes outside of the mask become zero.
    Zero(u8),
    /// The mask chooses between two operands.
    Choose(u8),
}

/// Machine code under construction.
#[derive(Default)]
pub(super) struct Asm {
    pub bytes: Vec<u8>,
    constants: Vec<u64>,
    /// The numbers of the constants, by their bits.
    known: HashMap<u64, usize>,
    /// The number of the first of two constants whose bytes are all 1.
    ones: Option<usize>,
    /// For each use of a constant: the place for its distance, the end of the instruction, and the constant's
    /// number.
    distances: Vec<(usize, usize, usize)>,
}

impl Asm {
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes)
    }
    /// The number of a constant of the pool.
    pub fn constant(&mut self, bits: u64) -> usize {
        *self.known.entry(bits).or_insert_with(|| {
            self.constants.push(bits);
            self.constants.len() - 1
        })
    }

    /// The number of the first of two constants whose 16 bytes are all 1.
    pub fn bytes_of_one(&mut self) -> usize {
        *self.ones.get_or_insert_with(|| {
            self.constants.extend([0x0101_0101_0101_0101; 2]);
            self.constants.len() - 2
        })
    }
    /// The lengths of the code and of the list of distances, for [`rewind`](Self::rewind).
    pub fn mark(&self) -> (usize, usize) {
        (self.bytes.len(), self.distances.len())
    }
    pub fn rewind(&mut self, (bytes, distances): (usize, usize)) {
        self.bytes.truncate(bytes);
        self.distances.truncate(distances)
    }

    /// A vector instruction: `reg` is the operand that names a register, `v` the second source (0 if there is
    /// none).
    pub fn vector(&mut self, op: Opcode, reg: u8, v: u8, rm: Rm, mask: Masked, byte: Option<u8>) {
        let (base, extended) = match rm {
            Rm::Reg(r) => (r, r >> 4 & 1),
            Rm::Indexed { base, .. } | Rm::One(base) => (base, 0),
            Rm::Constant(_) | Rm::Pool(_) => (0, 0),
        };
        // Broadcast instructions spread their operand themselves.
        let broadcast = op.map == 2 && matches!(op.byte, 0x18 | 0x19);
        let spread = u8::from(!broadcast && matches!(rm, Rm::One(_) | Rm::Constant(_)));
        let inverted = |bit: u8| bit & 1 ^ 1;
        let (zero, mask) = match mask {
            Masked::No => (0, 0),
            Masked::Merge(k) | Masked::Choose(k) => (0, k),
            Masked::Zero(k) => (1, k),
        };
        let high = inverted(reg >> 3) << 7 | inverted(extended) << 6 | inverted(base >> 3) << 5;
        let length = if op.short { 0 } else { 2 };
        self.raw(&[
            0x62,
            high | inverted(reg >> 4) << 4 | op.map,
            u8::from(op.wide) << 7 | (!v & 15) << 3 | 4 | op.prefix,
            zero << 7 | length << 5 | spread << 4 | inverted(v >> 4) << 3 | mask,
            op.byte,
        ]);
        let reg = (reg & 7) << 3;
        match rm {
            Rm::Reg(r) => self.raw(&[0xc0 | reg | r & 7]),
            Rm::Indexed { base, scale } => self.raw(&[reg | 4, scale << 6 | 1 << 3 | base & 7]),
            Rm::One(base) => self.raw(&[reg | base & 7]),
            Rm::Constant(k) | Rm::Pool(k) => {
                self.raw(&[reg | 5]);
                let at = self.bytes.len();
                self.distances.push((at, at + 4 + usize::from(byte.is_some()), k));
                self.raw(&[0; 4])
            }
        }
        self.bytes.extend(byte)
    }
    /// An operation on mask registers (of 16 bits).
    pub fn masks(&mut self, byte: u8, to: u8, a: u8, b: u8) {
        self.raw(&[0xc5, 0x84 | (!a & 15) << 3, byte, 0xc0 | to << 3 | b])
    }

    /// Saves the caller's registers rbx, r14 and r15.
    pub fn save(&mut self) {
        self.raw(&[0x53, 0x41, 0x56, 0x41, 0x57])
    }
    /// Restores the caller's registers.
    pub fn restore(&mut self) {
        self.raw(&[0x41, 0x5f, 0x41, 0x5e, 0x5b])
    }
    /// Loads entry `k` of the table of addresses into a general register.
    pub fn address(&mut self, register: u8, k: usize) {
        self.raw(&[0x48 | (register >> 3) << 2, 0x8b, 0x87 | (register & 7) << 3]);
        self.raw(&(8 * k as u32).to_le_bytes())
    }
    /// Copies `eax` to mask register 1, which selects the valid lanes.
    pub fn mask_from_eax(&mut self) {
        self.raw(&[0xc5, 0xf8, 0x92, 0xc8])
    }
    /// A jump (its two bytes) to a place that is known later, when [`land`](Self::land) is given the result.
    pub fn jump(&mut self, condition: [u8; 2]) -> usize {
        self.raw(&condition);
        self.raw(&[0; 4]);
        self.bytes.len()
    }
    /// Sets the target of a jump to the end of the code.
    pub fn land(&mut self, jump: usize) {
        let distance = (self.bytes.len() - jump) as u32;
        self.bytes[jump - 4..jump].copy_from_slice(&distance.to_le_bytes())
    }
    /// A jump back to a place.
    pub fn jump_back(&mut self, condition: [u8; 2], to: usize) {
        let jump = self.jump(condition);
        let distance = (to as i32).wrapping_sub(jump as i32);
        self.bytes[jump - 4..jump].copy_from_slice(&distance.to_le_bytes())
    }

    /// The code, followed by its constants.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len().next_multiple_of(64), 0xcc);
        let pool = self.bytes.len();
        self.constants.iter().for_each(|c| self.bytes.extend(c.to_le_bytes()));
        for (at, end, k) in self.distances {
            let distance = (pool + 8 * k - end) as u32;
            self.bytes[at..at + 4].copy_from_slice(&distance.to_le_bytes())
        }
        self.bytes
    }
}
