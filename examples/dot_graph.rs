//! The graph of a function and that of its gradient, as a listing and in the DOT language: what was recorded, to look at.
//!
//! ```sh
//! cargo run --example dot_graph && dot -Tsvg target/examples/dot_graph.dot > graph.svg
//! ```

mod common;
use common::{Example, claim};
use pullback::array::graph::{Graph, graph};
use pullback::array::{Array, DType, Real, grad};
use pullback::real::Tape;

fn loss((w, x): &(Array, Array)) -> Array {
    w.matmul(x).named("s").logistic().named("y").square().sum()
}

fn main() {
    let example = Example::start();
    let at = (Array::ones(&[2, 3], DType::F64), Array::ones(&[3], DType::F64));
    let (forward, both) = (graph(loss)(&at), graph(grad(loss))(&at));
    println!("the function:\n{forward}\nits gradient:\n{both}");
    example.save("dot_graph.dot", &both.to_dot());
    let count = |g: &Graph, name: &str| g.nodes().iter().filter(|s| s.name == name).count();
    claim("the function has one product of matrices", count(&forward, "matmul") == 1);
    claim("its gradient has two more, one for each factor", count(&both, "matmul") == 3);

    // The same for scalars, with values and adjoints.
    let t = Tape::new();
    let (x, y) = (t.named("x1", 2.0), t.named("x2", 3.0));
    let z = x * y + x.sin();
    println!("{}", z.grad());
    example.save("dot_graph_scalars.dot", &z.grad().to_dot());
    let edges = z.grad().to_dot().matches("->").count();
    claim("x1·x2 + sin x1 is three operations with five edges", edges == 5);
}
