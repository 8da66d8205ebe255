//! Random numbers have the distributions they are named after, also in the tails. The keys are fixed.

use pullback_array::{Array, DType, Key, Real, where_};

fn close(have: f64, want: f64, tolerance: f64) {
    assert!((have - want).abs() <= tolerance, "{have} is not {want} to within {tolerance}")
}

/// The mean, the variance, and whether all are finite and none is 0.
fn moments(x: &Array) -> (f64, f64) {
    let x = x.cast(DType::F64);
    assert!(x.isfinite().all().item() == 1.0 && x.equal(0.0).any().item() == 0.0);
    (x.mean().item(), x.var().item())
}

#[test]
fn moments_of_noise() {
    for dtype in [DType::F32, DType::F64] {
        let shape = [100_000];
        let key = Key::new(3);
        for (x, mean, var) in [
            (key.normal(&shape, dtype), 0.0, 1.0),
            (key.exponential(&shape, dtype), 1.0, 1.0),
            (key.gumbel(&shape, dtype), 0.5772156649015329, 1.6449340668482264),
            (key.truncated_normal(&shape, f64::NEG_INFINITY, f64::INFINITY, dtype), 0.0, 1.0),
            (key.truncated_normal(&shape, -1.0, 2.0, dtype), 0.22963717909132897, 0.5197625392115339),
            (
                key.truncated_normal(&shape, 1.0, f64::INFINITY, dtype),
                1.5251352761609812,
                0.19909766557034879,
            ),
            (key.uniform(&shape, -2.0, 1.0, dtype), -0.5, 0.75),
        ] {
            let (m, v) = moments(&x);
            close(m, mean, 5.0 * (var / 1e5f64).sqrt());
            close(v, var, 0.04 * var);
        }
    }
}

#[test]
fn tails_of_noise() {
    // −ln of an exponential number's distribution functions is exponential again: as large as ln n.
    for dtype in [DType::F32, DType::F64] {
        let e = Key::new(5).exponential(&[1 << 20], dtype);
        let (least, most) = (e.min().item(), e.max().item());
        assert!((1e-8..1e-5).contains(&least) && (11.0..20.0).contains(&most), "{least} {most}");
        // Equal numbers: of 2²⁰ below 1/16 few would be, were they multiples of 2⁻²⁴.
        let small = e.sort(0).get(0..1 << 12);
        let ties = small.get(1..).equal(small.get(..-1)).sum().item();
        assert!(ties < 16.0, "{ties}");
    }
}

#[test]
fn a_uniform_number_does_not_reach_its_bound() {
    for (dtype, n) in [(DType::F32, 1 << 22), (DType::F64, 1 << 10)] {
        let x = Key::new(1).uniform(&[n], 10.0, 11.0, dtype);
        assert!(x.max().item() < 11.0 && x.min().item() >= 10.0);
        let far = 16777216.0;
        let x = Key::new(1).uniform(&[1 << 12], far, far + 8.0, dtype);
        assert!(x.max().item() < far + 8.0);
        let wide = if dtype == DType::F32 { 3e38 } else { 1.7e308 };
        let x = Key::new(2).uniform(&[1 << 12], -wide, wide, dtype) / wide;
        close(x.mean().item(), 0.0, 0.05);
        assert!(x.isfinite().all().item() == 1.0);
    }
}

#[test]
fn normal_numbers_far_in_a_tail() {
    // Means and deviations by mpmath.
    for (lo, hi, mean, deviation) in [
        (40.0, 41.0, 40.024968847207264, 0.0249533239988),
        (8.5, 9.0, 8.6086439968521763, 0.0992387380408),
        (5.0, f64::INFINITY, 5.186503967125842, 0.180821554625),
        (20.0, f64::INFINITY, 20.04975306852785, 0.0496312564323),
        (1000.0, f64::INFINITY, 1000.000999998, 0.000999997),
    ] {
        for (dtype, exact) in [(DType::F32, 4e-6), (DType::F64, 0.0)] {
            let key = Key::new(11);
            let n = 20_000f64;
            let x = key.truncated_normal(&[n as usize], lo, hi, dtype).cast(DType::F64);
            assert!(x.min().item() >= lo && x.max().item() <= hi);
            close(x.mean().item(), mean, 5.0 * deviation / n.sqrt() + exact * lo);
            close(x.std().item(), deviation, 0.04 * deviation + exact * lo);
            let y = key.truncated_normal(&[n as usize], -hi, -lo, dtype).cast(DType::F64);
            close(y.mean().item(), -mean, 5.0 * deviation / n.sqrt() + exact * lo);
        }
    }
}

#[test]
fn large_ranges_of_integers_are_even() {
    for count in [3i64 << 51, 3 << 40, 3 << 60, (3 << 20) + 3, i64::MAX] {
        let n = 90_000;
        let x = Key::new(4).integers(&[n], -5, count - 5).to_vec::<i64>();
        assert!(x.iter().all(|&x| (-5..count - 5).contains(&x)));
        let third = |k: i64| x.iter().filter(|&&x| (x + 5) / (count / 3 + 1) == k).count() as f64 / n as f64;
        (0..3).for_each(|k| close(third(k), 1.0 / 3.0, 0.008));
        let odd = x.iter().filter(|&&x| x & 1 == 1).count() as f64 / n as f64;
        close(odd, 0.5, 0.008);
    }
    assert_eq!(Key::new(0).integers(&[3], 7, 8).to_vec::<i64>(), [7, 7, 7]);
}

#[test]
fn impossible_classes_are_not_drawn() {
    let l =
        where_(&Array::range(50_000, DType::I64).equal(0.0), 0.0, Array::full(&[50_000], -30.0, DType::F32));
    // Of 10⁶ rows one would be of another class.
    let drawn = Key::new(9).categorical(&l.broadcast_to([100i64, 50_000]));
    assert_eq!(drawn.max().item(), 0.0);
    let never = Array::from([f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY]).broadcast_to([100_000i64, 3]);
    let drawn = Key::new(1).categorical(&never);
    assert_eq!((drawn.min().item(), drawn.max().item()), (1.0, 1.0));
    let p = Array::from([0.5f32, 0.25, 0.25]).ln().broadcast_to([100_000i64, 3]);
    close(Key::new(2).categorical(&p).equal(0.0).cast(DType::F64).mean().item(), 0.5, 0.008);
}
