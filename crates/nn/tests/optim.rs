//! Optimisers against optax 0.2 (JAX, double precision), their state, and memory over long runs.

use pullback_array::{
    Array, DType, Real, Tree, eval, grad, io, live_buffers, live_nodes, tree::map, value_and_grad,
};
use pullback_nn::{Adam, AdamW, RmsProp, Sgd, clip_by_global_norm, global_norm, schedule};
use std::sync::Mutex;

/// Nodes and buffers are counted in the whole process: the tests here run one at a time.
static ALONE: Mutex<()> = Mutex::new(());
fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

/// x, y and z of `Σx⁴/4 + xyz` after five steps from (1, −2, 0.5).
fn five_steps(mut update: impl FnMut(&mut [Array; 3], &[Array; 3])) -> [f64; 3] {
    let f = |[x, y, z]: &[Array; 3]| (x.powi(4) + y.powi(4) + z.powi(4)) / 4.0 + x * y * z;
    let mut x = [1.0, -2.0, 0.5].map(Array::from);
    let step = value_and_grad(f);
    for _ in 0..5 {
        let (_, g) = step(&x);
        update(&mut x, &g)
    }
    x.map(|x| x.item())
}
#[track_caller]
fn close(have: [f64; 3], want: [f64; 3]) {
    assert!(have.iter().zip(want).all(|(x, y)| (x - y).abs() < 1e-9), "{have:?} {want:?}")
}

#[test]
fn the_numbers_of_optax() {
    let _alone = alone();
    let x = [1.0, -2.0, 0.5].map(Array::from);
    let mut opt = Sgd::new(&x, 0.05);
    close(five_steps(|x, g| opt.update(x, g)), [0.9932938330766506, -1.185892693625406, 0.8080341803586639]);
    let mut opt = Sgd::with_momentum(&x, 0.05, 0.9);
    close(five_steps(|x, g| opt.update(x, g)), [0.8981916120569353, 0.1350272326760802, 1.1494124190301636]);
    let mut opt = Sgd::nesterov(&x, 0.05, 0.9);
    close(
        five_steps(|x, g| opt.update(x, g)),
        [0.8425356521088473, -0.17791057499599003, 1.0416229639575831],
    );
    let mut opt = RmsProp::new(&x, 0.05);
    close(five_steps(|x, g| opt.update(x, g)), [1.1112234137723158, -1.202027287518023, 1.1282027326531652]);
    let mut opt = Adam::new(&x, 0.05);
    close(five_steps(|x, g| opt.update(x, g)), [1.0910195187576472, -1.7529648080531928, 0.7491705696477274]);
    let mut opt = AdamW::new(&x, 0.05, 0.1);
    close(five_steps(|x, g| opt.update(x, g)), [1.0783615321439872, -1.7066334218283008, 0.7340700378328034]);
}

/// A model with what optimisers leave alone.
#[derive(Clone, Tree)]
struct Model {
    w: Array,
    half: Array,
    count: Array,
    #[tree(skip)]
    name: &'static str,
}
fn model() -> Model {
    Model { w: Array::from([1.0, 2.0]), half: Array::from([0.5f32]), count: Array::from([7i64]), name: "m" }
}
fn loss(m: &Model) -> Array {
    m.w.square().sum() + m.half.cast(DType::F64).square().sum()
}

#[test]
fn dtypes_stay_and_integers_are_untouched() {
    let _alone = alone();
    let (mut m, step) = (model(), value_and_grad(loss));
    let (mut sgd, mut rms) = (Sgd::with_momentum(&m, 0.1, 0.9), RmsProp::new(&m, 0.1));
    let (mut adam, mut adamw) = (Adam::new(&m, 0.1), AdamW::new(&m, 0.1, 0.1));
    type Update<'a> = &'a mut dyn FnMut(&mut Model, &Model);
    let updates: [Update; 4] = [
        &mut |m, g| sgd.update(m, g),
        &mut |m, g| rms.update(m, g),
        &mut |m, g| adam.update(m, g),
        &mut |m, g| adamw.update(m, g),
    ];
    for update in updates {
        let before = loss(&m).item();
        let g = step(&m).1;
        update(&mut m, &g);
        assert!(loss(&m).item() < before);
        assert_eq!((m.w.dtype(), m.half.dtype(), m.name), (DType::F64, DType::F32, "m"));
        assert_eq!(m.count.to_vec::<i64>(), [7]);
        assert!(m.w.is_evaluated() && m.half.is_evaluated());
    }
}

#[test]
#[should_panic(expected = "Adam: leaf `w` is [2] f64, its gradient [3] f64")]
fn a_gradient_of_another_shape() {
    let _alone = alone();
    let mut m = model();
    let wrong = Model { w: Array::from([1.0, 2.0, 3.0]), ..model() };
    Adam::new(&m, 0.1).update(&mut m, &wrong);
}

