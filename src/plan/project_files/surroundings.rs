//! The proxy in front, and the environment: an nginx site that tells the two processes apart, and the variables that
//! they read.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Written, manifest, render, text_at};
use crate::plan::Input;
use crate::plan::setup::Slice;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::source::FileId;
use crate::syntax::{Key, Kind, NodeId};

/// Where the dedicated server listens unless told otherwise.
const SOCKET_PORT: u32 = 3002;

/// The first words of the generated site file.
const SITE_MARKER: &str = "# Site file for ";

#[derive(Serialize)]
struct Site {
    name: String,
    api_port: u32,
    socket_port: u32,
    socket_path: String,
}

/// Writes the site file and adds to `.env.example`.
pub(super) fn write(input: &Input<'_>, slice: &Slice, redis_key: &str, written: &mut Written) {
    let entry = input.project.path(slice.file);
    let root = manifest::root_for(input, entry);
    let port = port(input, slice);
    if port.is_none() {
        written.notes.push(format!(
            "the API's port is not written in `{entry}`: the nginx file says 3000"
        ));
    }
    if port == Some(SOCKET_PORT) {
        written
            .notes
            .push("the API listens on 3002, too: set `SOCKET_IO_PORT` to another port".to_owned());
    }
    let name = manifest::name(input, entry);
    let path = format!("{root}nginx/{name}.conf");
    let foreign = input.manifests.iter().find(|it| {
        let is_nginx = it.path.ends_with(".conf") || it.path.contains("nginx");
        is_nginx && !it.text.starts_with(SITE_MARKER)
    });
    match foreign {
        Some(foreign) => written.notes.push(format!(
            "`{}` is left as it is: send `{}` to port {SOCKET_PORT}, with the upgrade headers, and the rest to the API",
            foreign.path, slice.socket_path
        )),
        None => {
            // In nginx a variable's name has no dashes.
            let name = name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
            let site = Site {
                name,
                api_port: port.unwrap_or(3000),
                socket_port: SOCKET_PORT,
                socket_path: slice.socket_path.clone(),
            };
            written.add(input, path, render(include_str!("../runtime/nginx.conf"), &site));
        }
    }
    let environment = format!("{root}.env.example");
    if let Some(text) = text_at(input, &environment) {
        let variables = BTreeMap::from([("redis_key", redis_key)]);
        written.add(
            input,
            environment,
            with_variables(
                text,
                &render(include_str!("../runtime/env.example"), &variables),
            ),
        );
    }
}

/// `text` with the variables of `template` that it does not mention, and their comments.
fn with_variables(text: &str, template: &str) -> String {
    let has = |line: &str| {
        let name = line.split('=').next().unwrap_or(line);
        text.lines().any(|it| {
            it.trim_start_matches(['#', ' '])
                .split('=')
                .next()
                .map(str::trim)
                == Some(name)
        })
    };
    let mut paragraphs: Vec<String> = Vec::new();
    for paragraph in template.split("\n\n") {
        let mut kept: Vec<&str> = Vec::new();
        let mut comments: Vec<&str> = Vec::new();
        for line in paragraph.lines() {
            if line.starts_with('#') {
                comments.push(line);
            } else if has(line) {
                comments.clear();
            } else {
                kept.append(&mut comments);
                kept.push(line);
            }
        }
        if !kept.is_empty() {
            kept.append(&mut comments);
            paragraphs.push(kept.join("\n"));
        }
    }
    if paragraphs.is_empty() {
        return text.to_owned();
    }
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let added = paragraphs.join("\n\n").replace('\n', line_break);
    format!(
        "{}{line_break}{line_break}{added}{line_break}",
        text.trim_end()
    )
    .trim_start()
    .to_owned()
}

