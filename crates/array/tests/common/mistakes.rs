//! Tables of wrong calls: each names its operation, says what is wrong and where its operands were made, in a panic of the
//! caller's own line.

use super::panics::panic_of;
use std::path::Path;

/// A wrong call, and the text it ends with; `#` stands for a line of the test's files.
pub struct Mistake {
    pub code: &'static str,
    pub call: fn(),
    pub text: &'static str,
    pub file: &'static str,
}
macro_rules! mistakes {
    ($($code:expr => $text:literal;)*) => {
        pub(crate) const ALL: &[crate::harness::Mistake] = &[
            $(crate::harness::Mistake {
                code: stringify!($code),
                call: || {
                    let _ = $code;
                },
                text: $text,
                file: file!(),
            }),*
        ];
    };
}
pub(crate) use mistakes;

/// With `#` for the lines of a file.
fn without_lines(text: &str, file: &str) -> String {
    let mut parts = text.split(file);
    let first = parts.next().unwrap_or("").to_string();
    let number = |c: char| c == ':' || c.is_ascii_digit();
    parts.fold(first, |text, part| text + "#" + part.trim_start_matches(number))
}

impl Mistake {
    /// What is wrong with its panic.
    fn fault(&self, helpers: &str) -> Option<String> {
        let Some(panic) = panic_of(self.call) else { return Some(format!("{}: no panic", self.code)) };
        let text = without_lines(&without_lines(&panic.text, self.file), helpers);
        if text != self.text {
            return Some(format!("{}:\n  {text:?}\n  {:?}", self.code, self.text));
        }
        // What a transform returns is a closure, whose panics have no caller: these tell the lines of what they were given.
        let of_closure = (self.code.contains(")(") || self.code.contains(".1(")) && text.contains('#');
        if ![self.file, helpers].contains(&&*panic.file) && !of_closure {
            return Some(format!("{}: panics in {}\n  {text:?}", self.code, panic.file));
        }
        // Where a whole sentence stands in front, it is of something else than an operation: an index, a variable.
        let sentence = |start: &str| start.split(' ').count() > 2;
        let named = text.split_once(": ").is_none_or(|(name, _)| sentence(name) || self.names(name));
        (!named).then(|| format!("{}: names another operation\n  {text:?}", self.code))
    }
    /// Whether an operation of this name is in its code.
    fn names(&self, name: &str) -> bool {
        // `jit` runs …
        let name = name.strip_prefix('`').and_then(|rest| rest.split('`').next()).unwrap_or(name);
        let operators = [("add", " + "), ("sub", " - "), ("mul", " * "), ("div", " / "), ("neg", "-")];
        let operator = operators.iter().any(|(n, sign)| *n == name && self.code.contains(sign));
        // What `vjp` and `linear_transpose` return.
        let pullback =
            name == "pullback" && (self.code.contains("vjp(") || self.code.contains("linear_transpose("));
        // `sum_axis` and `scan_with` go by the name of what they are variants of, `SparseRows::to_dense` by the last of its names.
        let named = |name: &str| {
            let mut words = self.code.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.any(|word| match word.to_lowercase().strip_prefix(&name.to_lowercase()) {
                Some(rest) => rest.is_empty() || rest.starts_with('_'),
                None => false,
            })
        };
        let method = name.split('(').next().and_then(|name| name.rsplit("::").next());
        operator || pullback || method.is_some_and(named)
    }
}

/// Panics with what is wrong with the panics of these; `helpers` is the file of what they call to make their operands.
pub fn each_is_told_in_its_own_line(all: &[&[Mistake]], helpers: &str) {
    let faults: Vec<String> = all.iter().copied().flatten().filter_map(|m| m.fault(helpers)).collect();
    assert!(faults.is_empty(), "{} mistakes:\n{}", faults.len(), faults.join("\n"))
}

/// Panics with the public functions of a crate whose documentation says that they can panic, and which are not called here.
/// `internal` are folders and files of what is not for users, `environment` what panics only where a machine is not as it must
/// be.
pub fn every_function_that_panics_is_called(
    crate_root: &str,
    all: &[&[Mistake]],
    internal: &[&str],
    environment: &[&str],
) {
    let mut names = vec![];
    in_folder(&Path::new(crate_root).join("src"), internal, &mut names);
    names.retain(|name| !environment.contains(&&**name));
    assert!(names.len() > 2, "the sources have been read: {names:?}");
    let missing: Vec<&String> =
        names.iter().filter(|name| !all.iter().copied().flatten().any(|m| m.calls(name))).collect();
    assert!(missing.is_empty(), "{missing:?}")
}

impl Mistake {
    fn calls(&self, name: &str) -> bool {
        self.code.match_indices(name).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            let after = self.code[at + name.len()..].trim_start().chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_') && matches!(after, Some('(' | ':'))
        })
    }
}

fn in_folder(folder: &Path, internal: &[&str], names: &mut Vec<String>) {
    let mut entries: Vec<_> =
        folder.read_dir().expect("sources").map(|e| e.expect("sources").path()).collect();
    entries.sort();
    for path in entries {
        let shown = path.display().to_string().replace('\\', "/");
        if internal.iter().any(|internal| shown.contains(internal)) {
            continue;
        }
        match path.is_dir() {
            true => in_folder(&path, internal, names),
            false => in_file(&std::fs::read_to_string(&path).expect("sources are text"), names),
        }
    }
}

/// Also those that a macro makes: there a line begins with the name itself.
fn in_file(text: &str, names: &mut Vec<String>) {
    let mut panics = false;
    for line in text.lines().map(str::trim) {
        match line.strip_prefix("///") {
            Some(doc) => panics |= doc.trim() == "# Panics",
            None if line.starts_with("#[") => {}
            None => {
                let public = line.strip_prefix("pub fn ").or((!line.starts_with("pub")).then_some(line));
                let name = public.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
                if let (true, Some(Some(name))) = (panics, name)
                    && !matches!(name, "" | "fn" | "impl")
                {
                    names.push(name.to_string())
                }
                panics = false
            }
        }
    }
}
