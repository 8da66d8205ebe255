//! Adam and AdamW: steps by the running mean of the gradient over the root of that of its square.

use super::{Number, step, zeros};
use pullback_array::{Array, Real, Tree};

/// Adam (Kingma & Ba, "Adam: a method for stochastic optimization", 2015), with bias correction:
/// `m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; x ← x − rate · m̂/(√v̂ + epsilon)`, where m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
///
/// The optimiser is itself a tree: saved beside the model, training goes on where it stopped.
///
/// ```
/// use pullback_array::Array;
/// use pullback_nn::Adam;
/// let mut x = Array::from([1.0, 1.0]);
/// let mut opt = Adam::new(&x, 0.1);
/// opt.update(&mut x, &Array::from([5.0, -0.01]));
/// // The first step has the length of the rate, whatever the gradient's.
/// assert!(x.to_vec::<f64>().iter().zip([0.9, 1.1]).all(|(x, y)| (x - y).abs() < 1e-6));
/// ```
#[derive(Clone, Tree)]
pub struct Adam<M> {
    /// The step size; change it freely between updates.
    pub rate: f64,
    /// How much of the running mean of the gradient stays, 0.9.
    pub beta1: f64,
    /// How much of the running mean of its square stays, 0.999.
    pub beta2: f64,
    /// What keeps the division finite, 1e-8.
    pub epsilon: f64,
    /// Whether rows without a gradient are left alone: see [`lazy`](Adam::lazy).
    pub by_rows: bool,
    moments: Moments<M>,
}

/// AdamW (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019): [`Adam`], and besides
/// `x ← x − rate · decay · x`.
///
/// ```
/// use pullback_array::Array;
/// use pullback_nn::AdamW;
/// let mut x = Array::from([2.0]);
/// let mut opt = AdamW::new(&x, 0.1, 0.01);
/// opt.update(&mut x, &Array::from([0.0]));
/// assert!((x.to_vec::<f64>()[0] - 2.0 * (1.0 - 0.1 * 0.01)).abs() < 1e-12);
/// ```
#[derive(Clone, Tree)]
pub struct AdamW<M> {
    /// The step size; change it freely between updates.
    pub rate: f64,
    /// How much of the running mean of the gradient stays, 0.9.
    pub beta1: f64,
    /// How much of the running mean of its square stays, 0.999.
    pub beta2: f64,
    /// What keeps the division finite, 1e-8.
    pub epsilon: f64,
    /// Whether rows without a gradient are left alone, their decay included: see [`Adam::lazy`].
    pub by_rows: bool,
    /// How fast parameters shrink.
    pub decay: f64,
    moments: Moments<M>,
}

impl<M: Tree + Clone> Adam<M> {
    /// With the usual constants.
    pub fn new(model: &M, rate: f64) -> Adam<M> {
        Adam { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, by_rows: false, moments: Moments::new(model) }
    }
    /// The same for tables of which a batch touches few rows: rows without a gradient stay as they are, and so do their
    /// running means (TensorFlow's `LazyAdam`, PyTorch's `SparseAdam`). Rows are changed in place, so that a step costs
    /// no more than its rows.
    ///
    /// ```
    /// use pullback_array::{Array, DType, grad};
    /// use pullback_nn::Adam;
    /// let mut table = Array::ones(&[1000, 4], DType::F64);
    /// let mut opt = Adam::new(&table, 0.1).lazy();
    /// let g = grad(|t: &Array| t.take_rows(&Array::from([3, 3, 5])).sum())(&table);
    /// opt.update(&mut table, &g);
    /// assert!((table.get((3, 0)).item() - 0.9).abs() < 1e-6 && table.get((4, 0)).item() == 1.0);
    /// ```
    pub fn lazy(self) -> Adam<M> {
        Adam { by_rows: true, ..self }
    }
    /// One step. Integer and bool leaves stay as they are.
    ///
    /// # Panics
    /// If the gradient's leaves do not have the shapes and dtypes of the model's.
    #[track_caller]
    pub fn update(&mut self, model: &mut M, grads: &M) {
        let rule = Rule {
            what: "Adam",
            rate: self.rate,
            betas: [self.beta1, self.beta2],
            epsilon: self.epsilon,
            decay: 0.0,
            by_rows: self.by_rows,
        };
        self.moments.update(model, grads, rule)
    }
}

impl<M: Tree + Clone> AdamW<M> {
    /// With the usual constants.
    pub fn new(model: &M, rate: f64, decay: f64) -> AdamW<M> {
        AdamW {
            rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            by_rows: false,
            decay,
            moments: Moments::new(model),
        }
    }
    /// One step. Integer and bool leaves stay as they are.
    ///
    /// # Panics
    /// If the gradient's leaves do not have the shapes and dtypes of the model's.
    #[track_caller]
    pub fn update(&mut self, model: &mut M, grads: &M) {
        let rule = Rule {
            what: "AdamW",
            rate: self.rate,
            betas: [self.beta1, self.beta2],
            epsilon: self.epsilon,
            decay: self.decay,
            by_rows: self.by_rows,
        };
        self.moments.update(model, grads, rule)
    }
}

/// What a step does, in numbers.
struct Rule {
    what: &'static str,
    rate: f64,
    betas: [f64; 2],
    epsilon: f64,
    decay: f64,
    by_rows: bool,
}

/// The running means, and how many steps they have seen.
#[derive(Clone, Tree)]
struct Moments<M> {
    /// A leaf, so that it is saved with the rest.
    steps: Array,
    mean: M,
    square: M,
}

impl<M: Tree + Clone> Moments<M> {
    fn new(model: &M) -> Moments<M> {
        Moments { steps: Array::from(0i64), mean: zeros(model), square: zeros(model) }
    }

    #[track_caller]
    fn update(&mut self, model: &mut M, grads: &M, rule: Rule) {
        let Rule { what, rate, betas: [beta1, beta2], epsilon, decay, by_rows } = rule;
        let t = self.steps.to_vec::<i64>()[0] + 1;
        // Both corrections go into the step size and epsilon (Kingma & Ba, end of section 2): fewer operations.
        let correction = |beta: f64| 1.0 - beta.powf(t as f64);
        let root = correction(beta2).sqrt();
        let (size, small) = (Number::new(rate * root / correction(beta1)), Number::new(epsilon * root));
        let kept = Number::new(1.0 - rate * decay);
        step(what, model, grads, [&mut self.mean, &mut self.square], by_rows, |x, g, [m, v]| {
            let m = beta1 * m + (1.0 - beta1) * g;
            let v = beta2 * v + (1.0 - beta2) * g.square();
            let x = if decay == 0.0 { x.clone() } else { kept.like(x) * x };
            let x = &x - size.like(&x) * &m / (v.sqrt() + small.like(&v));
            (x, [m, v])
        });
        self.steps = Array::from(t);
    }
}
