//! Every row of the table against values from mpmath: `data/references.txt`, written by the program beside it.
use pullback_real::{Binary, Unary};

enum Row {
    Unary(Unary),
    Binary(Binary),
}
/// The row that `name` or `name[n]` stands for.
fn row(text: &str) -> Option<Row> {
    let (name, index) = match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((name, index)) => (name, Some(index.parse().expect("an integer"))),
        None => (text, None),
    };
    let unary = match index {
        None => Unary::by_name(name),
        Some(n) => Unary::by_name_and_index(name, n),
    };
    let binary = match index {
        None => Binary::by_name(name),
        Some(n) => Binary::by_name_and_index(name, n),
    };
    unary.map(Row::Unary).or(binary.map(Row::Binary))
}
/// In units in the last place, beside what one unit in the arguments' last places makes.
fn allowed(row: &Row, args: &[f64], value: f64) -> f64 {
    let moved = |k: usize| {
        let mut near = args.to_vec();
        near[k] = near[k].next_up();
        let there = match (row, near.as_slice()) {
            (Row::Unary(op), [x]) => op.eval(*x),
            (Row::Binary(op), [x, y]) => op.eval(*x, *y),
            _ => f64::NAN,
        };
        (there - value).abs()
    };
    let conditioned = (0..args.len()).map(moved).filter(|d| d.is_finite()).sum::<f64>();
    8.0 * f64::EPSILON * value.abs() + conditioned.min(1e-12 * value.abs()) + f64::MIN_POSITIVE
}

#[test]
fn every_row_has_its_reference_values() {
    let text = include_str!("data/references.txt");
    let (mut wrong, mut seen) = (vec![], std::collections::HashMap::<&str, usize>::new());
    for line in text.lines() {
        let (left, value) = line.split_once(" = ").expect("a line is a call and its value");
        let mut words = left.split(' ');
        let name = words.next().expect("a name");
        let row = row(name).unwrap_or_else(|| panic!("no row of the table: {line}"));
        let args: Vec<f64> = words.map(|x| x.parse().expect("a number")).collect();
        let want: f64 = value.parse().expect("a number");
        let got = match (&row, args.as_slice()) {
            (Row::Unary(op), [x]) => op.eval(*x),
            (Row::Binary(op), [x, y]) => op.eval(*x, *y),
            _ => panic!("another number of arguments: {line}"),
        };
        let same = got == want || got.is_nan() && want.is_nan();
        if !same && (got - want).abs().is_nan() || (got - want).abs() > allowed(&row, &args, want) {
            wrong.push(format!("{line}, not {got:e}"))
        }
        let plain = match row {
            Row::Unary(op) => op.name(),
            Row::Binary(op) => op.name(),
        };
        *seen.entry(plain).or_default() += 1
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names = Unary::ALL.iter().map(|op| op.name()).chain(Binary::ALL.iter().map(|op| op.name()));
    for name in names {
        let lines = seen.get(name).copied().unwrap_or(0);
        assert!(lines >= 4, "{name} has {lines} reference values: add it to data/references.py and run that")
    }
}
