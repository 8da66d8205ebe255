//! Derivatives by differences, each with an estimate of its error: the reference for checks of derivatives.

/// A derivative by differences.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// The derivative.
    pub value: f64,
    /// The estimated error of the derivative, by truncation and by the roundoff of the function.
    pub error: f64,
    /// The part of the error due to roundoff at the best step.
    pub roundoff: f64,
}

impl Difference {
    /// Whether `derivative`, up to the relative `tolerance`, agrees with this one. `noise` is the roundoff of
    /// terms that cancel. Four times the estimated error is allowed as well. A wild estimate excuses little:
    /// the extra allowance is at most a thousandth of the size, four times the roundoff and 300 times the
    /// noise.
    pub fn agrees(&self, derivative: f64, tolerance: f64, noise: f64) -> bool {
        let size = derivative.abs().max(self.value.abs());
        let most = 1e-3 * size + 4.0 * self.roundoff + 300.0 * noise;
        let allowed = tolerance * size + noise + (4.0 * self.error).min(most);
        (derivative - self.value).abs() <= allowed
    }
}

/// The derivatives at 0 of the results of a function of one number, each by itself: central differences at shrinking
/// steps, extrapolated to step 0 (C. J. F. Ridders, Advances in Engineering Software 4, 1982).
///
/// `epsilon` is the relative error of a value of `f`.
pub fn differences(
    mut f: impl FnMut(f64) -> Vec<f64>,
    step: f64,
    steps: usize,
    epsilon: f64,
) -> Vec<Difference> {
    const SHRINK: f64 = 1.6;
    let mut best: Vec<Difference> = Vec::new();
    let mut largest: Vec<f64> = Vec::new();
    let mut last: Vec<Vec<f64>> = Vec::new();
    for k in 0..steps {
        let h = step / SHRINK.powi(k as i32);
        let (up, down) = (f(h), f(-h));
        best.resize(up.len(), Difference { value: f64::NAN, error: f64::INFINITY, roundoff: 0.0 });
        largest.resize(up.len(), 0.0);
        for (largest, (u, d)) in largest.iter_mut().zip(up.iter().zip(&down)) {
            *largest = largest.max(u.abs()).max(d.abs())
        }
        let mut row = vec![up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * h)).collect::<Vec<f64>>()];
        let mut factor = SHRINK * SHRINK;
        for coarser in &last {
            let finer = row.last().expect("the difference itself");
            let next: Vec<f64> =
                finer.iter().zip(coarser).map(|(a, b)| a + (a - b) / (factor - 1.0)).collect();
            for (i, best) in best.iter_mut().enumerate() {
                // Extrapolation makes roundoff a little larger.
                let roundoff = 2.0 * epsilon * largest[i] / h;
                let error = (next[i] - finer[i]).abs().max((next[i] - coarser[i]).abs()) + roundoff;
                if error < best.error {
                    *best = Difference { value: next[i], error, roundoff }
                }
            }
            row.push(next);
            factor *= SHRINK * SHRINK;
        }
        last = row
    }
    best
}
