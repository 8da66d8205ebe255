//! Sparse Jacobians and Hessians against the dense ones; colourings against their definitions.

use proptest::prelude::*;
use pullback_real::sparse::*;
use pullback_real::{Real, Scalar, Var, hessian, jacobian};

const ORDERS: [Order; 5] =
    [Order::Natural, Order::LargestFirst, Order::SmallestLast, Order::IncidenceDegree, Order::Random(7)];
const COMPRESSIONS: [Compression; 4] =
    [Compression::Auto, Compression::Columns, Compression::Rows, Compression::Both];

#[track_caller]
fn same(have: &[Vec<f64>], want: &[Vec<f64>]) {
    assert_eq!(have.len(), want.len());
    for (a, b) in have.iter().flatten().zip(want.iter().flatten()) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}")
    }
}
fn points(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.3 + ((i * i + 1) as f64 * 0.618).fract()).collect()
}
fn jacobian_of(f: impl Fn(&[Var]) -> Vec<Var> + Copy, n: usize) {
    let (prepared_at, x) = (points(n), points(n).iter().map(|x| 1.1 * x).collect::<Vec<_>>());
    let want = jacobian(f)(&x);
    for compression in COMPRESSIONS {
        for order in ORDERS {
            let j = SparseJacobian::with(f, &prepared_at, compression, order);
            same(&j.evaluate(&x).unwrap().to_dense(), &want);
            let (columns, rows) = j.colours();
            // No entry meets another of its group.
            let p = j.pattern();
            for (i, row) in rows.iter().enumerate() {
                if row.is_none() {
                    let mut colours: Vec<_> =
                        p.row(i).iter().map(|&k| columns[k as usize].unwrap()).collect();
                    colours.sort_unstable();
                    assert!(colours.windows(2).all(|w| w[0] != w[1]));
                }
            }
        }
    }
}
fn hessian_of(f: impl Fn(&[Var]) -> Var + Copy, n: usize) {
    let (prepared_at, x) = (points(n), points(n).iter().map(|x| 1.1 * x).collect::<Vec<_>>());
    let want = hessian(f)(&x);
    for colouring in [HessianColouring::Star, HessianColouring::Acyclic] {
        for order in ORDERS {
            let h = SparseHessian::with(f, &prepared_at, colouring, order);
            same(&h.evaluate(&x).unwrap().to_dense(), &want);
            is_valid(h.pattern(), h.colours(), colouring);
        }
    }
}
/// Neighbours differ; two colours make stars, or a forest.
fn is_valid(p: &Pattern, colours: &[u32], colouring: HessianColouring) {
    let n = p.rows();
    let edges: Vec<(usize, usize)> =
        (0..n).flat_map(|i| p.row(i).iter().map(move |&j| (i, j as usize))).filter(|(i, j)| i < j).collect();
    assert!(edges.iter().all(|&(i, j)| colours[i] != colours[j]));
    let most = colours.iter().max().map_or(0, |c| c + 1);
    for a in 0..most {
        for b in a + 1..most {
            let pair = |&&(i, j): &&(usize, usize)| {
                (colours[i].min(colours[j]), colours[i].max(colours[j])) == (a, b)
            };
            let own: Vec<_> = edges.iter().filter(pair).collect();
            let mut degree = vec![0; n];
            own.iter().for_each(|(i, j)| {
                degree[*i] += 1;
                degree[*j] += 1
            });
            match colouring {
                HessianColouring::Star => {
                    assert!(own.iter().all(|(i, j)| degree[*i] == 1 || degree[*j] == 1))
                }
                HessianColouring::Acyclic => {
                    let mut parent: Vec<usize> = (0..n).collect();
                    let find = |parent: &[usize], mut i: usize| {
                        while parent[i] != i {
                            i = parent[i]
                        }
                        i
                    };
                    for (i, j) in own {
                        let (a, b) = (find(&parent, *i), find(&parent, *j));
                        assert!(a != b, "a cycle of two colours");
                        parent[a] = b
                    }
                }
                other => unreachable!("{other:?}"),
            }
        }
    }
}

