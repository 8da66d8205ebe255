//! What the examples share: two options, a claim that is checked, and pictures.
#![allow(dead_code, unused_imports, reason = "each program uses a part of it")]

mod marks;
mod plot;

use clap::Parser;
pub use plot::{Layer, Panel};
use pullback::array::{Array, DType, PadMode, meshgrid, stack};
use std::ops::Range;
use std::path::PathBuf;

/// The two options of every example.
#[derive(Parser)]
pub struct Example {
    /// A short run, to see that it works
    #[arg(long)]
    pub quick: bool,
    /// The folder for what it writes, its picture above all
    #[arg(long, value_name = "FOLDER", default_value = "target/examples")]
    out: PathBuf,
}

impl Example {
    /// Reads the command line.
    pub fn start() -> Example {
        Example::parse()
    }
    /// One of two numbers: for the whole run, or the quick one.
    pub fn of<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
    /// Draws panels side by side into `NAME.svg`.
    pub fn draw(&self, name: &str, panels: &[Panel]) {
        self.save(&format!("{name}.svg"), &plot::draw(panels).expect("a text can be written to"))
    }
    /// Writes a file into the folder.
    pub fn save(&self, name: &str, text: &str) {
        let file = self.out.join(name);
        match std::fs::create_dir_all(&self.out).and_then(|()| std::fs::write(&file, text)) {
            Ok(()) => println!("written: {}", file.display()),
            Err(e) => fail(&format!("cannot write {}: {e}", file.display())),
        }
    }
}

/// Prints what the program is to show; ends it with a failure where it does not hold.
pub fn claim(text: impl AsRef<str>, holds: bool) {
    let text = text.as_ref();
    if !holds {
        fail(&format!("the claim does not hold: {text}"))
    }
    println!("claim holds: {text}");
}
fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    std::process::exit(1)
}

/// The points (x, y) of two vectors.
pub fn curve(x: &Array, y: &Array) -> Vec<(f64, f64)> {
    let [x, y] = [x, y].map(|x| x.cast(DType::F64).to_vec::<f64>());
    x.into_iter().zip(y).collect()
}
/// The rows of `[n, 2]`.
pub fn points(x: &Array) -> Vec<(f64, f64)> {
    curve(&x.get((.., 0)), &x.get((.., 1)))
}
/// The rows of `[n, m]`.
pub fn rows(x: &Array) -> Vec<Vec<f64>> {
    x.cast(DType::F64).to_vec::<f64>().chunks(x.shape()[1]).map(<[f64]>::to_vec).collect()
}
/// Pictures `[n, height, width]` beside and below each other, as rows of values.
pub fn tiles(pictures: &Array, across: usize) -> Vec<Vec<f64>> {
    let [n, h, w] = [0, 1, 2].map(|k| pictures.shape()[k]);
    let down = n.div_ceil(across);
    let gaps = pictures.pad(&[(0, across * down - n), (1, 0), (1, 0)], PadMode::Constant(0.0));
    let tiles = gaps.reshape([down, across, h + 1, w + 1]).transpose([0, 2, 1, 3]);
    rows(&tiles.reshape([down * (h + 1), across * (w + 1)]).pad(&[(0, 1), (0, 1)], PadMode::Constant(0.0)))
}
/// A map of f, which takes points `[n, 2]` to values `[n]`.
pub fn field(f: impl Fn(&Array) -> Array, cells: usize, x: Range<f64>, y: Range<f64>) -> Layer {
    let middles = (Array::range(cells, DType::F64) + 0.5) / cells as f64;
    let (across, up) = (x.start + (x.end - x.start) * &middles, y.end - (y.end - y.start) * &middles);
    let grid = meshgrid(&[across, up], "xy");
    let values = f(&stack(&[grid[0].ravel(), grid[1].ravel()], 1));
    Layer::Map(rows(&values.reshape([cells, cells])), x, y)
}