/// The port that the API listens on, if the text tells it: `server.listen(process.env.PORT || 3001)`.
fn port(input: &Input<'_>, slice: &Slice) -> Option<u32> {
    let tree = &input.project.facts(slice.file).tree;
    let listens = tree.ids().filter_map(|it| match tree.kind(it) {
        Kind::Call {
            callee, arguments, ..
        } => match tree.kind(*callee) {
            Kind::Member {
                object,
                property: Key::Static(name),
                ..
            } if name == "listen" => {
                let object = Place {
                    file: slice.file,
                    node: tree.bare(*object),
                };
                let serves = input
                    .project
                    .values(object)
                    .any(|it| matches!(it, Value::HttpServer(_) | Value::App));
                arguments.first().copied().filter(|_| serves)
            }
            _ => None,
        },
        _ => None,
    });
    let written = listens
        .into_iter()
        .find_map(|it| number(input, slice.file, it, 0));
    written.or_else(|| {
        let root = manifest::root_for(input, input.project.path(slice.file));
        let lines = text_at(input, &format!("{root}.env.example"))?.lines();
        lines
            .filter_map(|it| it.strip_prefix("PORT="))
            .find_map(|it| it.trim().parse().ok())
    })
}

/// The number that an expression comes to when the environment says nothing.
fn number(input: &Input<'_>, file: FileId, node: NodeId, depth: usize) -> Option<u32> {
    if depth > 12 {
        return None;
    }
    let facts = input.project.facts(file);
    let tree = &facts.tree;
    let next = |node: NodeId| number(input, file, node, depth + 1);
    match tree.kind(node) {
        Kind::Literal => input.sources[file.index()].text[tree.span(node).range()]
            .parse()
            .ok(),
        Kind::String { value } => value.parse().ok(),
        Kind::Logical { left, right, .. } => next(*right).or_else(|| next(*left)),
        Kind::Parenthesized { expression } | Kind::Cast { expression } => next(*expression),
        Kind::Unary { argument, .. } => next(*argument),
        Kind::Call { arguments, .. } => next(*arguments.first()?),
        Kind::Conditional {
            alternate,
            consequent,
            ..
        } => next(*alternate).or_else(|| next(*consequent)),
        Kind::Object { .. } => property(input, Place { file, node }, "port", depth),
        Kind::Name { .. } => {
            let declaration = *facts
                .binding(facts.binding_of(node)?)
                .declarations
                .first()?;
            match tree.kind(tree.parent(declaration)?) {
                Kind::Declarator { init, .. } => next((*init)?),
                _ => None,
            }
        }
        Kind::Member {
            object,
            property: Key::Static(name),
            ..
        } => {
            let place = module_object(input, file, *object)?;
            property(input, place, name, depth)
        }
        _ => None,
    }
}

fn property(input: &Input<'_>, object: Place, wanted: &str, depth: usize) -> Option<u32> {
    let tree = &input.project.facts(object.file).tree;
    let Kind::Object { properties } = tree.kind(object.node) else {
        return None;
    };
    properties.iter().find_map(|it| match tree.kind(*it) {
        Kind::Property {
            key: Key::Static(name),
            value,
            ..
        } if name == wanted => number(input, object.file, *value, depth + 1),
        _ => None,
    })
}

/// The object that an expression is: a value of the project, or what a module exports as a whole.
fn module_object(input: &Input<'_>, file: FileId, node: NodeId) -> Option<Place> {
    let known = input
        .project
        .values(Place { file, node })
        .find_map(|it| match it {
            Value::Object(place) => Some(*place),
            _ => None,
        });
    known.or_else(|| {
        let facts = input.project.facts(file);
        let declaration = *facts
            .binding(facts.binding_of(node)?)
            .declarations
            .first()?;
        let parent = facts.tree.parent(declaration)?;
        let source = match facts.tree.kind(parent) {
            Kind::Import { source, .. } => source,
            _ => return None,
        };
        let Target::File(module) = input.project.resolve(file, source) else {
            return None;
        };
        let tree = &input.project.facts(module).tree;
        tree.ids().find_map(|it| match tree.kind(it) {
            Kind::ExportDefault { value, .. } => Some(Place {
                file: module,
                node: *value,
            }),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::with_variables;

    #[test]
    fn only_missing_variables_are_added() {
        let template = "# Both\nA=1\n# or B\n\n# Where\nC=2\nD=3\n";
        assert_eq!(
            with_variables("A=9\nD=8", template),
            "A=9\nD=8\n\n# Where\nC=2\n"
        );
        assert_eq!(with_variables("A=9\nC=1\nD=8", template), "A=9\nC=1\nD=8");
    }
}
