//! An axis of any range of numbers: where its marks stand, and what is written there. All is computed from parts of the
//! range, of which none overflows, in as many steps as there are marks.

use crate::problem::say;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// The numbers from one end to another.
pub struct Axis(pub Range<f64>);

impl Axis {
    /// Where x lies: 0 at one end, 1 at the other.
    fn part(&self, x: f64) -> f64 {
        let Range { start, end } = self.0;
        match end - start {
            length if length.is_finite() => (x - start) / length,
            // Of halves the difference is finite.
            _ => (0.5 * x - 0.5 * start) / (0.5 * end - 0.5 * start),
        }
    }
    /// Multiples of a round number, at most so many.
    fn marks(&self, most: usize) -> Vec<f64> {
        let Range { start, end } = self.0;
        let least = (end / 2.0 - start / 2.0) / (most.max(2) as f64 / 2.0);
        let power = 10f64.powf(least.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= least);
        let Some(step) = step.filter(|step| step.is_finite() && *step > 0.0) else { return vec![] };
        // Where steps are finer than the numbers, a mark may stand for several of them.
        let first = (start / step).ceil();
        // A multiple may miss an end by its last digit.
        let inside = |x: &f64| (-1e-9..=1.0 + 1e-9).contains(&self.part(*x));
        let all = (0..=most).map(|k| (first + k as f64) * step).filter(inside);
        let mut marks: Vec<f64> = all.map(|x| x.clamp(start, end)).collect();
        marks.dedup();
        marks.truncate(most);
        marks
    }
    /// A number beside the axis, as short as it may be.
    pub fn text(&self, x: f64) -> String {
        let zero = (self.part(x) - self.part(0.0)).abs() < 1e-9;
        say(if zero { 0.0 } else { format!("{x:.6e}").parse().unwrap_or(x) })
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;
    fn map(&self, x: &f64, (low, high): (i32, i32)) -> i32 {
        low + (self.part(*x) * f64::from(high - low)).round() as i32
    }
    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.marks(hint.bold_points())
    }
    fn range(&self) -> Range<f64> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_any_range() {
        let marks = |start: f64, end: f64| Axis(start..end).marks(11);
        assert_eq!(marks(-3.0, 7.0), [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        assert_eq!(marks(0.0, 0.35).len(), 8);
        let ends = [
            (-f64::MAX, f64::MAX),
            (-1e308, 1e308),
            (0.0, f64::MIN_POSITIVE),
            (0.0, 5e-324),
            (1e16, 1e16 + 2.0),
            (1.0, 1.0 + f64::EPSILON),
            (-5e-324, f64::MAX),
        ];
        for (start, end) in ends {
            let axis = Axis(start..end);
            let marks = axis.marks(11);
            assert!(marks.len() <= 11 && marks.is_sorted(), "{start}..{end}: {marks:?}");
            assert!(marks.iter().all(|x| (0.0..=1.0).contains(&axis.part(*x))), "{start}..{end}: {marks:?}");
            assert_eq!((axis.map(&start, (10, 900)), axis.map(&end, (10, 900))), (10, 900), "{start}..{end}")
        }
        assert_eq!(marks(-1e308, 1e308)[0], -1e308);
        assert_eq!(Axis(-1.0..1.0).text(1e-17), "0")
    }
}
