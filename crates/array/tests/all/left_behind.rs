//! What the function of a gradient makes and does not return ends with it: a later gradient that meets it would miss what it
//! depends on, in silence, and so refuses it.

use crate::panics::panic_of;
use pullback_array::*;
use std::cell::RefCell;

fn x() -> Array {
    Array::from([1.0, 2.0])
}

/// Holds that the second run of `step`, which finds what the first has left in `slot`, is refused.
fn refused(name: &str, step: impl Fn(&Array, &RefCell<Option<Array>>)) {
    let slot = RefCell::new(None);
    step(&x(), &slot);
    let panic = panic_of(|| step(&x(), &slot)).unwrap_or_else(|| panic!("{name}: nothing was noticed"));
    assert!(panic.text.contains("belongs to a gradient that has ended"), "{name}: {panic:?}");
    assert!(
        panic.text.contains("left_behind.rs") && panic.file.ends_with("left_behind.rs"),
        "{name}: {panic:?}"
    );
}

fn cached(slot: &RefCell<Option<Array>>, make: impl FnOnce() -> Array) -> Array {
    slot.borrow_mut().get_or_insert_with(make).clone()
}

#[test]
fn a_cache_across_gradients_is_refused() {
    refused("grad", |x, slot| {
        grad(|x: &Array| cached(slot, || x.square()).sum())(x).eval();
    });
    refused("beside what depends on the point", |x, slot| {
        grad(|x: &Array| (x * cached(slot, || x.square())).sum())(x).eval();
    });
    refused("the point itself", |x, slot| {
        grad(|y: &Array| (cached(slot, || y.clone()) * y).sum())(x).eval();
    });
    refused("value_and_grad", |x, slot| {
        value_and_grad(|x: &Array| cached(slot, || x.exp()).sum())(x).0.eval();
    });
    refused("vjp", |x, slot| drop(vjp(|x: &Array| cached(slot, || x.square()) * x)(x)));
    refused("jvp", |x, slot| drop(jvp(|x: &Array| cached(slot, || x.square()) * x)(x, x)));
    refused("linearize", |x, slot| drop(linearize(|x: &Array| cached(slot, || x.square()) * x)(x)));
    refused("hvp", |x, slot| drop(hvp(|x: &Array| (cached(slot, || x.square()) * x).sum())(x, x)));
}

#[test]
fn what_a_function_returns_is_anybodys() {
    let constant = |c: &Array| {
        let g = grad(|x: &Array| (x * c).sum())(&x());
        assert_eq!(g.to_vec::<f64>(), c.to_vec::<f64>())
    };
    // Values, gradients, tangents, and what is made of them, evaluated or not.
    let (y, pull) = vjp(|x: &Array| x.square())(&x());
    constant(&y);
    constant(&(&y * 2.0));
    constant(&pull(&x()));
    drop(pull);
    constant(&y);
    constant(&(y + 1.0));
    let (y, dy) = jvp(|x: &Array| x.exp())(&x(), &x());
    constant(&y);
    constant(&dy);
    let (y, push) = linearize(|x: &Array| x.sin())(&x());
    constant(&(&y * &push(&x())));
    let g = grad(|x: &Array| x.square().sum())(&x());
    constant(&g);
    let (value, g) = value_and_grad(|x: &Array| x.square().sum())(&x());
    constant(&(g * value));
    let (_, aux, _) = value_and_grad_with(|x: &Array| (x.sum(), x.square()))(&x());
    constant(&aux);
    constant(&vjp(|x: &Array| x.clone())(&x()).0);
    // Inside a gradient, with and without what it depends on.
    let inner = grad(|x: &Array| {
        let (y, pull) = vjp(|z: &Array| z.square() * x)(x);
        let (w, _) = vjp(|z: &Array| z.exp())(&Array::from([0.0, 1.0]));
        let late = &w * 2.0;
        (y * pull(x) * w + late).sum()
    })(&x());
    assert!(inner.isfinite().all().item() == 1.0);
    // What is kept without a derivative is a constant.
    let slot = RefCell::new(None);
    for _ in 0..2 {
        let g = grad(|x: &Array| (x * cached(&slot, || x.square().stop_gradient())).sum())(&x());
        assert_eq!(g.to_vec::<f64>(), [1.0, 4.0])
    }
    // Outside of gradients it is what it is.
    let slot = RefCell::new(None);
    grad(|x: &Array| cached(&slot, || x.square()).sum())(&x()).eval();
    let kept = slot.take().expect("kept");
    assert_eq!((kept + 1.0).to_vec::<f64>(), [2.0, 5.0]);
}

/// What is made of a number that was looked at has no derivative, and the lines where one was are told.
#[test]
fn looking_at_numbers_is_told() {
    let lines = |f: fn(&Array) -> Array| -> Vec<u32> { looks(f)(&x()).iter().map(|l| l.line()).collect() };
    let first = line!() + 1;
    let by_number = |x: &Array| x * x.get(0).item();
    let copied = |x: &Array| x * Array::from(x.to_vec::<f64>());
    let of_result = |x: &Array| (0..3).fold(x.clone(), |y, _| &y * y.sum().item());
    let saved = |x: &Array| Array::from_slice(&x.sin().to_vec::<f64>(), &[2]);
    assert_eq!(
        [by_number, copied, of_result, saved].map(|f| lines(f)),
        [0, 1, 2, 3].map(|k| vec![first + k])
    );
    assert!(lines(|x: &Array| x.square() * x.stop_gradient().sum().item()).is_empty());
    // In the inner of two gradients, what depends on the outer one's input belongs to the outer.
    let nested = looks(|x: &Array| grad(|y: &Array| (y * x.sum().item()).sum())(x));
    assert_eq!(nested(&x()).len(), 1);
}
