//! How the project starts its entry file (`node dist/server.js`, `tsx src/server.ts`), and what starts another file in the
//! same way.

use serde_json::Value;

use super::entry::{entry, folder, relative};
use super::manifest;
use crate::plan::Input;
use crate::project::entries::file_at;
use crate::source::FileId;

/// What Node.js is told to run TypeScript with `tsx`.
pub(in crate::plan) const TSX: &str = "--import tsx";

/// How far scripts are followed that run others: one that runs itself ends somewhere.
const SCRIPTS_IN_SCRIPTS: usize = 5;

/// A command that starts the entry file.
pub(in crate::plan) struct Command {
    /// What stands before the file: `node `.
    before: String,
    /// The file as the command writes it: `dist/server.js`.
    word: String,
    /// What stands after it.
    after: String,
    /// The entry file, relative to the root.
    entry: String,
}

impl Command {
    /// The command of a script in the API's `package.json`, or of one that it runs, if it starts the entry file.
    pub(in crate::plan) fn of_script(input: &Input<'_>, script: &str) -> Option<Self> {
        let entry = entry(input)?;
        let path = input.project.path(entry);
        let root = manifest::root_for(input, path);
        let manifest = manifest::manifest(input, &format!("{root}package.json"));
        let mut line = manifest.pointer("/scripts")?.get(script)?.as_str()?;
        for _ in 0..SCRIPTS_IN_SCRIPTS {
            if let Some(found) = Self::of_line(input, line, root, entry) {
                return Some(found);
            }
            line = run_last(&manifest, line)?;
        }
        None
    }

    /// The last of several commands (`npm run build && node dist/server.js`) that names the entry file.
    pub(in crate::plan) fn of_line(
        input: &Input<'_>,
        line: &str,
        root: &str,
        entry: FileId,
    ) -> Option<Self> {
        let commands = line.split("&&").flat_map(|it| it.split(';'));
        let mut found = None;
        for command in commands.map(str::trim) {
            let mut words = command.split_whitespace();
            let names_it = |word: &&str| {
                let bare = word.trim_matches(['"', '\'']).trim_start_matches("./");
                file_at(input.sources, root, bare) == Some(entry)
            };
            if let Some(word) = words.find(names_it) {
                let (before, after) = command.split_once(word)?;
                found = Some(Self {
                    before: before.to_owned(),
                    word: word.to_owned(),
                    after: after.to_owned(),
                    entry: input.project.path(entry).to_owned(),
                });
            }
        }
        found
    }

    /// A program alone, as a PM2 file names it.
    pub(in crate::plan) fn naming_entry(program: &str, entry: &str) -> Self {
        Self {
            before: String::new(),
            word: program.to_owned(),
            after: String::new(),
            entry: entry.to_owned(),
        }
    }

    /// What starts the file at `path`, relative to the root, in the foreground, with `flags` of its own (` --flag`).
    pub(in crate::plan) fn starting(&self, path: &str, flags: &str) -> String {
        let named = format!("{}{flags}", self.naming(path));
        let is_supervisor = |it: &str| matches!(it, "pm2" | "pm2-runtime" | "forever");
        match self.before.split_whitespace().any(is_supervisor) {
            true => format!("node {named}"),
            false => format!("{}{named}{}", self.before, self.after),
        }
    }

    /// The entry file as the command names it, without `./`.
    pub(in crate::plan) fn program(&self) -> &str {
        self.word.trim_matches(['"', '\'']).trim_start_matches("./")
    }

    /// How the command would name the file at `path`: where the entry is built to `dist`, so is that.
    pub(in crate::plan) fn naming(&self, path: &str) -> String {
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let stem = |name: &str| {
            name.rsplit_once('.')
                .map_or(name.to_owned(), |it| it.0.to_owned())
        };
        let is_named = stem(&name(&self.word)) == stem(&name(&self.entry));
        let place = match is_named {
            true => folder(&self.word).to_owned(),
            // `node .`, `node dist`: the folder, whose `index` it is.
            false => format!("{}/", self.word.trim_end_matches('/')),
        };
        let source = relative(folder(&self.entry), path);
        let runs_sources = match self.word.rsplit_once('.') {
            Some((_, "ts" | "mts" | "cts" | "tsx")) => true,
            Some((_, "js" | "mjs" | "cjs")) => false,
            _ => self.loader().is_some(),
        };
        // Always with its extension: `nodemon socketio-server` would start the `main` of `package.json`.
        let other = match source.rsplit_once('.') {
            Some((stem, extension)) if !runs_sources => {
                format!("{stem}.{}", extension.replace("ts", "js"))
            }
            _ => source,
        };
        joined(&place, &other)
    }

