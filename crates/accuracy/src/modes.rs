//! Arrays: values and derivatives in every mode, plain, compiled and mapped.

use pullback_array::{Array, jit, jvp, vjp, vmap};

/// The ways to a derivative, by how many orders they give.
pub const MODES: [(&str, u32); 7] = [
    ("value", 0),
    ("reverse", 1),
    ("forward", 1),
    ("reverse over reverse", 2),
    ("forward over reverse", 2),
    ("reverse over forward", 2),
    ("forward over forward", 2),
];

/// A number that is compared: the mode, and by which arguments.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// The mode.
    pub mode: &'static str,
    /// The arguments, in order.
    pub by: Vec<usize>,
}

/// What [`all`] gives of a function of n arguments, in order.
pub fn quantities(n: usize) -> Vec<Quantity> {
    let mut out = vec![];
    for (mode, order) in MODES {
        for k in 0..n.pow(order) {
            let by = match order {
                0 => vec![],
                1 => vec![k],
                _ => vec![k / n, k % n],
            };
            out.push(Quantity { mode, by })
        }
    }
    out
}

/// A function of arrays.
pub type F<'a> = &'a dyn Fn(&[Array]) -> Array;

fn reverse(f: F, x: &[Array]) -> Vec<Array> {
    let (y, pullback) = vjp(|x: &Vec<Array>| f(x))(&x.to_vec());
    pullback(&y.ones_like())
}
/// By argument j alone: the others are constants.
fn forward(f: F, x: &[Array], j: usize) -> Array {
    along(|x| vec![f(x)], x, j).swap_remove(0)
}
fn along(f: impl Fn(&[Array]) -> Vec<Array>, x: &[Array], j: usize) -> Vec<Array> {
    let of = |xj: &Array| {
        let mut x = x.to_vec();
        x[j] = xj.clone();
        f(&x)
    };
    jvp(of)(&x[j], &x[j].ones_like()).1
}

/// f and its derivatives in the first modes, up to reverse over reverse, place by place.
pub fn first(f: F, x: &[Array]) -> Vec<Array> {
    let n = x.len();
    let mut out = vec![f(x)];
    out.extend(reverse(f, x));
    out.extend((0..n).map(|j| forward(f, x, j)));
    out.extend((0..n).flat_map(|j| reverse(&|x| reverse(f, x).swap_remove(j), x)));
    out
}
/// f and its derivatives in every mode, place by place.
pub fn all(f: F, x: &[Array]) -> Vec<Array> {
    let n = x.len();
    let mut out = first(f, x);
    // Row i holds the derivatives of slope i.
    let columns: Vec<Vec<Array>> = (0..n).map(|j| along(|x| reverse(f, x), x, j)).collect();
    out.extend((0..n).flat_map(|i| columns.iter().map(move |column| column[i].clone())));
    out.extend((0..n).flat_map(|j| reverse(&|x| forward(f, x, j), x)));
    out.extend(
        (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| forward(&|x| forward(f, x, j), x, i)),
    );
    out
}

/// How a function is run.
pub const TRANSFORMS: [&str; 3] = ["plain", "jit", "vmap"];

/// [`all`] or [`first`] of arrays of one axis, run so.
pub fn transformed(transform: &str, modes: fn(F, &[Array]) -> Vec<Array>, f: F, x: &[Array]) -> Vec<Array> {
    let x = x.to_vec();
    match transform {
        "jit" => jit(|x: &Vec<Array>| modes(f, x))(&x),
        "vmap" => vmap(|x: &Vec<Array>| modes(f, x))(&x),
        _ => modes(f, &x),
    }
}

/// Second derivatives, and first ones by forward mode, with zeros among the cotangents and tangents that are numbers,
/// not left out: every other place has the seed 0, and so must have the derivative 0.
pub fn beside(f: F, x: &[Array], seed: &Array) -> Vec<(Quantity, Array)> {
    let n = x.len();
    let mut out = vec![];
    let of = |x: &Vec<Array>| reverse(f, x);
    let (g, pullback) = vjp(of)(&x.to_vec());
    for j in 0..n {
        let u: Vec<Array> =
            g.iter().enumerate().map(|(k, g)| if k == j { seed.clone() } else { g.zeros_like() }).collect();
        for (i, h) in pullback(&u).into_iter().enumerate() {
            out.push((Quantity { mode: "reverse over reverse", by: vec![j, i] }, h))
        }
        let (_, h) = jvp(of)(&x.to_vec(), &u);
        for (i, h) in h.into_iter().enumerate() {
            out.push((Quantity { mode: "forward over reverse", by: vec![i, j] }, h))
        }
    }
    out
}