fn banded(x: &[Var]) -> Vec<Var> {
    let at = |i: isize| if (0..x.len() as isize).contains(&i) { x[i as usize] } else { Var::from(0.5) };
    (0..x.len() as isize).map(|i| at(i - 2).sin() * at(i) + at(i + 1).exp() - at(i - 1) * at(i + 2)).collect()
}
/// A dense first row and column, and the diagonal.
fn arrow(x: &[Var]) -> Vec<Var> {
    let first: Var = x.iter().map(|x| x.square()).sum();
    std::iter::once(first).chain(x[1..].iter().map(|y| *y * x[0] + y.exp())).collect()
}
/// −Δu + u³ on a square grid.
fn laplace(u: &[Var]) -> Vec<Var> {
    let n = u.len().isqrt();
    let at = |i: usize, j: usize| {
        if i == 0 || j == 0 || i > n || j > n { Var::from(0.0) } else { u[(i - 1) * n + j - 1] }
    };
    let one = |i: usize, j: usize| {
        4.0 * at(i, j) - at(i - 1, j) - at(i + 1, j) - at(i, j - 1) - at(i, j + 1) + at(i, j).powi(3)
    };
    (1..=n).flat_map(|i| (1..=n).map(move |j| (i, j))).map(|(i, j)| one(i, j)).collect()
}
/// Bundle adjustment (ADBench): an observation's two residuals and its weight's, of a camera of 11, a point of 3, a weight.
fn project<R: Scalar>(camera: &[R], point: &[R], weight: R, feature: [f64; 2]) -> [R; 3] {
    let x: Vec<R> = (0..3).map(|k| point[k] - camera[3 + k]).collect();
    let r = &camera[..3];
    let angle = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    let v: Vec<R> = r.iter().map(|r| *r / angle).collect();
    let (s, c) = angle.sin_cos();
    let cross = [v[1] * x[2] - v[2] * x[1], v[2] * x[0] - v[0] * x[2], v[0] * x[1] - v[1] * x[0]];
    let along = (v[0] * x[0] + v[1] * x[1] + v[2] * x[2]) * (1.0 - c);
    let p: Vec<R> = (0..3).map(|k| x[k] * c + cross[k] * s + v[k] * along).collect();
    let (a, b) = (p[0] / p[2], p[1] / p[2]);
    let r2 = a * a + b * b;
    let bend = 1.0 + camera[9] * r2 + camera[10] * r2 * r2;
    let image = |a: R, k: usize| weight * (camera[6] * a * bend + camera[7 + k] - feature[k]);
    [image(a, 0), image(b, 1), 1.0 - weight * weight]
}
/// Three cameras, five points, every pair observed.
fn bundle(x: &[Var]) -> Vec<Var> {
    let (cameras, rest) = x.split_at(33);
    let (points, weights) = rest.split_at(15);
    let one = |k: usize| {
        let (c, p) = (k % 3, k / 3);
        project(&cameras[11 * c..11 * c + 11], &points[3 * p..3 * p + 3], weights[k], [0.1 * k as f64, 0.2])
    };
    (0..15).flat_map(one).collect()
}

#[test]
fn known_structures() {
    for n in [1, 2, 5, 17] {
        jacobian_of(banded, n);
        jacobian_of(arrow, n);
        hessian_of(|x| banded(x).iter().map(|y| y.square()).sum(), n);
        hessian_of(|x| arrow(x)[1..].iter().map(|y| y.exp()).sum::<Var>() + x[0], n);
    }
    jacobian_of(laplace, 25);
    jacobian_of(bundle, 63);
    hessian_of(|x| laplace(x).iter().map(|y| y.square()).sum(), 16);
    hessian_of(|x| laplace(x).iter().zip(x).map(|(y, x)| *y * *x).sum(), 25);
}