#[test]
fn a_saved_optimiser_goes_on_where_it_stopped() {
    let _alone = alone();
    let step = value_and_grad(loss);
    let mut straight = (model(), Adam::new(&model(), 0.1));
    let mut bytes = vec![];
    for t in 0..10 {
        if t == 5 {
            bytes = io::to_bytes(&straight).unwrap();
        }
        let g = step(&straight.0).1;
        straight.1.update(&mut straight.0, &g);
    }
    let mut resumed = (model(), Adam::new(&model(), 0.1));
    io::from_bytes(&bytes, &mut resumed).unwrap();
    for _ in 5..10 {
        let g = step(&resumed.0).1;
        resumed.1.update(&mut resumed.0, &g);
    }
    assert_eq!(straight.0.w.to_vec::<f64>(), resumed.0.w.to_vec::<f64>());
}

#[test]
fn clipping() {
    let _alone = alone();
    let g = (Array::from([3.0, -4.0]), Array::from([[12.0]]), Array::from([5i64]));
    assert_eq!(global_norm(&g).item(), 13.0);
    let (a, b, n) = clip_by_global_norm(&g, 6.5);
    assert_eq!((a.to_vec(), b.to_vec(), n.to_vec()), (vec![1.5, -2.0], vec![6.0], vec![5i64]));
    let (a, ..) = clip_by_global_norm(&g, 13.5);
    assert_eq!(a.to_vec::<f64>(), [3.0, -4.0]);
    let zero = clip_by_global_norm(&Array::from([0.0]), 1.0);
    assert_eq!(zero.to_vec::<f64>(), [0.0]);
}

#[test]
fn norms_of_large_and_vanishing_gradients() {
    let _alone = alone();
    let near = |have: Vec<f64>, want: &[f64]| {
        let close = |(x, y): (&f64, &f64)| (x - y).abs() <= 1e-6 * y.abs();
        assert!(have.iter().zip(want).all(close), "{have:?} {want:?}")
    };
    let single = |x: &Array| clip_by_global_norm(x, 1.0).cast(DType::F64).to_vec::<f64>();
    near(single(&Array::from([1e30f32, 1.0])), &[1.0, 1e-30]);
    near(single(&Array::from([3e38f32, 3e38])), &[0.5f64.sqrt(), 0.5f64.sqrt()]);
    near(single(&Array::from([1e300, 1.0])), &[1.0, 1e-300]);
    let mixed = (Array::from([3e30f32]), Array::from([4e30]), Array::from([0.0]));
    near(vec![global_norm(&mixed).item()], &[5e30]);
    near(vec![global_norm(&Array::from([3e-30f32, 4e-30])).item()], &[5e-30]);
    let g = grad(global_norm)(&mixed);
    near(vec![f64::from(g.0.to_vec::<f32>()[0]), g.1.item(), g.2.item()], &[0.6, 0.8, 0.0]);
    for zero in [(Array::from([0.0f32]), Array::from([0.0])), (Array::from([0.0f32]), Array::from([2.0]))] {
        let (a, b) = grad(global_norm)(&zero);
        assert_eq!((a.to_vec::<f32>()[0], b.item()), (0.0, if zero.1.item() > 0.0 { 1.0 } else { 0.0 }));
    }
    assert_eq!(grad(global_norm)(&Array::from([0.0, 0.0])).to_vec::<f64>(), [0.0, 0.0]);
}

#[test]
fn ten_thousand_steps_do_not_grow() {
    let _alone = alone();
    let (mut m, step) = (model(), value_and_grad(loss));
    let mut opt = AdamW::new(&m, 1e-3, 1e-2);
    let rate = schedule::cosine(1e-3, 10_000);
    let mut held = (0, 0);
    for t in 0..10_000 {
        let (loss, g) = step(&m);
        opt.rate = rate(t);
        opt.update(&mut m, &clip_by_global_norm(&g, 1.0));
        if t % 1000 == 999 {
            assert!(loss.item().is_finite());
        }
        drop((loss, g));
        let now = (live_nodes(), live_buffers());
        if t == 10 {
            held = now
        } else if t > 10 {
            assert_eq!(now, held, "step {t}")
        }
    }
    // Nor does a loop that only evaluates now and then.
    let mut x = Array::from(1.0);
    let nodes = live_nodes();
    for _ in 0..1000 {
        x = (&x + 1.0) * 0.5;
        eval(&[&x]);
        assert!(live_nodes() <= nodes + 1)
    }
    assert_eq!(map(&x, |x| x * 1.0).item(), 1.0);
}
