//! How good the reading is, in numbers and on the terminal.

use crate::dataset::Digits;
use std::fmt::Write;

/// A digit that was misread.
pub struct Mistake {
    /// 8 × 8 pixels from 0 to 1.
    pub pixels: Vec<f32>,
    /// What it is.
    pub digit: usize,
    /// What it was read as.
    pub reading: usize,
    /// How sure the network was.
    pub probability: f32,
}

fn labels(digits: &Digits) -> Vec<usize> {
    digits.labels.to_vec::<i32>().into_iter().map(|d| d as usize).collect()
}

/// The share read right.
pub fn accuracy(readings: &[(usize, f32)], digits: &Digits) -> f64 {
    let right = readings.iter().zip(labels(digits)).filter(|((reading, _), digit)| reading == digit).count();
    right as f64 / readings.len() as f64
}

/// How often each digit was read as which, as a table.
pub fn confusion(readings: &[(usize, f32)], digits: &Digits) -> String {
    let mut counts = [[0; 10]; 10];
    readings.iter().zip(labels(digits)).for_each(|(&(reading, _), digit)| counts[digit][reading] += 1);
    let mut table = String::from("        read as\n digit ");
    (0..10).for_each(|d| write!(table, "{d:4}").expect("strings can be written to"));
    table += "\n       ┌";
    table += &"─".repeat(41);
    for (digit, row) in counts.iter().enumerate() {
        write!(table, "\n   {digit}   │").expect("strings can be written to");
        for (reading, &n) in row.iter().enumerate() {
            let cell = match n {
                0 => "   ·".into(),
                n if reading == digit => format!("{n:4}"),
                n => format!(" ({n})"),
            };
            table += &cell;
        }
        let (right, all) = (row[digit], row.iter().sum::<usize>());
        write!(table, "   {:5.1} %", 100.0 * right as f64 / all.max(1) as f64)
            .expect("strings can be written to");
    }
    table + "\n"
}

/// The misread digits, the surest mistakes first.
pub fn mistakes(readings: &[(usize, f32)], digits: &Digits) -> Vec<Mistake> {
    let pixels = digits.pixels.to_vec::<f32>();
    let mut found: Vec<Mistake> = vec![];
    for ((&(reading, probability), digit), picture) in
        readings.iter().zip(labels(digits)).zip(pixels.chunks_exact(64))
    {
        if reading != digit {
            found.push(Mistake { pixels: picture.to_vec(), digit, reading, probability })
        }
    }
    found.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    found
}
