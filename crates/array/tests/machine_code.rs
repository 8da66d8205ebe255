//! Machine code on what users write: choices beside functions, and gradients of loops over one number. Values are those of
//! the interpreter, at the first call and at the thousandth.

use pullback_array::{
    Array, CpuLevel, DType, MachineCode, Real, cpu_level, fori_loop, grad, jit, jit_update, machine_code,
    scan, set_cpu_level, set_machine_code, value_and_grad, where_,
};
use std::panic::catch_unwind;
use std::process::Command;
use std::sync::{Mutex, MutexGuard};

/// The settings of the process are one test's at a time, and put back.
struct Held {
    machine_code: MachineCode,
    level: CpuLevel,
    _held: MutexGuard<'static, ()>,
}
fn hold() -> Held {
    static HELD: Mutex<()> = Mutex::new(());
    let held = HELD.lock().unwrap_or_else(|e| e.into_inner());
    Held { machine_code: machine_code(), level: cpu_level(), _held: held }
}
impl Drop for Held {
    fn drop(&mut self) {
        set_machine_code(self.machine_code);
        set_cpu_level(self.level)
    }
}

type Pattern = fn(&Array, &Array) -> Array;

/// Functions of numbers under a mask, and what is made of them.
const PATTERNS: [(&str, Pattern); 20] = [
    ("x tanh x", |x, m| where_(&m.greater(0.5), x * x.tanh(), 0.0)),
    ("sin beside cos", |x, m| where_(&m.greater(0.5), x.sin(), x.cos())),
    ("x sin x", |x, m| where_(&m.less(1.5), x * x.sin(), x)),
    ("gelu", |x, m| where_(&m.greater(0.5), x.gelu(), x * 0.5)),
    ("silu", |x, m| where_(&m.greater(0.5), x * x.logistic(), -x)),
    ("mish", |x, m| where_(&m.greater(0.5), x * x.softplus().tanh(), 0.0)),
    ("huber", |x, _| where_(&x.abs().less(0.5), x.square() * 0.5, x.abs() * 0.5 - 0.125)),
    ("elu", |x, _| where_(&x.greater(0.0), x, x.exp_m1() * 0.7)),
    ("leaky", |x, _| where_(&x.greater(0.0), x, x * 0.01)),
    ("clipped log", |x, m| where_(&x.greater(0.1), (x.abs() + 1e-3).ln() * m, m)),
    ("safe root", |x, _| where_(&x.greater(0.0), where_(&x.greater(0.0), x, 1.0).sqrt(), 0.0)),
    ("two masks", |x, m| where_(&x.greater(0.0).logical_and(&m.less(1.5)), x.exp() * x, m - x)),
    ("either", |x, m| where_(&x.greater(0.7).logical_or(&m.less(0.5)), x.erf() + x, x.square())),
    ("not", |x, m| where_(&x.greater(m).logical_not(), (x * m).sin() * x, x + m)),
    ("mask as number", |x, m| x.greater(0.2).cast(x.dtype()) * x.tanh() * m),
    ("between", |x, m| x.maximum(&(m * 0.3)).minimum(&(x.sin() + 0.2)) * x),
    ("sign", |x, m| x.sign() * x.abs().sqrt() * m.greater(0.5).cast(x.dtype())),
    ("soft threshold", |x, _| x.sign() * (x.abs() - 0.3).relu() * x.cosh()),
    ("integers", |x, m| {
        where_(&m.cast(DType::I32).equal(1.0), x * x.tanh(), x.cast(DType::I64).cast(x.dtype()))
    }),
    ("nested", |x, m| where_(&m.equal(0.0), x.sin(), where_(&m.equal(1.0), x * x.cos(), x.tanh() * m))),
];

fn data(n: usize, dtype: DType) -> (Array, Array) {
    let x = Array::linspace(-1.0, 1.0, n).cast(dtype);
    (x, Array::range(n, DType::F64).remainder(3.0).cast(dtype))
}

/// The bits of a value and a gradient.
fn results(f: Pattern, (x, m): &(Array, Array)) -> Vec<Vec<f64>> {
    let loss = |x: &Array| f(x, m).sum();
    let again = jit(move |(x, m): &(Array, Array)| grad(|x: &Array| (f(x, m) * x).sum())(x));
    let (value, g) = value_and_grad(loss)(x);
    let all = [f(x, m), value, g, again(&(x.clone(), m.clone())), again(&(x * 0.5, m.clone()))];
    all.iter().map(|y| y.cast(DType::F64).to_vec::<f64>()).collect()
}