#[test]
fn as_few_sweeps_as_the_structure_needs() {
    let x = points(400);
    // A band of five, a grid's five-point star, a dense row and column.
    assert_eq!(SparseJacobian::new(banded, &x).sweeps(), 5);
    assert!(SparseJacobian::new(laplace, &x).sweeps() <= 8);
    assert_eq!(SparseJacobian::new(arrow, &x).sweeps(), 3);
    // Two residuals of an observation share all but the weight's: 11 + 3 + 1 columns, or two reverse sweeps and more.
    assert!(SparseJacobian::new(bundle, &points(63)).sweeps() <= 15);
    let tridiagonal = |x: &[Var]| x.windows(2).map(|w| (w[0] * w[1]).sin()).sum::<Var>();
    let sweeps = |c| SparseHessian::with(tridiagonal, &x, c, Order::Natural).sweeps();
    assert_eq!((sweeps(HessianColouring::Star), sweeps(HessianColouring::Acyclic)), (3, 2));
    // An arrow: a star with its centre apart.
    let spokes = |x: &[Var]| x[1..].iter().map(|y| (*y * x[0]).exp()).sum::<Var>();
    assert_eq!(SparseHessian::new(spokes, &x).sweeps(), 2);
    // A long vector: time and memory grow with it, not with its square.
    let long = vec![0.5; 100_000];
    let j = SparseJacobian::new(banded, &long);
    assert_eq!((j.sweeps(), j.evaluate(&long).unwrap().values().len()), (5, 5 * 100_000 - 6));
    let h = SparseHessian::new(tridiagonal, &long);
    assert_eq!((h.sweeps(), h.evaluate(&long).unwrap().values().len()), (3, 3 * 100_000 - 2));
}

#[test]
fn another_branch_is_reported() {
    let f = |x: &[Var]| vec![x[0] * 2.0, if x[0] > 1.0 { x[1] * x[2] } else { x[1] }];
    let j = SparseJacobian::new(f, &[0.0, 1.0, 1.0]);
    assert_eq!(j.evaluate(&[0.5, 3.0, 4.0]).unwrap().to_dense()[1], [0.0, 1.0, 0.0]);
    assert_eq!(j.evaluate(&[2.0, 3.0, 4.0]).unwrap_err(), PatternChanged { row: 1 });
    let g = |x: &[Var]| if x[0] > 1.0 { x[0] * x[1] * x[2] } else { x[0] * x[1] };
    let h = SparseHessian::new(g, &[0.0, 1.0, 1.0]);
    assert!(h.evaluate(&[0.5, 3.0, 4.0]).is_ok());
    let wrong = h.evaluate(&[2.0, 3.0, 4.0]).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "row 0 has an entry at this point that it had not where the structure was prepared (a branch was taken the other way); prepare it here"
    );
}

