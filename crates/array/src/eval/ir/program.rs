//! Block programs: fused elementwise steps as code for a small register machine that runs over blocks of elements
//! which stay in the first-level cache.

use crate::dtype::DType;
use crate::eval::ir::blocking::Blocking;
use crate::eval::ir::in_place::{Order, Under};
use crate::eval::ir::layout::Strides;
use crate::eval::ir::pattern::{Bound, Pattern};
use crate::eval::ir::register::{Register, RegisterFile};
use crate::prim::{Compare, Reduction};
use crate::shape::Dims;
use pullback_real::{Binary, Unary};
use smallvec::SmallVec;

/// Bytes of a block: of a register, unless the program has long ones.
pub(crate) const BLOCK_BYTES: usize = 4096;
/// Blocks of a long register. Where all code is one loop of machine code, few registers are memory.
pub(crate) const LONG: usize = 4;
/// Elements of a chunk, at most: enough work to be worth a thread's attention. Few elements are cut into more chunks, for
/// all threads to share; of many, each chunk's sums would have to be joined.
const CHUNK: usize = 1 << 15;
/// Additions of elements in a nanosecond on one core.
const COST_PER_NS: usize = 12;

/// Where an instruction finds an operand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand {
    Register(Register),
    Input(u32),
    /// A constant.
    Number(f64),
}

/// Where an instruction leaves its result: a register, or straight in an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Register(Register),
    Output(u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Op {
    Unary(Unary),
    Binary(Binary),
    Compare(Compare),
    Select,
    /// Real and imaginary parts side by side, in an output: complex numbers are not computed with.
    Complex,
    /// From another dtype, or a copy from the same.
    Cast(DType),
}

/// One operation on a block. `dtype` is that of the operands of a comparison, and of the result otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    pub op: Op,
    pub dtype: DType,
    pub target: Target,
    pub operands: SmallVec<[Operand; 3]>,
}

/// Where an input comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    /// One of the run's buffers.
    Buffer(usize),
    /// The memory of an output, which is written over it.
    Under(Under),
    /// The index itself, along the strides.
    Index,
    /// A constant inside its bounds: there is padding around it.
    Constant(f64),
}

/// What a program reads: a strided view.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub source: Source,
    pub dtype: DType,
    /// Where its first element lies, or would if that were not padding.
    pub offset: isize,
    pub strides: Strides,
    /// What is not padding, where that differs between blocks.
    pub bounds: Vec<Bound>,
    /// How a block of it lies.
    pub pattern: Pattern,
    /// Whether places in the pattern are padding.
    pub holes: bool,
    /// The number of the block that it is gathered in, if it is not read where it lies.
    pub gathered: Option<u32>,
}
impl Input {
    pub fn new(source: Source, dtype: DType, offset: isize, strides: Strides) -> Input {
        Input {
            source,
            dtype,
            offset,
            strides,
            bounds: vec![],
            pattern: Pattern::Same,
            holes: false,
            gathered: None,
        }
    }
}

/// A reduction of a value into an array smaller than the iteration space.
#[derive(Clone, Debug)]
pub(crate) struct Sink {
    pub op: Reduction,
    pub dtype: DType,
    pub operand: Operand,
    /// Strides of the result, 0 along reduced axes.
    pub strides: Strides,
    /// Elements of the result.
    pub size: usize,
    /// How the results of a block lie.
    pub pattern: Pattern,
    /// Elements of a block that go to one result after the other (or, where the first two differ, to neighbours).
    pub run: usize,
}

/// A fused step: an iteration space, what is read, what is done, what is written.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Extents after merging axes.
    pub dims: Dims,
    pub inputs: Vec<Input>,
    pub code: Vec<Instruction>,
    /// The dtypes of the outputs, each contiguous in iteration order.
    pub outputs: Vec<DType>,
    pub sinks: Vec<Sink>,
    pub registers: RegisterFile,
    /// How many inputs are gathered, each in a block of its own behind the registers.
    pub gathered: usize,
    /// Blocks of a register.
    pub long: usize,
    /// How the iteration space is cut into blocks.
    pub walk: Blocking,
    /// If it is one block: where that begins, for inputs, sinks and bounds.
    pub once: Option<SmallVec<[isize; 8]>>,
    /// Elements of a chunk: whole rows.
    pub chunk: usize,
    /// An estimate of the time on one thread, in nanoseconds.
    pub time: usize,
}

