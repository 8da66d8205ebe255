//! The graph as a picture, with the value and the adjoint of each node on it: SVG of our own, and Graphviz.

use crate::layout::{Layout, Point, layered};
use crate::problem::{Failure, Problem, say};
use crate::trace::{Trace, bracketed};
use std::fmt::Write;

const VALUE: &str = "#1d5fa8";
const ADJOINT: &str = "#c2410c";
const INK: &str = "#1f2933";
/// The height of a box.
const HEIGHT: f64 = 70.0;
/// The width of a letter at 13 pixels.
const LETTER: f64 = 7.85;
const MARGIN: f64 = 30.0;
/// The room for the title and the legend.
const HEAD: f64 = 92.0;

/// What is written on node `i`: how it was made, its value, its adjoint.
fn lines(trace: &Trace, i: usize) -> [String; 3] {
    let formula = format!("{} = {}", trace.name(i), trace.formula(i));
    [formula, say(trace.steps[i].value), format!("{} = {}", trace.bar(i), say(trace.adjoints[i]))]
}
/// The arrows: from, to, and the slope of the one by the other.
fn arrows(trace: &Trace) -> Vec<(usize, usize, f64)> {
    let arrows = |i| trace.contributions(i).into_iter().map(move |c| (c.to, i, c.slope));
    (0..trace.steps.len()).flat_map(arrows).collect()
}
/// A number short enough for a mark beside an arrow.
fn short(x: f64) -> String {
    let digits = format!("{x:.3e}").parse::<f64>().unwrap_or(x);
    bracketed(digits)
}
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
fn title(problem: &Problem, trace: &Trace) -> String {
    format!("{} = {} = {}", problem.output, problem.text, say(trace.value))
}

/// The most steps that a picture is made of.
const MOST: usize = 200;

/// The picture as SVG.
pub fn svg(problem: &Problem, trace: &Trace) -> Result<String, Failure> {
    let n = trace.steps.len();
    if n > MOST {
        return Err(Failure(format!(
            "a picture of {n} steps cannot be read (at most {MOST}); --dot writes them all"
        )));
    }
    let texts: Vec<[String; 3]> = (0..trace.steps.len()).map(|i| lines(trace, i)).collect();
    let letters = |text: &String| text.chars().filter(|c| *c != '\u{304}').count();
    let widths: Vec<f64> = texts
        .iter()
        .map(|t| t.iter().map(letters).max().unwrap_or(0) as f64 * LETTER + 28.0)
        .map(|w| w.max(110.0))
        .collect();
    let arrows = arrows(trace);
    let layout = layered(&widths, HEIGHT, &arrows.iter().map(|a| (a.0, a.1)).collect::<Vec<_>>());
    let title = title(problem, trace);
    let needed = (letters(&title) as f64 * 9.1).max(600.0);
    let width = layout.width.max(needed) + 2.0 * MARGIN;
    let height = layout.height.max(0.0) + HEAD + 2.0 * MARGIN;
    let mut svg = head(problem, width, height, &title);
    let shift = ((width - layout.width) / 2.0, HEAD + MARGIN);
    let _ = writeln!(svg, r#"<g transform="translate({:.1} {:.1})">"#, shift.0, shift.1);
    for (route, (_, _, slope)) in layout.arrows.iter().zip(&arrows) {
        svg += &arrow(route, *slope);
    }
    for (i, text) in texts.iter().enumerate() {
        svg += &node(trace, &layout, i, widths[i], text);
    }
    Ok(svg + "</g>\n</svg>\n")
}

fn head(problem: &Problem, width: f64, height: f64, title: &str) -> String {
    let marker = |id: &str, colour: &str| {
        format!(
            "<marker id=\"{id}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto\"><path d=\"M0 0 L10 5 L0 10 Z\" fill=\"{colour}\"/></marker>\n"
        )
    };
    let (z, at) = (problem.output, problem.at());
    let at = if at.is_empty() { String::new() } else { format!("at {at}") };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.1} {height:.1}\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"13\" fill=\"{INK}\">\n<defs>\n{}{}</defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        marker("forward", VALUE),
        marker("back", ADJOINT),
    );
    let _ = write!(
        svg,
        "<text x=\"{MARGIN}\" y=\"38\" font-size=\"15\" font-weight=\"bold\">{}</text>\n\
         <text x=\"{MARGIN}\" y=\"59\" fill=\"#52606d\">{}</text>\n",
        escape(title),
        escape(&at),
    );
    let mut x = MARGIN;
    for (id, colour, dash, text) in [
        ("forward", VALUE, "", "value, going forward".to_string()),
        (
            "back",
            ADJOINT,
            " stroke-dasharray=\"5 3\"",
            format!("adjoint d{z}/dw, coming back times the slope"),
        ),
    ] {
        let _ = write!(
            svg,
            "<line x1=\"{x}\" y1=\"82\" x2=\"{}\" y2=\"82\" stroke=\"{colour}\" stroke-width=\"1.6\"{dash} \
             marker-end=\"url(#{id})\"/>\n<text x=\"{}\" y=\"86\" fill=\"{colour}\" font-size=\"12\">{text}</text>\n",
            x + 30.0,
            x + 38.0,
        );
        x += 38.0 + text.len() as f64 * 7.3 + 24.0;
    }
    svg
}

