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
            cargo.args(["build", "--quiet", "--examples", "--features", "linalg", "--profile", profile]);
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

/// Every program of the folder, in its short form: its claims hold, and its pictures can be looked at. Those of the whole
/// runs are kept beside the programs and shown on their page.
#[test]
fn all_keep_their_claims() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).expect("a folder");
    let files = folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let mut names: Vec<String> = files.filter_map(|f| Some(f.strip_suffix(".rs")?.to_string())).collect();
    names.sort();
    let out = temporary("examples");
    let page = include_str!("../examples/README.md");
    for name in names.iter().filter(|name| *name != "quickstart") {
        let text = succeeds(example(name).arg("--quick").arg("--out").arg(&out));
        assert!(text.contains("claim holds: "), "{name} claims nothing:\n{text}");
        for file in text.lines().filter_map(|l| l.strip_prefix("written: ")).filter(|f| f.ends_with(".svg")) {
            let svg = std::fs::read_to_string(file).expect(file);
            is_picture(&svg).unwrap_or_else(|wrong| panic!("{file}: {wrong}"));
            let kept = format!("pictures/{name}.svg");
            assert!(page.contains(&format!("({kept})")), "{kept} is not on examples/README.md");
            let path = format!("{}/examples/{kept}", env!("CARGO_MANIFEST_DIR"));
            is_picture(&std::fs::read_to_string(path).expect(&kept))
                .unwrap_or_else(|w| panic!("{kept}: {w}"));
        }
    }
    std::fs::remove_dir_all(out).expect("the folder is there");
}

/// Every element is closed, something is drawn, and every number is one.
fn is_picture(svg: &str) -> Result<(), String> {
    let (mut open, mut drawn) = (vec![], 0);
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').ok_or("a tag without its end")?;
        let name = tag.split([' ', '/']).find(|n| !n.is_empty()).ok_or("a tag without a name")?;
        drawn += usize::from(["polyline", "polygon", "path", "rect"].contains(&name));
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) if open.pop() != Some(name) => return Err(format!("</{name}> closes nothing")),
            (false, false) => open.push(name),
            _ => {}
        }
    }
    let mut words = svg.split(|c: char| !c.is_ascii_alphanumeric());
    let no_number = words.any(|w| ["NaN", "MNaN", "inf", "Minf"].contains(&w));
    match (open.is_empty(), no_number, drawn) {
        (false, ..) => Err(format!("not closed: {open:?}")),
        (_, true, _) => Err("a number that is none".into()),
        // The background is one.
        (.., 0 | 1) => Err("nothing is drawn".into()),
        _ if svg.contains("points=\"\"") || svg.contains(" d=\"\"") => Err("a line without points".into()),
        _ => Ok(()),
    }
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("pullback_{name}_{}", std::process::id()))
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
        let folder = temporary(&format!("digits_{model}"));
        let mut command = example("digits");
        let epochs = if model == "mlp" { "15" } else { "2" };
        let out = succeeds(command.args(["--model", model, "--epochs", epochs, "--out"]).arg(&folder));
        let accuracy = out.lines().find_map(|l| l.strip_prefix("test accuracy ")?.strip_suffix(" %"));
        let accuracy: f64 = accuracy.expect(&out).parse().expect(&out);
        assert!(accuracy > if model == "mlp" { 96.0 } else { 80.0 }, "{out}");
        assert!(out.contains("it gives the same answers"), "{out}");
        for picture in ["learning.svg", "misread.svg"] {
            let svg = std::fs::read_to_string(folder.join(picture)).expect(picture);
            is_picture(&svg).unwrap_or_else(|wrong| panic!("{picture}: {wrong}"));
        }
        std::fs::remove_dir_all(folder).expect("the folder is there");
    }
}

#[test]
fn bad_options_are_explained() {
    let fails = |name: &str, arguments: &[&str], message: &str| {
        let (output, _, err) = run(example(name).args(arguments));
        assert!(!output.status.success() && err.contains(message), "{err}");
    };
    let digits = |arguments: &[&str], message: &str| fails("digits", arguments, message);
    digits(&["--epochs", "0"], "invalid value '0' for '--epochs <EPOCHS>': 0 is not in 1..=10000");
    digits(&["--epochs", "many"], "invalid value 'many' for '--epochs <EPOCHS>'");
    digits(&["--model", "transformer"], "[possible values: mlp, cnn]");
    digits(&["--depth", "3"], "unexpected argument '--depth' found");
    fails("tanh", &["--fast"], "unexpected argument '--fast' found");
    fails("tanh", &["--out"], "a value is required for '--out <FOLDER>'");
    let file = temporary("not_a_folder");
    std::fs::write(&file, "").expect("a file can be written");
    digits(&["--out", &file.to_string_lossy()], "error: cannot make the folder");
    fails("tanh", &["--quick", "--out", &file.to_string_lossy()], "error: cannot write");
    std::fs::remove_file(file).expect("the file is there");
}
