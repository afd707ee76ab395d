//! The PM2 file: the dedicated server as one process, the API as several. A file that is there is edited as a person
//! would, in its own style; one of a shape that leaves doubts is left alone, with a note.

use serde::Serialize;

use super::commands::Command;
use super::entry::{entry, folder};
use super::{Written, manifest, render};
use crate::plan::Input;
use crate::plan::draft::Draft;
use crate::plan::edits::Edit;
use crate::plan::layout::Layout;
use crate::plan::setup::Slice;
use crate::project::entries::file_at;
use crate::source::{FileId, Span};
use crate::syntax::{Key, Kind, NodeId, Tree};

#[derive(Serialize)]
struct EcosystemFile {
    name: String,
    server_script: String,
    api_script: String,
    /// What Node.js is told to run TypeScript.
    node_args: Option<&'static str>,
}

/// Writes a PM2 file if there is none.
pub(super) fn write(input: &Input<'_>, slice: &Slice, written: &mut Written) {
    let entry = entry_path(input, slice);
    let root = manifest::root_for(input, entry);
    if file(input, slice).is_some() {
        return;
    }
    let others = input
        .manifests
        .iter()
        .map(|it| it.path.as_str())
        .find(|it| is_pm2_name(it) && it.starts_with(root));
    if let Some(other) = others {
        let server = &slice.server_path;
        written.notes.push(format!(
            "`{other}` is left as it is: add an app for `{server}` (fork mode, 1 instance) and give the API more instances"
        ));
        return;
    }
    let in_root = |path: &str| path.strip_prefix(root).unwrap_or(path).to_owned();
    let command = Command::of_script(input, "start");
    let server = |it: &Command| {
        it.naming(&slice.server_path)
            .trim_start_matches("./")
            .to_owned()
    };
    let values = EcosystemFile {
        name: manifest::name(input, entry),
        server_script: command
            .as_ref()
            .map_or_else(|| in_root(&slice.server_path), server),
        api_script: command
            .as_ref()
            .filter(|_| entry.ends_with("js") || entry.ends_with("ts"))
            .map_or_else(|| in_root(entry), |it| with_extension(it.program())),
        node_args: command.as_ref().and_then(Command::loader),
    };
    let extension = if manifest::is_module_package(input, entry) {
        "cjs"
    } else {
        "js"
    };
    let text = render(include_str!("../runtime/ecosystem.config.js"), &values);
    written.add(input, format!("{root}ecosystem.config.{extension}"), text);
}

/// PM2 looks for no extension, as Node.js does.
fn with_extension(script: &str) -> String {
    let name = script.rsplit('/').next().unwrap_or(script);
    match name.contains('.') {
        true => script.to_owned(),
        false => format!("{script}.js"),
    }
}

/// The file that starts the API.
fn entry_path<'a>(input: &Input<'a>, slice: &Slice) -> &'a str {
    input.project.path(entry(input).unwrap_or(slice.file))
}

fn is_pm2_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("ecosystem") || name.starts_with("pm2") || name == "processes.json"
}

/// The PM2 file in JavaScript that belongs to the API's package.
fn file(input: &Input<'_>, slice: &Slice) -> Option<FileId> {
    let root = manifest::root_for(input, entry_path(input, slice));
    let is_here = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        folder(path) == root && (name.starts_with("ecosystem") || name.starts_with("pm2"))
    };
    input
        .project
        .files()
        .map(|it| it.0)
        .find(|it| is_here(input.project.path(*it)))
}

/// Edits the PM2 file if there is one.
pub(super) fn edit(draft: &mut Draft<'_>, slice: &Slice) -> Vec<String> {
    let input = draft.input;
    let Some(file) = file(input, slice) else {
        return Vec::new();
    };
    let path = input.project.path(file);
    let runs_already = input.sources[file.index()].text.contains("socketio-server");
    if runs_already {
        return Vec::new();
    }
    let layout = draft.layout(file);
    let Some(app) = api(input, slice, file) else {
        return vec![format!(
            "`{path}` is left as it is: none or several of its apps start the API; add an app for `{}` (fork mode, 1 \
             instance), and give the API more instances",
            slice.server_path
        )];
    };
    let app = App {
        file,
        path,
        layout,
        node: app,
        properties: properties(layout.tree, app),
    };
    let mut notes = vec![format!(
        "`{path}` starts the dedicated server; the API may run in several processes now"
    )];
    let reason = app.reason_for_one();
    let text = app.socket_server(input, slice, reason);
    // The object's own brackets: elements are separated as the list's are.
    let (at, separator) = app.place_after();
    draft.add(
        file,
        Edit {
            span: Span::new(at, at),
            text: format!("{separator}{text}"),
        },
    );
    if let Some(reason) = reason {
        draft.delete(file, layout.removal(reason));
        notes.push(format!("`{path}`: the comment on `instances` went to the dedicated server, of which it is still true"));
    }
    notes.extend(app.scale(draft));
    notes
}

