//! Shapes of no elements and of one, and draws at the ends of their ranges.

use crate::data;
use accuracy::{functions, modes};
use pullback_array::{Array, DType, Key, Norm};

#[test]
fn no_elements_have_no_derivatives() {
    let functions = functions::all();
    for table in data::tables() {
        let Some(f) = functions.iter().find(|f| f.name == table.name) else { continue };
        let x: Vec<Array> = (0..table.arity).map(|_| Array::zeros(&[0], DType::F64)).collect();
        for transform in ["plain", "jit"] {
            for (y, quantity) in modes::transformed(transform, modes::all, &f.arrays, &x)
                .iter()
                .zip(modes::quantities(table.arity))
            {
                assert_eq!(y.shape(), [0], "{} {transform} {quantity:?}", f.name)
            }
        }
    }
}

#[test]
fn one_number_is_as_many_of_them() {
    let functions = functions::all();
    for table in data::tables() {
        let Some(f) = functions.iter().find(|f| f.name == table.name) else { continue };
        let points = &table.points[..table.points.len().min(20)];
        let columns: Vec<Array> = (0..table.arity)
            .map(|k| Array::from(points.iter().map(|p| p.x[k]).collect::<Vec<f64>>()))
            .collect();
        let many = (f.arrays)(&columns).to_vec::<f64>();
        for (p, many) in points.iter().zip(many) {
            let one = (f.arrays)(&p.x.iter().map(|x| Array::from(*x)).collect::<Vec<_>>()).item();
            // Vector kernels may round the last digits differently.
            let near = (one - many).abs() <= 8.0 * f64::EPSILON * many.abs().max(f64::MIN_POSITIVE);
            assert!(
                one == many || one.is_nan() && many.is_nan() || near,
                "{} at {:?}: {one}, {many}",
                f.name,
                p.x
            )
        }
    }
}

#[test]
fn reductions_of_nothing() {
    let x = Array::zeros(&[3, 0], DType::F64);
    let all = |y: Array| y.to_vec::<f64>();
    assert_eq!(all(x.sum_axis(-1)), [0.0; 3]);
    assert_eq!(all(x.prod_axis(-1)), [1.0; 3]);
    assert_eq!(all(x.logsumexp_axis(-1)), [f64::NEG_INFINITY; 3]);
    assert_eq!(all(x.norm_axis(Norm::Two, -1)), [0.0; 3]);
    assert!(all(x.mean_axis(-1)).iter().all(|y| y.is_nan()));
    assert_eq!(x.softmax(-1).shape(), [3, 0]);
    assert_eq!(x.cumsum(-1).shape(), [3, 0]);
    assert_eq!(Array::full(&[0], f64::INFINITY, DType::F64).sum().item(), 0.0);
}

#[test]
fn draws_stay_within_their_ranges() {
    let n = 1 << 19;
    for dtype in [DType::F32, DType::F64] {
        {
            let (lo, hi) = ends(&Key::new(39).exponential(&[n], dtype));
            assert!(lo > 0.0 && hi < f64::INFINITY, "exponential {dtype}: {lo} to {hi}");
        }
        let (lo, hi) = ends(&Key::new(2).gumbel(&[n], dtype));
        // The largest of n is about ln n, and above it by 12 once in 160,000 times.
        assert!(lo > -4.0 && hi < (n as f64).ln() + 12.0, "gumbel {dtype}: {lo} to {hi}");
        let (lo, hi) = ends(&Key::new(3).truncated_normal(&[n], f64::NEG_INFINITY, f64::INFINITY, dtype));
        assert!(lo > -9.0 && hi < 9.0, "truncated_normal {dtype}: {lo} to {hi}");
        let (lo, hi) = ends(&Key::new(4).uniform(&[n], 10.0, 11.0, dtype));
        assert!(lo >= 10.0 && hi < 11.0, "uniform {dtype}: {lo} to {hi}");
        let (lo, hi) = ends(&Key::new(5).normal(&[n], dtype));
        assert!(lo > -9.0 && hi < 9.0, "normal {dtype}: {lo} to {hi}");
    }
}
fn ends(x: &Array) -> (f64, f64) {
    (x.min().cast(DType::F64).item(), x.max().cast(DType::F64).item())
}

#[test]
fn draws_far_in_the_tail() {
    for (dtype, lo, tolerance) in [(DType::F64, 40.0, 1e-3), (DType::F32, 15.0, 3e-3)] {
        let x = Key::new(6).truncated_normal(&[4096], lo, lo + 1.0, dtype);
        // Nearly exponential beyond lo, of mean 1/lo.
        let mean = x.mean().cast(DType::F64).item();
        let want = lo + 1.0 / lo - 2.0 / lo.powi(3);
        assert!((mean - want).abs() < tolerance, "{dtype}: the mean is {mean}, not {want}")
    }
}

#[test]
fn integers_of_a_wide_range_are_even() {
    let drawn = Key::new(7).integers(&[60000], 0, 3 << 51).to_vec::<i64>();
    for k in 0..3 {
        let share = drawn.iter().filter(|n| **n % 3 == k).count() as f64 / drawn.len() as f64;
        assert!((share - 1.0 / 3.0).abs() < 0.01, "{share} of them are {k} modulo 3")
    }
}

#[test]
fn what_is_impossible_is_not_drawn() {
    // Of 100 rows of 50000, e⁻³⁰ each but the first: 5e-5 draws of another class in all.
    let others = Array::full(&[49999], -30.0, DType::F32);
    let logits = pullback_array::concatenate(&[Array::zeros(&[1], DType::F32), others], 0);
    let drawn = Key::new(9).categorical(&logits.broadcast_to([100i64, 50000]));
    assert_eq!(drawn.not_equal(0.0).cast(DType::F64).sum().item(), 0.0)
}
