//! What every source file of the project keeps to: it opens with a sentence, it is short or says why not, and few files import
//! each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The sources below a folder.
fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("a folder").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files(&path, all)
        } else if name.ends_with(".rs") {
            all.push(path)
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn files_open_with_a_sentence_and_are_short_or_say_why_not() {
    let mut all = vec![];
    for folder in ["crates", "src", "tests", "examples"] {
        files(&root().join(folder), &mut all)
    }
    assert!(all.len() > 500, "{} files", all.len());
    let mut wrong = vec![];
    for file in all {
        let text = fs::read_to_string(&file).expect("a source");
        let (lines, head) = (text.lines().count(), text.lines().take_while(|l| l.starts_with("//!")));
        let says_why = head.clone().any(|l| l.contains("Over ") && l.contains(" lines: "));
        if head.count() == 0 {
            wrong.push(format!("{} has no sentence at its head", file.display()))
        }
        if lines > 300 && !says_why {
            wrong.push(format!("{} has {lines} lines and does not say why", file.display()))
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}")
}

type Names = Vec<String>;

/// The modules of a crate, each with its source.
struct Crate {
    sources: BTreeMap<Names, String>,
    /// What a module re-exports: a name, or `*`, and where it comes from.
    exports: BTreeMap<Names, Vec<(String, Names)>>,
}

/// A path that a module names, and whether it re-exports it.
struct Use {
    path: Names,
    public: bool,
}

/// The paths of a `use`, braces written out.
fn expand(prefix: &[String], tree: &str, all: &mut Vec<Names>) {
    let (mut depth, mut start, mut parts) = (0, 0, vec![]);
    for (i, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[start..i]);
                start = i + 1
            }
            _ => {}
        }
    }
    parts.push(&tree[start..]);
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        let names = |text: &str| -> Names {
            let names = text.split("::").map(|name| name.split(' ').next().unwrap_or("").to_string());
            prefix.iter().cloned().chain(names.filter(|name| !name.is_empty())).collect()
        };
        match part.find('{') {
            Some(open) => {
                let inner = part[open + 1..].trim_end().strip_suffix('}').expect("a closing brace");
                expand(&names(&part[..open]), inner, all)
            }
            None => all.push(names(part)),
        }
    }
}