    /// What Node.js has to be told to run TypeScript as this command does; `None` if it runs JavaScript.
    pub(in crate::plan) fn loader(&self) -> Option<&'static str> {
        let runs = |name: &str| {
            self.before
                .split_whitespace()
                .any(|it| it.starts_with(name))
        };
        match () {
            () if runs("tsx") => Some(TSX),
            () if runs("ts-node") => Some("--require ts-node/register"),
            () => None,
        }
    }
}

/// The script that the last command of a line runs: `npm run build && npm run serve`.
fn run_last<'m>(manifest: &'m Value, line: &str) -> Option<&'m str> {
    let mut words = line.rsplit("&&").next()?.split_whitespace();
    let runner = words.next()?;
    let name = words.find(|it| *it != "run" && !it.starts_with('-'))?;
    let script = match runner {
        "npm" | "yarn" | "pnpm" | "bun" => manifest.pointer("/scripts")?.get(name)?,
        "better-npm-run" | "bnr" => {
            let script = manifest.pointer("/betterScripts")?.get(name)?;
            script.get("command").unwrap_or(script)
        }
        _ => return None,
    };
    script.as_str()
}

/// `dist/` and `./a.js`, `../a.js`: one path, written as the folder is.
fn joined(place: &str, other: &str) -> String {
    let mut place: Vec<&str> = place.split_terminator('/').collect();
    let mut rest = other.strip_prefix("./").unwrap_or(other);
    while let Some(up) = rest.strip_prefix("../") {
        match place.last() {
            Some(last) if !matches!(*last, "." | "..") => {
                place.pop();
            }
            _ => place.push(".."),
        }
        rest = up;
    }
    place.push(rest);
    place.join("/")
}

#[cfg(test)]
mod tests {
    use super::Command;

    fn named(word: &str, entry: &str, path: &str) -> String {
        run("node ", word, entry, path)
    }

    fn run(before: &str, word: &str, entry: &str, path: &str) -> String {
        let command = Command {
            before: before.to_owned(),
            word: word.to_owned(),
            after: " --inspect".to_owned(),
            entry: entry.to_owned(),
        };
        command.starting(path, "")
    }

    #[test]
    fn another_file_is_started_as_the_entry_is() {
        for (word, entry, path, expected) in [
            (
                "server.js",
                "server.js",
                "socketio-server.js",
                "socketio-server.js",
            ),
            (
                "./server.js",
                "server.js",
                "socketio-server.js",
                "./socketio-server.js",
            ),
            (
                "dist/index.js",
                "src/index.ts",
                "src/socketio-server.ts",
                "dist/socketio-server.js",
            ),
            (
                "dist/index",
                "src/index.ts",
                "src/socketio-server.ts",
                "dist/socketio-server.js",
            ),
            (
                "src/index.ts",
                "src/index.ts",
                "src/socketio-server.ts",
                "src/socketio-server.ts",
            ),
            (
                "dist",
                "src/index.ts",
                "src/socketio-server.ts",
                "dist/socketio-server.js",
            ),
            (
                ".",
                "index.js",
                "socketio-server.js",
                "./socketio-server.js",
            ),
            (
                "bin/www",
                "bin/www",
                "socketio-server.js",
                "socketio-server.js",
            ),
            (
                "dist/main.mjs",
                "src/main.mts",
                "src/live/socketio-server.mts",
                "dist/live/socketio-server.mjs",
            ),
        ] {
            assert_eq!(
                named(word, entry, path),
                format!("node {expected} --inspect")
            );
        }
    }
    /// `nodemon socketio-server` started the API: without the extension, nodemon takes it for an argument of `main`.
    #[test]
    fn a_command_without_an_extension_gets_one() {
        assert_eq!(
            run("nodemon ", "index", "index.js", "socketio-server.js"),
            "nodemon socketio-server.js --inspect"
        );
        assert_eq!(
            run(
                "ts-node ",
                "src/index",
                "src/index.ts",
                "src/socketio-server.ts"
            ),
            "ts-node src/socketio-server.ts --inspect"
        );
    }
}
