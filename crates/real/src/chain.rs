//! Adjoints of long loops: a chain keeps some of the loop's states, and its sweep visits all of them, last to first,
//! running the loop's step again where a state was not kept.
//!
//! Over 300 lines: one data structure, with its documentation.

mod disk;

use crate::schedule::{self, Action};
pub use disk::Disk;
use std::io;

/// Which states of a loop are kept for the way back. n is the number of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// All n: no step is run twice.
    Full,
    /// ⌈log₂ n⌉ + 1 of them, denser towards the end (eviction by counting trailing zeros), and as many again on the way
    /// back; each step is run O(log n) times more. The number of steps need not be known.
    Logarithmic,
    /// So many at most, with the fewest steps run again that this allows (binomial checkpointing; Griewank and Walther,
    /// ACM TOMS 26 (2000)). The number of steps must be known: see [`Chain::run`].
    Binomial(usize),
    /// So many at most, at least 2, for a number of steps that is not known: every second is dropped, whenever there is no room. The
    /// way back is binomial between them.
    Online(usize),
}

/// The states of a loop `s₀, s₁ = step(s₀), …` as far as they are kept.
///
/// A step may be anything that gives the next state from the one before, so that `restore(sᵢ) = sᵢ₊₁`; a state is what
/// the adjoint of its step needs to know.
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
    /// Where the next states go.
    rule: Ruler,
    /// The distance of the states that [`Keep::Online`] keeps.
    stride: usize,
}

impl<S> Chain<S> {
    /// An empty chain, to which states are [pushed](Chain::push).
    ///
    /// # Panics
    /// For [`Keep::Binomial`], whose choice needs the number of states: use [`Chain::run`]. If no state, or online fewer
    /// than two, may be kept.
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
    /// If no state, or online fewer than two, may be kept.
    #[track_caller]
    pub fn run(start: S, steps: usize, keep: Keep, mut step: impl FnMut(&S) -> S) -> Chain<S>
    where
        S: Clone,
    {
        if let Keep::Binomial(slots) = keep {
            assert!(slots > 0, "Keep::Binomial(0): at least the first state must be kept");
            // The places of the first descent; the last state's step is still to come.
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
            // The state at hand takes no place: its step is the next one backward.
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
    /// How many are kept; with [`Keep::Binomial`] beside the last one.
    pub fn snapshots(&self) -> usize {
        match self.keep {
            Keep::Binomial(slots) => self.kept.len().min(slots),
            Keep::Full | Keep::Logarithmic | Keep::Online(_) => self.kept.len(),
        }
    }

    /// `adjoint(sᵢ, …adjoint(sₙ₋₁, g)…)`, from the last state to the first; `step` restores those that were not kept.
    /// The chain can be swept again.
    pub fn sweep<G>(&self, g: G, step: impl FnMut(&S) -> S, mut adjoint: impl FnMut(&S, G) -> G) -> G
    where
        S: Clone,
    {
        self.clone().sweep_once(g, step, |s, g| adjoint(&s, g))
    }
    /// Like [`sweep`](Chain::sweep), where the adjoint may change a state that is kept: the next sweep sees the change.
    /// Changes of a state that had to be restored are lost, as it is.
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
            // What lies behind the kept state, from a copy; then the kept state itself.
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
    /// Like [`sweep`](Chain::sweep); each state is given away, and its memory is free for others.
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
            // The place of this state is among the free ones.
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

/// How a stretch of states is visited of which only the first is there.
enum Spare {
    /// With a logarithmic number of states.
    Logarithmic,
    /// With so many places, that of the first included.
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
                // The first waits outside, so that the rest is shorter than the stretch.
                let mut state = step(&first);
                for _ in 2..n {
                    let next = step(&state);
                    chain.push(state);
                    state = next
                }
                chain.push(state);
                // No recursion into closures of closures: the types would never end.
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

/// Which of the states kept is evicted when one more comes: the ruler sequence, by trailing zeros.
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
    /// After the newest state was put last: the place of the one to evict. `height + 2` states are kept between two
    /// powers of two; the first of all, and the newest, always stay.
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

/// The adjoint of `steps` steps of `step`, whose states are kept on disk, all of them, in a file that is gone afterwards:
/// no step is run twice, and memory holds two states.
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