/// The object that starts the API, if there is exactly one.
fn api(input: &Input<'_>, slice: &Slice, file: FileId) -> Option<NodeId> {
    let tree = &input.project.facts(file).tree;
    let lists: Vec<&Vec<Option<NodeId>>> = tree
        .ids()
        .filter_map(|it| match tree.kind(it) {
            Kind::Property {
                key: Key::Static(name),
                value,
                ..
            } if name == "apps" => match tree.kind(*value) {
                Kind::Array { elements } => Some(elements),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let [list] = lists.as_slice() else {
        return None;
    };
    let entry = entry(input).unwrap_or(slice.file);
    let around = folder(input.project.path(file));
    let starts_api = |it: &NodeId| {
        let script = property(tree, *it, "script").and_then(|it| tree.string_value(it));
        script.is_some_and(|it| {
            file_at(input.sources, around, it.trim_start_matches("./")) == Some(entry)
        })
    };
    let mut apps = list.iter().flatten().copied().filter(starts_api);
    apps.next().filter(|_| apps.next().is_none())
}

fn properties(tree: &Tree, object: NodeId) -> Vec<NodeId> {
    match tree.kind(object) {
        Kind::Object { properties } => properties.clone(),
        _ => Vec::new(),
    }
}

fn property(tree: &Tree, object: NodeId, wanted: &str) -> Option<NodeId> {
    properties(tree, object)
        .into_iter()
        .find_map(|it| match tree.kind(it) {
            Kind::Property {
                key: Key::Static(name),
                value,
                ..
            } if name == wanted => Some(*value),
            _ => None,
        })
}

/// The API's app in a PM2 file.
struct App<'a> {
    file: FileId,
    path: &'a str,
    layout: Layout<'a>,
    node: NodeId,
    properties: Vec<NodeId>,
}

impl<'a> App<'a> {
    fn text(&self, span: Span) -> &'a str {
        &self.layout.text[span.range()]
    }

    fn value(&self, name: &str) -> Option<NodeId> {
        property(self.layout.tree, self.node, name)
    }

    fn value_text(&self, name: &str) -> Option<&'a str> {
        self.value(name)
            .map(|it| self.text(self.layout.tree.span(it)))
    }

    /// A property with its key.
    fn whole(&self, name: &str) -> Option<NodeId> {
        let is_it = |it: &NodeId| matches!(self.layout.tree.kind(*it), Kind::Property { key: Key::Static(key), .. } if key == name);
        self.properties.iter().copied().find(is_it)
    }

    fn quote(&self) -> char {
        let script = self.value_text("script").unwrap_or_default();
        if script.starts_with('"') { '"' } else { '\'' }
    }

    /// Whether the keys are quoted.
    fn has_quoted_keys(&self) -> bool {
        self.whole("script").is_some_and(|it| {
            self.text(self.layout.tree.span(it))
                .starts_with(['"', '\''])
        })
    }

    fn indentation(&self) -> &'a str {
        self.layout
            .indentation(self.layout.tree.span(self.node).start as usize)
    }

    fn inner_indentation(&self) -> String {
        let first = self
            .properties
            .first()
            .map(|it| self.layout.tree.span(*it).start as usize);
        match first.filter(|it| self.layout.starts_line(*it)) {
            Some(first) => self.layout.indentation(first).to_owned(),
            None => format!("{}  ", self.indentation()),
        }
    }

    fn has_trailing_comma(&self) -> bool {
        let last = self
            .properties
            .last()
            .map(|it| self.layout.tree.span(*it).end as usize);
        last.is_some_and(|it| self.layout.text[it..].trim_start().starts_with(','))
    }

    /// The comment that says why there is one instance, if there is one: right above `instances: 1`.
    fn reason_for_one(&self) -> Option<Span> {
        let instances = self.whole("instances").filter(|_| self.runs_once())?;
        let span = self.layout.with_comments(instances);
        let own = self.layout.tree.span(instances);
        (span.start < own.start).then(|| {
            Span::new(
                span.start as usize,
                self.text(Span {
                    start: span.start,
                    end: own.start,
                })
                .trim_end()
                .len()
                    + span.start as usize,
            )
        })
    }

    fn runs_once(&self) -> bool {
        self.value_text("instances")
            .is_none_or(|it| matches!(it.trim_matches(['\'', '"']), "1"))
    }

    /// Where the next element of the list goes, and what comes before it.
    fn place_after(&self) -> (usize, String) {
        let end = self.layout.tree.span(self.node).end as usize;
        (
            end,
            format!(",{}{}", self.layout.line_break(), self.indentation()),
        )
    }

    /// The dedicated server's app: like the API's in how it is run, but once.
    fn socket_server(&self, input: &Input<'_>, slice: &Slice, reason: Option<Span>) -> String {
        let quote = self.quote();
        let quoted = |it: &str| format!("{quote}{it}{quote}");
        let name = manifest::name(input, entry_path(input, slice));
        let script = self
            .value("script")
            .and_then(|it| self.layout.tree.string_value(it))
            .unwrap_or_default();
        let entry = entry_path(input, slice);
        let server = Command::naming_entry(script, entry).naming(&slice.server_path);
        let mut lines: Vec<(String, String)> = vec![
            ("name".to_owned(), quoted(&format!("{name}-socketio"))),
            ("script".to_owned(), quoted(&server)),
        ];
        let carried = |names: &[&str], lines: &mut Vec<(String, String)>| {
            for name in names {
                lines.extend(
                    self.value_text(name)
                        .map(|it| ((*name).to_owned(), it.to_owned())),
                );
            }
        };
        carried(
            &["cwd", "interpreter", "node_args", "interpreter_args"],
            &mut lines,
        );
        lines.push(("instances".to_owned(), "1".to_owned()));
        lines.push(("exec_mode".to_owned(), quoted("fork")));
        lines.push(("wait_ready".to_owned(), "true".to_owned()));
        lines.push(("listen_timeout".to_owned(), "10000".to_owned()));
        lines.push(("kill_timeout".to_owned(), "6000".to_owned()));
        carried(&["max_memory_restart", "env_file"], &mut lines);
        lines.extend(self.environments());
        self.object(&lines, reason)
    }

    /// `env`, `env_production`, without the port: the dedicated server has its own.
    fn environments(&self) -> Vec<(String, String)> {
        let tree = self.layout.tree;
        let named = self
            .properties
            .iter()
            .filter_map(|it| match tree.kind(*it) {
                Kind::Property {
                    key: Key::Static(name),
                    value,
                    ..
                } if name.starts_with("env") && name != "env_file" => {
                    let port = self.port_of(*value);
                    let text =
                        crate::plan::lists::without(self.layout.text, tree.span(*value), port);
                    Some((name.clone(), text))
                }
                _ => None,
            });
        named
            .filter(|it| {
                !it.1
                    .trim_matches(['{', '}', ' ', '\n', '\r', '\t'])
                    .is_empty()
            })
            .collect()
    }

    fn port_of(&self, environment: NodeId) -> Vec<Span> {
        let tree = self.layout.tree;
        let ports = properties(tree, environment).into_iter().filter(|it| {
            matches!(tree.kind(*it), Kind::Property { key: Key::Static(name), .. } if name == "PORT")
        });
        crate::plan::lists::removals(self.layout, &ports.collect())
    }

    fn object(&self, lines: &[(String, String)], reason: Option<Span>) -> String {
        let (next, inner) = (self.layout.line_break(), self.inner_indentation());
        let quote = if self.has_quoted_keys() {
            self.quote().to_string()
        } else {
            String::new()
        };
        let mut text = format!("{{{next}");
        for (at, (key, value)) in lines.iter().enumerate() {
            if let Some(reason) = reason.filter(|_| key == "instances") {
                text.push_str(&format_lines(&inner, &[self.text(reason), next]));
            }
            let comma = if at + 1 < lines.len() || self.has_trailing_comma() {
                ","
            } else {
                ""
            };
            text.push_str(&format_lines(
                &inner,
                &[&quote, key, &quote, ": ", value, comma, next],
            ));
        }
        text.push_str(self.indentation());
        text.push('}');
        text
    }

    /// Lets the API run in several processes.
    fn scale(&self, draft: &mut Draft<'_>) -> Vec<String> {
        let mut notes = Vec::new();
        let tree = self.layout.tree;
        let cluster = format!("{0}cluster{0}", self.quote());
        let mut added = Vec::new();
        match self.value("instances") {
            Some(value) if self.runs_once() => draft.replace(self.file, tree.span(value), "8"),
            Some(value) => {
                let text = self.text(tree.span(value));
                notes.push(format!(
                    "`{}`: `instances` is {text} already and stays",
                    self.path
                ));
            }
            None => added.push(("instances", "8".to_owned())),
        }
        match self.value("exec_mode") {
            Some(value) if tree.string_value(value) != Some("cluster") => {
                draft.replace(self.file, tree.span(value), cluster);
            }
            Some(_) => {}
            None => added.push(("exec_mode", cluster)),
        }
        self.add(draft, &added);
        notes
    }

    /// Adds properties after `instances`, or after `script`.
    fn add(&self, draft: &mut Draft<'_>, added: &[(&str, String)]) {
        let anchor = self.whole("instances").or_else(|| self.whole("script"));
        let Some(anchor) = anchor.map(|it| self.layout.tree.span(it)) else {
            return;
        };
        let quote = if self.has_quoted_keys() {
            self.quote().to_string()
        } else {
            String::new()
        };
        let separator = match self.layout.starts_line(anchor.start as usize) {
            true => format!("{}{}", self.layout.line_break(), self.inner_indentation()),
            false => " ".to_owned(),
        };
        for (key, value) in added {
            let text = format!(",{separator}{quote}{key}{quote}: {value}");
            draft.add(
                self.file,
                Edit {
                    span: Span {
                        start: anchor.end,
                        end: anchor.end,
                    },
                    text,
                },
            );
        }
    }
}

fn format_lines(indentation: &str, pieces: &[&str]) -> String {
    let mut line = indentation.to_owned();
    line.extend(pieces.iter().copied());
    line
}
