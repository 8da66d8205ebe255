//! Checks of derivatives, for the tests of this crate and of programs that use it.

mod jacobians;

pub use jacobians::{Compared, jacobians};

use crate::array::Array;
use crate::dtype::DType;
use crate::transform::{jvp, vjp};
use crate::tree::{Path, Tree, leaves, map, named_leaves};
use num_complex::Complex64;
use pullback_real::differences::differences;
use std::rc::Rc;

/// Checks the derivatives of `f` at `x`, up to an order: forward mode against extrapolated central differences along two
/// directions, and reverse against forward mode by ⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩. The next order is the same check of the gradient.
///
/// Every element of the result is compared by itself, within the accuracy of the differences: their
/// truncation error, estimated from several steps, and the roundoff of the element's own value. The second
/// direction is long where the gradient is small, so that a small derivative beside a large one counts as
/// much.
///
/// Complex arrays are pairs of real numbers here, under this crate's convention: ⟨u, v⟩ is the real part of Σ u·v.
///
/// Take points where f is smooth within ±0.01, and `f64`: `f32` is checked to about two digits.
///
/// ```
/// use pullback_array::{Array, Real, check::check_grads};
/// check_grads(|x: &Array| x.sin() * x, &Array::from([0.3, -1.2]), 2);
/// ```
///
/// # Panics
/// If a derivative is wrong, naming the order, the leaf, and both numbers. If the order is 0.
#[track_caller]
pub fn check_grads<P, Q>(f: impl Fn(&P) -> Q, x: &P, order: usize)
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    assert!(order > 0, "check_grads: `order` is 0, and there is nothing to check");
    climb(&f, x, order)
}

#[track_caller]
fn climb<'f, P, Q>(f: &'f dyn Fn(&P) -> Q, x: &P, order: usize)
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    let mut scale = first_order("order 1", f, x, 0.0);
    let u = like(&f(x), 1);
    // The gradient of ⟨u, f⟩, then the gradient of ⟨another u, that gradient⟩, …
    let mut g: Rc<dyn Fn(&P) -> P + 'f> = Rc::new(move |x| vjp(|x: &P| f(x))(x).1(&u));
    for k in 2..=order {
        scale = first_order(&format!("order {k}"), &*g, x, scale);
        let (inner, u) = (g, like(x, k as u64));
        g = Rc::new(move |x| vjp(|x: &P| inner(x))(x).1(&u))
    }
}

/// Checks first derivatives, and returns the largest magnitude of a value so far; `scale` is that of lower
/// orders. Tolerances take it into account: where elements are sums of common terms, an element that is 0 has
/// the roundoff of the terms, and derivatives keep it.
#[track_caller]
fn first_order<P, Q>(what: &str, f: &dyn Fn(&P) -> Q, x: &P, scale: f64) -> f64
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    let y = f(x);
    let scale = leaves(&y).iter().map(|y| largest(numbers(y))).fold(scale, f64::max);
    let u = like(&y, 12);
    let reverse = vjp(|x: &P| f(x))(x).1(&u);
    for v in [like(x, 11), balanced(&reverse, &like(x, 13))] {
        along(what, f, x, (&u, &reverse), &v, scale)
    }
    scale
}

/// The largest finite magnitude.
fn largest(numbers: Vec<f64>) -> f64 {
    numbers.into_iter().filter(|x| x.is_finite()).fold(0.0, |most, x| most.max(x.abs()))
}

/// The checks along one direction `v`, given a cotangent `u` and its pullback `reverse`.
#[track_caller]
fn along<P, Q>(what: &str, f: &dyn Fn(&P) -> Q, x: &P, (u, reverse): (&Q, &P), v: &P, scale: f64)
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    let (_, forward) = jvp(|x: &P| f(x))(x, v);
    let narrow = leaves(x).iter().any(|x| x.dtype().real() == DType::F32);
    let (step, loose, tight, epsilon) = match narrow {
        true => (0.04, 2e-3, 1e-3, 16.0 * f64::from(f32::EPSILON)),
        false => (4e-3, 1e-6, 1e-9, 16.0 * f64::EPSILON),
    };
    let named = || named_leaves(&forward).into_iter().filter(|(_, t)| t.dtype().is_differentiable());
    let at = |s: f64| -> Vec<f64> {
        let all = leaves(&f(&moved(x, v, s)));
        all.iter().filter(|y| y.dtype().is_differentiable()).flat_map(numbers).collect()
    };
    let mut here = at(0.0).into_iter();
    let mut by_differences = differences(at, step, 5, epsilon).into_iter();
    for (path, t) in named() {
        let noise = 32.0 * epsilon * largest(numbers(&t)).max(scale);
        for (i, t) in numbers(&t).into_iter().enumerate() {
            let n = by_differences.next().expect("as many numbers");
            // A number that is 0 up to the roundoff of its terms: differences divide that roundoff by the
            // step.
            let vanishes = here.next().is_some_and(|y| y.abs() <= 4.0 * epsilon * scale);
            let noise = if vanishes { noise.max(4.0 * epsilon * scale / step) } else { noise };
            if !n.agrees(t, loose, noise) {
                panic!(
                    "check_grads, {what}: forward mode gives {t}, differences {} ± {:.0e} (output leaf `{path}`, element {i})",
                    n.value, n.error
                )
            }
        }
    }
    let (left, right) = (dot(u, &forward), dot(reverse, v));
    // Where the terms of a derivative cancel, their roundoff remains.
    let size = dot_size(u, &forward).max(dot_size(reverse, v));
    let equal = left == right || (left - right).abs() <= tight * size + epsilon * scale;
    if !equal {
        panic!("check_grads, {what}: forward mode gives ⟨u, J·v⟩ = {left}, reverse ⟨Jᵀ·u, v⟩ = {right}")
    }
}

