//! From the definition of a type to its `impl Tree`.

use crate::attributes::{crate_path, expect_none, is_skipped};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Index, Member, Path, Result, Type, parse_quote};

/// The impl, or the compile error.
pub fn expand(input: &DeriveInput, default_crate: Path) -> TokenStream {
    implement(input, default_crate).unwrap_or_else(Error::into_compile_error)
}

fn implement(input: &DeriveInput, default_crate: Path) -> Result<TokenStream> {
    let krate = crate_path(&input.attrs)?.unwrap_or(default_crate);
    let (mut types, mut constants) = (vec![], vec![]);
    let arms = match &input.data {
        Data::Struct(data) => {
            vec![arm(&krate, quote!(Self), &data.fields, None, &mut types, &mut constants)?]
        }
        Data::Enum(data) => {
            let arm = |v: &syn::Variant| {
                expect_none(&v.attrs)?;
                let name = &v.ident;
                arm(&krate, quote!(Self::#name), &v.fields, Some(name), &mut types, &mut constants)
            };
            data.variants.iter().map(arm).collect::<Result<_>>()?
        }
        Data::Union(data) => {
            let message = "a union cannot be a tree: nothing says which field is alive; use an enum";
            return Err(Error::new(data.union_token.span(), message));
        }
    };
    // An enum without variants has no value to look into.
    let this = if arms.is_empty() { quote!(*self) } else { quote!(self) };
    let name = &input.ident;
    let generics = bounded(input, &krate, &types);
    let (parameters, arguments, conditions) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters #krate::Tree for #name #arguments #conditions {
            #[allow(unused_variables, unused_qualifications)]
            fn visit(&mut self, path: &#krate::tree::Path<'_>, f: &mut #krate::tree::Visitor<'_>) {
                match #this { #(#arms)* }
            }
            #[allow(unused_variables, unused_qualifications)]
            fn constants(&self, hash: &mut dyn ::core::hash::Hasher) {
                match #this { #(#constants)* }
            }
        }
    })
}

/// The match arm that visits the fields of a struct or variant; `types` collects the types it visits, `constants` the
/// arms that hash them.
fn arm(
    krate: &Path,
    pattern: TokenStream,
    fields: &Fields,
    variant: Option<&Ident>,
    types: &mut Vec<Type>,
    constants: &mut Vec<TokenStream>,
) -> Result<TokenStream> {
    let (mut bindings, mut visits, mut hashes) = (vec![], vec![], vec![]);
    let only_unnamed = variant.is_some() && matches!(fields, Fields::Unnamed(f) if f.unnamed.len() == 1);
    let prefix = match variant {
        Some(name) => {
            let name = name.unraw().to_string();
            quote!(&#krate::tree::Path::field(path, #name))
        }
        None => quote!(path),
    };
    for (i, field) in fields.iter().enumerate() {
        if is_skipped(&field.attrs)? {
            continue;
        }
        let binding = format_ident!("field{i}", span = Span::mixed_site());
        let (member, path) = match &field.ident {
            Some(name) => {
                let text = name.unraw().to_string();
                (Member::Named(name.clone()), quote!(&#krate::tree::Path::field(#prefix, #text)))
            }
            None if only_unnamed => (Member::Unnamed(Index::from(i)), prefix.clone()),
            None => (Member::Unnamed(Index::from(i)), quote!(&#krate::tree::Path::index(#prefix, #i))),
        };
        bindings.push(quote!(#member: #binding,));
        // With the field's span, so that "is not a tree" points at the field.
        visits.push(quote_spanned!(field.ty.span()=> #krate::Tree::visit(#binding, #path, f);));
        hashes.push(quote!(#krate::Tree::constants(#binding, hash);));
        types.push(field.ty.clone());
    }
    // An enum's variants differ, whatever is in them.
    let number = variant.map(|_| {
        let number = constants.len();
        quote!(hash.write_usize(#number);)
    });
    constants.push(quote!(#pattern { #(#bindings)* .. } => { #number #(#hashes)* }));
    Ok(quote!(#pattern { #(#bindings)* .. } => { #(#visits)* }))
}

/// The generics with the bound `Tree` on the type parameters that visited fields mention, and on associated types of
/// parameters among these fields' types.
fn bounded(input: &DeriveInput, krate: &Path, types: &[Type]) -> syn::Generics {
    let mut generics = input.generics.clone();
    let parameters: Vec<Ident> = generics.type_params().map(|p| p.ident.clone()).collect();
    for parameter in generics.type_params_mut() {
        if types.iter().any(|t| mentions(t.to_token_stream(), &parameter.ident)) {
            parameter.bounds.push(parse_quote!(#krate::Tree));
        }
    }
    for ty in types {
        if let Type::Path(p) = ty
            && let Some(first) = p.path.segments.first()
            && (p.qself.is_some() || p.path.segments.len() > 1 && parameters.contains(&first.ident))
        {
            generics.make_where_clause().predicates.push(parse_quote!(#ty: #krate::Tree));
        }
    }
    generics
}

/// Whether a type names the parameter itself, not only what belongs to it (`T::Leaf`, `<T as Family>::Leaf`).
fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(ident) if ident == *name => match tokens.peek() {
                Some(TokenTree::Punct(p)) => p.as_char() != ':',
                Some(TokenTree::Ident(next)) => next != "as",
                Some(TokenTree::Group(_) | TokenTree::Literal(_)) | None => true,
            },
            TokenTree::Group(group) => mentions(group.stream(), name),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        if found {
            return true;
        }
    }
    false
}
