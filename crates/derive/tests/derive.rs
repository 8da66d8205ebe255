//! The derive on every shape of type, and what it makes of generics, attributes and trait objects.

use pullback_array::{
    Array, DType, Tree, grad,
    tree::{self, leaves, map, named_leaves},
};
use std::collections::BTreeMap;
use std::marker::PhantomData;

fn one() -> Array {
    Array::from(1.0)
}
fn names<T: Tree + Clone>(tree: &T) -> Vec<String> {
    named_leaves(tree).into_iter().map(|(name, _)| name).collect()
}

#[derive(Clone, Tree)]
struct Unit;
#[derive(Clone, Tree)]
struct Pair(Array, #[tree(skip)] &'static [u8], Array);
#[derive(Clone, Tree)]
pub(crate) struct Named {
    pub r#type: Array,
    pub(crate) rate: f64,
    pairs: [Pair; 2],
}

#[test]
fn structs() {
    let pair = || Pair(one(), b"kept", one());
    assert!(names(&Unit).is_empty());
    assert_eq!(names(&pair()), ["0", "2"]);
    let named = Named { r#type: one(), rate: 0.1, pairs: [pair(), pair()] };
    assert_eq!(names(&named), ["type", "pairs.0.0", "pairs.0.2", "pairs.1.0", "pairs.1.2"]);
    let doubled = map(&named, |x| x * 2.0);
    assert_eq!((doubled.pairs[1].2.item(), doubled.pairs[1].1, doubled.rate), (2.0, &b"kept"[..], 0.1));
}

#[derive(Clone, Tree)]
enum Layer {
    Dense(Pair),
    Two(Array, Array),
    Norm {
        scale: Array,
        #[tree(skip)]
        _running: Array,
    },
    Relu,
}
#[derive(Clone, Tree)]
enum Never {}

#[test]
fn enums() {
    let pair = Pair(one(), b"", one());
    let norm = Layer::Norm { scale: one(), _running: one() };
    let layers = vec![Layer::Dense(pair), Layer::Two(one(), one()), norm, Layer::Relu];
    assert_eq!(names(&layers), ["0.Dense.0", "0.Dense.2", "1.Two.0", "1.Two.1", "2.Norm.scale"]);
    assert!(names(&None::<Never>).is_empty());
}

trait Family {
    type Leaf: Clone;
}
#[derive(Clone)]
struct Arrays;
impl Family for Arrays {
    type Leaf = Array;
}
type Callback = fn(f64) -> f64;
/// Not a tree; a parameter that only skipped fields mention needs no bound.
#[derive(Clone)]
struct Opaque;

#[derive(Clone, Tree)]
struct Generic<'a, A, B: Clone, F, C = Array, const N: usize = 2>
where
    A: Clone,
    F: Family,
{
    a: Vec<Option<(A, C)>>,
    leaf: F::Leaf,
    other: <F as Family>::Leaf,
    #[tree(skip)]
    b: PhantomData<B>,
    #[tree(skip)]
    name: &'a str,
    #[tree(skip)]
    f: Option<Callback>,
    arrays: [Array; N],
}
#[derive(Clone, Tree)]
struct List<T> {
    head: T,
    rest: Option<Box<List<T>>>,
}

#[test]
fn generics() {
    let name = String::from("outer");
    let tree: Generic<_, Opaque, Arrays> = Generic {
        a: vec![None, Some((one(), one()))],
        leaf: one(),
        other: one(),
        b: PhantomData,
        name: &name,
        f: None,
        arrays: [one(), one()],
    };
    assert_eq!(names(&tree), ["a.1.0", "a.1.1", "leaf", "other", "arrays.0", "arrays.1"]);
    assert_eq!((tree.name, tree.f.is_none(), tree.b), ("outer", true, PhantomData));
    let list = List { head: one(), rest: Some(Box::new(List { head: one(), rest: None })) };
    assert_eq!(names(&list), ["head", "rest.head"]);
}

/// Arrays may live in a crate of another name.
mod elsewhere {
    pub mod arrays {
        pub use pullback_array::{Tree, tree};
    }
}
#[derive(Clone, Tree)]
#[tree(crate = elsewhere::arrays)]
struct Renamed {
    w: Array,
}

#[test]
fn another_crate_name() {
    assert_eq!(names(&Renamed { w: one() }), ["w"]);
}

/// Layers chosen at run time: `Tree` is dyn-compatible.
trait Forward: Tree {
    fn forward(&self, x: &Array) -> Array;
    fn boxed(&self) -> Box<dyn Forward>;
}
impl Clone for Box<dyn Forward> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}
#[derive(Clone, Tree)]
struct Scale {
    by: Array,
}
#[derive(Clone, Tree)]
struct Shift {
    to: Array,
    order: Array,
}
impl Forward for Scale {
    fn forward(&self, x: &Array) -> Array {
        x * &self.by
    }
    fn boxed(&self) -> Box<dyn Forward> {
        Box::new(self.clone())
    }
}
impl Forward for Shift {
    fn forward(&self, x: &Array) -> Array {
        x + &self.to
    }
    fn boxed(&self) -> Box<dyn Forward> {
        Box::new(self.clone())
    }
}
#[derive(Clone, Tree)]
struct Network {
    layers: Vec<Box<dyn Forward>>,
    by_name: BTreeMap<String, Box<dyn Forward>>,
}

#[test]
fn trait_objects() {
    let order = Array::from([1i64, 0]);
    let network = Network {
        layers: vec![Box::new(Scale { by: Array::from(3.0) }), Box::new(Shift { to: one(), order })],
        by_name: [("last".to_string(), Box::new(Scale { by: Array::from(5.0) }) as _)].into(),
    };
    assert_eq!(names(&network), ["layers.0.by", "layers.1.to", "layers.1.order", "by_name.last.by"]);
    let loss = |n: &Network| {
        let y = n.layers.iter().fold(Array::from(2.0), |x, layer| layer.forward(&x));
        n.by_name["last"].forward(&y)
    };
    let g = leaves(&grad(loss)(&network));
    assert_eq!((g[0].item(), g[1].item(), g[3].item()), (10.0, 5.0, 7.0));
    assert_eq!((g[2].dtype(), g[2].to_vec::<i64>()), (DType::I64, vec![0, 0]));
}

#[test]
fn one_leaf_at_a_time() {
    let mut named =
        Named { r#type: one(), rate: 1.0, pairs: [Pair(one(), b"", one()), Pair(one(), b"", one())] };
    let mut count = 0;
    named.visit(&tree::Path::Root.field("model"), &mut |path, _| {
        assert!(path.to_string().starts_with("model."));
        count += 1
    });
    assert_eq!(count, 5);
}
