//! Results do not depend on the number of threads that compute them, and any thread may build and evaluate.

use pullback_array::{
    Array, DType, Key, Real, grad, hessian, jit, scan, set_threads, threads, value_and_grad,
};

/// The bits of a value, a gradient and some reductions, large enough to be cut into many chunks.
fn results() -> Vec<u64> {
    let key = Key::new(7);
    let x = key.fold_in(0).normal(&[300, 700], DType::F64);
    let w = key.fold_in(1).normal(&[700, 130], DType::F64);
    let u = key.fold_in(2).normal(&[96, 96], DType::F64) * 0.1;
    let f = |(x, w): &(Array, Array)| {
        ((x.matmul(w)).tanh().exp().logsumexp_axis(0) - x.sin().sum_axis(1).mean()).sum()
    };
    let (y, (dx, dw)) = value_and_grad(f)(&(x.clone(), w));
    let single = x.cast(DType::F32);
    let (total, columns) = (single.square().sum(), single.exp().sum_axis(0));
    let (order, running) = (x.argsort(-1).cast(DType::F64), x.cumsum(0));
    let smooth = |x: &Array| ((x.get(1..) - x.get(..-1).square()).square() + x.get(1..)).sum();
    let h = jit(hessian(smooth))(&x.get(0));
    // A loop that is run in parts of its batch.
    let cell = |h: &Array, x: &Array| {
        let h = (h.matmul(&u) + x).tanh();
        (h.clone(), h.square().sum_axis(1))
    };
    let recurrent = |xs: &Array| {
        let (h, sizes) = scan(cell, &Array::zeros(&[64, 96], DType::F64), xs);
        h.sum() + sizes.sin().sum()
    };
    let of_loop = jit(grad(recurrent))(&key.fold_in(3).normal(&[7, 64, 96], DType::F64));
    let f64s = [&y, &dx, &dw, &order, &running, &h, &of_loop]
        .into_iter()
        .flat_map(|a| a.to_vec::<f64>())
        .map(f64::to_bits);
    let f32s = [&total, &columns].into_iter().flat_map(|a| a.to_vec::<f32>()).map(|x| u64::from(x.to_bits()));
    f64s.chain(f32s).collect()
}

#[test]
fn bitwise_the_same_on_one_thread_and_many() {
    let before = threads();
    let counts = [1, 2, 3];
    let runs = counts.map(|n| {
        set_threads(n);
        assert_eq!(threads(), n);
        results()
    });
    set_threads(before);
    for (n, run) in counts.iter().zip(&runs) {
        assert!(*run == runs[0], "{n} threads give other bits than one");
    }
}

#[test]
fn many_threads_build_and_evaluate_on_shared_arrays() {
    fn shared<T: Send + Sync>() {}
    shared::<Array>();
    let x = Key::new(1).normal(&[40, 50], DType::F64);
    // Not evaluated yet: the first to look computes it, the others must agree.
    let y = x.sin() * &x + x.sum();
    let alone = grad(|x: &Array| (x.sin() * x + x.sum()).square().sum())(&x).to_vec::<f64>();
    std::thread::scope(|s| {
        let work = || {
            let g = grad(|x: &Array| (x.sin() * x + x.sum()).square().sum())(&x).to_vec::<f64>();
            (g, y.to_vec::<f64>(), (&y * 2.0).sum().item())
        };
        let running: Vec<_> = (0..8).map(|_| s.spawn(work)).collect();
        let done: Vec<_> = running.into_iter().map(|t| t.join().unwrap()).collect();
        for (g, values, total) in &done {
            assert_eq!((g, values, total), (&alone, &done[0].1, &done[0].2));
        }
    });
}
