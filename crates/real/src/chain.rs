//! Adjoints of long loops: a chain keeps some of the loop's states, and its sweep visits all of them, last to first,
//! running the loop's step again where a state was not kept.
//!
//! Over 300 lines: one data structure, with its documentation.

mod disk;

use crate::schedule::{self, Action};
pub use disk::Disk;
use std::io;

/// Which states of a loop are kept for the backward sweep. n is the number of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// All n: no step is run twice.
    Full,
    /// ⌈log₂ n⌉ + 1 of them, denser towards the end (eviction by counting trailing zeros), and as many again
    /// during the backward sweep; each step is run O(log n) times more. The number of steps may be unknown.
    Logarithmic,
    /// At most this many, with the fewest steps run again that this allows (binomial checkpointing; Griewank
    /// and Walther, ACM TOMS 26 (2000)). The number of steps must be known: see [`Chain::run`].
    Binomial(usize),
    /// At most this many, at least 2, for an unknown number of steps: every second state is dropped whenever
    /// there is no room. The backward sweep is binomial between kept states.
    Online(usize),
}

/// The states of a loop `s₀, s₁ = step(s₀), …`, as far as they are kept.
///
/// A step is any function that gives the next state from the one before. A state is the data that the adjoint
/// of its step needs.
///
/// ```
/// use pullback_real::chain::{Chain, Keep};
/// // x ← x − x²/8, 1000 times; the derivative of the last by the first, from 11 states.
/// let step = |x: &f64| x - x * x / 8.0;
/// let chain = Chain::run(1.0, 1000, Keep::Logarithmic, step);
/// assert_eq!(chain.snapshots(), 11);
/// let derivative = chain.sweep(1.0, step, |&x, g| g * (1.0 - x / 4.0));
/// let full = Chain::run(1.0, 1000, Keep::Full, step).sweep(1.0, step, |&x, g| g * (1.0 - x / 4.0));
/// assert_eq!(derivative, full);
/// ```
#[derive(Clone, Debug)]
pub struct Chain<S> {
    keep: Keep,
    /// The states kept so far, with their numbers.
    kept: Vec<(usize, S)>,
    len: usize,
    /// Chooses the states that [`Keep::Logarithmic`] evicts.
    rule: Ruler,
    /// The distance between the states that [`Keep::Online`] keeps.
    stride: usize,
}

