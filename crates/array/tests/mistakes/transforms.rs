//! Wrong calls of transforms, and of what they return.

use crate::*;

fn sine(x: &Array) -> Array {
    x.sin()
}
fn looks(x: &Array) -> Array {
    if x.get(0).item() > 0.0 { x.sin() } else { x.cos() }
}
fn sum_looking(x: &Array) -> Array {
    looks(x).sum()
}

crate::harness::mistakes! {
    grad(sine)(&a()) => "grad: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    grad(|x: &Array| x.cast(DType::F64).sum())(&i()) => "grad: there is no derivative by integers, and the point has no other leaves: shape [3] i32; write 1.0 for 1, or convert with .cast(DType::F64)\n  made at #";
    grad(|z: &Array| z.get(0))(&z()) => "grad: the function returns a complex number, which has no gradient; take its .real(), .imag() or .abs(), or holomorphic_grad of a holomorphic function\n  made at #";
    value_and_grad(sine)(&a()) => "value_and_grad: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    value_and_grad_with(|x: &Array| (x.sin(), ()))(&a()) => "value_and_grad_with: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    unconnected(sine)(&a()) => "unconnected: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    intermediates(sine)(&a()) => "intermediates: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    grad_or_none(sine)(&a()) => "grad_or_none: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    vjp(sine)(&a()).1(&m()) => "pullback: the cotangent has shape [2, 2] f64, where [3] f64 is wanted\n  cotangent made at #\n  its place made at #";
    vjp(sine)(&a()).1(&f()) => "pullback: the cotangent has shape [3] f32, where [3] f64 is wanted\n  cotangent made at #\n  its place made at #";
    vjp(|x: &Array| vec![x.sin()])(&a()).1(&vec![a(), a()]) => "pullback: the cotangent has 2 leaves where 1 are wanted\n  made at #";
    jvp(sine)(&a(), &m()) => "jvp: the tangent has shape [2, 2] f64, where [3] f64 is wanted\n  tangent made at #\n  its place made at #";
    jvp(|x: &Vec<Array>| x[0].sin())(&vec![a()], &vec![]) => "jvp: the tangent has 0 leaves where 1 are wanted\n  made at #";
    linearize(sine)(&a()).1(&m()) => "linearize: the tangent has shape [2, 2] f64, where [3] f64 is wanted\n  tangent made at #\n  its place made at #";
    linear_transpose(sine, &a())(&a()) => "linear_transpose: the function is not linear: `sin`\n  made at #";
    linear_transpose(|x: &Array| 2.0 * x, &a())(&m()) => "pullback: the cotangent has shape [2, 2] f64, where [3] f64 is wanted\n  cotangent made at #\n  its place made at #";
    linear_transpose(|x: &Array| cond(&Array::from(true), |x: &Array| 2.0 * x, |x: &Array| x.sin(), x), &a())(&a()) => "linear_transpose: the function is not linear: `sin` in `cond`\n  made at #";
    linear_transpose(|x: &Array| fori_loop(0, 3, |_, x: &Array| x.sin(), x), &a())(&a()) => "linear_transpose: the function is not linear: `sin` in `scan`\n  made at #";
    linear_transpose(|x: &Array| custom(|x: &Array| x.sin(), |_, _, g| 2.0 * g)(x), &a())(&a()) => "linear_transpose: the function is not linear: `sin` in `custom`\n  made at #";
    jet(sine)(&a(), &vec![a(); 20]) => "jet: the order is 20, the highest is 15\n  input made at #";
    jet(sine)(&a(), &[m()]) => "jet: the coefficient has shape [2, 2] f64, where [3] f64 is wanted\n  coefficient made at #\n  its place made at #";
    jet(looks)(&a(), &[a()]) => "`jet` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    jacobian(|x: &Array| x.cast(DType::I32))(&a()) => "jacobian: the function's result must be floating point, not i32\n  made at #";
    jacobian(|z: &Array| z.clone())(&z()) => "jacobian: a complex array has two Jacobians' worth of derivatives; write the function of .real() and .imag(), or use holomorphic_grad\n  array of c128 made at #";
    jacobian_with(sine, Mode::Auto, 0)(&a()) => "jacobian_with: a chunk has at least one row";
    hessian(sine)(&a()) => "hessian: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    hessian(|x: &Array| x.cast(DType::F64).sum())(&i()) => "hessian: there is no derivative by integers, and the point has no other leaves: shape [3] i32; write 1.0 for 1, or convert with .cast(DType::F64)\n  made at #";
    hvp(|x: &Array| x.sin().sum())(&a(), &m()) => "hvp: the tangent has shape [2, 2] f64, where [3] f64 is wanted\n  tangent made at #\n  its place made at #";
    gauss_newton(sine, |y: &Array| y.clone())(&a(), &a()) => "gauss_newton: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    gauss_newton(sine, |y: &Array| y.sum())(&a(), &m()) => "gauss_newton: the tangent has shape [2, 2] f64, where [3] f64 is wanted\n  tangent made at #\n  its place made at #";
    fisher(sine)(&a(), &m()) => "fisher: the tangent has shape [2, 2] f64, where [3] f64 is wanted\n  tangent made at #\n  its place made at #";
    holomorphic_grad(|z: &Array| z.clone())(&z()) => "holomorphic_grad: the function must return one complex number (shape []), not shape [3] c128; grad is for real results\n  made at #";
    holomorphic_grad(|x: &Array| Array::complex(x.sum(), 0.0))(&a()) => "holomorphic_grad: leaf `` is f64, and no holomorphic function is of a real number; .cast it to complex, or use grad\n  made at #";
    vmap(sine)(&Array::from(1.0)) => "vmap: leaf `` is a single number and has no axis to map over; capture it in the function, or give it the axis None in vmap_axes\n  made at #";
    vmap(|(x, y): &(Array, Array)| x + y)(&(a(), m())) => "vmap: leaf `0` is a batch of 3, leaf `1` one of 2 (shape [2, 2], axis 0)\n  made at #";
    vmap(|x: &Array| if x.item() > 0.0 { x.sin() } else { x.cos() })(&a()) => "`vmap` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    vmap(|x: &Array| x + d())(&m().reshape([4, 1]).reshape([1, 4])) => "add: shapes [4] and [2] do not broadcast\n  left made at #\n  right made at #";
    vmap_axes(|(x, y): &(Array, Array)| x + y, &[Some(0); 3], &[0])(&(a(), a())) => "vmap_axes: 3 axes for the 2 parts of the input\n  made at #";
    vmap_axes(|(x, y): &(Array, Array)| x + y, &[None, None], &[0])(&(a(), a())) => "vmap: no leaf of the input is mapped\n  made at #";
    vmap_axes(sine, &[Some(2)], &[0])(&m()) => "vmap: axis 2 is out of range for shape [2, 2] of 2 axes\n  made at #";
    vmap_axes(sine, &[Some(0)], &[2])(&m()) => "vmap: axis 2 is out of range for shape [2, 2] of 2 axes\n  made at #";
    jit(looks)(&a()) => "`jit` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    jit(|x: &Array| x + d())(&a()) => "add: shapes [3] and [2] do not broadcast\n  left made at #\n  right made at #";
    jit_update(|x: &Array, _: &()| (looks(x), ()))(&mut a(), &()) => "`jit` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    Jit::new(looks).call(&a()) => "`jit` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    Jit::new(looks).explain(&a()) => "`jit` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    graph(looks)(&a()) => "`graph` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    grad(with_budget(1, |x: &Array| x.sin().exp().cos().sum()))(&a()) => "with_budget: the gradient needs at least 128 bytes beside its inputs, and the budget is 1\n  input made at #";
    with_budget(1, sum_looking)(&a()) => "`with_budget` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    gradient_memory(sum_looking)(&a()) => "`gradient_memory` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    grad(|x: &Array| checkpoint_with(looks, Keep::Nothing)(x).sum())(&a()) => "`checkpoint` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    grad(|x: &Array| { let c = x.sin(); checkpoint(move |x: &Array| x * &c)(x).sum() })(&a()) => "checkpoint: the function uses an array that the running gradient depends on without getting it as an input; pass it in\n  output made at #";
    grad(|x: &Array| { let c = x.sin(); custom(move |x: &Array| x * &c, |_, _, g| g.clone())(x).sum() })(&a()) => "custom: the function uses an array that the running gradient depends on without getting it as an input; pass it in\n  output made at #";
    grad(|x: &Array| { let c = x.sin(); Custom::new("scaled", move |x: &Array| x * &c).pullback(|_, _, g: &Array| g.clone()).call(x).sum() })(&a()) => "scaled: the function uses an array that the running gradient depends on without getting it as an input; pass it in\n  output made at #";
    grad(|x: &Array| custom(|x: &Array| x.sin(), |_, _, g| g.sum())(x).sum())(&a()) => "custom: the cotangent that the rule gave has shape [] f64, where [3] f64 is wanted\n  cotangent that the rule gave made at #\n  its place made at #";
    vmap(|x: &Array| { let c = x.sin(); custom(move |x: &Array| x * &c, |_, _, g| g.clone())(&Array::from(1.0)) })(&a()) => "custom: the function uses an array that depends on the inputs of `vmap` without getting it as an input; pass it in\n  output made at #";
    grad(|x: &Array| Custom::new("twice", |x: &Array| 2.0 * x).pullback(|_, _, g| g.sum()).call(x).sum())(&a()) => "twice: the cotangent that the rule gave has shape [] f64, where [3] f64 is wanted\n  cotangent that the rule gave made at #\n  its place made at #";
    grad(|x: &Array| x.on_cotangent(|g| g.sum()).sum())(&a()) => "the rule of `on_cotangent` gave a cotangent of shape [] f64 for an input of shape [3] f64\n  input made at #";
    a().clip_gradient(1.0, -1.0) => "clip_gradient: the lower bound 1 must not exceed the upper bound -1";
    a().straight_through(|x| x.sum()) => "straight_through: the function made shape [] f64 of shape [3] f64, which cannot pass for it\n  input made at #\n  result made at #";
    grad(|x: &Array| x.prevent_gradient("this is a table").sum())(&a()) => "prevent_gradient: this is a table\n  made at #";
    ravel(&(a(), f())) => "ravel: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    ravel(&(a(), a())).1(&a()) => "ravel: the tree has 6 elements, the array shape [3]\n  made at #";
    check::check_grads(sine, &a(), 0) => "check_grads: `order` is 0, and there is nothing to check";
    check::jacobians(sine, 0.0)(&a()) => "jacobians: the step `delta` is 0, not above 0";
    sparse::SparseJacobian::new(looks, &a()) => "`SparseJacobian` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    sparse::SparseJacobian::new(|x: &Array| x.cast(DType::I32), &a()) => "SparseJacobian: the function's result must be real floating point, not i32\n  made at #";
    sparse::SparseJacobian::with(sine, &i(), sparse::Compression::Auto, sparse::Order::Natural) => "SparseJacobian: the point must be real floating point, not i32\n  made at #";
    sparse::SparseJacobian::new(sine, &a()).evaluate(&m()) => "SparseJacobian: the structure was prepared for a point of shape [3] f64, not [2, 2] f64\n  made at #";
    sparse::SparseHessian::new(sine, &a()) => "SparseHessian: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    sparse::SparseHessian::with(sum_looking, &a(), sparse::HessianColouring::Star, sparse::Order::Natural) => "`SparseHessian` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`\n  array [] f64 made at #";
    sparse::SparseHessian::new(|x: &Array| x.sin().sum(), &a()).evaluate(&f()) => "SparseHessian: the structure was prepared for a point of shape [3] f64, not [3] f32\n  made at #";
}
