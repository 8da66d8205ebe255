//! What the laws are checked on: operations with arguments drawn at random, and plain loops that define them.

pub mod catalogue;
mod elementwise;
mod host;
mod indexing;
mod loops;
mod matrices;
mod movement;
mod products;
mod reductions;

pub use host::{Host, indices};

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use pullback_array::{Array, DType, Key};
use std::cell::Cell;
use std::fmt::{Debug, Formatter};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Once};

/// A source of choices. Proptest shrinks the numbers towards 0, and 0 chooses what is simplest.
#[derive(Clone)]
pub struct Draw {
    numbers: Vec<u16>,
    next: usize,
}

/// Choices for one case.
pub fn choices() -> impl Strategy<Value = Draw> {
    prop::collection::vec(any::<u16>(), 24).prop_map(|numbers| Draw { numbers, next: 0 })
}
impl Debug for Draw {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        write!(f, "{:?}", self.numbers)
    }
}

impl Draw {
    /// A number below n.
    pub fn below(&mut self, n: usize) -> usize {
        // Mixed anew each time round, so that there are always more.
        let (round, at) = (self.next / self.numbers.len(), self.next % self.numbers.len());
        self.next += 1;
        let number = usize::from(self.numbers[at]);
        (if round == 0 { number } else { number.wrapping_mul(2 * round + 1) >> (round % 4) }) % n
    }
    /// A number of lo..=hi.
    pub fn int(&mut self, lo: isize, hi: isize) -> isize {
        lo + self.below((hi - lo + 1) as usize) as isize
    }
    pub fn flag(&mut self) -> bool {
        self.below(2) == 1
    }
    /// Extents 1 to 4, with at most 48 elements.
    pub fn full_shape(&mut self, least: usize, most: usize) -> Vec<usize> {
        let rank = least + self.below(most - least + 1);
        let mut size = 1;
        (0..rank)
            .map(|_| {
                let n = 1 + self.below(4);
                let n = if size * n > 48 { 1 } else { n };
                size *= n;
                n
            })
            .collect()
    }
    /// The same, and one shape in six has a 0 among its extents.
    pub fn shape(&mut self, least: usize, most: usize) -> Vec<usize> {
        let mut shape = self.full_shape(least, most);
        if !shape.is_empty() && self.below(6) == 5 {
            let k = self.below(shape.len());
            shape[k] = 0
        }
        shape
    }
    /// An axis of so many, counted from either end.
    pub fn axis(&mut self, rank: usize) -> isize {
        let k = self.below(rank) as isize;
        if self.flag() { k - rank as isize } else { k }
    }
    /// Some of so many axes, in order.
    pub fn axes(&mut self, rank: usize) -> Vec<usize> {
        (0..rank).filter(|_| self.flag()).collect()
    }
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        (1..n).for_each(|k| all.swap(k, k - self.below(k + 1)));
        all
    }
    /// One of them.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// What an input is.
#[derive(Clone, Debug)]
pub enum Spec {
    /// All different, none near another or near a whole number, around 0.
    Any(Vec<usize>),
    /// The same above 0.
    Positive(Vec<usize>),
    /// The same between 0.15 and 0.85.
    Share(Vec<usize>),
    /// Integers below a bound.
    Index(Vec<usize>, usize),
    /// So many different integers below a bound.
    Distinct(usize, usize),
    /// True and false.
    Mask(Vec<usize>),
}

impl Spec {
    /// The numbers are multiples of 1/128, so that `f32` holds them.
    pub fn make(&self, seed: u64) -> Array {
        let order = |n: usize| Key::new(seed).permutation(n).to_vec::<i64>().into_iter();
        let floats = |shape: &[usize], f: &dyn Fn(f64, f64) -> f64| {
            let n: usize = shape.iter().product();
            let data: Vec<f64> = order(n).map(|k| f(k as f64, n as f64)).collect();
            Array::from_slice(&data, shape)
        };
        match self {
            Spec::Any(shape) => floats(shape, &|k, n| (k - (0.5 * n).floor()) / 32.0 + 1.0 / 128.0),
            Spec::Positive(shape) => floats(shape, &|k, _| 0.375 + (k + 0.25) / 32.0),
            Spec::Share(shape) => {
                floats(shape, &|k, n| ((0.15 + 0.7 * (k + 0.5) / n) * 4096.0).round() / 4096.0)
            }
            Spec::Index(shape, n) => Key::new(seed).integers(shape, 0, *n as i64),
            Spec::Distinct(count, n) => Array::from(order(*n).take(*count).collect::<Vec<i64>>()),
            Spec::Mask(shape) => Key::new(seed).bernoulli(shape, 0.5),
        }
    }
}

pub type Function = Arc<dyn Fn(&Vec<Array>) -> Vec<Array> + Send + Sync>;
pub type Loops = Box<dyn Fn(&[Host]) -> Vec<Host>>;

/// An operation with its arguments drawn.
pub struct Case {
    /// What the inputs are.
    pub inputs: Vec<Spec>,
    /// The operation.
    pub f: Function,
    /// The same in plain loops, if given.
    pub definition: Option<Loops>,
    /// Whether it is smooth at these points, so that differences can be taken.
    pub smooth: bool,
}

