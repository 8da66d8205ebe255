//! Gradient descent, with momentum if asked.

use super::{Number, step, zeros};
use pullback_array::Tree;

/// Stochastic gradient descent: `x ← x − rate·g`, or with momentum `v ← momentum·v + g; x ← x − rate·v`.
///
/// Momentum after Polyak (1964); Nesterov's (1983) in the form of Sutskever et al., "On the importance of
/// initialization and momentum in deep learning" (2013): `x ← x − rate·(g + momentum·v)`.
///
/// ```
/// use pullback_array::Array;
/// use pullback_nn::Sgd;
/// let mut x = Array::from([1.0, 2.0]);
/// let mut opt = Sgd::with_momentum(&x, 0.1, 0.9);
/// opt.update(&mut x, &Array::from([1.0, 0.0]));
/// opt.update(&mut x, &Array::from([1.0, 0.0]));
/// assert_eq!(x.to_vec::<f64>(), [1.0 - 0.1 - 0.1 * 1.9, 2.0]);
/// ```
#[derive(Clone, Tree)]
pub struct Sgd<M> {
    /// The step size; change it freely between updates.
    pub rate: f64,
    /// How much of the last step goes into the next one.
    pub momentum: f64,
    /// Whether the gradient counts as taken after the momentum's step.
    pub nesterov: bool,
    velocity: Option<M>,
}

impl<M: Tree + Clone> Sgd<M> {
    /// Plain gradient descent.
    pub fn new(_model: &M, rate: f64) -> Sgd<M> {
        Sgd { rate, momentum: 0.0, nesterov: false, velocity: None }
    }
    /// With momentum, 0.9 as a rule.
    pub fn with_momentum(model: &M, rate: f64, momentum: f64) -> Sgd<M> {
        Sgd { rate, momentum, nesterov: false, velocity: Some(zeros(model)) }
    }
    /// With Nesterov's momentum.
    pub fn nesterov(model: &M, rate: f64, momentum: f64) -> Sgd<M> {
        Sgd { nesterov: true, ..Sgd::with_momentum(model, rate, momentum) }
    }
    /// One step. Integer and bool leaves stay as they are. Without momentum, a table whose gradient has few rows
    /// ([`SparseRows`](pullback_array::SparseRows)) changes in those rows only, in place.
    ///
    /// # Panics
    /// If the gradient's leaves do not have the shapes and dtypes of the model's.
    #[track_caller]
    pub fn update(&mut self, model: &mut M, grads: &M) {
        let (rate, momentum, nesterov) = (Number::new(self.rate), self.momentum, self.nesterov);
        match &mut self.velocity {
            None => step("Sgd", model, grads, [], true, |x, g, []| (x - rate.like(x) * g, [])),
            Some(v) => step("Sgd", model, grads, [v], false, |x, g, [v]| {
                let v = momentum * v + g;
                let direction = if nesterov { momentum * &v + g } else { v.clone() };
                (x - rate.like(x) * direction, [v])
            }),
        }
    }
}
