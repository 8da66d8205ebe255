//! What a checkpointed function keeps in a file: the same gradients under every transform, to the bit, in less memory, and
//! no file that stays.

use crate::layers::{Net, layer, net, normal};
use pullback_array::*;
use std::path::PathBuf;

/// The loss in blocks of layers, each keeping the same.
fn in_blocks(keep: Keep, size: usize) -> impl Fn(&Net) -> Array + Clone {
    move |(ws, x)| {
        let block = |x: &Array, ws: &[Array]| {
            let f = |(ws, x): &Net| ws.iter().fold(x.clone(), |x, w| layer(w, &x));
            checkpoint_with(f, keep.clone())(&(ws.to_vec(), x.clone()))
        };
        ws.chunks(size).fold(x.clone(), |x, ws| block(&x, ws)).square().mean()
    }
}
fn flat(n: &Net) -> Array {
    let all: Vec<Array> = n.0.iter().chain([&n.1]).map(Array::ravel).collect();
    concatenate(&all, 0)
}
#[track_caller]
fn same(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    let bits = |x: &Array| x.to_vec::<f64>().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(a), bits(b), "{a}\n{b}")
}
#[track_caller]
fn says(f: impl FnOnce(), text: &str) {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("a panic");
    let have = payload.downcast_ref::<String>().expect("a text");
    assert!(have.starts_with(text) && have.contains("\n  made at "), "{have}");
}

/// An empty folder of its own, removed afterwards.
struct Folder(PathBuf);
impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("pullback-test-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }
    fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.0).expect("a folder").next().is_none()
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn derivatives_are_those_of_what_is_kept_in_memory() {
    let folder = Folder::new("derivatives");
    let p = net(4, 3, 2);
    let dp = (p.0.iter().map(Real::sin).collect::<Vec<_>>(), p.1.cos());
    for keep in [Keep::Products, Keep::Named(vec!["product"]), Keep::Nothing] {
        let [plain, f] = [keep.clone(), keep.on_disk(&folder.0)].map(|keep| in_blocks(keep, 2));
        let (want, have) = (value_and_grad(&plain)(&p), value_and_grad(&f)(&p));
        same(&have.0, &want.0);
        same(&flat(&have.1), &flat(&want.1));
        same(&jvp(&f)(&p, &dp).1, &jvp(&plain)(&p, &dp).1);
        let forward = |f: &dyn Fn(&Net) -> Array| flat(&jvp(grad(f))(&p, &dp).1);
        same(&forward(&f), &forward(&plain));
        let reverse =
            |f: &dyn Fn(&Net) -> Array| flat(&grad(|p: &Net| (flat(&grad(f)(p)) * flat(&dp)).sum())(&p));
        same(&reverse(&f), &reverse(&plain));
        assert!(folder.is_empty());
        // A pullback, as often as asked, and after the value was looked at.
        let (y, pull) = vjp(&f)(&p);
        same(&y, &want.0);
        for scale in [1.0, 3.0] {
            same(&flat(&pull(&Array::from(scale))), &flat(&vjp(&plain)(&p).1(&Array::from(scale))));
        }
    }
    // Integers, 32-bit and complex numbers come back as they were.
    let mixed = |x: &Array| {
        let order = x.argsort(0).named("order");
        let z = Array::complex(x, x.cos()).exp().named("spiral");
        (x.take(&order, 0).named("sorted") * x * z.abs()).cos().sum()
    };
    let x = normal(4, &[5]).cast(DType::F32);
    let keep = Keep::Named(vec!["order", "sorted", "spiral"]).on_disk(&folder.0);
    assert_eq!(grad(checkpoint_with(mixed, keep))(&x).to_vec::<f32>(), grad(mixed)(&x).to_vec::<f32>());
    assert!(folder.is_empty());
}

