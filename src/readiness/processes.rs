//! Which processes are started, by PM2's file, a `Procfile`, compose files and `package.json` scripts.

use serde_json::Value;

use super::{Evidence, Observation, ObservationKind, ReadinessInput};
use crate::load::TextFile;
use crate::source::{LineIndex, SourceFile};
use crate::syntax::{Kind, NodeId, Tree};

/// A process that something starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    /// Where it says so.
    place: Evidence,
    /// The command or the script.
    command: String,
    /// How often it is started, as it is written; `None` where nothing is said.
    pub(super) instances: Option<String>,
}

impl Process {
    /// Whether it starts the program at `path`, which is relative to the root.
    pub(super) fn runs(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |it| it.0);
        self.command
            .split(|it: char| it.is_whitespace() || "'\"`[],/".contains(it))
            .any(|it| it == name || it == stem)
    }

    /// Whether it is started more than once. What is computed counts as more.
    pub(super) fn is_scaled(&self) -> bool {
        self.instances.as_deref().is_some_and(|it| it != "1")
    }

    pub(super) fn evidence(&self) -> Evidence {
        self.place.clone()
    }
}

/// Every process that the project's files start, in the order of the files.
pub(super) fn collect(input: &ReadinessInput<'_>) -> Vec<Process> {
    let entries = input.observations.iter().filter_map(|it| match &it.kind {
        ObservationKind::ProcessEntry(entry) => Some(from_program(input, it, entry)),
        _ => None,
    });
    entries
        .chain(input.manifests.iter().flat_map(from_manifest))
        .collect()
}

/// A PM2 app as its file in JavaScript describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessEntry {
    script: String,
    instances: Option<String>,
}

/// The PM2 app that an object of `file` describes, if it describes one.
pub(super) fn entry(file: &SourceFile, tree: &Tree, object: NodeId) -> Option<ProcessEntry> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let is_pm2 = ["ecosystem", "pm2", "process"]
        .iter()
        .any(|it| name.starts_with(it));
    let script = property(tree, object, "script").filter(|_| is_pm2)?;
    // Without the key, PM2 starts one.
    let instances =
        property(tree, object, "instances").map_or("1", |it| as_written(file, tree, it));
    let script = as_written(file, tree, script).to_owned();
    Some(ProcessEntry {
        script,
        instances: Some(instances.to_owned()),
    })
}

fn property(tree: &Tree, object: NodeId, wanted: &str) -> Option<NodeId> {
    let Kind::Object { properties } = tree.kind(object) else {
        return None;
    };
    properties.iter().find_map(|it| match tree.kind(*it) {
        Kind::Property { key, value, .. } if key.name() == Some(wanted) => Some(*value),
        _ => None,
    })
}

fn as_written<'a>(file: &'a SourceFile, tree: &'a Tree, value: NodeId) -> &'a str {
    tree.string_value(value)
        .unwrap_or(&file.text[tree.span(value).range()])
}

fn from_program(input: &ReadinessInput<'_>, seen: &Observation, entry: &ProcessEntry) -> Process {
    let place = Evidence {
        text: shown(&entry.script, entry.instances.as_deref()),
        is_code: false,
        ..input.evidence(seen)
    };
    Process {
        place,
        command: entry.script.clone(),
        instances: entry.instances.clone(),
    }
}

fn from_manifest(file: &TextFile) -> Vec<Process> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    match name {
        "package.json" => scripts(file),
        "Procfile" => commands(file, |line| line.split_once(':').map(|it| it.1)),
        _ if is_compose(name) => commands(file, |line| {
            Some(line.trim().strip_prefix("command:").unwrap_or(line))
        }),
        _ if name.starts_with("Dockerfile") => commands(file, |line| {
            line.strip_prefix("CMD")
                .or_else(|| line.strip_prefix("ENTRYPOINT"))
        }),
        _ if name.ends_with(".json") => apps(file),
        _ => Vec::new(),
    }
}

fn is_compose(name: &str) -> bool {
    (name.contains("compose") || name.contains("pm2") || name.contains("ecosystem"))
        && (name.ends_with(".yml") || name.ends_with(".yaml"))
}

/// `package.json` scripts that run a program. How often is not said there.
fn scripts(file: &TextFile) -> Vec<Process> {
    let Ok(package) = serde_json::from_str::<Value>(file.text.trim_start_matches('\u{feff}'))
    else {
        return Vec::new();
    };
    let scripts = package.get("scripts").and_then(Value::as_object);
    let commands = scripts.into_iter().flatten().filter_map(|it| it.1.as_str());
    commands.map(|it| process(file, it, None)).collect()
}

/// The apps of a PM2 file in JSON.
fn apps(file: &TextFile) -> Vec<Process> {
    let Ok(found) = serde_json::from_str::<Value>(file.text.trim_start_matches('\u{feff}')) else {
        return Vec::new();
    };
    let apps = found.get("apps").and_then(Value::as_array);
    apps.into_iter()
        .flatten()
        .filter_map(|it| {
            let instances = it
                .get("instances")
                .map_or("1".to_owned(), |it| it.to_string().replace('"', ""));
            Some(process(file, it.get("script")?.as_str()?, Some(instances)))
        })
        .collect()
}

/// The lines that run `node`, as far as `command` finds one in them.
fn commands(file: &TextFile, command: impl Fn(&str) -> Option<&str>) -> Vec<Process> {
    file.text
        .lines()
        .filter(|it| !it.trim_start().starts_with('#'))
        .filter_map(command)
        .filter(|it| it.contains("node") || it.contains(".js") || it.contains(".ts"))
        .map(|it| process(file, it.trim(), None))
        .collect()
}

fn process(file: &TextFile, command: &str, instances: Option<String>) -> Process {
    // JSON may escape what is written in it; then the file as a whole is the evidence.
    let line = file.text.find(command).map(|it| {
        let it = u32::try_from(it).expect("load refuses files of 4 GiB and more");
        LineIndex::new(&file.text).position(&file.text, it).line
    });
    let place = Evidence {
        path: file.path.clone(),
        line,
        text: shown(command, instances.as_deref()),
        is_code: false,
    };
    Process {
        place,
        command: command.to_owned(),
        instances,
    }
}

fn shown(command: &str, instances: Option<&str>) -> String {
    match instances {
        Some("1") => format!("`{command}`, 1 instance"),
        Some(instances) => format!("`{command}`, instances: {instances}"),
        None => format!("`{command}`"),
    }
}