impl Case {
    /// Of one array.
    pub fn one(input: Spec, f: impl Fn(&Array) -> Array + Send + Sync + 'static) -> Case {
        Case::many(vec![input], move |x| vec![f(&x[0])])
    }
    /// Of two arrays.
    pub fn two(x: Spec, y: Spec, f: impl Fn(&Array, &Array) -> Array + Send + Sync + 'static) -> Case {
        Case::many(vec![x, y], move |x| vec![f(&x[0], &x[1])])
    }
    pub fn many(inputs: Vec<Spec>, f: impl Fn(&[Array]) -> Vec<Array> + Send + Sync + 'static) -> Case {
        Case { inputs, f: Arc::new(move |x| f(x)), definition: None, smooth: true }
    }
    /// With its meaning in loops, for one result.
    pub fn means(self, f: impl Fn(&[Host]) -> Host + 'static) -> Case {
        Case { definition: Some(Box::new(move |x| vec![f(x)])), ..self }
    }
    /// With its meaning in loops, for several results.
    pub fn all_mean(self, f: impl Fn(&[Host]) -> Vec<Host> + 'static) -> Case {
        Case { definition: Some(Box::new(f)), ..self }
    }
    /// Whether there is something to take a gradient by.
    pub fn has_gradient(&self) -> bool {
        self.inputs.iter().any(|x| matches!(x, Spec::Any(_) | Spec::Positive(_) | Spec::Share(_)))
    }
    /// Not smooth, or not at all points.
    pub fn rough(self) -> Case {
        Case { smooth: false, ..self }
    }
    /// Example number `k` of the inputs.
    pub fn example(&self, k: u64) -> Vec<Array> {
        let input = |(i, spec): (usize, &Spec)| spec.make(1000 * k + i as u64 + 1);
        self.inputs.iter().enumerate().map(input).collect()
    }
    pub fn call(&self, x: &Vec<Array>) -> Vec<Array> {
        (self.f)(x)
    }
}

/// Arbitrary numbers for every floating-point array, zeros for the others.
pub fn noise(like: &[Array], seed: u64) -> Vec<Array> {
    let one = |(i, x): (usize, &Array)| match x.dtype().is_float() {
        true => Key::new(seed).fold_in(i as u64).uniform(x.shape(), -1.0, 1.0, x.dtype()),
        false => x.zeros_like(),
    };
    like.iter().enumerate().map(one).collect()
}
pub fn numbers(x: &Array) -> Vec<f64> {
    x.cast(DType::F64).to_vec()
}
/// Whether shapes, dtypes and, relative to the largest, elements agree; what does not, in words.
pub fn differ(got: &[Array], want: &[Array], tolerance: f64) -> Option<String> {
    if got.len() != want.len() {
        return Some(format!("{} arrays, not {}", got.len(), want.len()));
    }
    got.iter().zip(want).enumerate().find_map(|(k, (got, want))| {
        if got.dtype() != want.dtype() {
            return Some(format!("[{k}] is {}, not {}", got.dtype(), want.dtype()));
        }
        apart(got, want, tolerance).map(|text| format!("[{k}] {text}"))
    })
}
/// The same of one array whatever the dtypes.
pub fn apart(got: &Array, want: &Array, tolerance: f64) -> Option<String> {
    if got.shape() != want.shape() {
        return Some(format!("has shape {:?}, not {:?}", got.shape(), want.shape()));
    }
    let (got, want) = (numbers(got), numbers(want));
    let size = want.iter().filter(|w| w.is_finite()).fold(1.0, |m: f64, w| m.max(w.abs()));
    let wrong =
        |(g, w): &(f64, f64)| !(g == w || g.is_nan() && w.is_nan() || (g - w).abs() <= tolerance * size);
    let at = got.iter().copied().zip(want.iter().copied()).position(|pair| wrong(&pair))?;
    Some(format!("element {at} is {}, not {}", got[at], want[at]))
}

thread_local! {
    /// Whether a panic is a result, which is told with the others.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}
static HOOK: Once = Once::new();

/// Checks a law on every operation, so many cases each, the same in every run (`PROPTEST_CASES` multiplies them).
/// Says all operations that break it, each with its simplest case found.
#[track_caller]
pub fn law(cases: u32, check: impl Fn(&Case) -> Result<(), String>) {
    law_with(cases, |case, _| check(case))
}
/// The same, with more choices to draw.
#[track_caller]
pub fn law_with(cases: u32, check: impl Fn(&Case, &mut Draw) -> Result<(), String>) {
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info)
            }
        }))
    });
    let times: u32 = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut broken = vec![];
    for (number, operation) in catalogue::all().enumerate() {
        let config = ProptestConfig {
            cases: cases * times,
            failure_persistence: None,
            max_shrink_iters: 300,
            ..Default::default()
        };
        let seed = [number as u8 + 1; 32];
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let result = TestRunner::new_with_rng(config, rng).run(&choices(), |mut draw| {
            let case = (operation.draw)(&mut draw);
            QUIET.set(true);
            let checked = catch_unwind(AssertUnwindSafe(|| check(&case, &mut draw)));
            QUIET.set(false);
            let outcome = checked.unwrap_or_else(|e| {
                let text = e.downcast_ref::<String>().cloned();
                Err(text.or_else(|| e.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_default())
            });
            outcome.map_err(|text| TestCaseError::fail(format!("{text}\n    inputs {:?}", case.inputs)))
        });
        match result {
            Ok(()) => {}
            Err(TestError::Fail(why, _)) => broken.push(format!("{}: {why}", operation.name)),
            Err(TestError::Abort(why)) => broken.push(format!("{}: no cases, {why}", operation.name)),
        }
    }
    assert!(broken.is_empty(), "{} operations break this law:\n{}", broken.len(), broken.join("\n"))
}
