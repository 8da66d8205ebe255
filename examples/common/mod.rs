//! What the examples share: two options, a claim that is checked, and pictures.
#![allow(dead_code, reason = "each program uses a part of it")]

mod plot;

use clap::Parser;
#[allow(unused_imports, reason = "not every program draws")]
pub use plot::{Layer, Panel};
use std::path::PathBuf;

/// The two options of every example.
#[derive(Parser)]
pub struct Example {
    /// A short run, to see that it works
    #[arg(long)]
    pub quick: bool,
    /// The folder for the picture
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
        let file = self.out.join(format!("{name}.svg"));
        let drawn =
            std::fs::create_dir_all(&self.out).map_err(Into::into).and_then(|()| plot::draw(&file, panels));
        match drawn {
            Ok(()) => println!("picture: {}", file.display()),
            Err(e) => fail(&format!("cannot draw {}: {e}", file.display())),
        }
    }
}

/// Prints what the program is to show; ends it with a failure where it does not hold.
pub fn claim(text: &str, holds: bool) {
    if !holds {
        fail(&format!("the claim does not hold: {text}"))
    }
    println!("claim holds: {text}");
}
fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    std::process::exit(1)
}