impl<S> Chain<S> {
    /// An empty chain, to which states are [pushed](Chain::push).
    ///
    /// # Panics
    /// For [`Keep::Binomial`], which needs the number of states: use [`Chain::run`]. For [`Keep::Online`]
    /// with fewer than two states.
    #[track_caller]
    pub fn new(keep: Keep) -> Chain<S> {
        match keep {
            Keep::Binomial(_) => panic!(
                "Keep::Binomial must know how many steps there are: use Chain::run, or Keep::Online, which need not"
            ),
            Keep::Online(n) if n < 2 => panic!("Keep::Online({n}): at least 2 states must be kept"),
            Keep::Full | Keep::Logarithmic | Keep::Online(_) => Chain::empty(keep),
        }
    }
    fn empty(keep: Keep) -> Chain<S> {
        Chain { keep, kept: vec![], len: 0, rule: Ruler::default(), stride: 1 }
    }
    /// The states `start`, `step(start)`, … before each of `steps` steps.
    ///
    /// # Panics
    /// For [`Keep::Binomial`] with no state, or [`Keep::Online`] with fewer than two.
    #[track_caller]
    pub fn run(start: S, steps: usize, keep: Keep, mut step: impl FnMut(&S) -> S) -> Chain<S>
    where
        S: Clone,
    {
        if let Keep::Binomial(slots) = keep {
            assert!(slots > 0, "Keep::Binomial(0): at least the first state must be kept");
            // The snapshots of the first descent, which ends before the last step.
            let mut chain = Chain::empty(keep);
            chain.len = steps;
            let mut state = start;
            let mut descending = true;
            schedule::binomial(steps, slots, &mut |action| match action {
                _ if !descending => {}
                Action::Advance { from, to } => (from..to).for_each(|_| state = step(&state)),
                Action::Save(i) => chain.kept.push((i, state.clone())),
                Action::Back(_) => descending = false,
                Action::Load(_) | Action::Drop(_) => {}
            });
            // The current state takes no slot: its step is the first one backward.
            if chain.kept.last().is_some_and(|(i, _)| i + 1 < steps) {
                chain.kept.push((steps - 1, state))
            }
            return chain;
        }
        let mut chain = Chain::new(keep);
        if steps > 0 {
            let mut state = start;
            for _ in 1..steps {
                let next = step(&state);
                chain.push(state);
                state = next
            }
            chain.push(state)
        }
        chain
    }
    /// Adds the state after the last one.
    pub fn push(&mut self, state: S) {
        let i = self.len;
        self.len += 1;
        match self.keep {
            Keep::Full | Keep::Binomial(_) => self.kept.push((i, state)),
            Keep::Logarithmic => {
                self.kept.push((i, state));
                if let Some(evicted) = self.rule.next() {
                    self.kept.remove(evicted);
                }
            }
            Keep::Online(slots) => {
                if i.is_multiple_of(self.stride) {
                    if self.kept.len() == slots {
                        self.stride *= 2;
                        let stride = self.stride;
                        self.kept.retain(|(k, _)| k.is_multiple_of(stride));
                    }
                    if i.is_multiple_of(self.stride) {
                        self.kept.push((i, state))
                    }
                }
            }
        }
    }
    /// How many states there were.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// How many states are kept; [`Keep::Binomial`] does not count the last one if it takes no slot.
    pub fn snapshots(&self) -> usize {
        match self.keep {
            Keep::Binomial(slots) => self.kept.len().min(slots),
            Keep::Full | Keep::Logarithmic | Keep::Online(_) => self.kept.len(),
        }
    }

    /// `adjoint(sᵢ, …adjoint(sₙ₋₁, g)…)`, from the last state to the first; `step` restores the states that
    /// were not kept. The chain can be swept again.
    pub fn sweep<G>(&self, g: G, step: impl FnMut(&S) -> S, mut adjoint: impl FnMut(&S, G) -> G) -> G
    where
        S: Clone,
    {
        self.clone().sweep_once(g, step, |s, g| adjoint(&s, g))
    }
    /// Like [`sweep`](Chain::sweep), but the adjoint may change the states. The next sweep sees the change of
    /// a kept state; the change of a restored state is lost with that state.
    pub fn sweep_mut<G>(
        &mut self,
        mut g: G,
        mut step: impl FnMut(&S) -> S,
        mut adjoint: impl FnMut(&mut S, G) -> G,
    ) -> G
    where
        S: Clone,
    {
        let spare = self.spare();
        let mut to = self.len;
        for (i, state) in self.kept.iter_mut().rev() {
            // First the states after the kept one, restored from it; then the kept state itself.
            if to - *i > 1 {
                let mut next = step(state);
                if to - *i == 2 {
                    g = adjoint(&mut next, g)
                } else {
                    g = spare.sweep(next, to - *i - 1, g, &mut step, &mut |mut s, g| adjoint(&mut s, g))
                }
            }
            g = adjoint(state, g);
            to = *i
        }
        g
    }
    /// Like [`sweep`](Chain::sweep), but each state is passed by value, and its memory is free for others.
    pub fn sweep_once<G>(
        mut self,
        mut g: G,
        mut step: impl FnMut(&S) -> S,
        mut adjoint: impl FnMut(S, G) -> G,
    ) -> G
    where
        S: Clone,
    {
        let mut to = self.len;
        while let Some((i, state)) = self.kept.pop() {
            // The slot of this state is among the free ones.
            let spare = self.spare();
            g = match to - i {
                1 => adjoint(state, g),
                n => spare.sweep(state, n, g, &mut step, &mut adjoint),
            };
            to = i
        }
        g
    }
    /// How the states between two kept ones are visited.
    fn spare(&self) -> Spare {
        match self.keep {
            Keep::Full | Keep::Logarithmic => Spare::Logarithmic,
            Keep::Binomial(slots) | Keep::Online(slots) => {
                Spare::Slots(slots.saturating_sub(self.kept.len()).max(1))
            }
        }
    }
}

