//! For every operation a batch is a loop, compiled and recomputed functions are the plain ones, and the order of
//! transforms does not matter.

use crate::common::{Case, Draw, differ, law, law_with, noise};
use pullback_array::sparse::{SparseHessian, SparseJacobian};
use pullback_array::{
    Array, Keep, Real, checkpoint, checkpoint_with, concatenate, grad, hessian, jacobian, jit, jvp, stack,
    vjp, vmap, vmap_axes, with_budget,
};
use std::rc::Rc;

fn agree(what: &str, got: &[Array], want: &[Array]) -> Result<(), String> {
    differ(got, want, 1e-11).map_or(Ok(()), |text| Err(format!("{what}{text}")))
}
/// Lists of arrays as a list of arrays with one more axis.
fn stacked(all: &[Vec<Array>]) -> Vec<Array> {
    let part = |k: usize| stack(&all.iter().map(|x| x[k].clone()).collect::<Vec<_>>(), 0);
    (0..all[0].len()).map(part).collect()
}
/// Σ of the results' elements, each with a weight of its own.
fn weighed(case: &Case, x: &Vec<Array>) -> Array {
    let y = case.call(x);
    let w = noise(&y, 77);
    let terms = y.iter().zip(&w).filter(|(y, _)| y.dtype().is_float());
    terms.fold(Array::from(0.0), |sum, (y, w)| sum + (y * w).sum())
}
fn examples(case: &Case, n: u64) -> Vec<Vec<Array>> {
    (0..n).map(|k| case.example(k)).collect()
}

#[test]
fn a_batch_is_a_loop() {
    law(20, |case| {
        let all = examples(case, 2);
        let f = |x: &Vec<Array>| case.call(x);
        let y: Vec<Vec<Array>> = all.iter().map(f).collect();
        agree("values ", &vmap(f)(&stacked(&all)), &stacked(&y))?;
        // Derivatives, with a direction and a weight for each example.
        let v: Vec<_> = all.iter().enumerate().map(|(k, x)| noise(x, 10 + k as u64)).collect();
        let u: Vec<_> = y.iter().enumerate().map(|(k, y)| noise(y, 20 + k as u64)).collect();
        let push = |(x, v): &(Vec<Array>, Vec<Array>)| jvp(f)(x, v).1;
        let pull = |(x, u): &(Vec<Array>, Vec<Array>)| vjp(f)(x).1(u);
        let loop_push: Vec<_> = all.iter().zip(&v).map(|(x, v)| jvp(f)(x, v).1).collect();
        let loop_pull: Vec<_> = all.iter().zip(&u).map(|(x, u)| vjp(f)(x).1(u)).collect();
        let batch = stacked(&all);
        agree("vmap of jvp ", &vmap(push)(&(batch.clone(), stacked(&v))), &stacked(&loop_push))?;
        agree("vmap of vjp ", &vmap(pull)(&(batch.clone(), stacked(&u))), &stacked(&loop_pull))?;
        // And the other way round.
        agree("jvp of vmap ", &jvp(vmap(f))(&batch, &stacked(&v)).1, &stacked(&loop_push))?;
        agree("vjp of vmap ", &vjp(vmap(f))(&batch).1(&stacked(&u)), &stacked(&loop_pull))
    })
}

#[test]
fn some_inputs_are_shared_and_axes_are_anywhere() {
    law_with(20, |case: &Case, d: &mut Draw| {
        let all = examples(case, 3);
        let first = d.below(case.inputs.len());
        let mapped: Vec<bool> = (0..case.inputs.len()).map(|k| k == first || d.flag()).collect();
        // Each example has its own mapped inputs and the first one's shared inputs.
        let own = |x: &Vec<Array>| -> Vec<Array> {
            (0..x.len()).map(|k| if mapped[k] { x[k].clone() } else { all[0][k].clone() }).collect()
        };
        let y: Vec<Vec<Array>> = all.iter().map(|x| case.call(&own(x))).collect();
        let axes: Vec<Option<isize>> =
            (0..mapped.len()).map(|k| mapped[k].then(|| d.axis(all[0][k].ndim() + 1))).collect();
        let whole = stacked(&all);
        let batch: Vec<Array> = (0..axes.len())
            .map(|k| axes[k].map_or(all[0][k].clone(), |to| whole[k].moveaxis(0, to)))
            .collect();
        let to: Vec<isize> = y[0].iter().map(|y| d.axis(y.ndim() + 1)).collect();
        let want: Vec<Array> = stacked(&y).iter().zip(&to).map(|(y, &to)| y.moveaxis(0, to)).collect();
        let f = vmap_axes(|x: &Vec<Array>| case.call(x), &axes, &to);
        agree("", &f(&batch), &want)?;
        // What is shared gets the sum of the gradients.
        let u = noise(&want, 5);
        let pulled = vjp(&f)(&batch).1(&u);
        let each: Vec<Vec<Array>> = all
            .iter()
            .enumerate()
            .map(|(i, x)| {
                let u: Vec<Array> = u.iter().zip(&to).map(|(u, &to)| u.moveaxis(to, 0).get(i)).collect();
                vjp(|x: &Vec<Array>| case.call(x))(&own(x)).1(&u)
            })
            .collect();
        let want: Vec<Array> = stacked(&each)
            .iter()
            .enumerate()
            .map(|(k, g)| match axes[k] {
                Some(to) => g.moveaxis(0, to),
                None if g.dtype().is_float() => g.sum_axis(0),
                None => all[0][k].zeros_like(),
            })
            .collect();
        agree("vjp ", &pulled, &want)
    })
}

