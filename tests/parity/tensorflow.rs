//! A3: TensorFlow's `gradients`, capability by capability. Its arguments are functions here: a list of results is their sum
//! or a tree, a cotangent is given to a pullback, an intermediate is an input of the rest or has a name.
//!
//! Over 400 lines: one file a system, one test (or more) a row.

use super::{all_close, close, panics};
use pullback::array::{
    Array, DType, Real, SparseRows, bounded_while, checkpoint, cond, custom, fori_loop, grad, grad_or_none,
    hessian, hvp, intermediates, jacobian, unconnected, value_and_grad, vjp, while_loop,
};
use pullback::nn::{Adam, Sgd};
use pullback::real::{self, Tape, Var};

fn number(x: f64) -> Array {
    Array::from(x)
}

/// A list of results: their sum, or cotangents 1 for each.
#[test]
fn t1_several_results() {
    let y = |x: &Array| {
        let y = x.square();
        let y1 = y.square();
        y1.square()
    };
    let both = move |x: &Array| (x.square(), y(x));
    let (_, pull) = vjp(both)(&number(3.0));
    close(pull(&(number(1.0), number(1.0))).item(), 17502.0);
    close(
        grad(move |x: &Array| {
            let (a, b) = both(x);
            a + b
        })(&number(3.0))
        .item(),
        17502.0,
    );
    let g = real::grad(|x: &[Var]| x[0].powi(2) + x[0].powi(8))(&[3.0]);
    close(g[0], 17502.0);
}

/// Cotangents of one's own; a result without one has none; a wrong shape or dtype is refused.
#[test]
fn t2_cotangents_of_ones_own() {
    let f = |(x, y): &(Array, Array)| (x * y, x.clone());
    let p = (number(3.0), number(2.0));
    let (_, pull) = vjp(f)(&p);
    close(pull(&(number(1.0), number(2.0))).0.item(), 4.0);
    let t = Tape::new();
    let (x, y) = (t.var(3.0), t.var(2.0));
    let loss = x * y;
    close(t.gradient(&[(loss, 1.0), (x, 2.0)]).wrt(x), 4.0);
    close(t.gradient(&[(loss, 1.0)]).wrt(x), 2.0);
    let shape = panics(|| {
        pull(&(Array::from([1.0, 2.0]), number(2.0)));
    });
    assert!(
        shape.contains("the cotangent has shape [2] f64 at leaf `0`, where [] f64 is wanted")
            && shape.contains("tensorflow.rs"),
        "{shape}"
    );
    let dtype = panics(|| {
        pull(&(Array::from(1f32), number(2.0)));
    });
    assert!(dtype.contains("the cotangent has shape [] f32 at leaf `0`, where [] f64 is wanted"), "{dtype}");
    // A wrong count.
    let (_, pull) = vjp(|x: &Array| vec![x * 2.0, x * 3.0])(&number(1.0));
    let count = panics(|| {
        pull(&vec![number(1.0)]);
    });
    assert!(
        count.starts_with("pullback: the cotangent has 1 leaves where 2 are wanted\n  made at")
            && count.contains("tensorflow.rs"),
        "{count}"
    );
    let (_, pull) = real::vjp(|x: &[Var]| [x[0], x[0]])(&[1.0]);
    let count = panics(|| drop(pull(&[1.0, 2.0, 3.0])));
    assert!(
        count.starts_with("vjp: one cotangent for each of the 2 results is needed, not 3\n  made at"),
        "{count}"
    );
}

/// Derivatives by results on the way, and where one input comes before the other.
#[test]
fn t3_by_intermediates() {
    let t = Tape::new();
    let x = t.var(1.0);
    let y = 2.0 * x;
    let z = 3.0 * y;
    assert_eq!((z.grad().wrt(x), z.grad().wrt(y)), (6.0, 3.0));
    let (_, g, named) = intermediates(|x: &Array| 3.0 * (2.0 * x).named("y"))(&number(1.0));
    assert_eq!((g.item(), named[0].cotangent.item()), (6.0, 3.0));
}

