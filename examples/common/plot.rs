//! Pictures: panels of lines, dots, bands and maps, as SVG.

use plotters::prelude::*;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

/// What is drawn in a panel. A layer with a name has a line in the legend.
pub enum Layer {
    /// Points joined by a line.
    Line(&'static str, Vec<(f64, f64)>),
    /// A broken line, for what is compared with.
    Dashed(&'static str, Vec<(f64, f64)>),
    /// Points alone.
    Dots(&'static str, Vec<(f64, f64)>),
    /// From a lower to an upper curve: (x, low, high).
    Band(&'static str, Vec<(f64, f64, f64)>),
    /// Rows of values from the top, over a rectangle of the plane.
    Map(Vec<Vec<f64>>, Range<f64>, Range<f64>),
}

/// A picture with axes.
pub struct Panel {
    title: String,
    x: &'static str,
    y: &'static str,
    layers: Vec<Layer>,
    fixed: Option<(Range<f64>, Range<f64>)>,
}

impl Panel {
    pub fn new(title: impl Into<String>, x: &'static str, y: &'static str) -> Panel {
        Panel { title: title.into(), x, y, layers: vec![], fixed: None }
    }
    pub fn with(mut self, layer: Layer) -> Panel {
        self.layers.push(layer);
        self
    }
    /// The part of the plane shown, else all that is drawn.
    pub fn within(mut self, x: Range<f64>, y: Range<f64>) -> Panel {
        self.fixed = Some((x, y));
        self
    }
    fn ranges(&self) -> (Range<f64>, Range<f64>) {
        if let Some(fixed) = &self.fixed {
            return fixed.clone();
        }
        let (mut xs, mut ys) = (vec![], vec![]);
        for layer in &self.layers {
            match layer {
                Layer::Line(_, p) | Layer::Dashed(_, p) | Layer::Dots(_, p) => {
                    p.iter().for_each(|p| (xs.push(p.0), ys.push(p.1)).0)
                }
                Layer::Band(_, p) => p.iter().for_each(|p| {
                    xs.push(p.0);
                    ys.extend([p.1, p.2])
                }),
                Layer::Map(_, x, y) => {
                    xs.extend([x.start, x.end]);
                    ys.extend([y.start, y.end])
                }
            }
        }
        let maps = self.layers.iter().any(|l| matches!(l, Layer::Map(..)));
        let range = |v: &[f64]| {
            let (lo, hi) =
                v.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
            let margin = if maps { 0.0 } else { 0.05 * (hi - lo).max(1e-9) };
            lo - margin..hi + margin
        };
        (range(&xs), range(&ys))
    }
}

const COLOURS: [RGBColor; 6] = [
    RGBColor(31, 97, 165),
    RGBColor(214, 92, 24),
    RGBColor(46, 139, 87),
    RGBColor(140, 70, 160),
    RGBColor(120, 120, 120),
    RGBColor(190, 160, 30),
];

type Drawn = Result<(), Box<dyn Error>>;

pub fn draw(file: &Path, panels: &[Panel]) -> Drawn {
    let root = SVGBackend::new(file, (430 * panels.len() as u32, 340)).into_drawing_area();
    root.fill(&WHITE)?;
    for (area, panel) in root.split_evenly((1, panels.len())).iter().zip(panels) {
        let (x, y) = panel.ranges();
        let mut chart = ChartBuilder::on(area)
            .caption(&panel.title, ("sans-serif", 15))
            .margin(10)
            .x_label_area_size(34)
            .y_label_area_size(46)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.08))
            .x_labels(6)
            .y_labels(6)
            .x_desc(panel.x)
            .y_desc(panel.y)
            .label_style(("sans-serif", 11))
            .draw()?;
        let mut colour = COLOURS.iter().cycle();
        let mut named = false;
        for layer in &panel.layers {
            if let Layer::Map(rows, x, y) = layer {
                chart.draw_series(cells(rows, x, y))?;
                continue;
            }
            let c = *colour.next().expect("colours repeat");
            let (name, series) = match layer {
                Layer::Line(name, p) => {
                    (name, chart.draw_series(LineSeries::new(p.iter().copied(), c.stroke_width(2)))?)
                }
                Layer::Dashed(name, p) => (
                    name,
                    chart.draw_series(DashedLineSeries::new(p.iter().copied(), 6, 4, c.stroke_width(2)))?,
                ),
                Layer::Dots(name, p) => {
                    (name, chart.draw_series(p.iter().map(|p| Circle::new(*p, 3, c.filled())))?)
                }
                Layer::Band(name, p) => {
                    let there = p.iter().map(|p| (p.0, p.1));
                    let back = p.iter().rev().map(|p| (p.0, p.2));
                    let polygon = Polygon::new(there.chain(back).collect::<Vec<_>>(), c.mix(0.2));
                    (name, chart.draw_series(std::iter::once(polygon))?)
                }
                Layer::Map(..) => unreachable!("drawn above"),
            };
            if !name.is_empty() {
                named = true;
                series
                    .label(*name)
                    .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 12, y + 4)], c.filled()));
            }
        }
        if named {
            let box_style = BLACK.mix(0.3);
            chart
                .configure_series_labels()
                .background_style(WHITE.mix(0.85))
                .border_style(box_style)
                .label_font(("sans-serif", 11))
                .draw()?;
        }
    }
    root.present()?;
    Ok(())
}

/// A map's cells, from blue over white to orange.
fn cells<'a>(
    rows: &'a [Vec<f64>],
    x: &'a Range<f64>,
    y: &'a Range<f64>,
) -> impl Iterator<Item = Rectangle<(f64, f64)>> + 'a {
    let all = rows.iter().flatten();
    let (lo, hi) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let (n, m) = (rows.len() as f64, rows.first().map_or(1, Vec::len) as f64);
    let (dx, dy) = ((x.end - x.start) / m, (y.end - y.start) / n);
    let colour = move |v: f64| {
        let t = if hi > lo { (v - lo) / (hi - lo) } else { 0.5 };
        let mix = |a: f64, b: f64, t: f64| (a + (b - a) * t) as u8;
        match t < 0.5 {
            true => {
                RGBColor(mix(31.0, 250.0, 2.0 * t), mix(97.0, 250.0, 2.0 * t), mix(165.0, 250.0, 2.0 * t))
            }
            false => RGBColor(
                mix(250.0, 214.0, 2.0 * t - 1.0),
                mix(250.0, 92.0, 2.0 * t - 1.0),
                mix(250.0, 24.0, 2.0 * t - 1.0),
            ),
        }
    };
    rows.iter().enumerate().flat_map(move |(i, row)| {
        row.iter().enumerate().map(move |(j, &v)| {
            let (left, top) = (x.start + dx * j as f64, y.end - dy * i as f64);
            // A little larger than the cell, so that no seams show.
            Rectangle::new([(left, top), (left + 1.02 * dx, top - 1.02 * dy)], colour(v).filled())
        })
    })
}