#[test]
fn choices_beside_functions_are_those_of_the_interpreter() {
    let _held = hold();
    for dtype in [DType::F64, DType::F32] {
        for n in [1, 8, 9, 100, 5000, 65_536] {
            let data = data(n, dtype);
            for (name, f) in PATTERNS {
                set_machine_code(MachineCode::Never);
                let want = results(f, &data);
                for way in [MachineCode::Always, MachineCode::Compare] {
                    set_machine_code(way);
                    for (k, (y, want)) in results(f, &data).iter().zip(&want).enumerate() {
                        let differs = y.iter().zip(want).position(|(a, b)| a.to_bits() != b.to_bits());
                        assert_eq!(differs, None, "{name}, {dtype}, {n} elements, {way:?}, result {k}")
                    }
                }
            }
        }
    }
}

/// Programs become machine code somewhere on the way.
#[test]
fn the_thousandth_call_gives_what_the_first_gave() {
    let _held = hold();
    set_machine_code(MachineCode::Auto);
    let (x, m) = data(100, DType::F64);
    for (name, f) in PATTERNS {
        let f = jit(move |x: &Array| {
            let m = Array::range(100, DType::F64).remainder(3.0);
            grad(|x: &Array| f(x, &m).sum())(x)
        });
        let first = f(&x).to_vec::<f64>();
        for call in 0..1000 {
            assert_eq!(f(&x).to_vec::<f64>(), first, "{name}, call {call}")
        }
    }
    assert_eq!(m.size(), 100)
}

/// Gradients of loops whose state is one number; with the values worked out by hand.
#[test]
fn gradients_of_loops_over_one_number() {
    let _held = hold();
    let x = 0.7f64;
    // y ← x y + 2 four times, from x: x⁵ + 2 (x³ + x² + x + 1).
    let slope = 5.0 * x.powi(4) + 2.0 * (3.0 * x * x + 2.0 * x + 1.0);
    let power = jit(grad(|x: &Array| fori_loop(0, 4, |_, y: &Array| y * x + 2.0, x)));
    // y ← r y + 1 along rows, from 0.5: the slope by each row is the product of the later ones times the state before it.
    let rows = [0.3, -0.8, 1.1, 0.4];
    let mut want = vec![];
    for k in 0..rows.len() {
        let before = rows[..k].iter().fold(0.5, |y, r| y * r + 1.0);
        want.push(rows[k + 1..].iter().product::<f64>() * before)
    }
    let recurrence =
        jit(grad(|rows: &Array| scan(|y: &Array, r: &Array| (y * r + 1.0, ()), &Array::from(0.5), rows).0));
    // y[t] = a y[t−1] + b y[t−2] + e[t], by differences of the loop in numbers.
    let noise = [0.5, -0.2, 0.9, 0.1, -0.7];
    let ar = |a: f64, b: f64| noise.iter().fold((0.3, -0.1), |(y, z), e| (a * y + b * z + e, y)).0;
    let h = 1e-5;
    let by_a = (ar(0.6 + h, -0.3) - ar(0.6 - h, -0.3)) / (2.0 * h);
    let by_b = (ar(0.6, -0.3 + h) - ar(0.6, -0.3 - h)) / (2.0 * h);
    let filter = jit(grad(move |(a, b): &(Array, Array)| {
        let step = |(y, z): &(Array, Array), e: &Array| ((a * y + b * z + e, y.clone()), ());
        scan(step, &(Array::from(0.3), Array::from(-0.1)), &Array::from(noise)).0.0
    }));
    for way in [MachineCode::Auto, MachineCode::Always, MachineCode::Never, MachineCode::Compare] {
        set_machine_code(way);
        let calls = if way == MachineCode::Auto { 1000 } else { 20 };
        for call in 0..calls {
            let g = power(&Array::from(x)).item();
            assert!((g - slope).abs() < 1e-13, "{way:?}, call {call}: {g}, not {slope}");
            let g = recurrence(&Array::from(rows)).to_vec::<f64>();
            assert!(g.iter().zip(&want).all(|(g, w)| (g - w).abs() < 1e-14), "{way:?}, call {call}: {g:?}");
            let (a, b) = filter(&(Array::from(0.6), Array::from(-0.3)));
            assert!((a.item() - by_a).abs() < 1e-9 && (b.item() - by_b).abs() < 1e-9, "{way:?}, call {call}")
        }
    }
}

