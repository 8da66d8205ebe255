//! Optimal checkpointing of a long loop whose states are too many to keep: which states are kept, and which
//! steps run again.

/// The next action of the reverse sweep over a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Runs steps `from..to` forward, from the current state.
    Advance {
        /// The current state is the one before this step.
        from: usize,
        /// Afterwards the current state is the one before this step.
        to: usize,
    },
    /// Keeps the current state, which is the one before this step.
    Save(usize),
    /// Makes the kept state before this step the current one.
    Load(usize),
    /// Discards the kept state before this step.
    Drop(usize),
    /// Runs this step backward. The current state is the one before it.
    Back(usize),
}

/// The reverse sweep over `steps` steps with at most `snapshots` states kept, the initial one among them: the order
/// that runs the fewest steps forward.
///
/// With r the least number for which C(s + r, s) ≥ n, these are r·n − C(s + r, s + 1) steps, beside those that the
/// backward steps run themselves (Griewank and Walther, ACM TOMS 26 (2000), algorithm 799, "revolve").
///
/// ```
/// use pullback_real::schedule::{Action, binomial};
/// let mut forward = 0;
/// binomial(100, 10, &mut |action| if let Action::Advance { from, to } = action { forward += to - from });
/// assert_eq!(forward, 222);
/// ```
///
/// # Panics
/// If no snapshot is allowed.
#[track_caller]
pub fn binomial(steps: usize, snapshots: usize, act: &mut dyn FnMut(Action)) {
    assert!(snapshots > 0, "binomial: no snapshot is allowed, and the initial state is one");
    if steps > 0 {
        act(Action::Save(0));
        sweep(0, steps, snapshots, act);
        act(Action::Drop(0));
    }
}

/// Runs steps `from..to` backward. The state before `from` is the current one, and is kept as one of
/// `snapshots`.
fn sweep(from: usize, mut to: usize, snapshots: usize, act: &mut dyn FnMut(Action)) {
    while to - from > 1 {
        let middle = if snapshots == 1 { to - 1 } else { from + split(to - from, snapshots) };
        act(Action::Advance { from, to: middle });
        if snapshots == 1 {
            act(Action::Back(middle))
        } else {
            act(Action::Save(middle));
            sweep(middle, to, snapshots - 1, act);
            act(Action::Drop(middle))
        }
        act(Action::Load(from));
        to = middle
    }
    act(Action::Back(from))
}

/// The position of the next snapshot in n ≥ 2 steps with s ≥ 2 snapshots: the left part is as long as r − 1
/// repetitions allow, the right part as long as r do.
fn split(n: usize, s: usize) -> usize {
    let r = (1..).find(|&r| reach(s, r) >= n).unwrap_or(1);
    let (left, right) = (reach(s, r - 1), reach(s - 1, r));
    // As far to the right as the left part allows, but the right part keeps the length that r − 1 repetitions
    // reach.
    left.min(n - reach(s - 1, r - 1).min(n - 1)).max(n.saturating_sub(right)).clamp(1, n - 1)
}

/// C(s + r, s): how many steps s snapshots reach if no step is run more than r times (or `usize::MAX`).
fn reach(s: usize, r: usize) -> usize {
    let mut c = 1u128;
    for k in 1..=s.min(r) as u128 {
        c = c * ((s + r) as u128 - k + 1) / k;
        if c > usize::MAX as u128 {
            return usize::MAX;
        }
    }
    c as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a schedule, checks that each action is possible, and counts the steps forward and the most states
    /// kept.
    fn run(n: usize, s: usize) -> (usize, usize) {
        let (mut at, mut kept, mut next, mut forward, mut most) = (0, vec![], n, 0, 0);
        binomial(n, s, &mut |action| match action {
            Action::Advance { from, to } => {
                assert!(at == from && from < to && to < next);
                forward += to - from;
                at = to
            }
            Action::Save(i) => {
                assert_eq!(at, i);
                kept.push(i);
                most = most.max(kept.len())
            }
            Action::Load(i) => {
                assert!(kept.contains(&i));
                at = i
            }
            Action::Drop(i) => assert_eq!(kept.pop(), Some(i)),
            Action::Back(i) => {
                assert!(at == i && i + 1 == next);
                next = i
            }
        });
        assert!(next == 0 && kept.is_empty());
        (forward, most)
    }

    #[test]
    fn as_few_steps_as_can_be() {
        for n in 1..150 {
            for s in 1..14 {
                let r = (0..).find(|&r| reach(s, r) >= n).unwrap();
                // r·n − C(s + r, s + 1), the least of all orders.
                let least = r * n - if r == 0 { 0 } else { reach(s + 1, r - 1) };
                let (forward, most) = run(n, s);
                assert_eq!(forward, least, "{n} steps, {s} snapshots");
                assert!(most <= s);
            }
        }
        for ((n, s), want) in [((10, 3), 15), ((100, 10), 222), ((1000, 10), 3636), ((1000, 20), 2747)] {
            assert_eq!(run(n, s).0, want)
        }
        assert_eq!(run(0, 3), (0, 0));
    }
}
