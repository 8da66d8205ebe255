//! RMSprop: each parameter's step is divided by the root of its mean squared gradient.

use super::{Number, step, zeros};
use pullback_array::{Real, Tree};

/// RMSprop (Tieleman & Hinton, Coursera lecture 6e, 2012): `v ← decay·v + (1 − decay)·g²; x ← x − rate·g/(√v + epsilon)`.
///
/// ```
/// use pullback_array::Array;
/// use pullback_nn::RmsProp;
/// let mut x = Array::from([1.0]);
/// let mut opt = RmsProp::new(&x, 0.01);
/// opt.update(&mut x, &Array::from([3.0]));
/// assert!((x.to_vec::<f64>()[0] - 0.9).abs() < 1e-8);
/// ```
#[derive(Clone, Tree)]
pub struct RmsProp<M> {
    /// The step size; change it freely between updates.
    pub rate: f64,
    /// How much of the mean squared gradient stays, 0.99.
    pub decay: f64,
    /// What keeps the division finite, 1e-8.
    pub epsilon: f64,
    square: M,
}

impl<M: Tree + Clone> RmsProp<M> {
    /// With the usual constants.
    pub fn new(model: &M, rate: f64) -> RmsProp<M> {
        RmsProp { rate, decay: 0.99, epsilon: 1e-8, square: zeros(model) }
    }
    /// One step. Integer and bool leaves stay as they are.
    ///
    /// # Panics
    /// If the gradient's leaves do not have the shapes and dtypes of the model's.
    #[track_caller]
    pub fn update(&mut self, model: &mut M, grads: &M) {
        let (rate, decay, epsilon) = (Number::new(self.rate), self.decay, self.epsilon);
        step("RmsProp", model, grads, [&mut self.square], false, |x, g, [v]| {
            let v = decay * v + (1.0 - decay) * g.square();
            (x - rate.like(x) * g / (v.sqrt() + epsilon), [v])
        })
    }
}
