//! The learning curve and the misread digits, drawn as SVG.

use crate::Epoch;
use crate::report::Mistake;
use plotters::coord::Shift;
use plotters::coord::ranged1d::AsRangedCoord;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const INK: RGBColor = RGBColor(38, 43, 51);
const GREY: RGBColor = RGBColor(126, 134, 145);
const GRID: RGBColor = RGBColor(232, 235, 239);
const BLUE: RGBColor = RGBColor(31, 110, 189);
const ORANGE: RGBColor = RGBColor(226, 118, 37);
const GREEN: RGBColor = RGBColor(28, 143, 98);
/// Where a logarithmic axis has its lines.
const POINTS: [f64; 12] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];
const FONT: &str = "Helvetica, Arial, sans-serif";

fn text(size: u32, color: &RGBColor, across: HPos, down: VPos) -> TextStyle<'_> {
    TextStyle::from((FONT, size).into_font()).color(color).pos(Pos::new(across, down))
}
fn write(area: &Area, words: &str, size: u32, color: RGBColor, at: (i32, i32)) -> Result<()> {
    Ok(area.draw(&Text::new(words.to_string(), at, text(size, &color, HPos::Left, VPos::Top)))?)
}
fn draw(path: &Path, size: (u32, u32), content: impl Fn(&Area) -> Result<()>) -> Result<()> {
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    let drawn = content(&area).and_then(|()| Ok(area.present()?));
    drawn.map_err(|e| format!("cannot draw {}: {e}", path.display()).into())
}

/// Loss and accuracy over the epochs.
pub fn learning_curve(path: &Path, history: &[Epoch], test_accuracy: f64) -> Result<()> {
    draw(path, (1040, 460), |area| {
        write(area, "Learning to read digits", 24, INK, (32, 24))?;
        let subtitle = format!(
            "{} epochs; {:.2} % of the test digits are read right",
            history.len(),
            100.0 * test_accuracy
        );
        write(area, &subtitle, 15, GREY, (32, 56))?;
        let (_, body) = area.split_vertically(92);
        let (left, right) = body.split_horizontally(520);

        let train: Vec<f64> = history.iter().map(|e| e.train_loss).collect();
        let loss: Vec<f64> = history.iter().map(|e| e.loss).collect();
        let all = train.iter().chain(&loss).copied().filter(|l| l.is_finite() && *l > 0.0);
        let (lo, hi) = all.fold((f64::INFINITY, 0.0f64), |(lo, hi), l| (lo.min(l), hi.max(l)));
        let (lo, hi) = if lo <= hi { (lo * 0.8, hi * 1.25) } else { (0.1, 1.0) };
        // Lines outside of the axis would be drawn outside of the chart.
        let lines = POINTS.into_iter().filter(|p| (lo..=hi).contains(p)).collect();
        let series = [("training, with noise and dropout", BLUE, &train), ("validation", ORANGE, &loss)];
        panel(
            &left,
            "Loss (logarithmic)",
            history.len(),
            (lo..hi).log_scale().with_key_points(lines),
            lo,
            &series,
            |y| {
                if *y < 0.1 { format!("{y:.2}") } else { format!("{y:.1}") }
            },
        )?;

        let accuracy: Vec<f64> = history.iter().map(|e| 100.0 * e.accuracy).collect();
        let lo = accuracy.iter().copied().fold(95.0, f64::min);
        let lo = (lo / 5.0).floor() * 5.0;
        let series = [("validation", GREEN, &accuracy)];
        panel(&right, "Digits read right, %", history.len(), lo..100.3, lo, &series, |y| format!("{y:.0}"))
    })
}

