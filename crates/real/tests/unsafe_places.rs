//! Where `unsafe` is: in the files that DESIGN.md lists and nowhere else, and what it asks of a caller is written above each
//! function.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
/// All of our own Rust files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_built = path.ends_with("target");
        if path.is_dir() && !is_built {
            files(&path, found)
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path)
        }
    }
}
/// What the compiler sees of a line: no comment, no text.
fn code(line: &str) -> &str {
    let line = line.split("//").next().unwrap_or(line);
    line.split('"').next().unwrap_or(line)
}
fn is_unsafe(line: &str) -> bool {
    code(line).split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe")
}

#[test]
fn unsafe_code_is_where_the_design_says() {
    let design = fs::read_to_string(root().join("DESIGN.md")).expect("the design");
    let section = design.split("## Where may `unsafe` be?").nth(1).expect("its section");
    let section = section.split("\n## ").next().expect("it ends");
    let listed: Vec<&str> = section.split('`').filter(|word| word.starts_with("crates/")).collect();
    let mut all = vec![];
    for folder in ["crates", "src", "examples", "tests", "bench"] {
        files(&root().join(folder), &mut all)
    }
    let mut used = vec![false; listed.len()];
    for file in &all {
        let text = fs::read_to_string(file).expect("a text");
        if !text.lines().any(is_unsafe) {
            continue;
        }
        let name = file.strip_prefix(root()).expect("it is below").to_string_lossy().replace('\\', "/");
        let place = listed.iter().position(|place| name == *place || name.starts_with(&format!("{place}/")));
        used[place.unwrap_or_else(|| panic!("{name} has `unsafe`, and DESIGN.md does not list it"))] = true
    }
    assert!(all.len() > 100 && used.iter().all(|used| *used), "{listed:?}: {used:?}")
}

#[test]
fn every_unsafe_function_says_what_it_asks() {
    let mut all = vec![];
    files(&root().join("crates"), &mut all);
    let mut missing = vec![];
    for file in all {
        let text = fs::read_to_string(&file).expect("a text");
        let lines: Vec<&str> = text.lines().collect();
        let mut inherited = false;
        for (k, line) in lines.iter().enumerate() {
            // What a trait says holds for those who have it.
            inherited = match line.trim_start() {
                start if start.starts_with("impl") => start.contains(" for "),
                start if start.starts_with("trait ") || start.contains(" trait ") => false,
                _ => inherited && !line.starts_with('}'),
            };
            if !code(line).contains("unsafe fn ") || inherited {
                continue;
            }
            let above = lines[..k].iter().rev().map(|line| line.trim_start());
            let mut notes = above.take_while(|line| line.starts_with("///") || line.starts_with("#["));
            if !notes.any(|line| line.starts_with("/// # Safety")) {
                missing.push(format!("{}:{}: {}", file.display(), k + 1, line.trim()))
            }
        }
    }
    assert!(missing.is_empty(), "without `# Safety`:\n{}", missing.join("\n"))
}