/// Partial derivatives: results held fixed, as an argument and as the operation, for every subset of four.
#[test]
fn t4_results_held_fixed() {
    let t = Tape::new();
    let a = t.var(0.0);
    let b = 2.0 * a;
    let y = a + b;
    let total = y.grad();
    assert_eq!((total.wrt(a), total.wrt(b)), (3.0, 1.0));
    let part = t.partial(&[(y, 1.0)], &[a, b]);
    assert_eq!((part.wrt(a), part.wrt(b)), (1.0, 1.0));
    // a → b = f(a), c = f(a, b), d = f(b, c), result f(all).
    for mask in 0..16 {
        let held = |k: usize| mask >> k & 1 == 1;
        let t = Tape::new();
        let a = t.var(0.4);
        let b = a.sin();
        let c = a * b;
        let d = b.exp() * c;
        let y = a * b * c * d;
        let all = [a, b, c, d];
        let fixed: Vec<_> = (0..4).filter(|&k| held(k)).map(|k| all[k]).collect();
        let g = t.partial(&[(y, 1.0)], &fixed);
        let stop = |k: usize, x: Array| if held(k) { x.stop_gradient() } else { x };
        let by = |which: usize| {
            grad(|delta: &Array| {
                // Each result takes a little more, by which the whole is differentiated.
                let extra = |k: usize, x: Array| if k == which { stop(k, x) + delta } else { stop(k, x) };
                let a = extra(0, number(0.4));
                let b = extra(1, a.sin());
                let c = extra(2, &a * &b);
                let d = extra(3, b.exp() * &c);
                a * b * c * d
            })(&number(0.0))
        };
        for (k, x) in all.into_iter().enumerate() {
            close(g.wrt(x), by(k).item());
        }
    }
}

/// What has no influence: `None`, or zeros of its shape and dtype; and a list of its names. The two ways are two functions,
/// so that the compiler knows an unknown one.
#[test]
fn t5_no_connection() {
    let f = |(a, b): &(Array, Array)| a.square().sum() + b.stop_gradient().sum().cast(DType::F64);
    let p = (number(3.0), Array::from([1f32, 2.0]));
    let (_, g) = grad_or_none(f)(&p);
    assert!(g[0].1.is_some() && g[1].1.is_none());
    let zeros = grad(f)(&p).1;
    assert_eq!((zeros.shape(), zeros.dtype(), zeros.to_vec::<f32>()), (&[2][..], DType::F32, vec![0.0, 0.0]));
    assert_eq!(unconnected(f)(&p), ["1"]);
    assert_eq!(real::grad_or_none(|x: &[Var]| x[0] * 2.0)(&[1.0, 1.0]), [Some(2.0), None]);
    let t = Tape::new();
    let (x, y) = (t.var(1.0), t.var(2.0));
    assert_eq!((x * x).grad().wrt_or_none(y), None);
}

/// Contributions are added, one after the other, in pairs as a tree, or all at once: the function says how, by the same
/// operations as any sum.
#[test]
fn t6_aggregation() {
    let t = Tape::new();
    let x = t.var(1.0);
    let y = 2.0 * x;
    let z: real::TapeVar = (0..10).map(|_| y).sum();
    assert_eq!((z.grad().wrt(x), z.grad().wrt(y)), (20.0, 10.0));
    let accumulated = |all: Vec<Array>| all.into_iter().sum::<Array>();
    let tree = |mut all: Vec<Array>| {
        while all.len() > 1 {
            all = all.chunks(2).map(|pair| pair.iter().cloned().sum()).collect()
        }
        all.swap_remove(0)
    };
    let at_once = |all: Vec<Array>| pullback::array::stack(&all, 0).sum();
    let ways: [&dyn Fn(Vec<Array>) -> Array; 3] = [&accumulated, &tree, &at_once];
    for sum in ways {
        let f = |x: &Array| {
            let y = (2.0 * x).named("y");
            sum(vec![y; 10])
        };
        let (z, g, named) = intermediates(f)(&number(1.0));
        assert_eq!((z.item(), g.item(), named[0].cotangent.item()), (20.0, 20.0, 10.0));
    }
}

