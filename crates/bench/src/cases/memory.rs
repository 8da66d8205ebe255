//! A deep network's gradient within a budget of memory, against the same without.

use super::gradient::numbers;
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, DType, Real, grad, gradient_memory, jit, tree, with_budget};

const LAYERS: usize = 96;
const WIDTH: usize = 128;
const BATCH: usize = 1024;

type Net = (Vec<Array>, Array);

fn loss((ws, x): &Net) -> Array {
    ws.iter().fold(x.clone(), |x, w| &x + 0.1 * x.matmul(w).gelu()).square().mean()
}
fn size((ws, _): &Net) -> f64 {
    ws.iter().map(|w| w.cast(DType::F64).square().sum().item()).sum()
}

/// The cases.
pub fn all() -> Vec<Named> {
    vec![named("budget96", budget)]
}

fn budget() -> Case {
    let layer = |k: usize| 0.1 * numbers(&[WIDTH, WIDTH], k as u64, DType::F32);
    let net: Net = ((0..LAYERS).map(layer).collect(), numbers(&[BATCH, WIDTH], 1000, DType::F32));
    tree::eval(&net);
    let plain = gradient_memory(loss)(&net);
    let within = with_budget(plain / 8, loss);
    let taken = gradient_memory(&within)(&net);
    let (thrifty, lavish) = (jit(grad(within)), jit(grad(loss)));
    let data = net.clone();
    Case {
        check: Box::new(move || {
            let small = grad(with_budget(plain / 8, loss))(&data);
            compare("the gradient's size", size(&small), size(&grad(loss)(&data)), 1e-4)
        }),
        run: Box::new({
            let net = net.clone();
            move || drop(thrifty(&net))
        }),
        primal: Box::new(move || drop(lavish(&net))),
        note: Box::new(move |_| {
            let mib = |bytes: usize| bytes as f64 / (1 << 20) as f64;
            format!(
                "{:.1} MiB beside the inputs instead of {:.1}; the ratio is that of the times",
                mib(taken),
                mib(plain)
            )
        }),
    }
}
