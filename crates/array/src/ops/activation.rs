//! Activation functions, by JAX's names. (`relu` and `softplus` are in the table of elementary functions.)

use crate::array::{Array, operation};
use crate::ops::where_;
use pullback_real::{Real, Unary};
use std::f64::consts::PI;

impl Array {
    /// ln(1/(1 + e⁻ˣ)).
    #[track_caller]
    pub fn log_sigmoid(&self) -> Array {
        let _operation = operation("log_sigmoid");
        -(-self).softplus()
    }
    /// min(max(x, 0), 6); its derivative at both edges is 0.
    #[track_caller]
    pub fn relu6(&self) -> Array {
        let _operation = operation("relu6");
        where_(&self.greater_equal(6.0), 6.0, self.relu())
    }
    /// x where x ≥ 0, else `slope`·x.
    #[track_caller]
    pub fn leaky_relu(&self, slope: f64) -> Array {
        let _operation = operation("leaky_relu");
        where_(&self.less(0.0), slope * self, self)
    }
    /// x where x > 0, else α(eˣ − 1).
    #[track_caller]
    pub fn elu(&self, alpha: f64) -> Array {
        let _operation = operation("elu");
        let (positive, below) = self.halves();
        where_(&positive, self, alpha * below.exp_m1())
    }
    /// x where x > 0, else α(e^(x/α) − 1).
    #[track_caller]
    pub fn celu(&self, alpha: f64) -> Array {
        let _operation = operation("celu");
        let (positive, below) = self.halves();
        where_(&positive, self, alpha * (below / alpha).exp_m1())
    }
    /// The self-normalising unit (Klambauer et al. 2017).
    #[track_caller]
    pub fn selu(&self) -> Array {
        let _operation = operation("selu");
        1.0507009873554805 * self.elu(1.6732632423543772)
    }
    /// Where x > 0, and x elsewhere (0 there: an exponential of it cannot overflow).
    #[track_caller]
    fn halves(&self) -> (Array, Array) {
        let positive = self.greater(0.0);
        let below = where_(&positive, 0.0, self);
        (positive, below)
    }
    /// x·Φ(x), Φ the normal distribution function.
    #[track_caller]
    pub fn gelu(&self) -> Array {
        let _operation = operation("gelu");
        let (x, held) = self.gated(40.0);
        x * held.norm_cdf()
    }
    /// The approximation of [`gelu`](Array::gelu) by tanh: ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
    #[track_caller]
    pub fn gelu_tanh(&self) -> Array {
        let _operation = operation("gelu_tanh");
        // ½(1 + tanh u) = 1/(1 + e^(−2u)), without cancellation.
        let doubled = 2.0 * (2.0 / PI).sqrt();
        let (x, held) = self.gated(22.0);
        x * (doubled * (&held + 0.044715 * held.powi(3))).logistic()
    }
    /// x/(1 + e⁻ˣ), also called swish.
    #[track_caller]
    pub fn silu(&self) -> Array {
        let _operation = operation("silu");
        let (x, held) = self.gated(760.0);
        x * held.logistic()
    }
    /// x·tanh(softplus(x)).
    #[track_caller]
    pub fn mish(&self) -> Array {
        let _operation = operation("mish");
        let (x, held) = self.gated(760.0);
        x * held.softplus().tanh()
    }
    /// The factor and the argument of the gate in x·gate(x), for a gate that is 0 below −`reach` and 1 above `reach`, to the last
    /// digit: there they are held, since an infinite x times a gate or a slope of 0 is none, and powers overflow.
    #[track_caller]
    fn gated(&self, reach: f64) -> (Array, Array) {
        let x = where_(&self.less_equal(-reach), -reach, self);
        let held = where_(&x.greater_equal(reach), reach, &x);
        (x, held)
    }
    /// x held within −1..=1.
    #[track_caller]
    pub fn hard_tanh(&self) -> Array {
        let _operation = operation("hard_tanh");
        self.clip(-1.0, 1.0)
    }
    /// relu6(x + 3)/6.
    #[track_caller]
    pub fn hard_sigmoid(&self) -> Array {
        let _operation = operation("hard_sigmoid");
        (self + 3.0).relu6() / 6.0
    }
    /// x·hard_sigmoid(x).
    #[track_caller]
    pub fn hard_silu(&self) -> Array {
        let _operation = operation("hard_silu");
        let (x, held) = self.gated(3.0);
        x * ((held + 3.0) * (1.0 / 6.0))
    }
    /// x/(|x| + 1).
    #[track_caller]
    pub fn soft_sign(&self) -> Array {
        Array::unary_op(Unary::SoftSign, self)
    }
    /// (x + √(x² + b))/2, accurate where x is far below 0.
    #[track_caller]
    pub fn squareplus(&self, b: f64) -> Array {
        let _operation = operation("squareplus");
        let s = self.hypot(b.sqrt());
        // Far below 0, where the terms cancel, the same is b/4 over the value at −x.
        let mirrored = (0.25 * b) / (0.5 * self.abs() + 0.5 * &s);
        where_(&self.less(-b.sqrt()), mirrored, 0.5 * (self + s))
    }
    /// The first half along an axis times the sigmoid of the second.
    ///
    /// # Panics
    /// If the axis is out of range or its extent odd.
    #[track_caller]
    pub fn glu(&self, axis: isize) -> Array {
        let _operation = operation("glu");
        let halves = self.split(2, axis);
        &halves[0] * halves[1].logistic()
    }
}
