//! `accuracy < POINTS` reads lines `name x y …` and prints each with value, first and second derivatives (the upper
//! triangle) in f64, by reverse over reverse mode on arrays, for docs/accuracy.md.
#![forbid(unsafe_code)]

use accuracy::{functions, modes};
use pullback_array::Array;
use std::collections::BTreeMap;
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut points: BTreeMap<(&str, usize), Vec<Vec<f64>>> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        let x: Vec<f64> = words.map(|w| w.parse().expect("a number")).collect();
        points.entry((name, x.len())).or_default().push(x)
    }
    let (functions, mut out) = (functions::all(), std::io::stdout().lock());
    for ((name, n), points) in points {
        let f = functions.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no function {name}"));
        let x: Vec<Array> =
            (0..n).map(|k| Array::from(points.iter().map(|p| p[k]).collect::<Vec<f64>>())).collect();
        let all = modes::all(&f.arrays, &x);
        let wanted = |mode: &str, by: &[usize]| match by {
            [i, j] => mode == "reverse over reverse" && i <= j,
            [_] => mode == "reverse",
            _ => true,
        };
        let chosen = modes::quantities(n).into_iter().zip(&all).filter(|(q, _)| wanted(q.mode, &q.by));
        let columns: Vec<Vec<f64>> = chosen.map(|(_, y)| y.to_vec()).collect();
        for (i, point) in points.iter().enumerate() {
            let numbers = point.iter().copied().chain(columns.iter().map(|c| c[i]));
            let words: Vec<String> = numbers.map(|x| format!("{x:?}")).collect();
            writeln!(out, "{name} {}", words.join(" "))?
        }
    }
    Ok(())
}