#[test]
fn compiled_batched_and_both() {
    let folder = Folder::new("compiled");
    let p = net(4, 3, 2);
    let [plain, f] = [Keep::Products, Keep::Products.on_disk(&folder.0)].map(|keep| in_blocks(keep, 2));
    let g = flat(&grad(&plain)(&p));
    let compiled = jit(grad(&f));
    for _ in 0..3 {
        same(&flat(&compiled(&p)), &g);
    }
    same(&flat(&grad(jit(&f))(&p)), &g);
    same(&flat(&jit(grad(jit(&f)))(&p)), &g);
    // Training: the old weights' memory is used again.
    let step = |f: &dyn Fn(&Net) -> Array| {
        let update = jit_update(|p: &Net, _: &()| {
            let (y, g) = value_and_grad(f)(p);
            ((p.0.iter().zip(&g.0).map(|(w, g)| w - 0.1 * g).collect(), p.1.clone()), y)
        });
        let mut p = p.clone();
        let losses: Vec<f64> = (0..3).map(|_| update(&mut p, &()).item()).collect();
        (losses, flat(&p))
    };
    let (have, want) = (step(&f), step(&plain));
    assert_eq!(have.0, want.0);
    same(&have.1, &want.1);
    // A gradient for each example, of inputs and of weights; a batch of batches.
    let inputs = normal(5, &[3, 2, 3]);
    let by_input = |f: &dyn Fn(&Net) -> Array, x: &Array| grad(|x: &Array| f(&(p.0.clone(), x.clone())))(x);
    let by_all = |f: &dyn Fn(&Net) -> Array, x: &Array| flat(&grad(f)(&(p.0.clone(), x.clone())));
    let each = |f: &dyn Fn(&Net) -> Array| {
        [
            vmap(|x: &Array| by_input(f, x))(&inputs),
            vmap(|x: &Array| by_all(f, x))(&inputs),
            jit(vmap(|x: &Array| by_all(f, x)))(&inputs),
            grad(|x: &Array| vmap(|x: &Array| f(&(p.0.clone(), x.clone())))(x).sum())(&inputs),
            vmap(vmap(|x: &Array| by_input(f, x)))(&inputs.reshape([3, 1, 2, 3])),
            map_rows(|x: &Array| by_input(f, x), &inputs),
            vmap(|x: &Array| jvp(|x: &Array| by_input(f, x))(x, &x.cos()).1)(&inputs),
        ]
    };
    each(&f).iter().zip(&each(&plain)).for_each(|(a, b)| same(a, b));
    // One way forth, many back: by a batch of cotangents, and by a loop, which reads what was written outside of it.
    let kept = |keep: Keep| checkpoint_with(|x: &Array| layer(&p.0[0], x).square(), keep);
    let x = &p.1;
    let rows = |keep: Keep| {
        let (y, pull) = vjp(kept(keep))(x);
        let seeds = normal(7, &[4, y.shape()[0], y.shape()[1]]);
        [
            vmap(|g: &Array| pull(g))(&seeds),
            map_rows(|g: &Array| pull(g), &seeds),
            jit(|g: &Array| pull(g))(&y),
        ]
    };
    let (have, want) = (rows(Keep::Products.on_disk(&folder.0)), rows(Keep::Products));
    have.iter().zip(&want).for_each(|(a, b)| same(a, b));
    let keep = || Keep::Products.on_disk(&folder.0);
    same(&jacobian(kept(keep()))(x), &jacobian(kept(Keep::Products))(x));
    let sum = |keep: Keep| {
        let f = kept(keep);
        move |x: &Array| f(x).sum()
    };
    same(&hessian(sum(keep()))(x), &hessian(sum(Keep::Products))(x));
    let curve = [x.cos(), x.sin()];
    let taylor = |keep: Keep| jet(grad(sum(keep)))(x, &curve);
    taylor(keep()).iter().zip(&taylor(Keep::Products)).for_each(|(a, b)| same(a, b));
    assert_eq!(find_nan(grad(sum(keep())))(x), None);
    assert!(folder.is_empty());
}

