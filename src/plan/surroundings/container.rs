//! What a container or a platform runs, read off a `Dockerfile`, a compose service or a `Procfile`, and what runs the
//! dedicated server as that runs the API.

use super::{Around, folder};
use crate::plan::Input;
use crate::plan::project_files::commands::Command;
use crate::plan::project_files::{Written, entry, text_at};

/// A command as it is written: `npm start`, or the list `["npm", "start"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Launch {
    pub(super) text: String,
    pub(super) is_list: bool,
}

impl Launch {
    /// A command that is one text.
    pub(super) fn line(text: &str) -> Self {
        Self {
            text: text.trim().to_owned(),
            is_list: false,
        }
    }

    /// A command in words. What a shell is told is one text.
    pub(super) fn words(words: &[String]) -> Self {
        match words {
            [shell, flag, line]
                if flag.starts_with('-') && flag.ends_with('c') && shell.ends_with("sh") =>
            {
                Self::line(line)
            }
            _ => Self {
                text: words.join(" "),
                is_list: true,
            },
        }
    }

    /// What starts the dedicated server as this starts the API, if it does; paths are relative to one of `folders`.
    pub(super) fn of_server(&self, around: &Around<'_>, folders: &[&str]) -> Option<Self> {
        let text = self.text.strip_prefix("sh -c ").unwrap_or(&self.text);
        let text = text.trim_matches(['"', '\'']);
        // What is done before (a migration of the database) is done once.
        let (first, last) = text.rsplit_once("&&").unwrap_or(("", text));
        let moves: String = first
            .split("&&")
            .map(str::trim)
            .filter(|it| it.starts_with("cd "))
            .map(|it| format!("{it} && "))
            .collect();
        let last = last.trim();
        let named = || {
            let entry = entry(around.input)?;
            let mut commands = folders
                .iter()
                .filter_map(|it| Command::of_line(around.input, last, it, entry));
            Some(commands.next()?.starting(&around.slice.server_path, ""))
        };
        let started = script(around.input, last).or_else(named)?;
        Some(Self {
            text: format!("{moves}{started}"),
            is_list: self.is_list,
        })
    }

    /// The command as a value in YAML or in a `Dockerfile`.
    pub(super) fn written(&self) -> String {
        if !self.is_list {
            return self.text.clone();
        }
        let words = self.text.split_whitespace().map(|it| format!("\"{it}\""));
        format!("[{}]", words.collect::<Vec<_>>().join(", "))
    }
}

/// `npm run start:socketio` for `npm start`, if that starts the API.
fn script(input: &Input<'_>, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (manager, script) = match words[..] {
        [manager, "run", script] | [manager, script] => (manager, script),
        _ => return None,
    };
    if !matches!(manager, "npm" | "pnpm" | "yarn" | "bun") {
        return None;
    }
    Command::of_script(input, script)?;
    let ours = match script {
        "dev" => "dev:socketio",
        _ => "start:socketio",
    };
    let runs_by_name = matches!(manager, "pnpm" | "yarn") && words.len() == 2;
    Some(match runs_by_name {
        true => format!("{manager} {ours}"),
        false => format!("{manager} run {ours}"),
    })
}

/// What matters of a `Dockerfile`: the last stage, or the one that is asked for.
pub(super) struct Image<'a> {
    pub(super) path: String,
    pub(super) text: &'a str,
    pub(super) entrypoint: Option<Launch>,
    pub(super) command: Option<Launch>,
    /// It says how to ask whether the API is well.
    pub(super) has_healthcheck: bool,
}

impl<'a> Image<'a> {
    /// Reads the file at `path`.
    pub(super) fn read(input: &Input<'a>, path: &str, target: Option<&str>) -> Option<Self> {
        let text = text_at(input, path)?;
        let mut image = Self {
            path: path.to_owned(),
            text,
            entrypoint: None,
            command: None,
            has_healthcheck: false,
        };
        let stages = stages(text);
        let wanted = match target {
            Some(name) => stages
                .iter()
                .position(|it| it.name.as_deref() == Some(name))?,
            None => stages.len().checked_sub(1)?,
        };
        image.take(&stages, wanted);
        Some(image)
    }

    /// What a stage says, after what the one that it is made from says.
    fn take(&mut self, stages: &[Stage<'_>], index: usize) {
        let stage = &stages[index];
        let base = stages[..index]
            .iter()
            .position(|it| it.name.as_deref() == Some(stage.base));
        if let Some(base) = base {
            self.take(stages, base);
        }
        for (word, rest) in &stage.instructions {
            match word.as_str() {
                "CMD" => self.command = Some(launch(rest)),
                "ENTRYPOINT" => self.entrypoint = Some(launch(rest)),
                "HEALTHCHECK" => self.has_healthcheck = !rest.trim().eq_ignore_ascii_case("none"),
                _ => {}
            }
        }
    }
}

/// One `FROM` and what follows.
struct Stage<'a> {
    base: &'a str,
    name: Option<String>,
    /// The word in capitals, and the rest with its continued lines.
    instructions: Vec<(String, String)>,
}

fn stages(text: &str) -> Vec<Stage<'_>> {
    let mut stages: Vec<Stage<'_>> = Vec::new();
    let mut is_continued = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let content = line.strip_suffix('\\');
        let instructions = stages.last_mut().map(|it| &mut it.instructions);
        match line.split_once(char::is_whitespace) {
            _ if is_continued => {
                if let Some(last) = instructions.and_then(|it| it.last_mut()) {
                    last.1.extend([" ", content.unwrap_or(line).trim()]);
                }
            }
            Some((word, rest)) if word.eq_ignore_ascii_case("from") => stages.push(stage(rest)),
            Some((word, rest)) => {
                let rest = rest.strip_suffix('\\').unwrap_or(rest).trim();
                if let Some(instructions) = instructions {
                    instructions.push((word.to_uppercase(), rest.to_owned()));
                }
            }
            None => {}
        }
        is_continued = content.is_some();
    }
    stages
}