/// Entries of any size are found: what is compared is what was recorded.
#[test]
fn small_entries_of_another_branch_are_reported() {
    let f = |x: &[Var]| vec![if x[0] > 0.0 { x[0] * 1e12 } else { x[0] * 1e12 + x[1] * 1e-3 }];
    let j = SparseJacobian::new(f, &[1.0, 2.0]);
    assert_eq!(j.evaluate(&[2.0, 2.0]).unwrap().to_dense(), [[1e12, 0.0]]);
    assert_eq!(j.evaluate(&[-1.0, 2.0]).unwrap_err(), PatternChanged { row: 0 });
    let g =
        |x: &[Var]| if x[0] > 0.0 { x[0].square() * 1e12 } else { x[0].square() * 1e12 + x[0] * x[1] * 1e-9 };
    let h = SparseHessian::new(g, &[1.0, 2.0]);
    assert!(h.evaluate(&[3.0, 2.0]).is_ok() && h.evaluate(&[-1.0, 2.0]).is_err());
    // Prepared where there are more, it serves where there are fewer, and where another number of steps is done.
    let j = SparseJacobian::new(f, &[-1.0, 2.0]);
    assert_eq!(j.evaluate(&[1.0, 2.0]).unwrap().to_dense(), [[1e12, 0.0]]);
    let steps = |x: &[Var]| {
        let mut y = x[0];
        while y * y > 0.01 {
            y = 0.5 * y * x[0].cos()
        }
        vec![y, x[1]]
    };
    let j = SparseJacobian::new(steps, &[0.5, 1.0]);
    assert_eq!(j.evaluate(&[1.4, 1.0]).unwrap().to_dense(), jacobian(steps)(&[1.4, 1.0]));
}
/// A slope that is 0 where the structure was prepared is not one that is 0 everywhere.
#[test]
fn zero_multipliers_leave_their_entries() {
    let relu = |x: &[Var]| x[0].sin().relu() * 3.0 + x[1].square();
    let maximum = |x: &[Var]| x[0].square().max(x[1].square() * x[2]) + x[2];
    let product = |x: &[Var]| (x[0] * x[1]).relu() * x[2];
    type Function<'a> = &'a dyn Fn(&[Var]) -> Var;
    for f in [&relu as Function, &maximum, &product] {
        let (x, others) =
            ([-1.0, 0.5, 0.2], [[1.0, 0.5, 0.2], [0.3, 2.0, 1.5], [-2.0, -0.1, -0.3], [0.0; 3]]);
        let h = SparseHessian::new(|x: &[Var]| f(x), &x);
        for y in others.iter().chain([&x]) {
            let want = hessian(|x: &[Var]| f(x))(y);
            same(&h.evaluate(y).unwrap().to_dense(), &want)
        }
    }
    let j = SparseJacobian::new(|x| vec![x[0] * x[1], (x[0] * x[2]).relu()], &[0.0, 0.0, -1.0]);
    assert_eq!(j.evaluate(&[2.0, 3.0, 4.0]).unwrap().to_dense(), [[3.0, 2.0, 0.0], [4.0, 0.0, 2.0]]);
}

#[test]
fn forms_of_a_matrix() {
    let f = |x: &[Var]| vec![x[2] * x[0], Var::from(1.0), x[2].exp()];
    let x = [2.0, 5.0, 0.0];
    let j = SparseJacobian::new(f, &x).evaluate(&x).unwrap();
    assert_eq!(
        j.by_rows(),
        Compressed { starts: vec![0, 2, 2, 3], indices: vec![0, 2, 2], values: vec![0.0, 2.0, 1.0] }
    );
    assert_eq!(
        j.by_columns(),
        Compressed { starts: vec![0, 1, 1, 3], indices: vec![0, 0, 2], values: vec![0.0, 2.0, 1.0] }
    );
    assert_eq!(j.times(&[1.0, 1.0, 3.0]), [6.0, 0.0, 3.0]);
    let none = SparseJacobian::new(|_: &[Var]| vec![], &[]);
    assert_eq!((none.sweeps(), none.evaluate(&[]).unwrap().values().len()), (0, 0));
}

#[test]
#[should_panic(expected = "SparseJacobian::evaluate: the structure was prepared for 3 variables, not 2")]
fn of_another_length() {
    let _ = SparseJacobian::new(|x: &[Var]| x.to_vec(), &[1.0; 3]).evaluate(&[1.0; 2]);
}

/// Which variables each result, or each term, multiplies.
fn structures() -> impl Strategy<Value = (usize, Vec<Vec<usize>>)> {
    (1usize..14).prop_flat_map(|n| {
        let row = prop::collection::vec(0..n, 0..4);
        (Just(n), prop::collection::vec(row, 0..14))
    })
}
proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_structure((n, rows) in structures()) {
        let term = |x: &[Var], row: &[usize]| row.iter().map(|&k| (x[k] + 0.5).sin()).product::<Var>();
        jacobian_of(|x| rows.iter().map(|row| term(x, row)).collect(), n);
        hessian_of(|x| rows.iter().map(|row| term(x, row)).sum(), n);
        // The three ways to a pattern.
        let f = |x: &[Var]| -> Vec<Var> { rows.iter().map(|row| term(x, row)).collect() };
        let [a, b, c] = [Propagation::Forward, Propagation::Reverse, Propagation::Subgraph].map(|way| pattern(f, way)(&vec![0.3; n]));
        prop_assert_eq!(&a, &b);
        prop_assert_eq!(&a, &c);
    }
}
