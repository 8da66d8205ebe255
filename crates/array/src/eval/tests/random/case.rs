//! A drawn program: its shape, its inputs and their data, and what it computes from them.

use super::data::data;
use super::modes::{copies, counted};
use super::pool::{Code, Pool};
use super::steps;
use crate::array::Array;
use crate::dtype::DType;
use crate::prim::Reduction;
use crate::shape::Dims;
use proptest::prelude::*;

/// What is chosen before the instructions: see [`Case`]'s methods for the meaning of each number.
type Head = [u16; 8];

/// A program and a way of running it, as drawn.
#[derive(Clone, Debug)]
pub struct Case {
    pub head: Head,
    pub code: Vec<Code>,
}

pub fn cases() -> impl Strategy<Value = Case> {
    let code = prop::collection::vec(any::<Code>(), 1..=40);
    (any::<Head>(), code).prop_map(|(head, code)| Case { head, code })
}

/// Around the edges of vectors, blocks and rows.
const SHAPES: [&[usize]; 60] = [
    &[16],
    &[],
    &[1],
    &[2],
    &[7],
    &[8],
    &[9],
    &[3, 5],
    &[15],
    &[17],
    &[31],
    &[33],
    &[63],
    &[64],
    &[65],
    &[1, 1],
    &[127],
    &[128],
    &[129],
    &[511],
    &[512],
    &[513],
    &[1023],
    &[1024],
    &[1025],
    &[2047],
    &[2048],
    &[2049],
    &[4095],
    &[4096],
    &[4097],
    &[0],
    &[3, 0],
    &[1, 700],
    &[700, 1],
    &[3, 129],
    &[17, 64],
    &[130, 9],
    &[2, 2048],
    &[40, 33],
    &[5, 513],
    &[64, 8],
    &[9, 9],
    &[300, 7],
    &[2, 3, 4],
    &[3, 1, 70],
    &[5, 17, 9],
    &[2, 65, 8],
    &[1, 33, 1],
    &[16, 2, 32],
    &[2, 3, 4, 5],
    &[3, 2, 1, 129],
    &[7, 2, 9, 2],
    &[2, 2, 64, 3],
    &[4, 1, 5, 1],
    &[100],
    &[1000],
    &[1, 9],
    &[9, 1],
    &[257, 3],
];
/// Large enough for updates in place, several chunks and threads.
const LARGE: [&[usize]; 6] = [&[20_000], &[70_000], &[150, 200], &[3, 9001], &[8200, 3], &[20, 33, 40]];

/// How the program is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Outputs from inputs.
    Value,
    /// State given up to each step and updated.
    Update,
    /// A gradient by all floating-point inputs.
    Gradient,
    /// The same of a function that is run again on the way back.
    Checkpoint,
    /// Value and pullback.
    Pullback,
    /// One example at a time.
    Batch,
    /// The program as the body of a loop.
    Loop,
    /// The gradient of that.
    LoopGradient,
}
const MODES: [Mode; 14] = [
    Mode::Value,
    Mode::Value,
    Mode::Value,
    Mode::Value,
    Mode::Update,
    Mode::Update,
    Mode::Gradient,
    Mode::Gradient,
    Mode::Checkpoint,
    Mode::Pullback,
    Mode::Batch,
    Mode::Loop,
    Mode::LoopGradient,
    Mode::LoopGradient,
];

/// The dtypes of the inputs of the whole shape, and one more of one element or a part of the axes, and a single bool.
pub const WHOLE: [DType; 6] = [DType::F64, DType::F32, DType::Bool, DType::I64, DType::I32, DType::F64];
pub const INPUTS: usize = WHOLE.len() + 2;