/// What a source names of the crate: in `use`, and by paths from the root or a parent.
fn uses(source: &str) -> Vec<Use> {
    let mut found = vec![];
    let code: String = source.lines().map(|l| l.split("//").next().unwrap_or("").to_owned() + "\n").collect();
    let mut rest = String::new();
    let mut statements = code.split_inclusive(';');
    for statement in &mut statements {
        let at = statement.rfind("use ").filter(|&at| {
            let before = statement[..at].trim_end();
            let begins = before.is_empty() || before.ends_with(['}', ';', '{', ']']);
            begins || before.ends_with("pub") || before.ends_with(')') && before.contains("pub(")
        });
        match at {
            Some(at) if !statement[at..].contains('=') => {
                let mut paths = vec![];
                expand(&[], statement[at + 4..].trim_end_matches(';'), &mut paths);
                let public = statement[..at].trim_end().ends_with("pub")
                    || statement[..at].trim_end().ends_with(')') && statement[..at].contains("pub(");
                found.extend(paths.into_iter().map(|path| Use { path, public }));
                rest += &statement[..at]
            }
            _ => rest += statement,
        }
    }
    for from in ["crate::", "super::"] {
        for (at, _) in rest.match_indices(from) {
            let end = rest[at..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let path = &rest[at..end.map_or(rest.len(), |end| at + end)];
            let path = path.split("::").filter(|name| !name.is_empty()).map(str::to_string).collect();
            found.push(Use { path, public: false })
        }
    }
    found
}

impl Crate {
    fn of(folder: &Path) -> Crate {
        let mut all = vec![];
        files(folder, &mut all);
        let mut sources = BTreeMap::new();
        for file in all {
            let name = file.strip_prefix(folder).expect("below it").with_extension("");
            let mut names: Names = name.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if names.last().is_some_and(|last| last == "mod" || last == "lib") {
                names.pop();
            }
            let text = fs::read_to_string(&file).expect("a source");
            let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("").to_string();
            sources.insert(names, own);
        }
        let mut made = Crate { sources, exports: BTreeMap::new() };
        let mut exports = BTreeMap::new();
        for (module, source) in &made.sources {
            let own = uses(source).into_iter().filter(|u| u.public);
            let resolved = own.filter_map(|u| made.resolve(module, &u.path));
            let named = resolved.map(|path| {
                let name = path.last().cloned().unwrap_or_default();
                let from = if name == "*" { path[..path.len() - 1].to_vec() } else { path };
                (name, from)
            });
            exports.insert(module.clone(), named.collect::<Vec<_>>());
        }
        made.exports = exports;
        made
    }
    /// A path from the root of the crate, if it is one of the crate.
    fn resolve(&self, module: &[String], path: &[String]) -> Option<Names> {
        let first = path.first()?.as_str();
        let ups = path.iter().take_while(|name| *name == "super").count();
        match first {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => Some([&module[..module.len().saturating_sub(ups)], &path[ups..]].concat()),
            _ => {
                let child = [module, &path[..1]].concat();
                self.sources.contains_key(&child).then(|| [module, path].concat())
            }
        }
    }
    /// The module in which a path ends, re-exports followed.
    fn home(&self, path: &[String], depth: usize) -> Names {
        let mut module = path.to_vec();
        while !module.is_empty() && !self.sources.contains_key(&module) {
            module.pop();
        }
        let Some(name) = path.get(module.len()).filter(|_| depth < 8) else { return module };
        for (exported, from) in self.exports.get(&module).into_iter().flatten() {
            let rest = &path[module.len() + 1..];
            if exported == name {
                return self.home(&[from, rest].concat(), depth + 1);
            }
            if exported == "*" && self.defines(from, name) {
                return self.home(&[&from[..], std::slice::from_ref(name), rest].concat(), depth + 1);
            }
        }
        module
    }
    fn defines(&self, module: &[String], name: &str) -> bool {
        let Some(source) = self.sources.get(module) else { return false };
        let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static"];
        let defined = kinds.iter().any(|kind| {
            source.match_indices(&format!("{kind} {name}")).any(|(at, found)| {
                let next = source[at + found.len()..].chars().next().unwrap_or(' ');
                !next.is_alphanumeric() && next != '_'
            })
        });
        defined || self.exports.get(module).into_iter().flatten().any(|(exported, _)| exported == name)
    }
    /// The modules that each imports from.
    fn imports(&self) -> BTreeMap<Names, BTreeSet<Names>> {
        let of = |(module, source): (&Names, &String)| {
            let named = uses(source).into_iter().filter(|u| !u.public);
            let homes = named.filter_map(|u| Some(self.home(&self.resolve(module, &u.path)?, 0)));
            (module.clone(), homes.filter(|home| home != module && !home.is_empty()).collect())
        };
        self.sources.iter().map(of).collect()
    }
}

/// The modules that can be reached from one.
fn reached(imports: &BTreeMap<Names, BTreeSet<Names>>, from: &Names) -> BTreeSet<Names> {
    let (mut seen, mut stack) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(module) = stack.pop() {
        for next in imports.get(&module).into_iter().flatten() {
            if seen.insert(next.clone()) {
                stack.push(next.clone())
            }
        }
    }
    seen
}

#[test]
fn circles_of_imports_are_small() {
    let mut modules = 0;
    for folder in fs::read_dir(root().join("crates")).expect("the crates").flatten() {
        let imports = Crate::of(&folder.path().join("src")).imports();
        modules += imports.len();
        let all: BTreeMap<&Names, BTreeSet<Names>> =
            imports.keys().map(|module| (module, reached(&imports, module))).collect();
        for (module, seen) in &all {
            let circle: Vec<String> =
                seen.iter().filter(|other| all[other].contains(*module)).map(|m| m.join("::")).collect();
            assert!(circle.len() <= 4, "{} files import each other: {circle:#?}", circle.len())
        }
    }
    assert!(modules > 400, "{modules} modules");
}

#[test]
fn uses_are_read_with_their_braces() {
    let text =
        "use crate::a::{self, b::{C, D as E}};\npub(crate) use super::x::*;\nfn f() { crate::g::h(1) }\n";
    let found: Vec<String> = uses(text)
        .iter()
        .map(|u| format!("{}{}", if u.public { "pub " } else { "" }, u.path.join("::")))
        .collect();
    assert_eq!(
        found,
        ["crate::a::self", "crate::a::b::C", "crate::a::b::D", "pub super::x::*", "crate::g::h"]
    );
}
