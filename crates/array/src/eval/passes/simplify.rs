//! Arithmetic that derivatives are full of and that takes fewer operations with the same result, bit for bit: factors that are
//! constants, and signs. Only among values of one program, which cost nothing to read.

use crate::array::{Array, Place};
use crate::dtype::DType;
use crate::eval::ir::item::{ItemKind, Ref};
use crate::eval::passes::lower::Builder;
use crate::prim::Prim;
use pullback_real::{Binary, Unary};
use smallvec::{SmallVec, smallvec};

impl Builder {
    /// A shorter way to the value of an elementwise node, if there is one.
    pub(crate) fn simplified(&mut self, node: &Array, args: &[Ref], stage: u32) -> Option<Ref> {
        if !node.dtype().is_float() {
            return None;
        }
        match (&node.0.prim, args) {
            (Prim::Unary(Unary::Neg), [x]) => {
                let (c, rest) = self.scaled(x, stage)?;
                Some(self.times(-c, rest, node, stage))
            }
            (Prim::Binary(Binary::Mul), [x, y]) => {
                let (c, x) = match (self.number(x), self.number(y)) {
                    (Some(c), None) => (c, y),
                    (None, Some(c)) => (c, x),
                    _ => return None,
                };
                if c == 1.0 {
                    return Some(x.clone());
                }
                let (inner, rest) = self.scaled(x, stage)?;
                let all = joined(c, inner, node.dtype() == DType::F32)?;
                Some(self.times(all, rest, node, stage))
            }
            (Prim::Binary(op @ (Binary::Add | Binary::Sub)), [x, y]) => {
                let other = if *op == Binary::Add { Binary::Sub } else { Binary::Add };
                if let Some(y) = self.negated(y, stage) {
                    return Some(self.binary(other, smallvec![x.clone(), y], node, stage));
                }
                let x = self.negated(x, stage).filter(|_| *op == Binary::Add)?;
                Some(self.binary(Binary::Sub, smallvec![y.clone(), x], node, stage))
            }
            _ => None,
        }
    }
    /// The number that all elements are.
    fn number(&self, r: &Ref) -> Option<f64> {
        match self.items[r.item].kind {
            ItemKind::Fill(c) => Some(c),
            _ => None,
        }
    }
    /// The operands of an operation whose value is at hand in a program of this stage.
    fn operands(&self, r: &Ref, stage: u32, prim: &Prim) -> Option<&[Ref]> {
        let item = &self.items[r.item];
        let here = matches!(item.kind, ItemKind::Elementwise) && item.stage == stage && item.is_as_it_is(r);
        (here && item.prim() == prim).then_some(&item.args[..])
    }
    /// c and x of c·x.
    fn scaled(&self, r: &Ref, stage: u32) -> Option<(f64, Ref)> {
        let [x, y] = self.operands(r, stage, &Prim::Binary(Binary::Mul))? else { return None };
        match (self.number(x), self.number(y)) {
            (Some(c), None) => Some((c, y.clone())),
            (None, Some(c)) => Some((c, x.clone())),
            _ => None,
        }
    }
    /// x of −x.
    fn negated(&self, r: &Ref, stage: u32) -> Option<Ref> {
        self.operands(r, stage, &Prim::Unary(Unary::Neg))?.first().cloned()
    }
    fn times(&mut self, c: f64, x: Ref, like: &Array, stage: u32) -> Ref {
        let number = self.fill(c, like);
        self.binary(Binary::Mul, smallvec![number, x], like, stage)
    }
    fn fill(&mut self, c: f64, like: &Array) -> Ref {
        let prim = Prim::Fill { bits: c.to_bits(), weak: false };
        let node = Array::node(prim, smallvec![], like.0.shape.clone(), like.dtype(), None, None);
        self.item(ItemKind::Fill(c), &node, SmallVec::new(), 0)
    }
    fn binary(&mut self, op: Binary, args: SmallVec<[Ref; 3]>, like: &Array, stage: u32) -> Ref {
        let _place = Place::of(like);
        let shape = like.0.shape.clone();
        let node = Array::node(Prim::Binary(op), smallvec![], shape, like.dtype(), None, None);
        self.item(ItemKind::Elementwise, &node, args, stage)
    }
}

