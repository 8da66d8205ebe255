//! The reference vectors, and the page made of the tables.

use conformance::{Summary, catalogue};
use pullback_array::DType;
use std::path::Path;

/// The files whose operations there are.
const FILES: [&str; 9] = [
    "complex",
    "contraction",
    "elementwise_binary",
    "elementwise_unary",
    "linalg",
    "movement",
    "programs",
    "reductions",
    "scalar",
];

fn summary(dtype: DType) -> Summary {
    let mut summary = Summary::default();
    for file in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("vectors/{file}.jsonl"));
        let text = std::fs::read_to_string(&path).expect("a file of vectors");
        summary.file(file, &text, dtype)
    }
    summary
}

#[test]
fn all_agree_in_f64() {
    let s = summary(DType::F64);
    assert!(s.failed == 0 && s.passed > 1500 && s.judged > 5, "{s}");
}

#[test]
fn f32_agrees_with_f64_to_its_accuracy() {
    let s = summary(DType::F32);
    assert!(s.failed == 0 && s.passed > 1500, "{s}");
}

#[test]
fn a_wrong_record_is_found() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/reductions.jsonl");
    let text = std::fs::read_to_string(path).expect("a file of vectors");
    let mut s = Summary::default();
    let line = text.lines().find(|l| l.contains("\"op\":\"sum\"")).expect("a sum");
    let changed = |field: &str| {
        let mut record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let x = &mut record[field][0]["data"][0];
        *x = (x.as_f64().expect("a number") + 1.0).into();
        record.to_string()
    };
    s.file("changed", &changed("outputs"), DType::F64);
    s.file("changed", &changed("vjp"), DType::F64);
    s.file("changed", &line.replace("\"op\":\"sum\"", "\"op\":\"no such\""), DType::F64);
    s.file("changed", "{", DType::F64);
    assert_eq!((s.passed, s.failed), (0, 4), "{s}");
    assert!(s.failures.contains("unknown operation") && s.failures.contains("not JSON"), "{s}");
}

#[test]
fn the_page_of_operations_is_current() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let have = std::fs::read_to_string(page).expect("docs/operations.md");
    assert!(
        have == catalogue::text(),
        "make it again: cargo run -p conformance -- --catalogue > docs/operations.md"
    );
}
