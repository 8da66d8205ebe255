//! Structural operations over random shapes of rank 0 to 5, zero-size ones among them: definitions and transposes.

use proptest::prelude::*;
use pullback_array::check::check_grads;
use pullback_array::*;

/// A shape of few elements.
fn shape(rank: impl Strategy<Value = usize>) -> impl Strategy<Value = Vec<usize>> {
    rank.prop_flat_map(|r| prop::collection::vec(prop_oneof![1 => Just(0usize), 9 => 1usize..4], r))
}
fn counted(shape: &[usize]) -> Array {
    let n: usize = shape.iter().product();
    Array::from_slice(&(0..n).map(|i| i as f64 * 0.37 - 1.0).collect::<Vec<_>>(), shape)
}
fn data(x: &Array) -> Vec<f64> {
    x.to_vec()
}
/// Forward and reverse mode agree with each other and with differences.
fn linear(f: impl Fn(&Array) -> Array, x: &Array) {
    check_grads(f, x, 1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn transposes_undo_each_other(shape in shape(0usize..6), seed in any::<u64>()) {
        let x = counted(&shape);
        let order = Key::new(seed).permutation(shape.len()).to_vec::<i64>();
        let mut inverse = vec![0i64; order.len()];
        order.iter().enumerate().for_each(|(k, &a)| inverse[a as usize] = k as i64);
        let y = x.transpose(&order);
        prop_assert_eq!(y.shape(), order.iter().map(|&a| shape[a as usize]).collect::<Vec<_>>());
        prop_assert_eq!(data(&y.transpose(&inverse)), data(&x));
        linear(move |x| x.transpose(&order).square(), &x);
    }

    #[test]
    fn slices_are_numpy_s(n in 0usize..7, start in prop::option::of(-9isize..9), stop in prop::option::of(-9isize..9), step in prop_oneof![-3isize..0, 1isize..4]) {
        let x = counted(&[n]);
        let y = x.get(vec![Index::Range { start, stop, step }]);
        // Python's definition, element by element.
        let m = n as isize;
        let held = |i: isize, lo: isize, hi: isize| (if i < 0 { i + m } else { i }).max(lo).min(hi);
        let (first, last) = match step > 0 {
            true => (start.map_or(0, |i| held(i, 0, m)), stop.map_or(m, |i| held(i, 0, m))),
            false => (start.map_or(m - 1, |i| held(i, -1, m - 1)), stop.map_or(-1, |i| held(i, -1, m - 1))),
        };
        let (all, mut i, mut want) = (data(&x), first, vec![]);
        while (step > 0 && i < last) || (step < 0 && i > last) {
            want.push(all[i as usize]);
            i += step
        }
        prop_assert_eq!(data(&y), want);
        linear(move |x| x.get(vec![Index::Range { start, stop, step }]).square(), &x);
    }

    #[test]
    fn setting_then_getting(shape in shape(1usize..4), seed in any::<u64>()) {
        let x = counted(&shape);
        let n = shape[0];
        let rows = if n == 0 { Array::zeros(&[0], DType::I64) } else { Key::new(seed).permutation(n).get(..n.div_ceil(2)) };
        let values = x.take(&rows, 0) * 2.0 + 1.0;
        let y = x.at_set(&rows, &values);
        prop_assert_eq!(data(&y.take(&rows, 0)), data(&values));
        let z = x.at_add(&rows, &values) - x.zeros_like().at_add(&rows, &values);
        prop_assert!(z.allclose(&x, 1e-12, 1e-12));
        check_grads(move |(x, v): &(Array, Array)| x.at_set(&rows, v).square(), &(x, values), 1);
    }

    #[test]
    fn joined_parts_come_apart(shape in shape(1usize..5), axis in 0usize..5, cut in 0usize..4) {
        let axis = (axis % shape.len()) as isize;
        let x = counted(&shape);
        let parts = x.split_at(cut, axis);
        prop_assert_eq!(parts.len(), 2);
        prop_assert_eq!(data(&concatenate(&parts, axis)), data(&x));
        linear(move |x| concatenate(&x.split_at(cut, axis), axis).square(), &x);
        if shape[axis as usize] > 0 {
            prop_assert_eq!(data(&stack(&x.unstack(axis), axis)), data(&x));
        }
    }

    #[test]
    fn reductions_are_their_definitions(shape in shape(0usize..5), mask in 0usize..32) {
        let x = counted(&shape);
        let axes: Vec<usize> = (0..shape.len()).filter(|k| mask >> k & 1 == 1).collect();
        // Sums over one axis after the other.
        let steps = axes.iter().rev().fold(x.clone(), |y, &a| y.sum_axis(a));
        prop_assert!(x.sum_axis(&axes).allclose(&steps, 1e-12, 1e-12));
        let products = axes.iter().rev().fold(x.clone(), |y, &a| y.prod_axis(a));
        prop_assert!(x.prod_axis(&axes).allclose(&products, 1e-12, 1e-12));
        prop_assert_eq!(x.sum_axis(keepdims(&axes)).size(), x.sum_axis(&axes).size());
        let over = axes.clone();
        linear(move |x| x.prod_axis(&over), &x);
        linear(move |x| x.sum_axis(&axes).square(), &x);
    }

    #[test]
    fn broadcasting_is_a_sum_backwards(shape in shape(0usize..4), ones in 0usize..8, front in 0usize..3) {
        let wide: Vec<usize> = std::iter::repeat_n(2, front).chain(shape.iter().copied()).collect();
        let narrow: Vec<usize> = shape.iter().enumerate().map(|(k, &n)| if ones >> k & 1 == 1 { 1 } else { n }).collect();
        let x = counted(&narrow);
        let to = wide.clone();
        let wider = x.broadcast_to(&wide);
        prop_assert_eq!(wider.shape(), &wide[..]);
        linear(move |x| x.broadcast_to(&to).square(), &x);
        let y = counted(&wide);
        check_grads(|(x, y): &(Array, Array)| x * y, &(x, y), 1);
    }

    #[test]
    fn matmul_is_its_definition(lead in shape(0usize..3), m in 0usize..4, k in 0usize..4, n in 0usize..4, one in any::<bool>()) {
        let of = |lead: &[usize], r, c| counted(&[lead, &[r, c]].concat());
        let x = of(if one { &[] } else { &lead }, m, k);
        let y = of(&lead, k, n);
        let product = x.matmul(&y);
        let want = (x.expand_dims(-1) * y.expand_dims(-3)).sum_axis(-2);
        prop_assert!(product.shape() == want.shape() && product.allclose(&want, 1e-12, 1e-12));
        check_grads(|(x, y): &(Array, Array)| x.matmul(y), &(x, y), 1);
    }

    #[test]
    fn sorting_and_scanning(shape in shape(1usize..4), axis in 0usize..4, seed in any::<u64>()) {
        let axis = (axis % shape.len()) as isize;
        let x = Key::new(seed).normal(&shape, DType::F64);
        let sorted = x.sort(axis);
        prop_assert!(sorted.cummax(axis, false).allclose(&sorted, 0.0, 0.0));
        let n = shape[axis as usize];
        if n > 0 {
            let last = |y: Array| y.take(&Array::from(n as i64 - 1), axis);
            prop_assert!(last(x.cumprod(axis)).allclose(x.prod_axis(axis), 1e-12, 1e-12));
            prop_assert!(last(x.cumsum(axis)).allclose(x.sum_axis(axis), 1e-12, 1e-12));
            prop_assert!(last(x.cumlogsumexp(axis, false)).allclose(x.logsumexp_axis(axis), 1e-12, 1e-12));
            prop_assert!(last(sorted.clone()).allclose(x.max_axis(axis), 0.0, 0.0));
        }
        prop_assert!(x.flip(axis).cumsum(axis).flip(axis).diff(1, axis).allclose(-x.get(vec![Index::Ellipsis]).split_at(n.saturating_sub(1), axis)[0].clone(), 1e-9, 1e-9));
    }

    #[test]
    fn einsum_is_its_definition(i in 1usize..4, j in 0usize..4, k in 1usize..4) {
        let (x, y) = (counted(&[i, j]), counted(&[j, k]));
        prop_assert!(einsum("ij,jk", &[x.clone(), y.clone()]).allclose(x.matmul(&y), 1e-12, 1e-12));
        prop_assert!(einsum("...j,jk->k...", &[x.clone(), y.clone()]).allclose(x.matmul(&y).t(), 1e-12, 1e-12));
        prop_assert!(einsum("ij,jk->", &[x.clone(), y.clone()]).allclose(x.matmul(&y).sum(), 1e-12, 1e-12));
    }
}

#[test]
fn random_numbers() {
    let key = Key::new(42);
    let n = 100_000;
    let x = key.normal(&[n], DType::F64);
    assert!(x.mean().item().abs() < 0.02 && (x.var().item() - 1.0).abs() < 0.03);
    let u = key.uniform(&[n], -1.0, 3.0, DType::F32);
    assert!((u.mean().item() - 1.0).abs() < 0.02 && u.min().item() >= -1.0 && u.max().item() <= 3.0);
    let t = key.truncated_normal(&[n], 1.0, 1.5, DType::F64);
    assert!(t.min().item() >= 1.0 && t.max().item() <= 1.5);
    assert!((key.gumbel(&[n], DType::F64).mean().item() - 0.5772).abs() < 0.02);
    let p = key.permutation(1000);
    assert_eq!(p.sort(0).to_vec::<i64>(), (0..1000).collect::<Vec<i64>>());
    let i = key.integers(&[n], -3, 4);
    assert_eq!((i.min().item(), i.max().item()), (-3.0, 3.0));
    // Keys: all different, none repeats another's numbers.
    let mut keys: Vec<f64> =
        key.split(100).iter().map(|k| k.uniform(&[], 0.0, 1.0, DType::F64).item()).collect();
    keys.extend((0..100).map(|i| key.fold_in(i).uniform(&[], 0.0, 1.0, DType::F64).item()));
    keys.push(key.uniform(&[], 0.0, 1.0, DType::F64).item());
    keys.sort_by(f64::total_cmp);
    assert!(keys.windows(2).all(|k| k[0] != k[1]));
    // The same on every machine.
    let first = Key::new(0).uniform(&[4], 0.0, 1.0, DType::F64).to_vec::<f64>();
    // Philox4x32-10 of counter 0, key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
    assert_eq!(first[0], (0xe169_c58d_6627_e8d5u64 >> 11) as f64 / (1u64 << 53) as f64);
    assert_eq!(first[1], (0x9b00_dbd8_bc57_ac4cu64 >> 11) as f64 / (1u64 << 53) as f64);
    let logits = Array::from([[0.0, 100.0], [100.0, 0.0]]);
    assert_eq!(key.categorical(&logits).to_vec::<i64>(), [1, 0]);
}
