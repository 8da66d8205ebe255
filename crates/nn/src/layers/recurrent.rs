//! Recurrent layers, batch first. Gates come in PyTorch's order.

use super::{expect_features, last};
use crate::init::{glorot_uniform, zeros};
use pullback_array::{Array, Key, Real, Tree, concatenate};
use pullback_real::refuse;

/// Long short-term memory (Hochreiter & Schmidhuber, 1997; with the forget gate of Gers et al., 2000):
/// `i, f, o = σ(…)`, `g = tanh(…)`, each of `x·Wx + h·Wh + b`; `c′ = f∘c + i∘g`, `h′ = o∘tanh c′`.
///
/// ```
/// use pullback_array::{Array, DType, Key};
/// use pullback_nn::Lstm;
/// let lstm = Lstm::new(3, 8, &Key::new(0));
/// let (ys, last) = lstm.forward(&Array::full(&[2, 5, 3], 1.0, DType::F32), &lstm.start(2));
/// assert_eq!((ys.shape(), last.h.shape()), (&[2, 5, 8][..], &[2, 8][..]));
/// ```
#[derive(Clone, Tree)]
pub struct Lstm {
    /// `[inputs, 4·hidden]`: gates i, f, g, o.
    pub input_weight: Array,
    /// `[hidden, 4·hidden]`.
    pub hidden_weight: Array,
    /// `[4·hidden]`.
    pub bias: Array,
}

/// What an LSTM carries from step to step, `[batch, hidden]` each.
#[derive(Clone, Tree)]
pub struct LstmState {
    /// The output of the last step.
    pub h: Array,
    /// The cell.
    pub c: Array,
}

impl Lstm {
    /// Glorot-uniform weights, biases 0 but those of the forget gates, which are 1 (Jozefowicz et al., 2015).
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, key: &Key) -> Lstm {
        let keys = key.split(2);
        let bias: Vec<f32> =
            (0..4 * hidden).map(|i| if (hidden..2 * hidden).contains(&i) { 1.0 } else { 0.0 }).collect();
        Lstm {
            input_weight: glorot_uniform(&keys[0], &[inputs, 4 * hidden]),
            hidden_weight: glorot_uniform(&keys[1], &[hidden, 4 * hidden]),
            bias: Array::from_slice(&bias, &[4 * hidden]),
        }
    }
    fn hidden(&self) -> usize {
        self.hidden_weight.shape()[0]
    }
    /// The state before the first step: zeros.
    #[track_caller]
    pub fn start(&self, batch: usize) -> LstmState {
        let zero = Array::full(&[batch, self.hidden()], 0.0, self.bias.dtype());
        LstmState { h: zero.clone(), c: zero }
    }
    /// One step with an input `[batch, inputs]`.
    ///
    /// # Panics
    /// If the last axis does not have the layer's inputs.
    #[track_caller]
    pub fn step(&self, x: &Array, state: &LstmState) -> LstmState {
        expect_features("Lstm", x, self.input_weight.shape()[0]);
        self.gated(&(x.matmul(&self.input_weight) + &self.bias), state)
    }
    #[track_caller]
    fn gated(&self, from_input: &Array, state: &LstmState) -> LstmState {
        let (n, gates) = (self.hidden(), from_input + state.h.matmul(&self.hidden_weight));
        let gate = |k: usize| last(&gates, k * n, n);
        let c = gate(1).logistic() * &state.c + gate(0).logistic() * gate(2).tanh();
        LstmState { h: gate(3).logistic() * c.tanh(), c }
    }
    /// All steps of `[batch, time, inputs]`: the outputs `[batch, time, hidden]` and the last state.
    ///
    /// # Panics
    /// If the input has not three axes with the layer's inputs on the last, or no steps.
    #[track_caller]
    pub fn forward(&self, xs: &Array, start: &LstmState) -> (Array, LstmState) {
        expect_features("Lstm", xs, self.input_weight.shape()[0]);
        // What comes from the inputs is one product for all steps.
        let from_inputs = xs.matmul(&self.input_weight) + &self.bias;
        scan("Lstm", &from_inputs, start, |x, state| self.gated(x, state), |state| &state.h)
    }
}

