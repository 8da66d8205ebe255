//! Pictures: panels of lines, dots, bands and maps side by side, as SVG.

use super::marks::{decades, shades, signed, ticks};
use std::fmt::Write;
use std::ops::Range;

/// What is drawn in a panel. A layer with a name has a place in the legend; one without has the colour of the one before.
pub enum Layer {
    /// Points joined by a line.
    Line(&'static str, Vec<(f64, f64)>),
    /// A broken line, for what is compared with.
    Dashed(&'static str, Vec<(f64, f64)>),
    /// Points alone.
    Dots(&'static str, Vec<(f64, f64)>),
    /// From a lower to an upper curve: (x, low, high).
    Band(&'static str, Vec<(f64, f64, f64)>),
    /// Rows of values from the top, over a rectangle of the plane: from white to blue, or where they have both signs
    /// from blue by white to orange.
    Map(Vec<Vec<f64>>, Range<f64>, Range<f64>),
}
use Layer::*;

/// A picture with a title.
pub struct Panel {
    title: String,
    x: &'static str,
    y: &'static str,
    layers: Vec<Layer>,
    fixed: Option<(Range<f64>, Range<f64>)>,
    log: bool,
    square: bool,
    axes: bool,
}

impl Panel {
    /// Axes with their names.
    pub fn new(title: impl Into<String>, x: &'static str, y: &'static str) -> Panel {
        let (layers, fixed) = (vec![], None);
        Panel { title: title.into(), x, y, layers, fixed, log: false, square: false, axes: true }
    }
    /// Rows of values alone, without axes; the cells are squares.
    pub fn image(title: impl Into<String>, rows: Vec<Vec<f64>>) -> Panel {
        let (width, height) = (rows.first().map_or(1, Vec::len) as f64, rows.len() as f64);
        Panel { axes: false, ..Panel::new(title, "", "") }.with(Map(rows, 0.0..width, 0.0..height))
    }
    pub fn with(mut self, layer: Layer) -> Panel {
        self.layers.push(layer);
        self
    }
    /// The part of the plane shown, else all that is drawn.
    pub fn within(self, x: Range<f64>, y: Range<f64>) -> Panel {
        Panel { fixed: Some((x, y)), ..self }
    }
    /// With a logarithmic axis upward.
    pub fn log(self) -> Panel {
        Panel { log: true, ..self }
    }
    /// As high as it is wide.
    pub fn square(self) -> Panel {
        Panel { square: true, ..self }
    }

    /// Where an upward coordinate lies on the axis.
    fn up(&self, y: f64) -> f64 {
        if self.log { y.log10() } else { y }
    }
    /// What is shown, upward in terms of the axis.
    fn ranges(&self) -> (Range<f64>, Range<f64>) {
        if let Some((x, y)) = &self.fixed {
            return (x.clone(), self.up(y.start)..self.up(y.end));
        }
        let corners = |layer: &Layer| match layer {
            Line(_, p) | Dashed(_, p) | Dots(_, p) => p.clone(),
            Band(_, p) => p.iter().flat_map(|p| [(p.0, p.1), (p.0, p.2)]).collect(),
            Map(_, x, y) => vec![(x.start, y.start), (x.end, y.end)],
        };
        let all: Vec<(f64, f64)> = self.layers.iter().flat_map(corners).collect();
        let margin = if self.map().is_some() { 0.0 } else { 0.04 };
        let range = |values: &mut dyn Iterator<Item = f64>| {
            let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
            let margin = margin * (hi - lo).max(1e-9);
            lo - margin..hi + margin
        };
        (range(&mut all.iter().map(|p| p.0)), range(&mut all.iter().map(|p| self.up(p.1))))
    }
    fn map(&self) -> Option<&Vec<Vec<f64>>> {
        self.layers.iter().find_map(|l| if let Map(rows, ..) = l { Some(rows) } else { None })
    }
    /// Each layer's colour.
    fn colours(&self) -> Vec<&'static str> {
        // Blue is a map's own.
        let mut next = usize::from(self.map().is_some_and(|rows| !signed(rows)));
        let mut colour = COLOURS[next];
        let of = |layer: &Layer| {
            if let Line(name, _) | Dashed(name, _) | Dots(name, _) | Band(name, _) = layer
                && !name.is_empty()
            {
                colour = COLOURS[next % COLOURS.len()];
                next += 1;
            }
            colour
        };
        self.layers.iter().map(of).collect()
    }
}

const COLOURS: [&str; 10] = [
    "#1f61a5", "#d65c18", "#2e8b57", "#8c46a0", "#787878", "#bea01e", "#c23b6b", "#1ba3a8", "#6b4a2b",
    "#26324a",
];
/// The place of a panel's axes: height, and margins at the left, right, top and bottom.
const HEIGHT: f64 = 230.0;
const MARGINS: [f64; 4] = [54.0, 18.0, 52.0, 42.0];

/// Panels side by side.
pub fn draw(panels: &[Panel]) -> Result<String, std::fmt::Error> {
    let ranges: Vec<_> = panels.iter().map(Panel::ranges).collect();
    let widths: Vec<f64> = panels
        .iter()
        .zip(&ranges)
        .map(|(p, (x, y))| match (p.axes, p.square) {
            (true, false) => 320.0,
            (true, true) => HEIGHT,
            (false, _) => HEIGHT * (x.end - x.start) / (y.end - y.start),
        })
        .collect();
    let [left, right, top, bottom] = MARGINS;
    let margin = |p: &Panel| if p.axes { left } else { right };
    let width: f64 = panels.iter().zip(&widths).map(|(p, w)| margin(p) + w + right).sum();
    let (mut svg, mut at) = (String::new(), 0.0);
    write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {0}\" width=\"{width:.0}\" height=\"{0}\" \
         font-family=\"sans-serif\" font-size=\"11\" fill=\"#444b55\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        top + HEIGHT + bottom
    )?;
    for (i, ((panel, (x, y)), width)) in panels.iter().zip(ranges).zip(widths).enumerate() {
        at += margin(panel);
        writeln!(svg, "<g transform=\"translate({at:.1} {top})\">")?;
        Frame { panel, x, y, width, clip: format!("c{i}") }.draw(&mut svg)?;
        svg += "</g>\n";
        at += width + right;
    }
    svg += "</svg>\n";
    Ok(svg)
}

struct Frame<'a> {
    panel: &'a Panel,
    x: Range<f64>,
    y: Range<f64>,
    width: f64,
    clip: String,
}
impl Frame<'_> {
    fn right(&self, x: f64) -> f64 {
        (x - self.x.start) / (self.x.end - self.x.start) * self.width
    }
    fn down(&self, y: f64) -> f64 {
        (self.y.end - self.panel.up(y)) / (self.y.end - self.y.start) * HEIGHT
    }
    fn draw(&self, svg: &mut String) -> std::fmt::Result {
        let (w, h, clip) = (self.width, HEIGHT, &self.clip);
        if self.panel.axes {
            self.axes(svg)?
        }
        writeln!(svg, "<clipPath id=\"{clip}\"><rect width=\"{w:.1}\" height=\"{h}\"/></clipPath>")?;
        writeln!(svg, "<g clip-path=\"url(#{clip})\" fill=\"none\" stroke-width=\"1.6\">")?;
        let colours = self.panel.colours();
        for (layer, colour) in self.panel.layers.iter().zip(&colours) {
            self.layer(svg, layer, colour)?
        }
        svg.push_str("</g>\n");
        if !self.panel.axes {
            writeln!(svg, "<rect width=\"{w:.1}\" height=\"{h}\" fill=\"none\" stroke=\"#d5d9de\"/>")?
        }
        let title = self.panel.title.replace('&', "&amp;").replace('<', "&lt;");
        writeln!(svg, "<text y=\"-32\" font-size=\"14\" fill=\"#1b2027\">{title}</text>")?;
        let mut at = 0.0;
        for (layer, colour) in self.panel.layers.iter().zip(colours) {
            let (Line(name, _) | Dashed(name, _) | Dots(name, _) | Band(name, _)) = layer else { continue };
            if !name.is_empty() {
                let (width, mark) = match layer {
                    Dots(..) => (6.0, "h0\" stroke-width=\"6\" stroke-linecap=\"round"),
                    Dashed(..) => (13.0, "h5m3 0h5\" stroke-width=\"2"),
                    Line(..) => (13.0, "h13\" stroke-width=\"2"),
                    Band(..) | Map(..) => (13.0, "h13\" stroke-width=\"8\" stroke-opacity=\"0.3"),
                };
                writeln!(svg, "<path d=\"M{at:.1} -16{mark}\" stroke=\"{colour}\"/>")?;
                writeln!(svg, "<text x=\"{:.1}\" y=\"-12\">{name}</text>", at + width + 4.0)?;
                at += width + 15.0 + 6.3 * name.chars().count() as f64;
            }
        }
        Ok(())
    }

