//! Differential equations, iterated maps, energies.

use crate::table::{Row, rows};
use pullback_array::{Array, Real, stack, where_};

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "lotka_volterra_rk4" => {
        let p = f.unstack(0);
        let slope = |u: &Array| {
            let (prey, hunter) = (u.get(0), u.get(1));
            let met = &prey * &hunter;
            stack(&[&p[0] * prey - &p[1] * &met, &p[2] * met - &p[3] * hunter], 0)
        };
        let dt = a.float("dt");
        (0..a.int("steps")).fold(y.clone(), |u, _| {
            let k1 = slope(&u);
            let k2 = slope(&(&u + dt / 2.0 * &k1));
            let k3 = slope(&(&u + dt / 2.0 * &k2));
            let k4 = slope(&(&u + dt * &k3));
            u + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        })
    },
    "pendulum_leapfrog" => {
        let (mut q, mut p, k, dt) = (f.clone(), y.clone(), &x[2], a.float("dt"));
        for _ in 0..a.int("steps") {
            p -= dt / 2.0 * k * q.sin();
            q += dt * &p;
            p -= dt / 2.0 * k * q.sin()
        }
        stack(&[q, p], 0)
    },
    "nbody_energy" => {
        let n = f.shape()[0];
        let r2 = (f.expand_dims(1) - f).square().sum_axis(-1) + 0.01;
        let pairs = y.outer(y) / r2.sqrt();
        let above = Array::tri(n, n, -1, pullback_array::DType::Bool).t();
        -where_(&above, pairs, 0.0).sum()
    },
    "upwind_advection" => {
        let c = a.float("c");
        (0..a.int("steps")).fold(f.clone(), |u, _| &u - c * (&u - u.roll(1, 0))).square().sum()
    },
    "iterated_tanh_scan" => {
        let (mut state, mut sum) = (x[2].clone(), x[2].zeros_like());
        for _ in 0..a.int("iters") {
            state = (f.matmul(&state) + y).tanh();
            sum += &state
        }
        sum
    },
};
