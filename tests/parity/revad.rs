//! A1: Rufflewind's tutorial and `revad`.

use super::{close, panics};
use pullback::real::chain::{self, Chain, Keep};
use pullback::real::{Counts, Dual, Real, Scalar, Tape, Var, grad, vjp};

/// The README's example, word for word but for `wrt`.
#[test]
fn r1_the_example_of_the_readme() {
    let t = Tape::new();
    let x = t.var(0.5);
    let y = t.var(4.2);
    let z = x * y + x.sin();
    let grad = z.grad();
    let exact = |a: f64, b: f64| assert!((a - b).abs() <= 1e-15, "{a} and {b}");
    exact(z.value(), 2.579425538604203);
    exact(grad.wrt(x), 5.077582561890373);
    exact(grad.wrt(y), 0.5);
    // `Copy`: x and y are still there.
    assert_eq!((x + x * y).value(), 0.5 + 0.5 * 4.2);
}

#[test]
fn r2_forward_program() {
    let (x, y) = (0.5, 4.2);
    let pass = |dx, dy| {
        let (x, y) = (Dual::new(x, dx), Dual::new(y, dy));
        let (a, b) = (x * y, x.sin());
        assert_eq!(a.derivative(), 4.2 * dx + 0.5 * dy);
        close(b.derivative(), 0.5f64.cos() * dx);
        (a + b).derivative()
    };
    let reverse = grad(|v: &[Var]| v[0] * v[1] + v[0].sin())(&[x, y]);
    assert_eq!(vec![pass(1.0, 0.0), pass(0.0, 1.0)], reverse);
}

/// Every adjoint of the program can be read.
#[test]
fn r3_reverse_program() {
    let t = Tape::new();
    let (x, y) = (t.var(0.5), t.var(4.2));
    let (a, b) = (x * y, x.sin());
    let z = a + b;
    let g = z.grad();
    assert_eq!((g.wrt(z), g.wrt(b), g.wrt(a)), (1.0, 1.0, 1.0));
    assert_eq!(g.wrt(y), 0.5 * g.wrt(a));
    assert_eq!(g.wrt(x), 4.2 * g.wrt(a) + 0.5f64.cos() * g.wrt(b));
}

/// Two slopes and two dependencies a node; the sweep is a loop, so that 10⁷ nodes in a chain need no stack.
#[test]
fn r4_nodes_of_constant_size_and_no_recursion() {
    let n = 10_000_000;
    let chain = move || {
        let before = Counts::here();
        let g = grad(|x: &[Var]| (0..n / 2).fold(x[0], |y, _| y * x[1] + x[0]))(&[1.0, 0.5]);
        (g, (Counts::here() - before).nodes as usize, Counts::bytes_held())
    };
    let (g, nodes, bytes) =
        std::thread::Builder::new().stack_size(128 * 1024).spawn(chain).unwrap().join().unwrap();
    close(g[0], 2.0);
    close(g[1], 4.0);
    // A vector that grows by doubling, and an adjoint for each node.
    assert!(nodes == n && bytes <= 2 * 32 * nodes + 16 * nodes, "{nodes} nodes, {bytes} bytes");
}

#[test]
fn r5_several_gradients_of_one_tape() {
    let t = Tape::new();
    let x = t.var(3.0);
    let (a, b) = (x * x, x.exp());
    let first = b.grad().wrt(x);
    assert_eq!((a.grad().wrt(x), b.grad().wrt(x)), (6.0, first));
    let c = a * b;
    close(c.grad().wrt(x), 15.0 * 3f64.exp());
    assert_eq!(a.grad().wrt(x), 6.0);
}

#[test]
fn r6_variables_of_two_tapes() {
    let (t, u) = (Tape::new(), Tape::new());
    let message = panics(|| {
        let _ = t.var(1.0) + u.var(2.0);
    });
    assert!(message.starts_with("variables of two tapes cannot be combined"), "{message}");
    assert_eq!(message.matches("revad.rs").count(), 2, "{message}");
    // Inside `grad` no tape is in sight, and a variable that leaves its gradient is refused as well.
    let mut stolen = Var::from(0.0);
    let cell = std::cell::Cell::new(stolen);
    grad(|x: &[Var]| {
        cell.set(x[0]);
        x[0]
    })(&[1.0]);
    stolen = cell.get();
    let message = panics(|| {
        grad(|x: &[Var]| x[0] * stolen)(&[1.0]);
    });
    assert!(message.contains("a gradient that has ended"), "{message}");
}

fn step(x: &f64) -> f64 {
    x + 0.01 * x.sin()
}
fn adjoint(x: &f64, g: f64) -> f64 {
    vjp(|v: &[Var]| v[0] + 0.01 * v[0].sin())(&[*x]).1(&[g])[0]
}

