//! Taylor mode: against nested forward mode, through every kind of primitive, calls and loops.

use pullback_array::{Array, DType, Key, Real, checkpoint, custom, fori_loop, grad, jet, jit, jvp, vmap};

fn close(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    for (x, y) in a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()) {
        assert!((x - y).abs() <= 1e-10 * y.abs().max(1.0), "{a}\n{b}")
    }
}
fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
/// The first three derivatives along a straight line, nested.
fn nested(f: impl Fn(&Array) -> Array + Copy, x: &Array, v: &Array) -> [Array; 4] {
    let d1 = move |x: &Array, v: &Array| jvp(f)(x, v).1;
    let d2 = |x: &Array| jvp(|x: &Array| d1(x, v))(x, v).1;
    let d3 = jvp(d2)(x, v).1;
    [f(x), d1(x, v), d2(x) / 2.0, d3 / 6.0]
}
fn check(f: impl Fn(&Array) -> Array + Copy, x: &Array) {
    let v = normal(9, x.shape());
    let y = jet(f)(x, &[v.clone(), v.zeros_like(), v.zeros_like()]);
    y.iter().zip(nested(f, x, &v)).for_each(|(y, want)| close(y, &want));
    // Along a curve: x + vt + wt² is x + vs with s = t, moved by w at second order.
    let w = normal(10, x.shape());
    let y = jet(f)(x, &[v.clone(), w.clone()]);
    close(&y[2], &(&nested(f, x, &v)[2] + jvp(f)(x, &w).1));
}

#[test]
fn every_kind_of_primitive() {
    let x = normal(1, &[2, 3]);
    let m = normal(2, &[3, 2]);
    check(|x: &Array| (x.sin() * x.exp() / (x.square() + 1.0)).tanh(), &x);
    check(|x: &Array| x.matmul(&m).sin().matmul(&x.cos()), &x);
    check(|x: &Array| x.t().reshape([6]).cumsum(0).flip(0).get(1..5).pad_by_one().square(), &x);
    check(|x: &Array| x.max_axis(1).exp() * x.take(&Array::from([1i64, 0]), 0).sum_axis(1), &x);
    check(|x: &Array| x.softmax(1).log() + 2.0, &x);
    check(|x: &Array| pullback_array::where_(&x.greater(0.0), x.sqrt_safe(), x.square()), &x);
    let image = normal(3, &[1, 5, 1]);
    let kernel = normal(4, &[2, 1, 1]);
    let conv = pullback_array::Convolution::new("NHC", "HIO", "NHC");
    check(|x: &Array| x.conv_general_dilated(&kernel, &conv).square(), &image);
}

trait More {
    fn pad_by_one(&self) -> Array;
    fn sqrt_safe(&self) -> Array;
}
impl More for Array {
    fn pad_by_one(&self) -> Array {
        self.lax_pad(&[(1, 1, 0)], 0.0)
    }
    fn sqrt_safe(&self) -> Array {
        (self.square() + 0.5).sqrt()
    }
}

#[test]
fn calls_and_loops() {
    let x = normal(1, &[3]);
    let block = checkpoint(|x: &Array| x.sin() * x.sum());
    check(|x: &Array| block(&x.square()), &x);
    // A rule of one's own decides, at every order.
    let doubled = custom(|x: &Array| x.exp(), |x: &Array, _: &Array, g: &Array| 2.0 * g * x.exp());
    check(|x: &Array| doubled(&x.sin()), &x);
    check(|x: &Array| fori_loop(0, 4, |_, y: &Array| (y * x).sin(), x), &x);
}

#[test]
fn composes() {
    let x = normal(1, &[3]);
    let f = |x: &Array| (x.sin() * x.sum()).exp();
    let second = |x: &Array| jet(f)(x, &[x.ones_like(), x.zeros_like()])[2].sum();
    let plain = |x: &Array| nested(f, x, &x.ones_like())[2].sum();
    close(&grad(second)(&x), &grad(plain)(&x));
    close(&jit(second)(&x), &plain(&x));
    let rows = normal(2, &[4, 3]);
    let one_by_one: Vec<Array> = (0..4).map(|i| second(&rows.get(i))).collect();
    close(&vmap(second)(&rows), &pullback_array::stack(&one_by_one, 0));
    // High orders: the coefficients of 1/(1 − t).
    let y = jet(|x: &Array| 1.0 / (1.0 - x))(&Array::from(0.0), &{
        let mut c = vec![Array::from(0.0); 15];
        c[0] = Array::from(1.0);
        c
    });
    assert!(y.len() == 16 && y.iter().all(|y| y.item() == 1.0));
}

#[test]
#[should_panic(expected = "jet: the order is 16, the highest is 15")]
fn too_high() {
    let x = Array::from(0.0);
    jet(|x: &Array| x.clone())(&x, &vec![x.clone(); 16]);
}
