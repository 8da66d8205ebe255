//! The graph of a function and of its gradient, in the DOT language: what was recorded, to look at.
//!
//! ```sh
//! cargo run --example dot_graph > graph.dot && dot -Tsvg graph.dot > graph.svg
//! ```

mod common;
use common::Example;
use pullback::array::{Array, DType, Real, grad, graph};
use pullback::real::Tape;

fn loss((w, x): &(Array, Array)) -> Array {
    w.matmul(x).named("s").logistic().named("y").square().sum()
}

fn main() {
    let _ = Example::start();
    let at = (Array::ones(&[2, 3], DType::F64), Array::ones(&[3], DType::F64));
    let (forward, both) = (graph(loss)(&at), graph(grad(loss))(&at));
    println!("{}", both.to_dot());
    eprintln!("the function:\n{forward}\nits gradient:\n{both}");
    let names = |g: &pullback::array::Graph| g.steps().iter().map(|s| s.name.clone()).collect::<Vec<_>>();
    let matmuls = |g| names(g).iter().filter(|n| *n == "matmul").count();
    assert_eq!((matmuls(&forward), names(&forward).contains(&"logistic".into())), (1, true));
    eprintln!("one product forward, {} in the gradient", matmuls(&both));

    // The same for scalars, with values and adjoints.
    let t = Tape::new();
    let (x, y) = (t.named("x1", 2.0), t.named("x2", 3.0));
    let z = x * y + x.sin();
    eprintln!("{}", z.grad());
    assert!(z.grad().to_dot().contains("->"));
}