/// `node:22 AS build`.
fn stage(line: &str) -> Stage<'_> {
    let mut words = line.split_whitespace().filter(|it| !it.starts_with("--"));
    let base = words.next().unwrap_or_default();
    let name = words
        .next()
        .filter(|it| it.eq_ignore_ascii_case("as"))
        .and(words.next());
    Stage {
        base,
        name: name.map(str::to_owned),
        instructions: Vec::new(),
    }
}

/// `["npm", "start"]`, or a line for a shell.
fn launch(rest: &str) -> Launch {
    match serde_json::from_str::<Vec<String>>(rest) {
        Ok(words) => Launch::words(&words),
        Err(_) => Launch::line(rest),
    }
}

/// Says what the image of the API has to hold, and where a second container is needed that no compose file starts.
pub(super) fn advise(around: &Around<'_>, is_composed: bool, written: &mut Written) {
    for file in around.files(|it| it.starts_with("Dockerfile") || it.ends_with(".Dockerfile")) {
        let Some(image) = Image::read(around.input, &file.path, None) else {
            continue;
        };
        let launches = [&image.command, &image.entrypoint];
        let folders = [around.root, folder(&file.path)];
        let is_ours = folder(&file.path) == around.root || file.text.contains(around.root);
        let mut servers = launches
            .into_iter()
            .flatten()
            .filter_map(|it| it.of_server(around, &folders));
        let Some(server) = servers.next().filter(|_| is_ours) else {
            continue;
        };
        if !is_composed {
            written.notes.push(format!(
                "`{}` starts the API alone: run the dedicated server in a second container of the same image, with the command \
                 `{}`, `SOCKET_IO_HOST=0.0.0.0` and port {}",
                file.path, server.text, around.socket_port
            ));
        }
        let missing = missing(around, &file.text, &folders, written);
        if !missing.is_empty() {
            written.notes.push(format!(
                "`{}` copies files by their names: copy {}, too",
                file.path,
                missing.join(", ")
            ));
        }
    }
}

/// The new programs that no `COPY` of a `Dockerfile` takes along.
fn missing(around: &Around<'_>, text: &str, folders: &[&str], written: &Written) -> Vec<String> {
    let instructions = stages(text).into_iter().flat_map(|it| it.instructions);
    let copies = instructions
        .filter(|it| matches!(it.0.as_str(), "COPY" | "ADD") && !it.1.contains("--from"));
    let is_gap = |it: char| it.is_whitespace() || matches!(it, '[' | ']' | '"' | ',');
    let mut sources: Vec<String> = Vec::new();
    for (_, rest) in copies {
        let words: Vec<&str> = rest
            .split(is_gap)
            .filter(|it| !it.is_empty() && !it.starts_with("--"))
            .collect();
        let all = words.split_last().map_or(&[][..], |it| it.1);
        sources.extend(
            all.iter()
                .map(|it| it.trim_start_matches("./").trim_matches('/').to_owned()),
        );
    }
    let is_program =
        |it: &&str| crate::source::Language::of_path(it).is_some() && it.contains("ocket");
    let paths = written
        .files
        .iter()
        .map(|it| it.path.as_str())
        .filter(is_program);
    let is_taken = |path: &str| {
        let mut seen = folders
            .iter()
            .chain(&[""])
            .filter_map(|it| path.strip_prefix(it));
        seen.any(|it| sources.iter().any(|source| takes(source, it)))
    };
    let missing = paths.filter(|it| !sources.is_empty() && !is_taken(it));
    missing
        .map(|it| format!("`{}`", it.strip_prefix(around.root).unwrap_or(it)))
        .collect()
}

/// Whether copying `source` takes the file at `path` along.
fn takes(source: &str, path: &str) -> bool {
    match source.split_once('*') {
        _ if matches!(source, "" | ".") => true,
        Some((start, end)) => {
            let rest = path.strip_prefix(start).and_then(|it| it.strip_suffix(end));
            rest.is_some_and(|it| !it.contains('/'))
        }
        None => {
            path == source
                || path
                    .strip_prefix(source)
                    .is_some_and(|it| it.starts_with('/'))
        }
    }
}

/// Adds a line to a `Procfile`, behind the one that starts the API.
pub(super) fn add_to_procfile(around: &Around<'_>, written: &mut Written) {
    for file in around.files(|it| it == "Procfile") {
        if file.text.contains("socketio") {
            continue;
        }
        let starting = |line: &str| {
            let (_, command) = line.split_once(':')?;
            let package = around.root.trim_end_matches('/');
            let is_here = folder(&file.path) == around.root
                || !package.is_empty() && command.contains(package);
            let launch =
                Launch::line(command).of_server(around, &[around.root, folder(&file.path)])?;
            is_here.then_some(launch.text)
        };
        let mut starts = file.text.lines().filter_map(|it| Some((it, starting(it)?)));
        let Some((line, server)) = starts.next().filter(|_| starts.next().is_none()) else {
            continue;
        };
        let next = if file.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let added = format!("{line}{next}socketio: {server}");
        written.add(
            around.input,
            file.path.clone(),
            file.text.replacen(line, &added, 1),
        );
        written.notes.push(format!(
            "`{}` starts the dedicated server, too. Heroku and its like send requests to `web` alone: there, it needs an \
             application of its own",
            file.path
        ));
    }
}