    /// Lines of a grid with their numbers, and the axes' names.
    fn axes(&self, svg: &mut String) -> std::fmt::Result {
        let (w, h) = (self.width, HEIGHT);
        let (mut lines, mut numbers) = (String::new(), String::new());
        for (x, text) in ticks(&self.x, 6.0) {
            let at = self.right(x);
            write!(lines, "M{at:.1} 0v{h}")?;
            write!(numbers, "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>", h + 15.0)?;
        }
        let upward = if self.panel.log { decades(&self.y) } else { ticks(&self.y, 5.0) };
        for (y, text) in upward {
            let at = (self.y.end - y) / (self.y.end - self.y.start) * h;
            write!(lines, "M0 {at:.1}h{w:.1}")?;
            write!(numbers, "<text x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", at + 4.0)?;
        }
        writeln!(
            svg,
            "<path d=\"{lines}\" stroke=\"#e8ebef\"/><path d=\"M0 0V{h}H{w:.1}\" fill=\"none\" stroke=\"#9aa1ab\"/>"
        )?;
        writeln!(svg, "{numbers}")?;
        let (x, y) = (self.panel.x, self.panel.y);
        writeln!(svg, "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{x}</text>", w / 2.0, h + 33.0)?;
        writeln!(
            svg,
            "<text transform=\"translate(-40 {}) rotate(-90)\" text-anchor=\"middle\">{y}</text>",
            h / 2.0
        )
    }