#[test]
fn a_batch_within_a_batch_is_a_loop_in_a_loop() {
    law(8, |case| {
        let rows = examples(case, 4);
        let f = |x: &Vec<Array>| case.call(x);
        let y: Vec<Vec<Array>> = rows.iter().map(f).collect();
        let square = |all: &[Vec<Array>]| stacked(&[stacked(&all[..2]), stacked(&all[2..])]);
        agree("", &vmap(vmap(f))(&square(&rows)), &square(&y))
    })
}

#[test]
fn the_gradient_of_the_sum_is_the_batch_of_gradients() {
    law(10, |case| {
        if !case.has_gradient() {
            return Ok(());
        }
        let batch = stacked(&examples(case, 2));
        let f = |x: &Vec<Array>| weighed(case, x);
        let each = vmap(grad(f))(&batch);
        agree("", &grad(|x: &Vec<Array>| vmap(f)(x).sum())(&batch), &each)?;
        // Again, of the gradients' squares.
        let squares = |g: &[Array]| {
            let floats = g.iter().filter(|g| g.dtype().is_float());
            floats.fold(Array::from(0.0), |sum, g| sum + g.square().sum())
        };
        let second = |x: &Vec<Array>| squares(&grad(f)(x));
        let whole = |x: &Vec<Array>| squares(&vmap(grad(f))(x));
        agree("second ", &grad(whole)(&batch), &vmap(grad(second))(&batch))
    })
}

#[test]
fn an_empty_batch_has_the_shape_of_a_batch() {
    law(8, |case| {
        let one = case.call(&case.example(0));
        let none: Vec<Array> = stacked(&examples(case, 1)).iter().map(|x| x.get(0..0)).collect();
        let y = vmap(|x: &Vec<Array>| case.call(x))(&none);
        let want: Vec<Array> =
            one.iter().map(|y| Array::zeros(&[&[0], y.shape()].concat(), y.dtype())).collect();
        agree("", &y, &want)?;
        let pulled = vjp(vmap(|x: &Vec<Array>| case.call(x)))(&none).1(&want);
        let zeros: Vec<Array> = none.iter().map(Array::zeros_like).collect();
        agree("vjp ", &pulled, &zeros)
    })
}

#[test]
fn compiled_functions_are_the_plain_ones() {
    law(10, |case| {
        let f = |x: &Vec<Array>| case.call(x);
        let compiled = jit(f);
        // The plan of the first call serves the second.
        for k in 0..2 {
            let x = case.example(k);
            agree("values ", &compiled(&x), &f(&x))?;
        }
        let x = case.example(0);
        let (y, v) = (f(&x), noise(&x, 1));
        let u = noise(&y, 2);
        let pulled = vjp(f)(&x).1(&u);
        agree("vjp of jit ", &vjp(&compiled)(&x).1(&u), &pulled)?;
        agree(
            "jit of vjp ",
            &jit(|(x, u): &(Vec<Array>, Vec<Array>)| vjp(f)(x).1(u))(&(x.clone(), u)),
            &pulled,
        )?;
        agree("jvp of jit ", &jvp(&compiled)(&x, &v).1, &jvp(f)(&x, &v).1)?;
        let batch = stacked(&examples(case, 2));
        agree("vmap of jit ", &vmap(&compiled)(&batch), &vmap(f)(&batch))?;
        agree("jit of vmap ", &jit(vmap(f))(&batch), &vmap(f)(&batch))
    })
}

#[test]
fn recomputed_functions_are_the_plain_ones() {
    law(10, |case| {
        let (f, again) = (|x: &Vec<Array>| case.call(x), case.f.clone());
        let recomputed = checkpoint(move |x: &Vec<Array>| again(x));
        let x = case.example(0);
        let (y, v) = (f(&x), noise(&x, 1));
        let u = noise(&y, 2);
        agree("values ", &recomputed(&x), &y)?;
        agree("vjp ", &vjp(&recomputed)(&x).1(&u), &vjp(f)(&x).1(&u))?;
        agree("jvp ", &jvp(&recomputed)(&x, &v).1, &jvp(f)(&x, &v).1)?;
        let second = |g: &dyn Fn(&Vec<Array>) -> Vec<Array>| {
            let pull = |x: &Vec<Array>| {
                let g = vjp(g)(x).1(&u);
                let floats = g.iter().filter(|g| g.dtype().is_float());
                floats.fold(Array::from(0.0), |sum, g| sum + g.square().sum())
            };
            grad(pull)(&x)
        };
        if case.has_gradient() {
            agree("second ", &second(&|x| recomputed(x)), &second(&|x| f(x)))?;
        }
        let batch = stacked(&examples(case, 2));
        agree("vmap ", &vmap(&recomputed)(&batch), &vmap(f)(&batch))
    })
}

