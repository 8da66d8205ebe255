//! Whole programs, as a user would write them.

mod dynamics;
mod functions;
mod models;

pub use dynamics::ROWS as DYNAMICS;
pub use functions::ROWS as FUNCTIONS;
pub use models::ROWS as MODELS;