/// The direction `v`, scaled so that all elements of a gradient count alike: an element's factor is at most
/// 1, and inversely proportional to its size.
fn balanced<P: Tree + Clone>(g: &P, v: &P) -> P {
    let size = |g: &Array| -> Vec<f64> {
        let parts = numbers(g);
        match g.dtype().is_complex() {
            true => parts.chunks(2).map(|z| z[0].hypot(z[1])).collect(),
            false => parts.iter().map(|g| g.abs()).collect(),
        }
    };
    let all: Vec<Vec<f64>> = leaves(g).iter().map(size).collect();
    let least = all.iter().flatten().copied().filter(|g| *g > 0.0).fold(f64::INFINITY, f64::min);
    let (mut v, mut all) = (v.clone(), all.into_iter());
    v.visit(&Path::Root, &mut |_, v| {
        let sizes = all.next().expect("as many leaves");
        if v.dtype().is_differentiable() {
            let factors: Vec<f64> = sizes.iter().map(|g| if *g > 0.0 { least / g } else { 1.0 }).collect();
            *v = &*v * Array::from_slice(&factors, v.shape()).cast(v.dtype())
        }
    });
    v
}

/// A tree of the same shapes with arbitrary numbers in −1..1, the same in every run; integers and bools as zeros.
fn like<T: Tree + Clone>(tree: &T, salt: u64) -> T {
    let mut state = salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut number = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    map(tree, |x| match x.dtype().is_differentiable() {
        true if x.dtype().is_complex() => {
            let data: Vec<Complex64> = (0..x.size()).map(|_| Complex64::new(number(), number())).collect();
            Array::from_slice(&data, x.shape()).cast(x.dtype())
        }
        true => {
            let data: Vec<f64> = (0..x.size()).map(|_| number()).collect();
            Array::from_slice(&data, x.shape()).cast(x.dtype())
        }
        false => x.zeros_like(),
    })
}
/// x + s·v; integers and bools stay.
fn moved<P: Tree + Clone>(x: &P, v: &P, s: f64) -> P {
    let (mut x, mut v) = (x.clone(), leaves(v).into_iter());
    x.visit(&Path::Root, &mut |_, x| {
        let v = v.next().expect("as many leaves");
        if x.dtype().is_differentiable() {
            *x = &*x + v * s
        }
    });
    x
}
/// x with `by` added to the j-th real number of leaf k.
fn moved_at<P: Tree + Clone>(x: &P, k: usize, j: usize, by: f64) -> P {
    let (mut x, mut leaf) = (x.clone(), 0);
    x.visit(&Path::Root, &mut |_, x| {
        if leaf == k {
            let mut data = numbers(x);
            data[j] += by;
            *x = match x.dtype().is_complex() {
                true => {
                    let pairs: Vec<Complex64> = data.chunks(2).map(|z| Complex64::new(z[0], z[1])).collect();
                    Array::from_slice(&pairs, x.shape()).cast(x.dtype())
                }
                false => Array::from_slice(&data, x.shape()).cast(x.dtype()),
            }
        }
        leaf += 1
    });
    x
}
/// The elements; of complex arrays, the real and the imaginary part of each.
fn numbers(x: &Array) -> Vec<f64> {
    match x.dtype().is_complex() {
        true => x.cast(DType::C128).to_vec::<Complex64>().into_iter().flat_map(|z| [z.re, z.im]).collect(),
        false => x.cast(DType::F64).to_vec(),
    }
}
fn dot<T: Tree + Clone>(x: &T, y: &T) -> f64 {
    products(x, y).iter().sum()
}
fn dot_size<T: Tree + Clone>(x: &T, y: &T) -> f64 {
    products(x, y).iter().map(|p| p.abs()).sum()
}
fn products<T: Tree + Clone>(x: &T, y: &T) -> Vec<f64> {
    let pairs = leaves(x).into_iter().zip(leaves(y)).filter(|(x, _)| x.dtype().is_differentiable());
    pairs
        .flat_map(|(x, y)| {
            // The real part of a complex product.
            let sign = if x.dtype().is_complex() { -1.0 } else { 1.0 };
            let products = numbers(&x).into_iter().zip(numbers(&y)).map(|(x, y)| x * y);
            products.enumerate().map(move |(k, p)| if k % 2 == 1 { sign * p } else { p }).collect::<Vec<_>>()
        })
        .collect()
}