#[test]
fn inside_loops_and_choices() {
    let folder = Folder::new("loops");
    let (w, x) = (0.3 * normal(1, &[3, 3]), normal(2, &[2, 3]));
    let rows = normal(3, &[7, 2, 3]);
    type Of<'a> = &'a dyn Fn(&Array) -> Array;
    // A step is a checkpointed function.
    let looped = |keep: &Keep, schedule: Schedule| {
        let (keep, rows, x) = (keep.clone(), rows.clone(), x.clone());
        move |w: &Array| {
            let step = |x: &Array, row: &Array| {
                let f = |(w, x): &(Array, Array)| layer(w, &layer(w, x));
                let x = checkpoint_with(f, keep.clone())(&(w.clone(), x + row));
                (x.clone(), x.sum())
            };
            let (x, sums) = scan_with(step, &x, &rows, schedule, false);
            x.square().sum() + sums.square().sum()
        }
    };
    // The gradient is taken in each step; the loop as a whole is checkpointed; a choice; a loop of unknown length.
    let inner = |keep: &Keep, w: &Array| {
        let f = checkpoint_with(|x: &Array| layer(w, &layer(w, x)), keep.clone());
        let g = |x: &Array| grad(|x: &Array| f(x).square().sum())(x);
        let down = |_: &Array, x: &Array| x - 0.01 * g(x);
        let outer = checkpoint_with(|x: &Array| fori_loop(0, 3, down, x).named("x").sin(), named(keep));
        let y = cond(&x.sum().greater(1e3), |x: &Array| x.clone(), |x: &Array| g(&outer(x)), &x);
        let small = |y: &Array| y.square().sum().greater(1e-3);
        let last = while_loop(small, |y: &Array| y - 0.1 * g(y) - 0.5 * y, &y.stop_gradient());
        y.square().sum() + last.stop_gradient().sum()
    };
    fn named(keep: &Keep) -> Keep {
        match keep {
            Keep::OnDisk(_, folder) => Keep::Named(vec!["x"]).on_disk(folder),
            _ => Keep::Named(vec!["x"]),
        }
    }
    let all = |f: Of| {
        let second = |w: &Array| (grad(f)(w) * w.cos()).sum();
        [grad(f)(&w), jit(grad(f))(&w), jvp(grad(f))(&w, &w.sin()).1, grad(second)(&w), jit(grad(second))(&w)]
    };
    let disk = Keep::Products.on_disk(&folder.0);
    for schedule in [Schedule::All, Schedule::Nested(2), Schedule::Binomial(2)] {
        let (have, want) = (all(&looped(&disk, schedule)), all(&looped(&Keep::Products, schedule)));
        have.iter().zip(&want).for_each(|(a, b)| same(a, b));
        let batch = |keep: &Keep| vmap(grad(looped(keep, schedule)))(&stack(&[w.clone(), -&w], 0));
        same(&batch(&disk), &batch(&Keep::Products));
    }
    let (have, want) = (all(&|w| inner(&disk, w)), all(&|w| inner(&Keep::Products, w)));
    have.iter().zip(&want).for_each(|(a, b)| same(a, b));
    assert!(folder.is_empty());
}

#[test]
fn the_plan_frees_what_is_written() {
    let folder = Folder::new("plan");
    let (layers, width, batch) = (12, 8, 500);
    let p = net(layers, width, batch);
    let one = batch * width * 8;
    let [plain, f] = [Keep::Products, Keep::Products.on_disk(&folder.0)].map(|keep| in_blocks(keep, 2));
    let (all, less) = (gradient_memory(&plain)(&p), gradient_memory(&f)(&p));
    // The products of all blocks but the one that is on its way back.
    assert!(less + (layers - 3) * one <= all, "{less} of {all}, a product is {one}");
    // Each is written once, and read when its block's turn has come, the last block's first.
    let plan = Jit::new(value_and_grad(&f)).explain(&p).to_string();
    let steps: Vec<&str> = plan.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    let at = |name: &str| (0..steps.len()).filter(|&k| steps[k] == name).collect::<Vec<_>>();
    let (written, read) = (at("spill"), at("unspill"));
    assert_eq!((written.len(), read.len()), (layers, layers));
    assert!(written[layers - 3] < read[0] && read.windows(3).all(|w| w[2] > w[0] + 2), "{plan}");
    // Nothing is written that nobody will read.
    let plan = Jit::new(&f).explain(&p).to_string();
    assert!(!plan.contains("spill"));
    let nowhere = in_blocks(Keep::Products.on_disk(folder.0.join("nowhere")), 2);
    same(&nowhere(&p), &plain(&p));
}

