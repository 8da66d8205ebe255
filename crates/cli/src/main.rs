//! The program `pullback`.
fn main() {}
