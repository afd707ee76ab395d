//! The app that starts the API in a PM2 file: what is written beside it for the dedicated server, and what lets it run in
//! several processes. Which app that is, is `pm2`'s question.

use super::commands::Command;
use super::manifest;
use super::pm2::{entry_path, is_package_manager};
use crate::plan::Input;
use crate::plan::draft::Draft;
use crate::plan::edits::Edit;
use crate::plan::layout::Layout;
use crate::plan::setup::Slice;
use crate::source::{FileId, Span};
use crate::syntax::{Key, Kind, NodeId, Tree};

pub(super) fn properties(tree: &Tree, object: NodeId) -> Vec<NodeId> {
    match tree.kind(object) {
        Kind::Object { properties } => properties.clone(),
        _ => Vec::new(),
    }
}

pub(super) fn property(tree: &Tree, object: NodeId, wanted: &str) -> Option<NodeId> {
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
pub(super) struct App<'a> {
    pub(super) file: FileId,
    pub(super) path: &'a str,
    pub(super) layout: Layout<'a>,
    pub(super) node: NodeId,
    pub(super) properties: Vec<NodeId>,
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
    pub(super) fn reason_for_one(&self) -> Option<Span> {
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
    pub(super) fn place_after(&self) -> (usize, String) {
        let end = self.layout.tree.span(self.node).end as usize;
        (
            end,
            format!(",{}{}", self.layout.line_break(), self.indentation()),
        )
    }

    /// The dedicated server's app: like the API's in how it is run, but once.
    pub(super) fn socket_server(
        &self,
        input: &Input<'_>,
        slice: &Slice,
        reason: Option<Span>,
    ) -> String {
        let quote = self.quote();
        let quoted = |it: &str| format!("{quote}{it}{quote}");
        let entry = entry_path(input, slice);
        let name = manifest::name(input, entry);
        let script = self
            .value("script")
            .and_then(|it| self.layout.tree.string_value(it))
            .unwrap_or_default();
        let mut lines: Vec<(String, String)> =
            vec![("name".to_owned(), quoted(&format!("{name}-socketio")))];
        let program = match is_package_manager(script) {
            true => vec![
                ("script", script.to_owned()),
                ("args", "run start:socketio".to_owned()),
            ],
            false => vec![(
                "script",
                Command::naming_entry(script, entry).naming(&slice.server_path),
            )],
        };
        lines.extend(program.iter().map(|it| (it.0.to_owned(), quoted(&it.1))));
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
        // What the server says does not get past a package manager.
        if !is_package_manager(script) {
            lines.push(("wait_ready".to_owned(), "true".to_owned()));
            lines.push(("listen_timeout".to_owned(), "10000".to_owned()));
        }
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
                    let text = crate::plan::layout::lists::without(
                        self.layout.text,
                        tree.span(*value),
                        port,
                    );
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
        crate::plan::layout::lists::removals(self.layout, &ports.collect())
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
    pub(super) fn scale(&self, draft: &mut Draft<'_>) -> Vec<String> {
        let mut notes = Vec::new();
        let tree = self.layout.tree;
        let script = self.value("script").and_then(|it| tree.string_value(it));
        if let Some(manager) = script.filter(|it| is_package_manager(it)) {
            return vec![format!(
                "`{}`: `{manager}` runs the API, which PM2 starts once only; name its program as `script` to run several",
                self.path
            )];
        }
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
