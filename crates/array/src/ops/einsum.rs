//! Einstein's sums: subscripts name axes, what is not in the result is summed over.

use crate::array::{Array, operation};
use crate::prim::Reduction;
use crate::shape::{Dims, Shape};
use pullback_real::refuse;

/// An operand with a letter for each of its axes.
struct Term {
    x: Array,
    letters: Vec<char>,
}

/// Sums of products of array elements in Einstein's notation: `"ij,jk->ik"` is the matrix product, `"ii->i"` the
/// diagonal, `"...ij->...ji"` a transpose of the last two axes. Without `->` the result has the letters that occur once, in
/// alphabetical order, behind the ellipsis.
///
/// ```
/// use pullback_array::{Array, einsum};
/// let a = Array::from([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(einsum("ij,ij->i", &[a.clone(), a.clone()]).to_vec::<f64>(), [5.0, 25.0]);
/// assert_eq!(einsum("ii", &[a]).item(), 5.0);
/// ```
///
/// # Panics
/// If the subscripts do not fit the operands, saying where.
#[track_caller]
pub fn einsum(subscripts: &str, operands: &[Array]) -> Array {
    let _operation = operation("einsum");
    let text: String = subscripts.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (&text[..], None),
    };
    let inputs: Vec<&str> = inputs.split(',').collect();
    if inputs.len() != operands.len() {
        refuse(
            format_args!("einsum: \"{subscripts}\" names {} operands, not {}", inputs.len(), operands.len()),
            &[],
        )
    }
    let mut dots = 0;
    let mut terms: Vec<Term> = vec![];
    for (text, x) in inputs.iter().zip(operands) {
        let named = text.replacen("...", "", 1).chars().count();
        if x.ndim() < named || !text.contains("...") && x.ndim() != named {
            refuse(
                format_args!("einsum: \"{text}\" of \"{subscripts}\" for shape {}", x.0.shape),
                &[("", x.at())],
            )
        }
        dots = dots.max(x.ndim() - named);
        terms.push(Term { x: x.clone(), letters: letters(text, x.ndim() - named) })
    }
    let all: Vec<char> = terms.iter().flat_map(|t| t.letters.clone()).collect();
    let once = |c: &&char| all.iter().filter(|d| d == c).count() == 1;
    let wanted = match output {
        Some(output) => letters(output, if output.contains("...") { dots } else { 0 }),
        None => {
            let mut named: Vec<char> =
                all.iter().filter(|c| c.is_alphabetic()).filter(once).copied().collect();
            named.sort_unstable();
            [letters("...", dots), named].concat()
        }
    };
    if let Some((_, c)) =
        wanted.iter().enumerate().find(|(k, c)| !all.contains(c) || wanted[..*k].contains(c))
    {
        refuse(
            format_args!(
                "einsum: `{c}` of the result in \"{subscripts}\" is in no operand, or twice in the result"
            ),
            &[],
        )
    }
    let extents = extents(subscripts, &terms);
    let extent = |c: char| extents.iter().find(|e| e.0 == c).map_or(1, |e| e.1);
    terms = terms.into_iter().map(|t| t.plain(&extent)).collect();
    // What the rest of the terms and the result still need is kept, the other letters are summed over.
    let mut done: Option<Term> = None;
    while !terms.is_empty() {
        let next = terms.remove(0);
        let needed = |c: &char| wanted.contains(c) || terms.iter().any(|t| t.letters.contains(c));
        done = Some(match done {
            None => next.summed(|c| needed(c)),
            Some(left) => {
                let right = next.letters.clone();
                let left = left.summed(|c| needed(c) || right.contains(c));
                let next = next.summed(|c| needed(c) || left.letters.contains(c));
                product(left, next, &needed)
            }
        });
    }
    let Some(done) = done else { refuse(format_args!("einsum: there are no operands"), &[]) };
    // A letter that only axes of extent 1 had is gone.
    let place = |c: &char| done.letters.iter().position(|d| d == c);
    let order: Dims = wanted.iter().filter_map(place).collect();
    done.x.permute_op(order).reshape_op(wanted.iter().map(|&c| extent(c)).collect())
}

/// The letters of a term; the axes of its ellipsis are numbered from the last one.
#[track_caller]
fn letters(text: &str, dots: usize) -> Vec<char> {
    let hidden = (0..dots).rev().map(|k| char::from_u32(0xE000 + k as u32).expect("private use"));
    let (front, behind) = text.split_once("...").unwrap_or((text, ""));
    let all: Vec<char> = front.chars().chain(hidden).chain(behind.chars()).collect();
    if let Some(c) = front.chars().chain(behind.chars()).find(|c| !c.is_ascii_alphabetic()) {
        refuse(format_args!("einsum: `{c}` in \"{text}\" is no letter"), &[])
    }
    all
}

