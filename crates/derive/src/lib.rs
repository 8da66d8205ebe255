//! `#[derive(Tree)]`: a struct or enum made of arrays visits its leaves, field by field.
//!
//! Two macros of one meaning are here, because generated code must name the crate of arrays by a path the user has:
//! [`macro@Tree`] says `::pullback_array`, [`macro@TreeInPullback`] says `::pullback::array`. Each crate re-exports
//! its own under the name `Tree`.
#![forbid(unsafe_code)]

mod attributes;
mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input, parse_quote};

/// Makes a struct or enum a tree: its leaves are those of its fields, in order.
///
/// A leaf's path is made of the names of fields (numbers in tuple structs); in an enum the variant's name comes first,
/// and a variant's only unnamed field has that name alone. Every type parameter that a field mentions gets the bound
/// `Tree`.
///
/// - `#[tree(skip)]` on a field: it has no leaves. It stays as it is in whatever a transform returns. A function that
///   `jit` keeps does not see it change.
/// - `#[tree(crate = some::path)]` on the type: where the crate of arrays is, if it has been renamed.
///
/// ```
/// use pullback_array::{Array, Tree, tree::named_leaves};
/// #[derive(Clone, Tree)]
/// struct Linear { w: Array, b: Array }
/// #[derive(Clone, Tree)]
/// enum Layer { Dense(Linear), Scale { by: Array }, Flatten }
/// #[derive(Clone, Tree)]
/// struct Model<H> {
///     layers: Vec<Layer>,
///     head: H,
///     #[tree(skip)]
///     name: std::path::PathBuf,
/// }
/// let one = || Array::from(1.0);
/// let layers = vec![Layer::Dense(Linear { w: one(), b: one() }), Layer::Scale { by: one() }, Layer::Flatten];
/// let model = Model { layers, head: (one(), one()), name: "digits".into() };
/// let names: Vec<String> = named_leaves(&model).into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["layers.0.Dense.w", "layers.0.Dense.b", "layers.1.Scale.by", "head.0", "head.1"]);
/// ```
///
/// A field that is no tree says so where it stands:
///
/// ```compile_fail
/// # use pullback_array::{Array, Tree};
/// #[derive(Tree)]
/// struct Model { w: Array, at: std::time::Instant }
/// ```
///
/// Unions have no leaves that could be told apart, and an attribute nobody knows is an error:
///
/// ```compile_fail
/// # use pullback_array::Tree;
/// #[derive(Tree)]
/// union Bits { a: u32, b: f32 }
/// ```
/// ```compile_fail
/// # use pullback_array::{Array, Tree};
/// #[derive(Tree)]
/// struct Model { #[tree(frozen)] w: Array }
/// ```
#[proc_macro_derive(Tree, attributes(tree))]
pub fn tree(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::expand(&input, parse_quote!(::pullback_array)).into()
}

/// [`macro@Tree`] for users of the crate `pullback`, which re-exports it under that name.
#[proc_macro_derive(TreeInPullback, attributes(tree))]
pub fn tree_in_pullback(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::expand(&input, parse_quote!(::pullback::array)).into()
}

/// The lines of the README run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
