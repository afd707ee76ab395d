//! The port that the API listens on, as far as its text tells.

use crate::plan::Input;
use crate::plan::project_files::{manifest, text_at};
use crate::plan::setup::Slice;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::source::FileId;
use crate::syntax::{Key, Kind, NodeId};

/// The port of `server.listen(process.env.PORT || 3001)`.
pub(super) fn port(input: &Input<'_>, slice: &Slice) -> Option<u32> {
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