    fn layer(&self, svg: &mut String, layer: &Layer, colour: &str) -> std::fmt::Result {
        let place = |(x, y): &(f64, f64)| format!("{:.1} {:.1} ", self.right(*x), self.down(*y));
        match layer {
            Line(_, p) | Dashed(_, p) => {
                let dash = if matches!(layer, Dashed(..)) { " stroke-dasharray=\"6 4\"" } else { "" };
                let points: String = p.iter().map(place).collect();
                writeln!(svg, "<polyline points=\"{points}\" stroke=\"{colour}\"{dash}/>")
            }
            Dots(_, p) => {
                // A line of no length with round ends is a dot.
                let points: String = p.iter().map(|p| format!("M{}h0", place(p).trim_end())).collect();
                writeln!(
                    svg,
                    "<path d=\"{points}\" stroke=\"{colour}\" stroke-width=\"5\" stroke-linecap=\"round\" stroke-opacity=\"0.75\"/>"
                )
            }
            Band(_, p) => {
                let there = p.iter().map(|p| (p.0, p.1));
                let around = there.chain(p.iter().rev().map(|p| (p.0, p.2)));
                let points: String = around.map(|p| place(&p)).collect();
                writeln!(svg, "<polygon points=\"{points}\" fill=\"{colour}\" fill-opacity=\"0.18\"/>")
            }
            Map(rows, x, y) => {
                let columns = rows.first().map_or(1, Vec::len) as f64;
                let (left, top) = (self.right(x.start), self.down(y.end));
                let (dx, dy) =
                    ((self.right(x.end) - left) / columns, (self.down(y.start) - top) / rows.len() as f64);
                writeln!(
                    svg,
                    "<g transform=\"translate({left:.2} {top:.2}) scale({dx:.4} {dy:.4})\" shape-rendering=\"crispEdges\">"
                )?;
                for (shade, path) in shades(rows) {
                    writeln!(svg, "<path d=\"{path}\" fill=\"{shade}\"/>")?
                }
                writeln!(svg, "</g>")
            }
        }
    }
}
