//! A neural network learns to read handwritten digits.
//!
//! ```sh
//! cargo run --release --example digits -- --help
//! ```

mod dataset;
mod model;
mod pictures;
mod report;

use clap::Parser;
use dataset::Digits;
use indicatif::{ProgressBar, ProgressStyle};
use model::{Kind, Model};
use pullback::array::{Array, Key, io, value_and_grad};
use pullback::nn::{AdamW, data, schedule, softmax_cross_entropy};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Trains a network on 1,797 real handwritten digits, tests it on digits it has not seen, and draws what it learned.
#[derive(Parser)]
#[command(name = "digits", version)]
struct Options {
    /// How often to go through the training digits
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    epochs: u32,
    /// Where the random numbers begin: weights, order of the digits, dropout
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The network: two layers, or convolutions
    #[arg(long, value_enum, default_value_t = Kind::Mlp)]
    model: Kind,
    /// The folder for the pictures and the trained model
    #[arg(long, value_name = "FOLDER", default_value = "target/digits")]
    out: PathBuf,
}

/// One epoch's row in the learning curve.
pub struct Epoch {
    /// Mean loss over the training batches.
    pub train_loss: f64,
    /// Loss on the validation digits.
    pub loss: f64,
    /// Share of the validation digits read right.
    pub accuracy: f64,
}

const BATCH: usize = 64;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(&options.out)
        .map_err(|e| format!("cannot make the folder {}: {e}", options.out.display()))?;
    let key = Key::new(options.seed);
    let [train, validation, test] = dataset::load()?;
    let mut model = Model::new(options.model, &key.fold_in(0));
    println!(
        "{} digits to learn from, {} to watch, {} for the test; a network of {} numbers",
        data::len(&train),
        data::len(&validation),
        data::len(&test),
        model.size()
    );

    let start = Instant::now();
    let history = learn(&mut model, &train, &validation, options.epochs as usize, &key.fold_in(1));
    let seconds = start.elapsed().as_secs_f64();

    let readings = model.read(&test.pixels);
    let accuracy = report::accuracy(&readings, &test);
    println!("learned in {seconds:.1} s\n\n{}", report::confusion(&readings, &test));
    println!("test accuracy {:.2} %", 100.0 * accuracy);

    let file = options.out.join("model.safetensors");
    io::save(&file, &model)?;
    let mut again = Model::new(options.model, &key.fold_in(2));
    io::load(&file, &mut again)?;
    if again.read(&test.pixels) != readings {
        return Err("the model read back from its file reads the digits differently".into());
    }
    println!("\nsaved as {}; read back, it gives the same answers", file.display());

    let curve = options.out.join("learning.svg");
    pictures::learning_curve(&curve, &history, accuracy)?;
    let misread = options.out.join("misread.svg");
    pictures::misread(&misread, &report::mistakes(&readings, &test))?;
    println!("pictures: {} and {}", curve.display(), misread.display());
    Ok(())
}

/// The training loop.
fn learn(model: &mut Model, train: &Digits, validation: &Digits, epochs: usize, key: &Key) -> Vec<Epoch> {
    let count = data::len(train);
    let batches = count.div_ceil(BATCH);
    let style = "{spinner:.cyan} {bar:36.cyan/237} {pos:>3}/{len} epochs  {msg}";
    let bar = ProgressBar::new(epochs as u64).with_style(
        ProgressStyle::with_template(style).expect("the template is right").progress_chars("━╸─"),
    );
    let rate = schedule::warmup_cosine(3e-3, batches, epochs * batches);
    let mut opt = AdamW::new(model, 0.0, 0.05);
    let mut history = vec![];
    for epoch in 0..epochs {
        let key = key.fold_in(epoch as u64);
        let shuffled = data::shuffled(train, &key);
        let mut sum = 0.0;
        for (i, batch) in data::batches(&shuffled, BATCH).enumerate() {
            let step = epoch * batches + i;
            let key = key.fold_in(i as u64 + 1);
            let loss =
                |m: &Model| softmax_cross_entropy(&m.forward(&batch.pixels, Some(&key)), &batch.labels);
            let (loss, g) = value_and_grad(loss)(model);
            opt.rate = rate(step);
            opt.update(model, &g);
            sum += loss.item() * data::len(&batch) as f64;
        }
        let logits: Array = model.forward(&validation.pixels, None);
        let now = Epoch {
            train_loss: sum / count as f64,
            loss: softmax_cross_entropy(&logits, &validation.labels).item(),
            accuracy: report::accuracy(&model::readings(&logits), validation),
        };
        bar.set_message(format!("loss {:.4}  accuracy {:.1} %", now.train_loss, 100.0 * now.accuracy));
        bar.inc(1);
        history.push(now);
    }
    bar.finish();
    history
}
