//! Nothing is left out: every function of the table, of arrays and of distributions has reference data.

use crate::data;
use accuracy::functions;
use std::collections::BTreeSet;
use std::path::Path;

fn names() -> BTreeSet<String> {
    functions::all().into_iter().map(|f| f.name).collect()
}

#[test]
fn every_function_has_reference_data() {
    let data: BTreeSet<String> = data::tables().into_iter().map(|t| t.name).collect();
    let without: Vec<_> = names().difference(&data).cloned().collect();
    assert!(without.is_empty(), "without reference data, see data/reference.py: {without:?}");
}

/// The public functions of a source file.
fn public(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let name = |line: &str| {
        let rest = line.trim().strip_prefix("pub fn ")?;
        Some(rest.split(['(', '<']).next()?.to_string())
    };
    text.lines().filter_map(name).collect()
}

/// What only the tests of `stats` compare with reference values.
const COMPARED_IN_STATS: &[&str] = &["nbinom.logcdf", "nbinom.logsf"];

#[test]
fn every_distribution_is_listed() {
    let names = names();
    for file in ["beta", "chi2", "gamma", "nbinom", "norm", "poisson", "t"] {
        for name in public(&format!("stats/src/{file}.rs")) {
            let name = format!("{file}.{name}");
            assert!(names.contains(&name) || COMPARED_IN_STATS.contains(&&name[..]), "{name}")
        }
    }
}

/// Functions of arrays that are a row of the table under another name, a listed function under another name, or none
/// whose numbers could be wrong.
const OTHER_NAMES: &[&str] = &[
    // Rows of the table, with an integer in the method's place.
    "j0",
    "j1",
    "jn",
    "y0",
    "y1",
    "yn",
    "integer_pow",
    "soft_sign",
    "positive",
    "negative",
    "multigammaln",
    "erfcinv",
    // Sums of products, compared with loops elsewhere.
    "lerp",
    "polyval",
    "cov",
    "corrcoef",
    "average_axis",
    "gradient",
    "associative_scan",
    // Reductions over all elements.
    "norm",
    "norm_axis",
    "quantile",
    "quantile_axis",
    "median_axis",
    "var_axis",
    "std_axis",
    "logsumexp_axis",
    "softmax",
    "log_softmax",
    "standardize",
    "cumsum",
    "cumprod",
    "cummax",
    "cummin",
    "cumlogsumexp",
    "diff",
    "sum_axis",
    "mean_axis",
    "prod_axis",
    "max_axis",
    "min_axis",
    "ptp_axis",
    // No derivatives.
    "argmax_axis",
    "argmin_axis",
    "any_axis",
    "all_axis",
    "count_nonzero_axis",
];

#[test]
fn every_elementwise_function_and_reduction_is_listed() {
    let names = names();
    for file in ["elementwise", "activation", "softmax", "norm", "statistics", "reduce", "cumulative"] {
        for name in public(&format!("array/src/ops/{file}.rs")) {
            // Macros write `$name`.
            let listed =
                name.starts_with('$') || names.contains(&name) || OTHER_NAMES.contains(&name.as_str());
            assert!(
                listed,
                "{name} of {file}.rs has no reference data, see functions.rs and data/reference.py"
            )
        }
    }
}