/// The gated recurrent unit (Cho et al., 2014), as cuDNN and PyTorch have it: `r, z = σ(…)`,
/// `n = tanh(x·Wx + b + r∘(h·Wh + b′))`, `h′ = (1 − z)∘n + z∘h`.
///
/// ```
/// use pullback_array::{Array, DType, Key};
/// use pullback_nn::Gru;
/// let gru = Gru::new(3, 8, &Key::new(0));
/// let (ys, last) = gru.forward(&Array::full(&[2, 5, 3], 1.0, DType::F32), &gru.start(2));
/// assert_eq!((ys.shape(), last.shape()), (&[2, 5, 8][..], &[2, 8][..]));
/// ```
#[derive(Clone, Tree)]
pub struct Gru {
    /// `[inputs, 3·hidden]`: gates r, z, n.
    pub input_weight: Array,
    /// `[hidden, 3·hidden]`.
    pub hidden_weight: Array,
    /// `[3·hidden]`.
    pub input_bias: Array,
    /// `[3·hidden]`.
    pub hidden_bias: Array,
}

impl Gru {
    /// Glorot-uniform weights, biases 0.
    #[track_caller]
    pub fn new(inputs: usize, hidden: usize, key: &Key) -> Gru {
        let keys = key.split(2);
        Gru {
            input_weight: glorot_uniform(&keys[0], &[inputs, 3 * hidden]),
            hidden_weight: glorot_uniform(&keys[1], &[hidden, 3 * hidden]),
            input_bias: zeros(&[3 * hidden]),
            hidden_bias: zeros(&[3 * hidden]),
        }
    }
    /// The state before the first step: zeros `[batch, hidden]`.
    #[track_caller]
    pub fn start(&self, batch: usize) -> Array {
        Array::full(&[batch, self.hidden_weight.shape()[0]], 0.0, self.input_bias.dtype())
    }
    /// One step: input `[batch, inputs]`, state `[batch, hidden]` → the next state.
    ///
    /// # Panics
    /// If the last axis does not have the layer's inputs.
    #[track_caller]
    pub fn step(&self, x: &Array, h: &Array) -> Array {
        expect_features("Gru", x, self.input_weight.shape()[0]);
        self.gated(&(x.matmul(&self.input_weight) + &self.input_bias), h)
    }
    #[track_caller]
    fn gated(&self, from_input: &Array, h: &Array) -> Array {
        let n = self.hidden_weight.shape()[0];
        let from_hidden = h.matmul(&self.hidden_weight) + &self.hidden_bias;
        let (x, h_gate) = (|k: usize| last(from_input, k * n, n), |k: usize| last(&from_hidden, k * n, n));
        let r = (x(0) + h_gate(0)).logistic();
        let z = (x(1) + h_gate(1)).logistic();
        let new = (x(2) + r * h_gate(2)).tanh();
        &new + z * (h - &new)
    }
    /// All steps of `[batch, time, inputs]`: the outputs `[batch, time, hidden]` and the last state.
    ///
    /// # Panics
    /// If the input has not three axes with the layer's inputs on the last, or no steps.
    #[track_caller]
    pub fn forward(&self, xs: &Array, start: &Array) -> (Array, Array) {
        expect_features("Gru", xs, self.input_weight.shape()[0]);
        let from_inputs = xs.matmul(&self.input_weight) + &self.input_bias;
        scan("Gru", &from_inputs, start, |x, h| self.gated(x, h), |h| h)
    }
}

/// Steps along the middle axis of `[batch, time, features]`; the outputs stacked again, and the last state.
#[track_caller]
fn scan<S: Clone>(
    what: &str,
    xs: &Array,
    start: &S,
    step: impl Fn(&Array, &S) -> S,
    output: impl Fn(&S) -> &Array,
) -> (Array, S) {
    let &[batch, time, features] = xs.shape() else {
        refuse(
            format_args!("{what}: the layer takes [batch, time, inputs], not {} axes", xs.ndim()),
            &[("input", xs.at())],
        )
    };
    if time == 0 {
        refuse(format_args!("{what}: the series of {batch} have no steps"), &[("input", xs.at())])
    }
    let (mut state, mut outputs) = (start.clone(), vec![]);
    for t in 0..time {
        state = step(&xs.slice_axis(1, t, 1, 1).reshape([batch, features]), &state);
        let y = output(&state);
        outputs.push(y.reshape([batch, 1, y.shape()[1]]))
    }
    (concatenate(&outputs, 1), state)
}