/// How a stretch of states is visited if only its first state is kept.
enum Spare {
    /// With a logarithmic number of states.
    Logarithmic,
    /// With so many slots, that of the first state included.
    Slots(usize),
}

impl Spare {
    fn sweep<S: Clone, G>(
        &self,
        first: S,
        n: usize,
        g: G,
        step: &mut impl FnMut(&S) -> S,
        adjoint: &mut impl FnMut(S, G) -> G,
    ) -> G {
        match self {
            Spare::Logarithmic => {
                let mut chain = Chain::empty(Keep::Logarithmic);
                // The first state is held outside the inner chain, so that this is shorter than the stretch.
                let mut state = step(&first);
                for _ in 2..n {
                    let next = step(&state);
                    chain.push(state);
                    state = next
                }
                chain.push(state);
                // Dynamic calls: with recursion into closures of closures the types would never end.
                let g = chain.sweep_once(
                    g,
                    &mut *step as &mut dyn FnMut(&S) -> S,
                    &mut *adjoint as &mut dyn FnMut(S, G) -> G,
                );
                adjoint(first, g)
            }
            &Spare::Slots(slots) => {
                let (mut kept, mut state, mut g) = (vec![], first, Some(g));
                schedule::binomial(n, slots, &mut |action| match action {
                    Action::Advance { from, to } => (from..to).for_each(|_| state = step(&state)),
                    Action::Save(_) => kept.push(state.clone()),
                    Action::Load(_) => state.clone_from(kept.last().expect("the state before is kept")),
                    Action::Drop(_) => drop(kept.pop()),
                    Action::Back(_) => g = g.take().map(|g| adjoint(state.clone(), g)),
                });
                g.expect("the adjoint is handed on from step to step")
            }
        }
    }
}

/// Chooses the state to evict when one more is kept: the ruler sequence, by trailing zeros.
#[derive(Clone, Debug)]
struct Ruler {
    tick: usize,
    height: usize,
}
impl Default for Ruler {
    fn default() -> Ruler {
        Ruler { tick: 1, height: 0 }
    }
}
impl Ruler {
    /// The index of the state to evict, after the newest state was put last. `height + 2` states are kept
    /// between two powers of two; the first of all, and the newest, always stay.
    fn next(&mut self) -> Option<usize> {
        let zeros = self.tick.trailing_zeros() as usize + 2;
        if self.height <= zeros {
            (self.tick, self.height) = (1, self.height + 1);
            None
        } else {
            self.tick += 1;
            Some(self.height - zeros)
        }
    }
}

/// The adjoint of `steps` steps of `step`, with all states kept in a temporary file, which is removed
/// afterwards: no step is run twice, and memory holds two states.
///
/// ```
/// use pullback_real::chain;
/// let mut sum = 0.0;
/// let step = |x: &[f64]| vec![x[0] - x[0] * x[0] / 8.0, x[1] + x[0]];
/// // d(x₁ after 100 steps)/d(x₀, x₁ at the start)
/// let g = chain::on_disk(&[1.0, 0.0], 100, vec![0.0, 1.0], step, |x, g| {
///     vec![g[0] * (1.0 - x[0] / 4.0) + g[1], g[1]]
/// })?;
/// assert!(g[1] == 1.0 && g[0] > 0.0);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If the file in the folder for temporary files cannot be made, written or read.
pub fn on_disk<G>(
    start: &[f64],
    steps: usize,
    mut g: G,
    mut step: impl FnMut(&[f64]) -> Vec<f64>,
    mut adjoint: impl FnMut(&[f64], G) -> G,
) -> io::Result<G> {
    let mut disk = Disk::new()?;
    let mut state = start.to_vec();
    for i in 0..steps {
        disk.push(&state)?;
        if i + 1 < steps {
            state = step(&state)
        }
    }
    while let Some(state) = disk.pop()? {
        g = adjoint(&state, g)
    }
    Ok(g)
}

#[cfg(test)]
mod tests;
