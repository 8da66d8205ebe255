//! Random fused programs: the same bits by machine code and the interpreter, on any number of threads, in the first run and a
//! later one, and those of the plain reference.
//!
//! The variables of proptest apply: `PROPTEST_CASES` (3,000 programs otherwise), and `PROPTEST_RNG_SEED` for other
//! programs than those of every run. What failed is kept in `proptest-regressions` and run first. The level of vector
//! instructions is the one in force: `PULLBACK_CPU_LEVEL` chooses another. (Tests do not change it: others that run beside
//! them compare bits.)

mod case;
mod check;
mod data;
mod loops;
mod modes;
mod moves;
mod pool;
pub(crate) mod steps;

use case::{Case, cases};
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Once};

/// Programs of a run, if the environment does not say how many.
const CASES: u32 = 3000;

thread_local! {
    /// Whether a panic is a result, which is told with its program.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What is wrong with a program, if something is.
fn outcome(case: &Case) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info)
            }
        }))
    });
    let case = Arc::new(case.clone());
    QUIET.set(true);
    let checked = catch_unwind(AssertUnwindSafe(|| check::check(&case)));
    QUIET.set(false);
    checked.unwrap_or_else(|e| {
        let text = e.downcast_ref::<String>().cloned();
        Err(text.or_else(|| e.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_default())
    })
}

/// The settings of a run: those of the environment, and the same programs each time.
fn config() -> Config {
    let set = |name: &str| std::env::var_os(name).is_some();
    let mut config = Config { max_shrink_iters: 4000, ..Config::default() };
    if !set("PROPTEST_CASES") {
        config.cases = CASES
    }
    if !set("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(1)
    }
    config
}

#[test]
fn random_programs() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/eval/random.txt");
    let mut config = config();
    if config.failure_persistence.is_some() {
        config.failure_persistence = Some(Box::new(FileFailurePersistence::Direct(kept)))
    }
    // How many programs were run, up to the first that failed.
    let (number, failed) = (Cell::new(0), Cell::new(false));
    let result = TestRunner::new(config).run(&cases(), |case| {
        number.set(number.get() + u32::from(!failed.get()));
        outcome(&case).map_err(|why| {
            failed.set(true);
            TestCaseError::fail(why)
        })
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => {
            panic!("program {}, made as small as can be: {why}\n{}", number.get(), case.listing())
        }
        Err(TestError::Abort(why)) => panic!("no programs: {why}"),
    }
}