impl Program {
    pub fn new(
        dims: Dims,
        inputs: Vec<Input>,
        code: Vec<Instruction>,
        outputs: Vec<DType>,
        sinks: Vec<Sink>,
        registers: RegisterFile,
    ) -> Program {
        let walk = Blocking::new(&dims, 1);
        let (long, once, chunk, time, gathered) = (1, None, 1, 0, 0);
        let program = Program {
            dims,
            inputs,
            code,
            outputs,
            sinks,
            registers,
            gathered,
            long,
            walk,
            once,
            chunk,
            time,
        };
        if cfg!(debug_assertions) {
            program.check()
        }
        program
    }
    /// The program cut into blocks, `long` of them in a register, with how operands lie in them.
    pub fn laid_out(mut self, long: usize) -> Program {
        let widest = |i: &Instruction| match i.op {
            Op::Cast(from) => i.dtype.size().max(from.size()),
            _ => i.dtype.size(),
        };
        let sizes = self.code.iter().map(widest).chain(self.inputs.iter().map(|i| i.dtype.size()));
        self.long = long;
        self.walk = Blocking::new(&self.dims, self.long * BLOCK_BYTES / sizes.max().unwrap_or(4).max(4));
        let n = (self.size() / 8).clamp(CHUNK / 8, CHUNK);
        self.chunk = (n / self.walk.row).max(1) * self.walk.row;
        self.time = self.size() * self.cost() / COST_PER_NS;
        if self.size() == 0 {
            // Nothing is read.
            self.inputs.iter_mut().for_each(|i| i.bounds.clear());
            return self;
        }
        for i in &mut self.inputs {
            i.pattern = self.walk.pattern(&self.dims, &i.strides);
            let all = std::mem::take(&mut i.bounds);
            let n = all.len();
            i.bounds = self.walk.bounded(&self.dims, &mut i.pattern, all);
            i.holes = i.bounds.len() < n;
            i.pattern = std::mem::replace(&mut i.pattern, Pattern::Same).in_runs()
        }
        for k in 0..self.inputs.len() {
            if !self.is_read_where_it_lies(k) {
                self.gather(k)
            }
        }
        for s in &mut self.sinks {
            s.pattern = self.walk.pattern(&self.dims, &s.strides);
            if let Pattern::Table(places) = &s.pattern {
                let step = places.get(1).copied().unwrap_or(2);
                let first = 1 + places.windows(2).take_while(|w| w[1] - w[0] == step).count();
                let even = |n: usize| places.chunks(n).all(|c| c.windows(2).all(|w| w[1] - w[0] == step));
                // What divides a row divides every block.
                let whole = self.walk.row.is_multiple_of(first);
                s.run = if (step == 0 || step == 1) && whole && even(first) { first } else { 1 }
            }
        }
        if self.walk.is_one_block() {
            let bounds: usize = self.inputs.iter().map(|i| i.bounds.len()).sum();
            let zeros = std::iter::repeat_n(0, self.sinks.len() + bounds);
            self.once = Some(self.inputs.iter().map(|i| i.offset).chain(zeros).collect())
        }
        self
    }
    /// Whether no block of an input is gathered.
    fn is_read_where_it_lies(&self, k: usize) -> bool {
        let input = &self.inputs[k];
        match input.source {
            Source::Buffer(_) => {
                input.is_one_element() || input.pattern == Pattern::Direct && input.bounds.is_empty()
            }
            Source::Under(under) => {
                [Order::Instructions, Order::Vectors].iter().all(|&o| !under.is_read_after_write(o))
            }
            Source::Index | Source::Constant(_) => false,
        }
    }
    /// Gives an input a block to be gathered in.
    pub fn gather(&mut self, k: usize) {
        if self.inputs[k].gathered.is_none() {
            self.inputs[k].gathered = Some(self.gathered as u32);
            self.gathered += 1
        }
    }
    /// Blocks for all registers and what is gathered.
    pub fn blocks(&self) -> usize {
        (self.registers.len() + self.gathered) * self.long
    }
    /// Elements of the iteration space.
    pub fn size(&self) -> usize {
        self.dims.iter().product()
    }
    /// Roughly how much work an element is, in units of one addition.
    pub fn cost(&self) -> usize {
        let each = |i: &Instruction| match i.op {
            Op::Unary(op) => match op {
                Unary::Neg | Unary::Square | Unary::Abs | Unary::Sign | Unary::Relu => 1,
                Unary::Floor | Unary::Ceil | Unary::Round | Unary::Trunc => 1,
                Unary::Recip | Unary::RecipOnePlusSquare | Unary::Sqrt => 4,
                _ => 12,
            },
            Op::Binary(op) => match op {
                Binary::Add | Binary::Sub | Binary::Mul | Binary::Max | Binary::Min | Binary::Less => 1,
                Binary::TimesOrZero => 1,
                Binary::Div | Binary::Ratio | Binary::FloorDivide | Binary::TruncDivide => 4,
                _ => 20,
            },
            Op::Compare(_) | Op::Select | Op::Cast(_) | Op::Complex => 1,
        };
        self.code.iter().map(each).sum::<usize>() + self.inputs.len() + self.outputs.len() + self.sinks.len()
    }
}
