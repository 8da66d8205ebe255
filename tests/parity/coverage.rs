//! docs/coverage.md is held against these tests: no row without a test or a reason, no test that does not exist, none that
//! the page does not name.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The ids of every row.
fn ids() -> Vec<String> {
    let families: [(&str, &[RangeInclusive<usize>]); 8] = [
        ("S0.", &[1..=8]),
        ("R", &[1..=9]),
        ("W", &[1..=12]),
        ("T", &[1..=18, 20..=30, 40..=43]),
        ("C", &[1..=4]),
        ("D", &[1..=5]),
        ("P", &[1..=5]),
        ("H", &[1..=18]),
    ];
    let numbered = |(family, ranges): &(&str, &[RangeInclusive<usize>])| {
        ranges.iter().cloned().flatten().map(|n| format!("{family}{n}")).collect::<Vec<_>>()
    };
    families.iter().flat_map(numbered).collect()
}

/// What the portal names of each family of tools: a line of the page for each, and no other.
const CAPABILITIES: [(&str, &[&str]); 5] = [
    (
        "P1",
        &[
            "taped forward and reverse",
            "tapeless forward",
            "derivatives of any order",
            "tensors",
            "sparse Jacobians and Hessians",
            "abs-normal form",
            "checkpointing",
            "external differentiated functions",
            "fixed-point adjoints",
            "inverse and implicit function Taylor",
            "ODE Taylor drivers",
            "parallel and concurrent tape evaluation",
            "tape on disk",
        ],
    ),
    (
        "P2",
        &[
            "forward and reverse of any order",
            "forward in several directions",
            "dynamic parameters",
            "conditional expressions (CondExp)",
            "VecAD",
            "atomic functions",
            "checkpoint functions",
            "optimize()",
            "sparsity patterns (forward, reverse, Hessian, subgraph)",
            "sparse Jacobian and Hessian with colouring",
            "multi-level AD",
            "abs_normal",
            "JSON export of the tape",
            "C source export of the tape",
            "compare-change detection",
            "abort and record control",
            "NaN check",
            "ipopt interface",
        ],
    ),
    (
        "P3",
        &[
            "tangent",
            "vector tangent",
            "adjoint",
            "vector adjoint",
            "activity analysis",
            "adjoint liveness",
            "TBR (to-be-recorded) analysis",
            "checkpointing of calls",
            "II-LOOP",
            "NOCHECKPOINT",
            "BINOMIAL-CKP",
            "FIXED-POINT",
            "dot-product validation",
        ],
    ),
    (
        "P4",
        &[
            "expression templates",
            "Jacobian tapes",
            "primal-value tapes",
            "linear index manager",
            "reuse index manager",
            "preaccumulation",
            "external functions",
            "linear-system solver handling",
            "statement push helper",
            "tape cache optimisation",
            "tape read and write: text",
            "tape read and write: binary",
            "tape write: mathematics",
            "tagging (finding wrong tape use)",
            "events",
            "vector modes",
            "higher order by nesting",
            "OpenMP",
        ],
    ),
    (
        "P5",
        &[
            "static forward vectors (Sacado)",
            "dynamic forward vectors (Sacado)",
            "types inside types (FADBAD++)",
            "two-stack tape (Adept)",
            "vectorised reverse (Adept, dco/c++)",
            "user checkpoints (dco/c++)",
            "source transformation (ADIC, ADIFOR, OpenAD)",
            "cross-country elimination (OpenAD)",
            "tensors from directions (Rapsodia)",
            "matrix-valued graphs (ADiMat, CasADi)",
            "sparse matrices as values (CasADi)",
            "code generation (CasADi)",
            "colouring heuristics (ColPack)",
        ],
    ),
];

/// The names of the tests in these files.
fn tests() -> BTreeSet<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity")).unwrap();
    let mut names = BTreeSet::new();
    for file in folder {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2) {
            let name = pair[1].trim().strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            if let (true, Some(name)) = (pair[0].trim().starts_with("#[test]"), name) {
                names.insert(name.to_string());
            }
        }
    }
    names
}

#[test]
fn no_row_is_missing_and_no_test_is_invented() {
    let (page, tests, ids) = (include_str!("../../docs/coverage.md"), tests(), ids());
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| id") && !l.starts_with("|---"))
        .map(|l| l.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let mut named = BTreeSet::new();
    for row in &rows {
        let &[id, asks, place, test] = &row[..] else { panic!("a row has four columns: {row:?}") };
        assert!(ids.iter().any(|known| known == id), "{id}: there is no such row");
        assert!(!asks.is_empty() && !place.is_empty(), "{id}");
        let (shown, missing) = test.split_once("not yet: ").map_or((test, None), |(s, m)| (s, Some(m)));
        if let Some(reason) = missing {
            assert!(id.starts_with('P'), "{id}: a row that may not wait");
            assert!(reason.len() > 40, "{id}: a reason is a sentence, not {reason:?}");
        }
        let shown = shown.trim_end_matches("; ");
        assert!(!shown.is_empty() || missing.is_some(), "{id}: neither a test nor a reason");
        let prefix = format!("{}_", id.to_lowercase().replace('.', "_"));
        for test in shown.split(", ").filter(|t| !t.is_empty()).map(|t| t.trim_matches('`')) {
            assert!(tests.contains(test), "{id}: there is no test `{test}`");
            assert!(test.starts_with(&prefix), "{id}: the test `{test}` has another row's name");
            named.insert(test.to_string());
        }
    }
    for id in &ids {
        assert!(rows.iter().any(|row| row[0] == id), "row {id} is missing");
    }
    for (id, capabilities) in CAPABILITIES {
        let asked: Vec<&str> = rows.iter().filter(|row| row[0] == id).map(|row| row[1]).collect();
        assert_eq!(asked, capabilities, "{id}");
    }
    let forgotten: Vec<&String> =
        tests.iter().filter(|t| !named.contains(*t) && !is_about_the_page(t)).collect();
    assert!(forgotten.is_empty(), "docs/coverage.md does not name {forgotten:?}");
}

fn is_about_the_page(test: &str) -> bool {
    test.starts_with("no_row") || test.starts_with("no_link")
}

/// Every link of the page leads to a file or a folder of the project.
#[test]
fn no_link_is_dead() {
    let page = include_str!("../../docs/coverage.md");
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let links: Vec<&str> = page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 100);
    for link in links {
        assert!(docs.join(link).exists(), "{link}");
    }
}
