//! The ports of the project, as far as its texts tell: the one that the API listens on, and who else has the dedicated
//! server's.

use super::compose::is_compose;
use super::yaml::{self, Document};
use crate::plan::Input;
use crate::plan::project_files::{manifest, text_at};
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::source::FileId;
use crate::syntax::{Key, Kind, NodeId};

/// The port of `server.listen(process.env.PORT || 3001)`.
pub(in crate::plan) fn port(input: &Input<'_>, file: FileId) -> Option<u32> {
    let tree = &input.project.facts(file).tree;
    let listens = tree.ids().filter_map(|it| {
        let call = tree.method_call(it).filter(|it| it.name == "listen")?;
        let object = Place {
            file,
            node: call.object,
        };
        let serves = input
            .project
            .values(object)
            .any(|it| matches!(it, Value::HttpServer(_) | Value::App | Value::Fastify));
        call.arguments.first().copied().filter(|_| serves)
    });
    let written = listens
        .into_iter()
        .find_map(|it| number(input, file, it, 0));
    written.or_else(|| {
        let root = manifest::root_for(input, input.project.path(file));
        let lines = text_at(input, &format!("{root}.env.example"))?.lines();
        lines
            .filter_map(|it| it.strip_prefix("PORT="))
            .find_map(|it| it.trim().parse().ok())
    })
}

/// Who has the port that the dedicated server would listen on: `path:line`, if somebody has.
pub(in crate::plan) fn taken(input: &Input<'_>, entry: FileId) -> Option<String> {
    let wanted = input.settings.socket_port();
    if port(input, entry) == Some(wanted) {
        return Some(input.project.path(entry).to_owned());
    }
    let line = |path: &str, at: usize| format!("{path}:{}", at + 1);
    input.manifests.iter().find_map(|it| {
        let name = it.path.rsplit('/').next().unwrap_or(&it.path);
        if name.starts_with("ecosystem") || name.starts_with("pm2") {
            let at = it.text.lines().position(|it| sets_port(it, wanted))?;
            return Some(line(&it.path, at));
        }
        let document = Document::parse(&it.text).filter(|_| is_compose(name))?;
        let services = yaml::get(&document.root, "services")
            .into_iter()
            .flat_map(yaml::pairs);
        let mut ports = services
            .filter_map(|it| yaml::get(it.1, "ports"))
            .flat_map(yaml::elements);
        let published = ports.find(|it| publishes(it, wanted))?;
        Some(line(&it.path, published.span.start.line() - 1))
    })
}

/// `PORT: 3002`, in the environment of a PM2 app.
fn sets_port(line: &str, wanted: u32) -> bool {
    let is_comment = line.trim_start().starts_with("//");
    let mut values = line.split("PORT").skip(1);
    !is_comment
        && values.any(|it| {
            let value = it
                .trim_start_matches(['\'', '"'])
                .trim_start()
                .strip_prefix(':');
            let value = value
                .unwrap_or_default()
                .trim_start()
                .trim_start_matches(['\'', '"']);
            let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
            digits.parse() == Ok(wanted)
        })
}

/// `"3002:80"`, `"127.0.0.1:3002:80"`, `published: 3002`.
fn publishes(port: &yaml::Node, wanted: u32) -> bool {
    let long = yaml::get(port, "published").and_then(yaml::word);
    let short = || {
        let text = yaml::text_of(port)?;
        text.rsplit(':').nth(1).map(str::to_owned)
    };
    long.or_else(short).and_then(|it| it.parse().ok()) == Some(wanted)
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
