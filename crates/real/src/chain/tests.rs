//! Tests of chains: the order of visits, and how many states are kept and steps are run.

use super::*;

/// The order in which a sweep visits n states, the steps that it runs again, and the number of snapshots.
fn visited(keep: Keep, n: usize) -> (Vec<u64>, usize, usize) {
    let (mut again, mut most) = (0, 0);
    let chain = Chain::run(0u64, n, keep, |s| s + 1);
    let snapshots = chain.snapshots();
    let order = chain.sweep(
        vec![],
        |s| {
            again += 1;
            s + 1
        },
        |&s, mut seen: Vec<u64>| {
            seen.push(s);
            seen
        },
    );
    most = most.max(snapshots);
    (order, again, most)
}

#[test]
fn every_state_is_visited_once_last_to_first() {
    let all = [
        Keep::Full,
        Keep::Logarithmic,
        Keep::Binomial(1),
        Keep::Binomial(4),
        Keep::Online(2),
        Keep::Online(7),
    ];
    for keep in all {
        for n in (0..70).chain([127, 128, 129, 1000]) {
            let (order, again, _) = visited(keep, n);
            assert_eq!(order, (0..n as u64).rev().collect::<Vec<_>>(), "{keep:?} {n}");
            if keep == Keep::Full {
                assert_eq!(again, 0)
            }
        }
    }
}

#[test]
fn as_many_states_as_promised() {
    for (n, want) in [(0usize, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (1000, 11), (100_000, 18)] {
        let chain = Chain::run((), n, Keep::Logarithmic, |()| ());
        assert_eq!(chain.snapshots(), want, "{n}");
        assert!(n == 0 || want == n.next_power_of_two().ilog2() as usize + 1);
    }
    assert_eq!(Chain::run((), 1000, Keep::Online(5), |()| ()).snapshots(), 4);
    assert!(Chain::run((), 1000, Keep::Binomial(5), |()| ()).snapshots() <= 5);
}

/// Counts all steps, those of the first descent included, as the binomial optimum does.
#[test]
fn binomial_runs_the_fewest_steps() {
    for ((n, slots), extra) in [((10, 3), 15), ((100, 10), 222), ((1000, 10), 3636), ((1000, 20), 2747)] {
        let mut steps = 0;
        let chain = Chain::run(0u64, n, Keep::Binomial(slots), |s| {
            steps += 1;
            s + 1
        });
        chain.sweep(
            (),
            |s| {
                steps += 1;
                s + 1
            },
            |_, ()| (),
        );
        assert_eq!(steps, extra, "{n} steps, {slots} states");
    }
}

#[test]
fn logarithmic_recomputation() {
    for n in [100usize, 1000, 100_000] {
        let (_, again, _) = visited(Keep::Logarithmic, n);
        assert!(again as f64 <= n as f64 * (n as f64).log2(), "{n}: {again}");
    }
}

#[test]
fn online_needs_little_more_than_binomial() {
    for (n, slots) in [(1000, 20), (5000, 30), (100, 10)] {
        let best = {
            let mut forward = 0;
            schedule::binomial(n, slots, &mut |a| {
                if let Action::Advance { from, to } = a {
                    forward += to - from
                }
            });
            forward
        };
        let (_, again, _) = visited(Keep::Online(slots), n);
        let total = again + n - 1;
        assert!(total <= 2 * best, "{n} {slots}: {total}, at best {best}");
    }
}

#[test]
fn a_sweep_may_change_the_states_it_keeps() {
    for keep in [Keep::Full, Keep::Logarithmic, Keep::Binomial(3), Keep::Online(4)] {
        let mut chain = Chain::run(1.0, 37, keep, |x: &f64| x * 1.01);
        let adjoint = |x: &mut f64, g: f64| {
            let g = g * *x;
            *x = -*x;
            g
        };
        let plain = chain.sweep(1.0, |x| x * 1.01, |&x, g| g * x);
        assert_eq!(chain.sweep_mut(1.0, |x| x * 1.01, adjoint), plain, "{keep:?}");
        assert!(chain.kept.iter().all(|(_, x)| *x < 0.0));
    }
}

#[test]
#[should_panic(expected = "Keep::Binomial must know how many steps there are: use Chain::run")]
fn binomial_needs_the_length() {
    Chain::<f64>::new(Keep::Binomial(3));
}
#[test]
#[should_panic(expected = "Keep::Online(1): at least 2 states must be kept")]
fn online_needs_two() {
    Chain::<f64>::new(Keep::Online(1));
}

/// Errors of the disk name the failed operation and the file.
#[test]
fn what_the_disk_refuses() {
    let missing = std::env::temp_dir().join("pullback-no-such-folder");
    let error = Disk::in_folder(&missing).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    let text = error.to_string();
    assert!(
        text.starts_with("chain::Disk: the file ")
            && text.contains("no-such-folder")
            && text.contains("made"),
        "{text}"
    );
    let mut disk = Disk::new().unwrap();
    disk.push(&[1.0, 2.0]).unwrap();
    disk.file.set_len(3).unwrap();
    let error = disk.pop().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert!(error.to_string().contains("of states cannot be read: "), "{error}");
}