/// A scheduling property: all gradients are computed together, from one finished plan; nobody sees one before the others
/// are known.
#[test]
fn t7_gradients_come_together() {
    let f = |(a, b): &(Array, Array)| (a * b).sin().sum();
    let (y, (da, db)) = value_and_grad(f)(&(Array::from([1.0, 2.0]), Array::from([3.0, 4.0])));
    assert!(!da.is_evaluated() && !db.is_evaluated());
    da.eval();
    assert!(db.is_evaluated() && y.is_evaluated());
}

/// Where a gradient is computed: there is one device, and each operation of the gradient names the line of the operation
/// that it belongs to.
#[test]
fn t8_gradients_stand_with_their_operations() {
    let line = line!() + 1;
    let f = |x: &Array| (x.sin() * 2.0).sum();
    let g = pullback::array::graph(grad(f))(&Array::from([1.0]));
    let cos = g.nodes().iter().find(|s| s.name == "cos").unwrap();
    assert_eq!(cos.at.line(), line);
}

/// Gradients of gathered rows are rows: added up by putting them one after the other, never made dense unless asked, and
/// taken as they are by optimisers. The dense shape is always known, and how large the dense array would be is a product
/// of it: a library that prints nothing has no warning, and densifying is a call (`to_dense`, or looking at the numbers).
#[test]
fn t9_sparse_rows() {
    let table = Array::range(8, DType::F64).reshape([4, 2]);
    let lookup = |t: &Array, i: [i64; 2]| t.take_rows(&Array::from(i));
    let loss = |t: &Array| (lookup(t, [0, 1]) * lookup(t, [2, 3]) * lookup(t, [1, 3])).sum();
    let (y, g) = value_and_grad(loss)(&table);
    y.item();
    let rows = SparseRows::of(&g).expect("few rows");
    assert!(!g.is_evaluated() && rows.len() == 6 && rows.shape == [4, 2]);
    assert_eq!(rows.coalesced().index.to_vec::<i64>(), [0, 1, 2, 3]);
    let dense = rows.to_dense().to_vec::<f64>();
    let by_hand = grad(|t: &Array| {
        let row = |i: isize| t.get(i);
        (row(0) * row(2) * row(1) + row(1) * row(3) * row(3)).sum()
    })(&table);
    all_close(&by_hand, &dense);
    all_close(&g, &dense);
    assert_eq!(rows.shape.iter().product::<usize>(), 8);
    // Rows of rows: the gathered part is dense, the gradient of the table has the rows that were gathered first.
    let nested = |t: &Array| lookup(&lookup(t, [3, 1]), [0, 0]).square().sum();
    let g = grad(nested)(&table);
    let rows = SparseRows::of(&g).expect("few rows");
    assert_eq!((rows.len(), rows.index.to_vec::<i64>()), (2, vec![3, 1]));
    all_close(&rows.to_dense(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 24.0, 28.0]);
    // Rows that do not fit a dense shape are refused.
    let odd = SparseRows { shape: vec![4, 3], ..rows };
    let message = panics(|| drop(odd.to_dense()));
    assert!(
        message.starts_with("SparseRows::to_dense: row numbers of shape [2] i64 and rows of shape [2, 2] are not those of an array of shape [4, 3]"),
        "{message}"
    );
    let none = SparseRows { shape: vec![], ..odd };
    assert!(panics(|| drop(none.coalesced())).contains("of an array of shape []"));
    // With a dense part it is dense.
    let mixed = grad(|t: &Array| lookup(t, [0, 1]).sum() + t.sum())(&table);
    assert!(SparseRows::of(&mixed).is_none());
    all_close(&mixed, &[2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0]);

    // A table of 10⁶ rows: a step touches two of them, and changes them in place.
    let mut big = Array::ones(&[1_000_000, 4], DType::F32);
    big.eval();
    let of_big = |t: &Array| (t.take_rows(&Array::from([7, 999_999])) * 3.0).sum();
    let (mut sgd, mut adam) = (Sgd::new(&big, 0.5), Adam::new(&big, 0.1).lazy());
    for _ in 0..3 {
        let g = grad(of_big)(&big);
        sgd.update(&mut big, &g);
        assert!(!g.is_evaluated());
        let g = grad(of_big)(&big);
        adam.update(&mut big, &g);
        assert!(!g.is_evaluated());
    }
    let now = big.take_rows(&Array::from([6, 7])).to_vec::<f32>();
    assert!(now[..4] == [1.0; 4] && now[4..].iter().all(|x| (x - (1.0 - 4.5 - 0.3)).abs() < 1e-4), "{now:?}");
}