/// Blocks and threads: results of many examples, of which there are three kinds.
#[test]
fn a_long_batch_repeats_a_short_one() {
    law(6, |case| {
        let few = stacked(&examples(case, 3));
        let kinds = Array::from((0..301).map(|k| k * k % 3).collect::<Vec<i64>>());
        let many = |x: &[Array]| x.iter().map(|x| x.take(&kinds, 0)).collect::<Vec<_>>();
        let f = vmap(|x: &Vec<Array>| case.call(x));
        let y = f(&few);
        agree("", &f(&many(&few)), &many(&y))?;
        let u = noise(&y, 1);
        let pull = |x: &Vec<Array>, u: &Vec<Array>| vjp(&f)(x).1(u);
        agree("vjp ", &pull(&many(&few), &many(&u)), &many(&pull(&few, &u)))
    })
}

/// The floats among the inputs as one vector, and the floats among the results as a function of it.
fn of_vector<'a>(case: &'a Case, x: &'a [Array]) -> (Array, impl Fn(&Array) -> Array + 'a) {
    let flat = |all: &[Array]| {
        let floats = all.iter().filter(|x| x.dtype().is_float()).map(Array::ravel);
        concatenate(&[vec![Array::from([0.0])], floats.collect()].concat(), 0)
    };
    let f = move |v: &Array| {
        let mut at = 1;
        let place = |x: &Array| {
            if !x.dtype().is_float() {
                return x.clone();
            }
            at += x.size();
            v.get(at - x.size()..at).reshape(x.shape().iter().map(|&n| n as isize).collect::<Vec<_>>())
        };
        flat(&case.call(&x.iter().map(place).collect::<Vec<_>>()))
    };
    (flat(x), f)
}

#[test]
fn sparse_derivatives_are_the_dense_ones() {
    let dense = |m: Vec<Vec<f64>>, columns: usize| Array::from_slice(&m.concat(), &[m.len(), columns]);
    law(8, |case| {
        let x = case.example(0);
        let (v, f) = of_vector(case, &x);
        let found = SparseJacobian::new(&f, &v).evaluate(&v).to_dense();
        agree("", &[dense(found, v.size())], &[jacobian(&f)(&v)])?;
        if v.size() > 24 {
            return Ok(());
        }
        let loss = |v: &Array| f(v).square().sum();
        let found = SparseHessian::new(loss, &v).evaluate(&v).to_dense();
        agree("second ", &[dense(found, v.size())], &[hessian(loss)(&v)])
    })
}

type Step = Rc<dyn Fn(&Vec<Array>) -> Vec<Array>>;

/// The same function compiled, or recomputed in one of the ways.
fn wrapped(f: Step, how: usize) -> Step {
    let plain = move |x: &Vec<Array>| f(x);
    match how {
        0 => Rc::new(plain),
        1 => Rc::new(jit(plain)),
        2 => Rc::new(checkpoint_with(plain, Keep::Nothing)),
        3 => Rc::new(checkpoint_with(plain, Keep::Products)),
        _ => Rc::new(with_budget(usize::MAX, plain)),
    }
}

#[test]
fn compiled_and_recomputed_anywhere_in_batches_of_gradients() {
    law_with(8, |case: &Case, d: &mut Draw| {
        if !case.has_gradient() {
            return Ok(());
        }
        let batch = stacked(&examples(case, 2));
        let want = vmap(grad(|x: &Vec<Array>| weighed(case, x)))(&batch);
        let (f, w) = (case.f.clone(), noise(&case.call(&case.example(0)), 77));
        let loss: Step = Rc::new(move |x: &Vec<Array>| {
            let (y, w) = (f(x), w.clone());
            let terms = y.iter().zip(&w).filter(|(y, _)| y.dtype().is_float());
            vec![terms.fold(Array::from(0.0), |sum, (y, w)| sum + (y * w).sum())]
        });
        let how = [d.below(5), d.below(5), d.below(5)];
        // The batch of gradients: how[0] about the function, how[1] about the gradient, how[2] about the batch.
        let inner = wrapped(loss.clone(), how[0]);
        let of = wrapped(Rc::new(grad(move |x: &Vec<Array>| inner(x).swap_remove(0))), how[1]);
        let whole = wrapped(Rc::new(vmap(move |x: &Vec<Array>| of(x))), how[2]);
        agree(&format!("vmap of grad, {how:?} "), &whole(&batch), &want)?;
        // The gradient of the batch.
        let inner = wrapped(loss, how[0]);
        let of = wrapped(Rc::new(vmap(move |x: &Vec<Array>| inner(x))), how[1]);
        let whole = wrapped(Rc::new(grad(move |x: &Vec<Array>| of(x).swap_remove(0).sum())), how[2]);
        agree(&format!("grad of vmap, {how:?} "), &whole(&batch), &want)
    })
}
