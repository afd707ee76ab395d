//! The files that a project starts: what `package.json`, PM2, Docker and Procfiles name. Copies of a server that none of
//! them names are found out by it.

use std::collections::BTreeSet;

use crate::scope::FileFacts;
use crate::source::{FileId, SourceFile};
use crate::syntax::Kind;

/// The files that are started, as far as the files around the programs tell. `manifests` are pairs of path and text.
pub(super) fn entries(
    sources: &[SourceFile],
    files: &[FileFacts],
    manifests: &[(String, String)],
) -> BTreeSet<FileId> {
    let commands = manifests
        .iter()
        .flat_map(|(path, text)| commands(path, text))
        .chain(pm2_programs(sources, files));
    commands
        .flat_map(|(folder, command)| named(sources, &folder, &command))
        .collect()
}

/// What a file starts: pairs of the folder that paths are relative to, and a command.
fn commands(path: &str, text: &str) -> Vec<(String, String)> {
    let (folder, name) = split(path);
    let lines = |keeps: &dyn Fn(&str) -> bool| {
        let lines = text.lines().filter(|it| keeps(it.trim()));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let commands = match name {
        "package.json" => package_commands(text),
        "Procfile" => lines(&|_| true),
        _ if name.starts_with("Dockerfile") => {
            lines(&|it| it.starts_with("CMD") || it.starts_with("ENTRYPOINT"))
        }
        _ if name.contains("compose") => lines(&|it| it.starts_with("command")),
        _ if is_pm2(name) => lines(&|it| it.contains("script")),
        _ => Vec::new(),
    };
    commands
        .into_iter()
        .map(|it| (folder.to_owned(), it))
        .collect()
}

fn is_pm2(name: &str) -> bool {
    name.contains("ecosystem") || name.contains("pm2") || name.starts_with("process.")
}

/// The scripts that run the application, and `main`.
fn package_commands(text: &str) -> Vec<String> {
    let package: serde_json::Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    let scripts = package
        .get("scripts")
        .and_then(serde_json::Value::as_object);
    let scripts = scripts.into_iter().flatten().filter(|it| runs(it.0));
    let mut commands: Vec<String> = scripts
        .filter_map(|it| it.1.as_str().map(str::to_owned))
        .collect();
    // `main` is what other packages get, and often what `npm init` found first: it counts if nothing says how to start.
    if package.pointer("/scripts/start").is_none() {
        let main = package.get("main").and_then(serde_json::Value::as_str);
        commands.extend(main.map(str::to_owned));
    }
    // Without a script of its own, `npm start` runs `server.js`.
    if commands.is_empty() && package.is_object() {
        commands.push("server.js".to_owned());
    }
    commands
}

/// Whether a script of this name may run a process of the application, and not its tests.
fn runs(script: &str) -> bool {
    let first = script.split([':', '-', '_']).next().unwrap_or_default();
    !matches!(
        first,
        "test" | "tests" | "e2e" | "coverage" | "lint" | "format" | "prettier" | "eslint"
    )
}

/// The apps of a PM2 file that is a program: `script: './server.js'`.
fn pm2_programs<'a>(
    sources: &'a [SourceFile],
    files: &'a [FileFacts],
) -> impl Iterator<Item = (String, String)> + 'a {
    let programs = sources.iter().zip(files);
    let programs = programs.filter(|it| is_pm2(split(&it.0.path).1));
    programs.flat_map(|(source, facts)| {
        let tree = &facts.tree;
        let folder = split(&source.path).0.to_owned();
        let scripts = tree.ids().filter_map(|it| match tree.kind(it) {
            Kind::Property { key, value, .. } if matches!(key.name(), Some("script" | "args")) => {
                tree.string_value(*value)
            }
            _ => None,
        });
        scripts
            .map(|it| (folder.clone(), it.to_owned()))
            .collect::<Vec<_>>()
    })
}

/// The files of the project that the words of a command name, in `folder`. What is built from a file stands for it:
/// `dist/server.js` for `src/server.ts`.
fn named(sources: &[SourceFile], folder: &str, command: &str) -> Vec<FileId> {
    let is_gap =
        |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | ',' | '[' | ']' | '=' | ';');
    let words = command.split(is_gap).filter(|it| !it.is_empty());
    words
        .filter_map(|it| {
            let word = it.trim_start_matches("./").trim_start_matches('/');
            file_at(sources, folder, word)
        })
        .collect()
}

const EXTENSIONS: &[&str] = &["", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];
const BUILT: &[&str] = &[
    "dist/src",
    "dist",
    "build/src",
    "build",
    "lib",
    "out",
    "output",
];
const WRITTEN: &[&str] = &["src", ""];

/// The file that a word of a command means, in `folder`: itself, with an extension, or what it is built from. `word` is
/// written without `./`.
pub fn file_at(sources: &[SourceFile], folder: &str, word: &str) -> Option<FileId> {
    let exists = |stem: &str| {
        EXTENSIONS.iter().find_map(|extension| {
            let path = format!("{folder}{stem}{extension}");
            let index = sources.iter().position(|it| it.path == path)?;
            Some(FileId(
                u32::try_from(index).expect("load refuses 2^32 files"),
            ))
        })
    };
    let stem = [".js", ".mjs", ".cjs"]
        .iter()
        .find_map(|it| word.strip_suffix(it))
        .unwrap_or(word);
    // The source goes first: what is built from it may lie in the project as well.
    let source = BUILT.iter().find_map(|built| {
        let rest = stem.strip_prefix(built)?.strip_prefix('/')?;
        WRITTEN.iter().find_map(|written| match *written {
            "" => exists(rest),
            written => exists(&format!("{written}/{rest}")),
        })
    });
    source
        .or_else(|| exists(word))
        .or_else(|| exists(stem))
        .or_else(|| exists(&format!("{stem}/index")))
}

/// The folder of a path, with the slash at its end, and the name in it.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |it| it + 1))
}
