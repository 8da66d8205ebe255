//! Every example runs and says what it should.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Once;

/// `cargo test` builds the examples before it runs this test; `cargo test --test examples` does not, so this does.
fn example(name: &str) -> Command {
    static BUILT: Once = Once::new();
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
    let program = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    BUILT.call_once(|| {
        if !program.exists() {
            let profile = if profile.ends_with("debug") { "test" } else { "release" };
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["build", "--quiet", "--examples", "--profile", profile]);
            assert!(cargo.status().expect("cargo starts").success(), "the examples do not build");
        }
    });
    Command::new(program)
}
fn run(command: &mut Command) -> (Output, String, String) {
    let output = command.output().expect("the example starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}
#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let (output, out, err) = run(command);
    assert!(output.status.success(), "{out}\n{err}");
    out
}

#[test]
fn quickstart() {
    assert_eq!(succeeds(&mut example("quickstart")), "y = 2.000 x + 1.000\n");
}

#[test]
fn rosenbrock() {
    let out = succeeds(&mut example("rosenbrock"));
    assert!(out.contains("minimum at (1.000000000000, 1.000000000000)"), "{out}");
}

/// The fixture's numbers, from 50-digit arithmetic.
#[test]
fn backprop() {
    let out = succeeds(&mut example("backprop"));
    let numbers: Vec<f64> = out.split_whitespace().filter_map(|w| w.parse().ok()).collect();
    for want in [
        0.1023637890476751,
        0.016182699975231873,
        -0.032365399950463745,
        -0.014175484092699777,
        0.028350968185399554,
        0.011116112443639812,
        -0.022232224887279623,
        0.04024448425244176,
        0.023617616055727046,
        0.07996125240072026,
        0.011428971447153026,
        -0.009103321108217422,
    ] {
        let found = numbers.iter().filter(|&&x| (x - want).abs() < 1e-15).count();
        let columns = if want == 0.1023637890476751 { 1 } else { 2 };
        assert!(found >= columns, "{want}\n{out}");
    }
}

#[test]
fn digits_learn_and_draw() {
    for model in ["mlp", "cnn"] {
        let folder: PathBuf =
            std::env::temp_dir().join(format!("pullback_digits_{model}_{}", std::process::id()));
        let mut command = example("digits");
        let epochs = if model == "mlp" { "15" } else { "2" };
        let out = succeeds(command.args(["--model", model, "--epochs", epochs, "--out"]).arg(&folder));
        let accuracy = out.lines().find_map(|l| l.strip_prefix("test accuracy ")?.strip_suffix(" %"));
        let accuracy: f64 = accuracy.expect(&out).parse().expect(&out);
        assert!(accuracy > if model == "mlp" { 96.0 } else { 80.0 }, "{out}");
        assert!(out.contains("it gives the same answers"), "{out}");
        for picture in ["learning.svg", "misread.svg"] {
            let svg = std::fs::read_to_string(folder.join(picture)).expect(picture);
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && !svg.contains("NaN"));
        }
        std::fs::remove_dir_all(folder).expect("the folder is there");
    }
}

#[test]
fn bad_options_are_explained() {
    let fails = |arguments: &[&str], message: &str| {
        let (output, _, err) = run(example("digits").args(arguments));
        assert!(!output.status.success() && err.contains(message), "{err}");
    };
    fails(&["--epochs", "0"], "invalid value '0' for '--epochs <EPOCHS>': 0 is not in 1..=10000");
    fails(&["--epochs", "many"], "invalid value 'many' for '--epochs <EPOCHS>'");
    fails(&["--model", "transformer"], "[possible values: mlp, cnn]");
    fails(&["--depth", "3"], "unexpected argument '--depth' found");
    let file = std::env::temp_dir().join(format!("pullback_not_a_folder_{}", std::process::id()));
    std::fs::write(&file, "").expect("a file can be written");
    fails(&["--out", &file.to_string_lossy()], "error: cannot make the folder");
    std::fs::remove_file(file).expect("the file is there");
}