/// Choices and loops, of the host and as operations. (From inside a loop there is no gradient by the initial value of a
/// loop variable: the body is a function of the state it is given, and sees no other.)
#[test]
fn t10_control_flow() {
    let f = |p: bool| {
        grad(move |a: &Array| cond(&Array::from(p), |a: &Array| 2.0 * a, |a: &Array| 3.0 * a, a))(&number(
            1.0,
        ))
        .item()
    };
    assert_eq!((f(true), f(false)), (2.0, 3.0));
    let unrolled = grad(|x: &Array| (0..5).fold(x.clone(), |y, _| (y * x).sin()))(&number(0.8)).item();
    let looped = grad(|x: &Array| {
        fori_loop(0, 5, |_, (y, x): &(Array, Array)| ((y * x).sin(), x.clone()), &(x.clone(), x.clone())).0
    })(&number(0.8));
    close(looped.item(), unrolled);
    let bounded = grad(|x: &Array| {
        let state = (x.clone(), x.clone(), number(0.0));
        type State = (Array, Array, Array);
        let step = |(y, x, k): &State| ((y * x).sin(), x.clone(), k + 1.0);
        bounded_while(|(_, _, k): &State| k.less(5.0), step, &state, 20).0
    });
    close(bounded(&number(0.8)).item(), unrolled);
    // Forward mode through a loop of unknown length; reverse mode asks for a bound.
    let doubled = |x: &Array| while_loop(|x: &Array| x.less(100.0), |x: &Array| x * 2.0, x);
    close(pullback::array::jvp(doubled)(&number(1.5), &number(1.0)).1.item(), 128.0);
    let message = panics(|| {
        grad(doubled)(&number(1.5)).item();
    });
    assert!(message.contains("bounded_while"), "{message}");
}

