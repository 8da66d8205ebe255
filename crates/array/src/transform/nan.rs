//! Where a NaN comes from: the operation of a function that made the first one.

use super::aliased;
use super::jvp::between;
use crate::array::{Array, Trace};
use crate::dtype::DType;
use crate::prim::Prim;
use crate::tree::{Tree, leaves, named_leaves};
use num_complex::Complex64;
use std::fmt;
use std::panic::Location;

/// The operation that made the first NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Nan {
    /// Its name; `input` for an input that holds a NaN, `constant` for such an array that depends on no
    /// input.
    pub operation: String,
    /// The path of the input, or the name that the operation's result was [given](Array::named).
    pub label: Option<String>,
    /// The place of the first NaN among the elements, in row-major order.
    pub element: usize,
    /// The extents of the result's axes.
    pub shape: Vec<usize>,
    /// The line of user code that made it; in a derivative, the line of the operation that is differentiated.
    pub at: &'static Location<'static>,
}
impl fmt::Display for Nan {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Nan { operation, label, element, shape, at } = self;
        let label = label.as_ref().map_or(String::new(), |l| format!(" `{l}`"));
        write!(
            f,
            "the first NaN is made by {operation}{label}: element {element} of shape {shape:?}\n  made at {at}"
        )
    }
}

/// From f: the operation that makes the first NaN, if any does. For a gradient, take `find_nan(grad(f))`.
///
/// Every operation is evaluated by itself, which is slow: this is for debugging.
///
/// ```
/// use pullback_array::{Array, Real, find_nan, grad};
/// let f = |x: &Array| x.square().sqrt().sum();
/// let x = Array::from([1.0, 0.0]);
/// assert_eq!(find_nan(f)(&x), None);
/// // ∞·0, where the root's slope meets the square's.
/// let nan = find_nan(grad(f))(&x).unwrap();
/// assert_eq!((&*nan.operation, nan.element), ("mul", 1));
/// ```
pub fn find_nan<P: Tree + Clone, Q: Tree + Clone>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> Option<Nan> {
    move |p| {
        for (path, x) in named_leaves(p) {
            if let Some(element) = first(&x) {
                let label = Some(path).filter(|path| !path.is_empty());
                return Some(found(&x, "input", label, element));
            }
        }
        // Nodes are kept for the oldest running transform they depend on: this one is older than those in f.
        let running = Trace::start();
        let (x, inputs) = aliased(p, &running.0);
        let y = f(&x);
        let nodes = between(inputs.first()?.0.id, &leaves(&y));
        nodes.iter().find_map(|node| {
            let element = first(node)?;
            let (prim, args) = node.parts();
            let (name, label) = match prim {
                Prim::Custom(call, _) if call.is_name => ("named", Some(call.name.to_string())),
                Prim::Custom(call, _) => (call.name, None),
                _ => (prim.name(), None),
            };
            // The older nodes have no NaN, so an argument with one does not depend on the inputs.
            let constant = prim.inputs(&args).iter().find_map(|a| Some((a, first(a)?)));
            Some(match constant {
                Some((a, element)) => found(a, "constant", None, element),
                None => found(node, name, label, element),
            })
        })
    }
}

fn found(x: &Array, operation: &str, label: Option<String>, element: usize) -> Nan {
    Nan { operation: operation.into(), label, element, shape: x.shape().to_vec(), at: x.at() }
}

/// The index of the first NaN, in row-major order.
fn first(x: &Array) -> Option<usize> {
    match x.dtype() {
        DType::I32 | DType::I64 | DType::Bool => None,
        DType::F32 => x.to_vec::<f32>().iter().position(|x| x.is_nan()),
        DType::F64 => x.to_vec::<f64>().iter().position(|x| x.is_nan()),
        DType::C64 | DType::C128 => {
            x.cast(DType::C128).to_vec::<Complex64>().iter().position(|z| z.re.is_nan() || z.im.is_nan())
        }
    }
}