/// The factor that does what `inner` and then `outer` do. The inner product must be exact, which one with a power of two from 1
/// on is; and where it overflows the whole must do so too.
fn joined(outer: f64, inner: f64, single: bool) -> Option<f64> {
    let exact = inner.abs() >= 1.0 && inner.is_finite() && inner.to_bits() << 12 == 0;
    let most = if single { f64::from(f32::MAX) } else { f64::MAX };
    let all = outer * inner;
    (exact && outer.abs() >= 1.0 && all.abs() <= most).then_some(all)
}

#[cfg(test)]
mod tests {
    use crate::array::Array;
    use crate::dtype::DType;
    use crate::eval::compile;
    use crate::eval::ir::step::{Plan, Step};

    /// The operations of the one program that `y` takes.
    fn operations(y: &Array) -> usize {
        let Plan { steps } = compile::plan(&compile::graph(&[], std::slice::from_ref(y)));
        match &steps[..] {
            [] => 0,
            [Step::Fused { program, .. }] => program.code.len(),
            _ => panic!("one program, not {} steps", steps.len()),
        }
    }
    fn numbers(dtype: DType) -> Array {
        let (tiny, huge) = match dtype {
            DType::F32 => (f64::from(f32::from_bits(3)), f64::from(f32::MAX)),
            _ => (f64::from_bits(3), f64::MAX),
        };
        let some =
            [0.0, 1.0, 0.1, 3.7, 1e-30, 1e30, tiny, 1e6 * tiny, huge, 0.3 * huge, f64::INFINITY, f64::NAN];
        let all: Vec<f64> = some.into_iter().flat_map(|x| [x, -x]).collect();
        let x = Array::from_slice(&all, &[all.len()]).cast(dtype);
        crate::eval(&[&x]);
        x
    }
    /// Whether both are the same to the last bit, zeros' signs included.
    #[track_caller]
    fn same(y: &Array, z: &Array, what: &str) {
        let bits = |a: &Array| {
            let all = a.cast(DType::F64).to_vec::<f64>();
            all.into_iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect::<Vec<_>>()
        };
        assert_eq!(bits(y), bits(z), "{what}")
    }

    #[test]
    fn factors_are_joined_where_that_changes_no_bit() {
        let factors =
            [1.0, 2.0, -4.0, 0.5, 0.0, 0.1, 3.0, -100.0, 1e30, f64::INFINITY, f64::NAN, 2f64.powi(127)];
        for dtype in [DType::F64, DType::F32] {
            let x = numbers(dtype);
            let mut fewer = 0;
            for outer in factors {
                for inner in factors {
                    let step = &x * inner;
                    crate::eval(&[&step]);
                    let y = outer * (&x * inner);
                    fewer += usize::from(operations(&y) < 2);
                    same(&y, &(outer * step), &format!("{outer} * ({inner} * x) of {dtype}"));
                }
            }
            assert!(fewer >= 30, "{fewer} were joined")
        }
    }

    #[test]
    fn signs_go_into_factors_and_sums() {
        for dtype in [DType::F64, DType::F32] {
            let (x, y) = (numbers(dtype), numbers(dtype).flip([0]));
            let (minus, tripled) = (-&x, 3.0 * &x);
            crate::eval(&[&y, &minus, &tripled]);
            let cases = [
                (-(3.0 * &x), -&tripled, 1),
                (&y + -&x, &y + &minus, 1),
                (-&x + &y, &minus + &y, 1),
                (&y - -&x, &y - &minus, 1),
                (-&x - &y, &minus - &y, 2),
                (-(2.0 * (1.0 * &x)), -(2.0 * &x), 1),
            ];
            for (k, (short, long, most)) in cases.iter().enumerate() {
                assert_eq!(operations(short), *most, "case {k} of {dtype}");
                same(short, long, &format!("case {k} of {dtype}"))
            }
        }
    }

    #[test]
    fn what_is_read_elsewhere_too_stays() {
        let x = numbers(DType::F64);
        let doubled = 2.0 * &x;
        let all = 3.0 * &doubled;
        crate::eval(&[&all, &doubled]);
        same(&all, &(&x * 6.0), "the product");
        same(&doubled, &(&x + &x), "its factor")
    }
}
