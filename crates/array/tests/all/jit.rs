//! `jit`: the same numbers, one plan for each kind of input, and what cannot be compiled says so.

use pullback_array::{
    Array, DType, Jit, Key, PLANS, Real, Tree, grad, jit, jit_update, jvp, value_and_grad, vmap,
};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

fn close(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    for (x, y) in a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()) {
        assert!((x - y).abs() <= 1e-12 * y.abs().max(1.0), "{a}\n{b}")
    }
}
fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
type Mlp = (Array, Array);
fn loss((w, v): &Mlp, x: &Array) -> Array {
    (x.matmul(w).tanh().matmul(v)).square().mean()
}

#[test]
fn the_same_numbers_without_running_the_function_again() {
    let runs = AtomicUsize::new(0);
    let f = Jit::new(|(p, x): &(Mlp, Array)| {
        runs.fetch_add(1, Relaxed);
        value_and_grad(|p: &Mlp| loss(p, x))(p)
    });
    let p = (normal(1, &[4, 3]), normal(2, &[3, 2]));
    for seed in 3..8 {
        let x = normal(seed, &[5, 4]);
        let (y, g) = f.call(&(p.clone(), x.clone()));
        let (y0, g0) = value_and_grad(|p: &Mlp| loss(p, &x))(&p);
        close(&y, &y0);
        close(&g.0, &g0.0);
        close(&g.1, &g0.1);
    }
    assert_eq!((runs.load(Relaxed), f.plans()), (1, 1));
    f.call(&(p.clone(), normal(1, &[6, 4])));
    assert_eq!((runs.load(Relaxed), f.plans()), (2, 2));
    assert!(f.explain(&(p, normal(1, &[6, 4]))).contains("tanh"));
}

#[test]
fn composes_on_both_sides() {
    let w = normal(1, &[3, 3]);
    let f = |x: &Array| w.matmul(x).sin().sum();
    let x = normal(2, &[3]);
    let (compiled, dx) = (jit(f), normal(3, &[3]));
    close(&grad(&compiled)(&x), &grad(f)(&x));
    close(&jit(grad(f))(&x), &grad(f)(&x));
    close(&jit(grad(&compiled))(&x), &grad(f)(&x));
    close(&jvp(&compiled)(&x, &dx).1, &jvp(f)(&x, &dx).1);
    close(
        &grad(|x: &Array| grad(&compiled)(x).square().sum())(&x),
        &grad(|x: &Array| grad(f)(x).square().sum())(&x),
    );
    let batch = normal(4, &[5, 3]);
    close(&vmap(jit(grad(f)))(&batch), &vmap(grad(f))(&batch));
    close(&jit(vmap(grad(f)))(&batch), &vmap(grad(f))(&batch));
}

#[test]
fn what_it_captures_from_a_running_transform_keeps_its_gradient() {
    let x = Array::from([1.0, 2.0]);
    let g = grad(|w: &Array| {
        let f = jit(|x: &Array| (x * w).sum());
        f(&x) * f(&x)
    });
    close(&g(&Array::from([3.0, 4.0])), &(2.0 * Array::from(11.0) * &x));
}

#[test]
fn other_constants_are_another_function() {
    #[derive(Clone, Tree)]
    struct Scaled {
        x: Array,
        by: f64,
    }
    let f = Jit::new(|s: &Scaled| &s.x * s.by);
    let x = Array::from([1.0]);
    assert_eq!(f.call(&Scaled { x: x.clone(), by: 2.0 }).item(), 2.0);
    assert_eq!(f.call(&Scaled { x: x.clone(), by: 3.0 }).item(), 3.0);
    // Structure counts, not only the leaves' shapes.
    let g = Jit::new(|(a, b): &(Vec<Array>, Vec<Array>)| Array::from([a.len() as f64, b.len() as f64]));
    assert_eq!(g.call(&(vec![x.clone()], vec![x.clone(), x.clone()])).to_vec::<f64>(), [1.0, 2.0]);
    assert_eq!(g.call(&(vec![x.clone(), x.clone()], vec![x.clone()])).to_vec::<f64>(), [2.0, 1.0]);
    for n in 0..2 * PLANS {
        g.call(&(vec![], vec![Array::zeros(&[n], DType::F64)]));
    }
    assert_eq!(g.plans(), PLANS);
}

