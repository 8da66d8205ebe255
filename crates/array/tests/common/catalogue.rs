//! The operations: a name, and how a case is drawn.

use super::{Case, Draw, elementwise, indexing, loops, matrices, movement, products, reductions};

/// A row of the catalogue.
pub struct Operation {
    pub name: &'static str,
    pub draw: fn(&mut Draw) -> Case,
}

/// Rows `name => |draw| case`.
macro_rules! operations {
    ($($name:literal => $draw:expr;)*) => {
        pub const ROWS: &[$crate::common::catalogue::Operation] =
            &[$($crate::common::catalogue::Operation { name: $name, draw: $draw },)*];
    };
}
pub(crate) use operations;

/// Every operation.
pub fn all() -> impl Iterator<Item = &'static Operation> {
    let files = [
        elementwise::ROWS,
        movement::ROWS,
        indexing::ROWS,
        reductions::ROWS,
        products::ROWS,
        matrices::ROWS,
        loops::ROWS,
    ];
    files.into_iter().flatten()
}