/// Functions of functions, rules of their own, and captured arrays. A function has one rule, the one it was made with: there
/// is no registry in which it could be defined twice.
#[test]
fn t11_functions() {
    let f = |x: &Array| x.square() + 1.0;
    close(grad(f)(&number(2.0)).item(), 4.0);
    let twice = |x: &Array| f(&f(x).named("b1"));
    let (_, g, named) = intermediates(twice)(&number(2.0));
    assert_eq!((g.item(), named[0].cotangent.item()), (40.0, 10.0));
    let plus = |(x, b): &(Array, Array)| x.square() + b;
    let at = (number(2.0), number(1.0));
    let scaled = |by: f64| {
        let f = custom(plus, move |(x, _), _, g: &Array| (by * 2.0 * x * g, by * g));
        let (x, b) = grad(move |p: &(Array, Array)| f(p))(&at);
        (x.item(), b.item())
    };
    assert_eq!((scaled(2.0), scaled(3.0)), ((8.0, 2.0), (12.0, 3.0)));
    // Captured arrays are differentiated like any other; nested as well.
    let captured = |w: &Array| {
        let inner = |x: &Array| x * w;
        inner(&number(2.0))
    };
    close(grad(captured)(&number(5.0)).item(), 2.0);
    let nested = |w: &Array| {
        let outer = |x: &Array| {
            let inner = |y: &Array| x * y * w;
            inner(&number(2.0))
        };
        outer(&number(2.0))
    };
    close(grad(nested)(&number(5.0)).item(), 4.0);
    // Inner gradients of captured arrays: d/dx of 2·(w·x) at the w captured.
    close(grad(|w: &Array| grad(|x: &Array| 2.0 * (w * x))(&number(3.0)))(&number(5.0)).item(), 2.0);
    // A function with a rule of its own must get them as inputs, or it says so.
    let message = panics(|| {
        grad(|w: &Array| checkpointed_capture(w))(&number(1.0));
    });
    assert!(message.contains("without getting it as an input"), "{message}");
}
fn checkpointed_capture(w: &Array) -> Array {
    let w = w.clone();
    checkpoint(move |x: &Array| x * &w)(&number(2.0))
}

/// Every primitive has a rule or is declared flat, and the compiler knows: there is no lookup that could fail. Rules are
/// overridden by calling another function.
#[test]
fn t12_rules() {
    let generous = custom(|x: &Array| x.round(), |_, _, g: &Array| g.clone());
    assert_eq!(grad(|x: &Array| x.round())(&number(1.2)).item(), 0.0);
    assert_eq!(grad(|x: &Array| generous(x))(&number(1.2)).item(), 1.0);
    let scoped =
        |rounding: &dyn Fn(&Array) -> Array| grad(|x: &Array| rounding(&(x * 2.0)))(&number(1.2)).item();
    assert_eq!((scoped(&|x| x.round()), scoped(&generous)), (0.0, 2.0));
}

#[test]
fn t13_stopped_and_forbidden() {
    let (_, g) = grad_or_none(|x: &Array| x.stop_gradient() * 2.0)(&number(1.0));
    assert!(g[0].1.is_none());
    let forbidden = |x: &Array| x.prevent_gradient("the table was rounded") * 2.0;
    assert_eq!(forbidden(&number(1.0)).item(), 2.0);
    for message in [
        panics(|| {
            grad(forbidden)(&number(1.0));
        }),
        panics(|| {
            pullback::array::jvp(forbidden)(&number(1.0), &number(1.0));
        }),
    ] {
        assert!(
            message
                .starts_with("prevent_gradient: the table was rounded\n  made at tests/parity/tensorflow.rs"),
            "{message}"
        );
    }
}

#[test]
fn t14_integers_are_constants() {
    let (_, g) = grad_or_none(|(x, n): &(Array, Array)| (x * n.cast(DType::F64)).sum())(&(
        number(3.0),
        Array::from(2),
    ));
    assert_eq!((g.len(), g[0].0.as_str()), (1, "0"));
    let message = panics(|| {
        grad(|z: &Array| z * z)(&Array::from(pullback::array::Complex64::new(7.0, 3.0)));
    });
    assert!(message.contains("the function returns a complex number"), "{message}");
}