/// One chart: lines with their names beside the title.
fn panel<Y>(
    area: &Area,
    title: &str,
    epochs: usize,
    range: Y,
    floor: f64,
    series: &[(&str, RGBColor, &Vec<f64>)],
    label: impl Fn(&f64) -> String,
) -> Result<()>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: plotters::coord::ranged1d::ValueFormatter<f64>,
{
    write(area, title, 16, INK, (32, 0))?;
    let mut x = 32;
    for (name, color, _) in series {
        area.draw(&Rectangle::new([(x, 30), (x + 18, 33)], color.filled()))?;
        write(area, name, 13, GREY, (x + 24, 24))?;
        x += 48 + 6 * name.len() as i32;
    }
    let mut chart = ChartBuilder::on(area)
        .margin_top(52)
        .margin_right(36)
        .margin_bottom(8)
        .margin_left(20)
        .x_label_area_size(44)
        .y_label_area_size(44)
        .build_cartesian_2d(1.0..epochs.max(2) as f64, range)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(GREY)
        .x_desc("epoch")
        .x_labels(8)
        .y_labels(7)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&label)
        .label_style(text(13, &GREY, HPos::Left, VPos::Top))
        .axis_desc_style(text(13, &GREY, HPos::Left, VPos::Top))
        .draw()?;
    for (_, color, values) in series {
        let mut points = values.iter().enumerate().map(|(i, &y)| ((i + 1) as f64, y.max(floor)));
        chart.draw_series(LineSeries::new(points.clone(), color.stroke_width(2)))?;
        chart.draw_series(points.next_back().map(|end| Circle::new(end, 4, color.filled())))?;
    }
    Ok(())
}

const COLUMNS: usize = 6;
const CELL: (i32, i32) = (150, 196);
const PIXEL: i32 = 15;

/// The misread digits, the surest mistakes first.
pub fn misread(path: &Path, mistakes: &[Mistake]) -> Result<()> {
    let shown = &mistakes[..mistakes.len().min(4 * COLUMNS)];
    let rows = shown.len().div_ceil(COLUMNS).max(1) as i32;
    let size = (64 + COLUMNS as i32 * CELL.0 - 30, 112 + rows * CELL.1 - 26);
    draw(path, (size.0 as u32, size.1 as u32), |area| {
        let title = match mistakes.len() {
            0 => "No digit of the test was misread".to_string(),
            1 => "The one digit of the test that was misread".to_string(),
            n => format!("The {n} digits of the test that were misread"),
        };
        write(area, &title, 24, INK, (32, 24))?;
        let subtitle = match mistakes.len() - shown.len() {
            0 => "the surest mistakes first".to_string(),
            more => format!("the surest mistakes first; {more} more not shown"),
        };
        write(area, &subtitle, 15, GREY, (32, 56))?;
        for (i, mistake) in shown.iter().enumerate() {
            let x = 32 + (i % COLUMNS) as i32 * CELL.0;
            let y = 100 + (i / COLUMNS) as i32 * CELL.1;
            for (k, &ink) in mistake.pixels.iter().enumerate() {
                let corner = (x + (k % 8) as i32 * PIXEL, y + (k / 8) as i32 * PIXEL);
                let end = (corner.0 + PIXEL, corner.1 + PIXEL);
                area.draw(&Rectangle::new([corner, end], shade(ink).filled()))?;
            }
            let frame = [(x, y), (x + 8 * PIXEL, y + 8 * PIXEL)];
            area.draw(&Rectangle::new(frame, GRID.stroke_width(1)))?;
            let below = y + 8 * PIXEL + 10;
            write(area, &format!("read as {}", mistake.reading), 15, ORANGE, (x, below))?;
            let truth = format!("is {}, {:.0} % sure", mistake.digit, 100.0 * mistake.probability);
            write(area, &truth, 13, GREY, (x, below + 20))?;
        }
        Ok(())
    })
}

/// From paper to ink.
fn shade(ink: f32) -> RGBColor {
    let mix = |paper: u8, full: u8| {
        (f32::from(paper) + ink.clamp(0.0, 1.0) * (f32::from(full) - f32::from(paper))) as u8
    };
    RGBColor(mix(247, INK.0), mix(248, INK.1), mix(250, INK.2))
}