/// Each letter's extent; 1 gives way to others.
#[track_caller]
fn extents(subscripts: &str, terms: &[Term]) -> Vec<(char, usize)> {
    let mut known: Vec<(char, usize)> = vec![];
    for t in terms {
        for (&c, &n) in t.letters.iter().zip(t.x.shape()) {
            match known.iter_mut().find(|e| e.0 == c) {
                None => known.push((c, n)),
                Some(e) if e.1 == 1 => e.1 = n,
                Some(e) if e.1 == n || n == 1 => {}
                Some(e) => refuse(
                    format_args!("einsum: an axis of \"{subscripts}\" has extents {} and {n}", e.1),
                    &[("", t.x.at())],
                ),
            }
        }
    }
    known
}

impl Term {
    /// Each letter once (diagonals taken), axes of extent 1 that meet larger ones left out.
    #[track_caller]
    fn plain(mut self, extent: &impl Fn(char) -> usize) -> Term {
        let narrow: Dims = (0..self.letters.len())
            .filter(|&k| self.x.shape()[k] == 1 && extent(self.letters[k]) != 1)
            .collect();
        self.x = self.x.squeezed(&narrow);
        let mut k = 0;
        self.letters.retain(|_| {
            k += 1;
            !narrow.contains(&(k - 1))
        });
        while let Some((i, j)) = self.repeated() {
            let c = self.letters[i];
            self.x = self.x.diagonal(0, i as isize, j as isize);
            self.letters.remove(j);
            self.letters.remove(i);
            self.letters.push(c)
        }
        self
    }
    fn repeated(&self) -> Option<(usize, usize)> {
        let l = &self.letters;
        (0..l.len()).find_map(|j| (0..j).find(|&i| l[i] == l[j]).map(|i| (i, j)))
    }
    /// Summed over the letters that are not kept.
    #[track_caller]
    fn summed(mut self, keep: impl Fn(&char) -> bool) -> Term {
        let over: Dims = (0..self.letters.len()).filter(|&k| !keep(&self.letters[k])).collect();
        self.x = self.x.reduce_op(Reduction::Sum, over.clone()).squeezed(&over);
        self.letters.retain(|c| keep(c));
        self
    }
}

/// The product of two terms, as a matrix product over the letters both have and nobody else needs.
#[track_caller]
fn product(a: Term, b: Term, needed: &impl Fn(&char) -> bool) -> Term {
    let shared = |c: &&char| b.letters.contains(c) && a.letters.contains(c);
    let pick = |t: &Term, keep: &dyn Fn(&&char) -> bool| -> Vec<char> {
        t.letters.iter().filter(keep).copied().collect()
    };
    let batch = pick(&a, &|c| shared(c) && needed(c));
    let inner = pick(&a, &|c| shared(c) && !needed(c));
    let (rows, columns) = (pick(&a, &|c| !shared(c)), pick(&b, &|c| !shared(c)));
    let lined = |t: &Term, parts: [&[char]; 3]| {
        let place = |c: &char| t.letters.iter().position(|d| d == c).expect("a letter of the term");
        let count = |p: &[char]| p.iter().map(|c| t.x.shape()[place(c)]).product::<usize>();
        let order = parts.iter().flat_map(|p| p.iter().map(place)).collect();
        t.x.permute_op(order).reshape_op(parts.iter().map(|p| count(p)).collect())
    };
    let extents: Vec<usize> = [(&batch, &a), (&rows, &a), (&columns, &b)]
        .iter()
        .flat_map(|(letters, t)| {
            letters.iter().map(|c| t.x.shape()[t.letters.iter().position(|d| d == c).expect("its letter")])
        })
        .collect();
    let (x, y) = crate::promote::same_dtype("einsum", &a.x, &b.x);
    let (a, b) = (Term { x, ..a }, Term { x: y, ..b });
    let (left, right) = (lined(&a, [&batch, &rows, &inner]), lined(&b, [&batch, &inner, &columns]));
    let y = match inner.is_empty() {
        // Nothing to sum: a product of elements.
        true => Array::binary_op(pullback_real::Binary::Mul, &left, &right),
        false => left.matmul_op(&right),
    };
    let shape: Shape = extents.into_iter().collect();
    Term { x: y.reshape_op(shape), letters: [batch, rows, columns].concat() }
}