#[test]
fn t15_a_rule_is_held_to_its_word() {
    let f = custom(|x: &Array| x * 2.0, |_, _, _: &Array| Array::from([1.0, 2.0, 3.0]));
    let message = panics(|| {
        grad(|x: &Array| f(x).sum())(&Array::from([1.0, 2.0]));
    });
    assert!(
        message.contains("custom") && message.contains("[3] f64") && message.contains("[2] f64"),
        "{message}"
    );
    assert!(message.starts_with("custom: the cotangent that the rule gave has shape"), "{message}");
    let f = custom(|x: &Array| x * 2.0, |x, _, _: &Array| x.cast(DType::F32));
    let message = panics(|| {
        grad(|x: &Array| f(x).sum())(&Array::from([1.0, 2.0]));
    });
    assert!(message.contains("has shape [2] f32, where [2] f64 is wanted"), "{message}");
    let f = custom(|x: &(Array, Array)| &x.0 * &x.1, |x, _, g: &Array| (g * &x.1, g.reshape([1])));
    let message = panics(|| {
        grad(|x: &(Array, Array)| f(x))(&(number(1.0), number(2.0)));
    });
    assert!(
        message.starts_with(
            "custom: the cotangent that the rule gave has shape [1] f64 at leaf `1`, where [] f64 is wanted"
        ),
        "{message}"
    );
    let f = custom(|x: &Vec<Array>| &x[0] * &x[1], |x, _, g: &Array| vec![g * &x[1]]);
    let message = panics(|| {
        grad(|x: &Vec<Array>| f(x))(&vec![number(1.0), number(2.0)]);
    });
    assert!(message.contains("1 leaves where 2 are wanted"), "{message}");
}

#[test]
fn t16_hessians() {
    let a = Array::from([[1.0, 2.0, 0.5], [-1.0, 3.0, 0.0], [4.0, 1.0, -2.0]]);
    let f = |x: &Array| x.matmul(&a).matmul(x);
    let (x, v) = (Array::from([0.3, -0.2, 0.9]), Array::from([1.0, 2.0, -1.0]));
    let h = &a + a.t();
    all_close(&hessian(f)(&x), &h.to_vec::<f64>());
    all_close(&hvp(f)(&x, &v), &h.matmul(&v).to_vec::<f64>());
    let x = Array::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let h = hessian(|x: &Array| (0.5 * x.t().matmul(x)).sum())(&x);
    assert_eq!(h.shape(), [2, 3, 2, 3]);
    // d²/dx_ij dx_kl of ½ Σ_ab Σ_i x_ia x_ib is 1 where i = k.
    let want: Vec<f64> = (0..36).map(|e| if e / 18 == e / 3 % 2 { 1.0 } else { 0.0 }).collect();
    all_close(&h, &want);
    // Several inputs: the blocks, each input's own on the diagonal.
    let f = |(a, b): &(Array, Array)| (a * a * b).sum();
    let p = (number(2.0), number(3.0));
    let own = hessian(|a: &Array| f(&(a.clone(), p.1.clone())))(&p.0);
    let other = hessian(|b: &Array| f(&(p.0.clone(), b.clone())))(&p.1);
    assert_eq!((own.item(), other.item()), (6.0, 0.0));
    let blocks = jacobian(move |p: &(Array, Array)| grad(f)(p).0)(&p);
    assert_eq!((blocks.0.item(), blocks.1.item()), (6.0, 4.0));
}

#[test]
fn t17_unused_outputs() {
    let g = grad(|x: &Array| x.split(3, 0)[1].square().sum())(&Array::from([1.0, 2.0, 3.0]));
    all_close(&g, &[0.0, 4.0, 0.0]);
    let (_, pull) = vjp(|x: &Array| x.split(3, 0))(&Array::from([1.0, 2.0, 3.0]));
    let zero = Array::from([0.0]);
    all_close(&pull(&vec![zero.clone(), Array::from([1.0]), zero]), &[0.0, 1.0, 0.0]);
}

/// The catalogue, each with reference values and derivatives: docs/operations.md is made from the table that the
/// conformance tests run.
#[test]
fn t18_the_catalogue() {
    let page = include_str!("../../docs/operations.md");
    let rows = page.lines().filter(|l| l.starts_with("| `")).count();
    assert!(rows > 320, "{rows}");
    for family in [
        "matmul",
        "conv",
        "einsum",
        "cholesky",
        "svd",
        "fft",
        "sort",
        "where",
        "cumsum",
        "take",
        "pad",
        "logsumexp",
    ] {
        assert!(page.contains(&format!("| `{family}")), "{family}");
    }
}