#[test]
fn within_other_checkpoints_and_sparse_hessians() {
    let folder = Folder::new("within");
    let p = net(8, 4, 200);
    let [plain, f] = [Keep::Products, Keep::Products.on_disk(&folder.0)].map(|keep| in_blocks(keep, 1));
    let g = flat(&grad(&plain)(&p));
    same(&flat(&grad(checkpoint(f.clone()))(&p)), &g);
    same(&flat(&jit(grad(checkpoint_with(f.clone(), Keep::Nothing)))(&p)), &g);
    // Cut into segments, between which the numbers of what is written go.
    let budget = gradient_memory(&f)(&p) * 3 / 4;
    let within = with_budget(budget, &f);
    assert!(gradient_memory(&within)(&p) <= budget);
    let close = (flat(&grad(&within)(&p)) - &g).abs().max().item();
    assert!(close < 1e-12, "{close}");
    // What is read depends on what was written, element for element.
    let chain = |keep: Keep| {
        let step = |x: &Array| (x.get(1..) - x.get(..-1).square()).named("step").square();
        let f = checkpoint_with(step, keep);
        move |x: &Array| f(x).sum()
    };
    let (keep, x) = (Keep::Named(vec!["step"]), normal(1, &[9]));
    let want = sparse::SparseHessian::new(chain(keep.clone()), &x);
    let have = sparse::SparseHessian::new(chain(keep.on_disk(&folder.0)), &x);
    assert_eq!((have.pattern().len(), have.sweeps()), (want.pattern().len(), want.sweeps()));
    assert!(have.evaluate(&x).triplets().eq(want.evaluate(&x).triplets()));
    assert!(folder.is_empty());
}

#[test]
fn long_chains_are_evaluated_on_the_way() {
    let folder = Folder::new("chain");
    let f = |keep: Keep| {
        let step = checkpoint_with(|x: &Array| (x.sin().named("s") * x).cos(), keep);
        move |x: &Array| (0..3000).fold(x.clone(), |x, _| step(&x)).sum()
    };
    let (x, s) = (normal(1, &[3]), Keep::Named(vec!["s"]));
    same(&grad(f(s.clone().on_disk(&folder.0)))(&x), &grad(f(s))(&x));
    assert!(folder.is_empty());
}

#[test]
fn a_disk_that_fails_is_no_gradient() {
    let folder = Folder::new("fails");
    let p = net(2, 3, 2);
    let nowhere = folder.0.join("nowhere");
    let f = in_blocks(Keep::Products.on_disk(&nowhere), 2);
    let text = format!("checkpoint: what is kept cannot be written to {}", nowhere.display());
    says(|| _ = grad(&f)(&p).1.eval(), &text);
    let compiled = jit(grad(&f));
    says(|| drop(compiled(&p)), &text);
    // The same function works when the folder is there.
    std::fs::create_dir(&nowhere).expect("a folder");
    same(&flat(&compiled(&p)), &flat(&grad(in_blocks(Keep::Products, 2))(&p)));
    // A run that ends with a panic after it has written leaves no file.
    let table = Array::from([1.0]);
    let g = jit(grad(|(p, i): &(Net, Array)| f(p) * table.take(i, 0) * f(p).exp()));
    let out = std::panic::AssertUnwindSafe(|| drop(g(&(p.clone(), Array::from(3i64)))));
    assert!(std::panic::catch_unwind(out).is_err());
    assert_eq!(std::fs::read_dir(&nowhere).expect("a folder").count(), 0);
}
