//! docs/coverage.md is held against these tests: no row without a test or a reason, no test that does not exist, none that
//! the page does not name.

use std::collections::BTreeSet;

/// The ids of every row.
fn ids() -> Vec<String> {
    let families: [(&str, &[std::ops::RangeInclusive<usize>]); 9] = [
        ("S0.", &[1..=8]),
        ("R", &[1..=9]),
        ("W", &[1..=12]),
        ("T", &[1..=18, 20..=30, 40..=43]),
        ("C", &[1..=4]),
        ("D", &[1..=5]),
        ("P", &[1..=5]),
        ("H", &[1..=18]),
        ("", &[]),
    ];
    let numbered = |(family, ranges): &(&str, &[std::ops::RangeInclusive<usize>])| {
        ranges.iter().cloned().flatten().map(|n| format!("{family}{n}")).collect::<Vec<_>>()
    };
    families.iter().flat_map(numbered).collect()
}

/// The names of the tests in these files.
fn tests() -> BTreeSet<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mission")).unwrap();
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
    let (page, tests) = (include_str!("../../docs/coverage.md"), tests());
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| id") && !l.starts_with("|---"))
        .map(|l| l.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let mut named = BTreeSet::new();
    for row in &rows {
        let &[id, asks, place, test] = &row[..] else { panic!("a row has four columns: {row:?}") };
        assert!(!asks.is_empty() && !place.is_empty(), "{id}");
        if let Some(reason) = test.strip_prefix("not yet: ") {
            assert!(
                id.starts_with('P') && reason.len() > 20,
                "{id}: only a part of P1–P5 may wait, and with a reason"
            );
            continue;
        }
        let prefix = format!("{}_", id.to_lowercase().replace('.', "_"));
        for test in test.split(", ").map(|t| t.trim_matches('`')) {
            assert!(tests.contains(test), "{id}: there is no test `{test}`");
            assert!(test.starts_with(&prefix), "{id}: the test `{test}` has another row's name");
            named.insert(test.to_string());
        }
    }
    for id in ids() {
        assert!(rows.iter().any(|row| row[0] == id), "row {id} is missing");
    }
    let forgotten: Vec<&String> =
        tests.iter().filter(|t| !named.contains(*t) && !t.starts_with("no_row")).collect();
    assert!(forgotten.is_empty(), "docs/coverage.md does not name {forgotten:?}");
}
