//! The passes of the compiler run in the order in which `compile.rs` lists them.

use crate::array::{Array, Trace};
use crate::dtype::DType;
use crate::eval::compile::compile;
use crate::eval::passes::RAN;
use crate::shape::Shape;
use pullback_real::Real;

#[test]
fn passes_run_in_the_order_of_their_list() {
    let rows = include_str!("../compile.rs").lines().filter_map(|line| line.strip_prefix("//! | [`"));
    let listed: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let trace = Trace::start();
    let x = Array::placeholder(Shape::new(&[8]), DType::F64, "test", &trace.0);
    let y = x.sin().cumsum(0) + &x;
    RAN.take();
    compile(&[x], &[y], &[true], true);
    assert_eq!(RAN.take(), listed);
    assert!(listed.len() >= 10, "{listed:?}")
}