#[test]
fn inputs_and_constants_as_results() {
    let x = normal(1, &[3]);
    let f = jit(|x: &Array| (x.clone(), Array::from([7.0]), x + 1.0, x + 1.0, x.reshape([3, 1])));
    for _ in 0..2 {
        let (a, b, c, d, e) = f(&x);
        close(&a, &x);
        assert_eq!(b.item(), 7.0);
        close(&c, &(&x + 1.0));
        close(&d, &c);
        close(&e, &x.reshape([3, 1]));
    }
    // A second run does not write over the first one's results.
    let g = jit(|x: &Array| x * 2.0);
    let (one, two) = (g(&Array::from([1.0])), g(&Array::from([2.0])));
    assert_eq!((one.item(), two.item()), (2.0, 4.0));
}

#[test]
fn a_step_reuses_the_state_it_replaces() {
    let x = normal(9, &[64, 4]);
    let step = jit_update(|(p, m): &(Mlp, Mlp), x: &Array| {
        let (y, g) = value_and_grad(|p: &Mlp| loss(p, x))(p);
        let m = (0.9 * &m.0 + &g.0, 0.9 * &m.1 + &g.1);
        ((((&p.0 - 0.1 * &m.0), (&p.1 - 0.1 * &m.1)), m), y)
    });
    let start = (normal(1, &[4, 3]), normal(2, &[3, 2]));
    let kept = start.clone();
    let zero = (start.0.zeros_like(), start.1.zeros_like());
    let (mut state, mut by_hand) = ((start, zero.clone()), (kept.clone(), zero));
    for _ in 0..10 {
        let y = step(&mut state, &x);
        let (p, m) = &by_hand;
        let (y0, g) = value_and_grad(|p: &Mlp| loss(p, &x))(p);
        let m = (0.9 * &m.0 + &g.0, 0.9 * &m.1 + &g.1);
        by_hand = ((&p.0 - 0.1 * &m.0, &p.1 - 0.1 * &m.1), m);
        close(&y, &y0);
    }
    close(&state.0.0, &by_hand.0.0);
    close(&state.1.1, &by_hand.1.1);
    // What the user still holds is not written over.
    close(&kept.0, &normal(1, &[4, 3]));
}

#[test]
fn random_numbers_come_from_keys_that_are_inputs() {
    let f = jit(|k: &Key| k.normal(&[3], DType::F64));
    for seed in 0..3 {
        assert_eq!(f(&Key::new(seed)).to_vec::<f64>(), normal(seed, &[3]).to_vec::<f64>());
    }
}

#[test]
fn many_threads_share_a_plan() {
    let f = jit(|x: &Array| (x.sin() * x).sum());
    std::thread::scope(|s| {
        for t in 0..4 {
            let f = &f;
            s.spawn(move || {
                for i in 0..50 {
                    let x = Array::from([t as f64, i as f64]);
                    assert_eq!(f(&x).item(), (x.sin() * &x).sum().item())
                }
            });
        }
    })
}

#[test]
#[should_panic(expected = "`jit` runs the function once, without values")]
fn values_inside_are_refused() {
    jit(|x: &Array| if x.item() > 0.0 { x.clone() } else { -x })(&Array::from(1.0));
}