impl Case {
    pub fn mode(&self) -> Mode {
        MODES[usize::from(self.head[0]) % MODES.len()]
    }
    /// Whether all its state is one element: a kind of its own, which machine code reads from memory at every use.
    fn is_single(&self) -> bool {
        match self.mode() {
            Mode::Loop | Mode::LoopGradient | Mode::Update => self.head[7] % 3 < 2,
            Mode::Value | Mode::Gradient | Mode::Checkpoint | Mode::Pullback | Mode::Batch => false,
        }
    }
    pub fn shape(&self) -> &'static [usize] {
        let k = usize::from(self.head[1]);
        match k % 20 {
            _ if self.is_single() => [&[] as &[usize], &[1], &[1, 1]][k % 3],
            19 if self.mode() != Mode::Batch => LARGE[k / 20 % LARGE.len()],
            _ => SHAPES[k / 20 % SHAPES.len()],
        }
    }
    /// Instructions: large arrays take fewer, so that no case takes long, and one element, so that all of it is often one loop
    /// of machine code.
    fn instructions(&self) -> &[Code] {
        let most = match self.shape().iter().product::<usize>() {
            10_000.. => 16,
            _ if self.is_single() => 4 + usize::from(self.head[7]) / 16 % 16,
            _ => 40,
        };
        &self.code[..self.code.len().min(most)]
    }
    /// The dtype of all floats in programs that are to be machine code for the most part.
    fn only(&self) -> Option<DType> {
        let of_all = [Some(DType::F64), None, Some(DType::F32), None][usize::from(self.head[7]) / 4 % 4];
        of_all.or(self.is_single().then_some(DType::F64))
    }
    /// A small choice that the way of running makes.
    pub fn choice(&self, k: usize, n: usize) -> usize {
        (usize::from(self.head[6]) >> (4 * k) & 15) % n
    }
    /// How many threads share its work, where there are several.
    pub fn threads(&self) -> usize {
        2 + usize::from(self.head[5]) % 4
    }

    /// Shape and dtype of each input.
    fn input(&self, k: usize) -> (Vec<usize>, DType) {
        let (shape, bits) = (self.shape(), usize::from(self.head[3]));
        match WHOLE.get(k) {
            Some(dtype) => (shape.to_vec(), *dtype),
            None if k == WHOLE.len() => {
                let one = |(a, &n): (usize, &usize)| if bits >> a & 1 == 0 { 1 } else { n };
                let dtype = [DType::F64, DType::F32, DType::Bool, DType::I32][bits / 16 % 4];
                (shape.iter().enumerate().map(one).collect(), dtype)
            }
            None => (vec![1; shape.len()], DType::Bool),
        }
    }
    /// Data set number `set`; for `batch` examples, if given.
    pub fn inputs(&self, set: usize, batch: Option<usize>) -> Vec<Array> {
        let seed = u64::from(self.head[2]) * 8 + set as u64;
        let of = |k: usize| {
            let (shape, dtype) = self.input(k);
            let shape: Vec<usize> = batch.into_iter().chain(shape).collect();
            data(&shape, dtype, seed * 16 + k as u64, usize::from(self.head[2] % 5))
        };
        (0..INPUTS).map(of).collect()
    }

    /// All values of the program.
    pub fn pool(&self, inputs: &[Array]) -> Pool {
        let mut pool = Pool::new(self.shape(), self.only(), inputs.to_vec());
        self.fill(&mut pool);
        pool
    }
    fn fill(&self, pool: &mut Pool) {
        self.instructions().iter().for_each(|&code| steps::grow(pool, code))
    }
    /// The program's outputs: the last value, and some of those before it.
    pub fn made(&self, inputs: &[Array]) -> Vec<Array> {
        self.chosen(&self.pool(inputs))
    }
    fn chosen(&self, pool: &Pool) -> Vec<Array> {
        let bits = usize::from(self.head[4]);
        let mut outputs = vec![pool.get(pool.len() - 1).clone()];
        for k in 0..bits % 4 {
            let at = bits >> (3 * k + 2) & 31;
            outputs.push(pool.get(pool.len() - 1 - at % pool.len()).clone())
        }
        // A sum that is rounded comes last: what is computed from one has no bits to compare.
        if bits & 0x8000 != 0 && pool.rank() > 0 && self.mode() == Mode::Value {
            let k = pool.nth_last(0, |x| x.dtype().is_float()).expect("there are floats");
            let set = 1 + bits / 64 % ((1 << pool.rank()) - 1);
            let axes: Dims = (0..pool.rank()).filter(|a| set >> a & 1 == 1).collect();
            outputs.push(pool.get(k).reduce_op(Reduction::Sum, axes))
        }
        outputs
    }
    /// The outputs as one number, for gradients.
    pub fn loss(outputs: &[Array]) -> Array {
        let mut sum = Array::weak(0.0).cast(DType::F64);
        for y in outputs {
            let y = if y.dtype().is_complex() { y.re_op() + y.im_op() } else { y.clone() };
            if y.dtype().is_float() {
                sum += y.cast(DType::F64).sum()
            }
        }
        sum
    }

    /// The program in lines, with what its outputs (or the next states of a loop) need.
    pub fn listing(&self) -> String {
        let mut inputs = self.inputs(0, None);
        let mut names: Vec<String> = (0..INPUTS).map(|k| format!("input {k}")).collect();
        if matches!(self.mode(), Mode::Loop | Mode::LoopGradient) {
            names.push(if self.reads_rows() { "the row".into() } else { "the counter".into() });
            inputs.push(if self.reads_rows() { inputs[0].clone() } else { counted(0, self.shape().len()) })
        }
        let state = match self.mode() {
            Mode::Loop | Mode::LoopGradient | Mode::Update => self.states(&inputs),
            Mode::Value | Mode::Gradient | Mode::Checkpoint | Mode::Pullback | Mode::Batch => vec![],
        };
        names.extend((0..state.len()).map(|k| format!("state {k}")));
        inputs.extend(copies(&state));
        let mut pool = Pool::new(self.shape(), self.only(), inputs).listed();
        let mut text = format!("{} of shape {:?}:\n", self.how(), self.shape());
        for (k, name) in names.iter().enumerate() {
            let x = pool.get(k);
            text += &format!("  v{k} is {name}    {} {:?}\n", x.dtype(), x.shape())
        }
        self.fill(&mut pool);
        let mut outputs = self.chosen(&pool);
        outputs.extend(self.next(&state, &pool));
        for line in pool.lines(&outputs) {
            text += &format!("  {line}\n")
        }
        let place = |y: &Array| match (0..pool.len()).rposition(|k| pool.get(k).0.id == y.0.id) {
            Some(k) => format!("v{k}"),
            None => "a sum or broadcast of these".into(),
        };
        let (last, next) = outputs.split_at(outputs.len() - state.len());
        let all = |some: &[Array]| some.iter().map(place).collect::<Vec<_>>().join(", ");
        text += &format!("  outputs {}; next state {}\n", all(last), all(next));
        text + &format!("  drawn as {:?} {:?}", self.head, self.instructions())
    }
}