fn node(trace: &Trace, layout: &Layout, i: usize, width: f64, text: &[String; 3]) -> String {
    let (x, y) = layout.boxes[i];
    let (fill, line) = match (trace.result == Some(i), trace.is_variable(i)) {
        (true, _) => ("#fff7e6", "#b7791f"),
        (false, true) => ("#eef6ee", "#4d7c4d"),
        (false, false) => ("#f5f7fa", "#7b8794"),
    };
    let mut svg = format!(
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" rx=\"9\" fill=\"{fill}\" stroke=\"{line}\" \
         stroke-width=\"1.4\"/>\n",
        x - width / 2.0,
        y - HEIGHT / 2.0,
    );
    for (k, (line, style)) in text
        .iter()
        .zip(["font-weight=\"bold\"".to_string(), format!("fill=\"{VALUE}\""), format!("fill=\"{ADJOINT}\"")])
        .enumerate()
    {
        let y = y - HEIGHT / 2.0 + 22.0 + 19.0 * k as f64;
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" {style}>{}</text>",
            escape(line)
        );
    }
    svg
}

/// The way forward and, beside it, the way back with its slope.
fn arrow(route: &[(Point, Point)], slope: f64) -> String {
    let curve = |shift: f64, back: bool| {
        let swings: Vec<(Point, Point)> =
            if back { route.iter().rev().map(|(a, b)| (*b, *a)).collect() } else { route.to_vec() };
        let mut path = String::new();
        for (k, ((ax, ay), (bx, by))) in swings.into_iter().enumerate() {
            let (ax, bx, middle) = (ax + shift, bx + shift, f64::midpoint(ay, by));
            let to = if k == 0 { 'M' } else { 'L' };
            let _ =
                write!(path, "{to}{ax:.1} {ay:.1} C{ax:.1} {middle:.1} {bx:.1} {middle:.1} {bx:.1} {by:.1} ");
        }
        path
    };
    // The mark stands beside the last swing, where arrows to one box are already apart.
    let ((ax, ay), (bx, by)) = *route.last().expect("an arrow has a swing");
    let (x, y) = (ax + (bx - ax) * 0.84 + 11.0, ay + (by - ay) * 0.70 + 4.0);
    format!(
        "<path d=\"{}\" fill=\"none\" stroke=\"{VALUE}\" stroke-width=\"1.6\" marker-end=\"url(#forward)\"/>\n\
         <path d=\"{}\" fill=\"none\" stroke=\"{ADJOINT}\" stroke-width=\"1.4\" stroke-dasharray=\"5 3\" \
         marker-end=\"url(#back)\"/>\n\
         <text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"11\" fill=\"{ADJOINT}\" stroke=\"#ffffff\" stroke-width=\"4\" \
         stroke-linejoin=\"round\" paint-order=\"stroke\">×{}</text>\n",
        curve(-4.0, false).trim_end(),
        curve(4.0, true).trim_end(),
        escape(&short(slope)),
    )
}

/// The graph for Graphviz.
pub fn dot(problem: &Problem, trace: &Trace) -> String {
    let mut dot = format!(
        "digraph pullback {{\n  label=\"{}\"; labelloc=t; fontname=monospace;\n  \
         node [shape=box, style=\"rounded,filled\", fillcolor=\"#f5f7fa\", fontname=monospace];\n  \
         edge [color=\"{VALUE}\", fontcolor=\"{ADJOINT}\", fontname=monospace, fontsize=11];\n",
        title(problem, trace).replace('\\', "\\\\").replace('"', "\\\""),
    );
    for i in 0..trace.steps.len() {
        let [formula, value, adjoint] = lines(trace, i).map(|line| escape(&line));
        let _ = writeln!(
            dot,
            "  {} [label=<<b>{formula}</b><br/><font color=\"{VALUE}\">{value}</font><br/>\
             <font color=\"{ADJOINT}\">{adjoint}</font>>];",
            trace.name(i),
        );
    }
    for (from, to, slope) in arrows(trace) {
        let _ = writeln!(dot, "  {} -> {} [label=\"×{}\"];", trace.name(from), trace.name(to), short(slope));
    }
    dot + "}\n"
}
