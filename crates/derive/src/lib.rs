//! `#[derive(Tree)]`.
use proc_macro::TokenStream;
/// tmp
#[proc_macro_derive(Tree, attributes(tree))]
pub fn derive(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