/// A donated state of one number, read again after it was written over.
#[test]
fn a_donated_number_is_updated_once() {
    let _held = hold();
    for way in [MachineCode::Always, MachineCode::Never, MachineCode::Compare] {
        set_machine_code(way);
        let step = jit_update(|(x, v): &(Array, Array), g: &Array| {
            let next = x * 0.5 + g;
            let v = v - x * &next;
            ((next, v.clone()), (x + &v) * x)
        });
        let mut state = (Array::from(1.0), Array::from(2.0));
        let (mut x, mut v) = (1.0f64, 2.0f64);
        for k in 0..10 {
            let g = f64::from(k) * 0.25;
            let y = step(&mut state, &Array::from(g));
            let next = x * 0.5 + g;
            v -= x * next;
            let want = (x + v) * x;
            x = next;
            assert_eq!((state.0.item(), state.1.item(), y.item()), (x, v, want), "{way:?}, step {k}")
        }
    }
}

/// What is said to a variable of the environment that has no such value.
#[test]
fn a_misspelt_setting_is_refused() {
    let run = |variable: &str, value: &str| {
        let test = Command::new(std::env::current_exe().expect("this test's program"))
            .args(["a_donated_number_is_updated_once", "--exact", "--nocapture"])
            .env(variable, value)
            .output()
            .expect("it starts");
        (test.status.success(), String::from_utf8_lossy(&test.stderr).into_owned())
    };
    let (passed, said) = run("PULLBACK_MACHINE_CODE", "nver");
    let sentence = r#"PULLBACK_MACHINE_CODE is "nver": it can be auto, always, never, compare"#;
    assert!(!passed && said.contains(sentence), "{said}");
    let (passed, said) = run("PULLBACK_CPU_LEVEL", "avx");
    let sentence = r#"PULLBACK_CPU_LEVEL is "avx": it can be baseline, avx2, avx512"#;
    assert!(!passed && said.contains(sentence), "{said}");
    for (variable, value) in
        [("PULLBACK_MACHINE_CODE", "never"), ("PULLBACK_CPU_LEVEL", "baseline"), ("PULLBACK_CPU_LEVEL", "")]
    {
        let (passed, said) = run(variable, value);
        assert!(passed, "{said}")
    }
}

/// Levels of vector instructions that this machine has, and one that it may lack.
#[test]
fn the_level_can_be_set() {
    let _held = hold();
    let (x, m) = data(1000, DType::F64);
    let levels = [CpuLevel::Baseline, CpuLevel::Avx2, CpuLevel::Avx512];
    for level in levels {
        // Those that it lacks are refused, and change nothing.
        let before = cpu_level();
        if catch_unwind(|| set_cpu_level(level)).is_err() {
            assert!(level > CpuLevel::Baseline && cpu_level() == before);
            continue;
        }
        assert_eq!(cpu_level(), level);
        for (name, f) in PATTERNS {
            let mut all = vec![];
            for way in [MachineCode::Never, MachineCode::Always, MachineCode::Compare] {
                set_machine_code(way);
                all.push(results(f, &(x.clone(), m.clone())))
            }
            let bits = |all: &Vec<Vec<f64>>| all.iter().flatten().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert!(all.iter().all(|y| bits(y) == bits(&all[0])), "{name} at {level:?}")
        }
    }
}

/// More operands of one program than sixteen bits count.
#[test]
fn a_program_of_seventy_thousand_operands() {
    let _held = hold();
    let xs: Vec<Array> = (0..70_000).map(|k| Array::from([f64::from(k), -1.0])).collect();
    let sum = jit(|xs: &Vec<Array>| xs.iter().fold(Array::from([0.0, 0.0]), |s, x| s + x));
    for way in [MachineCode::Never, MachineCode::Always] {
        set_machine_code(way);
        assert_eq!(sum(&xs).to_vec::<f64>(), [70_000.0 * 69_999.0 / 2.0, -70_000.0], "{way:?}")
    }
}
