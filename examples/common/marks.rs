//! What a picture is marked with: the numbers of its axes, the shades of its maps.

use std::fmt::Write;
use std::ops::Range;

fn number(x: f64, decimals: usize) -> String {
    let zero = 0.5 * 10f64.powi(-(decimals as i32));
    format!("{:.decimals$}", if x.abs() < zero { 0.0 } else { x }).replace('-', "−")
}
/// About so many round numbers in a range.
pub fn ticks(range: &Range<f64>, count: f64) -> Vec<(f64, String)> {
    let rough = (range.end - range.start) / count;
    let power = 10f64.powf(rough.log10().floor());
    let step = power * [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= 0.999 * rough).unwrap_or(10.0);
    let decimals = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
    let (first, last) = ((range.start / step - 1e-6).ceil() as i64, (range.end / step + 1e-6).floor() as i64);
    (first..=last).map(|i| (i as f64 * step, number(i as f64 * step, decimals))).collect()
}
/// Powers of ten, or where there are few of them twice and five times them as well, by their logarithms.
pub fn decades(range: &Range<f64>) -> Vec<(f64, String)> {
    let several = range.end - range.start > 2.5;
    let every = if range.end - range.start > 8.0 { 2 } else { 1 };
    let label = |m: f64, k: i32| match (-3..=4).contains(&k) {
        true => number(m * 10f64.powi(k), (-k).max(0) as usize),
        false => format!("{m:.0}e{k}").replace('-', "−"),
    };
    let powers = (range.start.floor() as i32..=range.end as i32 + 1).filter(|k| k % every == 0);
    let all = powers.flat_map(|k| [1.0f64, 2.0, 5.0].map(|m| (m, m.log10() + f64::from(k), label(m, k))));
    all.filter(|(m, y, _)| range.contains(y) && (*m == 1.0 || !several))
        .map(|(_, y, text)| (y, text))
        .collect()
}

/// Whether there are values on both sides of 0.
pub fn signed(rows: &[Vec<f64>]) -> bool {
    let has = |f: fn(&f64) -> bool| rows.iter().flatten().any(f);
    has(|v| *v < 0.0) && has(|v| *v > 0.0)
}
/// The colours of a map, and for each the outline of its cells.
pub fn shades(rows: &[Vec<f64>]) -> Vec<(String, String)> {
    const LEVELS: i32 = 24;
    let top = rows.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs())).max(1e-300);
    let level = |v: f64| (v / top * f64::from(LEVELS)).round() as i32;
    let ends = if signed(rows) { [[120, 170, 220], [240, 165, 110]] } else { [[31, 97, 165]; 2] };
    let mut paths = vec![String::new(); 2 * LEVELS as usize + 1];
    for (i, row) in rows.iter().enumerate() {
        let mut j = 0;
        for run in row.chunk_by(|a, b| level(*a) == level(*b)) {
            let (n, path) = (run.len(), &mut paths[(level(run[0]) + LEVELS) as usize]);
            write!(path, "M{j} {i}h{n}v1h-{n}z").expect("a text can be written to");
            j += n
        }
    }
    let colour = |k: i32| {
        let (part, end) = (f64::from(k.abs()) / f64::from(LEVELS), ends[usize::from(k > 0)]);
        let [r, g, b] = end.map(|e| (255.0 + part * (f64::from(e) - 255.0)).round() as u8);
        format!("#{r:02x}{g:02x}{b:02x}")
    };
    let named = (-LEVELS..=LEVELS).zip(paths).filter(|(k, path)| *k != 0 && !path.is_empty());
    named.map(|(k, path)| (colour(k), path)).collect()
}
