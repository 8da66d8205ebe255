//! The program `pullback-bench`.
fn main() {}