/// Where each output is written over an input while other outputs still read it, and in machine code as well, once the program has
/// run for long enough to have some.
#[test]
fn what_is_written_over_was_read() {
    type State = (Array, Array, Array);
    // The second is done before anything reads what it may be written over.
    let next = |(a, b, c): &State| -> State { (a * 0.9 + 0.1, a * 0.5 - 0.2, b * c * 0.3 + a * 0.2) };
    let of = |seed| normal(seed, &[20_003]).eval().clone();
    let start = || (of(1), of(2), of(3));
    let step = jit_update(move |s: &State, x: &Array| {
        let (a, b, c) = next(s);
        ((a, b, &c * x), c.sum())
    });
    let (mut ours, mut theirs, one) = (start(), start(), Array::from(1.0));
    for _ in 0..60 {
        let sum = step(&mut ours, &one);
        theirs = next(&theirs);
        close(&sum, &theirs.2.sum());
        close(&ours.0, &theirs.0);
        close(&ours.1, &theirs.1);
        close(&ours.2, &theirs.2);
        // Not one long expression.
        theirs = (theirs.0.eval().clone(), theirs.1.eval().clone(), theirs.2.eval().clone())
    }
}

/// Inputs whose constants differ have plans of their own, however alike a hash of them may be.
#[test]
fn a_plan_is_found_by_all_that_is_in_the_input() {
    use std::collections::BTreeMap;
    use std::hash::Hasher;
    // An entry that moves between neighbouring maps.
    type Maps = (BTreeMap<String, Array>, BTreeMap<String, Array>);
    let map = |names: &[&str]| -> BTreeMap<String, Array> {
        names.iter().enumerate().map(|(i, n)| (n.to_string(), Array::from(1.0 + i as f64))).collect()
    };
    let weighted = |(a, b): &Maps| {
        let sum = |m: &BTreeMap<String, Array>| m.values().fold(Array::from(0.0), |s, x| s + x);
        sum(a) + 100.0 * sum(b)
    };
    let f = Jit::new(weighted);
    let ways: [Maps; 4] = [
        (map(&["a", "b"]), map(&[])),
        (map(&["a"]), map(&["b"])),
        (map(&[]), map(&["a", "b"])),
        (map(&["a", "b\0"]), map(&[])),
    ];
    for _ in 0..2 {
        ways.iter().for_each(|w| assert_eq!(f.call(w).item(), weighted(w).item()))
    }
    assert_eq!(f.plans(), 4);
    // Texts, lists and numbers.
    let g = Jit::new(|(s, t, x): &(String, String, Array)| x * (10.0 * s.len() as f64 + t.len() as f64));
    for (s, t) in [("a", ""), ("", "a"), ("a\0", ""), ("a", "\0"), ("", "a\u{ff}"), ("\u{ff}a", "")] {
        let p = (s.to_string(), t.to_string(), Array::from(1.0));
        assert_eq!(g.call(&p).item(), 10.0 * s.len() as f64 + t.len() as f64, "{s:?} {t:?}")
    }
    let h = Jit::new(|(s, t, x): &(Vec<u64>, Vec<u64>, Array)| x * (10.0 * s.len() as f64 + t.len() as f64));
    for (s, t) in [
        (vec![1], vec![]),
        (vec![], vec![1]),
        (vec![1, 0], vec![]),
        (vec![0, 1], vec![]),
        (vec![], vec![0, 1]),
    ] {
        let want = 10.0 * s.len() as f64 + t.len() as f64;
        assert_eq!(h.call(&(s, t, Array::from(1.0))).item(), want)
    }
    // Constants that a hash of 64 bits cannot tell apart, since it is not asked to.
    #[derive(Clone)]
    struct Wide(Array, u64);
    impl Tree for Wide {
        fn visit(&mut self, path: &pullback_array::tree::Path, f: &mut pullback_array::tree::Visitor) {
            f(path, &mut self.0)
        }
        fn constants(&self, hash: &mut dyn Hasher) {
            hash.write_u64(self.1)
        }
    }
    let k = Jit::new(|w: &Wide| &w.0 * w.1 as f64);
    for i in 0..40 {
        let n = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11;
        assert_eq!(k.call(&Wide(Array::from(1.0), n)).item(), n as f64)
    }
    assert_eq!(k.plans(), PLANS)
}
