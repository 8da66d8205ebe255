//! A function of one variable and its first two derivatives as curves.

use crate::axis::Axis;
use crate::problem::{Failure, Problem, assignments, known, number, say};
use plotters::prelude::*;
use pullback_real::{Dual, Real, derivative, parse};
use std::ops::Range;

/// How many points make a curve.
const POINTS: usize = 1000;
const SIZE: (u32, u32) = (900, 560);

/// The picture of `text`, where one of `values` is a range `x=LO..HI`, as SVG.
pub fn svg(text: &str, values: &[String]) -> Result<String, Failure> {
    let expr = parse(text)?;
    let names: Vec<String> = expr.variables().into_iter().map(String::from).collect();
    let mut ranges = Vec::new();
    let mut points = Vec::new();
    for (name, value) in assignments(values)? {
        match value.split_once("..") {
            Some((lo, hi)) => {
                ranges.push((name, number(name, lo)?..number(name, hi.trim_start_matches('='))?))
            }
            None => points.push(format!("{name}={value}")),
        }
    }
    let [(name, range)] = &ranges[..] else {
        let n = ranges.len();
        return Err(Failure(format!("one variable needs a range, as in x=-1..1, and {n} have one")));
    };
    known(name, &names)?;
    if range.start >= range.end {
        let (lo, hi) = (say(range.start), say(range.end));
        return Err(Failure(format!("the range of `{name}` is empty: {lo} is not below {hi}")));
    }
    points.push(format!("{name}={}", say(range.start)));
    let problem = Problem::new(text, &points)?;
    let variable = names.iter().position(|n| n == name).expect("the name is known");
    let curves = curves(&problem, variable, range);
    draw(&problem, name, range, &curves).map_err(|e| Failure(format!("the picture: {e}")))
}

/// The function with all variables but one held.
fn along<R: Real>(problem: &Problem, variable: usize, x: R) -> R {
    let mut point: Vec<R> = problem.point.iter().map(|c| R::lift(*c)).collect();
    point[variable] = x;
    problem.eval(&point)
}

/// The points of the function, its derivative and its second derivative.
fn curves(problem: &Problem, variable: usize, range: &Range<f64>) -> [Vec<(f64, f64)>; 3] {
    let f = |x: f64| along(problem, variable, x);
    let df = derivative(|x: Dual<f64>| along(problem, variable, x));
    let ddf = derivative(derivative(|x: Dual<Dual<f64>>| along(problem, variable, x)));
    let at = |k: usize| {
        let t = k as f64 / POINTS as f64;
        range.start * (1.0 - t) + range.end * t
    };
    let xs: Vec<f64> = (0..=POINTS).map(at).collect();
    let curve = |f: &dyn Fn(f64) -> f64| xs.iter().map(|&x| (x, f(x))).collect();
    [curve(&f), curve(&df), curve(&ddf)]
}

/// The heights worth showing: all but the extreme twentieths, so that a pole does not flatten the rest.
fn heights(curves: &[Vec<(f64, f64)>]) -> Option<Range<f64>> {
    let mut all: Vec<f64> = curves.iter().flatten().map(|p| p.1).filter(|y| y.is_finite()).collect();
    all.sort_by(f64::total_cmp);
    let (first, last) = (*all.first()?, *all.last()?);
    let cut = all.len() / 20;
    let (lo, hi) = (all[cut], all[all.len() - 1 - cut]);
    // Where nothing is extreme, nothing is left out.
    // (In quarters, which do not overflow.)
    let (lo, hi) = if last / 4.0 - first / 4.0 < hi - lo { (first, last) } else { (lo, hi) };
    let margin = if hi > lo { 0.06 * hi - 0.06 * lo } else { 1.0 + lo.abs() };
    Some((lo - margin).max(-f64::MAX)..(hi + margin).min(f64::MAX))
}

fn draw(
    problem: &Problem,
    name: &str,
    range: &Range<f64>,
    curves: &[Vec<(f64, f64)>; 3],
) -> Result<String, Box<dyn std::error::Error>> {
    let heights = heights(curves).ok_or("the function has no finite values in this range")?;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let z = problem.output;
        let title = format!("{z} = {}", problem.text);
        let mut chart = ChartBuilder::on(&root)
            .caption(title, ("sans-serif", 20))
            .margin(16)
            .x_label_area_size(40)
            .y_label_area_size(64)
            .build_cartesian_2d(Axis(range.clone()), Axis(heights.clone()))?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(228, 231, 235))
            .axis_style(RGBColor(123, 135, 148))
            .label_style(("sans-serif", 13))
            .x_label_formatter(&|x| Axis(range.clone()).text(*x))
            .y_label_formatter(&|y| Axis(heights.clone()).text(*y))
            .x_desc(name)
            .draw()?;
        let names = [z.to_string(), format!("d{z}/d{name}"), format!("d²{z}/d{name}²")];
        let colours = [RGBColor(29, 95, 168), RGBColor(194, 65, 12), RGBColor(77, 124, 77)];
        for ((curve, colour), label) in curves.iter().zip(colours).zip(names) {
            // A curve is broken where it is not finite or leaves the picture.
            let shown = |p: &(f64, f64)| heights.contains(&p.1);
            let pieces: Vec<&[(f64, f64)]> =
                curve.split(|p| !shown(p)).filter(|piece| piece.len() > 1).collect();
            for (k, piece) in pieces.iter().enumerate() {
                let line =
                    chart.draw_series(LineSeries::new(piece.iter().copied(), colour.stroke_width(2)))?;
                if k == 0 {
                    line.label(&label).legend(move |(x, y)| {
                        PathElement::new([(x, y), (x + 24, y)], colour.stroke_width(2))
                    });
                }
            }
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(203, 210, 217))
            .label_font(("sans-serif", 15))
            .draw()?;
        root.present()?;
    }
    Ok(svg)
}
