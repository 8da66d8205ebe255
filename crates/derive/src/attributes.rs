//! What `#[tree(…)]` says on a type or a field.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Path, Result, Token};

/// The path given by `#[tree(crate = path)]` on the type.
pub fn crate_path(attributes: &[Attribute]) -> Result<Option<Path>> {
    let mut found = None;
    each(attributes, |meta| {
        if meta.path.is_ident("crate") {
            if meta.input.peek(Token![=]) {
                found = Some(meta.value()?.call(Path::parse_mod_style)?);
                return Ok(());
            }
            return Err(meta.error("say where the crate of arrays is: #[tree(crate = some::path)]"));
        }
        Err(unknown(&meta, "a type takes #[tree(crate = some::path)]; `skip` belongs on a field"))
    })?;
    Ok(found)
}

/// Whether a field says `#[tree(skip)]`.
pub fn is_skipped(attributes: &[Attribute]) -> Result<bool> {
    let mut skip = false;
    each(attributes, |meta| {
        if meta.path.is_ident("skip") {
            skip = true;
            return Ok(());
        }
        Err(unknown(&meta, "a field takes #[tree(skip)]"))
    })?;
    Ok(skip)
}

/// A variant takes nothing: its fields do.
pub fn expect_none(attributes: &[Attribute]) -> Result<()> {
    each(attributes, |meta| {
        Err(unknown(&meta, "a variant takes no #[tree(…)]; put #[tree(skip)] on its fields"))
    })
}

fn unknown(meta: &ParseNestedMeta, advice: &str) -> Error {
    let name = meta.path.segments.iter().map(|s| s.ident.to_string()).collect::<Vec<_>>().join("::");
    meta.error(format!("unknown attribute `{name}`: {advice}"))
}

fn each(attributes: &[Attribute], mut f: impl FnMut(ParseNestedMeta) -> Result<()>) -> Result<()> {
    attributes.iter().filter(|a| a.path().is_ident("tree")).try_for_each(|a| a.parse_nested_meta(&mut f))
}