/// `FullChain`: all three sweeps.
#[test]
fn r7_full_chain() {
    let mut chain = Chain::run(0.7, 100, Keep::Full, step);
    let plain = grad(|v: &[Var]| (0..100).fold(v[0], |x, _| x + 0.01 * x.sin()))(&[0.7])[0];
    close(chain.sweep(1.0, step, adjoint), plain);
    close(chain.sweep_mut(1.0, step, |x, g| adjoint(x, g)), plain);
    close(chain.sweep_once(1.0, step, |x, g| adjoint(&x, g)), plain);
}

/// `CtzChain`: as many states as promised, the same result, and `sweep_mut` as well.
#[test]
fn r8_ctz_chain() {
    for (n, states) in [(1000, 11), (100_000, 18)] {
        assert_eq!(Chain::run(0.7, n, Keep::Logarithmic, step).snapshots(), states);
    }
    let cheap = |x: &f64, g: f64| g * (1.0 + 0.01 * x.cos());
    for n in [0usize, 1, 2, 3, 10, 1000, 1_000_000] {
        let full = Chain::run(0.7, n, Keep::Full, step).sweep(1.0, step, cheap);
        let mut chain = Chain::run(0.7, n, Keep::Logarithmic, step);
        let states = if n == 0 { 0 } else { (n as f64).log2().ceil() as usize + 1 };
        assert_eq!((chain.len(), chain.snapshots()), (n, states));
        let mut again = 0u64;
        let swept = chain.sweep(
            1.0,
            |x| {
                again += 1;
                step(x)
            },
            cheap,
        );
        assert_eq!(swept, full, "{n}");
        assert!(again as f64 <= n as f64 * (n.max(2) as f64).log2(), "{n}: {again}");
        if n <= 1000 {
            assert_eq!(chain.sweep_mut(1.0, step, |x, g| cheap(x, g)), full);
            assert_eq!(chain.sweep_once(1.0, step, |x, g| cheap(&x, g)), full);
        }
    }
    // The optimum for so many states, and a length that is not known ahead; states on disk.
    for ((n, slots), forward) in [((10, 3), 15), ((100, 10), 222), ((1000, 10), 3636), ((1000, 20), 2747)] {
        let count = std::cell::Cell::new(0);
        let counted = |x: &f64| {
            count.set(count.get() + 1);
            step(x)
        };
        let g = Chain::run(0.7, n, Keep::Binomial(slots), counted).sweep(1.0, counted, cheap);
        assert_eq!((g, count.get()), (Chain::run(0.7, n, Keep::Full, step).sweep(1.0, step, cheap), forward));
    }
    let (mut online, mut x) = (Chain::new(Keep::Online(8)), 0.7);
    while x < 1.5 {
        online.push(x);
        x = step(&x)
    }
    assert!(online.snapshots() <= 8);
    let full = Chain::run(0.7, online.len(), Keep::Full, step).sweep(1.0, step, cheap);
    assert_eq!(online.sweep(1.0, step, cheap), full);
    let disk =
        chain::on_disk(&[0.7], online.len(), 1.0, |x| vec![step(&x[0])], |x, g| cheap(&x[0], g)).unwrap();
    assert_eq!(disk, full);
}

/// The wishes of ideas.md.
#[test]
fn r9_the_wishes() {
    // Types of one's own on a tape: any struct generic in its number.
    struct Point<R> {
        x: R,
        y: R,
    }
    fn area<R: Scalar>(a: &Point<R>, b: &Point<R>) -> R {
        a.x * b.y - a.y * b.x
    }
    let f = |v: &[Var]| area(&Point { x: v[0], y: v[1] }, &Point { x: v[2], y: v[3] });
    assert_eq!(grad(f)(&[1.0, 2.0, 3.0, 4.0]), [4.0, -3.0, -2.0, 1.0]);
    // A differentiated function inside a function: one that is differentiated again.
    let slope = |v: &[Var]| grad(|u: &[Var]| u[0].powi(3))(v)[0];
    assert_eq!(grad(slope)(&[2.0]), [12.0]);
    // The adjoint as a function of its own, x ↦ (g_y ↦ g_x), used as often as one likes.
    let (y, adjoint) = vjp(|v: &[Var]| vec![v[0] * v[1], v[0].sin()])(&[2.0, 5.0]);
    assert_eq!(y[0], 10.0);
    assert_eq!(adjoint(&[1.0, 0.0]), [5.0, 2.0]);
    close(adjoint(&[0.0, 3.0])[0], 3.0 * 2f64.cos());
    // Memory of one region: nothing of it stays on the tape when it was differentiated on its own.
    let before = Counts::here();
    grad(|v: &[Var]| {
        let here = Counts::open_nodes();
        let inner = grad(|u: &[Var]| (0..1000).fold(u[0], |a, _| a * u[0]))(&[v[0].value()])[0];
        assert_eq!(Counts::open_nodes(), here);
        v[0] * inner
    })(&[1.0]);
    assert!((Counts::here() - before).recordings == 2);
}
