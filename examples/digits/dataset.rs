//! The digits: embedded in the program, so that it runs from anywhere.

use flate2::read::GzDecoder;
use pullback::array::{Array, Key, Tree};
use pullback::nn::data;
use std::error::Error;
use std::io::Read;

/// Pictures and what they show.
#[derive(Clone, Tree)]
pub struct Digits {
    /// `[n, 64]`: 8 × 8 pixels from 0 to 1.
    pub pixels: Array,
    /// `[n]`: 0 to 9.
    pub labels: Array,
}

/// Training, validation and test set: 1257, 180 and 360 digits. Always the same, whatever the seed of the training.
pub fn load() -> Result<[Digits; 3], Box<dyn Error>> {
    let mut text = String::new();
    GzDecoder::new(&include_bytes!("../data/digits.csv.gz")[..]).read_to_string(&mut text)?;
    let (mut pixels, mut labels) = (vec![], vec![]);
    for line in text.lines() {
        let numbers = line.split(',').map(str::parse).collect::<Result<Vec<i32>, _>>()?;
        let (&label, picture) = numbers.split_last().ok_or("an empty line among the digits")?;
        pixels.extend(picture.iter().map(|&p| p as f32 / 16.0));
        labels.push(label);
    }
    let n = labels.len();
    let all =
        Digits { pixels: Array::from_slice(&pixels, &[n, 64]), labels: Array::from_slice(&labels, &[n]) };
    let (test, rest) = data::split(&data::shuffled(&all, &Key::new(2026)), 360);
    let (validation, train) = data::split(&rest, 180);
    Ok([train, validation, test])
}
